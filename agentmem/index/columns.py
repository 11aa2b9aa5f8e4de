"""What a view has of each memory, as parallel columns that load in a few milliseconds for 10,000 of them."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from agentmem.index.catalog import Row
from agentmem.model import ids, kinds

NO_TIME = -(2**62)
SKETCH = 64
"""Bytes of a near-duplicate sketch (``similarity.SKETCH_SIZE``, whose module would cost a list 8 ms)."""
STATUSES = ("active", "proposed", "retracted")


class Entry(NamedTuple):
    """A file of the view: its path below the store and its blob."""

    path: str
    blob: str


def _between(gone: Sequence[int], length: int, width: int = 1) -> Iterator[slice]:
    """What of ``length`` items, ``width`` long each, stays without those at the positions ``gone``, which are in order.

    A slice for each run: to copy runs takes a hundredth of the time that items do.
    """
    begin = 0
    for place in gone:
        yield slice(begin * width, place * width)
        begin = place + 1
    yield slice(begin * width, length * width)


class Blobs:
    """Blob ids, those that were loaded cut out of one text only when asked for: a few of 10,000 are."""

    def __init__(self, joined: str = "", width: int = 40) -> None:
        self._joined, self._width, self._loaded = joined, width, len(joined) // width
        self._more: list[str] = []
        self._replaced: dict[int, str] = {}

    def __len__(self) -> int:
        return self._loaded + len(self._more)

    def __getitem__(self, place: int) -> str:
        if place in self._replaced:
            return self._replaced[place]
        if place < self._loaded:
            return self._joined[place * self._width : (place + 1) * self._width]
        return self._more[place - self._loaded]

    def __iter__(self) -> Iterator[str]:
        text, width = self._joined, self._width
        found = [text[begin : begin + width] for begin in range(0, self._loaded * width, width)] + self._more
        for place, blob in self._replaced.items():
            found[place] = blob
        return iter(found)

    def append(self, blob: str) -> None:
        """Add one."""
        self._more.append(blob)

    def replace(self, place: int, blob: str) -> None:
        """Put ``blob`` in the place of one."""
        self._replaced[place] = blob

    def without(self, gone: Sequence[int]) -> "Blobs":
        """These without those at the places ``gone``, which are in order."""
        first = bisect_left(gone, self._loaded)
        runs = _between(gone[:first], self._loaded, self._width)
        kept = Blobs("".join(self._joined[run] for run in runs), self._width)
        for run in _between([place - self._loaded for place in gone[first:]], len(self._more)):
            kept._more += self._more[run]
        left = self._replaced.keys() - set(gone)
        kept._replaced = {place - bisect_left(gone, place): self._replaced[place] for place in left}
        return kept


_EACH = (
    "paths",
    "rows",
    "ids",
    "kinds",
    "status",
    "authors",
    "created",
    "expires",
    "importance",
    "pins",
)
"""The columns of one item a memory, beside the blobs and what is read late."""
LATE = ("lengths", "sketches", "topics")
"""Half of a kept view: for ranking, and for `add`."""


class Columns:
    """The memories of one tree by position. ``created``/``expires`` are seconds UTC or ``NO_TIME``."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.blobs = Blobs()
        self.rows = array("q")
        self.ids: list[str] = []
        self.kinds = bytearray()
        self.status = bytearray()
        self.authors: list[str] = []
        self.created = array("q")
        self.expires = array("q")
        self.importance = bytearray()  # 0 where absent
        self.pins = bytearray()
        self._lengths = (array("l"), array("l"), array("l"), array("l"))
        self._sketches = bytearray()
        self._topics = bytearray()
        self._late: dict[str, memoryview] = {}
        self.links: dict[int, tuple[tuple[str, ...], ...]] = {}
        self.broken: list[tuple[str, int]] = []
        """(path, row) of the files that are no memories because they are broken."""
        self.changes: dict[str, str] = {}
        """The blob of each change, by path."""
        self.receipts: set[str] = set()
        """The paths of the receipts."""

    def begin_with(self, late: dict[str, memoryview]) -> None:
        """What the columns of ``LATE`` begin with, made into columns when somebody first looks: most commands never do."""
        self._late = late

    @property
    def lengths(self) -> tuple["array[int]", "array[int]", "array[int]", "array[int]"]:
        """The terms in each of the four fields."""
        if data := self._late.pop("lengths", None):
            size = len(data) // len(self._lengths)
            for number, column in enumerate(self._lengths):
                column[:0] = array("l", bytes(data[number * size : (number + 1) * size]))
        return self._lengths

    @property
    def sketches(self) -> bytearray:
        """SKETCH bytes each: what `add` compares with."""
        self._sketches[:0] = self._late.pop("sketches", b"")
        return self._sketches

    @property
    def topics(self) -> bytearray:
        """SKETCH bytes each, of what it is about."""
        self._topics[:0] = self._late.pop("topics", b"")
        return self._topics

    def add(self, path: str, row: Row) -> None:
        """Append the file at ``path`` whose blob says ``row``."""
        if row.broken:
            self.broken.append((path, row.row))
            return
        if any(row.links):
            self.links[len(self.paths)] = row.links
        kind = row.kind or getattr(kinds.of_path(path), "name", "fact")
        self.paths.append(path)
        self.blobs.append(row.blob)
        self.rows.append(row.row)
        self.ids.append(row.id or ids.derived_id(path))
        self.kinds.append(kinds.NUMBER[kind])
        self.status.append(STATUSES.index(row.status))
        self.authors.append(row.author)
        self.created.append(NO_TIME if row.created is None else row.created)
        self.expires.append(NO_TIME if row.expires is None else row.expires)
        self.importance.append(row.importance or 0)
        self.pins.append(row.pin)
        self._sketches += row.sketch
        self._topics += row.topic
        for column, length in zip(self._lengths, row.lengths, strict=True):
            column.append(length)

    def replace(self, position: int, row: Row) -> None:
        """Put what ``row`` says in the place of the memory at ``position``, which keeps its path and id."""
        if any(row.links):
            self.links[position] = row.links
        else:
            self.links.pop(position, None)
        self.blobs.replace(position, row.blob)
        self.rows[position] = row.row
        if row.kind:
            self.kinds[position] = kinds.NUMBER[row.kind]
        self.status[position] = STATUSES.index(row.status)
        self.authors[position] = row.author
        self.created[position] = NO_TIME if row.created is None else row.created
        self.expires[position] = NO_TIME if row.expires is None else row.expires
        self.importance[position] = row.importance or 0
        self.pins[position] = row.pin
        self.sketches[position * SKETCH : (position + 1) * SKETCH] = row.sketch
        self.topics[position * SKETCH : (position + 1) * SKETCH] = row.topic
        for column, length in zip(self.lengths, row.lengths, strict=True):
            column[position] = length

    def without(self, paths: frozenset[str]) -> "Columns":
        """These without the files at ``paths``; what they were is not used any more."""
        self.changes = {path: blob for path, blob in self.changes.items() if path not in paths}
        self.receipts -= paths
        if paths.isdisjoint(self.paths) and paths.isdisjoint(path for path, _ in self.broken):
            return self
        kept = Columns()
        kept.changes, kept.receipts = self.changes, self.receipts
        gone = [i for i, path in enumerate(self.paths) if path in paths]
        count = len(self.paths)
        for run in _between(gone, count):
            for name in _EACH:
                column = getattr(kept, name)
                column += getattr(self, name)[run]
            for own, other in zip(kept.lengths, self.lengths, strict=True):
                own += other[run]
        for run in _between(gone, count, SKETCH):
            kept._sketches += self.sketches[run]
            kept._topics += self.topics[run]
        kept.blobs = self.blobs.without(gone)
        left = self.links.keys() - set(gone)
        kept.links = {i - bisect_left(gone, i): self.links[i] for i in sorted(left)}
        kept.broken = [(path, row) for path, row in self.broken if path not in paths]
        return kept
