"""A view: every memory visible from one tree, as parallel columns that load in a few milliseconds for 10,000 of them."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from agentmem.index.catalog import LINKS, Row
from agentmem.model import ids, kinds, lifecycle

NO_TIME = -(2**62)
SKETCH = 64
"""Bytes of a near-duplicate sketch (``similarity.SKETCH_SIZE``, whose module would cost a list 8 ms)."""
_STATUSES = ("active", "proposed", "retracted")
_RETRACTED = _STATUSES.index("retracted")
_SUPERSEDES, _CLOSES, _REOPENS = LINKS.index("supersedes"), LINKS.index("closes"), LINKS.index("reopens")


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
"""The columns of one item a memory, beside the blobs and the lengths."""


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
        self.lengths = (array("l"), array("l"), array("l"), array("l"))
        self.sketches = bytearray()  # SKETCH_SIZE bytes each: what `add` compares with
        self.topics = bytearray()
        self.links: dict[int, tuple[tuple[str, ...], ...]] = {}
        self.broken: list[tuple[str, int]] = []
        """(path, row) of the files that are no memories because they are broken."""
        self.changes: dict[str, str] = {}
        """The blob of each change, by path."""
        self.receipts: set[str] = set()
        """The paths of the receipts."""

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
        self.status.append(_STATUSES.index(row.status))
        self.authors.append(row.author)
        self.created.append(NO_TIME if row.created is None else row.created)
        self.expires.append(NO_TIME if row.expires is None else row.expires)
        self.importance.append(row.importance or 0)
        self.pins.append(row.pin)
        self.sketches += row.sketch
        self.topics += row.topic
        for column, length in zip(self.lengths, row.lengths, strict=True):
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
        self.status[position] = _STATUSES.index(row.status)
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
            kept.sketches += self.sketches[run]
            kept.topics += self.topics[run]
        kept.blobs = self.blobs.without(gone)
        left = self.links.keys() - set(gone)
        kept.links = {i - bisect_left(gone, i): self.links[i] for i in sorted(left)}
        kept.broken = [(path, row) for path, row in self.broken if path not in paths]
        return kept


class Pending(NamedTuple):
    """What is applied to one memory of a view: the branches whose changes, and the conflicts, as JSON, that these are in."""

    branches: tuple[str, ...]
    conflicts: str


class Origin(NamedTuple):
    """Where a memory that is not in the tree at hand was read: another branch, or the worktree where it is not committed."""

    branch: str
    uncommitted: bool = False


class View:
    """What is visible from one tree at the moment ``now`` (seconds UTC), with what follows from all of it together.

    ``pending`` has the memories to which changes are applied, ``foreign`` those that were read from elsewhere, by position:
    the latter come last, and nothing they say about others counts here. ``archived`` are out of the tree, by position with the
    commit that took each away; they come after all, and what they say does not count either.
    """

    def __init__(
        self,
        columns: Columns,
        now: int,
        pending: Mapping[int, Pending] = MappingProxyType({}),
        foreign: Mapping[int, Origin] = MappingProxyType({}),
        archived: Mapping[int, str] = MappingProxyType({}),
    ) -> None:
        self.columns = columns
        self.now = now
        self.pending, self.foreign, self.archived = pending, foreign, archived
        self._aside = {*foreign, *archived} if archived else foreign

    def __len__(self) -> int:
        return len(self.columns.paths)

    @cached_property
    def positions(self) -> dict[int, int]:
        """The position of each row; of a blob at two paths the first (see ``twins``)."""
        rows = self.columns.rows
        return dict(zip(reversed(rows), range(len(rows) - 1, -1, -1), strict=True))

    @cached_property
    def twins(self) -> dict[int, list[int]]:
        """The further positions of a row whose blob stands at several paths: each is a memory of its own."""
        if len(self.positions) == len(self):
            return {}
        found: dict[int, list[int]] = {}
        for position, row in enumerate(self.columns.rows):
            if self.positions[row] != position:
                found.setdefault(row, []).append(position)
        return found

    def positions_of(self, row: int) -> Iterator[int]:
        """Every position of ``row``; none where the view does not hold it."""
        first = self.positions.get(row)
        if first is not None:
            yield first
            yield from self.twins.get(row, ())

    @cached_property
    def shorts(self) -> ids.ShortIds:
        """The printed form of each id."""
        return ids.ShortIds(self.columns.ids)

    @cached_property
    def superseded(self) -> frozenset[str]:
        """The ids that others of the view replace."""
        columns, aside = self.columns, self._aside
        return lifecycle.superseded(
            (columns.ids[i], _STATUSES[columns.status[i]], links[_SUPERSEDES])
            for i, links in columns.links.items()
            if i not in aside
        )

    @cached_property
    def superseded_elsewhere(self) -> frozenset[tuple[str, str]]:
        """``(branch, id)`` of what another branch replaces, for its own memories."""
        columns = self.columns
        return frozenset(
            (origin.branch, old)
            for i, origin in self.foreign.items()
            if i in columns.links
            for old in lifecycle.superseded(
                [(columns.ids[i], _STATUSES[columns.status[i]], columns.links[i][_SUPERSEDES])]
            )
        )

    def is_superseded(self, position: int) -> bool:
        """Whether the memory at ``position`` is replaced: here, or, where it is another branch's, there."""
        identity = self.columns.ids[position]
        if identity in self.superseded:
            return True
        origin = self.foreign.get(position)
        return origin is not None and (origin.branch, identity) in self.superseded_elsewhere

    @cached_property
    def _replacing(self) -> dict[str, list[int]]:
        """The positions in force, or replaced in turn, that replace each superseded id."""
        found: dict[str, list[int]] = {}
        for i, links in self.columns.links.items():
            if links[_SUPERSEDES] and self.columns.status[i] == 0 and i not in self.foreign:
                for old in links[_SUPERSEDES]:
                    found.setdefault(old, []).append(i)
        return found

    def in_place_of(self, identity: str) -> list[int]:
        """The positions of what is in force in the place of the superseded ``identity``, however often it was replaced."""
        found, todo, seen = [], [identity], {identity}
        while todo:
            for i in self._replacing.get(todo.pop(), ()):
                new = self.columns.ids[i]
                if new not in seen:
                    seen.add(new)
                    todo.append(new)
                    if self.shown[i]:
                        found.append(i)
        return found

    def successors(self, identity: str) -> list[int]:
        """The positions of the memories that replace ``identity``."""
        return [
            i
            for i, links in self.columns.links.items()
            if identity in links[_SUPERSEDES] and i not in self.archived
        ]

    @cached_property
    def tasks(self) -> dict[str, str]:
        """The state of each task that a log entry closed or reopened."""
        columns = self.columns
        return lifecycle.task_states(
            (
                None if columns.created[i] == NO_TIME else columns.created[i],
                columns.ids[i],
                links[_CLOSES],
                links[_REOPENS],
            )
            for i, links in columns.links.items()
            if columns.status[i] != _RETRACTED
            and (links[_CLOSES] or links[_REOPENS])
            and i not in self._aside
        )

    def status(self, position: int) -> str:
        """The derived status of one memory."""
        columns = self.columns
        if position in self.archived:
            return lifecycle.ARCHIVED
        expires = columns.expires[position]
        return lifecycle.derive(
            columns.ids[position],
            self.kind(position),
            _STATUSES[columns.status[position]],
            None if expires == NO_TIME else expires,
            self.now,
            self.is_superseded(position),
            self.tasks,
        )

    def reopened_by(self, position: int) -> tuple[str, ...]:
        """The tasks that one log entry gave back."""
        links = self.columns.links.get(position)
        retracted = self.columns.status[position] == _RETRACTED
        return tuple(links[_REOPENS]) if links and not retracted and position not in self.foreign else ()

    def kind(self, position: int) -> str:
        """The kind of one memory."""
        return kinds.NAMES[self.columns.kinds[position]]

    def of_kind(self, number: int) -> list[int]:
        """The positions of the memories of one kind (see ``kinds.NUMBER``) that are in force."""
        column, shown, found = self.columns.kinds, self.shown, []
        at = column.find(number)
        while at >= 0:
            if shown[at]:
                found.append(at)
            at = column.find(number, at + 1)
        return found

    def created(self, position: int) -> int | None:
        """When one memory was written, seconds UTC."""
        value = self.columns.created[position]
        return None if value == NO_TIME else value

    @cached_property
    def shown(self) -> bytearray:
        """1 at each position that is in force: not superseded, retracted or expired."""
        columns, now = self.columns, self.now
        out = bytearray(
            status != _RETRACTED and (expires == NO_TIME or expires > now)
            for status, expires in zip(columns.status, columns.expires, strict=True)
        )
        if self.superseded:
            for i, identity in enumerate(columns.ids):
                if identity in self.superseded:
                    out[i] = 0
        for i in self.foreign:
            if self.is_superseded(i):
                out[i] = 0
        for i in self.archived:
            out[i] = 0
        return out

    def in_force(self, until: int | None = None) -> list[int]:
        """The positions of what is in force, or was at ``until`` (seconds UTC): written before, not yet expired or superseded.

        When a memory was retracted is not known here: it counts as if it had always been. What has no time was not there.
        """
        if until is None:
            return [i for i, shown in enumerate(self.shown) if shown]
        columns = self.columns
        old = {i for i, created in enumerate(columns.created) if NO_TIME < created < until}
        superseded = lifecycle.superseded(
            (columns.ids[i], _STATUSES[columns.status[i]], links[_SUPERSEDES])
            for i, links in columns.links.items()
            if i in old and i not in self._aside
        )
        return [
            i
            for i in sorted(old)
            if i not in self.archived
            and columns.status[i] != _RETRACTED
            and columns.ids[i] not in superseded
            and (columns.expires[i] == NO_TIME or columns.expires[i] > until)
        ]

    @cached_property
    def average_lengths(self) -> tuple[float, float, float, float]:
        """The mean length of each field in terms, over the view: at least 1, so that it can divide."""
        count = max(len(self), 1)
        first, second, third, fourth = (max(sum(column) / count, 1.0) for column in self.columns.lengths)
        return first, second, third, fourth

    def with_id(self, prefix: str) -> list[int]:
        """The positions of the memories whose id starts with ``prefix``."""
        return [i for i, identity in enumerate(self.columns.ids) if identity.startswith(prefix)]

    def newest_first(self, positions: Iterable[int]) -> list[int]:
        """``positions`` by creation, newest first; those without a time last, ties by id."""
        created, identities = self.columns.created, self.columns.ids
        return sorted(
            positions, key=lambda i: (-created[i] if created[i] != NO_TIME else -NO_TIME, identities[i])
        )
