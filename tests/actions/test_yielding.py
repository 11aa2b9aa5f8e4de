"""Exclusive scopes claimed at once: one of two has its scope, and the other gives back what it claimed."""

import json

import pytest

from agentmem.actions import sharing, yielding
from agentmem.actions.board import Board
from tests.actions import teams
from tests.actions.teams import claim, holders, shared_team, task, worktree


@pytest.fixture
def team(store):
    """A store with two tasks of one scope, committed; another worktree."""
    store.first, store.second = sorted(task(store, name, "--scope", "api/**") for name in ("POST", "GET"))
    store.commit("tasks")
    return store, worktree(store, "side")


@pytest.fixture
def pause(monkeypatch):
    """What is done while one waits for the other; by itself the time of waiting is over at once."""
    monkeypatch.setattr(yielding, "WAIT", 0)
    monkeypatch.setattr(yielding, "FAR", 0)

    def arranged(step):
        monkeypatch.setattr(yielding, "WAIT", 600)
        monkeypatch.setattr(yielding.time, "sleep", lambda seconds: step())

    return arranged


def states(project):
    """Which task is in which state."""
    return {one: state for one, (_, state) in holders(project).items()}


def let_go(project, task_id):
    """Another gives its claim back."""
    data = json.loads(project.git("show", f"{teams.NAMESPACE}/{task_id}:claim.json"))
    teams.put_ref(project, task_id, json.dumps({**data, "state": "released", "nonce": "0" * 32}).encode())


@pytest.mark.parametrize("mine", ["first", "second"])
@pytest.mark.parametrize(("words", "theirs"), [(("--exclusive",), ()), ((), ("--exclusive",))])
def test_who_comes_later_gives_way(team, meanwhile, pause, mine, words, theirs):
    """Who claimed between our look and our write has been told that it won: whatever the order, ours is given back."""
    store, side = team
    ours, other = (store.first, store.second) if mine == "first" else (store.second, store.first)
    meanwhile(Board, "write", lambda: claim(side, other, *theirs, agent="b"))
    lost = claim(store, ours, *words, agent="a")
    assert (
        lost.code == 4 and f"api/** is {'held exclusively by' if theirs else 'not yours alone'}" in lost.err
    )
    assert states(store) == {ours: "released", other: "held"}


def test_of_two_that_see_each_other_one_stays(team, meanwhile, pause):
    """Both have written before either looked again: the one with the lesser id waits until the other has given way."""
    store, side = team
    meanwhile(Board, "write", lambda: claim(side, store.second, "--exclusive", agent="b"))
    pause(lambda: let_go(store, store.second))
    won = claim(store, store.first, "--exclusive", agent="a")
    assert won.code == 0 and "scope api/** (exclusive)" in won.out and "overlap" not in won.out
    assert states(store) == {store.first: "held", store.second: "released"}


def test_of_two_that_see_each_other_one_goes_at_once(team, meanwhile, pause):
    """The other one waits for nothing."""
    store, side = team
    meanwhile(Board, "write", lambda: claim(side, store.first, "--exclusive", agent="b"))
    pause(lambda: pytest.fail("it waits"))
    assert claim(store, store.second, "--exclusive", agent="a").code == 4
    assert states(store) == {store.first: "held", store.second: "released"}


def test_what_was_held_before_is_held_again(team, meanwhile, pause):
    """Who wanted more of what it holds keeps what it had, and not less."""
    store, side = team
    claim(store, store.first, "--scope", "db/**", agent="a")
    meanwhile(Board, "write", lambda: claim(side, store.second, "--exclusive", agent="b"))
    assert claim(store, store.first, "--scope", "api/**", agent="a").code == 4
    kept, other = (store.json("claims")["claims"][n] for n in (0, 1))
    assert (kept["state"], kept["scope"]) == (other["state"], ["db/**"]) == ("held", ["db/**"])


def test_a_renewal_asks_for_nothing(team, meanwhile, pause):
    """What two clones claimed while they could not see each other is kept by both until they have settled it."""
    store, side = team
    claim(store, store.first, "--exclusive", agent="a")
    claim(side, store.second, "--scope", "db/**", "--exclusive", agent="b")
    data = json.loads(store.git("show", f"{teams.NAMESPACE}/{store.second}:claim.json"))
    teams.put_ref(store, store.second, json.dumps({**data, "scope": ["api/**"]}).encode())
    assert claim(store, store.first, agent="a").out.startswith("renewed ")


def test_over_a_remote(store, tmp_path, meanwhile, pause):
    """What came to the remote between our look and our push is looked at before the claim is told to be won."""
    first, second = sorted(task(store, name, "--scope", "api/**") for name in ("POST", "GET"))
    _, (one, two) = shared_team(store, tmp_path, "two")
    meanwhile(sharing._Sharing, "_push", lambda: None)  # of the look, which pushes nothing

    def step():
        meanwhile(sharing._Sharing, "_push", lambda: claim(one, first, "--exclusive", agent="a"))

    meanwhile(sharing, "share", step)
    lost = claim(two, second, "--exclusive", agent="b")
    assert lost.code == 4 and f"api/** is held exclusively by a ({first[:6]})" in lost.err
    one.ok("sync")
    assert states(one) == states(two) == {first: "held", second: "released"}
