"""What became of memories that were served: the evidence that ranking, training and forgetting read. Values, no I/O."""

import math
from collections.abc import Mapping
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


class Table:
    """Uses by memory id as they are kept in a file, parsed as they are asked for: a recall asks for a few of thousands."""

    __slots__ = ("_rows", "since")

    def __init__(self, data: bytes) -> None:
        """``data``: see ``written``; what is none of its rows names nothing."""
        first, _, rest = data.decode("ascii", "replace").partition("\n")
        self.since = int(first) if first.isdecimal() and len(first) < 20 else None
        """The first moment of which evidence is here, seconds UTC."""
        self._rows = {row[:12]: row for row in rest.split("\n")}

    def get(self, identity: str) -> Use | None:
        """The use of one memory; None where it was never served."""
        row = self._rows.get(identity)
        if row is None:
            return None
        try:
            _, used, misled, last, activation = row.split(" ")
            level = None if activation == "-" else float(activation)
            return Use(
                int(used), int(misled), int(last), level if level is None or math.isfinite(level) else None
            )
        except ValueError:
            return None

    def all(self) -> dict[str, Use]:
        """Every row."""
        return {identity: use for identity in self._rows if (use := self.get(identity)) is not None}


def written(uses: Mapping[str, Use], since: int | None) -> bytes:
    """The rows of a ``Table``."""
    rows = ["" if since is None else str(since)]
    for identity, one in uses.items():
        level = "-" if one.activation is None else f"{one.activation:.9g}"
        rows.append(f"{identity} {one.used} {one.misled} {one.last or 0} {level}")
    return ("\n".join(rows) + "\n").encode("ascii")
