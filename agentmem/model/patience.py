"""Lines that two texts have exactly once, as anchors for comparing the rest ("patience diff", B. Cohen)."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

Lines = Sequence[str]


class Hunk(NamedTuple):
    """Lines ``low`` to ``high`` of one text (``high`` excluded) stand as ``new_low`` to ``new_high`` in the other."""

    low: int
    high: int
    new_low: int
    new_high: int


def anchors(old: Lines, new: Lines, within: Hunk) -> list[tuple[int, int]]:
    """Lines that both texts have exactly once within the hunk, as many as stand in the same order in both."""
    count = Counter(old[within.low : within.high])
    new_count = Counter(new[within.new_low : within.new_high])
    places = {new[at]: at for at in range(within.new_low, within.new_high) if new_count[new[at]] == 1}
    return _rising(
        [
            (at, places[old[at]])
            for at in range(within.low, within.high)
            if count[old[at]] == 1 and old[at] in places
        ]
    )


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs whose second places rise, by patience sorting."""
    ends: list[int] = []
    last: list[int] = []
    previous: list[int] = []
    for number, (_, new_at) in enumerate(pairs):
        pile = bisect_left(ends, new_at)
        previous.append(last[pile - 1] if pile else -1)
        if pile == len(ends):
            ends.append(new_at)
            last.append(number)
        else:
            ends[pile], last[pile] = new_at, number
    run: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        run.append(pairs[number])
        number = previous[number]
    return run[::-1]
