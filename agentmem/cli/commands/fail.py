"""``agentmem fail``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def fail(
    ctx: typer.Context,
    id: Annotated[str | None, typer.Argument(help="The task; without one the one you hold.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="What is wrong. - reads standard input.")] = "",
    to: Annotated[
        str | None, typer.Option("--to", help="Who is to mend it; else found by its paths.")
    ] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", help="The branch it is for, where HEAD is detached.")
    ] = None,
) -> int:
    """Reopen a task that is broken, for its owner."""
    from agentmem.actions import finishing
    from agentmem.output import ending

    call = ctx.obj
    result = finishing.fail(call.context, id, call.text_or_stdin(reason) or "", to, branch)
    return int(
        call.give_either(
            lambda ended: ending.ended_record(ended, "fail"),
            lambda ended: ending.failed(ended, call.context.index.view().shorts),
            result,
        )
    )
