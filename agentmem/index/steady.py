"""Base and receipts of one moment: others write in a worktree while it is read; a step of theirs is seen whole or not at all.

And receipts that stayed when base was set back do not count.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from agentmem.git import state
from agentmem.git.repository import Difference
from agentmem.index.columns import Columns, Entry
from agentmem.index.entries import Delta
from agentmem.store import cache, layout, overlays, reading, receipts, unfinished

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
    dirty = {one.path.removeprefix(start): one for one in differences if one.path.startswith(start)}
    if not any(layout.is_memory(path) or layout.is_receipt(path) for path in dirty):
        return columns
    memory_of = {layout.names_of_change(path)[2]: layout.names_of_change(path)[1] for path in columns.changes}
    changed = set(memory_of.values())
    folder, root = cache.state_folder(index.repository.common_dir), index.place.root
    steps: list[unfinished.Unfinished] = []
    moved: set[str] = set()
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
        moved |= later.removed
    if _is_doubtful(index, columns, dirty):
        index.void = void(index, columns, index.not_committed() | moved)
        columns.receipts -= index.void
    now = {path: columns.blobs[i] for i, path in enumerate(columns.paths)} if steps else {}
    for step in steps:
        if all(now.get(path) == blob for path, blob in step.files.items()):
            columns.receipts.update(step.receipts)
    return columns


def _is_doubtful(index: "Index", columns: Columns, dirty: Mapping[str, Difference]) -> bool:
    """Whether there is a receipt that may not count: of what git tracks, and base with it, a commit other than HEAD that was
    compared with says nothing, and to ask anew costs two processes.
    """
    new = {path.rpartition("/")[2]: one for path, one in dirty.items() if layout.is_receipt(path)}
    about = {
        layout.names_of_change(path)[1]: one
        for path in columns.changes
        if (one := new.get(layout.names_of_change(path)[2])) and not one.deleted
    }
    if not about:
        return False
    edited = {columns.ids[i] for i, path in enumerate(columns.paths) if path in dirty}
    is_any = any(one.new is None or memory not in edited for memory, one in about.items())
    # what a merge or a pick brings is staged before it is committed
    return is_any and state.under_way(index.repository) is None


def void(index: "Index", columns: Columns, uncommitted: Collection[str]) -> frozenset[str]:
    """The receipts of ``columns`` that do not count; see ``receipts.void``."""

    def bases(memory: str) -> list[str]:
        return [columns.paths[i] for i, identity in enumerate(columns.ids) if identity == memory]

    def read(paths: Sequence[str]) -> dict[str, bytes]:
        blobs = columns.changes | {path: columns.blobs[i] for i, path in enumerate(columns.paths)}
        entries = [Entry(path, blobs[path]) for path in paths]
        contents = index.bytes_of(entries)
        return {path: contents[blob] for path, blob in entries if blob in contents}

    return receipts.void(columns.receipts, uncommitted, columns.changes, bases, read)


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
