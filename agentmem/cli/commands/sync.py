"""``agentmem sync``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer


def sync(ctx: typer.Context) -> int:
    """Share claims with the other clones, over the remote that the configuration names."""
    from agentmem.actions import hearing, sharing
    from agentmem.output import ending

    call = ctx.obj
    result = sharing.sync(call.context)
    code = int(call.give_either(ending.shared_record, ending.shared, result))
    hearing.tell(call.context)  # that was it
    return code
