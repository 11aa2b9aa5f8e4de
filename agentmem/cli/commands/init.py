"""``agentmem init``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer


def init(ctx: typer.Context) -> int:
    """Make a store in this repository; what is there stays as it is."""
    from agentmem.actions import initialise

    call = ctx.obj
    result = initialise.init(call.directory, call.store)
    call.note(*result.notes)
    if call.json:
        from agentmem.output import jsonout

        return int(call.give(jsonout.line(jsonout.initialised(result))))
    from agentmem.output import text

    return int(call.give(text.initialised(result)))
