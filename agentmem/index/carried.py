"""Files that a `git switch` carried along: not committed, and written on another branch, to which they belong."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from agentmem.git import branches, revisions, state
from agentmem.git.repository import Difference
from agentmem.index.columns import Columns, Entry
from agentmem.store import overlays

if TYPE_CHECKING:
    from agentmem.index.index import Index


class Carried(NamedTuple):
    """One such file: its path below the store, its blob, the branch that it names."""

    path: str
    blob: str
    branch: str


def find(index: "Index", columns: Columns, commit: str, differences: Sequence[Difference]) -> list[Carried]:
    """The files of ``columns`` that HEAD does not hold and that name another branch, one that still exists.

    None while a merge, squash, pick or rebase is under way: what these bring is meant to be here. ``differences`` are against
    ``commit``.
    """
    repository = index.repository
    start = index.place.name + "/"
    new = {
        one.path.removeprefix(start)
        for one in differences
        if one.old is None and not one.deleted and one.path.startswith(start)
    }
    if not new or repository.head is None:
        return []
    positions = [i for i, path in enumerate(columns.paths) if path in new]
    written = index.knowledge.branches([columns.rows[i] for i in positions])
    found = [
        Carried(columns.paths[i], columns.blobs[i], branch)
        for i in positions
        if (branch := written.get(columns.rows[i])) and branch != repository.branch
    ]
    changes = [Entry(path, blob) for path, blob in columns.changes.items() if path in new]
    if changes:
        from agentmem.index.overlays import learn

        known = learn(changes, index.knowledge, index.bytes_of)
        found += [
            Carried(entry.path, entry.blob, row.branch)
            for entry in changes
            if (row := known.get(entry.blob)) and row.branch and row.branch != repository.branch
        ]
    if not found or state.under_way(repository):
        return []
    there = branches.existing(repository, (one.branch for one in found))
    there = {name for name in there if not overlays.is_own(repository, repository.branch, name)}
    found = [one for one in found if one.branch in there]
    if found and commit != repository.head:
        below = repository.prefix + start
        held = revisions.holding(repository, [repository.head], [below + one.path for one in found])
        found = [one for one in found if below + one.path not in held]
    return sorted(found)
