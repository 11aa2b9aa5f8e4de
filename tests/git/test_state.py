"""Where HEAD stands, what git is in the middle of, and which branch a CI system names."""

import os

import pytest

from agentmem.git import settings, state
from agentmem.git.repository import Probe, Repository
from tests.support import Project


def repository(project: Project) -> Repository:
    """The repository of ``project``."""
    probe = Probe(str(project.path), ".", None)
    try:
        return probe.repository()
    finally:
        probe.close()


@pytest.fixture
def split(repo: Project) -> Project:
    """On main, where the branches main and side differ in one file."""
    repo.commit("root")
    for name in ("side", "main"):
        repo.git("switch", "-q", *([] if name == "main" else ["-c"]), name)
        (repo.path / "file").write_text(name)
        repo.commit(name)
    return repo


def test_nothing_under_way(split):
    """A quiet worktree on a branch."""
    found = repository(split)
    assert (state.branch(found), state.under_way(found), state.bisecting(found)) == ("main", None, False)


@pytest.mark.parametrize(
    ("words", "what", "branch"),
    [
        (["merge", "side"], "merge", "main"),
        (["merge", "--squash", "side"], "squash merge", "main"),
        (["cherry-pick", "side"], "cherry-pick", "main"),
        (["rebase", "side"], "rebase", "main"),
        (["rebase", "--apply", "side"], "rebase", "main"),
    ],
)
def test_under_way(split, words, what, branch):
    """What has stopped in the middle is named, and the branch it is about; after it has ended, nothing is."""
    split.git(*words, check=False)
    found = repository(split)
    assert (state.under_way(found), state.branch(found)) == (what, branch)
    assert (found.branch is None) == (what == "rebase")
    (split.path / "file").write_text("both")
    split.git("add", "-A")
    if what == "rebase":
        split.git("-c", "core.editor=true", "rebase", "--continue")
    else:
        split.git("commit", "-q", "-m", "done")
    assert state.under_way(repository(split)) is None


def test_revert_under_way(split):
    """A revert that stopped."""
    (split.path / "file").write_text("later")
    split.commit("later")
    split.git("revert", "--no-edit", "HEAD~1", check=False)
    assert state.under_way(repository(split)) == "revert"


def test_between_the_picks_of_several(split):
    """A pick of several commits is under way also between two of them, when the one in conflict was committed by hand."""
    for name in ("a", "b"):
        split.git("switch", "-q", "side")
        (split.path / "file").write_text(name)
        split.commit(name)
    split.git("switch", "-q", "main")
    split.git("cherry-pick", "main..side", check=False)
    (split.path / "file").write_text("both")
    split.git("add", "-A")
    split.git("commit", "-q", "-m", "by hand")
    assert state.under_way(repository(split)) == "cherry-pick"
    split.git("cherry-pick", "--abort", check=False)
    split.git("cherry-pick", "--quit", check=False)
    assert state.under_way(repository(split)) is None


def test_bisect(split):
    """A bisect leaves HEAD detached, and is not under way as a merge is."""
    split.commit("more")
    split.git("bisect", "start", "HEAD", "HEAD~2")
    found = repository(split)
    assert state.bisecting(found) and state.branch(found) is None and state.under_way(found) is None


def test_a_rebase_that_began_detached(split):
    """A rebase of a detached HEAD is no branch's."""
    split.git("switch", "-q", "--detach")
    split.git("rebase", "side", check=False)
    found = repository(split)
    assert state.under_way(found) == "rebase" and state.branch(found) is None


def test_each_worktree_by_itself(split, tmp_path):
    """A merge in one worktree is not under way in another."""
    split.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "wt"))
    split.git("merge", "side", check=False)
    other = repository(Project(tmp_path / "wt"))
    assert (state.under_way(other), state.branch(other)) == (None, "other")


@pytest.mark.parametrize("name", ["feature/größe", "it's", 'a"b', "a.b", "UPPER", "x" * 100, "a#b;c"])
def test_names_of_branches(repo, name):
    """HEAD's branch is read as it is called; its overlay folder is recorded, and goes along when it is renamed."""
    repo.commit("root")
    repo.git("switch", "-q", "-c", name)
    found = repository(repo)
    assert state.branch(found) == name and state.is_name(found, name)
    assert settings.overlay_of(found, name) is None
    assert settings.record_overlay(found, name, "folder~x")
    assert settings.overlay_of(found, name) == "folder~x"
    assert settings.overlays(found) == {name: "folder~x"}
    repo.git("branch", "-m", "renamed/now")
    assert settings.overlay_of(found, name) is None
    assert settings.overlay_of(found, "renamed/now") == "folder~x"
    assert settings.overlay_of(found, "now") is None


def test_settings_among_others(repo):
    """The folder is found wherever in the branch's sections it stands; remotes by their names."""
    repo.commit("root")
    config = repo.path / ".git/config"
    config.write_text(
        config.read_text()
        + '[branch "a"]\n\tremote = origin\n[branch "b"]\n\tagentmem-overlay = of~b\n[branch "a"]\n\tagentmem-overlay = of~a\n'
        + '[remote "origin"]\n\turl = x\n[remote "up stream"]\n\turl = y\n'
    )
    found = repository(repo)
    assert settings.overlay_of(found, "a") == "of~a"
    assert settings.overlay_of(found, "b") == "of~b"
    assert settings.remotes(found) == ["origin", "up stream"]
    assert settings.overlays(found) == {"a": "of~a", "b": "of~b"}


def test_no_configuration_that_can_be_read(repo):
    """A configuration that is gone says nothing, and breaks nothing."""
    found = repository(repo)
    os.unlink(repo.path / ".git/config")
    assert settings.overlay_of(found, "a") is None and settings.remotes(found) == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        "-x",
        "a b",
        "a..b",
        "a~1",
        "a^",
        "a:b",
        "a?",
        "a*",
        "a[",
        "a\\b",
        "/a",
        "a/",
        "a.lock",
        "@{",
        "a\nb",
    ],
)
def test_what_no_branch_can_be_called(repo, name):
    """Git's own rules, and no option."""
    assert not state.is_name(repository(repo), name)


@pytest.mark.parametrize(
    ("environment", "branch"),
    [
        ({}, None),
        ({"GITHUB_HEAD_REF": "f", "GITHUB_REF_NAME": "7/merge", "GITHUB_REF_TYPE": "branch"}, "f"),
        ({"GITHUB_HEAD_REF": "", "GITHUB_REF_NAME": "main", "GITHUB_REF_TYPE": "branch"}, "main"),
        ({"GITHUB_REF_NAME": "v1", "GITHUB_REF_TYPE": "tag"}, None),
        ({"CI_COMMIT_BRANCH": "main", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "f/g"}, "f/g"),
        ({"CI_COMMIT_BRANCH": "main"}, "main"),
        ({"BUILD_SOURCEBRANCH": "refs/heads/a/b", "BUILD_SOURCEBRANCHNAME": "b"}, "a/b"),
        ({"BUILD_SOURCEBRANCH": "refs/pull/7/merge", "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/f"}, "f"),
        ({"BUILD_SOURCEBRANCH": "refs/tags/v1"}, None),
        ({"CHANGE_BRANCH": "f", "BRANCH_NAME": "PR-7"}, "f"),
        ({"TRAVIS_PULL_REQUEST_BRANCH": "", "TRAVIS_BRANCH": "main"}, "main"),
        ({"CIRCLE_BRANCH": "f"}, "f"),
        ({"DRONE_SOURCE_BRANCH": "f", "DRONE_BRANCH": "main"}, "f"),
    ],
)
def test_ci(environment, branch):
    """A pull request's source comes before the branch it goes to; a tag is no branch."""
    assert state.ci_branch(environment) == branch
