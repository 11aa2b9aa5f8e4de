"""Verifying: what the code says now about the evidence of memories; and re-anchoring what moved."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from agentmem.actions import citing as acts
from agentmem.actions import placing, saving, selecting
from agentmem.actions.context import Context, Standpoint
from agentmem.actions.saving import Refused
from agentmem.actions.selecting import Found
from agentmem.checks.evidence import Evidence, place
from agentmem.errors import UsageError
from agentmem.index.view import Entry
from agentmem.model import anchoring, citing, document, fields, lifecycle, memory
from agentmem.model.editing import Edit
from agentmem.model.memory import Citation, Memory
from agentmem.store import layout

VERDICTS = (anchoring.OK, anchoring.MOVED, anchoring.CHANGED, anchoring.GONE, anchoring.UNVERIFIABLE)


class Verified(NamedTuple):
    """The verdicts on the citations of ``memories``, which count all that were looked at; ``fixed`` citations were re-anchored,
    ``left`` are such as trunk alone may re-anchor.
    """

    view: Standpoint
    evidence: tuple[Evidence, ...]
    memories: int
    fixed: int = 0
    left: int = 0
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many citations have each verdict."""
        found = dict.fromkeys(VERDICTS, 0)
        for one in self.evidence:
            found[one.found.verdict] += 1
        return found

    @property
    def failed(self) -> bool:
        """Whether some evidence has changed or is gone."""
        return any(one.found.verdict in (anchoring.CHANGED, anchoring.GONE) for one in self.evidence)


class CitedAnew(NamedTuple):
    """What one memory cites now beyond what it did: ``citations`` are new, ``dropped`` gone; ``path`` is the file that was
    written, empty where nothing changed.
    """

    memory: Memory
    short: str
    citations: tuple[Citation, ...]
    dropped: tuple[Citation, ...]
    path: str
    warnings: tuple[str, ...] = ()


def verify(context: Context, references: Sequence[str] = (), fix: bool = False) -> Verified:
    """The verdicts on the citations of the memories that ``references`` name, else of all that are in force.

    Raises:
        UsageError: ``fix`` while one looks from elsewhere; NotFound, Ambiguous: see ``selecting.by_reference``.

    """
    index = context.index
    view = index.view()
    if fix and not index.is_at_hand:
        raise UsageError("--fix edits files of this worktree: it goes with no other revision or branch")
    if references:
        positions = [selecting.by_reference(index, view, reference) for reference in references]
    else:
        cited = {row for _, row in index.knowledge.all_named("cite")}
        positions = [
            i
            for i in range(len(view))
            if view.columns.rows[i] in cited and lifecycle.claims(view.kind(i), view.status(i))
        ]
    found = selecting.fetch(index, view, dict.fromkeys(positions))
    total = len(found) if references else sum(view.shown)
    evidence = evidence_of(context, found)
    if not fix:
        return Verified(context.standpoint, tuple(evidence), total, notes=tuple(index.notes))
    fixed, left = _fix(context, found, evidence)
    if fixed:
        context.begin_again()
        again = verify(context, references)
        return again._replace(fixed=fixed, left=left)
    return Verified(context.standpoint, tuple(evidence), total, 0, left, tuple(index.notes))


def evidence_of(context: Context, found: Sequence[Found]) -> list[Evidence]:
    """The verdict on each citation of ``found``, with where in its memory's file it stands."""
    cites = [(one, number, cite) for one in found for number, cite in enumerate(one.memory.cites)]
    if not cites:
        return []
    verdicts = context.verifier.verify([cite for _, _, cite in cites])
    doubtful = {
        one.position
        for (one, _, _), where in zip(cites, verdicts, strict=True)
        if where.verdict != anchoring.OK
    }
    files = _files(context, [one for one in found if one.position in doubtful])
    shorts = context.index.view().shorts
    return [
        Evidence(
            *_place(one, number, files.get(one.position, ())),
            memory=one.memory.id,
            short=shorts[one.memory.id],
            kind=one.memory.kind,
            title=one.memory.title,
            citation=cite,
            found=where,
        )
        for (one, number, cite), where in zip(cites, verdicts, strict=True)
    ]


File = tuple[str, document.Document]
"""Something that says what a memory cites: its own file, or a pending change; by the path that findings print."""


def _files(context: Context, found: Sequence[Found]) -> dict[int, list[File]]:
    """The files that say what each of ``found`` cites, by position: its own first, then the changes that the view applies."""
    index = context.index
    view = index.view()
    wanted: dict[int, list[Entry]] = {}
    for one in found:
        own = Entry(view.columns.paths[one.position], index.base_blob(one.position, view.columns))
        wanted[one.position] = [own]
        if one.position in view.pending:
            wanted[one.position] += [
                Entry(path, blob)
                for path, blob in sorted(view.columns.changes.items())
                if layout.names_of_change(path)[1] == one.memory.id
            ]
    contents = index.bytes_of(entry for entries in wanted.values() for entry in entries)
    return {
        position: [
            (f"{context.place.name}/{entry.path}", document.parse(contents[entry.blob]))
            for entry in entries
            if entry.blob in contents
        ]
        for position, entries in wanted.items()
    }


def _place(one: Found, number: int, files: Sequence[File]) -> tuple[str, int]:
    """The file and the line at which the citation of this ``number`` stands."""
    if not files:
        return one.path, 1
    cite = one.memory.cites[number]
    (path, own), *pending = files
    lines = document.item_lines(own, "cites")
    try:
        known = memory.coerce(fields.BY_NAME["cites"], own.meta.get("cites", []))
    except ValueError:
        known = ()
    if isinstance(known, tuple) and cite in known:
        return path, lines[known.index(cite)]
    for path, change in reversed(pending):
        for line, text in enumerate(document.normalised(change.text).split("\n")[: change.body_line - 1], 1):
            if re.search(rf"(?<!\w){re.escape(cite.path)}(?!\w)", text):
                return path, line
    return one.path, own.lines.get("cites", 1)


# -- mending


def cite(
    context: Context,
    reference: str,
    words: Sequence[str],
    drop: Sequence[str] = (),
    branch: str | None = None,
) -> CitedAnew:
    """Give the memory that ``reference`` names the evidence that ``words`` ask for.

    A new citation replaces those of the same place, and those that were for the text that stood there. ``drop`` takes away
    those of these places.

    Raises:
        UsageError: neither words nor drop, or a log entry; see ``citing.cite``.

    """
    if not words and not drop:
        raise UsageError(
            "a place to cite is needed", f"agentmem cite {reference} PATH#SYMBOL   or PATH:40-52"
        )
    index = context.index
    view = index.view()
    found = selecting.fetch(index, view, [selecting.by_reference(index, view, reference)])[0]
    if found.memory.kind == "log":
        raise UsageError(
            "a log entry is never edited: it records what happened", "agentmem add fact … --cite PATH#SYMBOL"
        )
    new = acts.cite(context, words)
    where = dict(zip(found.memory.cites, context.verifier.verify(found.memory.cites), strict=True))
    named = [_named(context, found.memory.cites, word) for word in drop]
    for word, cites in zip(drop, named, strict=True):
        if not cites:
            raise UsageError(f"{reference} does not cite {word}", f"agentmem show {reference}")
    dropped = [cite for cites in named for cite in cites]
    replaced = [
        old for old in found.memory.cites if any(_replaces(one.citation, old, where[old]) for one in new)
    ]
    old = list(dict.fromkeys([*replaced, *dropped]))
    wanted = [one.citation for one in new if one.citation not in found.memory.cites or one.citation in old]
    written = _put(context, found, dict.fromkeys(old), wanted, branch)
    return CitedAnew(
        memory=found.memory,
        short=view.shorts[found.memory.id],
        citations=tuple(wanted),
        dropped=tuple(one for one in old if one not in wanted),
        path=written,
        warnings=tuple(warning for one in new for warning in one.warnings),
    )


def _named(context: Context, cites: Sequence[Citation], word: str) -> list[Citation]:
    """Those of ``cites`` that ``word`` names, by a path from the folder at hand or, as findings print them, from the top."""
    if printed := [cite for cite in cites if place(cite) == word]:
        return printed  # also one whose lines are none
    try:
        readings = citing.readings(word)
    except ValueError as error:
        raise UsageError(f"--drop {word!r}: {error}") from None
    paths: dict[str, set[str]] = {}
    for spec in readings:
        paths[spec.path] = {spec.path}
        with suppress(UsageError):
            paths[spec.path].add(context.from_top(spec.path))
    return [
        cite
        for cite in cites
        if any(
            cite.path in paths[spec.path]
            and spec.symbol in (None, cite.symbol)
            and (
                spec.first is None
                or spec.last is None
                or citing.write_range(spec.first, spec.last) == cite.lines
            )
            for spec in readings
        )
    ]


def _replaces(new: Citation, old: Citation, where: anchoring.Found) -> bool:
    """Whether who cites ``new`` has looked at the place of ``old``, which is ``where``, again."""
    if old.path == new.path and not (old.lines or old.symbol):
        return bool(new.lines)  # the file alone, and now a place in it
    if (old.path, old.symbol, old.lines) == (new.path, new.symbol, new.lines):
        return True
    if where.verdict == anchoring.OK:
        return False
    if old.path == new.path and old.symbol and old.symbol == new.symbol:
        return True
    if not new.lines:
        return False
    first, last = citing.read_range(new.lines)
    places = [(where.path, where.first, where.last), *where.candidates]
    return any(
        path == new.path and low is not None and high is not None and low <= last and first <= high
        for path, low, high in places
    )


def _fix(context: Context, found: Sequence[Found], evidence: Sequence[Evidence]) -> tuple[int, int]:
    """Re-anchor what moved where the memory's own file may be edited: how many citations were, and how many trunk alone may."""
    fixed = left = 0
    told = iter(evidence)
    for one in found:
        own = [next(told) for _ in one.memory.cites]
        moved = {e.citation: e.found for e in own if e.found.verdict == anchoring.MOVED}
        if not moved:
            continue
        if one.memory.kind == "log" or not placing.is_in_place(context, one):
            left += len(moved)
            continue
        anew = {}
        for cite, where in moved.items():
            with suppress(
                Refused
            ):  # what has come to look like a secret is not written down, and keeps nothing else from it
                anew[cite] = _anchored(context, cite, where)
        if anew and _put(context, one, anew, ()):
            fixed += len(anew)
    return fixed, left


def _anchored(context: Context, cite: Citation, where: anchoring.Found) -> Citation:
    """``cite`` at its new place; the symbol is that of the place where the old one named one."""
    assert where.path is not None
    if where.first is None or where.last is None:
        return cite._replace(path=where.path)
    new = acts.cite_place(context, where.path, where.first, where.last)
    return new if cite.symbol else new._replace(symbol=None)


def _put(
    context: Context,
    found: Found,
    old: Mapping[Citation, Citation | None],
    new: Sequence[Citation],
    branch: str | None = None,
) -> str:
    """Write the memory with citations in place of ``old`` ones (None: in place of none) and ``new`` ones; the file, empty
    where nothing changed.
    """

    def make(data: bytes) -> bytes:
        items = document.parse(data).meta.get("cites") or []
        kept = []
        for item in items if isinstance(items, list) else [items]:
            try:
                known = memory.coerce(fields.BY_NAME["cites"], [item])
            except ValueError as error:
                raise UsageError(
                    f"{found.path}: {error}", "mend it by hand; agentmem check says where"
                ) from None
            assert isinstance(known, tuple)
            if known[0] not in old:
                kept.append(item)
            elif (anew := old[known[0]]) is not None:
                extra = (
                    {k: v for k, v in item.items() if k not in fields.CITE_KEYS}
                    if isinstance(item, dict)
                    else {}
                )
                kept.append({**_item(anew), **extra})
        kept += [_item(cite) for cite in new if _item(cite) not in kept]
        path = found.path.removeprefix(context.place.name + "/")
        return saving.edited(
            context, path, data, [Edit("cites", "set", kept) if kept else Edit("cites", "delete")], None
        )

    placed = placing.rewrite(context, found, make, {"cites"}, branch, f"cite {found.memory.id[:6]} …")
    return "" if placed is None else f"{context.place.name}/{placed.path}"


def _item(cite: Citation) -> dict[str, str]:
    return {key: value for key, value in cite._asdict().items() if value is not None}
