"""``agentmem forget``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def forget(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and why.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show how each score comes about.")] = False,
    budget: Annotated[
        int | None, typer.Option("--budget", help="Tokens of text at most; 0: no limit. Default 600.")
    ] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", help="The branch it is for, where HEAD is detached.")
    ] = None,
) -> int:
    """Archive on trunk what is not worth keeping: out of the tree, still in git."""
    from agentmem.actions import forgetting, promoting
    from agentmem.errors import UsageError
    from agentmem.output import upkeep

    call = ctx.obj
    if budget is not None and budget < 0:
        raise UsageError("--budget must be 0 (no limit) or more")
    context = call.context
    result = forgetting.forget(context, branch, dry_run)
    call.note(*(promoting.obstacle(context, branch, "forget") if dry_run else ()), *result.notes)
    spend = context.config.budget if budget is None else budget
    return int(
        call.give_either(
            lambda one: upkeep.forgotten_json(one, dry_run),
            lambda one: upkeep.forgotten(one, dry_run, explain, spend),
            result,
        )
    )
