"""Who is asking: an agent, in one worktree of one clone. Two worktrees are never one agent by accident."""

import json
import os
from collections.abc import Sequence
from typing import NamedTuple

from agentmem.actions.context import IDENTITY, Context
from agentmem.errors import NotWritable
from agentmem.model import safety
from agentmem.store import cache, clones, writing

MAX_NAME = 300


class Identity(NamedTuple):
    """``worktree`` is git's folder for it, from the common git dir: it stays when the worktree is moved."""

    agent: str
    role: str | None
    clone: str
    worktree: str


def identity(context: Context) -> Identity:
    """Who asks, from where."""
    repository = context.repository
    home = os.path.relpath(repository.git_dir, repository.common_dir).replace(os.sep, "/")
    role = safety.one_line(context.role)[:MAX_NAME] if context.role else None
    # as others read it in a claim, so that one is oneself
    agent = safety.one_line(context.agent)[:MAX_NAME] or "agent"
    return Identity(agent, role, clones.identity(repository.common_dir), home)


def remember(context: Context, agent: str, role: str | None) -> bool:
    """Keep who works in this worktree, so that what it runs next is told; False where no folder can be written."""
    record = json.dumps({"agent": agent, "role": role}, ensure_ascii=True)
    repository = context.repository
    folders = cache.worktree_folders(repository.git_dir, repository.common_dir, context.environment)
    try:
        writing.replace(os.path.join(folders[0], IDENTITY), record.encode("ascii"))
    except NotWritable:
        return False
    return True


def remembered(folders: Sequence[str]) -> str | None:
    """Who was said to work in the worktree that ``folders`` (``cache.worktree_folders``) remember; None where nobody was."""
    for folder in folders:
        try:
            with open(os.path.join(folder, IDENTITY), encoding="ascii") as file:
                record = json.load(file)
        except (OSError, ValueError):
            continue
        agent = record.get("agent") if isinstance(record, dict) else None
        if isinstance(agent, str):
            return safety.one_line(agent)[:MAX_NAME]
    return None
