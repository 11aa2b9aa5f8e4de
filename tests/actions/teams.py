"""Agents at work on the tasks of one store: in worktrees, in clones, over bare remotes."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests import support
from tests.support import Project, Ran

NAMESPACE = "refs/agentmem/claims"
FALLBACK = "refs/heads/agentmem/claims"


def later(seconds: int) -> dict[str, str]:
    """The environment of a process whose clock is ``seconds`` after the tests' own."""
    moment = datetime.fromisoformat(support.NOW) + timedelta(seconds=seconds)
    return {"AGENTMEM_NOW": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}


def as_agent(name: str, seconds: int = 0) -> dict[str, str]:
    """The environment of an agent, its clock ``seconds`` off."""
    return {"AGENTMEM_AGENT": name, **later(seconds)}


def task(project: Project, title: str, *words: str) -> str:
    """Write a task; its id."""
    return str(project.json("task", "add", title, *words)["id"])


def config(project: Project, *lines: str) -> None:
    """Set what a team sets of claims."""
    text = 'trunk = "main"\n[claims]\n' + "\n".join(lines) + "\n"
    (project.store / "config.toml").write_text(text)


def claim(project: Project, *words: str, agent: str = "tester", at: int = 0) -> Ran:
    """Claim as an agent, at a moment."""
    return project.call("claim", *words, env=as_agent(agent, at))


def holders(project: Project, at: int = 0) -> dict[str, tuple[str, str]]:
    """Who holds which task, in which state, as this clone sees it."""
    said = project.call("claims", "--all", "--json", env=later(at)).json["claims"]
    return {one["task"]: (one["agent"], one["state"]) for one in said}


def offered(project: Project, at: int = 0) -> set[str]:
    """The ids that ``next`` offers."""
    found = project.call("next", "--limit", "0", "--json", env=later(at))
    assert found.code == 0, found
    return {one["id"] for one in found.json["tasks"]}


def worktree(project: Project, name: str) -> Project:
    """Another worktree, on a new branch of its own."""
    path = project.path.parent / name
    project.git("worktree", "add", "-q", "-b", name, str(path), "main")
    return Project(path)


def put_ref(project: Project, name: str, data: bytes, file: str = "claim.json") -> str:
    """A ref to a commit that holds ``data`` in ``file``, as somebody else's tool may have made it; the commit."""
    blob = project.git("hash-object", "-w", "--stdin", input=data).strip()
    tree = project.git("mktree", input=f"100644 blob {blob}\t{file}\n".encode()).strip()
    commit = project.git("commit-tree", "-m", "claim", tree).strip()
    project.git("update-ref", f"{NAMESPACE}/{name}", commit)
    return commit


def shared_team(project: Project, tmp_path: Path, *names: str, **settings: Any) -> tuple[Path, list[Project]]:
    """A bare remote with clones of it, whose store shares claims over it; ``project`` becomes the first of them."""
    config(project, 'remote = "origin"', *(f"{key} = {value}" for key, value in settings.items()))
    project.commit("team")
    bare = tmp_path / "bare.git"
    project.git("clone", "-q", "--bare", str(project.path), str(bare))
    project.git("remote", "add", "origin", str(bare))
    project.git("fetch", "-q", "origin")
    clones = [project]
    for name in names:
        project.git("clone", "-q", str(bare), str(tmp_path / name))
        clones.append(Project(tmp_path / name))
    return bare, clones


def refuse(bare: Path, pattern: str) -> None:
    """Have a bare repository refuse pushes to refs that fit a pattern of the shell."""
    hook = support.put(
        bare / "hooks" / "update",
        f'#!/bin/sh\ncase "$1" in {pattern}) echo "no such refs here" >&2; exit 1;; esac\n',
    )
    hook.chmod(0o755)
