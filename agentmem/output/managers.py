"""What ``model train`` and ``model show`` print: what was learned, from how much, what it was worth on what it had not seen."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from agentmem.actions import training
from agentmem.model import retention, safety, scoring
from agentmem.model.manager import FEWEST
from agentmem.output import explaining
from agentmem.output.text import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentmem.actions.keeping import Kept
    from agentmem.actions.training import Compared, Trained
    from agentmem.model.manager import Manager


def trained(result: Trained) -> str:
    """What became of the training; what was learned, if anything."""
    events = _events(result.sources)
    more = f"{result.missing} more {'is' if result.missing == 1 else 'are'}"
    if result.reason == training.FEW:
        return (
            f"not trained: {events}, {more} needed ({FEWEST} at least); {result.before} goes on serving\n"
            "they come from done --used ID, done after recall, and finished tasks; or from a file: --labels FILE.jsonl\n"
        )
    if result.reason == training.OLD:
        return (
            f"not trained: {events}; {more} needed that are newer than what the model in place"
            " was trained on\n"
        )
    lines = []
    if result.reason == training.WORSE:
        refused = "not replaced" if result.before == training.IN_PLACE else "nothing written"
        lines.append(f"{refused}: what {events} teach is not surely better than {result.before}")
    else:
        lines.append(
            f"fitted on all {events}: {result.path}"
            if result.path
            else f"fitted on all {events}, not written"
        )
    if result.compared is not None:
        lines += _compared(result, result.compared)
    if result.kept is not None:
        lines.append(_kept(result.kept))
    if result.learned is not None:
        lines += ["", *weights(result.learned.recall, scoring.PRIOR)]
        if result.learned.keep:
            lines += ["", *weights(result.learned.keep, retention.DEFAULT._asdict(), "keep")]
        if result.path:
            lines += ["", "what each of them means: agentmem model show"]
    return "\n".join(lines) + "\n"


def _events(sources: Mapping[str, int]) -> str:
    heard = ", ".join(f"{number} from {source}" for source, number in sorted(sources.items()))
    return count(sum(sources.values()), "labelled event") + (f" ({heard})" if heard else "")


def _compared(result: Trained, found: Compared) -> list[str]:
    """How it was tested, and what came of that."""
    low, high = found.interval
    return [
        f"tested on the last {found.questions:,} of them {_order(result)}, part by part, each by weights fitted on"
        " the events before it alone",
        f"{result.before} -> learned: MRR {found.before[0]:.3f} -> {found.after[0]:.3f},"
        f" nDCG@10 {found.before[1]:.3f} -> {found.after[1]:.3f};"
        f" the two gains together {found.gain:+.3f} [{low:+.3f}, {high:+.3f}]",
    ]


def _order(result: Trained) -> str:
    """In which order the events were taken."""
    if not result.undated:
        return "by time"
    if result.undated == result.events:
        return 'in the alphabetical order of their questions, as none has a date ("until")'
    return f'by time, the {result.undated:,} without a date ("until") last, in alphabetical order'


def _kept(found: Kept) -> str:
    verdict = "learned" if found.is_better else "the fixed weights stay"
    return f"what to keep: {verdict}; needed later, yet in the worse half: {found.before:.3f} -> {found.after:.3f}"


def manager(result: Manager | None) -> str:
    """The manager that serves, or that none does."""
    if result is None:
        return "no model: the fixed formula serves. Learn one: agentmem model train\n"
    lines = [*_provenance(result.trained), "", *weights(result.recall, scoring.PRIOR, means=explaining.SAYS)]
    if result.keep:
        lines += ["", *weights(result.keep, retention.DEFAULT._asdict(), "keep", explaining.KEEPS)]
    return "\n".join((*lines, "", *LEGEND)) + "\n"


LEGEND = (
    "weight: as learned; formula: without a model. A memory's score is the sum of its signals, each times its weight.",
    "recall QUESTION --explain has these terms of each hit; recall --model off goes by the formula.",
)


def _provenance(trained: Mapping[str, object]) -> list[str]:
    """When, on what and to what effect a model was trained, as far as its file tells, which a hand may have written."""
    sources = _mapping(trained.get("events"))
    events = _events({name: n for name, n in sources.items() if isinstance(n, int)}) if sources else None
    begin, end = (_day(trained.get(key)) for key in ("since", "until"))
    when = f" {at}" if (at := _day(trained.get("at"))) else ""
    span = f", asked from {begin} to {end}" if begin and end and begin != end else ""
    if events is None:
        return ["the model that serves; its file does not say on what it was trained"]
    lines = [f"trained{when} on {events}{span}"]
    held = _mapping(trained.get("held_out"))
    gains = [
        f"{label} {before:.3f} -> {after:.3f}"
        for key, label in (("mrr@10", "MRR"), ("ndcg@10", "nDCG@10"))
        for before, after in [(_mapping(held.get(key)).get(one) for one in ("before", "after"))]
        if isinstance(before, int | float) and isinstance(after, int | float)
    ]
    if gains:
        questions, against = held.get("questions"), held.get("against")
        on = f" on {count(questions, 'question')} that it had not seen" if isinstance(questions, int) else ""
        other = safety.one_line(against) if isinstance(against, str) else "what served before"
        lines.append(f"tested{on}: {other} -> learned: {', '.join(gains)}")
    return lines


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _day(value: object) -> str | None:
    return safety.one_line(value)[:10] if isinstance(value, str) else None


def weights(
    learned: Mapping[str, float],
    fixed: Mapping[str, float],
    head: str = "signal",
    means: Mapping[str, str] = MappingProxyType({}),
) -> list[str]:
    """Each signal with its weight, the fixed one beside it, and what it ``means``, where that is given."""
    lines = [f"{head:<16}{'weight':>8}{'formula':>9}"]
    for name, value in fixed.items():
        said = f"  {means[name]}" if name in means else ""
        lines.append(f"{name:<16}{learned.get(name, value):>8.2f}{value:>9.2f}{said}")
    return lines


def trained_record(result: Trained) -> dict[str, object]:
    """``model train`` as JSON."""
    compared = result.compared
    return {
        "schema": "agentmem/model-train/1",
        "events": result.events,
        "sources": dict(result.sources),
        "undated": result.undated,
        "missing": result.missing,
        "reason": result.reason,
        "before": result.before,
        "held_out": None
        if compared is None
        else {
            "questions": compared.questions,
            "mrr": {"before": round(compared.before[0], 6), "after": round(compared.after[0], 6)},
            "ndcg": {"before": round(compared.before[1], 6), "after": round(compared.after[1], 6)},
            "gain": round(compared.gain, 6),
            "low": round(compared.interval[0], 6),
            "high": round(compared.interval[1], 6),
        },
        "recall": None if result.learned is None else _rounded(result.learned.recall),
        "keep": None if result.learned is None else _rounded(result.learned.keep),
        "path": result.path,
    }


def manager_record(result: Manager | None) -> dict[str, object]:
    """``model show`` as JSON."""
    return {
        "schema": "agentmem/model-show/1",
        "recall": None if result is None else _rounded(result.recall),
        "keep": None if result is None else _rounded(result.keep),
        "formula": _rounded(scoring.PRIOR),
        "means": {name: explaining.SAYS[name] for name in scoring.SIGNALS},
        "keep_means": dict(explaining.KEEPS),
        "trained": None if result is None else dict(result.trained),
    }


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in values.items()}
