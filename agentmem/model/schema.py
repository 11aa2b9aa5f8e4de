"""The JSON Schema of front matter, made from the one table of keys."""

from agentmem.model import fields, ids, kinds
from agentmem.model.fields import Field, Type

IDENTIFIER = f"^[{ids.ALPHABET}]{{{ids.LENGTH}}}$"


def front_matter() -> dict[str, object]:
    """The schema (2020-12) of what stands between the ``---`` lines, as YAML loads it with every scalar as text."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://agentmem.dev/schema/memory/1",
        "title": "agentmem memory",
        "description": "The front matter of one memory. Keys that are not named here are kept.",
        "type": "object",
        "properties": {spec.name: _property(spec) for spec in fields.ALL},
        "additionalProperties": True,
    }


def _property(spec: Field) -> dict[str, object]:
    description = spec.doc + (f" (of {', '.join(spec.kinds)})" if spec.kinds else "")
    return {"description": description, **_form(spec)}


def _form(spec: Field) -> dict[str, object]:
    if spec.name == "kind":
        return {"enum": list(kinds.NAMES)}
    if spec.choices:
        return {"enum": list(spec.choices)}
    match spec.type:
        case Type.ID:
            return {"type": "string", "pattern": IDENTIFIER}
        case Type.TIME:
            return {
                "type": "string",
                "pattern": r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?\s*(Z|[+-]\d\d(:?\d\d)?)?)?$",
            }
        case Type.NUMBER:
            bounds = {"minimum": spec.low, "maximum": spec.high}
            return {"type": "integer", **{key: bound for key, bound in bounds.items() if bound is not None}}
        case Type.FLAG:
            return {"type": "boolean"}
        case Type.LIST | Type.IDS:
            return {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
        case Type.CITES:
            names = {key: {"type": "string"} for key in fields.CITE_KEYS}
            return {"type": "array", "items": {"type": "object", "required": ["path"], "properties": names}}
        case _:
            return {"type": "string"}
