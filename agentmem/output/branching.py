"""What branches have done to memory, in words and as JSON: overlays, promotions, differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import ids, safety, times
from agentmem.output import jsonout
from agentmem.output.packed import packed, within
from agentmem.output.text import count, titled, where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agentmem.actions.adopting import Adopted
    from agentmem.actions.conflicting import Conflicts
    from agentmem.actions.overlay import Listed, Shown, ShownChange
    from agentmem.actions.promoting import Promoted, Swept
    from agentmem.actions.rescuing import Lost, Rescued
    from agentmem.model.differences import FieldDifference
    from agentmem.model.memory import Memory
    from agentmem.output.jsonout import Record

WIDTH = 100
"""Characters of one value in a line."""


def overlays(result: Listed) -> str:
    """One branch a line: what it has that trunk has not, and what is pending."""
    number = count(len(result.overlays), "branch", "branches")
    whose = "its" if len(result.overlays) == 1 else "their"
    head = f"agentmem: {number} with memory of {whose} own, seen from {where(result.view)}"
    if not result.overlays and not result.orphans:
        return f"agentmem: no branch has memory of its own here ({where(result.view)}).\n"
    lines = [head]
    for one in result.overlays:
        facts = []
        if one.new:
            facts.append(f"{one.new} new")
        if one.pending:
            facts.append(f"{count(one.pending, 'change')} pending")
        if one.absorbed:
            facts.append(f"{one.absorbed} taken up by trunk")
        notes = ["this branch"] if one.layer == "own" else []
        if one.layer == "unmerged" and not one.carried:
            notes.append("NOT merged here")
        if one.carried:
            notes.append(
                f"{one.carried} not committed, here from another branch: agentmem overlay adopt {quoted(one.branch)}"
            )
        if one.conflicts:
            notes.append(f"CONFLICT in {one.conflicts}")
        lines.append(" | ".join((f"{safety.one_line(one.branch)}  {', '.join(facts)}".rstrip(), *notes)))
    if result.orphans:
        lines.append(f"{count(result.orphans, 'change')} of memories that this tree has not: agentmem check")
    merged = [one for one in result.overlays if one.layer != "unmerged"]
    if result.trunk is not None and result.view.branch == result.trunk:
        if any(one.pending > one.held for one in merged):
            first = f"when the {result.under_way} is committed " if result.under_way else ""
            lines.append(f"{first}trunk takes them up with: agentmem overlay promote")
        lines += [
            f"what was changed after a change of {safety.one_line(name)} that is not here waits: git merge {quoted(name)}"
            for name in result.awaited
        ]
        if any(one.conflicts for one in merged):
            lines.append("what is in CONFLICT waits for somebody to decide: agentmem check names it")
    return "\n".join(lines) + "\n"


def overlays_json(result: Listed) -> Record:
    """The same as JSON."""
    return {
        "schema": "agentmem/overlay-list/1",
        "view": jsonout.view(result.view),
        "trunk": result.trunk,
        "overlays": [
            {
                "branch": safety.one_line(one.branch),
                "layer": one.layer,
                "new": one.new,
                "pending": one.pending,
                "held": one.held,
                "conflicts": one.conflicts,
                "absorbed": one.absorbed,
                "carried": one.carried,
            }
            for one in result.overlays
        ],
        "orphans": result.orphans,
    }


def overlay(result: Shown, budget: int = 0) -> str:
    """One branch's new memories and changes, one a line, with what the changes say, as far as ``budget`` (tokens) goes."""
    from agentmem.output.text import list_line

    name = safety.one_line(result.branch)
    if not result.memories and not result.changes:
        return f"agentmem: {name} has no memory of its own here.\n"
    lines = [
        f"agentmem: {name}, seen from {where(result.view)}: {len(result.memories)} new, {count(len(result.changes), 'change')}"
    ]
    items: list[tuple[str, list[str]]] = [
        (f"+ {list_line(found, result.shorts, result.view)}", []) for found in result.memories
    ]
    items += [
        (
            _change_line(change, result.shorts),
            [line for field in change.fields for line in field_lines(field)],
        )
        for change in result.changes
    ]
    told, shown = packed(items, budget)
    if left := len(items) - shown:
        told.append(f"{count(left, 'more', 'more')}: --budget 0")
    return "\n".join([*lines, *told]) + "\n"


def _change_line(change: ShownChange, shorts: Mapping[str, str]) -> str:
    short = shorts.get(change.identity, change.identity[: ids.SHORT])
    title = f" {titled(change.memory.memory.title)}" if change.memory else ""
    notes = {
        "pending": (),
        "conflict": ("CONFLICT",),
        "absorbed": ("taken up by trunk",),
        "orphan": ("its memory is not here",),
    }[change.state]
    who = f" {safety.one_line(change.by)}" if change.by else ""
    return " | ".join((f"~ {short}{title}{who}", *notes))


def overlay_json(result: Shown) -> Record:
    """The same as JSON."""
    return {
        "schema": "agentmem/overlay-show/1",
        "view": jsonout.view(result.view),
        "branch": result.branch,
        "memories": [jsonout.memory(found) for found in result.memories],
        "changes": [
            {
                "change": one.id,
                "memory": one.identity,
                "state": one.state,
                "by": one.by,
                "created": None if one.created is None else times.format_iso(one.created),
                "path": one.path,
                "fields": [field_json(field) for field in one.fields],
            }
            for one in result.changes
        ],
    }


def field_lines(field: FieldDifference) -> list[str]:
    """What became of one field: `title: A → B`, `tags: +a -b`, the body as a diff."""
    if field.name == "retracted" and field.was is None and field.to is not None:
        return [f"reason: {_said(field.to)}"]
    if field.diff:
        return ["body:", *(safety.clean(line) for line in field.diff.split("\n"))]
    if field.add or field.remove:
        items = [f"+{_said(item)}" for item in field.add] + [f"-{_said(item)}" for item in field.remove]
        return [f"{safety.one_line(field.name)}: {' '.join(items)}"]
    if field.was == field.to:  # to name it ended a conflict; a reason that there is none goes with the status
        value = "active" if field.name == "status" and field.to is None else _said(field.to)
        return [] if field.name == "retracted" else [f"{safety.one_line(field.name)}: stays {value}"]
    return [f"{safety.one_line(field.name)}: {_said(field.was)} → {_said(field.to)}"]


def field_json(field: FieldDifference) -> Record:
    """The same as JSON."""
    return {
        "name": safety.one_line(field.name),
        "from": jsonout.plain(field.was),
        "to": jsonout.plain(field.to),
        "add": jsonout.plain(list(field.add)),
        "remove": jsonout.plain(list(field.remove)),
        "diff": safety.clean(field.diff) if field.diff else None,
    }


def _said(value: object) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, dict):
        value = ", ".join(f"{key} {part}" for key, part in value.items())
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    text = safety.one_line(str(value))
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"


def promoted(result: Promoted, budget: int = 0) -> str:
    """What base has taken up, and what it could not, as far as ``budget`` (tokens) goes."""
    from agentmem.model import changes

    done: list[str] = []
    lines: list[str] = []
    verb = "promoted" if result.commit else "would promote"
    if result.memories:
        done.append(
            f"{verb} {count(result.changes, 'change')} of {count(len(result.memories), 'memory', 'memories')}"
            + (f": commit {result.commit[:7]}" if result.commit else "")
        )
        done += [_line(found.memory) for found in result.memories]
    for found in result.left:
        short = found.memory.id[: ids.SHORT]
        fields = sorted({conflict.field for conflict in found.conflicts})
        ends = changes.ending(fields, short)
        named = safety.one_line(", ".join(fields))
        lines.append(f"{_line(found.memory)} | CONFLICT in {named}: agentmem show {short}, then: {ends}")
    lines += [
        f"{_line(found.memory)} | has edits that are not committed: commit them first"
        for found in result.skipped
    ]
    lines += [
        f"{_line(one.found.memory)} | was changed after a change that is not here: git merge {quoted(one.branch)}"
        for one in result.waits
    ]
    if result.orphans:
        lines.append(f"{count(result.orphans, 'change')} of memories that this tree has not stay pending")
    if not done:
        done, lines = (lines or ["nothing to promote"]), []
    return "\n".join(within(done, budget, lines)) + "\n"


def promoted_json(result: Promoted) -> Record:
    """The same as JSON."""
    return {
        "schema": "agentmem/overlay-promote/1",
        "branch": result.branch,
        "promoted": [found.memory.id for found in result.memories],
        "changes": result.changes,
        "conflicts": [jsonout.memory(found) for found in result.left],
        "skipped": [found.memory.id for found in result.skipped],
        "waits": [one.found.memory.id for one in result.waits],
        "orphans": result.orphans,
        "commit": result.commit,
    }


def adopted(result: Adopted) -> str:
    """What was taken over."""
    name, into = safety.one_line(result.branch), safety.one_line(result.into or "this worktree")
    total = len(result.memories) + len(result.changed)
    left = [f"  {_line(memory)}" for memory in result.left]
    left += [f"  ~ {_line(memory)}" for memory in result.left_changed]
    if not total and not left:
        return f"nothing of {name} is left to adopt\n"
    lines = (
        [f"adopted {total} of {name} into {into}"] if total else [f"adopted nothing: {name} has no lessons"]
    )
    lines += [f"+ {_line(memory)}" for memory in result.memories]
    lines += [f"~ {_line(memory)}" for memory in result.changed]
    if left:
        lines.append(f"{len(left)} more, by id: agentmem overlay adopt {quoted(result.branch)} ID…")
        lines += left[:LEFT_SHOWN]
        if len(left) > LEFT_SHOWN:
            lines.append(f"  +{len(left) - LEFT_SHOWN}: agentmem overlay diff {quoted(result.branch)}")
    return "\n".join(lines) + "\n"


LEFT_SHOWN = 8


def adopted_json(result: Adopted) -> Record:
    """The same as JSON."""
    return {
        "schema": "agentmem/overlay-adopt/1",
        "branch": result.branch,
        "into": result.into,
        "adopted": [memory.id for memory in result.memories],
        "changed": [memory.id for memory in result.changed],
        "left": [memory.id for memory in result.left],
        "left_changed": [memory.id for memory in result.left_changed],
    }


def swept(result: Swept) -> str:
    """What was cleared away."""
    if not result.paths:
        return "nothing to sweep\n"
    verb = "swept" if result.commit else "would sweep"
    done = f": commit {result.commit[:7]}" if result.commit else ""
    names = ", ".join(safety.one_line(name) for name in result.branches)
    return f"{verb} {count(len(result.paths), 'change')} that trunk has taken up, of {names}{done}\n"


def swept_json(result: Swept) -> Record:
    """The same as JSON."""
    return {
        "schema": "agentmem/overlay-sweep/1",
        "paths": list(result.paths),
        "branches": list(result.branches),
        "commit": result.commit,
    }


def _line(memory: Memory) -> str:
    return f"{memory.id[: ids.SHORT]} {memory.kind} {titled(memory.title)}"


def quoted(word: str) -> str:
    """``word`` as one word of a shell command, made safe to show."""
    import shlex

    return shlex.quote(safety.one_line(word))


def rescued(result: Rescued) -> str:
    """What was brought back from the journal."""
    if not result.restored and not result.kept and not result.committed:
        return "nothing in the journal is lost: all of it is in a commit or a worktree\n"
    lines = []
    if result.restored:
        it = "it" if len(result.restored) == 1 else "them"
        lines.append(f"restored {count(len(result.restored), 'file')}; commit {it}")
    lines += [
        f"+ {_lost(one)}" + (f" | {one.remark}" if one.base is not None else "") for one in result.restored
    ]
    for name in result.elsewhere:
        shown = quoted(name)
        lines.append(
            f"what is of {shown} does not count here: commit it there, or agentmem overlay adopt {shown}"
        )
    for one in result.kept:
        why = "the file here says something else; what was lost: agentmem restore --journal --json"
        if one.base is not None:
            why = f"it is older; to have it merged: agentmem restore {str(one.about)[: ids.SHORT]}"
        lines.append(f"  {_lost(one)} | not restored: {why}")
    by_id = {one.about: one for one in result.committed}
    if by_id:
        lines.append(
            f"{count(len(by_id), 'memory', 'memories')} in a commit that no branch holds, not restored:"
        )
    lines += [
        f"  {_lost(one)}: agentmem restore {str(identity)[: ids.SHORT]}" for identity, one in by_id.items()
    ]
    return "\n".join(lines) + "\n"


def _lost(one: Lost) -> str:
    name = _line(one.memory) if one.memory else safety.one_line(one.entry.path)
    return f"{name} ({safety.one_line(one.entry.branch or 'no branch')})"


def rescued_json(result: Rescued) -> Record:
    """The same as JSON."""

    def told(found: Sequence[Lost]) -> list[object]:
        return [
            {
                "path": one.entry.path,
                "memory": one.memory.id if one.memory else None,
                "branch": one.entry.branch,
                "worktree": one.entry.worktree,
                "text": safety.clean(one.entry.text),
            }
            for one in found
        ]

    return {
        "schema": "agentmem/restore-journal/1",
        "restored": told(result.restored),
        "kept": told(result.kept),
        "committed": told(result.committed),
    }


def conflicts(result: Conflicts, budget: int) -> str:
    """One conflict a line, the surest first, as many as the budget takes."""
    from agentmem.model import tokens

    if not result.clashes:
        return f"agentmem: no conflicts with open branches ({where(result.view)}).\n"
    lines: list[str] = []
    left = budget - 30 if budget else 0
    for clash in result.clashes:
        names = " ".join(result.shorts[i] if i in result.shorts else i[: ids.SHORT] for i in clash.ids)
        branches = ", ".join(safety.one_line(branch) for branch in clash.branches)
        line = f"{names} {clash.type} ({branches}): {safety.one_line(clash.reason)}".lstrip()
        cost = tokens.estimate(line) + 1
        if budget and cost > left:
            break
        left -= cost
        lines.append(line)
    head = (
        f"agentmem: {len(lines)} of {count(len(result.clashes), 'conflict')}, seen from {where(result.view)}"
    )
    more = len(result.clashes) - len(lines)
    tail = [f"{more} more: --budget 0"] if more else []
    return "\n".join((head, *lines, *tail)) + "\n"


def conflicts_json(result: Conflicts) -> Record:
    """The same as JSON."""
    return {
        "schema": "agentmem/conflicts/1",
        "view": jsonout.view(result.view),
        "conflicts": [
            {
                "type": clash.type,
                "ids": list(clash.ids),
                "branches": [safety.one_line(branch) for branch in clash.branches],
                "paths": list(clash.paths),
                "reason": safety.one_line(clash.reason),
            }
            for clash in result.clashes
        ],
    }
