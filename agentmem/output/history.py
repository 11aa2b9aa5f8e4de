"""What happened to one memory, or in all of them, in words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import ids, safety, times
from agentmem.output import jsonout
from agentmem.output.branching import field_json, field_lines
from agentmem.output.packed import packed
from agentmem.output.text import count, where

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from agentmem.actions.context import Standpoint
    from agentmem.actions.events import Event, Events
    from agentmem.actions.history import History, Version
    from agentmem.output.jsonout import Record

TITLES = 2
"""Memories of an event that are named, of each sign."""
TITLE_WIDTH = 60
SUBJECT_WIDTH = 60
BODY_LINES = 8
"""Lines of a body's diff that are shown."""


def versions(result: History, budget: int) -> str:
    """The versions of one memory, each with what it changed, as many as ``budget`` (tokens, 0 for no limit) takes."""
    short = result.shorts.get(result.id, result.id[: ids.SHORT])
    memory = f' {result.memory.kind} "{safety.one_line(result.memory.title)}"' if result.memory else ""
    gone = " | not in this tree" if result.gone else ""
    if not result.versions:
        return f"agentmem: no version of {short}{memory} in that time ({where(result.view)}){gone}.\n"
    items = ((_version_line(one, result.shorts, result.view), _details(one)) for one in result.versions)
    lines, shown = packed(items, budget)
    head = f"agentmem: {_how_many(shown, result.total)} of {short}{memory} for {where(result.view)}, newest first{gone}"
    left = result.total - shown
    tail = [f"{left} more: agentmem history {short} --limit 0 --budget 0"] if left else []
    return "\n".join((head, *lines, *tail)) + "\n"


def _how_many(shown: int, total: int) -> str:
    return count(total, "version") if shown == total else f"{shown} of {count(total, 'version')}"


def _version_line(one: Version, shorts: Mapping[str, str], view: Standpoint) -> str:
    what = one.what
    if one.successor is not None:
        what = f"superseded by {shorts.get(one.successor, one.successor[: ids.SHORT])}"
    if one.what == "removed" and one.change is not None:
        what = "took back a change"
    names = list(dict.fromkeys(safety.one_line(field.name) for field in one.fields))
    status = ("status", "retracted")
    known = {"retracted": status, "restored": status, "renamed": ("path",)}.get(one.what, ())
    names = [name for name in names if name not in known]
    named = f": {', '.join(names)}" if names else ""
    line = f"{_head(view, one.at, one.commit, one.by)} {what}{named}{_why(one.subject)}"
    branch = safety.one_line(one.branch or "another branch")
    note = {"own": "this branch", "merged": f"from {branch}", "unmerged": f"{branch}, NOT merged here"}
    return f"{line} | {note[one.layer]}" if one.layer in note else line


def _head(view: Standpoint, at: int | None, commit: str | None, by: str | None) -> str:
    """How long ago, in which commit, by whom."""
    when = "" if at is None else times.age(view.age(at))
    return " ".join(
        part for part in (when, commit[:7] if commit else "not committed", safety.one_line(by or "")) if part
    )


def _why(subject: str | None) -> str:
    text = safety.one_line(subject or "")
    if len(text) > SUBJECT_WIDTH:
        text = text[: SUBJECT_WIDTH - 1] + "…"
    return f" ({text})" if text else ""


def _details(one: Version) -> list[str]:
    """What became of each field; of what base took up nothing: the changes below have said it."""
    if one.what == "promoted" or one.successor is not None:
        return []
    lines: list[str] = []
    for field in one.fields:
        if one.what == "retracted" and field.name == "status":
            continue
        said = field_lines(field)
        if len(said) > BODY_LINES + 1:
            said = [*said[: BODY_LINES + 1], f"… {len(said) - BODY_LINES - 1} more lines"]
        lines += said
    return lines


def versions_json(result: History) -> Record:
    """The same as JSON."""
    return _object(
        result.view,
        result.id,
        result.total - len(result.versions),
        [_version(one) for one in result.versions],
        [],
    )


def _object(
    view: Standpoint, memory: str | None, omitted: int, told: list[Record], events: list[Record]
) -> Record:
    return {
        "schema": "agentmem/history/1",
        "view": jsonout.view(view),
        "memory": memory,
        "omitted": omitted,
        "versions": told,
        "events": events,
    }


def _version(one: Version) -> Record:
    return {
        "what": one.what,
        "blob": one.blob,
        "commit": one.commit,
        "path": safety.one_line(one.path),
        "layer": one.layer,
        "branch": None if one.branch is None else safety.one_line(one.branch),
        "at": None if one.at is None else times.format_iso(one.at),
        "by": None if one.by is None else safety.one_line(one.by),
        "subject": None if one.subject is None else safety.one_line(one.subject),
        "change": one.change,
        "successor": one.successor,
        "fields": [field_json(field) for field in one.fields],
    }


def events(result: Events, budget: int) -> str:
    """What happened, a commit a line, as many as ``budget`` (tokens, 0 for no limit) takes."""
    if not result.events:
        return f"agentmem: nothing happened in the memory ({where(result.view)}).\n"
    lines, shown = packed(_event_lines(result), budget)
    total = f"{result.total:,} times" if result.total > 1 else "once"
    of = f"; {shown} shown" if shown < result.total else ""
    head = f"agentmem: {where(result.view)}, the memory changed {total}{of}, newest first"
    left = result.total - shown
    tail = [
        f"{left} more: --limit 0 --budget 0, or narrow it: --since WHEN --until WHEN; one memory: agentmem history ID"
    ]
    return "\n".join((head, *lines, *(tail if left else ()))) + "\n"


def _event_lines(result: Events) -> Iterator[tuple[str, Sequence[str]]]:
    for event in result.events:
        signs = (
            ("+", event.added),
            ("~", event.changed),
            ("-", event.removed),
            ("promoted ", event.promoted),
        )
        parts = [_named(result, event, sign, named) for sign, named in signs if named]
        yield f"{_head(result.view, event.at, event.commit, event.by)} {' · '.join(parts)}", ()


def _named(result: Events, event: Event, sign: str, named: Sequence[str]) -> str:
    first = named[:TITLES]
    memories = result.memories(event, first)
    said = []
    for identity in first:
        short = result.shorts.get(identity, identity[: ids.SHORT])
        memory = memories.get(identity)
        title = safety.one_line(memory.title) if memory else ""
        if len(title) > TITLE_WIDTH:
            title = title[: TITLE_WIDTH - 1] + "…"
        said.append(f'{short} {memory.kind} "{title}"' if memory else short)
    more = f", +{len(named) - TITLES}" if len(named) > TITLES else ""
    return f"{sign}{len(named)} {', '.join(said)}{more}"


def events_json(result: Events) -> Record:
    """The same as JSON."""
    told: list[Record] = [
        {
            "commit": one.commit,
            "at": None if one.at is None else times.format_iso(one.at),
            "by": None if one.by is None else safety.one_line(one.by),
            "subject": None if one.subject is None else safety.one_line(one.subject),
            "added": list(one.added),
            "changed": list(one.changed),
            "removed": list(one.removed),
            "promoted": list(one.promoted),
        }
        for one in result.events
    ]
    return _object(result.view, None, result.total - len(result.events), [], told)
