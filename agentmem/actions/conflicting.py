"""Which memories of several branches cannot all be right: told before the branches meet, by trying how they would."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from agentmem.actions import behind, colliding, doubtful, selecting, standing
from agentmem.actions.board import Board
from agentmem.actions.clashes import Clash
from agentmem.actions.context import Context, Standpoint
from agentmem.actions.selecting import Found
from agentmem.index.catalog import LINKS, ChangeRow
from agentmem.index.columns import Entry
from agentmem.index.view import View
from agentmem.model import applying, changes, contradiction, ids, lifecycle
from agentmem.model.changes import Change

CHANGED, CONTRADICTION, SUPERSEDED = "changed-on-both", "contradiction", "superseded-and-used"
_USES = tuple(LINKS.index(name) for name in ("needs", "sources", "supersedes"))

Changes = Sequence[tuple[Entry, ChangeRow]]


class Conflicts(NamedTuple):
    """The conflicts between the view at hand and the others that were looked at, the surest first."""

    view: Standpoint
    clashes: tuple[Clash, ...]
    shorts: ids.ShortIds
    notes: tuple[str, ...] = ()


def find(context: Context, names: Sequence[str] = ()) -> Conflicts:
    """The conflicts between the view at hand and all open branches and worktrees; of one or two branches that are named, between
    these alone (of one: between it and the view at hand).

    Raises:
        NotFound: no such branch.

    """
    if len(names) == 2:
        standing.stand(context, branch=names[0])
    for name in names[-1:]:
        standing.commit_of(context, name)
    context.index.include_others(names[-1:] or None)
    view = context.index.view()
    here = context.standpoint.branch or "HEAD"
    found = [
        *_changed(context, view, here),
        *_superseded(context, view, here),
        *contradictions(context, view, here),
        *colliding.find(context, Board(context), names),
    ]
    return Conflicts(context.standpoint, tuple(found), view.shorts, tuple(context.index.notes))


def _branch(view: View, position: int, here: str) -> str:
    origin = view.foreign.get(position)
    return origin.branch if origin else here


# -- one memory changed on both


def _changed(context: Context, view: View, here: str) -> Iterator[Clash]:
    """A memory that two change: what the view has of it already, and what it would have if the two met."""
    from agentmem.index import overlays

    index = context.index
    for position, pending in view.pending.items():
        if position not in view.foreign and pending.conflicts:
            conflicts = json.loads(pending.conflicts)
            sides = dict.fromkeys(str(party["branch"]) for one in conflicts for party in one["parties"])
            yield _unsettled(context, view, position, {one["field"] for one in conflicts}, tuple(sides))
    for position, fields in doubtful.unsettled(index, view).items():
        yield _unsettled(context, view, position, fields, (here,))
    own = overlays.open_changes(view.columns, index.knowledge, index.bytes_of)
    versions: dict[str, list[int]] = {}
    for position in range(len(view)):
        versions.setdefault(view.columns.ids[position], []).append(position)
    in_place: list[tuple[behind.Pair, Clash]] = []
    for identity, positions in versions.items():
        if not any(position in view.foreign for position in positions):
            continue
        for one, other in combinations(positions, 2):
            branches = _branch(view, one, here), _branch(view, other, here)
            if branches[0] != branches[1] or view.foreign.get(one) != view.foreign.get(other):
                yield from _together(
                    context, view, identity, one, other, branches, own.get(identity, ()), in_place
                )
    both = behind.changed_on_both(context, [pair for pair, _ in in_place])
    yield from (clash for (_, clash), is_so in zip(in_place, both, strict=True) if is_so)


def _together(
    context: Context,
    view: View,
    identity: str,
    one: int,
    other: int,
    branches: tuple[str, str],
    own: Changes,
    in_place: list[tuple[behind.Pair, Clash]],
) -> Iterator[Clash]:
    """What comes of it when both versions meet; nothing where one of them only lacks what the other has. What is told only where
    both sides have changed the file goes to ``in_place``.
    """
    index = context.index
    bases = [index.base_blob(position, view.columns) for position in (one, other)]
    entries = [_changes_of(context, view, position, own) for position in (one, other)]
    if one not in view.foreign and other in view.foreign:
        # what the other's base has taken up of ours does not stand against it
        there = index.foreign_receipts.get(view.foreign[other], set())
        taken_up = lifecycle.absorbed({row.id: row.after for _, row in entries[0]}, there)
        entries[0] = [found for found in entries[0] if found[1].id not in taken_up]
    named = [{row.id for _, row in found} for found in entries]
    paths = tuple(dict.fromkeys(f"{index.place.name}/{view.columns.paths[p]}" for p in (one, other)))
    if not any(named) or (one in view.foreign and not named[0]) or not named[1]:
        edited = other in view.foreign and not named[1]
        if edited and one not in view.foreign and named[0]:
            yield Clash(
                CHANGED,
                (identity,),
                branches,
                paths,
                f"edited in place on {branches[1]}, changed on {branches[0]}",
            )
        elif edited and bases[0] != bases[1]:
            clash = Clash(CHANGED, (identity,), branches, paths, "the memory's own file differs on both")
            in_place.append((_pair(context, view, (one, other), (bases[0], bases[1])), clash))
        return
    base_position = one if one not in view.foreign else other
    base = index.base_blob(base_position, view.columns)
    wanted = {entry.blob: entry for found in entries for entry, _ in found}
    contents = index.bytes_of([Entry(view.columns.paths[base_position], base), *wanted.values()])
    parsed = _parsed(contents, wanted)
    if base not in contents:
        return
    met = applying.apply(contents[base], parsed.values())
    only = [{i for i in named[0] if i not in named[1]}, {i for i in named[1] if i not in named[0]}]
    if met.conflicts:
        fields = ", ".join(sorted({conflict.field for conflict in met.conflicts}))
        yield Clash(CHANGED, (identity,), branches, paths, f"CONFLICT in {fields} when they meet")
    elif all(only):
        fields = ", ".join(sorted({key for c in parsed.values() for key in _fields(c)}))
        yield Clash(CHANGED, (identity,), branches, paths, f"both change it ({fields}); the two fit together")


def _pair(context: Context, view: View, positions: tuple[int, int], blobs: tuple[str, str]) -> behind.Pair:
    one, other = (view.foreign.get(position) for position in positions)
    first, second = (f"{context.store_path}/{view.columns.paths[position]}" for position in positions)
    return behind.Pair((one and one.branch, other and other.branch), (first, second), blobs)


def _changes_of(context: Context, view: View, position: int, own: Changes) -> Changes:
    if position not in view.foreign:
        return own
    task = context.index.foreign_tasks.get(position)
    return task.changes if task else ()


def _parsed(contents: dict[str, bytes], wanted: Iterable[str]) -> dict[str, Change]:
    found = (changes.parse(contents[blob])[0] for blob in wanted if blob in contents)
    return {change.id: change for change in found if change is not None}


def _fields(change: Change) -> Iterator[str]:
    yield from changes.told_of(change)
    if change.retract is not None:
        yield "retracted"
    if change.body is not None:
        yield "body"


def _unsettled(
    context: Context, view: View, position: int, undecided: Collection[str], branches: tuple[str, ...]
) -> Clash:
    fields = sorted(undecided)
    short = view.shorts[view.columns.ids[position]]
    return Clash(
        CHANGED,
        (view.columns.ids[position],),
        branches,
        (f"{context.index.place.name}/{view.columns.paths[position]}",),
        f"CONFLICT in {', '.join(fields)} here: agentmem show {short}, then: {changes.ending(fields, short)}",
    )


# -- superseded on one, used on another


def _superseded(context: Context, view: View, here: str) -> Iterator[Clash]:
    """What one branch replaces and another, which has not seen that, replaces too, builds on or changes."""
    columns = view.columns
    by: dict[str, list[int]] = {}
    for position, links in columns.links.items():
        if columns.status[position] == 0:
            for old in links[LINKS.index("supersedes")]:
                by.setdefault(old, []).append(position)
    uses: dict[str, list[int]] = {}
    for position, links in columns.links.items():
        for number in _USES:
            for target in links[number]:
                uses.setdefault(target, []).append(position)
    for position in {**view.pending, **view.foreign}:
        uses.setdefault(columns.ids[position], []).append(position)
    own = {identity: i for i, identity in reversed(list(enumerate(columns.ids)))}
    seen = set()
    for old, successors in by.items():
        for successor in successors:
            for user in uses.get(old, ()):
                branches = _branch(view, successor, here), _branch(view, user, here)
                key = (old, frozenset((successor, user)))
                if branches[0] == branches[1] or columns.ids[user] == columns.ids[successor] or key in seen:
                    continue
                if user not in view.foreign and successor not in view.foreign:
                    continue
                seen.add(key)
                twice = user in successors
                verb = (
                    "supersedes it too"
                    if twice
                    else "changes it"
                    if columns.ids[user] == old
                    else "builds on it"
                )
                yield Clash(
                    SUPERSEDED,
                    tuple(dict.fromkeys((old, columns.ids[successor], columns.ids[user]))),
                    branches,
                    tuple(
                        f"{context.index.place.name}/{columns.paths[i]}"
                        for i in dict.fromkeys((own.get(old, successor), successor, user))
                    ),
                    f"{view.shorts[columns.ids[successor]]} supersedes {_short(view, old)} on {branches[0]}, and on"
                    f" {branches[1]} {view.shorts[columns.ids[user]]} {verb}",
                )


def _short(view: View, identity: str) -> str:
    try:
        return view.shorts[identity]
    except KeyError:
        return identity[: ids.SHORT]


# -- two that say different things about the same


def contradictions(context: Context, view: View, here: str) -> Iterator[Clash]:
    """Two memories in force with one subject and slot that differ, wherever they are."""
    shown = view.shown
    positions = [i for i in range(len(view)) if shown[i] and view.status(i) == "active"]
    kept = [i for i in positions if view.kind(i) in contradiction.COMPARED]
    found: list[Found] = selecting.fetch(context.index, view, kept)
    memories = [one.memory for one in found]
    for one, other in contradiction.candidates(memories):
        first, second = found[one], found[other]
        if first.memory.id == second.memory.id or _replaces(first, second) or _replaces(second, first):
            continue
        told = contradiction.contradiction(first.memory, second.memory)
        if told is None:
            continue
        branches = tuple(dict.fromkeys(_branch(view, one.position, here) for one in (first, second)))
        yield Clash(
            CONTRADICTION,
            (first.memory.id, second.memory.id),
            branches,
            (first.path, second.path),
            told.reason,
        )


def _replaces(one: Found, other: Found) -> bool:
    return other.memory.id in one.memory.supersedes
