"""The merge driver: what git asks for when two sides have edited one file of the store."""

import os
from collections.abc import Mapping
from typing import NamedTuple

from agentmem.errors import NotWritable, UsageError
from agentmem.git import ancestors
from agentmem.model import kinds, merging
from agentmem.store import layout


class MergedFile(NamedTuple):
    """What is left to a person in the file at ``path``: keys of its front matter, ``body``, or ``file``."""

    path: str
    fields: tuple[str, ...]


def merge(
    directory: str, ancestor: str, ours: str, theirs: str, path: str, environment: Mapping[str, str]
) -> MergedFile:
    """Merge the file ``theirs`` into the file ``ours``, which is the only one that is written.

    The three are as git gives them (%O %A %B), an empty ``ancestor`` being none; ``path`` (%P) is from the worktree's top.

    Raises:
        UsageError: one of the three cannot be read; NotWritable: ``ours`` cannot be written.

    """
    target = os.path.normpath(os.path.join(directory, ours))
    base, mine, yours = (_read(os.path.join(directory, file)) for file in (ancestor, ours, theirs))
    known = base or ancestors.find(directory, path, mine, yours, environment)
    if is_memory(path):
        merged = merging.merge(known, mine, yours)
        # git's ancestor is from before a squash that both sides have seen: the squash decides what it leaves open
        if (
            merged.conflicts
            and base
            and (later := ancestors.find(directory, path, mine, yours, environment, base))
        ):
            merged = merging.merge(base, mine, yours, later)
    else:
        merged = merging.merge_lines(known, mine, yours)
    if merged.data != mine:
        try:
            with open(target, "wb") as file:
                file.write(merged.data)
        except OSError as error:
            raise NotWritable(f"cannot write {target}: {(error.strerror or str(error)).lower()}") from None
    return MergedFile(path, tuple(conflict.field for conflict in merged.conflicts))


def is_memory(path: str) -> bool:
    """Whether the file at ``path``, from the worktree's top, has fields: in a kind's folder of a store, or in its overlays.

    The store is the last folder on the way that is named as stores are; another one is taken to be at the top.
    """
    folders = path.split("/")[:-1]
    at = max((n for n, folder in enumerate(folders) if folder.startswith(layout.NAME)), default=0)
    return any(folder in kinds.BY_FOLDER or folder == "overlays" for folder in folders[at + 1 : at + 2])


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        path = os.path.normpath(path)
        raise UsageError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from None
