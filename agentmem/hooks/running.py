"""Running one hook for every store that it looks after; what goes wrong is said, and git goes on."""

import os
import sys
from collections.abc import Sequence

from agentmem.errors import AgentmemError
from agentmem.git import stubs


def run(directory: str, hook: str, words: Sequence[str]) -> int:
    """Do what ``hook`` is for in the worktree ``directory``, called by git with ``words``; its exit code: 0, or ``stubs.BLOCK``.

    Never raises what a user could mend: that is said, and git goes on.
    """
    blocked = False
    try:
        top = os.path.abspath(directory)
        for store in _stores(top):
            blocked |= _one(top, store, hook, words)
    except (AgentmemError, OSError) as problem:
        from agentmem.output import hooking

        say(hooking.said(f"{hook}: {getattr(problem, 'message', problem)}"))
    return stubs.BLOCK if blocked else 0


def say(said: str) -> None:
    """Say something to whoever runs git: data of git's own goes to stdout."""
    sys.stderr.write(
        said.encode(sys.stderr.encoding or "utf-8", "replace").decode(sys.stderr.encoding or "utf-8")
    )


def _stores(top: str) -> list[str]:
    """The stores that are there, from the worktree's top."""
    stores = [stubs.STORE]
    git_dir = os.environ.get("GIT_DIR") or os.path.join(top, ".git")
    common = os.environ.get("GIT_COMMON_DIR") or _common(git_dir)
    try:
        with open(
            os.path.join(common, "agentmem", stubs.STORES), encoding="utf-8", errors="surrogateescape"
        ) as file:
            stores += file.read().splitlines()
    except OSError:
        pass
    return [store for store in stores if os.path.isdir(os.path.join(top, store))]


def _common(git_dir: str) -> str:
    """The common git dir of the git dir of a worktree, by its file; one process less."""
    try:
        with open(os.path.join(git_dir, "commondir"), encoding="utf-8", errors="surrogateescape") as file:
            return os.path.join(git_dir, file.read().strip())
    except OSError:
        pass
    try:
        with open(git_dir, encoding="utf-8", errors="surrogateescape") as file:
            line = file.read().strip()
    except OSError:
        return git_dir
    if not line.startswith("gitdir: "):
        return git_dir
    return _common(os.path.join(os.path.dirname(git_dir), line.removeprefix("gitdir: ")))


def _one(top: str, store: str, hook: str, words: Sequence[str]) -> bool:
    if hook in ("pre-commit", "prepare-commit-msg", "post-commit"):
        from agentmem.hooks import commits

        return commits.run(top, store, hook, words)
    if hook == "pre-push":
        from agentmem.hooks import pushes

        pushes.run(top, store, words)
    elif hook in stubs.OURS:
        from agentmem.hooks import moves

        moves.run(top, store, hook, words)
    return False
