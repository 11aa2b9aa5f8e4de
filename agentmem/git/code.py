"""The code of one tree as git lists and searches it: a worktree, the git index, a commit. Paths are from the repository's top."""

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from agentmem.errors import NoRepository
from agentmem.git import process
from agentmem.git.repository import Repository

MAX_TOKENS = 6
"""Words of a line that git is asked for: the longest tell the most."""

MAX_TOKEN = 200
"""Characters of such a word: a minified line can be one word that is too long for a command line."""

RENAMED = "30%"
"""Likeness from which on git calls a new file a rename or copy: of a divided file each part is less like it than half."""


class Listing(NamedTuple):
    """The plain files of a tree: ``blobs`` by path, empty where git does not know without reading the file; ``hidden`` are
    those that a sparse checkout keeps in git alone; ``modules`` the folders that are repositories of their own; ``untracked``
    are the files that git would add. Not ``whole``: this clone has not got the tree.
    """

    blobs: Mapping[str, str]
    hidden: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    whole: bool = True
    untracked: frozenset[str] = frozenset()


class Worktree:
    """What the files on disk say, tracked or not, but for what git ignores."""

    revision: str | None = None

    def __init__(self, repository: Repository) -> None:
        self.repository = repository

    @cached_property
    def listing(self) -> Listing:
        """The files."""
        top = self.repository.top
        asked = [
            process.start(top, "ls-files", "-s", "-v", "-z"),
            process.start(top, "diff-files", "--raw", "-z", "--no-renames", "--no-abbrev", "--ignore-submodules=all"),
            process.start(top, "ls-files", "-o", "-z", "--exclude-standard"),
        ]  # fmt: skip
        tracked, changed, others = (process.finish(one).out for one in asked)
        blobs, hidden, modules, assumed = _parse_index(tracked)
        blobs.update((path, "") for path in assumed)  # git was told not to look
        fields = iter(changed.split(b"\0"))
        for header in fields:
            if header:
                path = os.fsdecode(next(fields))
                if header.rstrip().endswith(b"D"):
                    blobs.pop(path, None)
                elif path in blobs:
                    blobs[path] = ""
        untracked = frozenset(path for path in process.paths(others) if not path.endswith("/"))
        blobs.update((path, "") for path in untracked)
        return Listing(blobs, frozenset(hidden), frozenset(modules), untracked=untracked)

    def holding(self, words: Sequence[str]) -> list[str]:
        """The files that hold all of ``words`` on one line."""
        found = _grep(self.repository, words, ["--untracked", "--exclude-standard"])
        if hidden := self.listing.hidden:  # git looks for them on disk only
            found += [path for path in _grep(self.repository, words, ["--cached"]) if path in hidden]
        return found

    def renamed(self, commit: str) -> Iterator[tuple[str, str]]:
        """Files of ``commit`` and where they, or parts of them, went."""
        return _renamed(self.repository, "diff-index", commit)


class Staged:
    """What the git index says, which the next commit will."""

    revision: str | None = None

    def __init__(self, repository: Repository) -> None:
        self.repository = repository

    @cached_property
    def listing(self) -> Listing:
        """The files."""
        blobs, _, modules, _ = _parse_index(process.demand(self.repository.top, "ls-files", "-s", "-v", "-z"))
        return Listing(blobs, modules=frozenset(modules))

    def holding(self, words: Sequence[str]) -> list[str]:
        """The files that hold all of ``words`` on one line."""
        return _grep(self.repository, words, ["--cached"])

    def renamed(self, commit: str) -> Iterator[tuple[str, str]]:
        """Files of ``commit`` and where they, or parts of them, went."""
        return _renamed(self.repository, "diff-index", "--cached", commit)


class Commit:
    """What a commit says."""

    def __init__(self, repository: Repository, commit: str) -> None:
        self.repository, self.revision = repository, commit

    @cached_property
    def listing(self) -> Listing:
        """The files; none where this clone has not got the commit."""
        words = ("ls-tree", "-r", "-z", "--full-tree", self.revision)
        result = process.finish(process.start_offline(self.repository.top, *words))
        blobs, modules = {}, set()
        for line in result.out.split(b"\0"):
            header, _, path = line.partition(b"\t")
            if header.startswith(b"100"):
                blobs[os.fsdecode(path)] = header.split(b" ")[2].decode("ascii")
            elif header.startswith(b"160"):
                modules.add(os.fsdecode(path))
        return Listing(blobs, modules=frozenset(modules), whole=result.code == 0)

    def holding(self, words: Sequence[str]) -> list[str]:
        """The files that hold all of ``words`` on one line."""
        start = self.revision + ":"
        return [path.removeprefix(start) for path in _grep(self.repository, words, [], self.revision)]

    def renamed(self, commit: str) -> Iterator[tuple[str, str]]:
        """Files of ``commit`` and where they, or parts of them, went."""
        return _renamed(self.repository, "diff-tree", "-r", commit, self.revision)


Code = Worktree | Staged | Commit


class _Index(NamedTuple):
    blobs: dict[str, str]
    hidden: set[str]
    modules: set[str]
    assumed: set[str]


def _parse_index(out: bytes) -> _Index:
    found = _Index({}, set(), set(), set())
    for entry in out.split(b"\0"):
        header, _, name = entry.partition(b"\t")
        parts = header.split(b" ")
        if len(parts) != 4 or parts[3] not in (b"0", b"2"):  # 2: ours, of a conflict
            continue
        path = os.fsdecode(name)
        if parts[1] == b"160000":
            found.modules.add(path)
        elif parts[1].startswith(b"100"):
            found.blobs[path] = parts[2].decode("ascii")
            if parts[0] in (b"S", b"s"):
                found.hidden.add(path)
            elif parts[0].islower():
                found.assumed.add(path)
    return found


def is_partial(repository: Repository) -> bool:
    """Whether this clone has left contents with a remote, which git would fetch one by one when they are read."""
    try:
        packs = os.listdir(os.path.join(repository.common_dir, "objects", "pack"))
    except OSError:
        return False
    return any(name.endswith(".promisor") for name in packs)


def _grep(
    repository: Repository, words: Sequence[str], where: Sequence[str], commit: str | None = None
) -> list[str]:
    parts = [max(word.split("\0"), key=len)[:MAX_TOKEN] for word in words]  # no NUL on a command line
    parts = sorted(filter(None, dict.fromkeys(parts)), key=len, reverse=True)[:MAX_TOKENS]
    if not parts:
        return []
    patterns: list[str] = []
    for word in parts:
        patterns += ["--and", "-e", word] if patterns else ["-e", word]
    result = process.finish(process.start_offline(
        repository.top, "grep", "-l", "-z", "-I", "-F", "--full-name", "--no-color", "--no-recurse-submodules",
        *where, *patterns, *([commit] if commit else []), "--",
    ))  # fmt: skip
    return process.paths(result.out) if result.code == 0 else []


def _renamed(repository: Repository, *args: str) -> Iterator[tuple[str, str]]:
    likely = (f"-M{RENAMED}", f"-C{RENAMED}", "-l2000", "--diff-filter=RC")
    whole = ("-M100%", "--diff-filter=R")  # needs no contents, which a partial clone may not have
    for how in (likely, whole):
        words = (args[0], "--raw", "-z", *how, "--ignore-submodules=all", *args[1:], "--")
        result = process.finish(process.start_offline(repository.top, *words))
        if result.code == 0:
            break
    else:
        return
    found = []
    fields = iter(result.out.split(b"\0"))
    for header in fields:
        if header.startswith(b":"):
            likeness = int(header.rsplit(b" ", 1)[-1][1:] or b"0")
            found.append((-likeness, os.fsdecode(next(fields)), os.fsdecode(next(fields))))
    for _, old, new in sorted(found):
        yield old, new


def known_paths(repository: Repository, paths: Sequence[str]) -> set[str]:
    """Which of ``paths`` the git index holds."""
    return set(process.paths(process.run(repository.top, "ls-files", "-z", "--", *paths).out)) & set(paths)


def changed(repository: Repository, old: str, new: str | None) -> list[str]:
    """The paths that differ from the commit ``old`` to ``new``; None: to the worktree, with what git does not track there."""
    words = ("--name-only", "-z", "--no-renames", "--ignore-submodules=all")
    asked: tuple[str, ...]
    if new is None:  # git diff-index would name what has another time and the same content, too
        asked = ("diff", "--no-ext-diff", "--no-color", "--no-relative", *words, old)
    else:
        asked = ("diff-tree", "-r", *words, old, new)
    found = process.paths(process.demand(repository.top, *asked, "--"))
    if new is None:
        found += process.paths(process.demand(repository.top, "ls-files", "-o", "-z", "--exclude-standard"))
    return sorted(set(found))


def uncommitted(worktree: str, among: Sequence[str] = ()) -> set[str]:
    """The paths that differ from HEAD in another worktree, whose folder is given; none where it is gone. ``among``: only these
    are looked at, which is quicker than looking at all.

    Raises:
        GitRefused: the worktree belongs to another user.

    """
    status = ("status", "--porcelain", "-z", "-uall", "--no-renames", "--ignore-submodules=all", "--")
    try:
        out = process.finish(process.start(worktree, *status, *among, elsewhere=True)).out
    except NoRepository:
        return set()  # it was removed just now
    return {path[3:] for path in process.paths(out)}
