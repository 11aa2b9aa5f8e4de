r"""Memories are input from others: what may not be in their text, and how text is made safe to show.

The fence and the provenance are the defence. Nothing here guesses at intent, nothing guesses at secrets by
entropy.
"""

import re
import unicodedata
from functools import lru_cache

ALLOW = "agentmem:allow-secret"
"""A line that holds this may hold what looks like a secret."""
MAX_COMMENT = 500
"""Characters of an HTML comment: a rendered page does not show it, an agent reads it."""
MAX_BLOB = 400
"""Characters of an unbroken run that looks like base64 or hex."""

# Ranges and no patterns: a class of these takes 5 ms to compile, and every text shown is looked at.
_REFUSED = (
    "\x00\x08",
    "\x0b\x1f",  # \r too, unless before \n
    "\x7f\x9f",
    "\u00ad\u00ad",
    "\u034f\u034f",
    "\u061c\u061c",
    "\u115f\u1160",  # fillers are letters without a shape
    "\u180e\u180e",
    "\u200b\u200f",
    "\u2028\u202e",
    "\u2060\u206f",
    "\u3164\u3164",
    "\ud800\udfff",
    "\ufe00\ufe0f",
    "\ufeff\ufeff",
    "\uffa0\uffa0",
    "\ufff0\ufffb",
    "\U000e0000\U000e0fff",
)
_EMOJI = ("\u2190\u21ff", "\u2600\u27bf", "\u2b00\u2bff", "\U0001f000\U0001faff")
_SIGNS = "## ** 09 ©© ®® ‼‼ ⁉⁉ ™™ ℹℹ ⌀⏿ ⓂⓂ ■◿ 〰〰 〽〽 ㊗㊗ ㊙㊙"
_PICTURES = (*_EMOJI, *_SIGNS.split())
_ARABIC = (
    "\u0620\u065f",
    "\u066e\u06d3",
    "\u06d5\u06d5",
    "\u06fa\u06ff",
    "\u0750\u077f",
    "\u08a0\u08ff",
    "\ufb50\ufefc",
)
_INDIC = ("\u0900\u0963", "\u0971\u0dff")
_VIRAMAS = frozenset("\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca")
_HAN = ("\u3400\u4dbf", "\u4e00\u9fff", "\uf900\ufaff", "\U00020000\U0003ffff")
_BLACK_FLAG = "\U0001f3f4"
# England, Scotland, Wales: the only tag sequences in use; any other could carry a message.
_FLAGS = frozenset(
    "".join(chr(0xE0000 + ord(c)) for c in name) + "\U000e007f" for name in ("gbeng", "gbsct", "gbwls")
)
_SAFE = frozenset(map(chr, (9, 10, *range(32, 127))))

_OPENERS = "<＜﹤‹〈⟨〈"
_MAYBE_OPENER = "<|[^\x00-\x7f]"
_LOOK_ALIKE = str.maketrans("⁄∕⧸еоморуτеοм", "///eomopyteom")
_FENCE = "/memory"
_CLOSE = r"\s*/\s*m\s*e\s*m\s*o\s*[rp]\s*y"
_OPEN = r"\s*m\s*e\s*m\s*o\s*[rp]\s*y(?![\w(])"

# name, what must stand in a line for it to be worth looking (in small letters), pattern
_SECRETS = (
    ("AWS access key id", ("akia", "asia"), r"\b(?:AKIA|ASIA)(?![A-Z0-9]{9}EXAMPLE\b)([A-Z0-9]{16})\b"),
    (
        "AWS secret access key",
        ("secret",),
        r"(?i:aws.?secret.?access.?key)\W{1,6}(?!\S{30,33}EXAMPLEKEY)([A-Za-z0-9/+]{40})\b",
    ),
    (
        "GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"\b(?:gh[pousr]_([A-Za-z0-9]{36,255})|github_pat_([A-Za-z0-9_]{60,255}))\b",
    ),
    ("GitLab token", ("glpat-",), r"\bglpat-([A-Za-z0-9_-]{20,})"),
    ("Hugging Face token", ("hf_",), r"\bhf_([A-Za-z0-9]{30,40})\b"),
    ("Slack token", ("xox",), r"\bxox[a-z]-([A-Za-z0-9-]{10,})"),
    ("Stripe key", ("k_live_",), r"\b[sr]k_live_([A-Za-z0-9]{16,})"),
    ("Google API key", ("aiza",), r"\bAIza([A-Za-z0-9_-]{35})(?![A-Za-z0-9_-])"),
    ("Anthropic key", ("sk-ant-",), r"\bsk-ant-([A-Za-z0-9_-]{20,})"),
    ("OpenAI key", ("sk-",), r"\bsk-(?:(?:proj|svcacct|admin)-([A-Za-z0-9_-]{20,})|([A-Za-z0-9]{40,}))"),
    ("npm token", ("npm_",), r"\bnpm_([A-Za-z0-9]{36})\b"),
    ("PyPI token", ("pypi-",), r"\bpypi-AgEI([A-Za-z0-9_-]{40,})"),
    ("private key", ("private key",), r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"),
    ("JSON web token", ("eyj",), r"\beyJ([A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})"),
    ("Azure storage key", ("accountkey=",), r"\bAccountKey=([A-Za-z0-9+/]{86}==)"),
    ("Twilio key", ("sk",), r"\bSK([0-9a-f]{32})\b"),
)
_URL = r"\b[A-Za-z][A-Za-z0-9+.-]{0,20}://([^\s/:@\"'`]{0,100}):([^\s/@\"'`]{1,200})@[\w.\[$<{-]"
_PLACEHOLDER = (
    r"[$<{\[%*(].*|.*(?:example|placeholder|\.\.\.|…|\*\*\*|xxx).*"
    r"|(?:my|your|the|a|db)?[-_]?(?:password|passwd|passwort|passphrase|pass|pwd|pw|secret|token|changeme)"
)

_COMMENT = r"(?s)<!--.*?(?:-->|\Z)"
_BLOB = rf"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/=_-]{{{MAX_BLOB + 1},}}"


def hidden(text: str) -> list[tuple[int, int, str]]:
    """What may not be in ``text``: line and column from 1, and the code point, such as ``U+200B``."""
    found = []
    line, line_start, seen = 1, 0, 0
    for at in _refused_places(text):
        # counted on from the last place: a file of nothing but such characters must not take seconds
        line += text.count("\n", seen, at)
        line_start = max(line_start, text.rfind("\n", seen, at) + 1)
        seen = at
        found.append((line, at - line_start + 1, f"U+{ord(text[at]):04X}"))
    return found


def clean(text: str) -> str:
    r"""``text`` without what ``hidden`` finds, with ``\n`` for line ends, and with no imitation of the
    fence.
    """
    return _defuse(_visible(text))


def one_line(text: str) -> str:
    """``clean``, with each run of whitespace as one space and none at the ends."""
    return _defuse(" ".join(_visible(text).split()))


def secrets(text: str) -> list[tuple[int, str]]:
    """Where ``text`` holds what has the shape of a secret: line from 1, and what it looks like."""
    low = text.lower()
    # most texts hold none of the words: their patterns, 4 ms to compile, are not even compiled
    patterns = [(name, pattern) for name, words, pattern in _SECRETS if any(word in low for word in words)]
    if not patterns and "://" not in low:
        return []
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if ALLOW in line or len(line) < 10:
            continue
        names = [name for name, pattern in patterns if any(map(_is_real, re.finditer(pattern, line)))]
        if "://" in line and any(map(_has_password, re.finditer(_URL, line))):
            names.append("URL with a password")
        found += [(number, name) for name in names]
    return found


def oversize(text: str) -> list[tuple[int, str]]:
    """What is too long to be prose for people: line from 1, and what it is."""
    found = [
        (text.count("\n", 0, match.start()) + 1, f"HTML comment of {len(match[0]):,} characters")
        for match in re.finditer(_COMMENT, text)
        if len(match[0]) > MAX_COMMENT
    ]
    found += [
        (text.count("\n", 0, match.start()) + 1, f"encoded block of {len(match[0]):,} characters")
        for match in re.finditer(_BLOB, text)
        if len(set(match[0])) >= 10  # a rule of dashes is none
    ]
    return sorted(found)


def _in(ranges: tuple[str, ...], char: str) -> bool:
    return any(pair[0] <= char <= pair[1] for pair in ranges)


def _refused_places(text: str) -> list[int]:
    refused = {char for char in set(text) - _SAFE if _in(_REFUSED, char)}
    if not refused:
        return []
    return [at for at, char in enumerate(text) if char in refused and not _belongs(text, at)]


def _belongs(text: str, at: int) -> bool:
    """Whether the refused code point at ``at`` is part of how an emoji or a script is written.

    Each needs a visible neighbour, so that dropping the others never makes one of these wrong.
    """
    char = text[at]
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if char == "\r":
        return after == "\n"
    if not before:
        return False
    if char in "\u200c\u200d":
        if before in _VIRAMAS or (
            after and any(_in(script, before) and _in(script, after) for script in (_ARABIC, _INDIC))
        ):
            return True
        picture = text[at - 2 : at - 1] if before == "\ufe0f" else before
        return char == "\u200d" and bool(picture and after) and _in(_EMOJI, picture) and _in(_EMOJI, after)
    if "\ufe00" <= char <= "\ufe0f":
        return _in(_PICTURES, before) if char >= "\ufe0e" else _in(_HAN, before)
    if "\U000e0100" <= char <= "\U000e01ef":
        return _in(_HAN, before)
    if "\U000e0020" <= char <= "\U000e007f":
        flag = text.rfind(_BLACK_FLAG, max(0, at - 6), at)
        return flag >= 0 and text[flag + 1 : flag + 7] in _FLAGS
    return False


def _visible(text: str) -> str:
    text = text.replace("\r\n", "\n")
    for end in "\r\u2028\u2029":
        text = text.replace(end, "\n")
    places = _refused_places(text)
    if not places:
        return text
    parts, start = [], 0
    for at in places:
        parts.append(text[start:at])
        start = at + 1
    return "".join([*parts, text[start:]])


def _defuse(text: str) -> str:
    r"""A backslash after each bracket that would close the fence, or would open one at the start of a
    line.
    """
    return re.sub(_MAYBE_OPENER, _defused, text) if any(map(text.__contains__, _OPENERS)) else text


def _defused(match: re.Match[str]) -> str:
    if match[0] not in _OPENERS:
        return match[0]
    text, at = match.string, match.end()
    rest = _after(text, at)
    is_fence = re.match(_CLOSE, rest) or (re.match(_OPEN, rest) and _begins_line(text, match.start()))
    return match[0] + "\\" if is_fence else match[0]


def _after(text: str, at: int) -> str:
    """What follows ``at`` in its line, as it looks, up to where it can be no fence any more: a body may be brackets alone."""
    found = ""
    for char in text[at : at + 60]:
        if char == "\n":
            break
        found += _look(char)
        said = "".join(found.split()).replace("p", "r")
        if not _FENCE.startswith(said) and not _FENCE[1:].startswith(said):
            break
    return found


@lru_cache(maxsize=4096)
def _look(char: str) -> str:
    """The plain characters that ``char`` looks like; none where it is drawn over the one before."""
    plain = unicodedata.normalize("NFKD", char).casefold().translate(_LOOK_ALIKE)
    return "".join([one for one in plain if not unicodedata.combining(one)])


def _begins_line(text: str, at: int) -> bool:
    """Whether nothing but signs of a quotation stands before ``at`` in its line."""
    while at and text[at - 1] != "\n" and (text[at - 1] == ">" or text[at - 1].isspace()):
        at -= 1
    return not at or text[at - 1] == "\n"


def _is_real(match: re.Match[str]) -> bool:
    """Not a row of x or of stars in the place of a secret."""
    body = "".join(group or "" for group in match.groups())
    return not body or len(set(body.lower())) > 3


def _has_password(match: re.Match[str]) -> bool:
    user, password = match.groups()
    return (
        user != password
        and not re.fullmatch(_PLACEHOLDER, password, re.IGNORECASE)
        and len(set(password)) > 1
    )
