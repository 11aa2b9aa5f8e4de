"""What befell an agent's claims while somebody else's command looked: kept in the clone until that agent has been told once.

The worktrees of a clone share the refs of its claims, so whoever fetches sets back what others of the clone had claimed.
"""

from collections.abc import Iterable
from typing import NamedTuple

from agentmem.actions import yielding
from agentmem.actions.board import Board, Seen
from agentmem.actions.context import Context
from agentmem.model import ids, leases, safety
from agentmem.model.leases import Claim
from agentmem.store import cache
from agentmem.store.clones import Unheard

LOST, NOTED, SHUT = "lost", "noted", "shut"
_VERBS = {leases.DONE: "has done", leases.HELD: "holds"}


class Given(NamedTuple):
    """A claim of the asker that was given back, and the one that excludes it; None: that has ended by now."""

    claim: Seen
    other: Seen | None

    @property
    def line(self) -> str:
        """It in words."""
        task = self.claim.claim.task[: ids.SHORT]
        given = f"{task}, which you had claimed here while the remote was away, is given back"
        if self.other is None:
            return f"{given}: its scope was taken by another, and is free by now: agentmem claim {task}"
        claim = self.other.claim
        held = "exclusively by" if claim.exclusive else "by"
        scope = safety.one_line(", ".join(claim.scope))
        by = f"{safety.one_line(claim.agent)} ({claim.task[: ids.SHORT]})"
        return f"{given}: {scope} is held {held} {by}: agentmem claim takes another"


class News(NamedTuple):
    """``lost`` are claims of others on tasks that the asker held, ``noted`` those on tasks that it handed on without having seen
    them: they carry its note. ``given`` are its own that were given back to an exclusive one.
    """

    lost: tuple[Seen, ...] = ()
    noted: tuple[Seen, ...] = ()
    given: tuple[Given, ...] = ()

    @property
    def lines(self) -> list[str]:
        """A line each."""
        return [
            *(_line(one, "had claimed here: agentmem claim takes another") for one in self.lost),
            *(_line(one, "handed on here: your note stays with that claim") for one in self.noted),
            *(one.line for one in self.given),
        ]

    @property
    def tasks(self) -> list[str]:
        """The tasks that it is about."""
        return [one.claim.task for one in (*self.lost, *self.noted, *(each.claim for each in self.given))]


def _line(one: Seen, what: str) -> str:
    verb = _VERBS.get(one.state, "had")
    return f"{one.claim.agent} {verb} {one.claim.task[: ids.SHORT]}, which you {what}"


def leave(board: Board, had: Claim | None, now: Seen | None, apart: bool) -> None:
    """Keep for who of this clone ``had`` a claim, or handed it on ``apart`` from the rest, that another holds or has done now."""
    if had is None or had.clone != board.me.clone or now is None:
        return
    if now.state not in (leases.HELD, leases.DONE) or now.claim.is_of(had.agent, had.clone, had.worktree):
        return
    if had.state == leases.HELD:
        _unheard(board).leave(had.task, had.agent, had.worktree, LOST)
    elif apart and had.handoff and had.handoff == now.claim.handoff:
        _unheard(board).leave(had.task, had.agent, had.worktree, NOTED)


def given_back(board: Board, claim: Claim) -> None:
    """Keep for who held ``claim`` in this clone that it was given back."""
    _unheard(board).leave(claim.task, claim.agent, claim.worktree, SHUT)


def pending(board: Board) -> News:
    """What the asker has not been told yet, as it stands by now: what it holds again is no news."""
    found: dict[str, list[Seen]] = {LOST: [], NOTED: []}
    given: list[Given] = []
    for task, kind in sorted(_unheard(board).of(board.me.agent, board.me.worktree).items()):
        seen = board.read(task)
        if seen is None:
            continue
        if kind == SHUT and seen.state == leases.RELEASED and board.is_mine(seen):
            given.append(Given(seen, yielding.in_the_way(board, seen.claim, elsewhere=True)))
        elif kind in found and not board.is_mine(seen):
            found[kind].append(seen)
    return News(tuple(found[LOST]), tuple(found[NOTED]), tuple(given))


def heard(board: Board, tasks: Iterable[str]) -> None:
    """The asker has been told how it stands with ``tasks``."""
    for task in tasks:
        _unheard(board).heard(task, board.me.agent, board.me.worktree)


def tell(context: Context) -> list[str]:
    """What the asker has not been told yet, a line each; it will not be told again."""
    board = Board(context)
    news = pending(board)
    heard(board, news.tasks)
    return news.lines


def _unheard(board: Board) -> Unheard:
    return Unheard(cache.state_folder(board.repository.common_dir))
