"""``agentmem brief``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def brief(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Option("--as", help="Your name, remembered for this worktree.")] = None,
    role: Annotated[str | None, typer.Option("--role", help="Your role, remembered likewise.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="From when on what was done is told.")] = None,
    budget: Annotated[int | None, typer.Option("--budget", help="Tokens at most; 0 for no limit.")] = None,
) -> int:
    """Where you are, what changed, what to do next, what to beware of."""
    from agentmem.actions import briefing

    call = ctx.obj
    if budget is not None and budget < 0:
        from agentmem.errors import UsageError

        raise UsageError(f"--budget {budget}: 0 is no limit, and less than none there is not")
    call.stand_in(None, role, name)
    result = briefing.brief(call.context, name, role, since, budget)
    from agentmem.output import briefs  # what asks git comes first

    call.note(*result.notes)
    call.showed(result.digest.memories)
    return int(call.give_either(briefs.brief_record, briefs.brief, result))
