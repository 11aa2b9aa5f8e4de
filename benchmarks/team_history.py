"""Recall on the history of a real team: the notes agents wrote when they took a task, asked as questions.

    python benchmarks/team_history.py [--data DIR] [--tune]

A memory is relevant to a note when it is older than the claim and shares a file with it that is not among the 25 most
changed. Constants are chosen on the first half of the claims by time (``--tune`` prints the search) and reported on the
second. Exits 1 when the paired gain over plain BM25 has a lower confidence bound of 0 or less; says so and exits 0 when the
data are not there (``--data``, else ``AGENTMEM_BENCH_DATA``).
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agentmem.actions import ranked
from agentmem.actions.context import Context
from agentmem.model import bm25, metrics, query, ranking, times
from agentmem.model.ranking import Weights

MOST_CHANGED = 25


@dataclass(frozen=True)
class Question:
    """One claim: its note, the moment it was opened (seconds UTC), the ids of the memories that are relevant."""

    text: str
    opened: int
    relevant: frozenset[str]


def questions(folder: str) -> list[Question]:
    """The claims that have a relevant memory, in the order of time."""
    memories = [json.loads(line) for line in open(os.path.join(folder, "memories.jsonl"), encoding="utf-8")]
    claims = [json.loads(line) for line in open(os.path.join(folder, "claims.jsonl"), encoding="utf-8")]
    changes = Counter(file for memory in memories for file in memory["files"])
    common = {file for file, _ in changes.most_common(MOST_CHANGED)}
    found = []
    for claim in sorted(claims, key=lambda c: c["opened"]):
        files = set(claim["files"]) - common
        relevant = frozenset(
            m["id"] for m in memories if m["created"] < claim["opened"] and files & set(m["files"])
        )
        if relevant:
            found.append(Question(claim["note"], times.parse_iso(claim["opened"]), relevant))
    return found


class PlainBM25:
    """BM25 over title and body, statistics over what existed at the time: the yardstick, as ``model evaluate`` has it."""

    def __init__(self, folder: str) -> None:
        lines = open(os.path.join(folder, "memories.jsonl"), encoding="utf-8")
        memories = [json.loads(line) for line in lines]
        self._ids = [memory["id"] for memory in memories]
        self._created = [times.parse_iso(memory["created"]) for memory in memories]
        self._corpus = bm25.Corpus(f"{memory['title']}\n{memory['body']}" for memory in memories)

    def __call__(self, question: Question) -> list[str]:
        known = [i for i, created in enumerate(self._created) if created < question.opened]
        scores = self._corpus.scores(question.text, known)
        return [self._ids[i] for i in ranking.order(scores, self._ids, metrics.DEPTH)]


class Recall:
    """The tool's own ranking over a store that holds the history."""

    def __init__(self, directory: str, weights: Weights, scan: bool = False) -> None:
        environment = {**os.environ, **({"AGENTMEM_SCAN": "1"} if scan else {})}
        self._context = Context(directory, environment=environment)
        self._view = self._context.index.view()
        self.weights = weights
        self._postings: dict[str, list[tuple[int, int]]] = {}
        self._ask = self._context.index.postings
        self._context.index.postings = self._cached  # type: ignore[method-assign]

    def _cached(self, terms: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
        """Tuning asks the same questions hundreds of times: what a term's postings are does not change."""
        missing = [term for term in terms if term not in self._postings]
        if missing:
            found = self._ask(missing)
            self._postings.update((term, found.get(term, [])) for term in missing)
        return {term: self._postings[term] for term in terms if self._postings[term]}

    def __call__(self, question: Question) -> list[str]:
        view = self._view
        eligible = [i for i in range(len(view)) if view.columns.created[i] < question.opened]
        asked = query.parse(question.text, question.opened)
        found = ranked.rank(
            self._context, self._context.index, view, asked, eligible, (), self.weights, question.opened
        ).shown
        return [view.columns.ids[candidate.position] for candidate in found[: metrics.DEPTH]]


def measure(ranker: Callable[[Question], list[str]], asked: Sequence[Question]) -> list[tuple[float, float]]:
    """(reciprocal rank, nDCG@10) of each question."""
    found = [(question, ranker(question)) for question in asked]
    return [
        (metrics.reciprocal_rank(order, q.relevant), metrics.ndcg(order, q.relevant)) for q, order in found
    ]


GRID: dict[str, tuple[float, ...]] = {
    "title": (1.0, 1.5, 2.0, 3.0),
    "places": (0.5, 1.0, 2.0, 3.0, 4.0),
    "b": (0.3, 0.4, 0.5, 0.6, 0.75),
    "k1": (0.9, 1.2, 1.6, 2.0),
    "repeats": (0.0, 0.15, 0.3, 0.6),
    "neighbours": (0.0, 0.05, 0.1, 0.2, 0.3),
    "phrase": (0.0, 0.2, 0.5),
    "area_arm": (0.25, 0.5, 0.75, 1.0),
    "related_arm": (0.0, 0.1, 0.25, 0.4, 0.6),
    "entity_arm": (0.1, 0.2, 0.3, 0.5, 0.75, 1.0),
    "recency": (0.1, 0.2, 0.3, 0.4),
    "fresh": (0.0, 0.2, 0.35, 0.5, 0.75, 1.0),
}


def tune(directory: str, asked: Sequence[Question], start: Weights) -> Weights:
    """Coordinate ascent over ``GRID`` on ``asked``; MRR and nDCG@10 count the same."""
    ranker = Recall(directory, start)

    def value(weights: Weights) -> float:
        ranker.weights = weights
        return metrics.mean([rr + dcg for rr, dcg in measure(ranker, asked)])

    best, score = start, value(start)
    for sweep in (1, 2):
        for name, choices in GRID.items():
            for choice in choices:
                if choice == getattr(best, name):
                    continue
                candidate = best._replace(**{name: choice})
                reached = value(candidate)
                if reached > score + 1e-9:
                    best, score = candidate, reached
            print(f"sweep {sweep} {name} = {getattr(best, name)}: {score:.4f}", flush=True)
    return best


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--data", default=os.environ.get("AGENTMEM_BENCH_DATA", ""))
    parser.add_argument("--tune", action="store_true")
    options = parser.parse_args()
    source = os.path.join(options.data, "memories.jsonl")
    if not os.path.isfile(source):
        print("skipped: no memories.jsonl; name its folder with --data or AGENTMEM_BENCH_DATA")
        return 0
    asked = questions(options.data)
    first, second = asked[: len(asked) // 2], asked[len(asked) // 2 :]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
        for words in (
            ["init", "--no-hooks"],
            ["import", "jsonl", os.path.abspath(source), "--map", "files=scope"],
        ):
            subprocess.run(
                [sys.executable, "-m", "agentmem", "-C", folder, *words],
                check=True,
                stdout=subprocess.DEVNULL,
            )
        weights = tune(folder, first, ranking.DEFAULT) if options.tune else ranking.DEFAULT
        if options.tune:
            print(weights)
        rankers = {
            "plain BM25": PlainBM25(options.data),
            "scan, weighed": Recall(folder, weights, scan=True),
            "Whoosh, weighed": Recall(folder, weights),
        }
        failed = False
        for half, part in (("first half (tuned on)", first), ("second half (held out)", second)):
            print(f"{half}: {len(part)} questions")
            base: list[tuple[float, float]] = []
            for name, ranker in rankers.items():
                found = measure(ranker, part)
                base = base or found
                mrr, ndcg = (metrics.mean(column) for column in zip(*found, strict=True))
                line = f"  {name:<16} MRR@10 {mrr:.3f}  nDCG@10 {ndcg:.3f}"
                if found is not base:
                    for number, metric in enumerate(("MRR", "nDCG")):
                        gains = [new[number] - old[number] for new, old in zip(found, base, strict=True)]
                        [(low, high)] = metrics.bootstrap([gains], random.Random(1))
                        line += f"  {metric} {metrics.mean(gains):+.3f} [{low:+.3f}, {high:+.3f}]"
                        failed |= part is second and low <= 0
                print(line, flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
