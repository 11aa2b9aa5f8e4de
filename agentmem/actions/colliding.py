"""What changes of code would meet: in other worktrees, on the branches of other agents' claims; before anyone merges."""

from collections.abc import Sequence

from agentmem.actions.board import Board
from agentmem.actions.context import Context
from agentmem.git import branches, code

MOST = 4
"""Warnings given."""


def warnings(context: Context, board: Board, paths: Sequence[str]) -> list[str]:
    """Who else has changed, and not committed, a file that is changed here: one line a file."""
    if not paths or context.repository.bare:
        return []
    found = []
    holders = {
        seen.claim.worktree: seen.claim.agent
        for seen in board.held.values()
        if seen.claim.clone == board.me.clone
    }
    own = set(paths)
    for other in branches.other_worktrees(context.repository):
        shared = own.intersection(code.uncommitted(other.path))
        if not shared:
            continue
        who = _who(holders, other.path) or other.branch or other.path
        found += [f"{who} also changes {path}, uncommitted" for path in sorted(shared)]
    return found[:MOST]


def _who(holders: dict[str, str], path: str) -> str | None:
    import os

    name = os.path.basename(path)
    return next((agent for home, agent in holders.items() if os.path.basename(home) == name), None)
