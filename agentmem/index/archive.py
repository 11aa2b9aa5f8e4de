"""Memories that are out of the tree and in git's history: read from there when they are asked for, never counted otherwise."""

from typing import TYPE_CHECKING

from agentmem.git import history, objects
from agentmem.index.columns import Columns, Entry
from agentmem.model import ids
from agentmem.store import layout

if TYPE_CHECKING:
    from agentmem.index.index import Index


NOT_COMMITTED = ""
"""In place of the commit that took a memory away: HEAD still holds the file, and the worktree has it no more."""


def add(index: "Index", columns: Columns) -> dict[int, str]:
    """Append to ``columns`` each memory that the worktree or the history of the commit stood at took away, as it was last; the
    commit that took it (else ``NOT_COMMITTED``), by position. What is in ``columns`` under its id or path is not archived.
    """
    start = index.standing_at
    if start is None:
        return {}
    below = f"{index.repository.prefix}{index.place.name}"
    present, have = set(columns.paths), set(columns.ids)
    gone = {path: (Entry(path, blob), NOT_COMMITTED) for path, blob in _deleted_here(index, columns, below)}
    for path, blob, commit in history.deleted(index.repository, start, below):
        inner = path.removeprefix(below + "/")
        if layout.is_memory(inner) and inner not in present and inner not in gone:
            gone[inner] = Entry(inner, blob), commit
    rows = index.learn([entry for entry, _ in gone.values()])
    taken: dict[int, str] = {}
    missing = 0
    for entry, commit in gone.values():
        row = rows.get(entry.blob)
        if row is None:
            missing += 1
        elif not row.broken and (identity := row.id or ids.derived_id(entry.path)) not in have:
            have.add(identity)
            taken[len(columns.paths)] = commit
            columns.add(entry.path, row)
    if missing:
        index.notes.append(
            f"{missing} archived memories could not be read from git (a partial clone without its remote?)"
        )
    if index.repository.shallow:
        index.notes.append(
            "this clone is shallow: what was archived before its oldest commit is not here (git fetch --unshallow)"
        )
    return taken


def _deleted_here(index: "Index", columns: Columns, below: str) -> list[tuple[str, str]]:
    """``(path below the store, blob)`` of the memories that HEAD holds and the worktree has no more."""
    there = {*columns.paths, *(path for path, _ in columns.broken)}
    missing = {path for path in index.not_committed() if layout.is_memory(path) and path not in there}
    if not missing or index.repository.head is None:
        return []
    held = objects.list_tree(index.repository, index.repository.head, below)
    return [(path, blob) for path, blob in held if path in missing]
