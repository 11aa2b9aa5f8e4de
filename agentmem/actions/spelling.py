"""A question of which nothing is known may be misspelt: words that no memory has, read as one that differs by one letter."""

import re
import string
from collections.abc import Iterator, Sequence

from agentmem.index.index import Index
from agentmem.index.view import View
from agentmem.model import analysis, relatives
from agentmem.model.query import Query

SHORTEST = 4
"""Letters of a word that is looked at: shorter ones have too many neighbours."""

MOST = 4
"""Words of a question that are looked at, 30 letters of one at most: each has hundreds of neighbours."""

SURE = 0.95
"""The share of a question, read so, that one memory must have: any word is one letter away from some other."""

LOOKED = 8
"""Memories of which the spelling of a word is looked up."""

_LETTERS = re.compile(r"[^\W\d_]+").findall
_WORDS = re.compile(rf"(?<![\w./-])[A-Za-z]{{{SHORTEST},30}}(?![\w/-])")


def corrected(index: Index, view: View, asked: Query, allowed: Sequence[int]) -> dict[str, str]:
    """The words of ``asked`` that no memory has and that are no common words of English, each with the known word that is one
    letter away, as memories write it; the one that most memories have, the first in the alphabet among equals.
    """
    words = dict.fromkeys(_WORDS.findall(asked.text))
    terms = {word: analysis.terms(word) for word in words}
    known = index.postings([term for found in terms.values() for term in found])
    strange = [
        word
        for word, found in terms.items()
        if found
        and not any(_count(view, known.get(term, ()), allowed) for term in found)
        and not all(relatives.is_known(term) for term in found)
    ]
    out = {}
    for word in strange[:MOST]:
        stems: dict[str, str] = {}
        for near in _neighbours(word.lower()):
            for term in analysis.terms(near)[:1]:
                stems.setdefault(term, near)
        found = index.postings(list(stems))
        counts = {term: _count(view, postings, allowed) for term, postings in found.items()}
        best = min(
            (term for term, count in counts.items() if count), key=lambda t: (-counts[t], t), default=None
        )
        if best is not None:
            rows = [row for row, _ in found[best]]
            out[word] = _written(index, view, best, rows, allowed, word.lower()) or stems[best]
    return out


def _written(
    index: Index, view: View, term: str, rows: Sequence[int], allowed: Sequence[int], word: str
) -> str | None:
    """The word of ``term`` as memories of ``rows`` write it, the most like ``word``: what gives the same stem may be none."""
    import difflib

    places = (position for row in rows for position in view.positions_of(row) if allowed[position])
    newest = [view.columns.rows[position] for position in view.newest_first(places)[:LOOKED]]
    forms = {
        form
        for memory in index.knowledge.memories(newest).values()
        for form in _LETTERS(f"{memory.title}\n{memory.body}".lower())
        if analysis.terms(form) == [term]
    }

    def likeness(form: str) -> float:
        return difflib.SequenceMatcher(None, word, form).ratio()

    return max(sorted(forms), key=likeness, default=None)


def _count(view: View, postings: Sequence[tuple[int, int]], allowed: Sequence[int]) -> int:
    """How many memories that may be shown have it."""
    return sum(allowed[position] for row, _ in postings for position in view.positions_of(row))


def _neighbours(word: str) -> Iterator[str]:
    """What is one insertion, deletion, change or swap of two letters away (Damerau 1964); as long a one first, then longer."""
    found: set[str] = set()
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        found.update(before + letter + after for letter in string.ascii_lowercase)
        if after:
            found.add(before + after[1:])
            found.update(before + letter + after[1:] for letter in string.ascii_lowercase)
        if len(after) > 1:
            found.add(before + after[1] + after[0] + after[2:])
    yield from sorted(found - {word}, key=lambda near: (len(near) != len(word), -len(near), near))
