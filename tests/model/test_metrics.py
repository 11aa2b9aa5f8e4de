"""Ranking metrics and what is known of their chance, against values by hand and by brute force."""

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import metrics

ORDERS = st.permutations("abcdefghijkl").flatmap(
    lambda order: st.integers(0, 12).map(lambda length: order[:length])
)
RELEVANT = st.sets(st.sampled_from("abcdefghijklmnop"), min_size=1)


def test_values_by_hand():
    """An order whose second and fourth are relevant, of three that are."""
    order, relevant = list("xaybz"), {"a", "b", "c"}
    assert metrics.recall(order, relevant, 1) == 0
    assert metrics.recall(order, relevant, 2) == 1 / 3
    assert metrics.recall(order, relevant) == 2 / 3
    assert metrics.reciprocal_rank(order, relevant) == 0.5
    assert metrics.reciprocal_rank(order, relevant, 1) == 0
    gain = 1 / math.log2(3) + 1 / math.log2(5)
    assert metrics.ndcg(order, relevant) == pytest.approx(gain / (1 + 1 / math.log2(3) + 0.5))
    assert metrics.ndcg(order, relevant) == pytest.approx(1.06161 / 2.13093, abs=1e-5)


def test_nothing_shown_is_nothing_found():
    """An empty order has 0 of everything."""
    for measure in (metrics.recall, metrics.reciprocal_rank, metrics.ndcg):
        assert measure([], {"a"}) == 0


def test_the_eleventh_counts_for_nothing():
    """What stands below the first ten adds to no measure, and more than ten relevant ones can be all of ndcg."""
    order = [str(number) for number in range(12)]
    for measure in (metrics.recall, metrics.reciprocal_rank, metrics.ndcg):
        assert measure(order, {"10", "11"}) == 0
    assert metrics.ndcg(order, set(order)) == 1


@given(order=ORDERS, relevant=RELEVANT, depth=st.integers(1, 14))
def test_against_brute_force(order, relevant, depth):
    """Each is what its definition says, rank by rank; ndcg is 1 at the best order that there is."""
    gains = [1 if rank < len(order) and order[rank] in relevant else 0 for rank in range(depth)]
    assert metrics.recall(order, relevant, depth) == sum(gains) / len(relevant)
    first = gains.index(1) + 1 if 1 in gains else math.inf
    assert metrics.reciprocal_rank(order, relevant, depth) == 1 / first

    def discounted(values):
        return sum(value / math.log2(place + 2) for place, value in enumerate(values))

    best = discounted(sorted([1] * len(relevant) + [0] * depth, reverse=True)[:depth])
    assert metrics.ndcg(order, relevant, depth) == pytest.approx(discounted(gains) / best)
    ideal = sorted(relevant) + [one for one in order if one not in relevant]
    assert metrics.ndcg(ideal, relevant, depth) == pytest.approx(1)


@given(order=ORDERS.filter(lambda order: len(order) > 1), relevant=RELEVANT, place=st.integers(0, 10))
def test_moving_an_answer_up_never_costs(order, relevant, place):
    """An order in which a relevant one changes places with what is above it is at least as good."""
    place = place % (len(order) - 1)
    if order[place] in relevant or order[place + 1] not in relevant:
        return
    better = list(order)
    better[place], better[place + 1] = better[place + 1], better[place]
    for measure in (metrics.recall, metrics.reciprocal_rank, metrics.ndcg):
        assert measure(better, relevant) >= measure(order, relevant)


def test_the_bootstrap_knows_the_standard_error():
    """Of 400 draws of a coin the interval is the mean ± 1.96 standard errors, as theory has it."""
    values = [0.0, 1.0] * 200
    [(low, high)] = metrics.bootstrap([values], random.Random(3))
    error = 1.96 * math.sqrt(0.25 / 400)
    assert low == pytest.approx(0.5 - error, abs=0.008) and high == pytest.approx(0.5 + error, abs=0.008)


def test_the_bootstrap_by_brute_force():
    """Of three values the interval is that of all 27 ways to draw them."""
    values = [0.0, 0.3, 0.9]
    every = sorted(sum(drawn) / 3 for drawn in itertools.product(values, repeat=3))
    [(low, high)] = metrics.bootstrap([values], random.Random(1))
    assert low == pytest.approx(every[0]) and high == pytest.approx(every[-1])  # 1/27 each, more than 2.5 %


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=30), st.integers(0, 99))
def test_intervals_hold_together(values, seed):
    """An interval lies within the values; that of several columns is that of each alone; a seed gives one answer."""
    shifted = [value + 1 for value in values]
    one, other = metrics.bootstrap([values, shifted], random.Random(seed), 50)
    assert min(values) - 1e-9 <= one.low <= one.high <= max(values) + 1e-9
    assert [one] == metrics.bootstrap([values], random.Random(seed), 50)
    assert other.low == pytest.approx(one.low + 1) and other.high == pytest.approx(one.high + 1)


def test_no_column_no_interval():
    """Where nothing is measured, nothing is drawn."""
    assert metrics.bootstrap([], random.Random(1)) == [] == metrics.sign_flips([], random.Random(1))


def test_flips_by_hand():
    """Three gains of the same sign: of eight flips two are as far from 0."""
    assert metrics.sign_flips([[0.1, 0.2, 0.3], [0.0, 0.0, 0.0]], random.Random(1)) == [2 / 8, 1.0]
    # 1 + 1 - 1: every flip but the two that are all of one sign comes to 1 or -1, and these to 3
    assert metrics.sign_flips([[1.0, 1.0, -1.0]], random.Random(1)) == [1.0]


@given(st.lists(st.floats(-1, 1).map(lambda value: round(value, 2)), min_size=11, max_size=13))
def test_drawn_flips_are_near_to_all_flips(differences):
    """Where flips are drawn, p is within chance of what all of them give; and it has no sign."""
    exact = metrics._exact(differences)
    mirrored = [-value for value in differences]
    drawn, other = metrics.sign_flips([differences, mirrored], random.Random(5), 1000)
    assert drawn == other and 0 < drawn <= 1
    if sum(map(bool, differences)) > metrics.EXACT:
        assert abs(drawn - exact) < 0.08  # five standard errors
    else:
        assert drawn == pytest.approx(exact)


def test_p_is_never_nothing():
    """A difference that no flip reaches has the smallest p that so many flips can tell."""
    assert metrics.sign_flips([[1.0] * 60], random.Random(1), 999) == [1 / 1000]
