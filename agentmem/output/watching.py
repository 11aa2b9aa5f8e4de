"""What a team writes, told as it is written: a line each."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from agentmem.actions import watched
from agentmem.model import ids, notation, safety, times
from agentmem.model.digest import shortened
from agentmem.output.text import QUOTED, count

if TYPE_CHECKING:
    from agentmem.actions.context import Standpoint
    from agentmem.actions.watched import Event

Record = dict[str, object]

WATCHING = "watching"
"""The event of the line that comes first."""
TITLE, NOTE, NAME = 90, 200, 40
"""Characters of a title, of a note, of a name."""


def opening(view: Standpoint, others: int, tips: int) -> str:
    """The first line: that all is seen that was there, and from now on what is written is told."""
    also = f" and {count(others, 'other worktree')}" if others else ""
    branches = count(tips, "branch", "branches")
    return f"agentmem: watching {notation.where(*view.where)}{also}, {branches}. {QUOTED}\n"


def opening_record(view: Standpoint, at: int) -> Record:
    """The same as JSON."""
    return record(watched.Event(WATCHING, at, branch=view.branch, commit=view.commit), "")


def line(event: Event) -> str:
    """One event."""
    clock = times.format_iso(event.at)[11:16] + "Z"
    if event.what == watched.SWITCHED:
        where = os.path.basename(event.worktree or "")
        was, now = (
            _name(one) if one else "no commit" for one in (event.was, event.branch or "detached HEAD")
        )
        at = f" @{event.commit[:7]}" if event.commit else ""
        return f"{clock} switched {_name(where)}: {was} to {now}{at}\n"
    named = event.tasks or ((event.id,) if event.id else ())
    facts = [clock, event.what, *(one[: ids.SHORT] for one in named)]
    if event.kind and event.kind not in ("log", "task"):
        facts.append(event.kind)
    if event.title:
        facts.append(f'"{shortened(event.title, TITLE)}"')
    if event.what != watched.RETRACTED:
        facts += [safety.one_line(field) for field in event.fields]
    parts = [" ".join(facts)]
    parts += [_name(one) for one in (event.by, event.branch) if one]
    if event.until is not None:
        parts.append(f"until {times.format_iso(event.until)[11:16]}Z")
    note = f": {shortened(event.note, NOTE)}" if event.note else ""
    return " · ".join(parts) + note + "\n"


def _name(text: str) -> str:
    return shortened(text, NAME)


def record(event: Event, store: str) -> Record:
    """One event as JSON; ``store`` leads to the store from the top."""
    clean = {
        name: None if value is None else safety.one_line(value)
        for name in ("title", "by", "role", "branch", "note", "was")
        for value in (getattr(event, name),)
    }
    return {
        "schema": "agentmem/watch/1",
        "event": event.what,
        "at": times.format_iso(event.at),
        "id": event.id,
        "kind": event.kind,
        "title": clean["title"],
        "by": clean["by"],
        "role": clean["role"],
        "branch": clean["branch"],
        "worktree": event.worktree,
        "path": None if event.path is None else f"{store}/{event.path}",
        "blob": event.blob,
        "fields": [safety.one_line(one) for one in event.fields],
        "tasks": list(event.tasks),
        "note": clean["note"],
        "until": None if event.until is None else times.format_iso(event.until),
        "from": clean["was"],
        "commit": event.commit,
    }
