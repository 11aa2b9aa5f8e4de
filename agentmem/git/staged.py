"""What the git index holds of a store, which is what the next commit will."""

import os
from typing import NamedTuple

from agentmem.git import process
from agentmem.git.repository import Repository


class Entry(NamedTuple):
    """A file that the git index holds: ``path`` below the store, its blob, whether it is a symbolic link, and whether a sparse
    checkout leaves it out of the worktree.
    """

    path: str
    blob: str
    link: bool
    left_out: bool


def entries(repository: Repository, store: str) -> list[Entry]:
    """The files and links below ``store``; of one in conflict none."""
    found = []
    out = process.demand(repository.directory, "ls-files", "-s", "-t", "-z", "--", store)
    for entry in out.split(b"\0"):
        header, _, path = entry.partition(b"\t")
        tag, _, rest = header.partition(b" ")
        if rest.startswith((b"100", b"120")) and rest.endswith(b" 0"):
            name = os.fsdecode(path).removeprefix(store + "/")
            blob = rest.split(b" ")[1].decode("ascii")
            found.append(Entry(name, blob, rest.startswith(b"120"), tag == b"S"))
    return found


def added(repository: Repository, store: str) -> set[str]:
    """The paths below ``store`` that the index holds and HEAD does not."""
    base = repository.head or repository.empty_tree
    out = process.demand(
        repository.directory,
        "diff-index",
        "--cached",
        "--name-only",
        "--diff-filter=A",
        "--no-renames",
        "--relative",
        "-z",
        base,
        "--",
        store,
    )
    return {path.removeprefix(store + "/") for path in process.paths(out)}
