"""``agentmem doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def doctor(
    ctx: typer.Context,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what is safe to mend unasked.")] = False,
) -> int:
    """Tell what is amiss in this clone, with the commands that mend it."""
    from agentmem.actions import doctoring
    from agentmem.errors import EXIT_FINDINGS

    call = ctx.obj
    result = (doctoring.mend if fix else doctoring.examine)(call.directory, call.store)
    call.note(*result.notes)
    if call.json:
        from agentmem.output import jsonout

        call.give(jsonout.line(jsonout.examined(result)))
    else:
        from agentmem.output import text

        call.give(text.examined(result))
    return EXIT_FINDINGS if result.failed else 0
