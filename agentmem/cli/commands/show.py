"""``agentmem show``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def show(
    ctx: typer.Context,
    ids: Annotated[
        list[str], typer.Argument(help="Ids, or the start of them (four characters or more), or paths.")
    ],
) -> int:
    """Show memories, whole."""
    from agentmem.actions import reading

    call = ctx.obj
    result = reading.shown(call.context, ids)
    call.note(*result.notes)
    if call.json:
        from agentmem.output import jsonout

        return int(call.give(jsonout.line(jsonout.shown(result))))
    from agentmem.output import text

    return int(call.give(text.shown(result)))
