"""Whether a memory answers a question at all: how much of what is asked it has, and how much that says.

A word counts once, however many terms its name is cut into; by its rarity among the memories, and by how little it is used of
any subject: in a store about a compiler "file" and "error" match a question about a web shop by chance, and often.
"""

import math
from collections.abc import Collection, Container, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from agentmem.model import functionwords, ranking
from agentmem.model.query import Word
from agentmem.model.ranking import Posting, Statistics, Weights
from agentmem.model.relatives import Near

MOST_WORDS = 6
"""A question is covered when what is matched weighs enough against its six weightiest words: a long note has many more."""

FEWEST = 22
"""Memories that a store is taken to have at least: in fewer, chance has less to match, and less is known of what is rare."""

MOST = 2_000
"""Memories that a store is taken to have at most: what large ones have more is mostly repetition and noise, which says no more.
With it 10,000 of which 9,000 are noise answer as many questions, right or wrong, as the 1,000 do by themselves; without it
each new note made older ones harder to find.
"""

BY_CHANCE = 12
"""Memories in which nothing would match by chance: what is asked of a match grows with the logarithm of their number over it.
Of 8, 12 and 16, with ``Weights.abstain`` such that the team's store asks the same, 12 lost none of the example's answers (first
halves) and let no more than 5 in 100 questions of strangers through.
"""

MASS = 1.5
"""How much more several words that say something prove than one: chosen, as ``Weights.abstain``, on a team's first half."""

OF_ALL = 0.08
"""The share of all that is asked, by weight, that an answer has at least: of the hundred words of a task's note any store has a
dozen by chance. On a team's first half the best answers to notes have .11 and more, and what other stores have of them is less
than .08 for all but 2 in 100.
"""


NUMBER_SAYS = {1: 0.25, 2: 0.5}
"""What a bare number says, by its digits: short ones count the items of any list. Chosen on the first halves of all sets."""

LEAST_OPEN = 0.01
"""What is left open where one memory has every word: enough to tell equals apart."""


class Unit(NamedTuple):
    """What counts as one word: the terms of which any will do, what it weighs, what it says by itself, how many have it; whether
    it only explains others.
    """

    terms: tuple[str, ...]
    weight: float
    says: float
    holders: int
    aside: bool = False


class Held(NamedTuple):
    """What a memory has of a question: the weights of its words by how often it has them, the same in full, what they say; how
    many it has itself, under whatever name.
    """

    soft: float = 0.0
    weight: float = 0.0
    mass: float = 0.0
    words: int = 0


class _Has(NamedTuple):
    """How a memory has one word: how often, saturated as in BM25; how much of what it weighs, of what it says; 1 if it has the
    word itself, 0 what stands for it.
    """

    often: float
    share: float = 1.0
    says: float = 1.0
    itself: int = 1


class Coverage(NamedTuple):
    """By position what is held; ``total`` is the weight of the question's weightiest words, ``whole`` that of all, ``occurring``
    that of all that any memory has, ``occurring_words`` how many these are, ``words`` the number of all; ``needed`` the evidence
    that an answer takes.
    """

    held: dict[int, Held]
    total: float
    whole: float
    occurring: float
    occurring_words: int
    words: int
    needed: float

    def share(self, position: int) -> float:
        """How much of the question a memory has, 0 to 1."""
        found = self.held.get(position)
        return min(1.0, found.soft / self.total) if found and self.total else 0.0

    def evidence(self, position: int) -> float:
        """How much speaks for its being an answer, against what is needed: 1 is enough, as is every word that is asked; little of
        a long question is not, however much it says.
        """
        found = self.held.get(position)
        if found is None or not self.total:
            return 0.0
        if not self.needed:
            return math.inf
        value = self.share(position) * math.pow(found.mass, MASS)
        enough = 1.0 if found.words == self.words else 0.0
        return min(max(value / self.needed, enough), found.weight / (OF_ALL * self.whole))

    def weight(self, position: int) -> float:
        """What it has of the question, by weight; to be held against ``occurring``."""
        found = self.held.get(position)
        return found.weight if found else 0.0


def units(
    words: Sequence[Word],
    postings: Mapping[str, Sequence[Posting]],
    position_of: Mapping[int, int],
    size: int,
) -> list[Unit]:
    """The words of a question as they count: a name by its whole where any memory has that, else by its parts.

    Of a name of which no memory has the whole, nor every part, the others say little: SwiftUI is nothing that a "ui" tells of.
    """
    from agentmem.model.background import SAYS

    def says(term: str) -> float:
        if term.isdecimal():
            return NUMBER_SAYS.get(len(term), 1.0)
        return min(SAYS.get(term, 1.0), functionwords.says(term))

    def frequency(terms: Sequence[str]) -> int:
        return len({row for term in terms for row, _ in postings.get(term, ()) if row in position_of})

    found: dict[tuple[str, ...], Unit] = {}
    for word in words:
        whole = frequency(word.wholes) if word.wholes else 0
        known = 1.0
        if not whole and word.is_run_together:
            known = sum(frequency((part,)) > 0 for part in word.parts) / len(word.parts)
        for terms in [word.wholes] if whole else [(part,) for part in word.parts]:
            count = whole or frequency(terms)
            least = min(map(says, terms), default=1.0)
            aside = word.aside and (terms not in found or found[terms].aside)
            found[terms] = Unit(terms, ranking.idf(size, count) * least, least * known**2, count, aside)
    return list(found.values())


def asked_for(found: Sequence[Unit]) -> list[float]:
    """The weights of what an answer is to have: what is in brackets only explains, and counts as one word, its weightiest."""
    weights = [unit.weight for unit in found if not unit.aside]
    return weights + sorted(unit.weight for unit in found if unit.aside)[-1:]


def coverage(
    found: Sequence[Unit],
    postings: Mapping[str, Sequence[Posting]],
    position_of: Mapping[int, int],
    among: Container[int],
    statistics: Statistics,
    weights: Weights,
    chains: Sequence[Sequence[int]] = (),
    others: Sequence[tuple[frozenset[str], Collection[int]]] = (),
    near: Mapping[str, Mapping[int, Near]] = MappingProxyType({}),
) -> Coverage:
    """What the memories at the positions ``among`` have of the question whose words are ``found``.

    ``chains`` are conversations, whose entries take over what was said before them (``ranking.borrowed``); ``others`` say of
    terms who has another name of what they name, ``near`` who has but a relative of them.
    """
    once = 1 / (weights.k1 + 1)
    members = {position for chain in chains for position in chain}
    held: dict[int, Held] = {}
    for unit in found:
        strongest: dict[int, float] = {}
        for term in unit.terms:
            for row, packed in postings.get(term, ()):
                position = position_of.get(row)
                if position is not None and (position in among or position in members):
                    tf = ranking.frequency(packed, position, statistics, weights)
                    strongest[position] = max(strongest.get(position, 0.0), tf / (weights.k1 + tf))
        for stands_for, having in others:
            if not stands_for.isdisjoint(unit.terms):
                strongest.update((p, max(strongest.get(p, 0.0), once)) for p in having if p in among)
        has = {position: _Has(often) for position, often in strongest.items() if position in among}
        for chain in chains:
            for position, often in ranking.borrowed(strongest, chain, among, weights.neighbours).items():
                has[position] = _Has(often, says=weights.neighbours, itself=0)
        for term in unit.terms:
            for position, (share, often, _) in near.get(term, {}).items():
                if position in among and (position not in has or has[position].often < share * often):
                    has[position] = _Has(share * often, share, share, 0)
        for position, one in has.items():
            before = held.get(position, Held())
            held[position] = Held(
                before.soft + unit.weight * one.often,
                before.weight + unit.weight * one.share,
                before.mass + unit.says * one.says,
                before.words + one.itself,
            )
    size = min(max(statistics.size, FEWEST), MOST)
    asked = asked_for(found)
    return Coverage(
        held=held,
        total=sum(sorted(asked)[-MOST_WORDS:]),
        whole=sum(asked),
        occurring=sum(unit.weight for unit in found if unit.holders),
        occurring_words=sum(unit.holders > 0 for unit in found),
        words=len(found),
        needed=weights.abstain * math.log(size / BY_CHANCE),
    )


def left_open(share: float, equals: int) -> float:
    """How much of which memory is meant the words leave open, 0 to 1, where the best have so large a ``share`` of all words, by
    weight, and so many are ``equals``: 1 less the square of the share, less of that the more there are.

    Where one memory has every word that is asked, how new it is and what it lies beside settle what is equal and no more. Of a
    note of a hundred words the best has a quarter, and the square leaves 94 in 100; a word that a hundred have leaves 90.
    """
    return max(LEAST_OPEN, 1 - share**2 / math.sqrt(max(equals, 1)))
