"""From a record to a memory: its id, its typed values, its links as ids; and what a source says otherwise than a memory."""

from collections.abc import Iterable, Mapping
from typing import Any

from agentmem.model import fields, ids, kinds, memory
from agentmem.model.editing import Edit
from agentmem.model.fields import Type
from agentmem.model.memory import Memory, as_meta

MAX_NAME = 1_000
"""Characters of a record's id in its source."""
OWN = ("id", "created", "branch", "cites", "source", "source_id")
"""Keys that a source does not take back: what was found here."""

ACCEPTED_THERE = "adr"
"""The source that says itself when a proposal was accepted."""


def names(importer: str, records: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """The id that each record's own name (``id``, ``source_id``) has here."""
    found: dict[str, str] = {}
    others: dict[str, str] = {}
    for record in records:
        identity = identity_of(importer, record)
        if "id" in record:
            found[str(record["id"])] = identity
        if "source_id" in record:
            others[str(record["source_id"])] = identity
    return found | others


def identity_of(importer: str, record: Mapping[str, object]) -> str:
    """The id of a record: its own where that is one of ours, else 60 bits of what it is named by, or of what it says."""
    own = record.get("id")
    if isinstance(own, str) and ids.is_id(own):
        # 12 hex digits of another system look like an id of ours, and are as good: the record keeps its name
        return own
    source = own if own is not None else record.get("source_id")
    if source is not None:
        return ids.derived_id(importer, str(source))
    said = (str(record.get(key, "")) for key in ("title", "created", "body"))
    return ids.derived_id(importer, *said)


def memory_of(importer: str, record: Mapping[str, object], own_ids: Mapping[str, str]) -> Memory:
    """The memory of one record.

    Raises:
        ValueError: it is none.

    """
    values: dict[str, Any] = {}
    extra: dict[str, object] = {}
    # an export of ours says of each key what it has, also that it has nothing
    is_ours = ids.is_id(str(record.get("id", "")))
    body = record.get("body", "")
    if not isinstance(body, str):
        raise ValueError("body must be text")
    for key, value in record.items():
        spec = fields.BY_NAME.get(key)
        if key in ("id", "body"):
            continue
        if spec is None and (value is not None or is_ours):
            extra[key] = _plain(value)
        elif spec is None or value is None or value == "" or value == []:
            continue
        else:
            values[key] = memory.coerce(spec, _plain(value))
    kind = values.pop("kind", "fact")
    if kind not in kinds.BY_NAME:
        raise ValueError(f"no kind {kind!r}; kinds: {' '.join(kinds.NAMES)}")
    title = str(values.pop("title", "") or memory.first_heading(body) or "")
    if not title.strip():
        raise ValueError("no title")
    for key in values:
        if fields.BY_NAME[key].type is Type.IDS:
            values[key] = tuple(dict.fromkeys(own_ids.get(target, target) for target in values[key]))
    if "plan" in values:
        values["plan"] = own_ids.get(values["plan"], values["plan"])
    identity = identity_of(importer, record)
    own = record.get("id")
    if own is not None and own != identity:
        values.setdefault("source_id", str(own))
    if len(name := values.get("source_id", "")) > MAX_NAME:
        raise ValueError(f"its id has {len(name):,} characters")
    values.setdefault("source", importer)
    return Memory(
        id=identity, kind=str(kind), title=" ".join(title.split()), body=body.strip(), extra=extra, **values
    )


def edits(new: Memory, old: Memory, guessed: bool = False) -> list[Edit]:
    """What the source says otherwise than the memory; keys that only the memory has are its own. ``guessed``: the author of
    ``new`` is not the source's word.
    """
    wanted, present = as_meta(new), as_meta(old)
    skip = {*OWN, *(("by",) if guessed else ()), *(("status",) if new.status == "proposed" else ())}
    found = [
        Edit(key, "set", value if isinstance(value, list) else str(value))
        for key, value in wanted.items()
        if key in fields.BY_NAME and key not in skip and value != present.get(key)
    ]
    if new.source == ACCEPTED_THERE and (old.status, new.status) == ("proposed", "active"):
        found.append(Edit("status", "delete"))
    if new.body.strip() != old.body.strip():
        found.append(Edit("body", "set"))
    return found


def _plain(value: object) -> object:
    """A JSON value as front matter has it: text, lists, mappings."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items() if item is not None}
    return value
