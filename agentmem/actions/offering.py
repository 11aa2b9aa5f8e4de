"""What could be begun now: free by its needs, held by nobody, done nowhere, in nobody's exclusive scope."""

from collections.abc import Mapping

from agentmem.actions.board import Board, Seen
from agentmem.actions.tasks import Tasks
from agentmem.model import ids, safety, scopes, taskgraph
from agentmem.model.taskgraph import Placed

YOURS, ANYBODYS, ANOTHERS = range(3)
"""Whose turn it is to take a task."""


def available(board: Board, tasks: Tasks, role: str | None = None) -> list[Placed]:
    """What ``role`` (None: the asker's) could begin now, the best first: held by nobody, done nowhere, and in nobody's exclusive
    scope. What was reopened for the asker comes before all else, whatever its role; what was for another, last.
    """
    taken = _taken(board, tasks)
    wanted = role or board.me.role
    turns = {one.task.id: _turn(board, tasks, one) for one in tasks.placed if one.state == taskgraph.FAILED}
    yours = [task for task, turn in turns.items() if turn == YOURS]
    shut = excluded(board, tasks)
    free = [one for one in taskgraph.offered(tasks.placed, taken, wanted, yours) if one.task.id not in shut]
    return sorted(free, key=lambda one: turns.get(one.task.id, ANYBODYS))


def for_others(board: Board, tasks: Tasks, role: str | None) -> int:
    """How many tasks could be begun that are for another role than ``role``; none where that is None, which takes any."""
    every, shut = taskgraph.offered(tasks.placed, _taken(board, tasks)), excluded(board, tasks)
    return sum(
        role is not None and one.task.role not in (None, role) and one.task.id not in shut for one in every
    )


def _taken(board: Board, tasks: Tasks) -> set[str]:
    return {*board.held, *board.lost, *(task for task, one in board.seen.items() if tasks.is_news(one))}


def nothing(role: str | None, more: str = "") -> str:
    """That there is nothing to take for ``role``, in words; ``more`` comes before "free"."""
    return f"nothing {more}is free{f' for role {safety.one_line(role)}' if role else ''}"


def others(number: int) -> str:
    """How many are free for other roles, in words."""
    return f"{number} free for other roles"


def excluded(board: Board, tasks: Tasks) -> dict[str, Seen]:
    """The tasks that nobody holds and that could be begun, were it not for another's exclusive claim: that claim, by task."""
    closing = [one for one in board.held.values() if one.claim.exclusive and not board.is_mine(one)]
    found: dict[str, Seen] = {}
    for one in taskgraph.offered(tasks.placed, board.held) if closing else ():
        if other := next(
            (seen for seen in closing if scopes.overlap(one.task.scope, seen.claim.scope)), None
        ):
            found[one.task.id] = other
    return found


def claims(board: Board, tasks: Tasks) -> dict[str, Seen]:
    """The claim that keeps each task from others: its own, else another's exclusive one."""
    return {**excluded(board, tasks), **board.held}


def barrier(seen: Seen, shorts: Mapping[str, str]) -> str:
    """An exclusive claim that is in the way, in words."""
    return (
        f"{seen.claim.agent}'s exclusive claim of {shorts.get(seen.claim.task, seen.claim.task[: ids.SHORT])}"
    )


def _turn(board: Board, tasks: Tasks, placed: Placed) -> int:
    """Who was asked to mend a task has the time of a lease to come for it: nobody may be called that any more."""
    owner = placed.task.owner
    if owner is None:
        return ANYBODYS
    if owner in (board.me.agent, board.me.role):
        return YOURS
    waited = board.context.now - tasks.reopened[placed.task.id]
    return ANOTHERS if waited < board.context.config.claim_ttl else ANYBODYS
