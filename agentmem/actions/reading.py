"""Reading without a question: show, list, the status of it all."""

import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions import doubtful, judging, selecting, standing
from agentmem.actions.context import Context, Standpoint
from agentmem.actions.selecting import Filters, Found
from agentmem.errors import NotFound, UsageError
from agentmem.index.view import View
from agentmem.model import ids
from agentmem.store import layout

if TYPE_CHECKING:
    from agentmem.actions.naming import Named, Names
    from agentmem.actions.paging import Page


class Listed(NamedTuple):
    """A page of memories, newest first; ``total`` counts all that the filters let through."""

    view: Standpoint
    memories: tuple[Found, ...]
    total: int
    notes: tuple[str, ...] = ()
    shorts: Mapping[str, str] = MappingProxyType({})


class Status(NamedTuple):
    """What there is, and who asks. ``uncommitted`` counts memories and changes that HEAD does not hold as they are.

    ``carried`` has how many files of which other branches are here uncommitted; ``lost`` counts writes of worktrees that are
    gone; ``trunk_guessed`` is trunk where the configuration does not say, not ``trunk_known``: nothing else tells either.
    ``claims`` has a line for each task the asker holds. ``hooked``: git's hooks take what is not committed along with the next
    commit, but for the files that are ``ignored`` and the ``removed`` ones, which somebody took away by hand.
    """

    view: Standpoint
    agent: str
    role: str | None
    memories: int
    hidden: int
    uncommitted: int
    broken: tuple[str, ...]
    carried: tuple[tuple[str, int], ...] = ()
    lost: int = 0
    trunk_guessed: str | None = None
    trunk_known: bool = True
    claims: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    hooked: bool = False
    ignored: int = 0
    removed: int = 0


def listed(context: Context, filters: Filters, limit: int | None) -> Listed:
    """The memories that ``filters`` let through, newest first; ``limit`` None or 0: all of them."""
    index = context.index
    view = index.view()
    doubtful.tell_broken(index, view)
    found = view.newest_first(selecting.positions(index, view, filters))
    page = standing.labelled(context, selecting.fetch(index, view, found[:limit] if limit else found))
    return Listed(
        view=context.standpoint,
        memories=tuple(page),
        total=len(found),
        notes=tuple(index.notes),
        shorts=view.shorts,
    )


class Work(NamedTuple):
    """What is known of an open task beyond the view at hand: ``by`` whom it was done on a ``branch`` that is not merged here, or
    is held ``until`` (seconds UTC) when.
    """

    by: str
    branch: str | None = None
    until: int | None = None


class Shown(NamedTuple):
    """Whole memories and pages of things, each in the order they were asked for; ``work`` has, by id, the tasks among them that
    are open here and somebody has done or is on.
    """

    view: Standpoint
    memories: tuple[Found, ...]
    pages: "tuple[Page, ...]" = ()
    notes: tuple[str, ...] = ()
    shorts: Mapping[str, str] = MappingProxyType({})
    work: Mapping[str, Work] = MappingProxyType({})


def shown(context: Context, references: Sequence[str], budget: int | None = None) -> Shown:
    """What ``references`` name: memories by id, whole, in git's history where the tree has them no more; else the page of an
    entity, a path or a symbol, each in at most ``budget`` tokens (None: as configured; 0: no limit).

    What is not here and not in its history may be on another branch: recall and brief name such ids.

    Raises:
        NotFound, Ambiguous: see ``selecting.by_reference`` and ``naming``.

    """
    try:
        return _shown(context, references, budget)
    except NotFound:
        if not context.index.is_at_hand:
            raise
        context.begin_again()  # what other branches have belongs to a view from its beginning
        context.index.include_others()
        return _shown(context, references, budget)


def _shown(context: Context, references: Sequence[str], budget: int | None) -> Shown:
    index = context.index
    chosen: dict[str, int] = {}
    missing: dict[str, NotFound] = {}
    notes: list[str] = []
    for reference in dict.fromkeys(references):
        try:
            chosen[reference] = selecting.by_reference(index, index.view(), reference)
        except NotFound as problem:
            if problem.message != f"no memory {reference}":
                raise  # a file of the store that is broken
            missing[reference] = problem
        else:
            notes += _also(context, reference)
    named: list[Named] = []
    if missing:
        from agentmem.actions.naming import Names

        names = Names(context)
        for reference, why in missing.items():
            if (thing := names.resolve(reference)) is not None:
                named.append(thing)
            elif (position := _archived(context, reference)) is not None:
                chosen[reference] = position
            else:
                raise _unknown(context, reference, why, names)
    view = index.view()
    named_by = [_of_id(view, one, chosen[one]) for one in references if one in chosen]
    positions = list(dict.fromkeys(position for some in named_by for position in some))
    memories = judging.judged(context, standing.labelled(context, selecting.fetch(index, view, positions)))
    result = Shown(
        view=context.standpoint,
        memories=tuple(_owned(context, memories)),
        notes=(*index.notes, *notes),
        shorts=view.shorts,
    )
    if named:
        result = result._replace(pages=_pages(context, named, budget))
    opened = [
        one.memory.id for one in memories if one.memory.kind == "task" and one.status in ("open", "failed")
    ]
    return result._replace(work=_work(context, opened)) if opened and context.index.is_at_hand else result


def _work(context: Context, opened: Sequence[str]) -> dict[str, Work]:
    """Which of the tasks that are ``opened`` here were done elsewhere or are held: by their files they are free."""
    from agentmem.actions.board import Board
    from agentmem.actions.tasks import Tasks

    context.begin_again()  # what other branches have closed belongs to a view from its beginning
    board = Board(context)
    tasks = Tasks(context, board)
    found = {}
    for task in opened:
        placed, held, done = tasks.by_id.get(task), board.held.get(task), board.done.get(task)
        if placed is not None and placed.closed_on:
            closing = tasks.closing_of(task)
            by = closing.by if closing else done.claim.agent if done else ""
            found[task] = Work(by, branch=placed.closed_on)
        elif held is not None:
            found[task] = Work(held.claim.agent, until=held.end)
    return found


def _owned(context: Context, memories: Sequence[Found]) -> Sequence[Found]:
    """``memories``, of them the tasks that failed with who is to mend them."""
    failed = [one.memory.id for one in memories if one.status == "failed"]
    if not failed:
        return memories
    from agentmem.actions import tasks

    owners = tasks.owners_of(context, context.index.view(), failed)
    return [
        one._replace(memory=one.memory._replace(owner=owners[one.memory.id]))
        if one.memory.id in owners
        else one
        for one in memories
    ]


def _of_id(view: View, reference: str, position: int) -> list[int]:
    """What ``reference`` names: of an id that several files have each, of a path the one."""
    return doubtful.with_its_id(view, position) if ids.is_prefix(reference.lower()) else [position]


def _archived(context: Context, reference: str) -> int | None:
    """The position of a memory that is in git's history alone."""
    context.index.include_archived()
    try:
        return selecting.by_reference(context.index, context.index.view(), reference)
    except NotFound:
        return None


def _unknown(context: Context, reference: str, problem: NotFound, names: "Names") -> NotFound:
    """That nothing has this name, with the names that are nearest."""
    short = len(reference) < ids.MIN_PREFIX and (not reference.strip() or any(map(str.isdigit, reference)))
    if not short and not ids.is_prefix(reference.lower()):
        problem.message = f"nothing is named {reference}"
        problem.hint = f'agentmem recall "{reference}"'
    if near := names.near(reference):
        problem.hint = f'did you mean {", ".join(near)}?     or: agentmem recall "{reference}"'
    elif context.repository.shallow:
        problem.hint = "git fetch --unshallow     (this clone lacks the older part of history)"
    return problem


def _pages(context: Context, named: "Sequence[Named]", budget: int | None) -> "tuple[Page, ...]":
    from agentmem.actions import paging

    spend = context.config.budget if budget is None else budget
    if context.index.is_at_hand and not context.index.repository.bare:
        context.begin_again()  # what other branches have closed belongs to a view from its beginning
        context.index.include_others()
    return tuple(paging.page(context, one, spend) for one in named)


def _also(context: Context, reference: str) -> list[str]:
    """What else an id, or the start of one, names: a word of four letters may be both."""
    if not ids.is_prefix(reference.lower()) or not reference.isalpha():
        return []
    from agentmem.actions.naming import Names

    also = Names(context).also(reference)
    return (
        [f"{reference} is taken for an id; it names another thing too: agentmem show {also[0]}:{reference}"]
        if also
        else []
    )


def status(context: Context) -> Status:
    """The state of the store."""
    from agentmem.actions import rescuing
    from agentmem.git import state

    index = context.index
    view = index.view()
    carried: dict[str, int] = {}
    for one in index.carried:
        carried[one.branch] = carried.get(one.branch, 0) + 1
    return Status(
        view=context.standpoint,
        agent=context.agent,
        role=context.role,
        memories=sum(view.shown),
        hidden=len(view) - sum(view.shown),
        uncommitted=index.uncommitted(),
        removed=_removed(context),
        carried=tuple(sorted(carried.items())),
        lost=len(rescuing.lost(context)),
        trunk_guessed=context.trunk if context.config.trunk is None else None,
        trunk_known=context.trunk is not None,
        claims=_claims(context),
        broken=_unreadable(context),
        notes=(*index.notes, *_without_trunk(context)),
        hooked=not carried and state.takes_along(context.repository),
        ignored=_ignored(context),
    )


def _without_trunk(context: Context) -> list[str]:
    """What to say where the configured trunk is no branch: what is done here would be promoted to nowhere."""
    name = context.trunk
    if name is None or context.repository.head is None or context.repository.branch == name:
        return []
    try:
        standing.demand_trunk_exists(context, name)
    except UsageError as problem:
        return [f"{problem.message}: {problem.hint}"]
    return []


def _ignored(context: Context) -> int:
    """How many of the files that are not committed git would not add: a rule of the project, or of the user, hides them."""
    from agentmem.git import rules

    # what a write that was killed leaves (.tmp-*) is hidden on purpose
    kept = filter(layout.is_kept, sorted(context.index.uncommitted_paths()))
    paths = [f"{context.store_path}/{path}" for path in kept]
    if not paths:
        return 0
    top = context.repository.top
    return len(rules.ignored(top, paths, rules.ask_ignored(top, paths, tracked=False)))


def _removed(context: Context) -> int:
    """How many memories and changes somebody took away by hand, and git was not told: the hook adds what is there alone."""
    place, below = context.place, f"{context.repository.prefix}{context.place.name}/"
    gone = [
        below + path
        for path in context.index.uncommitted_paths()
        if (layout.is_memory(path) or layout.is_change(path))
        and not os.path.lexists(os.path.join(place.root, path))
    ]
    if not gone:
        return 0
    from agentmem.git import code

    return len(code.known_paths(context.repository, gone))


def _unreadable(context: Context) -> tuple[str, ...]:
    """What cannot be read as a memory, as ``check`` and ``doctor`` count it: no file of it, or one that says nothing."""
    from agentmem.store import reading as files

    found = {path for path, _ in context.index.view().columns.broken}
    if context.place.present and not context.repository.bare:
        found.update(files.strays(context.place.root))
    return tuple(f"{context.place.name}/{path}" for path in sorted(found))


def _claims(context: Context) -> tuple[str, ...]:
    """The asker's claims with what is left of each lease."""
    from agentmem.actions import looking
    from agentmem.actions.board import Board
    from agentmem.model import times

    looking.ask(context)
    view = context.index.view()
    told = []
    board = Board(context)
    untold = looking.unshared(board)
    for task, seen in board.mine.items():
        if view.tasks.get(task) == "done":
            continue  # the command that did it was killed before it closed the claim
        position = next(iter(view.with_id(task)), None)
        title = (
            selecting.fetch(context.index, view, [position])[0].memory.title if position is not None else ""
        )
        short = view.shorts[task] if position is not None else task[: ids.SHORT]
        left = times.age(max(seen.end - context.now, 0))
        told.append(", ".join((f'{short} "{title}"', f"{left} left", *filter(None, [untold.get(task)]))))
    return tuple(told)
