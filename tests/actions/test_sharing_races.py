"""Claims over a remote by several worktrees of one clone: what the others do is put at the moment where it hurts."""

import pytest

from agentmem.actions import sharing
from agentmem.actions.sharing import Shared
from agentmem.git import remotes
from tests.actions import teams
from tests.actions.teams import as_agent, claim, holders, shared_team, task, worktree


@pytest.fixture
def team(store, tmp_path):
    """A remote with two clones, the second of which has another worktree; two tasks."""
    store.first, store.second = task(store, "POST /jobs"), task(store, "GET /jobs", "--priority", "6")
    store.bare, (one, two) = shared_team(store, tmp_path, "two")
    return one, two, worktree(two, "beside")


@pytest.fixture
def unseen(monkeypatch):
    """The first look at the remote comes before all that the others do."""
    monkeypatch.setattr(sharing, "look", lambda context: Shared("origin"))


def on_remote(team, task_id):
    """The object of a claim on the remote."""
    return team[0].git("ls-remote", "origin", f"{teams.NAMESPACE}/{task_id}").split()[0]


def agree(team, task_id, agent):
    """Whether the remote and both clones have the one claim of ``agent``."""
    one, two, _ = team
    one.ok("sync")
    two.ok("sync")
    ref = f"{teams.NAMESPACE}/{task_id}"
    tips = {on_remote(team, task_id), one.git("rev-parse", ref).strip(), two.git("rev-parse", ref).strip()}
    return len(tips) == 1 and holders(two)[task_id] == (agent, "held")


def test_who_was_set_back_by_another_worktree_has_lost(team, meanwhile, unseen):
    """A process beside has put the remote's object in the place of ours: that both say the same is no win of ours."""
    one, two, beside = team
    first = one.first
    claim(one, first, agent="a")
    meanwhile(sharing, "share", lambda: beside.ok("sync", env=as_agent("c")))
    lost = claim(two, first, agent="b")
    assert lost.code == 4 and lost.err.startswith(f"error: {first[:6]} is claimed by a until ")
    assert agree(team, first, "a")


def test_who_was_set_back_takes_the_next(team, meanwhile, unseen):
    """Without an id the loser has another task."""
    one, two, beside = team
    claim(one, one.first, agent="a")
    meanwhile(sharing, "share", lambda: beside.ok("sync", env=as_agent("c")))
    assert claim(two, agent="b").out.startswith(f"claimed {one.second[:6]} ")
    assert agree(team, one.first, "a") and agree(team, one.second, "b")


def test_no_claim_goes_over_one_that_was_only_fetched(team, meanwhile):
    """Another process fetches what came to the remote after our look: a lease on that would put our claim over theirs."""
    one, two, _ = team
    first = one.first

    def step():
        assert claim(one, first, agent="a").code == 0
        two.git("fetch", "-q", "origin", f"+{teams.NAMESPACE}/*:{sharing.TRACKING}/origin/claims/*")

    meanwhile(sharing, "share", lambda: meanwhile(sharing._Sharing, "_push", step))
    lost = claim(two, first, agent="b")
    assert lost.code == 4 and " is claimed by a until " in lost.err
    assert agree(team, first, "a")


def test_a_claim_that_another_worktree_has_pushed_is_won(team, meanwhile):
    """It is on the remote as it was made, whoever gave it."""
    one, two, beside = team
    meanwhile(sharing, "share", lambda: beside.ok("sync", env=as_agent("c")))
    assert "(shared: origin)" in claim(two, one.first, agent="b").out
    assert agree(team, one.first, "b")


def test_a_claim_that_its_holder_renewed_meanwhile_is_won(team, meanwhile):
    """What follows our object, by us, is ours: another command of ours may be running."""
    one, two, _ = team
    meanwhile(sharing, "share", lambda: two.ok("sync", env=as_agent("b", 1800)))
    assert claim(two, one.first, agent="b").code == 0
    assert agree(team, one.first, "b")


def test_lost_while_the_remote_is_away(team, meanwhile):
    """Who cannot reach the remote reads what another process has fetched from it: claimed, not shared yet, would be untrue."""
    one, two, beside = team
    one.bare.rename(one.bare.with_suffix(".away"))

    def step():
        one.bare.with_suffix(".away").rename(one.bare)
        claim(one, one.first, agent="a")
        beside.ok("sync", env=as_agent("c"))

    meanwhile(sharing, "share", step)
    lost = claim(two, one.first, agent="b")
    assert lost.code == 4 and " is claimed by a until " in lost.err


def test_two_fetches_at_once(team, monkeypatch):
    """The lock of another fetch of this clone is waited for: the remote is not away."""
    one, two, _ = team
    claim(one, one.first, agent="a")
    lock = two.path / ".git" / sharing.TRACKING / "origin" / "claims" / f"{one.first}.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    monkeypatch.setattr(remotes.time, "sleep", lambda seconds: lock.unlink(missing_ok=True))
    assert "is claimed by a until" in claim(two, one.first, agent="b").err
    assert not lock.exists()
