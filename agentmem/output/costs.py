"""What ``cost`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import safety, times
from agentmem.output.text import count

if TYPE_CHECKING:
    from agentmem.actions.costing import Cost


def cost(result: Cost) -> str:
    """The two figures side by side, in tokens and money."""
    lines = [f"notes    {count(result.memories, 'memory', 'memories')}, {result.notes:,} tokens"]
    per = (
        f"for {count(result.tasks, 'task')}"
        if result.tasks
        else f"once by {count(max(result.agents, 1), 'agent')}"
    )
    lines.append(f"read all {result.whole:,} tokens {per}: {_money(result, result.whole)}")
    day = times.format_iso(result.since)[:10]
    each = f", {result.served // result.tasks:,} a task" if result.tasks else ""
    lines.append(f"served   {result.served:,} tokens since {day}{each}: {_money(result, result.served)}")
    if result.verbs:
        told = [
            f"{safety.one_line(verb)} {spent:,} ({number:,})"
            for verb, (number, spent) in result.verbs.items()
        ]
        lines.append("         " + " · ".join(told[:8]))
    return "\n".join(lines) + "\n"


def _money(result: Cost, spent: int) -> str:
    return f"${result.money(spent):,.2f}"


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
