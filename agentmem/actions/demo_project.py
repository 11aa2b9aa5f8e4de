"""The demonstration's repository: two weeks of a team's work, made anew from ``templates/demo``.

It runs git and this program as processes, in an environment of its own, because it plays a team at its shells: neither
the user's git configuration nor a variable that a hook has set may reach it.
"""

import json
import os
import shlex
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agentmem import errors
from agentmem.store import resources

NAME = "job-queue"
TRUNK = "main"
INHERITED = ("PATH", "PATHEXT", "SYSTEMROOT", "WINDIR", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH")
"""What processes cannot start or find their temporary folder without; nothing else of the user's environment is taken."""

TIMEOUT = 120
"""Seconds after which a process counts as hung."""

_PARENT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@dataclass(frozen=True, slots=True)
class Ran:
    """What one process gave."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Project:
    """The repository at ``root``; ``outside`` is a folder beside it for what is not committed: a home, the imports' sources."""

    root: str
    outside: str
    history: Mapping[str, Any]

    @property
    def now(self) -> str:
        """The moment at which it is asked, ISO 8601."""
        return str(self.history["now"])

    def environment(self, at: str, by: str) -> dict[str, str]:
        """What ``by`` has in its shell at the moment ``at``."""
        role = self.history["roles"].get(by, "")
        own = {key: value for key, value in os.environ.items() if key.upper() in INHERITED}
        if _PARENT not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
            own["PYTHONPATH"] = _PARENT  # a checkout: the processes must run the same code as this one
        who = {
            f"GIT_{who}_{key}": value
            for who in ("AUTHOR", "COMMITTER")
            for key, value in (("NAME", by), ("EMAIL", f"{by}@example.org"), ("DATE", at))
        }
        return {
            **own,
            **who,
            "HOME": self.outside,
            "USERPROFILE": self.outside,
            "XDG_CONFIG_HOME": self.outside,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C",
            "TZ": "UTC",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONSAFEPATH": "1",
            "AGENTMEM_NOW": at,
            "AGENTMEM_AGENT": by,
            "AGENTMEM_ROLE": role,
        }

    def run(self, words: Sequence[str], env: Mapping[str, str], stdin: str = "") -> Ran:
        """Run one command as typed: ``agentmem`` is this program, ``python3`` this Python.

        Raises:
            NoRepository: git is not installed.

        """
        python = {"agentmem": [sys.executable, "-m", "agentmem.cli.main"], "python3": [sys.executable]}
        command = [*python.get(words[0], [words[0]]), *words[1:]]
        try:
            done = subprocess.run(
                command,
                cwd=self.root,
                env=dict(env),
                input=stdin.encode("utf-8"),
                capture_output=True,
                check=False,
                timeout=TIMEOUT,
            )
        except FileNotFoundError:
            raise errors.NoRepository(f"{words[0]} is not installed or not on PATH") from None
        except subprocess.TimeoutExpired:
            raise errors.AgentmemError(f"{words[0]} {words[1]} hung for {TIMEOUT} s") from None
        return Ran(
            done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        )

    def typed(self, line: str, env: Mapping[str, str]) -> Ran:
        """Run a line as a shell would: words, quotes, pipes and ``&&``, and nothing else of a shell; it ends with what fails."""
        out, err, ran = "", "", Ran(0, "", "")
        for command in _split(shlex.split(line), "&&"):
            ran = Ran(0, "", "")
            for words in _split(command, "|"):
                ran = self.run(words, env, ran.out)
                err += ran.err
                if ran.code:
                    break
            out += ran.out
            if ran.code:
                break
        return Ran(ran.code, out, err)

    def demand(self, words: Sequence[str], env: Mapping[str, str]) -> str:
        """What a command prints that must succeed.

        Raises:
            AgentmemError: it does not.

        """
        return self._demanded(self.run(words, env), f"{words[0]} {words[1]}")

    def demand_typed(self, line: str, env: Mapping[str, str]) -> str:
        """What a line prints that must succeed; raises as ``demand`` does."""
        return self._demanded(self.typed(line, env), " ".join(line.split()[:2]))

    def _demanded(self, ran: Ran, what: str) -> str:
        if ran.code:
            said = (ran.err or ran.out).strip().splitlines()
            raise errors.AgentmemError(
                f"the demonstration's {what} failed with {ran.code}: {said[0] if said else ''}"
            )
        return ran.out


def create(root: str, outside: str) -> Project:
    """An empty repository in the folder ``root``, which exists and is empty."""
    project = Project(root, outside, tomllib.loads(resources.read("demo/history.toml")))
    # without a template: a user's hooks must not run on somebody else's commits
    env = project.environment(project.now, "pm-agent")
    project.demand(["git", "init", "-q", "--template=", "-b", TRUNK], env)
    return project


def replace(project: Project, change: Mapping[str, str]) -> None:
    """Change one text of a file: ``path``, ``old``, ``new``.

    Raises:
        AgentmemError: the file does not hold ``old`` once.

    """
    path = os.path.join(project.root, change["path"])
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text.count(change["old"]) != 1:
        raise errors.AgentmemError(
            f"the demonstration's {os.path.basename(path)} has not the text to replace, once"
        )
    _write(path, text.replace(change["old"], change["new"]))


def play(project: Project, commit: Mapping[str, Any]) -> str:
    """Make one commit of the history: its files, its memories by ``import jsonl``, what was typed; what the import printed."""
    env = project.environment(commit["at"], commit["by"])
    branch = commit.get("branch")
    if branch:
        project.demand(["git", "switch", "-q", "-c", branch], env)
    for path in commit.get("files", ()):
        _write(os.path.join(project.root, path), resources.read(f"demo/code/{path}"))
    for change in commit.get("replace", ()):
        replace(project, change)
    for path in commit.get("remove", ()):
        os.remove(os.path.join(project.root, path))
    said = ""
    if "memories" in commit:
        source = os.path.join(project.outside, f"{commit['memories']}.jsonl")
        _write(source, "".join(json.dumps(one) + "\n" for one in memories(project, commit["memories"])))
        said = project.demand(["agentmem", "import", "jsonl", source], env)
        if "skipped" in said:
            raise errors.AgentmemError(f"the demonstration's import left some out: {said}")
    for memory, place in commit.get("cite", ()):
        project.demand(["agentmem", "cite", memory, place], env)
    for line in commit.get("commands", ()):
        project.demand_typed(line, env)
    project.demand(["git", "add", "--all"], env)
    project.demand(["git", "commit", "-q", "-m", commit["message"]], env)
    if branch:
        project.demand(["git", "switch", "-q", TRUNK], env)
    return said.strip()


def memories(project: Project, name: str) -> list[dict[str, Any]]:
    """The records of one file of memories, as ``import jsonl`` takes them, each with its author's role."""
    roles = project.history["roles"]
    return [
        {key: _plain(value) for key, value in {"role": roles[record["by"]], **record}.items()}
        for record in tomllib.loads(resources.read(f"demo/memories/{name}.toml"))["memory"]
    ]


def _plain(value: Any) -> Any:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _split(words: Sequence[str], mark: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in words:
        if word == mark:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts
