"""What could be begun now: free by its needs, held by nobody, done nowhere, in nobody's exclusive scope."""

from agentmem.actions.board import Board
from agentmem.actions.tasks import Tasks
from agentmem.model import scopes, taskgraph
from agentmem.model.taskgraph import Placed


def available(board: Board, tasks: Tasks, role: str | None = None) -> list[Placed]:
    """What ``role`` (None: the asker's) could begin now, the best first: held by nobody, done nowhere, and in nobody's exclusive
    scope.
    """
    taken = {*board.held, *(task for task, one in board.seen.items() if tasks.is_news(one))}
    free = taskgraph.offered(tasks.placed, taken, role or board.me.role)
    closed = [
        pattern
        for one in board.held.values()
        if one.claim.exclusive and not board.is_mine(one)
        for pattern in one.claim.scope
    ]
    return [
        one
        for one in free
        if not any(scopes.meet(pattern, other) for pattern in one.task.scope for other in closed)
    ]
