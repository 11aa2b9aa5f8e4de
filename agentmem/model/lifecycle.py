"""Status as a view derives it: superseding or closing never edits the old file, so two branches never edit one."""

from collections.abc import Iterable, Mapping

ARCHIVED = "archived"
"""Out of the tree, and in git's history."""
SUPERSEDED = "superseded"
ALL = ("active", "proposed", "open", "done", "failed", SUPERSEDED, "expired", "retracted", ARCHIVED)


def superseded(links: Iterable[tuple[str, str, tuple[str, ...]]]) -> frozenset[str]:
    """The ids that a memory in force names in ``supersedes``; ``links`` has (id, stored status, ids named).

    A retracted or proposed successor supersedes nothing; a memory does not supersede itself.
    """
    return frozenset(old for new, status, olds in links if status == "active" for old in olds if old != new)


def absorbed(after: Mapping[str, Iterable[str]], receipts: Iterable[str]) -> set[str]:
    """The ids of the changes that base has taken up: those with a receipt, but for those that came after one without.

    ``after`` has, for each change at hand, the ids of those its writer saw. What base took up without the one before it, which
    was nowhere then, counts again beside that: its writer knew better.
    """
    found = set(receipts)
    later: dict[str, list[str]] = {}
    for identity, seen in after.items():
        for earlier in seen:
            later.setdefault(earlier, []).append(identity)
    todo = [identity for identity in after if identity not in found]
    while todo:
        for identity in later.get(todo.pop(), ()):
            if identity in found:
                found.discard(identity)
                todo.append(identity)
    return found


def task_states(
    entries: Iterable[tuple[int | None, str, tuple[str, ...], tuple[str, ...]]],
) -> dict[str, str]:
    """``done`` or ``failed`` of each task that a log entry names; ``entries`` has (created, id, closes, reopens).

    The latest entry decides; one without a time comes first, and at the same moment the greater id is the later.
    """
    states: dict[str, str] = {}
    for _, _, closes, reopens in sorted(
        entries, key=lambda entry: (entry[0] is not None, entry[0] or 0, entry[1])
    ):
        states.update(dict.fromkeys(closes, "done"))
        states.update(dict.fromkeys(reopens, "failed"))
    return states


def derive(
    identity: str,
    kind: str,
    stored: str,
    expires: int | None,
    now: int,
    is_superseded: bool,
    tasks: dict[str, str],
) -> str:
    """The status of one memory at ``now``: what was decided about it outweighs what time did to it."""
    if stored == "retracted":
        return stored
    if is_superseded:
        return SUPERSEDED
    if expires is not None and expires <= now:
        return "expired"
    if stored == "proposed":
        return stored
    if kind == "task":
        return tasks.get(identity, "open")
    return "active"


def claims(kind: str, status: str) -> bool:
    """Whether a memory says something of now that evidence must hold for: what happened, and what is done, happened."""
    return kind != "log" and status in ("active", "proposed", "open")
