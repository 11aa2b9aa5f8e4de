"""Commits of given files alone: few or many, some of them gone."""

import pytest

from agentmem.errors import GitFailed
from agentmem.git import commits
from agentmem.git.repository import Probe
from tests.support import put


def repository(project):
    probe = Probe(str(project.path), "s", None)
    try:
        return probe.repository()
    finally:
        probe.close()


@pytest.mark.parametrize("many", [0, 1000])
def test_a_commit_of_its_own(repo, monkeypatch, many):
    """Added, edited and removed files are committed, and nothing that is staged besides, however many there are."""
    monkeypatch.setattr(commits, "MANY", many)
    for name in ("s/a b", "s/ä", "s/[x]", "mine"):
        put(repo.path / name, "1")
    repo.commit()
    put(repo.path / "s/a b", "2")
    put(repo.path / "s/new", "1")
    put(repo.path / "mine", "2")
    (repo.path / "s/ä").unlink()
    repo.git("add", "mine")
    names = ["s/a b", "s/new", "s/ä", "s/never"]
    done = commits.commit_alone(repository(repo), [str(repo.path / name) for name in names[:3]], "memory: x")
    assert done == repo.git("rev-parse", "HEAD").strip()
    assert sorted(
        repo.git("show", "--format=", "--name-status", "--no-renames", "-z", "HEAD").split("\0")[:-1]
    ) == sorted(["M", "s/a b", "A", "s/new", "D", "s/ä"])
    assert repo.git("status", "--porcelain").strip() == "M  mine"
    commits.stage(repository(repo), [str(repo.path / "s/never")])


@pytest.mark.parametrize("many", [0, 1000])
def test_a_hook_that_says_nothing(repo, monkeypatch, many):
    """Who is refused without a word learns what refused."""
    monkeypatch.setattr(commits, "MANY", many)
    put(repo.path / "s/a", "1")
    put(repo.path / ".git/hooks/pre-commit", "#!/bin/sh\nexit 7\n").chmod(0o755)
    with pytest.raises(GitFailed, match="failed"):
        commits.commit_alone(repository(repo), [str(repo.path / "s/a")], "memory: x")
