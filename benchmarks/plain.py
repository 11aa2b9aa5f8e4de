"""The fixed formula against plain BM25 over title and body, on each set of questions, paired; nothing is kept back by either.

    python benchmarks/plain.py [--data DIR]

By kind of question and half: MRR@10 of both and the gain with its 95 % interval. Who asks in a memory's own words must not lose
by all that is weighed besides: exits 1 where on the second half of a set the gain of such a kind has an upper bound below 0.
The other kinds are printed: paraphrases, and what stands in a conversation.
"""

import argparse
import os
import random
import sys
import tempfile

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import sets

from agentmem.actions import rankers
from agentmem.model import metrics, ranking

NEVER = ranking.DEFAULT._replace(abstain=0.0)
OWN_WORDS = ("notes", "first lines", "names", "titles", "same", "named", "by hand", "keywords", "question")


class Plain:
    """The yardstick of ``model evaluate``, asked as a benchmark asks."""

    def __init__(self, recall: sets.Recall) -> None:
        self._recall = recall
        self._bm25 = rankers.PlainBM25(recall.context)

    def __call__(self, one: sets.Asked) -> list[str]:
        recall, clock = self._recall, self._recall.clock(one)
        known = [place for place in recall.view.in_force(None) if recall.knows(place, one.opened)]
        asked = rankers.Question(one.text, (), None, clock, False, known, metrics.DEPTH)
        return [recall.view.columns.ids[place] for place in self._bm25(asked).positions[: metrics.DEPTH]]


def told(one: sets.Set, recall: sets.Recall) -> bool:
    """Print the table of one set; whether who asks in a memory's own words loses nothing on the second half."""
    plain, held = Plain(recall), True
    for kind in one.kinds(answered=True):
        for half in (0, 1):
            part = [q for q in one.asked if (q.kind, q.half) == (kind, half) and q.relevant]
            if not part:
                continue
            before = [metrics.reciprocal_rank(plain(q), q.relevant) for q in part]
            after = [metrics.reciprocal_rank(recall(q, NEVER), q.relevant) for q in part]
            gains = [new - old for new, old in zip(after, before, strict=True)]
            [(low, high)] = metrics.bootstrap([gains], random.Random(1))
            print(
                f"  {kind:<12} {('first', 'second')[half]:<6} {len(part):4}  MRR@10 {metrics.mean(before):.3f} ->"
                f" {metrics.mean(after):.3f}  {metrics.mean(gains):+.3f} [{low:+.3f}, {high:+.3f}]",
                flush=True,
            )
            held &= not half or kind not in OWN_WORDS or high >= 0
    return held


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--data", default=os.environ.get("AGENTMEM_BENCH_DATA", ""))
    options = parser.parse_args()
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        for one in sets.every(options.data):
            recall = sets.Recall(sets.filled(os.path.join(folder, one.name), one))
            print(f"{one.name}: {len(recall.view)} memories; plain BM25 -> the fixed formula")
            if not told(one, recall):
                missed.append(one.name)
    print(
        "no question in a memory's own words loses" + (f": missed on {', '.join(missed)}" if missed else "")
    )
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
