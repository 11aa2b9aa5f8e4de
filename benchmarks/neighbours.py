"""What the neighbours of log entries are worth, on conversations cut into entries.

    python benchmarks/neighbours.py [--seeds 8]

For each set and kind of question recall@10 and MRR@10 with ``Weights.neighbours`` at 0 and as it is, paired, nothing kept back
(abstaining is measured by ``abstaining.py``); the same wordings are on both sides, those of the second half were never tuned
on. Questions whose evidence names its subject (``named``, ``same``, ``other``) can only lose. Exits 1 where, over all seeds, the
gain of the questions about what does not name its subject has a lower bound of 0 or less on the second half of ``talks``, or
the others lose more than .02 of either.
"""

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Sequence

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import sets
from sets import Asked

from agentmem.model import metrics, ranking
from agentmem.model.ranking import Weights

MAY_LOSE = 0.02
ON = ranking.DEFAULT._replace(abstain=0.0)
OFF = ON._replace(neighbours=0.0)
GAINS, HURTS = ("elided", "answer"), ("named", "same", "other")


def measured(recall: sets.Recall, part: Sequence[Asked], weights: Weights) -> tuple[list[float], list[float]]:
    """recall@10 and reciprocal rank of each question."""
    orders = [recall(one, weights) for one in part]
    pairs = list(zip(orders, part, strict=True))
    return (
        [metrics.recall(order, one.relevant) for order, one in pairs],
        [metrics.reciprocal_rank(order, one.relevant) for order, one in pairs],
    )


def gains(
    recalls: Sequence[tuple[sets.Recall, sets.Set]],
    kind: str,
    half: int,
    on: Weights = ON,
    off: Weights = OFF,
) -> tuple[list[float], list[float], list[float], list[float], list[float], list[float]]:
    """recall@10 off, on and their differences, and the same of MRR@10, over all ``recalls``."""
    out: tuple[list[float], ...] = ([], [], [], [], [], [])
    for recall, one in recalls:
        part = [q for q in one.asked if q.kind == kind and q.half == half]
        before, after = measured(recall, part, off), measured(recall, part, on)
        for number in (0, 1):
            out[3 * number].extend(before[number])
            out[3 * number + 1].extend(after[number])
            out[3 * number + 2].extend(a - b for a, b in zip(after[number], before[number], strict=True))
    return out[0], out[1], out[2], out[3], out[4], out[5]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=8)
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        made = {
            "talks": [sets.of_talks(sets.TALKS_SEED + more) for more in range(options.seeds)],
            "dialogues": [sets.of_dialogues(sets.DIALOGUES_SEED + more) for more in range(options.seeds)],
        }
        for name, ones in made.items():
            recalls = [
                (sets.Recall(sets.filled(os.path.join(folder, f"{name}{n}"), one)), one)
                for n, one in enumerate(ones)
            ]
            sizes = ", ".join(f"{len(recall.view)}" for recall, _ in recalls)
            # of one seed 2 questions of 63 decide, which is chance
            first = sets.TALKS_SEED if name == "talks" else sets.DIALOGUES_SEED
            print(
                f"{name}: stores of {sizes} entries, seeds from {first} on; neighbours 0 -> {ON.neighbours}"
            )
            for half in (0, 1):
                for kind in ones[0].kinds(answered=True):
                    found = gains(recalls, kind, half)
                    [(low, high), (low_rank, high_rank)] = metrics.bootstrap(
                        [found[2], found[5]], random.Random(1)
                    )
                    mean = [metrics.mean(column) for column in found]
                    print(
                        f"  {('first', 'second')[half]:<6} {kind:<8} {len(found[0]):4}"
                        f"  recall@10 {mean[0]:.3f} -> {mean[1]:.3f} {mean[2]:+.3f} [{low:+.3f}, {high:+.3f}]"
                        f"  MRR@10 {mean[3]:.3f} -> {mean[4]:.3f} {mean[5]:+.3f} [{low_rank:+.3f}, {high_rank:+.3f}]",
                        flush=True,
                    )
                    if half and kind in GAINS and name == "talks":
                        failed |= low <= 0 or low_rank <= 0
                    if half and kind in HURTS:
                        failed |= mean[2] < -MAY_LOSE or mean[5] < -MAY_LOSE
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
