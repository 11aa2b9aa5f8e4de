"""Words that say nearly the same as one that is asked for: who has such a one has something of it, if not the word itself."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agentmem.model import analysis, ranking
from agentmem.model.ranking import Posting, Statistics, Weights

NEAREST = 9
"""The digit of the nearest in the thesaurus."""

LEAST = 0.05
"""What a relative must be worth of a word to be looked at: one that a third of all memories have says nothing of the few."""


class Relative(NamedTuple):
    """A relative of some word: the word, its term, how near it is, 0 to 1."""

    word: str
    term: str
    nearness: float


class Near(NamedTuple):
    """How a memory has a relative of a word that it lacks: the share of the word that this is, 0 to 1; how often it has it,
    saturated as in BM25; the relative.
    """

    share: float
    often: float
    word: str


def relatives(term: str) -> list[Relative]:
    """Those of the word whose stem is ``term``, the nearest first."""
    from agentmem.model.thesaurus import LINES

    lines = LINES.get(term[:1], "")
    start = lines.find(f"\n{term} ")
    if start < 0:
        return []
    found = []
    for said in lines[start + len(term) + 2 : lines.index("\n", start + 1)].split():
        word, digit = said[:-1], said[-1]
        found.append(Relative(word, analysis.terms(word)[0], int(digit) / NEAREST))
    return found


def is_known(term: str) -> bool:
    """Whether ``term`` is the stem of a common word: then it is not another one misspelt, and names nothing by itself."""
    from agentmem.model.background import SAYS

    return term in SAYS or bool(relatives(term))


def is_english(term: str) -> bool:
    """Whether ``term`` is the stem of a word of English, common or less so."""
    from agentmem.model.english import STEMS

    return is_known(term) or f" {term} " in f" {STEMS.get(term[:1], '')} ".replace("\n", " ")


def near(
    known: Mapping[str, Sequence[Relative]],
    postings: Mapping[str, Sequence[Posting]],
    position_of: Mapping[int, int],
    statistics: Statistics,
    weights: Weights,
) -> dict[str, dict[int, Near]]:
    """For each term of ``known``, by the positions of the memories that lack it, the best of its relatives that they have: of the
    term's worth as much as it is near, and no more than its own rarity has.
    """
    out = {}
    for term, some in known.items():
        own = {position_of[row] for row, _ in postings.get(term, ()) if row in position_of}
        rarity = ranking.idf(statistics.size, len(own))
        best: dict[int, Near] = {}
        for word, other, nearness in some:
            found = [
                (position_of[row], packed) for row, packed in postings.get(other, ()) if row in position_of
            ]
            share = weights.relative * nearness * min(1.0, ranking.idf(statistics.size, len(found)) / rarity)
            for position, packed in found if share >= LEAST else ():
                if position not in own:
                    tf = ranking.frequency(packed, position, statistics, weights)
                    often = tf / (weights.k1 + tf)
                    if position not in best or share * often > best[position].share * best[position].often:
                        best[position] = Near(share, often, word)
        if best:
            out[term] = best
    return out
