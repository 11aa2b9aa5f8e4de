"""The overlay files of a worktree, read from the disk as they are at this moment."""

import os
from collections.abc import Iterable, Iterator

from agentmem.store import layout, reading


def change_paths(root: str, memory: str) -> list[str]:
    """The paths below the store of the changes of ``memory``, in any overlay."""
    start = memory + "."
    return sorted(
        path
        for folder in _folders(root)
        for name in _names(f"{root}/{layout.OVERLAYS}/{folder}")
        if name.startswith(start) and layout.is_change(path := f"{layout.OVERLAYS}/{folder}/{name}")
    )


def receipts(root: str) -> set[str]:
    """The ids of the changes that have a receipt."""
    return {
        name
        for folder in _folders(root)
        for name in _names(f"{root}/{layout.OVERLAYS}/{folder}/promoted")
        if layout.is_receipt(f"{layout.OVERLAYS}/{folder}/promoted/{name}")
    }


def read(root: str, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """``(path, content)`` of those of ``paths`` that are there."""
    for path in paths:
        data = reading.read(root, path)
        if data is not None:
            yield path, data


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
