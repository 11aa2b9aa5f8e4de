"""Two that claim at once what only one can have: each looks again when its claim is set, and one gives its claim back.

Each ref is a compare-and-swap of its own, so two tasks whose scopes meet can both be claimed by who looked before the other
wrote. Of two that look again after both have written, at least the later sees the other; and nobody goes on who sees one.
"""

import time

from agentmem.actions import sharing
from agentmem.actions.board import Board, Seen, nonce
from agentmem.actions.sharing import Shared
from agentmem.model import leases, scopes
from agentmem.model.leases import Claim

WAIT, FAR, PAUSE = 2.0, 6.0, 0.05
"""Seconds for which the one that comes first waits for the other to give way, in this clone and in another, and between two
looks: one that does not was there before, and has been told that it won."""


def in_the_way(board: Board, claim: Claim) -> Seen | None:
    """The claim of another on another task that excludes ``claim``, or that it would exclude."""
    for other in board.held.values():
        shuts = other.claim.exclusive or claim.exclusive
        is_other = other.claim.task != claim.task and not board.is_mine(other)
        if shuts and is_other and scopes.overlap(claim.scope, other.claim.scope):
            return other
    return None


def winner(board: Board, written: Seen) -> Seen | None:
    """The claim before which ``written``, which was just set, has to give way; None: it stays.

    Who opened its claim first stays, of two in one second the task with the lesser id: the other sees that, too, and is gone
    after a moment.
    """
    deadline: float | None = None
    while other := in_the_way(board, written.claim):
        if deadline is None:
            deadline = time.monotonic() + (WAIT if other.claim.clone == written.claim.clone else FAR)
        if _rank(other.claim) < _rank(written.claim) or time.monotonic() >= deadline:
            return other
        time.sleep(PAUSE)
        if other.claim.clone != written.claim.clone:
            sharing.look(board.context)
        board.forget()
    return None


def _rank(claim: Claim) -> tuple[int, str]:
    return claim.opened, claim.task


def give_back(board: Board, written: Seen, before: Seen | None, looked: Shared) -> Shared:
    """Put what was ``before`` in the place of a claim of the asker, on the remote too; where nothing was, it is let go.

    Raises:
        NotWritable, Contended: see ``sharing.sync``.

    """
    claim = before.claim if before else written.claim._replace(state=leases.RELEASED)
    if board.write(claim._replace(nonce=nonce()), written, "give back") is None:
        return looked  # somebody has taken it over: there is nothing left to give
    return sharing.share(board.context, claim.task, looked)
