"""What branches have added to trunk's memory and changed in it: listed, shown, compared."""

import shlex
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions import selecting, standing, taking
from agentmem.actions.context import Context, Standpoint
from agentmem.actions.selecting import Found
from agentmem.errors import NotFound, UsageError
from agentmem.git import state as git_state
from agentmem.index.columns import Entry
from agentmem.model.differences import FieldDifference
from agentmem.store import layout

if TYPE_CHECKING:
    from agentmem.index.catalog import ChangeRow

PENDING, ABSORBED, CONFLICT, ORPHAN = "pending", "absorbed", "conflict", "orphan"


class Overlay(NamedTuple):
    """One branch as the view at hand has it; ``new`` counts its memories that trunk has not, the others count changes.

    ``layer`` is own, merged or unmerged; ``held`` counts those pending that a promotion would leave; ``carried`` counts files of
    it that are not committed here.
    """

    branch: str
    layer: str
    new: int = 0
    pending: int = 0
    held: int = 0
    conflicts: int = 0
    absorbed: int = 0
    carried: int = 0


class Listed(NamedTuple):
    """The branches that have something here; ``orphans`` counts changes of memories that this tree has not, ``awaited`` are
    branches that alone have a change after which one was made that is here; ``under_way``: what is to be finished first.
    """

    view: Standpoint
    trunk: str | None
    overlays: tuple[Overlay, ...]
    orphans: int
    awaited: tuple[str, ...] = ()
    under_way: str | None = None
    notes: tuple[str, ...] = ()


class ShownChange(NamedTuple):
    """One change: what it says about which memory, and what has become of it (pending, conflict, absorbed, orphan).

    ``memory`` is None where this tree has not the memory.
    """

    id: str
    identity: str
    memory: Found | None
    state: str
    fields: tuple[FieldDifference, ...]
    by: str | None
    created: int | None
    path: str


class Shown(NamedTuple):
    """One branch's new memories and changes."""

    view: Standpoint
    branch: str
    memories: tuple[Found, ...]
    changes: tuple[ShownChange, ...]
    shorts: Mapping[str, str] = MappingProxyType({})
    notes: tuple[str, ...] = ()


def listing(context: Context) -> Listed:
    """Every branch that has something in the view at hand that trunk has not, or changes that stay to be swept."""
    index = context.index
    view = index.view()
    counts: dict[str, dict[str, int]] = {}
    layers: dict[str, str] = {}

    def count(branch: str, what: str, layer: str) -> None:
        row = counts.setdefault(branch, {})
        row[what] = row.get(what, 0) + 1
        layers.setdefault(branch, layer)

    here = context.standpoint.branch or git_state.branch(context.repository)
    for found in not_on_trunk(context):
        count(found.branch or "", "new", found.layer)
    for position, pending in view.pending.items():
        if position in view.foreign:
            count(view.foreign[position].branch, "pending", "unmerged")
            if pending.conflicts:
                count(view.foreign[position].branch, "conflicts", "unmerged")
    held, awaited = _held(context)
    for state, _, row in _states(context):
        layer = "own" if standing.is_own(context, here, row.branch) else "merged"
        if state == ABSORBED:
            count(row.branch, "absorbed", layer)
        elif state != ORPHAN:
            count(row.branch, "pending", layer)
            if row.id in held:
                count(row.branch, "held", layer)
            if state == CONFLICT:
                count(row.branch, "conflicts", layer)
    for carried in index.carried:
        count(carried.branch, "carried", "unmerged")
    order = {"own": 0, "merged": 1, "unmerged": 2}
    overlays = [Overlay(branch, layers[branch], **found) for branch, found in counts.items()]
    overlays.sort(key=lambda overlay: (order[overlay.layer], overlay.branch))
    return Listed(
        context.standpoint,
        context.trunk,
        tuple(overlays),
        len(index.orphans),
        awaited,
        git_state.under_way(context.repository),
        tuple(index.notes),
    )


def _held(context: Context) -> tuple[set[str], tuple[str, ...]]:
    """The pending changes that a promotion would leave, and the branches that some of them wait for."""
    from agentmem.index import overlays
    from agentmem.model import changes, settling

    index = context.index
    view = index.view()
    held: set[str] = set()
    awaited: dict[str, str] = {}
    for identity, found in overlays.open_changes(view.columns, index.knowledge, index.bytes_of).items():
        positions = [i for i in view.with_id(identity) if i not in view.foreign]
        in_conflict = any(i in view.pending and view.pending[i].conflicts for i in positions)
        if not in_conflict and not taking.missing(context, (row.after for _, row in found)):
            continue
        bases = {i: Entry(view.columns.paths[i], index.base_blob(i, view.columns)) for i in positions}
        contents = index.bytes_of([*bases.values(), *(entry for entry, _ in found)])
        parsed = [c for entry, _ in found if (c := changes.parse(contents.get(entry.blob, b""))[0])]
        waits = taking.awaited(context, parsed)
        awaited |= waits
        taken = frozenset[str]().union(
            *(
                settling.promoted(contents[one.blob], parsed)[1]
                for one in bases.values()
                if one.blob in contents
            )
        )
        held |= {change.id for change in parsed if waits or change.id not in taken}
    return held, tuple(sorted(set(awaited.values())))


def shown(context: Context, branch: str | None) -> Shown:
    """What ``branch`` (None: the one at hand) has added and changed, in the view at hand.

    Raises:
        NotFound: it has nothing here; UsageError: HEAD is detached, and no branch is named.

    """
    name = branch or git_state.branch(context.repository) or git_state.ci_branch(context.environment)
    if name is None:
        raise UsageError("HEAD is detached; which branch?", "agentmem overlay show BRANCH")
    view = context.index.view()
    memories = [one for one in not_on_trunk(context) if standing.is_own(context, name, one.branch)]
    positions = {identity: i for i, identity in reversed(list(enumerate(view.columns.ids)))}
    chosen = [
        (state, entry, row)
        for state, entry, row in _states(context)
        if standing.is_own(context, name, row.branch)
    ]
    if not memories and not chosen and branch is not None and name != context.standpoint.branch:
        hint = f"agentmem overlay list --all-branches     what it would bring: agentmem overlay diff {shlex.quote(branch)}"
        raise NotFound(f'nothing of "{branch}" is here', hint)
    from agentmem.model import changes, differences

    contents = context.index.bytes_of([entry for _, entry, _ in chosen])
    about = {layout.names_of_change(entry.path)[1] for _, entry, _ in chosen}
    found = selecting.fetch(context.index, view, [positions[i] for i in sorted(about) if i in positions])
    by_id = {one.memory.id: one for one in standing.labelled(context, found)}
    said = []
    for state, entry, row in chosen:
        change = changes.parse(contents[entry.blob])[0] if entry.blob in contents else None
        if change is not None:
            said.append(
                ShownChange(
                    change.id,
                    change.memory,
                    by_id.get(change.memory),
                    state,
                    differences.said_by(change),
                    change.by,
                    row.created,
                    f"{context.place.name}/{entry.path}",
                )
            )
    said.sort(key=lambda one: (one.created or 0, one.id))
    return Shown(
        context.standpoint, name, tuple(memories), tuple(said), view.shorts, tuple(context.index.notes)
    )


def not_on_trunk(context: Context) -> list[Found]:
    """The memories of the view that trunk has not, labelled."""
    index = context.index
    view = index.view()
    named = index.knowledge.branches(list(view.columns.rows))
    paths = [f"{context.place.name}/{path}" for path in view.columns.paths]
    held, known = standing.held_by_trunk(context, paths)
    chosen = [
        i
        for i, row in enumerate(view.columns.rows)
        if row in named or i in view.foreign or (known and paths[i] not in held)
    ]
    found = standing.labelled(context, selecting.fetch(index, view, chosen))
    changed_elsewhere = view.foreign.keys() & view.pending.keys()  # counted as changes
    return [one for one in found if one.layer != "base" and one.position not in changed_elsewhere]


def _states(context: Context) -> Iterable[tuple[str, Entry, "ChangeRow"]]:
    """Every change that the tree holds, with what has become of it."""
    import json

    from agentmem.index import overlays

    index = context.index
    view = index.view()
    if not view.columns.changes:
        return
    rows = overlays.learn(
        [Entry(path, blob) for path, blob in view.columns.changes.items()], index.knowledge, index.bytes_of
    )
    waiting = {
        row.id
        for found in overlays.open_changes(view.columns, index.knowledge, index.bytes_of).values()
        for _, row in found
    }
    orphans = {entry.path for entry in index.orphans}
    parties = {
        party["change"]
        for pending in view.pending.values()
        if pending.conflicts
        for conflict in json.loads(pending.conflicts)
        for party in conflict["parties"]
    }
    for path, blob in sorted(view.columns.changes.items()):
        row = rows.get(blob)
        if row is None or not overlays.is_named_so(path, row):
            continue
        state = (
            ORPHAN
            if path in orphans
            else ABSORBED
            if row.id not in waiting
            else CONFLICT
            if row.id in parties
            else PENDING
        )
        yield state, Entry(path, blob), row
