"""What could be begun now: free by its needs, held by nobody, done nowhere, in nobody's exclusive scope."""

from agentmem.actions.board import Board
from agentmem.actions.tasks import Tasks
from agentmem.model import scopes, taskgraph
from agentmem.model.taskgraph import Placed

YOURS, ANYBODYS, ANOTHERS = range(3)
"""Whose turn it is to take a task."""


def available(board: Board, tasks: Tasks, role: str | None = None) -> list[Placed]:
    """What ``role`` (None: the asker's) could begin now, the best first: held by nobody, done nowhere, and in nobody's exclusive
    scope. What was reopened for the asker comes before all else, whatever its role; what was for another, last.
    """
    taken = {*board.held, *(task for task, one in board.seen.items() if tasks.is_news(one))}
    wanted = role or board.me.role
    closed = [
        pattern
        for one in board.held.values()
        if one.claim.exclusive and not board.is_mine(one)
        for pattern in one.claim.scope
    ]
    turns = {one.task.id: _turn(board, tasks, one) for one in tasks.placed if one.state == taskgraph.FAILED}
    yours = [task for task, turn in turns.items() if turn == YOURS]
    free = [
        one
        for one in taskgraph.offered(tasks.placed, taken, wanted, yours)
        if not any(scopes.meet(pattern, other) for pattern in one.task.scope for other in closed)
    ]
    return sorted(free, key=lambda one: turns.get(one.task.id, ANYBODYS))


def _turn(board: Board, tasks: Tasks, placed: Placed) -> int:
    """Who was asked to mend a task has the time of a lease to come for it: nobody may be called that any more."""
    owner = placed.task.owner
    if owner is None:
        return ANYBODYS
    if owner in (board.me.agent, board.me.role):
        return YOURS
    waited = board.context.now - tasks.reopened[placed.task.id]
    return ANOTHERS if waited < board.context.config.claim_ttl else ANYBODYS
