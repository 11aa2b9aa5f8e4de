"""Texts to pieces as bert-base-uncased has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.semantic.wordpiece import LONGEST_WORD, WordPiece
from tests.semantic.support import VOCABULARY

PIECES = WordPiece([*VOCABULARY, "naive", "uber", "ο", "[", "]", "sep", "_", "x"])
LIST = [*VOCABULARY, "naive", "uber", "ο", "[", "]", "sep", "_", "x"]


def pieces(text: str, most: int = 100) -> list[str]:
    found = [LIST[number] for number in PIECES.numbers(text, most)]
    assert (found[0], found[-1]) == ("[CLS]", "[SEP]")
    return found[1:-1]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Workers claim", ["worker", "##s", "claim"]),
        ("lock-table.", ["lock", "-", "table", "."]),
        ("unlockable", ["un", "##lock", "##able"]),
        ("naïve ÜBER", ["naive", "uber"]),
        ("e\u0301", ["[UNK]"]),
        ("lock京table", ["lock", "京", "table"]),
        ("lo\u00adck\u200b ta\x00ble\ufffd", ["lock", "table"]),
        ("a\tjob\r\n8\u00a0a", ["a", "job", "8", "a"]),
        ("zebrax", ["[UNK]"]),
        ("x_x", ["x", "_", "x"]),
        ("[SEP]", ["[", "sep", "]"]),
        ("a" * (LONGEST_WORD + 1), ["[UNK]"]),
        ("", []),
        ("\U000e0041 \u0301", []),
    ],
)
def test_pieces(text, wanted):
    """Case, accents, marks, CJK, controls, unknown words; the name of a special piece is text."""
    if text == "unlockable":  # no ##lock in the vocabulary: the whole word is unknown
        wanted = ["[UNK]"]
    assert pieces(text) == wanted


def test_longest_piece_first():
    """A word is cut at the longest piece it begins with."""
    found = WordPiece([*VOCABULARY, "##lock", "unl"])
    names = [*VOCABULARY, "##lock", "unl"]
    # "unl" is longer than "un" but leads nowhere: the algorithm is greedy and does not go back
    assert [names[n] for n in found.numbers("unlockable", 9)][1:-1] == ["[UNK]"]
    shorter = WordPiece([*VOCABULARY, "##lock"])
    assert [[*VOCABULARY, "##lock"][n] for n in shorter.numbers("unlockable", 9)][1:-1] == [
        "un",
        "##lock",
        "##able",
    ]


@given(st.text(), st.integers(2, 20))
def test_any_text_gives_numbers_of_the_vocabulary(text, most):
    """Whatever the text: at most so many, all known, between the marks, and the same each time."""
    found = PIECES.numbers(text, most)
    assert 2 <= len(found) <= most and all(0 <= number < len(LIST) for number in found)
    assert (found[0], found[-1]) == (2, 3) and found == PIECES.numbers(text, most)


def test_a_vocabulary_without_marks_is_refused():
    """A file that is no vocabulary of this kind is an error."""
    with pytest.raises(ValueError, match="CLS"):
        WordPiece(["[UNK]", "a"])
