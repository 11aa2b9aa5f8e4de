"""JavaScript and TypeScript: declarations at the starts of statements, their ends by brackets and line ends."""

import re
from bisect import bisect_right

from agentmem.symbols.jslexer import mask
from agentmem.symbols.lexing import Brackets, Lines, brackets, clean, ordered
from agentmem.symbols.port import Symbol
from agentmem.symbols.statements import past_angles

_WORD = r"[\w$]+"
_DECLARES = re.compile(
    rf"""(?:^|(?<=[{{}};]))[ \t]*+(?:@[\w.$]+(?:\([^()\n]*\))?[ \t]+)*+(?P<at>
      (?:export\s+)?(?P<default>default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?
      (?: function\b\s*\*?\s*(?P<function>{_WORD})?(?=\s*[<(])
        | class\b(?:\s+(?!extends\b|implements\b)(?P<class>{_WORD}))?(?=[\s{{<])
        | interface\s+(?P<interface>{_WORD})(?=\s*[<{{]|\s+extends)
        | (?:const\s+)?enum\s+(?P<enum>{_WORD})(?=\s*\{{)
        | type\s+(?P<type>{_WORD})(?=\s*[<=])
        | (?:namespace|module)\s+(?P<module>[\w.$]+)(?=\s*\{{)
        | (?P<binding>const|let|var)\s+(?P<variable>{_WORD})(?=\s*[!:=;\n])
        | (?:module\.)?(?P<assigned>{_WORD}(?:\.{_WORD})+)(?=\s*=\s*(?:async\b|function\b|\(|{_WORD}\s*=>|class\b))
      )
      | (?:(?:public|private|protected|static|readonly|abstract|override|async|get|set|declare|accessor)\s+(?=[\w$#*\[]))*+
        (?:\*\s*)?\#?(?P<member>{_WORD}|"\s*")(?=\s*[?!]?\s*[(<=:;\n}}])
    )""",
    re.MULTILINE | re.VERBOSE,
)
_RESTARTS = re.compile(
    r"(?:export|function|class|interface|enum|namespace|const|let|var|import|async\s+function|abstract\s+class)\b"
)
_KEYWORDS_WORDS = """
if for while switch return catch function else do try finally new delete throw typeof case default
with yield await import export void in of instanceof class const let var super this break continue
"""
_KEYWORDS = frozenset(_KEYWORDS_WORDS.split())
_FUNCTION = re.compile(rf"\s*(?:async\b\s*)?(?:function\b|{_WORD}\s*=>)")
_PARENS = re.compile(r"\s*(?:async\b\s*)?(?=[<(])")
_ARROW = re.compile(r"\s*(?::[^;=]{0,300}?)?=>")
_DEEPEST = 50
_STEP = re.compile(r"[{(\[;)\]}\n,]")
_HEAD = re.compile(r"[{(\[;)\]}=\n]")
_GOES_ON_AFTER = frozenset("+-*/%&|^<=!~?:.,([{")
_GOES_ON_BEFORE = frozenset("+-*/%&|^<>=?:.,)([{")
_TYPE_BEFORE = frozenset(":|&,<=(")
_PROTOTYPE = re.compile(r"^(?:exports\.)?|\.prototype(?=\.)")


class _Scan:
    """The declarations of ``code``; ``open`` has the ends, names and kinds of those around the one at hand."""

    def __init__(self, text: str) -> None:
        self.code = mask(text)
        self.lines = Lines(text)
        self.matches = list(_DECLARES.finditer(self.code))
        self.starts = [match.start("at") for match in self.matches]
        self.firm = [match.start("at") for match in self.matches if not match["member"]]
        self.pairs: Brackets = brackets(
            self.code, self.starts, lambda at: _RESTARTS.match(self.code, at) is not None
        )
        self.bodies: dict[int, str] = {-1: "top"}  # a brace to what it holds
        self.open: list[tuple[int, str]] = []
        self.found: list[Symbol] = []

    def run(self) -> list[Symbol]:
        for match, brace in zip(self.matches, self.pairs.around, strict=True):
            start = match.start("at")
            while self.open and self.open[-1][0] <= start:
                self.open.pop()
            if len(self.open) > _DEEPEST:
                continue  # names would grow with each level
            holds = self.bodies.get(brace, "code")
            if match["member"]:
                if holds in ("class", "object"):
                    self.member(match, holds)
            elif holds not in ("class", "object"):
                self.declaration(match, holds)
        return ordered(self.found)

    def add(
        self, match: re.Match[str], name: str, kind: str, end: int, body: int = -1, holds: str = ""
    ) -> None:
        name = clean(f"{self.open[-1][1]}.{name}" if self.open else name)
        start = self.lines.at(match.start("at"))
        self.found.append(Symbol(name, kind, start, max(start, self.lines.last_used(end))))
        self.open.append((end, name))
        if body >= 0:
            self.bodies[body] = holds

    def declaration(self, match: re.Match[str], holds: str) -> None:
        kind = match.lastgroup if match.lastgroup != "at" else None
        word = match["at"].removeprefix("export").lstrip()
        if match["variable"]:
            self.variable(match, holds)
        elif match["type"]:
            self.add(match, match["type"], "type", self.statement_end(match.end()))
        elif match["assigned"]:
            if not match["assigned"].startswith("this."):
                self.assigned(match)
        elif match["interface"] or match["enum"] or match["module"]:
            kind = "interface" if match["interface"] else "enum" if match["enum"] else "module"
            name = match["interface"] or match["enum"] or match["module"]
            body = self.body(match.end())
            self.add(
                match, name, kind, self.behind(body, match.end()), body, "top" if match["module"] else ""
            )
        else:
            name = match["function"] or match["class"] or ("default" if match["default"] else "")
            is_class = re.search(r"\bclass\b", word) is not None and not match["function"]
            if is_class or name:
                body = self.body(match.end())
                if is_class and body < 0:
                    return
                end = self.behind(body, match.end())
                if name:
                    self.add(
                        match,
                        name,
                        "class" if is_class else "function",
                        end,
                        body,
                        "class" if is_class else "code",
                    )

    def variable(self, match: re.Match[str], holds: str) -> None:
        name, value = match["variable"], self.value(match.end())
        end = self.statement_end(match.end())
        if value >= 0 and self.is_function(value):
            self.add(match, name, "function", end)
        elif holds == "top":
            constant = match["binding"] == "const"
            brace = _next_letter(self.code, value) if value >= 0 else -1
            is_object = brace >= 0 and self.code[brace : brace + 1] == "{"
            self.add(
                match, name, "constant" if constant else "variable", end, brace if is_object else -1, "object"
            )

    def assigned(self, match: re.Match[str]) -> None:
        value = self.value(match.end())
        if value < 0:
            return
        name = _PROTOTYPE.sub("", match["assigned"])
        method = "." in name
        if self.is_function(value):
            self.add(match, name, "method" if method else "function", self.statement_end(match.end()))

    def member(self, match: re.Match[str], holds: str) -> None:
        name = match["member"]
        if (name in _KEYWORDS and not self.code.startswith("(", match.end())) or name.startswith('"'):
            return
        at = _next_letter(self.code, match.end())
        letter = self.code[at : at + 1]
        if letter and letter in "?!":
            at = _next_letter(self.code, at + 1)
            letter = self.code[at : at + 1]
        if letter == "<":
            at = _next_letter(self.code, past_angles(self.code, at))
            letter = self.code[at : at + 1]
        if letter == "(":
            body = self.body(at)
            if body >= 0 or holds == "class":
                self.add(match, name, "method", self.behind(body, at), body, "code")
        elif holds == "class":
            value = self.value(match.end())
            kind = "method" if value >= 0 and self.is_function(value) else "field"
            self.add(match, name, kind, self.statement_end(match.end()))
        elif letter == ":" and self.is_function(at + 1):
            self.add(match, name, "method", self.statement_end(match.end(), comma=True))

    def is_function(self, value: int) -> bool:
        """Whether a function is written at ``value``: with its keyword, or as an arrow."""
        if _FUNCTION.match(self.code, value):
            return True
        parens = _PARENS.match(self.code, value)
        if parens is None:
            return False
        at = parens.end()
        if self.code[at] == "<":
            at = _next_letter(self.code, past_angles(self.code, at))
            if self.code[at : at + 1] != "(":
                return False
        return _ARROW.match(self.code, self.pairs.close.get(at, len(self.code)) + 1) is not None

    def limit(self, at: int) -> int:
        """Where the next declaration starts: what belongs to this one is before it, or in its brackets."""
        place = bisect_right(self.starts, at)
        return self.starts[place] if place < len(self.starts) else len(self.code)

    def value(self, at: int) -> int:
        """Behind the ``=`` of the declaration whose name ends at ``at``; -1 where it has none."""
        end = self.limit(at)
        while (match := _HEAD.search(self.code, at, end)) is not None:
            letter = match[0]
            if letter == "=":
                if self.code[match.end() : match.end() + 1] != ">":
                    return match.end()
                at = match.end() + 1
            elif letter in "{([":
                at = self.pairs.close.get(match.start(), len(self.code)) + 1
                end = self.limit(at - 1)
            elif letter == "\n" and self.goes_on(match.start()):
                at = match.end()
            else:
                return -1
        return -1

    def body(self, at: int) -> int:
        """The brace that opens the body of the declaration whose name ends at ``at``; -1 where there is none."""
        end = self.limit(at)
        at = _next_letter(self.code, at)
        if self.code[at : at + 1] == "<":
            at = past_angles(self.code, at)
        while (match := _STEP.search(self.code, at, max(end, at))) is not None:
            letter = match[0]
            if letter == "{" and (_letter_before(self.code, match.start()) not in _TYPE_BEFORE):
                return match.start()
            if letter in "{([":
                at = self.pairs.close.get(match.start(), len(self.code)) + 1
                end = self.limit(at - 1)
            elif letter == "," or (letter == "\n" and self.goes_on(match.start())):
                at = match.end()
            else:
                return -1
        return -1

    def behind(self, body: int, at: int) -> int:
        """Behind the body that opens at ``body``, or behind the statement where there is none."""
        return self.pairs.close.get(body, len(self.code)) + 1 if body >= 0 else self.statement_end(at)

    def statement_end(self, at: int, comma: bool = False) -> int:
        """Behind the statement in which ``at`` is: its semicolon, its line's end, the bracket around it."""
        end = self.next_firm(at)
        while (match := _STEP.search(self.code, at, end)) is not None:
            letter = match[0]
            if letter == ";":
                return match.end()
            if letter in "{([":
                at = self.pairs.close.get(match.start(), len(self.code)) + 1
                end = self.next_firm(at - 1)
            elif (
                letter in ")]}"
                or (letter == "," and comma)
                or (letter == "\n" and not self.goes_on(match.start()))
            ):
                return match.start()
            else:
                at = match.end()
        return end

    def next_firm(self, at: int) -> int:
        """Where the next declaration with a keyword starts: no statement goes on past one."""
        place = bisect_right(self.firm, at)
        return self.firm[place] if place < len(self.firm) else len(self.code)

    def goes_on(self, at: int) -> bool:
        """Whether the statement goes on behind the line end at ``at``."""
        after = _next_letter(self.code, at)
        if after >= len(self.code):
            return False
        before = _letter_before(self.code, at)
        if before in _GOES_ON_AFTER and self.code[max(at - 2, 0) : at] not in ("++", "--"):
            return True
        return self.code[after] in _GOES_ON_BEFORE and self.code[after : after + 2] not in ("++", "--")


_LETTER = re.compile(r"\S")


def _next_letter(code: str, at: int) -> int:
    match = _LETTER.search(code, at)
    return match.start() if match else len(code)


def _letter_before(code: str, at: int) -> str:
    while at > 0:
        chunk = code[max(0, at - 80) : at].rstrip()
        if chunk:
            return chunk[-1]
        at -= 80
    return ""


def symbols(text: str) -> list[Symbol]:
    """The symbols of JavaScript or TypeScript, JSX among it."""
    return _Scan(text).run()
