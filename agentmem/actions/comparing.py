"""What differs between two views of the memory, by memory and field."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from agentmem.actions import doubtful, selecting, standing
from agentmem.actions.context import Context
from agentmem.errors import NotFound, UsageError
from agentmem.git import history, revisions, state
from agentmem.index.columns import Columns, Entry
from agentmem.index.view import View
from agentmem.model import differences, emitting, ids, times
from agentmem.model.differences import FieldDifference
from agentmem.model.memory import Memory, as_meta

ADDED, CHANGED, SUPERSEDED, RETRACTED, REMOVED = "added", "changed", "superseded", "retracted", "removed"
ALL = (ADDED, CHANGED, SUPERSEDED, RETRACTED, REMOVED)
_NOT_IN_FORCE = (SUPERSEDED, RETRACTED, "expired")
_DOTS = re.compile(r"(.*?)(\.{2,3})(.*)", re.DOTALL)
_FORM = "agentmem diff main..feature/queue     or one name, to compare it with the files here"


class Difference(NamedTuple):
    """One memory: added, removed, changed, superseded (``by`` whom, as its id is printed) or retracted, and in which fields.

    ``status`` is that of an added one which is not in force: superseded, retracted or expired by then.
    """

    id: str
    short: str
    kind: str
    title: str
    what: str
    fields: tuple[FieldDifference, ...] = ()
    by: str | None = None
    status: str | None = None


class Compared(NamedTuple):
    """What differs from the view that ``old`` names to the one that ``new`` does."""

    old: str
    new: str
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()


class Range(NamedTuple):
    """Two views by name, empty for the worktree; ``forked``: the first where its line and the other's left each other."""

    old: str
    new: str
    forked: bool = False


def parse(words: Sequence[str]) -> Range:
    """What the words of a command line name: ``A..B``, ``A...B``, ``A B``, or ``A`` alone; nothing is ``HEAD..``.

    Raises:
        UsageError: more than two.

    """
    if not words:
        return Range("HEAD", "")
    if len(words) == 1:
        match = _DOTS.fullmatch(words[0])
        if match is None:
            return Range(words[0], "")
        return Range(match[1].strip(), match[3].strip(), match[2] == "...")
    if len(words) > 2 or any(".." in word for word in words):
        raise UsageError(f"{' '.join(words)} is no A..B; a moment of several words goes in quotes", _FORM)
    return Range(words[0], words[1])


def between(context: Context, old: str, new: str, forked: bool = False) -> Compared:
    """What differs from ``old`` to ``new``: branches, revisions or moments; an empty name is the worktree at hand.

    ``forked``: from where the line of ``old`` and that of ``new`` left each other.

    Raises:
        NotFound: no such branch, revision or common commit; UsageError: nothing was there at that moment yet.

    """
    name = old or "worktree"
    if forked:
        one = _fork(context, old, new)
        name = f"{old or 'HEAD'} (at {one[:7]})"
        before = context.index.view_at(one, context.now)
    else:
        before = _view(context, old)
    after = _view(context, new)
    if not new:
        doubtful.tell_broken(context.index, after)
    found = differing(context, before, after)
    return Compared(name, new or "worktree", tuple(found), tuple(context.index.notes))


def overlay(context: Context, branch: str | None) -> Compared:
    """What ``branch`` (None: the one at hand, as the worktree has it) makes of trunk's memory, from where it left trunk; what
    trunk has by now (a squash) is left out.

    Raises:
        NotFound: no such branch, or trunk is not in this clone; UsageError: HEAD is detached, and no branch is named.

    """
    repository = context.repository
    trunk = context.trunk
    tip = revisions.branch_tip(repository, trunk) if trunk else None
    if trunk is None or tip is None:
        raise NotFound("trunk is not known in this clone", "git fetch origin, or set trunk in config.toml")
    here = state.branch(repository)
    name = branch or here or state.ci_branch(context.environment)
    if name is None:
        raise UsageError("HEAD is detached; which branch?", "agentmem overlay diff BRANCH")
    own = name == here
    start = repository.head if own else standing.commit_of(context, name)
    fork = history.merge_base(repository, tip[1], start) if start else None
    notes = []
    if fork is None and start is not None:
        notes.append(f"{name} has no commit in common with {trunk} here: compared with {trunk} as it is")
    base = context.index.view_at(fork or tip[1], context.now)
    other = context.index.view() if own else context.index.view_at(start or "", context.now)
    known: tuple[View, ...] = (
        (context.index.view_at(tip[1], context.now),) if fork not in (None, tip[1]) else ()
    )
    found = tuple(differing(context, base, other, known))
    return Compared(f"{trunk} (at {(fork or tip[1])[:7]})", name, found, (*notes, *context.index.notes))


def _fork(context: Context, old: str, new: str) -> str:
    head = context.repository.head
    one, other = (commit_of(context, name) if name else head for name in (old, new))
    found = history.merge_base(context.repository, one, other) if one and other else None
    if found is None:
        hint = "git fetch --unshallow" if context.repository.shallow else f"agentmem diff {old}..{new}"
        raise NotFound(f"{old or 'HEAD'} and {new or 'HEAD'} have no commit in common here", hint)
    return found


def _view(context: Context, name: str) -> View:
    if not name:
        return context.index.view()
    if name == "HEAD" and context.repository.head is None:
        return View(Columns(), context.now)
    return context.index.view_at(commit_of(context, name), context.now)


def commit_of(context: Context, name: str) -> str:
    """The commit of a branch, revision or moment: the moment is one of the line at hand."""
    repository = context.repository
    try:
        moment = times.parse_when(name, context.now)
    except ValueError:
        return standing.commit_of(context, name)
    found = revisions.at(repository, repository.head, moment) if repository.head else None
    if found is None:
        hint = (
            "git fetch --unshallow (this clone lacks the older part of history)"
            if repository.shallow
            else None
        )
        raise UsageError(f"nothing was committed here at {times.format_iso(moment)} yet", hint)
    return found.id


def differing(context: Context, one: View, other: View, known: Collection[View] = ()) -> Iterator[Difference]:
    """What differs from the view ``one`` to ``other``, newest first; what came to be superseded or retracted says so besides.

    What is as a view of ``known`` has it, is none.
    """
    before, after = _by_id(one), _by_id(other)
    there = [(view, _by_id(view)) for view in known]
    changed = [
        identity
        for identity, i in after.items()
        if identity in before and one.columns.blobs[before[identity]] != other.columns.blobs[i]
    ]
    fields = _fields(context, [(one, before[identity], other, after[identity]) for identity in changed])
    said = dict(zip(changed, fields, strict=True))
    made: list[tuple[str, str, tuple[FieldDifference, ...], str | None]] = []
    for position in other.newest_first(after.values()):
        identity = other.columns.ids[position]
        blob = other.columns.blobs[position]
        held = [view for view, at in there if identity in at and view.columns.blobs[at[identity]] == blob]
        if identity not in before:
            if not held:
                made.append((identity, ADDED, (), None))
            continue
        was, now = one.status(before[identity]), other.status(position)
        what = said.get(identity, ()) if not held else ()
        if now == RETRACTED != was:
            if not held:
                made.append((identity, RETRACTED, what, None))
            continue
        if now == SUPERSEDED != was and not any(identity in view.superseded for view, _ in there):
            made.append((identity, SUPERSEDED, (), _successor(other, identity)))
        if what:
            made.append((identity, CHANGED, what, None))
    for position in one.newest_first(before.values()):
        identity = one.columns.ids[position]
        if identity not in after and all(identity in at for _, at in there):
            made.append((identity, REMOVED, (), None))
    yield from _told(context, made, (one, before), (other, after))


def _told(
    context: Context,
    made: Sequence[tuple[str, str, tuple[FieldDifference, ...], str | None]],
    one: tuple[View, dict[str, int]],
    other: tuple[View, dict[str, int]],
) -> Iterator[Difference]:
    shorts = ids.ShortIds({*one[1], *other[1]})
    memories: dict[str, Memory] = {}
    for view, positions in (one, other):
        wanted = [positions[identity] for identity, *_ in made if identity in positions]
        found = selecting.fetch(context.index, view, wanted)
        memories.update((view.columns.ids[each.position], each.memory) for each in found)
    for identity, what, fields, by in made:
        memory = memories[identity]
        status = other[0].status(other[1][identity]) if what == ADDED else None
        if status not in _NOT_IN_FORCE:
            status = None
        if status == SUPERSEDED:
            by = _successor(other[0], identity)
        successor = shorts.get(by, by[: ids.SHORT]) if by else None
        yield Difference(
            identity, shorts[identity], memory.kind, memory.title, what, fields, successor, status
        )


def _fields(
    context: Context, pairs: Sequence[tuple[View, int, View, int]]
) -> Iterator[tuple[FieldDifference, ...]]:
    """What differs in each pair. Where changes are applied there is no file: then both are compared as they are read."""
    index = context.index
    sides = [(view, i) for one, i, other, j in pairs for view, i in ((one, i), (other, j))]
    contents = index.bytes_of([Entry(view.columns.paths[i], view.columns.blobs[i]) for view, i in sides])
    rows = {view.columns.rows[i] for view, i in sides if view.columns.blobs[i] not in contents}
    if rows:
        rows = {view.columns.rows[i] for view, i in sides}
    read = index.knowledge.memories(list(rows))
    for one, i, other, j in pairs:
        blobs = one.columns.blobs[i], other.columns.blobs[j]
        if all(blob in contents for blob in blobs):
            yield differences.between(contents[blobs[0]], contents[blobs[1]])
        else:
            old, new = (read[view.columns.rows[at]] for view, at in ((one, i), (other, j)))
            yield differences.between(
                emitting.compose(as_meta(old), old.body), emitting.compose(as_meta(new), new.body)
            )


def _successor(view: View, identity: str) -> str | None:
    """Which memory in force replaces ``identity``."""
    found = view.successors(identity)
    return next((view.columns.ids[i] for i in found if view.status(i) not in (RETRACTED, "proposed")), None)


def _by_id(view: View) -> dict[str, int]:
    own = ((i, identity) for i, identity in enumerate(view.columns.ids) if i not in view.foreign)
    return {identity: i for i, identity in reversed(list(own))}
