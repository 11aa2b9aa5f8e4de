"""``agentmem retract``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def retract(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(help="The memory that is wrong.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is wrong.")],
    branch: Annotated[
        str | None, typer.Option("--branch", help="The branch it is for, where HEAD is detached.")
    ] = None,
) -> int:
    """Mark a memory as wrong; it can still be read, with the reason."""
    from agentmem.actions import change

    call = ctx.obj
    result = change.retract(call.context, id, reason, branch)
    if call.json:
        from agentmem.output import jsonout

        return int(call.give(jsonout.line(jsonout.changed(result, "retract"))))
    from agentmem.output import text

    return int(
        call.give(
            text.changed(result, "retracted", change.shorts_of(call.context, result.memory, *result.along))
        )
    )
