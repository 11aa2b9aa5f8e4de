"""The files of one worktree's store, looked at again and again: only what has changed since is read."""

import os
import stat
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

from agentmem.store import layout, reading

RACY = 2_000_000_000
"""Nanoseconds: a file that changed so shortly before it was read may change again with no sign of it, so it is read once more."""


class Read(NamedTuple):
    """A file that looks otherwise than last time: its path below the store and its bytes."""

    path: str
    data: bytes


class Scan:
    """What the files of the store at ``root`` looked like when they were last read."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._seen: dict[str, int] = {}

    def changed(self) -> Iterator[Read]:
        """The memories, changes and receipts that are new or may have changed since the last time; what is gone is forgotten."""
        here = {}
        now = time.time_ns()
        for path, signature in self._walk():
            mark = hash(signature)  # a tuple a file, in each of twenty worktrees, would be many megabytes
            if self._seen.get(path) != mark:
                data = reading.read(self.root, path)
                if data is None:
                    continue
                yield Read(path, data)
            if now - max(signature[0], signature[3]) > RACY:
                here[sys.intern(path)] = mark
        self._seen = here

    def forget(self, path: str) -> None:
        """Read a file again next time."""
        self._seen.pop(path, None)

    def _walk(self) -> Iterator[tuple[str, reading.Signature]]:
        folders = [""]
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(f"{self.root}/{folder}" if folder else self.root) as entries:
                    found = list(entries)
            except OSError:
                continue  # taken away just now
            for entry in found:
                path = f"{folder}/{entry.name}" if folder else entry.name
                try:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(path)
                        continue
                    if not layout.is_kept(path):
                        continue
                    info = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                if stat.S_ISREG(info.st_mode):
                    yield path, (info.st_mtime_ns, info.st_size, info.st_ino, info.st_ctime_ns)
