"""Shapes of text that tries to give orders to the agent that reads it, or to pose as somebody else.

The fence and the provenance are the defence; this is a hint for whoever reviews, so it would rather miss than cry wolf:
what is quoted (in code, in quotation marks) and what speaks about such attacks is let alone. Every step takes time in
proportion to the text.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from agentmem.model import safety
from agentmem.model.orders import KEEPERS, STEMS, discloses, hushes, overrides

MAX_LINES = 500
"""Lines with other letters than ASCII's that are looked at for an imitation of the fence."""
MAX_LINE = 400
"""Characters of each of these lines."""

COMMENT = "orders in a comment that a rendered page does not show"
OVERRIDE = "an order to ignore earlier instructions"
HUSH = "an order to keep something from the user"
FENCE = "an imitation of the fence that memories are shown in"
ROLE = "the mark of another speaker"
DIALOGUE = "a made-up dialogue with an assistant"
CALL = "an imitation of a tool call"
DOWNLOAD = "a command that runs what it downloads"
DISCLOSE = "an order to send secrets away"

_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
_REFERENCE_COMMENT = re.compile(
    r"^ {0,3}\[[^\]\n]{1,80}\]:[ \t]{0,3}(?:#|<>)[ \t]{1,3}[\"'(](.*)", re.MULTILINE
)
_FENCE = re.compile(r" {0,3}(?:>[ \t]?)*[ \t]{0,3}(`{3,}+(?=[^`]*$)|~{3,})")
_QUOTED = re.compile(
    '"[^"\n]{1,300}"|“[^”\n]{1,300}”|„[^“”\n]{1,300}[“”]|«[^»\n]{1,300}»|「[^」\n]{1,300}」|『[^』\n]{1,300}』'
)
_ABOUT = re.compile(
    r"prompt[ -]?injections?|injection (?:attack|attempt|shape|pattern)|injected (?:prompt|instruction)|jail ?break|red[ -]team"
    r"|adversarial|exfiltrat|提示(?:词)?注入|プロンプト\W?インジェクション|инъекци",
    re.IGNORECASE,
)

_OPENERS = "<＜﹤‹〈⟨〈"
_OPENER = re.compile(f"[{_OPENERS}]")
_MEMORY = re.compile(
    r"<\s{0,3}/\s{0,3}m ?e ?m ?o ?r ?y|^[ \t>]{0,20}<[ \t]{0,3}memory(?![\w(])", re.IGNORECASE | re.MULTILINE
)

_LINE_START = r"^[ \t]{0,8}(?:(?:[>*-]|\d{1,3}[.)])[ \t]{1,4})*"
_ROLE = re.compile(
    _LINE_START + r"(?:<\|(?:im_(?:start|end|sep)|system|user|assistant|endof(?:text|prompt)|begin_of_text"
    r"|(?:start|end)_header_id|eot_id|channel|message)\|>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>"
    r"|#{2,4} ?(?:system|assistant|human|instruction)s?(?: prompt| message)?:"
    r"|</?(?:system|system[-_]reminder|system[-_]prompt|assistant|human)>|</?(?:user|developer|instructions)>[ \t]*$)",
    re.IGNORECASE | re.MULTILINE,
)
_SPEAKER = re.compile(
    r"^[ \t]{0,3}(?:\*\*)?(human|user|assistant)(?:\*\*)?:(?:\*\*)?(?=[ \t]|$)", re.IGNORECASE | re.MULTILINE
)
_CALL = re.compile(
    _LINE_START
    + r"(?:</?(?:antml:)?(?:function_calls|function_results|invoke|tool_(?:calls?|use|results?|response))\b|<\|tool"
    r"|\[?\{[ \t]*\"(?:tool_calls?|function_call)\"[ \t]*:"
    r"|\{[ \t]*\"type\"[ \t]*:[ \t]*\"(?:tool_use|tool_result|function_call)\")",
    re.IGNORECASE | re.MULTILINE,
)
_DOWNLOAD = re.compile(
    r"\b(?:curl|wget)\b[^|\n]{0,300}\|[ \t]{0,4}(?:sudo[ \t]{1,4}(?:-\w+[ \t]{1,4})?)?(?:ba|z|da|k)?sh\b"
    r"|\b(?:curl|wget)\b[^|\n]{0,300}\|[ \t]{0,4}(?:sudo[ \t]{1,4})?(?:python3?|node|perl|ruby|php)\b"
    r"|\b(?:ba|z)?sh\b[ \t]{1,4}(?:-c[ \t]{1,4})?[\"']?(?:<\(|\$\()[ \t]{0,4}(?:curl|wget)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\b(?:you|agents?|assistants?|ai|llms?|language models?|claude|chatgpt|gpt|copilot|gemini|codex)\b[^.\n]{0,40}"
    r"\b(?:must|should|shall|have to|need to|will|always|never|are (?:now|required|to))\b"
    r"|\b(?:instructions?|notes?|messages?|important|attention)[ \t]{1,3}(?:for|to)[ \t]{1,3}(?:the |any |all )?"
    r"(?:ai|agents?|assistants?|llms?|language models?|coding agents?)\b",
    re.IGNORECASE,
)
_SIGNS = (
    "<",
    "##",
    "[inst",
    "[/inst",
    "]:",
    "tool_",
    "function_call",
    "assistant",
    "curl",
    "wget",
    "://",
    "@",
    "|",
    *STEMS,
    *KEEPERS,
)
_MARKS = ("<", "[inst", "[/inst", "##")


def talks_about(text: str) -> bool:
    """Whether ``text`` speaks about such attacks, so that what it holds is likelier an example than an attempt."""
    return _ABOUT.search(text) is not None


def may_have(text: str) -> bool:
    """Whether ``text`` has anything that a shape is made of; nine of ten texts have not."""
    low = text.casefold()
    return not low.isascii() or any(map(low.__contains__, _SIGNS))


def shapes(text: str, about: bool = False) -> list[tuple[int, str]]:
    """What in ``text`` has such a shape: line from 1, and a name for people; each once a line.

    ``about`` says that the text, as it does not say itself, speaks about such attacks.
    """
    if not may_have(text):
        return []
    low = text.casefold()
    plain = _without_code(text) if "`" in text or "~~~" in text else text
    found: list[tuple[str, Iterable[int]]] = []
    if "<!--" in low or "]:" in low:
        found.append((COMMENT, [at for at, inside in _comments(plain) if _gives_orders(inside)]))
        plain = _blank(_REFERENCE_COMMENT, _blank(_COMMENT, plain))
    marks = any(map(low.__contains__, _MARKS))
    if marks or not low.isascii():
        found.append((FENCE, _imitations(plain)))
    if marks:
        found.append((ROLE, _places(_ROLE, plain)))
    if "<" in low or "tool_" in low or "function_call" in low:
        found.append((CALL, _places(_CALL, plain)))
    if "assistant" in low:
        found.append((DIALOGUE, _dialogue(plain)))
    named = _in_lines(text, found)
    told = _phrases(text, low, plain)
    if told and not about and not talks_about(text):
        named += told
    return sorted(set(named))


def _phrases(text: str, low: str, plain: str) -> list[tuple[int, str]]:
    """What an example in a text about such attacks looks like, too."""
    bare = _folded(_blank(_QUOTED, plain))
    found = _in_lines(bare, [(OVERRIDE, overrides(bare)), (HUSH, hushes(bare))])
    if "curl" in low or "wget" in low:
        found += _in_lines(plain, [(DOWNLOAD, _places(_DOWNLOAD, plain))])
    # what sends secrets away does so in a code block as well
    whole = _folded(text)
    return found + _in_lines(whole, [(DISCLOSE, discloses(whole))])


def _folded(text: str) -> str:
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()


def _in_lines(text: str, found: Iterable[tuple[str, Iterable[int]]]) -> list[tuple[int, str]]:
    """The line of each place, counted once for all: a file of nothing but marks must not take minutes."""
    places = sorted((at, name) for name, each in found for at in each)
    line, seen, lines = 1, 0, []
    for at, name in places:
        line += text.count("\n", seen, at)
        seen = at
        lines.append((line, name))
    return lines


def _comments(text: str) -> Iterator[tuple[int, str]]:
    for pattern in (_COMMENT, _REFERENCE_COMMENT):
        yield from ((match.start(), match[1]) for match in pattern.finditer(text))


def _gives_orders(comment: str) -> bool:
    """Whether a comment speaks to an agent; most speak to a tool or to whoever edits the page."""
    inside = _folded(comment)
    return _ADDRESS.search(inside) is not None or any(
        next(find(inside), None) is not None for find in (overrides, hushes, discloses)
    )


def _imitations(text: str) -> Iterator[int]:
    """Where the text poses as the fence: as it is written, and, in lines with other letters, as ``safety`` sees through them."""
    yield from _places(_MEMORY, text)
    if text.isascii():
        return
    at = looked = 0
    for line in text.split("\n"):
        # each bracket costs 25 µs there
        if not line.isascii() and looked < MAX_LINES and _OPENER.search(line, 0, MAX_LINE):
            looked += 1
            start = line[:MAX_LINE]
            if safety.clean(start).count("\\") > start.count("\\"):
                yield at
        at += len(line) + 1


def _dialogue(text: str) -> Iterator[int]:
    """Where a person and an assistant take turns; one of them alone is a word before a colon."""
    turns = [(match.start(), match[1].casefold()) for match in _SPEAKER.finditer(text)]
    speakers = {who for _, who in turns}
    if "assistant" in speakers and len(speakers) > 1:
        yield turns[0][0]


def _places(pattern: re.Pattern[str], text: str) -> Iterator[int]:
    return (match.start() for match in pattern.finditer(text))


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """``text`` with spaces for what ``pattern`` matches, its line ends kept."""
    return pattern.sub(lambda match: _spaces(match[0]), text)


def _spaces(text: str) -> str:
    return "\n".join(" " * len(line) for line in text.split("\n"))


def _without_code(text: str) -> str:
    """``text`` with spaces in the place of fenced blocks and code spans."""
    out: list[str] = []
    paragraph: list[str] = []
    fence = ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if fence:
            closes = match is not None and match[1].startswith(fence) and not line[match.end() :].strip()
            fence = "" if closes else fence
            out.append(" " * len(line))
        elif match:
            out += _without_spans(paragraph)
            paragraph = []
            fence = match[1]
            out.append(" " * len(line))
        elif line.strip():
            paragraph.append(line)
        else:
            out += _without_spans(paragraph)
            paragraph = []
            out.append(line)
    return "\n".join([*out, *_without_spans(paragraph)])


def _without_spans(lines: list[str]) -> list[str]:
    """A paragraph with spaces for its code spans: between a run of backticks and the next run of the same length."""
    text = "\n".join(lines)
    if "`" not in text:
        return lines
    runs = [(match.start(), match.end()) for match in re.finditer("`+", text)]
    following: dict[int, int] = {}
    closing = [-1] * len(runs)
    for number in range(len(runs) - 1, -1, -1):
        size = runs[number][1] - runs[number][0]
        closing[number] = following.get(size, -1)
        following[size] = number
    parts, at, number = [], 0, 0
    while number < len(runs):
        if closing[number] < 0:
            number += 1
            continue
        start, end = runs[number][0], runs[closing[number]][1]
        parts += [text[at:start], _spaces(text[start:end])]
        at, number = end, closing[number] + 1
    return "".join([*parts, text[at:]]).split("\n")
