"""What a worktree's store holds now: the saved columns, and only what git says differs from them looked at."""

import time
from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from agentmem.git import objects
from agentmem.git.repository import Difference, Probe, Repository
from agentmem.index import viewcache
from agentmem.index.columns import Entry
from agentmem.store import layout, reading
from agentmem.store.place import Place

RACY = 2.0
"""Seconds: a file changed so shortly before it was read may change again within one tick of its clock, so its signature
proves nothing yet (git calls such entries racy)."""

DELTA = 64
"""Differences from the saved columns up to this many are applied to them; beyond, the columns are made and saved anew."""


class Delta:
    """What turns the saved columns into the present ones; ``contents`` has the bytes of files that were read for it."""

    def __init__(self) -> None:
        self.removed: set[str] = set()
        self.added: list[Entry] = []
        self.contents: dict[str, bytes] = {}

    def __len__(self) -> int:
        return len(self.removed) + len(self.added)


Dirty = dict[str, tuple[reading.Signature | None, str | None]]
"""See ``viewcache.Saved``."""


class Everything(NamedTuple):
    """All entries of a worktree's store, what was read for them, and the ``dirty`` to save with them."""

    entries: list[Entry]
    delta: Delta
    dirty: Dirty


def _known(saved: viewcache.Saved | None) -> dict[str, tuple[reading.Signature, str]]:
    """The signature and blob of each file that ``saved`` read."""
    if saved is None:
        return {}
    columns = saved.columns
    if not saved.dirty:
        return {}
    blobs = {path: columns.blobs[i] for i, path in enumerate(columns.paths) if path in saved.dirty}
    blobs |= columns.changes
    return {
        path: (sig, blobs[path])
        for path, (sig, _) in saved.dirty.items()
        if sig is not None and path in blobs
    }


class Worktree:
    """The store at ``place`` as its files are now."""

    def __init__(self, place: Place, repository: Repository) -> None:
        self.place, self.repository = place, repository
        self.below = repository.prefix + place.name

    def delta(self, saved: viewcache.Saved, differences: Iterable[Difference]) -> Delta:
        """What has changed since ``saved``; ``differences`` are against its commit."""
        delta = Delta()
        seen = set()
        dirty, root, none = saved.dirty, self.place.root, (None, None)
        for path, difference in self._kept(differences, dirty):
            seen.add(path)
            signature = None if difference.deleted else reading.signature(root, path)
            if signature is None:
                delta.removed.add(path)
            elif dirty.get(path, none)[0] != signature:
                self._read(path, difference, delta)
        for path, (_, old) in dirty.items():
            if path not in seen:  # it is again as the commit has it
                delta.removed.add(path)
                if old:
                    delta.added.append(Entry(path, old))
        return delta

    def everything(
        self, treeish: str, differences: Iterable[Difference], saved: viewcache.Saved | None
    ) -> Everything:
        """All entries, from the tree and the differences against it.

        What ``saved`` knows of files that have not changed since is not read again: after an import these are thousands.
        """
        delta = Delta()
        dirty: Dirty = {}
        now = time.time_ns()
        known = _known(saved)
        for path, difference in self._kept(differences, known):
            delta.removed.add(path)
            signature = None if difference.deleted else reading.signature(self.place.root, path)
            if signature is not None:
                before = known.get(path)
                if before is not None and before[0] == signature:
                    delta.added.append(Entry(path, before[1]))
                else:
                    self._read(path, difference, delta)
                if max(signature[0], signature[3]) > now - RACY * 1e9:
                    signature = None
            dirty[path] = (signature, difference.old)
        entries = [entry for entry in self.tree(treeish) if entry.path not in delta.removed]
        return Everything(entries + delta.added, delta, dirty)

    def changed(self, differences: Iterable[Difference]) -> Delta:
        """What differs from the compared commit; all files of it are read."""
        delta = Delta()
        for path, difference in self._kept(differences, ()):
            if is_touched(self.place, self.repository, difference):
                continue
            delta.removed.add(path)
            if not difference.deleted:
                self._read(path, difference, delta)
        return delta

    def from_tree(self, saved: viewcache.Saved, differences: Iterable[Difference]) -> Delta:
        """What turns ``saved`` into another tree that differs from its commit's by ``differences`` (paths below the store)."""
        delta = Delta()
        blobs = {path: old for path, (_, old) in saved.dirty.items()}
        blobs |= {one.path: one.new for one in differences}
        for path, blob in blobs.items():
            if layout.is_kept(path):
                delta.removed.add(path)
                if blob:
                    delta.added.append(Entry(path, blob))
        return delta

    def tree(self, treeish: str) -> list[Entry]:
        """The memories, changes and receipts that a commit holds."""
        listed = objects.list_tree(self.repository, treeish, self.below)
        return [Entry(path, blob) for path, blob in listed if layout.is_kept(path)]

    def _kept(
        self, differences: Iterable[Difference], known: Container[str]
    ) -> Iterator[tuple[str, Difference]]:
        """The differences that count for a view, by path below the store; ``known`` are paths that do."""
        start = self.place.name + "/"
        skip = len(start)
        for difference in differences:
            if difference.path.startswith(start):
                path = difference.path[skip:]
                if path in known or layout.is_kept(path):
                    yield path, difference

    def _read(self, path: str, difference: Difference, delta: Delta) -> None:
        delta.removed.add(path)
        blob = difference.new
        if blob is None:
            data = reading.read(self.place.root, path)
            if data is None:
                return
            blob = objects.blob_id(data, self.repository.object_format)
            delta.contents[blob] = data
        delta.added.append(Entry(path, blob))


def is_touched(place: Place, repository: Repository, difference: Difference) -> bool:
    """Whether a file has another time than git remembers and the same content (`cp -r`, `touch`): git's plumbing names it."""
    if difference.old is None or difference.new is not None or difference.deleted:
        return False
    data = reading.read(place.root, difference.path.removeprefix(place.name + "/"))
    return data is not None and objects.blob_id(data, repository.object_format) == difference.old


def probe(place: Place, commit: str | None) -> Probe:
    """Ask git about the store, compared with ``commit`` (None: HEAD)."""
    return Probe(place.directory, place.name, commit)
