"""What a question asks for: words, exact phrases, ``field:value`` filters, ids, paths, a span of time."""

import re
from collections.abc import Callable
from typing import NamedTuple

from agentmem.model import analysis, ids, times

FILTERS = ("kind", "tag", "entity", "by", "role", "status", "file", "since", "until")
"""The fields that may stand as ``field:value`` in a question, the same as the options of that name."""

_FIELD = re.compile(rf"(?<!\S)({'|'.join(FILTERS)}):(\"[^\"]+\"|[^\s\"]+)", re.IGNORECASE | re.ASCII)
_PHRASE = re.compile(r'"([^"\n]{2,200})"')
_PATH = re.compile(r"(?<![\w/.])(?:[\w.@+-]+/)+[\w.@+-]*\w|(?<![\w/.])[\w-]+\.[A-Za-z]{1,5}(?![\w/.])")
_SPANS = (
    (re.compile(r"\b(\d{1,4}) (minute|hour|day|week|month)s? ago\b", re.IGNORECASE | re.ASCII), None),
    (re.compile(r"\byesterday\b", re.IGNORECASE | re.ASCII), 2),
    (re.compile(r"\b(?:today|this morning)\b", re.IGNORECASE | re.ASCII), 1),
    (re.compile(r"\b(?:this|last|past) week\b", re.IGNORECASE | re.ASCII), 10),
    (re.compile(r"\b(?:this|last|past) month\b", re.IGNORECASE | re.ASCII), 45),
    (re.compile(r"\b(?:recent(?:ly)?|lately|latest|newest)\b", re.IGNORECASE | re.ASCII), 7),
)


class Query(NamedTuple):
    """A question, understood.

    ``exact``: it is quoted phrases and nothing else, so they must all stand as they are. ``terms`` has each analysed term and
    how often it stands; ``after`` is a moment in seconds UTC that its time words point behind, None where it has none.
    """

    text: str
    terms: dict[str, int]
    phrases: tuple[str, ...] = ()
    exact: bool = False
    ids: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    after: int | None = None


def parse(text: str, now: int, accepts: Callable[[str, str], bool] = lambda field, value: True) -> Query:
    """Understand the question ``text`` asked at ``now``; never fails: what is no filter, id or path is words.

    ``accepts(field, value)`` says whether a ``field:value`` can be one here: ``status:error`` in a note is two words.
    """
    # lone surrogates, which JSON can name, can be looked up nowhere
    text = text.encode("utf-8", "replace").decode("utf-8")
    filters: list[tuple[str, str]] = []

    def take(match: re.Match[str]) -> str:
        field, value = match[1].lower(), match[2].strip('"')
        if not accepts(field, value):
            return match[0]
        filters.append((field, value))
        return " "

    rest = _FIELD.sub(take, text)
    words = re.findall(r"[^\s,;()\[\]{}\"'`]+", rest)
    terms: dict[str, int] = {}
    for term in analysis.terms(rest):
        terms[term] = terms.get(term, 0) + 1
    phrases = tuple(phrase.strip() for phrase in _PHRASE.findall(rest) if phrase.strip())
    return Query(
        text=text,
        terms=terms,
        exact=bool(phrases) and not _PHRASE.sub(" ", rest).strip(),
        phrases=phrases,
        ids=tuple(
            word
            for word in (word.strip(".:!?") for word in words)
            if len(word) >= ids.SHORT and ids.is_prefix(word)
        ),
        paths=tuple(dict.fromkeys(_PATH.findall(rest))),
        names=tuple(dict.fromkeys(_names(words))),
        filters=tuple(filters),
        after=_after(rest, now),
    )


def _names(words: list[str]) -> list[str]:
    """Runs of one to three words, case folded: what may be the name of an entity, an alias or a tag."""
    plain = [word.casefold().strip(".:!?") for word in words][:64]
    return [" ".join(plain[i : i + n]) for n in (3, 2, 1) for i in range(len(plain) - n + 1)]


def _after(text: str, now: int) -> int | None:
    for pattern, days in _SPANS:
        if match := pattern.search(text):
            return times.parse_when(match[0], now) - 86400 if days is None else now - days * 86400
    return None
