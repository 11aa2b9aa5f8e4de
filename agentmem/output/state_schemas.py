"""The JSON Schemas of what is printed about the state of a store, a clone, the index."""

from __future__ import annotations

from agentmem.model import findings, schema
from agentmem.output.schemas import COUNT, FLAG, TEXT, TEXT_OR_NULL, TEXTS, Schema, closed, some, told, view


def outputs() -> dict[str, tuple[str, Schema]]:
    """The title and the properties of each, by name."""
    return {
        "check": ("What check found", _check()),
        "doctor": ("What is amiss in a clone", _doctor()),
        "merge-driver": ("What a merge of one file has left to a person", _merge_driver()),
        "index-status": ("What the index holds", _index_status()),
        "status": ("Where one is, and what there is", _status()),
    }


def _check() -> Schema:
    code: Schema = {
        **closed({"path": TEXT, "line": {"type": "integer", "minimum": 1}}),
        "type": ["object", "null"],
    }
    finding = {
        "rule": {"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$"},
        "severity": {"enum": list(findings.SEVERITIES)},
        "path": TEXT,
        "line": {"type": "integer", "minimum": 1},
        "memory": {"type": ["string", "null"], "pattern": schema.IDENTIFIER},
        "message": TEXT,
        "fix": TEXT_OR_NULL,
        "details": told(
            TEXTS, "lines that show what is meant, such as - what was cited and + what stands there"
        ),
        "code": told(code, "the place in the code that it is about, its path from the repository's top"),
    }
    counted: Schema = {
        **dict.fromkeys((*findings.SEVERITIES, "memories"), COUNT),
        "citations": told(COUNT, "those that were verified"),
        "moved": told(COUNT, "citations of which the text stands elsewhere now"),
        "ignored": told(COUNT, "findings that are left out on purpose"),
    }
    return {
        "findings": told(some(closed(finding)), "by path, line and rule"),
        "counts": closed(counted),
        "mended": told(TEXTS, "the files that --fix has written"),
    }


def _doctor() -> Schema:
    finding = {
        "check": {"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$"},
        "severity": {"enum": list(findings.SEVERITIES)},
        "message": TEXT,
        "fix": told(TEXT, "a command that can be run as it stands"),
        "safe": told(FLAG, "doctor --fix does the same"),
    }
    return {
        "findings": some(closed(finding)),
        "mended": told(some(closed(finding)), "what was found, and --fix has mended"),
    }


def _merge_driver() -> Schema:
    fields_left = "keys of the front matter, body, or file where it was merged by lines"
    return {"path": TEXT, "fields": told(TEXTS, fields_left)}


def _index_status() -> Schema:
    return {
        "documents": COUNT,
        "indexed_total": COUNT,
        "missing": COUNT,
        "engine": TEXT,
        "embedded": {**COUNT, "type": ["integer", "null"]},
    }


def _status() -> Schema:
    return {
        "view": view(),
        "agent": TEXT,
        "role": TEXT_OR_NULL,
        "memories": COUNT,
        "hidden": COUNT,
        "uncommitted": COUNT,
        "broken": TEXTS,
        "carried": told(
            {"type": "object", "additionalProperties": COUNT},
            "files of other branches that are here uncommitted, by branch",
        ),
        "lost": told(COUNT, "writes that are in no commit and no worktree any more"),
    }
