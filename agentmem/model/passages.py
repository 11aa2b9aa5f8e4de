"""A long memory is judged by its best passage: what one item of a list or one paragraph says is said together.

Source: Callan, *Passage-Level Evidence in Document Retrieval* (1994), for taking the best of them. By the length of the whole
each word of ten statements in a list would count a third of what it does in a note of its own.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from agentmem.model import analysis

_MARK = r"[ ]?(?:[-*+]|[0-9]+[.)])[ \t]+"
_CUTS = re.compile(rf"\r?\n[ \t]*(?:\r?\n)+(?:{_MARK})?|\r?\n{_MARK}|\A{_MARK}").split
"""Between paragraphs, and before each item of a list that is no item of an item; the marks of items are left out."""


class Passage(NamedTuple):
    """A passage and what its words are worth to a question."""

    text: str
    score: float


def passages(body: str) -> list[str]:
    """The paragraphs of ``body``, of lists the items."""
    return [text for part in _CUTS(body) if (text := part.strip())]


def best(
    parts: Iterable[str],
    gains: Mapping[str, float],
    elsewhere: Mapping[str, float],
    slope: float,
    least: float,
    k1: float,
) -> Passage:
    """The one of ``parts`` that is worth most to a question, each as long as it is.

    ``gains`` has what each term of the question adds at most (``ranking.worth``), ``elsewhere`` how often the memory has terms
    outside its body (BM25F's pseudo-frequency), ``least`` and ``slope`` are 1 - b and b by the mean length of bodies.
    """
    found = Passage("", 0.0)
    for text in parts:
        terms = analysis.written(text)
        norm = least + slope * len(terms)
        often = {term: terms.count(term) / norm for term in gains.keys() & set(terms)}
        if not often:
            continue
        score = 0.0
        for term in sorted({*often, *elsewhere}):
            tf = often.get(term, 0.0) + elsewhere.get(term, 0.0)
            score += gains[term] * tf / (k1 + tf)
        if score > found.score:
            found = Passage(text, score)
    return found
