"""``agentmem reflect``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def reflect(
    ctx: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be proposed, with its text.")
    ] = False,
    undo: Annotated[
        str | None, typer.Option("--undo", help="Take this reflection back; its entries return.")
    ] = None,
    budget: Annotated[
        int | None, typer.Option("--budget", help="Tokens of text at most; 0: no limit. Default 600.")
    ] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", help="The branch it is for, where HEAD is detached.")
    ] = None,
) -> int:
    """Propose on trunk what old log entries taught, in place of these."""
    from agentmem.actions import promoting, reflecting
    from agentmem.errors import UsageError
    from agentmem.output import upkeep

    call = ctx.obj
    if budget is not None and budget < 0:
        raise UsageError("--budget must be 0 (no limit) or more")
    context = call.context
    if dry_run:
        call.note(*promoting.obstacle(context, branch, "reflect"))
    if undo is not None:
        undone = reflecting.undo(context, undo, branch, dry_run)
        return int(
            call.give_either(
                lambda one: upkeep.undone_json(one, dry_run), lambda one: upkeep.undone(one, dry_run), undone
            )
        )
    result = reflecting.reflect(context, branch, dry_run)
    call.note(*result.notes)
    spend = context.config.budget if budget is None else budget
    return int(
        call.give_either(
            lambda one: upkeep.reflected_json(one, dry_run),
            lambda one: upkeep.reflected(one, dry_run, spend),
            result,
        )
    )
