"""SQL: what ``create`` makes, until its semicolon; the bodies of routines with ``begin`` and ``end`` are followed."""

import re

from agentmem.symbols.lexing import BLOCK_COMMENT, Lines, clean, masker, ordered
from agentmem.symbols.port import Symbol

_mask = masker(
    rf"--[^\n]*+|{BLOCK_COMMENT}|(?P<text>'(?:[^'\\]|''|\\.)*+'?)|(?<![\w$])\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z)"
)
_PART = r'(?:"[^"\n]+"|`[^`\n]+`|\[[^\]\n]+\]|[\w$#]+)'
_CREATE = re.compile(
    rf"""^[ \t]*(?P<at>create\s+(?:or\s+(?:replace|alter)\s+)?
      (?:(?:temp|temporary|unlogged|global|local|external|unique|clustered|nonclustered|materialized|recursive|virtual|foreign
        |constraint|aggregate|bitmap|fulltext|force|editionable|definer\s*=\s*\S+|algorithm\s*=\s*\w+|sql\s+security\s+\w+)\s+)*
      (?P<kind>table|view|function|procedure|proc|index|trigger|type)\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?
      (?!on\b)(?P<name>{_PART}(?:\s*\.\s*{_PART})*))""",
    re.MULTILINE | re.VERBOSE | re.IGNORECASE,
)
_TOKEN = re.compile(
    r"\b(?:end\s+(?:if|loop|while|repeat|for)|begin|case|end)\b|;|^\s*(?:go|/)\s*$|^create\b",
    re.IGNORECASE | re.MULTILINE,
)
_ROUTINES = ("function", "procedure", "proc", "trigger")
_KINDS = {"proc": "procedure"}


def symbols(text: str) -> list[Symbol]:
    """The tables, views, functions, procedures, indexes, triggers and types that ``text`` creates."""
    code = _mask(text)
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


def _end(code: str, at: int, routine: bool) -> int:
    """Behind the statement in which ``at`` is."""
    depth = 0
    for match in _TOKEN.finditer(code, at):
        word = match[0].lower().split()
        if word == [";"]:
            if not depth:
                return match.end()
        elif not word or word[0] in ("go", "/", "create"):
            return match.start()
        elif routine and len(word) == 1:
            depth = depth + 1 if word[0] != "end" else max(depth - 1, 0)
    return len(code)
