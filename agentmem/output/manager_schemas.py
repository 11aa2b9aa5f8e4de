"""The JSON Schemas of what is printed about the memory manager, and of its file."""

from __future__ import annotations

from agentmem.actions import training
from agentmem.model import retention, scoring
from agentmem.output.schemas import COUNT, TEXT, TEXT_OR_NULL, Schema, closed, told

NUMBER: Schema = {"type": "number"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
RECALL: Schema = {"propertyNames": {"enum": list(scoring.SIGNALS)}, "additionalProperties": NUMBER}
TRAINED: Schema = {"propertyNames": {"enum": ["at", "events", "since", "until", "held_out"]}}
MEANS: Schema = {**RECALL, "additionalProperties": TEXT}
KEEP_MEANS: Schema = {
    "propertyNames": {"enum": list(retention.Weights._fields)},
    "additionalProperties": TEXT,
}
KEEP: Schema = {"additionalProperties": NUMBER}


def outputs() -> dict[str, tuple[str, Schema]]:
    """The title and the properties of each, by name."""
    return {
        "model": ("The file of the memory manager, as model train writes it", _model()),
        "model-train": ("What became of a training", _trained()),
        "model-show": ("The weights that serve", _shown()),
    }


def _model() -> Schema:
    return {
        "about": told(TEXT, "what it is, for who finds it"),
        "recall": told(_object(RECALL), "the weight of each signal"),
        "keep": _object(KEEP),
        "trained": told(_object(TRAINED), "on what, and what it was worth on what it had not seen"),
    }


def _trained() -> Schema:
    both = closed({"before": SHARE, "after": SHARE})
    held_out = closed(
        {"questions": COUNT, "mrr": both, "ndcg": both, "gain": NUMBER, "low": NUMBER, "high": NUMBER}
    )
    reasons = [training.FEW, training.OLD, training.WORSE, None]
    return {
        "events": told(COUNT, "labelled events"),
        "sources": told(_object({"additionalProperties": COUNT}), "how many are from where"),
        "undated": told(COUNT, "events without a moment of their own: taken last, in alphabetical order"),
        "missing": told(COUNT, "events that are wanting"),
        "reason": told({"enum": reasons}, "why nothing was written; null: it was, or would have been"),
        "before": told(TEXT, "what it was compared with"),
        "held_out": {**held_out, "type": ["object", "null"]},
        "recall": told(_or_null(RECALL), "what was learned"),
        "keep": told(_or_null(KEEP), "what was learned of what to keep"),
        "path": TEXT_OR_NULL,
    }


def _shown() -> Schema:
    return {
        "recall": told(_or_null(RECALL), "null: no model, the formula serves"),
        "keep": _or_null(KEEP),
        "formula": told(_object(RECALL), "what the formula weighs"),
        "means": told(_object(MEANS), "what each signal says"),
        "keep_means": told(_object(KEEP_MEANS), "what each weight of what to keep is for"),
        "trained": told(_or_null(TRAINED), "when, on what, and what it was worth on what it had not seen"),
    }


def _object(form: Schema) -> Schema:
    return {"type": "object", **form}


def _or_null(form: Schema) -> Schema:
    return {"type": ["object", "null"], **form}
