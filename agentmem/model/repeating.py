"""How two memories repeat each other: the same, a part of the other, the same with another number; by texts analysed once."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from agentmem.model import analysis, functionwords, similarity
from agentmem.model.relatives import relatives

SAME, PART, FULLER, RIVALS = "same", "part", "fuller", "rivals"

CONTAINED, OF_BOTH = 0.7, 0.3
"""The share of the lesser of two texts that the other has, and the share of both that is in both, from which on it is a part of
the other. Of the 124,750 pairs of a team's first 500 work commits none is one; of copies cut to a third all are."""


FEWEST = 8
"""Terms of a text from which on it can be a part of another: of five words three are soon shared."""

OF_DRAFT = 0.6
"""The share of what calls itself a draft or a question that another has from which on it is a draft of that."""

SHORT = 30
"""Words of a body up to which one in the place of another makes it another statement, as in a title."""

MUCH_LESS = 0.75
"""What a part says at most of what the whole does: of two that say as much each says something of its own."""


_TENTATIVE = re.compile(r"\?\s*$|\b(?:draft|wip|tbd|todo|unsure|maybe|tentative)\b", re.IGNORECASE).search


class Said(NamedTuple):
    """A text with its terms by weight (``similarity.weights``); ``size`` is what they weigh, ``says`` the same by how little each
    is used of any subject: "something" in the place of a word says less.
    """

    title: str
    body: str
    weights: Mapping[str, int]
    size: int
    says: float

    @property
    def text(self) -> str:
        """Both together."""
        return f"{self.title}\n{self.body}"


def said(title: str, body: str) -> Said:
    """``title`` and ``body``, analysed."""
    from agentmem.model.background import SAYS

    weights = similarity.weights(title, body)
    says = sum([weight * SAYS.get(term, 1.0) for term, weight in weights.items()])
    return Said(title, body, weights, sum(weights.values()), says)


def relation(one: Said, other: Said) -> str | None:
    """``SAME``; ``PART`` where ``other`` says little that ``one`` does not, and a good deal less, ``FULLER`` the other way round;
    ``RIVALS`` where they say the same of the same thing but for a number or a denial; None where they say two things.
    """
    shared = sum([min(weight, other.weights.get(term, 0)) for term, weight in one.weights.items()])
    if not shared or shared < OF_BOTH * (one.size + other.size - shared):
        return None
    if not (one.body.strip() and other.body.strip()):  # titles alone: a name of several parts is most of one
        return SAME if _words(one.title) == _words(other.title) else None
    if is_tentative(one) != is_tentative(other):  # what a draft calls its subject is not settled either
        draft = one if is_tentative(one) else other
        if shared >= OF_DRAFT * draft.size:
            return FULLER if draft is one else PART
    less, more = sorted((one.size, other.size))
    is_part = (
        shared >= CONTAINED * less
        and less <= MUCH_LESS * more
        and min(len(one.weights), len(other.weights)) >= FEWEST
        and similarity.sets_apart(one.title, "", other.title, "") not in ("name", "number")
    )
    if is_part:
        return PART if other.size < one.size else FULLER
    if shared < similarity.ALIKE * (one.size + other.size - shared):
        return None
    texts = (one.title, one.body, other.title, other.body)
    if similarity.similarity(*texts) >= similarity.ALIKE:
        return None if _is_of_another(one, other) else SAME
    return RIVALS if similarity.rivals(*texts) else None


def _is_of_another(one: Said, other: Said) -> bool:
    """Whether a word stands in the place of another, in the titles or in short bodies: the lobby and the relay, tabs and spaces;
    or the words of the titles are the same and who does what to whom is not.

    "Something" in the place of a word, or one that says nearly the same, is no other one.
    """
    if _swaps(one.title, other.title) or not similarity.same_order(one.title, other.title):
        return True
    return max(len(text.body.split()) for text in (one, other)) <= SHORT and _swaps(one.body, other.body)


def _swaps(one: str, other: str) -> bool:
    first, second = (set(analysis.terms(text)) - functionwords.STEMS for text in (one, other))
    only_first, only_second = first - second, second - first
    if not (only_first and only_second):
        return False
    kin = {
        (term, relative.term)
        for mine, others in ((only_first, only_second), (only_second, only_first))
        for term in mine
        for relative in relatives(term)
        if relative.term in others
    }
    alike = {term for pair in kin for term in pair}
    return bool(only_first - alike) and bool(only_second - alike)


def is_tentative(text: Said) -> bool:
    """Whether it calls itself a draft or a question: one that says the same firmly is shown in its place."""
    return _TENTATIVE(text.title) is not None


def _words(title: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", title.casefold()))
