"""What keeping a store in order has done, or would do, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import safety
from agentmem.output import jsonout, packed
from agentmem.output.text import count, titled, where

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from agentmem.actions.forgetting import Candidate, Forgotten
    from agentmem.actions.reflecting import Reflected, Undone
    from agentmem.actions.tidying import Tidied
    from agentmem.model.retention import Term

Record = dict[str, object]

ACCEPTED = 12
"""Ids of accepted reflections that are named under a budget."""


def forgotten(result: Forgotten, dry_run: bool, explain: bool, budget: int) -> str:
    """One line for each memory that goes, those with the lowest score first, as many as the budget takes."""
    number = len(result.candidates)
    view = where(result.view)
    if not number:
        head = f"agentmem: nothing to archive of {count(result.total, 'memory', 'memories')} ({view})."
    else:
        verb = "would archive" if dry_run else "archived"
        head = f"agentmem: {verb} {number} of {count(result.total, 'memory', 'memories')} ({view}), lowest score first."
        if result.commit:
            head = head[:-1] + f": commit {result.commit[:7]}."
    items = [
        (
            _candidate(one, result.shorts),
            [f"score {one.weighed.score:.3f} = 1 / (1 + e^-x), x = {_summed(one.terms)}"] if explain else [],
        )
        for one in result.candidates
    ]
    lines, shown = packed.packed(items, budget)
    tail = []
    if shown < number:
        tail.append(f"{number - shown} more: --budget 0")
    if result.held:
        some = ", ".join(held_as(why, times) for why, times in _grouped(result))
        held = f"{len(result.held)}{' more' if number else ''}"
        tail.append(f"{held} would go but {'stays' if len(result.held) == 1 else 'stay'}: {some}")
    if result.skipped:
        tail.append(f"edited meanwhile, and left: {' '.join(result.skipped)}")
    tail += [f"{remark}" for remark in result.remarks]
    if number:
        tail.append(
            "archive them, on trunk: agentmem forget" if dry_run else "bring one back: agentmem restore ID"
        )
    return "\n".join((head, *lines, *tail)) + "\n"


def _grouped(result: Forgotten) -> Sequence[tuple[str, int]]:
    """What holds them, and how many; of those that another branch or task holds the number alone."""
    from collections import Counter

    from agentmem.actions import weighing

    found: Counter[str] = Counter()
    for why, times in result.reasons.items():
        kind = "changed on another branch" if why.startswith(weighing.ELSEWHERE) else why
        found["used by later work" if kind.startswith("used by ") else kind] += times
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


_MANY = {
    "settles what is here": "settle what is here",
    "has pending changes": "have pending changes",
    "task that is not over": "tasks that are not over",
    "plan that is not over": "plans that are not over",
    "would bring back what it replaces": "would bring back what they replace",
}
"""What holds one, and the same of several; all else is said of any number."""
_ASIDE = {
    "two files have its id": "whose id two files have",
    "nothing is said of it": "of which nothing is said",
}


def held_as(why: str, times: int) -> str:
    """So many that one reason holds: ``1 pinned``, ``5 tasks that are not over``."""
    said = _ASIDE.get(why, why)
    return f"{times} {safety.one_line(said if times == 1 else _MANY.get(said, said))}"


def _candidate(one: Candidate, shorts: Mapping[str, str]) -> str:
    memory = one.weighed.found.memory
    return f"{shorts[memory.id]} {memory.kind} {titled(memory.title)} | {one.why} | score {one.weighed.score:.2f}"


def _summed(terms: Sequence[Term]) -> str:
    """The summands of a score: the feature's value times its weight, and what that adds."""
    parts = [f"{term.name} {term.value:.3f} × {term.weight:g} ({term.adds:+.3f})" for term in terms]
    return " + ".join(parts) or "0"


def forgotten_json(result: Forgotten, dry_run: bool) -> Record:
    """The same as JSON."""
    return {
        "schema": "agentmem/forget/1",
        "view": jsonout.view(result.view),
        "dry_run": dry_run,
        "memories": result.total,
        "candidates": [
            {
                **jsonout.memory(one.weighed.found),
                "reason": one.weighed.reason,
                "why": safety.one_line(one.why),
                "other": one.weighed.other,
                "score": round(one.weighed.score, 6),
                "terms": [
                    {
                        "name": term.name,
                        "value": round(term.value, 6),
                        "weight": term.weight,
                        "adds": round(term.adds, 6),
                    }
                    for term in one.terms
                ],
            }
            for one in result.candidates
        ],
        "held": [
            {"id": each.found.memory.id, "reason": each.reason, "by": safety.one_line(why)}
            for each, why in result.held
        ],
        "skipped": list(result.skipped),
        "remarks": list(result.remarks),
        "commit": result.commit,
    }


def reflected(result: Reflected, dry_run: bool, budget: int) -> str:
    """The reflections that are proposed, each with what becomes of its entries; before it is done, their text."""
    from agentmem.model import ids

    number = len(result.proposed)
    taken = sum(len(each.memory.sources) for each in result.proposed)
    of = f"{taken} of {count(result.entries, 'log entry', 'log entries')} ({where(result.view)})"
    verb = "would propose" if dry_run else "proposed"
    done = f": commit {result.commit[:7]}" if result.commit else ""
    lines = [
        f"agentmem: {verb} {count(number, 'reflection')} on {of}{done}."
        if number
        else f"agentmem: nothing to reflect on in {count(result.entries, 'log entry', 'log entries')}"
        f" ({where(result.view)}){done}."
    ]
    items = [
        (
            f"{result.shorts.get(each.memory.id, each.memory.id[: ids.SHORT])} reflection {titled(each.memory.title)}"
            f" | {_entries(each.archived, each.held, dry_run)}",
            [line for line in safety.clean(each.memory.body).splitlines() if line] if dry_run else [],
        )
        for each in result.proposed
    ]
    for turned in result.refused:
        shorts = " ".join(result.shorts.get(one, one[: ids.SHORT]) for one in turned.ids[:6])
        more = f" and {len(turned.ids) - 6} more" if len(turned.ids) > 6 else ""
        why = f"{safety.one_line(turned.why)} ({shorts}{more})"
        items.append((f"refused: {titled(turned.title)}: {why}", []))
    blocks, shown = packed.packed(items, budget)
    lines += blocks
    if shown < len(items):
        lines.append(f"{len(items) - shown:,} more: --budget 0")
    if result.accepted:
        verb = "would accept" if dry_run else "accepted"
        named = result.accepted[:ACCEPTED] if budget else result.accepted
        some = " ".join(result.shorts.get(one, one[: ids.SHORT]) for one in named)
        left_out = len(result.accepted) - len(named)
        also = f" and {left_out:,} more" if left_out else ""
        lines.append(f"{verb}, on trunk for a day: {some}{also}")
    lines += dict.fromkeys(safety.one_line(each.note) for each in result.proposed if each.note)
    if number and not any(each.archived for each in result.proposed):
        lines.append(_all_stay({why for each in result.proposed for why in each.held.values()}, dry_run))
    if number:
        lines.append(
            "propose them, on trunk: agentmem reflect"
            if dry_run
            else "take one back: agentmem reflect --undo ID"
        )
    return "\n".join(lines) + "\n"


def _all_stay(reasons: Collection[str], dry_run: bool) -> str:
    """Why a reflection archives none of its entries, where that is for the two reasons that most have."""
    parts = []
    if "settles what is here" in reasons:
        parts.append("what closes a task stays as long as the task is here")
    if any(why.startswith("used by ") for why in reasons):
        parts.append("what later work has used stays")
    why = f": {', and '.join(parts)}" if parts else ""
    return f"no entry {'would be' if dry_run else 'is'} archived, since something holds each{why}"


def _entries(archived: Sequence[str], held: Mapping[str, str], dry_run: bool) -> str:
    from collections import Counter

    gone = f"{count(len(archived), 'entry', 'entries')} {'to be archived' if dry_run else 'archived'}"
    if not held:
        return gone
    some = ", ".join(held_as(why, times) for why, times in sorted(Counter(held.values()).items()))
    return f"{gone}, {len(held)} {'stays' if len(held) == 1 else 'stay'}: {some}"


def reflected_json(result: Reflected, dry_run: bool) -> Record:
    """The same as JSON."""
    return {
        "schema": "agentmem/reflect/1",
        "view": jsonout.view(result.view),
        "dry_run": dry_run,
        "entries": result.entries,
        "proposed": [
            {
                "id": each.memory.id,
                "title": safety.one_line(each.memory.title),
                "path": each.path,
                "text": safety.clean(each.memory.body),
                "sources": list(each.memory.sources),
                "archived": list(each.archived),
                "held": [{"id": one, "by": safety.one_line(why)} for one, why in sorted(each.held.items())],
                "note": each.note,
            }
            for each in result.proposed
        ],
        "refused": [
            {
                "title": safety.one_line(turned.title),
                "entries": turned.entries,
                "why": safety.one_line(turned.why),
                "ids": list(turned.ids),
            }
            for turned in result.refused
        ],
        "accepted": list(result.accepted),
        "commit": result.commit,
    }


def undone(result: Undone, dry_run: bool) -> str:
    """A reflection that was taken back."""
    from agentmem.model import ids

    short = result.shorts[result.memory.id]
    would = "would be " if dry_run else ""
    how = "removed" if result.removed else "retracted"
    done = f": commit {result.commit[:7]}" if result.commit else ""
    number = len(result.restored)
    verb = would or ("is " if number == 1 else "are ")
    back = f"{count(number, 'entry', 'entries')} {verb}in the log again"
    if not number:
        back = "no entry comes back" if result.missing else "its entries are all in the log"
    lines = [
        f"{short} {would}{how}; {back}{done}"
        if result.changed
        else f"{short} is taken back already: nothing changed"
    ]
    if result.missing:
        missing = " ".join(result.shorts.get(one, one[: ids.SHORT]) for one in result.missing)
        lines.append(f"not in this branch's history: {missing}")
    return "\n".join(lines) + "\n"


def undone_json(result: Undone, dry_run: bool) -> Record:
    """The same as JSON."""
    return {
        "schema": "agentmem/reflect-undo/1",
        "dry_run": dry_run,
        "id": result.memory.id,
        "removed": result.removed,
        "restored": list(result.restored),
        "missing": list(result.missing),
        "commit": result.commit,
    }


_DID = {
    "promote": ("change", "taken up"),
    "re-anchor": ("citation", "re-anchored"),
    "reflect": ("reflection", "proposed or accepted"),
    "archive old logs": ("log entry", "archived"),
    "forget": ("memory", "archived"),
}
_WEIGHED = ("archive old logs", "forget")
"""Of these what is held is no news."""
_PLURALS = {"log entry": "log entries", "memory": "memories"}


def tidied(result: Tidied, dry_run: bool) -> str:
    """One line for each step that did something, or failed."""
    lines = [f"agentmem: {'would tidy' if dry_run else 'tidied'} {where(result.view)}"]
    for step in result.steps:
        noun, did = _DID[step.name]
        if step.problem:
            hint = f"     {safety.one_line(step.problem.hint)}" if step.problem.hint else ""
            lines.append(f"{step.name}: FAILED: {safety.one_line(step.problem.message)}{hint}")
        elif step.number or (step.left and step.name not in _WEIGHED):
            did = f"to be {did}" if dry_run else did
            commit = f", commit {step.commit[:7]}" if step.commit else ""
            left = f" | {safety.one_line(step.left)}" if step.left else ""
            lines.append(f"{step.name}: {count(step.number, noun, _PLURALS.get(noun))} {did}{commit}{left}")
    if len(lines) == 1:
        lines = [f"agentmem: nothing to tidy on {where(result.view)}"]
    lines += [safety.one_line(remark) for remark in result.remarks]
    return "\n".join(lines) + "\n"


def tidied_json(result: Tidied, dry_run: bool) -> Record:
    """The same as JSON."""
    return {
        "schema": "agentmem/tidy/1",
        "view": jsonout.view(result.view),
        "dry_run": dry_run,
        "steps": [
            {
                "step": step.name,
                "count": step.number,
                "ids": list(step.ids),
                "commit": step.commit,
                "left": step.left,
                "problem": None
                if step.problem is None
                else {
                    "code": step.problem.code,
                    "message": step.problem.message,
                    "hint": step.problem.hint,
                    "exit": step.problem.exit,
                },
            }
            for step in result.steps
        ],
        "remarks": list(result.remarks),
    }
