"""How many tokens a text costs: an estimate of the o200k count that needs no vocabulary file.

The text is cut as o200k's pre-tokeniser cuts it; each piece has an expected cost, which is kept, as pieces
repeat. The cost of a word comes from its length, its case and its pairs of letters: least squares with a
floor of 1, over 58,000 pieces of code, prose and random letters; ``benchmarks/token_estimate.py`` measures
what it is worth. Errors lean to too many: a budget that is overrun is worse than one that is not filled.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from functools import cache

# o200k's own pattern, for ASCII; what is not ASCII is taken in runs and cut in _foreign. The classes
# name what they hold and not what they leave out, as a class that reaches past U+00FF takes 2 ms to
# compile.
_SIGNS = r"!-/:-@\[-`{-\x7f\x00-\x08\x0e-\x1b"
_PIECES = re.compile(
    rf"[{_SIGNS} \t\x0b\x0c]?(?:[A-Z]*[a-z]+|[A-Z]+)(?:'(?:s|t|re|ve|m|ll|d)\b)?|[0-9]{{1,3}}"
    rf"| ?[{_SIGNS}]+[\r\n/]*| ?[^\x00-\x7f]+|\s*[\r\n]+|\s+(?!\S)|\s"
).findall
_WORD = re.compile("([^A-Za-z]?)([A-Za-z]+)").match
_MEMO_SIZE = 65_536
_ACCENT = 0.45
"""What a letter with an accent costs more than the one without."""
_GLUED = 1.07
"""Words of several tokens are rarer outside what was fitted: identifiers came out 3 % low."""
_STRANGE = 1.3
"""So are words of rare pairs: with this, ids are 0.2 % low in place of 1.8 %."""

# What a pair of letters adds to a word, in 80ths of a token from -0.56 on: a row for each first letter a
# to z and the start, a column for each second letter and the end. "th" and "in" make a word cheaper,
# "xq" and "vz" dearer.
_PAIRS = (
    "R<75mG/P<LJ,3+`4[,>.CHFH:[Z?[VhB_]aKAd5]d>mdDQ[2^Z`L`RDaF^5[h8B_1AZe9SX7c3Bddc[_O"
    "GY`D;]L];McNb]<W_HEdG[X_@X><J68J7;TN[O5=.RBB-5>KCB(LMAB`aZE2Qb3beGZ[,Z`B`N;`b]VeU"
    "MUZf>jN-=bqBZ=Ido=OXKTZ^`UG=Xi[:egg6]l[[R9Y^L]5La[bXVJ>344712`?JO7:++.S>;.^BbEk9_"
    "Jdee9[abUbQV^`:[`nOmBmYhdwZHWdP8]MdBjY[_FhXh`K]POLk[rN5FRE4FM]7`SESd5?h]>K+NUf)jC"
    "37Y[)[[]@[ZGBW<9SiD[K]a[[^OIb9=?F9YCVENSR@Txb@8?N`^XZJC3>9[+4]K<>B9%:5d0M<3E*LYZY"
    "=^_B9_[RH[Q5AZ+<Y8Q;;[_iOeSQ]UanvrgNowH`b`[RTc]&nlfst`;ZFH4DEY:j>OD:0QWIJHCQRb7bN"
    "JkIa6S[A:`IRVJ:>L[15>NRe<[B7^BU7Pc%5ddSQ[9Gu5BE<TCV+VAG452ADDW<Z^(23b2e,6.cDZAjJ["
    "=cZa([U[,dWlWe8[b[^iNTRbec[:_`^Gd`E:ecOm?(csANeS`PK^oQNZH[O[m^Qpl_Le_Hj^_IYboKKVO"
    "J]ZjOedlDYYbA@:QmH7BQeEjZF?Hgg^=[[YQdcsa_Nak^qYMfY^[KXJIIGQKQGOQRQMOPLYRGPTSLZ[ZP"
)
_PAIR = {
    first + second: (ord(_PAIRS[row * 27 + column]) - 35) / 80 - 0.56
    for row, first in enumerate("abcdefghijklmnopqrstuvwxyz^")
    for column, second in enumerate("abcdefghijklmnopqrstuvwxyz$")
}

# Where a block of Unicode starts, the tokens that a run of its letters costs, and those that each letter
# adds. Fitted on the messages of GNU programs in 20 languages; the dearer language where two share a
# script.
_SCRIPTS = (
    (0x0080, 0.0, 1.0),  # Latin-1 signs; letters are read without their accents
    (0x0250, 0.2, 1.0),
    (0x0300, 0.0, 0.6),  # marks
    (0x0370, 0.15, 0.4),  # Greek
    (0x0400, 0.55, 0.22),  # Cyrillic: Russian .19 a letter, Ukrainian .29
    (0x0530, 0.3, 0.7),
    (0x0590, 0.3, 0.47),  # Hebrew
    (0x0600, 0.3, 0.37),  # Arabic, Persian
    (0x0700, 0.5, 1.0),
    (0x0900, 0.1, 0.42),  # Devanagari
    (0x0980, 0.25, 0.42),  # Bengali to Sinhala
    (0x0E00, 0.55, 0.42),  # Thai
    (0x0E80, 0.5, 0.8),
    (0x10A0, 0.65, 0.31),  # Georgian
    (0x1100, 0.5, 1.0),
    (0x2000, 0.0, 1.0),  # punctuation, signs, arrows
    (0x2300, 0.0, 1.3),  # technical signs, boxes, dingbats
    (0x2E80, 0.3, 1.0),
    (0x3040, 0.05, 0.64),  # kana
    (0x3100, 0.5, 1.3),
    (0x3400, 0.0, 2.3),
    (0x4E00, 0.0, 0.0),  # Han: see _han
    (0xA000, 0.5, 1.5),
    (0xAC00, 0.6, 0.53),  # Hangul
    (0xD7B0, 0.0, 3.0),
    (0xF900, 0.3, 1.6),
    (0xFE00, 0.0, 1.0),  # variation selectors
    (0xFE10, 0.2, 1.3),
    (0x10000, 0.0, 3.5),
    (0x1F1E6, 0.0, 2.0),  # letters of flags
    (0x1F200, 0.0, 2.3),  # emoji
    (0x20000, 0.0, 3.0),
)
_STARTS = [start for start, _, _ in _SCRIPTS]
_CYRILLIC = _STARTS.index(0x0400)
_UKRAINIAN = frozenset("іїєґў")
_HAN = _STARTS.index(0x4E00)
_HANGUL = _STARTS.index(0xAC00)


class _Memo(dict[str, float]):
    """Piece to cost. Emptied when full."""

    def __missing__(self, piece: str) -> float:
        if len(self) >= _MEMO_SIZE:
            self.clear()
        cost = self[piece] = _cost(piece)
        return cost


_memo = _Memo()
# Words of our own outputs that look commoner than they are.
_KNOWN = {" agentmem": 2.0, "agentmem": 2.0, " deadend": 2.0}


_exact: Callable[[str], int] | None = None


def count_by(counter: Callable[[str], int] | None) -> None:
    """Have ``estimate`` give what ``counter`` counts from here on, in this process; None: what it estimates itself.

    The vocabulary is a file of a package that may be there or not, which is for whoever knows the environment to find.
    """
    global _exact
    _exact = counter


def estimate(text: str) -> int:
    """The estimated number of o200k tokens of ``text``; 0 for the empty one, 1 at least for any other; see ``count_by``."""
    if _exact is not None:
        return _exact(text)
    accents = 0.0
    if not text.isascii() and (accented := set(text) & _letters().keys()):
        accents = _ACCENT * sum(map(text.count, accented))
        text = text.translate(_translation())
    total = sum(map(_memo.__getitem__, _PIECES(text))) + accents
    return max(1, round(total)) if text else 0


@cache
def _letters() -> dict[str, str]:
    """Latin letters outside ASCII, each with the one or two that it is made from."""
    found = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isalpha():
            found[chr(code)] = base if base.isascii() else "s"
    return found


@cache
def _translation() -> dict[int, str]:
    return str.maketrans(_letters())


def _cost(piece: str) -> float:
    """The expected number of tokens of one ``piece``."""
    if known := _KNOWN.get(piece):
        return known
    if not piece.isascii():
        return _foreign(piece)
    if word := _WORD(piece):
        return _word(word[1], word[2], len(piece) - word.end())
    size = len(piece.strip())
    if size < 3 or piece.isdigit():
        return 1.0
    if len(set(piece.strip())) == 1:
        # rules and borders: there are tokens for long runs of the usual signs
        return 1.0 + size / (64 if piece.strip()[0] in "-=*#_/.~" else 8)
    return 1 + 0.42 * (size - 2)


def _word(before: str, word: str, after: int) -> float:
    low = f"^{word.lower()}$"
    size = len(word)
    capitals = 0 if word.islower() else sum(map(str.isupper, word))
    cost = 0.22 + 0.49 * size - 0.11 * max(0, size - 4) + 0.055 * max(0, size - 8)
    if before == " ":
        cost -= 0.256
    else:
        cost += (
            0.01 * size + 0.038 * max(0, size - 5) - (0.103 if not before else -0.211 if size > 1 else -0.367)
        )
    if capitals:
        cost += 0.174 if capitals == 1 and word[0].isupper() else 0.231 + 0.053 * (capitals - 1)
    pairs = sum([_PAIR[low[i : i + 2]] for i in range(size + 1)])
    cost += pairs if pairs < 0 else _STRANGE * pairs
    if capitals > 1:
        cost += 0.06 * max(0, size - 7)
    return max(1.0, min(1 + (cost - 1) * _GLUED, size + 1.0)) + (0.72 if after else 0.0)


def _foreign(piece: str) -> float:
    """A run outside ASCII: stretches of one script, each with its own price."""
    cost = 0.0
    chars = piece.lstrip(" ")
    start = 0
    scripts = [bisect_right(_STARTS, ord(char)) - 1 for char in chars]
    for end in range(1, len(chars) + 1):
        if end == len(chars) or scripts[end] != scripts[start]:
            run, script = chars[start:end], scripts[start]
            if len(run) > 4 and len(set(run)) == 1:
                cost += 1 + len(run) / 10  # a border of a box
            elif script == _HAN:
                cost += _han(run)
            elif script == _HANGUL:
                cost += max(1.0, _hangul(run))
            elif script >= 0:
                _, fixed, each = _SCRIPTS[script]
                if script == _CYRILLIC and not _UKRAINIAN.isdisjoint(run):
                    each += 0.13
                if run.isupper():
                    each *= 2
                cost += max(1.0, fixed + each * len(run))
            start = end
    return max(1.0, cost)


def _han(run: str) -> float:
    """Common characters cost less than one token, as pairs of them are in the vocabulary; rare ones two.

    What is common is asked of the national tables, whose first levels are ordered by use. A run of more
    than 40 is no prose, which has stops: there pairs are chance.
    """
    common, traditional = (0.8, 1.3) if len(run) <= 40 else (1.05, 1.95)
    cost = 0.1
    for char in run:
        if _common(char, "gb2312", 0xD8):
            cost += common
        else:
            cost += traditional if _common(char, "big5", 0xC9) or _common(char, "shift_jis", 0x98) else 2.1
    return cost


def _hangul(run: str) -> float:
    """Words of syllables in use; any other costs two or three, and so do those that make no word."""
    odd = sum([not _common(char, "cp949", 0xC9) or char.encode("cp949")[1] < 0xA1 for char in run])
    return 0.6 + (0.57 if len(run) <= 12 else 2.1) * (len(run) - odd) + 2.4 * odd


def _common(char: str, table: str, end: int) -> bool:
    """Whether ``char`` is in the part of the national ``table`` below the lead byte ``end``."""
    try:
        return char.encode(table)[0] < end
    except UnicodeEncodeError:
        return False
