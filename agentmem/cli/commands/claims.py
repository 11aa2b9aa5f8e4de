"""``agentmem claims``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def claims(
    ctx: typer.Context,
    all: Annotated[bool, typer.Option("--all", help="Those that ended too.")] = False,
) -> int:
    """Who is on what, how long, from where, and what looks dead."""
    from agentmem.actions import working
    from agentmem.output import teamwork

    call = ctx.obj
    result = working.claims(call.context, all)
    call.note(*call.context.index.notes)
    return int(call.give_either(teamwork.claims_record, teamwork.claims, result))
