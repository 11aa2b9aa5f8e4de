"""What files were called before, and are called now: the renames of history, one walk of bounded length."""

import os
from collections.abc import Iterable, Sequence
from functools import cached_property

from agentmem.git import process
from agentmem.git.repository import Repository

COMMITS = 2000
"""Commits looked at, the newest: 0.3 s where each of them changes a few files."""

_COMMON = ("-l1000", "--diff-filter=R", "--name-status", "-z", "--no-relative")

Pair = tuple[str, str]


class Renames:
    """``pairs``, ``(old, new)`` of each rename, from the top, the newest first."""

    def __init__(self, pairs: Iterable[Pair] = ()) -> None:
        self.pairs = tuple(pairs)

    def now(self, path: str) -> str:
        """What the file that was called ``path`` is called now."""
        for old, new in reversed(self.pairs) if path in self._left else ():
            if old == path:
                path = new
        return path

    def before(self, path: str) -> list[str]:
        """What the file called ``path`` was called before, the latest first; of a folder, what its files were."""
        if path not in self._taken:
            return []
        names = {path}
        found = []
        below = f"{path}/"
        for old, new in self.pairs:
            if (new in names or new.startswith(below)) and old not in names and not old.startswith(below):
                names.add(old)
                found.append(old)
        return found

    @cached_property
    def _left(self) -> frozenset[str]:
        """The names that some file had."""
        return frozenset(old for old, _ in self.pairs)

    @cached_property
    def _taken(self) -> frozenset[str]:
        """The names that some file has got, and the folders above them."""
        found = {new for _, new in self.pairs}
        for path in tuple(found):
            while (path := path.rpartition("/")[0]) and path not in found:
                found.add(path)
        return frozenset(found)


def read(repository: Repository, commits: Sequence[str], since: str | None = None) -> Renames | None:
    """The renames in the newest part of the history of ``commits``, after ``since``; None where git does not say.

    As git finds them: a file that was written anew by more than half is none. In a partial clone only those of unchanged files:
    for others it would have to fetch contents.
    """
    ends = commits if since is None else (*commits, f"^{since}")
    words = ("log", "--format=", "--no-show-signature", f"-n{COMMITS}")
    return _found(repository, words, ends)


def uncommitted(repository: Repository) -> Renames:
    """The renames in the worktree that are not committed yet."""
    if repository.bare or repository.head is None:
        return Renames()
    return _found(repository, ("diff-index",), ("HEAD",)) or Renames()


def _found(repository: Repository, words: Sequence[str], ends: Sequence[str]) -> Renames | None:
    for how in ("-M", "-M100%"):
        result = process.finish(
            process.start_offline(repository.top, words[0], how, *_COMMON, *words[1:], *ends)
        )
        if result.code == 0:
            return Renames(_pairs(result.out))
    return None


def _pairs(out: bytes) -> Iterable[Pair]:
    fields = iter(out.split(b"\0"))
    for field in fields:
        if field.lstrip(b"\n").startswith(b"R"):
            yield os.fsdecode(next(fields)), os.fsdecode(next(fields))
