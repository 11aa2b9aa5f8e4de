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


def lost_offline(team):
    """An agent claims while the remote is away, another one has the task there when it is back."""
    one, two, beside = team
    one.bare.rename(one.bare.with_suffix(".away"))
    assert "not shared yet" in claim(two, one.first, agent="b").out
    one.bare.with_suffix(".away").rename(one.bare)
    claim(one, one.first, agent="a")
    return (
        two,
        beside,
        f"note: a holds {one.first[:6]}, which you had claimed here: agentmem claim takes another\n",
    )


@pytest.mark.parametrize("words", [("next",), ("list",), ("brief",), ("recall", "jobs")])
def test_what_was_lost_offline_is_told_to_who_lost_it(team, words):
    """Whoever's command it was that fetched: the next one of the agent says it, once."""
    two, beside, said = lost_offline(team)
    for agent in ("c", "b"):
        assert "which you had" not in beside.call("next", env=as_agent(agent)).err, "b elsewhere is another"
    assert two.call(*words, env=as_agent("c")).err == ""
    assert two.call(*words, env=as_agent("b")).err == said
    assert two.call(*words, env=as_agent("b")).err == ""


def test_what_was_lost_offline_is_told_by_sync(team):
    """On standard output, as what it found itself; and then no more."""
    two, beside, said = lost_offline(team)
    beside.ok("sync", env=as_agent("c"))
    told = two.call("sync", env=as_agent("b"))
    assert told.out.endswith(said.removeprefix("note: ")) and told.err == ""
    assert two.call("sync", env=as_agent("b")).out.count("\n") == 1


def test_what_was_lost_and_won_again_is_not_told(team):
    """Who has the task by now has lost nothing."""
    two, beside, _ = lost_offline(team)
    beside.ok("sync", env=as_agent("c"))
    assert claim(two, team[0].first, "--resume", agent="b").err == ""
    assert two.call("next", env=as_agent("b")).err == ""
    claim(beside, team[0].first, "--resume", agent="c")
    assert two.call("next", env=as_agent("b")).err == ""


def test_who_loses_at_once_is_told_once(team, meanwhile, unseen):
    """The error of the claim has said it."""
    one, two, beside = team
    claim(one, one.first, agent="a")
    meanwhile(sharing, "share", lambda: beside.ok("sync", env=as_agent("c")))
    assert claim(two, one.first, agent="b").code == 4
    assert two.call("list", env=as_agent("b")).err == ""


def test_a_handoff_that_met_a_take_over_is_told_to_who_handed_on(team):
    """Whoever fetched: that the note stays with the other's claim."""
    one, two, beside = team
    claim(two, one.first, agent="b")
    one.ok("sync", env=as_agent("a"))
    one.bare.rename(one.bare.with_suffix(".away"))
    assert two.call("handoff", one.first, "-m", "half of it", env=as_agent("b", 60)).code == 0
    one.bare.with_suffix(".away").rename(one.bare)
    claim(one, one.first, "--resume", agent="a")
    beside.ok("sync", env=as_agent("c", 61))
    said = f"note: a holds {one.first[:6]}, which you handed on here: your note stays with that claim\n"
    assert two.call("list", env=as_agent("b", 62)).err == said
    assert two.call("list", env=as_agent("b", 63)).err == ""
