"""Looking at the team's work: what could be taken next, who holds what.

Git is asked before what works on its answers is imported: so the functions import what they need.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions import looking
from agentmem.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentmem.actions.board import Seen
    from agentmem.actions.context import Context
    from agentmem.actions.tasks import Tasks
    from agentmem.model import ids
    from agentmem.model.taskgraph import Placed


def _demand_number(limit: int) -> None:
    if limit < 0:
        raise UsageError("--limit must be 0 (no limit) or more")


class Offered(NamedTuple):
    """What ``role`` could take now, and why not the rest: what waits for a merge, or for another's exclusive claim, how many are
    blocked or claimed, which need each other in a circle. Where nothing is free, ``others`` counts what is for other roles.
    ``unshared``: see ``looking.unshared``.
    """

    role: str | None
    free: tuple[Placed, ...]
    more: int
    waiting: tuple[Placed, ...]
    excluded: tuple[tuple[Placed, Seen], ...]
    blocked: int
    claimed: int
    cycles: tuple[tuple[str, ...], ...]
    shorts: ids.ShortIds
    others: int = 0
    unshared: Mapping[str, str] = MappingProxyType({})


class Board(NamedTuple):
    """The claims and the names of their tasks; ``doubts`` says why the holder of each may not come back, and how to take it.

    ``unshared``: see ``looking.unshared``.
    """

    view: str
    claims: tuple[tuple[Seen, str], ...]
    held: int
    doubts: Mapping[str, str]
    now: int
    unshared: Mapping[str, str] = MappingProxyType({})


def offered(context: Context, role: str | None, limit: int) -> Offered:
    """What could be begun now, the best first; ``role`` None: the asker's own, ``limit`` 0: all.

    Raises:
        UsageError: ``limit`` is below 0.

    """
    _demand_number(limit)
    board, tasks = looking.look(context)
    from agentmem.actions import offering
    from agentmem.model import taskgraph

    wanted = role or board.me.role
    free = offering.available(board, tasks, wanted)
    unfinished = [one for one in tasks.placed if one.state != taskgraph.DONE and one.closed_on is None]
    mine = [one for one in unfinished if wanted is None or one.task.role in (None, wanted)]
    shut = offering.excluded(board, tasks)
    return Offered(
        role=wanted,
        free=tuple(free[:limit] if limit else free),
        more=max(0, len(free) - limit) if limit else 0,
        waiting=tuple(one for one in mine if one.waits and not one.blocked and one.task.id not in board.held),
        excluded=tuple((one, shut[one.task.id]) for one in mine if one.task.id in shut),
        blocked=sum(bool(one.blocked) for one in mine),
        claimed=sum(one.task.id in board.held for one in mine),
        cycles=tuple(map(tuple, tasks.cycles)),
        shorts=tasks.shorts,
        others=0 if free else offering.for_others(board, tasks, wanted),
        unshared=looking.unshared(board),
    )


def claims(context: Context, every: bool = False) -> Board:
    """The claims that are held, the oldest first; ``every``: those that ended too."""
    board, tasks = looking.look(context)
    from agentmem.model import leases, safety

    _ = board.lost  # which says so
    chosen = [one for one in board.seen.values() if every or one.state in (leases.HELD, leases.EXPIRED)]
    chosen = [one for one in chosen if every or one.claim.task not in tasks.by_id or _is_open(tasks, one)]
    named = tuple(
        (seen, _name(tasks, seen))
        for seen in sorted(
            chosen, key=lambda one: (one.state != leases.HELD, one.claim.opened, one.claim.task)
        )
    )
    doubts = {seen.claim.task: board.doubt(seen, _short(tasks, seen.claim.task)) for seen, _ in named}
    view = context.standpoint.branch or "detached HEAD"
    held = sum(seen.state == leases.HELD for seen, _ in named)
    return Board(safety.one_line(view), named, held, doubts, context.now, looking.unshared(board))


def _is_open(tasks: Tasks, seen: Seen) -> bool:
    from agentmem.model import taskgraph

    return tasks.by_id[seen.claim.task].state != taskgraph.DONE


def _short(tasks: Tasks, task: str) -> str:
    from agentmem.model import ids

    return tasks.shorts[task] if task in tasks.by_id else task[: ids.SHORT]


def _name(tasks: Tasks, seen: Seen) -> str:
    from agentmem.model import safety

    placed, short = tasks.by_id.get(seen.claim.task), _short(tasks, seen.claim.task)
    if placed is None:
        over = tasks.withdrawn(seen.claim.task)
        return short + (f' "{over.title}", {over.status}' if over else "")
    return f'{short} "{safety.one_line(placed.task.title)}"'


class Wanted(NamedTuple):
    """Which tasks are asked for, None or nothing: of all. ``plan`` and ``needs`` are ids or the start of them, ``scope`` what
    theirs is to meet, ``priority`` as it counts.
    """

    role: str | None = None
    plan: str | None = None
    phase: str | None = None
    owner: str | None = None
    priority: int | None = None
    needs: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()

    def takes(self, placed: Placed) -> bool:
        """Whether ``placed`` is one of them."""
        from agentmem.model import scopes

        task = placed.task
        named = ((self.role, task.role), (self.phase, task.phase), (self.owner, task.owner))
        return (
            all(wanted is None or wanted == own for wanted, own in named)
            and (self.priority is None or self.priority == placed.urgency)
            and (self.plan is None or (task.plan or "").startswith(self.plan.lower()))
            and all(any(need.startswith(one.lower()) for need in task.needs) for one in self.needs)
            and (not self.scope or scopes.overlap(self.scope, task.scope))
        )


class TaskList(NamedTuple):
    """Tasks as they stand, in the order in which they are to be taken; ``total`` counts all that were asked for, ``done`` those
    that are left out since they are done, ``others`` what was not asked for; ``claims``: see ``offering.claims``.
    """

    tasks: tuple[Placed, ...]
    total: int
    done: int
    claims: Mapping[str, Seen]
    shorts: ids.ShortIds
    others: int = 0


def listed(context: Context, wanted: Wanted, every: bool, limit: int) -> TaskList:
    """The tasks that are ``wanted``; ``every``: those that are done too, ``limit`` 0: all.

    Raises:
        UsageError: ``limit`` is below 0.

    """
    _demand_number(limit)
    board, tasks = looking.look(context)
    from agentmem.actions import offering
    from agentmem.model import taskgraph

    found = [one for one in tasks.placed if wanted.takes(one)]
    left = [one for one in found if every or one.state != taskgraph.DONE]
    chosen = left[:limit] if limit else left
    done, others = len(found) - len(left), len(tasks.placed) - len(found)
    return TaskList(tuple(chosen), len(left), done, offering.claims(board, tasks), tasks.shorts, others)
