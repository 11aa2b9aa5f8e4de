"""Every worktree of a repository and every tip of it, read at a glance, from a place that no `git worktree remove` takes away."""

import os
from typing import NamedTuple

from agentmem.git import process, worktrees
from agentmem.git.worktrees import Home

CLAIMS = "refs/agentmem/claims"


class Standing(NamedTuple):
    """Where everything stands: worktrees; commits of branches, local and remote-tracking, by ref; objects of claims by task."""

    homes: tuple[Home, ...]
    tips: dict[str, str]
    claims: dict[str, str]


def standing(common_dir: str) -> Standing:
    """The worktrees and refs of the repository whose common git dir is ``common_dir``; two processes.

    Raises:
        NoRepository: it is gone.

    """
    listing = worktrees.Listing(common_dir, common_dir, elsewhere=True)
    patterns = ("refs/heads/", "refs/remotes/", CLAIMS + "/")
    # a symbolic ref (origin/HEAD) says nothing of its own
    form = "--format=%(objectname) %(if)%(symref)%(then)-%(else)%(refname)%(end)"
    refs = process.start(common_dir, "for-each-ref", form, *patterns, elsewhere=True)
    tips: dict[str, str] = {}
    claims: dict[str, str] = {}
    for line in os.fsdecode(process.finish(refs).out).splitlines():
        name, _, ref = line.partition(" ")
        if ref.startswith(CLAIMS):
            claims[ref.removeprefix(CLAIMS + "/")] = name
        elif ref != "-":
            tips[ref] = name
    return Standing(tuple(listing.homes), tips, claims)
