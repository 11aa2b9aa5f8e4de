"""A team of branches, played with real git and the real command line: what each wrote is remembered.

So none of it can get lost unnoticed. The tests play it small, ``benchmarks/replay.py`` in full size.
"""

import json
import random
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import support
from tests.support import Project, git

FIELDS = ("title", "tags", "body", "importance", "retract")


@dataclass(frozen=True)
class Said:
    """One thing that a branch said about a memory: of a list and the body a part of it, of any other field its value."""

    memory: str
    field: str
    value: str


@dataclass
class Team:
    """A repository whose branches write; ``said`` is all that was ever said, ``replaced`` what somebody replaced who saw it."""

    root: Path
    rng: random.Random
    said: set[Said] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    replaced: set[Said] = field(default_factory=set)
    clock: int = 0
    number: int = 0

    @property
    def trunk(self) -> Project:
        """The main worktree."""
        return Project(self.root / "main")

    def env(self, agent: str) -> dict[str, str]:
        """The environment of one agent, at the next minute."""
        self.clock += 1
        at = (
            f"2026-03-{1 + self.clock // 1440 % 28:02d}T{self.clock // 60 % 24:02d}:{self.clock % 60:02d}:00Z"
        )
        return {"AGENTMEM_NOW": at, "AGENTMEM_AGENT": agent, "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}

    def git(self, project: Project, *words: str, check: bool = True) -> str:
        """Run git at the next minute."""
        import os

        before = {name: os.environ.get(name) for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE")}
        env = self.env("git")
        os.environ.update({name: env[name] for name in before})
        try:
            return project.git(*words, check=check)
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name)
                else:
                    os.environ[name] = value

    def try_git(self, project: Project, *words: str) -> bool:
        """Run a git command that may leave paths in conflict, and fail for no other reason; whether it left none."""
        try:
            self.git(project, *words)
        except AssertionError:
            if not is_unmerged(project):
                raise
            return False
        return True

    def begin(self, shared: int) -> None:
        """Make the repository with ``shared`` memories on trunk."""
        self.trunk.path.mkdir(parents=True)
        self.trunk.git("init", "-q", "-b", "main")
        for name, value in (("user.name", "A"), ("user.email", "a@example.org"), ("commit.gpgsign", "false")):
            self.trunk.git("config", name, value)
        self.trunk.ok("init", "--no-hooks", env=self.env("pm"))
        # the layout alone must do: merges on a host know no driver
        self.trunk.git("config", "--remove-section", "merge.agentmem", check=False)
        self.add(self.trunk, "pm", shared)
        self.commit(self.trunk, "begin")

    def branch(self, name: str) -> Project:
        """A worktree on a new branch."""
        path = self.root / name.replace("/", "-")
        self.trunk.git("worktree", "add", "-q", "-b", name, str(path))
        return Project(path)

    def add(self, project: Project, agent: str, count: int) -> list[str]:
        """New memories, imported at once; with their branch, as if each had been added there."""
        records, new = [], []
        branch = project.git("branch", "--show-current").strip()
        own = {"branch": branch} if branch != "main" else {}
        for _ in range(count):
            self.number += 1
            identity = support.identity(self.number)
            new.append(identity)
            word = support.WORDS[self.number % len(support.WORDS)]
            lines = [f"Line {n} of {self.number}: {word}." for n in range(1, 7)]
            records.append(
                {
                    "id": identity,
                    "kind": self.rng.choice(("fact", "decision", "convention")),
                    "title": f"{word.title()} {self.number} by {agent}",
                    "body": "\n".join(lines),
                    "tags": [word],
                    "created": "2026-02-10T10:00:00Z",
                    "by": agent,
                    **own,
                }
            )
        source = self.root / f"import-{self.number}.jsonl"
        source.write_text("".join(json.dumps(record) + "\n" for record in records))
        project.ok("import", "jsonl", str(source), env=self.env(agent))
        source.unlink()
        self.ids.update(new)
        return new

    def edit(self, project: Project, agent: str, identity: str, what: str | None = None) -> None:
        """One edit of one memory, of a random field: what it replaces, its writer has seen."""
        before = show(project, [identity])[identity]
        if before["status"] == "retracted":
            return
        what = what or self.rng.choice(FIELDS)
        self.number += 1
        value = f"{agent} {self.number}"
        words = ["edit", identity]
        if what == "title":
            self._replace(before, identity, "title", before["title"])
            words += ["--set", f"title={value}"]
        elif what == "importance":
            value = str(self.rng.randint(1, 5))
            self._replace(before, identity, "importance", str(before["importance"]))
            words += ["--set", f"importance={value}"]
        elif what == "tags":
            value = f"t{self.number}"
            words += ["--set", f"tags+={value}"]
        elif what == "body":
            lines = before["text"].split("\n")
            at = self.rng.randrange(len(lines))
            self._replace(before, identity, "body", lines[at])
            if any(one["field"] == "body" for one in before["conflicts"]):
                self.replaced.update(  # of what found no place the hunk is named, its lines marked +
                    Said(identity, "body", line.removeprefix("+"))
                    for one in before["conflicts"]
                    for party in one["parties"]
                    for line in str(party["value"]).split("\n")
                )
            lines[at] = value
            words += ["--body", "\n".join(lines)]
        else:
            words = ["retract", identity, "--reason", value]
            self.replaced.update(
                Said(identity, "retract", party["value"]["retract"])
                for one in before["conflicts"]
                for party in one["parties"]
                if isinstance(party["value"], dict) and "retract" in party["value"]
            )
        project.ok(*words, env=self.env(agent))
        self.said.add(Said(identity, what, value))

    def _replace(self, before: dict[str, Any], identity: str, name: str, value: str) -> None:
        self.replaced.add(Said(identity, name, value))
        for one in before["conflicts"]:
            if one["field"] == name:
                self.replaced.update(Said(identity, name, str(party["value"])) for party in one["parties"])
            for party in one["parties"]:
                if one["field"] == "status" and isinstance(party["value"], dict) and name in party["value"]:
                    self.replaced.add(Said(identity, name, str(party["value"][name])))

    def commit(self, project: Project, message: str) -> None:
        """Commit all there is."""
        self.git(project, "add", "-A")
        self.git(project, "commit", "-q", "--allow-empty", "-m", message)

    def lost(self, view: dict[str, dict[str, Any]]) -> list[str]:
        """What was said and is neither in ``view``, nor replaced by who had seen it, nor named in a conflict."""
        missing = [f"memory {identity}" for identity in sorted(self.ids) if identity not in view]
        for said in sorted(self.said, key=repr):
            memory = view.get(said.memory)
            if memory is not None and said not in self.replaced and not _holds(memory, said):
                missing.append(f"{said} in {memory['title']!r} {memory['conflicts']}")
        return missing


def _holds(memory: dict[str, Any], said: Said) -> bool:
    text = json.dumps(memory["conflicts"])
    if json.dumps(said.value)[1:-1] in text:
        return True
    if said.field == "retract":
        return memory["status"] == "retracted" and said.value in (memory["retracted"] or "")
    if said.field == "body":
        return said.value in memory["text"].split("\n")
    if said.field == "tags":
        return said.value in memory["tags"]
    return said.value == str(memory[said.field])


def show(
    project: Project, identities: Iterable[str], *options: str, env: dict[str, str] | None = None
) -> dict[str, dict[str, Any]]:
    """Whole memories by id."""
    return {one["id"]: one for one in project.json("show", *identities, *options, env=env)["memories"]}


def view(project: Project, *options: str, env: dict[str, str] | None = None) -> dict[str, dict[str, Any]]:
    """All that is visible, by id, without what depends on where one stands."""
    listed = project.json("list", "--limit", "0", "--budget", "0", *_all_statuses(), *options, env=env)[
        "memories"
    ]
    found = show(project, sorted({one["id"] for one in listed}), *options, env=env) if listed else {}
    for one in found.values():
        for name in ("layer", "branch", "path", "blob", "changed_by", "uncommitted"):
            one.pop(name, None)
        one["tags"] = sorted(one["tags"])
        one["conflicts"] = sorted(
            (
                {**conflict, "parties": sorted(conflict["parties"], key=json.dumps)}
                for conflict in one["conflicts"]
            ),
            key=json.dumps,
        )
    return found


def _all_statuses() -> list[str]:
    from agentmem.model import lifecycle

    # what is archived is of no tree
    return [word for status in lifecycle.ALL if status != lifecycle.ARCHIVED for word in ("--status", status)]


def clone(team: Team, name: str) -> Project:
    """A clone with every branch of the team as a local one."""
    path = team.root / name
    git(team.root, "clone", "-q", str(team.trunk.path), str(path))
    project = Project(path)
    for key, value in (("user.name", "A"), ("user.email", "a@example.org"), ("commit.gpgsign", "false")):
        project.git("config", key, value)
    for line in project.git("branch", "-r", "--format=%(refname:short)").split():
        short = line.removeprefix("origin/")
        if line.startswith("origin/") and short not in ("main", "HEAD"):
            project.git("branch", "-q", short, line)
    project.git("remote", "remove", "origin")
    return project


def remove(project: Project) -> None:
    """Take a clone away."""
    shutil.rmtree(project.path)


def is_unmerged(project: Project) -> list[str]:
    """The paths that git left in conflict."""
    return project.git("diff", "--name-only", "--diff-filter=U").split()


def integrate(team: Team, project: Project, branch: str, how: str) -> list[str]:
    """Bring ``branch`` into the branch at hand by merge, squash or rebase; the paths that git left in conflict."""
    if how == "merge":
        team.try_git(project, "merge", "-q", "--no-ff", "-m", f"merge {branch}", branch)
    elif how == "squash":
        if team.try_git(project, "merge", "-q", "--squash", branch):
            team.git(project, "commit", "-q", "--allow-empty", "-m", f"squash {branch}")
    else:
        here = project.git("branch", "--show-current").strip()
        team.git(project, "switch", "-q", branch)
        if team.try_git(project, "rebase", "-q", here):
            team.git(project, "switch", "-q", here)
            team.git(project, "merge", "-q", "--ff-only", branch)
    return is_unmerged(project)
