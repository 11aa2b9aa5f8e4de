"""The text of a tree's files, each read once: from disk, from the git index, from a commit."""

import os
import time

from agentmem.git import code, objects
from agentmem.git.contents import Contents
from agentmem.git.repository import Repository
from agentmem.model import verdict
from agentmem.store import reading

MAX_TEXT = reading.MAX_READ - 1
"""Bytes of a file from which on it is no source that people read; as large as what is read of one file."""
RACY = 2_000_000_000
"""Nanoseconds within which a file's time does not tell two writes apart, on the coarsest of file systems."""
MAX_LINK = 4096
POINTER, MAX_POINTER = b"version https://git-lfs.github.com/spec/v1\n", 1024
"""The first line of a pointer of Git LFS, and the bytes that one has at most, by its specification."""
LOOKED_AT = 8000
"""Bytes in which a NUL makes a file binary, as git has it."""


def decoded(data: bytes | None) -> str | None:
    """The text of a file; None where there is none, it is binary, too large, or a pointer; what is no UTF-8 as surrogates."""
    if data is None or len(data) > MAX_TEXT or b"\0" in data[:LOOKED_AT] or is_pointer(data):
        return None
    return data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def is_pointer(data: bytes) -> bool:
    """Whether this is what git holds of a file under Git LFS, whose content is elsewhere."""
    return len(data) <= MAX_POINTER and data.startswith(POINTER)


def inside(path: str) -> bool:
    """Whether ``path`` names something below the repository's top, as git writes paths."""
    parts = path.split("/")
    return (
        bool(path)
        and "\0" not in path
        and not any(part in ("", ".", "..") for part in parts)
        and parts[0] != ".git"
    )


def parents(path: str) -> list[str]:
    """The folders above ``path``, the outermost first."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


class Tree:
    """One tree of code: ``git`` lists and searches it, this reads its files."""

    def __init__(self, git: code.Code, contents: Contents, store: str) -> None:
        """``store`` is the folder of the memories, from the top, which is no code."""
        self.git, self.repository, self._contents = git, git.repository, contents
        self._store = store + "/"
        self._texts: dict[str, str | None] = {}
        self._blobs: dict[str, str] = {}
        self._pointers: set[str] = set()
        self._nested: dict[str, bool] = {}
        self._begun = time.time_ns()

    def text(self, path: str) -> str | None:
        """The text of the file at ``path``; None where there is none, or it is binary or too large."""
        if path not in self._texts:
            data = self.read(path) if inside(path) else None
            self._texts[path] = decoded(data)
            if data is not None and is_pointer(data):
                self._pointers.add(path)
            self._blobs[path] = "" if data is None else objects.blob_id(data, self.repository.object_format)
        return self._texts[path]

    def blob(self, path: str) -> str:
        """The id that git gives the bytes of the file as they are read; empty where there is none."""
        self.text(path)
        return self._blobs[path]

    def read(self, path: str) -> bytes | None:
        """The bytes of the file at ``path``; None where there is no plain file."""
        if isinstance(self.git, code.Commit):
            data = self._contents.file(self.git.revision, path)
            # a link's content is where it leads to
            is_short = data is not None and len(data) <= MAX_LINK and b"\n" not in data
            return (
                None if is_short and self.git.listing.whole and path not in self.git.listing.blobs else data
            )
        if isinstance(self.git, code.Worktree):
            if self._is_nested(path):
                return None
            data = reading.read(self.repository.top, path)
            if data is not None or os.path.lexists(os.path.join(self.repository.top, path)):
                return data
            if path not in self.git.listing.hidden:
                return None
        oid = self.git.listing.blobs.get(path)
        return self._contents.blob(oid) if oid else None

    def lack(self, path: str) -> str:
        """What this clone has not got of the file that the tree has, or may have, at ``path``: see ``model.verdict``. Empty where
        the file can be read, or there is none.
        """
        if not inside(path):
            return ""
        if self.blob(path):
            return verdict.LFS if path in self._pointers else ""
        unknown = self.has(path) or not self.git.listing.whole or self.module(path) is not None
        return verdict.CONTENT if unknown else ""

    def has(self, path: str) -> bool:
        """Whether the tree has a file at ``path``, be it read here or left with a remote by a partial clone."""
        if not inside(path) or self.blob(path):
            return inside(path)
        listing = self.git.listing
        return path in (listing.hidden if isinstance(self.git, code.Worktree) else listing.blobs)

    def module(self, path: str) -> str | None:
        """The folder above ``path`` that is a repository of its own; None where there is none."""
        folders = parents(path)
        if isinstance(self.git, code.Worktree) and self._is_nested(path):
            return next(folder for folder in folders if self._nested.get(folder))
        return next((folder for folder in folders if folder in self.git.listing.modules), None)

    def _is_nested(self, path: str) -> bool:
        """Whether a folder on disk above ``path`` has a git dir: what lies there is no part of this tree."""
        for folder in parents(path):
            if folder not in self._nested:
                where = os.path.join(self.repository.top, folder, ".git")
                self._nested[folder] = "\0" not in where and os.path.lexists(where)
            if self._nested[folder]:
                return True
        return False

    @property
    def files(self) -> dict[str, str]:
        """The blob of each file but for those of the store; empty where git does not know it without reading."""
        return {path: blob for path, blob in self.git.listing.blobs.items() if not self.is_store(path)}

    def is_store(self, path: str) -> bool:
        """Whether the file is one of the store: a memory that quotes code does not hold it."""
        return path.startswith(self._store)

    def state(self) -> str:
        """What all the tree's files are, in a digest: two trees of one state say the same.

        Of files that git has not read it is their size and time that count; of one that was written a moment ago what it holds,
        since it may be written again within the same tick of the file system's clock.
        """
        import hashlib

        top, untracked = self.repository.top, self.git.listing.untracked
        total = hashlib.sha256()
        for path, blob in sorted(self.files.items()):
            if not blob:
                info = reading.signature(top, path)
                recent = info is not None and max(info[0], info[3]) > self._begun - RACY
                blob = self._blob_now(path) if recent else str(info)
            mark = "?" if path in untracked else ""  # in what is not tracked git looks for no renamed file
            total.update(os.fsencode(f"{path}\0{mark}{blob}\0"))
        return total.hexdigest()[:32]

    def _blob_now(self, path: str) -> str:
        data = self.read(path)
        return "" if data is None else objects.blob_id(data, self.repository.object_format)


def of_commit(repository: Repository, commit: str, contents: Contents, store: str) -> Tree:
    """The tree of a commit."""
    return Tree(code.Commit(repository, commit), contents, store)
