"""The page of a thing: what is known, decided, tried and in progress about an entity, a path or a symbol, under a budget."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agentmem.actions import filed, judging, selecting, standing
from agentmem.actions.board import Board, Seen
from agentmem.actions.context import Context
from agentmem.actions.naming import ENTITY, FILE, Named
from agentmem.actions.selecting import Found
from agentmem.actions.tasks import Tasks
from agentmem.model import digest, kinds, notation, scopes, taskgraph, times, tokens
from agentmem.model.digest import Digest, Line, shortened
from agentmem.model.folding import folded
from agentmem.model.memory import first_paragraph
from agentmem.model.taskgraph import Placed

LOOKED_AT = 60
"""Memories of one section that are read, the nearest and newest."""
JUDGED = 24
"""Of them those that are held against the code, as many as of a recall."""
TITLE, PARAGRAPH, NOTE, NAME = 100, 260, 200, 60
"""Characters of a title, of a first paragraph, of a handoff, of a name."""
FRAME = 60
"""Tokens around the sections: the first line, what was left out."""
FALLING = 0.15
"""How much less each further line of a section is needed: so that no section takes the place of all others."""
SECTIONS = (
    ("Page", ("entity",), 9.0),
    ("Decided", ("decision", "convention"), 6.0),
    ("Known", ("fact", "procedure", "reflection"), 5.0),
    ("Tried", ("deadend",), 6.5),
    ("In progress", ("plan",), 7.0),
    ("Done", ("log",), 3.0),
)
"""Sections, the kinds that they tell of besides tasks, and how much their first line is needed."""
DETAIL = 2.5
"""How much less the first paragraph of a memory is needed than its title."""


class Page(NamedTuple):
    """What is told of a thing; ``searched`` counts the memories in force."""

    named: Named
    digest: Digest
    searched: int


def page(context: Context, named: Named, budget: int) -> Page:
    """The page of ``named`` in at most ``budget`` tokens (0: no limit)."""
    view = context.index.view()
    about = _about(context, named)
    rows = view.columns.rows
    own = {one.memory.id for one in named.pages}
    chosen = [
        i
        for i in range(len(view))
        if view.shown[i] and i not in view.foreign and (rows[i] in about or view.columns.ids[i] in own)
    ]
    sections: dict[str, list[Line]] = {}
    unread = 0
    for name, of_kinds, weight in SECTIONS:
        numbers = {kinds.NUMBER[kind] for kind in of_kinds}
        found = [i for i in chosen if view.columns.kinds[i] in numbers]
        found.sort(key=lambda i: (-about.get(rows[i], 2.0), -(view.created(i) or 0), view.columns.ids[i]))
        unread += max(len(found) - LOOKED_AT, 0)
        memories = selecting.fetch(context.index, view, found[:LOOKED_AT])
        memories.sort(
            key=lambda one: (-about.get(rows[one.position], 2.0) / _breadth(one), -(one.memory.created or 0))
        )
        lines = list(_memories(context, memories, weight, len(of_kinds) > 1))
        sections[name] = lines
    going, ended = _work(context, named, about)
    sections["In progress"] = going + sections["In progress"]
    sections["Done"] = ended + sections["Done"]
    frame = FRAME + tokens.estimate(named.name + " ".join((*named.aliases, *named.paths)))
    packed = _without_orphans(sections, digest.pack(sections, budget, frame))
    titles = sum(bool(line.memory) for lines in sections.values() for line in lines)
    told = len(packed.memories)
    return Page(named, packed._replace(omitted=titles - told + unread), sum(view.shown))


def _breadth(found: Found) -> float:
    """How much less a memory is about each thing that it names: who touched many files is about each of them less."""
    memory = found.memory
    return math.sqrt(max(len(memory.scope) + len({cite.path for cite in memory.cites}), 1))


def _without_orphans(sections: Mapping[str, Sequence[Line]], packed: Digest) -> Digest:
    """What was packed, without the lines below a title that there was no room for."""
    kept = {}
    for name, lines in packed.sections.items():
        titled = False
        there: list[str] = []
        left = list(lines)
        for line in sections[name]:
            taken = bool(left) and left[0] == line.text
            titled = taken if line.memory else titled
            if taken:
                left.pop(0)
                if titled:
                    there.append(line.text)
        if there:
            kept[name] = tuple(there)
    return packed._replace(sections=kept)


def _about(context: Context, named: Named) -> dict[int, float]:
    """The rows that are about a thing, with how closely."""
    index = context.index
    if named.form != FILE:
        key = "entity" if named.form == ENTITY else "symbol"
        found = {row: 1.0 for _, row in index.knowledge.named(key, named.names)}
        if named.form == ENTITY:  # what cites a symbol of that name is about it, if less surely
            for _, row in index.knowledge.named("symbol", named.names):
                found.setdefault(row, 0.5)
        return found
    return filed.about_files(index, named.paths)


def _memories(context: Context, found: Sequence[Found], weight: float, several: bool) -> Iterable[Line]:
    labelled = standing.labelled(context, found)
    judged = [*judging.judged(context, labelled[:JUDGED]), *labelled[JUDGED:]]
    shorts = context.index.view().shorts
    for place, one in enumerate(judged):
        memory = one.memory
        age = "" if memory.created is None else f" {times.age(max(context.now - memory.created, 0))}"
        kind = f" {memory.kind}" if several else ""
        notes = "".join(f" | {note}" for note in standing.notes_of(one, shorts))
        needed = weight - FALLING * place
        yield Line(
            f"- {shorts[memory.id]}{kind}{age}: {shortened(memory.title, TITLE)}{notes}", needed, memory.id
        )
        body = first_paragraph(notation.without_title(memory) or "")
        if body and memory.kind != "log":
            yield Line(f"  {shortened(body, PARAGRAPH)}", needed - DETAIL)


def _work(context: Context, named: Named, about: Mapping[int, float]) -> tuple[list[Line], list[Line]]:
    """The lines of tasks and claims: what is to be done or being done, and what is done."""
    if not context.index.is_at_hand:
        return _tasks_then(context, about), []
    board = Board(context)
    tasks = Tasks(context, board)
    rows, shorts = tasks.view.columns.rows, tasks.shorts
    going: list[Line] = []
    ended: list[Line] = []
    for placed in tasks.placed:
        task = placed.task
        seen = board.seen.get(task.id)
        held = board.held.get(task.id)
        near = (
            rows[tasks.found[task.id].position] in about
            or (held is not None and _covers(held.claim.scope, named))
            or _says(task.title, named)
        )
        if not near:
            continue
        told = f'- {shorts[task.id]} "{shortened(task.title, TITLE)}"'
        if placed.state == taskgraph.DONE or placed.closed_on:
            closing = tasks.closing_of(task.id)
            who = f", {shortened(closing.by, NAME)}" if closing and closing.by else ""
            at = closing.at if closing else None
            when = "" if at is None else f" {times.age(max(context.now - at, 0))}"
            where = f", on {shortened(placed.closed_on, NAME)}, NOT merged here" if placed.closed_on else ""
            ended.append(Line(f"{told}: done{when}{who}{where}", 3.2 - FALLING * len(ended), task.id))
            continue
        needed = (8.0 if held else 7.0) - FALLING * len(going)
        going.append(Line(f"{told}: {_state(context, placed, held)}", needed, task.id))
        note = seen.claim.handoff if seen else None
        if note:
            going.append(
                Line(f"  handoff ({shortened(note.by, NAME)}): {shortened(note.text, NOTE)}", needed - 0.1)
            )
    return going, ended


def _state(context: Context, placed: Placed, held: Seen | None) -> str:
    if held is not None:
        left = times.age(max(held.end - context.now, 0))
        return f"{shortened(held.claim.agent, NAME)} is on it, {left} left"
    facts = [f"P{placed.urgency}" if placed.task.priority is not None else "", placed.task.role or ""]
    said = shortened(" ".join(fact for fact in facts if fact), NAME)
    state = "failed before" if placed.state == taskgraph.FAILED else ""
    if placed.blocked:
        state = f"blocked by {len(placed.blocked)}"
    elif placed.waits:
        state = f"waits for the merge of {shortened(placed.waits[0][1], NAME)}"
    return ", ".join(part for part in (state or "free", said) if part)


def _tasks_then(context: Context, about: Mapping[int, float]) -> list[Line]:
    """The tasks that were open where one stands: of another branch or moment there are no claims."""
    view = context.index.view()
    number = kinds.NUMBER["task"]
    columns = view.columns
    found = [
        i
        for i in range(len(view))
        if columns.kinds[i] == number and columns.rows[i] in about and view.status(i) == "open"
    ]
    shorts = view.shorts
    return [
        Line(
            f'- {shorts[one.memory.id]} "{shortened(one.memory.title, TITLE)}": open',
            7.0 - FALLING * place,
            one.memory.id,
        )
        for place, one in enumerate(selecting.fetch(context.index, view, view.newest_first(found)))
    ]


def _covers(patterns: Iterable[str], named: Named) -> bool:
    return any(scopes.meet(pattern, path) for pattern in patterns for path in named.paths)


def _says(title: str, named: Named) -> bool:
    words = f" {''.join(char if char.isalnum() or char in '._-/' else ' ' for char in folded(title))} "
    names = named.names or tuple(folded(path) for path in named.paths)
    return any(f" {name} " in words for name in names)
