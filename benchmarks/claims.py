"""Many processes race for one task: one winner each time, and all others told who won.

    python benchmarks/claims.py [--processes 32] [--rounds 1000] [--remote-rounds 1000] [--line-rounds 25] [--only MODE]...

Modes: ``worktree`` (all in one), ``worktrees`` (each in its own), ``remote`` (each in a clone of its own, over a bare remote),
``both`` (two worktrees in each clone, over a bare remote: the one's fetch moves the refs that the other is at), ``line`` (the
command line: a process for each claim, in one worktree). The processes of the others live long and take their time from one
start signal. Prints rounds, seconds and the slowest round; exits 1 on a violation.
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

TOOL = [sys.executable, "-m", "agentmem"]
MODES = ("worktree", "worktrees", "remote", "both", "line")
REMOTE = ("remote", "both")
NAMESPACE = "refs/agentmem/claims"
TOLD = 100
"""Rounds after which it is said how far it is."""

RACER = """
import json, os, sys
from agentmem.actions import claiming, sharing
from agentmem.actions.board import Board
from agentmem.actions.context import Context
from agentmem.actions.tasks import Tasks
from agentmem.errors import Contended
from agentmem.git import remotes

remotes.WAIT = 60.0  # 32 processes on two cores are slow, and no remote of theirs is away
folder, me, task = sys.argv[1:]
context = Context(folder, environment={**os.environ, "AGENTMEM_AGENT": me})
tasks = Tasks(context, Board(context))
placed = tasks.named(task)
print("ready", flush=True)
for line in sys.stdin:
    try:
        result = claiming.take(Board(context), tasks, placed)
        holder = result.claim if result.won else result.holder
        said = [result.won, holder.claim.agent if holder else None]
        if not result.won:
            sharing.look(context)  # as whoever loses does for the next task
    except Contended:
        said = [False, "contended"]
    print(json.dumps(said), flush=True)
"""


def git(folder: str, *words: str) -> str:
    """Run git; what it prints."""
    return subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True, text=True).stdout


def prepare(folder: str, mode: str, processes: int) -> tuple[list[str], str, str | None]:
    """A store with one task, and where each process stands; the task, and the bare remote where there is one."""
    first = os.path.join(folder, "one")
    subprocess.run(["git", "init", "-q", "-b", "main", first], check=True)
    git(first, "config", "user.name", "racer")
    git(first, "config", "user.email", "racer@example.org")
    subprocess.run([*TOOL, "-C", first, "init", "--no-hooks"], check=True, capture_output=True)
    if mode in REMOTE:
        with open(os.path.join(first, ".agentmem", "config.toml"), "a", encoding="utf-8") as file:
            file.write('\n[claims]\nremote = "origin"\n')
    done = subprocess.run(
        [*TOOL, "-C", first, "task", "add", "The one task", "--json"], check=True, capture_output=True
    )
    task = json.loads(done.stdout)["id"]
    git(first, "add", "-A")
    git(first, "commit", "-q", "-m", "task")
    if mode == "worktrees":
        folders = [os.path.join(folder, f"tree{number}") for number in range(processes)]
        for number, path in enumerate(folders):
            git(first, "worktree", "add", "-q", "-b", f"b{number}", path)
        return folders, task, None
    if mode in REMOTE:
        bare = os.path.join(folder, "bare.git")
        git(first, "clone", "-q", "--bare", first, bare)
        folders = [os.path.join(folder, f"clone{number}") for number in range(processes)]
        for number, path in enumerate(folders):
            if mode == "both" and number % 2:
                git(folders[number - 1], "worktree", "add", "-q", "-b", f"b{number}", path)
            else:
                git(first, "clone", "-q", bare, path)
        return folders, task, bare
    return [first] * processes, task, None


def clear(folders: list[str], bare: str | None, task: str) -> None:
    """Take the claim away, so that the task is free once more."""
    for folder in [bare] if bare else folders[:1]:
        subprocess.run(["git", "-C", folder, "update-ref", "-d", f"{NAMESPACE}/{task}"], check=True)
    for folder in folders if bare else ():
        for ref in (f"{NAMESPACE}/{task}", f"refs/agentmem/remotes/origin/claims/{task}"):
            subprocess.run(["git", "-C", folder, "update-ref", "-d", ref], check=True)


def judged(said: list[tuple[bool, str | None]], names: list[str], beside: bool = False) -> str | None:
    """What is wrong with a round; None where one has won and all others know who; ``beside``: or who was faster in their clone,
    and knows it.
    """
    winners = [name for name, (won, _) in zip(names, said, strict=True) if won]
    if len(winners) != 1:
        return f"{len(winners)} winners: {winners}"
    told = {name: holder for name, (_, holder) in zip(names, said, strict=True)}
    wrong = [
        (name, holder)
        for name, holder in told.items()
        if winners[0] not in (holder, told.get(holder or "") if beside else None)
    ]
    return f"{winners[0]} won, but {wrong}" if wrong else None


def race(
    folders: list[str], task: str, bare: str | None, rounds: int, beside: bool = False
) -> tuple[list[str], list[float]]:
    """Long-lived processes, a round at each line that they are sent; what went wrong, seconds of each round.

    ``beside``: see ``judged``.
    """
    names = [f"racer-{number:02}" for number in range(len(folders))]
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, folder, name, task], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for folder, name in zip(folders, names, strict=True)
    ]  # fmt: skip
    wrong, took = [], []
    try:
        for racer in racers:
            assert racer.stdout and racer.stdout.readline() == "ready\n"
        for number in range(rounds):
            begun = time.perf_counter()
            for racer in random.sample(racers, len(racers)):
                assert racer.stdin
                racer.stdin.write("go\n")
                racer.stdin.flush()
            said = [tuple(json.loads(racer.stdout.readline() or "[false, null]")) for racer in racers]  # type: ignore[union-attr]
            took.append(time.perf_counter() - begun)
            if problem := judged(said, names, beside):
                wrong.append(f"round {number}: {problem}")
            clear(folders, bare, task)
            if number % TOLD == TOLD - 1:
                print(f"  {number + 1} rounds, {len(wrong)} violations", file=sys.stderr, flush=True)
    finally:
        for racer in racers:
            racer.communicate()
    return wrong, took


def race_by_lines(folders: list[str], task: str, rounds: int) -> tuple[list[str], list[float]]:
    """A process for each claim, all of one round at once; losers must end with 4 and say who has it."""
    names = [f"racer-{number:02}" for number in range(len(folders))]
    wrong, took = [], []
    for number in range(rounds):
        begun = time.perf_counter()
        running = [
            subprocess.Popen(
                [*TOOL, "-C", folder, "claim", task, "--json", "--agent", name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
            )
            for folder, name in zip(folders, names, strict=True)
        ]  # fmt: skip
        said = []
        for one, name in zip(running, names, strict=True):
            record = json.loads(one.communicate()[0])
            if one.returncode != (0 if record.get("won") else 4):
                wrong.append(f"round {number}: {name} exits {one.returncode}: {record}")
            holder = name if record.get("won") else (record.get("holder") or {}).get("agent")
            said.append((bool(record.get("won")), holder))
        took.append(time.perf_counter() - begun)
        if problem := judged(said, names):
            wrong.append(f"round {number}: {problem}")
        clear(folders, None, task)
    return wrong, took


def main() -> int:
    """Run the races."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--processes", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--remote-rounds", type=int, default=1000)
    parser.add_argument("--line-rounds", type=int, default=25)
    parser.add_argument("--only", action="append", choices=MODES)
    options = parser.parse_args()
    rounds = {"line": options.line_rounds, **dict.fromkeys(REMOTE, options.remote_rounds)}
    failed = False
    for mode in options.only or MODES:
        count = rounds.get(mode, options.rounds)
        with tempfile.TemporaryDirectory() as folder:
            folders, task, bare = prepare(folder, mode, options.processes)
            if mode == "line":
                wrong, took = race_by_lines(folders, task, count)
            else:
                wrong, took = race(folders, task, bare, count, mode == "both")
        failed = failed or bool(wrong)
        print(
            f"{mode:10} {options.processes} processes, {count} rounds: {len(wrong)} violations,"
            f" {sum(took):.0f} s, a round {statistics.median(took):.3f} s, at most {max(took):.2f} s",
            flush=True,
        )
        for problem in wrong[:5]:
            print(f"  {problem}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
