"""What the evidence of use costs: its size after a year of a team, the time to read it, and a cold recall that weighs it.

    python benchmarks/use.py [--memories 10000] [--agents 20] [--tasks 1000] [--rounds 31]

One agent's year of ``--tasks`` tasks is noted task by task, as ``done`` does, each with a brief, three questions and a
``show``; the other agents have as much, written at once. A cold ``recall`` with all this and one without, in turns, are
compared with an empty Python started right before each.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import cold

from agentmem.actions import states, usage
from agentmem.actions.context import Context
from agentmem.git import refs, tips
from agentmem.model import feedback, ids, times
from agentmem.model.feedback import Asked, Ended

START = times.parse_iso("2025-03-01T09:00:00Z")
DAYS = 250
QUESTION = "queue scheduler drops metrics when storage restarts"


def task(chance: random.Random, memories: list[str], at: int, clock: int) -> bytes:
    """The lines of one task."""
    entry, one = ids.new_id(chance.randbytes), ids.new_id(chance.randbytes)
    files = tuple(f"src/area{chance.randrange(30)}/part{chance.randrange(40)}.ts" for _ in range(5))
    events: list[feedback.Event] = [Asked(at, entry, "brief", shown=tuple(chance.sample(memories, 12)))]
    for _ in range(3):
        text = " ".join(chance.choices(QUESTION.split(), k=9))
        events.append(Asked(at, entry, "recall", text, files[:1], "api", tuple(chance.sample(memories, 6))))
    events.append(Asked(at, entry, "show", role="api", shown=tuple(chance.sample(memories, 1))))
    met = tuple(
        (each, (0, 2)) for event in events[1:] for each in event.shown[:1] if isinstance(event, Asked)
    )
    events.append(Ended(at, entry, one, clock, files, met, tuple(chance.sample(memories, 1))))
    return b"".join(map(feedback.write, events))


def size(folder: str) -> str:
    """What git says that the objects take."""
    rows = subprocess.run(
        ["git", "-C", folder, "count-objects", "-v"], capture_output=True, text=True, check=True
    )
    found = dict(line.split(": ") for line in rows.stdout.splitlines())
    return f"{int(found['size']) / 1024:.1f} MB loose, {int(found['size-pack']) / 1024:.1f} MB packed"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--memories", type=int, default=10_000)
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=31)
    options = parser.parse_args()
    # git must not tidy in the background what is being measured
    os.environ.update(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="gc.auto", GIT_CONFIG_VALUE_0="0")
    chance = random.Random(3)
    tool = [sys.executable, "-m", "agentmem"]
    with tempfile.TemporaryDirectory() as folder:
        made = cold.records(options.memories)
        cold.store(folder, tool, made, True)
        subprocess.run(["git", "-C", folder, "gc", "-q"], check=True)
        question = [*tool, "recall", str(made[5]["title"])]
        cold.timed(question, folder)
        # what is of use at all is the smaller part of a store
        memories = chance.sample(list(Context(folder).index.view().columns.ids), options.memories // 4)
        repository = Context(folder).repository
        print(f"{'without evidence':<34} {size(folder)}")
        moments = [START + 86_400 * (n * DAYS // options.tasks) + n for n in range(options.tasks)]
        lines = [task(chance, memories, at, n) for n, at in enumerate(moments)]
        begin = time.perf_counter()
        for at, line in zip(moments, lines, strict=True):
            states.append(repository, "agent 0", feedback.KIND, feedback.month(at), line, at)
        spent = time.perf_counter() - begin
        print(f"{'to note a task':<34} {spent / options.tasks * 1000:.0f} ms")
        written = sum(map(len, lines))
        print(f"{'a year of an agent':<34} {written / 1e6:.2f} MB written, {size(folder)}")
        subprocess.run(["git", "-C", folder, "gc", "-q"], check=True)
        print(f"{'the same after git gc':<34} {size(folder)}")
        for number in range(1, options.agents):
            for n, at in enumerate(moments):
                lines[n] = task(chance, memories, at, n)
            step = max(1, 60_000 * options.tasks // written)
            for n in range(0, options.tasks, step):
                month, data = feedback.month(moments[n]), b"".join(lines[n : n + step])
                states.append(repository, f"agent {number}", feedback.KIND, month, data, moments[n])
        begin = time.perf_counter()
        found = usage.events(Context(folder))
        read = time.perf_counter() - begin
        begin = time.perf_counter()
        table = usage.refresh(Context(folder))
        whole = time.perf_counter() - begin
        assert table is not None
        kept = len(table.all())
        print(
            f"{'events of all agents':<34} {len(found):,}; read in {read:.2f} s, read and summed in {whole:.2f} s"
        )
        path = os.path.join(folder, ".git", "agentmem", usage.FILE)
        print(f"{'the sums':<34} {kept:,} memories, {os.path.getsize(path) / 1000:.0f} kB")
        # loose, so that to move one folder takes all of it away and brings it back
        git = os.path.join(folder, ".git")
        subprocess.run(
            ["git", "-C", folder, "fetch", "-q", ".", f"+{tips.STATES}/*:{tips.STATES}-loose/*"], check=True
        )
        names = [f"{tips.STATES}/{name}" for name in refs.commits(repository, tips.STATES)]
        for name in names:
            subprocess.run(["git", "-C", folder, "update-ref", "-d", name], check=True)
        there, aside = os.path.join(git, tips.STATES), os.path.join(git, "aside")
        os.rename(there + "-loose", there)
        cold.timed(question, folder)
        ratios: dict[bool, list[float]] = {True: [], False: []}
        for number in range(-2, options.rounds):
            for weighed in (True, False):
                if not weighed:
                    os.rename(there, aside)
                empty = cold.timed([sys.executable, "-c", "pass"], folder)
                spent = cold.timed(question, folder)
                if number >= 0:
                    ratios[weighed].append(spent / empty)
                if not weighed:
                    os.rename(aside, there)
        pairs = [one - other for one, other in zip(ratios[True], ratios[False], strict=True)]
        print(
            f"{'cold recall':<34} {statistics.median(ratios[True]):.2f} × an empty Python with evidence,"
            f" {statistics.median(ratios[False]):.2f} without; the median of pairs {statistics.median(pairs):+.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
