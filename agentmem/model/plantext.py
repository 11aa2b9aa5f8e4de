"""Markdown as agents' plan files have it: headings with their own text, check boxes, bullets; fences respected."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agentmem.model import document

MAX_TITLE = 100
"""Characters of a title that is made from running text."""
MAX_SLUG = 80
RULE = 3
"""Dashes up to which a line of them below a text is a rule as often as it makes a heading of it."""

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_UNDERLINED = re.compile(r" {0,3}(?![-*+]\s|[#>|<])(?=.*[^\W_])\S.*$")
_NO_HEADING = re.compile(r"\s*\d{1,9}[.)]\s|.*[.!?:;,。！？…]\s*$")
"""An item of a list, or a sentence: below it dashes are a rule."""
_FENCE = re.compile(r"\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)?(`{3,}|~{3,})(.*)$")
_CODE = re.compile(r"(?ms)^[ \t]*(`{3,}|~{3,}).*?(?:^[ \t]*\1|\Z)")
_RULE = re.compile(r"\s*(?:-(?:[ \t]*-){2,}|\*(?:[ \t]*\*){2,}|_(?:[ \t]*_){2,})?\s*")
_BOX = re.compile(r"(\s*)(?:[-*+]|\d{1,9}[.)])\s+\[([ xX✓✔~/])\](?:\s+(.*))?$")
_BULLET = re.compile(r"(\s*)(?:[-*+]|\d{1,9}[.)])\s+(\S.*)$")
_FIELD = re.compile(
    r"\s*(?:[-*+]\s+)?(?:\*\*|__)?([A-Za-z][A-Za-z ]{1,20}?)(?:\*\*|__)?\s*:(?:\*\*|__)?\s+(\S.*)$"
)
_SENTENCE = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\betc)(?<!\bcf)[.!?](?=\s+[^a-z\s])|[。！？]")
_LEAD = re.compile(r"\*\*([^*]{3,100})\*\*\s*[:.–—-]?\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``fenced`` lines are code, the fence's own two included."""

    text: str
    fenced: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its own text, without that of the headings below it; level 0 is what precedes them all.

    ``parent`` is the place of the section above it in the list, None for the first; ``line`` counts from 1.
    """

    level: int
    heading: str
    lines: tuple[Line, ...]
    parent: int | None
    line: int = 1


@dataclass(slots=True)
class Item:
    """A list item: ``text`` of its first line, the ``lines`` indented below; ``done`` is None without a box."""

    indent: int
    text: str
    done: bool | None = None
    lines: list[Line] = field(default_factory=list)


def sections(text: str) -> list[Section]:
    """The sections of a file in order, front matter and BOM left out; the first has level 0 and no heading."""
    content = document.normalised(text.removeprefix("\ufeff"))
    parts = document.split(content)
    before = 0
    if parts.start and document.parse(content.encode("utf-8", "replace")).meta:
        before = content.count("\n", 0, parts.body)
        content = content[parts.body :]
    found: list[tuple[int, str, list[Line], int | None, int]] = [(0, "", [], None, before + 1)]
    above = [0]

    def start(level: int, heading: str, number: int) -> None:
        while found[above[-1]][0] >= level:
            above.pop()
        found.append((level, heading, [], above[-1], number))
        above.append(len(found) - 1)

    fence = ""
    for number, raw in enumerate(content.split("\n"), before + 1):
        own = found[-1][2]
        mark = _FENCE.match(raw)
        if fence:
            closes = mark and mark[1][0] == fence[0] and len(mark[1]) >= len(fence) and not mark[2].strip()
            own.append(Line(raw, True))
            fence = "" if closes else fence
        elif mark and not (mark[1][0] == "`" and "`" in mark[2]):
            fence = mark[1]
            own.append(Line(raw, True))
        elif heading := _HEADING.match(raw):
            start(len(heading[1]), (heading[2] or "").strip().rstrip("#").strip(), number)
        elif (line := _UNDERLINE.match(raw)) and _is_underlined(own, line[1]):
            start(1 if line[1][0] == "=" else 2, own.pop().text.strip(), number - 1)
        else:
            own.append(Line(raw))
    return [Section(level, heading, tuple(lines), parent, at) for level, heading, lines, parent, at in found]


def _is_underlined(lines: Sequence[Line], mark: str) -> bool:
    """Whether the last of ``lines``, a section's own so far, is a heading (setext) by the ``mark`` below it: a paragraph of one
    line, and, where the mark may as well be a rule, one that stands alone and is no sentence or field.
    """
    if not lines or lines[-1].fenced or not _UNDERLINED.match(lines[-1].text):
        return False
    text, above = lines[-1].text, lines[:-1]
    if above and above[-1].text.strip():
        return False
    if mark[0] == "=":
        return True
    sure = len(mark) > RULE or (above and not _FIELD.match(text))
    return bool(sure) and not _NO_HEADING.match(text)


def boxes(lines: Iterable[Line]) -> tuple[list[Line], list[Item]]:
    """The check boxes among ``lines``, nested ones too, each with what is indented below it; and the other lines."""
    return _items(lines, nested=True)


def bullets(lines: Iterable[Line]) -> tuple[list[Line], list[Item]]:
    """The list items at the margin among ``lines``, each with all that is indented below; and the other lines."""
    return _items(lines, nested=False)


def _items(lines: Iterable[Line], *, nested: bool) -> tuple[list[Line], list[Item]]:
    rest: list[Line] = []
    found: list[Item] = []
    open_items: list[Item] = []
    inside = False
    for line in lines:
        indent = _indent(line.text)
        item = None if line.fenced else _item(line.text, nested=nested)
        if not (line.text.strip() and not (line.fenced and inside)):
            # blank lines, and what is in a fence that is open, stay with what is before them
            (open_items[-1].lines if open_items else rest).append(line)
        else:
            while open_items and open_items[-1].indent >= indent:
                open_items.pop()
            if item and (nested or not open_items):
                if rest and rest[-1].text.strip():
                    rest.append(Line(""))
                found.append(item)
                open_items.append(item)
            else:
                (open_items[-1].lines if open_items else rest).append(line)
        inside = line.fenced
    return rest, found


def _item(text: str, *, nested: bool) -> Item | None:
    match = (_BOX if nested else _BULLET).match(text)
    if match is None or (not nested and _indent(text) > 3):
        return None
    indent = _indent(text)
    if nested:
        return Item(indent, (match[3] or "").strip(), match[2] in "xX✓✔")
    return Item(indent, match[2].strip())


def _indent(text: str) -> int:
    expanded = text.expandtabs(4)
    return len(expanded) - len(expanded.lstrip())


def body(lines: Iterable[Line]) -> str:
    """``lines`` as text without their common indentation, and without blank lines and rules around them."""
    lines = list(lines)
    while lines and not lines[-1].fenced and _RULE.fullmatch(lines[-1].text):
        lines.pop()
    first = next(
        (place for place, line in enumerate(lines) if line.fenced or not _RULE.fullmatch(line.text)), 0
    )
    lines = lines[first:]
    text = textwrap.dedent(
        "\n".join(line.text.expandtabs(4) if not line.fenced else line.text for line in lines)
    )
    return text.strip("\n").rstrip()


def prose(lines: Iterable[Line]) -> str:
    """The text of ``lines`` that is no code."""
    return "\n".join(line.text for line in lines if not line.fenced)


def uncoded(text: str) -> str:
    """``text`` without its fenced code."""
    return _CODE.sub("", text)


def stated(lines: Iterable[Line]) -> dict[str, str]:
    """What lines such as ``**Date:** …`` or ``Role: …`` say, the first of each word, in lower case."""
    found: dict[str, str] = {}
    for line in lines:
        match = None if line.fenced else _FIELD.match(line.text)
        if match:
            found.setdefault(match[1].strip().lower(), match[2].strip().strip("*_`").strip())
    return found


def headline(text: str) -> tuple[str, str]:
    """A title of at most MAX_TITLE characters and the rest of ``text``: its bold lead, or its first sentence.

    Where the sentence is longer, the title is cut at a word and the rest is the whole.
    """
    whole = " ".join(text.split())
    lead = _LEAD.match(whole)
    if lead:
        title, rest = lead[1], whole[lead.end() :]
    else:
        end = _SENTENCE.search(whole, 8)
        title, rest = (whole[: end.end()], whole[end.end() :]) if end else (whole, "")
    title = title.strip().removesuffix(".").removesuffix(":").rstrip()
    if len(title) <= MAX_TITLE:
        return title, rest.strip()
    cut = title[: MAX_TITLE - 2]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:") + " …", whole


def slug(text: str) -> str:
    """``text`` as the anchor of a source id: words of any script in lower case, joined by dashes."""
    return "-".join(re.findall(r"\w+", text.lower()))[:MAX_SLUG].strip("-") or "section"


class Anchors:
    """Source ids within one file: a repeat gets a number, in order."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._used: set[str] = set()
        self._next: dict[str, int] = {}

    def take(self, text: str) -> str:
        """The source id of the next record with the heading ``text``."""
        first = anchor = slug(text)
        while anchor in self._used:
            self._next[first] = self._next.get(first, 1) + 1
            anchor = f"{first}-{self._next[first]}"
        self._used.add(anchor)
        return f"{self._path}#{anchor}"


def chain(found: Sequence[Section], place: int) -> list[Section]:
    """The section at ``place`` and those above it, nearest first."""
    sections_above = []
    at: int | None = place
    while at is not None:
        sections_above.append(found[at])
        at = found[at].parent
    return sections_above
