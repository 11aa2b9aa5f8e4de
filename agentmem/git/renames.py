"""What files were called before, and are called now: the renames of history, one walk of bounded length."""

import os
from collections.abc import Iterable
from typing import NamedTuple

from agentmem.git import process
from agentmem.git.repository import Repository

COMMITS = 2000
"""Commits looked at, the newest: 0.3 s where each of them changes a few files."""


class Renames(NamedTuple):
    """``(old, new)`` of each rename, from the top, the newest first."""

    pairs: tuple[tuple[str, str], ...]

    def now(self, path: str) -> str:
        """What the file that was called ``path`` is called now."""
        for old, new in reversed(self.pairs):
            if old == path:
                path = new
        return path

    def before(self, path: str) -> list[str]:
        """What the file called ``path`` was called before, the latest first; of a folder, what its files were."""
        names = {path}
        found = []
        below = tuple(f"{path}/" for path in names)
        for old, new in self.pairs:
            if (new in names or new.startswith(below)) and old not in names and not old.startswith(below):
                names.add(old)
                found.append(old)
        return found


def read(repository: Repository, commit: str | None) -> Renames:
    """The renames in the newest part of the history of ``commit``, and those that are not committed yet.

    As git finds them: a file that was written anew by more than half is none. In a partial clone only those of unchanged files:
    for others it would have to fetch contents.
    """
    if commit is None:
        return Renames(())
    for how in ("-M", "-M100%"):
        common = (how, "-l1000", "--diff-filter=R", "--name-status", "-z", "--no-relative")
        started = [
            process.start_offline(
                repository.top, "log", *common, "--format=", "--no-show-signature", f"-n{COMMITS}", commit
            )
        ]
        if not repository.bare and commit == repository.head:
            started.insert(0, process.start_offline(repository.top, "diff-index", *common, "HEAD"))
        results = [process.finish(one) for one in started]
        if all(one.code == 0 for one in results):
            return Renames(tuple(pair for one in results for pair in _pairs(one.out)))
    return Renames(())


def _pairs(out: bytes) -> Iterable[tuple[str, str]]:
    fields = iter(out.split(b"\0"))
    for field in fields:
        if field.lstrip(b"\n").startswith(b"R"):
            yield os.fsdecode(next(fields)), os.fsdecode(next(fields))
