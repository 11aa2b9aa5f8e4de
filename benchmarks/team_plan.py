"""A team in the middle of a plan, made on top of a large store: what `next` and `brief` have to look through.

500 tasks with roles, needs and scopes; half of them done, some failed again, some done on branches that are not merged, some
claimed; code with facts about it, a dozen branches, two more worktrees, edits that nobody has committed.
"""

import json
import os
import random
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from agentmem.model import citing

ROLES = ("api", "db", "web", "qa", "ops")
TASKS, DONE = 500, 250
AGAIN = set(range(10, DONE, 40))
"""The tasks that failed after they were done."""
BRANCHES, PER_BRANCH, CLAIMS = 12, 2, 40
FILES, FACTS = 60, 240
RECORDS = FACTS + 1 + TASKS + DONE + len(AGAIN)
"""Memories that it adds, those of the branches aside."""
HOLDER = "api-0"
"""Who holds a task in the worktree at hand."""
GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false")
Record = dict[str, object]


class Asker(NamedTuple):
    """One who asks for a brief: by name and role."""

    agent: str
    role: str | None

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are started with."""
        named = {"AGENTMEM_AGENT": self.agent, "AGENTMEM_ROLE": self.role or ""}
        return {**os.environ, **named}

    @property
    def name(self) -> str:
        """What a report calls it."""
        return f"{self.role or 'no role'}, {'with' if self.agent == HOLDER else 'without'} a claim"


ASKERS = (Asker(HOLDER, "api"), Asker("api-7", "api"), Asker("qa-7", "qa"), Asker("someone", None))


class _Team:
    def __init__(
        self, folder: str, tool: Sequence[str], areas: Sequence[str], say: Callable[[int], str]
    ) -> None:
        self.folder, self.tool, self.areas, self.say = folder, tool, areas, say
        self.chance = random.Random(11)
        self.now = int(time.time())
        self.files = {f"src/{areas[n % len(areas)]}/module{n}.py": self._source(n) for n in range(FILES)}

    def git(self, *words: str, folder: str | None = None) -> str:
        return subprocess.run(
            [*GIT, *words], cwd=folder or self.folder, check=True, capture_output=True, text=True
        ).stdout.strip()

    def run(self, agent: str, *words: str) -> None:
        environment = Asker(agent, agent.partition("-")[0]).environment
        done = subprocess.run(
            [*self.tool, *words], cwd=self.folder, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"{words} exited with {done.returncode}: {done.stderr}")

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def make(self) -> None:
        for path, lines in self.files.items():
            self.write(path, lines)
        self.commit("code")
        self.bring(self.facts(self.git("rev-parse", "HEAD")))
        ids = self.bring(self.plan())
        self.commit("a plan under way")
        for number in range(BRANCHES):
            self.branch(number, ids)
        self.git("switch", "-q", "main")
        self.write("README.md", ["on trunk meanwhile"])
        self.commit("trunk goes on")
        self.git("switch", "-q", "-c", "work/here", "HEAD~1")
        self.write("src/queue/here.py", ["HERE = 1"])
        self.commit("work at hand")
        # what is free first comes last, so that the claims are of tasks that somebody would take
        first = DONE + BRANCHES * PER_BRANCH
        for number in range(CLAIMS):
            role = ROLES[(first + number) % len(ROLES)]
            self.run(f"{role}-{number // len(ROLES)}", "claim", ids[f"t{first + number}"])
        for number in range(2):
            self.git(
                "worktree", "add", "-q", "-b", f"beside/{number}", f"{self.folder}.beside{number}", "main"
            )
        edited = sorted(self.files)[:2]
        for folder in (self.folder, f"{self.folder}.beside0"):
            self.write(edited[0], [*self.files[edited[0]], f"# of {os.path.basename(folder)}"], folder)
        self.write(edited[1], self.files[edited[1]][3:])
        time.sleep(
            1.1
        )  # else git takes the files of a fresh checkout for changed ones, and reads them all each time
        for folder in (self.folder, *(f"{self.folder}.beside{number}" for number in range(2))):
            self.git("status", "--short", folder=folder)  # as whoever works there does

    def branch(self, number: int, ids: dict[str, str]) -> None:
        """A branch on which two tasks are done, with code and the log entries of it."""
        self.git("switch", "-q", "-c", f"feature/{number}", "main")
        path = sorted(self.files)[number * 3]
        self.write(path, [*self.files[path], f"FEATURE = {number}"])
        for one in range(PER_BRANCH):
            task = DONE + number * PER_BRANCH + one
            agent = f"{ROLES[task % len(ROLES)]}-9"
            self.run(agent, "claim", ids[f"t{task}"])
            self.run(agent, "done", ids[f"t{task}"], "-m", f"{self.say(4)}; {number + 40} tests pass")
        self.commit(f"feature {number}")

    def bring(self, records: Sequence[Record]) -> dict[str, str]:
        """Import ``records``; the ids of those that had one of their own."""
        source = os.path.join(self.folder, ".git", "team.jsonl")
        with open(source, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in records)
        words = [*self.tool, "import", "jsonl", source, "--json"]
        done = subprocess.run(words, cwd=self.folder, check=True, capture_output=True, text=True)
        said = json.loads(done.stdout)
        if said["skipped"]:
            raise SystemExit(f"not imported: {said['skipped'][:3]}")
        return dict(zip((str(record.get("id")) for record in records), said["added"], strict=True))

    def facts(self, commit: str) -> list[Record]:
        """What is known of the code, with its evidence."""
        found: list[Record] = []
        for number in range(FACTS):
            path = self.chance.choice(sorted(self.files))
            first = self.chance.randrange(1, 60)
            lines = self.files[path][first : first + 4]
            cite = {"path": path, "lines": citing.write_range(first + 1, first + 4), "commit": commit[:12]}
            cite |= {"hash": citing.digest(lines), "quote": citing.quote(lines)}
            kind = ("fact", "fact", "convention", "decision", "procedure", "deadend")[number % 6]
            title = f"{path.split('/')[1]} {self.say(6)}"
            found.append(
                {"kind": kind, "title": title, "body": self.say(30), "scope": [path], "cites": [cite]}
            )
            found[-1] |= {
                "by": f"{ROLES[number % 5]}-{number % 3}",
                "created": self.moment(20 * 86400 - number * 60),
            }
        return found

    def plan(self) -> list[Record]:
        """The plan, its tasks, and the log entries of what was done of it and what failed again."""
        found: list[Record] = [
            {
                "kind": "plan",
                "id": "p",
                "title": "The whole of it",
                "owner": "pm",
                "created": self.moment(4_000_000),
            }
        ]
        titles = []
        for number in range(TASKS):
            area = self.areas[number % len(self.areas)]
            titles.append(f"{area}: {self.say(5)} {number}")
            needs = [f"t{n}" for n in self.needs(number)]
            task: Record = {"kind": "task", "id": f"t{number}", "title": titles[-1], "body": self.say(60)}
            task |= {
                "role": ROLES[number % len(ROLES)],
                "plan": "p",
                "phase": f"{number // 50 + 1}",
                "needs": needs,
            }
            task |= {"scope": [f"src/{area}/**"], "created": self.moment(3_900_000 - number * 60), "by": "pm"}
            found.append(task | ({"priority": number % 7} if number % 4 else {}))
        for number in range(DONE):
            # most of it long ago, the last thirty within the hour
            age = (DONE - number) * 110 if number >= DONE - 30 else (DONE - number) * 14_000
            entry: Record = {"kind": "log", "id": f"l{number}", "title": f"Done: {titles[number]}"}
            entry |= {
                "body": f"{self.say(12)}; {number + 90} tests pass",
                "closes": [f"t{number}"],
                "plan": "p",
            }
            entry |= {"by": f"{ROLES[number % 5]}-{number % 4}", "created": self.moment(age)}
            found.append(
                entry | {"scope": [f"src/{self.areas[number % len(self.areas)]}/module{number % FILES}.py"]}
            )
        for number, task in enumerate(sorted(AGAIN)):
            entry = {"kind": "log", "id": f"f{number}", "title": f"Failed: {titles[task]}", "by": "qa-1"}
            found.append(
                entry | {"body": self.say(15), "reopens": [f"t{task}"], "created": self.moment(900 - number)}
            )
        return found

    def needs(self, number: int) -> set[int]:
        """What a task needs: up to two earlier ones; what somebody has taken needs only what is done."""
        taken = DONE <= number < DONE + BRANCHES * PER_BRANCH + CLAIMS
        known = sorted(set(range(DONE)) - AGAIN) if taken else range(number)
        return {self.chance.choice(known) for _ in range(number % 3)} if known else set()

    def moment(self, age: int) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.now - age))

    def write(self, path: str, lines: Sequence[str], folder: str | None = None) -> None:
        whole = os.path.join(folder or self.folder, path)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def _source(self, number: int) -> list[str]:
        return [f"value_{number}_{line} = {self.chance.randrange(10**9)}" for line in range(80)]


def make(folder: str, tool: Sequence[str], areas: Sequence[str], say: Callable[[int], str]) -> None:
    """Put the team into the store of the repository ``folder``, all of which is committed; ``say`` gives so many words.

    Worktrees are made beside it, as ``folder`` with an ending.
    """
    _Team(folder, tool, areas, say).make()
