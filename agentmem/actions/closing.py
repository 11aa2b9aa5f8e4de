"""What ending a task does to its claim's ref, before its log entry and after it: of all who close it at once one alone does."""

from agentmem.actions import sharing
from agentmem.actions.board import Board, Seen, nonce
from agentmem.actions.sharing import Shared
from agentmem.actions.tasks import Tasks
from agentmem.errors import Contended, GitFailed, NeedsDecision, NotWritable
from agentmem.model import leases
from agentmem.model.leases import Claim
from agentmem.model.taskgraph import Placed

TRIES = 8
"""How often a ref is looked at anew that others move each time."""
_CANNOT = (NotWritable, Contended, GitFailed)
"""A sandbox keeps the git dir read-only, a crash left a lock: the entry alone tells then, once it is merged."""


def held_by_nobody_else(board: Board, tasks: Tasks, placed: Placed) -> Seen | None:
    """The claim on a task, which is the asker's, or has ended.

    Raises:
        NeedsDecision: another holds it.

    """
    seen = board.read(placed.task.id)
    if seen is not None and seen.state == leases.HELD and not board.is_mine(seen):
        short = tasks.shorts[placed.task.id]
        same = seen.claim.agent == board.me.agent
        raise NeedsDecision(
            f"{short} is held by {seen.claim.agent}{' in another worktree' if same else ''}, not by you",
            f"take it over, on the record: agentmem claim {short} --resume",
        )
    return seen


def taken(board: Board, tasks: Tasks, placed: Placed, branch: str | None, looked: Shared) -> Seen | None:
    """The asker's claim on a task that it is about to close: what nobody holds is taken first, here and on the remote, so that
    of two at once one alone writes an entry. Where no ref can be written: what there is.

    Whoever is killed after that holds the task, for the shortest time there is, and closes it by the same command.

    Raises:
        NeedsDecision: another was faster; Contended.

    """
    task, now = placed.task.id, board.context.now
    for _ in range(TRIES):
        seen = held_by_nobody_else(board, tasks, placed)
        if seen and seen.state == leases.HELD:
            return seen
        if seen and tasks.is_news(seen):
            short = tasks.shorts[task]
            raise NeedsDecision(f"{short} was just done by {seen.claim.agent}", f"agentmem show {short}")
        ended = seen and seen.state == leases.EXPIRED and board.is_mine(seen)
        claim = seen.claim if seen and ended else board.drawn(task, branch=branch)
        claim = claim._replace(nonce=nonce(), renewed=now, ttl=leases.MIN_TTL)
        try:
            written = board.write(claim, seen, "close")
            if written:
                sharing.share(board.context, task, looked)
        except _CANNOT:
            return board.read(task)
        if written and board.stands(written):
            return written
        board.forget()
    raise Contended(f"{tasks.shorts[task]} is wanted by many", "try again")


def closed(board: Board, claim: Claim, seen: Seen | None, looked: Shared) -> tuple[Shared, Seen | None]:
    """Say on the claim's ref that its task is done; who has closed it already, where somebody was faster.

    A claim that was renewed or taken over meanwhile is no matter: what is done stays done, as over a remote.
    """
    try:
        for _ in range(TRIES):
            if board.write(claim, seen, "done") is not None:
                return sharing.share(board.context, claim.task, looked), None
            board.forget()
            seen = board.read(claim.task)
            if seen and seen.state == leases.DONE:
                return looked, seen
    except _CANNOT:
        pass
    return looked, None


def told(board: Board, claim: Claim, seen: Seen | None, what: str, looked: Shared) -> Shared:
    """Say on the claim's ref what became of its task; the entry stands whatever becomes of that."""
    try:
        if board.write(claim, seen, what) is not None:
            return sharing.share(board.context, claim.task, looked)
    except _CANNOT:
        pass
    return looked


def settle(board: Board, tasks: Tasks, placed: Placed, looked: Shared) -> None:
    """Close the asker's own claim on what is done: the command that did it may have been killed before it got there."""
    seen, closing = board.read(placed.task.id), tasks.closing_of(placed.task.id)
    if seen and closing and seen.state == leases.HELD and board.is_mine(seen):
        claim = seen.claim._replace(
            nonce=nonce(), state=leases.DONE, handoff=None, entry=closing.entry, renewed=board.context.now
        )
        told(board, claim, seen, "done", looked)
