"""``agentmem demo``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def demo(
    ctx: typer.Context,
    keep: Annotated[
        str | None, typer.Option("--keep", help="Make it in this new folder, and leave it there.")
    ] = None,
) -> int:
    """Make a throwaway repository with a team's memory, and ask it things."""
    from agentmem.actions import demonstration

    call = ctx.obj
    return int(demonstration.run(call.give, keep))
