"""The JSON Schemas of what imports and exports print."""

from __future__ import annotations

from agentmem.output.schemas import (
    COUNT,
    ID,
    IDS,
    KIND,
    TEXT,
    TEXT_OR_NULL,
    TEXTS,
    Schema,
    closed,
    some,
    told,
)


def outputs() -> dict[str, tuple[str, Schema]]:
    """The title and the properties of each, by name."""
    return {
        "import": ("What became of the records of an import", _import()),
        "import-sources": ("What there is to import", _sources()),
        "export": ("What an export wrote", _export()),
    }


def _import() -> Schema:
    skipped = told(some(closed({"place": TEXT, "reason": TEXT})), "what was not taken, or not understood")
    changed = told(IDS, "those that differ from their source; written with --update alone")
    new = closed({"id": ID, "kind": KIND, "title": TEXT, "place": TEXT})
    return {
        "added": IDS,
        "changed": changed,
        "known": IDS,
        "skipped": skipped,
        "sources": told(TEXTS, "what was read: named, or told by what is there"),
        "new": told(some(new), "those of added, with where they come from: file and line, or commit"),
        "vanished": told(IDS, "what is in force here, and no longer in the files that were read"),
        "unread": told(COUNT, "older commits that were not read, where no range was named"),
    }


def _sources() -> Schema:
    source = closed({"source": TEXT, "paths": TEXTS, "files": COUNT, "tokens": COUNT})
    return {"sources": told(some(source), "what says most of the work first")}


def _export() -> Schema:
    return {
        "format": TEXT,
        "path": told(TEXT_OR_NULL, "the file or folder that was written"),
        "text": told(TEXT_OR_NULL, "the export itself, where it was not written to a file"),
        "memories": COUNT,
        "written": told(TEXTS, "the files that were written, below the path"),
        "kept": told(TEXTS, "files that were edited by hand since, left as they are"),
    }
