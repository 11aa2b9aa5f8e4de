"""Receipts as hooks and checks meet them, which open no index: which do not count, and which may go with a commit."""

import os
from collections.abc import Collection, Mapping, Sequence

from agentmem.git import objects, state
from agentmem.git.repository import Difference, Repository
from agentmem.store import layout, overlays, reading, receipts


def void(
    repository: Repository, store: str, differences: Sequence[Difference], staged: Collection[str] = ()
) -> frozenset[str]:
    """The receipts in the worktree, by path below the store, that do not count; see ``receipts.void``.

    ``differences`` are those of the worktree from HEAD; ``staged`` are paths below the store that the next commit changes.
    """
    start = store + "/"
    edited = {one.path.removeprefix(start): one for one in differences if one.path.startswith(start)}
    new = [path for path, one in edited.items() if layout.is_receipt(path) and not one.deleted]
    if not new or state.under_way(repository):
        return frozenset()
    root = os.path.join(repository.directory, store)
    touched = {
        path
        for path, one in edited.items()
        if layout.is_memory(path) and _is_touched(root, repository, one, path)
    }
    named = by_memory(root, edited)

    def bases(memory: str) -> Collection[str]:
        # what is edited is looked at before all files are: a walk of ten thousand takes 30 ms
        if any(path not in touched for path in named.get(memory, ())):
            return named[memory]
        return by_memory(root, reading.walk(root)).get(memory, ())

    def read(paths: Sequence[str]) -> Mapping[str, bytes]:
        return dict(overlays.read(root, paths))

    uncommitted = (edited.keys() - touched) | set(staged)
    return receipts.void(
        overlays.receipt_paths(root), uncommitted, overlays.all_change_paths(root), bases, read
    )


def _is_touched(root: str, repository: Repository, one: Difference, path: str) -> bool:
    if one.old is None or one.new is not None or one.deleted:
        return False
    data = reading.read(root, path)
    return data is not None and objects.blob_id(data, repository.object_format) == one.old


def by_memory(root: str, paths: Collection[str]) -> dict[str, list[str]]:
    """The files among ``paths`` of each memory: by their names, of those that are named for none by what they say."""
    from agentmem.model import document

    found: dict[str, list[str]] = {}
    for path in filter(layout.is_memory, paths):
        named = layout.id_in_name(path)
        data = None if named else reading.read(root, path)
        identity = named or (document.memory_of(path, data).id if data is not None else None)
        if identity:
            found.setdefault(identity, []).append(path)
    return found


def going(
    repository: Repository,
    store: str,
    differences: Sequence[Difference],
    void: Collection[str],
    chosen: Collection[str],
    staged: Collection[str],
) -> list[str]:
    """The new receipts that go with a commit for which ``chosen`` are staged now and ``staged`` were before: a receipt says what
    base has taken up, so it goes with that, else neither is whole. Paths begin with the store's name.
    """
    root = os.path.join(repository.directory, store)
    memory_of = {
        change: memory for _, memory, change in map(layout.names_of_change, overlays.all_change_paths(root))
    }
    stays = [
        one.path.removeprefix(store + "/")
        for one in differences
        # of what was staged in part the commit has something else than is in the worktree
        if one.path not in chosen and not (one.path in staged and one.new is not None) and not one.deleted
    ]
    bases = by_memory(root, stays)
    new = {
        one.path: one.path.removeprefix(store + "/")
        for one in differences
        if one.old is None and not one.deleted
    }
    return [
        whole
        for whole, path in new.items()
        if layout.is_receipt(path)
        and path not in void
        and memory_of.get(path.rpartition("/")[2], "") not in bases
    ]
