"""Values to YAML, in the plain shape that people write; what could be read as something else is quoted.

It quotes for YAML 1.1 and 1.2 alike, so that Obsidian, PyYAML and our own reader see the same strings.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from agentmem.model import fields, times
from agentmem.model.fields import Type

WIDTH = 100
"""Columns of a list on one line, key and brackets counted."""

_MAX_KEY = 1000  # YAML wants a key within 1024 characters of its colon
_STEP = "  "

# what few values need is compiled when one does: together these take 2 ms, and most values are words
# what YAML cannot hold raw, what it reads as a newline, and what nobody can see
_ESCAPED = (
    "[\x00-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_SURROGATE = "[\ud800-\udfff]"
_INDICATOR_FIRST = re.compile(r"""[-?:,\[\]{}#&*!|>'"%@`]|\.\.\.""")
_INDICATOR_WITHIN = re.compile(r":(?=\s|$)|\s#")
# libyaml takes a ? within brackets, PyYAML's own loader does not
_FLOW_WITHIN = re.compile(r"[,\[\]{}?]")
_OTHER_WORDS = frozenset(("~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<"))
_NUMBER_FIRST = frozenset("+-.0123456789")
_NUMBERS = r"""[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-f_]+)
    |[-+]?(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:e[-+]?[0-9]+)?
    |[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?
    |[-+]?\.(?:inf|nan)
    |[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:t|[ \t]+)[0-9]{1,2}:.*)?"""
_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?[Zz0-9+:-]*)?(?<!:)"
_PLAIN_OF = {
    Type.TIME: _ISO,
    Type.NUMBER: r"-?[0-9]{1,9}",
    Type.FLAG: "true|false",
}
_SHORT_ESCAPES = {"\t": r"\t", "\n": r"\n", "\r": r"\r", "\0": r"\0"}


class Written(NamedTuple):
    """A value's text: ``inline`` follows the colon on its line, ``below`` are the whole lines after it."""

    inline: str
    below: list[str]


def scalar(value: str | int | bool, *, flow: bool = False) -> str:
    """``value`` on one line: plain where that reads back as the same string, else in double quotes.

    ``flow``: it will stand within ``[ ]``, where plain text may hold no comma or bracket.

    Raises ValueError for half a surrogate pair, which no UTF-8 file can hold, and for other types.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise ValueError(f"cannot write a {type(value).__name__} as one YAML value: give text")
    if _has(_SURROGATE, value):
        raise ValueError(f"{value!r} is not text that UTF-8 can hold: take the half characters out")
    if _is_plain(value) and not (flow and _FLOW_WITHIN.search(value)):
        return value
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{re.sub(_ESCAPED, _escape, quoted)}"'


def front_matter(meta: Mapping[str, object]) -> str:
    """The lines between the ``---`` lines for ``meta``, in its order, LF newlines.

    Raises ValueError for a value or key that YAML cannot hold.
    """
    return "".join(line + "\n" for key, value in meta.items() for line in entry(key, value))


def compose(meta: Mapping[str, object], body: str) -> bytes:
    """A whole new file: front matter, body, LF newlines, one at the end.

    Raises ValueError for what YAML or UTF-8 cannot hold.
    """
    if "\0" in body:
        raise ValueError("the body holds NUL characters: take them out")
    text = body_as_read(body)
    end = "\n" if text else ""
    return f"---\n{front_matter(meta)}---\n{text}{end}".encode()


def body_as_read(body: str) -> str:
    """``body`` as it is read back: LF newlines, no blank lines before it, no white space after it."""
    text = body.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    lead = text[: len(text) - len(text.lstrip())].rfind("\n") + 1
    return text[lead:]


def entry(key: str, value: object, indent: str = "", *, literal: bool = True) -> list[str]:
    """The lines of one key and its value, without newlines; not ``literal``: strings stay on one line."""
    name = scalar(key)
    if len(name) > _MAX_KEY:
        raise ValueError(f"a key of {len(name)} characters: shorten it")
    written = write(key, value, indent, room=WIDTH - len(indent) - len(name) - 2, literal=literal)
    return [f"{indent}{name}:{written.inline and ' ' + written.inline}", *written.below]


def write(key: str, value: object, indent: str, *, room: int = WIDTH, literal: bool = True) -> Written:
    """The text of ``value`` for ``key`` at ``indent``; a list on one line may take ``room`` columns."""
    if value is None:
        return Written("", [])
    if isinstance(value, dict):
        lines = [line for k, v in value.items() for line in entry(str(k), v, indent + _STEP, literal=literal)]
        return Written("" if lines else "{}", lines)
    if isinstance(value, list | tuple):
        inline = flow_list(list(value))
        if inline is not None and len(inline) <= room:
            return Written(inline, [])
        return Written(
            "", [line for item in value for line in item_lines(item, indent + _STEP, literal=literal)]
        )
    if isinstance(value, str):
        if _is_typed(key, value):
            return Written(value, [])
        if literal and (lines := _literal(value, indent + _STEP)):
            return Written(lines[0], lines[1:])
    return Written(scalar(value), [])  # type: ignore[arg-type]


def flow_list(items: list[object]) -> str | None:
    """``items`` within brackets; None when one of them is no single value."""
    if any(isinstance(item, list | tuple | dict) for item in items):
        return None
    return f"[{', '.join(_item(item, flow=True) for item in items)}]"


def item_lines(item: object, indent: str, gap: str = " ", *, literal: bool = True) -> list[str]:
    """The lines of one ``item`` of a block list whose dashes stand at ``indent``, ``gap`` after the dash."""
    inner = indent + " " + gap
    if isinstance(item, dict) and item:
        lines = [line for k, v in item.items() for line in entry(str(k), v, inner, literal=literal)]
        return [f"{indent}-{gap}{lines[0][len(inner) :]}", *lines[1:]]
    if isinstance(item, list | tuple | dict):
        written = write("", item, indent, literal=literal)
        return [f"{indent}-{written.inline and gap + written.inline}", *written.below]
    return [f"{indent}-{gap}{_item(item)}"]


def as_read(value: object) -> object:
    """``value`` as the reader gives it back: numbers and flags as strings, tuples as lists."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return {str(key): as_read(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_read(item) for item in value]
    return str(value) if isinstance(value, int) else value


def _item(item: object, *, flow: bool = False) -> str:
    return "null" if item is None else scalar(item, flow=flow)  # type: ignore[arg-type]


def _is_other_type(value: str) -> bool:
    """Whether YAML of either version may read ``value`` as something else than a string."""
    if value.lower() in _OTHER_WORDS:
        return True
    flags = re.IGNORECASE | re.VERBOSE | re.ASCII
    return value[:1] in _NUMBER_FIRST and re.fullmatch(_NUMBERS, value, flags) is not None


def _has(unusual: str, value: str) -> bool:
    """Whether ``value`` has a character of the class ``unusual``, which has none that can be printed in ASCII."""
    return not (value.isascii() and value.isprintable()) and re.search(unusual, value) is not None


def _is_plain(value: str) -> bool:
    return not (
        value != value.strip()
        or not value
        or _INDICATOR_FIRST.match(value)
        or _INDICATOR_WITHIN.search(value)
        or _has(_ESCAPED, value)
        or _is_other_type(value)
    )


def _is_typed(key: str, value: str) -> bool:
    spec = fields.BY_NAME.get(key)
    plain = _PLAIN_OF.get(spec.type) if spec else None
    if spec is None or plain is None or not re.fullmatch(plain, value):
        return False
    if spec.type is Type.TIME:
        try:
            times.parse_iso(value)
        except ValueError:
            # other readers of YAML fail on a plain 2026-02-30
            return False
    return True


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _literal(value: str, indent: str) -> list[str]:
    # a block that ends in several newlines would swallow the blank lines that follow it: quoted instead
    if "\n" not in value or not value.strip() or value.endswith("\n\n") or _has(_SURROGATE, value):
        return []
    if _has(_ESCAPED, value.replace("\n", "").replace("\t", "")):
        return []
    lines = value.removesuffix("\n").split("\n")
    # the indicator says how far the text is indented where its first line cannot
    width = str(len(_STEP)) if not lines[0] or lines[0][0].isspace() else ""
    chomp = "" if value.endswith("\n") else "-"
    return [f"|{width}{chomp}", *(indent + line if line else "" for line in lines)]
