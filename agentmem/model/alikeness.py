"""How alike two pieces of code are, and where in a text something like a cited piece stands."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from agentmem.model.pages import Page

COMMON = 40
"""Lines that hold a word from which on it says little about where a text is."""
MAX_VOTES = 5
"""Places looked at closely."""
MAX_LINES = 60
"""Lines of the cited text that are looked for; of a longer one those that are spread evenly over it."""

_tokens = re.compile(r"\w+|[^\w\s]").findall


def alike(one: Sequence[str], other: Sequence[str]) -> float:
    """The share of characters that two texts have in common, 0 to 1: Dice's coefficient of their tokens, by length.

    ``while (tries < 3) {`` and ``while (tries < this.opts.maxTries) {`` are .6 alike.
    """
    mine, yours = _bag(one), _bag(other)
    total = _size(mine) + _size(yours)
    if not total:
        return 1.0
    shared = sum([len(token) * min(count, yours[token]) for token, count in mine.items() if token in yours])
    return 2 * shared / total


def _bag(lines: Sequence[str]) -> Counter[str]:
    return Counter(_tokens("\n".join(lines)))


def _size(bag: Counter[str]) -> int:
    return sum([len(token) * count for token, count in bag.items()])


def nearest(
    wanted: Sequence[str],
    size: int,
    page: Page,
    may: Callable[[int, int], bool],
    score: Callable[[Sequence[str]], float] | None = None,
) -> tuple[float, int, int] | None:
    """How alike, and where, the place of ``page`` is that is most like the wanted lines; None where nothing points to one.

    ``size`` is how many lines the whole text had (``wanted`` can be a part of it); ``may`` says whether a place counts,
    ``score`` how alike its lines are (``alike``, where it is not given).
    """
    rate = score or (lambda lines: alike(wanted, lines))
    votes: defaultdict[int, float] = defaultdict(float)
    step = max(1, len(wanted) // MAX_LINES)
    for at in range(0, len(wanted), step):
        same = page.index.get(wanted[at], ())
        if same and len(same) <= COMMON:
            for place in same:
                votes[place - at] += len(wanted[at]) / len(same)
        for token in set(_tokens(wanted[at])):
            known = page.words.get(token, ())
            if len(token) > 2 and 0 < len(known) <= COMMON:
                for place in known:
                    votes[place - at] += len(token) / len(known)
    best: tuple[float, int, int] | None = None
    for shift in sorted(votes, key=lambda shift: (-votes[shift], shift))[:MAX_VOTES]:
        low, high = max(0, shift), min(len(page.lines), shift + size)
        if low >= high or not may(low, high):
            continue
        value = rate(page.lines[low:high])
        if best is None or value > best[0]:
            best = value, low, high
    if best and size == len(wanted):
        low, high = fitted(wanted, page.lines, *best[1:])
        if may(low, high):
            best = alike(wanted, page.lines[low:high]), low, high
    return best


def fitted(wanted: Sequence[str], lines: Sequence[str], low: int, high: int) -> tuple[int, int]:
    """The place with its ends moved to the wanted text's own, or else while that makes it more like the wanted lines: something
    was put in or taken out.
    """
    reach = min(12, max(2, len(wanted) // 2))
    starts = [at for at in range(max(0, low - reach), min(high, low + reach + 1)) if lines[at] == wanted[0]]
    low = min(starts, key=lambda at: abs(at - low), default=low)
    ends = [
        at
        for at in range(max(low, high - 1 - reach), min(len(lines), high + reach))
        if lines[at] == wanted[-1]
    ]
    high = min(ends, key=lambda at: abs(at + 1 - high), default=high - 1) + 1
    best = alike(wanted, lines[low:high])
    for end in (1, 0):
        place = low, high
        if lines[high - 1] == wanted[-1] if end else lines[low] == wanted[0]:
            continue
        for by in [*range(-reach, 0), *range(1, reach + 1)]:
            start, stop = (low, high + by) if end else (low + by, high)
            if 0 <= start < stop <= len(lines):
                value = alike(wanted, lines[start:stop])
                if value > best + 1e-9:
                    best, place = value, (start, stop)
        low, high = place
    return low, high
