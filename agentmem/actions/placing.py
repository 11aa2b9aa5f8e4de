"""Where a write goes: the branch it is for, and whether an edit is made in place or becomes a change in the branch's overlay."""

import os
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions import saving, taking
from agentmem.actions.branch import branch_for_writing, folder_of
from agentmem.actions.context import Context
from agentmem.actions.standing import came_from_trunk, is_own
from agentmem.errors import NotFound, UsageError
from agentmem.store import layout, overlays, reading

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
    """Edit the fields ``edits`` and the ``body`` of one memory, which ends what a merge left of these; see ``rewrite``."""
    from agentmem.model import document, undecided

    path = found.path.removeprefix(context.place.name + "/")
    named = {edit.key for edit in edits} | ({"body"} if body is not None else set())

    def make(data: bytes) -> bytes:
        ended = undecided.ended(document.parse(data), named)
        return saving.edited(context, path, data, [*edits, *ended], body)

    return rewrite(context, found, make, named, branch, verb)


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
        taking.finish(context, found.memory.id)
        waiting = _pending(context, found.memory.id)
        in_place = at is None or _in_place(context, found, at, bool(waiting))
        settled = None
        if (waiting or not in_place) and _ends_a_merge(context, found, path, named):
            settled = _written(context, found, path, make, named, None)
            if not waiting:
                return settled
        if at is not None and not in_place:
            return _as_change(context, found, path, make, named, at, waiting) or settled
        if waiting and at is not None:
            return _with_pending(context, found, path, make, named, at, waiting) or settled
        return _written(context, found, path, make, named, at)


def _written(
    context: Context, found: "Found", path: str, make: Make, named: Collection[str], at: str | None
) -> Placed | None:
    """Edit the memory's own file; where that would set base back beside receipts no commit holds, write a change of ``at``."""
    data = base_text(context, found, path)
    new = make(data)
    if new == data:
        return None
    if at is not None and taking.give_back(context, found.memory.id, path, new):
        now = _pending(context, found.memory.id)
        return _as_change(context, found, path, lambda _: new, named, at, now)
    saving.write_file(context, path, new, replace=True)
    return Placed(new, path, "base")


def _ends_a_merge(context: Context, found: "Found", path: str, named: Collection[str]) -> bool:
    """Whether an edit of the fields ``named`` decides what a merge left undecided in the memory's own file.

    That file is as no other branch has it: a change beside it would leave it so.
    """
    from agentmem.model import document, undecided

    return not undecided.fields_of(document.parse(base_text(context, found, path))).isdisjoint(named)


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
    if not revisions.is_tracked(repository, whole) and not _was_renamed(context, found):
        return True
    tips = revisions.trunk_tips(repository, trunk)
    if found.memory.branch is None and found.memory.source is None and tips:
        # a person wrote it: where trunk is known it is this branch's, unless trunk has it
        if came_from_trunk(context, [found]):
            return False
    elif not is_own(context, branch, found.memory.branch):
        return False
    if revisions.holds_memory(
        repository, tips, repository.prefix + context.place.name, whole, found.memory.id
    ):
        return False
    from agentmem.git import history

    # what trunk has archived would meet an edit of the file in a conflict; a change of it merges
    return not history.took(repository, tips, whole)


def _was_renamed(context: Context, found: "Found") -> bool:
    """Whether HEAD has the memory in a file that is not here any more: it was renamed, and git was not told."""
    from agentmem.git import objects, revisions
    from agentmem.model import document

    repository, below = context.repository, f"{context.repository.prefix}{context.place.name}/"
    gone = [
        path
        for path in context.index.uncommitted_paths()
        if layout.is_memory(path) and not os.path.lexists(os.path.join(context.place.root, path))
    ]
    held = revisions.objects_named(repository, [f"HEAD:{below}{path}" for path in gone])
    texts = objects.read_blobs(repository, held.values())
    return any(document.memory_of(found.path, data).id == found.memory.id for _, data in texts)


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
    receipts = taking.receipts(context, identity)
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

    What the edit decides may let others apply that a conflict had held back: so base becomes what all of them make together, but
    for those of which a conflict is left. Where something else would show then the edit becomes a change as on any branch. So it
    does where base stays as it is committed, against what they say: nothing would tell that from a base that was set back.
    """
    from agentmem.model import settling

    base = base_text(context, found, path)
    drawn = _drawn(context, found, base, make, named, branch, waiting)
    if drawn is None:
        return None
    change, _ = drawn
    every = [one.change for one in waiting]
    made = settling.edited(base, every, change)
    taken = [one for one in every if made and one.id in made[1]]
    if made is None or taking.awaited(context, every) or taking.is_as_head(context, path, made[0], taken):
        return _as_change(context, found, path, make, named, branch, waiting)
    paths = {one.change.id: one.path for one in waiting}
    taking.take_up(context, change.memory, {path: (base, made[0])}, paths, taken)
    return Placed(made[0], path, "base")


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
