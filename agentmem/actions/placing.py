"""Where a write goes: the branch it is for, and whether an edit is made in place or becomes a change in the branch's overlay."""

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions import saving
from agentmem.actions.branch import branch_for_writing, folder_of
from agentmem.actions.context import Context
from agentmem.actions.standing import is_own
from agentmem.errors import NotFound, NotWritable, UsageError
from agentmem.store import cache, layout, overlays, reading, unfinished

if TYPE_CHECKING:
    from agentmem.actions.selecting import Found
    from agentmem.model.changes import Change
    from agentmem.model.editing import Edit


class Placed(NamedTuple):
    """An edit that was written: the memory as it reads now, and the file that says so.

    ``layer`` is base where the memory's own file was edited, own where it became a change of this branch.
    """

    data: bytes
    path: str
    layer: str


Make = Callable[[bytes], bytes]
"""What an edit makes of a memory's text as its writer sees it."""


def edit(
    context: Context,
    found: "Found",
    edits: "Sequence[Edit]",
    body: str | None = None,
    branch: str | None = None,
    verb: str = "edit …",
) -> Placed | None:
    """Edit the fields ``edits`` and the ``body`` of one memory; see ``rewrite``."""
    path = found.path.removeprefix(context.place.name + "/")
    named = {edit.key for edit in edits} | ({"body"} if body is not None else set())
    return rewrite(
        context, found, lambda data: saving.edited(context, path, data, edits, body), named, branch, verb
    )


def rewrite(
    context: Context,
    found: "Found",
    make: Make,
    named: Collection[str],
    branch: str | None = None,
    verb: str = "edit …",
) -> Placed | None:
    """Put what ``make`` makes of one memory where that is right; None when it is so already.

    ``named`` are the fields that the writer decides, though they may stay as they are.

    Raises:
        UsageError: its front matter must be mended by hand first, or HEAD is detached; NotWritable; NotFound.

    """
    path = found.path.removeprefix(context.place.name + "/")
    context.index.view()
    if context.repository.bare:
        saving.demand_writable(context, path)
    at = branch_for_writing(context, branch, verb)
    with saving.editing(context, found.memory.id):
        finish(context, found.memory.id)
        waiting = _pending(context, found.memory.id)
        if at is not None and not _in_place(context, found, at, bool(waiting)):
            return _as_change(context, found, path, make, named, at, waiting)
        if waiting and at is not None:
            return _with_pending(context, found, path, make, named, at, waiting)
        data = base_text(context, found, path)
        new = make(data)
        if new == data:
            return None
        saving.write_file(context, path, new, replace=True)
        return Placed(new, path, "base")


def is_in_place(context: Context, found: "Found") -> bool:
    """Whether an edit of ``found`` made here and now would be one of the memory's own file.

    Raises:
        UsageError: HEAD is detached.

    """
    at = branch_for_writing(context, None, "edit …")
    return at is None or _in_place(context, found, at, bool(_pending(context, found.memory.id)))


def _in_place(context: Context, found: "Found", branch: str, waiting: bool) -> bool:
    """Whether ``branch`` edits the memory's own file: trunk does, and whoever has it while trunk has it not yet."""
    trunk = context.trunk
    if trunk is None or branch == trunk:
        return True
    if waiting:  # others have said what they want of it: an edit must say that it has seen that
        return False
    from agentmem.git import revisions

    repository = context.repository
    whole = repository.prefix + found.path
    if not revisions.is_tracked(repository, whole):
        return True
    if not is_own(context, branch, found.memory.branch):
        return False
    tips = revisions.trunk_tips(repository, trunk)
    if revisions.holds_memory(
        repository, tips, repository.prefix + context.place.name, whole, found.memory.id
    ):
        return False
    from agentmem.git import history

    # what trunk has archived would meet an edit of the file in a conflict; a change of it merges
    return not history.took(repository, tips, whole)


class _Pending(NamedTuple):
    """A pending change of a memory: where it lies, and what it says."""

    path: str
    change: "Change"


def _pending(context: Context, identity: str) -> list[_Pending]:
    """The pending changes of a memory, as they are at this moment."""
    root = context.place.root
    view_changes = context.index.columns.changes
    if not view_changes and not os.path.isdir(os.path.join(root, layout.OVERLAYS)):
        return []
    from agentmem.index.columns import Entry
    from agentmem.model import applying, changes

    carried = {one.path for one in context.index.carried}
    there = [path for path in overlays.change_paths(root, identity) if path not in carried]
    contents = dict(overlays.read(root, there))
    hidden = [
        Entry(path, blob)
        for path, blob in view_changes.items()
        if layout.names_of_change(path)[1] == identity and path not in contents
    ]
    if hidden:
        # a sparse checkout keeps them in git alone; what is not committed is gone, whoever took it away
        uncommitted = context.index.uncommitted_paths()
        hidden = [entry for entry in hidden if entry.path not in uncommitted]
        data = context.index.bytes_of(hidden)
        contents |= {entry.path: data[entry.blob] for entry in hidden if entry.blob in data}
    parsed = {
        path: change
        for path, data in sorted(contents.items())
        if (change := changes.parse(data)[0])
        and layout.names_of_change(path)[1:] == (change.memory, change.id)
    }
    receipts = overlays.receipts(root) | {path.rpartition("/")[2] for path in context.index.columns.receipts}
    open_ = {change.id for change in applying.pending(parsed.values(), receipts)}
    found: dict[str, _Pending] = {}
    for path, change in parsed.items():
        if change.id in open_:
            found.setdefault(change.id, _Pending(path, change))
    return list(found.values())


def _as_change(
    context: Context,
    found: "Found",
    path: str,
    make: Make,
    named: Collection[str],
    branch: str,
    waiting: "Sequence[_Pending]",
) -> Placed | None:
    """Write the edit as a change of ``branch``; its last one that git does not hold yet is replaced."""
    from agentmem.git import revisions

    base = base_text(context, found, path)
    prefix = f"{context.repository.prefix}{context.place.name}/"
    own = next(
        (
            one
            for one in reversed(waiting)
            if is_own(context, branch, one.change.branch)
            and os.path.lexists(os.path.join(context.place.root, one.path))
            and not revisions.is_tracked(context.repository, prefix + one.path)
        ),
        None,
    )
    drawn = _drawn(context, found, base, make, named, branch, waiting, own)
    if drawn is None:
        return None
    change, new = drawn
    if not (change.fields or change.body or change.retract is not None):
        if own is None:
            return None
        saving.remove(context, own.path)
        return Placed(new, own.path, "own")
    if own is None:
        return _write_change(context, change, new, None)
    before = reading.read(context.place.root, own.path)
    blob = context.index.blob_of(before) if before is not None else ""
    is_held = blob in revisions.blobs_held(context.repository, prefix + own.path)
    if not is_held:
        written = _write_change(context, change, new, own)
        if before is None or blob not in revisions.blobs_held(context.repository, prefix + own.path):
            return written
        saving.write_file(context, own.path, before, replace=True)
    # a commit came between: what git holds stays as it is, and this edit comes after it
    return _as_change(context, found, path, make, named, branch, _pending(context, found.memory.id))


def _drawn(
    context: Context,
    found: "Found",
    base: bytes,
    make: Make,
    named: Collection[str],
    branch: str,
    waiting: "Sequence[_Pending]",
    own: "_Pending | None" = None,
) -> "tuple[Change, bytes] | None":
    """The edit as a change of ``branch`` after all that is ``waiting``, in the place of ``own``, and the text it makes; None
    when it changes and decides nothing.
    """
    from agentmem.model import applying, changes, ids

    others = [one.change for one in waiting if one is not own]
    before = applying.apply(base, others)
    seen = applying.apply(base, [one.change for one in waiting])
    new = make(seen.data)
    names = set(named)
    if own is not None:
        names |= set(own.change.fields) | ({"body"} if own.change.body else set())
        names |= {"status"} if own.change.retract is not None else set()
    decided = names & {conflict.field for conflict in (*before.conflicts, *seen.conflicts)}
    decided |= (
        {"retracted"} if "status" in decided else set()
    )  # the reason goes, or stays, with what it is for
    if new == seen.data and not decided:
        return None
    parts = changes.between(before.data, new, decided)
    change = changes.Change(
        id=own.change.id if own else ids.new_id(os.urandom),
        memory=found.memory.id,
        branch=branch,
        by=context.agent,
        created=context.now,
        after=tuple(sorted(one.id for one in others)),
        fields=parts.fields,
        body=parts.body,
        retract=parts.retract,
    )
    return change, new


def _write_change(context: Context, change: "Change", new: bytes, own: "_Pending | None") -> Placed:
    from agentmem.model import changes

    try:
        data = changes.compose(change)
    except (ValueError, UnicodeEncodeError) as error:
        raise UsageError(f"not written: {error}") from None
    saving.refuse_large(data, "a change")
    saving.refuse_values("branch", change.branch)
    saving.refuse_values("by", change.by)
    where = (
        own.path if own else layout.change_path(folder_of(context, change.branch), change.memory, change.id)
    )
    saving.write_file(context, where, data, replace=own is not None)
    return Placed(new, where, "own")


def _with_pending(
    context: Context,
    found: "Found",
    path: str,
    make: Make,
    named: Collection[str],
    branch: str,
    waiting: "Sequence[_Pending]",
) -> Placed | None:
    """Edit on trunk a memory with pending changes: base takes them up with the edit, which decides what it names.

    What the edit decides may let others apply that a conflict had held back: so base becomes what all of them make together.
    Where a conflict is left, the edit becomes a change as on any branch: base may take up no part of what is not settled.
    """
    from agentmem.model import applying

    base = base_text(context, found, path)
    drawn = _drawn(context, found, base, make, named, branch, waiting)
    if drawn is None:
        return None
    change, _ = drawn
    every = [one.change for one in waiting]
    met = applying.apply(base, [*every, change])
    if met.conflicts or not is_complete(context, every):
        return _as_change(context, found, path, make, named, branch, waiting)
    paths = {one.change.id: one.path for one in waiting}
    take_up(context, change.memory, {path: (base, met.data)}, paths, every)
    return Placed(met.data, path, "base")


def is_complete(context: Context, pending: "Iterable[Change]") -> bool:
    """Whether all that the writers of ``pending`` saw is at hand, or base has taken it up.

    A change that was picked without the one before it must not be taken up: its receipt would count for that one too, which
    is still to come.
    """
    columns = context.index.columns
    known = {layout.names_of_change(path)[2] for path in columns.changes}
    known |= {path.rpartition("/")[2] for path in columns.receipts}
    return all(identity in known for change in pending for identity in change.after)


def take_up(
    context: Context,
    memory: str,
    bases: "Mapping[str, tuple[bytes, bytes]]",
    paths: "Mapping[str, str]",
    changes: "Sequence[Change]",
) -> list[str]:
    """Give ``memory`` its new bytes (old and new by path) and a receipt for each of ``changes`` (at ``paths``, by id) and for
    what their writers saw, in one step; the paths that have been written or were so already.

    Raises:
        NotWritable: the disk refuses; all is as it was.

    """
    receipts = _receipts_of(paths, changes)
    for path in receipts:
        saving.demand_writable(context, path)
    blobs = {path: context.index.blob_of(new) for path, (_, new) in bases.items()}
    folder = cache.state_folder(context.repository.common_dir)
    record = unfinished.begin(folder, context.place.root, memory, blobs, receipts)
    made: list[str] = []
    rewritten: list[str] = []
    try:
        for path, (old, new) in bases.items():
            if new != old:
                saving.write_file(context, path, new, replace=True)
                rewritten.append(path)
        for path in receipts:
            if not os.path.lexists(os.path.join(context.place.root, path)):
                saving.write_file(context, path, b"", exist_ok=True)
                made.append(path)
    except NotWritable:
        for path in made:
            saving.remove(context, path)
        for path in rewritten:
            saving.write_file(context, path, bases[path][0], replace=True)
        unfinished.end(record)
        raise
    unfinished.end(record)
    return [*bases, *receipts]


def _receipts_of(paths: "Mapping[str, str]", changes: "Sequence[Change]") -> list[str]:
    found: dict[str, None] = {}
    for change in changes:
        folder = layout.names_of_change(paths[change.id])[0]
        for identity in (change.id, *change.after):
            own = layout.names_of_change(paths[identity])[0] if identity in paths else folder
            found.setdefault(layout.receipt_path(own, identity))
    return list(found)


def finish(context: Context, memory: str = "") -> None:
    """Write the receipts of what was killed after base had its new bytes: of ``memory``, else of all; its lock is held."""
    folder, root = cache.state_folder(context.repository.common_dir), context.place.root
    for step in unfinished.found(folder, root, memory):
        now = {path: reading.read(root, path) for path in step.files}
        blobs = {path: context.index.blob_of(data) for path, data in now.items() if data is not None}
        if blobs == step.files:
            for path in step.receipts:
                saving.write_file(context, path, b"", exist_ok=True)
        unfinished.end(step.record)


def text_of(context: Context, found: "Found") -> bytes:
    """The text of a memory as the view at hand shows it: its file with the pending changes applied."""
    from agentmem.model import applying

    base = base_text(context, found, found.path.removeprefix(context.place.name + "/"))
    waiting = _pending(context, found.memory.id)
    return applying.apply(base, [one.change for one in waiting]).data if waiting else base


def base_text(context: Context, found: "Found", path: str) -> bytes:
    """The bytes of the memory's own file now; of one that a sparse checkout leaves out, as git has it.

    Raises:
        NotFound: it is gone.

    """
    data = reading.read(context.place.root, path)
    if data is None:
        from agentmem.index.columns import Entry

        blob = context.index.base_blob(found.position, context.index.columns)
        data = context.index.bytes_of([Entry(path, blob)]).get(blob)
    if data is None:
        raise NotFound(f"{found.path} is not in this worktree", "a rename or a removal hides it: git status")
    return data
