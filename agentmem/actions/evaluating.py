"""Evaluation: how well each ranker answers labelled questions, in all and by category, and how sure that is."""

import os
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from agentmem.actions import rankers, recall
from agentmem.actions.context import Context, Standpoint
from agentmem.actions.moments import Moments
from agentmem.actions.rankers import BASELINE, Question, Ranked, Ranker
from agentmem.errors import NotFound, UsageError
from agentmem.index.view import View
from agentmem.model import ids, labels, metrics, packing, scopes
from agentmem.model.folding import folded
from agentmem.model.labels import Label

SEED = 1
"""Of the bootstrap and of the test: the same labels give the same figures."""

BUDGETS = (500, 1000)
"""Tokens within which what is relevant may be shown."""

EXAMPLE = (
    'one label a line: {"query": "why …", "relevant": ["ID"]}; until, role, files, category may be added'
)

Scores = dict[str, float]
"""What one question adds to each measure that it counts for."""

ANSWERED: Mapping[str, Callable[[Sequence[str], frozenset[str]], float]] = {
    "recall@1": lambda order, relevant: metrics.recall(order, relevant, 1),
    "recall@5": lambda order, relevant: metrics.recall(order, relevant, 5),
    "recall@10": metrics.recall,
    "mrr@10": metrics.reciprocal_rank,
    "ndcg@10": metrics.ndcg,
}
"""The measures of an order, of questions that have an answer."""

EVIDENCE = {f"evidence@{budget}": budget for budget in BUDGETS}
FIRST = 3
"""The ids of so many that are shown are told of a question that is missed."""
ABSTAINED, FALSE_ANSWER = "abstentions", "false_answers"
MEASURES = (*ANSWERED, *EVIDENCE, FALSE_ANSWER, ABSTAINED)
"""Every measure, in the order in which they are told; all are shares or means from 0 to 1."""


class Figure(NamedTuple):
    """A mean over questions, with its 95 % confidence interval."""

    value: float
    interval: metrics.Interval


class Gain(NamedTuple):
    """The mean paired difference to the baseline, its 95 % confidence interval, and the p-value of its being 0."""

    value: float
    interval: metrics.Interval
    p: float


class Result(NamedTuple):
    """One ranker's figures by measure; those of which no question speaks are left out, as are the baseline's own gains."""

    ranker: str
    figures: Mapping[str, Figure]
    gains: Mapping[str, Gain]


class Group(NamedTuple):
    """The questions of one category, or all (None). ``unanswerable`` counts those that nothing answers."""

    category: str | None
    questions: int
    unanswerable: int
    results: tuple[Result, ...]


class Missed(NamedTuple):
    """A question that is not answered as it should be: ``relevant`` has the ids of what answers it, ``first`` those that are
    shown first, none where it is silent; ``rank`` is the place of the first relevant one, from 1, None where none is shown.
    """

    query: str
    category: str | None
    relevant: tuple[str, ...]
    first: tuple[str, ...]
    rank: int | None


class Evaluation(NamedTuple):
    """All of it. ``unknown`` and ``absent`` count relevant memories that are not here, and that were not in force at the
    moment of the question; ``left_out`` the questions of which no relevant one is left. ``missed`` are the questions that
    the last ranker, which serves here, does not answer with a relevant one first, or with silence where nothing answers.
    """

    view: Standpoint
    memories: int
    total: Group
    categories: tuple[Group, ...]
    unknown: int
    absent: int
    left_out: int
    missed: tuple[Missed, ...]
    shorts: Mapping[str, str]


class Posed(NamedTuple):
    """A question with the ids of what answers it; ``view`` is what was visible at its moment."""

    question: Question
    relevant: frozenset[str]
    category: str | None
    view: View


def evaluate(
    context: Context,
    path: str,
    data: bytes,
    make: Callable[[Context], Sequence[Ranker]] = rankers.all_rankers,
) -> Evaluation:
    """Put every label of the file ``path``, whose bytes are ``data``, to each ranker that ``make`` gives.

    Raises:
        UsageError: a line that is no label, or no label at all; Ambiguous prefixes too.
        NotFound: no question is left that could be asked here.

    """
    found = read(path, data, context.now)
    posed, unknown, absent, left_out = pose(context, path, found)
    if not posed:
        which = "names a memory here" if unknown else "was in force at its question's moment"
        lacks = context.repository.shallow and any(label.until is not None for _, label in found)
        raise NotFound(
            f"{path}: nothing that is relevant {which}",
            "git fetch --unshallow     (this clone lacks the older part of history)"
            if lacks
            else "labels go with the store that they were made for",
        )
    scored, served = _scored(context, posed, make)
    view = context.index.view()
    every = {identity for one in (view, *_views(posed)) for identity in one.columns.ids}
    names = sorted({one.category for one in posed if one.category is not None})
    return Evaluation(
        view=context.standpoint,
        memories=sum(view.shown),
        total=_group(None, posed, scored),
        categories=tuple(_group(name, posed, scored) for name in names),
        unknown=unknown,
        absent=absent,
        left_out=left_out,
        missed=tuple(_missed(posed, served)),
        shorts=ids.ShortIds(every),
    )


def load(context: Context, path: str) -> bytes:
    """The bytes of the file at ``path``.

    Raises:
        UsageError: it cannot be read.

    """
    try:
        with open(os.path.join(context.directory, path), "rb") as file:
            return file.read()
    except (OSError, ValueError) as error:  # a path with a null byte is a ValueError
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise UsageError(f"cannot read {path}: {reason}") from None


def read(path: str, data: bytes, now: int) -> list[tuple[int, Label]]:
    """The labels with their lines, from 1; blank lines, a byte order mark and the line ends of any system count for nothing.

    Raises:
        UsageError: a line that is none, or no line at all.

    """
    found = []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            found.append((number, labels.parse(line.decode("utf-8"), now)))
        except UnicodeDecodeError as error:
            raise UsageError(f"{path}:{number}: no UTF-8: byte {error.start + 1}", EXAMPLE) from None
        except ValueError as error:
            raise UsageError(f"{path}:{number}: {error}", EXAMPLE) from None
    if not found:
        raise UsageError(f"{path} holds no label", EXAMPLE)
    return found


def pose(
    context: Context, path: str, found: Sequence[tuple[int, Label]]
) -> tuple[list[Posed], int, int, int]:
    """The labels as questions; how many relevant ones are unknown, and absent at their moment; how many labels that costs.

    Moments of which this clone cannot tell what was in force then, or that are to come, are noted.
    """
    moments = Moments(context, (label.until for _, label in found if label.until is not None))
    at = {until: moments.at(until) for until in {label.until for _, label in found}}
    _note_moments(context, moments, [label.until for _, label in found if label.until is not None])
    names = _Names(context, [context.index.view(), *(then.view for then in at.values())])
    depth = max(metrics.DEPTH, context.config.recall_limit)
    there_at = {until: frozenset(then.view.columns.ids[i] for i in then.known) for until, then in at.items()}
    posed, unknown, absent, left_out = [], 0, 0, 0
    for number, label in found:
        named = [names.of(reference, f"{path}:{number}") for reference in label.relevant]
        relevant = {identity for identity in named if identity is not None}
        unknown += sum(identity is None for identity in named)
        there = relevant & there_at[label.until]
        absent += len(relevant - there)
        if label.relevant and not there:  # without an answer it would count as one that has none
            left_out += 1
            continue
        clock = context.now if label.until is None else min(context.now, label.until)
        files = tuple(scopes.normal(file) for file in label.files)
        past = label.until is not None and label.until < context.now
        view, known = at[label.until]
        question = Question(label.query, files, label.role, clock, past, known, depth)
        posed.append(Posed(question, frozenset(there), label.category, view))
    return posed, unknown, absent, left_out


def _note_moments(context: Context, moments: Moments, asked: Sequence[int]) -> None:
    notes = context.index.notes
    if to_come := sum(moment > context.now for moment in asked):
        they = "it is" if to_come == 1 else "they are"
        notes.once(f"{_labels(to_come)} whose until is still to come: {they} asked at the present moment")
    if untold := sum(map(moments.is_untold, asked)):
        notes.once(
            f"this clone is shallow and begins after the moment of {_labels(untold)}: what was in force then is told by the"
            " memories' own times, and what was retracted counts as never in force (git fetch --unshallow)"
        )


def _labels(number: int) -> str:
    return "1 label" if number == 1 else f"{number:,} labels"


def _views(posed: Iterable[Posed]) -> list[View]:
    """The views of ``posed``, each once."""
    return list({id(one.view): one.view for one in posed}.values())


class _Names:
    """What references in labels name: ids, prefixes of them, and ids at their source, all looked up at once."""

    def __init__(self, context: Context, views: Iterable[View]) -> None:
        different = {id(view): view for view in views}.values()
        self._ids = sorted({identity for view in different for identity in view.columns.ids})
        self._sources: dict[str, set[str]] = {}
        named = context.index.knowledge.all_named("source_id")
        for view in different:
            for value, row in named:
                for position in view.positions_of(row):
                    self._sources.setdefault(value, set()).add(view.columns.ids[position])

    def of(self, reference: str, place: str) -> str | None:
        """The id that ``reference`` names; None for none.

        Raises:
            UsageError: it names several; ``place`` is where it stands.

        """
        import bisect

        prefix, found = reference.lower(), set[str]()
        if ids.is_prefix(prefix):
            begin = bisect.bisect_left(self._ids, prefix)
            found = {one for one in self._ids[begin : begin + 2] if one.startswith(prefix)}
        found = found or self._sources.get(folded(reference), set())
        if len(found) > 1:
            raise UsageError(f"{place}: {reference} names several memories", "give more of the id")
        return next(iter(found), None)


def _scored(
    context: Context, posed: Sequence[Posed], make: Callable[[Context], Sequence[Ranker]]
) -> tuple[dict[str, list[Scores]], list[Ranked]]:
    """By each ranker's name, what each of ``posed`` gives it; what the last of them answers."""
    own = context.role
    scored: dict[str, list[Scores]] = {}
    served = [Ranked(())] * len(posed)
    for view in _views(posed):
        places = [place for place, one in enumerate(posed) if one.view is view]
        with context.index.seeing(view):
            tried = make(context)
            # question by question: what several rankers look at is gathered once
            answers = [[ranker(posed[place].question) for ranker in tried] for place in places]
            context.set_role(own)
            costs = _costs(context, view, (answer for row in answers for answer in row))
            for place, row in zip(places, answers, strict=True):
                served[place] = row[-1]
                for ranker, answer in zip(tried, row, strict=True):
                    column = scored.setdefault(ranker.name, [{}] * len(posed))
                    column[place] = _scores(context, posed[place], answer, costs)
    return scored, served


def _missed(posed: Sequence[Posed], served: Sequence[Ranked]) -> Iterator[Missed]:
    for one, answer in zip(posed, served, strict=True):
        order = _order(one, answer)
        rank = next((place for place, name in enumerate(order, 1) if name in one.relevant), None)
        if rank != 1 and (one.relevant or order):
            relevant = tuple(sorted(one.relevant))
            yield Missed(one.question.text, one.category, relevant, tuple(order[:FIRST]), rank)


def _order(posed: Posed, answer: Ranked) -> list[str]:
    """The ids that are shown, best first: one memory at two paths is one answer."""
    shown = [] if answer.abstained else answer.positions
    return list(dict.fromkeys(posed.view.columns.ids[i] for i in shown))


def _costs(context: Context, view: View, answers: Iterable[Ranked]) -> dict[int, packing.Costs]:
    """What each memory costs that one of ``answers`` shows first, in tokens, as recall prints it today."""
    limit = context.config.recall_limit or metrics.DEPTH
    wanted = sorted({i for answer in answers for i in answer.positions[:limit]})
    return dict(zip(wanted, recall.laid_out(context, context.index, view, wanted)[2], strict=True))


def _scores(context: Context, posed: Posed, answer: Ranked, costs: Mapping[int, packing.Costs]) -> Scores:
    """What one answer to one question gives."""
    shown = [] if answer.abstained else list(answer.positions)
    if not posed.relevant:
        return {FALSE_ANSWER: float(bool(shown))}
    order = _order(posed, answer)
    scores = {name: measure(order, posed.relevant) for name, measure in ANSWERED.items()}
    first = shown[: context.config.recall_limit or metrics.DEPTH]
    for name, budget in EVIDENCE.items():
        levels = packing.pack([costs[i] for i in first], budget, recall.frame(context, len(shown)))
        # a title in the line of what else there is names a memory, it does not show what it says
        told = {
            posed.view.columns.ids[i]
            for i, level in zip(first, levels, strict=True)
            if level in (packing.PARAGRAPH, packing.FULL)
        }
        scores[name] = len(told & posed.relevant) / len(posed.relevant)
    return {**scores, ABSTAINED: float(not shown)}


def _group(category: str | None, posed: Sequence[Posed], scored: Mapping[str, list[Scores]]) -> Group:
    """The figures over the questions of one category, or over all."""
    chosen = [i for i, one in enumerate(posed) if category is None or one.category == category]
    figures: dict[str, dict[str, Figure]] = {name: {} for name in scored}
    gains: dict[str, dict[str, Gain]] = {name: {} for name in scored}
    for measures, answered in (((*ANSWERED, *EVIDENCE, ABSTAINED), True), ((FALSE_ANSWER,), False)):
        about = [i for i in chosen if bool(posed[i].relevant) == answered]
        if not about:
            continue
        values = {
            (name, measure): [scores[i][measure] for i in about]
            for name, scores in scored.items()
            for measure in measures
        }
        differences = {
            (name, measure): [new - old for new, old in zip(column, values[BASELINE, measure], strict=True)]
            for (name, measure), column in values.items()
            if name != BASELINE and BASELINE in scored
        }
        columns = [*values.values(), *differences.values()]
        intervals = metrics.bootstrap(columns, random.Random(SEED))
        tests = metrics.sign_flips(list(differences.values()), random.Random(SEED))
        for (name, measure), column, interval in zip(values, columns, intervals, strict=False):
            figures[name][measure] = Figure(metrics.mean(column), interval)
        paired = zip(differences.items(), intervals[len(values) :], tests, strict=True)
        for ((name, measure), column), interval, p in paired:
            gains[name][measure] = Gain(metrics.mean(column), interval, p)
    return Group(
        category=category,
        questions=len(chosen),
        unanswerable=sum(not posed[i].relevant for i in chosen),
        results=tuple(Result(name, figures[name], gains[name]) for name in scored),
    )
