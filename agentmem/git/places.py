"""Every worktree of a repository and every tip of it, read at a glance."""

import os
from collections.abc import Iterable
from typing import NamedTuple

from agentmem.errors import GitFailed
from agentmem.git import process, state

CLAIMS = "refs/agentmem/claims"


class Home(NamedTuple):
    """A worktree: its top folder, its git dir, the branch it is on (in a rebase the one being moved; None: detached), and the
    commit that HEAD is (None: before the first).
    """

    top: str
    git_dir: str
    branch: str | None
    head: str | None

    @property
    def is_busy(self) -> bool:
        """Whether git is writing its files just now: what is in them may be of two commits."""
        return os.path.exists(os.path.join(self.git_dir, "index.lock"))


class Standing(NamedTuple):
    """Where everything stands: worktrees; commits of branches, local and remote-tracking, by ref; objects of claims by task."""

    homes: tuple[Home, ...]
    tips: dict[str, str]
    claims: dict[str, str]


def standing(directory: str) -> Standing:
    """The worktrees and refs of the repository that the folder ``directory`` is in; two processes.

    Not asked from its git dir, which git refuses where it was told to trust the worktree alone.

    Raises:
        NoRepository: the folder is gone; GitFailed.

    """
    asked = process.start(directory, "worktree", "list", "--porcelain", "-z")
    patterns = ("refs/heads/", "refs/remotes/", CLAIMS + "/")
    # a symbolic ref (origin/HEAD) says nothing of its own
    form = "--format=%(objectname) %(if)%(symref)%(then)-%(else)%(refname)%(end)"
    refs = process.start(directory, "for-each-ref", form, *patterns)
    listed, separator = process.finish(asked), b"\0"
    if listed.code:  # git before 2.36
        listed, separator = process.run(directory, "worktree", "list", "--porcelain"), b"\n"
    named = process.finish(refs)
    if listed.code or named.code:
        raise GitFailed(f"git cannot list its worktrees and refs: {listed.err or named.err}")
    tips: dict[str, str] = {}
    claims: dict[str, str] = {}
    for line in os.fsdecode(named.out).splitlines():
        name, _, ref = line.partition(" ")
        if ref.startswith(CLAIMS):
            claims[ref.removeprefix(CLAIMS + "/")] = name
        elif ref != "-":
            tips[ref] = name
    return Standing(tuple(_homes(listed.out, separator)), tips, claims)


def _homes(out: bytes, separator: bytes) -> Iterable[Home]:
    for block in out.split(separator * 2):
        facts = {}
        for line in block.split(separator):
            key, _, value = line.partition(b" ")
            facts[key] = os.fsdecode(value)
        top = facts.get(b"worktree")
        if not top or b"bare" in facts or not os.path.isdir(top):
            continue
        git_dir = _git_dir(top)
        if git_dir is None:
            continue
        head = facts.get(b"HEAD", "")
        branch = (
            facts[b"branch"].removeprefix("refs/heads/")
            if b"branch" in facts
            else state.branch_being_rebased(git_dir)
        )
        yield Home(top, git_dir, branch, head if head.strip("0") else None)


def _git_dir(top: str) -> str | None:
    path = os.path.join(top, ".git")
    if os.path.isdir(path):
        return path
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return os.path.normpath(os.path.join(top, file.read().strip().removeprefix("gitdir: ")))
    except OSError:
        return None
