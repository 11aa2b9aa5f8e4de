"""How the signals of a memory become one score, and the terms that add up to it: by the fixed formula, or by learned weights.

The formula adds what the arms say and multiplies what else speaks for a memory. In logarithms that is a weighted sum of the
same signals, so a trained manager starts from the formula and moves from there as far as evidence tells it to.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from agentmem.model import ranking


class Factor(NamedTuple):
    """What a memory's score is multiplied by beyond the match: 1 says nothing; ``detail`` is for the reader."""

    name: str
    value: float
    detail: str = ""


class Term(NamedTuple):
    """A part of a score: added where ``adds``, else what the sum of those is multiplied by."""

    name: str
    value: float
    detail: str = ""
    adds: bool = False


Scorer = Callable[[Mapping[str, float], Sequence[Factor]], tuple[float, Sequence[Term]]]
"""From how strongly each arm speaks (0 to 1) and the factors to the score and its terms."""

FIRST, COVERED = "first", "covered"
"""Signals that only the manager weighs: the reciprocal rank by words, the share of the question that is matched."""

ANSWER = "kind of answer"
"""The factor of what has the kind of answer that is asked for."""

OUTSIDE = "outside the span"
"""The factor of what was written outside of the span that a question names by its ends."""

SCALE = 4.0
"""What a manager that has learned nothing yet multiplies the formula's logarithms with: it turns no two memories round, and
says how sure it is to begin with."""

ARMS = {
    "words": ranking.DEFAULT.lexical_arm,
    FIRST: 0.0,
    COVERED: 0.0,
    "names and paths": ranking.DEFAULT.entity_arm,
    "areas": ranking.DEFAULT.area_arm,
    "related": ranking.DEFAULT.related_arm,
    "time": ranking.DEFAULT.temporal_arm,
    "meaning": ranking.DEFAULT.meaning_arm,
}
_FACTORS = (
    "recency",
    "fresh",
    ANSWER,
    OUTSIDE,
    "your role",
    "dead end",
    "log entry",
    "importance",
    "pinned",
    "evidence",
    "use",
    "not merged here",
)
SIGNALS = (*ARMS, *_FACTORS)
"""What a manager weighs: the strength of each arm, the logarithm of each factor."""

PRIOR = {**{name: SCALE * weight for name, weight in ARMS.items()}, **dict.fromkeys(_FACTORS, SCALE)}
"""The weights before anything is learned: the formula's own."""


LEAST = 0.25
"""The share of the formula's weight below which no signal is learned: what a question names outright is never passed over."""

FLOORS = {name: LEAST * weight for name, weight in PRIOR.items()}
"""The least that a signal weighs. None may speak against a memory: what has more of a question is never behind for it."""


def _apart(low: float, high: float) -> float:
    return math.log(high / low)


_W = ranking.DEFAULT
SPANS = {
    **dict.fromkeys(ARMS, 1.0),
    "recency": _apart(1 - _W.recency, 1),
    "fresh": _apart(1, 1 + _W.fresh),
    ANSWER: _apart(1, 1 + _W.answer),
    OUTSIDE: _apart(_W.outside, 1),
    "your role": _apart(1, _W.role),
    "dead end": _apart(1, _W.deadend),
    "log entry": _apart(_W.log, 1),
    "importance": _apart(1 - 2 * _W.importance, 1 + 2 * _W.importance),
    "pinned": _apart(1, _W.pin),
    "evidence": _apart(_W.cite_gone, _W.cite_holds),
    "use": _apart(1 - _W.misled, 1 + _W.use),
    "not merged here": _apart(_W.unmerged, 1),
}
"""How far apart the values of each signal can be: the strengths of an arm, the logarithms of a factor."""


def fixed(weights: Mapping[str, float]) -> Scorer:
    """The formula: the arms by their ``weights`` added, times each factor.

    Joining by strength and not by reciprocal rank: ranks forget how far apart two scores are, so that a factor of 1.2 moves a
    memory by twelve places whatever it lacks (``benchmarks/team_history.py``; Bruch et al., *An Analysis of Fusion Functions
    for Hybrid Retrieval*, TOIS 2023, find the same).
    """

    def score(arms: Mapping[str, float], factors: Sequence[Factor]) -> tuple[float, Sequence[Term]]:
        total = 0.0
        terms = []
        for name, strength in arms.items():
            if weights.get(name):
                value = weights[name] * strength
                total += value
                terms.append(Term(name, value, adds=True))
        for factor in factors:
            total *= factor.value
            terms.append(Term(*factor))
        return total, terms

    return score


def trained(weights: Mapping[str, float]) -> Scorer:
    """The manager: the sum of all signals, each by its learned weight."""

    def score(arms: Mapping[str, float], factors: Sequence[Factor]) -> tuple[float, Sequence[Term]]:
        details = {factor.name: factor.detail for factor in factors}
        terms = [
            Term(name, weights[name] * value, details.get(name, ""), adds=True)
            for name, value in signals(arms, factors).items()
            if weights.get(name)
        ]
        return sum(term.value for term in terms), terms

    return score


def in_order(arms: Mapping[str, float], factors: Sequence[Factor]) -> tuple[float, Sequence[Term]]:
    """Of what was not found by a question: the place it has already."""
    return sum(arms.values()), [Term(name, value, adds=True) for name, value in arms.items()]


def signals(arms: Mapping[str, float], factors: Sequence[Factor]) -> dict[str, float]:
    """What a manager weighs of one memory, without what says nothing."""
    found = {name: value for name, value in arms.items() if value}
    found.update((factor.name, math.log(factor.value)) for factor in factors if factor.value != 1)
    return found
