"""How text becomes the terms it is found by: one analyser for documents and queries.

A plain word gives its stem. A name of several words gives the stem of each, and the words joined, which
is what its spellings share: ``claimNext``, ``ClaimNext``, ``claim_next``, ``claim-next`` all give
``claimnext``. What is written with separators is also kept whole, as written but for case; a path gives
its base name too. Marks on Latin letters are left out: ``Müller`` gives what ``Muller`` does. Scripts
written without spaces give pairs of characters; what is written in them is found by one character as
well, where that is a word (``written``).
"""

import re
import unicodedata
from functools import cache
from itertools import chain, islice, pairwise

from agentmem.model.stemming import stem

MAX_TERMS = 20_000
"""Terms of one text: a file of 100 KB of prose has 17,000; past that it is a dump."""
MAX_LENGTH = 64
"""Characters of a term: what is longer is a blob or a hash list, and would flood the index."""
_MAX_CHUNK = 200
_MAX_PARTS = 24
_MEMO_SIZE = 65_536

_STOP_WORDS = """
a about an and are as at be been but by can could did do does for from had has have how i if in into
is it its me my no not of on or our per s so t than that the their them then there these they this
to was we were what when where which who why will with would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

# Scripts written without spaces between words: Thai, Lao, Myanmar, Khmer, kana, Han, Hangul.
# Hangul has spaces, but puts particles on its words.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u3005-\u3007\u3041-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
)
# Marks that stand on or between letters: \w leaves them out, which would cut Hindi at each vowel sign.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0670"
    "\u0900-\u0963\u0966-\u0dff\u200c\u200d"
)
_JOINT = r"(?:::|->|[-./:#@'’])"
_CHUNKS = re.compile(rf"\w+(?:{_JOINT}\w+)*").findall
_RUN = rf"[^\W{_UNSPACED}](?:[^\W{_UNSPACED}]|[{_MARKS}])*"

_MARKED = str.maketrans(
    dict(zip("øØłŁđĐı", "oOlLdDi", strict=True)) | {"æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe"}
)
"""Latin letters that Unicode does not part from their marks, and the dotless i, whose capital is I."""
_PLAIN = re.compile("[A-Z]?[a-z]+|[A-Z]{2,}s?").fullmatch
_NUMERIC = re.compile(r"[0-9]+(?:[-.:/][0-9]+)*").fullmatch
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt][0-9]").match
_VERSION = re.compile(r"[vV]([0-9]+(?:\.[0-9]+)+)$").match
_AT_LINES = re.compile(r"^(.*[^0-9:.].*?):([0-9]+)(?:[-:]([0-9]+))?$").match
_NAMES = re.compile(r"::|->|[./:#@]").split
_WORDS = re.compile("[-_]+").split
_CAMEL = re.compile("[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+[a-z]*").findall
_NUMBERED = re.compile("([a-z]{3,})[0-9]+").fullmatch


class _Memo(dict[str, tuple[str, ...]]):
    """Chunk to terms, computed once a chunk: nine of ten chunks of a store are repeats. Emptied when
    full.
    """

    def __missing__(self, chunk: str) -> tuple[str, ...]:
        if len(self) >= _MEMO_SIZE:
            self.clear()
        found = self[chunk] = _expand(chunk)
        return found


_memo = _Memo()


def terms(text: str) -> list[str]:
    """The terms of ``text`` in its order, repeats kept, ``MAX_TERMS`` at most."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    chunks = _wide().findall(text) if not text.isascii() and _is_wide(text) else _CHUNKS(text)
    return list(islice(chain.from_iterable(map(_memo.__getitem__, chunks)), MAX_TERMS))


def written(text: str) -> list[str]:
    """The terms that ``text`` is found by: its own, and each character of Han and of Hangul in it.

    One character may be a word there (cat, dog), or a word with its particle be two. A question of
    several characters does not ask for each: most texts share one.
    """
    found = terms(text)
    if text.isascii() or not _is_wide(text):
        return found
    runs = (run for run in _wide().findall(unicodedata.normalize("NFKC", text)) if len(run) > 1)
    singles = (char for run in runs for char in _words_alone().findall(run))
    return list(islice(chain(found, singles), MAX_TERMS))


def chunks(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The words of ``text``, each once, with their terms; those without any are left out."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    found = _wide().findall(text) if not text.isascii() and _is_wide(text) else _CHUNKS(text)
    return [(chunk, _memo[chunk]) for chunk in dict.fromkeys(found) if _memo[chunk]]


def symbol_parts(name: str) -> list[str]:
    """The words of a symbol's ``name``, lower-case, unstemmed: ``JobQueue.claim`` gives job, queue,
    claim.
    """
    name = unicodedata.normalize("NFKC", name)
    return [word.casefold() for part in _NAMES(name) for word in _words(part) if word]


def _is_wide(text: str) -> bool:
    """Whether ``text`` may have marks or unspaced scripts: in all others ``_CHUNKS`` reads the same.

    A class of several ranges above U+00FF takes 4 ms to compile, which a dash or an ellipsis should not
    cost.
    """
    return any(
        "\u0300" <= c <= "\u036f"
        or "\u0483" <= c <= "\u17ff"
        or "\u3000" <= c <= "\ufaff"
        or c in "\u200c\u200d"
        for c in set(text)
    )


@cache
def _wide() -> re.Pattern[str]:
    """What ``_CHUNKS`` is, for texts with marks or in unspaced scripts."""
    return re.compile(rf"[{_UNSPACED}]+|{_RUN}(?:{_JOINT}{_RUN})*")


@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(f"[{_UNSPACED}]")


@cache
def _words_alone() -> re.Pattern[str]:
    return re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7a3]")


def _expand(chunk: str) -> tuple[str, ...]:
    """The terms of one ``chunk``: word characters, with single separators between them."""
    if _PLAIN(chunk):
        return _plain(chunk.lower())
    if not chunk.isascii():
        if (bare := _bare(chunk)) != chunk:
            return _memo[bare]
        if _unspaced().match(chunk):
            return tuple(map("".join, pairwise(chunk))) or (chunk,)
    if "'" in chunk or "’" in chunk:
        return _apostrophe(chunk.replace("’", "'"))
    if len(chunk) > _MAX_CHUNK:
        chunk = chunk[:_MAX_CHUNK].rpartition("/")[0]  # a half segment would be found by nothing
    if _NUMERIC(chunk):
        return (chunk,) if len(chunk) <= MAX_LENGTH else ()
    found: list[str] = []
    if at := _AT_LINES(chunk):
        chunk = at[1]
        found = [number for number in at.groups()[1:] if number]
        if _PLAIN(chunk):
            return (*_plain(chunk.lower()), *found)
    if moment := _MOMENT(chunk):
        return (moment[1], chunk.lower())
    if version := _VERSION(chunk):
        return (chunk.lower(), version[1])
    names = _NAMES(chunk)
    for name in names:
        _name(name, found)
    whole = chunk.casefold()
    if len(names) > 1 or not whole.isalnum():
        if "/" in chunk and len(base := whole.rpartition("/")[2]) <= MAX_LENGTH:
            found.append(base)
        if len(whole) <= MAX_LENGTH * 2:
            found.append(whole)
    return tuple(dict.fromkeys(found))


def _bare(chunk: str) -> str:
    """``chunk`` without the marks on Latin letters, which who asks for Müller, façade or Łódź often leaves out."""
    found: list[str] = []
    base = ""
    for char in unicodedata.normalize("NFD", chunk).translate(_MARKED):
        if not "\u0300" <= char <= "\u036f":
            base = char
        elif base.isascii():
            continue
        found.append(char)
    return unicodedata.normalize("NFC", "".join(found))


def _plain(word: str) -> tuple[str, ...]:
    return () if word in STOP_WORDS or len(word) > MAX_LENGTH else (stem(word),)


def _apostrophe(chunk: str) -> tuple[str, ...]:
    """Contractions are stop words and ``'s`` is not part of the name; the rest is read as separate words."""
    found: list[str] = []
    for word in chunk.split("'"):
        if word not in ("s", "t", "d", "m", "ll", "re", "ve"):
            found.extend(_memo[word] if word else ())
    return () if chunk.endswith("n't") else tuple(found)


def _name(name: str, found: list[str]) -> None:
    """Append the terms of one ``name``: the stem of each of its words, then the words joined."""
    if not name or len(name) > MAX_LENGTH:
        return
    words = _words(name)
    joined = "".join(words).casefold()
    if len(words) > _MAX_PARTS or (len(joined) > 24 and len(joined) < 3 * len(words)):
        found.append(joined)  # letters at random change case every other time: a hash or a piece of base64
        return
    for word in words:
        word = word.casefold()
        if word not in STOP_WORDS:
            found.append(_stem(word))
        if len(words) > 1 and (numbered := _NUMBERED(word)):
            found.append(stem(numbered[1]))
    if len(words) > 1:
        found += (
            joined,
            _stem(joined),
        )  # the stem, because who writes it all in small letters is asking for a plain word
    elif numbered := _NUMBERED(joined):
        found.append(stem(numbered[1]))
    if (whole := name.casefold()) != joined:
        found.append(whole)


def _words(name: str) -> list[str]:
    """The words that ``name`` is made of, cut at ``_``, ``-`` and where a capital starts a word."""
    words: list[str] = []
    for piece in _WORDS(name):
        if not piece:
            continue
        if piece.islower() or piece.isupper() or piece.isdigit() or _PLAIN(piece):
            words.append(piece)
        elif piece.isascii():
            words.extend(_CAMEL(piece))
        else:
            words.extend(_camel_anywhere(piece))
    return words


def _camel_anywhere(piece: str) -> list[str]:
    """``_CAMEL`` for letters outside ASCII, where no pattern names the capitals."""
    cuts = [i for i in range(1, len(piece)) if piece[i].isupper() and piece[i - 1].islower()]
    return [piece[a:b] for a, b in zip([0, *cuts], [*cuts, len(piece)], strict=True)]


def _stem(word: str) -> str:
    return stem(word) if word.isascii() and word.isalpha() else word
