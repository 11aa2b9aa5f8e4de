"""The JSON Schemas of what is printed about evidence."""

from __future__ import annotations

from agentmem.model import schema, verdict
from agentmem.output.schemas import COUNT, ID, TEXT, TEXT_OR_NULL, TEXTS, Schema, closed, some, told, view

VERDICT: Schema = {"enum": list(verdict.ALL)}


def outputs() -> dict[str, tuple[str, Schema]]:
    """The title and the properties of each, by name."""
    return {
        "cite": ("What a memory cites anew", _cited()),
        "verify": ("What the code says of the evidence", _verified()),
    }


def place() -> Schema:
    """A place in the code."""
    return closed({"path": TEXT, "lines": told(TEXT_OR_NULL, "40 or 40-52; null: the file itself")})


def _citation() -> Schema:
    hash_: Schema = {"type": ["string", "null"], "pattern": "^[0-9a-f]{16}$"}
    return closed(
        {
            "path": TEXT,
            "symbol": TEXT_OR_NULL,
            "lines": TEXT_OR_NULL,
            "commit": told(
                TEXT_OR_NULL, "the first digits of one that holds the file so; null where none does yet"
            ),
            "hash": told(hash_, "64 bits of SHA-256 of the normalised text"),
            "quote": TEXT_OR_NULL,
        }
    )


def _cited() -> Schema:
    return {
        "id": ID,
        "path": told(TEXT_OR_NULL, "the file that was written; null where nothing changed"),
        "cites": told(some(_citation()), "those that are new"),
        "dropped": told(some(_citation()), "those that are gone"),
        "warnings": TEXTS,
    }


def _verified() -> Schema:
    citation = closed(
        {
            "memory": {"type": "string", "pattern": schema.IDENTIFIER},
            "path": TEXT,
            "symbol": TEXT_OR_NULL,
            "lines": TEXT_OR_NULL,
            "verdict": VERDICT,
            "ambiguous": told({"type": "boolean"}, "several places are equally good; candidates has them"),
            "found": {**place(), "type": ["object", "null"]},
            "similarity": {"type": "number", "minimum": 0, "maximum": 1},
            "candidates": some(place()),
            "text": told(TEXT_OR_NULL, "what stands there now, of moved and changed"),
        }
    )
    counts: Schema = dict.fromkeys((*verdict.ALL, "memories", "fixed"), COUNT)
    return {"view": view(), "citations": told(some(citation), "memory by memory"), "counts": closed(counts)}
