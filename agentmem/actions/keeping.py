"""Learning what is worth keeping: what later work needed, from what was known of each memory before."""

from collections.abc import Sequence
from typing import NamedTuple

from agentmem.actions import selecting, weighing
from agentmem.actions.context import Context
from agentmem.actions.labelling import Event
from agentmem.actions.selecting import Found
from agentmem.learning import fitting
from agentmem.learning.fitting import Row
from agentmem.model import retention, scopes
from agentmem.model.folding import folded
from agentmem.model.retention import Features, Weights
from agentmem.model.usage import Use

MOMENTS = 8
"""Moments of the past at which everything is weighed as it was known then."""

LEARNED = 0.6
"""The part of the events by time that is learned from, before what was learned is tried on the others."""

MOST = 3000
"""Memories that are learned from, the newest."""

FLOORS = {"prior": 0.25, "pin": 3.0, "cited": 0.0, "used": 0.0, "activation": 0.0}
"""What no history can unlearn: that a pin holds, that what was used or cited is worth more for it."""


class Kept(NamedTuple):
    """What was learned. Of the memories that later work needed, the share that is in the worse half by the weights that serve
    now (``before``), and by the learned ones (``after``), on moments that were not learned from.
    """

    weights: Weights
    before: float
    after: float

    @property
    def is_better(self) -> bool:
        """Whether fewer of them would go."""
        return self.after < self.before


class _Known(NamedTuple):
    """One memory at one moment: its features then, and whether anything later needed it."""

    features: Features
    needed: bool


def learn(context: Context, events: Sequence[Event], serves: Weights) -> Kept | None:
    """The weights of what is worth keeping that ``events``, oldest first, teach; None where they tell nothing of it."""
    if not events:
        return None
    times = [event.posed.question.clock for event in events]
    begin, last = times[0], times[-1]
    if last <= begin:
        return None
    store = _Store(context)
    border = times[int(LEARNED * (len(times) - 1))]
    moments = [begin + (last - begin) * step // (MOMENTS + 1) for step in range(1, MOMENTS + 1)]
    earlier = [store.at(moment, events, border) for moment in moments if moment < border]
    later = [store.at(moment, events, last + 1) for moment in moments if moment >= border]
    tried = _fitted(earlier)
    if tried is None or not any(one.needed for known in later for one in known):
        return None
    whole = _fitted([store.at(moment, events, last + 1) for moment in moments]) or tried
    balanced = _balanced(whole, [one.features for known in later for one in known])
    return Kept(balanced, _lost(later, serves), _lost(later, tried))


def _fitted(moments: Sequence[Sequence[_Known]]) -> Weights | None:
    rows = [Row(one.features._asdict(), one.needed) for known in moments for one in known]
    if not any(row.right for row in rows):
        return None
    believed = {name: value for name, value in retention.DEFAULT._asdict().items() if name != "bias"}
    return Weights(0.0, **fitting.fit(rows, believed, FLOORS))


def _lost(moments: Sequence[Sequence[_Known]], weights: Weights) -> float:
    """Of what was needed, the share that the worse half by ``weights`` has; ties go to the newer, by place."""
    gone = needed = 0
    for known in moments:
        order = sorted(range(len(known)), key=lambda i: (retention.score(known[i].features, weights), i))
        gone += sum(known[i].needed for i in order[: len(order) // 2])
        needed += sum(one.needed for one in known)
    return gone / needed if needed else 0.0


def _balanced(weights: Weights, features: Sequence[Features]) -> Weights:
    """``weights`` with the bias at which as much is kept as by the fixed ones: which to keep is learned, how many is not."""

    def mean(tried: Weights) -> float:
        return sum(retention.score(one, tried) for one in features) / max(len(features), 1)

    wanted, low, high = mean(retention.DEFAULT), -20.0, 20.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if mean(weights._replace(bias=middle)) < wanted else (low, middle)
    return weights._replace(bias=round((low + high) / 2, 4))


class _Store:
    """The memories of the view, weighed as of any moment."""

    def __init__(self, context: Context) -> None:
        index, view = context.index, context.index.view()
        own = [i for i in view.newest_first(range(len(view))) if i not in view.foreign]
        found = selecting.fetch(index, view, own[:MOST])
        cited = weighing.cited(weighing.links_of(view, found))
        self._cited = {identity: len(by) for identity, by in cited.items()}
        self._found = [
            one for one in found if one.memory.created is not None and one.memory.kind not in ("task", "plan")
        ]
        self._paths = {one.memory.id: _paths(one) for one in self._found}

    def at(self, moment: int, events: Sequence[Event], until: int) -> list[_Known]:
        """What was known at ``moment`` of all that was there, and what of it events after it and before ``until`` needed."""
        before = [event for event in events if event.posed.question.clock < moment]
        after = [event for event in events if moment <= event.posed.question.clock < until]
        needed = {identity for event in after for identity in event.posed.relevant}
        uses, misled, last = dict[str, list[int]](), dict[str, int](), dict[str, int]()
        for ago, event in enumerate(reversed(before), 1):
            for identity in event.posed.relevant:
                uses.setdefault(identity, []).append(ago)
                last.setdefault(identity, event.posed.question.clock)
            for identity in event.misled:
                misled[identity] = misled.get(identity, 0) + 1
        there = [one for one in self._found if (one.memory.created or 0) < moment]
        worked = self._heat([one for one in there if one.memory.kind == "log"])
        known = []
        for one in there:
            identity = one.memory.id
            ages = uses.get(identity, [])
            level = retention.base_level(ages, 0.5) if ages else None
            use = Use(len(ages), misled.get(identity, 0), last.get(identity), None)
            heat = max((worked.get(path, 0.0) for path in self._paths[identity]), default=0.0)
            features = retention.features(one.memory, moment, use, (), self._cited.get(identity, 0), heat)
            known.append(_Known(features._replace(activation=level or 0.0), identity in needed))
        return known

    def _heat(self, entries: Sequence[Found]) -> dict[str, float]:
        """How much each path was worked on, by the log entries, newest first, in the place of commits."""
        touched: dict[str, list[int]] = {}
        for ago, entry in enumerate(entries, 1):
            for path in self._paths[entry.memory.id]:
                touched.setdefault(path, []).append(ago)
        return retention.heat(touched, len(entries))


def _paths(found: Found) -> tuple[str, ...]:
    named = (*(cite.path for cite in found.memory.cites), *found.memory.scope)
    return tuple(dict.fromkeys(folded(scopes.normal(path)) for path in named))
