"""The memories of a view that answer a question, in order: what was gathered is weighed by a fixed formula, or by what was
learned here.
"""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions import gathering, judging, selecting
from agentmem.actions.context import Context
from agentmem.index.index import Index
from agentmem.index.view import View
from agentmem.model import asking, kinds, ranking, scoring, verdict
from agentmem.model.query import Query
from agentmem.model.ranking import Weights
from agentmem.model.scoring import Factor, Scorer, Term

if TYPE_CHECKING:
    from agentmem.actions.meaning import Meaning
    from agentmem.model.usage import Table

JUDGED = 24
"""The best so many are looked into, for the kind of answer that is asked for and for evidence that holds: four times what is
shown by default.
"""


BESIDE = frozenset(("areas", "related", "meaning", "recency", "fresh"))
"""What speaks for a memory beside what is asked: it counts as far as the words leave open which is meant."""


class Candidate:
    """One memory on its way to a rank: its position in the view, how strongly each arm speaks for it, what weighs it besides."""

    __slots__ = ("arms", "factors", "position", "said", "score", "terms")

    def __init__(self, position: int) -> None:
        self.position = position
        self.arms: dict[str, float] = {}
        self.factors: list[Factor] = []
        self.said: Mapping[str, str] = {}
        """By what an arm speaks for it, by the arm's name, where that says more than the name."""
        self.score = 0.0
        self.terms: Sequence[Term] = ()

    def scored(self, scorer: Scorer) -> None:
        """Give it its score, and the terms that this is made of."""
        self.score, terms = scorer(self.arms, self.factors)
        said = self.said
        self.terms = [term._replace(detail=said[term.name]) if term.name in said else term for term in terms]

    def moved(self, why: str, score: float, detail: str) -> None:
        """Give it another score, and the term that says why."""
        adds = all(term.adds for term in self.terms)
        value = score - self.score if adds or not self.score else score / self.score
        self.terms = (*self.terms, Term(why, value, detail, adds=adds or not self.score))
        self.score = score

    def weakened(self, why: str, factor: float, detail: str) -> None:
        """Let it count ``factor`` of what it does."""
        adds = all(term.adds for term in self.terms)
        self.moved(
            why, self.score + scoring.SCALE * math.log(factor) if adds else self.score * factor, detail
        )


class Ranking(NamedTuple):
    """The candidates, best first, ``most`` of which are worth showing; what scored them; whether nothing answers; which words
    were read as others; what comes nearest where nothing answers.
    """

    candidates: list[Candidate]
    scorer: Scorer
    most: int
    abstained: bool
    read: Mapping[str, str] = MappingProxyType({})
    nearest: Sequence[int] = ()

    @property
    def shown(self) -> list[Candidate]:
        """Those that are worth showing."""
        return self.candidates[: self.most]


def rank(
    context: Context,
    index: Index,
    view: View,
    asked: Query,
    eligible: Sequence[int],
    files: Sequence[str],
    weights: Weights,
    clock: int,
    meaning: "Meaning | None" = None,
    learned: Mapping[str, float] | None = None,
    uses: "Table | None" = None,
) -> Ranking:
    """The candidates for ``asked`` among ``eligible``, and whether it abstained for want of evidence.

    ``meaning`` is the optional arm; ``learned`` has the weight of each signal as the manager was trained, None: the fixed
    formula; ``uses`` what is known of the use of memories. Ages are as of ``clock`` (seconds UTC): who asks for what was known
    until some moment stands at that moment.
    """
    if asked.oldest:
        weights = weights._replace(recency=0.0, fresh=0.0)  # no being new stands against it
    gathered = gathering.gather(index, view, asked, eligible, files, weights, meaning, learned is not None)
    if gathered.plain:
        found = [_by_age(asked, position, place) for place, position in enumerate(gathered.keep, 1)]
        return Ranking(found, scoring.in_order, len(found), abstained=False)
    scorer = scoring.fixed({arm.name: arm.weight for arm in gathered.arms})
    if learned is not None:
        scorer = scoring.trained(learned)
    authored = {row for _, row in index.knowledge.named("role", [context.role])} if context.role else set()
    found = []
    for position in gathered.keep:
        candidate = Candidate(position)
        candidate.arms = {
            arm.name: arm.strengths[position] * (gathered.open if arm.name in BESIDE else 1)
            for arm in gathered.arms
            if position in arm.strengths
        }
        candidate.factors = [
            factor._replace(value=factor.value**gathered.open) if factor.name in BESIDE else factor
            for factor in _factors(view, position, weights, clock, authored, uses)
        ]
        if asked.exact_span and (created := view.created(position)) and not asked.spans(created):
            candidate.factors.append(Factor(scoring.OUTSIDE, weights.outside))
        candidate.said = {arm.name: arm.said[position] for arm in gathered.arms if position in arm.said}
        candidate.scored(scorer)
        found.append(candidate)
    found = _in_order(view, found)
    if asked.answer and weights.answer:
        _prefer_answers(index, view, asked.answer, found[:JUDGED], weights.answer, scorer)
        found = _in_order(view, found)
    return Ranking(found, scorer, gathered.most, not found, gathered.read, gathered.nearest)


def _prefer_answers(
    index: Index, view: View, kind: str, best: Sequence[Candidate], weight: float, scorer: Scorer
) -> None:
    """Let those of ``best`` count for more that have the ``kind`` of answer that is asked for, the more the fewer have it."""
    rows = [view.columns.rows[candidate.position] for candidate in best]
    memories = index.knowledge.memories(rows)
    texts = [f"{memories[row].title}\n{memories[row].body}" if row in memories else "" for row in rows]
    having = [candidate for candidate, text in zip(best, texts, strict=True) if asking.has(kind, text)]
    if not having and kind.startswith(asking.OF):  # it may be called otherwise there
        kind = asking.NUMBER
        having = [candidate for candidate, text in zip(best, texts, strict=True) if asking.has(kind, text)]
    for candidate in having if len(having) < len(best) else ():
        value = 1 + weight * (1 - len(having) / len(best))
        candidate.factors.append(Factor(scoring.ANSWER, value, kind))
        candidate.scored(scorer)


def _by_age(asked: Query, position: int, place: int) -> Candidate:
    candidate = Candidate(position)
    candidate.arms = {"oldest" if asked.oldest else "newest": 1 / place}
    candidate.scored(scoring.in_order)
    return candidate


def _in_order(view: View, found: list[Candidate]) -> list[Candidate]:
    identities = view.columns.ids
    return sorted(found, key=lambda c: (-c.score, identities[c.position]))


def _factors(
    view: View,
    position: int,
    weights: Weights,
    clock: int,
    same_role: set[int],
    uses: "Table | None",
) -> list[Factor]:
    """What speaks for a memory beyond the match."""
    columns = view.columns
    kind = view.kind(position)
    created = view.created(position)
    age = None if created is None else (clock - created) / 86400
    factors = [Factor("recency", ranking.recency(age, kinds.BY_NAME[kind].half_life, weights.recency), kind)]
    if weights.fresh and (fresh := ranking.freshness(age, weights.fresh)) > 1.005:
        factors.append(Factor("fresh", fresh))
    if kind == "deadend":
        factors.append(Factor("dead end", weights.deadend))
    if kind == "log":
        factors.append(Factor("log entry", weights.log))
    if columns.rows[position] in same_role:
        factors.append(Factor("your role", weights.role))
    if level := columns.importance[position]:
        factors.append(Factor("importance", 1 + weights.importance * (level - 3), f"{level} of 5"))
    if columns.pins[position]:
        factors.append(Factor("pinned", weights.pin))
    if position in view.foreign:
        factors.append(Factor("not merged here", weights.unmerged, view.foreign[position].branch))
    if uses is not None and (use := uses.get(columns.ids[position])) is not None:
        said = f"helped {use.used}, misled {use.misled}"
        factors.append(Factor("use", ranking.usefulness(use, weights), said))
    return factors


def by_evidence(
    context: Context, index: Index, view: View, ranked: Ranking, weights: Weights, of_files: bool = False
) -> Ranking:
    """``ranked`` with what the code says of the evidence of the best of them weighed in; ``of_files``: what is known of files is
    asked for and nothing else, so what they say otherwise by now is no less to be known.
    """
    best = ranked.candidates[:JUDGED]
    found = judging.judged(context, selecting.fetch(index, view, [candidate.position for candidate in best]))
    bad = (weights.cite_holds,) * 2 if of_files else (weights.cite_changed, weights.cite_gone)
    scale = (weights.cite_holds, weights.cite_holds, *bad, 1.0)
    for candidate, one in zip(best, found, strict=True):
        if one.verdicts:
            says = verdict.worst(one.verdicts) or ""
            candidate.factors.append(Factor("evidence", verdict.weight(one.verdicts, scale), says))
            candidate.scored(ranked.scorer)
    return ranked._replace(candidates=_in_order(view, ranked.candidates))
