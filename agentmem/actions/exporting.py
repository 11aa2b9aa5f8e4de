"""Exports: the store as other programs read it, to a stream or to files, never over what a person wrote."""

import os
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from agentmem.actions import selecting, standing
from agentmem.actions.context import Context
from agentmem.actions.selecting import Filters
from agentmem.errors import NotWritable, UsageError
from agentmem.model.exporters.shown import Shown
from agentmem.model.memory import as_meta
from agentmem.store import writing

PAGE = 500
EVERY = ("active", "proposed", "open", "done", "failed", "superseded", "expired", "retracted")
"""What JSON lines, a database and a graph have unless something else is asked for: all of them tell these apart."""
MAX_READ = 4_194_304


class Exported(NamedTuple):
    """What an export gave: ``text`` where it was not written to ``path``; ``written`` and ``kept`` are files in a folder."""

    format: str
    memories: int
    path: str | None = None
    text: str | None = None
    written: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def records(context: Context, filters: Filters) -> Iterator[dict[str, object]]:
    """Each memory, oldest first, as ``import jsonl`` takes it: the front matter's keys, whole ids, and ``body``.

    What is retracted or superseded is there too: an import elsewhere would else lose it, and with it what it warns of.
    """
    every = filters if filters.statuses else filters._replace(statuses=EVERY)
    for one in shown(context, every, labelled=False):
        yield {**as_meta(one.memory), "body": one.memory.body}


def shown(context: Context, filters: Filters, labelled: bool = True) -> Iterator[Shown]:
    """Each memory, oldest first; ``labelled``: with its layer, for which git is asked what trunk has."""
    index = context.index
    view = index.view()
    chosen = list(reversed(view.newest_first(selecting.positions(index, view, filters))))
    for begin in range(0, len(chosen), PAGE):
        page = selecting.fetch(index, view, chosen[begin : begin + PAGE])
        for found in standing.labelled(context, page) if labelled else page:
            yield Shown(found.memory, found.status, found.layer, found.path)


def database(context: Context, filters: Filters, path: str) -> Exported:
    """A SQLite file at ``path``; one that an export wrote is replaced, as a whole.

    Raises:
        UsageError: something else is there; NotWritable.

    """
    from agentmem.store import database as database_file

    whole = _target(context, path)
    there = _bytes(whole, 100)
    if there is not None and not database_file.is_ours(there):
        raise UsageError(f"{path} is there, and no export of agentmem", "name a file that is not there")
    memories = list(shown(context, filters if filters.statuses else filters._replace(statuses=EVERY)))
    _put(whole, database_file.build(memories), there is not None)
    return Exported("sqlite", len(memories), path, written=(path,))


def graph(
    context: Context,
    filters: Filters,
    form: str,
    path: str | None,
    *,
    entities: bool = True,
    alone: bool = False,
) -> Exported:
    """The graph of memories as ``dot`` or ``mermaid``, to ``path`` or as text."""
    from agentmem.model.exporters import graph as graphs

    every = filters if filters.statuses else filters._replace(statuses=EVERY)
    made = graphs.graph(shown(context, every), entities=entities, alone=alone)
    text = (graphs.dot if form == "dot" else graphs.mermaid)(made)
    notes = []
    if form == "mermaid" and len(made.edges) > graphs.MOST_EDGES:
        notes.append(
            f"{len(made.edges):,} links; Mermaid draws {graphs.MOST_EDGES} unless its maxEdges says more: --kind, --tag, --file"
        )
    head = graphs.DOT_HEAD if form == "dot" else graphs.MERMAID_HEAD
    done = Exported(form, len(made.nodes), notes=tuple(notes))
    return _to(context, path, text, head, done)


def block(context: Context, filters: Filters, path: str | None, budget: int) -> Exported:
    """The block of rules, recipes and decisions that trunk has, put into the file ``path`` in the place of the one before, or as
    text; nothing else of the file changes.
    """
    from agentmem.model.exporters import block as blocks

    kinds = filters.kinds or tuple(blocks.kinds())
    found = [one for one in shown(context, filters._replace(kinds=kinds)) if one.layer == "base"]
    active = [one for one in found if one.status == "active"]
    made = blocks.block(active, budget)
    done = Exported("agents-md", made.shown)
    if path is None:
        return done._replace(text=made.text)
    whole = _target(context, path)
    old = _bytes(whole, MAX_READ)
    if old is None:
        _put(whole, made.text.encode("utf-8"), False)
        return done._replace(path=path, written=(path,))
    try:
        text = old.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is no UTF-8 text", "without a file the block is printed") from None
    newline = "\r\n" if "\r\n" in text else "\n"
    new = blocks.placed(text.replace("\r\n", "\n"), made.text).replace("\n", newline).encode("utf-8")
    if new != old:
        _put(whole, new, True)
    return done._replace(path=path, written=(path,) if new != old else ())


def madr(context: Context, filters: Filters, path: str) -> Exported:
    """A file for each decision in the folder ``path``: those that an export wrote are brought up to date, but for what a hand
    has edited since; whatever else is there stays as it is.
    """
    from agentmem.model.exporters import madr as madrs

    folder = _target(context, path)
    if os.path.lexists(folder) and (os.path.islink(folder) or not os.path.isdir(folder)):
        raise UsageError(f"{path} is there, and no folder")
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    there = {
        name: (_bytes(os.path.join(folder, name), MAX_READ) or b"")
        .decode("utf-8", "replace")
        .replace("\r\n", "\n")
        for name in names
        if name.endswith(".md")
    }
    wanted = filters._replace(kinds=("decision",), statuses=filters.statuses or madrs.STATUSES)
    decisions = list(shown(context, wanted))
    files = madrs.files(decisions, there, _records(context, folder, decisions, there))
    written: list[str] = []
    kept: list[str] = []
    for file in files:
        old = there.get(file.name)
        if old == file.text:
            continue
        if old is not None and not madrs.is_untouched(old):
            kept.append(file.name)
            continue
        _put(os.path.join(folder, file.name), file.text.encode("utf-8"), old is not None)
        written.append(file.name)
    return Exported("madr", len(decisions), path, written=tuple(written), kept=tuple(kept))


def _records(
    context: Context, folder: str, decisions: Sequence[Shown], there: Collection[str]
) -> dict[str, str]:
    """The files of ``folder`` that decisions were imported from, by memory."""
    found = {}
    for one in decisions:
        name = (one.memory.source_id or "").rpartition("/")[2]
        if one.memory.source == "adr" and name in there:
            whole = os.path.normpath(os.path.join(context.repository.top, str(one.memory.source_id)))
            if os.path.dirname(whole) == folder:
                found[one.memory.id] = name
    return found


def _to(context: Context, path: str | None, text: str, head: str, done: Exported) -> Exported:
    if path is None:
        return done._replace(text=text)
    whole = _target(context, path)
    old = _bytes(whole, MAX_READ)
    if old is not None and not old.startswith(head.encode("ascii")):
        raise UsageError(f"{path} is there, and no export of agentmem", "name a file that is not there")
    _put(whole, text.encode("utf-8"), old is not None)
    return done._replace(path=path, written=(path,))


def _target(context: Context, path: str) -> str:
    """The place that a user named.

    Raises:
        UsageError: it is in the store, or a link, or its folder is not there.

    """
    whole = os.path.normpath(os.path.join(context.directory, path))
    root = os.path.realpath(context.place.root)
    real = os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))
    if real == root or real.startswith(root + os.sep):
        raise UsageError(f"{path} is in the store, which holds memories alone", "name a place outside it")
    if os.path.islink(whole):
        raise UsageError(f"{path} is a link", "name what it leads to")
    if not os.path.isdir(os.path.dirname(whole)):
        raise UsageError(f"{path}: there is no folder {os.path.dirname(path) or '.'}")
    return whole


def _bytes(path: str, most: int) -> bytes | None:
    """The beginning of the file at ``path``; None where there is none.

    Raises:
        NotWritable: it cannot be read, or is no file.

    """
    try:
        with open(path, "rb") as file:
            return file.read(most)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotWritable(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None


def _put(path: str, data: bytes, replace: bool) -> None:
    if replace:
        writing.replace(path, data)
    elif not writing.create(path, data):
        raise NotWritable(f"{path} was made by somebody else just now", "try again")


def formats() -> Sequence[str]:
    """The formats, as ``export`` takes them."""
    return ("jsonl", "sqlite", "agents-md", "madr", "dot", "mermaid", "schema")
