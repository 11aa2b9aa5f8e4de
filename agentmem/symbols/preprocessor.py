"""C without its directives: macros are symbols, and of branches whose braces do not add up the first alone is read."""

import re

from agentmem.symbols.lexing import Lines, blank
from agentmem.symbols.port import Symbol

_DIRECTIVE = re.compile(r"^[ \t]*\#[ \t]*(\w*)((?:[^\\\n]|\\(?:\r\n|.))*+)", re.MULTILINE | re.DOTALL)
_DEFINE = re.compile(r"\s*(\w+)")


def without_directives(code: str) -> tuple[str, list[Symbol]]:
    """``code`` with its directives blanked out, and the macros that they define."""
    if "#" not in code:
        return code, []
    lines = Lines(code)
    macros: list[Symbol] = []
    spans: list[tuple[int, int]] = []
    groups: list[list[int]] = []  # of each open #if: the ends and starts of its branches
    for match in _DIRECTIVE.finditer(code):
        word, rest = match[1], match[2]
        spans.append(match.span())
        if word == "define" and (named := _DEFINE.match(rest)):
            macros.append(Symbol(named[1], "macro", lines.at(match.start(1)), lines.last_used(match.end())))
        elif word in ("if", "ifdef", "ifndef"):
            groups.append([match.end()])
        elif word in ("else", "elif", "elifdef", "elifndef") and groups:
            groups[-1] += (match.start(), match.end())
        elif word == "endif" and groups:
            group = groups.pop()
            group.append(match.start())
            branches = list(zip(group[::2], group[1::2], strict=True))
            if len(branches) > 1 and any(code.count("{", *b) != code.count("}", *b) for b in branches):
                spans += branches[1:]
    return _blanked(code, spans), macros


def _blanked(code: str, spans: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if end > at:
            pieces += (code[at:start], blank(code[max(start, at) : end]))
            at = end
    return "".join((*pieces, code[at:]))
