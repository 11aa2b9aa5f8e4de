"""What the line scanners share: text without its strings and comments, line numbers, brackets and their ends."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from agentmem.symbols.port import Symbol

_LETTERS = re.compile(r"[^\n]")
_NEWLINES = re.compile(r"\n")
_BRACKETS = re.compile(r"[{}()\[\]]")
_BRACKETS_AND_LINES = re.compile(r"[{}()\[\]]|\n[ \t]*+(?=[^\s/*])")
_OPENER = {"}": "{", ")": "(", "]": "["}
_TAB = 8

STRING = r'"(?:[^"\\\n]|\\(?:\r\n|.))*+"?'
"""A string on one line. The closing quote may be missing: where it were required, a run of quotes would take quadratic time."""
CHAR = r"'(?:[^'\\\n]|\\.)*+'?"
BLOCK_COMMENT = r"/\*.*?(?:\*/|\Z)"
LINE_COMMENT = r"//(?:[^\n\\]|\\(?:\r\n|.))*+"


def blank(text: str) -> str:
    """``text`` with spaces for all but its line ends: positions and lines stay what they are."""
    return " " * len(text) if "\n" not in text else _LETTERS.sub(" ", text)


def quoted(text: str) -> str:
    """``text``, a string literal, emptied but for a quote at each end."""
    inside = blank(text[1:-1])
    if len(text) < 2 or text[-1] == "\n":
        return '"' + inside + text[1:][-1:]
    return f'"{inside}"'


def flat(text: str) -> str:
    """``text``, a literal over several lines, as one of the same length on one line."""
    return '"' + " " * (len(text) - 2) + '"' if len(text) > 1 else '"'


def masker(pattern: str, flags: int = 0) -> Callable[[str], str]:
    """What blanks out each match of ``pattern``; its group ``text`` leaves quotes, its group ``keep`` is kept.

    Its group ``flat`` leaves quotes and no line ends: a literal over several lines does not end a statement.
    """
    compiled = re.compile(pattern, re.DOTALL | flags)

    def fill(match: re.Match[str]) -> str:
        if match.lastgroup == "keep":
            return match[0]
        if match.lastgroup == "flat":
            return flat(match[0])
        return quoted(match[0]) if match.lastgroup == "text" else blank(match[0])

    return lambda text: compiled.sub(fill, text)


class Lines:
    """Line numbers of the positions in a text; a line ends with LF."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in _NEWLINES.finditer(text))]
        if len(self.starts) > 1 and self.starts[-1] == len(text):
            self.starts.pop()

    def at(self, position: int) -> int:
        """The line of ``position``, from 1."""
        return bisect_right(self.starts, position)

    def last_used(self, position: int) -> int:
        """The line of the last character before ``position`` that is no white space; 1 where there is none."""
        line = self.at(max(position - 1, 0))
        while line > 1 and not self.text[self.starts[line - 1] : position].strip():
            position = self.starts[line - 1]
            line -= 1
        return line

    def indent(self, position: int) -> int:
        """The columns before the first letter of the line that holds ``position``."""
        start = self.starts[self.at(position) - 1]
        return width(self.text[start : start + 200])


def width(line: str) -> int:
    """The columns of white space that ``line`` starts with; a tab goes to the next multiple of 8."""
    columns = 0
    for letter in line:
        if letter == " ":
            columns += 1
        elif letter == "\t":
            columns += _TAB - columns % _TAB
        else:
            break
    return columns


def clean(name: str) -> str:
    """``name`` as a citation can hold it: no ``#``, which stands between path and symbol, and no line end."""
    return " ".join(name.replace("#", "").split())


def ordered(symbols: Sequence[Symbol]) -> list[Symbol]:
    """``symbols`` by start, the outer before the inner, those without a name left out."""
    return sorted((s for s in symbols if s.name), key=lambda symbol: (symbol.start, -symbol.end))


class Brackets(NamedTuple):
    """``close`` has the end of each opening bracket; ``around`` the brace around each asked position, -1 for none, and
    ``within`` whether another bracket was opened in that brace and is still open there.
    """

    close: dict[int, int]
    around: list[int]
    within: list[bool]


def brackets(code: str, asked: Sequence[int], declares: Callable[[int], bool]) -> Brackets:
    """The pairs of ``code``, which has no strings and comments. Where braces do not add up, the indentation decides.

    ``asked`` are positions in rising order; ``declares`` tells whether a declaration starts at a position: in code
    whose braces do not add up, one ends every brace whose line is indented as far or further.
    """
    found, whole = _pairs(code, asked, None)
    return found if whole else _pairs(code, asked, declares)[0]


def _pairs(code: str, asked: Sequence[int], declares: Callable[[int], bool] | None) -> tuple[Brackets, bool]:
    close: dict[int, int] = {}
    around: list[int] = []
    within: list[bool] = []
    stack: list[tuple[int, str, int]] = []
    braces: list[int] = []
    column, count, next_asked = 0, len(asked), asked[0] if asked else len(code) + 1
    whole = True
    for match in (_BRACKETS_AND_LINES if declares else _BRACKETS).finditer(code):
        at = match.start()
        while at >= next_asked:
            around.append(braces[-1] if braces else -1)
            within.append(bool(stack) and stack[-1][1] != "{")
            next_asked = asked[len(around)] if len(around) < count else len(code) + 1
        letter = match[0]
        if letter in "{([":
            stack.append((at, letter, column))
            if letter == "{":
                braces.append(at)
        elif letter in "})]":
            if stack and stack[-1][1] == _OPENER[letter]:
                close[stack.pop()[0]] = at
                if letter == "}":
                    braces.pop()
            elif letter == "}" and braces:  # what was opened inside and never closed ends here
                while stack[-1][1] != "{":
                    close[stack.pop()[0]] = at
                close[stack.pop()[0]] = at
                braces.pop()
                whole = False
            else:
                whole = False
        elif declares:
            column, first = width(letter[1:]), code[match.end()]
            while stack and (
                stack[-1][2] > column
                or (stack[-1][2] == column and first not in "})]" and declares(match.end()))
            ):
                opened = stack.pop()
                close[opened[0]] = at
                if opened[1] == "{":
                    braces.pop()
    while len(around) < count:
        around.append(braces[-1] if braces else -1)
        within.append(bool(stack) and stack[-1][1] != "{")
    for opened in stack:
        close[opened[0]] = len(code)
    return Brackets(close, around, within), whole and not stack
