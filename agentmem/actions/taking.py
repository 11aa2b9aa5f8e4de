"""Base takes up the changes of a memory: its new bytes and the receipts in one step, and what of that is not committed yet."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from agentmem.actions import saving
from agentmem.actions.context import Context
from agentmem.errors import NotWritable
from agentmem.store import cache, layout, overlays, reading, unfinished

if TYPE_CHECKING:
    from agentmem.index.columns import Columns
    from agentmem.model.changes import Change


def known_changes(columns: "Columns") -> set[str]:
    """The ids of the changes that ``columns`` have, or have a receipt for."""
    known = {layout.names_of_change(path)[2] for path in columns.changes}
    return known | {path.rpartition("/")[2] for path in columns.receipts}


def missing(context: Context, after: "Iterable[Iterable[str]]") -> set[str]:
    """Those of ``after``, what the writers of some changes saw, that are neither at hand nor taken up by base."""
    known = known_changes(context.index.columns)
    return {identity for seen in after for identity in seen if identity not in known}


def awaited(context: Context, pending: "Iterable[Change]") -> dict[str, str]:
    """What the writers of ``pending`` saw and only another branch has, with that branch: trunk must not take them up before it.

    What neither is here nor on any branch was dropped, and nobody waits for it.
    """
    ids = missing(context, (change.after for change in pending))
    return overlays.elsewhere(context.repository, context.place.name, ids)


def take_up(
    context: Context,
    memory: str,
    bases: "Mapping[str, tuple[bytes, bytes]]",
    paths: "Mapping[str, str]",
    changes: "Sequence[Change]",
) -> list[str]:
    """Give ``memory`` its new bytes (old and new by path), and each of ``changes`` (at ``paths``, by id) a receipt, in one step;
    the paths that have been written or were so already.

    Raises:
        NotWritable: the disk refuses; all is as it was.

    """
    # one that its writer saw and that is nowhere gets none: should it come yet, it must not pass for taken up
    receipts = [
        layout.receipt_path(layout.names_of_change(paths[change.id])[0], change.id) for change in changes
    ]
    for path in receipts:
        saving.demand_writable(context, path)
    blobs = {path: context.index.blob_of(new) for path, (_, new) in bases.items()}
    folder = cache.state_folder(context.repository.common_dir)
    record = unfinished.begin(folder, context.place.root, memory, blobs, receipts)
    made: list[str] = []
    rewritten: list[str] = []
    try:
        for path, (old, new) in bases.items():
            if new != old:
                saving.write_file(context, path, new, replace=True)
                rewritten.append(path)
        for path in receipts:
            if not os.path.lexists(os.path.join(context.place.root, path)):
                saving.write_file(context, path, b"", exist_ok=True)
                made.append(path)
    except NotWritable:
        for path in made:
            saving.remove(context, path)
        for path in rewritten:
            saving.write_file(context, path, bases[path][0], replace=True)
        unfinished.end(record)
        raise
    unfinished.end(record)
    return [*bases, *receipts]


def finish(context: Context, memory: str = "") -> None:
    """Write the receipts of what was killed after base had its new bytes: of ``memory``, else of all; its lock is held."""
    folder, root = cache.state_folder(context.repository.common_dir), context.place.root
    for step in unfinished.found(folder, root, memory):
        now = {path: reading.read(root, path) for path in step.files}
        blobs = {path: context.index.blob_of(data) for path, data in now.items() if data is not None}
        if blobs == step.files:
            for path in step.receipts:
                saving.write_file(context, path, b"", exist_ok=True)
        unfinished.end(step.record)


def receipts(context: Context, memory: str) -> set[str]:
    """The ids of the changes of ``memory`` that base has taken up, as it is at this moment; those of other memories may be among
    them. The lock of the memory is held.
    """
    root, index = context.place.root, context.index
    there = {*overlays.receipt_paths(root), *index.columns.receipts}
    if index.void and not _was_edited(context, memory):
        there -= index.void
    return {path.rpartition("/")[2] for path in there}


def _was_edited(context: Context, memory: str) -> bool:
    """Whether the file of ``memory`` is not any more as the view has it."""
    index = context.index
    files = {
        path: index.base_blob(i, index.columns)
        for i, path in enumerate(index.columns.paths)
        if index.columns.ids[i] == memory
    }
    now = {path: reading.read(context.place.root, path) for path in files}
    return any(data is not None and index.blob_of(data) != files[path] for path, data in now.items())


def is_as_head(context: Context, path: str, base: bytes, changes: "Sequence[Change]") -> bool:
    """Whether the file at ``path`` with the bytes ``base`` would be as HEAD has it, and not say what ``changes`` say."""
    from agentmem.git import staging
    from agentmem.model import applying

    if applying.adds_nothing(base, changes) or context.repository.head is None:
        return False
    whole = f"{context.repository.prefix}{context.place.name}/{path}"
    return staging.blobs(context.repository, [whole], "HEAD").get(whole) == context.index.blob_of(base)


def give_back(context: Context, memory: str, path: str, base: bytes) -> bool:
    """Take away the receipts of ``memory`` that no commit holds, with ``base`` written, where they would not count beside that:
    base is as HEAD has it again. Whether that was so.

    Raises:
        NotWritable: the disk refuses.

    """
    columns = context.index.columns
    paths = [one for one in columns.changes if layout.names_of_change(one)[1] == memory]
    ids = {layout.names_of_change(one)[2] for one in paths}
    if not ids:
        return False
    uncommitted = context.index.uncommitted_paths()
    new = [
        one
        for one in overlays.receipt_paths(context.place.root)
        if one.rpartition("/")[2] in ids and one in uncommitted
    ]
    if not new:
        return False
    from agentmem.model import changes

    contents = dict(overlays.read(context.place.root, paths))
    parsed = [change for data in contents.values() if (change := changes.parse(data)[0])]
    named = {one.rpartition("/")[2] for one in new}
    if not is_as_head(context, path, base, [change for change in parsed if change.id in named]):
        return False
    saving.write_file(context, path, base, replace=True)
    for one in new:
        saving.remove(context, one)
        columns.receipts.discard(one)
    return True
