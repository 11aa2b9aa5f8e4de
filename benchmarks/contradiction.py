"""Precision and recall of the detector of contradictions on labelled pairs, and its speed.

    python benchmarks/contradiction.py [--show]

242 pairs were written before the detector: half of them, chosen by a hash of their text, may be looked at and tuned on (dev),
the other half is only counted (test). Those with a ``half`` of their own were written later to break it: what was learned from
is dev; the last lot, on which nothing was tuned, is test.

Exits 1 when precision on the test half is below .7, the bar under which the detector
would have to be off.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

from agentmem.model.contradiction import candidates, contradiction
from agentmem.model.memory import Memory

PAIRS = os.path.join(os.path.dirname(__file__), "..", "tests", "model", "contradiction_pairs.jsonl")
LEAST_PRECISION = 0.7
MANY = 10_000


class Pair(NamedTuple):
    """Two memories and whether they contradict each other; ``why`` says it in words."""

    one: Memory
    other: Memory
    contradict: bool
    why: str


def memory(values: dict[str, object]) -> Memory:
    """A memory of the keys that a labelled pair has."""
    lists = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    return Memory(**{"id": "", **lists})  # type: ignore[arg-type]


def halves(path: str = PAIRS) -> tuple[list[Pair], list[Pair]]:
    """The pairs to develop on and the pairs to report on."""
    rows = [json.loads(line) for line in open(path, encoding="utf-8")]
    rows.sort(key=lambda row: hashlib.sha256(f"{row['a']['title']}\n{row['b']['title']}".encode()).digest())
    cut = sum("half" not in row for row in rows) // 2
    place = 0
    for row in rows:
        if "half" not in row:
            row["half"] = "dev" if place < cut else "test"
            place += 1
    parts: dict[str, list[Pair]] = {"dev": [], "test": []}
    for row in rows:
        pair = Pair(memory(row["a"]), memory(row["b"]), row["contradict"], row["why"])
        parts[row["half"]].append(pair)
    return parts["dev"], parts["test"]


def measure(pairs: Sequence[Pair]) -> tuple[int, int, int, int]:
    """How many were found rightly, found wrongly, missed; and of those found rightly, how many ``candidates`` had lost."""
    hits = false = missed = lost = 0
    for pair in pairs:
        found = contradiction(pair.one, pair.other) is not None
        hits += found and pair.contradict
        false += found and not pair.contradict
        missed += pair.contradict and not found
        lost += found and pair.contradict and (0, 1) not in set(candidates([pair.one, pair.other]))
    return hits, false, missed, lost


def many(pairs: Sequence[Pair]) -> list[Memory]:
    """10,000 memories: those of the pairs over and over, each time about another module."""
    found: list[Memory] = []
    while len(found) < MANY:
        number = len(found) // (2 * len(pairs))
        each = [memory for pair in pairs for memory in (pair.one, pair.other)]
        found += [one._replace(title=f"Module{number}: {one.title}") for one in each]
    return found[:MANY]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--show", action="store_true", help="list what is wrong on the dev half")
    options = parser.parse_args()
    dev, test = halves()
    precision = 0.0
    for name, pairs in (("dev (tuned on)", dev), ("test (held out)", test)):
        hits, false, missed, lost = measure(pairs)
        precision = hits / (hits + false) if hits + false else 0.0
        print(
            f"{name:<16} {len(pairs)} pairs, {hits + missed} contradict:"
            f" precision {precision:.3f} ({hits} of {hits + false}), recall {hits / (hits + missed):.3f}"
            f" ({hits} of {hits + missed}), of these lost by candidates: {lost}"
        )
    if options.show:
        for pair in dev:
            found = contradiction(pair.one, pair.other)
            if (found is not None) != pair.contradict:
                print(
                    f"  {'missed' if found is None else 'FALSE '} {pair.one.title} | {pair.other.title}  {found or ''}"
                )
    compared = many(dev + test)
    started = time.perf_counter()
    pairs_compared = list(candidates(compared))
    paired = time.perf_counter()
    reported = sum(contradiction(compared[a], compared[b]) is not None for a, b in pairs_compared)
    done = time.perf_counter()
    print(
        f"{MANY} memories: candidates {paired - started:.2f} s ({len(pairs_compared)} pairs),"
        f" comparing {done - paired:.2f} s ({reported} reported)"
    )
    return int(precision < LEAST_PRECISION)


if __name__ == "__main__":
    sys.exit(main())
