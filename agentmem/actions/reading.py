"""Reading without a question: show, list, the status of it all."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from agentmem.actions import judging, selecting, standing
from agentmem.actions.context import Context, Standpoint
from agentmem.actions.selecting import Filters, Found
from agentmem.errors import NotFound
from agentmem.index.index import Index
from agentmem.model import ids


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
    gone; ``trunk_guessed`` is trunk where the configuration does not say. ``claims`` has a line for each task the asker holds.
    ``hooked``: git's hooks take what is not committed along with the next commit.
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
    claims: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    hooked: bool = False


def listed(context: Context, filters: Filters, limit: int | None) -> Listed:
    """The memories that ``filters`` let through, newest first; ``limit`` None or 0: all of them."""
    index = context.index
    view = index.view()
    found = view.newest_first(selecting.positions(index, view, filters))
    page = standing.labelled(context, selecting.fetch(index, view, found[:limit] if limit else found))
    return Listed(
        view=context.standpoint,
        memories=tuple(page),
        total=len(found),
        notes=tuple(index.notes),
        shorts=view.shorts,
    )


def shown(context: Context, references: Sequence[str]) -> Listed:
    """The memories that ``references`` name, whole, in that order; in git's history where the tree has them no more.

    Raises:
        NotFound, Ambiguous: see ``selecting.by_reference``.

    """
    index = context.index
    try:
        chosen = _chosen(index, references)
    except NotFound:
        index.include_archived()
        try:
            chosen = _chosen(index, references)
        except NotFound as problem:
            if index.repository.shallow:
                problem.hint = "git fetch --unshallow     (this clone lacks the older part of history)"
            raise
    view = index.view()
    return Listed(
        view=context.standpoint,
        memories=tuple(
            judging.judged(context, standing.labelled(context, selecting.fetch(index, view, chosen)))
        ),
        total=len(chosen),
        notes=tuple(index.notes),
        shorts=view.shorts,
    )


def _chosen(index: Index, references: Sequence[str]) -> list[int]:
    view = index.view()
    return list(dict.fromkeys(selecting.by_reference(index, view, reference) for reference in references))


def status(context: Context) -> Status:
    """The state of the store."""
    from agentmem.actions import rescuing
    from agentmem.git import stubs

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
        carried=tuple(sorted(carried.items())),
        lost=len(rescuing.lost(context)),
        trunk_guessed=context.trunk if context.config.trunk is None else None,
        claims=_claims(context),
        broken=tuple(f"{context.place.name}/{path}" for path, _ in view.columns.broken),
        notes=tuple(index.notes),
        hooked=context.repository.branch is not None
        and not carried
        and stubs.are_in(context.repository.common_dir),
    )


def _claims(context: Context) -> tuple[str, ...]:
    """The asker's claims with what is left of each lease."""
    from agentmem.actions.board import Board
    from agentmem.model import times

    view = context.index.view()
    told = []
    for task, seen in Board(context).mine.items():
        if view.tasks.get(task) == "done":
            continue  # the command that did it was killed before it closed the claim
        position = next(iter(view.with_id(task)), None)
        title = (
            selecting.fetch(context.index, view, [position])[0].memory.title if position is not None else ""
        )
        short = view.shorts[task] if position is not None else task[: ids.SHORT]
        told.append(f'{short} "{title}", {times.age(max(seen.end - context.now, 0))} left')
    return tuple(told)
