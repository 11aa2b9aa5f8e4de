"""``agentmem handoff``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def handoff(
    ctx: typer.Context,
    id: Annotated[str | None, typer.Argument(help="The task; without one the one you hold.")] = None,
    message: Annotated[
        str, typer.Option("-m", "--message", help="How far it is; the next step. - reads standard input.")
    ] = "",
) -> int:
    """Stop early: let a task go, with a note for the next."""
    from agentmem.actions import finishing
    from agentmem.output import ending

    call = ctx.obj
    placed, seen, shared = finishing.handoff(call.context, id, call.text_or_stdin(message) or "")
    return int(
        call.give_either(
            lambda state: ending.handed_on_record(placed, state, shared),
            lambda _: ending.handed_on(placed, call.context.index.view().shorts, shared),
            seen,
        )
    )
