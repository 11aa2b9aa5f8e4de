"""``agentmem claim``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def claim(
    ctx: typer.Context,
    id: Annotated[
        str | None, typer.Argument(help="The task; without one the best free for your role.")
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope", help="A glob of the paths you will touch, quoted; from the top, or ./ from here."
        ),
    ] = None,
    exclusive: Annotated[
        bool, typer.Option("--exclusive", help="Nobody else may take what meets the scope.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Take it over from whoever holds it, on the record.")
    ] = False,
    ttl: Annotated[int | None, typer.Option("--ttl", help="Seconds of the lease.")] = None,
    role: Annotated[str | None, typer.Option("--role", help="Your role.")] = None,
    worktree: Annotated[
        str | None, typer.Option("--worktree", help="The worktree it is for, when you are elsewhere.")
    ] = None,
) -> int:
    """Take a task, for an hour at a time."""
    from agentmem.actions import claiming
    from agentmem.output import teamwork

    call = ctx.obj
    call.stand_in(worktree, role)
    context = call.context
    result = claiming.claim(context, id, context.globs_from_top(scope or ()), exclusive, resume, ttl)
    shorts = context.index.view().shorts
    call.note(*context.index.notes)
    from agentmem.errors import EXIT_DECISION, NeedsDecision

    if not (result.won or call.json):
        raise NeedsDecision(*teamwork.lost(result, shorts, context.now))
    call.give_either(
        lambda tried: teamwork.claim_record(tried, context.agent),
        lambda tried: teamwork.claimed(tried, shorts, context.now),
        result,
    )
    return 0 if result.won else EXIT_DECISION
