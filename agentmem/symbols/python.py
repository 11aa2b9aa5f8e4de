"""Python without a parser: logical lines by their brackets and strings, blocks by their indentation."""

import re

from agentmem.symbols.lexing import Lines, ordered, width
from agentmem.symbols.port import Symbol

_TOKEN = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)|\'\'\'(?:[^'\\]|\\.|'(?!\'\'))*+(?:\'\'\'|\Z)'''
    r"""|"(?:[^"\\\n]|\\(?:\r\n|.))*+"?|'(?:[^'\\\n]|\\(?:\r\n|.))*+'?|\#[^\n]*+|[(\[{]|[)\]}]|\\\r?\n|\n(?:[ \t\f]*\r?\n)*+""",
    re.DOTALL,
)
_DECLARES = re.compile(
    r"(?:async[ \t\f]+)?def[ \t\f]+(\w+)|class[ \t\f]+(\w+)|type[ \t\f]+(\w+)[ \t\f]*[\[=]"
)
_ASSIGNS = re.compile(r"(\w+)[ \t]*(?::[^=\n]+)?=(?!=)")
# `def` and `class` are in no expression: a line that starts with one ends whatever bracket was left open
_RESTARTS = re.compile(r"[ \t]*(?:(?:async[ \t]+)?def[ \t]+\w+[ \t]*[(\[]|class[ \t]+\w+[ \t]*[(:\[])")
_SPACE = re.compile(r"[ \t\f]*")


def _logical_lines(text: str) -> list[tuple[int, int]]:
    """Where each logical line starts and ends; empty ones and comments are not among them."""
    found: list[tuple[int, int]] = []
    start = depth = 0
    for match in _TOKEN.finditer(text):
        letter = match[0][0]
        if letter == "\n":
            if depth and not _RESTARTS.match(text, match.end()):
                continue
            depth = 0
            found.append((start, match.start()))
            start = match.end()
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth = max(depth - 1, 0)
    found.append((start, len(text)))
    return found


def symbols(text: str) -> list[Symbol]:
    """The functions, methods and classes of ``text``, and what it assigns at its top level."""
    lines = Lines(text)
    found: list[Symbol] = []
    open_blocks: list[
        tuple[int, int, str, bool]
    ] = []  # indentation, place in `found`, qualified name, is a class
    last = (0, 0)  # the last logical line

    def close(column: int) -> None:
        while open_blocks and open_blocks[-1][0] >= column:
            place = open_blocks.pop()[1]
            found[place] = found[place]._replace(end=max(_last_line(text, lines, *last), found[place].start))

    for start, end in _logical_lines(text):
        space = _SPACE.match(text, start)
        first = space.end() if space else start
        if first >= end or (text[first] in "#\r\n\ufeff" and not text[first:end].strip("\ufeff \r")):
            continue
        if text[first] == "\ufeff":
            first += 1
        white = text[start:first]
        column = width(white.rpartition("\f")[2].lstrip("\ufeff"))
        if text[first] == "#":
            continue
        close(column)
        last = (first, end)
        if declared := _DECLARES.match(text, first, end):
            function, group, alias = declared.groups()
            outer = open_blocks[-1] if open_blocks else None
            kind = "class" if group else "type" if alias else "method" if outer and outer[3] else "function"
            name = ".".join(filter(None, (outer[2] if outer else "", function or group or alias)))
            found.append(Symbol(name, kind, lines.at(first), _last_line(text, lines, first, end)))
            if not alias:
                open_blocks.append((column, len(found) - 1, name, bool(group)))
        elif column == 0 and (assigned := _ASSIGNS.match(text, first, end)):
            kind = "constant" if assigned[1].isupper() else "variable"
            found.append(Symbol(assigned[1], kind, lines.at(first), _last_line(text, lines, first, end)))
    close(-1)
    return ordered(found)


def _last_line(text: str, lines: Lines, first: int, end: int) -> int:
    """The last line of the logical line from ``first`` to ``end``; an open end at the end of the file is not counted."""
    line = lines.at(max(end - 1, first))
    return line if text[lines.starts[line - 1] : end].strip() else lines.last_used(end)
