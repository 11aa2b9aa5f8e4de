"""A digest under a budget: lines of several sections, the least needed left out, what is left out counted."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agentmem.model import safety, tokens


class Line(NamedTuple):
    """One line of a section and how much it is needed, more being more; equals go by their order. ``memory`` is the id of the
    memory that it tells of, where it tells of one.
    """

    text: str
    weight: float = 1.0
    memory: str = ""


class Digest(NamedTuple):
    """The lines that were kept, section by section in their order; ``omitted`` counts the others, ``tokens`` what it costs;
    ``memories`` are the ids of those that were told of, the most needed first.
    """

    sections: Mapping[str, tuple[str, ...]]
    omitted: int
    tokens: int
    memories: tuple[str, ...] = ()


def shortened(text: str, width: int) -> str:
    """``text`` as one line of at most ``width`` columns, with an ellipsis where it was longer; a wide letter takes two."""
    line = safety.one_line(text)
    if len(line) * 2 <= width or (line.isascii() and len(line) <= width):
        return line
    columns = 0
    cut = 0
    for at, char in enumerate(line):
        columns += 1 if char.isascii() or unicodedata.east_asian_width(char) not in "WF" else 2
        if columns <= width - 1:
            cut = at + 1
    return line if columns <= width else line[:cut].rstrip() + "…"


def pack(sections: Mapping[str, Sequence[Line]], budget: int, frame: int = 0) -> Digest:
    """The lines that fit ``budget`` tokens (0: all), of which ``frame`` go to what stands around them.

    The most needed come first, whatever their section; one that does not fit gives way to those after it that do. A section's
    heading is paid with its first line.
    """
    headings = {name: tokens.estimate(f"## {name}\n") for name in sections}
    ranked = sorted(
        (
            (-line.weight, place, number, name, line.text, line.memory)
            for place, (name, lines) in enumerate(sections.items())
            for number, line in enumerate(lines)
        ),
    )
    kept: list[tuple[int, int, str, str, str]] = []
    there: set[str] = set()
    spent = frame
    for _, place, number, name, text, memory in ranked:
        cost = tokens.estimate(text + "\n") + (0 if name in there else headings[name])
        if budget and spent + cost > budget:
            continue
        spent += cost
        there.add(name)
        kept.append((place, number, name, text, memory))
    found = _joined(kept)
    # the costs of many lines were rounded, each for itself
    while budget and kept and frame + _cost(found) > budget:
        kept.pop()
        found = _joined(kept)
    told = tuple(dict.fromkeys(memory for *_, memory in kept if memory))
    return Digest(found, len(ranked) - len(kept), frame + _cost(found), told)


def _joined(kept: Sequence[tuple[int, int, str, str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for _, _, name, text, _ in sorted(kept):
        found.setdefault(name, []).append(text)
    return {name: tuple(lines) for name, lines in found.items()}


def _cost(sections: Mapping[str, Sequence[str]]) -> int:
    return tokens.estimate("".join("\n".join((f"## {name}", *lines, "")) for name, lines in sections.items()))
