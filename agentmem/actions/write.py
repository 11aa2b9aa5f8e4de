"""Writing one memory: add, edit, supersede, retract, restore."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agentmem.actions import saving, selecting
from agentmem.actions.context import Context
from agentmem.actions.selecting import Found
from agentmem.errors import NeedsDecision, NotFound, UsageError
from agentmem.index.view import View
from agentmem.model import fields, ids, memory, similarity
from agentmem.model.editing import Edit
from agentmem.model.fields import Type
from agentmem.model.memory import Memory

LISTS = (Type.LIST, Type.IDS)
NOT_EDITABLE = ("id", "created", "cites")
CANDIDATES = 24
"""Sketches looked at exactly for being near-duplicates."""


@dataclass(frozen=True, slots=True)
class Added:
    """A memory that was written; ``similar`` are those that say nearly the same, nearest first."""

    memory: Memory
    path: str
    layer: str
    similar: tuple[Found, ...] = ()
    shorts: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A memory that was edited; ``changed`` is False when it was so already."""

    memory: Memory
    path: str
    changed: bool


def add(
    context: Context,
    new: Memory,
    force: bool = False,
    commit: bool = False,
    stage: bool = False,
    branch: str | None = None,
) -> Added:
    """Write ``new`` (its id, time, author, role and branch filled in where it has none).

    Raises:
        NeedsDecision: one that says the same exists, and not ``force``.

    """
    if not new.title.strip():
        raise UsageError("a memory needs a title", 'agentmem add fact "one line"')
    if "\n" in new.title or "\r" in new.title:
        raise UsageError("a title is one line; what else there is to say goes to --body")
    view = context.index.view()
    new = replace(
        new,
        id=new.id or ids.new_id(secrets.token_bytes),
        title=" ".join(new.title.split()),
        created=context.now if new.created is None else new.created,
        by=new.by or context.agent,
        role=new.role or context.role,
        branch=branch or new.branch or other_branch(context),
        supersedes=_resolved(context, view, new.supersedes),
    )
    saving.compose(new)  # what must not be written is refused before it is compared with what is there
    alike = similar(context, view, new)
    for found in alike:
        same = similarity.same(new.title, new.body, found.memory.title, found.memory.body)
        if same and not force and found.memory.id not in new.supersedes:
            raise NeedsDecision(*_says_this_already(context, view, found))
    written = saving.create(context, new)
    saving.prune_journal(context)
    _to_git(context, written.path, f"memory: {new.title}", commit, stage)
    shown = tuple(found for found in alike if found.memory.id not in new.supersedes)
    return Added(
        new, f"{context.place.name}/{written.path}", "base", shown, ids.short_ids([*view.columns.ids, new.id])
    )


def _says_this_already(context: Context, view: View, found: Found) -> tuple[str, str]:
    short = ids.short_ids(view.columns.ids)[found.memory.id]
    about = [f'"{found.memory.title}"']
    if found.memory.branch:
        about.append(found.memory.branch)
    if found.memory.created is not None:
        from agentmem.model import times

        about.append(times.age(max(context.now - found.memory.created, 0)))
    return (
        f"not added: {short} already says this ({', '.join(about)})",
        f"if it differs: agentmem edit {short} --body -     to add it anyway: --force",
    )


def similar(context: Context, view: View, new: Memory) -> list[Found]:
    """What the view has in force that says the same as ``new`` or nearly, nearest first."""
    sketch = similarity.signature(new.title, new.body)
    shown, near = (
        view.shown,
        similarity.nearest(sketch, context.index.knowledge.sketches(), similarity.SKETCH_ALIKE),
    )
    positions = [p for row, _ in near for p in view.positions_of(row) if shown[p]][:CANDIDATES]
    scored = []
    for found in selecting.fetch(context.index, view, positions):
        other = found.memory
        alike = similarity.similarity(new.title, new.body, other.title, other.body)
        if similarity.same(new.title, new.body, other.title, other.body):
            alike = 1.0
        if alike >= similarity.ALIKE and (other.kind == new.kind or alike == 1.0):
            scored.append((-alike, other.id, found))
    return [found for _, _, found in sorted(scored, key=lambda entry: entry[:2])]


def other_branch(context: Context) -> str | None:
    """The branch at hand where it is not trunk, for ``branch:``."""
    branch = context.repository.branch
    if branch is None or branch == context.config.trunk:
        return None
    if context.config.trunk is None:
        from agentmem.git import trunk

        if branch == trunk.guess(context.repository):
            return None
    return branch


def _resolved(context: Context, view: View, references: Sequence[str]) -> tuple[str, ...]:
    return tuple(view.columns.ids[selecting.by_reference(context.index, view, word)] for word in references)


def _to_git(context: Context, path: str, message: str, commit: bool, stage: bool) -> None:
    if not commit and not stage:
        return
    from agentmem.git import commits

    whole = os.path.join(context.place.root, path)
    if commit:
        commits.commit_alone(context.repository, [whole], message)
    else:
        commits.stage(context.repository, [whole])


def edit(context: Context, reference: str, settings: Sequence[str], body: str | None) -> Changed:
    """Change fields (``KEY=VALUE``, ``KEY+=VALUE``, ``KEY-=VALUE``) and the body of one memory.

    Raises:
        UsageError: a setting that is none, or a log entry, which is never edited.

    """
    found = _one(context, reference)
    if found.memory.kind == "log":
        raise UsageError(
            "a log entry is never edited: it records what happened", 'agentmem add log "what is known now"'
        )
    view = context.index.view()
    edits = [parse_setting(setting, found.memory) for setting in settings]
    edits = [
        replace(e, value=list(_resolved(context, view, e.value)))
        if isinstance(e.value, list) and e.key in fields.BY_NAME and fields.BY_NAME[e.key].type is Type.IDS
        else e
        for e in edits
    ]
    return _change(context, found, edits, body)


def _one(context: Context, reference: str) -> Found:
    view = context.index.view()
    return selecting.fetch(context.index, view, [selecting.by_reference(context.index, view, reference)])[0]


def _change(context: Context, found: Found, edits: Sequence[Edit], body: str | None = None) -> Changed:
    path = found.path.removeprefix(context.place.name + "/")
    written = saving.change(context, found.memory.id, path, edits, body)
    return Changed(found.memory, found.path, written is not None)


def parse_setting(setting: str, current: Memory) -> Edit:
    """The edit that ``KEY=VALUE``, ``KEY+=VALUE`` or ``KEY-=VALUE`` asks for; an empty value takes the key away.

    Raises:
        UsageError: no such key, or a value that the key cannot have.

    """
    key, equals, value = setting.partition("=")
    operator = key[-1:] if key[-1:] in "+-" else ""
    key = key.removesuffix(operator).strip() if operator else key.strip()
    if not equals or not key:
        raise UsageError(f"--set {setting!r} is no KEY=VALUE, KEY+=VALUE or KEY-=VALUE")
    spec = fields.BY_NAME.get(key)
    if key in NOT_EDITABLE or (spec is None and key not in current.extra):
        known = [name for name in fields.BY_NAME if name not in NOT_EDITABLE]
        raise UsageError(f'no key "{key}" to set', selecting.nearest(key, known) + f"keys: {' '.join(known)}")
    is_list = spec is not None and spec.type in LISTS
    if operator and not is_list:
        raise UsageError(f"{key} is no list: use {key}=VALUE")
    items = [item.strip() for item in value.split(",") if item.strip()]
    if operator:
        return Edit(key, "add" if operator == "+" else "remove", items)
    if not value.strip():
        if key == "title":
            raise UsageError("a memory needs a title")
        return Edit(key, "delete")
    if key == "kind":
        return Edit(key, "set", selecting.known_kind(value.strip()))
    if spec is not None and not is_list:
        try:
            memory.coerce(spec, value.strip())
        except ValueError as error:
            raise UsageError(str(error)) from None
    return Edit(key, "set", items if is_list else value.strip())


def supersede(
    context: Context, reference: str, by: str | None, title: str | None, body: str = ""
) -> tuple[Found, Memory, str]:
    """Replace one memory by another: an existing one (``by``), or a new one with ``title``; (the old, the new, its path).

    Raises:
        UsageError: neither or both are given, or a memory would supersede itself.

    """
    if (by is None) == (title is None):
        raise UsageError(
            "a successor is needed", f'agentmem supersede {reference} --by ID     or --title "one line"'
        )
    old = _one(context, reference)
    if title is not None:
        carried = {
            name: getattr(old.memory, name) for name in ("kind", "tags", "entities", "scope", "aliases")
        }
        new = Memory(id="", title=title, body=body, supersedes=(old.memory.id,), **carried)
        added = add(context, new, force=True)
        return old, added.memory, added.path
    successor = _one(context, str(by))
    if successor.memory.id == old.memory.id:
        raise UsageError(f"{reference} cannot supersede itself")
    if old.memory.supersedes and successor.memory.id in old.memory.supersedes:
        raise UsageError(f"{reference} supersedes {by} already: both ways is a cycle")
    _change(context, successor, [Edit("supersedes", "add", [old.memory.id])])
    return old, successor.memory, successor.path


def retract(context: Context, reference: str, reason: str) -> Changed:
    """Mark one memory as wrong; it stays readable, with the reason.

    Raises:
        UsageError: no reason.

    """
    if not reason.strip():
        raise UsageError(
            "a retraction needs a reason", f'agentmem retract {reference} --reason "why it is wrong"'
        )
    found = _one(context, reference)
    edits = [Edit("status", "set", "retracted"), Edit("retracted", "set", " ".join(reason.split()))]
    return _change(context, found, edits)


def restore(context: Context, reference: str) -> Changed:
    """Take back a retraction, or bring back from git's history a memory whose file is gone.

    Raises:
        NotFound: neither the store nor the history has it.

    """
    try:
        found = _one(context, reference)
    except NotFound:
        return _from_history(context, reference)
    if found.memory.status != "retracted":
        return Changed(found.memory, found.path, changed=False)
    return _change(context, found, [Edit("status", "delete"), Edit("retracted", "delete")])


def _from_history(context: Context, reference: str) -> Changed:
    from agentmem.git import commits

    if not ids.is_prefix(reference.lower()):
        raise NotFound(
            f"no memory {reference}", "a memory that is gone is named by its id or the start of it"
        )
    below = context.repository.prefix + context.place.name
    version = commits.last_version(context.repository, below, reference.lower())
    if version is None:
        raise NotFound(
            f"no memory {reference} in this store or its history here",
            "git fetch --unshallow, if this clone is shallow",
        )
    path, data = version
    saving.put_back(context, path, data)
    from agentmem.model import document

    parsed = document.parse(data)
    whole, _ = memory.read(parsed.meta, parsed.body, parsed.lines)
    return Changed(memory.place(whole, path), f"{context.place.name}/{path}", changed=True)
