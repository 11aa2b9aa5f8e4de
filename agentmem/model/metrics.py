"""How good an order is, and how sure one may be of it: ranking metrics, bootstrap intervals, a paired test.

Values in, values out: chance is handed in, seeded, so that the same figures come out each time.
"""

import itertools
import math
from collections.abc import Collection, Sequence
from operator import itemgetter
from typing import NamedTuple, Protocol

DEPTH = 10
"""Ranks that count."""

RESAMPLES = 2000
"""Bootstrap samples, and random flips of the test: p is then known to about .01 where it is .05."""

EXACT = 10
"""Up to so many pairs that differ, every flip is tried, which is 1,024 at most."""


class Chance(Protocol):
    """What is asked of a source of chance; ``random.Random`` is one."""

    def choices(self, population: range, *, k: int) -> list[int]:
        """``k`` of ``population``, with replacement."""

    def getrandbits(self, k: int, /) -> int:
        """A whole number of ``k`` bits."""


class Interval(NamedTuple):
    """A 95 % confidence interval."""

    low: float
    high: float


def recall(ranked: Sequence[str], relevant: Collection[str], depth: int = DEPTH) -> float:
    """The share of ``relevant`` (not empty) among the first ``depth`` of ``ranked``, which has no repeats.

    Manning, Raghavan and Schütze, *Introduction to Information Retrieval* (2008), eq. 8.2, at a cutoff.
    """
    return sum(one in relevant for one in ranked[:depth]) / len(relevant)


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str], depth: int = DEPTH) -> float:
    """1 / rank of the first of ``relevant`` among the first ``depth`` of ``ranked``, 0 where there is none.

    Voorhees, *The TREC-8 Question Answering Track Report* (1999).
    """
    return next((1 / rank for rank, one in enumerate(ranked[:depth], 1) if one in relevant), 0.0)


def ndcg(ranked: Sequence[str], relevant: Collection[str], depth: int = DEPTH) -> float:
    """Discounted cumulative gain of the first ``depth`` of ``ranked`` (no repeats), as a share of the best that can be.

    A gain is 1 or 0, its discount log2(rank + 1); ``relevant`` is not empty. Järvelin and Kekäläinen, *Cumulated Gain-Based
    Evaluation of IR Techniques* (2002), with the discount of Burges et al. (2005).
    """
    gain = sum(1 / math.log2(rank + 1) for rank, one in enumerate(ranked[:depth], 1) if one in relevant)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(relevant), depth) + 1))
    return gain / ideal


def mean(values: Sequence[float]) -> float:
    """The mean of ``values`` (not empty)."""
    return sum(values) / len(values)


def bootstrap(
    columns: Sequence[Sequence[float]], chance: Chance, resamples: int = RESAMPLES
) -> list[Interval]:
    """The interval of the mean of each of ``columns``, which have one value a question, in the same order; at least one.

    Questions are drawn with replacement, the same for every column, and the 2.5th and 97.5th percentile of the means taken:
    Efron and Tibshirani, *An Introduction to the Bootstrap* (1993), ch. 13. Of paired differences it is the paired interval.
    """
    if not columns:
        return []
    count = len(columns[0])
    if count == 1:  # nothing to draw from
        return [Interval(column[0], column[0]) for column in columns]
    means: list[list[float]] = [[] for _ in columns]
    for _ in range(resamples):
        drawn = itemgetter(*chance.choices(range(count), k=count))
        for column, found in zip(columns, means, strict=True):
            found.append(sum(drawn(column)) / count)
    low, high = int(0.025 * resamples), int(0.975 * resamples)
    for found in means:
        found.sort()
    return [Interval(found[low], found[high]) for found in means]


def sign_flips(columns: Sequence[Sequence[float]], chance: Chance, flips: int = RESAMPLES) -> list[float]:
    """The two-sided p-value of the mean of each of ``columns``, of paired differences, against 0.

    Were both the same, each difference could as well have the other sign: p is the share of such flips whose mean is as far
    from 0 as the real one. Exact up to ``EXACT`` differences that are not 0, else (b + 1) / (flips + 1), which is never 0:
    Fisher's randomisation test, as in Smucker, Allan and Carterette (CIKM 2007), and Phipson and Smyth (2010), eq. 2.
    """
    found: list[float | None] = [
        _exact([value for value in column if value]) if sum(map(bool, column)) <= EXACT else None
        for column in columns
    ]
    drawn = [place for place, p in enumerate(found) if p is None]
    as_far = dict.fromkeys(drawn, 0)
    totals = {place: sum(columns[place]) for place in drawn}
    slack = {place: _slack(columns[place]) for place in drawn}
    for _ in range(flips if drawn else 0):
        bits = chance.getrandbits(count := len(columns[0]))
        mask = [digit == "1" for digit in f"{bits:0{count}b}"]
        for place in drawn:
            flipped = totals[place] - 2 * sum(itertools.compress(columns[place], mask))
            as_far[place] += abs(flipped) >= abs(totals[place]) - slack[place]
    return [(as_far[place] + 1) / (flips + 1) if p is None else p for place, p in enumerate(found)]


def _exact(differences: Sequence[float]) -> float:
    """The p-value over every flip of ``differences``, of which none is 0."""
    total, slack = abs(sum(differences)), _slack(differences)
    every = itertools.product((1, -1), repeat=len(differences))
    sums = [abs(sum(sign * value for sign, value in zip(signs, differences, strict=True))) for signs in every]
    return sum(one >= total - slack for one in sums) / len(sums)


def _slack(differences: Sequence[float]) -> float:
    """What adding up in another order may change: flips that come to the same must count as the same."""
    return 1e-12 * sum(map(abs, differences))
