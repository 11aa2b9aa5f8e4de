"""The one way to disk for every action: refuse what must not be written, write it without loss, leave a copy in the journal."""

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions.context import Context
from agentmem.errors import AgentmemError, GitFailed, NotWritable, UsageError
from agentmem.git import objects, state
from agentmem.model import emitting, ids, safety
from agentmem.model.memory import MAX_BYTES, Memory, as_meta
from agentmem.store import journal, layout, reading, writing

if TYPE_CHECKING:
    from agentmem.model.editing import Edit

SURE = 32_768
"""Bytes of a file whose front matter is within its limit in any case."""
PRUNE_FROM = 64
"""Journal files from which on a write looks for some that git has by now."""
PRUNE_SIZE = 262_144
"""Bytes of the journal from which on the same is done: an import is one file, however large."""


class Refused(AgentmemError):
    """Content that must not stand in a store: a secret, hidden characters."""

    code = "refused"


class Written(NamedTuple):
    """A file that was written: its path below the store, its blob, its content."""

    path: str
    blob: str
    data: bytes


def refuse_secret(text: str, what: str) -> None:
    """Stop before a secret is written; ``what`` names the text to its writer.

    Raises:
        Refused: naming the line, never the secret.

    """
    for line, name in safety.secrets(text):
        raise Refused(
            f"not written: line {line} of {what} looks like a secret ({name})",
            "take it out; if it is none, put agentmem:allow-secret into that line",
        )


def refuse_unsafe(text: str, what: str) -> None:
    """The same, and before a hidden character is.

    Raises:
        Refused: see ``refuse_secret``.

    """
    refuse_secret(text, what)
    for line, column, name in safety.hidden(text):
        raise Refused(
            f"not written: hidden or control character {name} at line {line}, column {column} of {what}",
            "take it out",
        )


def refuse_large(data: bytes, what: str) -> None:
    """Stop before a file is written that no reader would take for ``what``.

    Raises:
        UsageError: it is larger than a file of a store may be, or its front matter is.

    """
    if len(data) > MAX_BYTES:
        raise UsageError(
            f"not written: {len(data):,} bytes; {what} has at most {MAX_BYTES:,}",
            "keep what others need to know, and name the file that has the rest",
        )
    if len(data) > SURE:
        from agentmem.model import document  # reads YAML: 15 ms

        for problem in document.parse(data).problems:
            raise UsageError(f"not written: {problem.message}")


def refuse_values(key: str, value: object) -> None:
    """The same for a value of the front matter: YAML writes a hidden character as an escape, in which nobody would find it.

    Raises:
        Refused: see ``refuse_unsafe``.

    """
    for item in value if isinstance(value, list | tuple) else (value,):
        if isinstance(item, str):
            refuse_unsafe(item, key)


def compose(memory: Memory) -> bytes:
    """The file of a new memory.

    Raises:
        UsageError: its text cannot stand in a file; Refused: see ``refuse_unsafe``.

    """
    try:
        data = emitting.compose(as_meta(memory), memory.body)
    except (ValueError, UnicodeEncodeError) as error:
        raise UsageError(f"not written: {error}") from None
    refuse_large(data, "a memory")
    for key, value in as_meta(memory).items():
        refuse_values("the title" if key == "title" else key, value)
    refuse_unsafe(memory.body, "the body")
    refuse_unsafe(data.decode("utf-8"), "the memory")
    return data


def create(context: Context, memory: Memory, data: bytes) -> Written:
    """Write a new memory, composed as ``data``, to its final place, durably and into the journal.

    Raises:
        NotWritable: the disk refuses.

    """
    return write_file(context, layout.new_path(memory), data)


def create_many(context: Context, memories: Sequence[Memory]) -> list[Written]:
    """Write new memories together, with one sync of the disk for all: those whose file exists already are passed over."""
    written = []
    entries = []
    composed = [(layout.new_path(memory), compose(memory)) for memory in memories]
    for folder in sorted({os.path.dirname(path) for path, _ in composed}):
        demand_writable(context, f"{folder}/x")
    for path, data in composed:
        if writing.create(os.path.join(context.place.root, path), data, sync=False):
            blob = objects.blob_id(data, context.repository.object_format)
            written.append(Written(path, blob, data))
            entries.append(_entry(context, path, blob, data))
    writing.sync_all([os.path.join(context.place.root, one.path) for one in written])
    _record(context, entries)
    return written


def edited(context: Context, path: str, data: bytes, edits: "Sequence[Edit]", body: str | None) -> bytes:
    """``data`` as ``edits`` and ``body`` make it.

    Raises:
        UsageError: its front matter must be mended by hand first; Refused: see ``refuse_unsafe``.

    """
    from agentmem.model import document, editing

    try:
        new = editing.edit(data, edits, body)
    except editing.TooLargeError as error:
        raise UsageError(f"not written: {context.place.name}/{path}: {error}") from None
    except ValueError as error:
        raise UsageError(f"{context.place.name}/{path}: {error}", "agentmem check") from None
    if new != data:
        refuse_large(new, "a memory")
        refuse_unsafe(document.parse(new).text, path)
        for edit in edits:
            refuse_values(edit.key, edit.value)
    return new


def write_file(
    context: Context, path: str, data: bytes, replace: bool = False, exist_ok: bool = False
) -> Written:
    """Write one file of the store, durably and into the journal; ``replace``: in the place of the one that is there.

    Raises:
        NotWritable: the disk refuses, or there is one already, unless that is ok.

    """
    demand_writable(context, path)
    whole = os.path.join(context.place.root, path)
    old = reading.read(context.place.root, path) if replace else None
    if replace:
        writing.replace(whole, data)
    elif not writing.create(whole, data) and not exist_ok:
        raise NotWritable(f"{context.place.name}/{path} exists already", "try again")
    return _journalled(context, path, data, old)


def lock_of(memory: str) -> str:
    """The lock under which ``memory`` is edited: one of 32, so that a promotion can hold all that it needs."""
    return f"memory-{memory[-1:]}"


def editing(context: Context, memory: str) -> AbstractContextManager[None]:
    """Nobody else edits ``memory`` meanwhile; see ``writing.locked``."""
    return writing.locked(context.lock_folders, lock_of(memory))


def rewrite(context: Context, path: str, old: bytes, new: bytes, holding: bytes | None = None) -> bool:
    """Put ``new`` in the place of the file at ``path`` if it still has the bytes ``old``; whether that was done.

    ``holding`` is a text that had been lost, and that ``new`` has taken up: the journal is told that it is back.

    Raises:
        NotWritable: the disk refuses.

    """
    demand_writable(context, path)
    with editing(context, ids.derived_id(path)):
        if reading.read(context.place.root, path) != old:
            return False
        writing.replace(os.path.join(context.place.root, path), new)
    if holding is not None:
        _journalled(context, path, holding, old)
    _journalled(context, path, new, old if holding is None else holding)
    return True


def demand_writable(context: Context, path: str) -> None:
    """Stop a write to ``path`` below the store that would leave it, or that has no worktree to go to.

    Raises:
        NotWritable: saying what to do.

    """
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


def _journalled(context: Context, path: str, data: bytes, old: bytes | None) -> Written:
    form = context.repository.object_format
    blob = objects.blob_id(data, form)
    onto = None if old is None else objects.blob_id(old, form)
    _record(context, [_entry(context, path, blob, data, onto)])
    return Written(path, blob, data)


def remove(context: Context, path: str) -> None:
    """Take one file of the store away; the journal is told, so that it does not bring it back.

    Raises:
        NotWritable: the disk refuses.

    """
    demand_writable(context, path)
    writing.remove(os.path.join(context.place.root, path))
    _record(context, [_entry(context, path, "", b"")])


def _record(context: Context, entries: Sequence[journal.Entry]) -> None:
    """Keep ``entries`` in the journal; where that cannot be, the write stands, and whoever made it is told."""
    try:
        context.journal.record(entries)
    except NotWritable as problem:
        context.unjournalled = problem.message.removesuffix("; nothing was changed")


def _entry(context: Context, path: str, blob: str, data: bytes, onto: str | None = None) -> journal.Entry:
    repository = context.repository
    return journal.Entry(
        worktree=context.place.root,
        branch=state.branch(repository),
        path=path,
        blob=blob,
        at=context.now,
        text=data.decode("utf-8", "surrogateescape"),
        home=home(context),
        head=repository.head,
        onto=onto,
    )


def home(context: Context) -> str:
    """Git's folder of this worktree, from the common git dir."""
    repository = context.repository
    return os.path.relpath(repository.git_dir, repository.common_dir).replace(os.sep, "/")


def prune_journal(context: Context) -> int:
    """Remove from the journal what this worktree's HEAD holds; how many files went.

    Nothing is looked at while there are few, or while HEAD is the one that was looked at last.
    """
    head = context.repository.head
    if (
        head is None
        or (len(context.journal.files()) < PRUNE_FROM and context.journal.size < PRUNE_SIZE)
        or context.journal.pruned_at(context.place.root) == head
    ):
        return 0
    below = context.repository.prefix + context.place.name
    try:
        held = frozenset(blob for _, blob in objects.list_tree(context.repository, head, below))
    except GitFailed:
        return 0  # what HEAD holds cannot be told just now: all of it is kept, and what was written stays written
    return context.journal.prune(context.place.root, held, head)
