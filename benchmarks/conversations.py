"""Recall on conversations that people had, cut into entries, one log entry a turn: two sets that were not made for us.

    python benchmarks/conversations.py [--count 100] [--longmemeval FILE] [--locomo FILE]

By kind of question and half: MRR@10 and recall@10 of plain BM25 and of the fixed formula, nothing kept back, the gain in MRR
with its 95 % interval, and what of it the neighbours of entries give. Constants are chosen on the first halves; exits 1 where
on the second half of a set the gain over plain BM25 has an upper bound below 0, or neighbours lose more than .02.

Without the files, copies in the sources of packages are fetched once. Of LongMemEval ``--count`` questions of each half
are asked, each of a store of its own; of LoCoMo all.
"""

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import locomo
import longmemeval
import plain
import release_history
import sets
from sets import Asked

from agentmem.model import metrics, ranking

MAY_LOSE = 0.02
ON = ranking.DEFAULT._replace(abstain=0.0)
OFF = ON._replace(neighbours=0.0)


def options(parser: argparse.ArgumentParser, count: int) -> argparse.ArgumentParser:
    """``parser`` with where the sets are, and how many histories are asked by default."""
    parser.add_argument("--count", type=int, default=count)
    parser.add_argument("--longmemeval", default=os.environ.get("AGENTMEM_LONGMEMEVAL", ""))
    parser.add_argument("--locomo", default=os.environ.get("AGENTMEM_LOCOMO", ""))
    return parser


def every(given: argparse.Namespace) -> Iterator[tuple[str, Iterator[sets.Set]]]:
    """Each set by its name, as stores with their questions; says so where one cannot be had."""
    try:
        yield longmemeval.NAME, longmemeval.histories(longmemeval.load(given.longmemeval), given.count)
    except release_history.Unavailable as problem:
        print(f"without {longmemeval.NAME}: {problem}")
    try:
        yield locomo.NAME, locomo.talks(locomo.load(given.locomo))
    except release_history.Unavailable as problem:
        print(f"without {locomo.NAME}: {problem}")


class Found:
    """What each order of one question is worth: plain BM25, without neighbours, as it is."""

    def __init__(self, one: Asked, recall: sets.Recall, bm25: plain.Plain) -> None:
        orders = [bm25(one), recall(one, OFF), recall(one, ON)]
        self.kind, self.half = one.kind, one.half
        self.ranks = [metrics.reciprocal_rank(order, one.relevant) for order in orders]
        self.recalls = [metrics.recall(order, one.relevant) for order in orders]


def told(kind: str, part: Sequence[Found]) -> bool:
    """Print one line; whether the fixed formula holds there."""
    ranks, recalls = (
        list(zip(*column, strict=True)) for column in ((f.ranks for f in part), (f.recalls for f in part))
    )
    gains = [new - old for old, new in zip(ranks[0], ranks[2], strict=True)]
    [(low, high)] = metrics.bootstrap([gains], random.Random(1))
    near = [metrics.mean(column[2]) - metrics.mean(column[1]) for column in (ranks, recalls)]
    print(
        f"  {('first', 'second')[part[0].half]:<6} {kind:<26} {len(part):4}  MRR@10 {metrics.mean(ranks[0]):.3f} ->"
        f" {metrics.mean(ranks[2]):.3f} {metrics.mean(gains):+.3f} [{low:+.3f}, {high:+.3f}]"
        f"  recall@10 {metrics.mean(recalls[0]):.3f} -> {metrics.mean(recalls[2]):.3f}"
        f"  of it neighbours {near[0]:+.3f}, {near[1]:+.3f}",
        flush=True,
    )
    return high >= 0 and min(near) >= -MAY_LOSE


def measured(stores: Iterable[sets.Set]) -> list[Found]:
    """What is found for each question that has an answer; no store stays longer than it is asked."""
    found = []
    for one in stores:
        asked = [q for q in one.asked if q.relevant]
        if asked:
            with tempfile.TemporaryDirectory() as folder:
                recall = sets.Recall(sets.filled(os.path.join(folder, "repo"), one))
                bm25 = plain.Plain(recall)
                found += [Found(q, recall, bm25) for q in asked]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    held = True
    for name, stores in every(options(parser, 100).parse_args()):
        print(
            f"{name}, by turns: plain BM25 -> the fixed formula; the neighbours of entries 0 -> {ON.neighbours}"
        )
        found = measured(stores)
        for part in (0, 1):
            of_part = [f for f in found if f.half == part]
            for kind in sorted({f.kind for f in of_part}):
                told(kind, [f for f in of_part if f.kind == kind])
            held &= told("ALL", of_part) or not part
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
