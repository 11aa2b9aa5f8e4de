"""Cold processes on a large store, as multiples of ``python -c pass`` in the same run.

    python benchmarks/cold.py [--memories 10000] [--rounds 15] [--uncommitted]

Prints, for each command, the median of its ratio to an empty Python started right before it, the first index, 100 new
files, and what the package takes on disk. Exits 1 when a figure is over the design's budget (beyond 10,000 memories three
times the figure).
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from agentmem import __version__

KINDS = ("fact", "decision", "convention", "procedure", "deadend", "reflection", "log", "log", "log", "task")
AREAS = (
    "queue",
    "billing",
    "search",
    "auth",
    "scheduler",
    "parser",
    "renderer",
    "storage",
    "gateway",
    "metrics",
)
BUDGETS = {"--help": 8, "--version": 8, "add": 8, "recall": 14, "list": 10}
FIRST_INDEX_SECONDS = 30.0
NEW_FILES_SECONDS = 1.0


def words(chance: random.Random, vocabulary: Sequence[str], count: int) -> str:
    """``count`` words, common ones more often than rare ones."""
    size = len(vocabulary)
    return " ".join(vocabulary[min(int(chance.paretovariate(0.6)) - 1, size - 1)] for _ in range(count))


def records(count: int, seed: int = 7) -> list[dict[str, object]]:
    """``count`` memories of some 130 words each, about ten areas, over a year."""
    chance = random.Random(seed)
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "er", "in", "or")]
    vocabulary = ["".join(chance.choices(syllables, k=chance.choice((2, 2, 3, 3, 4)))) for _ in range(20_000)]
    found = []
    for number in range(count):
        area = AREAS[number % len(AREAS)]
        moment = time.gmtime(1_735_689_600 + number * 31_536_000 // count)
        found.append(
            {
                "kind": chance.choice(KINDS),
                "title": f"{area} {words(chance, vocabulary, 7)} {number}",
                "body": "\n\n".join(words(chance, vocabulary, chance.randint(20, 70)) for _ in range(3)),
                "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", moment),
                "by": f"agent-{number % 16}",
                "tags": [area],
                "scope": [f"src/{area}/{chance.choice(vocabulary)}.py"],
            }
        )
    return found


def timed(command: Sequence[str], directory: str) -> float:
    """Seconds that one process takes."""
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=directory, capture_output=True, check=False)
    spent = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(f"{command} exited with {done.returncode}: {done.stderr.decode()}")
    return spent


def ratio(command: Sequence[str], directory: str, rounds: int, fresh: bool = False) -> tuple[float, float]:
    """(median ratio to an empty Python, median milliseconds); ``fresh`` numbers the last word."""
    ratios, spans = [], []
    for number in range(-1, rounds):
        words_now = [*command[:-1], f"{command[-1]} {time.time_ns()} {number}"] if fresh else command
        empty = timed([sys.executable, "-c", "pass"], directory)
        spent = timed(words_now, directory)
        if number >= 0:
            ratios.append(spent / empty)
            spans.append(spent * 1000)
    return statistics.median(ratios), statistics.median(spans)


def installed_bytes() -> int:
    """What the package and all it depends on take on disk, in a fresh environment."""
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        target = os.path.join(folder, "site")
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--target",
            target,
            root,
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        for place, _, files in os.walk(target):
            total += sum(os.path.getsize(os.path.join(place, file)) for file in files)
    return total


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--memories", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--uncommitted", action="store_true")
    parser.add_argument(
        "--no-install", action="store_true", help="do not measure the size of an installation"
    )
    options = parser.parse_args()
    script = os.path.join(os.path.dirname(sys.executable), "agentmem")
    tool = [script] if os.path.exists(script) else [sys.executable, "-m", "agentmem.cli.main"]
    failed = []

    def report(name: str, value: float, limit: float, text: str) -> None:
        # the design's budgets are for what is committed; thousands of uncommitted files must each be looked at
        told = f"budget {limit:g}" if not options.uncommitted else "no budget: nothing is committed"
        over = value > limit and not options.uncommitted
        print(f"{name:<34} {text:<34} {told}{'  OVER' if over else ''}", flush=True)
        if over:
            failed.append(name)

    print(
        f"agentmem {__version__}, Python {sys.version.split()[0]}, {options.memories:,} memories, {tool[0]}"
    )
    with tempfile.TemporaryDirectory() as folder:
        git = [
            "git",
            "-c",
            "user.name=bench",
            "-c",
            "user.email=bench@example.org",
            "-c",
            "commit.gpgsign=false",
        ]
        subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
        timed([*tool, "init"], folder)
        source = os.path.join(folder, ".git", "records.jsonl")
        with open(source, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in records(options.memories))
        spent = timed([*tool, "import", "jsonl", source], folder)
        print(f"{'import':<34} {spent:.1f} s")
        if not options.uncommitted:
            subprocess.run([*git, "-C", folder, "add", "-A"], check=True)
            subprocess.run([*git, "-C", folder, "commit", "-q", "-m", "memory"], check=True)
        timed([*tool, "index", "rebuild"], folder)
        subprocess.run(["rm", "-rf", os.path.join(folder, ".git", "agentmem")], check=True)
        question = [*tool, "recall", "queue scheduler drops metrics when storage restarts"]
        spent = timed(question, folder)
        report(
            "first index, and the answer",
            spent,
            FIRST_INDEX_SECONDS * options.memories / 10_000,
            f"{spent:.1f} s",
        )
        time.sleep(2.5)  # past the time in which a file's signature proves nothing
        plain = statistics.median(timed(question, folder) for _ in range(5))
        commands = {
            "--version": [*tool, "--version"],
            "--help": [*tool, "--help"],
            "list": [*tool, "list"],
            "recall": question,
            "add": [*tool, "add", "fact", "the scheduler restarts storage"],
        }
        for name, command in commands.items():
            multiple, span = ratio(command, folder, options.rounds, fresh=name == "add")
            report(
                f"{name}, cold", multiple, BUDGETS[name], f"{multiple:.1f} × an empty Python ({span:.0f} ms)"
            )
        with open(source, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in records(100, seed=8))
        timed([*tool, "import", "jsonl", source], folder)
        spent = timed(question, folder)
        report(
            "recall after 100 new files",
            spent - plain,
            NEW_FILES_SECONDS,
            f"{spent - plain:+.2f} s over a plain recall",
        )
    if not options.no_install:
        size = installed_bytes() / 1e6
        report("installation", size, 40, f"{size:.1f} MB")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
