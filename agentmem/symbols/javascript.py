"""JavaScript and TypeScript: declarations at the starts of statements, their ends by brackets and line ends."""

import re
from bisect import bisect_right
from typing import NamedTuple

from agentmem.symbols.jslexer import mask
from agentmem.symbols.jssteps import COMMA, DECLARATOR, WORD, Steps, next_letter
from agentmem.symbols.lexing import Brackets, Lines, brackets, clean, ordered
from agentmem.symbols.port import Symbol
from agentmem.symbols.statements import past_angles

_PLACE = rf'{WORD}(?:\.{WORD}|\["[ ]*"\])*+'
_DECLARES = re.compile(
    rf"""(?:^|(?<=[{{}};]))[ \t]*+(?:@[\w.$]+(?:\([^()\n]*\))?[ \t]+)*+(?P<at>
      (?P<export>export\s+)?(?P<default>default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?
      (?: function\b\s*\*?\s*(?P<function>{WORD})?(?=\s*[<(])
        | class\b(?:\s+(?!extends\b|implements\b)(?P<class>{WORD}))?(?=[\s{{<])
        | interface\s+(?P<interface>{WORD})(?=\s*[<{{]|\s+extends)
        | (?:const\s+)?enum\s+(?P<enum>{WORD})(?=\s*\{{)
        | type\s+(?P<type>{WORD})(?=\s*[<=])
        | (?:namespace|module)\s+(?P<module>[\w.$]+)(?=\s*\{{)
        | (?P<ambient>module\s*"\s*"|global)(?=\s*\{{)
        | (?P<binding>const|let|var)\s+(?P<variable>{WORD})(?=\s*[!:=;,\n])
        | (?P<assigned>{WORD}(?:\.{WORD})+|{_PLACE}(?=\s*=\s*{_PLACE}\s*=(?![=>])))(?=\s*=(?![=>]))
        | (?P<object>(?<=default\s))(?=\{{)
      )
      | (?:(?:public|private|protected|static|readonly|abstract|override|async|get|set|declare|accessor)\s+(?=[\w$#*\[]))*+
        (?:\*\s*)?\#?(?P<member>{WORD}|"\s*")(?=\s*[?!]?\s*[(<=:;\n}}])
    )""",
    re.MULTILINE | re.VERBOSE,
)
_CLASS = re.compile(
    rf"(?<![\w$.])class\b(?:\s+(?!extends\b|implements\b)({WORD}))?(?=\s*[{{<]|\s+extends\b|\s+implements\b)"
)
_RESTARTS = re.compile(
    r"(?:export|function|class|interface|enum|namespace|const|let|var|import|async\s+function|abstract\s+class)\b"
)
_KEYWORDS_WORDS = """
if for while switch return catch function else do try finally new delete throw typeof case default
with yield await import export void in of instanceof class const let var super this break continue
"""
_KEYWORDS = frozenset(_KEYWORDS_WORDS.split())
_CHAINED = re.compile(rf"=\s*({_PLACE})(?=\s*=(?![=>]))")
_CLASS_VALUE = re.compile(rf"\s*class\b(?:\s+(?!extends\b|implements\b){WORD})?(?=[\s{{<])")
_HAS_CLASS = re.compile(r"\bclass\b")
_WORDS = ("function", "class", "interface", "enum", "type", "module", "ambient", "object")
_DEEPEST = 50
_IN_EXPRESSION = frozenset("=(,?:&|+[.-*<%~^")
_PROTOTYPE = re.compile(r"^(?:module\.)?exports\.|\.prototype(?=\.)")


class _Entry(NamedTuple):
    """Where something may be declared: ``behind`` is the end of its name, ``what`` the group that matched or what follows it;
    ``brace`` is around it; a variable has its ``end``.
    """

    start: int
    what: str
    name: str
    behind: int
    brace: int
    end: int = -1
    constant: bool = False


class _Scan(Steps):
    """The declarations of ``code``; ``open`` has the ends and names of those around the one at hand."""

    def __init__(self, text: str) -> None:
        code = mask(text)
        matches = list(_DECLARES.finditer(code))
        known = {match.start("at") for match in matches}
        classes = [match for match in _CLASS.finditer(code) if match.start() not in known]
        asked = sorted({*known, *(match.start() for match in classes)})
        pairs: Brackets = brackets(code, asked, lambda at: _RESTARTS.match(code, at) is not None)
        super().__init__(code, pairs.close)
        self.lines = Lines(text)
        self.bodies: dict[int, str] = {-1: "top"}  # a brace to what it holds
        self.open: list[tuple[int, str]] = []
        self.found: list[Symbol] = []
        self.entries: list[_Entry] = []
        self.values: dict[int, int] = {}  # an assigned name to the end of the last one that is given the same
        # by place: the brace around it, and whether a parenthesis of that brace is open there
        self.around = dict(zip(asked, zip(pairs.around, pairs.within, strict=True), strict=True))
        statements = [match for match in matches if not match["member"] and self.is_statement(match)]
        self.firm = [match.start("at") for match in statements]
        headings = [self.declare(match) for match in statements]
        for match in matches:
            if match["member"]:
                self.declare_member(match)
        self.declare_classes(classes, [span for span in headings if span])
        self.entries.sort(key=lambda entry: entry.start)

    def is_statement(self, match: re.Match[str]) -> bool:
        """Whether a statement may start at ``match``: what is in parentheses or follows an operator is in an expression."""
        start = match.start("at")
        if self.around[start][1]:
            return False
        if match["export"] or match["variable"] or match["type"] or match["interface"]:
            return True
        before = self.letter_before(start)
        return not self.after_arrow(start) if before == ">" else before not in _IN_EXPRESSION

    def declare_member(self, match: re.Match[str]) -> None:
        start = match.start("at")
        around, within = self.around[start]
        if around < 0 or within:
            return
        before = self.letter_before(start)
        if (before not in _IN_EXPRESSION or before == ",") and not self.after_arrow(start):
            what = "entry" if before == "," else "member"  # what follows a comma is in no class
            self.entries.append(_Entry(start, what, match["member"], match.end(), around))

    def declare(self, match: re.Match[str]) -> tuple[int, int] | None:
        """What the statement at ``match`` declares; the place of its heading where that may hold the word ``class``."""
        start = match.start("at")
        around = self.around[start][0]
        if match["variable"]:
            self.variables(match, around)
            return None
        if match["assigned"]:
            self.assignments(match, around)
            return None
        what = next((word for word in _WORDS if match[word] is not None), "")
        name = match[what] if what else ""
        if not what:
            what = "class" if _HAS_CLASS.search(match["at"]) else "function"
        if not name and what in ("class", "function") and match["default"]:
            name = "default"
        self.entries.append(_Entry(start, what, name or "", match.end(), around))
        return start, match.end()

    def declare_classes(self, classes: list[re.Match[str]], headings: list[tuple[int, int]]) -> None:
        """The classes in expressions: those whose word is in no heading."""
        starts = [start for start, _ in headings]
        for match in classes:
            before = bisect_right(starts, match.start()) - 1
            if before < 0 or match.start() >= headings[before][1]:
                around = self.around[match.start()][0]
                entry = _Entry(match.start(), "expression", match[1] or "", match.end(), around)
                self.entries.append(entry)

    def variables(self, match: re.Match[str], around: int) -> None:
        """The declarators of one statement: the first starts with it, the others at their names."""
        constant = match["binding"] == "const"
        start, name, behind = match.start("at"), match["variable"], match.end()
        while True:
            end = self.statement_end(behind, DECLARATOR)
            self.entries.append(_Entry(start, "variable", name, behind, around, end, constant))
            more = DECLARATOR.match(self.code, end)
            if more is None or not more[1]:
                return
            start, name, behind = more.start(1), more[1], more.end()

    def assignments(self, match: re.Match[str], around: int) -> None:
        """``a.b = a.c = value``: each name that is given a function, a class or an object."""
        names = [(match.start("at"), match["assigned"], match.end())]
        while len(names) < _DEEPEST and (
            more := _CHAINED.match(self.code, next_letter(self.code, names[-1][2]))
        ):
            names.append((more.start(1), more[1], more.end()))
        what = "assigned"
        for start, name, behind in names:
            self.values[start] = names[-1][2]
            if "." in name and "[" not in name and not name.startswith("this."):
                self.entries.append(_Entry(start, what, name, behind, around))
                what = "chained"

    def run(self) -> list[Symbol]:
        for entry in self.entries:
            while self.open and self.open[-1][0] <= entry.start:
                self.open.pop()
            if len(self.open) > _DEEPEST:
                continue  # names would grow with each level
            holds = self.bodies.get(entry.brace, "code")
            if entry.what in ("member", "entry"):
                if holds == "object" or (holds == "class" and entry.what == "member"):
                    self.member(entry, holds)
            elif entry.what == "expression":
                self.class_expression(entry)
            elif holds not in ("class", "object"):
                self.declaration(entry, holds)
        return ordered(self.found)

    def add(self, entry: _Entry, name: str, kind: str, end: int, body: int = -1, holds: str = "") -> None:
        name = clean(f"{self.open[-1][1]}.{name}" if self.open else name)
        start = self.lines.at(entry.start)
        self.found.append(Symbol(name, kind, start, max(start, self.lines.last_used(end))))
        self.open.append((end, name))
        if body >= 0:
            self.bodies[body] = holds

    def declaration(self, entry: _Entry, holds: str) -> None:
        what, name, behind = entry.what, entry.name, entry.behind
        if what == "variable":
            self.variable(entry, holds)
        elif what == "type":
            self.add(entry, name, "type", self.statement_end(behind))
        elif what in ("assigned", "chained"):
            self.assigned(entry)
        elif what in ("object", "ambient"):
            self.bodies[next_letter(self.code, behind)] = "object" if what == "object" else "top"
        elif what == "function":
            body = self.body(behind)
            if name:
                self.add(entry, name, "function", self.behind(body, behind), body, "code")
        else:
            body = self.block(behind)
            if body >= 0:
                inside = {"class": "class", "module": "top"}.get(what, "")
                if name:
                    self.add(entry, name, what, self.behind(body, behind), body, inside)

    def class_expression(self, entry: _Entry) -> None:
        """A class in an expression: its members are named after it where it has a name of its own, and it is no value."""
        body = self.block(entry.behind)
        if body < 0:
            return
        if self.bodies.get(body) != "class":
            self.bodies[body] = "class"
            if entry.name:
                outer = f"{self.open[-1][1]}." if self.open else ""
                self.open.append((self.behind(body, entry.behind), outer + entry.name))

    def variable(self, entry: _Entry, holds: str) -> None:
        value = self.value(entry.behind)
        end = entry.end
        if value >= 0 and self.is_function(value):
            self.add(entry, entry.name, "function", end)
        elif (body := self.class_body(value)) >= 0:
            self.add(entry, entry.name, "class", end, body, "class")
        elif holds == "top":
            brace = next_letter(self.code, value) if value >= 0 else -1
            is_object = brace >= 0 and self.code[brace : brace + 1] == "{"
            kind = "constant" if entry.constant else "variable"
            self.add(entry, entry.name, kind, end, brace if is_object else -1, "object")

    def assigned(self, entry: _Entry) -> None:
        value = self.value(self.values.get(entry.start, entry.behind))
        if value < 0:
            return
        name = _PROTOTYPE.sub("", entry.name)
        body = -1
        if self.is_function(value):
            kind = "method" if "." in name and name != "module.exports" else "function"
        elif (body := self.class_body(value)) >= 0:
            kind = "class"
        else:
            brace = next_letter(self.code, value)
            if name == "module.exports" and self.code[brace : brace + 1] == "{":
                self.bodies[brace] = "object"
            return
        if entry.what == "chained" and self.open:
            self.open.pop()  # the one before it in the chain is its neighbour
        self.add(entry, name, kind, self.statement_end(entry.behind), body, "class")

    def class_body(self, value: int) -> int:
        """The brace of the class that is written at ``value``; -1 for none."""
        found = _CLASS_VALUE.match(self.code, value) if value >= 0 else None
        return self.block(found.end()) if found else -1

    def member(self, entry: _Entry, holds: str) -> None:
        name, behind = entry.name, entry.behind
        at = next_letter(self.code, behind)
        letter = self.code[at : at + 1]
        if name.startswith('"') or name[0].isdigit():
            return
        if name in _KEYWORDS and letter not in (":" if holds == "class" else "(", "(", "<"):
            return
        if letter and letter in "?!":
            at = next_letter(self.code, at + 1)
            letter = self.code[at : at + 1]
        if letter == "<":
            at = next_letter(self.code, past_angles(self.code, at))
            letter = self.code[at : at + 1]
        if letter == "(":
            body = self.body(at)
            if body >= 0 or holds == "class":
                self.add(entry, name, "method", self.behind(body, at), body, "code")
        elif holds == "class":
            value = self.value(behind)
            kind = "method" if value >= 0 and self.is_function(value) else "field"
            self.add(entry, name, kind, self.statement_end(behind))
        elif letter == ":" and self.is_function(at + 1):
            self.add(entry, name, "method", self.statement_end(behind, COMMA))


def symbols(text: str) -> list[Symbol]:
    """The symbols of JavaScript or TypeScript, JSX among it."""
    return _Scan(text).run()
