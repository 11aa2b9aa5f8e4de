"""The JSON Schemas of what is printed about keeping a store in order."""

from __future__ import annotations

from agentmem.actions import tidying
from agentmem.model import retention
from agentmem.output import schemas
from agentmem.output.schemas import (
    COMMIT,
    COUNT,
    FLAG,
    ID,
    IDS,
    TEXT,
    TEXT_OR_NULL,
    TEXTS,
    Schema,
    closed,
    some,
    told,
)

NUMBER: Schema = {"type": "number"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
REASON: Schema = {"enum": list(retention.REASONS)}


def outputs() -> dict[str, tuple[str, Schema]]:
    """The title and the properties of each, by name."""
    return {
        "forget": ("What was archived, or would be", _forget()),
        "reflect": ("The reflections that were proposed, or would be", _reflect()),
        "reflect-undo": ("A reflection that was taken back", _undo()),
        "tidy": ("What each step of tidying did, or would do", _tidy()),
        "overview": ("The overview for people", _overview()),
    }


def _overview() -> Schema:
    return {
        "path": told(TEXT, "of the file that --write writes"),
        "text": told(TEXT, "the page, as markdown"),
        "current": told(FLAG, "whether the file says so now"),
        "written": told(FLAG, "whether it was written by this command"),
    }


def _forget() -> Schema:
    term = closed({"name": TEXT, "value": NUMBER, "weight": NUMBER, "adds": NUMBER})
    candidate = closed(
        {
            **schemas.memory_properties(),
            "reason": REASON,
            "why": TEXT,
            "other": told({"type": ["string", "null"]}, "the memory that says the same, or that replaces it"),
            "score": told(SHARE, "1 / (1 + e^-x), x the sum of what the terms add"),
            "terms": told(some(term), "the weightiest first; those that add nothing are left out"),
        }
    )
    held = closed({"id": ID, "reason": REASON, "by": TEXT})
    return {
        "view": schemas.view(),
        "dry_run": FLAG,
        "memories": told(COUNT, "that were weighed"),
        "candidates": told(some(candidate), "the lowest score first"),
        "held": told(some(held), "what would go, were it not held"),
        "skipped": told(IDS, "edited while they were to be archived"),
        "remarks": TEXTS,
        "commit": told(COMMIT, "null: nothing was archived"),
    }


def _reflect() -> Schema:
    proposed = closed(
        {
            "id": ID,
            "title": TEXT,
            "path": told(TEXT, "below the store"),
            "text": TEXT,
            "sources": told(IDS, "the entries that it is made from"),
            "archived": told(IDS, "those that leave the tree"),
            "held": told(some(closed({"id": ID, "by": TEXT})), "those that stay, and what holds each"),
            "note": told(TEXT_OR_NULL, "why it is not phrased by the command that is configured"),
        }
    )
    refused = closed({"title": TEXT, "entries": COUNT, "why": TEXT, "ids": IDS})
    return {
        "view": schemas.view(),
        "dry_run": FLAG,
        "entries": told(COUNT, "log entries that were looked at"),
        "proposed": some(proposed),
        "refused": told(some(refused), "rewrites that would lose too much"),
        "accepted": told(IDS, "proposals that trunk has held for a day"),
        "commit": told(COMMIT, "null: nothing was written"),
    }


def _undo() -> Schema:
    return {
        "dry_run": FLAG,
        "id": ID,
        "removed": told(FLAG, "it had not been committed; else it is retracted"),
        "restored": IDS,
        "missing": told(IDS, "entries that this clone has not got"),
        "commit": COMMIT,
    }


def _tidy() -> Schema:
    problem = {
        **closed({"code": TEXT, "message": TEXT, "hint": TEXT_OR_NULL, "exit": COUNT}),
        "type": ["object", "null"],
    }
    step = closed(
        {
            "step": {"enum": list(tidying.STEPS)},
            "count": told(COUNT, "changes, citations, reflections, memories"),
            "ids": IDS,
            "commit": COMMIT,
            "left": told(TEXT_OR_NULL, "what stays undone"),
            "problem": told(problem, "null: it did not fail"),
        }
    )
    return {
        "view": schemas.view(),
        "dry_run": FLAG,
        "steps": told(some(step), "in their order"),
        "remarks": TEXTS,
    }
