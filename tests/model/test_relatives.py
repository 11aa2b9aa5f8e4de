"""Words that say nearly the same: what the table has, and what a memory has of a question by one of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import analysis, ranking, relatives, thesaurus
from agentmem.model.postings import NAMES_AT
from agentmem.model.ranking import DEFAULT, Statistics
from agentmem.model.relatives import Relative

ENTRIES = [line.split() for lines in thesaurus.LINES.values() for line in lines.strip().split("\n")]


def test_the_table_is_in_order_and_names_each_stem_once():
    """Each line is a stem and what is near it, nearest first, each relative once and none of its own stem."""
    stems = [stem for stem, *_ in ENTRIES]
    assert stems == sorted(set(stems)) and len(stems) > 4_000
    for stem, *said in ENTRIES:
        terms = [analysis.terms(one[:-1]) for one in said]
        assert all(len(term) == 1 for term in terms) and [stem] not in terms, stem
        assert 0 < len({term for (term,) in terms}) == len(said) <= 8, stem
        digits = [int(one[-1]) for one in said]
        assert digits == sorted(digits, reverse=True) and min(digits) >= 2, stem


def test_its_lines_are_found_by_their_stems():
    """Each by the whole stem and no other: the beginning of one finds nothing of it."""
    for stem, *said in ENTRIES:
        found = relatives.relatives(stem)
        assert [(one.word, round(9 * one.nearness)) for one in found] == [(w[:-1], int(w[-1])) for w in said]
        assert all(one.term == analysis.terms(one.word)[0] and 0 < one.nearness <= 1 for one in found)
    assert relatives.relatives("aband") == []


@pytest.mark.parametrize("term", ["", "zzxq", "remov delet", "\n", "seven", "third", "tokyo", "7", "müll"])
def test_what_has_no_relatives(term):
    """Nobody's word, no word, a number, a place: one is not said for another."""
    assert relatives.relatives(term) == []


OPPOSITES = """
reliable unreliable|available unavailable|strong weak|accurate inaccurate|visible invisible|advantage disadvantage|younger older
correct incorrect|safe dangerous|necessary unnecessary|allow prohibited|prefix suffix|cheap expensive|top bottom|always never
input output|horizontal vertical|legal illegal|regular irregular|honest dishonest|pure impure|capable incapable|stable unstable
lucky unlucky|efficient inefficient|complete incomplete|logical illogical|relevant irrelevant|victory defeat|remember forget
upstream downstream|ascending descending|inbound outbound|encrypt decrypt|subscribe unsubscribe|register unregister|useful useless
harmful harmless|commit rollback|install uninstall|mount unmount|understand misunderstand|john mike|tom matt|alive dead
"""
"""And names of people."""


@pytest.mark.parametrize("pair", OPPOSITES.strip().replace("\n", "|").split("|"))
def test_none_is_its_opposite(pair):
    """Of what it is not nothing says what a thing is."""
    (one,), (other,) = (analysis.terms(word) for word in pair.split())
    assert other not in {found.term for found in relatives.relatives(one)}
    assert one not in {found.term for found in relatives.relatives(other)}


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("delete", "removed"),
        ("folder", "directory"),
        ("wrote", "written"),
        ("db", "databases"),
        ("k8s", "Kubernetes"),
    ],
)
def test_what_has(word, other):
    """Who says one may mean the other, and forms that no rule makes are relatives, too."""
    (term,), (wanted,) = analysis.terms(word), analysis.terms(other)
    assert wanted in {one.term for one in relatives.relatives(term)}


def statistics(size: int) -> Statistics:
    return Statistics(size, (1.0, 1.0, 1.0, 10.0), ([1] * size, [1] * size, [1] * size, [10] * size), 0.5)


ROWS = st.lists(st.integers(0, 19), unique=True, max_size=15)


@given(ROWS, ROWS, ROWS, st.floats(0.1, 1), st.floats(0.1, 1))
def test_a_relative_is_worth_less_than_the_word(own, first, second, near, far):
    """Whoever has the word has no need of one; of several the best counts, and as rare a word counts no more than it is near."""
    known = {"word": [Relative("one", "one", near), Relative("two", "two", far)]}
    postings = {
        "word": [(r, 1) for r in own],
        "one": [(r, 1) for r in first],
        "two": [(r, 2) for r in second],
    }
    position_of = {row: row for row in range(18)}  # two rows lie outside the view
    found = relatives.near(known, postings, position_of, statistics(18), DEFAULT).get("word", {})
    inside = {row for row in (*first, *second) if row < 18}
    assert found.keys() <= inside - set(own)
    for position, one in found.items():
        nearness = near if one.word == "one" else far
        assert 0 < one.share <= DEFAULT.relative * nearness + 1e-12 and 0 < one.often < 1
        assert position in (first if one.word == "one" else second)


def test_a_relative_that_all_have_says_nothing():
    """As much as its own rarity allows: what half of all memories have tells no few of them."""
    known = {"word": [Relative("one", "one", 1.0)]}
    common = {"one": [(row, 1) for row in range(90)]}
    assert relatives.near(known, common, {row: row for row in range(100)}, statistics(100), DEFAULT) == {}
    rare = {"one": [(3, NAMES_AT)]}
    found = relatives.near(known, rare, {row: row for row in range(100)}, statistics(100), DEFAULT)
    assert found.keys() == {"word"} and found["word"].keys() == {3}
    expected = DEFAULT.relative * ranking.idf(100, 1) / ranking.idf(100, 0)
    assert found["word"][3].share == pytest.approx(expected)
