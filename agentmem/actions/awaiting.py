"""What waits for whoever has just switched, merged or pushed: seen at a glance, without an index."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from agentmem.git import refs
from agentmem.git.repository import Difference, Repository
from agentmem.store import layout, overlays, reading

CLAIMS, CLAIM_FILE = "refs/agentmem/claims", "claim.json"
MOST = 100
"""Memories with changes that are looked into."""


def carried(repository: Repository, store: str, differences: Sequence[Difference]) -> dict[str, int]:
    """How many files of which other branches came along uncommitted with a switch."""
    from agentmem.git import branches, state

    root = os.path.join(repository.directory, store)
    found: dict[str, int] = {}
    for one in differences:
        path = one.path.removeprefix(store + "/")
        if one.old is None and not one.deleted and (layout.is_memory(path) or layout.is_change(path)):
            branch = written_on(reading.read(root, path) or b"")
            if branch and branch != repository.branch:
                found[branch] = found.get(branch, 0) + 1
    if not found or state.under_way(repository):
        return {}
    there = branches.existing(repository, found)
    return {
        name: number
        for name, number in sorted(found.items())
        if name in there and not overlays.is_own(repository, repository.branch, name)
    }


def written_on(data: bytes) -> str | None:
    """The branch that the front matter of ``data`` names, as the tool writes it."""
    head = data[: data.find(b"\n---", 3)] if data.startswith(b"---") else b""
    for line in head.split(b"\n"):
        if line.startswith(b"branch:"):
            return line[7:].strip().strip(b"\"'").decode("utf-8", "replace") or None
    return None


class Pending(NamedTuple):
    """How many changes of overlays base can take up, how many are in conflict, and the memories of these."""

    ready: int
    stuck: int
    memories: tuple[str, ...]


def pending(repository: Repository, store: str, differences: Sequence[Difference]) -> Pending:
    """The changes of overlays that base has not taken up; of very many it is not looked which are in conflict.

    ``differences`` are those of the worktree from HEAD.
    """
    from agentmem.actions import receipting

    root = os.path.join(repository.directory, store)
    void = receipting.void(repository, store, differences)
    done = {path.rpartition("/")[2] for path in overlays.receipt_paths(root) if path not in void}
    found: dict[str, set[str]] = {}
    for path in overlays.all_change_paths(root):
        found.setdefault(layout.names_of_change(path)[1], set()).add(path)
    names = {memory: {layout.names_of_change(path)[2] for path in paths} for memory, paths in found.items()}
    open_ = [memory for memory, changes in names.items() if changes - done]
    if not 0 < len(open_) <= MOST:
        return Pending(sum(len(names[memory] - done) for memory in open_), 0, ())
    from agentmem.model import applying, changes, settling  # reads YAML: not where nothing waits

    bases = receipting.by_memory(root, list(reading.walk(root)))
    ready, stuck = 0, dict[str, int]()
    for memory in open_:
        parsed = [changes.parse(data)[0] for _, data in overlays.read(root, found[memory])]
        left = applying.pending([one for one in parsed if one], done)
        seen = {identity for one in left for identity in one.after} - names[memory] - done
        base = reading.read(root, bases[memory][0]) if memory in bases else None
        if base is None or overlays.elsewhere(repository, store, seen):
            continue  # of what is here no more, or after what is still to come: base does not take it up
        taken = settling.promoted(base, left)[1]
        ready += sum(one.id in taken for one in left)
        if applying.apply(base, left).conflicts:
            stuck[memory] = sum(one.id not in taken for one in left)
    return Pending(ready, sum(stuck.values()), tuple(sorted(stuck)))


def handed_on(repository: Repository, now: int) -> list[str]:
    """What was handed on on the branch at hand and nobody has taken since: task, who left it, how long ago."""
    if repository.branch is None or not refs.commits(repository, CLAIMS):
        return []
    from agentmem.model import ids, leases, times

    told = []
    for task, held in refs.read_all(repository, CLAIMS, CLAIM_FILE).items():
        claim = leases.read(held.data, task)
        if claim and claim.handoff and claim.state == leases.RELEASED and claim.branch == repository.branch:
            age = times.age(max(now - claim.handoff.at, 0))
            told.append(f"{task[: ids.SHORT]} was left by {claim.handoff.by} ({age})")
    return told


def unshared(repository: Repository, remote: str) -> int:
    """How many claims of this clone ``remote`` did not have when it was last asked."""
    ours = refs.commits(repository, CLAIMS)
    if not ours:
        return 0
    shared: set[tuple[str, str]] = set()
    for folder in ("claims", "fallback"):
        shared |= set(refs.commits(repository, f"refs/agentmem/remotes/{remote}/{folder}").items())
    return sum(pair not in shared for pair in ours.items())
