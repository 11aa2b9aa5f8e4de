"""``agentmem show``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

    from agentmem.actions.reading import Shown


def show(
    ctx: typer.Context,
    ids: Annotated[
        list[str],
        typer.Argument(help="Ids or the start of them (four characters or more), entities, aliases, paths."),
    ],
    at: Annotated[
        str | None, typer.Option("--at", help="As of a revision or a moment: v1.2, 2026-02-10, 3 days ago.")
    ] = None,
    branch: Annotated[str | None, typer.Option("--branch", help="As another branch has it.")] = None,
    all_branches: Annotated[
        bool, typer.Option("--all-branches", help="Also what other branches and worktrees have.")
    ] = False,
    budget: Annotated[
        int | None, typer.Option("--budget", help="Tokens of a page at most; 0: no limit. Default 600.")
    ] = None,
) -> int:
    """Show memories, whole; of an entity or a path its page: what is known, decided, tried, in progress.

    A name is an id, or the start of one; else an entity by its title or an alias; else a path, also one that a file had
    before; else a symbol that is cited; else the end of one path alone. entity:NAME, file:PATH and symbol:NAME decide.
    """
    from agentmem.actions import reading

    call = ctx.obj
    if budget is not None and budget < 0:
        from agentmem.errors import UsageError

        raise UsageError("--budget must be 0 (no limit) or more")
    if at or branch or all_branches:
        from agentmem.actions import standing

        standing.stand(call.context, at, branch, all_branches)
    result = reading.shown(call.context, ids, budget)
    call.note(*result.notes)
    if result.view.at is None:
        told = (identity for page in result.pages for identity in page.digest.memories)
        call.showed([*(found.memory.id for found in result.memories), *told])

    def as_json(told: Shown) -> dict[str, object]:
        from agentmem.output import jsonout

        return jsonout.shown(told)

    def as_text(told: Shown) -> str:
        from agentmem.output import text

        return text.shown(told)

    return int(call.give_either(as_json, as_text, result))
