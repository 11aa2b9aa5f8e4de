"""Ranking: BM25F over the view's own statistics, and what else speaks for a memory.

Source: Robertson and Zaragoza, *The Probabilistic Relevance Framework* (2009), eq. 3.18 and 3.19.
"""

import math
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from agentmem.model import functionwords
from agentmem.model.postings import BODY, PLACES_AT, TITLE_AT
from agentmem.model.usage import Use

Posting = tuple[int, int]

BEFORE, FADING = 8, 0.9
"""How far back an entry of a log takes up what was said, and what each step counts against the one after it."""

LEAST_B, MOST_B = 0.4, 0.9

AREA_SAYS = 5.0
"""The rarity of terms in a path from which on it is certain to be meant: two terms of which one memory in ten has each."""


class Weights(NamedTuple):
    """Every constant of ranking, chosen on the first half of ``benchmarks/team_history.py``; ``b`` (of all
    fields but the body, see ``b_of_bodies``), ``k1``, ``related_arm`` and ``recency`` on the first halves of all sets of
    ``benchmarks/plain.py`` and ``benchmarks/conversations.py``, and so are ``answer``, what the kind of answer that is asked for
    adds at most, and ``relative``, what a relative nearest to a word
    (``relatives``) is worth of it, in questions of ``relative_terms`` at most; ``passage``, what the best passage of a
    long memory is worth of a note of its own, in questions of ``passage_terms`` at most, on the first halves of
    ``benchmarks/lists.py``, such that the long replies of LongMemEval lose nothing; ``abstain`` on the first half of
    ``benchmarks/abstaining.py``: of 88 questions that the team's store cannot know 5 are answered, with a tenth less 6, and
    with a tenth more of those that it does know a fifth more are lost.

    Those of the optional arm by meaning (``benchmarks/semantic.py``): the most it adds to a score; the cosine from which on
    it adds anything; the terms beyond which a question tells enough by its words (notes of 80 terms lost .01 MRR at any
    weight); the cosine, and the share of what the question's known words weigh, from which on a memory is shown by meaning
    where its words alone are too few; the cosine that the nearest must reach, else a question that is not fully covered is
    about something else; the cosine from which on one is told of where nothing answers.
    """

    title: float = 3.0
    names: float = 2.0
    places: float = 4.0
    body: float = 1.0
    b: float = 0.5
    k1: float = 1.2
    repeats: float = 0.3
    neighbours: float = 0.3
    phrase: float = 0.2
    lexical_arm: float = 1.0
    entity_arm: float = 1.0
    area_arm: float = 0.5
    related_arm: float = 0.25
    temporal_arm: float = 0.3
    outside: float = 0.6
    synonym: float = 0.6
    passage: float = 0.8
    passage_terms: int = 12
    relative: float = 0.6
    relative_terms: int = 40
    successor: float = 0.8
    recency: float = 0.1
    fresh: float = 0.3
    answer: float = 0.25
    role: float = 1.05
    importance: float = 0.05
    pin: float = 1.15
    deadend: float = 1.03
    log: float = 0.97
    unmerged: float = 0.75
    use: float = 0.03
    misled: float = 0.1
    cite_holds: float = 1.05
    cite_changed: float = 0.8
    cite_gone: float = 0.7
    abstain: float = 0.137
    relevant: float = 0.3
    along: float = 0.5
    wide: float = 0.1
    meaning_arm: float = 0.1
    meaning_floor: float = 0.3
    meaning_terms: int = 32
    meaning_alone: float = 0.62
    meaning_held: float = 0.75
    meaning_apart: float = 0.25
    meaning_near: float = 0.3


DEFAULT = Weights()


class Statistics(NamedTuple):
    """What BM25F needs of the view: how many memories, the lengths of their fields and the means, in terms, the b of bodies."""

    size: int
    averages: tuple[float, float, float, float]
    lengths: tuple[Sequence[int], Sequence[int], Sequence[int], Sequence[int]]
    b_body: float


class Lexical(NamedTuple):
    """Scores by position; ``holders`` counts the memories that have each term.

    ``placed`` has, for each position whose paths or symbols hold terms of the question, these terms; ``rarity`` how much each
    says there: its idf among the memories' places.
    """

    scores: dict[int, float]
    placed: dict[int, list[str]]
    rarity: dict[str, float]
    holders: Mapping[str, int] = MappingProxyType({})


class OtherName(NamedTuple):
    """A further name of something that a question names: its terms, the question's terms that it stands for, as it is written."""

    terms: tuple[str, ...]
    stands_for: frozenset[str]
    name: str = ""


def b_of_bodies(spread: float) -> float:
    """BM25's b for bodies whose lengths have such a ``spread`` (standard deviation by mean), within what was seen to serve.

    No one b serves all stores: where long replies stand beside short lines (LongMemEval, spread 1) .9 finds most, where
    all lines are short (LoCoMo, spread .5) .5 does. That b is to follow how the lengths are spread: He and Ounis, *Term Frequency
    Normalisation Tuning for BM25 and DFR Models* (2005); that it is the spread itself is ours.
    """
    return min(max(spread, LEAST_B), MOST_B)


def idf(count: int, frequency: int) -> float:
    """Inverse document frequency, never negative: ln(1 + (N - n + .5) / (n + .5))."""
    return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))


def bm25f(
    terms: Mapping[str, int],
    postings: Mapping[str, Sequence[Posting]],
    position_of: Mapping[int, int],
    statistics: Statistics,
    weights: Weights = DEFAULT,
) -> Lexical:
    """Score the memories of a view for ``terms`` (each with its count in the question).

    ``postings`` may hold rows outside the view: ``position_of`` has only those inside, and only they count, so that old versions
    and other branches change neither a score nor an idf.
    """
    scores: dict[int, float] = {}
    placed: dict[int, list[str]] = {}
    rarity: dict[str, float] = {}
    holders: dict[str, int] = {}
    b, b_body, k1 = weights.b, statistics.b_body, weights.k1
    t_len, n_len, p_len, b_len = statistics.lengths
    t_avg, n_avg, p_avg, b_avg = statistics.averages
    body_slope = b_body / b_avg
    for term in sorted(terms):  # floats add up differently in another order, and ties must not depend on it
        found = []
        for row, packed in postings.get(term, ()):
            position = position_of.get(row)
            if position is not None:
                found.append((position, packed))
        holders[term] = len(found)
        gain = worth(term, len(found), terms[term], statistics, weights)
        places = 0
        for position, packed in found:
            if (
                packed < 256
            ):  # what ``frequency`` says, written out: two thirds of a question's time are spent here
                tf = weights.body * packed / (1 - b_body + body_slope * b_len[position])
            else:
                if packed >= PLACES_AT:
                    places += 1
                    placed.setdefault(position, []).append(term)
                tf = (
                    weights.body * (packed & 255) / (1 - b_body + body_slope * b_len[position])
                    + weights.title * ((packed >> 8) & 15) / (1 - b + b * t_len[position] / t_avg)
                    + weights.names * ((packed >> 12) & 15) / (1 - b + b * n_len[position] / n_avg)
                    + weights.places * (packed >> 16) / (1 - b + b * p_len[position] / p_avg)
                )
            scores[position] = scores.get(position, 0.0) + gain * tf / (k1 + tf)
        if places:
            rarity[term] = idf(statistics.size, places)
    return Lexical(scores, placed, rarity, holders)


def worth(term: str, holders: int, count: int, statistics: Statistics, weights: Weights) -> float:
    """What a term that ``holders`` memories have adds at most, where it stands ``count`` times in the question."""
    says = idf(statistics.size, holders) * functionwords.says(term)
    return says * (weights.k1 + 1) * (1 + weights.repeats * (min(count, 4) - 1))


def frequency(packed: int, position: int, statistics: Statistics, weights: Weights) -> float:
    """How often a memory has a term, over all fields by weight and length (BM25F's pseudo-frequency)."""
    b, b_body, body = weights.b, statistics.b_body, packed & 255
    (t_len, n_len, p_len, b_len), (t_avg, n_avg, p_avg, b_avg) = statistics.lengths, statistics.averages
    tf = weights.body * body / (1 - b_body + b_body * b_len[position] / b_avg) if body else 0.0
    if packed >= 256:
        tf += weights.title * ((packed >> 8) & 15) / (1 - b + b * t_len[position] / t_avg)
        tf += weights.names * ((packed >> 12) & 15) / (1 - b + b * n_len[position] / n_avg)
        tf += weights.places * (packed >> 16) / (1 - b + b * p_len[position] / p_avg)
    return tf


def outside_bodies(
    terms: Iterable[str],
    postings: Mapping[str, Sequence[Posting]],
    position_of: Mapping[int, int],
    among: Container[int],
    statistics: Statistics,
    weights: Weights = DEFAULT,
) -> dict[int, dict[str, float]]:
    """How often the memories at the positions ``among`` have each term in their titles, names and places: see ``frequency``."""
    out: dict[int, dict[str, float]] = {}
    for term in terms:
        for row, packed in postings.get(term, ()):
            position = position_of.get(row)
            if packed >= TITLE_AT and position is not None and position in among:
                out.setdefault(position, {})[term] = frequency(packed & ~BODY, position, statistics, weights)
    return out


def by_term(
    terms: Mapping[str, int],
    postings: Mapping[str, Sequence[Posting]],
    position_of: Mapping[int, int],
    among: Container[int],
    statistics: Statistics,
    weights: Weights = DEFAULT,
    holders: Mapping[str, int] = MappingProxyType({}),
) -> dict[str, dict[int, float]]:
    """What each term gives to the scores of the memories at the positions ``among``; ``holders`` says of terms, where that was
    counted already, how many memories have them.
    """
    out: dict[str, dict[int, float]] = {}
    for term, count in terms.items():
        found = postings.get(term, ())
        having = holders[term] if term in holders else sum(row in position_of for row, _ in found)
        gain = worth(term, having, count, statistics, weights)
        out[term] = {}
        for row, packed in found:
            position = position_of.get(row)
            if position is not None and position in among:
                tf = frequency(packed, position, statistics, weights)
                out[term][position] = gain * tf / (weights.k1 + tf)
    return out


def other_names(
    others: Sequence[OtherName],
    postings: Mapping[str, Sequence[Posting]],
    position_of: Mapping[int, int],
    statistics: Statistics,
    weights: Weights = DEFAULT,
) -> list[tuple[OtherName, dict[int, float]]]:
    """Who has all terms of each of ``others``, and what these score there: as many terms as the used name has of such a rarity
    would, weighed less. However many terms a name is cut into, it is one thing that is asked for.
    """
    having: dict[str, set[int]] = {}
    for term in {term for one in others for term in (*one.terms, *one.stands_for)}:
        having[term] = {position_of[row] for row, _ in postings.get(term, ()) if row in position_of}

    def says(terms: Iterable[str]) -> float:
        return sum(idf(statistics.size, len(having[term])) for term in sorted(terms))

    out = []
    for one in others:
        among = set.intersection(*(having[term] for term in one.terms))
        found = by_term(dict.fromkeys(one.terms, 1), postings, position_of, among, statistics, weights)
        share = weights.synonym * says(one.stands_for) / says(one.terms)
        out.append((one, {p: share * sum(gains[p] for gains in found.values()) for p in among}))
    return out


def areas(
    lexical: Lexical,
    paths: Mapping[int, Sequence[str]],
    words: Sequence[tuple[Sequence[str], Sequence[str]]],
    terms: Callable[[str], Iterable[str]],
) -> dict[int, tuple[float, str]]:
    """How well one path of each memory fits the question, 0 to 1, and which it is: the rarity of the words (the terms of their
    parts, of their wholes) that the best of ``paths`` (by position) shares with it, against the best of all, which has to say
    something itself.

    One path and not all: who touched many files is about each of them less.
    """
    known: dict[str, float] = {}
    found = {}
    for position, own in paths.items():
        for path in own:
            if path not in known:
                known[path] = _fit(frozenset(terms(path)), words, lexical.rarity)
        best = max(own, key=known.__getitem__, default="")
        if best and known[best]:
            found[position] = best
    top = max((known[path] for path in found.values()), default=0.0)
    return {position: (known[path] / max(top, AREA_SAYS), path) for position, path in found.items()}


def _fit(
    held: frozenset[str], words: Sequence[tuple[Sequence[str], Sequence[str]]], rarity: Mapping[str, float]
) -> float:
    """The rarity of the words that a path holds: of a name of several its parts, and its whole once, however it is spelt."""
    single = {term for parts, _ in words for term in parts if term in held}
    whole = {
        max(wholes, key=lambda term: (rarity.get(term, 0.0), term))
        for _, own in words
        if (wholes := held.intersection(own))
    }
    return sum(rarity.get(term, 0.0) for term in sorted(single | whole))


def borrowed(
    values: Mapping[int, float], chain: Sequence[int], may: Container[int], share: float
) -> dict[int, float]:
    """What each entry of ``chain`` (a conversation, in order) that ``may`` and has no value of its own takes over from what was
    said before it: ``share`` of the best of the last entries, each step back counting less. An entry names its subject once;
    what follows speaks of it.
    """
    out: dict[int, float] = {}
    for place, position in enumerate(chain):
        if position in may and position not in values:
            best = max(
                (
                    FADING ** (step - 1) * values.get(chain[place - step], 0.0)
                    for step in range(1, min(BEFORE, place) + 1)
                ),
                default=0.0,
            )
            if best:
                out[position] = share * best
    return out


def nearness(cosine: float, floor: float) -> float:
    """How strongly a cosine speaks for a memory: 0 up to ``floor``, 1 where both say the same."""
    return max(0.0, cosine - floor) / (1 - floor)


def order(scores: Mapping[int, float], identities: Sequence[str], most: int) -> list[int]:
    """The ``most`` best positions, best first; equal scores by id, so that the order never depends on chance."""
    if most <= 0:
        return []
    if len(scores) > 4 * most:
        import heapq

        floor = heapq.nlargest(most, scores.values())[-1]
        scores = {position: score for position, score in scores.items() if score >= floor}
    return sorted(scores, key=lambda position: (-scores[position], identities[position]))[:most]


def in_turn(ranked: Sequence[Mapping[int, float]], identities: Sequence[str]) -> dict[int, float]:
    """One score of several that cannot be compared: the best of the first, the best of the second, then the second of each."""
    out: dict[int, float] = {}
    for turn, scores in enumerate(ranked):
        for place, position in enumerate(order(scores, identities, len(scores)), 1):
            out[position] = out.get(position, 0.0) + 1 / (place + turn / len(ranked))
    return out


def recency(age: float | None, half_life: float | None, strength: float) -> float:
    """1 for what is new, down to ``1 - strength`` with age; ages and half-lives in days.

    A memory without a time is neutral, as is a kind that does not age: both have the mean.
    """
    if age is None or half_life is None:
        return 1 - strength / 2
    return float(1 - strength + strength * 0.5 ** (max(age, 0.0) / half_life))


def usefulness(use: Use, weights: Weights) -> float:
    """From 1 up to ``1 + weights.use`` for what tasks used much and lately, down to ``1 - weights.misled`` for what misled more
    of them than it helped.

    The first by the probability that a memory is needed, whose log odds are its base-level activation (Anderson and Schooler
    1991): a use just now makes it one half.
    """
    if use.misled > use.used:
        return 1 - weights.misled * (use.misled - use.used) / (use.misled + use.used + 1)
    if use.activation is None:
        return 1.0
    return 1 + weights.use / (1 + math.exp(-max(-50.0, min(use.activation, 50.0))))


def freshness(age: float | None, strength: float) -> float:
    """From ``1 + strength`` for what was written just now down to 1, halving each day: what a team did today bears on what it
    does next, whatever its kind. ``age`` in days; without a time 1.
    """
    return 1.0 if age is None else float(1 + strength * 0.5 ** max(age, 0.0))
