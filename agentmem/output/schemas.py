"""The JSON Schemas (2020-12) of what ``jsonout`` makes: every object is closed, so a new key needs a new version."""

from __future__ import annotations

import json

from agentmem import errors
from agentmem.model import admission, fields, kinds, lifecycle, packing, schema, verdict

Schema = dict[str, object]

FRONT_MATTER = "memory"
"""The schema that is of a file and not of an output."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LAYERS = ("base", "own", "merged", "unmerged")

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
TEXTS: Schema = {"type": "array", "items": TEXT}
COUNT: Schema = {"type": "integer", "minimum": 0}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
FLAG: Schema = {"type": "boolean"}
ID: Schema = {"type": "string", "pattern": schema.IDENTIFIER}
IDS: Schema = {"type": "array", "items": ID}
KIND: Schema = {"enum": list(kinds.NAMES)}
STATUS: Schema = {"enum": list(lifecycle.ALL)}
LAYER: Schema = {"enum": list(LAYERS)}
DETAIL: Schema = {"enum": [packing.FULL, packing.PARAGRAPH, packing.TITLE]}
VERDICT: Schema = {"enum": [*verdict.ALL, None]}
OBJECT_NAME = "^([0-9a-f]{40}|[0-9a-f]{64})$"
BLOB: Schema = {"type": "string", "pattern": OBJECT_NAME}
COMMIT: Schema = {"type": ["string", "null"], "pattern": OBJECT_NAME}
TIME: Schema = {
    "type": ["string", "null"],
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
}
KEY: Schema = {
    "description": "Of recall --batch: what the question's line has as its key, as it stands there."
}


def all_schemas() -> dict[str, Schema]:
    """Every schema by name: of an output what stands between the slashes of its ``schema``, of a line of jsonl its command."""
    from agentmem.output import (
        branching_schemas,
        evaluation_schemas,
        evidence_schemas,
        import_schemas,
        manager_schemas,
        setup_schemas,
        state_schemas,
        teamwork_schemas,
        upkeep_schemas,
        watching_schemas,
    )

    outputs = {
        "recall": ("The answer of recall", _recall()),
        "list": ("A page of memories", _list()),
        "show": ("Whole memories", _show()),
        "add": ("A memory that was written", _add()),
        "edit": ("A memory that was edited", _changed()),
        "retract": ("A memory that was retracted", _changed()),
        "restore": ("A memory that was brought back", _changed()),
        "supersede": ("A memory that replaces another", _supersede()),
        **state_schemas.outputs(),
        **setup_schemas.outputs(),
        **import_schemas.outputs(),
        **branching_schemas.outputs(),
        **evidence_schemas.outputs(),
        **teamwork_schemas.outputs(),
        **evaluation_schemas.outputs(),
        **upkeep_schemas.outputs(),
        **manager_schemas.outputs(),
        **watching_schemas.outputs(),
        "error": ("A failure, of any command", _error()),
    }
    made = {name: _output(name, title, properties) for name, (title, properties) in outputs.items()}
    return {
        **made,
        "list-jsonl": _whole("list-jsonl", "One line of list --format jsonl", closed(_memory())),
        "recall-jsonl": _whole("recall-jsonl", "One line of recall --format jsonl", closed(_hit())),
        FRONT_MATTER: schema.front_matter(),
    }


def text(made: Schema) -> str:
    """A schema as it is printed and shipped."""
    return json.dumps(made, indent=2) + "\n"


def _whole(name: str, title: str, made: Schema) -> Schema:
    head: Schema = {
        "$schema": DIALECT,
        "$id": f"https://agentmem.dev/schema/{name}/1",
        "title": f"agentmem {name}",
        "description": f"{title}.",
    }
    return head | made


def _output(name: str, title: str, properties: Schema) -> Schema:
    # what failed has a key only as a line of a batch
    optional = ("key",) if name == "error" else ()
    return _whole(name, title, closed({"schema": {"const": f"agentmem/{name}/1"}, **properties}, optional))


def closed(properties: Schema, optional: tuple[str, ...] = ()) -> Schema:
    """An object with all of ``properties``, but for what is optional, and nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def some(item: Schema) -> Schema:
    """A list of such items."""
    return {"type": "array", "items": item}


def view() -> Schema:
    """Where an answer is looked from."""
    return closed({"branch": TEXT_OR_NULL, "commit": COMMIT, "at": TIME})


def memory() -> Schema:
    """A memory, as every list has it."""
    return closed(_memory())


def memory_properties() -> Schema:
    """The properties of a memory, for an object that has more."""
    return _memory()


def told(form: Schema, description: str) -> Schema:
    """``form`` with what it means."""
    return {"description": description, **form}


def _number(name: str) -> Schema:
    spec = fields.BY_NAME[name]
    return {"type": ["integer", "null"], "minimum": spec.low, "maximum": spec.high}


def _cite() -> Schema:
    place = closed({"path": TEXT, "lines": TEXT_OR_NULL})
    return closed(
        {
            "path": TEXT,
            "symbol": TEXT_OR_NULL,
            "lines": TEXT_OR_NULL,
            "verdict": VERDICT,
            "found": {**place, "type": ["object", "null"]},
        }
    )


def _conflict() -> Schema:
    party = closed(
        {
            "change": {"type": ["string", "null"], "pattern": schema.IDENTIFIER},
            "branch": TEXT_OR_NULL,
            "by": TEXT_OR_NULL,
            "created": TIME,
            "value": told({}, "as front matter has it"),
        }
    )
    return closed(
        {
            "field": told(TEXT, "a key, body, or status"),
            "base": told({}, "the value that is shown"),
            "note": TEXT_OR_NULL,
            "parties": some(party),
        }
    )


def _memory() -> Schema:
    """The properties of a memory, as every list has it."""
    return {
        "id": ID,
        "source_id": told(TEXT_OR_NULL, fields.BY_NAME["source_id"].doc),
        "kind": KIND,
        "title": TEXT,
        "status": told(STATUS, "stored or derived"),
        "layer": LAYER,
        "branch": told(TEXT_OR_NULL, "of a memory that trunk does not have"),
        "path": TEXT,
        "blob": BLOB,
        "created": TIME,
        "by": TEXT_OR_NULL,
        "role": TEXT_OR_NULL,
        "tags": TEXTS,
        "entities": TEXTS,
        "scope": TEXTS,
        "cites": some(_cite()),
        "conflicts": some(_conflict()),
    }


def _with_text() -> Schema:
    """The properties that a memory has where its text is given."""
    term = closed({"name": TEXT, "value": {"type": "number"}, "detail": TEXT, "adds": {"type": "boolean"}})
    return {
        "detail": DETAIL,
        "text": TEXT,
        "tokens": COUNT,
        "explain": {"type": ["array", "null"], "items": term},
    }


def _hit() -> Schema:
    return {**_memory(), "score": {"type": "number"}, **_with_text()}


def _full() -> Schema:
    links = {
        name: told(TEXTS, fields.BY_NAME[name].doc)
        for name in ("supersedes", "aliases", "needs", "closes", "reopens", "sources", "related")
    }
    return {
        **_memory(),
        **_with_text(),
        "detail": {"const": packing.FULL},
        **links,
        "plan": TEXT_OR_NULL,
        "phase": TEXT_OR_NULL,
        "priority": _number("priority"),
        "owner": TEXT_OR_NULL,
        "importance": _number("importance"),
        "pin": FLAG,
        "expires": TIME,
        "retracted": told(TEXT_OR_NULL, fields.BY_NAME["retracted"].doc),
        "superseded_by": told(IDS, "what replaces it, newest first"),
        # the keys that its writer made up, so the one object that is open
        "extra": told({"type": "object"}, "the keys of the front matter that agentmem does not know"),
    }


def _recall() -> Schema:
    return {
        "key": KEY,
        "query": TEXT,
        "view": view(),
        "span": told(
            closed({"after": TIME, "before": TIME}),
            "what its time words were read as, before exclusive; null: open",
        ),
        "budget": told(COUNT, "tokens asked for at most; 0: no limit"),
        "tokens": COUNT,
        "omitted": told(COUNT, "memories that matched and are not among the hits"),
        "repeats": told(IDS, "those of them that say the same as a hit"),
        "abstained": told(FLAG, "there was too little evidence for an answer"),
        "read": told(
            some(closed({"word": TEXT, "read": TEXT})),
            "misspelt words of the query, each with the word of the store that it was read as",
        ),
        "hits": told(some(closed(_hit())), "best first"),
        "nearest": told(some(closed({"id": ID, "title": TEXT})), "where nothing answers: what comes nearest"),
        "met": told(
            some(closed({"word": TEXT, "memories": COUNT})),
            "where nothing answers, with --explain: who has which word",
        ),
    }


def _list() -> Schema:
    memories = told(some(closed(_memory())), "newest first")
    return {"view": view(), "total": COUNT, "omitted": COUNT, "memories": memories}


def _show() -> Schema:
    sections: Schema = {"type": "object", "additionalProperties": TEXTS}
    page: Schema = {
        "name": TEXT,
        "form": {"enum": ["entity", "file", "symbol"]},
        "aliases": TEXTS,
        "paths": told(TEXTS, "of a file: its name now, then those it had before"),
        "also": told(TEXTS, "the other forms in which the name stands for something"),
        "sections": told(
            sections, "page, decided, known, tried, in_progress, done: lines as they are printed"
        ),
        "memories": told(IDS, "those told of, the most needed first"),
        "tokens": COUNT,
        "omitted": COUNT,
    }
    return {
        "view": view(),
        "memories": told(some(closed(_full())), "in the order they were asked for"),
        "pages": told(some(closed(page)), "of entities, paths and symbols, in the order they were asked for"),
    }


def _add() -> Schema:
    near = told(some(closed({"id": ID, "title": TEXT})), "what says nearly the same, nearest first")
    past = closed(
        {
            "id": ID,
            "title": TEXT,
            "status": {"enum": ["retracted", lifecycle.SUPERSEDED]},
            "retracted": told(TEXT_OR_NULL, "the reason; null: none was given, or it was not retracted"),
            "superseded_by": told(IDS, "what stands in its place now, newest first"),
        }
    )
    judged: Schema = closed(
        {
            "worth": told(SHARE, "the chance that it is worth keeping; 0: it says nothing"),
            "new": told(SHARE, "1 less how much of it the most alike memory in force says"),
            "derivable": told(SHARE, "how much of it the code that it cites or lists says"),
            "doubt": told(
                {"enum": [*admission.DOUBTS, None]}, "what speaks against it; it is written all the same"
            ),
        }
    )
    judged["type"] = ["object", "null"]
    judged = told(judged, "null: not judged, as by `task add`")
    before = told(some(past), "what said so and is past, nearest first")
    return {"id": ID, "path": TEXT, "layer": LAYER, "similar": near, "past": before, "admission": judged}


def _changed() -> Schema:
    return {
        "id": ID,
        "path": TEXT,
        "layer": LAYER,
        "changed": told(FLAG, "false when it was so already"),
    }


def _supersede() -> Schema:
    return {"id": ID, "path": TEXT, "layer": LAYER, "superseded": ID}


def _error() -> Schema:
    classes = [one for one in vars(errors).values() if isinstance(one, type)]
    codes = {one.code for one in classes if issubclass(one, errors.AgentmemError)} | {"bug"}
    exits = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    return {
        "code": {"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$", "examples": sorted(codes)},
        "message": TEXT,
        "hint": TEXT_OR_NULL,
        "exit": {"enum": sorted(exits - {errors.EXIT_OK, errors.EXIT_INTERRUPTED})},
        "key": KEY,
    }
