"""As of then: `--at REV` is what a checkout of REV says, and a clone that has nothing but REV."""

import random

import pytest

from tests import replay, support
from tests.random_history import History
from tests.support import Project


def compare(tmp_path, seed, count, checks):
    """How many of ``checks`` random commits of a random history of ``count`` were looked at and had conflicts."""
    history = History(seed)
    history.run(count)
    root = tmp_path / "repo"
    commits = history.write(root)
    project, checkout = Project(root), Project(tmp_path / "checkout")
    support.git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    support.git(root, "worktree", "add", "-q", "--detach", str(checkout.path))
    conflicts = 0
    for number, commit in enumerate(random.Random(seed).sample(commits, checks)):
        at = project.git("show", "-s", "--format=%cI", commit).strip()
        now = {"AGENTMEM_NOW": at}
        then = replay.view(project, "--at", commit)
        checkout.git("checkout", "-q", commit)
        there = replay.view(checkout, env=now)
        assert then == there, commit
        shallow = Project(tmp_path / f"shallow{number}")
        shallow.path.mkdir()
        shallow.git("init", "-q")
        shallow.git("fetch", "-q", "--depth", "1", root.as_uri(), commit)
        shallow.git("checkout", "-q", "FETCH_HEAD")
        assert replay.view(shallow, env=now) == then, commit
        replay.remove(shallow)
        conflicts += any(one["conflicts"] for one in then.values())
    return conflicts


@pytest.mark.parametrize("seed", [1, 5])
def test_at_is_what_a_checkout_says(tmp_path, seed):
    """Ids, front matter, body, conflicts and status at the commit's time, for commits of a random history."""
    assert compare(tmp_path, seed, 150, 8) > 0
