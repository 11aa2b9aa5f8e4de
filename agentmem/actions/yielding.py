"""Two that claim at once what only one can have: each looks again when its claim is set, and one gives its claim back.

Each ref is a compare-and-swap of its own, so two tasks whose scopes meet can both be claimed by who looked before the other
wrote. Of two that look again after both have written, at least the later sees the other; and nobody goes on who sees one.
"""

import time
from collections.abc import Callable

from agentmem.actions.board import Board, Seen, nonce
from agentmem.model import leases, scopes
from agentmem.model.leases import Claim

WAIT, FAR, PAUSE = 2.0, 6.0, 0.05
"""Seconds for which the one that comes first waits for the other to give way, in this clone and in another, and between two
looks: one that does not was there before, and has been told that it won."""


def in_the_way(board: Board, claim: Claim, elsewhere: bool = False) -> Seen | None:
    """The claim of another on another task that excludes ``claim``, or that it would exclude; ``elsewhere``: of another clone."""
    for other in board.held.values():
        shuts = other.claim.exclusive or claim.exclusive
        if other.claim.is_of(claim.agent, claim.clone, claim.worktree) or other.claim.task == claim.task:
            continue
        if elsewhere and other.claim.clone == claim.clone:
            continue
        if shuts and scopes.overlap(claim.scope, other.claim.scope):
            return other
    return None


def winner(board: Board, written: Seen, look: Callable[[], object], elsewhere: bool = False) -> Seen | None:
    """The claim before which ``written``, which was just set, has to give way; None: it stays. ``look`` asks the remote.

    Who opened its claim first stays, of two in one second the task with the lesser id: the other sees that, too, and is gone
    after a moment.
    """
    deadline: float | None = None
    while other := in_the_way(board, written.claim, elsewhere):
        if deadline is None:
            deadline = time.monotonic() + (WAIT if other.claim.clone == written.claim.clone else FAR)
        if _rank(other.claim) < _rank(written.claim) or time.monotonic() >= deadline:
            return other
        time.sleep(PAUSE)
        if other.claim.clone != written.claim.clone:
            look()
        board.forget()
    return None


def _rank(claim: Claim) -> tuple[int, str]:
    return claim.opened, claim.task


def give_back(board: Board, written: Seen, before: Seen | None = None) -> bool:
    """Put what was ``before`` in the place of a claim of this clone; where nothing was, it is let go. False: it is another's by
    now, and there is nothing left to give.

    Raises:
        NotWritable, Contended: see ``Board.write``.

    """
    claim = before.claim if before else written.claim._replace(state=leases.RELEASED)
    return board.write(claim._replace(nonce=nonce()), written, "give back") is not None
