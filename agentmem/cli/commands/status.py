"""``agentmem`` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer


def status(ctx: typer.Context) -> int:
    """Tell where you are and what there is."""
    from agentmem.actions import reading

    call = ctx.obj
    result = reading.status(call.context)
    call.note(*result.notes)
    if call.json:
        from agentmem.output import jsonout

        return int(call.give(jsonout.line(jsonout.status(result))))
    from agentmem.output import text

    return int(call.give(text.status(result)))
