"""``agentmem done``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def done(
    ctx: typer.Context,
    id: Annotated[str | None, typer.Argument(help="The task; without one the one you hold.")] = None,
    message: Annotated[
        str, typer.Option("-m", "--message", help="What was done; how it was tested. - reads standard input.")
    ] = "",
    used: Annotated[list[str] | None, typer.Option("--used", help="A memory that helped.")] = None,
    misled: Annotated[list[str] | None, typer.Option("--misled", help="A memory that was wrong.")] = None,
    commit: Annotated[
        bool, typer.Option("--commit", help="Commit what is staged, and the entry, with trailers.")
    ] = False,
    branch: Annotated[
        str | None, typer.Option("--branch", help="The branch it is for, where HEAD is detached.")
    ] = None,
) -> int:
    """Close a task, before the last commit of its work."""
    from agentmem.actions import finishing
    from agentmem.output import ending

    call = ctx.obj
    result = finishing.done(
        call.context, id, call.text_or_stdin(message) or "", used or (), misled or (), commit, branch
    )
    return int(
        call.give_either(
            lambda ended: ending.ended_record(ended, "done"),
            lambda ended: ending.done(ended, call.context.index.view().shorts, commit),
            result,
        )
    )
