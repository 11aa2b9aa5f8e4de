"""Taking over what another branch knows: what a `git switch` carried along, or the lessons of work that was given up."""

from collections.abc import Sequence
from typing import NamedTuple

from agentmem.actions import placing, saving, selecting, taking
from agentmem.actions.branch import branch_for_writing
from agentmem.actions.context import Context
from agentmem.actions.standing import to_get
from agentmem.errors import GitFailed, NeedsDecision, NotFound
from agentmem.git import process
from agentmem.index.columns import Entry
from agentmem.model import document, editing, ids
from agentmem.model.editing import Edit
from agentmem.model.memory import Memory
from agentmem.store import layout

LESSONS = ("deadend", "reflection")
"""The kinds that are adopted when nobody says which: what was tried and learned stays true when the work is given up; a fact or a
decision about code that was never merged does not.
"""


class Adopted(NamedTuple):
    """What was taken over; ``left`` are the other memories of the branch, which are adopted by id alone, and so are
    ``left_changed``: those that it changed, as it has them.
    """

    branch: str
    into: str | None
    memories: tuple[Memory, ...]
    changed: tuple[Memory, ...]
    left: tuple[Memory, ...]
    left_changed: tuple[Memory, ...] = ()


def adopt(context: Context, branch: str, references: Sequence[str] = ()) -> Adopted:
    """Take over from ``branch`` what ``references`` name: memories that it alone has, or its changes of those that are here.

    Without any: what of it is here and not committed, else its lessons.

    Raises:
        NotFound: no such branch or revision, or it has no such memory; NeedsDecision: a change of it meets another.

    """
    saving.demand_writable(context, "facts/x")
    into = branch_for_writing(context, None, "overlay adopt …")
    trunk_or = None if into == context.trunk else into
    context.index.view()
    carried = {one.path: one.blob for one in context.index.carried if one.branch == branch}
    if carried:
        return _carried(context, branch, into, trunk_or, carried, references)
    return _from_elsewhere(context, branch, into, trunk_or, references)


def _carried(
    context: Context,
    branch: str,
    into: str | None,
    named: str | None,
    files: dict[str, str],
    references: Sequence[str],
) -> Adopted:
    """Give files that are here, and not committed, to the branch at hand."""
    contents = context.index.bytes_of([Entry(path, blob) for path, blob in files.items()])
    memories, changed, left = [], [], []
    changes: dict[str, dict[str, bytes]] = {}
    for path, blob in sorted(files.items()):
        data = contents.get(blob)
        if data is None:
            continue
        if layout.is_change(path):
            changes.setdefault(layout.names_of_change(path)[1], {})[path] = data
            continue
        found = document.memory_of(path, data)
        if _is_asked(found.id, references):
            saving.write_file(context, path, _renamed(data, named), replace=True)
            memories.append(found)
        else:
            left.append(found)
    kept = []
    for identity, theirs in changes.items():
        if _is_asked(identity, references):
            changed.append(_reapply(context, identity, list(theirs.values()), branch))
            for path in theirs:
                saving.remove(context, path)
        else:
            kept += _as_changed(context, identity, list(theirs.values()))
    _demand_all(references, [*memories, *changed], branch)
    return Adopted(branch, into, tuple(memories), tuple(changed), tuple(left), tuple(kept))


def _from_elsewhere(
    context: Context, branch: str, into: str | None, named: str | None, references: Sequence[str]
) -> Adopted:
    from agentmem.index import elsewhere

    side = elsewhere.of_branch(context.index, branch)
    if side is None:
        raise NotFound(f'no branch or revision "{branch}" here', to_get(context, branch))
    paths = (path for path in sorted(side) if layout.is_memory(path) or layout.is_change(path))
    new = [Entry(path, side[path]) for path in paths]
    contents = context.index.bytes_of(new)
    if missing := sum(entry.blob not in contents for entry in new):
        files = "1 file" if missing == 1 else f"{missing} files"
        raise GitFailed(f"{files} of {branch} could not be read from git", process.MISSING)
    memories, left, changes = [], [], dict[str, list[bytes]]()
    for entry in new:
        data = contents[entry.blob]
        if layout.is_change(entry.path):
            changes.setdefault(layout.names_of_change(entry.path)[1], []).append(data)
            continue
        found = document.memory_of(entry.path, data)
        asked = _is_asked(found.id, references) if references else found.kind in LESSONS
        if not asked:
            left.append(found)
            continue
        here = context.index.view().with_id(found.id)
        if here:
            continue
        saving.write_file(context, entry.path, _renamed(data, named))
        memories.append(found)
    changed, kept = [], []
    for identity, theirs in changes.items():
        if not context.index.view().with_id(identity):
            continue
        if references and _is_asked(identity, references):
            changed.append(_reapply(context, identity, theirs, branch))
        else:
            kept += _as_changed(context, identity, theirs)
    _demand_all(references, [*memories, *changed], branch)
    return Adopted(branch, into, tuple(memories), tuple(changed), tuple(left), tuple(kept))


def _as_changed(context: Context, identity: str, theirs: Sequence[bytes]) -> list[Memory]:
    """A memory as the changes ``theirs`` make it; none where what is here has them or says so already."""
    from agentmem.model import applying, changes

    view = context.index.view()
    known = taking.known_changes(view.columns)
    parsed = [c for data in theirs if (c := changes.parse(data)[0]) and c.memory == identity]
    left = [change for change in applying.pending(parsed, known) if change.id not in known]
    positions = view.with_id(identity)
    if not left or not positions:
        return []
    found = selecting.fetch(context.index, view, positions[:1])[0]
    here = placing.text_of(context, found)
    applied = applying.apply(here, left)
    if applied.data == here and not applied.conflicts:
        return []
    path = found.path.removeprefix(context.place.name + "/")
    return [document.memory_of(path, applied.data)]


def _reapply(context: Context, identity: str, theirs: Sequence[bytes], branch: str) -> Memory:
    """Make the changes ``theirs`` of one memory again, as an edit of the branch at hand; what it says then.

    Raises:
        NeedsDecision: they do not fit what the memory says here.

    """
    from agentmem.model import applying, changes

    parsed = [c for data in theirs if (c := changes.parse(data)[0]) and c.memory == identity]
    view = context.index.view()
    position = view.with_id(identity)
    if not position:
        raise NotFound(f"no memory {identity[: ids.SHORT]} here that {branch} could have changed")
    found = selecting.fetch(context.index, view, position[:1])[0]

    def make(seen: bytes) -> bytes:
        applied = applying.apply(seen, parsed)
        if applied.conflicts:
            fields = ", ".join(sorted({conflict.field for conflict in applied.conflicts}))
            raise NeedsDecision(
                f"{identity[: ids.SHORT]} says something else here than {branch} saw: {fields}",
                f"agentmem show {identity[: ids.SHORT]} --branch {branch}     then agentmem edit {identity[: ids.SHORT]} …",
            )
        return applied.data

    named = {key for change in parsed for key in change.fields}
    placed = placing.rewrite(context, found, make, named, verb="overlay adopt …")
    if placed is None:
        return found.memory
    return document.memory_of(found.path.removeprefix(context.place.name + "/"), placed.data)


def _renamed(data: bytes, branch: str | None) -> bytes:
    edit = Edit("branch", "delete") if branch is None else Edit("branch", "set", branch)
    return editing.edit(data, [edit])


def _is_asked(identity: str, references: Sequence[str]) -> bool:
    return not references or any(identity.startswith(word.lower()) for word in references)


def _demand_all(references: Sequence[str], taken: Sequence[Memory], branch: str) -> None:
    for word in references:
        if not any(one.id.startswith(word.lower()) for one in taken):
            raise NotFound(
                f"{branch} has no memory {word} that is not here", f"agentmem list --branch {branch}"
            )
