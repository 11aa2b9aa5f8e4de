"""``agentmem next``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def next_tasks(
    ctx: typer.Context,
    role: Annotated[
        str | None, typer.Option("--role", help="For this role; yours where you have one.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="At most so many; 0 for all.")] = 3,
) -> int:
    """What to take next: open, unblocked, unclaimed, the most urgent first."""
    from agentmem.actions import working

    call = ctx.obj
    result = working.offered(call.context, role, limit)
    from agentmem.output import teamwork  # what asks git comes first

    call.note(*call.context.index.notes)
    return int(call.give_either(teamwork.offered_record, teamwork.offered, result))
