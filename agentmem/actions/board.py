"""Who holds which task, as this clone sees it: a ref for each claim, judged by this clone's own clock."""

import os
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import NamedTuple

from agentmem.actions import identity
from agentmem.actions.context import Context
from agentmem.actions.identity import Identity
from agentmem.errors import DiskFull, NotWritable
from agentmem.git import branches, history, refs, worktrees
from agentmem.model import ids, leases, times
from agentmem.model.leases import Claim
from agentmem.store import cache, clones
from agentmem.store.clones import Sightings

NAMESPACE = "refs/agentmem/claims"
FILE = "claim.json"
SILENT = 2
"""Quarters of a lease without a renewal after which its holder may be dead."""
CLOCKS = 7200
"""Seconds by which the clocks of two clones may differ."""


class Seen(NamedTuple):
    """A claim as it is seen from here: its commit, when its lease ends (seconds UTC, this clone's clock), its state now."""

    claim: Claim
    commit: str
    end: int
    state: str


class Board:
    """All claims of this clone, read when they are first asked for."""

    def __init__(self, context: Context) -> None:
        self.context, self.repository = context, context.repository
        self._folder = cache.state_folder(self.repository.common_dir)
        self._sightings = Sightings(self._folder)

    @cached_property
    def me(self) -> Identity:
        """Who asks."""
        return identity.identity(self.context)

    @cached_property
    def seen(self) -> Mapping[str, Seen]:
        """Every claim by its task's id; what is no claim is passed over."""
        found = {}
        for task, held in self._refs.items():
            one = self.judged(task, held)
            if one is not None:
                found[task] = one
        return found

    @cached_property
    def _refs(self) -> Mapping[str, refs.Held]:
        return refs.read_all(self.repository, NAMESPACE, FILE)

    @cached_property
    def lost(self) -> frozenset[str]:
        """The tasks whose claims a crash has taken: somebody may be on them, and nothing says who."""
        found = frozenset(task for task, held in self._refs.items() if held.lost)
        for task in sorted(found):
            self.context.index.notes.once(f"{lost_claim(task)}: agentmem doctor")
        return found

    def read(self, task: str) -> Seen | None:
        """The claim on one task, as it is at this moment."""
        held = refs.read_one(self.repository, f"{NAMESPACE}/{task}", FILE)
        return None if held is None else self.judged(task, held)

    def judged(self, task: str, held: refs.Held) -> Seen | None:
        """What a ref says, judged by this clone's clock."""
        claim = leases.read(held.data, task)
        if claim is None:
            return None
        now = self.context.now
        own = claim.clone == self.me.clone
        since = now if own else self._sightings.first_seen(task, held.commit, now)
        end = leases.ends(claim, self.me.clone, since)
        return Seen(claim, held.commit, end, leases.state_at(claim, end, now))

    def is_mine(self, seen: Seen) -> bool:
        """Whether the asker holds it, in this worktree."""
        return seen.claim.is_of(self.me.agent, self.me.clone, self.me.worktree)

    def is_silent(self, seen: Seen) -> bool:
        """Whether its holder may be dead: any command would have renewed the lease after a quarter of it, and none has.

        Of a claim from elsewhere the holder's own clock is believed as far as clocks differ: it ends no lease.
        """
        claim, now = seen.claim, self.context.now
        if seen.state != leases.HELD or self.is_mine(seen):
            return False
        left_to_renew = claim.ttl - claim.ttl * SILENT // leases.RENEW_AFTER
        return seen.end - now < left_to_renew or now - claim.renewed > claim.ttl + CLOCKS

    def is_left(self, seen: Seen) -> bool:
        """Whether the worktree that a claim of this clone was made in is gone."""
        here = seen.claim.clone == self.me.clone and seen.claim.worktree.startswith("worktrees/")
        return here and worktrees.made(os.path.join(self.repository.common_dir, seen.claim.worktree)) is None

    def doubt(self, seen: Seen, short: str) -> str:
        """Why whoever holds the task ``short`` may not come back, and how to take it; empty where nothing says so."""
        take = f"agentmem claim {short} --resume"
        if seen.state == leases.HELD and self.is_left(seen):
            return f"its worktree is gone: {take}"
        quiet = times.age(max(self.context.now - seen.claim.renewed, 0))
        return f"looks dead, nothing for {quiet}: {take}" if self.is_silent(seen) else ""

    @cached_property
    def held(self) -> dict[str, Seen]:
        """The claims that are held now, by task."""
        return {task: one for task, one in self.seen.items() if one.state == leases.HELD}

    @cached_property
    def mine(self) -> dict[str, Seen]:
        """Those that the asker holds."""
        return {task: one for task, one in self.held.items() if self.is_mine(one)}

    @cached_property
    def done(self) -> dict[str, Seen]:
        """The tasks that are done on a branch that still exists, or on none in particular: nobody is to do them again."""
        finished = {task: one for task, one in self.seen.items() if one.state == leases.DONE}
        named = {one.claim.branch for one in finished.values() if one.claim.branch}
        there = branches.existing(self.repository, named) if named else set()
        return {task: one for task, one in finished.items() if self._stands(one.claim, there)}

    def _stands(self, claim: Claim, there: Collection[str]) -> bool:
        """Whether the branch that did it is still to come: a branch of another clone may not have been pushed yet, so that one
        is gone which was here once.
        """
        if claim.branch is None:
            return True
        if claim.clone == self.me.clone:
            return claim.branch in there
        name = f"{claim.task}.branch"
        if claim.branch in there:
            self._sightings.first_seen(name, claim.branch, self.context.now)
            return True
        return not self._sightings.has_seen(name, claim.branch)

    def write(self, claim: Claim, after: Seen | None, what: str) -> Seen | None:
        """Put ``claim`` after what was seen (None: no claim); None where somebody was faster.

        Raises:
            Contended: the ref's lock is kept by others; NotWritable: the git dir cannot be written.

        """
        parents = [after.commit] if after else []
        now = self.context.now
        commit = refs.commit_of(
            self.repository, FILE, leases.write(claim), parents, claim.agent, now, f"{what} {claim.task}"
        )
        ref = f"{NAMESPACE}/{claim.task}"
        if not refs.swap(self.repository, ref, commit, after.commit if after else self._unread(claim.task)):
            return None
        self.forget()
        if claim.is_of(self.me.agent, self.me.clone, self.me.worktree):
            clones.keep_identity(self.repository.common_dir, self.me.clone)
            self._remind(claim)
        return Seen(claim, commit, claim.end, leases.state_at(claim, claim.end, now))

    def stands(self, written: Seen) -> bool:
        """Whether the claim that the asker has just written is what the ref says, or what came of it is the asker's still.

        The very object counts, and what follows it: any process of this clone may have set the ref to what the remote has.
        """
        task = written.claim.task
        held = refs.read_one(self.repository, f"{NAMESPACE}/{task}", FILE)
        if held is None or held.commit == written.commit:
            return held is not None
        now = self.judged(task, held)
        return (
            now is not None
            and self.is_mine(now)
            and history.comes_before(self.repository, written.commit, now.commit)
        )

    def _remind(self, claim: Claim) -> None:
        """Have the asker's next commands look after its claims, or no longer."""
        git_dir = self.repository.git_dir
        known = cache.claims_due(git_dir)
        if claim.state == leases.HELD:
            clones.remind(git_dir, claim.due if known is None else min(known, claim.due))
        elif known is not None:
            clones.remind(git_dir, self.due)

    @property
    def due(self) -> int | None:
        """When the first claim of this worktree, whichever agent's, is to be renewed; None where nobody holds one here."""
        here = (self.me.clone, self.me.worktree)
        held = (one.claim for one in self.held.values())
        return min((one.due for one in held if (one.clone, one.worktree) == here), default=None)

    def _unread(self, task: str) -> str | None:
        """The commit of a ref that holds no claim, so that one can take its place."""
        held = refs.read_one(self.repository, f"{NAMESPACE}/{task}", FILE)
        return None if held is None or leases.read(held.data, task) is not None else held.commit or None

    def forget(self) -> None:
        """Read anew what is asked next."""
        for name in ("_refs", "seen", "lost", "held", "mine", "done"):
            vars(self).pop(name, None)

    def drawn(self, task: str, **facts: object) -> Claim:
        """A new claim of the asker on ``task``."""
        me, now = self.me, self.context.now
        return Claim(
            task=task,
            agent=me.agent,
            clone=me.clone,
            worktree=me.worktree,
            nonce=nonce(),
            opened=now,
            renewed=now,
            role=me.role,
            **facts,  # type: ignore[arg-type]
        )


def lost_claim(task: str) -> str:
    """That nobody can read the claim on a task, in words."""
    return f"the claim on {task[: ids.SHORT]} is lost (a crash?): who is on it is not known"


def nonce() -> str:
    """128 bits that make two claims different which say the same."""
    return os.urandom(16).hex()


def unwritable(context: Context, task: str, problem: NotWritable, handing_on: bool = False) -> NotWritable:
    """The error for a git dir that a sandbox keeps read-only, with both ways out; for a full disk, what ``problem`` says."""
    import shlex

    repository = context.repository
    common = repository.common_dir
    agent, top = shlex.quote(context.agent), shlex.quote(repository.top)
    verb, outside = "claim", f"agentmem claim {task} --agent {agent} --worktree {top}"
    if handing_on:
        verb, outside = "hand on", f"agentmem -C {top} handoff {task} --agent {agent} -m TEXT"
    if isinstance(problem, DiskFull):
        return DiskFull(
            f"cannot {verb}: {problem.message} (the disk is full)", "free some space and try again"
        )
    return NotWritable(
        f"cannot {verb}: {common} is read-only here (sandbox?)",
        f"allow writes to {common}/objects, {common}/refs/agentmem and {common}/agentmem, or {verb} from outside:"
        f" {outside}",
    )
