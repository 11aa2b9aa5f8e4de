"""``agentmem init``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def init(
    ctx: typer.Context,
    no_hooks: Annotated[bool, typer.Option("--no-hooks", help="Install no git hooks.")] = False,
) -> int:
    """Make a store in this repository, and install git's hooks; what is there stays as it is."""
    from agentmem.actions import initialise

    call = ctx.obj
    result = initialise.init(call.directory, call.store, hooks=not no_hooks)
    if no_hooks:
        from agentmem.actions import hooking

        hooking.decline(call.directory)
    call.note(*result.notes)
    if call.json:
        from agentmem.output import jsonout

        return int(call.give(jsonout.line(jsonout.initialised(result))))
    from agentmem.output import text

    return int(call.give(text.initialised(result)))
