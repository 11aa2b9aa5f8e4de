"""The one way to disk for every action: refuse what must not be written, write it without loss, leave a copy in the journal."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions.context import Context
from agentmem.errors import AgentmemError, NotFound, NotWritable, UsageError
from agentmem.git import objects
from agentmem.model import emitting, ids, safety
from agentmem.model.memory import MAX_BYTES, Memory, as_meta
from agentmem.store import journal, layout, reading, writing

if TYPE_CHECKING:
    from agentmem.model.editing import Edit

PRUNE_FROM = 64
"""Journal files from which on a write looks for some that git has by now."""


class Refused(AgentmemError):
    """Content that must not stand in a store: a secret, hidden characters."""

    code = "refused"


class Written(NamedTuple):
    """A file that was written: its path below the store, its blob, its content."""

    path: str
    blob: str
    data: bytes


def refuse_unsafe(text: str, what: str) -> None:
    """Stop before a secret or a hidden character is written; ``what`` names the text to its writer.

    Raises:
        Refused: naming the line, never the secret.

    """
    for line, name in safety.secrets(text):
        raise Refused(
            f"not written: line {line} of {what} looks like a secret ({name})",
            "take it out; if it is none, put agentmem:allow-secret into that line",
        )
    for line, column, name in safety.hidden(text):
        raise Refused(
            f"not written: hidden or control character {name} at line {line}, column {column} of {what}",
            "take it out",
        )


def compose(memory: Memory) -> bytes:
    """The file of a new memory.

    Raises:
        UsageError: its text cannot stand in a file; Refused: see ``refuse_unsafe``.

    """
    try:
        data = emitting.compose(as_meta(memory), memory.body)
    except (ValueError, UnicodeEncodeError) as error:
        raise UsageError(f"not written: {error}") from None
    if len(data) > MAX_BYTES:
        raise UsageError(
            f"not written: {len(data):,} bytes; a memory has at most {MAX_BYTES:,}",
            "keep what others need to know, and name the file that has the rest",
        )
    refuse_unsafe(memory.title, "the title")
    refuse_unsafe(memory.body, "the body")
    refuse_unsafe(data.decode("utf-8"), "the memory")
    return data


def create(context: Context, memory: Memory, data: bytes) -> Written:
    """Write a new memory, composed as ``data``, to its final place, durably and into the journal.

    Raises:
        NotWritable: the disk refuses.

    """
    path = layout.new_path(memory)
    _demand_writable(context, path)
    if not writing.create(os.path.join(context.place.root, path), data):
        raise NotWritable(f"{path} exists already", "try again")
    return _journalled(context, path, data)


def create_many(context: Context, memories: Sequence[Memory]) -> list[Written]:
    """Write new memories together, with one sync of the disk for all: those whose file exists already are passed over."""
    written = []
    entries = []
    composed = [(layout.new_path(memory), compose(memory)) for memory in memories]
    for folder in sorted({os.path.dirname(path) for path, _ in composed}):
        _demand_writable(context, f"{folder}/x")
    for path, data in composed:
        if writing.create(os.path.join(context.place.root, path), data, sync=False):
            blob = objects.blob_id(data, context.repository.object_format)
            written.append(Written(path, blob, data))
            entries.append(_entry(context, path, blob, data))
    writing.sync_all([os.path.join(context.place.root, one.path) for one in written])
    context.journal.record(entries)
    return written


def change(
    context: Context, identity: str, path: str, edits: "Sequence[Edit]", body: str | None = None
) -> Written | None:
    """Edit the memory at ``path`` in place: under its lock, on what is there now; None when that changes nothing.

    Raises:
        NotFound: the file is gone; UsageError: its front matter must be mended by hand first; NotWritable.

    """
    from agentmem.model import document, editing

    whole = os.path.join(context.place.root, path)
    _demand_writable(context, path)
    with writing.locked(context.lock_folders, identity[:2]):
        data = reading.read(context.place.root, path)
        if data is None:
            raise NotFound(
                f"{context.place.name}/{path} is not in this worktree",
                "a sparse checkout or a rename hides it",
            )
        try:
            new = editing.edit(data, edits, body)
        except ValueError as error:
            raise UsageError(f"{context.place.name}/{path}: {error}", "agentmem check") from None
        if new == data:
            return None
        refuse_unsafe(document.parse(new).text, path)
        writing.replace(whole, new)
    return _journalled(context, path, new)


def rewrite(context: Context, path: str, old: bytes, new: bytes) -> bool:
    """Put ``new`` in the place of the file at ``path`` if it still has the bytes ``old``; whether that was done.

    Raises:
        NotWritable: the disk refuses.

    """
    _demand_writable(context, path)
    with writing.locked(context.lock_folders, ids.derived_id(path)[:2]):
        if reading.read(context.place.root, path) != old:
            return False
        writing.replace(os.path.join(context.place.root, path), new)
    _journalled(context, path, new)
    return True


def put_back(context: Context, path: str, data: bytes) -> Written:
    """Write a file that git had, byte for byte.

    Raises:
        NotWritable: there is a file at that path, or the disk refuses.

    """
    _demand_writable(context, path)
    if not writing.create(os.path.join(context.place.root, path), data):
        raise NotWritable(f"{context.place.name}/{path} exists already")
    return _journalled(context, path, data)


def _demand_writable(context: Context, path: str) -> None:
    if not reading.is_inside(context.place.root, path):
        folder = os.path.dirname(path)
        raise NotWritable(
            f"{context.place.name}/{folder} is or leads over a link: a write would leave the store"
        )
    context.wrote = True
    if context.repository.bare or not context.place.present:
        raise NotWritable(
            f"cannot write: {context.place.directory} has no worktree with {context.place.name}/",
            "use a clone with a worktree, or add the folder to the sparse checkout",
        )


def _journalled(context: Context, path: str, data: bytes) -> Written:
    blob = objects.blob_id(data, context.repository.object_format)
    context.journal.record([_entry(context, path, blob, data)])
    return Written(path, blob, data)


def _entry(context: Context, path: str, blob: str, data: bytes) -> journal.Entry:
    return journal.Entry(
        worktree=context.place.root,
        branch=context.repository.branch,
        path=path,
        blob=blob,
        at=context.now,
        text=data.decode("utf-8", "surrogateescape"),
    )


def prune_journal(context: Context) -> int:
    """Remove from the journal what this worktree's HEAD holds; how many files went.

    Nothing is looked at while there are few, or while HEAD is the one that was looked at last.
    """
    head = context.repository.head
    if (
        head is None
        or len(context.journal.files()) < PRUNE_FROM
        or context.journal.pruned_at(context.place.root) == head
    ):
        return 0
    below = context.repository.prefix + context.place.name
    held = frozenset(blob for _, blob in objects.list_tree(context.repository, head, below))
    return context.journal.prune(context.place.root, held, head)
