"""What ``model train`` and ``model show`` print: what was learned, from how much, what it was worth on what it had not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.actions import training
from agentmem.model import retention, scoring
from agentmem.model.manager import FEWEST
from agentmem.output.text import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentmem.actions.keeping import Kept
    from agentmem.actions.training import Compared, Trained
    from agentmem.model.manager import Manager


def trained(result: Trained) -> str:
    """What became of the training; what was learned, if anything."""
    heard = ", ".join(f"{number} from {source}" for source, number in sorted(result.sources.items()))
    events = count(result.events, "labelled event") + (f" ({heard})" if heard else "")
    more = f"{result.missing} more {'is' if result.missing == 1 else 'are'}"
    if result.reason == training.FEW:
        return (
            f"not trained: {events}, {more} needed; below {FEWEST} the fixed formula serves\n"
            "they come from done --used ID, done after recall, and finished tasks; or from a file: --labels FILE.jsonl\n"
        )
    if result.reason == training.OLD:
        return (
            f"not trained: {events}; {more} needed that are newer than what the model in place"
            " was trained on\n"
        )
    lines = []
    if result.reason == training.WORSE:
        lines.append(f"not replaced: what {events} teach is not surely better than {result.before}")
    else:
        lines.append(
            f"trained on {events}: {result.path}" if result.path else f"learned from {events}, not written"
        )
    if result.compared is not None:
        lines.append(_compared(result.compared, result.before))
    if result.kept is not None:
        lines.append(_kept(result.kept))
    if result.learned is not None:
        lines += ["", *weights(result.learned.recall, scoring.PRIOR)]
        if result.learned.keep:
            lines += ["", *weights(result.learned.keep, retention.DEFAULT._asdict(), "keep")]
    return "\n".join(lines) + "\n"


def _compared(found: Compared, before: str) -> str:
    low, high = found.interval
    return (
        f"held out, later than what it learned from: {count(found.questions, 'question')};"
        f" {before} -> learned: MRR {found.before[0]:.3f} -> {found.after[0]:.3f},"
        f" nDCG@10 {found.before[1]:.3f} -> {found.after[1]:.3f};"
        f" both {found.gain:+.3f} [{low:+.3f}, {high:+.3f}]"
    )


def _kept(found: Kept) -> str:
    verdict = "learned" if found.is_better else "the fixed weights stay"
    return f"what to keep: {verdict}; needed later, yet in the worse half: {found.before:.3f} -> {found.after:.3f}"


def manager(result: Manager | None) -> str:
    """The manager that serves, or that none does."""
    if result is None:
        return "no model: the fixed formula serves. Learn one: agentmem model train\n"
    lines = weights(result.recall, scoring.PRIOR)
    if result.keep:
        lines += ["", *weights(result.keep, retention.DEFAULT._asdict(), "keep")]
    return "\n".join(lines) + "\n"


def weights(learned: Mapping[str, float], fixed: Mapping[str, float], head: str = "signal") -> list[str]:
    """Each signal with its weight, the fixed one beside it."""
    lines = [f"{head:<16}{'weight':>8}{'formula':>9}"]
    lines += [f"{name:<16}{learned.get(name, value):>8.2f}{value:>9.2f}" for name, value in fixed.items()]
    return lines


def trained_record(result: Trained) -> dict[str, object]:
    """``model train`` as JSON."""
    compared = result.compared
    return {
        "schema": "agentmem/model-train/1",
        "events": result.events,
        "sources": dict(result.sources),
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
        "trained": None if result is None else dict(result.trained),
    }


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in values.items()}
