"""Bringing a memory back: its retraction undone, its file from git's history or the journal."""

import os
import shlex
from collections.abc import Iterator, Sequence

from agentmem.actions import rescuing, saving, standing
from agentmem.actions.branch import at_hand
from agentmem.actions.change import Changed, here, write_edits
from agentmem.actions.context import Context
from agentmem.actions.selecting import Found
from agentmem.errors import Ambiguous, NeedsDecision, NotFound
from agentmem.model import document, ids, safety
from agentmem.model.editing import Edit
from agentmem.model.memory import Memory
from agentmem.store import layout


def restore(context: Context, reference: str, branch: str | None = None) -> Changed:
    """Take back a retraction, with the status from before it, or bring back from git's history a memory whose file is gone.

    Raises:
        NotFound: neither the store nor the history has it; Ambiguous: ``reference`` names several that are gone.

    """
    done = _restored(context, reference, branch)
    back = done.memory
    remarks = [done.remark] if done.remark else []
    if back.status == "retracted":
        # its file was gone besides: that it is wrong was said by somebody, and is taken back by who says so
        why = f": {safety.one_line(back.retracted)}" if back.retracted else ""
        fix = f"agentmem restore {back.id}"
        remarks.append(
            f"it is retracted still{why}. No answer has it; if it holds after all, once more: {fix}"
        )
    if back.expires is not None and back.expires <= context.now:
        fix = f"agentmem edit {back.id} --set expires=DATE"
        remarks.append(f"it has expired: no answer has it, and forget takes it again: {fix}")
    return done._replace(remark="\n".join(remarks) or None)


def _restored(context: Context, reference: str, branch: str | None) -> Changed:
    try:
        found = here(context, reference)
    except NotFound:
        return _from_history(context, reference)
    if found.memory.status != "retracted":
        # of a retraction that is in conflict with other changes it decides that the memory stays; else it changes nothing
        kept = _status(None if found.memory.status == "active" else found.memory.status)
        settled = write_edits(context, found, kept, None, branch, f"restore {reference}")
        return settled if settled.changed else _from_journal(context, found)
    before = _before_retraction(context, found)
    return write_edits(context, found, _status(before), None, branch, f"restore {reference}")


def _status(value: str | None) -> list[Edit]:
    """The edits that give a memory a status other than retracted; None is that of what has none written."""
    status = Edit("status", "delete") if value is None else Edit("status", "set", value)
    return [status, Edit("retracted", "delete")]


def _from_journal(context: Context, found: Found) -> Changed:
    """Bring back what was written to a memory that is there, and git has put back."""
    done = rescuing.rescue(context, found.memory.id)
    if done.kept and not done.restored:
        path = f"{context.place.name}/{done.kept[0].entry.path}"
        raise NeedsDecision(
            f"not restored: {path} was edited since", "what was lost: agentmem restore --journal --json"
        )
    if not done.restored:
        is_in_force = found.status in ("active", "open")
        stands = "is in force already" if is_in_force else f"is here already, and {found.status}"
        return Changed(found.memory, found.path, changed=False, stands=stands)
    last = done.restored[-1]
    layer = "base" if last.memory else "own"
    path = f"{context.place.name}/{last.entry.path}"
    return Changed(last.memory or found.memory, path, True, layer, remark=last.remark)


def _before_retraction(context: Context, found: Found) -> str | None:
    """The status that was written before the retraction, None where none was: what was a proposal is no more accepted now."""
    from agentmem.actions import history, reflecting

    for version in history.of_memory(context, found.memory.id).versions:
        if version.what == history.RETRACTED:
            seen = next((field.was for field in version.fields if field.name == "status"), None)
            return str(seen) if seen else None
    # retracted before any commit had it: the journal has each write
    path = found.path.removeprefix(context.place.name + "/")
    written = list(context.journal.entries(lambda one: one.worktree == context.place.root))
    for entry in reversed(written):
        if entry.path == path and not entry.removed:
            was = document.memory_of(path, entry.text.encode("utf-8", "surrogateescape")).status
            if was != "retracted":
                return None if was == "active" else was
    # nothing tells (a shallow clone): to have it accepted again is the lesser evil
    return "proposed" if found.memory.source in reflecting.PROPOSERS else None


def _from_history(context: Context, reference: str) -> Changed:
    """Bring back the last version of a file that git or the journal had, and of what replaced it where that is gone too: what was
    superseded is not true again because both were archived.
    """
    prefix = reference.lower()
    if not ids.is_prefix(prefix):
        raise NotFound(
            f"no memory {reference}", "a memory that is gone is named by its id or the start of it"
        )
    root = context.place.root
    lost = {one.entry.path: one for one in rescuing.lost(context) if one.entry.worktree == root}
    gone: dict[str, tuple[Memory, str, bytes]] = {}
    # what was written last and is in no commit is newer than what git has
    written = [(path, one.entry.text.encode("utf-8", "surrogateescape")) for path, one in lost.items()]
    for path, data in [*written, *_gone(context, prefix)]:
        if layout.is_memory(path):
            gone.setdefault((found := document.memory_of(path, data)).id, (found, path, data))
    fitting = [found for found, _, _ in gone.values() if found.id.startswith(prefix)]
    if len(fitting) > 1:
        shorts = ids.ShortIds([one.id for one in fitting])
        some = [f'{shorts[one.id]} {one.kind} "{one.title}"' for one in fitting[:4]]
        raise Ambiguous(f"{reference} names {len(fitting)} memories that are gone", " · ".join(some))
    if fitting:
        along = _replacing(context, fitting[0], [found for found, _, _ in gone.values()])
        for one in (fitting[0], *along):
            found, path, data = gone[one.id]
            _demand_room(context, path)
            saving.write_file(context, path, _of_here(context, found, path, data))
        path = gone[fitting[0].id][1]
        remark = lost[path].remark if path in lost else None
        return Changed(fitting[0], f"{context.place.name}/{path}", True, along=along, remark=remark)
    hint = "git fetch --unshallow" if context.repository.shallow else None
    raise NotFound(f"no memory {reference} in this store, its history here or the journal", hint)


def _demand_room(context: Context, path: str) -> None:
    """Stop where a file is at ``path``: an edit by hand has made something else of it, and is not to be lost either."""
    place = context.place
    if not os.path.lexists(os.path.join(place.root, path)):
        return
    from agentmem.git import revisions

    name = f"HEAD:{context.repository.prefix}{place.name}/{path}"
    is_held = revisions.objects_named(context.repository, [name])
    was = f"git show {shlex.quote(name)}" if is_held else "agentmem restore --journal --json"
    raise NeedsDecision(
        f"not restored: {place.name}/{path} is here, and cannot be read as this memory",
        f"what is wrong with it: agentmem check     what it was: {was}",
    )


def _replacing(context: Context, memory: Memory, gone: Sequence[Memory]) -> tuple[Memory, ...]:
    """Those of ``gone`` that replaced ``memory``, one after the other."""
    here = set(context.index.view().columns.ids)
    found = {memory.id: memory}
    queue = [memory.id]
    for old in queue:
        for one in gone:
            if old in one.supersedes and one.status == "active" and one.id not in here | found.keys():
                found[one.id] = one
                queue.append(one.id)
    return tuple(found.values())[1:]


def _of_here(context: Context, found: Memory, path: str, data: bytes) -> bytes:
    """``data`` as of the branch at hand: a file that is of another one, and not committed, would count as carried along."""
    from agentmem.git import revisions

    at = at_hand(context)
    if found.branch is None or at is None or standing.is_own(context, at, found.branch):
        return data
    if revisions.is_tracked(context.repository, context.repository.prefix + f"{context.place.name}/{path}"):
        return data  # it was taken away by hand, and nobody has committed that
    own = Edit("branch", "delete") if at == context.trunk else Edit("branch", "set", at)
    return saving.edited(context, path, data, [own], None)


def _gone(context: Context, prefix: str) -> Iterator[tuple[str, bytes]]:
    """Files that the store had and has no more, with their last content: from HEAD, from history, from the journal; those that
    are here as well of which the name says that they were memories whose ids begin with ``prefix``.
    """
    from agentmem.git import commits, objects

    present = {
        path
        for path in context.index.view().columns.paths
        if not (layout.id_in_name(path) or "").startswith(prefix)
    }
    below = context.repository.prefix + context.place.name
    versions = [
        pair for pair in commits.deleted_versions(context.repository, below) if pair[0] not in present
    ]
    contents = dict(objects.read_blobs(context.repository, {blob for _, blob in versions}))
    yield from ((path, contents[blob]) for path, blob in versions if blob in contents)
    for entry in reversed(list(context.journal.entries())):
        if entry.worktree == context.place.root and entry.path not in present and not entry.removed:
            yield entry.path, entry.text.encode("utf-8", "surrogateescape")
