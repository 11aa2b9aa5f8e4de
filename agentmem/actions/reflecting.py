"""Reflecting: log entries that belong together become one proposed reflection, and leave trunk's tree in the same commit."""

import shlex
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from agentmem.actions import archiving, departed, forgetting, phrasing, referring, saving, selecting, weighing
from agentmem.actions.archiving import held_by_head
from agentmem.actions.context import Context, Standpoint
from agentmem.actions.saving import Refused
from agentmem.actions.selecting import Found
from agentmem.actions.weighing import Weighed
from agentmem.errors import AgentmemError, NeedsDecision, UsageError
from agentmem.git import history, objects
from agentmem.index.columns import Entry
from agentmem.model import reflection, safety
from agentmem.model.editing import Edit
from agentmem.model.memory import Memory
from agentmem.model.reflection import Draft
from agentmem.store import layout

PROPOSERS = (reflection.SOURCE, "git-log")
"""Programs whose proposals are accepted by being merged."""
ACCEPTED_AFTER = 86_400
"""Seconds after which a proposal that is on trunk is taken as accepted: two runs in a row are not proposal and acceptance."""


class Proposed(NamedTuple):
    """One reflection: the file's path, the ids of the entries that leave the tree, those that stay and what holds each."""

    draft: Draft
    path: str
    archived: tuple[str, ...]
    held: Mapping[str, str]
    note: str | None = None

    @property
    def memory(self) -> Memory:
        """The reflection."""
        return self.draft.memory


class Turned(NamedTuple):
    """A rewrite that was refused: on how many entries, why, and the entries for whose sake."""

    title: str
    entries: int
    why: str
    ids: tuple[str, ...]


class Reflected(NamedTuple):
    """What was proposed, refused and accepted (``commit`` None: nothing was written)."""

    view: Standpoint
    proposed: tuple[Proposed, ...]
    refused: tuple[Turned, ...]
    accepted: tuple[str, ...]
    entries: int
    commit: str | None = None
    notes: tuple[str, ...] = ()
    shorts: Mapping[str, str] = MappingProxyType({})


class Undone(NamedTuple):
    """A reflection that was taken back, and the entries that are in the tree again; ``missing`` ones are not in this clone.

    ``changed`` is False where it had been taken back already.
    """

    memory: Memory
    removed: bool
    restored: tuple[str, ...]
    missing: tuple[str, ...]
    commit: str | None
    changed: bool = True
    shorts: Mapping[str, str] = MappingProxyType({})


def reflect(context: Context, branch: str | None = None, dry_run: bool = False) -> Reflected:
    """Propose reflections on what is in the log, archive the entries they stand for, accept what was merged: one commit.

    Raises:
        see ``forgetting.forget``.

    """
    if dry_run:
        return _planned(context, phrase=False)
    with archiving.on_trunk(context, branch, "reflect"):
        plan = _planned(context, phrase=True)
        removed = _paths(context, [one for each in plan.proposed for one in each.archived])
        created = {each.path: saving.compose(each.memory) for each in plan.proposed}
        accepted = _accepting(context, plan.accepted)
        commit, left = archiving.commit(context, _message(plan), removed, created, accepted)
    stay = {identity for path, identity in removed.items() if path in left}
    kept = tuple(
        each._replace(
            archived=tuple(one for one in each.archived if one not in stay),
            held={**each.held, **{one: "edited meanwhile" for one in each.archived if one in stay}},
        )
        for each in plan.proposed
    )
    return plan._replace(proposed=kept, commit=commit)


def _planned(context: Context, phrase: bool) -> Reflected:
    store = weighing.weigh(context)
    view = context.index.view()
    by_id = {each.found.memory.id: each for each in store.memories}
    entries = sum(
        each.found.memory.kind == "log" and each.found.status == "active" for each in store.memories
    )
    plans = {one: each.found.memory.title for one, each in by_id.items() if each.found.memory.kind == "plan"}
    proposed: list[Proposed] = []
    refused: list[Turned] = []
    for group in weighing.to_reflect_on(store, context.now):
        draft = reflection.drafted(group, plans)
        if draft.memory.id in by_id:
            continue
        members = [by_id[entry.id] for entry in group.entries]
        free, blocked = forgetting.going(store, [each for each in members if not each.held])
        held = {each.found.memory.id: each.held or blocked.get(each.found.memory.id, "") for each in members}
        precious = {one for one, why in held.items() if why in weighing.PRECIOUS}
        if lost := reflection.loses_too_much(draft, precious):
            why = (
                "pinned or cited entries would be lost"
                if set(lost) <= precious
                else "over a quarter would be lost"
            )
            refused.append(Turned(draft.memory.title, len(members), why, lost))
            continue
        note = None
        if phrase:
            body, note = phrasing.phrased(context, draft.memory.body, draft.memory.sources)
            draft = draft._replace(memory=draft.memory._replace(body=body))
        try:
            saving.compose(draft.memory)
        except AgentmemError as problem:
            if not isinstance(problem, Refused | UsageError):
                raise
            refused.append(Turned(draft.memory.title, len(members), problem.message, draft.memory.sources))
            continue
        going = tuple(sorted(free - set(draft.dropped)))
        staying = {one: why or "nothing is said of it" for one, why in held.items() if one not in going}
        proposed.append(Proposed(draft, layout.new_path(draft.memory), going, staying, note))
    return Reflected(
        view=context.standpoint,
        proposed=tuple(proposed),
        refused=tuple(refused),
        accepted=tuple(each.found.memory.id for each in _merged(context, store.memories)),
        entries=entries,
        notes=tuple(context.index.notes),
        shorts=view.shorts,
    )


def _merged(context: Context, memories: Sequence[Weighed]) -> list[Weighed]:
    """The proposals that trunk has held for a day, as it has them now: merging one is accepting it."""
    waiting = {
        f"{context.repository.prefix}{each.found.path}": each
        for each in memories
        if each.found.memory.source in PROPOSERS
        and each.found.status == "proposed"
        and each.held not in weighing.UNSETTLED
        and not (each.held or "").startswith(weighing.ELSEWHERE)
    }
    if not waiting or context.repository.head is None:
        return []
    last: dict[str, int] = {}
    for step in history.steps(context.repository, [context.repository.head], sorted(waiting)):
        last.setdefault(step.path, step.time)
    return [
        each for path, each in waiting.items() if path in last and context.now - last[path] >= ACCEPTED_AFTER
    ]


def _accepting(context: Context, accepted: Sequence[str]) -> dict[str, tuple[str, bytes]]:
    """The files of the proposals that become active: the status goes, since active is not written."""
    edited = {}
    for path, identity in _paths(context, accepted).items():
        data = context.index.bytes_of([_entry(context, path)]).popitem()[1]
        edited[path] = identity, saving.edited(context, path, data, [Edit("status", "delete")], None)
    return edited


def _entry(context: Context, path: str) -> Entry:
    columns = context.index.view().columns
    return Entry(path, columns.blobs[columns.paths.index(path)])


def _paths(context: Context, identities: Sequence[str]) -> dict[str, str]:
    """The paths below the store of memories at hand, with their ids."""
    wanted = set(identities)
    view = context.index.view()
    return {
        path: identity
        for i, (path, identity) in enumerate(zip(view.columns.paths, view.columns.ids, strict=True))
        if identity in wanted and i not in view.foreign
    }


def _message(plan: Reflected) -> str:
    entries = sum(len(each.memory.sources) for each in plan.proposed)
    lines = [f"- {each.memory.id} {safety.one_line(each.memory.title)}" for each in plan.proposed]
    lines += [f"- {identity} accepted" for identity in plan.accepted]
    if len(lines) > forgetting.TOLD:
        lines[forgetting.TOLD :] = [f"- and {len(lines) - forgetting.TOLD:,} more"]
    what = (
        f"reflect on {entries} log entries"
        if plan.proposed
        else f"accept {len(plan.accepted)} proposal{'s' if len(plan.accepted) > 1 else ''}"
    )
    return f"memory: {what}\n\n" + "\n".join(lines) + "\n"


def undo(context: Context, reference: str, branch: str | None = None, dry_run: bool = False) -> Undone:
    """Take a reflection back: it is retracted, so that nobody makes it again, and the entries that it archived are in the tree.

    Raises:
        UsageError: it is none that was made here; NeedsDecision: it has an edit that is in no commit, or entries of it lie beyond
        where a shallow clone ends; see ``forgetting.forget``.

    """
    if dry_run:
        return _taken_back(context, reference)[0]
    with archiving.on_trunk(context, branch, "reflect --undo ID"):
        undone, found, created = _taken_back(context, reference)
        if not undone.changed:
            return undone
        path = found.path.removeprefix(context.place.name + "/")
        _demand_whole(context, undone, path)
        message = f"memory: take back a reflection on {len(undone.memory.sources)} log entries\n\n- {undone.memory.id}\n"
        if undone.removed:  # never committed: it is as if it had not been
            for one, data in created.items():
                saving.write_file(context, one, data, exist_ok=True)
            saving.remove(context, path)
            return undone
        data = context.index.bytes_of([_entry(context, path)]).popitem()[1]
        edits = [
            Edit("status", "set", "retracted"),
            Edit("retracted", "set", f"taken back: {_which(undone)}"),
        ]
        edited = {path: (undone.memory.id, saving.edited(context, path, data, edits, None))}
        commit, _ = archiving.commit(context, message, created=created, edited=edited)
    return undone._replace(commit=commit)


def _demand_whole(context: Context, undone: Undone, path: str) -> None:
    """Refuse what would say that all is back while it is not, or pass over what somebody has written."""
    short = context.index.view().shorts[undone.memory.id]
    again = f"agentmem reflect --undo {short}"
    if undone.missing and context.repository.shallow:
        raise NeedsDecision(
            f"not all entries of {short} are here: this clone is shallow", f"git fetch --unshallow && {again}"
        )
    if not undone.removed and path in context.index.uncommitted_paths():
        named = shlex.quote(f"{context.place.name}/{path}")
        commit = f'git commit -m "memory: edit {short}" -- {named}'
        raise NeedsDecision(f"{short} has an edit that is in no commit", f"{commit} && {again}")


def _which(undone: Undone) -> str:
    missing = len(undone.missing)
    if not undone.restored and not missing:
        return "its entries had stayed in the log"
    return f"{f'all but {missing} of ' if missing else ''}its entries are in the log again"


def _taken_back(context: Context, reference: str) -> tuple[Undone, Found, dict[str, bytes]]:
    view = context.index.view()
    found = selecting.fetch(context.index, view, [referring.one(context.index, view, reference)])[0]
    one = found.memory
    short = view.shorts[one.id]
    if one.kind != "reflection" or one.source != reflection.SOURCE:
        raise UsageError(
            f"{short} is no reflection that reflect has made",
            f'agentmem retract {short} --reason "why it is wrong"',
        )
    path = found.path.removeprefix(context.place.name + "/")
    committed = path in held_by_head(context, [path])
    gone = set(one.sources) - set(view.columns.ids)
    places: dict[str, tuple[str, str]] = {}
    if gone and context.repository.head:
        # in HEAD still, where the reflection's commit was undone and its files were not
        held = objects.list_tree(context.repository, context.repository.head, context.store_path)
        places = {**departed.departed(context, gone), **departed.identified(context, held, gone)}
    contents = dict(objects.read_blobs(context.repository, [blob for _, blob in places.values()]))
    back = {identity for identity, (_, blob) in places.items() if blob in contents}
    created = {places[identity][0]: contents[places[identity][1]] for identity in back}
    # one that was retracted by hand may have entries to give back yet
    is_done = one.status == "retracted" and not back
    removed = not committed and not is_done
    undone = Undone(
        one, removed, tuple(sorted(back)), tuple(sorted(gone - back)), None, not is_done, view.shorts
    )
    return undone, found, created
