"""``agentmem plan``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def plan(
    ctx: typer.Context,
    action: Annotated[str, typer.Argument(help="show.")] = "show",
    id: Annotated[str | None, typer.Argument(help="One plan, by id; without one all of them.")] = None,
    format: Annotated[str, typer.Option("--format", help="text or md.")] = "text",
    budget: Annotated[
        int | None, typer.Option("--budget", help="Tokens of text at most; 0: no limit. Default 600.")
    ] = None,
) -> int:
    """The plans: phases, tasks and how far they are."""
    from agentmem.actions import planning as acts
    from agentmem.errors import UsageError
    from agentmem.output import planning

    call = ctx.obj
    if action != "show":
        raise UsageError(f'no action "{action}"', "actions: show")
    if format not in ("text", "md"):
        raise UsageError(f'no format "{format}"', "formats: text md")
    if budget is not None and budget < 0:
        raise UsageError("--budget must be 0 (no limit) or more")
    spend = call.context.config.budget if budget is None else budget
    result = acts.shown(call.context, id)
    call.note(*call.context.index.notes)
    if format == "md":  # a page for people
        return int(call.give_either(planning.plans_record, planning.plans_markdown, result))
    return int(call.give_either(planning.plans_record, lambda one: planning.plans(one, spend), result))
