"""Claims over a remote: what others hold is fetched beside our own, what we hold is pushed with a lease. No server but git's.

Two clones that claimed one task, or scopes of which one excludes the other, while they could not see each other both did so in
good faith; the remote decides, since it was there first. A task that is done stays done, whoever else holds it.
"""

import shlex
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from agentmem.actions import awaiting, hearing, states, usage, yielding
from agentmem.actions.board import FILE, NAMESPACE, Board, Seen
from agentmem.actions.context import Context
from agentmem.actions.hearing import News
from agentmem.errors import NotWritable
from agentmem.git import history, refs, remotes
from agentmem.git.remotes import AWAY, MISSING, REFUSED
from agentmem.model import leases
from agentmem.model.leases import Claim
from agentmem.store import cache, clones

FALLBACK = "refs/heads/agentmem/claims"
"""Where a host is asked to keep claims that refuses refs outside the branches."""
STATES = {NAMESPACE: states.NAMESPACE, FALLBACK: "refs/heads/agentmem/state"}
"""Where it keeps what agents keep for themselves, by where it keeps claims."""
TRACKING = "refs/agentmem/remotes"
_BESIDE = {NAMESPACE: "claims", FALLBACK: "fallback"}
_STATES_BESIDE = {NAMESPACE: "state", FALLBACK: "state-fallback"}
"""Below ``TRACKING`` and the remote's name: where each of its folders is fetched to."""
UNWRITABLE = "unwritable"
"""What keeps who only looks from seeing what the remote has: it cannot be written here."""
RETRY = 30
"""Seconds after which a command tries again what could not be shared: each try may take three of them."""
ROUNDS = 8
"""How often what others moved in between is settled and pushed again."""


class Shared(NamedTuple):
    """How it stands with the remote. ``problem`` is None where all is shared, else ``away``, ``refused``, ``missing`` or, of
    who only looked, ``unwritable``; ``news`` is what the asker has not been told yet.
    ``pushed`` and ``taken`` are how many claims went each way, ``given`` and ``got`` of how many agents what they keep for
    themselves; ``as_branches``: the host takes claims as branches alone.
    """

    remote: str | None
    problem: str | None = None
    said: str = ""
    news: News = News()
    pushed: int = 0
    taken: int = 0
    given: int = 0
    got: int = 0
    as_branches: bool = False

    @property
    def words(self) -> str:
        """What a claim says of it."""
        if self.remote is None:
            return "this clone only; no remote"
        if self.problem == AWAY:
            return f"not shared yet: {self.remote} is away"
        if self.problem == UNWRITABLE:
            return f"this clone only: what {self.remote} has cannot be written here"
        if self.problem == MISSING:
            return f"this clone only: it has no remote {self.remote}"
        if self.problem == REFUSED:
            return f"this clone only: {self.remote} refuses claims"
        return f"shared: {self.remote}{', as branches agentmem/claims/*' if self.as_branches else ''}"

    @property
    def pending(self) -> str:
        """What an end of a task says of it: nothing, where there is nothing left to do."""
        return f" ({self.words})" if self.problem == AWAY else ""


def sync(context: Context, only: Iterable[str] | None = None) -> Shared:
    """Fetch what others hold, settle what both hold, push what they have not got; ``only``: push these tasks alone.

    Raises:
        NotWritable: the git dir cannot be written; Contended.

    """
    remote = context.config.claim_remote
    if not remote:
        return Shared(None)
    if not remotes.is_known(context.repository, remote):
        return Shared(remote, MISSING)
    try:
        shared = _Sharing(context, remote).run(None if only is None else set(only))
    except NotWritable as problem:
        raise _unwritable(context, remote, problem) from None
    if shared.got:
        usage.refresh(context)
    return shared


def look(context: Context) -> Shared:
    """See what others hold by now, as far as the remote can be asked; nothing is pushed.

    Raises:
        Contended.

    """
    try:
        return sync(context, ())
    except NotWritable as problem:  # a sandbox: what is known is told, and who writes a claim hears of it
        return Shared(context.config.claim_remote, UNWRITABLE, problem.message)


def _unwritable(context: Context, remote: str, problem: NotWritable) -> NotWritable:
    common, top = context.repository.common_dir, shlex.quote(context.repository.top)
    return NotWritable(
        f"cannot sync with {remote}: {problem.message}",
        f"allow writes to {common}/objects, {common}/refs/agentmem and {common}/agentmem, or sync from outside:"
        f" agentmem -C {top} sync",
    )


def share(context: Context, task: str, looked: Shared) -> Shared:
    """Push what was written on one task; ``looked`` is what ``look`` has just said.

    Raises:
        NotWritable, Contended: see ``sync``.

    """
    if looked.problem == UNWRITABLE:
        return looked
    if looked.problem != AWAY:
        return sync(context, [task])
    try_later(context)  # a remote that was away a moment ago is not waited for once more
    return looked


def give_back(board: Board, written: Seen, before: Seen | None, looked: Shared) -> None:
    """Put what was ``before`` in the place of a claim that was just written, here and on the remote; ``looked``: see ``share``.

    Raises:
        NotWritable, Contended: see ``sync``.

    """
    if yielding.give_back(board, written, before):
        share(board.context, written.claim.task, looked)


def try_later(context: Context) -> None:
    """Have one of the next commands share what could not be shared."""
    git_dir, soon = context.repository.git_dir, context.now + RETRY
    clones.remind(git_dir, min(soon, cache.claims_due(git_dir) or soon))


def _is_waiting(context: Context) -> bool:
    """Whether a try is due soon, of what could not be shared when the remote was away."""
    due = cache.claims_due(context.repository.git_dir)
    return due is not None and due <= context.now + RETRY


def catch_up(context: Context, looked: Shared) -> Shared:
    """Share at once what waits for it, where ``look`` has just found the remote there again; what it said, else what came of it.

    Raises:
        Contended.

    """
    there = looked.remote is not None and looked.problem is None
    if not there or not _is_waiting(context) or not awaiting.unshared(context.repository, str(looked.remote)):
        return looked
    clones.remind(context.repository.git_dir, Board(context).due)
    try:
        return sync(context)
    except NotWritable:
        return looked


def unshared(board: Board) -> dict[str, str]:
    """What to say of each claim that the asker holds and that the remote, as last seen, has not: whether that is to come."""
    context, remote = board.context, board.context.config.claim_remote
    if not remote or not board.mine:
        return {}
    there = set()
    for name in _BESIDE.values():
        for task, held in refs.read_all(board.repository, f"{TRACKING}/{remote}/{name}", FILE).items():
            known, mine = leases.read(held.data, task), board.mine.get(task)
            if (
                known
                and mine
                and known.state == leases.HELD
                and known.is_of(mine.claim.agent, mine.claim.clone, mine.claim.worktree)
            ):
                there.add(task)
    said = "not shared yet" if _is_waiting(context) else "this clone only"
    return {task: said for task in board.mine if task not in there}


class _Sharing:
    def __init__(self, context: Context, remote: str) -> None:
        self.context, self.remote = context, remote
        self.repository = context.repository
        self.board = Board(context)
        self.folders = {theirs: f"{TRACKING}/{remote}/{name}" for theirs, name in _BESIDE.items()}
        self.states = {home: f"{TRACKING}/{remote}/{name}" for home, name in _STATES_BESIDE.items()}
        self.home = NAMESPACE
        self.taken, self.pushed, self.got = 0, 0, 0
        self.given: set[str] = set()
        self.begun: set[str] = set()
        self.there: dict[str, dict[str, refs.Held]] = {}
        self.asked: dict[str, str] = {}

    def run(self, only: set[str] | None) -> Shared:
        problem, said = self._run(only)
        if problem is None and only is None:
            self._yield_at_once()
        if problem == AWAY and only != set():
            try_later(self.context)
        return Shared(
            self.remote,
            problem,
            said,
            hearing.pending(self.board),  # whoever's command it was that looked
            self.pushed,
            self.taken,
            len(self.given),
            self.got,
            self.home == FALLBACK,
        )

    def _run(self, only: set[str] | None) -> tuple[str | None, str]:
        if not self._fetch():
            return AWAY, ""
        if self._kept(FALLBACK) and not self._kept(NAMESPACE):
            self.home = FALLBACK
        for _ in range(ROUNDS):
            self._settle()
            told = self._push(only)
            if any(one.problem == AWAY for one in told.values()):
                return AWAY, ""
            refused = [one for one in told.values() if one.problem == REFUSED]
            if refused and self.home == FALLBACK:
                return REFUSED, refused[0].said
            if refused:
                self.home = FALLBACK
                continue
            if not told:
                if only and self._fetch():  # another process gave it, after our look
                    self._settle()
                return None, ""
            patterns = [f"{self.home}/*", f"{STATES[self.home]}/*"]
            shown = remotes.listed(self.repository, self.remote, patterns)
            if shown is None:
                return AWAY, ""
            if all(shown.get(ref) == commit for ref, commit in self.asked.items() if self._counts(ref, only)):
                # what came to the remote between our look and our push may bear on what was just claimed
                if only != set() and self._has_news(shown) and self._fetch():
                    self._settle()
                return None, ""
            # somebody was faster, or has moved on by now what we gave; or it says yes and keeps nothing
            if any(one.problem is None and ref not in shown for ref, one in told.items()):
                return REFUSED, f"{self.remote} does not show what it took"
            if not self._fetch():
                return AWAY, ""
        self._settle()
        return AWAY, ""

    def _counts(self, ref: str, only: set[str] | None) -> bool:
        """Whether a ref has to be on the remote for what was asked: what agents keep for themselves can go with the next."""
        return only is None or ref.startswith(f"{self.home}/")

    def _has_news(self, shown: Mapping[str, str]) -> bool:
        """Whether the remote shows claims that were not fetched yet."""
        known = {f"{self.home}/{task}": held.commit for task, held in self.there[self.home].items()}
        known.update(self.asked)
        return any(
            ref.startswith(f"{self.home}/") and known.get(ref) != commit for ref, commit in shown.items()
        )

    def _fetch(self) -> bool:
        folders = {**self.folders, **{STATES[home]: folder for home, folder in self.states.items()}}
        if remotes.fetch(self.repository, self.remote, folders):
            return True
        # one ref that a crash has left half written makes git refuse them all
        return refs.mend(self.repository, "refs/agentmem") and remotes.fetch(
            self.repository, self.remote, folders
        )

    def _kept(self, folder: str) -> dict[str, refs.Held]:
        """What the remote has in one of its folders, as last fetched."""
        return refs.read_all(self.repository, self.folders[folder], FILE)

    def _settle(self) -> None:
        """Take up what the remote has."""
        self.there = {folder: self._kept(folder) for folder in self.folders}
        ours = refs.read_all(self.repository, NAMESPACE, FILE)
        for theirs in self.there.values():
            for task, held in theirs.items():
                claim, mine = leases.read(held.data, task), ours.get(task)
                if claim is not None and (mine is None or mine.commit != held.commit):
                    now = self._taken(task, mine, held, claim)
                    if now is not None:
                        ours[task] = now
        self.got += states.settle(self.repository, self.states.values())
        self.board.forget()
        self._yield_to_the_remote(ours)

    def _yield_to_the_remote(self, ours: Mapping[str, refs.Held]) -> None:
        """Give back what was claimed here while the remote could not be asked, and what it has by now excludes."""
        here = self.board.me.clone
        for task, held in ours.items():
            claim = leases.read(held.data, task)
            if claim is None or claim.clone != here or claim.state != leases.HELD or self._is_there(claim):
                continue
            seen = self.board.held.get(task)
            if seen and yielding.in_the_way(self.board, seen.claim, elsewhere=True):
                self._give_back(seen)

    def _yield_at_once(self) -> None:
        """The same of what two clones that both come back have pushed at once: each looks again, and one gives way."""
        for task in sorted(self.begun):
            seen = self.board.held.get(task)
            if seen and yielding.winner(self.board, seen, self._look, elsewhere=True):
                self._give_back(self.board.held.get(task, seen))
                self._push({task})

    def _give_back(self, seen: Seen) -> None:
        hearing.given_back(self.board, seen.claim)  # before: whoever finds it gone finds that, too
        yielding.give_back(self.board, seen)
        self.board.forget()

    def _look(self) -> None:
        if self._fetch():
            self._settle()

    def _is_there(self, claim: Claim) -> bool:
        """Whether the remote has a claim of the same holder on that task."""
        for folder in self.there.values():
            there = folder.get(claim.task)
            known = leases.read(there.data, claim.task) if there else None
            if known and known.state == leases.HELD and known.is_of(claim.agent, claim.clone, claim.worktree):
                return True
        return False

    def _taken(self, task: str, mine: refs.Held | None, held: refs.Held, claim: Claim) -> refs.Held | None:
        """One claim of the remote beside ours: what holds here now; None where ours is the later one, or was just moved."""
        ours = leases.read(mine.data, task) if mine else None
        kept, new, apart = claim, held, False
        if mine and ours and not history.comes_before(self.repository, mine.commit, held.commit):
            if history.comes_before(self.repository, held.commit, mine.commit):
                return None
            kept, apart = leases.joined(ours, claim), True  # two histories that did not see each other
        if mine and kept != claim:
            data, now = leases.write(kept), self.context.now
            parents = [held.commit, mine.commit]
            commit = refs.commit_of(self.repository, FILE, data, parents, kept.agent, now, f"join {task}")
            new = refs.Held(commit, data)
        # its lease counts from here on, for this clone; and who finds its claim gone finds that it was left to be told
        hearing.leave(self.board, ours, self.board.judged(task, new), apart)
        ref = f"{NAMESPACE}/{task}"
        if not refs.swap(self.repository, ref, new.commit, mine.commit if mine else None):
            return None
        self.taken += kept.nonce == claim.nonce
        return new

    def _push(self, only: set[str] | None) -> dict[str, remotes.Pushed]:
        """Give the remote what it has not got; what became of each, by ref. Afterwards ``asked`` has what was asked for.

        A lease on what another process of this clone has fetched meanwhile would put our claim over one that we never looked
        at: it is taken on what was settled, and nothing is moved but forwards.
        """
        theirs, states_home = self.there[self.home], STATES[self.home]
        moves: list[states.Move] = []
        behind: dict[str, str] = {}
        begun: set[str] = set()
        for task, held in refs.read_all(self.repository, NAMESPACE, FILE).items():
            there = theirs.get(task)
            if (only is not None and task not in only) or (there and there.commit == held.commit):
                continue
            claim = leases.read(held.data, task)
            if claim is None:
                continue
            if claim.state == leases.HELD and not self._is_there(claim):
                begun.add(task)
            looked_at = there if there and leases.read(there.data, task) is not None else None
            if looked_at and not history.comes_before(self.repository, looked_at.commit, held.commit):
                behind[f"{self.home}/{task}"] = held.commit
                continue
            moves.append((f"{self.home}/{task}", held.commit, there.commit if there else None))
        if only != set():
            moves += states.moves(self.repository, self.states[self.home], states_home)
        told = remotes.push(self.repository, self.remote, moves)
        self.asked = {**behind, **{ref: commit for ref, commit, _ in moves}}
        for ref, commit, old in moves:
            if told[ref].problem is None:
                is_state = ref.startswith(states_home + "/")
                home = states_home if is_state else self.home
                name = ref.removeprefix(home + "/")
                if is_state:
                    self.given.add(name)
                else:
                    self.pushed += 1
                    self.begun |= begun & {name}
                folder = self.states[self.home] if is_state else self.folders[self.home]
                refs.swap(self.repository, f"{folder}/{name}", commit, old)
        return {**told, **dict.fromkeys(behind, remotes.Pushed(remotes.STALE))}
