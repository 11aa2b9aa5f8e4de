"""Results as versioned JSON: one object, whole ids, null for what is absent, times in ISO 8601 UTC."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from agentmem.model import safety, times, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agentmem.actions.change import Changed
    from agentmem.actions.checking import Checked
    from agentmem.actions.importing import Imported
    from agentmem.actions.indexing import IndexStatus
    from agentmem.actions.initialise import Initialised
    from agentmem.actions.reading import Listed, Status
    from agentmem.actions.recall import Hit, Recalled
    from agentmem.actions.selecting import Found
    from agentmem.actions.write import Added
    from agentmem.errors import AgentmemError
    from agentmem.model.findings import Finding

Record = dict[str, object]


def line(record: Record) -> str:
    """``record`` on one line. ASCII, so that no terminal or log meets a raw control or bidirectional character."""
    return json.dumps(record, ensure_ascii=True) + "\n"


def error(problem: AgentmemError, key: str | None = None) -> Record:
    """A failure."""
    record: Record = {
        "schema": "agentmem/error/1",
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
        "exit": problem.exit,
    }
    return record if key is None else {**record, "key": key}


def view(branch: str | None, commit: str | None) -> Record:
    """The view that an answer is of."""
    return {"branch": branch, "commit": commit, "at": None}


def _clean(text: str | None) -> str | None:
    return None if text is None else safety.one_line(text)


def memory(found: Found) -> Record:
    """One memory, as every list has it."""
    one = found.memory
    return {
        "id": one.id,
        "source_id": _clean(one.source_id),
        "kind": one.kind,
        "title": safety.one_line(one.title),
        "status": found.status,
        "layer": found.layer,
        "branch": _clean(one.branch) if found.layer != "base" else None,
        "path": found.path,
        "blob": found.blob,
        "created": None if one.created is None else times.format_iso(one.created),
        "by": _clean(one.by),
        "role": _clean(one.role),
        "tags": [safety.one_line(tag) for tag in one.tags],
        "entities": [safety.one_line(entity) for entity in one.entities],
        "scope": [safety.one_line(pattern) for pattern in one.scope],
        "cites": [
            {"path": c.path, "symbol": c.symbol, "lines": c.lines, "verdict": None, "found": None}
            for c in one.cites
        ],
        "conflicts": [],
    }


def hit(one: Hit) -> Record:
    """One answer of recall."""
    explain = [{"name": t.name, "value": t.value, "detail": t.detail} for t in one.explain] or None
    scored = {
        "score": one.score,
        "detail": one.detail,
        "text": one.text,
        "tokens": one.tokens,
        "explain": explain,
    }
    return memory(one.found) | scored


def recalled(result: Recalled) -> Record:
    """Recall's answer."""
    return {
        "schema": "agentmem/recall/1",
        "key": result.key,
        "query": result.query,
        "view": view(result.branch, result.commit),
        "budget": result.budget,
        "tokens": sum(one.tokens for one in result.hits),
        "omitted": result.omitted,
        "abstained": result.abstained,
        "hits": [hit(one) for one in result.hits],
    }


def full(found: Found) -> Record:
    """One memory with all its text."""
    one = found.memory
    text = safety.clean(one.body)
    more: Record = {
        "detail": "full",
        "text": text,
        "tokens": tokens.estimate(text),
        "explain": None,
        "supersedes": list(one.supersedes),
        "aliases": [safety.one_line(alias) for alias in one.aliases],
        "needs": list(one.needs),
        "closes": list(one.closes),
        "reopens": list(one.reopens),
        "sources": list(one.sources),
        "plan": _clean(one.plan),
        "phase": _clean(one.phase),
        "priority": one.priority,
        "owner": _clean(one.owner),
        "importance": one.importance,
        "pin": one.pin,
        "expires": None if one.expires is None else times.format_iso(one.expires),
        "retracted": _clean(one.retracted),
        "extra": dict(one.extra),
    }
    return memory(found) | more


def listed(result: Listed) -> Record:
    """A page of memories."""
    return {
        "schema": "agentmem/list/1",
        "view": view(result.branch, result.commit),
        "total": result.total,
        "omitted": result.total - len(result.memories),
        "memories": [memory(found) for found in result.memories],
    }


def shown(result: Listed) -> Record:
    """Whole memories."""
    return {
        "schema": "agentmem/show/1",
        "view": view(result.branch, result.commit),
        "memories": [full(found) for found in result.memories],
    }


def added(result: Added) -> Record:
    """A memory that was written."""
    return {
        "schema": "agentmem/add/1",
        "id": result.memory.id,
        "path": result.path,
        "layer": result.layer,
        "similar": [
            {"id": found.memory.id, "title": safety.one_line(found.memory.title)} for found in result.similar
        ],
    }


def changed(result: Changed, command: str) -> Record:
    """A memory that was edited."""
    return {
        "schema": f"agentmem/{command}/1",
        "id": result.memory.id,
        "path": result.path,
        "layer": "base",
        "changed": result.changed,
    }


def status(result: Status) -> Record:
    """The state of the store."""
    return {
        "schema": "agentmem/status/1",
        "view": view(result.branch, result.commit),
        "agent": result.agent,
        "role": result.role,
        "memories": result.memories,
        "hidden": result.hidden,
        "uncommitted": result.uncommitted,
        "broken": list(result.broken),
    }


def initialised(result: Initialised) -> Record:
    """What ``init`` did."""
    return {
        "schema": "agentmem/init/1",
        "root": result.root,
        "created": list(result.created),
        "kept": list(result.kept),
        "trunk": result.trunk,
    }


def finding(one: Finding) -> Record:
    """One finding of ``check``."""
    return {
        "rule": one.rule,
        "severity": one.severity,
        "path": one.path,
        "line": one.line,
        "memory": one.memory,
        "message": safety.one_line(one.message),
        "fix": one.fix,
    }


def checked(result: Checked) -> Record:
    """Findings and their counts."""
    findings = result.findings
    counts = {severity: sum(f.severity == severity for f in findings) for severity in ("error", "warning")}
    return {
        "schema": "agentmem/check/1",
        "findings": [finding(one) for one in findings],
        "counts": {**counts, "memories": result.memories},
        "mended": list(result.mended),
    }


def imported(result: Imported) -> Record:
    """What an import did."""
    return {
        "schema": "agentmem/import/1",
        "added": list(result.added),
        "changed": list(result.changed),
        "known": list(result.known),
        "skipped": [{"place": skip.place, "reason": skip.reason} for skip in result.skipped],
    }


def lines(records: Iterable[Record]) -> str:
    """``records`` as JSON Lines."""
    return "".join(line(record) for record in records)


def index_status(result: IndexStatus) -> Record:
    """What the index holds."""
    return {
        "schema": "agentmem/index-status/1",
        "documents": result.documents,
        "indexed_total": result.indexed_total,
        "missing": result.missing,
        "engine": result.engine,
    }
