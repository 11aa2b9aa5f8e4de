"""The review of a change, as the comment on a pull request: what it brings, what it puts in doubt, what it should know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.checks import contradiction, evidence, rules
from agentmem.model import safety, verdict
from agentmem.model.findings import ERROR
from agentmem.output import findings_markdown, findings_text
from agentmem.output.markdown import code, escaped
from agentmem.output.text import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agentmem.actions.comparing import Difference
    from agentmem.actions.reviewing import Reviewed
    from agentmem.actions.selecting import Found
    from agentmem.checks.evidence import Evidence
    from agentmem.model.findings import Finding

MARK = {"added": "+", "changed": "~", "superseded": "↷", "retracted": "−", "removed": "−"}
ROWS = 30
"""Rows of the table: a change with more is an import, and nobody reads it so."""
GUIDES = 8
"""Decisions and conventions that are named."""


def comment(result: Reviewed, prefix: str) -> str:
    """The comment; ``prefix`` leads from the repository's top to the folder that holds the store."""
    logs = [one for one in result.differences if one.kind == "log"]
    told = [one for one in result.differences if one.kind != "log"]
    rows = [_row(one, result.memories.get(one.id), result.conflicts.get(one.id, ())) for one in told]
    rows += _doubts(result.doubts)
    lines = [f"### agentmem: {escaped(headline(result))}"]
    if rows:
        lines += ["| | memory | |", "| --- | --- | --- |", *rows[:ROWS]]
        if len(rows) > ROWS:
            lines += ["", f"{len(rows) - ROWS} more: `agentmem diff {code(result.old)[1:-1]}..HEAD`"]
    errors = [one for one in result.checked.findings if one.severity == ERROR]
    lines += _table("To mend", errors, "error", prefix)
    lines += _table("To look at", _warnings(result), "warning", prefix)
    lines += ["", " ".join(part for part in (_covering(result), _contradictions(result)) if part)]
    if logs:
        entries = "<br>".join(f"{code(one.short)} {escaped(one.title)}" for one in logs[:ROWS])
        word = count(len(logs), "log entry", "log entries")
        # between empty lines, or what is escaped for markdown would be read as HTML
        lines += ["", f"<details><summary>{word}</summary>", "", entries, "", "</details>"]
    return "\n".join(lines) + "\n"


def _table(heading: str, findings: Sequence[Finding], word: str, prefix: str) -> list[str]:
    if not findings:
        return []
    head = ["", f"**{heading}** ({count(len(findings), word)}):", "", "| rule | where | what | fix |"]
    rows = [findings_markdown.row(one, prefix) for one in findings_text.cut(findings, ROWS)]
    return [*head, "| --- | --- | --- | --- |", *rows]


def _warnings(result: Reviewed) -> list[Finding]:
    """The warnings that nothing else in the comment tells."""
    doubted = {one.memory for one in result.doubts}
    clashing = {identity for clash in result.clashes for identity in clash.ids}
    return [
        one
        for one in result.checked.findings
        if one.severity != ERROR
        and not (one.rule in rules.EVIDENCE and one.memory in doubted)
        and not (one.rule == contradiction.ID and one.memory in clashing)
    ]


def headline(result: Reviewed) -> str:
    """How many memories were added, changed, put in doubt."""
    told = [one.what for one in result.differences if one.kind != "log"]
    parts: list[str] = []
    for what in MARK:
        if number := told.count(what):
            parts.append(f"{count(number, 'memory', 'memories')} {what}" if not parts else f"{number} {what}")
    if doubted := len({one.memory for one in result.doubts}):
        parts.append(f"{doubted} in doubt" if parts else f"{count(doubted, 'memory', 'memories')} in doubt")
    return ", ".join(parts) or "no memory added or changed, none in doubt"


def _row(one: Difference, found: Found | None, undecided: Sequence[str]) -> str:
    named = f"{escaped(one.kind)} {code(one.short)} {escaped(one.title)}"
    return f"| {MARK[one.what]} | {named} | {_about(one, found, undecided)} |"


def _about(one: Difference, found: Found | None, undecided: Sequence[str]) -> str:
    if "superseded" in (one.what, one.status):
        return f"by {code(one.by)}" if one.by else "superseded"
    if one.status:
        return one.status
    if one.what in ("retracted", "removed"):
        return one.what
    if one.what == "changed":
        # what the view shows of a field in conflict is base's value, and not what this change says
        said = [_field(field) for field in one.fields if field.name not in ("cites", *undecided)]
        said += [f"CONFLICT in {escaped(field)}" for field in undecided]
        return "<br>".join(said) or _cites(found)
    return _cites(found)


def _field(field: object) -> str:
    from agentmem.model.differences import FieldDifference

    assert isinstance(field, FieldDifference)
    name = escaped(field.name)
    if field.diff:
        return f"{name} edited"
    if field.add or field.remove:
        came = [f"+ {code(_said(value))}" for value in field.add]
        went = [f"− {code(_said(value))}" for value in field.remove]
        return f"{name}: {' '.join((*came, *went))}"
    if field.to is None:
        return f"{name} taken out"
    return f"{name}: {code(_said(field.to))}"


def _said(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    shown = safety.one_line(text)
    return shown if len(shown) <= 80 else shown[:79] + "…"


def _cites(found: Found | None) -> str:
    if found is None or not found.memory.cites:
        return ""
    marks = {verdict.OK: "✓", verdict.MOVED: "moved", verdict.CHANGED: "changed", verdict.GONE: "gone"}
    shown = []
    for cite, where in zip(found.memory.cites, found.verdicts, strict=False):
        name = evidence.place(cite._replace(path=cite.path.rpartition("/")[2]))
        shown.append(f"{escaped(name)} {marks.get(where.verdict, '?')}")
    return "<br>".join(shown)


def _doubts(doubts: Sequence[Evidence]) -> list[str]:
    """A row for each memory whose evidence the change breaks."""
    by_memory: dict[str, list[Evidence]] = {}
    for one in doubts:
        by_memory.setdefault(one.memory, []).append(one)
    rows = []
    for found in by_memory.values():
        first = found[0]
        gone = all(one.found.verdict == verdict.GONE for one in found)
        what = "takes its evidence away" if gone else "changes its evidence"
        names = ", ".join(escaped(_short_place(one)) for one in found)
        rows.append(
            f"| ? | {escaped(first.kind)} {code(first.short)} {escaped(first.title)} | this PR {what}, {names} |"
        )
    return rows


def _short_place(one: Evidence) -> str:
    """The cited place without the folders."""
    return evidence.place(one.citation._replace(path=one.citation.path.rpartition("/")[2]))


def _covering(result: Reviewed) -> str:
    if not result.paths:
        return ""
    if not result.guides:
        return "No decision or convention covers the touched paths."
    some = ", ".join(code(result.shorts[one.memory.id]) for one in result.guides[:GUIDES])
    more = f" and {len(result.guides) - GUIDES} more" if len(result.guides) > GUIDES else ""
    return f"Covers the touched paths: {some}{more}."


def _contradictions(result: Reviewed) -> str:
    others = f" or on {_open(result.others)}" if result.others else ""
    trunk = escaped(result.trunk or "trunk")
    if not any(one.what in ("added", "changed") for one in result.differences):
        return ""
    if not result.clashes:
        return f"Contradicts nothing on {trunk}{others}."
    told = "; ".join(
        f"{' and '.join(code(result.shorts[identity]) for identity in clash.ids)}"
        f" ({escaped(', '.join(clash.branches))}): {escaped(clash.reason)}"
        for clash in result.clashes[:GUIDES]
    )
    more = f"; {len(result.clashes) - GUIDES} more" if len(result.clashes) > GUIDES else ""
    return f"**Contradicts**: {told}{more}."


def _open(number: int) -> str:
    return "the open branch" if number == 1 else f"the {number} open branches"
