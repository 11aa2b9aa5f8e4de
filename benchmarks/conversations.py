"""Recall on conversations that people had with an assistant, cut into entries: LongMemEval-S, which was not made for us.

    python benchmarks/conversations.py [--count 100] [--file longmemeval_s_cleaned.json]

Each question has a store of its own: the history of one user, some 490 turns of 50 days, one log entry a turn. By kind of
question and half: MRR@10 and recall@10 of plain BM25 and of the fixed formula, nothing kept back, the gain with its 95 %
interval, and what the neighbours of entries give. Constants are chosen on the first half of the questions, by a hash of their
ids; exits 1 where on the second half the gain over plain BM25 has an upper bound below 0, or neighbours lose more than .02.

Without ``--file`` the copy in the source of a package is fetched once. Source: Wu and others, *LongMemEval: Benchmarking Chat
Assistants on Long-Term Interactive Memory* (2025).
"""

import argparse
import calendar
import hashlib
import json
import os
import random
import re
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import plain
import release_history
import sets
from sets import Asked

from agentmem.model import metrics, ranking

PACKAGE, VERSION, MEMBER = "coremem", "0.9.1", "data/longmemeval_s_cleaned.json"
"""Where a copy is that a registry has."""

SEED = 7
MAY_LOSE = 0.02
TITLE = 120
"""Characters of a turn that are its title: it has none of its own."""

HOUR = 3600

OTHERS = 4
"""Questions of other users that a history is asked, each of which it cannot know."""

ON = ranking.DEFAULT._replace(abstain=0.0)
OFF = ON._replace(neighbours=0.0)


def load(path: str) -> list[Mapping[str, Any]]:
    """The questions with their histories, from ``path``, or from the package's source where that is empty.

    Raises:
        Unavailable: the package is neither in the cache nor to be had.

    """
    if path:
        with open(path, encoding="utf-8") as file:
            return json.load(file)  # type: ignore[no-any-return]
    archive = release_history.sdist(PACKAGE, VERSION, release_history.cache_folder())
    with tarfile.open(archive) as whole:
        inner = whole.extractfile(f"{PACKAGE}-{VERSION}/{MEMBER}")
        assert inner is not None
        return json.load(inner)  # type: ignore[no-any-return]


def half(one: Mapping[str, Any]) -> int:
    """0 or 1, by the question's id."""
    return hashlib.sha1(one["question_id"].encode()).digest()[0] % 2


def moment(text: str) -> int:
    """Seconds UTC of a date as the set writes it: ``2023/05/30 (Tue) 23:40``."""
    return calendar.timegm(time.strptime(re.sub(r" \(\w+\)", "", text), "%Y/%m/%d %H:%M"))


def turns(one: Mapping[str, Any]) -> tuple[list[dict[str, object]], frozenset[str]]:
    """The turns of a history as `import jsonl` takes them, half a minute apart; the ids of those that have the answer."""
    records: list[dict[str, object]] = []
    evidence = []
    whole = zip(one["haystack_session_ids"], one["haystack_dates"], one["haystack_sessions"], strict=True)
    for session, date, spoken in whole:
        begun = moment(date)
        for place, turn in enumerate(spoken):
            identity = f"t{len(records):011}"  # valid, so it is kept
            text = turn["content"].strip() or "(nothing)"
            title = text.split("\n", 1)[0][:TITLE]
            created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begun + 30 * place))
            records.append(
                {
                    "id": identity,
                    "kind": "log",
                    "title": title,
                    "body": text if text != title else "",
                    "by": turn["role"],
                    "created": created,
                }
            )
            if turn.get("has_answer") and session in one["answer_session_ids"]:
                evidence.append(identity)
    return records, frozenset(evidence)


def histories(whole: Sequence[Mapping[str, Any]], count: int) -> Iterator[sets.Set]:
    """Of each half ``count`` questions that have an answer, and all that have none, each with its history as a set.

    It is asked that question, and some of other users': of their sessions it has none.
    """
    chance = random.Random(SEED)
    mixed = list(whole)
    chance.shuffle(mixed)
    for part in (0, 1):
        mine = [one for one in mixed if half(one) == part]
        answered = [one for one in mine if not one["question_id"].endswith("_abs") and turns(one)[1]]
        none = [one for one in mine if one["question_id"].endswith("_abs")]
        for one in (*answered[:count], *none):
            records, evidence = turns(one)
            # some are dated before what answers them
            opened = max(map(moment, (one["question_date"], *one["haystack_dates"]))) + HOUR
            kind = one["question_type"] if one in answered else "no answer"
            relevant = evidence if one in answered else frozenset[str]()
            asked = [Asked(kind, part, one["question"], relevant, opened)]
            known = set(one["haystack_session_ids"])
            strange = [
                o for o in chance.sample(mixed, 2 * OTHERS) if known.isdisjoint(o["answer_session_ids"])
            ]
            asked += [Asked("another's", part, o["question"], frozenset(), opened) for o in strange[:OTHERS]]
            yield sets.Set(one["question_id"], records, tuple(asked))


class Found:
    """What each order of one question is worth: plain BM25, without neighbours, as it is."""

    def __init__(self, one: Asked, recall: sets.Recall) -> None:
        orders = [plain.Plain(recall)(one), recall(one, OFF), recall(one, ON)]
        self.kind, self.half = one.kind, one.half
        self.ranks = [metrics.reciprocal_rank(order, one.relevant) for order in orders]
        self.recalls = [metrics.recall(order, one.relevant) for order in orders]


def told(kind: str, part: Sequence[Found]) -> bool:
    """Print one line; whether the fixed formula holds there."""
    ranks, recalls = (
        list(zip(*(f.ranks for f in part), strict=True)),
        list(zip(*(f.recalls for f in part), strict=True)),
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--file", default=os.environ.get("AGENTMEM_LONGMEMEVAL", ""))
    options = parser.parse_args()
    try:
        whole = load(options.file)
    except release_history.Unavailable as problem:
        print(f"skipped: {problem}")
        return 0
    found = []
    for one in histories(whole, options.count):
        if one.asked[0].relevant:
            with tempfile.TemporaryDirectory() as folder:
                recall = sets.Recall(sets.filled(os.path.join(folder, "repo"), one))
                found.append(Found(one.asked[0], recall))
    print(
        f"seed {SEED}; plain BM25 -> the fixed formula, by turns; the neighbours of entries 0 -> {ON.neighbours}"
    )
    held = True
    for part in (0, 1):
        of_part = [f for f in found if f.half == part]
        for kind in sorted({f.kind for f in of_part}):
            told(kind, [f for f in of_part if f.kind == kind])
        held &= told("ALL", of_part) or not part
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
