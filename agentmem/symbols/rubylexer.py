"""Ruby without strings, comments, regular expressions and heredocs."""

import re

from agentmem.symbols.lexing import blank, flat

_TOKEN = re.compile(
    r"^=begin\b.*?(?:^=end\b[^\n]*|\Z)|^__END__[ \t]*\r?$.*|\#[^\n]*+|[\"'`/\n]"
    r"|(?<![:\w\"')\]}]):(?:\[\]=?|\*\*|<=>|===?|=~|!=|!~|<<|>>|[<>]=?|[-+]@?|[!*/%~^&|`])"
    r"|%(?=[wWiIqQrsx]?[^\w\s=])|\?(?=[^\s\w]|\w(?!\w))"
    r"|<<[~-]?(?=[\"'`A-Z_a-z])",
    re.DOTALL | re.MULTILINE,
)
_INSIDE = r"#\{(?:[^{}\"'#]|\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|\{[^{}]*\}|#){0,400}+\}"
_STRINGS = {
    '"': re.compile(rf'"(?:[^"\\#]|\\.|{_INSIDE}|#)*+"?', re.DOTALL),
    "`": re.compile(rf"`(?:[^`\\#]|\\.|{_INSIDE}|#)*+`?", re.DOTALL),
    "'": re.compile(r"'(?:[^'\\]|\\.)*+'?", re.DOTALL),
}
_REGEX = re.compile(rf"/(?:[^/\\#]|\\.|{_INSIDE}|#)*+/[a-z]*", re.DOTALL)
_PERCENT = re.compile(r"%[wWiIqQrsx]?")
_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_HEREDOC = re.compile(r"<<([~-]?)([\"'`]?)([A-Za-z_]\w*)\2")
_CHARACTER = re.compile(r"\?(?:\\.|[^\s\\])")
_WORD = re.compile(r"[\w?!@$]+$")
_LONGEST_REGEX = 2_000
_UNCLOSED = 5
"""So many literals without an end are looked for; a search for each would take quadratic time."""
_BEFORE_VALUE_WORDS = """
if unless while until when case in return and or not then do else elsif puts yield raise begin ensure rescue
"""
_BEFORE_VALUE = frozenset(_BEFORE_VALUE_WORDS.split())


def mask(text: str) -> str:
    """``text`` with its literals as quotes on one line and its comments and heredocs blanked out. In linear time."""
    return _Mask(text).run()


class _Mask:
    """One pass over ``text``; ``heredocs`` has the tags of those whose text starts on the next line."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces: list[str] = []
        self.heredocs: list[tuple[str, bool]] = []
        self.no_regex_until = 0
        self.closers: dict[str, re.Pattern[str]] = {}
        self.unclosed = 0

    def run(self) -> str:
        text, at = self.text, 0
        while match := _TOKEN.search(text, at):
            start = match.start()
            if start > at:
                self.pieces.append(text[at:start])
            at = self.token(match, start)
        return "".join((*self.pieces, text[at:]))

    def token(self, match: re.Match[str], start: int) -> int:
        """Where to go on behind the token of ``match``."""
        token = match[0]
        letter = token[0]
        if letter == "\n":
            # the text of a heredoc is a part of the statement above
            return self.heredoc_texts(start) if self.heredocs else self.keep(start, 1)
        if letter == "#" and self.text[start - 1 : start] in ("$", "&"):
            return self.keep(start, 1)
        if letter in "#=_":
            return self.put(blank(token), match.end())
        if letter == ":":  # the name of an operator
            return self.put('"' * len(token), match.end())
        if letter == "?":
            return self.character(start)
        if letter == "<":
            return self.heredoc(start)
        if letter == "%":
            return self.percent(start)
        if letter == "/":
            return self.regex(start)
        if self.text[start - 1 : start] == "$":
            return self.keep(start, 1)
        found = _STRINGS[letter].match(self.text, start)
        end = found.end() if found else start + 1
        return self.put(flat(self.text[start:end]), end)

    def put(self, piece: str, end: int) -> int:
        self.pieces.append(piece)
        return end

    def keep(self, start: int, count: int) -> int:
        return self.put(self.text[start : start + count], start + count)

    def value_may_start(self, start: int, width: int) -> bool:
        """Whether a literal may start at ``start``, and not an operator of ``width`` letters."""
        before = self.text[max(start - 200, 0) : start]
        bare = before.rstrip(" \t")
        if not bare or (
            bare[-1] in "\n([{,=|&!<>+-*/%^~?:;" and not (bare[-1] in "?!" and bare[-2:-1].isalnum())
        ):
            return True
        word = _WORD.search(bare)
        if word is None:
            return False
        if word[0] in _BEFORE_VALUE:
            return True
        spaced = len(bare) < len(before) and not self.text[start + width : start + width + 1].isspace()
        return spaced and (word[0][0].islower() or word[0][0] == "_")

    def character(self, start: int) -> int:
        found = _CHARACTER.match(self.text, start)
        if found is None or self.text[start - 1 : start].isalnum() or not self.value_may_start(start, 1):
            return self.keep(start, 1)
        return self.put('"' * len(found[0]), found.end())

    def regex(self, start: int) -> int:
        if start >= self.no_regex_until and self.value_may_start(start, 1):
            if found := _REGEX.match(self.text, start, start + _LONGEST_REGEX):
                return self.put(flat(found[0]), found.end())
            line_end = self.text.find("\n", start)
            self.no_regex_until = line_end if line_end >= 0 else len(self.text)
        return self.keep(start, 1)

    def percent(self, start: int) -> int:
        """Behind ``%w(...)`` and its like; brackets of their own kind may nest in them."""
        head = _PERCENT.match(self.text, start)
        opened = head.end() if head else start + 1
        letter = self.text[opened : opened + 1]
        if letter not in self.closers:
            close = _PAIRS.get(letter, letter)
            self.closers[letter] = re.compile(
                rf"\\.|{re.escape(close)}" + (f"|{re.escape(letter)}" if letter in _PAIRS else ""), re.DOTALL
            )
        if not letter or self.unclosed > _UNCLOSED or not self.value_may_start(start, opened - start):
            return self.keep(start, 1)
        depth = 1 if letter in _PAIRS else 0
        for mark in self.closers[letter].finditer(self.text, opened + 1):
            if mark[0][0] == "\\":
                continue
            if letter in _PAIRS:
                depth += 1 if mark[0] == letter else -1
            if not depth:
                return self.put(flat(self.text[start : mark.end()]), mark.end())
        self.unclosed += 1
        return self.keep(start, 1)

    def heredoc(self, start: int) -> int:
        found = _HEREDOC.match(self.text, start)
        before = self.text[start - 1 : start]
        if (
            found is None
            or (
                not found[1]
                and not found[2]
                and (not found[3][0].isupper() or before.isalnum() or before in (")", "]"))
            )
            or (found[1] and not found[2] and before.isalnum())
        ):
            return self.keep(start, 2)
        self.heredocs.append((found[3], bool(found[1])))
        return self.put('"' + " " * (len(found[0]) - 2) + '"', found.end())

    def heredoc_texts(self, at: int) -> int:
        """Behind the texts of the heredocs that were begun on the line above."""
        start = at
        for tag, indented in self.heredocs:
            space = r"[ \t]*" if indented else ""
            found = re.compile(rf"^{space}{tag}[ \t]*\r?$", re.MULTILINE).search(self.text, at + 1)
            at = found.end() if found else len(self.text)
        self.heredocs = []
        return self.put(" " * (at - start), at)
