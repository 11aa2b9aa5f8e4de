"""A change: what one edit made of one memory that trunk holds, field by field and body hunk by hunk, with what its writer saw.

It needs no ancestor, no blob and no commit to be applied later.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from agentmem.model import bodies, document, emitting, fields, ids, times
from agentmem.model.bodies import BodyEdit
from agentmem.model.fields import Type
from agentmem.model.memory import Problem

LISTS = (Type.LIST, Type.IDS, Type.CITES)
RETRACTED = "retracted"
NO_KEYS = ("body", "file")
"""What conflicts name besides keys of the front matter."""

Value = object
"""A plain value as the reader gives it: text, a list, a mapping, None where the key is absent."""


class FieldEdit(NamedTuple):
    """What a change makes of one key: of a list the items added and removed, of any other the value seen and the new one."""

    was: Value = None
    to: Value = None
    add: tuple[Value, ...] = ()
    remove: tuple[Value, ...] = ()
    is_list: bool = False


class Parts(NamedTuple):
    """What turns one text of a memory into another. ``retract`` is the reason of a retraction, None where it is none."""

    fields: Mapping[str, FieldEdit]
    body: BodyEdit | None
    retract: str | None


class Change(NamedTuple):
    """One change. ``created`` in seconds UTC; ``after`` are the ids of the pending changes of this memory that its writer saw."""

    id: str
    memory: str
    branch: str
    by: str | None
    created: int | None
    after: tuple[str, ...]
    fields: Mapping[str, FieldEdit]
    body: BodyEdit | None
    retract: str | None


class WrongError(ValueError):
    """Something in a change's file that is not as it must be; ``key`` says where."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def between(seen: bytes, new: bytes, decided: Collection[str] = ()) -> Parts:
    """What turns the memory in ``seen`` into the one in ``new``.

    ``decided`` are keys, or ``body``, that are recorded though they may be equal: to name them ended a conflict.
    """
    before, after = document.parse(seen), document.parse(new)
    edits: dict[str, FieldEdit] = {}
    retract = None
    if after.meta.get("status") == RETRACTED and before.meta.get("status") != RETRACTED:
        reason = after.meta.get("retracted")
        retract = reason if isinstance(reason, str) else ""
    for key in in_order({*before.meta, *after.meta, *decided} - {"id", *NO_KEYS}):
        was, to = before.meta.get(key), after.meta.get(key)
        if retract is not None and (was, to) in _implied(key, retract):
            continue
        if key not in decided and is_list(key, was, to):
            olds, news = as_list(was), as_list(to)
            add = tuple(item for item in news if item not in olds)
            remove = tuple(item for item in olds if item not in news)
            if add or remove:
                edits[key] = FieldEdit(add=add, remove=remove, is_list=True)
        elif was != to or key in decided:
            edits[key] = FieldEdit(was, to)
    body = None
    if "body" in decided or before.body != after.body:
        body = bodies.make(before.body, after.body, whole="body" in decided)
    if before.meta.get("status") == RETRACTED == after.meta.get("status") and (edits or body):
        edits["status"] = FieldEdit(RETRACTED, RETRACTED)  # says that its writer knew
    return Parts({key: edits[key] for key in in_order(edits)}, body, retract)


def _implied(key: str, retract: str) -> tuple[tuple[Value, Value], ...]:
    """What a retraction makes of ``key`` without naming it, from what to what; all else that it makes is named."""
    if key == "status":
        return (None, RETRACTED), ("active", RETRACTED)
    return ((None, retract or None),) if key == "retracted" else ()


def ending(fields: Collection[str], name: str) -> str:
    """The command that ends a conflict in ``fields`` of the memory ``name``: it must name what it decides."""
    if "status" in fields:
        return f"agentmem restore {name} (it stays) or agentmem retract {name} --reason WHY"
    if set(fields) == {"body"}:
        return f"agentmem edit {name} --body -"
    return f"agentmem edit {name} --set KEY=VALUE"


def in_order(keys: Collection[str]) -> list[str]:
    """``keys`` in the canonical order, unknown ones last by name."""
    return sorted(keys, key=lambda key: (_ORDER.get(key, len(_ORDER)), key))


_ORDER = {field.name: number for number, field in enumerate(fields.ALL)}


def is_list(key: str, *values: Value) -> bool:
    """Whether ``key`` is a set of items: by what it is, or where it is not known by its ``values``."""
    if key in fields.BY_NAME:
        return fields.BY_NAME[key].type in LISTS
    given = [value for value in values if value is not None]
    return bool(given) and all(isinstance(value, list) for value in given)


def as_list(value: Value) -> list[Value]:
    """The items of a list; one value alone is a list of it."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def item_key(item: Value) -> str:
    """What makes two items the same one."""
    return json.dumps(item, sort_keys=True, ensure_ascii=True)


def compose(change: Change) -> bytes:
    """The file of ``change``.

    Raises:
        ValueError: it holds what no file can.

    """
    meta: dict[str, object] = {
        "change": change.id,
        "memory": change.memory,
        "branch": change.branch,
    }
    if change.by is not None:
        meta["by"] = change.by
    if change.created is not None:
        meta["created"] = times.format_iso(change.created)
    meta["after"] = list(change.after)
    if change.fields:
        meta["set"] = {key: _plain(edit) for key, edit in change.fields.items()}
    if change.retract is not None:
        meta["retract"] = change.retract
    if change.body is not None and change.body.whole:
        meta["body"] = "whole"
    data = emitting.compose(meta, change.body.diff if change.body else "")
    read, problems = parse(data)
    if read is None:  # too large, or nested too deep: what is written must be read again
        raise ValueError(f"the change cannot be written: {problems[0].message}")
    return data


def _plain(edit: FieldEdit) -> dict[str, object]:
    if not edit.is_list:
        return {"from": edit.was, "to": edit.to}
    parts = {"add": list(edit.add), "remove": list(edit.remove)}
    return {name: items for name, items in parts.items() if items} or {"add": []}


def parse(data: bytes) -> tuple[Change | None, tuple[Problem, ...]]:
    """The change in a file, whatever the bytes; None with the problems where it is none."""
    parsed = document.parse(data)
    if parsed.problems:
        return None, parsed.problems
    try:
        return _read(parsed), ()
    except WrongError as error:
        return None, (Problem("change", parsed.lines.get(error.key, 1), str(error)),)
    except ValueError as error:
        return None, (Problem("change", parsed.body_line, str(error)),)


def _read(parsed: document.Document) -> Change:
    meta = parsed.meta
    for key in ("change", "memory"):
        value = meta.get(key)
        if not isinstance(value, str) or not ids.is_id(value):
            raise WrongError(key, f"{key} must be an id: 12 characters of {ids.ALPHABET}")
    for key in ("branch", "by", "retract", "body"):
        if not isinstance(meta.get(key), str | None):
            raise WrongError(key, f"{key} must be one line of text")
    if not meta.get("branch"):
        raise WrongError("branch", "branch must name the branch that the change was made on")
    after = as_list(meta.get("after"))
    if not all(isinstance(item, str) and ids.is_id(item) for item in after):
        raise WrongError("after", "after must be a list of the ids of changes")
    created = None
    if isinstance(text := meta.get("created"), str) and text:
        try:
            created = times.parse_iso(text)
        except ValueError as error:
            raise WrongError("created", str(error)) from None
    edits = meta.get("set")
    if not isinstance(edits, dict | None):
        raise WrongError("set", "set must map each key to what became of it")
    if meta.get("body") not in (None, "", "whole"):
        raise WrongError("body", "body must be absent or whole")
    body = bodies.parse(parsed.body, whole=meta.get("body") == "whole") if parsed.body else None
    if body is None and meta.get("body") == "whole":
        body = BodyEdit((), "", whole=True)
    return Change(
        id=str(meta["change"]),
        memory=str(meta["memory"]),
        branch=str(meta["branch"]),
        by=str(meta["by"]) if meta.get("by") else None,
        created=created,
        after=tuple(str(item) for item in after),
        fields={key: _edit(key, value) for key, value in (edits or {}).items()},
        body=body,
        retract=str(meta["retract"] or "") if "retract" in meta else None,
    )


def _edit(key: str, value: Value) -> FieldEdit:
    if not isinstance(value, dict) or not value or key == "id":
        raise WrongError("set", f"set: {key} must have from and to, or add and remove")
    if set(value) <= {"from", "to"}:
        return FieldEdit(value.get("from"), value.get("to"))
    if set(value) <= {"add", "remove"}:
        add, remove = as_list(value.get("add")), as_list(value.get("remove"))
        return FieldEdit(add=tuple(add), remove=tuple(remove), is_list=True)
    raise WrongError("set", f"set: {key} must have from and to, or add and remove")


def said_by(change: Change) -> dict[str, Value]:
    """What a change says, as plain data."""
    said: dict[str, Value] = {}
    if change.retract is not None:
        said["retract"] = change.retract
    for key, edit in change.fields.items():
        said[key] = said_to(edit)
    if change.body:
        said["body"] = change.body.diff
    return said


def said_to(edit: FieldEdit) -> Value:
    """What an edit makes of its key, as plain data."""
    return {"add": list(edit.add), "remove": list(edit.remove)} if edit.is_list else edit.to


def touched_by(change: Change) -> set[str]:
    """What a change says something of."""
    return keys_of(change) | ({"body"} if change.body else set())


def told_of(change: Change) -> dict[str, FieldEdit]:
    """The fields as they are told: beside others a status that stays retracted says only that its writer knew."""
    knew = {"status": FieldEdit(RETRACTED, RETRACTED)}
    others = {key: edit for key, edit in change.fields.items() if knew.get(key) != edit}
    return others if others or change.body else dict(change.fields)


def items_of(edit: FieldEdit) -> set[str]:
    """The items of a list that an edit adds or removes."""
    return {item_key(item) for item in (*edit.add, *edit.remove)}


def keys_of(change: Change) -> set[str]:
    """The keys that a change sets; a retraction sets two."""
    return set(change.fields) | ({"status", "retracted"} if change.retract is not None else set())


def edit_of(change: Change, key: str) -> FieldEdit:
    """What a change makes of one of its keys."""
    if change.retract is not None and key not in change.fields:
        if key == "status":
            return FieldEdit(None, RETRACTED)
        return FieldEdit(None, change.retract or None)
    return change.fields[key]


class Order:
    """Which of some changes came before which, as their writers saw it: directly, or through others of them."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self.changes = {change.id: change for change in sorted(changes, key=place)}
        self._before: dict[str, frozenset[str]] = {}
        for identity in self.changes:
            self._before[identity] = self._seen(identity)
        # what claims to be before and after another is neither: nobody can have seen both
        self._before = {
            one: frozenset(other for other in seen if one not in self._before[other])
            for one, seen in self._before.items()
        }

    def _seen(self, identity: str) -> frozenset[str]:
        found: set[str] = set()
        todo = list(self.changes[identity].after)
        while todo:
            other = todo.pop()
            if other in self.changes and other not in found:
                found.add(other)
                todo.extend(self.changes[other].after)
        return frozenset(found - {identity})

    def before(self, identity: str) -> frozenset[str]:
        """Those that the writer of ``identity`` saw."""
        return self._before[identity]

    def heads(self, among: Collection[str]) -> list[str]:
        """Those of ``among`` that no other of them came after."""
        seen = {earlier for identity in among for earlier in self._before[identity]}
        return [identity for identity in self.changes if identity in among and identity not in seen]

    def without(self, blocked: Collection[str]) -> "Order":
        """The same order of fewer changes."""
        fewer = Order(())
        fewer.changes = {i: change for i, change in self.changes.items() if i not in blocked}
        fewer._before = {i: self._before[i] - frozenset(blocked) for i in fewer.changes}
        return fewer


def place(change: Change) -> tuple[int, str]:
    """What sorts changes by when they were made."""
    return change.created or 0, change.id
