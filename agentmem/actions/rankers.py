"""What puts memories in an order for a question, to be measured against each other: a yardstick, the arms, recall itself.

A further ranker is a class with a name that is called with a question; it is measured once ``all_rankers`` gives it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from agentmem.actions import differing, managing, ranked, recall, selecting
from agentmem.actions.context import Context
from agentmem.actions.ranked import Ranking
from agentmem.actions.selecting import Filters
from agentmem.model import ranking
from agentmem.model.bm25 import Corpus
from agentmem.model.ranking import Weights

BASELINE = "plain BM25"
"""The name of the ranker that the others are compared with."""


class Question(NamedTuple):
    """What a ranker gets. ``clock`` is the moment it is asked at (seconds UTC), ``known`` the positions of what was in force
    then, ``depth`` how many are wanted at least. ``past``: the moment is not the present, whose code says nothing of it.
    """

    text: str
    files: tuple[str, ...]
    role: str | None
    clock: int
    past: bool
    known: Sequence[int]
    depth: int


class Ranked(NamedTuple):
    """Positions of the view, best first, without repeats; ``abstained``: whatever they are, nothing would be shown."""

    positions: Sequence[int]
    abstained: bool = False


class Ranker(Protocol):
    """The port of what is measured."""

    @property
    def name(self) -> str:
        """What it is called in a table: 15 characters at most."""

    def __call__(self, question: Question) -> Ranked:
        """The order of ``question.known``, or of the part that it would show."""


def all_rankers(context: Context) -> tuple[Ranker, ...]:
    """Every ranker that can be measured here, the yardstick first."""
    weights, gather = ranking.DEFAULT, Gathering(context)
    identities = context.index.view().columns.ids
    manager = managing.current(context)
    trained = [Whole("manager", context, Gathering(context, manager.recall), weights)] if manager else []
    return (
        PlainBM25(context),
        Arm("words", gather, weights._replace(entity_arm=0.0), identities),
        Arm("names and paths", gather, weights._replace(lexical_arm=0.0), identities),
        # these order what the other two have found, and find nothing by themselves
        Arm("areas", gather, weights, identities),
        Arm("related", gather, weights, identities),
        Arm("time", gather, weights, identities),
        *([Arm("meaning", gather, weights, identities)] if context.meaning else []),
        Whole("fixed formula", context, gather, weights),
        *trained,
    )


class PlainBM25:
    """BM25 over title and body, with the statistics of what was known at the time; it understands no filter and no path."""

    name = BASELINE

    def __init__(self, context: Context) -> None:
        index = context.index
        self._view = index.view()
        found = selecting.fetch(index, self._view, range(len(self._view)))
        self._corpus = Corpus(f"{one.memory.title}\n{one.memory.body}" for one in found)

    def __call__(self, question: Question) -> Ranked:
        """The best by BM25."""
        scores = self._corpus.scores(question.text, question.known)
        return Ranked(ranking.order(scores, self._view.columns.ids, question.depth))


class Arm:
    """One arm of the formula: the order that its own strengths give, with nothing that weighs them."""

    def __init__(self, name: str, gather: "Gathering", weights: Weights, identities: Sequence[str]) -> None:
        self.name = name
        self._gather, self._weights, self._identities = gather, weights, identities

    def __call__(self, question: Question) -> Ranked:
        """The best by this arm's strength."""
        found = self._gather(question, self._weights)
        strengths = {one.position: one.arms[self.name] for one in found.candidates if self.name in one.arms}
        return Ranked(ranking.order(strengths, self._identities, question.depth), found.abstained)


class Whole:
    """What recall does: the arms joined, weighed, held against the code, and without what repeats a better one."""

    def __init__(self, name: str, context: Context, gather: "Gathering", weights: Weights) -> None:
        self.name = name
        self._context, self._gather, self._weights = context, gather, weights

    def __call__(self, question: Question) -> Ranked:
        """What recall would show, in its order."""
        found = self._gather(question, self._weights)
        context, index = self._context, self._context.index
        view = index.view()
        if not question.past:
            found = ranked.by_evidence(context, index, view, found, self._weights)
        chosen = differing.different(index, view, found.shown, question.depth)
        return Ranked([candidate.position for candidate in chosen.shown], found.abstained)


class Gathering:
    """What recall gathers for a question, kept for the rankers that look at the same: half of the time goes there.

    Without the evidence of use: labels are often made of what was used, and would be answered by their own making; of a moment
    in the past it would say what came after.
    """

    def __init__(self, context: Context, learned: Mapping[str, float] | None = None) -> None:
        self._context, self._learned = context, learned
        self._question: Question | None = None
        self._kept: dict[Weights, Ranking] = {}

    def __call__(self, question: Question, weights: Weights) -> Ranking:
        """The candidates at the question's moment, best first, and whether recall abstains."""
        if question is not self._question:
            self._question, self._kept = question, {}
        if weights not in self._kept:
            self._kept[weights] = self._gathered(question, weights)
        return self._kept[weights]

    def _gathered(self, question: Question, weights: Weights) -> Ranking:
        context = self._context
        index = context.index
        view = index.view()
        asked = recall.understood(context, question.text, question.clock)
        eligible, clock = question.known, question.clock
        filters = selecting.merged(context, Filters(), asked.filters)
        if filters.any:
            among = set(selecting.positions(index, view, filters))
            eligible = [position for position in eligible if position in among]
        if filters.until is not None:
            clock = min(clock, filters.until)
        context.set_role(question.role)
        files = (*question.files, *filters.files)
        return ranked.rank(
            context,
            index,
            view,
            asked,
            eligible,
            files,
            weights,
            clock,
            context.meaning,
            self._learned,
        )
