"""``agentmem index``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

ACTIONS = ("status", "rebuild", "embed")


def index(
    ctx: typer.Context,
    action: Annotated[str, typer.Argument(help="status, rebuild or embed")] = "status",
) -> int:
    """Tell what the index holds, or make it anew; no answer ever depends on it."""
    from agentmem.actions import indexing
    from agentmem.errors import UsageError

    call = ctx.obj
    if action not in ACTIONS:
        raise UsageError(f'no action "{action}"', f"actions: {' '.join(ACTIONS)}")
    if action == "rebuild":
        indexing.rebuild(call.context)
        del call.context
    if action == "embed":
        indexing.embed(call.context)
    result = indexing.status(call.context)
    call.note(*call.context.index.notes)
    if call.json:
        from agentmem.output import jsonout

        return int(call.give(jsonout.line(jsonout.index_status(result))))
    from agentmem.output import text

    return int(call.give(text.index_status(result)))
