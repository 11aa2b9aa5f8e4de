"""A view: every memory visible from one tree, and what follows from all of it together."""

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from operator import mul
from types import MappingProxyType
from typing import NamedTuple

from agentmem.index.catalog import LINKS
from agentmem.index.columns import NO_TIME, STATUSES, Columns
from agentmem.model import ids, kinds, lifecycle

_RETRACTED = STATUSES.index("retracted")
_SUPERSEDES, _CLOSES, _REOPENS = LINKS.index("supersedes"), LINKS.index("closes"), LINKS.index("reopens")


class Pending(NamedTuple):
    """What is applied to one memory of a view: the branches whose changes, and the conflicts, as JSON, that these are in."""

    branches: tuple[str, ...]
    conflicts: str


class Origin(NamedTuple):
    """Where a memory that is not in the tree at hand was read: another branch, or the worktree where it is not committed;
    ``is_trunk``: trunk, here or on a remote.
    """

    branch: str
    uncommitted: bool = False
    is_trunk: bool = False


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
            (columns.ids[i], STATUSES[columns.status[i]], links[_SUPERSEDES])
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
                [(columns.ids[i], STATUSES[columns.status[i]], columns.links[i][_SUPERSEDES])]
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
    def replacing(self) -> dict[str, list[int]]:
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
            for i in self.replacing.get(todo.pop(), ()):
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

    def replaced_by(self, position: int) -> list[str]:
        """The ids of what replaces the memory at ``position``, newest first; of one that is archived, archived ones too."""
        identity = self.columns.ids[position]
        among = [
            i
            for i in self.replacing.get(identity, ())
            if self.columns.ids[i] != identity and (position in self.archived or i not in self.archived)
        ]
        return list(dict.fromkeys(self.columns.ids[i] for i in self.newest_first(among)))

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
            STATUSES[columns.status[position]],
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
        out = bytearray(b"\1") * len(columns.ids)
        at = columns.status.find(_RETRACTED)
        while at >= 0:
            out[at] = 0
            at = columns.status.find(_RETRACTED, at + 1)
        if columns.expires != array("q", [NO_TIME]) * len(out):  # hardly any ever expire
            for i, expires in enumerate(columns.expires):
                if NO_TIME != expires <= now:
                    out[i] = 0
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
            (columns.ids[i], STATUSES[columns.status[i]], links[_SUPERSEDES])
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

    @cached_property
    def spread(self) -> float:
        """How much the lengths of bodies differ: their standard deviation against their mean, 0 where all are as long."""
        lengths, count = self.columns.lengths[3], max(len(self), 1)
        mean = sum(lengths) / count
        return math.sqrt(max(sum(map(mul, lengths, lengths)) / count - mean**2, 0.0)) / mean if mean else 0.0

    def with_id(self, prefix: str) -> list[int]:
        """The positions of the memories whose id starts with ``prefix``."""
        return [i for i, identity in enumerate(self.columns.ids) if identity.startswith(prefix)]

    def oldest_first(self, positions: Iterable[int]) -> list[int]:
        """``positions`` by creation, oldest first; those without a time last, ties by id."""
        created, identities = self.columns.created, self.columns.ids
        return sorted(positions, key=lambda i: (created[i] == NO_TIME, created[i], identities[i]))

    def newest_first(self, positions: Iterable[int]) -> list[int]:
        """``positions`` by creation, newest first; those without a time last, ties by id."""
        created, identities = self.columns.created, self.columns.ids
        return sorted(
            positions, key=lambda i: (-created[i] if created[i] != NO_TIME else -NO_TIME, identities[i])
        )
