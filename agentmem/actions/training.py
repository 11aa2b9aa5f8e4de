"""Training the memory manager: what helped before, split by time, against what serves now; nothing worse takes its place."""

import itertools
import random
import shlex
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agentmem.actions import evaluating, keeping, labelling, managing, saving
from agentmem.actions.branch import at_hand
from agentmem.actions.context import Context
from agentmem.actions.keeping import Kept
from agentmem.actions.labelling import Event
from agentmem.actions.ranked import Candidate
from agentmem.actions.rankers import Gathering
from agentmem.errors import AgentmemError, UsageError
from agentmem.learning import fitting
from agentmem.learning.fitting import Row
from agentmem.model import manager, metrics, ranking, scoring, times
from agentmem.model.manager import FEWEST, Manager
from agentmem.store import layout

BLOCKS = (0.4, 0.6, 0.8, 1.0)
"""Of the events by time: trained on the first part of them, tested on the next, then on both, and so on. What is held out is
always later than what was learned from."""

NEWER = 20
"""Events that are newer than what the model in place was trained on, to compare it by: on its own it would always win."""

MISLED = 5.0
"""What a memory that is said to have misled counts, against one of the many that just did not help."""

CHANCE = 0.2
"""The two-sided p-value of the gain from which on it may as well be chance."""

FEW, OLD, WORSE = "few", "old", "worse"

FORMULA, IN_PLACE = "the fixed formula", "the model in place"
"""What serves before the training."""


class NoNumpy(AgentmemError):
    """What training needs is not installed."""

    code = "not-installed"
    exit = 2


class Compared(NamedTuple):
    """Held out: how many questions; MRR and nDCG@10 of what serves now (``before``) and of what was learned (``after``); the
    paired gain of both together, its 95 % interval, and the p-value of its being 0.
    """

    questions: int
    before: tuple[float, float]
    after: tuple[float, float]
    gain: float
    interval: metrics.Interval
    p: float

    @property
    def is_better(self) -> bool:
        """Whether what was learned is better, and not by chance."""
        return self.gain > 0 and self.p <= CHANCE


class Trained(NamedTuple):
    """What became of it. ``sources`` counts the events by where they are from, ``undated`` those without a moment of their own;
    ``reason``: why nothing was written: ``few`` (then ``missing`` are wanting), ``old`` (as many are wanting that are newer than
    the model in place), ``worse``; None: it was.
    """

    events: int
    sources: Mapping[str, int]
    before: str
    missing: int = 0
    compared: Compared | None = None
    learned: Manager | None = None
    reason: str | None = None
    path: str | None = None
    kept: Kept | None = None
    undated: int = 0


class Case(NamedTuple):
    """One event with what recall gathers for it, their ids, how many of them it would show, and the order of the formula."""

    event: Event
    candidates: Sequence[Candidate]
    identities: Sequence[str]
    most: int
    order: Sequence[str]


def train(context: Context, labels: str | None = None, data: bytes = b"", dry_run: bool = False) -> Trained:
    """Learn from the labels ``data`` of the file ``labels`` ("-": standard input), else from the evidence of use and the finished
    tasks that are here.

    Raises:
        UsageError: a label that is none, or this is not trunk; NoNumpy; NotFound: no label is about a memory here.

    """
    _demand_numpy()
    if not dry_run:
        _demand_trunk(context, labels)
    path = "standard input" if labels == "-" else labels
    events = labelling.from_file(context, path, data) if path else labelling.from_history(context)
    sources: dict[str, int] = {}
    for event in events:
        sources[event.source] = sources.get(event.source, 0) + 1
    current = managing.current(context)
    before = FORMULA if current is None else IN_PLACE
    undated = sum(not event.posed.question.past for event in events)
    result = Trained(len(events), sources, before, undated=undated)
    if len(events) < FEWEST:
        return result._replace(missing=FEWEST - len(events), reason=FEW)
    newer = _newer(events, current)
    if newer < NEWER:
        return result._replace(missing=NEWER - newer, reason=OLD)
    cases = _cases(context, events)
    compared = _compared(cases, current, newer)
    result = result._replace(compared=compared)
    if not compared.is_better:
        return result._replace(reason=WORSE)
    kept = keeping.learn(context, events, managing.keeps_by(context))
    keep = kept.weights._asdict() if kept and kept.is_better else {} if current is None else current.keep
    provenance = _provenance(context.now, events, result, compared, kept)
    learned = Manager(_fitted(cases), keep, provenance)
    result = result._replace(learned=learned, kept=kept)
    if dry_run:
        return result
    saving.write_file(context, layout.MANAGER, manager.compose(learned), replace=True)
    return result._replace(path=f"{context.place.name}/{layout.MANAGER}")


def _demand_numpy() -> None:
    from agentmem.semantic import threads
    from agentmem.semantic.port import Unavailable

    try:
        threads.load_numpy()
    except Unavailable:
        raise NoNumpy(
            "training needs numpy, which is not installed", "python -m pip install 'git-agentmem[manager]'"
        ) from None


def _demand_trunk(context: Context, labels: str | None) -> None:
    branch = at_hand(context)
    if context.trunk is not None and branch != context.trunk:
        where = f"on {branch}" if branch else "detached"
        same = "" if labels is None else f" --labels {shlex.quote(labels)}"
        raise UsageError(
            f"a model is trained on trunk ({context.trunk}), and HEAD is {where}",
            f"to see what it would learn: agentmem model train{same} --dry-run",
        )


def _newer(events: Sequence[Event], current: Manager | None) -> int:
    """How many events are newer than those that the model in place was trained on."""
    until = current.trained.get("until") if current else None
    if not isinstance(until, str):
        return len(events)
    try:
        last = times.parse_iso(until)
    except ValueError:
        return len(events)
    return sum(event.posed.question.clock > last for event in events)


def _cases(context: Context, events: Sequence[Event]) -> list[Case]:
    """What recall gathers for each event, with the signals that only a manager weighs."""
    gather, formula = Gathering(context, scoring.PRIOR), Gathering(context)
    own = context.role
    cases = []
    for event in events:
        question, view = event.posed.question, event.posed.view
        identities = view.columns.ids
        with context.index.seeing(view):
            found = gather(question, ranking.DEFAULT)
            served = formula(question, ranking.DEFAULT)
        ids = [identities[one.position] for one in found.candidates]
        order = list(dict.fromkeys(identities[one.position] for one in served.shown))
        cases.append(Case(event, found.candidates, ids, len(served.shown), order))
    context.set_role(own)
    return cases


def rows(case: Case) -> list[Row]:
    """The rows that a case gives: of what nobody judged, none."""
    event = case.event
    found = []
    for candidate, identity in zip(case.candidates, case.identities, strict=True):
        right = identity in event.posed.relevant
        if event.judged is None or identity in event.judged:
            counts = MISLED if identity in event.misled else 1.0
            found.append(Row(scoring.signals(candidate.arms, candidate.factors), right, counts))
    return found


def _fitted(cases: Sequence[Case]) -> dict[str, float]:
    return weights_of([row for case in cases for row in rows(case)])


def weights_of(every: Sequence[Row]) -> dict[str, float]:
    """The weight of each signal of recall that explains the rows, near the formula's where they say little."""
    return fitting.fit(every, scoring.PRIOR, scoring.FLOORS, scoring.SPANS)


def _compared(cases: Sequence[Case], current: Manager | None, newer: int) -> Compared:
    """What is learned from earlier events against what serves now, on the later ones."""
    before: list[tuple[float, float]] = []
    after: list[tuple[float, float]] = []
    # of a model in place only what is newer than all that it has seen says how good it is
    first = len(cases) - newer if current else 0
    ends = [int(share * len(cases)) for share in BLOCKS]
    for begin, end in itertools.pairwise(ends):
        learned = _fitted(cases[:begin])
        for case in cases[max(begin, first) : end]:
            serves = case.order if current is None else _by(case, current.recall)
            before.append(_measured(case, serves))
            after.append(_measured(case, _by(case, learned)))
    sums = [sum(new) - sum(old) for new, old in zip(after, before, strict=True)]
    [interval] = metrics.bootstrap([sums], random.Random(evaluating.SEED))
    [p] = metrics.sign_flips([sums], random.Random(evaluating.SEED))
    means = [
        (metrics.mean([one[0] for one in column]), metrics.mean([one[1] for one in column]))
        for column in (before, after)
    ]
    return Compared(len(sums), means[0], means[1], metrics.mean(sums), interval, p)


def _by(case: Case, weights: Mapping[str, float]) -> list[str]:
    score = scoring.trained(weights)
    scores = [score(one.arms, one.factors)[0] for one in case.candidates]
    places = sorted(range(len(scores)), key=lambda i: (-scores[i], case.identities[i]))
    return list(dict.fromkeys(case.identities[i] for i in places[: case.most]))


def _measured(case: Case, order: Sequence[str]) -> tuple[float, float]:
    relevant = case.event.posed.relevant
    return metrics.reciprocal_rank(order, relevant), metrics.ndcg(order, relevant)


def _provenance(
    now: int, events: Sequence[Event], result: Trained, compared: Compared, kept: Kept | None
) -> dict[str, object]:
    told = {"before": round(kept.before, 3), "after": round(kept.after, 3)} if kept else None
    return {
        "at": times.format_iso(now),
        "events": dict(result.sources),
        "since": times.format_iso(events[0].posed.question.clock),
        "until": times.format_iso(events[-1].posed.question.clock),
        "held_out": {
            "questions": compared.questions,
            "against": result.before,
            "mrr@10": {"before": round(compared.before[0], 3), "after": round(compared.after[0], 3)},
            "ndcg@10": {"before": round(compared.before[1], 3), "after": round(compared.after[1], 3)},
            "needed_in_worse_half": told,
        },
    }
