"""The JSON Schema of what is printed about how well recall ranks."""

from __future__ import annotations

from agentmem.actions import evaluating
from agentmem.output.schemas import COUNT, IDS, SHARE, TEXT, Schema, closed, some, told, view

DIFFERENCE: Schema = {"type": "number", "minimum": -1, "maximum": 1}


def outputs() -> dict[str, tuple[str, Schema]]:
    """The title and the properties of each, by name."""
    return {"evaluate": ("How well each ranker answers labelled questions", _evaluated())}


def _evaluated() -> Schema:
    return {
        "view": view(),
        "memories": told(COUNT, "in force"),
        "baseline": told(TEXT, "the ranker that gains are over"),
        "unknown": told(COUNT, "relevant ones that name no memory here"),
        "absent": told(COUNT, "relevant ones that were not in force at their question's moment"),
        "left_out": told(COUNT, "questions of which no relevant one is left"),
        "missed": told(some(closed(_missed())), "questions that the last ranker does not answer as labelled"),
        "total": closed(_group()),
        "categories": told(some(closed({"category": TEXT, **_group()})), "by name"),
    }


def _missed() -> Schema:
    return {
        "query": TEXT,
        "category": {"type": ["string", "null"]},
        "relevant": told(IDS, "what answers it; empty where nothing does"),
        "first": told(IDS, "what is shown first; empty where recall is silent"),
        "rank": {"type": ["integer", "null"], "minimum": 2},
    }


def _group() -> Schema:
    figure = _or_null({"value": SHARE, "low": SHARE, "high": SHARE})
    gain = _or_null({"value": DIFFERENCE, "low": DIFFERENCE, "high": DIFFERENCE, "p": SHARE})
    ranker = closed(
        {
            "name": TEXT,
            "measures": told(_each(figure), "means with their 95 % interval; null: no question speaks of it"),
            "gains": told(_each(gain), "paired, with the p-value of a sign-flip test; null for the baseline"),
        }
    )
    return {
        "questions": COUNT,
        "unanswerable": told(COUNT, "questions that nothing answers"),
        "rankers": told(some(ranker), "the baseline first"),
    }


def _each(form: Schema) -> Schema:
    return closed(dict.fromkeys(evaluating.MEASURES, form))


def _or_null(properties: Schema) -> Schema:
    return {**closed(properties), "type": ["object", "null"]}
