"""Scores: terms that add up, and a manager that knows nothing yet ranks as the formula's logarithms do."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import ranking
from agentmem.model.scoring import ARMS, FLOORS, PRIOR, SCALE, SIGNALS, SPANS, Factor, fixed, signals, trained

STRENGTHS = st.dictionaries(st.sampled_from(sorted(ARMS)), st.floats(0, 1))
OTHERS = [name for name in SIGNALS if name not in ARMS]
FACTORS = st.dictionaries(st.sampled_from(OTHERS), st.floats(0.5, 1.5)).map(
    lambda found: [Factor(name, value) for name, value in found.items()]
)
WEIGHTS = st.fixed_dictionaries({name: st.floats(-5, 10) for name in SIGNALS})


def total(terms) -> float:
    """What a reader makes of the terms: the sum of those that add, times each of the others."""
    sums, factors = [t.value for t in terms if t.adds], [t.value for t in terms if not t.adds]
    return sum(sums) * math.prod(factors)


@given(STRENGTHS, FACTORS)
def test_the_formulas_terms_add_up(arms, factors):
    """Arms added, times each factor: the score, and an arm without weight is not told."""
    score, terms = fixed(ARMS)(arms, factors)
    assert score == pytest.approx(total(terms))
    assert [t.name for t in terms if t.adds] == [name for name in arms if ARMS[name]]
    assert [t.name for t in terms if not t.adds] == [factor.name for factor in factors]


@given(STRENGTHS, FACTORS, WEIGHTS)
def test_a_managers_terms_add_up(arms, factors, weights):
    """All that a manager says of a memory is added, and its sum is the score; what has no weight is not told."""
    score, terms = trained(weights)(arms, factors)
    assert all(term.adds for term in terms)
    assert score == pytest.approx(total(terms), abs=1e-9)
    assert {t.name for t in terms} == {name for name in signals(arms, factors) if weights[name]}


@given(st.lists(st.tuples(STRENGTHS, FACTORS), min_size=2, max_size=6), WEIGHTS | st.none())
def test_the_order_of_terms_is_the_order_of_scores(candidates, weights):
    """Whoever sorts by the printed terms gets the order of the scores, by the formula and by a manager."""
    scorer = fixed(ARMS) if weights is None else trained(weights)
    scored = [scorer(*candidate) for candidate in candidates]
    by_score = sorted(scored, key=lambda one: -one[0])
    sums = [total(terms) for _, terms in by_score]
    assert all(one >= other - 1e-9 for one, other in itertools.pairwise(sums))


@given(STRENGTHS, FACTORS, STRENGTHS, FACTORS)
def test_a_manager_that_learned_nothing_is_the_formula_in_logarithms(arms, factors, others, more):
    """Its score is, times one constant, the arms by the formula's weights and the logarithms of the factors: it puts any two
    memories in that order.
    """

    def by_hand(arms, factors):
        return sum(ARMS[n] * s for n, s in arms.items()) + sum(math.log(f.value) for f in factors)

    scorer = trained(PRIOR)
    one, other = scorer(arms, factors)[0], scorer(others, more)[0]
    assert one == pytest.approx(SCALE * by_hand(arms, factors), abs=1e-9)
    difference = by_hand(arms, factors) - by_hand(others, more)
    if abs(difference) > 1e-9:
        assert (one > other) == (difference > 0)


@given(STRENGTHS, FACTORS, FACTORS)
def test_where_arms_speak_alike_both_agree(arms, factors, more):
    """Of two memories for which the arms speak alike, the formula and a manager that has learned nothing prefer the same."""
    formula, manager = fixed(ARMS), trained(PRIOR)
    products = [math.prod(f.value for f in found) for found in (factors, more)]
    if formula(arms, ())[0] > 1e-6 and abs(math.log(products[0] / products[1])) > 1e-9:
        by_formula = formula(arms, factors)[0] > formula(arms, more)[0]
        assert by_formula == (manager(arms, factors)[0] > manager(arms, more)[0])


@given(STRENGTHS, FACTORS)
def test_what_says_nothing_is_no_signal(arms, factors):
    """A strength of 0 and a factor of 1 are left out, and so tell a manager nothing."""
    found = signals(arms, factors)
    assert all(value != 0 for value in found.values())
    assert found.keys() == {n for n, s in arms.items() if s} | {f.name for f in factors if f.value != 1}
    silent = {**dict.fromkeys(ARMS, 0.0), **arms}
    assert signals(silent, [*factors, Factor("log entry", 1.0)]) == found


def test_every_term_of_the_formula_is_a_signal_once():
    """Each arm and factor has one weight before anything is learned, and a floor: none is learned to speak against a memory."""
    assert len(set(SIGNALS)) == len(SIGNALS) == 20
    assert set(PRIOR) == set(SIGNALS)
    assert FLOORS.keys() == SPANS.keys() == PRIOR.keys()
    assert all(0 < span <= 1 for span in SPANS.values())
    assert all(0 < FLOORS[name] < weight if weight else FLOORS[name] == 0 for name, weight in PRIOR.items())
    assert ARMS["words"] == ranking.DEFAULT.lexical_arm
