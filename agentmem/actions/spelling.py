"""A question of which nothing is known may be misspelt: words that no memory has, read as one that differs by one letter."""

import re
import string
from collections.abc import Iterator, Mapping, Sequence

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

TRIED = 4
"""Known words of which the spelling is looked up for one, those that most memories have."""

_ENDINGS = ("", "s", "es", "d", "ed", "r", "er", "ing", "ly")
_LETTERS = re.compile(r"[^\W\d_]+").findall
_WORDS = re.compile(rf"(?<![\w./-])[A-Za-z]{{{SHORTEST},30}}(?![\w/-])")


def corrected(index: Index, view: View, asked: Query, allowed: Sequence[int]) -> dict[str, str]:
    """The words of ``asked`` that no memory has and that are no words of English, each with the known word that is one letter
    away, as memories write it; the one that most memories have, the first in the alphabet among equals.
    """
    words = dict.fromkeys(_WORDS.findall(asked.text))
    terms = {word: analysis.terms(word) for word in words}
    known = index.postings([term for found in terms.values() for term in found])
    strange = [
        word
        for word, found in terms.items()
        if found
        and not any(_count(view, known.get(term, ()), allowed) for term in found)
        and not all(relatives.is_english(term) for term in found)
    ]
    out = {}
    for word in strange[:MOST]:
        near = {one: stems[0] for one in _neighbours(word.lower()) if (stems := analysis.terms(one))}
        found = index.postings(list(dict.fromkeys(near.values())))
        counts = {
            term: count for term, postings in found.items() if (count := _count(view, postings, allowed))
        }
        for term in sorted(counts, key=lambda t: (-counts[t], t))[:TRIED]:
            meant = _written(index, view, word, term, [row for row, _ in found[term]], allowed, near)
            if meant is not None:
                out[word] = meant
                break
    return out


def _written(
    index: Index,
    view: View,
    word: str,
    term: str,
    rows: Sequence[int],
    allowed: Sequence[int],
    near: Mapping[str, str],
) -> str | None:
    """The word of ``term`` as memories of ``rows`` write it that is most like ``word``, but for its ending one of ``near``: what
    gives the same stem may be none. What is written in capitals is read as such alone: CORS is no core.
    """
    import difflib

    places = (position for row in rows for position in view.positions_of(row) if allowed[position])
    newest = [view.columns.rows[position] for position in view.newest_first(places)[:LOOKED]]
    texts = (f"{memory.title}\n{memory.body}" for memory in index.knowledge.memories(newest).values())
    written = {form for text in texts for form in _LETTERS(text) if analysis.terms(form) == [term]}
    meant = {form.lower() for form in written if form.isupper() or not word.isupper()}
    close = [one for one, stem in near.items() if stem == term]
    forms = {form for form in meant if any(_is_form_of(form, one) for one in close)}

    def likeness(form: str) -> float:
        return difflib.SequenceMatcher(None, word.lower(), form).ratio()

    return max(sorted(forms), key=likeness, default=None)


def _is_form_of(one: str, other: str) -> bool:
    """Whether two words of one stem are the same but for an ending that one of them has."""
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer.startswith(shorter) and longer[len(shorter) :] in _ENDINGS


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
