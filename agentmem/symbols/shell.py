"""Shell functions, Make targets and the stages of a Dockerfile."""

import re

from agentmem.symbols.lexing import Lines, blank, brackets, ordered
from agentmem.symbols.port import Symbol

_TOKEN = re.compile(
    r"\\.|(?<![^\s;&|()])\#[^\n]*+|'[^']*+'?|\"(?:[^\"\\]|\\.)*+\"?|\(\((?:[^()\n]|\([^()\n]*\))*+\)\)|\$\{[^{}\n]*+\}?"
    r"|(?<!<)<<-?[ \t]*(?P<q>['\"\\]?)(?P<tag>[A-Za-z_]\w*)(?P=q)?(?P<rest>[^\n]*)\n(?:.*?)(?:^[\t]*(?P=tag)[ \t]*\r?$|\Z)",
    re.DOTALL | re.MULTILINE,
)
_DEEPEST = 50
_FUNCTION = re.compile(
    r"(?:^|(?<=[;&{(]))[ \t]*(?P<at>function[ \t]+(?P<a>[\w:.@+-]+)(?:[ \t]*\([ \t]*\))?|(?P<b>[\w:.@+-]+)[ \t]*\([ \t]*\))"
    r"\s*(?=[{(])",
    re.MULTILINE,
)
_TARGET = re.compile(r"^(?![#\t .])([\w./%-]+(?:[ \t]+[\w./%-]+)*)[ \t]*::?(?!=)", re.MULTILINE)
_STAGE = re.compile(
    r"^[ \t]*FROM[ \t]+[^\n]*?[ \t]AS[ \t]+([\w.-]+)|^[ \t]*FROM[ \t]", re.MULTILINE | re.IGNORECASE
)


def _fill(match: re.Match[str]) -> str:
    if match["tag"] is None:
        return blank(match[0])
    start, end = match.start("rest") - match.start(), match.end("rest") - match.start()
    return blank(match[0][:start]) + match["rest"] + blank(match[0][end:])


def shell(text: str) -> list[Symbol]:
    """The functions of a shell script."""
    code = _TOKEN.sub(_fill, text)
    lines = Lines(text)
    matches = list(_FUNCTION.finditer(code))
    starts = [match.start("at") for match in matches]
    close = brackets(code, starts, lambda at: _FUNCTION.match(code, at) is not None).close
    found: list[Symbol] = []
    open_functions: list[tuple[int, str]] = []
    for match, start in zip(matches, starts, strict=True):
        while open_functions and open_functions[-1][0] <= start:
            open_functions.pop()
        end = close.get(match.end(), len(text)) + 1
        if len(open_functions) > _DEEPEST:
            continue  # names would grow with each level
        first = lines.at(start)
        own = match["a"] or match["b"]
        name = f"{open_functions[-1][1]}.{own}" if open_functions else own
        found.append(Symbol(name, "function", first, max(first, lines.last_used(min(end, len(text))))))
        open_functions.append((end, name))
    return ordered(found)


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
