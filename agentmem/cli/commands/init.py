"""``agentmem init``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

    from agentmem.cli.call import Call


def init(
    ctx: typer.Context,
    agent: Annotated[
        list[str] | None,
        typer.Option(
            "--agent",
            help="Also write what an agent expects: claude, codex, cursor, copilot, gemini or agents-md.",
        ),
    ] = None,
    no_hooks: Annotated[bool, typer.Option("--no-hooks", help="Install no git hooks.")] = False,
    remove: Annotated[
        bool,
        typer.Option(
            "--remove", help="Take out again what init has put in, of --agent or all; never a memory."
        ),
    ] = False,
    plugin: Annotated[
        str | None,
        typer.Option("--plugin", help="Write a plugin for Claude Code into a folder, for all repositories."),
    ] = None,
) -> int:
    """Make a store in this repository, with git's hooks and what agents expect; what is there stays as it is."""
    from agentmem.actions import initialise

    call = ctx.obj
    agents = agent or []
    if plugin is not None:
        return _plugin(call, plugin)
    if remove:
        return _remove(call, agents)
    result = initialise.init(call.directory, call.store, hooks=not no_hooks, agents=agents)
    if no_hooks:
        from agentmem.actions import hooking

        hooking.decline(call.directory)
    call.note(*result.notes)
    if result.fitted:
        from agentmem.output import outfits

        call.note(*outfits.notes(result.fitted))
    if call.json:
        from agentmem.output import jsonout

        return int(call.give(jsonout.line(jsonout.initialised(result))))
    from agentmem.output import text

    return int(call.give(text.initialised(result)))


def _plugin(call: Call, folder: str) -> int:
    import os

    from agentmem.actions import outfitting
    from agentmem.output import outfits

    whole = os.path.abspath(os.path.join(call.directory, folder))
    fitted = outfitting.plugin(whole)
    call.note(*outfits.notes(fitted))
    return call.give_either(outfits.plugin_record, outfits.plugin, (folder, fitted))


def _remove(call: Call, agents: list[str]) -> int:
    from agentmem.actions import initialise
    from agentmem.output import outfits

    result = initialise.remove(call.directory, agents)
    call.note(*outfits.notes(result.fitted), *result.notes)
    return call.give_either(outfits.removed_record, outfits.removed, result)
