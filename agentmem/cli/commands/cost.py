"""``agentmem cost``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def cost(
    ctx: typer.Context,
    since: Annotated[
        str | None, typer.Option("--since", help="From when on; the last two weeks else.")
    ] = None,
    price: Annotated[
        str | None, typer.Option("--price", help="Dollars for a million tokens of input; 3 when left out.")
    ] = None,
) -> int:
    """What all notes would cost if everybody read them, against what was served."""
    from agentmem.actions import costing
    from agentmem.errors import UsageError
    from agentmem.output import costs

    call = ctx.obj
    try:
        dollars = None if price is None else float(price)
    except ValueError:
        raise UsageError(f"--price {price!r} is no number", "agentmem cost --price 3") from None
    result = costing.cost(call.context, since, dollars)
    call.note(*call.context.index.notes)
    return int(call.give_either(costs.cost_record, costs.cost, result))
