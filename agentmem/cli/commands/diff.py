"""``agentmem diff``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def diff(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(help="A..B, A...B, A B or A: branches, revisions, moments. Left out: the files here."),
    ] = None,
    budget: Annotated[
        int | None, typer.Option("--budget", help="Tokens of text at most; 0: no limit. Default 600.")
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 when something differs.")
    ] = False,
) -> int:
    """Tell which memories differ between two branches, revisions or moments, and in which fields."""
    from agentmem.actions import comparing
    from agentmem.errors import EXIT_FINDINGS, UsageError

    call = ctx.obj
    if budget is not None and budget < 0:
        raise UsageError("--budget must be 0 (no limit) or more")
    asked = comparing.parse(names or ())
    context = call.context
    compared = comparing.between(context, *asked)
    call.note(*compared.notes)
    spend = context.config.budget if budget is None else budget
    from agentmem.output import differing

    call.give_either(differing.compared_json, lambda one: differing.compared(one, spend), compared)
    return EXIT_FINDINGS if exit_code and compared.differences else 0
