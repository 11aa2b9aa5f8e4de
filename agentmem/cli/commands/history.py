"""``agentmem history``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def history(
    ctx: typer.Context,
    id: Annotated[
        str | None, typer.Argument(help="The memory, also one that is gone; without it, all of them.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="As of a revision or a moment: v1.2, 2026-02-10, 3 days ago.")
    ] = None,
    branch: Annotated[str | None, typer.Option("--branch", help="As another branch has it.")] = None,
    all_branches: Annotated[
        bool, typer.Option("--all-branches", help="As any branch or tag of this clone has it.")
    ] = False,
    since: Annotated[str | None, typer.Option("--since", help="Only what happened at or after WHEN.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Only what happened before WHEN.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", help="Versions or commits at most; 0: all.")] = None,
    budget: Annotated[
        int | None, typer.Option("--budget", help="Tokens of text at most; 0: no limit. Default 600.")
    ] = None,
) -> int:
    """Tell who changed a memory, when and why; without an ID, what happened in all of them."""
    from agentmem.actions import selecting
    from agentmem.errors import UsageError

    call = ctx.obj
    for name, number in (("--limit", limit), ("--budget", budget)):
        if number is not None and number < 0:
            raise UsageError(f"{name} must be 0 (no limit) or more")
    context = call.context
    low = selecting.when(context, since, "--since") if since else None
    high = selecting.when(context, until, "--until") if until else None
    if at or branch:
        from agentmem.actions import standing

        standing.stand(context, at, branch)
    spend = context.config.budget if budget is None else budget
    from agentmem.output import history as output

    if id is None:
        from agentmem.actions import events

        happened = events.listed(context, all_branches, low, high, limit)
        call.note(*happened.notes)
        return int(call.give_either(output.events_json, lambda one: output.events(one, spend), happened))
    from agentmem.actions import history as actions

    told = actions.of_memory(context, id, all_branches, low, high, limit)
    call.note(*told.notes)
    return int(call.give_either(output.versions_json, lambda one: output.versions(one, spend), told))
