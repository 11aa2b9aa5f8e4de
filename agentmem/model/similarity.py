"""Near-duplicates: what says the same, what says nearly the same, and what only looks so.

Two measures. ``similarity`` is exact and looks at the texts. A sketch is 64 bytes made from one text
alone, which can be stored beside it, and finds the few of 10,000 that are worth the exact look.
"""

import re
import unicodedata
import zlib
from collections import Counter
from math import ceil

from agentmem.model.analysis import STOP_WORDS, terms
from agentmem.model.numberwords import in_digits
from agentmem.model.stemming import stem

SAME = 1.0
"""``similarity`` of texts equal but for case, punctuation and whitespace; no others reach it."""
ALIKE = 0.6
"""``similarity`` from which on two memories are near-duplicates.

Of the 378,015 pairs of a team's 870 work commits, 29 overlap by .6 or more, and the two of each are about one
piece of work; from .5 down come pairs that share only a pattern (``add tests for the ...``).
"""
SKETCH_ALIKE = 0.35
"""``sketch_similarity`` from which on the exact look is worth it.

On those pairs it finds all 47 that overlap by .5 or more, among 509; its standard error is .06.
"""
TOPIC_ALIKE = 0.4
"""``sketch_similarity`` of two topics from which on the exact look is worth it: titles are short, so it errs more."""
SKETCH_SIZE = 64
"""Bytes of a sketch."""

# a number with its unit and what stands around it; an identifier that has digits (x86) is a name
_NUMBER = re.compile(r"[(#v~<>=+-]*\d[\d.,:/-]*(?:[a-zµ]{1,2}|%|min|sec)?[),.;:]*").fullmatch

_TITLE_WEIGHT = 3
_NOT_SAME = 0.99
_APART = 0.5
_ONE_BODY = 0.9
_OTHER_NUMBER = 1.2
_SHORT, _FEW = 30, 4

# What punctuation says is not dropped: C and C++, == and !=, 1.5 and 15, -1 and 1.
_TOKENS = re.compile(r"(?<![\w)\]])[-+](?=\d)|\w+(?:[.,:]\d+)*(?:\+\+|#(?!\w))?|[<>=!]=|[<>]").findall
_TITLE_WORDS = re.compile(r"\w+(?:[-./:]+\w+)*(?:\+\+|#(?!\w))?|[<>=!]=|[<>]").findall
_NO = """
no not never without cannot none neither nor dont doesnt didnt isnt arent wasnt cant couldnt wont
wouldnt shouldnt mustnt hasnt havent nicht kein keine pas jamais sin nunca не нет никогда
"""
_NEGATIONS = frozenset(_NO.split())
_NEGATION_SIGNS = frozenset("不没沒未无無非")
_BEFORE_NAMES = frozenset(["for", "on", "in", "to", "from", "at", "of", "under", "via", "into"])
_NAMES = """
arm aarch64 arm64 x86 x64 amd64 i386 i686 riscv risc-v mips wasm linux windows macos darwin bsd ios android
web desktop mobile postgres postgresql mysql sqlite redis mongodb kafka chrome firefox safari python rust
go java node typescript javascript c c++ c# dev staging production prod test ci client server frontend
backend api ui worker read write get post put patch add remove delete insert start stop open close enable
disable first last min max minimum maximum left right before after input output request response upload
download encode decode signed unsigned load store push pull lock unlock allow deny true false on off up
down
"""
_SETS_APART = frozenset(_NAMES.split())


def normal(text: str) -> str:
    """``text`` as it is compared: words and signs that carry meaning, in small letters, one space
    between.
    """
    return " ".join(_TOKENS(unicodedata.normalize("NFKC", text).casefold()))


def same(title_a: str, body_a: str, title_b: str, body_b: str) -> bool:
    """Whether the two say the same: equal but for case, punctuation and whitespace."""
    return normal(title_a) == normal(title_b) and normal(body_a) == normal(body_b)


def similarity(title_a: str, body_a: str, title_b: str, body_b: str) -> float:
    """How much of what the two say is said by both, 0 to 1; below ``ALIKE`` when something ``sets_apart``
    them.
    """
    if same(title_a, body_a, title_b, body_b):
        return SAME
    value = min(overlap(title_a, body_a, title_b, body_b), _NOT_SAME)
    return min(value, _APART) if sets_apart(title_a, body_a, title_b, body_b) else value


def overlap(title_a: str, body_a: str, title_b: str, body_b: str) -> float:
    """The weighted Jaccard index of the terms, 0 to 1: a term of the title counts three times one of the
    body.
    """
    alone = not body_a.strip() or not body_b.strip()
    weights_a = weights(title_a, "" if alone else body_a)
    weights_b = weights(title_b, "" if alone else body_b)
    total = sum(weights_a.values()) + sum(weights_b.values())
    shared = sum([min(weight, weights_b.get(term, 0)) for term, weight in weights_a.items()])
    value = shared / (total - shared) if shared else 0.0
    return value if not alone or body_a.strip() == body_b.strip() else value * _ONE_BODY


def weights(title: str, body: str) -> dict[str, int]:
    """The terms of a memory, and what each counts in ``overlap``."""
    found = dict.fromkeys(terms(body), 1)
    found.update(dict.fromkeys(terms(title), _TITLE_WEIGHT))
    return found


def replaces(title_a: str, body_a: str, title_b: str, body_b: str) -> float:
    """How likely one of the two was written to replace the other, 0 to 1; from ``ALIKE`` on it is worth telling.

    Unlike ``similarity``, the same statement with another number or a negation counts, and more: it is the likeliest to
    replace. One about another component or platform does not.
    """
    if same(title_a, body_a, title_b, body_b):
        return SAME
    whole = overlap(title_a, body_a, title_b, body_b)
    about_a, about_b = _without_numbers(title_a), _without_numbers(title_b)
    if (
        whole < _ONE_BODY
        and sets_apart(about_a, "", about_b, "") in ("name", "number")
        and _differ_both_ways(about_a, about_b)
    ):
        return min(whole, _APART)
    topic = overlap(about_a, "", about_b, "") if len(about_a.split()) > 1 < len(about_b.split()) else 0.0
    numbers = sets_apart(title_a, "", title_b, "") == "number"
    return min(max(whole, topic * (_OTHER_NUMBER if numbers else _ONE_BODY)), _NOT_SAME)


def rivals(title_a: str, body_a: str, title_b: str, body_b: str) -> bool:
    """Whether the two say the same of the same thing but for a number or a denial, so that the newer one holds."""
    how = sets_apart(title_a, body_a, title_b, body_b)
    if how not in ("number", "negation"):
        return False
    if how == "number" and not other_numbers(f"{title_a} {body_a}", f"{title_b} {body_b}"):
        return False
    about_a, about_b = _without_numbers(title_a), _without_numbers(title_b)
    if sets_apart(about_a, "", about_b, "") in ("name", "number") and _differ_both_ways(about_a, about_b):
        return False
    return overlap(title_a, body_a, title_b, body_b) >= ALIKE


def same_order(one: str, other: str) -> bool:
    """Whether the terms that two texts share come in the same order in both, from whichever of them one begins: what stands first
    may stand last, but who exchanges subject and object says another thing.
    """
    first, second = (list(dict.fromkeys(terms(text))) for text in (one, other))
    mine, yours = (
        [t for t in some if t in others] for some, others in ((first, set(second)), (second, set(first)))
    )
    if not mine:
        return True
    start = yours.index(mine[0])
    return mine == yours[start:] + yours[:start]


def other_numbers(one: str, other: str) -> bool:
    """Whether each of two texts has a number that the other has not: who leaves one out does not say another."""
    first, second = (set(re.findall(r"\d+", in_digits(text))) for text in (one, other))
    return not (first <= second or second <= first)


def _differ_both_ways(title_a: str, title_b: str) -> bool:
    """Whether each title has a word that the other lacks: something in the place of another, and not merely more."""
    words_a, words_b = _title_words(title_a).keys(), _title_words(title_b).keys()
    return bool(words_a - words_b) and bool(words_b - words_a)


def topic_signature(title: str) -> bytes:
    """The sketch of what a title is about: its words without the numbers."""
    return signature(_without_numbers(title), "")


def _without_numbers(title: str) -> str:
    return " ".join(word for word in in_digits(title).split() if not _NUMBER(word))


def sets_apart(title_a: str, body_a: str, title_b: str, body_b: str) -> str | None:
    """What makes two look-alikes different statements: ``number``, ``negation``, ``name``; None when
    nothing does.

    A name is a platform, a component, an identifier, or what stands after a preposition, in the place of
    another.
    """
    words_a, words_b = _title_words(title_a), _title_words(title_b)
    only_a, only_b = words_a.keys() - words_b.keys(), words_b.keys() - words_a.keys()
    changed = only_a | only_b
    if any(map(_has_digit, changed)):
        return "number"
    if not changed.isdisjoint(_NEGATIONS) or not _NEGATION_SIGNS.isdisjoint(set(title_a) ^ set(title_b)):
        return "negation"
    if any(words_a.get(word) or words_b.get(word) for word in changed if word in _SETS_APART):
        return "name"
    replaced = only_a and only_b and max(len(only_a), len(only_b)) <= 3
    if replaced and any(words_a[word] for word in only_a) and any(words_b[word] for word in only_b):
        return "name"
    return _apart_in_body(body_a, body_b)


def signature(title: str, body: str) -> bytes:
    """The sketch of a memory: 64 bytes, made from these words alone, the same on every machine.

    One-permutation minwise hashing, a byte a bin (Li, Owen, Zhang, NIPS 2012; b-bit: Li and Koenig, WWW
    2010), empty bins filled from others in a fixed order (Shrivastava, ICML 2017). A term of the title is
    hashed three times.
    """
    bins = [-1] * SKETCH_SIZE
    for term, weight in weights(title, body).items():
        mixed = _hash(term)
        for _ in range(weight):
            place, value = mixed & 63, mixed >> 6
            if not 0 <= bins[place] <= value:
                bins[place] = value
            mixed = (mixed * 0x5851F42D4C957F2D + 0x14057B7EF767814F >> 3) & 0xFFFFFFFFFFFFFFFF
    full = [value & 0xFF for value in bins]
    if all(value < 0 for value in bins):
        return bytes(SKETCH_SIZE)
    for place, value in enumerate(bins):
        at, step = place, 0
        while bins[at] < 0:
            step += 1
            at = (place * 0x9E3779B1 + step * step * 0x85EBCA6B >> 8) & 63
        full[place] = bins[at] & 0xFF if value < 0 else full[place]
    return bytes(full)


def sketch_similarity(a: bytes, b: bytes) -> float:
    """The ``overlap`` that two sketches tell of, 0 to 1, with a standard error of .06 at .5."""
    return sketch_numbers_similarity(int.from_bytes(a), int.from_bytes(b))


def sketch_numbers_similarity(a: int, b: int) -> float:
    """The same of two sketches read as big-endian numbers, where each is compared with many."""
    return _share(SKETCH_SIZE - _unequal(a ^ b))


def nearest(sketch: bytes, sketches: bytes, at_least: float) -> list[tuple[int, float]]:
    """Place and similarity of those of ``sketches`` (one after the other, ``SKETCH_SIZE`` bytes each) that are ``at_least`` as
    similar to ``sketch``, the most similar first.

    Byte by byte of the sketch over all at once: equal bytes become ones, and the ones are added as digits of one large number
    (64 at most, so that no digit overflows). 10,000 take 2 ms, one by one 4.
    """
    total = 0
    for place, value in enumerate(sketch):
        ones = bytearray(256)
        ones[value] = 1
        total += int.from_bytes(sketches[place::SKETCH_SIZE].translate(ones))
    equal = total.to_bytes(len(sketches) // SKETCH_SIZE)
    least = ceil(SKETCH_SIZE * (max(at_least, 0.0) * 255 + 1) / 256 - 1e-9)
    found = [(number, _share(count)) for number, count in enumerate(equal) if count >= least]
    if at_least <= 0:
        found = [(number, _share(count)) for number, count in enumerate(equal)]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


_LOW = int.from_bytes(b"\x7f" * SKETCH_SIZE)
_HIGH = int.from_bytes(b"\x80" * SKETCH_SIZE)


def _unequal(differing: int) -> int:
    """How many bytes of ``differing`` are not zero."""
    return (((differing & _LOW) + _LOW | differing) & _HIGH).bit_count()


def _share(equal: int) -> float:
    """Equal bins, less those that are equal by chance, one of 256."""
    return max(0.0, (equal / SKETCH_SIZE - 1 / 256) * 256 / 255)


_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 48) - 1


class _Hashes(dict[str, int]):
    def __missing__(self, term: str) -> int:
        if len(self) >= 65_536:
            self.clear()
        # a checksum spread over 64 bits by Fibonacci hashing (Knuth 6.4): hashlib would load OpenSSL, 2 ms
        value = self[term] = zlib.crc32(term.encode("utf-8", "surrogatepass")) * _GOLDEN >> 8 & _MASK
        return value


_hash = _Hashes().__getitem__


def _title_words(title: str) -> dict[str, bool]:
    """The words of a title as they are compared, and whether each may be a name."""
    found: dict[str, bool] = {}
    before = ""
    plain = in_digits(unicodedata.normalize("NFKC", title).replace("'", "").replace("’", ""))
    for word in _TITLE_WORDS(plain):
        low = word.casefold()
        if low not in STOP_WORDS or low in _NEGATIONS or low in _SETS_APART:
            key = (
                stem(low) if low.isascii() and low.isalpha() and low not in _NEGATIONS | _SETS_APART else low
            )
            named = (
                low in _SETS_APART or before in _BEFORE_NAMES or not word.isalpha() or not word[1:].islower()
            )
            found[key] = found.get(key, False) or named
        before = low
    return found


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def _apart_in_body(body_a: str, body_b: str) -> str | None:
    """In a short body one number or one negation is the message, too; and in a long one, where hardly anything else differs."""
    words_a, words_b = (Counter(normal(in_digits(body)).split()) for body in (body_a, body_b))
    if not words_a or not words_b:
        return None
    only_a, only_b = (words_a - words_b).keys(), (words_b - words_a).keys()
    changed = only_a | only_b
    if max(len(words_a), len(words_b)) > _SHORT and len(changed) > _FEW:
        return None
    if any(map(_has_digit, changed)):
        return "number"
    if not changed.isdisjoint(_NEGATIONS):
        return "negation"
    return "name" if not (only_a.isdisjoint(_SETS_APART) or only_b.isdisjoint(_SETS_APART)) else None
