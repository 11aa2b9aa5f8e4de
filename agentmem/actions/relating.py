"""One step on: what shares a place or an entity with the best that was found, or is linked with it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agentmem.index.index import Index
from agentmem.index.view import View
from agentmem.model import ranking, scopes
from agentmem.model.folding import folded

SEEDS = 10
"""The best so many speak for what is about the same."""

COMMON = 400
"""Memories from which on a place says nothing: the file that all work touches."""

HOTNESS = 0.3
"""How much less a place says that many share: as one over their number, to this power."""

NOTHING = (0.0, "")

Place = tuple[str, str]
"""A key of the catalog's names, and a value under it."""


def related(
    index: Index,
    view: View,
    by_words: Mapping[int, float],
    by_names: Mapping[int, float],
    allowed: Sequence[int],
) -> dict[int, tuple[float, str]]:
    """How strongly (0 to 1) the best by words and names speak for each position by what it shares with them, but for itself, and
    what that is.

    The place that most of them share speaks alone: who touched many files is about each of them less. A form of relevance
    feedback (Lavrenko and Croft, SIGIR 2001) over places in place of words.
    """
    strengths = {
        p: max(by_words.get(p, 0.0), by_names.get(p, 0.0)) for p in {*by_words, *by_names} if allowed[p]
    }
    seeds = ranking.order(strengths, view.columns.ids, SEEDS)
    if len(strengths) < 2:
        return {}
    rows = view.columns.rows
    records = index.knowledge.fields(list({rows[p] for p in seeds}))
    votes: dict[Place, dict[int, float]] = {}
    spelt: dict[Place, str] = {}
    total = 0.0
    for position in seeds:
        share = strengths[position] ** 2
        total += share
        places = dict(_places(records[rows[position]]))
        spelt = places | spelt
        for place in places:
            votes.setdefault(place, {})[position] = share / math.sqrt(len(places))
    found: dict[int, tuple[float, str]] = {}

    def speak(position: int, value: float, by: str) -> None:
        value = min(value, 1.0)
        if value > found.get(position, NOTHING)[0] and allowed[position]:
            found[position] = value, by

    for place, sharing in _sharing(index, view, votes).items():
        if len(sharing) > COMMON:
            continue
        rare = (2 / (len(sharing) + 1)) ** HOTNESS
        whole = sum(votes[place].values())
        for position in sharing:
            speak(position, (whole - votes[place].get(position, 0.0)) / total * rare, spelt[place])
    identities = {view.columns.ids[p]: p for p in seeds} if view.columns.links else {}
    for position, links in view.columns.links.items():
        linked = {t for targets in links for t in targets if t in identities} - {view.columns.ids[position]}
        best = max(linked, key=lambda t: (strengths[identities[t]], t), default=None)
        if best is not None:
            speak(position, strengths[identities[best]] ** 2 / total, f"linked with {view.shorts[best]}")
    return found


def _places(record: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """The places of a memory, each with how it is spelt there."""
    for pattern in record.get("scope", ()):
        normal = scopes.normal(pattern)
        yield ("glob" if scopes.is_glob(pattern) else "scope", folded(normal)), normal
    for path, *_ in record.get("cites", ()):
        yield ("scope", folded(path)), path
    for entity in record.get("entities", ()):
        yield ("entity", folded(entity)), entity


def _sharing(index: Index, view: View, votes: Mapping[Place, object]) -> dict[Place, set[int]]:
    """The positions that have each place; a path counts alike in a scope and in a citation."""
    found: dict[Place, set[int]] = {place: set() for place in votes}
    for key, column in (("scope", "scope"), ("cite", "scope"), ("glob", "glob"), ("entity", "entity")):
        wanted = [value for kind, value in votes if kind == column]
        for value, row in index.knowledge.named(key, wanted) if wanted else ():
            found[column, value].update(view.positions_of(row))
    return found
