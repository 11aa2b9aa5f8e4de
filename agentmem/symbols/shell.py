"""Shell functions, Make targets and the stages of a Dockerfile."""

import re

from agentmem.symbols.lexing import Lines, clean, ordered, width
from agentmem.symbols.port import Symbol
from agentmem.symbols.shlexer import mask

_DEEPEST = 50
_FUNCTION = re.compile(
    r"(?:^|(?<=[;&{(|])|(?<=\bthen)|(?<=\belse)|(?<=\bdo))[ \t]*(?P<at>function[ \t]+(?P<a>[^\s(){}<>|&;=]+)(?:[ \t]*\([ \t]*\))?"
    r"|(?P<b>[^\s(){}<>|&;=]+)[ \t]*\([ \t]*\))\s*(?=[{(])",
    re.MULTILINE,
)
# braces are words of their own here; a parenthesis may also end the pattern of a case
_BRACKET = re.compile(
    r"(?<![^\s;&|()])\{(?=\s)|(?<![^\s;&|()}])\}(?=[\s;&|)<>}]|\Z)|[()]|\bcase\b(?=[^\n]*\bin\b)|\besac\b"
)
_LINE = re.compile(r"^([ \t]*)(?=\S)[^\n]*", re.MULTILINE)
_TARGET = re.compile(r"^(?![#\t .])([\w./%-]+(?:[ \t]+[\w./%-]+)*)[ \t]*::?(?!=)", re.MULTILINE)
_STAGE = re.compile(
    r"^[ \t]*FROM[ \t]+[^\n]*?[ \t]AS[ \t]+([\w.-]+)|^[ \t]*FROM[ \t]", re.MULTILINE | re.IGNORECASE
)


def shell(text: str) -> list[Symbol]:
    """The functions of a shell script."""
    code = mask(text)
    lines = Lines(text)
    matches = list(_FUNCTION.finditer(code))
    bodies = [match.end() for match in matches]
    close = _closed(code, bodies)
    found: list[Symbol] = []
    open_functions: list[tuple[int, str]] = []
    for match in matches:
        start = match.start("at")
        while open_functions and open_functions[-1][0] <= start:
            open_functions.pop()
        end = (
            close.get(match.end(), len(text)) + 1
            if not code.startswith("{}", match.end())
            else match.end() + 2
        )
        if len(open_functions) > _DEEPEST:
            continue  # names would grow with each level
        first = lines.at(start)
        own = match["a"] or match["b"]
        name = clean(f"{open_functions[-1][1]}.{own}" if open_functions else own)
        found.append(Symbol(name, "function", first, max(first, lines.last_used(min(end, len(text))))))
        open_functions.append((end, name))
    return ordered(found)


def _closed(code: str, bodies: list[int]) -> dict[int, int]:
    """The end of each body that opens at one of ``bodies``; where braces do not add up, the next at its column."""
    close: dict[int, int] = {}
    stack: list[tuple[str, int]] = []
    whole = True
    for match in _BRACKET.finditer(code):
        word, at = match[0], match.start()
        if word in ("{", "(", "case"):
            stack.append((word, at))
        elif word == ")":
            if stack and stack[-1][0] == "(":
                close[stack.pop()[1]] = at
        else:
            opener = "{" if word == "}" else "case"
            if any(frame[0] == opener for frame in stack[-20:]):
                while stack[-1][0] != opener:  # a parenthesis may be text: the braces count
                    whole = whole and stack.pop()[0] != "{"
                close[stack.pop()[1]] = at
            else:
                whole = False
    return (
        close
        if whole and not any(word == "{" for word, _ in stack)
        else close | _by_column(code, bodies, close)
    )


def _by_column(code: str, bodies: list[int], close: dict[int, int]) -> dict[int, int]:
    """The end of each body by the next brace at the column of its line; that of one on a single line is known."""
    lines = Lines(code)
    ends: dict[int, int] = {}
    stack: list[tuple[int, int]] = []  # column, body
    place = 0
    for match in _LINE.finditer(code):
        column, first = width(match[1]), match.end(1)
        while stack and stack[-1][0] > column:
            ends[stack.pop()[1]] = match.start()
        starts = place < len(bodies) and bodies[place] < match.end()
        if stack and stack[-1][0] == column and (code[first] in "})" or (starts and code[first] != "{")):
            ends[stack.pop()[1]] = first if code[first] in "})" else match.start()
        while place < len(bodies) and bodies[place] < match.end():
            at = bodies[place]
            if lines.at(close.get(at, len(code))) != lines.at(at):
                stack.append((column, at))
            place += 1
    ends.update({body: len(code) for _, body in stack})
    return ends


def make(text: str) -> list[Symbol]:
    """The targets of a Makefile with their recipes; special ones, which start with a dot, are left out."""
    found: list[Symbol] = []
    lines = text.split("\n")
    recipe, joined = False, False
    for number, line in enumerate(lines, 1):
        if joined or line.startswith("\t"):
            if recipe and line.strip():
                found[-1] = found[-1]._replace(end=number)
        elif target := _TARGET.match(line):
            found.append(Symbol(" ".join(target[1].split()), "target", number, number))
            recipe = True
        elif line.strip() and not line.startswith("#"):
            recipe = False
        joined = line.rstrip("\r").endswith("\\")
    return ordered(found)


def dockerfile(text: str) -> list[Symbol]:
    """The named stages of a Dockerfile, each until the next stage."""
    lines = Lines(text)
    found = []
    matches = list(_STAGE.finditer(text))
    for place, match in enumerate(matches):
        end = matches[place + 1].start() if place + 1 < len(matches) else len(text)
        start = lines.at(match.start())
        found.append(Symbol(match[1] or "", "target", start, max(start, lines.last_used(end))))
    return ordered(found)
