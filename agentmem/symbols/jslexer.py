"""JavaScript and TypeScript without strings, comments, templates and regular expressions."""

import re

from agentmem.symbols.lexing import blank, flat, quoted

_TOKEN = re.compile(
    r"""//[^\n]*+|/\*.*?(?:\*/|\Z)|"(?:[^"\\\n]|\\(?:\r\n|.))*+"?|'(?:[^'\\\n]|\\(?:\r\n|.))*+'?|[`/{}]""",
    re.DOTALL,
)
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*+(`|\$\{)?", re.DOTALL)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*+\])++/[a-z]*")
_LAST_WORD = re.compile(r"[\w$]+$")
_BEFORE_VALUE_WORDS = """
return typeof case in of delete void instanceof new do else throw yield await default extends
"""
_BEFORE_VALUE = frozenset(_BEFORE_VALUE_WORDS.split())


def mask(text: str) -> str:
    """``text`` with its literals and comments blanked out; what stands in ``${}`` stays, in parentheses. In linear time.

    A template has no line ends here: it does not end a statement.
    """
    return _Mask(text).run()


class _Mask:
    """One pass over ``text``; ``templates`` has the depth of braces at which each open ``${`` ends."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces: list[str] = []
        self.templates: list[int] = []
        self.depth = 0
        self.before = ""  # what comes before the token at hand: its last 20 letters without white space
        self.no_regex_until = 0

    def run(self) -> str:
        text, at = self.text, 0
        while match := _TOKEN.search(text, at):
            start, end = match.span()
            if start > at:
                self.pieces.append(text[at:start])
                if code := text[max(at, start - 200) : start].rstrip():
                    self.before = code[-20:]
            at = self.token(match[0], start, end)
        return "".join((*self.pieces, text[at:]))

    def token(self, token: str, start: int, end: int) -> int:
        """Where to go on behind ``token``."""
        letter = token[0]
        if letter == "{":
            self.depth += 1
        elif letter == "}":
            if self.templates and self.templates[-1] == self.depth:
                self.templates.pop()
                return self.template(start, ")")
            self.depth = max(self.depth - 1, 0)
        elif letter == "`":
            return self.template(start, '"')
        elif letter == "/":
            return self.slash(token, start, end)
        elif self.in_words(start):  # an apostrophe of JSX text: no string can follow a name
            token = letter
            end = start + 1
            self.pieces.append(" ")
            return end
        else:
            self.pieces.append(flat(token))
            self.before = '"'
            return end
        self.pieces.append(token)
        self.before = token
        return end

    def in_words(self, start: int) -> bool:
        last = self.text[start - 1 : start]
        if not (last.isalnum() and self.pieces):
            return False
        word = _LAST_WORD.search(self.before)
        return word is not None and word[0] not in _BEFORE_VALUE

    def template(self, start: int, first: str) -> int:
        """Behind the part of a template that starts at ``start``: at its end, or in its next ``${``."""
        match = _TEMPLATE.match(self.text, start + 1)
        end = match.end() if match else len(self.text)
        if match and match[1] == "${":
            self.templates.append(self.depth)
            self.pieces += (first, " " * (end - start - 2), "(")
            self.before = "("
        else:
            self.pieces += (first, " " * (end - start - 2), '"' if end > start + 1 else "")
            self.before = '"'
        return end

    def slash(self, token: str, start: int, end: int) -> int:
        if len(token) > 1:
            if self.text[start - 1 : start] == ":" and token.startswith("//"):  # an address in JSX text
                self.pieces.append("  ")
                return start + 2
            self.pieces.append(blank(token))
            return end
        if start >= self.no_regex_until and self.value_may_start():
            if found := _REGEX.match(self.text, start):
                self.pieces.append(quoted(found[0]))
                self.before = '"'
                return found.end()
            line_end = self.text.find("\n", start)
            self.no_regex_until = line_end if line_end >= 0 else len(self.text)
        self.pieces.append("/")
        self.before = "/"
        return end

    def value_may_start(self) -> bool:
        if not self.before:
            return True
        if word := _LAST_WORD.search(self.before):
            return word[0] in _BEFORE_VALUE
        return self.before[-1] not in ")]}\"'<"
