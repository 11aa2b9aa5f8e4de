"""What became of memories that were served: the evidence that ranking, training and forgetting read. Values, no I/O."""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Use(NamedTuple):
    """How one memory has been used, over all agents whose evidence is here.

    ``used`` counts the tasks that it helped (named by ``done --used``, or served before the task's commits changed what it is
    about), ``misled`` those that say it was wrong. ``last`` is the last moment it was served or used, seconds UTC.
    ``activation`` is its base level (Anderson and Schooler 1991): ln of the sum of t ** -0.5 over its uses, t in commits.
    """

    used: int = 0
    misled: int = 0
    last: int | None = None
    activation: float | None = None


NEVER = Use()


def day(at: int) -> int:
    """The day of a moment (seconds UTC), counted from 1970-01-01."""
    return at // 86_400


class Table:
    """Uses by memory id as they are kept in a file, parsed as they are asked for: a recall asks for a few of thousands.

    Six parts with an empty line between: the first moment; the ids of what was used, or misled; a row for each of these; the
    ids and rows of what was served and no more, and the days, which say nothing to a recall.
    """

    __slots__ = ("_rest", "_rows", "since")

    def __init__(self, data: bytes) -> None:
        """``data``: see ``written``; what is none of its rows names nothing."""
        first, identities, rows, self._rest = (
            *data.decode("ascii", "replace").split("\n\n", 3),
            "",
            "",
            "",
            "",
        )[:4]
        self.since = int(first) if first.isdecimal() and len(first) < 20 else None
        """The first moment of which evidence is here, seconds UTC."""
        self._rows = dict(zip(identities.split("\n"), rows.split("\n"), strict=False))

    def get(self, identity: str) -> Use | None:
        """The use of one memory; None where it was never of use, nor misled."""
        row = self._rows.get(identity)
        return _parsed(row) if row else None

    def all(self) -> dict[str, Use]:
        """Every use, and what was served and no more."""
        served, rows, *_ = (*self._rest.split("\n\n"), "", "")
        pairs = [*self._rows.items(), *zip(served.split("\n"), rows.split("\n"), strict=False)]
        return {identity: use for identity, row in pairs if (use := _parsed(row)) is not None}

    def days(self) -> set[int]:
        """The days on which anything was served or used (``day``)."""
        *_, last = self._rest.split("\n\n")
        return {int(word) for word in last.split(" ") if word.isdecimal() and len(word) < 8}


def _parsed(row: str) -> Use | None:
    try:
        used, misled, last, activation = row.split(" ")
        level = None if activation == "-" else float(activation)
        if level is not None and not math.isfinite(level):
            return None
        return Use(int(used), int(misled), int(last), level)
    except ValueError:
        return None


def written(uses: Mapping[str, Use], since: int | None, days: Iterable[int] = ()) -> bytes:
    """The content of a ``Table``."""
    parts = ["-" if since is None else str(since)]
    for wanted in (True, False):
        chosen = {each: one for each, one in uses.items() if bool(one.used or one.misled) == wanted}
        rows = []
        for one in chosen.values():
            level = "-" if one.activation is None else f"{one.activation:.9g}"
            rows.append(f"{one.used} {one.misled} {one.last or 0} {level}")
        # where there are none a part is still not empty, so that it keeps its place
        parts += ["\n".join(chosen) or "-", "\n".join(rows) or "-"]
    return "\n\n".join([*parts, " ".join(map(str, sorted(days)))]).encode("ascii")
