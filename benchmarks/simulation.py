"""A team at work: agents as processes in worktrees of one repository, with crashes, failures that loop back, and merges.

    python benchmarks/simulation.py [--tasks 300] [--agents 15] [--seed 5]     (20 minutes on two cores)

Each agent goes round: brief, claim, recall, an edit of code, add, done, commit, merge to main. Now and then one dies with its
claim held, and QA reopens what was done. The clock is virtual: a step of it for each command, so leases run out. Exits 1
unless every task was done once (and once more for each failure), no memory is lost, no merge had a conflict but of code
that two agents changed in one place, and what an agent reads a task keeps to the standard and does not grow once the team is
at work. Prints the tokens that an agent reads per task, against reading all notes of that moment, for each fifth of the run.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from agentmem.model import tokens

PIPELINE = (("1 Specs", "pm"), ("2 Database", "db"), ("3 AI", "llm"), ("4 DevOps", "devops"), ("5 API", "api"),
            ("6 Workers", "worker"), ("7 Frontend", "frontend"), ("8 Deploy", "deploy"))  # fmt: skip
STEP = 20
"""Virtual seconds that a command takes."""
STANDARD = 1600
"""Tokens that an agent reads a task at most, in the mean: brief, claim, three times recall, done."""
FIFTHS, FLAT = 5, 1.25
"""Of the run; how much more the last fifth may read than the second: the first knows next to nothing yet."""
CRASHES, FAILURES = 0.05, 0.06
WORDS = [
    "queue",
    "lease",
    "retry",
    "schema",
    "index",
    "cache",
    "token",
    "parser",
    "socket",
    "timeout",
    "replica",
    "cursor",
    "stream",
    "buffer",
    "session",
    "digest",
]


class World:
    """The repository and the clock that all agents share."""

    def __init__(self, folder, seed, agents, crashes=CRASHES, failures=FAILURES):
        self.main = os.path.join(folder, "main")
        self.folder, self.chance, self.seed, self.agents = folder, random.Random(seed), seed, agents
        self.crashes, self.failures = crashes, failures
        self.phases = PIPELINE[:agents]
        self.lock, self.clock_lock = threading.Lock(), threading.Lock()
        self.moment = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
        self.order, self.conflicts, self.crashed, self.problems = [], [], 0, []
        self.failed, self.added, self.finished = [], set(), threading.Event()

    def now(self):
        with self.clock_lock:
            self.moment += timedelta(seconds=STEP)
            return self.moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def agentmem(self, folder, agent, role, *words, stdin=None):
        env = {**os.environ, "AGENTMEM_NOW": self.now(), "AGENTMEM_AGENT": agent, "AGENTMEM_ROLE": role}
        done = subprocess.run(
            [sys.executable, "-m", "agentmem", *words],
            cwd=folder, env=env, input=stdin, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode not in (0, 4):
            self.problems.append(
                f"{agent}: {' '.join(words[:3])}: {done.returncode}: {done.stderr.strip()[:300]}"
            )
        return done

    def git(self, folder, *words, check=True):
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise RuntimeError(f"git {' '.join(words)}: {done.stderr}")
        return done


def prepare(world, tasks):
    os.makedirs(world.main)
    world.git(world.main, "init", "-q", "-b", "main")
    for key, value in (("user.name", "sim"), ("user.email", "sim@example.org"), ("gc.auto", "0")):
        world.git(world.main, "config", key, value)
    os.makedirs(os.path.join(world.main, "src"))
    for number in range(60):
        with open(os.path.join(world.main, "src", f"part{number}.py"), "w", encoding="utf-8") as file:
            file.write(f"def part{number}():\n    return {number}\n")
    world.agentmem(world.main, "pm", "pm", "init", "--no-hooks")
    plan = json.loads(world.agentmem(world.main, "pm", "pm", "add", "plan", "Job queue v1", "--json").stdout)[
        "id"
    ]
    by_phase, lines = {}, []
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    for number in range(tasks):
        place = number * len(world.phases) // tasks
        phase, role = world.phases[place]
        identity = "".join(world.chance.choices(alphabet, k=12))
        before = by_phase.get(place, []) + by_phase.get(place - 1, [])
        needs = world.chance.sample(before, min(len(before), world.chance.choice((0, 1, 1, 2))))
        part = number % 60
        about = " ".join(world.chance.sample(WORDS, 3))
        lines.append(
            json.dumps(
                {
                    "id": identity,
                    "kind": "task",
                    "title": f"{about} of part {part}, step {number}",
                    "role": role,
                    "plan": plan,
                    "phase": phase,
                    "needs": needs,
                    "scope": [f"src/part{part}.py"],
                    "created": "2026-03-01T08:00:00Z",
                }
            )
        )
        by_phase.setdefault(place, []).append(identity)
    path = os.path.join(world.folder, "tasks.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    world.agentmem(world.main, "pm", "pm", "import", "jsonl", path)
    world.git(world.main, "add", "-A")
    world.git(world.main, "commit", "-qm", "plan")
    return [json.loads(line)["id"] for line in lines]


class Agent(threading.Thread):
    def __init__(self, world, number, seed):
        super().__init__(daemon=True)
        self.world, self.number, self.life = world, number, 0
        self.chance = random.Random(seed)
        self.role = world.phases[number % len(world.phases)][1]
        self.name_, self.folder = "", ""

    def begin(self):
        """A new life: another name, another worktree, as an orchestrator would start it after a crash."""
        self.life += 1
        self.name_ = f"{self.role}-{self.number}" + (f"-{self.life}" if self.life > 1 else "")
        self.folder = os.path.join(self.world.folder, self.name_)
        with self.world.lock:
            self.world.git(
                self.world.main, "worktree", "add", "-q", "-b", f"work/{self.name_}", self.folder, "main"
            )

    def run(self):
        try:
            self.begin()
            idle = 0
            while not self.world.finished.is_set() and idle < 400:
                idle = 0 if self.turn() else idle + 1
                if idle:
                    time.sleep(1)
        except Exception as problem:
            self.world.problems.append(f"{self.name_}: {type(problem).__name__}: {problem}")

    def turn(self):
        """One task, if one is to be had."""
        world, role = self.world, self.role
        world.git(self.folder, "merge", "-q", "--no-edit", "main", check=False)
        read = 0
        brief = world.agentmem(self.folder, self.name_, role, "brief")
        read += tokens.estimate(brief.stdout)
        claim = world.agentmem(self.folder, self.name_, role, "claim", "--json")
        won = claim.returncode == 0 and json.loads(claim.stdout)
        if not won:
            return False
        task, title = won["task"], won["title"]
        read += tokens.estimate(world.agentmem(self.folder, self.name_, role, "claim", task).stdout)
        if self.chance.random() < world.crashes:
            world.crashed += 1
            if self.chance.random() < 0.5:
                shutil.rmtree(self.folder)  # with its worktree, as orchestrators do
            self.begin()
            return True
        part = won["scope"][0]
        for _ in range(3):
            asked = self.chance.choice(title.split()[:3])
            read += tokens.estimate(
                world.agentmem(self.folder, self.name_, role, "recall", asked, "--file", part).stdout
            )
        with open(os.path.join(self.folder, part), "a", encoding="utf-8") as file:
            file.write(f"\n\ndef step_{task}():\n    return '{title}'\n")
        if self.chance.random() < 0.5:
            kind = self.chance.choice(("decision", "deadend", "convention"))
            words = " ".join(self.chance.sample(WORDS, 4))
            said = world.agentmem(
                self.folder, self.name_, role, "add", kind, f"{words} in {title}", "--body", f"Because {words}.",
                "--scope", part, "--json", "--force",
            )  # fmt: skip
            world.added.add(json.loads(said.stdout)["id"])
        ended = world.agentmem(self.folder, self.name_, role, "done", task, "-m", f"made {title}; tests pass")
        if ended.returncode:
            world.git(self.folder, "checkout", "-q", "--", ".", check=False)
            return True
        read += tokens.estimate(ended.stdout)
        world.git(self.folder, "add", "-A")
        world.git(self.folder, "commit", "-qm", title)
        self.merge()
        with world.clock_lock:
            world.order.append((task, read, world.moment))
        if self.chance.random() < world.failures:
            failed = world.agentmem(
                world.main, "qa-1", "qa", "fail", task, "--reason", "a case was forgotten"
            )
            if failed.returncode == 0:
                with world.lock:
                    world.git(world.main, "add", "-A")
                    world.git(world.main, "commit", "-qm", f"QA: {title}")
                world.failed.append(task)
        return True

    def merge(self):
        """As a host would: one at a time, main into the branch first where main has moved."""
        world = self.world
        with world.lock:
            met = world.git(self.folder, "merge", "-q", "--no-edit", "main", check=False)
            if met.returncode:
                paths = world.git(self.folder, "diff", "--name-only", "--diff-filter=U").stdout.split()
                world.conflicts += paths
                for path in paths:  # what two have appended to one file of code: both stay
                    with open(os.path.join(self.folder, path), encoding="utf-8") as file:
                        kept = [
                            line for line in file if not line.startswith(("<<<<<<<", "=======", ">>>>>>>"))
                        ]
                    with open(os.path.join(self.folder, path), "w", encoding="utf-8") as file:
                        file.writelines(kept)
                world.git(self.folder, "add", "-A")
                world.git(self.folder, "commit", "-q", "--no-edit")
            world.git(world.main, "merge", "-q", "--no-edit", f"work/{self.name_}")


def watch(world, tasks, agents, patience):
    """Until all is done, or nothing has been for long."""
    last, since = -1, time.monotonic()
    while any(agent.is_alive() for agent in agents):
        time.sleep(1)
        if len(world.order) != last:
            last, since = len(world.order), time.monotonic()
        if open_tasks(world) == 0 or time.monotonic() - since > patience:
            world.finished.set()
            break
    for agent in agents:
        agent.join(60)


def open_tasks(world):
    said = world.agentmem(world.main, "pm", "pm", "task", "list", "--limit", "0", "--json")
    return len(json.loads(said.stdout)["tasks"]) if said.returncode == 0 else -1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tasks", type=int, default=300)
    parser.add_argument("--agents", type=int, default=15)
    parser.add_argument("--seed", type=int, default=5)
    asked = parser.parse_args()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        world = World(os.path.realpath(folder), asked.seed, asked.agents)
        ids = simulate(world, asked.tasks)
        return report(world, ids, time.monotonic() - begin)


def simulate(world, tasks):
    """Have all ``tasks`` done; their ids."""
    ids = prepare(world, tasks)
    agents = [Agent(world, number, world.seed * 1000 + number) for number in range(world.agents)]
    for agent in agents:
        agent.start()
    watch(world, ids, agents, 600)
    return ids


def export(world):
    """Every memory of main."""
    said = world.agentmem(world.main, "pm", "pm", "export", "jsonl").stdout
    return [json.loads(line) for line in said.splitlines()]


def violations(world, ids, exported):
    """What is not as it has to be: tasks not done, or not once, lost memories, conflicts of anything but code, errors."""
    listed = world.agentmem(
        world.main, "pm", "pm", "list", "--limit", "0", "--status", "done", "--kind", "task", "--json"
    ).stdout
    done = {one["id"] for one in json.loads(listed)["memories"]}
    closings = Counter(task for record in exported for task in record.get("closes") or ())
    again = {task: 1 + world.failed.count(task) for task in ids}
    lost = world.added - {record["id"] for record in exported}
    return [
        *(f"{task} is not done" for task in ids if task not in done),
        *(
            f"{task} was done {closings[task]} times, not {again[task]}"
            for task in ids
            if closings[task] != again[task]
        ),
        *(f"{memory} is lost" for memory in sorted(lost)),
        *(f"a conflict in {path}" for path in world.conflicts if not path.startswith("src/")),
        *world.problems,
    ]


def report(world, ids, spent):
    exported = export(world)
    wrong = violations(world, ids, exported)
    notes = [
        (r.get("created", ""), tokens.estimate(f"{r.get('title', '')}\n{r.get('body', '')}"))
        for r in exported
    ]
    print(
        f"{len(ids)} tasks, {world.agents} agents: {len(world.order)} times done, {len(world.failed)} failures looped back,"
        f" {world.crashed} crashes, {len(world.added)} memories added, {len(world.conflicts)} merge conflicts; {spent:.0f} s"
    )
    print(f"violations (not done once, lost, conflicts but of code, errors): {len(wrong)}")
    parts = [
        world.order[n * len(world.order) // FIFTHS : (n + 1) * len(world.order) // FIFTHS]
        for n in range(FIFTHS)
    ]
    ours = [statistics.mean(read for _, read, _ in part) for part in parts]
    for number, (part, mine) in enumerate(zip(parts, ours, strict=True), 1):
        moment = part[len(part) // 2][2].strftime("%Y-%m-%dT%H:%M:%SZ")
        known = sum(size for created, size in notes if created <= moment)
        print(
            f"tokens a task, fifth {number}: {mine:,.0f} read; all notes {known:,}, {known / mine:.1f} times as many"
        )
    mean = statistics.mean(read for _, read, _ in world.order)
    print(
        f"tokens a task: {mean:,.0f} in the mean, standard {STANDARD:,}; the last fifth {ours[-1] / ours[1]:.2f} times the second"
    )
    for problem in wrong[:10]:
        print("violation:", problem)
    return 0 if not wrong and mean <= STANDARD and ours[-1] <= FLAT * ours[1] else 1


if __name__ == "__main__":
    sys.exit(main())
