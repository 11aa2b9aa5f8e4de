"""Passages: where a body is cut, and which of them is worth most to a question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import analysis, passages

TEXTS = st.text(alphabet="ab1. -*+\r\n\t", max_size=60)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", []),
        ("\n \n", []),
        ("one line", ["one line"]),
        ("first\nstill first\n\nsecond", ["first\nstill first", "second"]),
        ("- a\n- b\n  more of b\n  - of b\n* c\n+ d", ["a", "b\n  more of b\n  - of b", "c", "d"]),
        ("Steps:\n1. a\n2) b\n10. c", ["Steps:", "a", "b", "c"]),
        ("- a\r\n- b\r\n\r\nend", ["a", "b", "end"]),
        ("-5 degrees\n2.5 of them", ["-5 degrees\n2.5 of them"]),
    ],
)
def test_passages(body, expected):
    """Paragraphs, and the items of a list without their marks; an item's own items stay with it."""
    assert passages.passages(body) == expected


@given(TEXTS)
def test_no_word_is_lost(body):
    """What is cut away is white space and the marks of items."""
    kept = "".join("".join(passages.passages(body)).split())
    whole = iter("".join(body.split()))
    assert all(char in whole for char in kept)
    assert kept.count("a") + kept.count("b") == body.count("a") + body.count("b")


GAINS = dict(zip(analysis.terms("quiet ten days"), (3.0, 2.0, 1.0), strict=True))


def best(*parts, gains=GAINS, elsewhere=None):
    """The best of passages, with b = .5 by bodies of ten terms."""
    return passages.best(parts, gains, elsewhere or {}, 0.05, 0.5, 1.2)


def test_what_stands_together_is_worth_more():
    """Two words in one passage beat the same two in two."""
    together = best("quiet for ten days", "nothing")
    apart = best("quiet now", "for ten hours", "many days")
    assert together.text == "quiet for ten days" and together.score > apart.score > 0


def test_each_is_as_long_as_it_is():
    """The same words say more in a short passage; the worth of one alone is BM25F's of a note of that length."""
    text = "quiet for ten days"
    longer = text + " while the others went on as before and nobody looked"
    assert best(longer, text).text == text
    norm = 0.5 + 0.05 * len(analysis.terms(text))
    tf = 1 / norm
    assert best(text).score == pytest.approx(sum(GAINS.values()) * tf / (1.2 + tf))


def test_what_the_title_says_counts_with_each():
    """Words outside the body go with whichever passage; a passage that has none of the question is no answer by the title."""
    assert best("for ten hours", elsewhere={"quiet": 3.0}).score > best("for ten hours").score
    assert best("nothing of it", elsewhere={"quiet": 3.0}) == passages.Passage("", 0.0)
