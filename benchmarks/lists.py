"""Long memories beside short ones: half of a store in lists of six, as the notes of a week are, or what `reflect` writes.

    python benchmarks/lists.py [--data DIR]

By kind of question and half, for what stands in a list and what stands alone: MRR@10 and recall@10 of plain BM25 and of the
fixed formula, nothing kept back, the gain in MRR with its 95 % interval. Constants are chosen on the first halves; exits 1
where on a second half the gain has an upper bound below 0.
"""

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Sequence

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import plain
import sets
from sets import Asked, Set

from agentmem.model import metrics, ranking

ALL = ranking.DEFAULT._replace(abstain=0.0)
SEED, SIZE = 7, 6
NAMES = ("team", "talks", "project", "black", "httpx")
LISTED, ALONE = "in a list", "alone"


def gathered(one: Set) -> Set:
    """``one`` with every second memory, by chance, in a list of ``SIZE``: each an item, its title before what it says."""
    rng = random.Random(SEED)
    records = list(one.records)
    chosen = rng.sample(range(len(records)), len(records) // 2)
    at: dict[str, str] = {}
    lists = []
    for begin in range(0, len(chosen), SIZE):
        items = [records[place] for place in chosen[begin : begin + SIZE]]
        at.update((str(item["id"]), str(items[0]["id"])) for item in items)
        kept = {key: value for key, value in items[0].items() if key in ("id", "created", "by", "author")}
        body = "\n".join(
            f"- {str(item['title']).rstrip('.')}: {' '.join(str(item.get('body') or '').split())}"
            for item in items
        )
        title = f"Week {begin // SIZE + 1}, what we noted"
        lists.append({**kept, "kind": "fact", "title": title, "body": body})
    alone = [record for place, record in enumerate(records) if place not in set(chosen)]
    asked = tuple(
        Asked(
            f"{q.kind}, {LISTED if q.relevant & at.keys() else ALONE}",
            q.half,
            q.text,
            frozenset(at.get(identity, identity) for identity in q.relevant),
            q.opened,
        )
        for q in one.asked
        if q.relevant
    )
    return Set(one.name, alone + lists, asked)


def told(kind: str, part: Sequence[Asked], recall: sets.Recall, bm25: plain.Plain) -> bool:
    """Print one line; whether the fixed formula holds there."""
    orders = [(bm25(q), recall(q, ALL), q.relevant) for q in part]
    before = [metrics.reciprocal_rank(old, wanted) for old, _, wanted in orders]
    after = [metrics.reciprocal_rank(new, wanted) for _, new, wanted in orders]
    found = [metrics.mean([metrics.recall(order[i], order[2]) for order in orders]) for i in (0, 1)]
    gains = [new - old for new, old in zip(after, before, strict=True)]
    [(low, high)] = metrics.bootstrap([gains], random.Random(1))
    half = part[0].half
    print(
        f"  {('first', 'second')[half]:<6} {kind:<24} {len(part):4}  MRR@10 {metrics.mean(before):.3f} ->"
        f" {metrics.mean(after):.3f} {metrics.mean(gains):+.3f} [{low:+.3f}, {high:+.3f}]"
        f"  recall@10 {found[0]:.3f} -> {found[1]:.3f}",
        flush=True,
    )
    return not half or high >= 0


def main() -> int:
    """Print the tables; 1 where a second half loses."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=os.environ.get("AGENTMEM_BENCH_DATA", ""))
    given = parser.parse_args()
    held = True
    for one in sets.every(given.data):
        if one.name not in NAMES:
            continue
        with tempfile.TemporaryDirectory() as folder:
            mixed = gathered(one)
            recall = sets.Recall(sets.filled(os.path.join(folder, one.name), mixed))
            bm25 = plain.Plain(recall)
            print(f"{one.name}: {len(recall.view)} memories, every second in a list of {SIZE}; seed {SEED}")
            for kind in mixed.kinds(answered=True):
                for half in (0, 1):
                    if part := [q for q in mixed.asked if (q.kind, q.half) == (kind, half)]:
                        held &= told(kind, part, recall, bm25)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
