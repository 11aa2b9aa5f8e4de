"""Anchors: lines that both texts have once, in the same order in both, and no fewer than there are."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import patience
from agentmem.model.patience import Hunk

LINES = st.lists(st.sampled_from("abcdefg"), max_size=9)


@given(LINES, LINES, st.tuples(*[st.integers(0, 9)] * 4))
def test_anchors_are_the_longest_run_of_lines_that_both_have_once(old, new, edges):
    low, high = sorted(min(edge, len(old)) for edge in edges[:2])
    new_low, new_high = sorted(min(edge, len(new)) for edge in edges[2:])
    mine, other = old[low:high], new[new_low:new_high]
    once = [line for line in mine if mine.count(line) == 1 and other.count(line) == 1]
    found = patience.anchors(old, new, Hunk(low, high, new_low, new_high))
    assert [old[at] for at, _ in found] == [new[at] for _, at in found]
    assert all(old[at] in once and low <= at < high and new_low <= to < new_high for at, to in found)
    assert found == sorted(found, key=lambda pair: pair[1])
    longest = max(
        size
        for size in range(len(once) + 1)
        if any(sorted(run, key=other.index) == list(run) for run in combinations(once, size))
    )
    assert len(found) == longest


def test_a_line_that_only_the_hunk_has_once_is_an_anchor():
    assert patience.anchors(["x", "a", "x"], ["x", "b"], Hunk(1, 3, 0, 2)) == [(2, 0)]
    assert patience.anchors(["x", "a", "x"], ["x", "b"], Hunk(0, 3, 0, 2)) == []
