"""Go: declarations at the first column, their ends by brackets and line ends."""

import re

from agentmem.symbols.lexing import BLOCK_COMMENT, CHAR, STRING, Lines, brackets, masker, ordered
from agentmem.symbols.port import Symbol

_mask = masker(rf"//[^\n]*+|{BLOCK_COMMENT}|(?P<flat>`[^`]*+`?)|(?P<text>{STRING}|{CHAR})")
_DECLARES = re.compile(
    r"^(?:(?P<func>func)\b[ \t]*(?:\(\s*(?:\w+\s+)?\*?\s*(?P<type>\w+)\s*(?:\[[^\]\n]*\])?\s*,?\s*\)[ \t]*)?(?P<name>\w+)"
    r"|(?P<word>type|const|var)\b[ \t]*(?P<group>\(|(?P<one>\w+)))",
    re.MULTILINE,
)
_SPEC = re.compile(r"[ \t]*(\w+)")
_STEP = re.compile(r"[{(\[;)\]}\n]")
_TYPE = re.compile(r"[ \t]*(?:\[[^\n]*\][ \t]*)?(struct|interface)\b")
_GOES_ON = frozenset("+-*/%&|^<=!,.([{:")


class _Scan:
    def __init__(self, text: str) -> None:
        self.code = _mask(text)
        self.lines = Lines(text)
        self.matches = list(_DECLARES.finditer(self.code))
        starts = [match.start() for match in self.matches]
        self.close = brackets(self.code, starts, lambda at: _DECLARES.match(self.code, at) is not None).close
        self.limits = [*starts[1:], len(self.code)][: len(starts)]

    def run(self) -> list[Symbol]:
        found: list[Symbol] = []
        for match, limit in zip(self.matches, self.limits, strict=True):
            if match["func"]:
                name = f"{match['type']}.{match['name']}" if match["type"] else match["name"]
                kind = "method" if match["type"] else "function"
                found.append(self.symbol(name, kind, match.start(), self.end(match.end(), limit)))
            elif match["group"] == "(":
                found += self.specs(match, limit)
            else:
                found.append(self.spec(match["word"], match["one"], match.start(), match.end(), limit))
        return ordered(found)

    def symbol(self, name: str, kind: str, start: int, end: int) -> Symbol:
        first = self.lines.at(start)
        return Symbol(name, kind, first, max(first, self.lines.last_used(end)))

    def spec(self, word: str, name: str, start: int, at: int, limit: int) -> Symbol:
        kind = {"const": "constant", "var": "variable"}.get(word, "")
        if not kind:
            shape = _TYPE.match(self.code, at)
            kind = shape[1] if shape else "type"
        return self.symbol("" if name == "_" else name, kind, start, self.end(at, limit))

    def specs(self, match: re.Match[str], limit: int) -> list[Symbol]:
        """What a group in parentheses declares."""
        found = []
        at, end = match.end(), min(self.close.get(match.end() - 1, limit), limit)
        while at < end:
            if (name := _SPEC.match(self.code, at, end)) is not None:
                found.append(self.spec(match["word"], name[1], name.start(1), name.end(), end))
                at = max(self.end(name.end(), end), name.end())
            else:
                at += 1
        return found

    def end(self, at: int, limit: int) -> int:
        """Behind the declaration in which ``at`` is, at most ``limit``."""
        while (match := _STEP.search(self.code, at, limit)) is not None:
            letter = match[0]
            if letter in "{([":
                at = self.close.get(match.start(), limit) + 1
            elif letter in ")]}" or (
                letter == ";"
                or self.code[max(0, match.start() - 80) : match.start()].rstrip()[-1:] not in _GOES_ON
            ):
                return match.start()
            else:
                at = match.end()
        return limit


def symbols(text: str) -> list[Symbol]:
    """The symbols of Go; a method is named ``Type.Method``."""
    return _Scan(text).run()
