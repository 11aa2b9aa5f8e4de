"""``agentmem tidy``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def tidy(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what each step would do.")] = False,
    branch: Annotated[
        str | None, typer.Option("--branch", help="The branch it is for, where HEAD is detached.")
    ] = None,
) -> int:
    """Keep the store in order, for one CI job on trunk: promote, re-anchor, reflect, archive, forget."""
    from agentmem.actions import tidying
    from agentmem.output import upkeep

    call = ctx.obj
    result = tidying.tidy(call.context, branch, dry_run)
    call.note(*result.notes)
    call.give_either(
        lambda one: upkeep.tidied_json(one, dry_run), lambda one: upkeep.tidied(one, dry_run), result
    )
    return result.exit
