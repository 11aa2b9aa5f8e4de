"""Markdown headings: each until the next of the same or a higher level, code in fences passed over."""

import re

from agentmem.symbols.lexing import clean, ordered
from agentmem.symbols.port import Symbol

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_CLOSING = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_NO_PARAGRAPH = re.compile(r" {0,3}(?:[-*+>|]|\d{1,9}[.)])(?:\s|$)| {4}|\t|<")


def symbols(text: str) -> list[Symbol]:
    """The headings of ``text``, named by their text."""
    found: list[Symbol] = []
    levels: list[tuple[int, int]] = []  # level, place in found
    fence, comment, before, used = "", False, "", 1

    def heading(level: int, name: str, number: int, last: int) -> None:
        while levels and levels[-1][0] >= level:
            place = levels.pop()[1]
            found[place] = found[place]._replace(end=max(last, found[place].start))
        found.append(Symbol(clean(name), "heading", number, number))
        levels.append((level, len(found) - 1))

    rows = [row.rstrip("\r") for row in text.removeprefix("\ufeff").split("\n")]
    first = _behind_front_matter(rows)
    previous_used = 1  # the last line in use before the one before
    for number, row in enumerate(rows[first:], first + 1):
        bare = row.strip()
        if fence:
            if bare.startswith(fence) and not bare.strip(fence[0]):
                fence = ""
        elif comment:
            comment = "-->" not in row
        elif opened := _FENCE.match(row):
            fence = opened[1]
        elif bare.startswith("<!--"):
            comment = "-->" not in row
        elif atx := _ATX.match(row):
            heading(len(atx[1]), _CLOSING.sub("", atx[2] or "").strip(), number, used)
            before, previous_used, used = "", number, number
            continue
        elif before and (line := _UNDERLINE.match(row)):
            heading(1 if line[1][0] == "=" else 2, before.strip(), number - 1, previous_used)
            before, previous_used, used = "", number, number
            continue
        elif bare and not _NO_PARAGRAPH.match(row):
            previous_used = used if not before else previous_used
            before, used = row, number
            continue
        before = ""
        if bare:
            used = number
    for _, place in levels:
        found[place] = found[place]._replace(end=max(used, found[place].start))
    return ordered(found)


def _behind_front_matter(rows: list[str]) -> int:
    first = next((number for number, row in enumerate(rows) if row.strip()), len(rows))
    if first < len(rows) and rows[first].rstrip() == "---":
        for number in range(first + 1, len(rows)):
            if rows[number].rstrip() == "---":
                return number + 1
            if number == first + 1 and not rows[number].strip():
                break  # a rule, and no front matter
    return 0
