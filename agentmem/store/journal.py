"""The journal: a copy of every write outside the worktree until git has it, since orchestrators remove worktrees by force."""

import json
import os
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from agentmem.errors import NotWritable
from agentmem.store import writing


class Entry(NamedTuple):
    """One write: ``path`` below the store of ``worktree``; ``at`` in seconds UTC; ``text`` holds the file's bytes as UTF-8.

    ``blob`` is empty where the file was taken away. ``home`` is git's folder of the worktree, from the common git dir, which
    stays when the worktree is moved; ``written`` when the file was made by the system's own clock, nanoseconds; ``head`` the
    commit that was checked out.
    """

    worktree: str
    branch: str | None
    path: str
    blob: str
    at: int
    text: str
    home: str | None = None
    written: int = 0
    head: str | None = None

    @property
    def removed(self) -> bool:
        """Whether this tells that the file was taken away."""
        return not self.blob


class Journal:
    """The entries in one folder, one file a write or bulk write, one JSON object a line."""

    def __init__(self, folder: str) -> None:
        """``folder`` need not exist yet."""
        self.folder = folder

    def record(self, entries: Iterable[Entry]) -> bool:
        """Write ``entries`` durably as one file; False where the folder cannot be written (a sandbox): the write goes on."""
        found = list(entries)
        if not found:
            return True
        # the system's own clock, to the nanosecond: the order of writes, also of those within one second
        name = f"{time.time_ns():020d}-{os.urandom(4).hex()}.jsonl"
        lines = "".join(json.dumps(_plain(entry), ensure_ascii=False) + "\n" for entry in found)
        try:
            return writing.create(os.path.join(self.folder, name), lines.encode("utf-8", "surrogateescape"))
        except NotWritable:
            return False

    def files(self) -> list[str]:
        """The journal's file names, oldest first."""
        try:
            return sorted(name for name in os.listdir(self.folder) if name.endswith(".jsonl"))
        except OSError:
            return []

    @property
    def size(self) -> int:
        """Bytes of all files."""
        try:
            return sum(entry.stat().st_size for entry in os.scandir(self.folder))
        except OSError:
            return 0

    def entries(self, wanted: Callable[[Entry], bool] = lambda one: True) -> Iterator[Entry]:
        """All entries, oldest first; a torn line is passed over. A file, which one process wrote in one worktree, is left out
        whole where its first entry is not ``wanted``: an import writes thousands.
        """
        for name in self.files():
            for number, one in enumerate(self._read(name)):
                if not number and not wanted(one):
                    break
                yield one

    def _read(self, name: str) -> Iterator[Entry]:
        try:
            with open(
                os.path.join(self.folder, name), encoding="utf-8", errors="surrogateescape", newline="\n"
            ) as file:
                for line in file:
                    try:
                        record = json.loads(line)
                        yield Entry(
                            record["worktree"],
                            record["branch"],
                            record["path"],
                            record["blob"],
                            record["at"],
                            record["text"],
                            record.get("home"),
                            int(number) if (number := name.partition("-")[0]).isdecimal() else 0,
                            record.get("head"),
                        )
                    except (ValueError, KeyError, TypeError):
                        continue
        except OSError:
            return

    def pruned_at(self, worktree: str) -> str | None:
        """The commit by which the entries of ``worktree`` were pruned last."""
        try:
            with open(self._mark(worktree), encoding="ascii", errors="replace") as file:
                return file.read().strip()
        except OSError:
            return None

    def _mark(self, worktree: str) -> str:
        return os.path.join(
            self.folder, f"pruned-{zlib.crc32(worktree.encode('utf-8', 'surrogateescape')):08x}"
        )

    def prune(self, worktree: str, committed: frozenset[str], commit: str | None = None) -> int:
        """Remove the files of ``worktree`` that hold nothing that is not committed; how many went.

        An entry is spent when ``committed`` has its blob, or that of a later write to the same path. ``commit`` is remembered
        as what ``committed`` was read from.
        """
        gone = 0
        settled: set[str] = set()
        read: list[tuple[str, frozenset[str], bool]] = []
        for name in reversed(self.files()):
            found = list(self._read(name))
            mine = all(entry.worktree == worktree for entry in found)
            if mine:
                settled.update(entry.path for entry in found if entry.removed or entry.blob in committed)
            paths = frozenset(entry.path for entry in found)
            read.append((name, paths, bool(found) and mine and paths <= settled))
        stays: set[str] = set()  # what a file that stays tells, a later one may take back
        for name, paths, spent in reversed(read):
            if not spent or not stays.isdisjoint(paths):
                stays |= paths
                continue
            try:
                os.unlink(os.path.join(self.folder, name))
                gone += 1
            except OSError:
                pass
        if commit is not None:
            try:
                with open(self._mark(worktree), "w", encoding="ascii") as file:
                    file.write(commit)
            except OSError:
                pass
        return gone


def _plain(entry: Entry) -> dict[str, object]:
    return {
        "worktree": entry.worktree,
        "branch": entry.branch,
        "path": entry.path,
        "blob": entry.blob,
        "at": entry.at,
        "text": entry.text,
        "home": entry.home,
        "head": entry.head,
    }
