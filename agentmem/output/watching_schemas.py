"""The JSON Schema of an event of ``watch``."""

from __future__ import annotations

from agentmem.actions import watched
from agentmem.model import kinds, schema
from agentmem.output.schemas import BLOB, COMMIT, TEXT_OR_NULL, TEXTS, TIME, Schema, told
from agentmem.output.watching import WATCHING


def outputs() -> dict[str, tuple[str, Schema]]:
    """The title and the properties, by name."""
    event: Schema = {
        "event": {"enum": [WATCHING, *watched.ALL]},
        "at": {**TIME, "type": "string"},
        "id": {"type": ["string", "null"], "pattern": schema.IDENTIFIER},
        "kind": {"enum": [*kinds.NAMES, None]},
        "title": TEXT_OR_NULL,
        "by": TEXT_OR_NULL,
        "role": TEXT_OR_NULL,
        "branch": TEXT_OR_NULL,
        "worktree": told(TEXT_OR_NULL, "the folder it was seen in; null: it came with a commit"),
        "path": TEXT_OR_NULL,
        "blob": {**BLOB, "type": ["string", "null"]},
        "fields": told(TEXTS, "what an edit or a change touches"),
        "tasks": told(TEXTS, "what a log entry closes or reopens"),
        "note": told(TEXT_OR_NULL, "the reason of a retraction, the note of a handoff"),
        "until": told(TIME, "when a claim ends"),
        "from": told(TEXT_OR_NULL, "the branch or commit that was switched from"),
        "commit": COMMIT,
    }
    return {"watch": ("What somebody wrote, as a line each", event)}
