"""What ``init`` makes, keeps and proposes."""

import subprocess

import pytest

from tests import support
from tests.actions.teams import refuse
from tests.support import Project


@pytest.fixture
def remote(repo, tmp_path):
    """A repository with a commit and a bare origin, without a store."""
    support.put(repo.path / "a.txt", "a")
    repo.commit("a")
    bare = tmp_path / "bare.git"
    repo.git("clone", "-q", "--bare", str(repo.path), str(bare))
    repo.git("remote", "add", "origin", str(bare))
    return bare


def proposed(repo: Project) -> str | None:
    """What ``init`` says could share claims."""
    said = repo.json("init")["remote"]
    assert said is None or isinstance(said, str)
    return said


def test_origin_is_proposed_after_a_dry_push(repo, remote):
    """It is not set by itself, and nothing goes there; what is proposed works as it stands."""
    line = 'origin takes claims (a dry push); to share them: [claims] remote = "origin" in config.toml'
    assert line in repo.ok("init").splitlines()
    assert 'remote = "origin"' in (repo.store / "config.toml").read_text()  # a comment
    assert repo.ok("sync").startswith("nothing to do: no remote for claims")
    assert (
        "agentmem"
        not in subprocess.run(["git", "ls-remote", remote], capture_output=True, text=True, check=True).stdout
    )
    with (repo.store / "config.toml").open("a") as file:
        file.write('[claims]\nremote = "origin"\n')
    assert repo.ok("sync") == "origin: 0 claims given, 0 taken\n"
    assert proposed(repo) is None


@pytest.mark.parametrize("words", ['[claims]\nremote = ""\n', '[claims]\nremote = "up"\n', "[claims\n"])
def test_what_is_decided_or_broken_is_not_asked_again(repo, remote, words):
    """None is a decision too."""
    repo.ok("init")
    (repo.store / "config.toml").write_text(words)
    assert proposed(repo) is None


def test_a_remote_that_is_away_is_not_proposed(repo, remote):
    """Nor one that there is no right to push to."""
    repo.git("remote", "set-url", "origin", "/nowhere/bare.git")
    assert proposed(repo) is None


def test_the_only_remote_is_proposed_whatever_its_name(repo, remote):
    """But of several only origin."""
    repo.git("remote", "rename", "origin", "upstream")
    assert proposed(repo) == "upstream"
    repo.git("remote", "add", "fork", str(remote))
    assert proposed(repo) is None


def test_no_commit_or_no_remote(repo):
    """There is nothing to push."""
    assert proposed(repo) is None
    repo.git("remote", "add", "origin", "elsewhere")
    assert proposed(repo) is None


def test_a_hook_that_refuses_shows_later(repo, remote):
    """A dry push runs no hook of the host: what it refuses then goes as a branch, or is said by each claim."""
    refuse(remote, "refs/agentmem/*")
    assert proposed(repo) == "origin"


def test_the_only_branch_is_trunk(repo):
    """Where there is no other branch, others have none else to build on; of two nothing tells, and no name is made up."""
    support.put(repo.path / "a.txt", "a")
    repo.commit("a")
    repo.git("branch", "-m", "develop")
    repo.ok("init", "--no-hooks")
    config = repo.store / "config.toml"
    assert 'trunk = "develop"' in config.read_text().splitlines()
    config.unlink()
    repo.git("branch", "other")
    assert 'trunk is not known here: set trunk = "…" in config.toml' in repo.ok("init", "--no-hooks")
    assert '# trunk = "main"' in config.read_text().splitlines()
    repo.commit("store")
    ran = repo.call("overlay", "promote")
    assert ran.code == 2 and "trunk is not known here" in ran.err
    assert 'trunk is not known here: set trunk = "…" in config.toml' in repo.ok().splitlines()
    doctor = repo.ok("doctor")
    assert "nothing tells which branch is trunk: memories are edited in place on every branch" in doctor
    config.write_text('trunk = "develop"\n')
    assert "trunk" not in repo.ok() + repo.ok("doctor")


def test_a_folder_of_another_tool(repo):
    """Its files stay, and that no command can read its configuration is said at once."""
    support.put(repo.path / ".agentmem" / "config.toml", '[storage]\nbackend = "sqlite"\n')
    ran = repo.call("init", "--no-hooks")
    assert ran.code == 0 and "kept .agentmem/config.toml" in ran.out
    assert "no key 'storage': no command reads this store until that is mended" in ran.err


def test_files_for_agents_that_git_ignores_are_not_to_be_committed(repo):
    """They are not counted among what is to be committed, and others are said to lack them."""
    support.put(repo.path / ".gitignore", ".claude/\n")
    told = repo.ok("init", "--no-hooks", "--agent", "claude")
    assert "commit these 6 files;" in told
    assert "git ignores .claude/skills/agentmem/SKILL.md and 1 more: each other clone" in told
    assert "git ignores" not in repo.ok("init", "--no-hooks")


def test_a_trunk_that_is_no_branch_is_named(repo):
    """What runs on trunk does not send anybody to a branch that is not there."""
    support.put(repo.path / "a.txt", "a")
    repo.commit("a")
    repo.ok("init", "--no-hooks")
    config = repo.store / "config.toml"
    config.write_text(config.read_text().replace('trunk = "main"', 'trunk = "gone"'))
    repo.commit("store")
    ran = repo.call("overlay", "promote")
    assert ran.code == 2 and 'trunk = "gone" is no branch here' in ran.err and "git switch" not in ran.err
    said = 'trunk = "gone" is no branch here; is it main?'
    way = 'the branch that others build on: trunk = "main" in .agentmem/config.toml'
    ran = repo.call("overview", "--write")
    assert (ran.code, ran.err) == (2, f"error: {said}\nhint: {way}\n")
    assert repo.call().err == f"note: {said}: {way}\n"
