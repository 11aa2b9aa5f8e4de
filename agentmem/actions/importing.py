"""Imports: records from elsewhere become memories, the same record the same file on every branch."""

import importlib
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions import collecting, placing, recording, renaming, saving, selecting, vanishing
from agentmem.actions.context import Context
from agentmem.errors import AgentmemError, UsageError
from agentmem.index import archive
from agentmem.model import ids, times
from agentmem.model.importers import sources
from agentmem.model.importers.found import Found, Record
from agentmem.model.importers.sources import Source
from agentmem.model.memory import Memory

if TYPE_CHECKING:
    from agentmem.index.view import View
    from agentmem.model.importers.found import File

MOST_COMMITS = 2_000
"""Commits whose messages are read where no range is named."""
COPIES = ("claude-md", "agents-md")
"""Sources that teams keep the same text in."""
COMMITS = "git-log"
UNDATED = ("jsonl", "plan", "beads", "records", "git-log")
"""Sources whose files' own age says nothing of when a record was written."""


class Skipped(NamedTuple):
    """What was not taken, or not understood, and why; ``place`` is file and line."""

    place: str
    reason: str


class Imported(NamedTuple):
    """Ids by what became of them: ``changed`` ones differ from their source, and are only written with ``update``.

    ``sources`` are those that were read, ``archived`` those of the known ones that are out of the tree; ``shown`` has id, kind,
    title and place of what is new, ``left`` how many commits were not read.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    updated: bool = False
    tokens: int = 0
    sources: tuple[str, ...] = ()
    shown: tuple[tuple[str, str, str, str], ...] = ()
    differing: tuple[tuple[str, str], ...] = ()
    left: int = 0
    archived: tuple[str, ...] = ()
    vanished: tuple[tuple[str, str], ...] = ()
    """Id and title of what is in force here and no longer in the files that were read."""

    @property
    def kinds(self) -> Mapping[str, int]:
        """How many memories of each kind are new."""
        return Counter(kind for _, kind, _, _ in self.shown)


@dataclass(slots=True)
class _Batch:
    memories: dict[str, Memory] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    guessed: set[str] = field(default_factory=set)
    """Memories whose author git told, not their source."""
    left: int = 0
    read: list[tuple[str, str]] = field(default_factory=list)
    """Importer and path of each file."""
    again: list[str] = field(default_factory=list)
    """Memories here of a commit that was written anew since, by a rebase or a pick."""


class _Here(NamedTuple):
    """The view with what is archived, and where each id is in it, but for what was taken away to have it imported again,
    perhaps.
    """

    view: "View"
    at: Mapping[str, int]


def take(
    context: Context,
    jobs: Sequence[tuple[str, Sequence[str]]],
    rename: Mapping[str, str] | None = None,
    update: bool = False,
    dry_run: bool = False,
    stdin: str = "",
) -> Imported:
    """Import from each source of ``jobs`` (its name, and paths; of ``git-log`` ranges). ``rename`` maps a record's keys to ours;
    ``stdin`` is what the path ``-`` holds.

    Raises:
        UsageError: a path that cannot be read, a range that git does not know.

    """
    batch = _Batch()
    here = _look(context)
    taken: set[str] = set()
    for name, paths in jobs:
        source = sources.BY_NAME[name]
        if name == COMMITS:
            _gather(context, name, _of_commits(context, paths, batch), {}, batch)
        else:
            _gather(
                context,
                name,
                *_of_files(context, source, paths, rename or {}, batch, here, taken, stdin),
                batch,
            )
    result = _store(context, batch, here, update, dry_run)
    return result._replace(sources=tuple(dict.fromkeys(name for name, _ in jobs)), left=batch.left)


def _look(context: Context) -> _Here:
    context.index.include_archived()  # what was forgotten here is known, and does not come back by itself
    view = context.index.view()
    at = enumerate(view.columns.ids)
    return _Here(view, {one: i for i, one in at if view.archived.get(i) != archive.NOT_COMMITTED})


def _of_files(
    context: Context,
    source: Source,
    paths: Sequence[str],
    rename: Mapping[str, str],
    batch: _Batch,
    here: _Here,
    taken: set[str],
    stdin: str,
) -> tuple[Found, Mapping[str, tuple[str, int]]]:
    collected = collecting.collect(context, source, paths, stdin)
    batch.skipped += [Skipped(*one) for one in collected.skipped]
    # one file may be found under two names (a link), or by two sources
    files = [file for file in collected.files if file.path not in taken]
    taken.update(file.path for file in files)
    batch.read += [(source.name, file.path) for file in files]
    found = _read(source, files, rename)
    former = renaming.keep_names(context, source.name, found, collected.inside, here.at)
    batch.read += [(source.name, path) for path in former]
    if source.name in UNDATED or context.repository.bare:
        return found, {}
    from agentmem.git import added

    needed = {one.path for one in found.records if "created" not in one.record or "by" not in one.record}
    return found, added.added(context.repository, needed & collected.inside)


def _read(source: Source, files: "Sequence[File]", rename: Mapping[str, str]) -> Found:
    if source.name == "plan":
        from agentmem.model import planfiles

        found = Found()
        for path, record in planfiles.read((file.path, file.text) for file in files):
            found.add(path, 0, record)
        return found
    if source.name == "jsonl":
        from agentmem.model.importers import lines

        found = Found()
        for file in files:
            for line, value in lines.objects(file, found):
                found.add(file.path, line, {rename.get(key, key): item for key, item in value.items()})
        return found
    module, _, function = source.module.partition(":")
    read: sources.Read = getattr(importlib.import_module(f"agentmem.model.importers.{module}"), function)
    return read(files)


def _of_commits(context: Context, ranges: Sequence[str], batch: _Batch) -> Found:
    from agentmem.git import added
    from agentmem.model.importers import commits

    most = None if ranges else MOST_COMMITS
    messages = added.messages(context.repository, ranges, most)
    if most is not None and len(messages) == most:
        batch.left = added.count(context.repository) - most
    below = f"{context.store_path}/"
    read = [
        commits.Commit(one.commit, one.author, times.format_iso(one.time), one.text, one.paths)
        for one in messages
        if not (one.paths and all(path.startswith(below) for path in one.paths))
    ]
    found = Found()
    there = context.verifier.tree.files
    for record in commits.read(read):
        cites = [cite for cite in record.pop("cites", ()) if cite["path"] in there]  # type: ignore[attr-defined]
        if cites:
            record["cites"] = [{**cite, "commit": str(record["source_id"])[:12]} for cite in cites]
        found.add(str(record["source_id"])[:12], 0, record)
    return found


def _gather(
    context: Context, importer: str, found: Found, dates: Mapping[str, tuple[str, int]], batch: _Batch
) -> None:
    """The memories of what was found, its links as ids, into ``batch``."""
    batch.skipped += [Skipped(f"{one.path}:{one.line}", one.reason) for one in found.problems]
    records = [(one.path, _place(one.path, one.line), one.record) for one in found.records]
    names = recording.names(importer, (record for _, _, record in records))
    for path, place, record in records:
        guessed = _dated(record, dates.get(path))
        try:
            if importer == "records":
                record = _with_evidence(context, place, record, batch)
            new = recording.memory_of(importer, record, names)
            saving.compose(new)
        except (ValueError, AgentmemError) as error:
            batch.skipped.append(Skipped(place, str(error).removeprefix("not written: ")))
            continue
        if new.id in batch.memories:
            if batch.memories[new.id] != new:
                reason = f"id {new.id} stands twice in the source with different content"
                batch.skipped.append(Skipped(place, reason))
            continue
        batch.memories[new.id] = new
        batch.places[new.id] = place
        if guessed:
            batch.guessed.add(new.id)


def _place(path: str, line: int) -> str:
    return f"{path}:{line}" if line else path


def _dated(record: Record, written: tuple[str, int] | None) -> bool:
    """Give a record without one the author and time of the commit that added its file; whether the author is from there."""
    if written is None:
        return False
    author, time = written
    record.setdefault("created", times.format_iso(time))
    if "by" in record or not author.strip():
        return False
    record["by"] = author
    return True


def _with_evidence(context: Context, place: str, record: Record, batch: _Batch) -> Record:
    """The record with citations of the places it names, where they are there; what it was given stays beside them."""
    from agentmem.model.importers import records

    given = record.get(records.CITED)
    if not isinstance(given, list) or context.repository.bare:
        return record
    from agentmem.actions import citing

    cites: list[dict[str, str]] = []
    for text in given:
        named = records.place(text)
        if named is None:
            continue  # "User input: …": said, not shown
        path, first, last = named
        try:
            cite = citing.cite_known(context, path, first, last)
        except (AgentmemError, ValueError) as error:
            batch.skipped.append(
                Skipped(place, f"evidence not taken: {text}: {str(error).split(chr(10))[0]}")
            )
            continue
        # the commit differs from branch to branch, and the same record must be the same file on each
        values = cite._replace(commit=None)._asdict().items()
        cites.append({key: value for key, value in values if value is not None})
    return {**record, "cites": cites} if cites else record


def _store(context: Context, batch: _Batch, here: _Here, update: bool, dry_run: bool) -> Imported:
    index, (view, at) = context.index, here
    there = [at[identity] for identity in batch.memories if identity in at]
    archived = [view.columns.ids[i] for i in there if i in view.archived]
    present = {
        found.memory.id: found
        for found in selecting.fetch(index, view, [i for i in there if i not in view.archived])
    }
    unknown = [new for identity, new in batch.memories.items() if identity not in at]
    added = _not_copied(context, view, unknown, batch)
    edits = {
        identity: recording.edits(batch.memories[identity], found.memory, identity in batch.guessed)
        for identity, found in present.items()
    }
    changed = [identity for identity, found in edits.items() if found]
    gone = vanishing.vanished(context, view, batch.read, batch.memories)
    if not dry_run:
        # without branch: the same record is the same bytes on every branch, so that two that import it merge
        saving.create_many(context, added)
        for identity in changed if update else ():
            new, found = batch.memories[identity], present[identity]
            body = new.body if new.body.strip() != found.memory.body.strip() else None
            placing.edit(
                context, found, [e for e in edits[identity] if e.key != "body"], body, verb="import …"
            )
    from agentmem.model import tokens

    return Imported(
        added=tuple(new.id for new in added),
        changed=tuple(changed),
        known=(*(identity for identity in present if identity not in changed), *archived, *batch.again),
        archived=tuple(archived),
        skipped=tuple(batch.skipped),
        updated=update and not dry_run,
        tokens=sum(tokens.estimate(f"{new.title}\n{new.body}") for new in added),
        shown=tuple((new.id, new.kind, new.title, batch.places[new.id]) for new in added),
        vanished=tuple(gone),
        differing=tuple((identity, batch.memories[identity].title) for identity in changed),
    )


def _not_copied(context: Context, view: "View", added: Sequence[Memory], batch: _Batch) -> list[Memory]:
    """``added`` without what is here word for word from elsewhere: AGENTS.md is often a copy of CLAUDE.md, and a commit of a
    rebased branch has the message and the author's time of the one that it replaces.
    """
    from agentmem.actions import write
    from agentmem.model import similarity

    new_ones: list[Memory] = []
    said: dict[tuple[str, str], Memory] = {}
    for new in added:
        words = similarity.normal(new.title), similarity.normal(new.body)
        if new.source in COPIES:
            near = [found.memory for found in write.candidates(context, view, new)]
            others = [one for one in (said.get(words), *near) if one is not None and one.source != new.source]
            same = (one for one in others if similarity.same(new.title, new.body, one.title, one.body))
            if (one := next(same, None)) is not None:
                reason = f'"{new.title}" stands in {one.id[: ids.SHORT]}, word for word'
                batch.skipped.append(Skipped(batch.places[new.id], reason))
                continue
        elif new.source == COMMITS:
            near = [found.memory for found in write.candidates(context, view, new)]
            same = (
                one
                for one in near
                if (one.source, one.created) == (COMMITS, new.created)
                and similarity.same(new.title, new.body, one.title, one.body)
            )
            if (one := next(same, None)) is not None:
                batch.again.append(one.id)
                continue
        said.setdefault(words, new)
        new_ones.append(new)
    return new_ones


def jobs_of(context: Context, source: str, paths: Iterable[str]) -> list[tuple[str, Sequence[str]]]:
    """What ``import SOURCE PATH…`` means: paths left out are where the source lies; a path in the source's place is told by what
    is there.

    Raises:
        UsageError: no such source, or nothing of it here.

    """
    from agentmem.actions import discovering

    paths = list(paths)
    if source in sources.BY_NAME:
        if source == "git-log" or paths:
            return [(source, paths)]
        here = discovering.places(context.repository.top, sources.BY_NAME[source])
        if not here:
            usual = " or ".join(sources.BY_NAME[source].places)
            where = f": nothing of it at {usual}" if usual else ""
            raise UsageError(f"import {source} needs a path{where}", f"agentmem import {source} PATH")
        back = os.path.relpath(context.repository.top, context.directory)
        return [(source, [os.path.normpath(os.path.join(back, place)) for place in here])]
    jobs: dict[str, list[str]] = {}
    known_sources = " ".join(sources.NAMES)
    for path in (source, *paths):
        if path == collecting.STDIN:
            raise UsageError(
                "nothing tells which source standard input is of", f"agentmem import {collecting.PIPED} -"
            )
        whole = os.path.join(context.directory, path)
        if not os.path.lexists(whole):
            if path == source:
                known = selecting.nearest(source, sources.NAMES)
                raise UsageError(f'no source "{source}"', f"{known}sources: {' '.join(sources.NAMES)}")
            raise UsageError(f"cannot read {path}: no such file or directory")
        collecting.refuse_own(context, path, os.path.realpath(whole))
        name = discovering.source_at(whole)
        if name is None:
            raise UsageError(
                f"{path}: nothing tells which source it is of",
                f"agentmem import SOURCE {path}     sources: {known_sources}",
            )
        jobs.setdefault(name, []).append(path)
    return list(jobs.items())
