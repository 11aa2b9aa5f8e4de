"""A repository of another user: what git refuses is told with what allows it, and what it allows is all that is needed."""

import pytest

from tests import support

VERBS = [
    ("claims",),
    ("next",),
    ("list",),
    ("list", "--all-branches"),
    ("recall", "zebra"),
    ("conflicts",),
    ("overview",),
    ("status",),
    ("brief",),
    ("watch", "--once"),
    ("check",),
    ("add", "fact", "The yak crossing"),
    ("claim",),
    ("init",),
    ("hooks", "status"),
]


@pytest.fixture
def team(store, tmp_path, monkeypatch):
    """A store with a free task and one that is claimed in a second worktree, of another user from then on."""
    store.json("task", "add", "The free one")
    taken = store.json("task", "add", "The taken one")["id"]
    store.remember(1, "The zebra crossing")
    store.commit()
    store.git("worktree", "add", "-q", "-b", "side", "../linked")
    support.Project(store.path.parent / "linked").ok("claim", taken, "--agent", "other")
    config = tmp_path / "gitconfig"
    config.touch()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    return store


def trust(path):
    """What git itself advises: the worktree, not its git dir."""
    support.git(path, "config", "--global", "--add", "safe.directory", str(path))


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_every_command_says_what_git_refuses(team, words):
    """No command takes a refusal for an empty answer, and each says how to allow it."""
    done = team.call(*words)
    assert done.code == 3 and done.out == ""
    assert "dubious ownership" in done.err
    assert f"hint: git config --global --add safe.directory {team.path}\n" in done.err


@pytest.mark.parametrize("fix", [[], ["--fix"]])
def test_doctor_says_what_git_refuses(team, fix):
    """Doctor finds it, advises what git advises, and mends nothing of it unasked."""
    done = team.call("doctor", "--json", *fix)
    assert done.code == 1
    (found,) = done.json["findings"]
    assert found["check"] == "repository" and found["severity"] == "error" and not found["safe"]
    assert "dubious ownership" in found["message"]
    assert found["fix"] == f"git config --global --add safe.directory {team.path}"
    assert support.Path(support.os.environ["GIT_CONFIG_GLOBAL"]).read_text() == ""


def test_a_worktree_that_is_trusted_is_enough(team):
    """What git advises is enough, though it does not name the git dir: claims, tasks and refs are what they are."""
    trust(team.path)
    assert [one["agent"] for one in team.json("claims")["claims"]] == ["other"]
    assert [one["title"] for one in team.json("next")["tasks"]] == ["The free one"]
    assert team.ok("doctor") == "all is well\n"
    team.ok("claim")
    assert len(team.json("claims")["claims"]) == 2
    team.ok("handoff", "-m", "as far as it goes")
    team.ok("sync")


def test_another_worktree_that_is_not_trusted(team):
    """Another user's worktree that git may not look into is left out, and that is said."""
    trust(team.path)
    linked = team.path.parent / "linked"
    support.put(linked / "new.txt", "1\n")
    done = team.call("conflicts")
    assert done.code == 0
    assert done.err.count(f"what {linked} has not committed is left out: git refuses") == 1
    trust(linked)
    assert "left out" not in team.call("conflicts").err


def test_watching_where_the_worktree_is_trusted(team):
    """The worktrees beside it are counted as they are."""
    from agentmem.actions.context import Context
    from agentmem.actions.watching import Watcher

    trust(team.path)
    watcher = Watcher(lambda: Context(str(team.path)))
    assert len(watcher.standing.homes) == 2 and len(watcher.standing.claims) == 1
    assert watcher.look().events == ()


def test_a_bare_clone(team, tmp_path):
    """A bare clone has its git dir alone, which is then what git is told to trust."""
    trust(team.path)
    trust(team.path / ".git")  # to clone from
    support.git(tmp_path, "clone", "-q", "--bare", str(team.path), "bare.git")
    bare = support.Project(tmp_path / "bare.git")
    refused = bare.call("list")
    assert refused.code == 3 and f"safe.directory {bare.path}\n" in refused.err
    assert bare.call("doctor").code == 1
    trust(bare.path)
    assert "The zebra crossing" in bare.titles()
    assert bare.call("doctor").code == 0
    assert {one["title"] for one in bare.json("next")["tasks"]} == {"The free one", "The taken one"}
