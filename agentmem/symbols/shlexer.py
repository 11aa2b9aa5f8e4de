"""Shell scripts without strings, comments, expansions in braces and here-documents; these nest in each other."""

import re

from agentmem.symbols.lexing import blank

_IN_CODE = re.compile(
    r"\\.|(?<![^\s;&|()`])\#[^\n]*+|\$'(?:[^'\\]|\\.)*+'?|'[^']*+'?|\$?\"|\$\(\((?:[^()\n]|\([^()\n]*\))*+\)\)"
    r"|\(\((?:[^()\n]|\([^()\n]*\))*+\)\)|\$\{|\$\(|[()`\n]|(?<!<)<<(?!<)-?",
    re.DOTALL,
)
_IN_QUOTES = re.compile(r"\\.|\"|\$\{|\$\(|`", re.DOTALL)
_IN_BRACES = re.compile(r"\\.|\"|'[^'\n]*'|\$\{|\$\(|\}|`", re.DOTALL)
_TAG = re.compile(r"[ \t]*(?:(['\"])([^'\"\n]+)\1|\\?([\w.!-]+))")
_DEEPEST = 200


def mask(text: str) -> str:
    """``text`` with literals and comments blanked out; double quotes with all that is in them. In linear time."""
    return _Mask(text).run()


class _Mask:
    """One pass over ``text``; ``stack`` has what is open: ``"``, ``{`` of ``${``, ``$`` of ``$(``, ``(``, a backtick."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces: list[str] = []
        self.stack: list[str] = []
        self.hidden = 0  # how many of them are quotes or braces
        self.heredocs: list[tuple[str, bool]] = []

    def run(self) -> str:
        text, at = self.text, 0
        while True:
            top = self.stack[-1] if self.stack else ""
            tokens = _IN_QUOTES if top == '"' else _IN_BRACES if top == "{" else _IN_CODE
            match = tokens.search(text, at)
            if match is None:
                break
            self.put(at, match.start())
            at = self.token(match, top)
        self.put(at, len(text))
        return "".join(self.pieces)

    def put(self, start: int, end: int, hidden: bool = False) -> int:
        piece = self.text[start:end]
        self.pieces.append(blank(piece) if hidden or self.hidden else piece)
        return end

    def push(self, word: str) -> None:
        if len(self.stack) < _DEEPEST:
            self.stack.append(word)
            self.hidden += word in '"{'

    def pop(self) -> None:
        self.hidden -= self.stack.pop() in '"{'

    def token(self, match: re.Match[str], top: str) -> int:
        """Where to go on behind the token of ``match``."""
        token, start, end = match[0], match.start(), match.end()
        if token in ('"', '$"'):
            if top == '"':
                self.put(start, end, True)
                self.pop()
            else:
                self.push('"')
                self.put(start, end)
        elif token in ("${", "}"):
            if token == "}":
                self.put(start, end, True)
                self.pop()
            else:
                self.push("{")
                self.put(start, end)
        elif token in ("$(", "("):
            self.put(start, end)
            self.push(token[0])
        elif token == ")":
            self.put(start, end)
            if top in ("$", "("):  # else the pattern of a case
                self.pop()
        elif token == "`":
            self.put(start, end, True)
            if "`" in self.stack[-20:]:
                while self.stack[-1] != "`":
                    self.pop()
                self.pop()
            else:
                self.push("`")
        elif token[0] == "\n":
            self.put(start, end)
            return self.heredoc_texts(end) if self.heredocs else end
        elif token.startswith("<<"):
            return self.heredoc(end, token.endswith("-"))
        else:
            self.put(start, end, True)
        return end

    def heredoc(self, end: int, tabs: bool) -> int:
        tag = _TAG.match(self.text, end)
        self.put(end - 2 - tabs, end, True)
        if tag is None:
            return end
        self.heredocs.append((tag[2] or tag[3], tabs))
        return self.put(end, tag.end(), True)

    def heredoc_texts(self, at: int) -> int:
        """Behind the texts of the here-documents that were begun on the line above."""
        start = at
        for tag, tabs in self.heredocs:
            found = re.compile(
                rf"^{chr(92)}t*{re.escape(tag)}[ \t]*\r?$" if tabs else rf"^{re.escape(tag)}\r?$",
                re.MULTILINE,
            )
            match = found.search(self.text, at)
            at = match.end() if match else len(self.text)
        self.heredocs = []
        return self.put(start, at, True)
