"""Plain BM25 over title and body: the yardstick that every other ranking is held against.

Source: Robertson and Zaragoza, *The Probabilistic Relevance Framework* (2009), eq. 3.15, with the idf of ``ranking.idf``.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from agentmem.model import analysis, ranking


class Corpus:
    """Texts by position, with the terms of each counted once for all questions."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._lengths: list[int] = []
        self._postings: dict[str, dict[int, int]] = {}
        for position, text in enumerate(texts):
            counts = Counter(analysis.terms(text))
            self._lengths.append(sum(counts.values()))
            for term, count in counts.items():
                self._postings.setdefault(term, {})[position] = count

    def scores(
        self, question: str, known: Sequence[int], k1: float = 1.2, b: float = 0.75
    ) -> dict[int, float]:
        """The score of each of ``known`` (positions) that has a term of ``question``; statistics are those of ``known`` alone."""
        among = set(known)
        average = sum(self._lengths[i] for i in known) / max(len(known), 1)
        found: dict[int, float] = {}
        for term in sorted(set(analysis.terms(question))):  # floats add up differently in another order
            matching = [(i, tf) for i, tf in self._postings.get(term, {}).items() if i in among]
            weight = ranking.idf(len(known), len(matching))
            for i, tf in matching:
                share = tf * (k1 + 1) / (tf + k1 * (1 - b + b * self._lengths[i] / average))
                found[i] = found.get(i, 0.0) + weight * share
        return found
