"""The worktrees of a repository as git lists them, each one held against the folder that it names.

A folder that was a worktree may have become another repository since, or a copy of this one: what is in it is not ours.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

from agentmem.errors import GitFailed
from agentmem.git import process, state

# compiled for a submodule alone
_CORE = r"^\[core\]\s*\n((?:(?!\[).*\n?)*)"
_WORKTREE = r"^\s*worktree\s*=\s*\"?(.+?)\"?\s*$"


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


class Listing:
    """What git lists of the repository around ``directory``, whose common git dir is ``common_dir``: git starts at once."""

    def __init__(self, directory: str, common_dir: str) -> None:
        self._directory, self._common_dir = directory, common_dir
        self._asked = self._start("-z")

    def _start(self, *words: str) -> "subprocess.Popen[bytes]":
        return process.start(self._directory, "worktree", "list", "--porcelain", *words)

    @property
    def homes(self) -> list[Home]:
        """The worktrees whose folders are there, the first one first.

        Raises:
            GitFailed: git does not say.

        """
        listed, separator = process.finish(self._asked), b"\0"
        if listed.code:  # git before 2.36
            listed, separator = process.finish(self._start()), b"\n"
            if listed.code:
                raise GitFailed(f"git cannot list the worktrees: {listed.err}")
        return list(_homes(listed.out, separator, os.path.realpath(self._common_dir)))


def _homes(out: bytes, separator: bytes, common_dir: str) -> Iterator[Home]:
    for block in out.split(separator * 2):
        facts = {}
        for line in block.split(separator):
            key, _, value = line.partition(b" ")
            facts[key] = os.fsdecode(value)
        top = facts.get(b"worktree")
        if not top or b"bare" in facts or not os.path.isdir(top):
            continue
        git_dir = git_dir_of(top)
        if git_dir is None and os.path.realpath(top) == common_dir:  # a submodule's first one, by its git dir
            top = _configured(common_dir)
            git_dir = git_dir_of(top) if top else None
        if top is None or git_dir is None or not _is_of(git_dir, common_dir):
            continue
        head = facts.get(b"HEAD", "")
        branch = (
            facts[b"branch"].removeprefix("refs/heads/")
            if b"branch" in facts
            else state.branch_being_rebased(git_dir)
        )
        yield Home(top, git_dir, branch, head if head.strip("0") else None)


def git_dir_of(top: str) -> str | None:
    """The git dir of the worktree at ``top``, read from its ``.git``; None where there is none."""
    pointer = os.path.join(top, ".git")
    if os.path.isdir(pointer):
        return pointer
    try:
        with open(pointer, encoding="utf-8", errors="surrogateescape") as file:
            word, _, path = file.read().strip().partition(": ")
    except OSError:
        return None
    return os.path.normpath(os.path.join(top, path)) if word == "gitdir" else None


def _is_of(git_dir: str, common_dir: str) -> bool:
    real = os.path.realpath(git_dir)
    return common_dir in (real, os.path.dirname(os.path.dirname(real)))


def _configured(common_dir: str) -> str | None:
    """The worktree that the repository's own configuration names (``core.worktree``, as git writes it for a submodule)."""
    flags = re.MULTILINE | re.IGNORECASE
    try:
        with open(os.path.join(common_dir, "config"), encoding="utf-8", errors="surrogateescape") as file:
            sections = re.findall(_CORE, file.read(), flags)
    except OSError:
        return None
    found = [match for section in sections for match in re.findall(_WORKTREE, section, flags)]
    return os.path.normpath(os.path.join(common_dir, found[-1])) if found else None


def made(home: str) -> int | None:
    """When the worktree was made whose folder in the git dir is ``home``, nanoseconds; None where it is gone."""
    try:
        with open(os.path.join(home, "gitdir"), encoding="utf-8", errors="surrogateescape") as file:
            pointer = os.path.join(home, file.read().rstrip("\n"))
        # written once, when the worktree is made
        made_at = os.stat(os.path.join(home, "commondir")).st_mtime_ns
    except OSError:
        return None
    return made_at if os.path.lexists(pointer) else None
