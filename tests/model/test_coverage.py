"""Whether a memory answers: what counts as a word, what a word says, and how much of them is enough."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import ranking
from agentmem.model.background import SAYS
from agentmem.model.coverage import (
    BY_CHANCE,
    FEWEST,
    LEAST_OPEN,
    MASS,
    MOST,
    Coverage,
    coverage,
    left_open,
    units,
)
from agentmem.model.query import Word, parse
from agentmem.model.ranking import DEFAULT, Statistics
from agentmem.model.words import TITLE_AT

SIZE = 200
"""Memories of the view, a row each of the same number."""


def alike(size: int = SIZE) -> Statistics:
    """Of ``size`` memories whose fields are all as long."""
    return Statistics(size, (5.0, 1.0, 1.0, 20.0), ([5] * size, [1] * size, [1] * size, [20] * size), 0.5)


def covered(words, having, size=SIZE, weights=DEFAULT, **more) -> Coverage:
    """What memories have of ``words``: ``having`` has the rows of each term, once in the body unless packed otherwise."""
    postings = {term: [(r, 1) if isinstance(r, int) else r for r in rows] for term, rows in having.items()}
    position_of = {row: row for row in range(size)}
    found = units(words, postings, position_of, size)
    among = {row for rows in postings.values() for row, _ in rows if row < size}
    return coverage(found, postings, position_of, more.pop("among", among), alike(size), weights, **more)


def plain(*words: str) -> list[Word]:
    return [Word((word,)) for word in words]


def test_a_name_of_several_parts_counts_once():
    """Who has a name whole has one word of the question, and not one for each of its parts."""
    name = Word(("zebra", "quagga"), ("zebraquagga",))
    having = {"zebra": [1, 2], "quagga": [1, 3], "zebraquagga": [1], "okapi": [4]}
    found = covered([name, Word(("okapi",))], having)
    assert found.words == 2
    assert found.weight(1) == pytest.approx(ranking.idf(SIZE, 1)) == pytest.approx(found.weight(4))
    assert found.evidence(1) == pytest.approx(found.evidence(4))
    assert found.weight(2) == found.weight(3) == 0


def test_a_name_that_nobody_has_counts_by_its_parts():
    """Where no memory has the whole, its parts are words of their own."""
    name = Word(("zebra", "quagga"), ("zebraquagga",))
    found = covered([name], {"zebra": [1, 2], "quagga": [1]})
    assert found.words == 2
    assert found.weight(1) == pytest.approx(ranking.idf(SIZE, 2) + ranking.idf(SIZE, 1))
    assert found.weight(2) == pytest.approx(ranking.idf(SIZE, 2))


def test_a_part_of_a_name_that_is_not_known_whole_says_little():
    """A "ui" tells nothing of SwiftUI; where both words of a name are known, or it is written apart, each is a word."""
    camel, apart = Word(("swift", "ui"), ("swiftui",)), Word(("swift", "ui"), ("swiftui", "swift-ui"))
    some = covered([camel], {"ui": [1, 2]}), covered([apart], {"ui": [1, 2]})
    assert some[0].evidence(1) == pytest.approx(some[1].evidence(1) * (1 / 4) ** MASS)
    assert covered([camel], {"ui": [1, 2], "swift": [2]}).evidence(2) > 1
    whole = covered([camel], {"swiftui": [1], "ui": [1, 2]})
    assert whole.evidence(1) > 1 and whole.words == 1


def test_any_form_of_a_whole_is_enough():
    """Of several terms for one whole (as written, joined) each will do, and both are no more than one."""
    name = Word(("claim", "next"), ("claimnext", "claim_next"))
    found = covered([name], {"claimnext": [1, 3], "claim_next": [2, 3]})
    assert found.words == 1
    assert found.held[1] == found.held[2] == found.held[3]
    assert found.weight(1) == pytest.approx(ranking.idf(SIZE, 3))


def test_a_short_number_says_little():
    """The digits that number a list are in any note; a long number is a name."""
    one, two, three = units(plain("1", "36", "404"), {}, {}, SIZE)
    assert (one.says, two.says, three.says) == (0.25, 0.5, 1.0)
    assert one.weight < two.weight < three.weight


def test_what_is_in_brackets_is_asked_for_once():
    """It explains what was said before: who has that alone lacks one word, and who has more of it has more."""
    aside = [Word((word,), aside=True) for word in ("okapi", "zebra", "gnu")]
    having = {"quagga": [1, 2, 3], "okapi": [2, 3], "zebra": [3], "gnu": [4]}
    found = covered([*plain("quagga"), *aside], having)
    said, told, none = ranking.idf(SIZE, 3), ranking.idf(SIZE, 2), ranking.idf(SIZE, 1)
    assert found.total == found.whole == pytest.approx(said + none)
    assert found.weight(1) == pytest.approx(said) and found.weight(2) == pytest.approx(said + told)
    assert found.evidence(1) < found.evidence(2) < found.evidence(3)
    assert found.share(3) <= 1


def test_a_word_that_stands_outside_of_brackets_too_is_asked_for():
    """Of two spellings with the same terms one is enough outside."""
    both = [Word(("okapi",), aside=True), *plain("okapi", "quagga")]
    assert [unit.aside for unit in units(both, {}, {}, SIZE)] == [False, False]
    assert [unit.aside for unit in units(both[::-1], {}, {}, SIZE)] == [False, False]


COMMON = min(SAYS, key=SAYS.__getitem__)


def test_a_word_of_any_subject_counts_less():
    """Of two words as rare here, the one that is used of any subject weighs and says less."""
    found = covered(plain(COMMON, "quagga", "okapi"), {COMMON: [1], "quagga": [2]})
    assert found.weight(1) == pytest.approx(SAYS[COMMON] * found.weight(2))
    assert found.evidence(1) < found.evidence(2) * SAYS[COMMON]


def test_a_common_word_beside_others_is_no_answer_and_a_rare_one_is():
    """Of a question of four words, one memory in a thousand having it: a rare word is enough, one of any subject is not."""
    words = plain(COMMON, "quagga", "okapi", "zebra")
    found = covered(words, {COMMON: [(1, 1 << TITLE_AT)], "quagga": [(2, 2 << TITLE_AT)]}, 1000)
    assert found.evidence(1) < 0.1
    assert found.evidence(2) > 3 * found.evidence(1)


def test_all_that_is_asked_is_enough():
    """Who has each word of the question answers it, however little they say; what other entries said is not its own."""
    words = plain(COMMON, "return")
    having = {COMMON: range(1, 500), "return": [1, 2]}
    found = covered(words, having, 1000)
    assert found.evidence(1) >= 1 > found.evidence(400)
    chained = covered(words, {**having, "return": [2]}, 1000, chains=[[2, 1]], among={1, 2})
    assert chained.evidence(2) >= 1 > chained.evidence(1)


@pytest.mark.parametrize("size", [1, 2, 5, 15])
@pytest.mark.parametrize("others", [0, 1, 2])
def test_in_a_tiny_store_a_single_rare_word_is_enough(size, others):
    """Of few memories little matches by chance: one of three words that says something is an answer, even where all have it."""
    words = plain("quagga", *("okapi", "zebra")[:others])
    assert covered(words, {"quagga": [(0, 1 << TITLE_AT)]}, size).evidence(0) >= 1
    alone = covered(plain("quagga"), {"quagga": range(size)}, size)
    assert all(alone.evidence(position) >= 1 for position in range(size))


@given(st.integers(1, 100_000), st.integers(1, 100_000))
def test_more_memories_ask_for_more(one, other):
    """What an answer takes grows with the logarithm of the store, is above 0 in the smallest, and the same in all large ones."""
    few, many = (covered(plain("a"), {}, size).needed for size in sorted((one, other)))
    assert 0 < few <= many <= DEFAULT.abstain * math.log(MOST / BY_CHANCE) + 1e-12
    assert few >= DEFAULT.abstain * math.log(FEWEST / BY_CHANCE) - 1e-12


TERM = st.sampled_from(["quagga", "okapi", "zebra", "error", "file", COMMON, "queue", "lock", "lease"])
ROWS = st.sets(st.integers(0, 11), max_size=6)


@given(st.lists(TERM, min_size=1, max_size=8, unique=True), st.dictionaries(TERM, ROWS), TERM)
def test_more_matching_words_never_make_the_evidence_smaller(words, having, more):
    """A memory that has one more of the words that are asked, all else equal, is an answer at least as much."""
    before = covered(plain(*words), having, 50, among={0})
    # the word is as rare as it was: another memory has it no longer
    rows = having.get(more, set())
    others = rows - {0}
    if more in words and others:
        moved = {**having, more: (others - {max(others)}) | {0} if 0 not in rows else rows}
        after = covered(plain(*words), moved, 50, among={0})
        assert after.evidence(0) >= before.evidence(0) - 1e-12
        assert after.share(0) >= before.share(0) - 1e-12


@given(st.lists(TERM, min_size=1, max_size=8, unique=True), st.dictionaries(TERM, ROWS), st.integers(1, 6))
def test_more_of_a_word_never_makes_the_evidence_smaller(words, having, times):
    """Having a word more often never speaks against an answer, nor does having it in the title."""
    once = covered(plain(*words), having, 50)
    often = covered(plain(*words), {t: [(r, times) for r in rows] for t, rows in having.items()}, 50)
    titled = covered(plain(*words), {t: [(r, 1 << TITLE_AT) for r in rows] for t, rows in having.items()}, 50)
    for position in once.held:
        assert often.evidence(position) >= once.evidence(position) - 1e-12
        assert titled.evidence(position) >= once.evidence(position) - 1e-12


@given(st.lists(TERM, min_size=1, max_size=9, unique=True), st.dictionaries(TERM, ROWS))
def test_bounds(words, having):
    """A share is from 0 to 1, no memory has more than occurs, evidence of nothing is 0, and who has none is not held."""
    found = covered(plain(*words), having, 50)
    matched = {row for term, rows in having.items() if term in words for row in rows}
    assert found.held.keys() == matched
    for position in range(50):
        assert 0 <= found.share(position) <= 1
        assert found.weight(position) <= found.occurring + 1e-9
        assert (found.evidence(position) > 0) == (position in matched)


@given(st.lists(TERM, min_size=1, max_size=6, unique=True), st.dictionaries(TERM, ROWS), st.randoms())
def test_rows_outside_of_the_view_change_nothing(words, having, chance):
    """Old versions and other branches change no evidence, to the last bit."""
    more = {term: sorted({*rows, *chance.sample(range(50, 99), 5)}) for term, rows in having.items()}
    assert covered(plain(*words), more, 50) == covered(plain(*words), having, 50)


def test_another_name_stands_for_the_one_that_was_used():
    """Who has another name of what is asked has that word, as if it stood there once."""
    words = plain("quagga", "okapi")
    found = covered(words, {"quagga": [1], "okapi": [2]}, among={1, 2}, others=[(frozenset({"quagga"}), {2})])
    assert found.held[2].words == 2 and found.held[1].words == 1
    assert found.weight(2) == pytest.approx(found.weight(1) + ranking.idf(SIZE, 1))


def test_an_entry_takes_over_less_than_it_would_have():
    """What was said before an entry of a log counts for it, and for less than its own words."""
    words = plain("quagga", "okapi")
    having = {"quagga": [1], "okapi": [2]}
    apart = covered(words, having, chains=[])
    chained = covered(words, having, chains=[[1, 2]])
    both = covered(words, {"quagga": [1, 2], "okapi": [2]}, chains=[])
    assert apart.evidence(2) < chained.evidence(2) < both.evidence(2)
    assert chained.evidence(1) == apart.evidence(1)


def test_a_dozen_of_a_hundred_words_are_met_by_chance():
    """A task's note has many words, of which any store has some: what answers has a share of all of them."""
    words = [f"w{number}" for number in range(100)]
    few = {word: [1] for word in words[:5]}
    assert covered(plain(*words[:10]), few).evidence(1) >= 1
    assert covered(plain(*words), few).evidence(1) < 1
    assert covered(plain(*words), {word: [1] for word in words[:20]}).evidence(1) >= 1


def test_without_a_threshold_anything_answers():
    """With nothing to ask for, whatever matches is enough."""
    found = covered(plain(COMMON, "quagga"), {COMMON: [1]}, weights=DEFAULT._replace(abstain=0.0))
    assert found.evidence(1) == math.inf
    assert found.evidence(2) == 0


def test_the_words_of_a_question_are_what_counts():
    """From the text on: a symbol is one word, a stop word none."""
    asked = parse("why does JobQueue wait", 0)
    found = covered(asked.words, {"jobqueue": [1], "job": [1, 2], "queue": [1, 2], "wait": [3]})
    assert found.words == 2
    assert found.weight(2) == 0 < found.weight(1)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 1000), st.integers(0, 1000))
def test_words_that_tell_more_leave_less_open(share, more, equals, others):
    """Between 0 and 1; less where the best has more of the question, more where more are as good, and never nothing."""
    value = left_open(share, equals)
    assert LEAST_OPEN <= value <= 1
    assert left_open(max(share, more), equals) <= value
    assert left_open(share, max(equals, others)) >= value


def test_a_note_of_a_hundred_words_leaves_nearly_all_open():
    """A quarter of what is asked leaves 94 in 100, all of it what tells equals apart, a word that a hundred have nine tenths."""
    assert left_open(0.25, 1) == pytest.approx(0.9375)
    assert left_open(1.0, 1) == LEAST_OPEN
    assert left_open(1.0, 100) == pytest.approx(0.9)
    assert left_open(0.0, 0) == 1.0
