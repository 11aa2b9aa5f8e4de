"""Packing: the most value that fits a token budget, in rank order; what does not fit is counted, never cut off in the middle."""

from collections.abc import Sequence
from typing import NamedTuple

TITLE, PARAGRAPH, FULL = "title", "paragraph", "full"
WHOLE = 3
"""How many are shown whole at most where there is a budget: the fourth best helps less than three more at a glance."""


class Costs(NamedTuple):
    """Tokens of one memory at each level of detail, where ``paragraph`` is never more than ``full``."""

    title: int
    paragraph: int
    full: int


def pack(items: Sequence[Costs], budget: int, overhead: int = 0) -> list[str | None]:
    """The level of detail of each of ``items`` (best first), or None for those left out.

    ``budget`` is in tokens, 0 for no limit; ``overhead`` is what the frame costs. Each item first gets its title, then its
    first paragraph, then the best three all their text, as far as the budget goes: so a better one is never without a line
    in favour of a worse one's detail, and what has no room for its own leaves it to those after it.
    """
    if budget <= 0:
        return [FULL] * len(items)
    levels: list[str | None] = [None] * len(items)
    left = budget - overhead
    for i, item in enumerate(items):
        if item.title > left:
            break
        left -= item.title
        levels[i] = TITLE
    for i, item in enumerate(items):
        rise = item.paragraph - item.title
        if levels[i] is None:
            break
        if rise > left:
            continue
        left -= rise
        levels[i] = PARAGRAPH
        if i < WHOLE and item.full - item.paragraph <= _share(left, i, items, levels):
            left -= item.full - item.paragraph
            levels[i] = FULL
    return levels


def ahead(levels: Sequence[str | None]) -> int:
    """How many of the first are shown as titles though one after them is shown in more: the better ones had no room."""
    shown = [level in (PARAGRAPH, FULL) for level in levels]
    return shown.index(True) if True in shown else 0


def _share(left: int, i: int, items: Sequence[Costs], levels: Sequence[str | None]) -> int:
    """What item ``i`` may take of the tokens ``left`` for its whole text: the next one's paragraph stays affordable."""
    following = items[i + 1].paragraph - items[i + 1].title if i + 1 < len(items) and levels[i + 1] else 0
    return left - following
