"""Exclusive scopes claimed at once: one of two has its scope, and the other gives back what it claimed."""

import json

import pytest

from agentmem.actions import sharing, yielding
from agentmem.actions.board import Board
from tests.actions import teams
from tests.actions.teams import as_agent, claim, holders, shared_team, task, worktree


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


@pytest.fixture
def apart(store, tmp_path):
    """Two clones whose remote is away, with a claim each on tasks of one scope; a function that brings the remote back."""

    def made(words=("--exclusive",), theirs=("--exclusive",)):
        store.first, store.second = sorted(task(store, name, "--scope", "api/**") for name in ("POST", "GET"))
        bare, (one, two) = shared_team(store, tmp_path, "two")
        bare.rename(bare.with_suffix(".away"))
        for clone, task_id, agent, said in ((one, one.first, "a", words), (two, one.second, "b", theirs)):
            assert "not shared yet: origin is away" in claim(clone, task_id, *said, agent=agent).out
        bare.with_suffix(".away").rename(bare)
        return one, two

    return made


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize(("words", "theirs"), [((), ("--exclusive",)), (("--exclusive",), ("--exclusive",))])
def test_what_two_clones_claimed_apart(apart, words, theirs, first):
    """The first to share it has it, whoever claimed first; the other gives it back and is told once, by whom and what now."""
    clones = apart(words, theirs)
    one = clones[0]
    tasks = (one.first, one.second)
    later = 1 - first
    clones[first].ok("sync", env=as_agent("ab"[first]))
    said = clones[later].ok("sync", env=as_agent("ab"[later]))
    exclusively = "exclusively " if (words, theirs)[first] else ""
    assert (
        f"{tasks[later][:6]}, which you had claimed here while the remote was away, is given back: api/** is held"
        f" {exclusively}by {'ab'[first]} ({tasks[first][:6]}): agentmem claim takes another\n" in said
    )
    clones[first].ok("sync", env=as_agent("ab"[first]))
    assert states(clones[0]) == states(clones[1]) == {tasks[first]: "held", tasks[later]: "released"}
    assert "given back" not in clones[later].ok("sync", env=as_agent("ab"[later]))


def test_what_was_given_back_is_told_to_who_had_it(apart):
    """Another's command may be the one that looks; whoever had the claim hears of it with the next of its own."""
    one, two = apart()
    one.ok("sync", env=as_agent("a"))
    assert "given back" not in two.ok("sync", env=as_agent("c"))
    told = two.call("next", env=as_agent("b"))
    assert (
        f"note: {one.second[:6]}, which you had claimed here while the remote was away, is given back"
        in told.err
    )
    assert "given back" not in two.call("next", env=as_agent("b")).err


def test_what_was_given_back_for_programs(apart):
    """With the task whose claim excludes it."""
    one, two = apart()
    one.ok("sync", env=as_agent("a"))
    two.ok("sync", env=as_agent("c"))
    given = json.loads(two.ok("sync", "--json", env=as_agent("b")))["given_back"]
    assert [(each["task"], each["state"], each["excluded_by"]) for each in given] == [
        (one.second, "released", one.first)
    ]


def test_what_was_given_back_and_is_free_by_now(apart):
    """Whoever had it hears that it can be claimed again."""
    one, two = apart()
    one.ok("sync", env=as_agent("a"))
    two.ok("sync", env=as_agent("c"))
    one.ok("handoff", one.first, "-m", "later", env=as_agent("a"))
    said = two.ok("sync", env=as_agent("b"))
    assert f"its scope was taken by another, and is free by now: agentmem claim {one.second[:6]}" in said
    assert claim(two, one.second, "--exclusive", agent="b").code == 0


def test_a_claim_of_another_scope_is_kept(apart):
    """Only what is excluded is given back."""
    one, two = apart(theirs=("--scope", "db/**", "--exclusive"))
    one.ok("sync", env=as_agent("a"))
    two.ok("sync", env=as_agent("b"))
    one.ok("sync", env=as_agent("a"))
    assert states(one) == states(two) == {one.first: "held", one.second: "held"}


def test_two_clones_that_come_back_at_once(apart, meanwhile, pause):
    """Both have looked before either has pushed: the later one to look again sees the other, and one claim stays."""
    one, two = apart()
    meanwhile(sharing._Sharing, "_push", lambda: one.ok("sync", env=as_agent("a")))
    two.ok("sync", env=as_agent("b"))
    one.ok("sync", env=as_agent("a"))
    assert states(one) == states(two) == {one.first: "held", one.second: "released"}
