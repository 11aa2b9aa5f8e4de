"""``agentmem conflicts``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def conflicts(
    ctx: typer.Context,
    branches: Annotated[
        list[str] | None,
        typer.Argument(help="Between this branch and the view at hand, or between these two; else all."),
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 when there are some.")] = False,
    budget: Annotated[
        int | None, typer.Option("--budget", help="Tokens of text at most; 0: no limit. Default 600.")
    ] = None,
) -> int:
    """Tell which memories of open branches and worktrees cannot all be right, before the branches meet."""
    from agentmem.actions import conflicting
    from agentmem.errors import EXIT_FINDINGS, UsageError
    from agentmem.output import branching

    call = ctx.obj
    names = list(branches or ())
    if len(names) > 2:
        raise UsageError("conflicts are between two branches", "agentmem conflicts [BRANCH [BRANCH]]")
    if budget is not None and budget < 0:
        raise UsageError("--budget must be 0 (no limit) or more")
    result = conflicting.find(call.context, names)
    call.note(*result.notes)
    spend = call.context.config.budget if budget is None else budget
    call.give_either(branching.conflicts_json, lambda found: branching.conflicts(found, spend), result)
    return EXIT_FINDINGS if exit_code and result.clashes else 0
