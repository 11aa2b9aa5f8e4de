"""Results as versioned JSON: one object, whole ids, null for what is absent, times in ISO 8601 UTC."""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from agentmem.model import citing, safety, times, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agentmem.actions.change import Changed
    from agentmem.actions.checking import Checked
    from agentmem.actions.context import Standpoint
    from agentmem.actions.doctoring import Examined
    from agentmem.actions.indexing import IndexStatus
    from agentmem.actions.initialise import Initialised
    from agentmem.actions.merging import MergedFile
    from agentmem.actions.patients import Ailment
    from agentmem.actions.reading import Listed, Shown, Status
    from agentmem.actions.recall import Hit, Recalled
    from agentmem.actions.selecting import Conflict, Found
    from agentmem.actions.write import Added
    from agentmem.errors import AgentmemError
    from agentmem.model import verdict
    from agentmem.model.findings import Finding
    from agentmem.model.memory import Citation

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


def view(of: Standpoint) -> Record:
    """The view that an answer is of."""
    at = None if of.at is None else times.format_iso(of.at)
    return {"branch": of.branch, "commit": of.commit, "at": at}


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
        "branch": _clean(found.branch),
        "path": found.path,
        "blob": found.blob,
        "created": _time(one.created),
        "by": _clean(one.by),
        "role": _clean(one.role),
        "tags": [safety.one_line(tag) for tag in one.tags],
        "entities": [safety.one_line(entity) for entity in one.entities],
        "scope": [safety.one_line(pattern) for pattern in one.scope],
        "cites": [
            _cite(cite, where) for cite, where in zip_longest(one.cites, found.verdicts[: len(one.cites)])
        ],
        "conflicts": [conflict(one) for one in found.conflicts],
    }


def _cite(cite: Citation, where: verdict.Found | None) -> Record:
    """A citation; its verdict and place are null where it was not held against the code."""
    found = where and place(where.path, where.first, where.last)
    return {
        "path": safety.one_line(cite.path),
        "symbol": _clean(cite.symbol),
        "lines": _clean(cite.lines),
        "verdict": where.verdict if where else None,
        "found": found,
    }


def place(path: str | None, first: int | None, last: int | None) -> Record | None:
    """A place in the code; null where there is none."""
    if path is None:
        return None
    lines = None if first is None or last is None else citing.write_range(first, last)
    return {"path": safety.one_line(path), "lines": lines}


def conflict(one: Conflict) -> Record:
    """One field of which several say different things; ``base`` is the value that is shown."""
    parties: Any = one.record["parties"]
    return {
        "field": one.field,
        "base": plain(one.base),
        "note": one.record["note"] or None,
        "parties": [
            {
                "change": party["change"],
                "branch": _clean(party["branch"]),
                "by": _clean(party["by"]),
                "created": None if party["created"] is None else times.format_iso(party["created"]),
                "value": plain(party["value"]),
            }
            for party in parties
        ],
    }


def plain(value: object) -> object:
    """A value of front matter with nothing in it that a terminal or an agent should not meet."""
    if isinstance(value, str):
        return safety.clean(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {safety.one_line(str(key)): plain(item) for key, item in value.items()}
    return value


def hit(one: Hit) -> Record:
    """One answer of recall."""
    explain = [
        {"name": t.name, "value": t.value, "detail": t.detail or ("arm" if t.adds else ""), "adds": t.adds}
        for t in one.explain
    ]
    scored = {
        "score": one.score,
        "detail": one.detail,
        "text": one.text,
        "tokens": one.tokens,
        "explain": explain or None,
    }
    return memory(one.found) | scored


def _titled(found: Found) -> Record:
    """A memory by its id and title alone."""
    return {"id": found.memory.id, "title": safety.one_line(found.memory.title)}


def _time(moment: int | None) -> str | None:
    return None if moment is None else times.format_iso(moment)


def recalled(result: Recalled) -> Record:
    """Recall's answer."""
    return {
        "schema": "agentmem/recall/1",
        "key": result.key,
        "query": result.query,
        "view": view(result.view),
        "span": {"after": _time(result.span[0]), "before": _time(result.span[1])},
        "budget": result.budget,
        "tokens": sum(one.tokens for one in result.hits),
        "omitted": result.omitted,
        "repeats": list(result.repeats),
        "abstained": result.abstained,
        "read": [{"word": word, "read": known} for word, known in result.read.items()],
        "hits": [hit(one) for one in result.hits],
        "nearest": [_titled(one.found) for one in result.nearest],
        "met": [{"word": safety.one_line(word), "memories": count} for word, count in result.met],
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
        "related": list(one.related),
        "plan": _clean(one.plan),
        "phase": _clean(one.phase),
        "priority": one.priority,
        "owner": _clean(one.owner),
        "importance": one.importance,
        "pin": one.pin,
        "expires": _time(one.expires),
        "retracted": _clean(one.retracted),
        "superseded_by": list(found.superseded_by),
        "extra": dict(one.extra),
    }
    return memory(found) | more


def listed(result: Listed) -> Record:
    """A page of memories."""
    return {
        "schema": "agentmem/list/1",
        "view": view(result.view),
        "total": result.total,
        "omitted": result.total - len(result.memories),
        "memories": [memory(found) for found in result.memories],
    }


def shown(result: Shown) -> Record:
    """Whole memories, and pages."""
    from agentmem.output import pages

    return {
        "schema": "agentmem/show/1",
        "view": view(result.view),
        "memories": [full(found) for found in result.memories],
        "pages": [pages.record(one) for one in result.pages],
    }


def added(result: Added) -> Record:
    """A memory that was written."""
    admission = result.admission
    return {
        "schema": "agentmem/add/1",
        "id": result.memory.id,
        "path": result.path,
        "layer": result.layer,
        "similar": [_titled(found) for found in result.similar],
        "past": [
            {
                **_titled(found),
                "status": found.status,
                "retracted": found.memory.retracted and safety.one_line(found.memory.retracted),
                "superseded_by": list(found.superseded_by),
            }
            for found in result.past
        ],
        "admission": admission
        and {
            "worth": admission.worth,
            "new": admission.new,
            "derivable": admission.derivable,
            "doubt": admission.doubt,
        },
    }


def changed(result: Changed, command: str) -> Record:
    """A memory that was edited."""
    return {
        "schema": f"agentmem/{command}/1",
        "id": result.memory.id,
        "path": result.path,
        "layer": result.layer,
        "changed": result.changed,
    }


def status(result: Status) -> Record:
    """The state of the store."""
    return {
        "schema": "agentmem/status/1",
        "view": view(result.view),
        "agent": result.agent,
        "role": result.role,
        "memories": result.memories,
        "hidden": result.hidden,
        "uncommitted": result.uncommitted,
        "broken": list(result.broken),
        "carried": dict(result.carried),
        "lost": result.lost,
    }


def initialised(result: Initialised) -> Record:
    """What ``init`` did."""
    return {
        "schema": "agentmem/init/1",
        "root": result.root,
        "created": list(result.created),
        "kept": list(result.kept),
        "trunk": result.trunk,
        "driver": result.driver,
        "hooks": result.hooks.done if result.hooks else None,
        "agents": [{"path": one.path, "state": one.state, "why": one.why or None} for one in result.fitted],
        "remote": result.remote,
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
        "details": list(one.details),
        "code": {"path": one.code[0], "line": one.code[1]} if one.code else None,
    }


def checked(result: Checked) -> Record:
    """Findings and their counts."""
    from agentmem.model import findings

    return {
        "schema": "agentmem/check/1",
        "findings": [finding(one) for one in result.findings],
        "counts": {
            **findings.counts(result.findings),
            "memories": result.memories,
            "citations": result.citations,
            "moved": result.moved,
            "ignored": result.ignored,
        },
        "mended": list(result.mended),
    }


def examined(result: Examined) -> Record:
    """What is amiss in this clone."""
    return {
        "schema": "agentmem/doctor/1",
        "findings": [_ailment(one) for one in result.findings],
        "mended": [_ailment(one) for one in result.mended],
    }


def _ailment(one: Ailment) -> Record:
    return {
        "check": one.check,
        "severity": one.severity,
        "message": safety.one_line(one.message),
        "fix": safety.one_line(one.fix),
        "safe": one.safe,
    }


def merged(result: MergedFile) -> Record:
    """What a merge has left to a person."""
    return {
        "schema": "agentmem/merge-driver/1",
        "path": safety.one_line(result.path),
        "fields": [safety.one_line(field) for field in result.fields],
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
        "embedded": result.embedded,
    }
