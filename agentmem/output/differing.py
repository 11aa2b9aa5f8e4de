"""What differs between two views, in words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import safety
from agentmem.output.branching import field_json, field_lines
from agentmem.output.packed import packed
from agentmem.output.text import count, titled

if TYPE_CHECKING:
    from agentmem.actions.comparing import Compared, Difference
    from agentmem.output.jsonout import Record

SIGNS = {"added": "+", "changed": "~", "superseded": "~", "retracted": "~", "removed": "-"}


def compared(result: Compared, budget: int = 0) -> str:
    """What differs between two views, by memory and field, as much as ``budget`` (tokens, 0 for no limit) takes."""
    names = f"{safety.one_line(result.old)}..{safety.one_line(result.new)}"
    if not result.differences:
        return f"agentmem: no memory differs, {names}.\n"
    numbers = {what: sum(one.what == what for one in result.differences) for what in SIGNS}
    said = ", ".join(f"{number} {what}" for what, number in numbers.items() if number)
    items = (
        (_difference_line(one), [line for field in one.fields for line in field_lines(field)])
        for one in result.differences
    )
    lines, shown = packed(items, budget)
    left = len(result.differences) - shown
    tail = [f"{count(left, 'more', 'more')}: --budget 0"] if left else []
    return "\n".join((f"agentmem: {names}: {said}", *lines, *tail)) + "\n"


def _difference_line(one: Difference) -> str:
    status = one.status or (one.what if one.what in ("superseded", "retracted") else None)
    note = f" | {status}" if status else ""
    note += f" by {one.by}" if status == "superseded" and one.by else ""
    return f"{SIGNS[one.what]} {one.short} {one.kind} {titled(one.title)}{note}"


def compared_json(result: Compared) -> Record:
    """The same as JSON."""
    by_what: dict[str, list[object]] = {name: [] for name in SIGNS}
    for one in result.differences:
        if one.what == "changed":
            by_what["changed"].append({"id": one.id, "fields": [field_json(field) for field in one.fields]})
        else:
            by_what[one.what].append(one.id)
        if one.status in by_what:  # added, and not in force by then
            by_what[str(one.status)].append(one.id)
    return {
        "schema": "agentmem/diff/1",
        "from": safety.one_line(result.old),
        "to": safety.one_line(result.new),
        **by_what,
    }
