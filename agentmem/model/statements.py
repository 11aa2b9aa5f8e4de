"""A title read as a statement: what it is about, the values it gives, whether it denies.

Words that only frame a statement (be, have, each, the default) are left out, and words for one thing have one key: "gives up
after three tries" and "retries five times" are both about attempts.
"""

import re
import unicodedata
from math import inf
from typing import NamedTuple

from agentmem.model import quantities
from agentmem.model.quantities import Quantity, words_of
from agentmem.model.stemming import stem


class Word(NamedTuple):
    """One word: ``key`` is what it is compared by, ``text`` how it is written; ``article`` and ``be`` say what stood before."""

    key: str
    text: str
    article: bool
    be: bool


class Statement(NamedTuple):
    """What a title says. ``words`` are all but articles and modal verbs; ``subject`` the keys that say what it is about, in
    their order, with the numbers that name their noun (Phase 3); ``slots`` what is measured (length, attempts) and how a time
    is meant (@every, @after). ``conditional`` is whether it begins with a condition or denies within one.
    """

    words: tuple[Word, ...]
    subject: tuple[str, ...]
    slots: frozenset[str]
    quantities: tuple[Quantity, ...]
    denies: bool
    conditional: bool


_PERIODS = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month"}
_ADVERB = re.compile(r"(?<=\w )(hourly|daily|weekly|monthly)$", re.IGNORECASE).sub
_LONGEST = 400  # characters of a title that are read

_PHRASES = tuple(
    (re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE).sub, to)
    for pattern, to in (
        (r"not only", ""),
        (r"use(?= (?:is|are))", "usage"),
        (r"tim(?:e|es|ed|ing) out|time-outs?", "timeout"),
        (r"(?:give|gives|gave|giving) up", ""),
        (r"shuts? down|shutting down", "shutdown"),
        (r"(?:must|may|should|shall) (?:not|never) (?=\s*#)", ""),
        (r"un(supported|used|safe|available|ordered|cached|encrypted|authenticated)", r"not \1"),
        (r"(?:forbidden|disallowed|prohibited|refused|verboten)", "not"),
        (r"can(?:no|['’])t", "can not"),
        (r"by default|unless (?:otherwise \w+|\w+ otherwise)", ""),
        (r"(?:allowed|permitted|erlaubt)", ""),
        (r"in (?:full|general|practice|fact)", ""),
    )
)
_DENIAL = re.compile("(?<=[a-z])n['’]t\\b", re.IGNORECASE).sub
_CJK_DENIAL = re.compile("[不没沒未无無非]")
_NEGATIONS = words_of("not no never without nicht kein keine keinen nie pas jamais nunca не нет никогда")
_ARTICLES = words_of(
    "a an the der die das den dem des ein eine einen einem einer le la les un une el los las una"
)
_BE = words_of("be is are am being been isn aren ist sind wird werden est sont es son")
_MODALS = words_of(
    "must shall should will wo would can could may might do does don doesn always now currently today"
)
_FRAME = words_of("""
have has having hold holds contain get gets make makes go goes come comes do done use uses using used
each every all any per its their our own one this that it they we you most up out
at in on of for to by with from as via over through into onto than after before under below above within until and or
default defaults current usually via either both about only-if utc time times
nach vor im in auf mit von zu ab pro bei dans sur avec après par en con
""") - {"before", "until", "and", "or"}
_SLOTS = {
    key: slot
    for slot, keys in (
        ("length", "length long charact"),
        ("width", "width wide"),
        ("height", "height high"),
        ("size", "size big larg capac"),
        ("number", "number count amount"),
        ("attempt", "attempt try tri retri time"),
        ("lifetime", "expir lifetim ttl retent live valid keep kept"),
        ("period", "durat period interv"),
        ("limit", "limit cap budget quota maximum max exceed restrict"),
        ("least", "minimum min least"),
        ("speed", "speed rate frequenc clock freq"),
        ("version", "version"),
        ("level", "level threshold"),
        ("start", "start begin"),
        ("@take", "take took last"),
    )
    for key in keys.split()
}
_SAME = {
    key: same
    for same, keys in (
        (
            "keep",
            "keep kept store stored live lives hold save saved persist persisted reside sit put liegen",
        ),
        ("support", "support handl accept"),
        ("run", "run ran execut"),
        ("send", "send sent deliv"),
        ("call", "call invok hit"),
        ("config", "config configur configuration"),
        ("document", "doc docs document"),
        ("depend", "depend dependenc"),
        ("environ", "env environ"),
        ("database", "db databas"),
        ("admin", "admin administr"),
        ("parallel", "parallel concurr"),
        ("return", "return respond answer"),
        ("repository", "repo repositori"),
        ("app", "app applic"),
        ("message", "msg messag"),
        ("delete", "delet remov drop"),
        ("mail", "mail email e-mail"),
        ("write", "write written wrote"),
        ("uart", "rx receiv"),
    )
    for key in keys.split()
}
_FRAME_STEMS = words_of("have hold us get make go come contain allow run set stay lie serv bleib")

_LABELS = words_of("""
phase step stage case class part section chapter issu bug ticket test problem sprint mileston round iter task item figur
tabl line row column level rank type rule point option variant layer tier migrat act scene wave
""")
_ROLES = frozenset(["every", "after", "for", "within", "before"])
_OPENINGS = words_of("in on at for with without during under by as to from after before bei im mit ohne für")
_CONDITIONS = words_of("if when whenever while unless where once wenn falls sobald si quand cuando")
_NUMBERED = re.compile(r"^\s*(?:[-*•]\s+|#+\s+|\(?\d{1,3}[.)]\s+|//+\s*)+")
_CODE = re.compile(r">>>|://|<!--|[{}]|[=!<>]=|=>|::(?!\w)|\s=\s|;\s*$|\)\.\w+\(|\[[^\]]*,").search
_MEASURED = re.compile(
    r"\b(?:results?:|(?:test|net|bench\w*) results?|pass(?:ed|ing)|pass rate"
    r"|regressions?|tests? (?:pass|fail)\w*|\d+ failures?)\b",
    re.IGNORECASE,
).search
_WORDS = re.compile(r"#|--?\w[\w-]*|/?\w+(?:(?:::|->|[-./_:@%])\w+)*(?:\+\+|#(?!\w))?(?:\(\))?").findall
_QUOTED = re.compile(r"(?<!\w)(?:\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|'[^']{3,}'(?!\w))")
_ASIDE = re.compile(r"\([^)]*\)|\[\d+\]_?|(?:\be\.g\.|\bsuch as\b|\bfor example\b|\bz\. ?B\.).*", re.I)
_TAIL = re.compile(
    r"\s*(?:;|(?<!\d),(?!\s*\d)|\s[—–-]\s|\bbecause\b|\bsince (?!v?\d)|\bso that\b|\bwhich\b|\bthat way\b|\bweil\b"
    r"|\band (?:is|are|then|was|the|it)\b|\bbefore (?:it|they)\b).*",
    re.DOTALL,
)
_HISTORY = re.compile(
    r"\b(?:until|formerly|previously|originally|no longer|any ?more|instead of|in place of|rather than"
    r"|used to be|not yet|was|were|had"
    r"|since v?\d\S*|replac\w+|supersed\w+|migrat(?:e|es|ed|ing) (?:from|to|off|away)"
    r"|switch(?:ed|es|ing)? (?:from|to)|moved? (?:from|to)"
    r"|(?:rais|lower|increas|decreas|reduc|bump|chang|renam)\w* (?:\w+ ){0,3}(?:from|to)"
    r"|bis zur?|nicht mehr|früher|vorher|statt|avant|antes)\b"
    r"|\b(?:up|down)grad\w* (?:\w+ )?to\b|\bfrom \S+(?: \w+)? to \S+|->|→",
    re.IGNORECASE,
).search


def about(statement: Statement) -> str:
    """What ``statement`` is about, in its own words."""
    words = [word for word in statement.words if word.key != "#"]
    while len(words) > 1 and words[-1].text.casefold() in _FRAME:
        words.pop()
    return " ".join(word.text for word in words)


def tells_history(text: str) -> bool:
    """Whether ``text`` is true beside its contrary: what was, what replaces what, what a run measured; or is code."""
    text = text[:_LONGEST]
    return bool(_HISTORY(text) or _MEASURED(text) or _CODE(text))


def parse(text: str) -> Statement:
    """The statement that ``text`` (a title) makes, its quotes, asides and subordinate tail left out."""
    text = unicodedata.normalize("NFKC", text[:_LONGEST])
    text = _ASIDE.sub("", _QUOTED.sub("", _NUMBERED.sub("", text))).replace("`", "").replace("*", "")
    text = _ADVERB(lambda match: f"every 1 {_PERIODS[match[1].casefold()]}", text)
    opening = text.split(maxsplit=1)[0].casefold() if text.strip() else ""
    conditional = opening in _CONDITIONS
    head = text if conditional or opening in _OPENINGS else _TAIL.sub("", text, count=1)
    text = head if len(head.split()) >= 3 else text
    found, rest = quantities.find(text)
    denies = len(_CJK_DENIAL.findall(rest)) % 2 == 1
    for substitute, to in _PHRASES:
        rest = substitute(to, rest)
    rest = _DENIAL(" not", rest)
    words: list[Word] = []
    subject: list[str] = []
    slots: set[str] = set()
    article = be = False
    number = 0
    labels: list[Quantity] = []
    places = [match.end() for match in re.finditer("#", rest)]

    def hyphened(number: int) -> bool:  # 2-D, 16-bit: a kind of thing
        return (
            found[number].dimension == "count" and rest[places[number] :].lstrip()[:1] == "-"
            if number < len(places)
            else False
        )

    for written in _WORDS(rest):
        low = written.casefold()
        if written == "#":
            if number >= len(found):
                continue
            if _names_its_noun(words, found[number], article or be) or hyphened(number):
                subject.append(f"#{found[number].text}")
                words.append(Word(subject[-1], found[number].text, False, False))
                labels.append(found[number])
            else:
                if words and words[-1].text.casefold() in _ROLES and found[number].dimension == "time":
                    slots.add(f"@{words[-1].text.casefold()}")
                words.append(Word("#", found[number].text, article, be))
            number += 1
        elif low in _ARTICLES:
            article = True
            continue
        elif low in _BE:
            be = True
            continue
        elif low in _NEGATIONS:
            denies = not denies
            conditional = conditional or any(word.key in _CONDITIONS for word in words)
            continue
        elif low in _MODALS:
            continue
        else:
            words.append(Word(_key(written)[0], written, article, be))
            for piece in _pieces(written):
                key, slot = _key(piece)
                if slot:
                    slots.add(slot)
                elif piece.casefold() not in _FRAME and key not in _FRAME_STEMS:
                    subject.append(key)
        article = be = False
    if not any(quantity.dimension == "time" for quantity in found):
        slots.discard("lifetime")  # where a thing is kept, not for how long
    kept = tuple(
        _limited(quantity, slots) for quantity in found if not any(quantity is label for label in labels)
    )
    return Statement(tuple(words), tuple(subject), frozenset(slots), kept, denies, conditional)


def _limited(quantity: Quantity, slots: set[str]) -> Quantity:
    """What is said to be a limit is a bound, as much as "at most" is."""
    if quantity.low != quantity.high or quantity.items:
        return quantity
    if "limit" in slots:
        return quantity._replace(low=-inf)
    return quantity._replace(high=inf) if "least" in slots else quantity


def _names_its_noun(words: list[Word], quantity: Quantity, apart: bool) -> bool:
    """Whether a number is the name of what it stands behind: Phase 3, In step 2; at the start any: Port 8080."""
    if apart or quantity.dimension != "count" or not words or quantity.low != quantity.high:
        return False
    before = words[-1]
    if before.key in _LABELS or (before.text.isupper() and len(before.text) > 2):  # case 3, PEP 517
        return True
    own = [word for word in words if word.key not in _FRAME]
    return len(own) == 1 and own[0] is before and (len(words) > 1 or before.text[:1].isupper())


def _pieces(written: str) -> list[str]:
    """Parts of a hyphenated word of plain words (force-push); a name stays whole."""
    if "-" in written.strip("-") and not written.startswith("-"):
        return [part for part in written.split("-") if part]
    return [written]


def _key(written: str) -> tuple[str, str | None]:
    """What ``written`` is compared by, and the slot it names, if it does."""
    low = written.casefold()
    if written[-1:] == "s" and written[:-1].isupper():  # JWTs
        return low[:-1], None
    if not (low.isascii() and low.isalpha()) or (
        written[1:] != written[1:].lower() and not written.isupper()
    ):
        return low, None
    root = stem(low)
    same = _SAME.get(root, _SAME.get(low, root))
    slot = _SLOTS.get(root) or _SLOTS.get(low) or _SLOTS.get(same)
    return same, slot
