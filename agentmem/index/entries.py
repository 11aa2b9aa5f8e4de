"""What a worktree's store holds now: the saved columns, and only what git says differs from them looked at."""

import time
from collections.abc import Iterable

from agentmem.git import objects
from agentmem.git.repository import Difference, Probe, Repository
from agentmem.index import viewcache
from agentmem.index.view import Entry
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


class Worktree:
    """The store at ``place`` as its files are now."""

    def __init__(self, place: Place, repository: Repository) -> None:
        self.place, self.repository = place, repository
        self.below = repository.prefix + place.name

    def delta(self, saved: viewcache.Saved, differences: Iterable[Difference]) -> Delta:
        """What has changed since ``saved``; ``differences`` are against its commit."""
        delta = Delta()
        seen = set()
        for path, difference in self._memories(differences):
            seen.add(path)
            signature = None if difference.deleted else reading.signature(self.place.root, path)
            if signature is None:
                delta.removed.add(path)
            elif path not in saved.dirty or saved.dirty[path][0] != signature:
                self._read(path, difference, delta)
        for path, (_, old) in saved.dirty.items():
            if path not in seen:  # it is again as the commit has it
                delta.removed.add(path)
                if old:
                    delta.added.append(Entry(path, old))
        return delta

    def everything(
        self, treeish: str, differences: Iterable[Difference]
    ) -> tuple[list[Entry], Delta, dict[str, tuple[reading.Signature | None, str | None]]]:
        """All entries, from the tree and the differences against it, and the ``dirty`` to save with them."""
        delta = Delta()
        dirty: dict[str, tuple[reading.Signature | None, str | None]] = {}
        now = time.time_ns()
        for path, difference in self._memories(differences):
            delta.removed.add(path)
            signature = None if difference.deleted else reading.signature(self.place.root, path)
            if signature is not None:
                self._read(path, difference, delta)
                if max(signature[0], signature[3]) > now - RACY * 1e9:
                    signature = None
            dirty[path] = (signature, difference.old)
        entries = [entry for entry in self.tree(treeish) if entry.path not in delta.removed]
        return entries + delta.added, delta, dirty

    def tree(self, treeish: str) -> list[Entry]:
        """The memories that a commit holds."""
        listed = objects.list_tree(self.repository, treeish, self.below)
        return [Entry(path, blob) for path, blob in listed if layout.is_memory(path)]

    def _memories(self, differences: Iterable[Difference]) -> Iterable[tuple[str, Difference]]:
        start = self.place.name + "/"
        for difference in differences:
            path = difference.path.removeprefix(start)
            if path != difference.path and layout.is_memory(path):
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


def probe(place: Place, commit: str | None) -> Probe:
    """Ask git about the store, compared with ``commit`` (None: HEAD)."""
    return Probe(place.directory, place.name, commit)
