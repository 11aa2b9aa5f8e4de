"""`agentmem check` over a large store, as a process of its own, against ``python -c pass`` in the same run.

    python benchmarks/check.py [--memories 10000] [--rounds 3] [--profile]

The store is committed: memories of some 130 words, every hundredth said again in other words, links between tasks, a few links
to nothing, some statements that contradict each other, and changes of an overlay. ``--profile`` prints what each rule takes.
Exits 1 when one run takes more than 10 s for 10,000 memories, or when what was put in is not found.
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
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from agentmem import __version__
from agentmem.model import ids

BUDGET = 10.0
"""Seconds for 10,000 memories."""
EVERY = 100
"""Of this many memories one is said again, one is changed in an overlay, one links to nothing, one is contradicted."""
KINDS = ("fact", "decision", "convention", "procedure", "deadend", "reflection", "log", "log", "log", "task")
FOLDERS = {kind: kind + "s" for kind in KINDS} | {"log": "log/2026-01"}


class Store:
    """A store being written: the same one for the same seed."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root, self.chance = root, random.Random(seed)
        syllables = [
            a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "er", "in", "or")
        ]
        self.vocabulary = [
            "".join(self.chance.choices(syllables, k=self.chance.choice((2, 3, 3, 4)))) for _ in range(20_000)
        ]
        # Zipf's law: the word of rank n is met 1 / n as often as the first
        self.weights = [1 / (rank + 20) for rank in range(len(self.vocabulary))]
        self.tasks: list[str] = []
        self.put: Counter[str] = Counter()

    def words(self, count: int) -> list[str]:
        return self.chance.choices(self.vocabulary, self.weights, k=count)

    def write(self, kind: str, title: str, body: str, more: Sequence[str] = ()) -> str:
        """One memory's file; its id."""
        identity = ids.new_id(self.chance.randbytes)
        moment = time.gmtime(1_735_689_600 + self.chance.randrange(31_536_000))
        lines = [
            f"id: {identity}",
            f"kind: {kind}",
            f"title: {title}",
            time.strftime("created: %Y-%m-%dT%H:%M:%SZ", moment),
        ]
        path = self.root / FOLDERS[kind] / f"{title[:30].replace(' ', '-')}-{identity}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        head = "\n".join((*lines, f"by: agent-{self.chance.randrange(16)}", "tags: [bench]", *more))
        path.write_text(f"---\n{head}\n---\n{body}\n", encoding="utf-8")
        return identity

    def fill(self, count: int) -> None:
        """Write ``count`` memories, and what the rules are to find among them."""
        number = 0
        while number < count:
            kind = KINDS[self.chance.randrange(len(KINDS))]
            title, body = " ".join(self.words(8)), " ".join(self.words(self.chance.randint(40, 160)))
            more = [f"scope: [src/{self.words(1)[0]}/**]"]
            if kind == "task" and self.tasks:
                more.append(f"needs: [{', '.join(self.chance.sample(self.tasks, min(2, len(self.tasks))))}]")
            if number % EVERY == 10 and kind != "log":
                words = body.split()
                words[3] = "otherwise"
                self.write(kind, title, " ".join(words), more)
                self.put["near-duplicate"] += 1
                number += 1
            elif number % EVERY == 20:
                more.append(f"sources: [{ids.new_id(self.chance.randbytes)}]")
                self.put["broken-link"] += 1
            elif number % EVERY == 30:
                subject = " ".join(self.words(3))
                for value in (30, 60):
                    self.write("decision", f"The {subject} timeout is {value} s", "")
                self.put["contradiction"] += 1
                number += 2
            identity = self.write(kind, title, body, more)
            if kind == "task":
                self.tasks.append(identity)
            if number % EVERY == 40:
                self.change(identity)
            number += 1

    def change(self, memory: str) -> None:
        """A change of ``memory`` in an overlay."""
        name = ids.new_id(self.chance.randbytes)
        path = self.root / "overlays" / "feature~bench" / f"{memory}.{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        head = f"change: {name}\nmemory: {memory}\nbranch: feature/bench\nafter: []\nset:\n  tags: {{add: [changed]}}"
        path.write_text(f"---\n{head}\n---\n", encoding="utf-8")


def timed(command: Sequence[str], directory: str) -> tuple[float, str]:
    """Seconds that one process takes, and what it prints."""
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    spent = time.perf_counter() - begin
    if done.returncode not in (0, 1) or done.stderr.startswith("Traceback"):
        raise SystemExit(f"{command} exited with {done.returncode}: {done.stderr}")
    return spent, done.stdout


def profile(directory: str) -> None:
    """Print what reading, the view and each rule take, in this process."""
    from agentmem.actions import subjects
    from agentmem.actions.context import Context
    from agentmem.checks import rules as checks

    def step(name: str, begin: float) -> None:
        print(f"  {name:<20} {time.process_time() - begin:6.2f} s")

    begin = time.process_time()
    subject = subjects.at_hand(Context(directory))
    step("(reading)", begin)
    begin = time.process_time()
    len(subject.view)
    step("(view)", begin)
    for rule in checks.RULES:
        begin = time.process_time()
        list(rule.run(subject))
        step(rule.id, begin)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--memories", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    os.environ.update(GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1")
    tool = [sys.executable, "-m", "agentmem"]
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    with tempfile.TemporaryDirectory(prefix="agentmem-check-") as folder:
        subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
        timed([*tool, "init", "--no-hooks"], folder)
        store = Store(Path(folder) / ".agentmem", options.seed)
        store.fill(options.memories)
        subprocess.run(["git", "-C", folder, "add", "-A"], check=True)
        subprocess.run(["git", "-C", folder, *identity, "commit", "-q", "-m", "memory"], check=True)
        spans, ratios, out = [], [], ""
        for _ in range(options.rounds):
            empty, _ = timed([sys.executable, "-c", "pass"], folder)
            spent, out = timed([*tool, "check", "--json"], folder)
            spans.append(spent)
            ratios.append(spent / empty)
        result = json.loads(out)
        found = Counter(finding["rule"] for finding in result["findings"])
        missing = {rule: count for rule, count in store.put.items() if found[rule] < count * 0.95}
        limit = BUDGET * max(options.memories, 1000) / 10_000
        median = statistics.median(spans)
        over = median > limit
        print(
            f"agentmem {__version__}, Python {sys.version.split()[0]}, {result['counts']['memories']:,} memories"
        )
        print(
            f"check in {median:.1f} s ({statistics.median(ratios):.0f} × an empty Python;"
            f" {1000 * median / options.memories:.2f} ms a memory); budget {limit:g} s{'  OVER' if over else ''}"
        )
        told = ", ".join(f"{count} {rule}" for rule, count in found.most_common())
        print(f"{sum(found.values()):,} findings: {told or 'none'}; put in: {dict(store.put)}")
        if missing:
            print(f"not found: {missing}")
        if options.profile:
            profile(folder)
    return int(over or bool(missing))


if __name__ == "__main__":
    sys.exit(main())
