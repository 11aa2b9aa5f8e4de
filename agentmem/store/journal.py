"""The journal: a copy of every write outside the worktree until git has it, since orchestrators remove worktrees by force."""

import json
import os
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from agentmem.store import writing


class Entry(NamedTuple):
    """One write: ``path`` below the store of ``worktree``; ``at`` in seconds UTC; ``text`` holds the file's bytes as UTF-8.

    ``blob`` is empty where the file was taken away. ``home`` is git's folder of the worktree, from the common git dir, which
    stays when the worktree is moved; ``written`` when the file was made by the system's own clock, nanoseconds; ``head`` the
    commit that was checked out; ``onto`` the blob of what it was written in the place of, None where there was no file.
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
    onto: str | None = None

    @property
    def removed(self) -> bool:
        """Whether this tells that the file was taken away."""
        return not self.blob


class Line(NamedTuple):
    """A write to one file that no later one knew of: the last one, and each after which git put an older text back.

    ``seen`` are the blobs that the file had before it; ``base`` is the one that was put back, onto which others wrote those
    of ``after``, None for the last write; ``number`` is the caller's.
    """

    entry: Entry
    seen: frozenset[str]
    number: int = 0
    base: str | None = None
    after: frozenset[str] = frozenset()


def followed(lines: Sequence[Line], entry: Entry, number: int = 0) -> list[Line]:
    """``lines`` of one file once ``entry`` was written to it.

    It knew of the last write unless it was made onto what the file had said before that. What is neither, a hand edit, may hold
    what was written; a removal was meant.
    """
    if entry.removed:
        return []
    now = frozenset((entry.blob, entry.onto or entry.blob))
    if not lines:
        return [Line(entry, now - {entry.blob}, number)]
    *earlier, last = lines
    seen = last.seen
    if entry.onto in seen:
        earlier.append(last._replace(base=entry.onto))
    else:
        seen |= {last.entry.blob} | now
    left = [one._replace(after=one.after | now) for one in earlier if one.entry.blob not in now]
    return [*left, Line(entry, seen - {entry.blob}, number)]


class Journal:
    """The entries in one folder, one file a write or bulk write, one JSON object a line."""

    def __init__(self, folder: str) -> None:
        """``folder`` need not exist yet."""
        self.folder = folder
        self.unread: str | None = None
        """Why the folder could not be listed, once it was to be."""
        self.torn: set[str] = set()
        """Those of the files read so far that have a line which is no entry, or none at all: a crash has cut them short."""

    def record(self, entries: Iterable[Entry]) -> None:
        """Write ``entries`` durably as one file.

        Raises:
            NotWritable: the folder cannot be written.

        """
        found = list(entries)
        if not found:
            return
        # the system's own clock, to the nanosecond: the order of writes, also of those within one second
        name = f"{time.time_ns():020d}-{os.urandom(4).hex()}.jsonl"
        lines = "".join(json.dumps(_plain(entry), ensure_ascii=False) + "\n" for entry in found)
        writing.create(os.path.join(self.folder, name), lines.encode("utf-8", "surrogateescape"))

    def files(self) -> list[str]:
        """The journal's file names, oldest first."""
        try:
            return sorted(name for name in os.listdir(self.folder) if name.endswith(".jsonl"))
        except FileNotFoundError:
            return []
        except OSError as problem:
            self.unread = (problem.strerror or str(problem)).lower()
            return []

    @property
    def size(self) -> int:
        """Bytes of all files."""
        try:
            return sum(entry.stat().st_size for entry in os.scandir(self.folder))
        except OSError:
            return 0

    def entries(self, wanted: Callable[[Entry], bool] = lambda one: True) -> Iterator[Entry]:
        """All entries, oldest first; a torn line is passed over, and its file is in ``torn``.

        A file, which one process wrote in one worktree, is left out whole where its first entry is not ``wanted``: an import
        writes thousands.
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
                line = None
                for line in file:
                    try:
                        record = json.loads(line)
                        one = Entry(
                            record["worktree"],
                            record["branch"],
                            record["path"],
                            record["blob"],
                            record["at"],
                            record["text"],
                            record.get("home"),
                            int(number) if (number := name.partition("-")[0]).isdecimal() else 0,
                            record.get("head"),
                            record.get("onto"),
                        )
                    except (ValueError, KeyError, TypeError):
                        self.torn.add(name)
                        continue
                    yield one
                if line is None:
                    self.torn.add(name)
        except OSError:
            return

    def doubts(self) -> list[str]:
        """What kept it from being read as a whole, so far."""
        said = [f"the journal cannot be read ({self.unread})"] if self.unread else []
        if self.torn:
            said.append(f"{len(self.torn)} record{'s' * (len(self.torn) > 1)} of the journal cannot be read")
        return said

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

        An entry is spent when ``committed`` has its blob, or that of a later write to the same path that knew of it.
        ``commit`` is remembered as what ``committed`` was read from.
        """
        gone = 0
        files: list[tuple[str, frozenset[str], bool]] = []
        mine: list[tuple[str, Entry]] = []
        for name in self.files():
            found = [entry._replace(text="") for entry in self._read(name)]
            is_mine = bool(found) and all(entry.worktree == worktree for entry in found)
            files.append((name, frozenset(entry.path for entry in found), is_mine))
            mine += [(name, entry) for entry in found if is_mine]
        known = _known([entry for _, entry in mine])
        spent: set[int] = set()
        needed: set[str] = set()
        for number, (name, entry) in reversed(list(enumerate(mine))):
            if entry.removed or entry.blob in committed or known.get(number) in spent:
                spent.add(number)
            else:
                needed.add(name)
        stays: set[str] = set()  # what a file that stays tells, a later one may take back
        for name, paths, is_mine in files:
            if not is_mine or name in needed or not stays.isdisjoint(paths):
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


def _known(entries: Sequence[Entry]) -> dict[int, int]:
    """By the number of an entry that of the later one that knew of it."""
    known: dict[int, int] = {}
    lines: dict[str, list[Line]] = {}
    for number, entry in enumerate(entries):
        before = lines.get(entry.path, [])
        lines[entry.path] = followed(before, entry, number)
        left = {one.number for one in lines[entry.path]}
        known |= {one.number: number for one in before if one.number not in left}
    return known


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
        "onto": entry.onto,
    }
