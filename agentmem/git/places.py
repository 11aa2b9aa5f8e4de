"""Every worktree of a repository and every tip of it, read at a glance."""

import os
from typing import NamedTuple

from agentmem.errors import GitFailed
from agentmem.git import process, worktrees
from agentmem.git.worktrees import Home

CLAIMS = "refs/agentmem/claims"


class Standing(NamedTuple):
    """Where everything stands: worktrees; commits of branches, local and remote-tracking, by ref; objects of claims by task."""

    homes: tuple[Home, ...]
    tips: dict[str, str]
    claims: dict[str, str]


def standing(directory: str, common_dir: str) -> Standing:
    """The worktrees and refs of the repository around ``directory``, whose common git dir is ``common_dir``; two processes.

    Not asked from its git dir, which git refuses where it was told to trust the worktree alone.

    Raises:
        NoRepository: the folder is gone; GitFailed.

    """
    listing = worktrees.Listing(directory, common_dir)
    patterns = ("refs/heads/", "refs/remotes/", CLAIMS + "/")
    # a symbolic ref (origin/HEAD) says nothing of its own
    form = "--format=%(objectname) %(if)%(symref)%(then)-%(else)%(refname)%(end)"
    refs = process.start(directory, "for-each-ref", form, *patterns)
    homes = tuple(listing.homes)
    named = process.finish(refs)
    if named.code:
        raise GitFailed(f"git cannot list the refs: {named.err}")
    tips: dict[str, str] = {}
    claims: dict[str, str] = {}
    for line in os.fsdecode(named.out).splitlines():
        name, _, ref = line.partition(" ")
        if ref.startswith(CLAIMS):
            claims[ref.removeprefix(CLAIMS + "/")] = name
        elif ref != "-":
            tips[ref] = name
    return Standing(homes, tips, claims)
