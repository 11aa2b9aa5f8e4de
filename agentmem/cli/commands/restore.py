"""``agentmem restore``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def restore(
    ctx: typer.Context,
    id: Annotated[
        str | None, typer.Argument(help="A retracted memory, or one whose file is gone from the tree.")
    ] = None,
    journal: Annotated[
        bool,
        typer.Option("--journal", help="What was written, and is in no commit and no worktree any more."),
    ] = False,
    branch: Annotated[
        str | None, typer.Option("--branch", help="The branch it is for, where HEAD is detached.")
    ] = None,
) -> int:
    """Take back a retraction, or bring back a memory from git's history or the journal."""
    from agentmem.errors import UsageError

    call = ctx.obj
    if (id is None) != journal:
        what = "restore one memory, or what the journal has" if journal else "restore what?"
        raise UsageError(what, "agentmem restore ID     or agentmem restore --journal")
    if journal:
        from agentmem.actions import rescuing
        from agentmem.output import branching

        rescued = rescuing.rescue(call.context)
        call.note(*call.context.index.notes)
        return int(call.give_either(branching.rescued_json, branching.rescued, rescued))
    from agentmem.actions import change, restoring

    result = restoring.restore(call.context, str(id), branch)
    if call.json:
        from agentmem.output import jsonout

        return int(call.give(jsonout.line(jsonout.changed(result, "restore"))))
    from agentmem.output import text

    return int(
        call.give(
            text.changed(result, "restored", change.shorts_of(call.context, result.memory, *result.along))
        )
    )
