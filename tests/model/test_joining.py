"""Joining what two sides have: nothing said is lost, and whoever does it gets the same."""

from hypothesis import given
from hypothesis import strategies as st

from agentmem.model.joining import decided, joined_lines

FOLDERS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3))
FILES = st.lists(
    st.sampled_from([b"one", b"two", b"three", b"four", b"\xff", b"a\rb", b""]), unique=True
).map(lambda lines: b"".join(line + b"\n" for line in lines))


def test_who_changed_it_decides():
    """One side's change, removal or new file is taken; a change beside a removal stands; what both changed is told."""
    base = {"same": 1, "one": 1, "other": 1, "gone": 1, "kept": 1, "both": 1}
    one = {"same": 1, "one": 2, "other": 1, "kept": 2, "both": 2, "new": 1, "alike": 5}
    other = {"same": 1, "one": 1, "other": 2, "gone": 1, "both": 3, "alike": 5}
    kept, both = decided(base, one, other)
    assert kept == {"same": 1, "one": 2, "other": 2, "kept": 2, "new": 1, "alike": 5}
    assert both == ["both"]


@given(FOLDERS, FOLDERS, FOLDERS)
def test_sides_may_be_swapped(base, one, other):
    """Neither side is first."""
    assert decided(base, one, other) == decided(base, other, one)


def test_lines_of_both():
    """What either has added is there once, what either has taken away is not."""
    assert joined_lines(b"a\nb\nc\n", b"a\nb\nc\nd\n", b"a\nc\ne\nd") == b"a\nc\nd\ne\n"


@given(FILES, FILES, FILES)
def test_no_line_is_lost_or_doubled(base, one, other):
    """Whichever side it is on."""
    found = joined_lines(base, one, other)
    assert found == joined_lines(base, other, one)
    lines = found.split(b"\n")[:-1]
    assert len(lines) == len(set(lines))
    new = ({*one.split(b"\n")} | {*other.split(b"\n")}) - {*base.split(b"\n")}
    assert new - {b""} <= {*lines} <= {*one.split(b"\n"), *other.split(b"\n")}
    assert {*base.split(b"\n")} & {*one.split(b"\n")} & {*other.split(b"\n")} - {b""} <= {*lines}


@given(FILES, FILES)
def test_joined_again_it_stays(one, other):
    """Joined with a side once more nothing changes but the order."""
    found = joined_lines(b"", one, other)
    assert {*joined_lines(b"", found, other).split(b"\n")} == {*found.split(b"\n")}
