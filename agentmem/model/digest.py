"""A digest under a budget: lines of several sections, the least needed left out, what is left out counted."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agentmem.model import tokens


class Line(NamedTuple):
    """One line of a section and how much it is needed, more being more; equals go by their order."""

    text: str
    weight: float = 1.0


class Digest(NamedTuple):
    """The lines that were kept, section by section in their order; ``omitted`` counts the others, ``tokens`` what it costs."""

    sections: Mapping[str, tuple[str, ...]]
    omitted: int
    tokens: int


def pack(sections: Mapping[str, Sequence[Line]], budget: int, frame: int = 0) -> Digest:
    """The lines that fit ``budget`` tokens (0: all), of which ``frame`` go to what stands around them.

    The most needed come first, whatever their section; within a section a line is not kept when one before it of the same
    weight was left out. A section's heading is paid with its first line.
    """
    headings = {name: tokens.estimate(f"## {name}\n") for name in sections}
    ranked = sorted(
        (
            (-line.weight, place, number, name, line.text)
            for place, (name, lines) in enumerate(sections.items())
            for number, line in enumerate(lines)
        ),
    )
    kept: dict[str, list[tuple[int, str]]] = {name: [] for name in sections}
    spent, omitted = frame, 0
    for _, _, number, name, text in ranked:
        cost = tokens.estimate(text + "\n") + (0 if kept[name] else headings[name])
        if budget and spent + cost > budget:
            omitted += 1
            continue
        spent += cost
        kept[name].append((number, text))
    return Digest(
        {name: tuple(text for _, text in sorted(found)) for name, found in kept.items() if found},
        omitted,
        spent,
    )
