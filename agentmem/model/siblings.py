"""Whether two tasks are one and the same piece of work, or siblings that differ in what they are about.

Titles are held against each other word by word, once words that merely frame are gone. A word in the place of another (arm
and riscv, POST and DELETE, orders and payments) makes siblings, however much else is the same; a word more is only more detail,
unless it says where or what sort of work it is. Bodies can add to this, never undo it.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from agentmem.model import similarity
from agentmem.model.analysis import STOP_WORDS
from agentmem.model.similarity import ALIKE
from agentmem.model.stemming import stem

_APART = 0.5
_OPEN = 0.3
_NAMED = 2.0
_LONG = 5
_MOST_WORDS = 60
_WORDS = re.compile(
    r"#\w+|(?:/[\w:{}<>*-]+)+|--[\w-]+|[^\W_]+(?:[._][^\W_]+)*(?:\+\+|#(?!\w))?(?:/[\w:{}<>*-]+)*"
).findall
_TURNS = re.compile(r"(\w+) (?:to|into|before|after) (\w+)").findall
_LEAD = re.compile(r"(?:task|todo|feature|feat|chore|story|issue)\s*:\s*", re.IGNORECASE).match


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


# Words that frame a task and do not say what it is about.
_FRAME = _stems("""
task todo feature story chore please need needs needed should must want wants when while once not no so that
implement implementation add adding create creation build write make introduce support provide set setup up use using handle
handling allow enable generate generation improve improvement ensure new better properly correctly automatically missing existing
fix fixes fixing fixed resolve repair correct broken bug bugs problem issue error errors wrong wrongly fail fails failing failure
investigate crash crashes crashing flaky work works working return returning returns give gives cause causes
refactor refactoring cleanup clean restructure rework change update per each all any
flow logic system service endpoint function method code module modules pass optimization optimizer into via without against
initial simple basic
""") - _stems("update enable")

# What sort of work it is, where that makes two tasks of one subject.
_SORTS = {
    word: sort
    for sort, words in {
        "tests": "test tests testing unittest unittests",
        "docs": "document documentation docs",
        "review": "review audit",
        "design": "design plan spec specify specification propose",
        "removal": "remove removal delete drop",
        "release": "deploy release publish ship",
        "measure": "benchmark profile measure",
        "off": "disable",
        "on": "enable",
    }.items()
    for word in _stems(words)
}
_SAME_WORD = {
    stem(word): stem(main)
    for main, words in {
        "typescript": "ts",
        "javascript": "js",
        "postgres": "postgresql",
        "kubernetes": "k8s",
        "arm": "aarch64 arm64",
        "x86": "x64 amd64",
        "upgrade": "bump",
        "deduplicate": "dedup dedupe unify",
        "annotation": "hint hints",
        "development": "dev",
        "production": "prod",
        "readme": "docs",
        "database": "db",
        "config": "configuration",
        "authentication": "auth",
        "frontend": "front-end",
    }.items()
    for word in words.split()
} | {"risc-v": "riscv"}


# Where a task is done: one that says so is another than one that does not, or than one that says elsewhere.
_PLACES = _stems("""
arm x86 x32 i386 i686 riscv mips wasm linux windows macos darwin bsd ios android web desktop mobile frontend backend client server
dev development staging production chrome firefox safari get post put patch delete
""")


class Title(NamedTuple):
    """What a title says: its words without those that frame, each with whether it is a name; the sorts of work it names; what it
    leads from and to (float to int).
    """

    words: dict[str, bool]
    sorts: frozenset[str]
    turns: frozenset[tuple[str, str]]


@lru_cache(maxsize=16_384)
def read(title: str) -> Title:
    """The ``title`` as it is compared: what to keep by blob id where there are thousands."""
    text = unicodedata.normalize("NFKC", title)
    if lead := _LEAD(text):
        text = text[lead.end() :]
    text = re.sub(r"(?i)\brisc-v\b", "riscv", text)
    text = re.sub(r"(?<=\w)['’]s?\b", "", text)
    found: dict[str, bool] = {}
    sorts: set[str] = set()
    for word in _WORDS(text)[:_MOST_WORDS]:
        low = word.casefold().strip("_")
        plain = low.isascii() and low.isalpha()
        key = stem(low) if plain else low
        key = _SAME_WORD.get(key, key)
        named = not plain or (len(word) > 1 and word[1:] != word[1:].lower())
        if key in _SORTS and not (named and word.isupper()):  # DELETE is a method, to delete is to remove
            sorts.add(_SORTS[key])
        elif low and low not in STOP_WORDS and (named or key not in _FRAME or low == "writes"):
            found[key] = found.get(key, False) or named
    turns = ((one.casefold(), other.casefold()) for one, other in _TURNS(text))
    return Title(found, frozenset(sorts), frozenset(turns))


def similar_task(title_a: str, body_a: str, title_b: str, body_b: str) -> float:
    """How likely two tasks are one piece of work, 0 to 1; from ``ALIKE`` on it is worth telling.

    Where the titles leave it open, bodies that say the same decide; where something sets the titles apart, nothing does.
    """
    one, other = read(title_a), read(title_b)
    mine, yours = dict(one.words), dict(other.words)
    shared = _take_same(mine, yours)
    value = min(_dice(shared, mine, yours), 0.99)
    if _siblings(one, other, mine, yours, shared):
        return min(value, _APART)
    if value < _OPEN and (one.words or other.words):
        return value
    if similarity.same(title_a, body_a, title_b, body_b):
        return similarity.SAME
    if not body_a.strip() or not body_b.strip():
        return value
    bodies = min(similarity.overlap(title_a, body_a, title_b, body_b), 0.99)
    if min(len(one.words), len(other.words)) < 2 and bodies < ALIKE:
        return min(value, _APART)  # "Fix the build" says the same of any two builds
    return max(value, bodies)


def similar_tasks(
    title: str, body: str, others: Iterable[tuple[str, str, str]], limit: int = 3
) -> list[tuple[str, float]]:
    """Which of ``others`` (id, title, body) are the same piece of work, and how likely, likeliest first."""
    found = [
        (value, identity)
        for identity, other_title, other_body in others
        if (value := similar_task(title, body, other_title, other_body)) >= ALIKE
    ]
    return [
        (identity, value) for value, identity in sorted(found, key=lambda pair: (-pair[0], pair[1]))[:limit]
    ]


def _dice(shared: float, rest_a: dict[str, bool], rest_b: dict[str, bool]) -> float:
    """Dice's coefficient of the words, a name counting twice."""
    return 2 * shared / (2 * shared + _weight(rest_a) + _weight(rest_b)) if shared else 0.0


def _take_same(mine: dict[str, bool], yours: dict[str, bool]) -> float:
    """Take out of both what they share, also words of one root and words written in one or in two; how much it weighs."""
    shared = 0.0
    for word in [word for word in mine if word in yours]:
        shared += _NAMED if mine.pop(word) | yours.pop(word) else 1.0
    for word in [*mine]:
        match = next((other for other in yours if _related(word, other)), None)
        if match is not None:
            shared += _NAMED if mine.pop(word) | yours.pop(match) else 1.0
    for left, right in ((mine, yours), (yours, mine)):
        for word in [*left]:
            parts = _written_apart(word, [*right])
            if parts:
                shared += _NAMED if left.pop(word) else 1.0
                for part in parts:
                    del right[part]
    return shared


def _related(one: str, other: str) -> bool:
    """Whether two words have one root: verif and verifi, failur and fail, key and keys in a path."""
    one, other = one.strip("/"), other.strip("/")
    if one[:2] != other[:2]:
        return False
    if one == other or stem(one) == stem(other):
        return True
    if not (one.isalpha() and other.isalpha()):
        return False
    length = max(len(one), len(other))
    common = next((at for at in range(min(len(one), len(other))) if one[at] != other[at]), None)
    common = min(len(one), len(other)) if common is None else common
    return common >= 4 and common >= 0.65 * length


def _written_apart(word: str, others: Sequence[str]) -> tuple[str, str] | None:
    flat = re.sub(r"[^\w]|_", "", word)
    for first in others:
        second = flat.removeprefix(first)
        if 1 < len(second) < len(flat) and second != first and second in others:
            return first, second
    return None


def _weight(words: dict[str, bool]) -> float:
    return sum([_NAMED if named else 1.0 for named in words.values()])


def _siblings(one: Title, other: Title, mine: dict[str, bool], yours: dict[str, bool], shared: float) -> bool:
    """Whether the two are of other sorts, lead the other way, or what is left of their words makes two subjects."""
    turned = one.turns != other.turns and any((there, here) in other.turns for here, there in one.turns)
    if one.sorts != other.sorts or turned:
        return True
    left = {**mine, **yours}
    if not _PLACES.isdisjoint(left):
        return True
    if not mine or not yours:
        return False
    if any(mine.values()) and any(yours.values()):
        return True
    # of a long title one word in other words is a way of saying it
    return shared < _LONG * min(len(mine), len(yours))
