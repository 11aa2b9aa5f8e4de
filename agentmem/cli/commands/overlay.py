"""``agentmem overlay``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

ACTIONS = ("list", "show", "diff", "promote", "adopt", "sweep")


def overlay(
    ctx: typer.Context,
    action: Annotated[str, typer.Argument(help="list, show, diff, promote, adopt or sweep")] = "list",
    words: Annotated[
        list[str] | None,
        typer.Argument(help="show, diff: the branch (else the one at hand). adopt: the branch, then ids."),
    ] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", help="promote, sweep: the branch, where HEAD is detached.")
    ] = None,
    all_branches: Annotated[
        bool, typer.Option("--all-branches", help="list: also what other branches and worktrees have.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="promote, sweep: say what would be done.")
    ] = False,
    budget: Annotated[
        int | None,
        typer.Option(
            "--budget", help="show, diff, promote: tokens of text at most; 0: no limit. Default 600."
        ),
    ] = None,
) -> int:
    """Tell what branches have added and changed; promote it on trunk, adopt it, sweep what is settled."""
    from agentmem.errors import UsageError

    call = ctx.obj
    if action not in ACTIONS:
        raise UsageError(f'no action "{action}"', f"actions: {' '.join(ACTIONS)}")
    names = list(words or ())
    most = {"show": 1, "diff": 1, "adopt": None}.get(action, 0)
    if most is not None and len(names) > most:
        raise UsageError(f"too many words after {action}: {' '.join(names[most:])}", "agentmem overlay -h")
    if all_branches and action != "list":
        raise UsageError("--all-branches goes with overlay list")
    if budget is not None and budget < 0:
        raise UsageError("--budget must be 0 (no limit) or more")
    context = call.context
    spend = context.config.budget if budget is None else budget
    from agentmem.output import branching

    if action == "list":
        from agentmem.actions import overlay as actions

        if all_branches:
            context.index.include_others()
        listed = actions.listing(context)
        call.note(*listed.notes)
        return int(call.give_either(branching.overlays_json, branching.overlays, listed))
    if action == "show":
        from agentmem.actions import overlay as actions

        shown = actions.shown(context, names[0] if names else None)
        call.note(*shown.notes)
        return int(call.give_either(branching.overlay_json, lambda one: branching.overlay(one, spend), shown))
    if action == "diff":
        from agentmem.actions import comparing
        from agentmem.output import differing

        compared = comparing.overlay(context, names[0] if names else None)
        call.note(*compared.notes)
        return int(
            call.give_either(differing.compared_json, lambda one: differing.compared(one, spend), compared)
        )
    if action == "adopt":
        from agentmem.actions import adopting

        if not names:
            raise UsageError("adopt from which branch?", "agentmem overlay adopt BRANCH [ID…]")
        adopted = adopting.adopt(context, names[0], names[1:])
        return int(call.give_either(branching.adopted_json, branching.adopted, adopted))
    from agentmem.actions import promoting

    if action == "promote":
        promoted = promoting.promote(context, branch, dry_run)
        return int(
            call.give_either(branching.promoted_json, lambda one: branching.promoted(one, spend), promoted)
        )
    swept = promoting.sweep(context, branch, dry_run)
    return int(call.give_either(branching.swept_json, branching.swept, swept))
