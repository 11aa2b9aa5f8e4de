"""Merging two edits of one text by its lines, as git does: edits that touch are a conflict, equal edits are one.

The work is bounded whatever the text: where two versions differ in too much, the rest between the nearest lines
that both have once counts as replaced.
"""

from typing import NamedTuple

from agentmem.model import patience
from agentmem.model.patience import Hunk, Lines

MAX_EDITS = 400
"""Lines taken out and put in between two anchors up to which the shortest edit is looked for; it takes their square."""

MAX_WORK = 2_000_000
"""Steps of one comparison in all: about a second."""

OURS, THEIRS = "ours", "theirs"


class Piece(NamedTuple):
    """Lines ``low`` to ``high`` of the side that ``source`` names."""

    source: str
    low: int
    high: int


class Clash(NamedTuple):
    """What the two sides have in one place, each as lines of its own side."""

    ours: Piece
    theirs: Piece


def merge(base: Lines, ours: Lines, theirs: Lines) -> list[Piece | Clash]:
    """The merged text in pieces; what neither side has changed is a piece of ours.

    Which side is which decides nothing but the names.
    """
    mine, yours = diff(base, ours), diff(base, theirs)
    out: list[Piece | Clash] = []
    at = i = j = 0
    while i < len(mine) or j < len(yours):
        if j == len(yours) or (i < len(mine) and mine[i].low <= yours[j].low):
            low = high = mine[i].low
        else:
            low = high = yours[j].low
        first_mine, first_yours = i, j
        grown = True
        while grown:
            grown = False
            if i < len(mine) and mine[i].low <= high:
                high, i, grown = max(high, mine[i].high), i + 1, True
            if j < len(yours) and yours[j].low <= high:
                high, j, grown = max(high, yours[j].high), j + 1, True
        if low > at:
            out.append(_span(OURS, mine, first_mine, first_mine, at, low))
        at = high
        one = _span(OURS, mine, first_mine, i, low, high)
        other = _span(THEIRS, yours, first_yours, j, low, high)
        if first_yours == j:
            out.append(one)
        elif first_mine == i:
            out.append(other)
        else:
            out += _settled(ours, theirs, one, other)
    if at < len(base):
        out.append(_span(OURS, mine, i, i, at, len(base)))
    return out


def common(one: Lines, other: Lines) -> list[str]:
    """Lines that both texts have, in order: the same whichever comes first."""
    first, second = sorted((list(one), list(other)))
    lines: list[str] = []
    at = 0
    for hunk in diff(first, second):
        lines += first[at : hunk.low]
        at = hunk.high
    return lines + first[at:]


def diff(old: Lines, new: Lines) -> list[Hunk]:
    """What was replaced by what from ``old`` to ``new``, in order; between two hunks there is at least one equal line."""
    hunks: list[Hunk] = []
    work = [MAX_WORK]
    for low, high, new_low, new_high in _differences(old, new, work):
        if hunks and hunks[-1].high == low and hunks[-1].new_high == new_low:
            last = hunks.pop()
            low, new_low = last.low, last.new_low
        hunks.append(Hunk(low, high, new_low, new_high))
    return hunks


def _span(source: str, hunks: list[Hunk], first: int, end: int, low: int, high: int) -> Piece:
    """The lines of one side that stand where base has ``low`` to ``high``, where hunks ``first`` to ``end`` lie."""

    def shift(number: int) -> int:
        return hunks[number - 1].new_high - hunks[number - 1].high if number else 0

    return Piece(source, low + shift(first), high + shift(end))


def _settled(ours: Lines, theirs: Lines, one: Piece, other: Piece) -> list[Piece | Clash]:
    """The clash of two pieces, without the lines that both begin or end with."""
    mine, yours = ours[one.low : one.high], theirs[other.low : other.high]
    head = _prefix(mine, yours)
    tail = _prefix(mine[head:][::-1], yours[head:][::-1])
    out: list[Piece | Clash] = []
    if head:
        out.append(Piece(OURS, one.low, one.low + head))
    if len(mine) > head + tail or len(yours) > head + tail:
        out.append(
            Clash(
                Piece(OURS, one.low + head, one.high - tail),
                Piece(THEIRS, other.low + head, other.high - tail),
            )
        )
    if tail:
        out.append(Piece(OURS, one.high - tail, one.high))
    return out


def _prefix(one: Lines, other: Lines) -> int:
    """How many lines the two begin with alike."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _differences(old: Lines, new: Lines, work: list[int]) -> list[Hunk]:
    found: list[Hunk] = []
    waiting = [Hunk(0, len(old), 0, len(new))]
    while waiting:
        low, high, new_low, new_high = waiting.pop()
        head = _prefix(old[low:high], new[new_low:new_high])
        low, new_low = low + head, new_low + head
        tail = _prefix(old[low:high][::-1], new[new_low:new_high][::-1])
        high, new_high = high - tail, new_high - tail
        if low == high and new_low == new_high:
            continue
        whole = Hunk(low, high, new_low, new_high)
        if low == high or new_low == new_high:
            found.append(whole)
            continue
        exact = _shortest(old[low:high], new[new_low:new_high], work)
        if exact is not None:
            found += [Hunk(low + a, low + b, new_low + c, new_low + d) for a, b, c, d in exact]
            continue
        anchors = patience.anchors(old, new, whole)
        if not anchors:
            found.append(whole)
            continue
        # the last of the list is looked at next: what comes first must stand last
        gaps = []
        for anchor, new_anchor in anchors:
            gaps.append(Hunk(low, anchor, new_low, new_anchor))
            low, new_low = anchor + 1, new_anchor + 1
        gaps.append(Hunk(low, high, new_low, new_high))
        waiting += reversed(gaps)
    return found


def _shortest(old: Lines, new: Lines, work: list[int]) -> list[Hunk] | None:
    """The shortest edit (Myers, "An O(ND) Difference Algorithm", 1986, fig. 2); None where it is too long to look for."""
    size, new_size = len(old), len(new)
    if abs(size - new_size) > MAX_EDITS:
        return None
    reached = {1: 0}
    trail: list[dict[int, int]] = []
    for edits in range(min(size + new_size, MAX_EDITS) + 1):
        work[0] -= edits + 1
        if work[0] < 0:
            return None
        trail.append(dict(reached))
        for k in range(-edits, edits + 1, 2):
            down = k == -edits or (k != edits and reached[k - 1] < reached[k + 1])
            x = reached[k + 1] if down else reached[k - 1] + 1
            y = x - k
            while x < size and y < new_size and old[x] == new[y]:
                x, y = x + 1, y + 1
            reached[k] = x
            if x >= size and y >= new_size:
                return _walked(trail, size, new_size)
        work[0] -= edits
    return None


def _walked(trail: list[dict[int, int]], x: int, y: int) -> list[Hunk]:
    """The hunks of the edit that ``trail`` leads to, from its end back to its beginning."""
    hunks: list[Hunk] = []
    for edits in range(len(trail) - 1, 0, -1):
        reached, k = trail[edits], x - y
        down = k == -edits or (k != edits and reached[k - 1] < reached[k + 1])
        before = k + 1 if down else k - 1
        old_x = reached[before]
        old_y = old_x - before
        # one line was put in (down) or taken out, then equal lines followed
        high, new_high = (old_x, old_y + 1) if down else (old_x + 1, old_y)
        if hunks and hunks[-1].low == high and hunks[-1].new_low == new_high:
            last = hunks.pop()
            high, new_high = last.high, last.new_high
        hunks.append(Hunk(old_x, high, old_y, new_high))
        x, y = old_x, old_y
    return hunks[::-1]
