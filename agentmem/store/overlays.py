"""The overlay files of a worktree, read from the disk as they are at this moment; and whose they are."""

import os
from collections.abc import Collection, Iterable, Iterator

from agentmem.git import settings
from agentmem.git.repository import Repository
from agentmem.store import layout, reading


def is_own(repository: Repository, branch: str | None, written: str | None) -> bool:
    """Whether what was written on ``written`` is of ``branch``, which may have been renamed since.

    The branch that ``branch`` was copied from, or that took its former name, is there: what it wrote is its own.
    """
    if branch is None or written is None:
        return False
    if written == branch:
        return True
    if layout.overlay_folder(written) != settings.overlay_of(repository, branch):
        return False
    from agentmem.git import revisions

    return not revisions.tips_of(repository, [f"refs/heads/{written}"])


def change_paths(root: str, memory: str) -> list[str]:
    """The paths below the store of the changes of ``memory``, in any overlay."""
    start = memory + "."
    return sorted(
        path
        for folder in _folders(root)
        for name in _names(f"{root}/{layout.OVERLAYS}/{folder}")
        if name.startswith(start) and layout.is_change(path := f"{layout.OVERLAYS}/{folder}/{name}")
    )


def all_change_paths(root: str) -> list[str]:
    """The paths below the store of the changes of all overlays."""
    return [
        path
        for folder in _folders(root)
        for name in _names(f"{root}/{layout.OVERLAYS}/{folder}")
        if layout.is_change(path := f"{layout.OVERLAYS}/{folder}/{name}")
    ]


def receipts(root: str) -> set[str]:
    """The ids of the changes that have a receipt."""
    return {path.rpartition("/")[2] for path in receipt_paths(root)}


def receipt_paths(root: str) -> list[str]:
    """The paths below the store of the receipts of all overlays."""
    return [
        path
        for folder in _folders(root)
        if not os.path.islink(f"{root}/{layout.OVERLAYS}/{folder}/promoted")
        for name in _names(f"{root}/{layout.OVERLAYS}/{folder}/promoted")
        if layout.is_receipt(path := f"{layout.OVERLAYS}/{folder}/promoted/{name}")
    ]


def read(root: str, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """``(path, content)`` of those of ``paths`` that are there."""
    for path in paths:
        data = reading.read(root, path)
        if data is not None:
            yield path, data


def elsewhere(repository: Repository, store: str, changes: Collection[str]) -> dict[str, str]:
    """Those of ``changes`` (ids not in the view at hand) that a branch has, local or as last fetched; with one such branch."""
    if not changes or repository.head is None:
        return {}
    from agentmem.git import branches

    listed = branches.listed(repository)
    with branches.StoreTrees(repository, repository.prefix + store) as trees:
        here = trees.of([repository.head]).get(repository.head)
        tips = branches.tips(trees, listed) if here else []
    differences = branches.differing(repository, [(here or "", tip.tree) for tip in tips])
    found: dict[str, str] = {}
    for tip in tips:
        for one in differences.get((here or "", tip.tree), ()):
            if one.new and layout.is_change(one.path):
                identity = layout.names_of_change(one.path)[2]
                if identity in changes:
                    found.setdefault(identity, tip.name)
    return found


def _folders(root: str) -> list[str]:
    folder = f"{root}/{layout.OVERLAYS}"
    return (
        []
        if os.path.islink(folder)
        else [name for name in _names(folder) if not os.path.islink(f"{folder}/{name}")]
    )


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
