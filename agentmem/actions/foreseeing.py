"""What a claim will probably meet: scopes of others, files that tasks like it changed, tasks that say much the same."""

from collections.abc import Sequence

from agentmem.actions.board import Board
from agentmem.actions.tasks import Tasks
from agentmem.model import foresight, leases, safety, scopes, siblings, taskgraph, times
from agentmem.model.foresight import Intent, Work
from agentmem.model.taskgraph import Placed

PAST = 2_000
"""Entries of finished tasks that are looked at, the newest: older ones are of other code."""
COMPARED = 1_000
"""Tasks that a new one is compared with."""
TOLD = 3
"""Warnings of each sort at most."""
WIDTH = 90
"""Characters of another task's title at most."""


def told(board: Board, tasks: Tasks, placed: Placed) -> tuple[str, ...]:
    """What who has claimed ``placed`` should know: likely overlaps with claims of others, and tasks that are much the same."""
    return (*_overlaps(board, tasks, placed), *_alike(board, tasks, placed))


def _overlaps(board: Board, tasks: Tasks, placed: Placed) -> list[str]:
    others = [
        seen
        for seen in board.held.values()
        if seen.claim.task != placed.task.id and seen.claim.task in tasks.by_id and not board.is_mine(seen)
    ]
    if not others:
        return []
    intents = [_intent(tasks, placed, board)] + [
        _intent(tasks, tasks.by_id[seen.claim.task], board) for seen in others
    ]
    mine, *theirs = foresight.foresee(intents, _past(tasks), board.context.now + 1)
    found = []
    for seen, other in zip(others, theirs, strict=True):
        # what both have said needs no past: the folder may be new
        if met := _met(intents[0].scope, seen.claim.scope):
            found.append((-1.0, seen, f"its scope {met} meets yours"))
            continue
        overlap = foresight.overlap(mine, other)
        if overlap.chance >= foresight.LIKELY and overlap.paths:
            found.append((-overlap.chance, seen, overlap.reason))
    found.sort(key=lambda item: (item[0], item[1].claim.task))
    return [
        f"overlap likely: {safety.one_line(seen.claim.agent)} holds {tasks.shorts[seen.claim.task]}; {safety.one_line(reason)}"
        for _, seen, reason in found[:TOLD]
    ]


def _met(mine: Sequence[str], theirs: Sequence[str]) -> str | None:
    """The first of ``theirs`` that may cover a path of ``mine``; what begins with a wildcard may cover any, and says nothing."""
    told = [pattern for pattern in mine if _is_placed(pattern)]
    return next(
        (one for one in theirs if _is_placed(one) and any(scopes.meet(one, own) for own in told)), None
    )


def _is_placed(pattern: str) -> bool:
    path = scopes.normal(pattern)
    return path not in ("", ".") and path[0] not in "*?["


def _intent(tasks: Tasks, placed: Placed, board: Board) -> Intent:
    memory = tasks.found[placed.task.id].memory
    seen = board.seen.get(placed.task.id)
    scope = seen.claim.scope if seen and seen.state == leases.HELD else placed.task.scope
    return Intent(placed.task.id, f"{memory.title}\n{memory.body}", scope, (), placed.task.role)


def _past(tasks: Tasks) -> list[Work]:
    """The finished tasks with the files that their entries name, newest first."""
    return [
        Work(
            id=one.memory.closes[0],
            words=foresight.words_of(f"{one.memory.title}\n{one.memory.body}"),
            files=one.memory.scope,
            ended=one.memory.created or 0,
            role=one.memory.role,
        )
        for one in tasks.newest_closings(PAST)
        if one.memory.scope
    ]


def _alike(board: Board, tasks: Tasks, placed: Placed) -> list[str]:
    """Tasks that say much the same and are done or claimed by others: whoever does it again should know."""
    known = {
        one.task.id: one
        for one in tasks.placed
        if one.task.id != placed.task.id
        and (one.state == taskgraph.DONE or one.closed_on is not None or one.task.id in board.held)
        and one.task.id not in board.mine
    }
    memory = tasks.found[placed.task.id].memory
    newest = sorted(known, key=lambda one: (tasks.found[one].memory.created or 0, one), reverse=True)
    others = [
        (identity, tasks.found[identity].memory.title, tasks.found[identity].memory.body)
        for identity in newest[:COMPARED]
    ]
    found = siblings.similar_tasks(memory.title, memory.body, others, TOLD)
    return [_said(board, tasks, known[identity]) for identity, _ in found]


def _said(board: Board, tasks: Tasks, one: Placed) -> str:
    short, title = tasks.shorts[one.task.id], _cut(safety.one_line(one.task.title))
    seen = board.held.get(one.task.id)
    if seen is not None:
        return f'similar, claimed now: {short} "{title}" by {safety.one_line(seen.claim.agent)}: agentmem show {short}'
    closing = tasks.closing_of(one.task.id)
    if closing is not None:
        age = "" if closing.at is None else f" {times.age(max(board.context.now - closing.at, 0))} ago"
        by = f" by {safety.one_line(closing.by)}" if closing.by else ""
        merged = f" on {safety.one_line(closing.branch)}, not merged" if closing.branch else ""
        return f'similar, done{age}: {short} "{title}"{by}{merged}: agentmem show {short}'
    return f'similar, done: {short} "{title}": agentmem show {short}'


def _cut(title: str) -> str:
    return title if len(title) <= WIDTH else title[: WIDTH - 2].rstrip() + " …"
