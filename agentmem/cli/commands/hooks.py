"""``agentmem hooks``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

ACTIONS = ("status", "install", "uninstall")


def hooks(
    ctx: typer.Context,
    action: Annotated[str, typer.Argument(help="status, install or uninstall")] = "status",
) -> int:
    """Install git's hooks beside those that are there, take them away, or tell how they stand."""
    from agentmem.actions import hooking
    from agentmem.errors import UsageError
    from agentmem.output import hooking as output

    call = ctx.obj
    if action not in ACTIONS:
        raise UsageError(f'no action "{action}"', f"actions: {' '.join(ACTIONS)}")
    if action == "install":
        from agentmem.errors import NoStore
        from agentmem.store import place

        try:
            root = place.find(call.directory, call.store).root
        except NoStore:
            root = None  # a branch that has none: hooks are of the clone
        result = hooking.install(call.directory, root)
    else:
        result = (hooking.uninstall if action == "uninstall" else hooking.status)(call.directory)
    return int(call.give_either(output.hooked_json, output.hooked, result))
