"""What a memory brings to a store when it is added: is it worth keeping, is it new, does the code not say it already?

It advises and never refuses. What is not plainly against a memory is no doubt:
each wrong one would teach people to overlook them.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from agentmem.model import similarity
from agentmem.model.analysis import terms
from agentmem.model.memory import Memory
from agentmem.model.numberwords import in_digits
from agentmem.model.substance import gives_reason, is_place

if TYPE_CHECKING:
    from agentmem.model.retention import Weights

THIN, KNOWN, IN_CODE = "thin", "known", "in-code"
DOUBTS = (THIN, KNOWN, IN_CODE)

EVENTS = frozenset(["log", "task", "plan"])
"""Kinds of which two that say the same are about two things."""
SHOWN_BY_CODE = frozenset(["fact", "decision", "entity", "reflection"])
"""Kinds that code may say as well; it shows no rule, no recipe, no failure and no event."""

ALL_OF_IT = 0.9
"""The share of a title in one sentence of another memory, and of a text in the whole of it, from which it is said there."""
SAME_AS_CODE = 0.85
"""The share of what a text says, by ``background.SAYS``, that code says from which it says no more."""
FEWEST = 3
"""Terms below which that a text is found elsewhere is chance; names below which it is no listing."""
PASSAGE = 20
"""Lines of a cited text in which to find a sentence's words proves something; of a longer one its head alone is read."""
HEAD = 12
LISTING_REST = 1.0
"""What a listing may say (``background.SAYS``) beside its names: that it is one."""

_DIGITS = {"zero": "0", "one": "1"}
_NEGATIONS = frozenset(["no", "not", "never", "without", "cannot", "none", "neither", "nor"])
_SENTENCES = r"(?<=[.!?;])\s+|\n+"
_NAMES = r"[\w$][\w$./-]*[\w$]|[\w$]"
"""Not compiled until they are needed: `add` loads this module more often than it uses them."""


class Admission(NamedTuple):
    """``worth`` is the chance that it is worth keeping, 0 where it says nothing; ``new`` how little of it one memory in force
    says; ``derivable`` how much of it the code says that it cites or lists; all 0 to 1. ``doubt`` is one of ``DOUBTS`` or None,
    ``why`` what it rests on: one of ``substance``, an id, a place in the code.
    """

    worth: float
    new: float
    derivable: float
    doubt: str | None = None
    why: str | None = None


class Passage(NamedTuple):
    """What a memory cites: its place as it is printed, its symbol, its lines; ``names`` are those that it declares."""

    place: str
    symbol: str | None
    lines: Sequence[str]
    names: Collection[str] = ()


def weights(keep: Mapping[str, float]) -> "Weights":
    """The weights of retention that a manager learned; what it does not name weighs as in the formula."""
    from agentmem.model import retention

    known = {name: value for name, value in keep.items() if name in retention.Weights._fields}
    return retention.DEFAULT._replace(**known)


def worth(memory: Memory, now: int, by: "Weights | None" = None) -> float:
    """The retention score of ``memory`` as one just written: never used, its evidence as it was cited."""
    from agentmem.model import retention, verdict
    from agentmem.model.usage import NEVER

    fresh = memory._replace(created=now)
    holds = [verdict.OK] * len(memory.cites)
    return retention.score(retention.features(fresh, now, NEVER, holds), by or retention.DEFAULT)


def said_by(memory: Memory, other: Memory) -> bool:
    """Whether ``other`` says all that ``memory`` does: one sentence of it the title, and it the rest."""
    if memory.kind in EVENTS or other.kind in EVENTS:
        return False
    title = set(_numbered(memory.title))
    every = title | set(_numbered(memory.body))
    if len(title) < FEWEST or _share(every, {*_numbered(other.title), *_numbered(other.body)}) < ALL_OF_IT:
        return False
    denies = _denies(memory.title)
    if any(_denies(sentence) for sentence in re.split(_SENTENCES, memory.body)) and not _denies(other.body):
        return False
    numbers = _numbers(f"{memory.title} {memory.body}")
    if not numbers <= _numbers(f"{other.title} {other.body}"):
        return False
    for sentence in (other.title, *re.split(_SENTENCES, other.body)):
        if (
            _share(title, set(_numbered(sentence))) >= ALL_OF_IT
            and denies == _denies(sentence)
            and similarity.same_order(memory.title, sentence)
        ):
            return _numbers(memory.title) <= _numbers(sentence)
    return False


def novelty(memory: Memory, others: Iterable[Memory]) -> tuple[float, str | None]:
    """1 less how much of ``memory`` the most alike of ``others`` says, and the id of one that says all of it, if any does."""
    most, by = 0.0, None
    for other in others:
        alike = similarity.similarity(memory.title, memory.body, other.title, other.body)
        if by is None and said_by(memory, other):
            by, alike = other.id, max(alike, ALL_OF_IT)
        most = max(most, alike)
    return 1.0 - most, by


def derivable(memory: Memory, passages: Iterable[Passage]) -> tuple[float, str | None]:
    """How much of ``memory`` the text that it cites says, the most of ``passages``, and the place that says all of it, if any."""
    found, place = 0.0, None
    words = _told(f"{memory.title}\n{memory.body}")
    for passage in passages:
        share = 1.0 if lists(memory, passage.names) else _coded(words, passage)
        if share > found:
            found, place = share, passage.place
    said = found >= SAME_AS_CODE and memory.kind in SHOWN_BY_CODE
    return found, place if said and not gives_reason(f"{memory.title}\n{memory.body}") else None


def lists(memory: Memory, names: Collection[str]) -> bool:
    """Whether ``memory`` says nothing but some of ``names``, which a tree or a file shows: three at least."""
    known = {name.casefold() for name in names}
    named, rest = set[str](), list[str]()
    for name in re.findall(_NAMES, f"{memory.title}\n{memory.body}"):
        low = name.casefold()
        if low in known:
            named.add(low)
        else:
            rest.append(name)
    if len(named) < FEWEST or any(name.casefold() in _NEGATIONS for name in rest):
        return False
    from agentmem.model.background import SAYS

    parts = {part for name in named for part in terms(name)}
    words = set(terms(" ".join(rest))) - parts
    return sum(SAYS.get(word, 1.0) for word in words) <= LISTING_REST


def named_files(text: str) -> list[str]:
    """The words of ``text`` that name files or folders, each once."""
    return [name for name in dict.fromkeys(re.findall(_NAMES, text)) if is_place(name)]


def _coded(words: Mapping[str, float], passage: Passage) -> float:
    """The share of what is told, by weight, that the passage has; a number that it lacks leaves nothing."""
    lines = passage.lines if len(passage.lines) <= PASSAGE else passage.lines[:HEAD]
    text = "\n".join([passage.symbol or "", *lines])
    said = set(_numbered(text))
    total = sum(words.values())
    names = set(terms(passage.symbol or ""))
    if (
        len(words) < FEWEST
        or not total
        or names >= words.keys()
        or any(word[0].isdigit() and word not in said for word in words)
    ):
        return 0.0
    return sum(weight for word, weight in words.items() if word in said) / total


def _told(text: str) -> dict[str, float]:
    """The terms of ``text``, numbers in digits, and what each says."""
    from agentmem.model.background import SAYS

    found = {}
    for word in _numbered(text):
        found[word] = 1.0 if word[0].isdigit() else SAYS.get(word, 1.0)
    return found


def _numbered(text: str) -> list[str]:
    """The terms of ``text``, numbers in digits."""
    return [_DIGITS.get(term, term) for term in terms(in_digits(text))]


def _share(some: Collection[str], all_: Collection[str]) -> float:
    return sum(term in all_ for term in some) / len(some) if some else 0.0


def _denies(text: str) -> bool:
    words = text.casefold().replace("’", "'").split()
    return any(
        word.strip(".,;:!?()\"'") in _NEGATIONS or word.rstrip('.,;:!?)"').endswith("n't") for word in words
    )


def _numbers(text: str) -> set[str]:
    return {term for term in _numbered(text) if term[0].isdigit()}
