"""Recall by words against recall by words and meaning, on each set of questions, and what it costs a cold process.

    python benchmarks/semantic.py [--data DIR] [--memories 10000] [--rounds 9] [--count 12]
        [--longmemeval FILE] [--locomo FILE]

The sets are those of ``sets.py`` and ``conversations.py`` (of LongMemEval as many of each half as ``--count`` says), by kind of
question; questions that nothing answers count as false answers. Of those with an answer it is also printed how often one is
among the first three, or is told as nearest where recall abstains. The arm's constants were chosen on the first halves of
``team`` and ``dialogues``; the second halves are reported.

Exits 1 where MRR@10 and nDCG@10 together are lower than without the arm on the second half of a set, or of a kind beyond chance;
where false answers among questions of another subject become more, or among those of the same subject more by 5 in 100; or where
a cold recall takes over a second (the fastest of the rounds: a busy machine slows the others, and says nothing of us). Says so
and exits 0 where no model is installed.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import cold
import conversations
import sets
from sets import Asked
from team_history import measure

from agentmem.actions.context import Context
from agentmem.errors import AgentmemError
from agentmem.model import metrics
from agentmem.model.metrics import mean

COLD_SECONDS = 1.0
FALSE_MORE = 0.05
FEW = 3
"""Answers that an asker reads."""
ELSEWHERE = ("other fields", "by hand, none", "none, other field")
"""Kinds of questions about another subject than the store's."""

Ranker = Callable[[Asked], list[str]]


def told(name: str, part: Sequence[Asked], words: Ranker, fused: Ranker) -> tuple[float, bool]:
    """Print both on one kind of question; the gain over all of them, and whether the fused one is worse beyond chance."""
    before, after = measure(words, part), measure(fused, part)
    sums = [sum(new) - sum(old) for old, new in zip(before, after, strict=True)]
    [(low, high)] = metrics.bootstrap([sums], random.Random(1))
    print(
        f"  {name:<26} {len(part):4}  MRR@10 {mean([b[0] for b in before]):.3f} -> {mean([a[0] for a in after]):.3f}"
        f"  nDCG@10 {mean([b[1] for b in before]):.3f} -> {mean([a[1] for a in after]):.3f}"
        f"  sum {mean(sums):+.4f} [{low:+.3f}, {high:+.3f}]",
        flush=True,
    )
    return sum(sums), high < 0


def told_false(name: str, part: Sequence[Asked], words: Ranker, fused: Ranker, more: float) -> bool:
    """Print how many questions without an answer got one; whether by more than ``more`` of them oftener when fused."""
    before, after = (mean([float(bool(ranker(q))) for q in part]) for ranker in (words, fused))
    print(f"  {name:<26} {len(part):4}  false answers {before:.3f} -> {after:.3f}", flush=True)
    return after - before > more


def told_at_all(
    name: str, part: Sequence[Asked], words: "sets.Recall | Each", fused: "sets.Recall | Each"
) -> None:
    """Print the share of the questions whose answer is among the first three shown, or told as nearest where none is shown."""
    before, after = (
        mean([float(bool(q.relevant & set(ranker(q)[:FEW] or ranker.nearest(q)))) for q in part])
        for ranker in (words, fused)
    )
    print(f"  {name:<26} {len(part):4}  answer told {before:.3f} -> {after:.3f}", flush=True)


class Each:
    """Recall of many stores, each with the questions that are put to it."""

    def __init__(self) -> None:
        self.of: dict[Asked, sets.Recall] = {}

    def __call__(self, one: Asked) -> list[str]:
        """What the store of ``one`` shows."""
        return self.of[one](one)

    def nearest(self, one: Asked) -> list[str]:
        """What is told as nearest there."""
        return self.of[one].nearest(one)


def of_stores(folder: str, name: str, stores: Iterable[sets.Set]) -> tuple[sets.Set, tuple[Each, Each]]:
    """The questions put to ``stores``, as one set of that ``name``, and who answers them by words, and fused.

    Raises:
        AgentmemError: there is no model.

    """
    two = Each(), Each()
    for number, one in enumerate(stores):
        if any(q.relevant for q in one.asked):
            place = sets.filled(os.path.join(folder, f"{name}{number}"), one, meaning=True)
            for each, recall in zip(two, (sets.Recall(place), sets.Recall(place, fused=True)), strict=True):
                each.of |= dict.fromkeys(one.asked, recall)
    return sets.Set(name, (), tuple(two[0].of)), two


def cold_seconds(folder: str, count: int, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of cold recalls among ``count`` memories, by words and fused; the vectors are made up, which costs the same."""
    import numpy as np

    place = sets.filled(os.path.join(folder, "many"), sets.Set("many", cold.records(count), ()))
    config = os.path.join(place, ".agentmem", "config.toml")
    with open(config, "a", encoding="utf-8") as file:
        file.write(sets.MEANING)
    context = Context(place)
    view, meaning = context.index.view(), context.meaning
    assert meaning is not None
    width = meaning.embedder.embed(["one"]).shape[1]
    chance = np.random.default_rng(1)
    made = chance.standard_normal((len(view), width)).astype(np.float32)
    meaning.vectors.add(list(view.columns.blobs), made / np.linalg.norm(made, axis=1, keepdims=True))
    context.close()
    with open(config, encoding="utf-8") as file:
        on = file.read()
    spent: tuple[list[float], list[float]] = ([], [])
    command = [sys.executable, "-m", "agentmem", "recall", "why does the queue lose jobs at night"]
    for number in range(-1, rounds):
        for times, text in zip(spent, (on.replace("enabled = true", "enabled = false"), on), strict=True):
            with open(config, "w", encoding="utf-8") as file:
                file.write(text)
            seconds = cold.timed(command, place)
            if number >= 0:
                times.append(seconds)
    return spent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--data", default=os.environ.get("AGENTMEM_BENCH_DATA", ""))
    parser.add_argument("--memories", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = conversations.options(parser, 12).parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        every = sets.every(options.data)
        rankers: dict[str, tuple[sets.Recall, sets.Recall] | tuple[Each, Each]] = {}
        try:
            for one in every:
                place = sets.filled(os.path.join(folder, one.name), one, meaning=True)
                rankers[one.name] = (sets.Recall(place), sets.Recall(place, fused=True))
            for name, stores in conversations.every(options):
                whole, each = of_stores(folder, name, stores)
                every.append(whole)
                rankers[name] = each
        except AgentmemError as error:
            print(f"skipped: {error.message}")
            return 0
        for half in (0, 1):
            print(("first halves (tuned on)", "second halves (held out)")[half])
            worse = []
            for one in every:
                gained = 0.0
                for answered in (True, False):
                    for kind in one.kinds(answered):
                        part = [q for q in one.asked if (q.kind, q.half) == (kind, half)]
                        if not part:
                            continue
                        name, two = f"{one.name}: {kind}", rankers[one.name]
                        if answered:
                            gain, fell = told(name, part, *two)
                            gained += gain
                            worse.append(fell)
                            told_at_all(name, part, *two)
                        else:
                            worse.append(
                                told_false(name, part, *two, 0.0 if kind in ELSEWHERE else FALSE_MORE)
                            )
                worse.append(gained < -1e-9)
            failed |= half == 1 and any(worse)
        words, fused = cold_seconds(folder, options.memories, options.rounds)
        print(
            f"cold recall among {options.memories:,}: by words {statistics.median(words):.2f} s,"
            f" fused {statistics.median(fused):.2f} s (fastest {min(words):.2f}, {min(fused):.2f})"
        )
        failed |= min(fused) > COLD_SECONDS
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
