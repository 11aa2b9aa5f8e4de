"""Verifying: what the code says now about the evidence of memories; and re-anchoring what moved."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agentmem.actions import referring, selecting
from agentmem.actions.context import Context, Standpoint
from agentmem.actions.selecting import Found
from agentmem.checks.evidence import Evidence
from agentmem.errors import UsageError
from agentmem.index.columns import Entry
from agentmem.model import document, fields, lifecycle, memory, verdict
from agentmem.store import layout


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
        found = dict.fromkeys(verdict.ALL, 0)
        for one in self.evidence:
            found[one.found.verdict] += 1
        return found

    @property
    def failed(self) -> bool:
        """Whether some evidence has changed or is gone."""
        return any(one.found.verdict in (verdict.CHANGED, verdict.GONE) for one in self.evidence)


def verify(context: Context, references: Sequence[str] = (), fix: bool = False) -> Verified:
    """The verdicts on the citations of the memories that ``references`` name, else of all that are in force.

    Raises:
        UsageError: ``fix`` while one looks from elsewhere; NotFound, Ambiguous: see ``referring.one``.

    """
    index = context.index
    view = index.view()
    if fix and not index.is_at_hand:
        raise UsageError("--fix edits files of this worktree: it goes with no other revision or branch")
    if references:
        positions = [referring.one(index, view, reference) for reference in references]
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
    from agentmem.actions import mending

    fixed, left = mending.fix(context, found, evidence)
    if fixed:
        context.begin_again()
        again = verify(context, references)
        return again._replace(fixed=fixed, left=left)
    return Verified(context.standpoint, tuple(evidence), total, 0, left, tuple(index.notes))


def evidence_of(context: Context, found: Sequence[Found]) -> list[Evidence]:
    """The verdict on each citation of ``found``, with where in its memory's file those stand that do not hold."""
    cites = [(one, number, cite) for one in found for number, cite in enumerate(one.memory.cites)]
    if not cites:
        return []
    verdicts = context.verifier.verify([cite for _, _, cite in cites])
    told = {
        one.position
        for (one, _, _), where in zip(cites, verdicts, strict=True)
        if where.verdict not in (verdict.OK, verdict.MOVED)  # of these no line is printed
    }
    files = _files(context, [one for one in found if one.position in told])
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
