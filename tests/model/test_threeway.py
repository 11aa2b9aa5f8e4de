"""Merging by lines: both sides' edits are taken, those that touch are a conflict, and no text takes long."""

import itertools
import random
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import threeway
from agentmem.model.threeway import OURS, Clash

LINES = st.lists(st.sampled_from("abcde"), max_size=14)
MANY = 100_000


def patched(old, new):
    """``old`` with the hunks of the diff to ``new`` applied."""
    out, at = [], 0
    for hunk in threeway.diff(old, new):
        out += old[at : hunk.low] + new[hunk.new_low : hunk.new_high]
        at = hunk.high
    return out + old[at:]


def merged(base, ours, theirs):
    """The merged lines; a clash is a pair of both sides' lines."""
    out = []
    for piece in threeway.merge(base, ours, theirs):
        if isinstance(piece, Clash):
            one, other = piece
            out.append((tuple(ours[one.low : one.high]), tuple(theirs[other.low : other.high])))
        else:
            out += (ours if piece.source == OURS else theirs)[piece.low : piece.high]
    return out


@given(LINES, LINES, st.sampled_from([0, 1, 3, threeway.MAX_EDITS]))
def test_a_diff_leads_from_one_text_to_the_other(old, new, most):
    """The hunks make one text of the other, however early the search for the shortest edit is given up."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threeway, "MAX_EDITS", most)
        assert patched(old, new) == new
        hunks = threeway.diff(old, new)
    for one, next_one in itertools.pairwise(hunks):
        assert one.high < next_one.low
        assert next_one.low - one.high == next_one.new_low - one.new_high


@given(LINES, LINES)
def test_the_common_lines_are_in_both(one, other):
    """What two texts have in common stands in both, in order, whichever comes first."""
    shared = threeway.common(one, other)
    assert shared == threeway.common(other, one)
    for text in (one, other):
        rest = iter(text)
        assert all(line in rest for line in shared)


@given(LINES, LINES, LINES)
def test_sides_are_alike(base, ours, theirs):
    """Exchanging the sides exchanges the two texts of each clash and changes nothing else."""
    swapped = [line if isinstance(line, str) else line[::-1] for line in merged(base, theirs, ours)]
    assert merged(base, ours, theirs) == swapped


@given(LINES, LINES)
def test_one_side_alone(base, text):
    """Where one side has changed nothing, or both the same, there is no clash."""
    assert merged(base, text, text) == merged(base, base, text) == merged(base, text, base) == text


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "wanted"),
    [
        ("abc", "Xabc", "abcY", ["X", *"abc", "Y"]),
        ("abc", "Abc", "abC", ["A", "b", "C"]),
        ("abc", "Abc", "aBc", [(("A", "b"), ("a", "B")), "c"]),
        ("abc", "ac", "abc", ["a", "c"]),
        ("abc", "ac", "aBc", ["a", ((), ("B",)), "c"]),
        ("abc", "aXbc", "aXbc", list("aXbc")),
        ("ab", "aXb", "aYb", ["a", (("X",), ("Y",)), "b"]),
        ("ab", "aPXb", "aPYb", ["a", "P", (("X",), ("Y",)), "b"]),
        ("", "X", "Y", [(("X",), ("Y",))]),
        ("abcde", "aXcde", "abcYe", ["a", "X", "c", "Y", "e"]),
    ],
)
def test_ranges(base, ours, theirs, wanted):
    """Edits with a line between them are both taken, edits that touch clash, what is equal in a clash is not part of it."""
    assert merged(list(base), list(ours), list(theirs)) == wanted


def test_git_does_the_same(tmp_path):
    """On random edits git merges to the same text or sees a conflict as well; where it differs, on repeated lines alone."""
    draw = random.Random(7)
    base = [f"line {number}" for number in range(12)]

    def edited():
        text = list(base)
        for number in range(draw.randint(1, 3)):
            at = draw.randrange(len(text))
            text[at : at + draw.randint(0, 2)] = [f"new {draw.random()} {number}"] * draw.randint(0, 1)
        return text

    for _ in range(40):
        sides = {"ours": edited(), "base": base, "theirs": edited()}
        for name, lines in sides.items():
            (tmp_path / name).write_text("".join(f"{line}\n" for line in lines))
        done = subprocess.run(
            ["git", "merge-file", "-p", "-q", *sides],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        mine = merged(base, sides["ours"], sides["theirs"])
        assert (done.returncode == 0) == all(isinstance(line, str) for line in mine)
        if done.returncode == 0:
            assert done.stdout.splitlines() == mine


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (["x"] * MANY, ["x"] * (MANY + 1)),
        (["x"] * (MANY // 2) + ["y"] + ["x"] * (MANY // 2), ["z"] + ["x"] * MANY),
        (["x", "y"] * (MANY // 2), ["y", "x"] * (MANY // 2)),
        ([str(one) for one in random.Random(1).choices(range(9), k=MANY)], ["3", "4"] * (MANY // 2)),
    ],
    ids=["equal", "one more", "shifted", "random"],
)
def test_a_text_of_many_equal_lines(ours, theirs):
    """The work is bounded: a text that has few different lines is merged at once."""
    work = [threeway.MAX_WORK]
    threeway._differences(ours, theirs, work)
    assert work[0] > -threeway.MAX_EDITS
    base = ["x"] * MANY
    assert merged(base, ours, ours) == ours
    merged(base, ours, theirs)
    merged(threeway.common(ours, theirs), ours, theirs)
