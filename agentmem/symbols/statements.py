"""A scanner for languages whose statements end with ``;`` or braces: one pass over brackets, a stack of what is open.

A language says what the text before a brace or a semicolon declares; this says where that begins and ends.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from agentmem.symbols.lexing import Lines, clean, ordered, width
from agentmem.symbols.port import Symbol

_TOKENS = re.compile(r"[{}()\[\];]")
_TOKENS_AND_LINES = re.compile(r"[{}()\[\];]|\n[ \t]*+(?=[^\s/*])")
_LETTER = re.compile(r"\S")
_LABEL = re.compile(r"\w+\s*:(?!:)|[})\]]")
_HEADER = 8_000
_DEEPEST = 100
_RETRIES = 40


class Found(NamedTuple):
    """What a header declares. ``offset`` is where in the header it begins; ``inner`` what its braces hold: ``top``, ``class``,
    ``body`` or ``skip``. With ``named_after`` the name follows the closing brace; without ``listed`` it only qualifies.
    """

    kind: str
    name: str
    offset: int
    inner: str = "body"
    listed: bool = True
    named_after: bool = False


KEEP = Found("", "", 0, "skip", False)
"""A brace inside an expression, or a semicolon inside a header: the statement goes on behind it."""

Reader = Callable[[str, str, str, str], Found | None]
"""(header, "{" or ";", what the enclosing braces hold, the enclosing name) to what is declared, None for nothing."""


class _Frame:
    """One open brace: what it holds, and where the statement at hand in it began."""

    __slots__ = ("column", "found", "given", "head", "inner", "name", "parens", "retries", "symbol")

    def __init__(self, inner: str, name: str, head: int, column: int) -> None:
        self.inner = inner
        self.name = name
        self.head = head
        self.column = column
        self.parens = 0
        self.retries = 0
        self.symbol = -1
        self.given = -1  # a property whose value goes on behind its braces
        self.found: Found | None = None


class _Scan:
    """One pass over ``code``; with ``recover`` the indentation closes what no brace closes."""

    def __init__(self, code: str, read: Reader, recover: bool, inner: str, name: str) -> None:
        self.code, self.read, self.recover = code, read, recover
        self.lines = Lines(code)
        self.symbols: list[Symbol] = []
        self.stack = [_Frame(inner, name, 0, -1)]
        self.whole = True

    def run(self) -> None:
        column = 0
        stack = self.stack
        for match in (_TOKENS_AND_LINES if self.recover else _TOKENS).finditer(self.code):
            token, at, top = match[0], match.start(), stack[-1]
            if token in "([":
                top.parens += 1
            elif token in ")]":
                top.parens = max(top.parens - 1, 0)
            elif token == "{":
                self.open(at, column)
            elif token == "}":
                if len(stack) > 1:
                    self.close(at + 1)
                else:
                    self.whole = False
                    top.head, top.parens = at + 1, 0
            elif token == ";":
                if not top.parens:
                    self.end_of_statement(at + 1)
            else:
                column = width(token[1:])
                self.close_by(column, match.end(), at)
        self.whole = self.whole and len(stack) == 1
        while len(stack) > 1:
            self.close(len(self.code))

    def open(self, at: int, column: int) -> None:
        top = self.stack[-1]
        found: Found | None = None
        if (
            top.given >= 0
            or top.parens
            or top.inner == "skip"
            or top.retries > _RETRIES
            or len(self.stack) > _DEEPEST
        ):
            found = KEEP
        else:
            header = self.header(top, at)
            if header:
                found = self.read(header, "{", top.inner, top.name)
        if found is None:
            found = Found("", "", 0, "body" if top.inner != "class" else "skip", False)
        if found is KEEP:
            top.retries += 1
        frame = _Frame(found.inner, top.name, at + 1, column)
        frame.found = found
        if found is not KEEP and (found.name or found.named_after):
            frame.name = _joined(top.name, found.name)
            if found.listed:
                frame.symbol = len(self.symbols)
                self.symbols.append(
                    Symbol(frame.name, found.kind, self.lines.at(top.head + found.offset), self.lines.at(at))
                )
        self.stack.append(frame)

    def header(self, top: _Frame, end: int) -> str:
        """The statement at hand in ``top`` up to ``end``; the comments before it, blanked out, are none of it."""
        first = _LETTER.search(self.code, top.head, end)
        top.head = first.start() if first else end
        return self.code[top.head : min(end, top.head + _HEADER)]

    def close(self, end: int) -> None:
        frame = self.stack.pop()
        top = self.stack[-1]
        if frame.symbol >= 0:
            symbol = self.symbols[frame.symbol]
            self.symbols[frame.symbol] = symbol._replace(end=max(self.lines.last_used(end), symbol.start))
            if frame.found and frame.found.named_after:
                self.name_after(frame, end)
            if symbol.kind == "property" and _GIVEN.match(self.code, end):
                top.given = frame.symbol
        if frame.found is not KEEP:
            top.head, top.parens, top.retries = end, 0, 0

    def name_after(self, frame: _Frame, end: int) -> None:
        after = _NAME_AFTER.match(self.code, end, end + 300)
        old = self.symbols[frame.symbol]
        name = _joined(self.stack[-1].name, after[1]) if after else ""
        end_line = self.lines.at(after.end() - 1) if after else old.end
        self.symbols[frame.symbol] = old._replace(name=name, end=max(end_line, old.end))
        if after:  # what is inside was named before this was
            for place in range(frame.symbol + 1, len(self.symbols)):
                inner = self.symbols[place]
                self.symbols[place] = inner._replace(
                    name=_joined(name, inner.name[len(frame.name) :].lstrip("."))
                )

    def end_of_statement(self, end: int) -> None:
        top = self.stack[-1]
        if top.given >= 0:
            self.symbols[top.given] = self.symbols[top.given]._replace(end=self.lines.at(end - 1))
            top.given = -1
        elif top.inner != "skip" and len(self.stack) <= _DEEPEST:
            header = self.header(top, end - 1)
            found = self.read(header, ";", top.inner, top.name) if header else None
            if found is KEEP and top.retries <= _RETRIES:
                top.retries += 1
                return
            if found and found.name and found.listed:
                start = self.lines.at(top.head + found.offset)
                name = _joined(top.name, found.name)
                self.symbols.append(Symbol(name, found.kind, start, self.lines.at(end - 1)))
        top.head, top.parens, top.retries = end, 0, 0

    def close_by(self, column: int, first: int, end: int) -> None:
        """Close what a line that starts at ``column`` cannot be in. An own brace at the same column closes it by itself."""
        while len(self.stack) > 1:
            top = self.stack[-1]
            declared = top.symbol >= 0 and top.inner != "top"
            if top.column > column or (
                top.column == column
                and declared
                and not _LABEL.match(self.code, first)
                and self.code[first] != "{"
            ):
                self.close(end)
            else:
                return


_GIVEN = re.compile(r"\s*=(?![=>])")
_NAME_AFTER = re.compile(r"\s*(?:__attribute__\s*\(\([^)]*\)\)\s*)?\**\s*(\w+)\s*(?:\[[^\]]*\]\s*)*[;,=]")


def _joined(outer: str, name: str) -> str:
    return f"{outer}.{name}" if outer and name else name or outer


def scan(code: str, read: Reader, inner: str = "top", name: str = "") -> list[Symbol]:
    """The symbols of ``code``, a text without strings and comments, as ``read`` knows them by their headers.

    ``inner`` and ``name`` say what ``code`` stands in, where it is a part of a text.
    """
    first = _Scan(code, read, False, inner, name)
    first.run()
    if not first.whole:
        first = _Scan(code, read, True, inner, name)
        first.run()
    return ordered([symbol._replace(name=clean(symbol.name)) for symbol in first.symbols])


_ANGLES = re.compile(r"[<>(){};]|->|=>")


def past_angles(text: str, at: int, reach: int = 1000) -> int:
    """Behind the ``<...>`` that opens at ``at``; ``at`` where it does not close within ``reach`` letters."""
    depth = braces = 0
    for match in _ANGLES.finditer(text, at, at + reach):
        if match[0] == "<":
            depth += 1
        elif match[0] == ">":
            depth -= 1
            if not depth:
                return match.end()
        elif match[0] in "{(":
            braces += 1
        elif match[0] in "})":
            braces -= 1
            if braces < 0:
                break
        elif match[0] == ";" and not braces:
            break
    return at


_ANGLES_BACK = re.compile(r"[<>(){};]")


def before_angles(text: str, end: int) -> int:
    """Where the ``<...>`` opens that closes right before ``end``; ``end`` where it does not."""
    depth = parens = 0
    for match in reversed(list(_ANGLES_BACK.finditer(text, max(end - 1000, 0), end))):
        letter, at = match[0], match.start()
        if letter == ">":
            depth += text[at - 1 : at] not in ("-", "=")
        elif letter == "<":
            depth -= 1
            if not depth:
                return at
        elif letter in ")}":
            parens += 1
        elif letter in "({":
            parens -= 1
            if parens < 0:
                break
        elif not parens:
            break
    return end


_NAME = re.compile(r"[\w$@]")


def name_before(text: str, end: int, joint: str = "::") -> tuple[int, str]:
    """Where the qualified name starts that ends before ``end``, and it, its type arguments left out; empty for none."""
    parts: list[str] = []
    first = end
    while True:
        at = _before_space(text, end)
        if text[at - 1 : at] == ">" and (opened := before_angles(text, at)) != at:
            at = _before_space(text, opened)
        start = at
        while start and _NAME.match(text, start - 1):
            start -= 1
        if start == at:
            break
        word = text[start:at]
        if text[start - 1 : start] == "~":
            start, word = start - 1, "~" + word
        parts.append(word)
        first = start
        end = _before_space(text, start)
        if not text.endswith(joint, 0, end):
            break
        end -= len(joint)
    return first, joint.join(reversed(parts))


def _before_space(text: str, at: int) -> int:
    while at and text[at - 1].isspace():
        at -= 1
    return at


_PARENS = re.compile(r"[()]")


def past_parens(text: str, at: int) -> int:
    """Behind the ``(...)`` that opens at ``at``; the end of ``text`` where it does not close."""
    depth = 0
    for match in _PARENS.finditer(text, at):
        depth += 1 if match[0] == "(" else -1
        if not depth:
            return match.end()
    return len(text)
