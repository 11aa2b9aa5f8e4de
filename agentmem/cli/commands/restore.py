"""``agentmem restore``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def restore(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(help="A retracted memory, or one whose file is gone from the tree.")],
    branch: Annotated[
        str | None, typer.Option("--branch", help="The branch it is for, where HEAD is detached.")
    ] = None,
) -> int:
    """Take back a retraction, or bring back a deleted memory from git's history."""
    from agentmem.actions import change

    call = ctx.obj
    result = change.restore(call.context, id, branch)
    if call.json:
        from agentmem.output import jsonout

        return int(call.give(jsonout.line(jsonout.changed(result, "restore"))))
    from agentmem.output import text

    return int(call.give(text.changed(result, "restored")))
