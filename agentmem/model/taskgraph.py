"""Tasks and what they need: which can be taken now, which wait and for what, in what order they are offered."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

OPEN, FAILED, DONE = "open", "failed", "done"

USUAL = 5
"""The priority of a task that names none; 0 is the most urgent."""
AFTER_FAILURE = 1
"""The priority of a task that failed, unless its own is more urgent: others have built on it by now."""


class Task(NamedTuple):
    """One piece of work. ``needs`` are ids of tasks that come first, ``created`` is in seconds UTC; ``owner`` answers for it: of
    one that failed, who is to mend it.
    """

    id: str
    title: str
    role: str | None = None
    priority: int | None = None
    needs: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    plan: str | None = None
    phase: str | None = None
    owner: str | None = None
    created: int | None = None


class Closings(NamedTuple):
    """What is known of the ends of tasks: done or failed ``here`` (the view at hand, and trunk), or done on which other branch
    alone; ``ahead`` has those that are done on trunk (which name of it) and not in the view at hand.
    """

    here: Mapping[str, str]
    elsewhere: Mapping[str, str]
    ahead: Mapping[str, str] = MappingProxyType({})


class Placed(NamedTuple):
    """A task and how it stands. ``state`` is open, failed or done; ``closed_on`` the branch that did it, if that is not merged.

    ``waits`` has the needs that are met on a branch that is not merged here, ``blocked`` those that nobody has met.
    """

    task: Task
    state: str
    closed_on: str | None
    waits: tuple[tuple[str, str], ...]
    blocked: tuple[str, ...]
    unblocks: int

    @property
    def is_free(self) -> bool:
        """Whether it can be begun here and now, claims aside."""
        return self.state != DONE and self.closed_on is None and not self.waits and not self.blocked

    @property
    def urgency(self) -> int:
        """Its priority as it counts: 0 is the most urgent."""
        own = USUAL if self.task.priority is None else self.task.priority
        return min(own, AFTER_FAILURE) if self.state == FAILED else own


def place(tasks: Iterable[Task], closings: Closings) -> list[Placed]:
    """How each of ``tasks`` stands, in the order in which they are to be taken: urgency, what it unblocks, age, id."""
    by_id = {task.id: task for task in tasks}
    states = {identity: closings.here.get(identity, OPEN) for identity in by_id}
    unblocking = _unblocking(by_id, {identity for identity, state in states.items() if state != DONE})
    found = []
    for identity, task in by_id.items():
        waits, blocked = [], []
        for need in dict.fromkeys(task.needs):
            if closings.here.get(need) == DONE and need not in closings.ahead:
                continue
            branch = closings.ahead.get(need) or closings.elsewhere.get(need)
            if branch is not None:
                waits.append((need, branch))
            else:
                blocked.append(need)
        state = states[identity]
        closed_on = None if state == DONE else closings.elsewhere.get(identity)
        found.append(
            Placed(task, state, closed_on, tuple(waits), tuple(blocked), unblocking.get(identity, 0))
        )
    return sorted(found, key=order)


def order(placed: Placed) -> tuple[int, int, int, str]:
    """What sorts tasks in the order in which they are to be taken."""
    created = placed.task.created
    return placed.urgency, -placed.unblocks, 2**62 if created is None else created, placed.task.id


def _unblocking(tasks: Mapping[str, Task], unfinished: Collection[str]) -> dict[str, int]:
    """How many unfinished tasks wait for each, directly or through others."""
    direct: dict[str, list[str]] = {}
    for identity in unfinished:
        for need in set(tasks[identity].needs):
            if need in unfinished:
                direct.setdefault(need, []).append(identity)
    counts = {}
    for identity in direct:
        seen: set[str] = set()
        todo = list(direct[identity])
        while todo:
            one = todo.pop()
            if one not in seen and one != identity:
                seen.add(one)
                todo += direct.get(one, ())
        counts[identity] = len(seen)
    return counts


def offered(
    placed: Sequence[Placed], taken: Collection[str], role: str | None = None, given: Collection[str] = ()
) -> list[Placed]:
    """Those of ``placed`` that can be begun: free, not among the ``taken`` ids, and for ``role`` (None: any), for nobody in
    particular or among the ``given`` ids.
    """
    return [
        one
        for one in placed
        if one.is_free
        and one.task.id not in taken
        and (role is None or one.task.role in (None, role) or one.task.id in given)
    ]
