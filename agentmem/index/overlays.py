"""The changes of a tree, applied: each memory that has pending ones is shown as they make it, its conflicts named."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from agentmem.index.catalog import AppliedRow, ChangeRow, Row
from agentmem.index.columns import Columns, Entry
from agentmem.index.knowledge import Knowledge
from agentmem.index.view import Pending
from agentmem.model import lifecycle
from agentmem.store import layout

if TYPE_CHECKING:
    from agentmem.model.applying import Conflict

RULES = "2"
"""The version of the rules by which changes are applied: part of each key, so that other rules find nothing of these."""

BytesOf = Callable[[Iterable[Entry]], Mapping[str, bytes]]
"""The content of the blobs of some entries, by blob; what cannot be read is left out."""


class Settled(NamedTuple):
    """What came of a tree's changes: what is applied at each position and to which blob, and the changes of memories that
    are not here.
    """

    pending: dict[int, Pending]
    bases: dict[int, str]
    orphans: tuple[Entry, ...]


class Task(NamedTuple):
    """One memory to which ``changes`` (their entries and rows) are to be applied, and the key of the result."""

    base: Entry
    changes: tuple[tuple[Entry, ChangeRow], ...]
    key: str


def settle(
    columns: Columns, knowledge: Knowledge, bytes_of: BytesOf, blob_of: Callable[[bytes], str]
) -> Settled:
    """Apply the pending changes of ``columns`` in place."""
    waiting = open_changes(columns, knowledge, bytes_of)
    if not waiting:
        return Settled({}, {}, ())
    positions: dict[str, list[int]] = {}
    for position, identity in enumerate(columns.ids):
        if identity in waiting:
            positions.setdefault(identity, []).append(position)
    tasks = {
        position: task(Entry(columns.paths[position], columns.blobs[position]), waiting[identity])
        for identity, found in positions.items()
        for position in found
    }
    results = apply(list(tasks.values()), knowledge, bytes_of, blob_of)
    rows = rows_of(results.values(), knowledge)
    pending = {}
    for position, one in tasks.items():
        result = results.get(one.key)
        row = rows.get(result.blob) if result else None
        if result is None or row is None or row.broken:
            continue
        if result.blob != one.base.blob:
            columns.replace(position, row)
        if result.blob != one.base.blob or result.conflicts:
            pending[position] = Pending(
                tuple(sorted({row.branch for _, row in one.changes})), result.conflicts
            )
    orphans = tuple(
        entry for identity, found in waiting.items() if identity not in positions for entry, _ in found
    )
    bases = {position: one.base.blob for position, one in tasks.items()}
    return Settled(pending, bases, orphans)


def open_changes(
    columns: Columns, knowledge: Knowledge, bytes_of: BytesOf
) -> dict[str, list[tuple[Entry, ChangeRow]]]:
    """The changes that base has not taken up, by memory id: a receipt, also of a later one, says that it has.

    A change that stands at several paths (picked into another overlay) is one. Broken ones are left out: ``check`` tells.
    """
    receipts = {path.rpartition("/")[2] for path in columns.receipts}
    return waiting(columns.changes, receipts, lambda entries: learn(entries, knowledge, bytes_of))


def waiting(
    changes: Mapping[str, str],
    receipts: Collection[str],
    rows_of: Callable[[Sequence[Entry]], Mapping[str, ChangeRow]],
) -> dict[str, list[tuple[Entry, ChangeRow]]]:
    """The same of any ``changes`` (blob by path) and ``receipts`` (ids of changes); ``rows_of`` gives their rows, by blob."""
    named: dict[str, dict[str, list[Entry]]] = {}
    unsettled = set()
    for path in sorted(changes):
        _, memory, change = layout.names_of_change(path)
        named.setdefault(memory, {}).setdefault(change, []).append(Entry(path, changes[path]))
        if change not in receipts:
            unsettled.add(memory)
    if not unsettled:
        return {}
    rows = rows_of([entry for memory in unsettled for entries in named[memory].values() for entry in entries])
    found = {}
    for memory in sorted(unsettled):
        known: dict[str, tuple[Entry, ChangeRow]] = {}
        for change, entries in named[memory].items():
            # a copy that is broken, or says that it is another, must not hide a good one
            for entry in entries:
                row = rows.get(entry.blob)
                if row is not None and is_named_so(entry.path, row):
                    known.setdefault(change, (entry, row))
        taken_up = lifecycle.absorbed({change: row.after for change, (_, row) in known.items()}, receipts)
        left = [known[change] for change in sorted(known) if change not in taken_up]
        if left:
            found[memory] = left
    return found


def is_named_so(path: str, row: ChangeRow) -> bool:
    """Whether the change of ``row`` is the one that ``path`` names: of another, no view takes any notice."""
    return not row.broken and layout.names_of_change(path)[1:] == (row.memory, row.id)


def learn(entries: Sequence[Entry], knowledge: Knowledge, bytes_of: BytesOf) -> dict[str, ChangeRow]:
    """The row of each change among ``entries``, by blob; those not known yet are read and kept."""
    blobs = list({entry.blob for entry in entries})
    known = knowledge.changes(blobs)
    unknown = [entry for entry in entries if entry.blob not in known]
    if unknown:
        from agentmem.model import changes  # reads YAML

        learned = []
        for blob, data in bytes_of(unknown).items():
            change, _ = changes.parse(data)
            learned.append(
                ChangeRow(blob, "", "", "", "", None, (), True)
                if change is None
                else ChangeRow(
                    blob,
                    change.id,
                    change.memory,
                    change.branch,
                    change.by or "",
                    change.created,
                    change.after,
                    False,
                )
            )
        knowledge.note_overlay(learned, ())
        known.update((row.blob, row) for row in learned)
    return known


def task(base: Entry, found: Sequence[tuple[Entry, ChangeRow]]) -> Task:
    """Applying the changes ``found`` to ``base``."""
    blobs = sorted(entry.blob for entry, _ in found)
    return Task(base, tuple(found), " ".join((RULES, base.blob, *blobs)))


def apply(
    tasks: Sequence[Task], knowledge: Knowledge, bytes_of: BytesOf, blob_of: Callable[[bytes], str]
) -> dict[str, AppliedRow]:
    """The result of each of ``tasks`` by key; those not known yet are made and kept."""
    known = knowledge.applied([one.key for one in tasks])
    unknown = [one for one in tasks if one.key not in known]
    if not unknown:
        return known
    from agentmem.model import applying, changes

    data = bytes_of([entry for one in unknown for entry in (one.base, *(entry for entry, _ in one.changes))])
    made: list[AppliedRow] = []
    contents: dict[str, bytes] = {}
    for one in unknown:
        if one.base.blob not in data or any(entry.blob not in data for entry, _ in one.changes):
            continue  # a partial clone that cannot fetch now
        parsed = [changes.parse(data[entry.blob])[0] for entry, _ in one.changes]
        result = applying.apply(data[one.base.blob], [change for change in parsed if change is not None])
        blob = one.base.blob if result.data == data[one.base.blob] else blob_of(result.data)
        contents[blob] = result.data
        made.append(AppliedRow(one.key, blob, conflicts_text(result.conflicts)))
    new = [blob for blob in contents if blob not in knowledge.rows_of(list(contents))]
    if new:
        knowledge.take(lambda: [(blob, contents[blob]) for blob in new], len(new))
    knowledge.note_overlay((), made)
    known.update((row.key, row) for row in made)
    return known


def rows_of(results: Iterable[AppliedRow], knowledge: Knowledge) -> dict[str, Row]:
    """The catalog's row of each result, by blob."""
    numbers = knowledge.rows_of(list({result.blob for result in results}))
    return {row.blob: row for row in knowledge.rows(list(numbers.values()))}


def conflicts_text(conflicts: Sequence["Conflict"]) -> str:
    """``conflicts`` as JSON, for the catalog; empty where there are none."""
    if not conflicts:
        return ""
    return json.dumps(
        [
            {
                "field": conflict.field,
                "base": conflict.base,
                "note": conflict.note,
                "parties": [party._asdict() for party in conflict.parties],
            }
            for conflict in conflicts
        ]
    )
