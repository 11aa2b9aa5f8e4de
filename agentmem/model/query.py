"""What a question asks for: words, exact phrases, ``field:value`` filters, ids, paths, a span of time."""

import re
from collections.abc import Callable, Container, Mapping
from types import MappingProxyType
from typing import NamedTuple

from agentmem.model import analysis, asking, bylines, ids
from agentmem.model.folding import folded

FILTERS = ("kind", "tag", "entity", "by", "role", "status", "file", "since", "until")
"""The fields that may stand as ``field:value`` in a question, the same as the options of that name."""

_FIELD = re.compile(rf"(?<!\S)({'|'.join(FILTERS)}):(\"[^\"]+\"|[^\s\"]+)", re.IGNORECASE | re.ASCII)
_LIKE_A_FIELD = re.compile(r"(?<!\S)([A-Za-z]{2,10}):(\"[^\"]+\"|[^\s\":/\\][^\s\":\\]*)(?!\S)", re.ASCII)
_PHRASE = re.compile(r'"([^"\n]{2,200})"')
_PATH = re.compile(r"(?<![\w/.])(?:[\w.@+-]+/)+[\w.@+-]*\w|(?<![\w/.])[\w-]+\.[A-Za-z]{1,5}(?![\w/.])")
_SPLIT = re.compile(r"[^\s,;()\[\]{}\"'`]+").findall
_DATED = re.compile(
    r"\b(?:ago|yesterday|today|this|last|past|recent(?:ly)?|lately|latest|newest|oldest|earliest|before|until|after|since|between|on|around|at|in"
    r"|during|within|throughout|when|(?:start|beginning) of|from (?=\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w+)\b",
    re.IGNORECASE | re.ASCII,
).search
"""Without one of these no time is named, and what reads them is not loaded: 2 ms."""
_HOW_MANY = re.compile(
    r"\b(how) (?:many|much|long|often|big|large|small|fast|slow|far|old|high|deep|late|soon)\b",
    re.IGNORECASE | re.ASCII,
)
"""What asks for a number says nothing of what is counted."""
_NEWEST = re.compile(
    r"\b(?:recent(?:ly)?|lately|latest|newest|oldest|earliest)\b", re.IGNORECASE | re.ASCII
).search
_FIRST = re.compile(r"\bfirst\b", re.IGNORECASE | re.ASCII).search
_WHO = r"(?:i|we|you|they|one|somebody|someone)"
_FRAME = re.compile(
    # what should I know before I change this: what is changed stands elsewhere
    rf"\b(?:what|anything|something|everything|all)(?: else)?(?: that)?(?: (?:do|should|shall|must|ought to|would))? {_WHO}"
    r"(?: (?:should|must|ought to|need to|have to|want to|already|still))* (?:know|be aware of|keep in mind|watch out for)\b"
    rf"|\b(?:before|when|while|if) {_WHO} [a-z]+ (?:this|it|that|these|them|here)(?=\W*$)"
    r"|\b(?:should|shall|might|ought to|still|(?:may|must) (?:i|we|you|they|one)"
    r"|(?:do|does|did) (?:we|i|you|they) (?:still )?(?:need|have|want) to)\b",
    re.IGNORECASE | re.ASCII,
)
"""What only makes a question of what is asked: should we …, do we still need to …."""
_ASIDE = re.compile(r"(?<!\S)\((?:[^()]|\([^()]*\))*\)")
"""What stands in brackets of its own, unlike those of a call: it explains what was said before it."""
_DIGITS = "0123456789"


class Word(NamedTuple):
    """One word of a question: the terms of its parts, and where it is a name of several, those of its whole; ``aside``: it stands
    in brackets alone.
    """

    parts: tuple[str, ...]
    wholes: tuple[str, ...] = ()
    aside: bool = False

    @property
    def is_run_together(self) -> bool:
        """Whether it is several words written as one, SwiftUI: of a hyphen or a slash each part is a word as well."""
        return len(self.parts) > 1 and all(whole.isalnum() for whole in self.wholes)

    def is_in(self, held: Container[str]) -> bool:
        """Whether a text whose terms are ``held`` has it: whole, or all of its parts."""
        return any(term in held for term in self.wholes) or all(term in held for term in self.parts)


class Query(NamedTuple):
    """A question, understood.

    ``exact``: it is quoted phrases and nothing else, so they must all stand as they are. ``terms`` has each analysed term and
    how often it stands, time words left out; ``after`` and ``before`` are the span that these point at, seconds UTC, None where
    it is open, which they name where ``exact_span``; ``asks_when``: the question is when something was; ``oldest``: of the span
    the oldest are meant. ``plain`` is the text that ``terms`` are from. ``kinds`` are the kinds that it asks for beside other
    words, with the terms that say so; ``people`` may be authors; ``answer`` is the kind of answer that it wants (``asking``).
    ``unread`` has what looks like ``field:value`` and is words.
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
    before: int | None = None
    asks_when: bool = False
    oldest: bool = False
    plain: str = ""
    kinds: Mapping[str, frozenset[str]] = MappingProxyType({})
    people: tuple[str, ...] = ()
    exact_span: bool = False
    answer: str = ""
    unread: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> list[Word]:
        """Its words, each once, time words left out."""
        chunks = analysis.chunks(self.plain)
        said = (
            {chunk for chunk, _ in analysis.chunks(_ASIDE.sub(" ", self.plain))} if "(" in self.plain else ()
        )
        return [
            word_of(chunk, terms)._replace(aside=bool(said) and chunk not in said) for chunk, terms in chunks
        ]

    def reading(self, words: Mapping[str, str]) -> "Query":
        """The same question with ``words`` read as others."""
        plain = self.plain
        for word, other in words.items():
            plain = re.sub(rf"\b{re.escape(word)}\b", other, plain)
        names = dict.fromkeys((*self.names, *_names(_SPLIT(plain))))
        return self._replace(terms=_terms(plain), plain=plain, names=tuple(names))

    def terms_of(self, name: str) -> frozenset[str]:
        """The terms that ``name``, one of its names, has as it is spelt there: a symbol's parts are told by its capitals."""
        forms = name, *_other_number(name)
        spelt = (run for run in _runs(_SPLIT(self.plain)) if folded(run) in forms)
        return frozenset(term for run in spelt for term in analysis.terms(run)) & self.terms.keys()

    @property
    def either(self) -> list[str]:
        """Its names, and each as one of what it names several of, or several: customers are the alias "customer"."""
        return list(dict.fromkeys(form for name in self.names for form in (name, *_other_number(name))))

    @property
    def dated(self) -> bool:
        """Whether it has time words."""
        return self.asks_when or self.spanned

    @property
    def spanned(self) -> bool:
        """Whether its time words point at a span."""
        return self.after is not None or self.before is not None

    def spans(self, moment: int) -> bool:
        """Whether ``moment`` (seconds UTC) is in the span that its time words name; without one any is."""
        return (self.after is None or moment >= self.after) and (self.before is None or moment < self.before)


def word_of(chunk: str, terms: tuple[str, ...]) -> Word:
    """The word that ``chunk`` is: of a name with a number, ``arm64``, the name without it is a second best and no second part."""
    if len(terms) == 1:
        return Word(terms)
    parts = tuple(dict.fromkeys(analysis.terms(" ".join(analysis.symbol_parts(chunk)))))
    wholes = tuple(term for term in terms if term not in parts)
    bases = {part: part.rstrip(_DIGITS) for part in parts if part[-1:] in _DIGITS}
    known = [part for part in parts if part not in bases.values()]
    if len(parts) == 2 and len(known) == 1 and not wholes:
        return Word((bases[known[0]],), tuple(known))
    return Word(tuple(known), wholes)


def _terms(text: str) -> dict[str, int]:
    terms: dict[str, int] = {}
    for term in analysis.terms(text):
        terms[term] = terms.get(term, 0) + 1
    return terms


def parse(
    text: str,
    now: int,
    accepts: Callable[[str, str], bool] = lambda field, value: True,
    moment: Callable[[str], int | None] = lambda name: None,
    names_kinds: bool = True,
) -> Query:
    """Understand the question ``text`` asked at ``now``; never fails: what is no filter, id or path is words.

    ``accepts(field, value)`` says whether a ``field:value`` can be one here: ``status:error`` in a note is two words;
    ``moment(name)`` gives the time of a tag or commit, None where it is none. Not ``names_kinds``: the kinds are chosen already,
    and their names are words.
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
    words = _SPLIT(rest)
    phrases = tuple(phrase.strip() for phrase in _PHRASE.findall(rest) if phrase.strip())
    exact = bool(phrases) and not _PHRASE.sub(" ", rest).strip()
    span = None
    if not exact and _DATED(rest):
        from agentmem.model import timewords

        span = timewords.read(rest, now, moment)
    left = span.rest if span else rest
    if not exact:
        left = _FRAME.sub(" ", _HOW_MANY.sub(r"\1", left))
    terms = _terms(left)
    # a time word that says which of a kind is meant
    said = _FRAME.sub(" ", rest) if _NEWEST(rest) and not _NEWEST(left) else left
    spanned = span is not None and (span.after is not None or span.before is not None)
    kinds, alone = ({}, False) if exact or not names_kinds else bylines.kinds(said, spanned)
    alone = alone and all(accepts("kind", kind) for kind in kinds)
    if alone:
        filters += (("kind", kind) for kind in kinds)
    if alone or (spanned and terms.keys() <= bylines.NOTHING_MORE):
        terms, kinds = {}, {}
    return Query(
        text=text,
        terms=terms,
        exact=exact,
        phrases=phrases,
        ids=tuple(
            word
            for word in (word.strip(".:!?") for word in words)
            if len(word) >= ids.SHORT and ids.is_prefix(word)
        ),
        paths=tuple(dict.fromkeys(_PATH.findall(rest))),
        names=tuple(dict.fromkeys(_names(_SPLIT(span.rest) if span else words))),
        filters=tuple(filters),
        after=span.after if span else None,
        before=span.before if span else None,
        exact_span=span.exact if span else False,
        asks_when=span.asks_when if span else False,
        oldest=(span is not None and span.oldest) or (alone and _FIRST(left) is not None),
        plain=left if terms else "",
        kinds=kinds,
        people=() if exact else bylines.people(left),
        answer="" if exact else asking.wanted(rest),
        unread=tuple((field.lower(), value.strip('"')) for field, value in _LIKE_A_FIELD.findall(rest)),
    )


def _other_number(name: str) -> tuple[str, ...]:
    """``name`` as one of what it names several of, or as several; as it is made regularly, of what is no abbreviation."""
    if len(name) < 4 or name.endswith("ss"):
        return ()
    return (name[:-1],) if name.endswith("s") else (f"{name}s",)


def _names(words: list[str]) -> list[str]:
    """Runs of one to three words, case folded: what may be the name of an entity, an alias or a tag."""
    return [folded(run) for run in _runs(words)]


def _runs(words: list[str]) -> list[str]:
    plain = [word.strip(".:!?") for word in words][:64]
    return [" ".join(plain[i : i + n]) for n in (3, 2, 1) for i in range(len(plain) - n + 1)]
