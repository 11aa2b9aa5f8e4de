"""``agentmem cite``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def cite(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(help="The memory, by id or a prefix of it.")],
    places: Annotated[
        list[str] | None, typer.Argument(help="PATH, PATH:40-52, PATH#SYMBOL or PATH#SYMBOL:40-52.")
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option("--drop", help="Take away the evidence of this place.")
    ] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", help="The branch it is for, where HEAD is detached.")
    ] = None,
) -> int:
    """Give a memory its evidence in the code, or look at it again."""
    from agentmem.actions import mending
    from agentmem.output import evidence

    call = ctx.obj
    result = mending.cite(call.context, id, places or (), drop or (), branch)
    call.note(*result.warnings)
    return int(call.give_either(evidence.cited_record, evidence.cited, result))
