"""Commits by name and by moment."""

import bisect
import os
import re
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from agentmem.git import process, settings
from agentmem.git.repository import Repository

_REFLOG = r"(?i)@\{(?![0-9]+\}|-[0-9]+\}|u(?:pstream)?\}|push\})"
"""``main@{last nonsense}``: git's own parser of dates, which reads what it does not know as *now*."""

_TYPES = (b"blob", b"tree", b"commit", b"tag")

MAX_REF = 1000
"""Characters of a ref's name; file systems take less."""


class Commit(NamedTuple):
    """A commit and when it was made (the committer's time), seconds UTC."""

    id: str
    time: int


def resolve(repository: Repository, name: str) -> Commit | None:
    """The commit that ``name`` (a branch, tag, id or expression such as ``HEAD~3``) leads to; None where there is none."""
    if not name.strip() or re.search(_REFLOG, name) or "\n" in name or "\0" in name:
        return None
    found = process.run(
        repository.directory, "rev-parse", "-q", "--verify", "--end-of-options", f"{name}^{{commit}}"
    )
    if found.code:
        return None
    return _dated(repository, os.fsdecode(found.out).strip())


def at(repository: Repository, start: str, moment: int) -> Commit | None:
    """The commit at which the line of ``start`` (its first parents) stood at ``moment``, seconds UTC; None: before the first.

    First parents, because what another branch committed earlier was not here before it was merged.
    """
    if moment < 0:
        return None  # git has no commits from before 1970, and reads what is less as now
    found = process.run(
        repository.directory, "rev-list", "-1", "--first-parent", f"--min-age={moment}", start, "--"
    )
    name = os.fsdecode(found.out).strip()
    return _dated(repository, name) if found.code == 0 and name else None


def at_each(repository: Repository, start: str, moments: Iterable[int]) -> dict[int, str]:
    """The commit that ``at`` gives for each of ``moments`` that has one: one process for however many."""
    waiting = sorted({moment for moment in moments if moment >= 0})
    if not waiting:
        return {}
    out = process.run(repository.directory, "rev-list", "--first-parent", "--timestamp", start, "--").out
    found: dict[int, str] = {}
    for line in out.splitlines():
        made, name = line.split()
        # committers' clocks differ: the first on the way back that is old enough, as git's own --min-age has it
        place = bisect.bisect_left(waiting, int(made))
        found.update(dict.fromkeys(waiting[place:], name.decode("ascii")))
        del waiting[place:]
        if not waiting:
            break
    return found


def stood_at(
    repository: Repository, tips: Sequence[str], moment: int, base: str | None = None
) -> dict[str, str]:
    """The commit at which the line of each of ``tips`` (its first parents) stood at ``moment``, seconds UTC, as ``at`` has it for
    one; those that began later are left out. One process for any number of lines, which walks no further back than it must.

    A line that leads over ``base`` within that very second stood there: nothing else tells which commit of a second was the last.
    """
    request = "".join(f"{commit}\n" for commit in dict.fromkeys(tips)).encode("ascii")
    words = ("rev-list", "--first-parent", "--parents", "--timestamp", f"--max-age={moment}", "--stdin")
    parents, of_then = dict[str, str](), set[str]()
    for line in process.demand(repository.directory, *words, stdin=request).decode("ascii").splitlines():
        made, commit, *rest = line.split(" ")
        parents[commit] = rest[0] if rest else ""
        if int(made) == moment:
            of_then.add(commit)
    found: dict[str, str] = {}
    for tip in tips:
        at = tip
        while at in parents and at not in of_then:
            at = parents[at]
        same = at
        while same in of_then and same != base:
            same = parents[same]
        if stood := same if same in of_then else at:
            found[tip] = stood
    return found


def _dated(repository: Repository, name: str) -> Commit:
    out = process.demand(repository.directory, "show", "-s", "--no-show-signature", "--format=%ct", name)
    return Commit(name, int(out.split()[0]))


def branch_tip(repository: Repository, name: str) -> tuple[str, str] | None:
    """``(full ref, commit)`` of the local branch ``name``, else of the remote-tracking one; None where there is neither.

    ``name`` may also be given with its remote (``origin/feature``).
    """
    asked = [f"refs/heads/{name}", f"refs/remotes/{name}", f"refs/remotes/*/{name}"]
    tips = {ref: commit for commit, ref in tips_of(repository, asked)}
    for ref in asked[:2]:
        if ref in tips:
            return ref, tips[ref]
    rest = sorted(tips, key=lambda ref: (not ref.startswith("refs/remotes/origin/"), ref))
    return (rest[0], tips[rest[0]]) if rest else None


def is_tag_and_branch(repository: Repository, name: str) -> bool:
    """Whether a tag and a local branch are both called ``name``: then it depends on who reads it which is meant."""
    both = {f"refs/heads/{name}", f"refs/tags/{name}"}
    return both <= {ref for _, ref in tips_of(repository, sorted(both))}


def is_possible(name: str) -> bool:
    """Whether a ref can be called ``name``, as far as a process can be asked; a memory's ``branch:`` may hold anything."""
    return 0 < len(name) <= MAX_REF and min(name) >= " "


def tips_of(repository: Repository, patterns: list[str]) -> list[tuple[str, str]]:
    """``(commit, full ref)`` of the refs that match ``patterns``; symbolic ones (``origin/HEAD``) left out."""
    asked = [pattern for pattern in patterns if is_possible(pattern)]
    if not asked:
        return []
    out = process.run(
        repository.directory, "for-each-ref", "--format=%(objectname) %(refname) %(symref)", *asked
    ).out
    found = []
    for line in os.fsdecode(out).splitlines():
        commit, ref, symbolic = line.split(" ", 2)
        if not symbolic:
            found.append((commit, ref))
    return found


def trunk_tips(repository: Repository, trunk: str) -> list[str]:
    """The commits at which this clone knows trunk: the local branch's and the remote-tracking ones'."""
    return list(dict.fromkeys(commit for commit, _ in trunk_refs(repository, trunk)))


def trunk_refs(repository: Repository, trunk: str) -> list[tuple[str, str]]:
    """The same with the full ref of each."""
    return tips_of(repository, [f"refs/heads/{trunk}", f"refs/remotes/*/{trunk}"])


def of_trunk(tips: Iterable[tuple[str, str]], trunk: str | None) -> list[str]:
    """The same out of all ``(commit, full ref)`` of branches, where these are known already."""
    if not trunk:
        return []
    return list(dict.fromkeys(commit for commit, ref in tips if is_trunk(ref, trunk)))


def is_trunk(ref: str, trunk: str) -> bool:
    """Whether the full ref is trunk's, here or on a remote: a branch ``alice/main`` of one's own is not."""
    return ref == f"refs/heads/{trunk}" or (
        ref.startswith("refs/remotes/") and ref.split("/", 3)[3:] == [trunk]
    )


def upstream_of(repository: Repository, branch: str) -> list[tuple[str, str]]:
    """``(commit, full ref)`` of what the local ``branch`` follows; where that is not set or not here: origin's of that name, else
    every remote's.
    """
    out = process.run(
        repository.directory, "for-each-ref", "--format=%(upstream)", f"refs/heads/{branch}"
    ).out
    followed = os.fsdecode(out).strip()
    asked = [
        pattern
        for pattern in (followed, f"refs/remotes/origin/{branch}", f"refs/remotes/*/{branch}")
        if pattern
    ]
    for pattern in asked:
        if found := tips_of(repository, [pattern]):
            return found
    return []


def on_trunk(repository: Repository, trunk: str, paths: Sequence[str]) -> tuple[set[str], bool]:
    """Which of ``paths`` (from the worktree's top) trunk holds, here or on a remote as last fetched, and whether this clone knows
    trunk at all.
    """
    try:
        there = os.listdir(os.path.join(repository.common_dir, "refs", "remotes"))
    except OSError:
        there = []
    remotes = sorted({"origin", *there, *settings.remotes(repository)})  # a packed ref has no folder
    refs = [f"refs/heads/{trunk}", *(f"refs/remotes/{remote}/{trunk}" for remote in remotes)]
    asked = [(ref, path) for ref in refs for path in paths]
    types = _types(repository, [*refs, *(f"{ref}:{path}" for ref, path in asked)])
    known = "commit" in types[: len(refs)]
    held = {path for (_, path), kind in zip(asked, types[len(refs) :], strict=True) if kind == "blob"}
    return held, known


def holding(repository: Repository, commits: Sequence[str], paths: Sequence[str]) -> set[str]:
    """Which of ``paths`` (from the worktree's top) any of ``commits`` holds."""
    asked = [(commit, path) for commit in commits for path in paths]
    types = _types(repository, [f"{commit}:{path}" for commit, path in asked])
    return {path for (_, path), kind in zip(asked, types, strict=True) if kind == "blob"}


def objects_named(repository: Repository, names: Sequence[str]) -> dict[str, str]:
    """The object of each of ``names`` (``commit:path``) that there is."""
    plain = [name for name in names if "\n" not in name]
    request = b"".join(os.fsencode(f"{name}\n") for name in plain)
    form = "--batch-check=%(objectname)"
    out = process.run(repository.directory, "cat-file", form, stdin=request).out if plain else b""
    # of what is not there the answer is a sentence
    found = {
        name: line for name, line in zip(plain, os.fsdecode(out).split("\n"), strict=False) if " " not in line
    }
    for name in names:
        if "\n" in name:
            result = process.run(repository.directory, "rev-parse", "-q", "--verify", name)
            if result.code == 0:
                found[name] = result.out.decode("ascii").strip()
    return found


def _types(repository: Repository, names: Sequence[str]) -> list[str]:
    """The type of each named object, empty where there is none: one process for all but names with a newline."""
    plain = [name for name in names if "\n" not in name]
    request = b"".join(os.fsencode(f"{name}\n") for name in plain)
    out = (
        process.run(repository.directory, "cat-file", "--batch-check=%(objecttype)", stdin=request).out
        if plain
        else b""
    )
    # of what is not there the answer is a sentence
    types = [line.decode("ascii") if line in _TYPES else "" for line in out.split(b"\n")]
    found = dict(zip(plain, types, strict=False))
    for name in names:
        if "\n" in name:
            result = process.run(repository.directory, "cat-file", "-t", name)
            found[name] = result.out.decode("ascii").strip() if result.code == 0 else ""
    return [found.get(name, "") for name in names]


def holds_memory(repository: Repository, commits: list[str], below: str, path: str, identity: str) -> bool:
    """Whether any of ``commits`` has the file ``path`` (from the top), or below the store a file whose name has ``identity``."""
    if holding(repository, commits, [path]):
        return True
    # a title without a Latin letter gives no words to begin with
    endings = (f"-{identity}.md", f"/{identity}.md")
    return any(
        name.endswith(endings)
        for commit in commits
        for name in process.paths(
            process.run(
                repository.directory, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, "--", below
            ).out
        )
    )


def blobs_held(repository: Repository, path: str) -> set[str]:
    """The blobs that the git index and HEAD, as they are at this moment, have at ``path`` (from the worktree's top).

    Whoever is writing the git index is waited for: what was just added counts.
    """
    lock = os.path.join(repository.git_dir, "index.lock")
    deadline = time.monotonic() + 1.0
    while os.path.exists(lock) and time.monotonic() < deadline:
        time.sleep(0.002)
    listed = process.run(repository.top, "ls-files", "-s", "-z", "--", path).out.split(b"\0")
    found = {entry.split(b" ")[1].decode("ascii") for entry in listed if entry}
    committed = process.run(repository.top, "rev-parse", "-q", "--verify", f"HEAD:{path}")
    return found | ({committed.out.decode("ascii").strip()} if committed.code == 0 else set())


def is_tracked(repository: Repository, path: str) -> bool:
    """Whether the git index or HEAD holds ``path`` (from the worktree's top)."""
    return bool(blobs_held(repository, path))
