"""What ``cost`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import safety, times
from agentmem.output.text import count

if TYPE_CHECKING:
    from agentmem.actions.costing import Cost

MOST = 8
"""Verbs that are listed: as many as are counted."""


def cost(result: Cost) -> str:
    """The two figures under each other, in tokens and money, and what the second is made of."""
    whole, served = f"{result.whole:,}", f"{result.served:,}"
    width = max(len(whole), len(served))
    day = times.format_iso(result.since)[:10]
    lines = [
        f"agentmem: {count(result.memories, 'memory', 'memories')} in force, {count(result.notes, 'token')} "
        f"({safety.one_line(result.branch)}).",
        f"read all  {whole:>{width}} tokens, once{_for(result)}: {_money(result, result.whole)}",
    ]
    if not result.verbs:
        return "\n".join((*lines, f"served    nothing in this clone since {day}")) + "\n"
    about = f", {result.served // result.readings:,} each" if result.readings > 1 else ""
    lines.append(
        f"served    {served:>{width}} tokens in this clone since {day}{about}: {_money(result, result.served)}"
    )
    told = [
        f"{safety.one_line(verb)} {spent:,} ({number:,})" for verb, (number, spent) in result.verbs.items()
    ]
    lines.append("  " + " · ".join(told[:MOST]))
    lines.append(f"at ${result.price:g} for a million tokens of input (--price)")
    return "\n".join(lines) + "\n"


def _for(result: Cost) -> str:
    """For what all notes would have been read."""
    if result.readings <= 1:
        return ""
    idle = count(result.idle, "agent") + (" without one" if result.tasks else "")
    parts = [f"{count(result.tasks, 'task')} done"] * bool(result.tasks) + [idle] * bool(result.idle)
    return f" for each of {' and '.join(parts)}"


def _money(result: Cost, spent: int) -> str:
    dollars = result.money(spent)
    # on a small store both are cents
    return f"${dollars:,.2f}" if dollars >= 1 or not dollars else f"${dollars:,.4f}"


def cost_record(result: Cost) -> dict[str, object]:
    """The same for programs."""
    return {
        "schema": "agentmem/cost/1",
        "memories": result.memories,
        "notes": result.notes,
        "whole": result.whole,
        "since": times.format_iso(result.since),
        "served": result.served,
        "verbs": {verb: {"count": number, "tokens": spent} for verb, (number, spent) in result.verbs.items()},
        "agents": result.agents,
        "tasks": result.tasks,
        "price": result.price,
        "money": {
            "whole": round(result.money(result.whole), 4),
            "served": round(result.money(result.served), 4),
        },
    }
