"""What a claim alone says is done: its log entry is in none of the trees that are read here, still to come or gone for good."""

import os

from agentmem.actions.board import CLOCKS, Board
from agentmem.actions.context import Context
from agentmem.git import branches, history
from agentmem.git.repository import Repository
from agentmem.model import kinds
from agentmem.model.leases import Claim
from agentmem.store import layout

_LOG = kinds.BY_NAME["log"].folder


def standing(context: Context, board: Board, claims: list[Claim]) -> dict[str, str]:
    """The branch of each of ``claims`` that still counts, by task.

    Of what was done in this clone every entry is in a worktree or on a branch, else it was taken back. One of another clone may
    not have been pushed yet; it was taken back where a branch that was fetched has had it.
    """
    ours = [one for one in claims if one.clone == board.me.clone]
    theirs = [one for one in claims if one.clone != board.me.clone]
    repository, store = context.repository, context.store_path
    on_disk = _on_disk(repository, store) if ours else set()
    found = [one for one in ours if one.entry in on_disk]
    if theirs:
        oldest = min(one.renewed for one in theirs) - CLOCKS
        had = {layout.id_in_name(path) for path in history.added(repository, f"{store}/{_LOG}", oldest)}
        found += [one for one in theirs if one.entry not in had]
    return {one.task: one.branch or "a branch not known here" for one in found}


def _on_disk(repository: Repository, store: str) -> set[str | None]:
    """The ids of the log entries in all worktrees: of one that is detached nothing else tells, and one may be a moment old."""
    found: set[str | None] = set()
    for home in branches.other_worktrees(repository, own_too=True):
        for _, _, names in os.walk(os.path.join(home.top, store, _LOG)):
            found.update(map(layout.id_in_name, names))
    return found
