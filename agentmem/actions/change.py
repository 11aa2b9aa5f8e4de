"""Changing a memory that exists: edit, supersede, retract."""

from collections.abc import Sequence
from typing import NamedTuple

from agentmem.actions import departed, doubtful, placing, referring, selecting
from agentmem.actions.context import Context
from agentmem.actions.selecting import Found
from agentmem.actions.write import ELSEWHERE, add, resolved
from agentmem.errors import UsageError
from agentmem.git import objects
from agentmem.index.catalog import LINKS
from agentmem.index.index import Index
from agentmem.index.view import View
from agentmem.model import cycles, document, fields, ids, kinds, memory, safety, taskgraph, times
from agentmem.model.digest import shortened
from agentmem.model.editing import Edit
from agentmem.model.fields import Type
from agentmem.model.memory import Memory

LISTS = (Type.LIST, Type.IDS)
OF_A_TASK = ("plan", "phase", "role", "priority", "needs", "owner")
"""Fields that the successor of a task keeps besides."""
NOT_EDITABLE = ("id", "created", "cites")


class Changed(NamedTuple):
    """A memory that was edited; ``changed`` is False when it was so already.

    ``path`` is the file that was written, ``layer`` own where that is a change of this branch; ``along`` came back with it;
    ``remark`` is what else there is to know; ``stands`` says how it stands where there was nothing to do.
    """

    memory: Memory
    path: str
    changed: bool
    layer: str = "base"
    along: tuple[Memory, ...] = ()
    remark: str | None = None
    stands: str = "is so already"


def shorts_of(context: Context, *memories: Memory) -> ids.ShortIds:
    """The printed form of each id, those of ``memories`` too, which a write may have brought."""
    return ids.ShortIds({*context.index.view().columns.ids, *(one.id for one in memories)})


def edit(
    context: Context, reference: str, settings: Sequence[str], body: str | None, branch: str | None = None
) -> Changed:
    """Change fields (``KEY=VALUE``, ``KEY+=VALUE``, ``KEY-=VALUE``) and the body of one memory.

    Raises:
        UsageError: a setting that is none, a need that closes a cycle, a scope outside of the repository, or a log entry, which
        is never edited.

    """
    found = editable(context, reference)
    view = context.index.view()
    edits = [parse_setting(_dated(context, setting), found.memory) for setting in settings]
    edits = [
        e._replace(value=_ids(context, view, e, found.memory))
        if isinstance(e.value, list) and e.key in fields.BY_NAME and fields.BY_NAME[e.key].type is Type.IDS
        else e
        for e in edits
    ]
    edits = [
        e._replace(value=list(context.globs_from_top([str(item) for item in e.value])))
        if e.key == "scope" and e.op != "remove" and isinstance(e.value, list)
        else e
        for e in edits
    ]
    for e in edits if found.memory.kind == "task" else ():
        if e.key == "needs" and e.op != "remove" and isinstance(e.value, list):
            _demand_no_cycle(view, found.memory.id, e.value)
    return write_edits(context, found, edits, body, branch, f"edit {reference} …")


def _dated(context: Context, setting: str) -> str:
    """``setting``, a moment to come such as ``expires=tomorrow`` as the time that it is."""
    key, _, value = setting.partition("=")
    if key.strip() != "expires" or not value.strip():
        return setting
    try:
        times.parse_iso(value.strip())
    except ValueError:
        return f"{key}={times.format_iso(selecting.expiry(context, value.strip()))}"
    return setting  # as it was typed


def editable(context: Context, reference: str) -> Found:
    """The one memory that ``reference`` names, to be edited.

    Raises:
        UsageError: it is a log entry; NotFound; Ambiguous.

    """
    found = _one(context, reference)
    if found.memory.kind == "log":
        raise UsageError(
            "a log entry is never edited: it records what happened", 'agentmem add log "what is known now"'
        )
    return found


def _demand_no_cycle(view: View, task: str, needs: Sequence[str]) -> None:
    """Refuse a need that needs the task itself, directly or through others that are not done: none of them could start."""
    columns, at = view.columns, LINKS.index("needs")

    def is_open(need: str) -> bool:
        return need == task or view.tasks.get(need) != taskgraph.DONE  # it may be done, and be reopened

    links = {
        columns.ids[i]: [*filter(is_open, columns.links[i][at])]
        for i in view.of_kind(kinds.NUMBER["task"])
        if i in columns.links
    }
    links[task] = [*filter(is_open, needs)]
    cycle = cycles.through(links, task)
    if cycle == [task]:
        raise UsageError(f"{view.shorts[task]} cannot need itself")
    if cycle:
        named = cycles.told([view.shorts[one] for one in cycle])
        raise UsageError(
            f"{named}: each would wait for another, so none could start",
            f"if it is the other way round, first: agentmem edit {view.shorts[cycle[-1]]} --set needs-={view.shorts[task]}",
        )


def _ids(context: Context, view: View, wanted: Edit, current: Memory) -> list[str]:
    """The whole ids that an edit of a list of ids is about; what is taken out may be a link to nothing, as it is written."""
    held = getattr(current, wanted.key) if wanted.op == "remove" else ()
    items = [str(item) for item in wanted.value] if isinstance(wanted.value, list) else []
    found = (item if item in held else resolved(context, view, [item])[0] for item in items)
    return list(dict.fromkeys(found))


def _one(context: Context, reference: str) -> Found:
    index, view = context.index, context.index.view()
    return _found(index, view, referring.one(index, view, reference), reference)


def here(context: Context, reference: str) -> Found:
    """The one memory of the view that ``reference`` names; see ``selecting.by_reference``, ``doubtful.demand_one``."""
    index, view = context.index, context.index.view()
    return _found(index, view, selecting.by_reference(index, view, reference), reference)


def _found(index: Index, view: View, position: int, reference: str) -> Found:
    return selecting.fetch(index, view, [doubtful.demand_one(index, view, position, reference)])[0]


def write_edits(
    context: Context,
    found: Found,
    edits: Sequence[Edit],
    body: str | None = None,
    branch: str | None = None,
    verb: str = "edit …",
) -> Changed:
    """Write ``edits`` and ``body`` where that is right, with what ends the conflicts that they decide; see ``placing.edit``.

    Where that would bring back what it replaced, and that is archived, it is said.
    """
    placed = placing.edit(context, found, edits, body, branch, verb)
    if placed is None:
        return Changed(found.memory, found.path, changed=False)
    path = found.path.removeprefix(context.place.name + "/")
    now = document.memory_of(path, placed.data)
    remark = _not_back(context, found.memory, now)
    return Changed(now, f"{context.place.name}/{placed.path}", True, layer=placed.layer, remark=remark)


def _not_back(context: Context, before: Memory, after: Memory) -> str | None:
    """What to say of what ``before`` replaced and ``after`` does not, and would be in force again were it not archived."""
    freed = _replaced(before) - _replaced(after)
    if not freed:
        return None
    view = context.index.view()

    def is_free(old: str) -> bool:
        return {view.columns.ids[i] for i in view.replacing.get(old, ())} <= {before.id}

    gone = [old for old in freed if not view.with_id(old) and is_free(old)]
    lines = []
    for identity, (path, blob) in sorted(departed.departed(context, gone).items()):
        for _, data in objects.read_blobs(context.repository, [blob]):
            old = document.memory_of(path, data)
            if old.status != "retracted" and (old.expires is None or old.expires > context.now):
                short = identity[: ids.SHORT]
                title = shortened(safety.one_line(old.title), memory.MAX_TITLE)
                told = f'{short} {old.kind} "{title}", which it replaced, is archived'
                lines.append(f"{told}: agentmem restore {short}")
    return "\n".join(lines) or None


def _replaced(one: Memory) -> set[str]:
    """What ``one`` replaces as it stands: a proposal and what was retracted replace nothing."""
    return set(one.supersedes) if one.status == "active" else set()


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
        near = "" if key in NOT_EDITABLE else selecting.nearest(key, known)
        how = "agentmem cite ID PATH#SYMBOL" if key == "cites" else ELSEWHERE.get(key)
        raise UsageError(f'no key "{key}" to set', how or f"{near}keys: {' '.join(known)}")
    is_list = spec is not None and spec.type in LISTS
    if operator and not is_list:
        raise UsageError(f"{key} is no list: use {key}=VALUE")
    items = fields.items_of(value)
    if operator == "-" and value.strip() in getattr(current, key):
        items = [value.strip()]  # written by hand, with a comma in it
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
    context: Context,
    reference: str,
    by: str | None,
    title: str | None,
    body: str = "",
    branch: str | None = None,
) -> tuple[Found, Memory, str, str]:
    """Replace one memory by another: an existing one (``by``), or a new one with ``title``; (the old, the new, the file
    that was written, its layer).

    Raises:
        UsageError: neither or both are given, or a memory would supersede itself.

    """
    if (by is None) == (title is None):
        raise UsageError(
            "a successor is needed" if by is None else "one successor: --by and --title are two",
            f'agentmem supersede {reference} --by ID     or --title "one line"',
        )
    old = _one(context, reference)
    if title is not None:
        if not title.strip():
            raise UsageError(
                "a successor needs a title", f'agentmem supersede {reference} --title "one line"'
            )
        carried = {
            name: getattr(old.memory, name)
            for name in (
                "kind",
                "tags",
                "entities",
                "scope",
                "aliases",
                *(OF_A_TASK if old.memory.kind == "task" else ()),
            )
        }
        new = Memory(id="", title=title, body=body, supersedes=(old.memory.id,), **carried)
        added = add(context, new, force=True, branch=branch)
        return old, added.memory, added.path, added.layer
    successor = _one(context, str(by))
    if successor.memory.id == old.memory.id:
        raise UsageError(f"{reference} cannot supersede itself")
    if old.memory.supersedes and successor.memory.id in old.memory.supersedes:
        raise UsageError(f"{reference} supersedes {by} already: both ways is a cycle")
    edits = [Edit("supersedes", "add", [old.memory.id])]
    done = write_edits(context, successor, edits, None, branch, f"supersede {reference} …")
    return old, done.memory, done.path, done.layer


def retract(context: Context, reference: str, reason: str, branch: str | None = None) -> Changed:
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
    done = write_edits(context, found, edits, None, branch, f"retract {reference} …")
    return done if done.changed else done._replace(stands="is retracted already")
