"""Cold processes on a large store, as multiples of ``python -c pass`` in the same run.

    python benchmarks/cold.py [--memories 10000] [--rounds 15] [--uncommitted]

Prints, for each command, the median of its ratio to an empty Python started right before it, the first index, 100 new
files, and what the package takes on disk; and, on a store of as many memories with a plan of 500 tasks (``team_plan.py``),
`list`, `next` and `brief`, with the tokens of the briefs. Exits 1 when a figure is over the design's budget (beyond 10,000
memories three times the figure).
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
from collections.abc import Mapping, Sequence

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import team_plan

from agentmem import __version__
from agentmem.model import tokens

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
BUDGETS = {
    "--help": 8,
    "--version": 8,
    "add": 8,
    "hook": 8,
    "recall": 14,
    "list": 10,
    "next": 12,
    "brief": 18,
}
BRIEF_TOKENS = 1200
FIRST_INDEX_SECONDS = 30.0
NEW_FILES_SECONDS = 1.0


def words(chance: random.Random, vocabulary: Sequence[str], count: int) -> str:
    """``count`` words, common ones more often than rare ones."""
    size = len(vocabulary)
    return " ".join(vocabulary[min(int(chance.paretovariate(0.6)) - 1, size - 1)] for _ in range(count))


def invented(chance: random.Random) -> list[str]:
    """20,000 words that are none."""
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "er", "in", "or")]
    return ["".join(chance.choices(syllables, k=chance.choice((2, 2, 3, 3, 4)))) for _ in range(20_000)]


def records(count: int, seed: int = 7, kinds: Sequence[str] = KINDS) -> list[dict[str, object]]:
    """``count`` memories of some 130 words each, about ten areas, over a year."""
    chance = random.Random(seed)
    vocabulary = invented(chance)
    found: list[dict[str, object]] = []
    for number in range(count):
        area = AREAS[number % len(AREAS)]
        moment = time.gmtime(1_735_689_600 + number * 31_536_000 // count)
        found.append(
            {
                "kind": chance.choice(kinds),
                "title": f"{area} {words(chance, vocabulary, 7)} {number}",
                "body": "\n\n".join(words(chance, vocabulary, chance.randint(20, 70)) for _ in range(3)),
                "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", moment),
                "by": f"agent-{number % 16}",
                "tags": [area],
                "scope": [f"src/{area}/{chance.choice(vocabulary)}.py"],
            }
        )
    return found


def timed(command: Sequence[str], directory: str, environment: Mapping[str, str] | None = None) -> float:
    """Seconds that one process takes."""
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=directory, capture_output=True, check=False, env=environment)
    spent = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(f"{command} exited with {done.returncode}: {done.stderr.decode()}")
    return spent


def ratio(
    command: Sequence[str],
    directory: str,
    rounds: int,
    fresh: bool = False,
    environment: Mapping[str, str] | None = None,
) -> tuple[float, float]:
    """(median ratio to an empty Python, median milliseconds); ``fresh`` numbers the last word."""
    ratios, spans = [], []
    for number in range(-1, rounds):
        words_now = [*command[:-1], f"{command[-1]} {time.time_ns()} {number}"] if fresh else command
        empty = timed([sys.executable, "-c", "pass"], directory)
        spent = timed(words_now, directory, environment)
        if number >= 0:
            ratios.append(spent / empty)
            spans.append(spent * 1000)
    return statistics.median(ratios), statistics.median(spans)


def installed_bytes() -> int:
    """What the package and all it depends on take on disk, with their bytecode, in a fresh environment."""
    total = 0
    beside = {key: value for key, value in os.environ.items() if key != "PYTHONPYCACHEPREFIX"}
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
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=beside)
        for place, _, files in os.walk(target):
            total += sum(os.path.getsize(os.path.join(place, file)) for file in files)
    return total


class Report:
    """What was measured, a line each as it comes, and what of it is over its budget."""

    def __init__(self, uncommitted: bool) -> None:
        self.uncommitted = uncommitted
        self.failed: list[str] = []

    def __call__(self, name: str, value: float, limit: float, text: str) -> None:
        # the design's budgets are for what is committed; thousands of uncommitted files must each be looked at
        told = f"budget {limit:g}" if not self.uncommitted else "no budget: nothing is committed"
        over = value > limit and not self.uncommitted
        print(f"{name:<34} {text:<34} {told}{'  OVER' if over else ''}", flush=True)
        if over:
            self.failed.append(name)

    def multiple(self, name: str, verb: str, measured: tuple[float, float]) -> None:
        """A ratio to an empty Python, and its milliseconds."""
        multiple, span = measured
        self(f"{name}, cold", multiple, BUDGETS[verb], f"{multiple:.1f} × an empty Python ({span:.0f} ms)")


def store(folder: str, tool: Sequence[str], made: Sequence[dict[str, object]], commit: bool) -> float:
    """Make a repository with a store of the records ``made``; the seconds that their import takes."""
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    timed([*tool, "init", "--no-hooks"], folder)
    spent = bring(folder, tool, made)
    if commit:
        subprocess.run([*team_plan.GIT, "-C", folder, "add", "-A"], check=True)
        subprocess.run([*team_plan.GIT, "-C", folder, "commit", "-q", "-m", "memory"], check=True)
    return spent


def bring(folder: str, tool: Sequence[str], made: Sequence[dict[str, object]]) -> float:
    """Import records; the seconds that it takes."""
    source = os.path.join(folder, ".git", "records.jsonl")
    with open(source, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in made)
    return timed([*tool, "import", "jsonl", source], folder)


def plain_store(folder: str, tool: Sequence[str], options: argparse.Namespace, report: Report) -> None:
    """What does not need to know of tasks."""
    made = records(options.memories)
    spent = store(folder, tool, made, not options.uncommitted)
    print(f"{'import':<34} {spent:.1f} s")
    timed([*tool, "index", "rebuild"], folder)
    subprocess.run(["rm", "-rf", os.path.join(folder, ".git", "agentmem")], check=True)
    # a question that has an answer: its area is in one memory of ten, an invented word in four of ten, its number in one
    asked = str(made[len(made) // 2]["title"]).split()
    question = [*tool, "recall", f"why does {asked[0]} {asked[1]} {asked[-1]} fail"]
    spent = timed(question, folder)
    limit = FIRST_INDEX_SECONDS * options.memories / 10_000
    report("first index, and the answer", spent, limit, f"{spent:.1f} s")
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
        if name == "add" and not options.uncommitted:
            hooks(folder, tool, options, report)
        report.multiple(name, name, ratio(command, folder, options.rounds, fresh=name == "add"))
    bring(folder, tool, records(100, seed=8))
    spent = timed(question, folder)
    told = f"{spent - plain:+.2f} s over a plain recall"
    report("recall after 100 new files", spent - plain, NEW_FILES_SECONDS, told)


def hooks(folder: str, tool: Sequence[str], options: argparse.Namespace, report: Report) -> None:
    """Git's hooks as git starts them: the stub, a shell, and what it starts."""
    timed([*tool, "hooks", "install"], folder)
    here = os.path.join(folder, ".git", "hooks")
    calls = {
        "pre-commit": (),
        "prepare-commit-msg": (".git/message", "message"),
        "post-commit": (),
        "post-checkout": ("0" * 39 + "1", "0" * 39 + "2", "1"),
        "post-merge": ("0",),
        "pre-push": ("origin", "url"),
    }
    with open(os.path.join(folder, ".git", "message"), "w", encoding="utf-8") as file:
        file.write("a message\n")
    for name, words in calls.items():
        measured = ratio([os.path.join(here, name), *words], folder, options.rounds)
        report.multiple(f"{name}, nothing to do", "hook", measured)
    timed([*tool, "add", "fact", "the gateway parses cookies"], folder)
    # of an index of its own, as git has it for a commit of some paths: the next round finds what this one found
    once = 'cp .git/index .git/once && GIT_INDEX_FILE="$PWD/.git/once" exec .git/hooks/pre-commit'
    report.multiple("pre-commit, a new memory", "hook", ratio(["sh", "-c", once], folder, options.rounds))
    timed([*tool, "hooks", "uninstall"], folder)


def team_store(folder: str, tool: Sequence[str], options: argparse.Namespace, report: Report) -> None:
    """What looks through 500 tasks, claims and branches, in a store of its own: their log entries would change a recall."""
    others = tuple(kind for kind in KINDS if kind != "task")
    made = records(max(options.memories - team_plan.RECORDS, 0), kinds=others)
    store(folder, tool, made, commit=True)
    chance = random.Random(3)
    vocabulary = invented(chance)
    team_plan.make(folder, tool, AREAS, lambda count: words(chance, vocabulary, count))
    # racing with nobody: a claim of a moment ago, a file's signature that proves nothing yet
    time.sleep(2.5)
    for asker in team_plan.ASKERS:
        timed([*tool, "brief"], folder, asker.environment)
    holder = team_plan.ASKERS[0].environment
    plan = f"{team_plan.TASKS} tasks"
    for verb in ("list", "next"):
        measured = ratio([*tool, verb], folder, options.rounds, environment=holder)
        report.multiple(f"{verb}, {plan}", verb, measured)
    for asker in team_plan.ASKERS:
        measured = ratio([*tool, "brief"], folder, options.rounds, environment=asker.environment)
        report.multiple(f"brief, {asker.name}", "brief", measured)
        said = subprocess.run(
            [*tool, "brief"], cwd=folder, env=asker.environment, capture_output=True, check=True
        )
        cost = tokens.estimate(said.stdout.decode())
        report(f"brief, {asker.name}", cost, BRIEF_TOKENS, f"{cost} tokens")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--memories", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--uncommitted", action="store_true")
    parser.add_argument(
        "--no-install", action="store_true", help="do not measure the size of an installation"
    )
    parser.add_argument(
        "--only", choices=("plain", "team"), help="one of the two stores alone, and no installation"
    )
    options = parser.parse_args()
    script = os.path.join(os.path.dirname(sys.executable), "agentmem")
    tool = [script] if os.path.exists(script) else [sys.executable, "-m", "agentmem"]
    report = Report(options.uncommitted)
    print(
        f"agentmem {__version__}, Python {sys.version.split()[0]}, {options.memories:,} memories, {tool[0]}"
    )
    with tempfile.TemporaryDirectory() as folder:
        # as an installed package has it: else each process compiles all that it imports
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ.setdefault("PYTHONPYCACHEPREFIX", os.path.join(folder, "bytecode"))
        if options.only != "team":
            plain_store(os.path.join(folder, "plain"), tool, options, report)
        if options.only != "plain" and not options.uncommitted:
            team_store(os.path.join(folder, "team"), tool, options, report)
    if not options.no_install and not options.only:
        size = installed_bytes() / 1e6
        report("installation", size, 40, f"{size:.1f} MB")
    return int(bool(report.failed))


if __name__ == "__main__":
    sys.exit(main())
