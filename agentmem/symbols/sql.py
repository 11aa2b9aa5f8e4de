"""SQL: what ``create`` makes, until its semicolon; the bodies of routines with ``begin`` and ``end`` are followed."""

import re

from agentmem.symbols.lexing import BLOCK_COMMENT, Lines, blank, clean, masker, ordered
from agentmem.symbols.port import Symbol

_PLAIN = rf"--[^\n]*+|(?P<keep>`[^`\n]*+`|\"[^\"\n]*+\")|{BLOCK_COMMENT}|(?P<text>'(?:[^'\\]|''|\\.)*+'?)"
_mask = masker(rf"{_PLAIN}|(?<![\w$])\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z)")
_mask_delimited = masker(_PLAIN)
_DELIMITER = re.compile(r"^[ \t]*delimiter[ \t]+(\S+)[^\n]*", re.MULTILINE | re.IGNORECASE)
_PART = r'(?:"[^"\n]+"|`[^`\n]+`|\[[^\]\n]+\]|[\w$#]+)'
_CREATE = re.compile(
    rf"""^[ \t]*(?P<at>create\s+(?:or\s+(?:replace|alter)\s+)?
      (?:(?:temp|temporary|unlogged|global|local|external|unique|clustered|nonclustered|materialized|recursive|virtual|foreign
        |constraint|aggregate|bitmap|fulltext|force|editionable|definer\s*=\s*\S+|algorithm\s*=\s*\w+|sql\s+security\s+\w+)\s+)*
      (?P<kind>table|view|function|procedure|proc|index|trigger|type|domain)\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?
      (?!(?:on|if)\b)(?P<name>{_PART}(?:\s*\.\s*{_PART})*))""",
    re.MULTILINE | re.VERBOSE | re.IGNORECASE,
)
_TOKEN = re.compile(
    r"\b(?:end\s+(?:if|loop|while|repeat|for)|begin|case|end)\b|;|^\s*(?:go|/)\s*$|^[ \t]*create\b",
    re.IGNORECASE | re.MULTILINE,
)
_ROUTINES = ("function", "procedure", "proc", "trigger")
_KINDS = {"proc": "procedure", "domain": "type"}


def symbols(text: str) -> list[Symbol]:
    """The tables, views, functions, procedures, indexes, triggers and types that ``text`` creates."""
    code = _delimited(text) if _DELIMITER.search(text) else _mask(text)
    lines = Lines(text)
    found = []
    behind = 0
    for match in _CREATE.finditer(code):
        if match.start("at") < behind:
            continue
        kind = match["kind"].lower()
        behind = _end(code, match.end(), kind in _ROUTINES)
        name = re.sub(r'["`\[\]\s]', "", match["name"])
        start = lines.at(match.start("at"))
        found.append(Symbol(clean(name), _KINDS.get(kind, kind), start, max(start, lines.last_used(behind))))
    return ordered(found)


def _delimited(text: str) -> str:
    """``text`` of MySQL, without strings and comments; where it names a delimiter, that ends a statement, no semicolon does."""
    code = _mask_delimited(text)
    pieces: list[str] = []
    at, delimiter = 0, ";"
    for match in [*_DELIMITER.finditer(code), None]:
        end = match.start() if match else len(code)
        part = code[at:end]
        if delimiter != ";":
            part = part.replace(";", " ").replace(delimiter, ";" + " " * (len(delimiter) - 1))
        pieces.append(part)
        if match:
            pieces.append(blank(match[0]))
            at, delimiter = match.end(), match[1]
    return "".join(pieces)


def _end(code: str, at: int, routine: bool) -> int:
    """Behind the statement in which ``at`` is."""
    depth = 0
    for match in _TOKEN.finditer(code, at):
        word = match[0].lower().split()
        if word == [";"]:
            if not depth:
                return match.end()
        elif not word or word[0] in ("go", "/", "create"):
            if not routine or match[0][:1] not in " \t":  # a routine may create what is a part of it
                return match.start()
        elif routine and len(word) == 1:
            depth = depth + 1 if word[0] != "end" else max(depth - 1, 0)
    return len(code)
