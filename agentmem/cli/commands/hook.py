"""``agentmem hook``: what the stubs of git's hooks call, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def hook(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The hook.")],
    words: Annotated[list[str] | None, typer.Argument(help="What git calls it with.")] = None,
) -> int:
    """Do what a hook of git is for; git runs this."""
    from agentmem.hooks import running

    return running.run(ctx.obj.directory, name, words or [])
