"""How far a declaration of JavaScript or TypeScript goes: its value, its body, its end, where no semicolon needs to stand."""

import re
from bisect import bisect_right

from agentmem.symbols.statements import past_angles

WORD = r"[\w$]+"
COMMA = re.compile(r",")
DECLARATOR = re.compile(rf",\s*(?:({WORD})(?=\s*[!:=;,\n]|\s*$)|(?=[{{\[]))")
"""The comma between two declarators, which no other comma is taken for, and the name of the second."""
_FUNCTION = re.compile(rf"\s*(?:async\b\s*)?(?:(function)\b\s*\*?\s*(?:{WORD})?|{WORD}\s*=>)")
_PARENS = re.compile(r"\s*(?:async\b\s*)?(?=[<(])")
_ARROW = re.compile(r"\s*(?::[^;=]{0,300}?)?=>")
_STEP = re.compile(r"[{(\[;)\]}\n,]")
_STEP_OR_ANGLE = re.compile(r"[{(\[;)\]}\n,<]")
_HEAD = re.compile(r"[{(\[;,)\]}=\n<]")
_BLOCK = re.compile(r"[{(\[;)\]}<]")
_GOES_ON_AFTER = frozenset("+-*/%&|^<=!~?:.,([{")
_GOES_ON_BEFORE = frozenset("+-*/%&|^<>=?:.,)([{")
_WORDS_AFTER = re.compile(
    r"(?:^|[^\w$.])(?:typeof|keyof|new|await|extends|implements|instanceof|satisfies|as|in|delete|infer)$"
)
_WORDS_BEFORE = re.compile(r"(?:extends|implements|instanceof|satisfies|as|in)\b(?!\s*[:(=?])")
_TYPE_BEFORE = frozenset(":|&,<=(")
_LETTER = re.compile(r"\S")
_REACH = 4000


def next_letter(code: str, at: int) -> int:
    """Where the first letter from ``at`` on is that is no white space."""
    match = _LETTER.search(code, at)
    return match.start() if match else len(code)


class Steps:
    """Steps over ``code``, which has no literals; ``close`` has the ends of its brackets, ``firm`` where statements start."""

    def __init__(self, code: str, close: dict[int, int]) -> None:
        self.code = code
        self.close = close
        self.firm: list[int] = []

    def past(self, at: int) -> int:
        """Behind the bracket that opens at ``at``."""
        return self.close.get(at, len(self.code)) + 1

    def letter_before(self, at: int) -> str:
        """The last letter before ``at`` that is no white space."""
        end = self.used(at)
        return self.code[end - 1] if end else ""

    def used(self, at: int) -> int:
        """Behind the last letter before ``at`` that is no white space."""
        while at > 0:
            chunk = self.code[max(0, at - 80) : at]
            if bare := chunk.rstrip():
                return at - len(chunk) + len(bare)
            at -= len(chunk)
        return 0

    def after_arrow(self, at: int) -> bool:
        """Whether ``=>`` is the last thing before ``at``."""
        return self.code.endswith("=>", 0, self.used(at))

    def next_firm(self, at: int) -> int:
        """Where the next declaration with a keyword starts: no statement goes on past one."""
        place = bisect_right(self.firm, at)
        return self.firm[place] if place < len(self.firm) else len(self.code)

    def goes_on(self, at: int) -> bool:
        """Whether the statement goes on behind the line end at ``at``."""
        after = next_letter(self.code, at)
        if after >= len(self.code):
            return False
        end = self.used(at)
        last = self.code[max(end - 2, 0) : end]
        if (last[-1:] in _GOES_ON_AFTER and last not in ("++", "--")) or last == "=>":
            return last[-1:] != "!" or not (last[0].isalnum() or last[0] in ")]_$")  # x = y! ends
        if _WORDS_AFTER.search(self.code[max(end - 12, 0) : end]):
            return True
        if self.code[after] in _GOES_ON_BEFORE:
            return self.code[after : after + 2] not in ("++", "--")
        return _WORDS_BEFORE.match(self.code, after) is not None

    def is_function(self, value: int) -> bool:
        """Whether a function is written at ``value``, with its keyword or as an arrow, and is not called there."""
        if found := _FUNCTION.match(self.code, value):
            if not found[1]:
                return True
            body = self.body(found.end())
            behind = next_letter(self.code, self.past(body)) if body >= 0 else len(self.code)
            return self.code[behind : behind + 1] not in ("(", ".", "[", "?")
        parens = _PARENS.match(self.code, value)
        if parens is None:
            return False
        at = parens.end()
        if self.code[at] == "<":
            at = next_letter(self.code, past_angles(self.code, at, _REACH))
            if self.code[at : at + 1] != "(":
                return False
        return self.arrow(self.past(at))

    def arrow(self, at: int) -> bool:
        """Whether an arrow comes behind the parameters that end at ``at``, maybe after the type of its result."""
        if found := _ARROW.match(self.code, at):
            return found is not None
        at = next_letter(self.code, at)
        if self.code[at : at + 1] != ":":
            return False
        end = self.next_firm(at)
        while (match := _HEAD.search(self.code, at, end)) is not None:
            letter = match[0]
            if letter == "=":
                return self.code.startswith("=>", match.start())
            if letter in "{([":
                at = self.past(match.start())
            elif letter == "<":
                at = max(past_angles(self.code, match.start(), _REACH), match.end())
            elif letter == "\n" and self.goes_on(match.start()):
                at = match.end()
            else:
                return False
        return False

    def value(self, at: int) -> int:
        """Behind the ``=`` of the declaration whose name ends at ``at``; -1 where it has none."""
        end = self.next_firm(at)
        while (match := _HEAD.search(self.code, at, end)) is not None:
            letter = match[0]
            if letter == "=":
                if self.code[match.end() : match.end() + 1] != ">":
                    return match.end()
                at = match.end() + 1
            elif letter in "{([":
                at = self.past(match.start())
                end = self.next_firm(at - 1)
            elif letter == "<":
                at = max(past_angles(self.code, match.start(), _REACH), match.end())
            elif letter == "\n" and self.goes_on(match.start()):
                at = match.end()
            else:
                return -1
        return -1

    def block(self, at: int) -> int:
        """The brace that opens the body of the class, interface, enum or module whose name ends at ``at``; -1 for none."""
        end = self.next_firm(at)
        while (match := _BLOCK.search(self.code, at, end)) is not None:
            letter = match[0]
            if letter == "{":
                return match.start()
            if letter in "([":
                at = self.past(match.start())
            elif letter == "<":
                at = max(past_angles(self.code, match.start(), _REACH), match.end())
            else:
                return -1
        return -1

    def body(self, at: int) -> int:
        """The brace that opens the body of the function whose name ends at ``at``; -1 where there is none."""
        at = next_letter(self.code, at)
        if self.code[at : at + 1] == "<":
            at = past_angles(self.code, at, _REACH)
        end = self.next_firm(at)
        while (match := _STEP_OR_ANGLE.search(self.code, at, max(end, at))) is not None:
            letter = match[0]
            if letter == "{" and self.begins_body(match.start()):
                return match.start()
            if letter in "{([":
                at = self.past(match.start())
                end = self.next_firm(at - 1)
            elif letter == "<":
                at = max(past_angles(self.code, match.start(), _REACH), match.end())
            elif letter == "," or (
                letter == "\n"
                and (
                    self.goes_on(match.start())
                    or self.code.startswith("{", next_letter(self.code, match.end()))
                )
            ):
                at = match.end()
            else:
                return -1
        return -1

    def begins_body(self, brace: int) -> bool:
        """Whether a body opens at ``brace``, and not the type of a result."""
        end = self.used(brace)
        return self.code[end - 1 : end] not in _TYPE_BEFORE and not self.code.endswith(("=>", " is"), 0, end)

    def behind(self, body: int, at: int) -> int:
        """Behind the body that opens at ``body``, or behind the statement where there is none."""
        return self.past(body) if body >= 0 else self.statement_end(at)

    def statement_end(self, at: int, comma: re.Pattern[str] | None = None) -> int:
        """Behind the statement in which ``at`` is: its semicolon, its line's end, the bracket around it.

        Also before what matches ``comma``, with which the next declarator or the next entry of an object begins.
        """
        end = self.next_firm(at)
        step = _STEP_OR_ANGLE if comma else _STEP
        while (match := step.search(self.code, at, end)) is not None:
            letter = match[0]
            if letter == ";":
                return match.end()
            if letter in "{([":
                at = self.past(match.start())
                end = self.next_firm(at - 1)
            elif letter == "<":
                at = max(self.past_types(match.start()), match.end())
            elif (
                letter in ")]}"
                or (letter == "," and comma and comma.match(self.code, match.start()))
                or (letter == "\n" and not self.goes_on(match.start()))
            ):
                return match.start()
            else:
                at = match.end()
        return end

    def past_types(self, at: int) -> int:
        """Behind the type arguments or parameters that open at ``at``; ``at`` where it is a comparison or an element."""
        if self.code[at - 1 : at].isalnum() or self.code[at - 1 : at] in ("_", "$", "."):
            return past_angles(self.code, at)
        if self.letter_before(at) in ("=", ":", ",", "(", ">"):
            behind = past_angles(self.code, at, _REACH)
            if self.code.startswith("(", next_letter(self.code, behind)):
                return behind
        return at
