"""What the git index holds of a store, which is what the next commit will."""

import os

from agentmem.git import process
from agentmem.git.repository import Repository


def files(repository: Repository, store: str) -> dict[str, str]:
    """The blob of each plain file below ``store``, by path below it; of one in conflict none."""
    found = {}
    out = process.demand(repository.directory, "ls-files", "-s", "-z", "--", store)
    for entry in out.split(b"\0"):
        header, _, path = entry.partition(b"\t")
        if header.startswith(b"100") and header.endswith(b" 0"):
            found[os.fsdecode(path).removeprefix(store + "/")] = header.split(b" ")[1].decode("ascii")
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
