"""What a question says of whose notes it wants, and of which kind: "decisions about alerts", "what did sec-1 do".

No note repeats its own kind or author in its text, so that such a word finds nothing and is missed in every answer: it counts
as if those that are of the kind, or by the author, had it.
"""

import re

from agentmem.model import analysis

_FLAGS = re.IGNORECASE | re.ASCII
_COUNT = r"(?: (?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|few))?"
_ONE_OF = rf"(?:(?:newest|latest|last|recent|oldest|earliest|first){_COUNT}|which|what|any|every|each)"
_KIND = re.compile(
    rf"\b(?:{_ONE_OF} (decision|convention|procedure|reflection|fact)s?|(decision|convention|procedure|reflection|fact)s"
    r"|(dead[ -]?end)s?|(decide)d?|(decision|convention|procedure|reflection|fact)(?= (?:on|about|regarding|concerning)\b))\b",
    _FLAGS,
)
_LAST = re.compile(r"^\W*+(?:\S++\s++){1,2}(decision|convention|procedure|reflection|fact)\W*$", _FLAGS)
"""Of two or three words the last, "rollback decision"; in a longer question it may be any word. Runs give nothing back: of signs
alone, each end of the first would be tried with each of the next.
"""
_ALONE = re.compile(
    rf"\b(?:(?:newest|latest|last|oldest|earliest|first|open|current){_COUNT} "
    r"(?:(task|plan|entit(?:y|ie))s?|(log)s?(?: entr(?:y|ies))?|(entr)(?:y|ies))"
    r"|(task|plan|entitie)s|(log) entr(?:y|ies))\b",
    _FLAGS,
)
"""Kinds whose names are words of every day: they are meant only where nothing else is asked."""
_ASIDE = frozenset(
    analysis.terms(
        "newest latest last most recent oldest earliest new open which what any every each first show list know known there take"
    )
)
"""What stands beside a kind and asks for nothing more."""
NOTHING_MORE = frozenset(
    analysis.terms(
        "change happen new news done do update work learn learned add added write wrote written note make made"
    )
)
"""Terms that ask for nothing in particular beside a span of time: what changed last week, what was done yesterday."""
_LOGS = re.compile(r"\blogs\b", _FLAGS)
"""Beside a span of time entries are meant; else it may be what a program writes."""
_BY = re.compile(r"\b(?:by|did|has|does|from) ([\w.@-]*\w)", re.IGNORECASE)
_MADE_UP = re.compile(r"(?<![\w/.@-])\w+(?:[-@.]\w+)+(?![\w/])")


def kinds(text: str, spanned: bool = False) -> tuple[dict[str, frozenset[str]], bool]:
    """The kinds that ``text`` asks for, each with the terms that say so; and whether it asks for nothing else, also
    where it is ``spanned``: beside a span of time.
    """
    found: dict[str, frozenset[str]] = {}
    rest = text
    last = _LAST.match(text)
    if last:
        found[last[1].lower()] = frozenset(analysis.terms(last[1]))
    for match in _KIND.finditer(text):
        word = next(filter(None, match.groups())).lower()
        kind = "deadend" if word.startswith("dead") else "decision" if word == "decide" else word
        found[kind] = found.get(kind, frozenset()) | _said(match)
        rest = rest.replace(match[0], " ")
    if spanned:
        rest = _LOGS.sub("log entries", rest)
    for match in _ALONE.finditer(rest):
        word = next(filter(None, match.groups())).lower()
        found[{"entitie": "entity", "entr": "log"}.get(word, word)] = frozenset()
        rest = rest.replace(match[0], " ")
    aside = _ASIDE | NOTHING_MORE if spanned else _ASIDE
    alone = bool(found) and aside.issuperset(analysis.terms(rest))
    return (found if alone else {kind: terms for kind, terms in found.items() if terms}), alone


def _said(match: re.Match[str]) -> frozenset[str]:
    words = match[0].split(" ")
    return frozenset(analysis.terms(" ".join(words[-1:] if match[1] else words)))


def people(text: str) -> tuple[str, ...]:
    """The words of ``text`` that may be an author: a name with a hyphen or an @ anywhere, others where somebody is expected."""
    return tuple(dict.fromkeys([*_MADE_UP.findall(text), *_BY.findall(text)]))
