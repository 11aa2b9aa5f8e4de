"""What became of lines that were not kept as they were: where a diff says that their successors stand."""

from typing import NamedTuple

from agentmem.model import alikeness
from agentmem.model.tracing import Trace

REACH = 30
"""Lines looked through for the new end of a range whose end was rewritten."""


class Part(NamedTuple):
    """Where the successors stand, the end excluded, and the share of the characters that was kept."""

    low: int
    high: int
    share: float


def changed_in(trace: Trace, place: tuple[int, int]) -> Part | None:
    """The lines that now stand where the old ``place`` stood; None when it was taken out."""
    low, high = place
    kept = _together([(at, trace.image[at]) for at in range(low, high) if trace.image[at] >= 0])
    if not kept:
        return _replaced(trace, low, high)
    weight = sum([len(line) for line in trace.old.lines[low:high]])
    share = sum([len(trace.old.lines[at]) for at, _ in kept]) / max(1, weight)
    first, new_first = kept[0]
    last, new_last = kept[-1]
    new_low = _upper(trace, low, first, new_first) if first > low else new_first
    new_high = _lower(trace, last + 1, high, new_last + 1) if last + 1 < high else new_last + 1
    return Part(new_low, new_high, share)


def _together(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The largest part of the pairs that stayed together and in order."""
    groups: list[list[tuple[int, int]]] = []
    room = 2 * len(pairs) + 20
    for at, new_at in pairs:
        if groups and 0 < new_at - groups[-1][-1][1] <= at - groups[-1][-1][0] + room:
            groups[-1].append((at, new_at))
        else:
            groups.append([(at, new_at)])
    return max(groups, key=len, default=[])


def _upper(trace: Trace, low: int, first: int, new_first: int) -> int:
    """Where the new range begins: the old one's lines before ``first`` were rewritten or taken out."""
    gap = trace.gap(first - 1)
    if gap.new_high != new_first:
        return new_first
    if gap.low > low or (gap.low == low and gap.new_high - gap.new_low <= first - low):
        return gap.new_low
    options = range(max(gap.new_low, new_first - REACH), new_first + 1)
    old = trace.old.lines[max(low, gap.low) : first]
    return max(options, key=lambda at: (alikeness.alike(old, trace.new.lines[at:new_first]), at))


def _lower(trace: Trace, last: int, high: int, new_last: int) -> int:
    """Where the new range ends: the old one's lines from ``last`` on were rewritten or taken out."""
    gap = trace.gap(last)
    if gap.new_low != new_last:
        return new_last
    if gap.high < high or (gap.high == high and gap.new_high - gap.new_low <= high - last):
        return gap.new_high
    options = range(new_last, min(gap.new_high, new_last + REACH) + 1)
    old = trace.old.lines[last : min(high, gap.high)]
    return max(options, key=lambda at: (alikeness.alike(old, trace.new.lines[new_last:at]), -at))


def _replaced(trace: Trace, low: int, high: int) -> Part | None:
    """The lines that stand between the same neighbours, where no line was kept."""
    gap = trace.gap(low)
    if gap.new_low == gap.new_high or gap.high < high:
        return None
    if (gap.low, gap.high) == (low, high) and gap.new_high - gap.new_low <= 2 * (high - low) + 2:
        return Part(gap.new_low, gap.new_high, 0.0)
    near = alikeness.nearest(
        trace.old.lines[low:high],
        high - low,
        trace.new,
        lambda new_low, new_high: gap.new_low <= new_low and new_high <= gap.new_high,
    )
    return Part(near[1], near[2], 0.0) if near else None
