"""What ``model evaluate`` prints: in all and for each category, a table of figures and one of gains over the yardstick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.actions import evaluating
from agentmem.actions.rankers import BASELINE
from agentmem.model import safety, scoring
from agentmem.output import jsonout
from agentmem.output.text import count, where

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agentmem.actions.evaluating import Evaluation, Figure, Gain, Group, Result

HEADS = ("R@1", "R@5", "R@10", "MRR", "nDCG", "500", "1,000", "false", "silent")
"""Of the columns of figures, in the order of ``evaluating.MEASURES``."""

GAINS = (("mrr@10", "MRR"), ("ndcg@10", "nDCG"), ("evidence@1000", "1,000"))
"""The gains that are printed, with their heads; JSON has all."""

NAME, FIGURE, GAIN = 16, 9, 26
"""Characters of the columns: 97 for figures, 94 for gains."""

QUERY = 60
"""Characters of a question that is missed."""

LEGEND = (
    "R@k: share of the relevant among the first k. MRR, nDCG: of the first 10.",
    "500, 1,000: share of the relevant whose text recall shows within so many tokens.",
    "false: something is shown though nothing answers. silent: nothing is shown though something does.",
    "± half the 95 % interval. Gains: paired difference, its interval, p of sign flips (all: --json).",
    "Evidence of use is left out, though recall weighs it: labels made of it would measure themselves.",
)

OF_ALL = "Of a category the arms of recall by themselves (words, names and paths, …) are in --json alone."
"""Said where there are categories: ten tables of all rows hide the three that matter."""


def evaluation(result: Evaluation, misses: int = 0) -> str:
    """The tables under each other, all questions first, what their heads mean, and the first ``misses`` questions that are
    missed.
    """
    memories = count(result.memories, "memory", "memories")
    lines = [
        f"agentmem: {count(result.total.questions, 'question')} to {memories} of {where(result.view)}.",
        *_group("all", result.total, result.total.results),
    ]
    for group in result.categories:
        whole = [one for one in group.results if one.ranker not in scoring.ARMS]
        lines += _group(safety.one_line(group.category or "") or "(no name)", group, whole)
    legend = (*LEGEND, OF_ALL) if result.categories else LEGEND
    return "\n".join((*lines, "", *legend, *(_misses(result, misses) if misses else ()))) + "\n"


def _misses(result: Evaluation, most: int) -> list[str]:
    """Which questions are missed: how, what answers them, and what comes first."""
    served = result.total.results[-1].ranker
    lines = ["", f"missed by the {served}: {len(result.missed):,} of {result.total.questions:,}"]

    def named(identities: Iterable[str]) -> str:
        return " ".join(result.shorts[one] for one in list(identities)[: evaluating.FIRST])

    for one in result.missed[:most]:
        how = "false" if not one.relevant else "silent" if not one.first else f"rank {one.rank or '-'}"
        wanted = f" | wants {named(one.relevant)}" if one.relevant else ""
        shown = f" | shows {named(one.first)}" if one.first else ""
        lines.append(f"  {how:<8}{_cut(safety.one_line(one.query), QUERY)}{wanted}{shown}")
    if len(result.missed) > most:
        lines.append(f"  {len(result.missed) - most:,} more: --misses {len(result.missed)}")
    return lines


def notes(result: Evaluation) -> list[str]:
    """What makes the figures less than right: references to what is not here, or was not at the moment of the question."""
    parts = []
    if result.unknown:
        parts.append(f"{count(result.unknown, 'relevant id')} unknown here")
    if result.absent:
        parts.append(f"{count(result.absent, 'relevant id')} not in force at the question's moment")
    if not parts:
        return []
    lost = (
        f"; {count(result.left_out, 'question')} with no other left out altogether" if result.left_out else ""
    )
    return [f"{', '.join(parts)}: not counted{lost}"]


def _group(name: str, group: Group, results: Sequence[Result]) -> list[str]:
    """The tables of those rankers of ``group`` that ``results`` has."""
    without = f", {group.unanswerable} without an answer" if group.unanswerable else ""
    head = f"{_cut(name, 50)}: {count(group.questions, 'question')}{without}"
    lines = ["", head, " " * NAME + "".join(f"{one:>{FIGURE}}" for one in HEADS)]
    for result in results:
        cells = (_figure(result.figures.get(measure)) for measure in evaluating.MEASURES)
        lines.append(_row(result.ranker, cells, FIGURE))
    compared = [
        result for result in results if any(result.gains.get(measure) is not None for measure, _ in GAINS)
    ]
    if compared:
        title = "gain over " + BASELINE
        first = f"{GAINS[0][1]:>{NAME + GAIN - len(title)}}"
        lines.append(title + first + "".join(f"{label:>{GAIN}}" for _, label in GAINS[1:]))
        for result in compared:
            cells = (_gain(result.gains.get(measure)) for measure, _ in GAINS)
            lines.append(_row(result.ranker, cells, GAIN))
    return lines


def _row(name: str, cells: Iterable[str], width: int) -> str:
    return f"{_cut(name, NAME - 1):<{NAME}}" + "".join(f"{cell:>{width}}" for cell in cells)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _figure(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    half = (figure.interval.high - figure.interval.low) / 2
    return f"{_bare(figure.value, 3)}±{_bare(half, 2)}"


def _gain(gain: Gain | None) -> str:
    if gain is None:
        return "-"
    value, low, high = (_signed(number) for number in (gain.value, *gain.interval))
    return f"{value} [{low} {high}] {_p(gain.p)}"


def _bare(number: float, digits: int) -> str:
    """``.506`` for what is below 1, and as wide for 1: ``1.00``."""
    text = f"{number:.{digits}f}"
    return text[1:] if text.startswith("0") else text[: digits + 1]


def _signed(number: float) -> str:
    return ("-" if number < -0.0005 else "+") + _bare(abs(number), 3)


def _p(p: float) -> str:
    return "<.001" if p < 0.001 else _bare(p, 3)


def evaluation_record(result: Evaluation) -> dict[str, object]:
    """The same for programs: every measure with its interval, and every gain."""
    return {
        "schema": "agentmem/evaluate/1",
        "view": jsonout.view(result.view),
        "memories": result.memories,
        "baseline": BASELINE,
        "unknown": result.unknown,
        "absent": result.absent,
        "left_out": result.left_out,
        "missed": [
            {
                "query": safety.one_line(one.query),
                "category": None if one.category is None else safety.one_line(one.category),
                "relevant": list(one.relevant),
                "first": list(one.first),
                "rank": one.rank,
            }
            for one in result.missed
        ],
        "total": _group_record(result.total),
        "categories": [
            {"category": safety.one_line(group.category or ""), **_group_record(group)}
            for group in result.categories
        ],
    }


def _group_record(group: Group) -> dict[str, object]:
    return {
        "questions": group.questions,
        "unanswerable": group.unanswerable,
        "rankers": [
            {
                "name": result.ranker,
                "measures": {
                    measure: _figure_record(result.figures.get(measure)) for measure in evaluating.MEASURES
                },
                "gains": {
                    measure: _gain_record(result.gains.get(measure)) for measure in evaluating.MEASURES
                },
            }
            for result in group.results
        ],
    }


def _figure_record(figure: Figure | None) -> dict[str, object] | None:
    if figure is None:
        return None
    low, high = figure.interval
    return {"value": round(figure.value, 6), "low": round(low, 6), "high": round(high, 6)}


def _gain_record(gain: Gain | None) -> dict[str, object] | None:
    if gain is None:
        return None
    low, high = gain.interval
    return {
        "value": round(gain.value, 6),
        "low": round(low, 6),
        "high": round(high, 6),
        "p": round(gain.p, 6),
    }
