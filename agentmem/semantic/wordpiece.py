"""WordPiece with the normalisation of bert-base-uncased: lower case, no accents, each punctuation mark and CJK character alone.

Source: Devlin et al., *BERT* (2019); Wu et al., *Google's Neural Machine Translation System* (2016), section 4.1.
"""

import unicodedata
from collections.abc import Sequence

UNKNOWN, BEGIN, END = "[UNK]", "[CLS]", "[SEP]"
LONGEST_WORD = 100
"""Characters of a word from which on it is unknown as a whole."""

KEPT_WORDS = 20_000
"""Words whose pieces are remembered: an index of 10,000 memories asks for the same few thousand over and over."""

_DROPPED = ("Cc", "Cf", "Co", "Cs")
_CJK = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class _Normal(dict[int, str]):
    """What each character becomes, for ``str.translate``; filled as characters are met.

    One character at a time is enough: to decompose canonically and to drop non-spacing marks looks at no other.
    """

    def __missing__(self, code: int) -> str:
        self[code] = found = _normal(code)
        return found


def _normal(code: int) -> str:
    char = chr(code)
    if char in "\t\n\r":
        return " "
    if code in (0, 0xFFFD) or unicodedata.category(char) in _DROPPED:
        return ""
    if char.isspace():
        return " "
    plain = "".join(c for c in unicodedata.normalize("NFD", char) if unicodedata.category(c) != "Mn")
    lower = "".join(f" {c} " if _is_punctuation(c) else c for c in plain.lower())
    return f" {lower} " if any(first <= code <= last for first, last in _CJK) else lower


def _is_punctuation(char: str) -> bool:
    """Whether it stands alone: by Unicode, and all of ASCII that is neither letter, digit nor space ($, +, <, ~ …)."""
    code = ord(char)
    return (32 < code < 127 and not char.isalnum()) or unicodedata.category(char)[0] == "P"


class WordPiece:
    """Texts to numbers of the pieces of ``vocabulary``, whose lines are the pieces in the order of their numbers.

    Names of special pieces in a text are text: what others wrote cannot end a sequence.

    Raises:
        ValueError: the vocabulary lacks a special piece.

    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(vocabulary)}
        missing = [piece for piece in (UNKNOWN, BEGIN, END) if piece not in self._numbers]
        if missing:
            raise ValueError(f"the vocabulary has no {missing[0]}")
        self._unknown, self._begin, self._end = (self._numbers[piece] for piece in (UNKNOWN, BEGIN, END))
        self._longest = max(len(piece) for piece in self._numbers)
        self._normal = _Normal()
        self._words: dict[str, list[int]] = {}

    def numbers(self, text: str, most: int) -> list[int]:
        """The pieces of ``text`` between the begin and the end mark, ``most`` of them with both."""
        found = [self._begin]
        for word in text.translate(self._normal).split():
            found += self._pieces(word)
            if len(found) >= most:
                break
        del found[most - 1 :]
        found.append(self._end)
        return found

    def _pieces(self, word: str) -> list[int]:
        """The longest piece that ``word`` begins with, then the longest that goes on from there, to its end; else unknown."""
        known = self._words.get(word)
        if known is not None:
            return known
        found: list[int] = []
        begin, size = 0, len(word)
        while begin < size <= LONGEST_WORD:
            mark = "##" if begin else ""
            for end in range(min(size, begin + self._longest), begin, -1):
                number = self._numbers.get(mark + word[begin:end])
                if number is not None:
                    found.append(number)
                    begin = end
                    break
            else:
                break
        if begin < size:
            found = [self._unknown]
        if len(self._words) < KEPT_WORDS:
            self._words[word] = found
        return found
