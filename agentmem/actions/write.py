"""Writing a new memory, and telling what says the same."""

import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from agentmem.actions import referring, saving, selecting
from agentmem.actions.branch import branch_for_writing
from agentmem.actions.context import Context
from agentmem.actions.selecting import Found
from agentmem.errors import NeedsDecision, UsageError
from agentmem.git import rules
from agentmem.index import record
from agentmem.index.view import View
from agentmem.model import emitting, fields, ids, lifecycle, memory, safety, similarity
from agentmem.model.fields import Type
from agentmem.model.memory import Memory
from agentmem.store import layout

if TYPE_CHECKING:
    from agentmem.model.admission import Admission

NOT_SETTABLE = ("id", "kind", "title", "cites", "status", "retracted")
ELSEWHERE = {
    "cites": "evidence: --cite PATH#SYMBOL",
    "phases": 'a plan has the phases that its tasks name: agentmem task add "one line" --plan ID --phase NAME',
    "tasks": 'the tasks of a plan name it: agentmem task add "one line" --plan ID',
}
"""What is meant by a key that cannot be set, and how that is given."""

AHEAD = 86_400
"""Seconds by which `created` may be ahead of this clock: clocks differ, and a date alone is a day of somewhere else."""
RETRACTED = "retracted"
ANOTHER_TIME = 43_200
"""Seconds between two entries of a log from which on they are about two events, though they say the same."""
CANDIDATES = 8
"""Sketches looked at exactly for being near-duplicates."""


class Added(NamedTuple):
    """A memory that was written; ``similar`` are those in force that say nearly the same, nearest first, ``past`` those that said
    so and were retracted or replaced, ``near`` all in force that it was compared with but for those that it supersedes;
    ``admission`` is None where it was not judged. ``hidden``: git would not add its file.
    """

    memory: Memory
    path: str
    layer: str
    similar: tuple[Found, ...] = ()
    shorts: Mapping[str, str] = MappingProxyType({})
    near: tuple[Found, ...] = ()
    past: tuple[Found, ...] = ()
    admission: "Admission | None" = None
    hidden: bool = False


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
        NeedsDecision: one that says the same exists, or was retracted, and not ``force``; UsageError: the title is empty or not
        one line.

    """
    if not new.title.strip():
        raise UsageError("a memory needs a title", f'agentmem add {new.kind} "one line"')
    if "\n" in new.title or "\r" in new.title:
        raise UsageError("a title is one line; what else there is to say goes to --body")
    view = context.index.view()
    new = new._replace(
        id=new.id or ids.new_id(os.urandom),
        title=" ".join(new.title.split()),
        body=emitting.body_as_read(new.body),
        created=context.now if new.created is None else new.created,
        by=new.by or context.agent,
        role=new.role
        or (None if new.kind == "task" else context.role),  # a task's is that of who is to do it
        branch=new.branch or other_branch(context, branch),
        supersedes=resolved(context, view, new.supersedes),
    )
    data = saving.compose(new)  # what must not be written is refused before it is compared with what is there
    every = candidates(context, view, new, past=True)
    near = [found for found in every if view.shown[found.position]]
    alike = [found for found in similar(new, near) if found.memory.id not in new.supersedes]
    for found in alike:
        if _says_no_more(new, found.memory) and not force and not _is_another_event(new, found.memory):
            raise NeedsDecision(*_says_this_already(context, view, new, found))
    past = _past(view, new, every, alike)
    for found in past:
        if found.status == RETRACTED and not force and _is_word_for_word(new, found.memory):
            raise NeedsDecision(*_was_retracted(context, view, found))
    goes = commit or stage  # which takes what git would not
    asked = None if goes else rules.ask_ignored(context.repository.top, [_from_top(context, new)])
    written = saving.create(context, new, data)
    hidden = _tell_hidden(context, new, asked) if asked else False
    context.index.knowledge.note(record.of_memory(written.blob, new))
    saving.prune_journal(context)
    _to_git(context, written.path, f"memory: {new.title}", commit, stage)
    layer = "base" if new.branch is None or context.trunk is None else "own"
    return Added(
        new,
        f"{context.place.name}/{written.path}",
        layer,
        tuple(alike),
        ids.ShortIds([*view.columns.ids, new.id]),
        tuple(found for found in near if found.memory.id not in new.supersedes),
        tuple(past),
        hidden=hidden,
    )


def _from_top(context: Context, new: Memory) -> str:
    return f"{context.store_path}/{layout.new_path(new)}"


def _tell_hidden(context: Context, new: Memory, asked: rules.Asked) -> bool:
    """Note it where a rule of git's hides the file of ``new``: no commit would take it, and no hook says so."""
    for one in rules.ignored(context.repository.top, [_from_top(context, new)], asked):
        rule = safety.one_line(f'{one.source}:{one.line}: "{one.pattern}"')
        context.index.notes.once(f"{rule} hides it from git, and no commit takes it along: agentmem doctor")
        return True
    return False


def refuse_future(context: Context, created: int | None) -> None:
    """Stop what claims to be written later than now: `created` decides what is newest, for as long as that is ahead.

    Raises:
        UsageError: it is more than ``AHEAD`` from now.

    """
    if created is not None and created > context.now + AHEAD:
        from agentmem.model import times

        raise UsageError(
            f"created {times.format_iso(created)} is in the future: it is {times.format_iso(context.now)} now",
            "leave it out, which means now, or give the moment when it was so: --created WHEN",
        )


def notes_of_expiry(context: Context, written: Memory) -> list[str]:
    """What to say where a memory has expired, so that it is out as soon as it is written, or will, with what it replaces."""
    if written.expires is None or (written.expires > context.now and not written.supersedes):
        return []
    from agentmem.model import times

    when = times.format_iso(written.expires)
    if written.expires <= context.now:
        return [f"it expired {when} and is left out of answers; to see it: agentmem list --status expired"]
    view = context.index.view()
    old = ", ".join(view.shorts[one] if one in view.columns.ids else one for one in written.supersedes)
    return [
        f"{old} stays replaced after {when}; to have it back then: agentmem retract {written.id[: ids.SHORT]} --reason TEXT"
    ]


def note_if_long(written: Memory) -> list[str]:
    """What to say where its title is longer than the lines that show it."""
    if len(written.title) <= memory.MAX_TITLE:
        return []
    short = written.id[: ids.SHORT]
    # an entry of the log is never edited
    how = "" if written.kind == "log" else f": agentmem edit {short} --set title=TEXT --body -"
    return [
        f"a title of {len(written.title):,} characters is shown cut at {memory.MAX_TITLE}; the rest belongs into --body{how}"
    ]


def _about(context: Context, known: Memory) -> str:
    from agentmem.model.digest import shortened

    about = [f'"{shortened(known.title, memory.MAX_TITLE)}"']
    if known.branch:
        about.append(known.branch)
    if known.created is not None:
        from agentmem.model import times

        about.append(times.age(max(context.now - known.created, 0)))
    return ", ".join(about)


def _was_retracted(context: Context, view: View, found: Found) -> tuple[str, str]:
    short, reason = view.shorts[found.memory.id], found.memory.retracted
    why = f": {safety.one_line(reason)}" if reason else ""
    return (
        f"not added: {short} said this ({_about(context, found.memory)}) and was retracted{why}",
        f"if it holds after all: agentmem restore {short}     to add it anyway: --force",
    )


def _says_this_already(context: Context, view: View, new: Memory, found: Found) -> tuple[str, str]:
    short = view.shorts[found.memory.id]
    said = f"not added: {short} already says this ({_about(context, found.memory)})"
    from agentmem.model import citing

    if lacking := citing.lacking(found.memory, new):
        return (
            f"{said}, without this evidence",
            f"to give it that: {citing.command(short, lacking)}     to add it anyway: --force",
        )
    again = "to add it anyway: --force"
    return said, again if new.kind == "log" else f"if it differs: agentmem edit {short} --body -     {again}"


def candidates(context: Context, view: View, new: Memory, past: bool = False) -> list[Found]:
    """What the view has in force whose sketches are like those of ``new``: the few of thousands that are worth a look. With what
    is ``past``: also what was retracted or superseded.
    """
    sketch, topic = similarity.signature(new.title, new.body), similarity.topic_signature(new.title)
    near = [
        *similarity.nearest(sketch, bytes(view.columns.sketches), similarity.SKETCH_ALIKE)[:CANDIDATES],
        *similarity.nearest(topic, bytes(view.columns.topics), similarity.TOPIC_ALIKE)[:CANDIDATES],
    ]
    shown = view.shown

    def counts(position: int) -> bool:
        return bool(shown[position]) or (
            past
            and position not in view.foreign
            and view.status(position) in (RETRACTED, lifecycle.SUPERSEDED)
        )

    wanted = dict.fromkeys(position for position, _ in near if counts(position))
    return selecting.fetch(context.index, view, wanted)


def _past(view: View, new: Memory, every: Sequence[Found], alike: Sequence[Found]) -> list[Found]:
    """Those of ``every`` that said the same as ``new`` or nearly and are past, with what stands in their place now; not what was
    replaced by one that is ``alike``, and told instead, nor what ``new`` replaces.
    """
    told = {found.memory.id for found in alike} | set(new.supersedes)
    past = []
    for found in every:
        if view.shown[found.position]:
            continue
        stand = tuple(view.columns.ids[i] for i in view.newest_first(view.in_place_of(found.memory.id)))
        if told.isdisjoint((found.memory.id, *stand)):
            past.append(found._replace(superseded_by=stand) if stand else found)
    return similar(new, past)


def similar(new: Memory, near: Sequence[Found]) -> list[Found]:
    """Those of ``near`` that say the same as ``new`` or nearly, nearest first."""
    scored = []
    for found in near:
        other = found.memory
        alike = similarity.replaces(new.title, new.body, other.title, other.body)
        # each entry of a log tells of its own day: the next is written in place of none
        enough = similarity.SAME if new.kind == "log" else similarity.ALIKE
        if alike >= enough and (other.kind == new.kind or alike == similarity.SAME):
            scored.append((-alike, other.id, found))
    return [found for _, _, found in sorted(scored, key=lambda entry: entry[:2])]


def _is_word_for_word(new: Memory, known: Memory) -> bool:
    return similarity.same(new.title, new.body, known.title, known.body)


def _is_another_event(new: Memory, known: Memory) -> bool:
    """Whether both are entries of what happened, at different times: the same may happen again."""
    if new.kind != "log" or new.created is None or known.created is None:
        return False
    return abs(new.created - known.created) >= ANOTHER_TIME


def _says_no_more(new: Memory, known: Memory) -> bool:
    """Whether ``known`` says the same, or, of a title alone, the same with a reason besides."""
    if _is_word_for_word(new, known):
        return True
    alone = similarity.same(new.title, new.body, known.title, "")
    return alone and (new.kind, new.plan) == (known.kind, known.plan)


def other_branch(context: Context, explicit: str | None = None) -> str | None:
    """The branch that a write is for where that is not trunk, for ``branch:``.

    Raises:
        UsageError: HEAD is detached and nothing says which branch it is for.

    """
    branch = branch_for_writing(context, explicit)
    return None if branch == context.trunk else branch


def with_settings(context: Context, new: Memory, settings: Sequence[str]) -> Memory:
    """``new`` with the fields that ``KEY=VALUE`` words give it; the ids of a list may be shortened.

    Raises:
        UsageError: no such key, or a value that it cannot have.

    """
    values: dict[str, Any] = {}
    for setting in settings:
        key, equals, value = (part.strip() for part in setting.partition("="))
        spec = fields.BY_NAME.get(key)
        if not equals or not key:
            raise UsageError(f"--set {setting!r} is no KEY=VALUE")
        if spec is None or key in NOT_SETTABLE:
            known = [name for name in fields.BY_NAME if name not in NOT_SETTABLE]
            near = "" if key in NOT_SETTABLE else selecting.nearest(key, known)
            raise UsageError(f'no key "{key}" to set', ELSEWHERE.get(key) or f"{near}keys: {' '.join(known)}")
        items = fields.items_of(value)
        try:
            found = memory.coerce(spec, items if spec.type in (Type.LIST, Type.IDS) else value)
        except ValueError as error:
            raise UsageError(str(error)) from None
        if spec.type is Type.IDS:
            found = resolved(context, context.index.view(), items)
        values[key] = context.globs_from_top(items) if key == "scope" else found
    return new._replace(**values)


def resolved(context: Context, view: View, references: Sequence[str]) -> tuple[str, ...]:
    """The whole ids of the memories that ``references`` name, each once: one may be named by its id and the start of it."""
    found = (view.columns.ids[referring.one(context.index, view, word)] for word in references)
    return tuple(dict.fromkeys(found))


def _to_git(context: Context, path: str, message: str, commit: bool, stage: bool) -> None:
    if not commit and not stage:
        return
    from agentmem.git import commits

    whole = os.path.join(context.place.root, path)
    if commit:
        commits.commit_alone(context.repository, [whole], message)
    else:
        commits.stage(context.repository, [whole])
