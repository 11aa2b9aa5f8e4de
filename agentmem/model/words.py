"""The words of a memory as ranking sees them: per term, how often it stands in each field, packed into one number.

One number a posting lets one posting list serve all fields: five lists a term cost five times the look-ups and block
reads. 24 bits, because the index keeps weights as 32-bit floats, which hold whole numbers exactly up to 2**24.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from agentmem.model import analysis
from agentmem.model.memory import Memory
from agentmem.model.postings import NAMES_AT, PLACES_AT, TITLE_AT

LEAD = 6
"""Words of a title from which on no body begins with the same by chance."""

BODY_MAX, TITLE_MAX, NAMES_MAX, PLACES_MAX = 255, 15, 15, 255


class Lengths(NamedTuple):
    """How many terms each field has."""

    title: int
    names: int
    places: int
    body: int


def unpack(packed: int) -> tuple[int, int, int, int]:
    """Frequencies in (title, names, places, body)."""
    return (packed >> 8) & 15, (packed >> 12) & 15, packed >> 16, packed & 255


def fields_of(memory: Memory) -> tuple[str, str, str, str]:
    """The text of (title, names, places, body): names are tags, entities and aliases; places are scopes, cited paths, symbols.

    A title that is all there is, or a long one that the body begins with, is what was said and no name for it: it counts once,
    in the body.
    """
    names = "\n".join((*memory.tags, *memory.entities, *memory.aliases))
    cited = (part for cite in memory.cites for part in (cite.path, cite.symbol or ""))
    places = "\n".join((*memory.scope, *cited))
    title, body = memory.title, memory.body
    if not body:
        return "", names, places, title
    is_lead = body.lstrip().startswith(title) and len(title.split()) >= LEAD
    return "" if is_lead else title, names, places, body


def words_of(
    memory: Memory, terms: Callable[[str], Iterable[str]] = analysis.written
) -> tuple[dict[str, int], Lengths]:
    """Each term's packed frequencies, and the fields' lengths."""
    title, names, places, body = ([*terms(text)] if text else [] for text in fields_of(memory))
    packed: dict[str, int] = {}
    for found, limit, unit in (
        (body, BODY_MAX, 1),
        (title, TITLE_MAX, TITLE_AT),
        (names, NAMES_MAX, NAMES_AT),
        (places, PLACES_MAX, PLACES_AT),
    ):
        counts: dict[str, int] = {}
        for term in found:
            counts[term] = counts.get(term, 0) + 1
        for term, count in counts.items():
            packed[term] = packed.get(term, 0) + min(count, limit) * unit
    return packed, Lengths(len(title), len(names), len(places), len(body))
