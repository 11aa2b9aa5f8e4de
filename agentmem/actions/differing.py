"""Few and exact: of what says the same the best or fullest is shown; what a newer one says otherwise comes after the rest."""

from collections.abc import Sequence
from typing import NamedTuple

from agentmem.actions import selecting
from agentmem.actions.ranked import Candidate
from agentmem.index.index import Index
from agentmem.index.view import View
from agentmem.model import repeating, similarity, substance
from agentmem.model.repeating import FULLER, PART, RIVALS, SAME, Said

LOOKED, SHOWN = 30, 5
"""The best so many are held against each other, or so many times what is shown: where nine of ten are noise, the whole text
that a copy is of may stand far behind it."""

RIVAL = 0.5
"""What a memory counts of which a newer one says the same with another number or a denial."""

PAGE = "entity"
"""The kind that no other stands for."""

CLEARLY = 0.05
"""The share of a text by which one that says the same says clearly more: a vaguer copy is no correction, however new."""

STANDS_FOR, OUTDATED, EMPTY = "in place of", "a newer differs", "says nothing"
"""The terms of a score that say so."""


class Different(NamedTuple):
    """What is ``shown``, best first, and by the position of each the positions of what says the same."""

    shown: list[Candidate]
    repeats: dict[int, list[int]]


def different(index: Index, view: View, ranked: Sequence[Candidate], limit: int) -> Different:
    """The first ``limit`` of ``ranked``, without repeats, best first.

    Of a group that says the same the fullest stands where the best of them stood.
    """
    looked = list(ranked[: max(LOOKED, SHOWN * limit if limit < len(ranked) else limit)])
    groups = _Groups(index, view)
    for candidate in looked:
        groups.take(candidate)
    kept = groups.settled()
    shown = sorted(kept, key=lambda one: (-one.score, view.columns.ids[one.position]))[:limit]
    return Different(shown, groups.repeats())


class _Group:
    """Candidates that say the same: the best by rank, the one that is shown, and whether a newer one says otherwise."""

    def __init__(self, best: Candidate) -> None:
        self.best = self.shown = best
        self.newer: Candidate | None = None
        self.members = [best.position]


class _Groups:
    def __init__(self, index: Index, view: View) -> None:
        self._index, self._view = index, view
        self._groups: list[_Group] = []
        self._texts: dict[int, Said] = {}
        self._sketches: dict[int, tuple[int, int]] = {}

    def take(self, candidate: Candidate) -> None:
        """Put ``candidate`` into its group, or into one of its own."""
        same: _Group | None = None
        rivals = []
        for group in self._groups[:LOOKED]:
            how = self._alike(group.best.position, candidate.position)
            if how in (SAME, PART, FULLER) and group.shown is not group.best:
                # a draft is like what is said of many things: who stands for it says the same as who stood for it
                how = self._alike(group.shown.position, candidate.position)
            if how == RIVALS:
                rivals.append(group)
            elif how is not None:
                same = group
                if how == FULLER or (how == SAME and self._is_better(candidate, group.shown)):
                    group.shown = candidate
                break
        if same is None:
            same = _Group(candidate)
            self._groups.append(same)
        else:
            same.members.append(candidate.position)
        for other in rivals:
            if self._overrules(same.shown, other.shown):
                other.newer = same.shown
            elif self._overrules(other.shown, same.shown):
                same.newer = other.shown

    def settled(self) -> list[Candidate]:
        """What is shown of each group, its score as its place is."""
        shorts, identities = self._view.shorts, self._view.columns.ids
        for group in self._groups:
            one = group.shown
            if one is not group.best:
                one.moved(STANDS_FOR, group.best.score, shorts[identities[group.best.position]])
            if group.newer is not None:
                one.weakened(OUTDATED, RIVAL, shorts[identities[group.newer.position]])
            text = self._said(one.position)
            if self._view.kind(one.position) == "log" and substance.thin(text.title, text.body):
                one.weakened(EMPTY, RIVAL, "")
        return [group.shown for group in self._groups]

    def repeats(self) -> dict[int, list[int]]:
        """By the position of what is shown of each group the positions of the others, in their order."""
        places = ((group.shown.position, group.members) for group in self._groups)
        return {shown: [one for one in members if one != shown] for shown, members in places}

    def _is_better(self, one: Candidate, other: Candidate) -> bool:
        """Of two that say the same, whether the one that ranks lower says clearly more, or says it firmly, or is the newer of two
        that differ in a number or in nothing.
        """
        new, old = self._said(one.position), self._said(other.position)
        if repeating.is_tentative(new) != repeating.is_tentative(old):
            return repeating.is_tentative(old)
        if similarity.other_numbers(new.text, old.text) or similarity.same(*new[:2], *old[:2]):
            return self._is_newer(one, other)
        return new.says - old.says > CLEARLY * new.says

    def _overrules(self, one: Candidate, other: Candidate) -> bool:
        """Whether of two that say otherwise the one holds: it is newer; a draft overrules nothing."""
        tentative = [repeating.is_tentative(self._said(each.position)) for each in (one, other)]
        return not tentative[0] and (tentative[1] or self._is_newer(one, other))

    def _is_newer(self, one: Candidate, other: Candidate) -> bool:
        columns = self._view.columns
        if columns.kinds[one.position] != columns.kinds[other.position]:
            return False
        return columns.created[one.position] > columns.created[other.position]

    def _alike(self, one: int, other: int) -> str | None:
        """Whether both say the same, the other a part of the one or the fuller of both, or one otherwise what the other says."""
        view, columns = self._view, self._view.columns
        if (one in view.foreign or other in view.foreign) and columns.ids[one] == columns.ids[other]:
            return None  # what another branch made of it, however little it changed, is what was asked for
        kinds = {view.kind(one), view.kind(other)}
        if PAGE in kinds and len(kinds) > 1:  # what begins with a thing's name does not say what it is
            return None
        (sketch, topic), (other_sketch, other_topic) = self._sketched(one), self._sketched(other)
        if (
            similarity.sketch_numbers_similarity(sketch, other_sketch) < similarity.SKETCH_ALIKE
            and similarity.sketch_numbers_similarity(topic, other_topic) < similarity.TOPIC_ALIKE
        ):
            return None
        return repeating.relation(self._said(one), self._said(other))

    def _sketched(self, position: int) -> tuple[int, int]:
        """The two sketches of a memory, as numbers."""
        if position not in self._sketches:
            size, columns = similarity.SKETCH_SIZE, self._view.columns
            cut = slice(position * size, (position + 1) * size)
            self._sketches[position] = (
                int.from_bytes(columns.sketches[cut]),
                int.from_bytes(columns.topics[cut]),
            )
        return self._sketches[position]

    def _said(self, position: int) -> Said:
        if position not in self._texts:
            [found] = selecting.fetch(self._index, self._view, [position])
            self._texts[position] = repeating.said(found.memory.title, found.memory.body)
        return self._texts[position]
