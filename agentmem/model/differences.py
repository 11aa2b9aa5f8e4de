"""What became of one memory between two texts: which fields, from what to what, and which lines of its body."""

from typing import NamedTuple

from agentmem.model import changes
from agentmem.model.changes import Value


class FieldDifference(NamedTuple):
    """One field: of a list the items that came and went, of any other the value before and after; of ``body`` the diff."""

    name: str
    was: Value = None
    to: Value = None
    add: tuple[Value, ...] = ()
    remove: tuple[Value, ...] = ()
    diff: str = ""


def between(old: bytes, new: bytes) -> tuple[FieldDifference, ...]:
    """What differs from ``old`` to ``new``, fields in the canonical order, the body last."""
    parts = changes.between(old, new)
    found = [
        FieldDifference(key, edit.was, edit.to, edit.add, edit.remove)
        for key, edit in parts.fields.items()
        if edit.is_list or edit.was != edit.to
    ]
    if parts.retract is not None:
        found.insert(0, FieldDifference("retracted", None, parts.retract))
    if parts.body is not None:
        found.append(FieldDifference("body", diff=parts.body.diff))
    return tuple(found)


def said_by(change: changes.Change) -> tuple[FieldDifference, ...]:
    """What a change says, in the same form."""
    found = [
        FieldDifference(key, edit.was, edit.to, edit.add, edit.remove)
        for key, edit in changes.told_of(change).items()
    ]
    if change.retract is not None:
        found.insert(0, FieldDifference("retracted", None, change.retract))
    if change.body is not None:
        found.append(FieldDifference("body", diff=change.body.diff))
    return tuple(found)
