"""The brief: where one is, what the others did, what they do, what to do next, what to beware of, what to know.

Git is asked everything at the start, and answers while what reads the answers is imported: so this file imports little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions import doubtful, looking
from agentmem.errors import NotWritable

if TYPE_CHECKING:
    from agentmem.actions.board import Board
    from agentmem.actions.context import Context
    from agentmem.model.digest import Digest

BUDGET = 1200
"""Tokens."""
FRAME = 60
"""Tokens around the sections, the first line aside: that they are quoted, what is left out, where there is more."""


class Brief(NamedTuple):
    """The digest for one agent: ``heading`` is its first line, ``digest`` has its sections, ``since`` (seconds UTC) is where its
    delta begins.
    """

    heading: str
    agent: str
    role: str | None
    branch: str | None
    commit: str | None
    now: int
    since: int
    digest: Digest
    notes: tuple[str, ...] = ()


def brief(
    context: Context,
    name: str | None = None,
    role: str | None = None,
    since: str | None = None,
    budget: int | None = None,
) -> Brief:
    """What ``name`` (None: whoever asks here), in ``role``, needs to know now; a name is remembered for this worktree.

    Raises:
        UsageError: ``since`` is no moment.

    """
    if name is not None or role is not None:
        from agentmem.actions import identity

        identity.remember(context, name or context.agent, role or context.role)
    context.index.include_others()
    looking.ask(context)
    board, reading = looking.begin(context)
    from agentmem.actions.surroundings import Surroundings

    around = Surroundings(context, board, reading)
    from agentmem.actions.sections import Sections
    from agentmem.actions.tasks import Tasks
    from agentmem.git import state
    from agentmem.model import digest, tokens

    tasks = Tasks(context, board)
    assert tasks.closings is not None
    reading.result  # noqa: B018 (it is waited for)
    _renew(context, board)
    made = Sections(context, board, tasks, around, since)
    heading, sections = made.heading, made.sections
    frame = FRAME + tokens.estimate(heading + "\n")
    found = digest.pack(sections, BUDGET if budget is None else budget, frame)
    doubtful.tell_broken(context.index, context.index.view())
    return Brief(
        heading=heading,
        agent=board.me.agent,
        role=board.me.role,
        branch=state.branch(context.repository),
        commit=context.repository.head,
        now=context.now,
        since=made.since,
        digest=found._replace(omitted=found.omitted + made.unsaid),
        notes=tuple(context.index.notes),
    )


def _renew(context: Context, board: Board) -> None:
    """Renew what the asker holds where that is due: what the brief says of it is to be true."""
    if all(seen.claim.due > context.now for seen in board.mine.values()):
        return
    from agentmem.actions import claiming

    try:
        claiming.renew_due(context)
    except NotWritable:
        pass
    board.forget()
