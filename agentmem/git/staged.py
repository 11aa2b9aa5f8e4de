"""What the git index holds of a store, which is what the next commit will."""

import os
from typing import NamedTuple

from agentmem.git import process
from agentmem.git.repository import Repository


class Entry(NamedTuple):
    """A file that the git index holds: ``path`` below the store, its blob, and whether it is a symbolic link."""

    path: str
    blob: str
    link: bool


def entries(repository: Repository, store: str) -> list[Entry]:
    """The files and links below ``store``; of one in conflict none."""
    found = []
    out = process.demand(repository.directory, "ls-files", "-s", "-z", "--", store)
    for entry in out.split(b"\0"):
        header, _, path = entry.partition(b"\t")
        if header.startswith((b"100", b"120")) and header.endswith(b" 0"):
            name = os.fsdecode(path).removeprefix(store + "/")
            found.append(Entry(name, header.split(b" ")[1].decode("ascii"), header.startswith(b"120")))
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
