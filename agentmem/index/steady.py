"""Base and receipts of one moment: others write in a worktree while it is read; a step of theirs is seen whole or not at all."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agentmem.git.repository import Difference
from agentmem.index.columns import Columns, Entry
from agentmem.index.entries import Delta
from agentmem.store import cache, layout, overlays, reading, unfinished

if TYPE_CHECKING:
    from agentmem.index.index import Index

TRIES = 5
"""Times that what is written meanwhile is read again."""


def steady(index: "Index", columns: Columns, differences: Sequence[Difference]) -> Columns:
    """``columns`` with the receipts that are there now, and the bases of the changes that these are about as they are then.

    Base gets its new bytes before the receipts are written: where it is still what was read after they were listed, no receipt
    among them is of a later one. ``differences`` are against the compared commit.
    """
    start = index.place.name + "/"
    dirty = {one.path.removeprefix(start) for one in differences if one.path.startswith(start)}
    if not any(layout.is_memory(path) or layout.is_receipt(path) for path in dirty):
        return columns
    memory_of = {layout.names_of_change(path)[2]: layout.names_of_change(path)[1] for path in columns.changes}
    changed = set(memory_of.values())
    folder, root = cache.state_folder(index.repository.common_dir), index.place.root
    steps: list[unfinished.Unfinished] = []
    for _ in range(TRIES):
        steps = list(
            unfinished.found(folder, root)
        )  # before the receipts: one that ends meanwhile has left all of them
        columns.receipts.update(there := overlays.receipt_paths(root))
        new = {path.rpartition("/")[2] for path in there if path in dirty}
        about = {memory_of[change] for change in new if change in memory_of}
        later = _later(
            index,
            {
                path: columns.blobs[i]
                for i, path in enumerate(columns.paths)
                if columns.ids[i] in (changed if path in dirty else about)
            },
        )
        if not len(later):
            break
        columns = index.apply(columns, later)
    now = {path: columns.blobs[i] for i, path in enumerate(columns.paths)} if steps else {}
    for step in steps:
        if all(now.get(path) == blob for path, blob in step.files.items()):
            columns.receipts.update(step.receipts)
    return columns


def _later(index: "Index", bases: dict[str, str]) -> Delta:
    """What the files of ``bases`` say by now, where that is something else."""
    delta = Delta()
    for path, blob in bases.items():
        data = reading.read(index.place.root, path)
        if data is not None and (now := index.blob_of(data)) != blob:
            delta.removed.add(path)
            delta.added.append(Entry(path, now))
            delta.contents[now] = data
    return delta
