"""Lines of which as many are shown as a budget of tokens takes: a head each, and below it what there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FRAME = 60
"""Tokens that the first and the last line may cost."""

ROOM = 20
"""Tokens of the line that says how much was left out."""


def within(lines: Sequence[str], budget: int, last: Sequence[str] = ()) -> list[str]:
    """As many of ``lines``, the first at least, as ``budget`` tokens (0: no limit) take beside ``last``, which goes before them
    where not all fit.
    """
    if not budget:
        return [*lines, *last]
    left = budget - ROOM - tokens.estimate(lines[0])
    shown: list[list[str]] = []
    for group in (last, lines[1:]):
        kept = []
        for line in group:
            left -= tokens.estimate(line) + 1
            if left < 0:
                break
            kept.append(line)
        shown.append(kept)
    more = len(last) + len(lines) - 1 - sum(map(len, shown))
    told = [f"{more:,} more line{'s' * (more > 1)}: --budget 0"] if more else []
    return [lines[0], *shown[1], *shown[0], *told]


def packed(items: Iterable[tuple[str, Sequence[str]]], budget: int) -> tuple[list[str], int]:
    """The lines that ``budget`` (tokens, 0 for no limit) takes, and how many of ``items`` (head, details) they show.

    In order: a head that does not fit ends it; details that do not fit are left out as a whole, and said to be.
    """
    lines: list[str] = []
    shown = 0
    left = budget - FRAME
    for head, details in items:
        cost = tokens.estimate(head) + 1
        if budget and cost > left and shown:
            break
        left -= cost
        shown += 1
        lines.append(head)
        more = sum(tokens.estimate(line) + 2 for line in details)
        if budget and more > left:
            lines[-1] += " …"
            continue
        left -= more
        lines += [f"  {line}" for line in details]
    return lines, shown
