"""``agentmem show``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def show(
    ctx: typer.Context,
    ids: Annotated[
        list[str], typer.Argument(help="Ids, or the start of them (four characters or more), or paths.")
    ],
    at: Annotated[
        str | None, typer.Option("--at", help="As of a revision or a moment: v1.2, 2026-02-10, 3 days ago.")
    ] = None,
    branch: Annotated[str | None, typer.Option("--branch", help="As another branch has it.")] = None,
    all_branches: Annotated[
        bool, typer.Option("--all-branches", help="Also what other branches and worktrees have.")
    ] = False,
) -> int:
    """Show memories, whole."""
    from agentmem.actions import reading

    call = ctx.obj
    if at or branch or all_branches:
        from agentmem.actions import standing

        standing.stand(call.context, at, branch, all_branches)
    result = reading.shown(call.context, ids)
    call.note(*result.notes)
    if result.view.at is None:
        call.showed(found.memory.id for found in result.memories)
    from agentmem.output import jsonout, text  # what asks git comes first

    return int(call.give_either(jsonout.shown, text.shown, result))
