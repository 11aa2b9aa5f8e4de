"""Ruby: blocks by their keywords and `end`; where these do not add up, by indentation."""

import re

from agentmem.symbols.lexing import Lines, clean, ordered, width
from agentmem.symbols.port import Symbol
from agentmem.symbols.rubylexer import mask

_TOKEN = re.compile(
    r"\n|;|[{}()\[\]]|(?<![\w@$])(?:class|module|def|begin|case|do|if|unless|while|until|for|end)(?![\w?!])(?!:(?!:))"
    r"|(?<![\w@$.:])[A-Z]\w*(?=[ \t]*(?:\|\|)?=(?![=~>]))",
)
_TYPE = re.compile(r"[ \t]+(?:::)?([A-Z][\w:]*)")
_SELF = re.compile(r"[ \t]*<<(?![~-])")
_METHOD = re.compile(
    r"[ \t]+(?:(?:[\w@$]+)[ \t]*(?:\.|::)[ \t]*)?(\w+[?!]?(?:=(?=[ \t]*[(\w]))?|\[\]=?"
    r"|[-+!~]@|<=>|===?|=~|!=|!~|\*\*|<<|>>|<=|>=|[-+*/%<>!&|^~`])"
)
_ENDLESS = re.compile(r"[ \t]*=(?![=~>])")
_WORD = re.compile(r"(?<![\w@$.:])[a-z_]+$")
_OPENS_AFTER_WORDS = """
then do else elsif begin ensure and or not when in rescue if unless while until case return
"""
_OPENS_AFTER = frozenset(_OPENS_AFTER_WORDS.split())
_MODIFIED = frozenset(("return", "if", "rescue"))
_CLOSER = {"}": "{", ")": "(", "]": "["}
_GOES_ON_AFTER = frozenset("+-*/%&|^<>=!~?:.,\\([{")
_GOES_ON_BEFORE = re.compile(r"\s*(?:\.(?!\.)|&\.)")
_DEEPEST, _TOO_DEEP = 50, 1_000


class _Frame:
    """What is open: a bracket, or what an ``end`` closes; ``name`` qualifies what is declared inside."""

    __slots__ = ("column", "holds", "loop", "name", "place", "word")

    def __init__(self, word: str, column: int, name: str, holds: str, place: int = -1) -> None:
        self.word, self.column, self.name, self.holds, self.place = word, column, name, holds, place
        self.loop = word in ("while", "until", "for")


class _Scan:
    """One pass over ``code``; with ``recover`` the indentation closes what no ``end`` closes."""

    def __init__(self, text: str, code: str, recover: bool) -> None:
        self.code, self.recover = code, recover
        self.lines = Lines(text)
        self.found: list[Symbol] = []
        self.stack = [_Frame("", -1, "", "top")]
        self.constants: list[tuple[int, int]] = []  # depth of the stack, place in `found`: values that go on
        self.column = 0
        self.first = 0  # the first letter of the line at hand
        self.whole = True

    def run(self) -> None:
        code = self.code
        self.begin_line(0)
        at = 0
        while match := _TOKEN.search(code, at):
            token, start, at = match[0], match.start(), match.end()
            letter = token[0]
            if letter == "\n":
                self.end_line(start)
                self.begin_line(at)
            elif letter == ";":
                self.end_constants(start)
            elif letter == "{":
                self.block(token)
            elif letter in "([":
                self.push(token, self.stack[-1].name, self.stack[-1].holds)
            elif letter in ")]}":
                self.close_bracket(letter, start)
            elif letter.isupper():
                self.constant(token, start)
            elif code[start - 1 : start] not in (".", ":"):
                at = self.keyword(token, start, at)
            if len(self.stack) > _TOO_DEEP:
                break
        self.whole = self.whole and len(self.stack) == 1
        while len(self.stack) > 1:
            self.pop(len(code))
        self.end_constants(len(code))

    def begin_line(self, at: int) -> None:
        end = self.code.find("\n", at)
        line = self.code[at : end if end >= 0 else len(self.code)]
        if line.strip():
            self.column = width(line)
            self.first = at + len(line) - len(line.lstrip())

    def push(self, word: str, name: str, holds: str, place: int = -1) -> None:
        self.stack.append(_Frame(word, self.column, name, holds, place))

    def pop(self, end: int) -> None:
        frame = self.stack.pop()
        if frame.place >= 0:
            symbol = self.found[frame.place]
            self.found[frame.place] = symbol._replace(end=max(self.lines.last_used(end), symbol.start))

    def keyword(self, word: str, start: int, at: int) -> int:
        """Where to go on behind ``word``."""
        top = self.stack[-1]
        if word == "end":
            self.end(start, at)
        elif word == "do":
            if top.loop:
                top.loop = False
            else:
                self.block(word)
        elif word in ("begin", "case"):
            self.push(word, top.name, top.holds)
        elif word == "def":
            return self.method(start, at)
        elif self.opens(start):
            if word in ("class", "module"):
                return self.type(word, start, at)
            self.push(word, top.name, top.holds)
        return at

    def opens(self, start: int) -> bool:
        """Whether the keyword at ``start`` begins a statement or a value, and does not modify what is before it."""
        before = self.code[max(start - 100, 0) : start].rstrip(" \t")
        if not before or before[-1] in "\n;([{,=|&:<>+-*/%^~":
            return True
        if before[-1] in "?!":
            return not before[-2:-1].isalnum() and before[-2:-1] != "_"
        word = _WORD.search(before)
        return word is not None and word[0] in _OPENS_AFTER and word[0] not in _MODIFIED

    def block(self, word: str) -> None:
        """Open a block; in one that makes a constant's value, as of ``Struct.new``, that qualifies the names."""
        top = self.stack[-1]
        if self.constants and self.constants[-1][0] == len(self.stack):
            self.push(word, self.found[self.constants[-1][1]].name, "class")
        else:
            self.push(word, top.name, top.holds)

    def named(self, name: str) -> str:
        outer = self.stack[-1].name
        return f"{outer}.{name}" if outer else name

    def declare(self, word: str, name: str, kind: str, start: int, holds: str) -> None:
        if self.recover and start == self.first:
            self.close_by(self.column, start)
        whole = self.named(name)
        first = self.lines.at(start)
        self.found.append(Symbol(clean(whole), kind, first, first))
        self.push(
            word, whole if len(self.stack) < _DEEPEST else self.stack[-1].name, holds, len(self.found) - 1
        )

    def type(self, word: str, start: int, at: int) -> int:
        if _SELF.match(self.code, at):
            self.push(word, self.stack[-1].name, "class")
        elif found := _TYPE.match(self.code, at):
            self.declare(word, found[1].strip(":").replace("::", "."), word, start, "class")
            return found.end()
        else:
            self.push(word, self.stack[-1].name, "class")
        return at

    def method(self, start: int, at: int) -> int:
        found = _METHOD.match(self.code, at)
        if found is None:
            self.push("def", self.stack[-1].name, "body")
            return at
        kind = "method" if self.stack[-1].holds == "class" else "function"
        name = found[1]
        line = self.lines.at(start)
        self.start_of_line(start)
        self.declare("def", name, kind, start, "body")
        self.found[-1] = self.found[-1]._replace(start=line, end=line)
        behind = found.end()
        parens = self.past_parens(behind)
        if not name.endswith("=") and _ENDLESS.match(self.code, parens):
            self.stack.pop()
            end = self.line_end(parens)
            self.found[-1] = self.found[-1]._replace(end=max(self.lines.last_used(end), line))
        return behind

    def start_of_line(self, start: int) -> None:
        """A ``def`` behind ``private`` counts as the first of its line."""
        if self.recover and not self.code[self.first : start].strip(" \tabcdefghijklmnopqrstuvwxyz_"):
            self.first = start

    def past_parens(self, at: int) -> int:
        match = _PARENS.match(self.code, at)
        return match.end() if match else at

    def line_end(self, at: int) -> int:
        """Behind the expression in which ``at`` is."""
        depth = 0
        for match in _ENDS.finditer(self.code, at):
            letter = match[0]
            if letter in "([{":
                depth += 1
            elif letter in ")]}":
                depth -= 1
                if depth < 0:
                    return match.start()
            elif not depth and not self.goes_on(match.start()):
                return match.start()
        return len(self.code)

    def constant(self, name: str, start: int) -> None:
        top = self.stack[-1]
        before = self.code[max(start - 80, 0) : start].rstrip(" \t")
        if top.holds == "body" or top.word == "[":
            return
        if before and before[-1] not in "\n;{|(" and not before.endswith((" do", " then", "\tdo", " else")):
            return
        line = self.lines.at(start)
        self.found.append(Symbol(clean(self.named(name)), "constant", line, line))
        self.constants.append((len(self.stack), len(self.found) - 1))

    def goes_on(self, at: int) -> bool:
        """Whether the statement goes on behind the line end at ``at``."""
        before = self.code[max(at - 200, 0) : at].rstrip(" \t\r")
        if before[-1:] in _GOES_ON_AFTER:
            return not (
                before[-1] in "?!|"
                and (before[-2:-1].isalnum() or (before[-1] == "|" and _BLOCK.search(before)))
            )
        return _GOES_ON_BEFORE.match(self.code, at) is not None

    def end_line(self, at: int) -> None:
        if self.stack[-1].loop:
            self.stack[-1].loop = False
        if self.constants and self.constants[-1][0] >= len(self.stack) and not self.goes_on(at):
            self.end_constants(at)

    def end_constants(self, at: int) -> None:
        while self.constants and self.constants[-1][0] >= len(self.stack):
            place = self.constants.pop()[1]
            symbol = self.found[place]
            self.found[place] = symbol._replace(end=max(self.lines.last_used(at), symbol.start))

    def close_bracket(self, letter: str, at: int) -> None:
        if self.stack[-1].word == _CLOSER[letter]:
            self.end_constants(at)
            self.pop(at)
        elif any(frame.word == _CLOSER[letter] for frame in self.stack[-4:]):
            self.whole = False
            while self.stack[-1].word != _CLOSER[letter]:
                self.pop(at)
            self.pop(at)
        else:
            self.whole = False

    def end(self, start: int, at: int) -> None:
        while self.stack[-1].word in _CLOSER.values():
            self.whole = False
            self.pop(start)
        if self.recover and start == self.first:
            while len(self.stack) > 1 and self.stack[-1].column > self.column:
                self.pop(start)
            if self.stack[-1].column < self.column:
                return  # closes nothing that is known to be open
        if len(self.stack) == 1:
            self.whole = False
            return
        self.end_constants(start)
        self.pop(at)

    def close_by(self, column: int, at: int) -> None:
        """Close what a declaration that starts at ``column`` cannot be in."""
        while len(self.stack) > 1 and self.stack[-1].column >= column:
            self.pop(at)


_PARENS = re.compile(r"[ \t]*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")
_ENDS = re.compile(r"[\n;(){}\[\]]")
_BLOCK = re.compile(r"(?:\{|\bdo)[ \t]*\|[^|]*\|$")


def symbols(text: str) -> list[Symbol]:
    """The symbols of Ruby: modules, classes, methods and constants; ``def self.x`` is named as ``def x``."""
    code = mask(text)
    scan = _Scan(text, code, False)
    scan.run()
    if not scan.whole:
        scan = _Scan(text, code, True)
        scan.run()
    return ordered(scan.found)
