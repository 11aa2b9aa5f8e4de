"""Recall by words against recall by words and meaning, on each set of questions, and what it costs a cold process.

    python benchmarks/semantic.py [--data DIR] [--memories 10000] [--rounds 9]

The sets: the notes of a real team's claims, the same questions as one line and as a name of a few words (see
``team_history.py``), and generated dialogues (``dialogues.py``) asked in their own words, in other words and about what was
answered; questions that nobody answered count as false answers. The arm's constants were chosen on the first halves; the
second are reported. Exits 1 where MRR@10 and nDCG@10 together are lower than without the arm on a second half, where false
answers among questions of another subject become more, or among those of the same subject more than 5 in 100, or where a
cold recall takes over a second (the fastest of the rounds: a busy machine
slows the others, and says nothing of us). Says so and exits 0 where no model is installed.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import cold
import dialogues
import team_history
from team_history import Question, measure

from agentmem.actions import ranked
from agentmem.actions.context import Context
from agentmem.errors import AgentmemError
from agentmem.model import metrics, query, ranking
from agentmem.model.metrics import mean

COLD_SECONDS = 1.0
FALSE_MORE = 0.05
NEVER = 2_000_000_000
"""A moment (seconds UTC) after all of them."""

Ranker = Callable[[Question], list[str]]


class Recall:
    """The tool's own ranking of the store in ``directory``, with the arm or without."""

    def __init__(self, directory: str, fused: bool) -> None:
        self._context = Context(directory)
        self._view = self._context.index.view()
        self._meaning = self._context.meaning if fused else None
        self._asked: dict[Question, list[str]] = {}

    def __call__(self, question: Question) -> list[str]:
        if question not in self._asked:
            view, context = self._view, self._context
            eligible = [i for i in range(len(view)) if view.columns.created[i] < question.opened]
            asked = query.parse(question.text, question.opened)
            found, _ = ranked.rank(
                context, context.index, view, asked, eligible, (), ranking.DEFAULT, question.opened, self._meaning
            )  # fmt: skip
            self._asked[question] = [view.columns.ids[one.position] for one in found[: metrics.DEPTH]]
        return self._asked[question]


def agentmem(directory: str, *words: str) -> None:
    command = [sys.executable, "-m", "agentmem.cli.main", "-C", directory, *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def store(directory: str, source: str, *words: str) -> str:
    """A store that holds the records of ``source``, with the arm on."""
    subprocess.run(["git", "init", "-q", "-b", "main", directory], check=True)
    agentmem(directory, "init")
    agentmem(directory, "import", "jsonl", source, *words)
    with open(os.path.join(directory, ".agentmem", "config.toml"), "a", encoding="utf-8") as file:
        file.write("\n[semantic]\nenabled = true\n")
    return directory


def shorter(asked: Sequence[Question], names: dict[str, str]) -> Iterator[tuple[str, list[Question]]]:
    """The same claims as they may be asked: in full, by their first line, by their name."""
    yield "notes", list(asked)
    lines = [next(line for line in q.text.split("\n") if line.strip()) for q in asked]
    yield (
        "first lines",
        [
            Question(line.removeprefix("Task:").strip(), q.opened, q.relevant)
            for q, line in zip(asked, lines, strict=True)
        ],
    )
    yield "names", [Question(names[q.text], q.opened, q.relevant) for q in asked]


def told(name: str, part: Sequence[Question], words: Ranker, fused: Ranker) -> bool:
    """Print both on one set; whether the fused one is worse."""
    before, after = measure(words, part), measure(fused, part)
    sums = [sum(new) - sum(old) for old, new in zip(before, after, strict=True)]
    [(low, high)] = metrics.bootstrap([sums], random.Random(1))
    print(
        f"  {name:<24} {len(part):4}  MRR@10 {mean([b[0] for b in before]):.3f} -> {mean([a[0] for a in after]):.3f}"
        f"  nDCG@10 {mean([b[1] for b in before]):.3f} -> {mean([a[1] for a in after]):.3f}"
        f"  sum {mean(sums):+.3f} [{low:+.3f}, {high:+.3f}]",
        flush=True,
    )
    return mean(sums) < -1e-9


def told_false(name: str, part: Sequence[Question], words: Ranker, fused: Ranker, more: float) -> bool:
    """Print how many questions without an answer got one; whether by more than ``more`` of them oftener when fused."""
    before, after = (mean([float(bool(ranker(q))) for q in part]) for ranker in (words, fused))
    print(f"  {name:<24} {len(part):4}  false answers {before:.3f} -> {after:.3f}", flush=True)
    return after - before > more


def of_team(folder: str, data: str) -> tuple[list[list[tuple[str, list[Question]]]], str]:
    """The sets of the team's history by half, and its store."""
    asked = team_history.questions(data)
    with open(os.path.join(data, "claims.jsonl"), encoding="utf-8") as file:
        names = {claim["note"]: claim["name"].replace("_", " ") for claim in map(json.loads, file)}
    middle = len(asked) // 2
    place = store(
        os.path.join(folder, "team"),
        os.path.abspath(os.path.join(data, "memories.jsonl")),
        "--map",
        "files=scope",
    )
    return [list(shorter(half, names)) for half in (asked[:middle], asked[middle:])], place


def cold_seconds(folder: str, count: int, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of cold recalls among ``count`` memories, by words and fused; the vectors are made up, which costs the same."""
    import numpy as np

    source = os.path.join(folder, "many.jsonl")
    with open(source, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in cold.records(count))
    place = store(os.path.join(folder, "many"), source)
    context = Context(place)
    view, meaning = context.index.view(), context.meaning
    assert meaning is not None
    width = meaning.embedder.embed(["one"]).shape[1]
    chance = np.random.default_rng(1)
    made = chance.standard_normal((len(view), width)).astype(np.float32)
    meaning.vectors.add(list(view.columns.blobs), made / np.linalg.norm(made, axis=1, keepdims=True))
    context.close()
    config = os.path.join(place, ".agentmem", "config.toml")
    with open(config, encoding="utf-8") as file:
        on = file.read()
    spent: tuple[list[float], list[float]] = ([], [])
    command = [sys.executable, "-m", "agentmem.cli.main", "recall", "why does the queue lose jobs at night"]
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
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "dialogues.jsonl")
        records, asked = dialogues.dialogues()
        with open(source, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in records)
        talk = store(os.path.join(folder, "talk"), source)
        from agentmem.actions import meaning

        try:
            meaning.for_filling(Context(talk))
        except AgentmemError as error:
            print(f"skipped: {error.message}")
            return 0
        team: list[list[tuple[str, list[Question]]]] = [[], []]
        if os.path.isfile(os.path.join(options.data, "memories.jsonl")):
            team, place = of_team(folder, options.data)
        else:
            place = ""
            print("without the team's history: name its folder with --data or AGENTMEM_BENCH_DATA")
        for directory in filter(None, (talk, place)):
            agentmem(directory, "index", "embed")
        rankers = {d: (Recall(d, False), Recall(d, True)) for d in (talk, place) if d}
        for number, half in enumerate(dialogues.halves(asked)):
            print(("first halves (tuned on)", "second halves (held out)")[number])
            worse = [told(f"team: {name}", part, *rankers[place]) for name, part in team[number]]
            for kind in ("same", "other", "answer"):
                part = [Question(q.text, NEVER, frozenset([q.evidence])) for q in half if q.kind == kind]
                worse.append(told(f"dialogues: {kind}", part, *rankers[talk]))
            none = [Question(q.text, NEVER, frozenset()) for q in half if q.kind == "none"]
            worse.append(told_false("dialogues: none", none, *rankers[talk], FALSE_MORE))
            if place:
                off = [Question(q.text, NEVER, frozenset()) for q in half[::4]]
                worse.append(told_false("team: off its subject", off, *rankers[place], 0.0))
            failed |= number == 1 and any(worse)
        words, fused = cold_seconds(folder, options.memories, options.rounds)
        print(
            f"cold recall among {options.memories:,}: by words {statistics.median(words):.2f} s,"
            f" fused {statistics.median(fused):.2f} s (fastest {min(words):.2f}, {min(fused):.2f})"
        )
        failed |= min(fused) > COLD_SECONDS
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
