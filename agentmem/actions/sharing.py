"""Claims over a remote: what others hold is fetched beside our own, what we hold is pushed with a lease. No server but git's.

Two clones that claimed one task while they could not see each other both did so in good faith; the remote decides, since it
was there first. A task that is done stays done, whoever else holds it.
"""

from collections.abc import Iterable
from typing import NamedTuple

from agentmem.actions.board import FILE, NAMESPACE, Board, Seen
from agentmem.actions.context import Context
from agentmem.git import history, refs, remotes
from agentmem.git.remotes import AWAY, REFUSED
from agentmem.model import leases
from agentmem.model.leases import Claim

TRACKING = "refs/agentmem/remotes"
FALLBACK = "refs/heads/agentmem/claims"
"""Where a host is asked to keep claims that refuses refs outside the branches."""


class Shared(NamedTuple):
    """How it stands with the remote. ``problem`` is None where all is shared, else ``away`` or ``refused``; ``lost`` are the
    tasks that others turned out to hold, ``pushed`` and ``taken`` how many claims went each way.
    """

    remote: str | None
    problem: str | None = None
    said: str = ""
    lost: tuple[Seen, ...] = ()
    pushed: int = 0
    taken: int = 0

    @property
    def words(self) -> str:
        """What a claim says of it."""
        if self.remote is None:
            return "this clone only; no remote"
        if self.problem == AWAY:
            return f"not shared yet: {self.remote} is away"
        if self.problem == REFUSED:
            return f"this clone only: {self.remote} refuses claims"
        return f"shared: {self.remote}"


def sync(context: Context, only: Iterable[str] | None = None) -> Shared:
    """Fetch what others hold, settle what both hold, push what they have not got; ``only``: push these tasks alone.

    Raises:
        NotWritable: the git dir cannot be written; Contended.

    """
    remote = context.config.claim_remote
    if not remote:
        return Shared(None)
    return _Sharing(context, remote).run(only)


class _Sharing:
    def __init__(self, context: Context, remote: str) -> None:
        self.context, self.remote = context, remote
        self.repository = context.repository
        self.board = Board(context)
        self.tracking = f"{TRACKING}/{remote}/claims"
        self.theirs = NAMESPACE

    def run(self, only: Iterable[str] | None) -> Shared:
        wanted = None if only is None else set(only)
        if not self._fetch():
            return Shared(self.remote, AWAY)
        taken, lost = self._settle()
        problem, said, pushed, more = self._push(wanted)
        if problem == REFUSED and self.theirs == NAMESPACE:
            self.theirs = FALLBACK
            if self._fetch():
                more_taken, more_lost = self._settle()
                taken, lost = taken + more_taken, [*lost, *more_lost]
                problem, said, pushed, more = self._push(wanted)
        return Shared(self.remote, problem, said, (*lost, *more), pushed, taken)

    def _fetch(self) -> bool:
        return remotes.fetch(self.repository, self.remote, self.theirs, self.tracking)

    def _settle(self) -> tuple[int, list[Seen]]:
        """Take up what the remote has: how many claims were news, and which of the asker's others turned out to hold."""
        theirs = refs.read_all(self.repository, self.tracking, FILE)
        ours = refs.read_all(self.repository, NAMESPACE, FILE)
        taken, lost = 0, []
        for task, held in theirs.items():
            mine = ours.get(task)
            if mine is not None and mine.commit == held.commit:
                continue
            if leases.read(held.data, task) is None:
                continue
            if mine is None or history.comes_before(self.repository, mine.commit, held.commit):
                had = mine and leases.read(mine.data, task)
                if refs.swap(
                    self.repository, f"{NAMESPACE}/{task}", held.commit, mine.commit if mine else None
                ):
                    taken += 1
                    lost += self._lost(task, had, held)
            elif not history.comes_before(self.repository, held.commit, mine.commit):
                lost += self._part(task, mine, held)
                taken += 1
        if taken:
            self.board.forget()
        return taken, lost

    def _part(self, task: str, mine: refs.Held, theirs: refs.Held) -> list[Seen]:
        """Two histories of one claim that did not see each other: joined, so that neither is lost; the remote's counts, unless
        ours says that the task is done.
        """
        ours, other = leases.read(mine.data, task), leases.read(theirs.data, task)
        assert other is not None
        kept = (
            ours if ours is not None and ours.state == leases.DONE and other.state != leases.DONE else other
        )
        if ours is not None and ours.state == leases.HELD and other.state == leases.RELEASED:
            kept = ours
        commit = refs.commit_of(
            self.repository,
            FILE,
            leases.write(kept),
            [theirs.commit, mine.commit],
            kept.agent,
            self.context.now,
            f"join {task}",
        )
        if not refs.swap(self.repository, f"{NAMESPACE}/{task}", commit, mine.commit):
            return []
        return self._lost(task, ours, theirs) if kept is other else []

    def _lost(self, task: str, had: Claim | None, held: refs.Held) -> list[Seen]:
        """What the asker held and another holds now."""
        me = self.board.me
        if had is None or had.state != leases.HELD or not had.is_of(me.agent, me.clone, me.worktree):
            return []
        seen = self.board.judged(task, held)
        return (
            [seen]
            if seen and seen.state in (leases.HELD, leases.DONE) and not self.board.is_mine(seen)
            else []
        )

    def _push(self, only: set[str] | None) -> tuple[str | None, str, int, list[Seen]]:
        theirs = {
            task: held.commit for task, held in refs.read_all(self.repository, self.tracking, FILE).items()
        }
        moves, names = [], {}
        for task, held in refs.read_all(self.repository, NAMESPACE, FILE).items():
            if held.commit != theirs.get(task) and (only is None or task in only):
                ref = f"{self.theirs}/{task}"
                moves.append((ref, held.commit, theirs.get(task)))
                names[ref] = (task, held)
        told = remotes.push(self.repository, self.remote, moves)
        pushed = [ref for ref, one in told.items() if one.problem is None]
        for ref in pushed:
            task, held = names[ref]
            refs.swap(self.repository, f"{self.tracking}/{task}", held.commit, theirs.get(task))
        bad = [one for one in told.values() if one.problem in (AWAY, REFUSED)]
        lost: list[Seen] = []
        if any(one.problem == remotes.STALE for one in told.values()) and self._fetch():
            lost = self._settle()[1]  # somebody was faster
        if bad:
            return bad[0].problem, bad[0].said, len(pushed), lost
        there = remotes.listed(self.repository, self.remote, f"{self.theirs}/*") if pushed else {}
        if there is None or any(there.get(ref) != names[ref][1].commit for ref in pushed):
            # it said yes and does not show it, or somebody has moved it on by now
            taken = self._settle() if there is not None and self._fetch() else None
            if taken is None:
                return AWAY, "", len(pushed), lost
            shown = remotes.listed(self.repository, self.remote, f"{self.theirs}/*") or {}
            if any(ref not in shown for ref in pushed):
                return REFUSED, f"{self.remote} does not show what it took", 0, lost
            lost = [*lost, *taken[1]]
        return None, "", len(pushed), lost
