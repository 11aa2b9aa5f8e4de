"""Several who close one task at once, and one who is killed while it does."""

import pytest

from agentmem.actions import closing, sharing, write
from agentmem.actions.board import Board
from tests.actions import teams
from tests.actions.teams import as_agent, claim, holders, shared_team, task, worktree


@pytest.fixture
def team(store):
    """A store with a task, committed; another worktree."""
    store.task = task(store, "POST /jobs")
    store.commit("task")
    return store, worktree(store, "side")


def close(project, task_id, agent, *words):
    """Close a task as an agent."""
    return project.call("done", task_id, "-m", f"by {agent}", *words, env=as_agent(agent))


def entries(*projects):
    """The log entries in the worktrees, by their files."""
    return [path for one in projects for path in (one.store / "log").rglob("*.md")]


def test_of_two_who_close_what_nobody_holds_one_does(team, meanwhile):
    """Who is slower hears who did it, exit code 4, and leaves no entry."""
    store, side = team
    meanwhile(Board, "write", lambda: close(side, store.task, "b"))
    late = close(store, store.task, "a")
    assert late.code == 4 and late.err.startswith(f"error: {store.task[:6]} was just done by b\n")
    assert len(entries(side)) == 1 and not entries(store)
    assert holders(store)[store.task] == ("b", "done")


def test_who_closes_it_first_has_it_meanwhile(team, meanwhile):
    """While one writes its entry the other finds the task held."""
    store, side = team
    late = []
    meanwhile(write, "add", lambda: late.append(close(side, store.task, "b")))
    assert close(store, store.task, "a").code == 0
    assert late[0].code == 4 and f"{store.task[:6]} is held by a, not by you" in late[0].err
    assert len(entries(store)) == 1 and not entries(side)


def test_one_agent_that_closes_it_twice_at_once(team, meanwhile):
    """Two processes of the holder: one entry stays, and the journal does not bring the other back."""
    store, _ = team
    claim(store, store.task, agent="a")
    meanwhile(write, "add", lambda: close(store, store.task, "a"))
    late = close(store, store.task, "a")
    assert late.code == 4 and "was just done by a" in late.err
    assert len(entries(store)) == 1
    assert "agentmem restore --journal" not in store.ok("status")


def test_over_a_remote(store, tmp_path, meanwhile):
    """Two clones that have both looked: the remote decides, and the slower one leaves no entry."""
    first = task(store, "POST /jobs")
    _, (one, two) = shared_team(store, tmp_path, "two")
    meanwhile(sharing, "share", lambda: close(one, first, "a"))
    late = close(two, first, "b")
    assert late.code == 4 and f"{first[:6]} was just done by a" in late.err
    assert len(entries(one)) == 1 and not entries(two)
    one.ok("sync")
    assert holders(one) == holders(two) == {first: ("a", "done")}


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize(
    ("module", "name", "said"), [(write, "add", None), (closing, "closed", "done already")]
)
def test_killed_in_the_middle(team, monkeypatch, held, module, name, said):
    """Before its entry is written, or before the ref says it: the same command again does what is left to do."""
    store, side = team
    if held:
        claim(store, store.task, agent="a")

    def die(*args, **named):
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(module, name, die)
        assert close(store, store.task, "a").code == 130
    assert close(side, store.task, "b").code == 4
    again = close(store, store.task, "a")
    assert (again.code, again.out == "") == ((4, True) if said else (0, False)) and (said or "") in again.err
    assert len(entries(store)) == 1
    assert holders(store)[store.task] == ("a", "done")


def test_killed_for_good(team, monkeypatch):
    """Who never comes back keeps the task for a minute, and not for an hour."""
    store, side = team

    def die(*args, **named):
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(write, "add", die)
        close(store, store.task, "a")
    assert claim(side, store.task, agent="b", at=59).code == 4
    assert claim(side, store.task, agent="b", at=60).code == 0


def test_what_must_not_be_written_takes_no_task(team):
    """A message that is refused leaves the task as it was."""
    store, _ = team
    refused = store.call("done", store.task, "-m", "key AKIA" + "QWERTYUIOPASDFGH", env=as_agent("a"))
    assert refused.code and "looks like a secret" in refused.err
    assert holders(store)[store.task] == ("a", "released") and store.task in teams.offered(store)


def test_a_claim_renewed_while_it_is_closed(team, meanwhile):
    """What is done is done, whatever became of the claim meanwhile."""
    store, side = team
    claim(store, store.task, agent="a")
    meanwhile(closing, "closed", lambda: claim(side, store.task, "--resume", agent="b"))
    assert close(store, store.task, "a").code == 0
    assert holders(store)[store.task] == ("a", "done") and len(entries(store)) == 1


def test_fail_of_what_another_holds(team):
    """Nobody has finished it: it is its holder's to give back. What is done anybody may fail, whoever did it."""
    store, side = team
    claim(store, store.task, agent="a")
    refused = side.call("fail", store.task, "--reason", "no", env=as_agent("b"))
    assert refused.code == 4 and f"{store.task[:6]} is held by a, not by you" in refused.err
    assert not entries(side)
    assert store.call("fail", store.task, "--reason", "no", env=as_agent("a", 1)).code == 0
    claim(store, store.task, agent="a", at=2)
    done = store.call("done", store.task, "-m", "x", "--commit", env=as_agent("a", 3))
    side.git("merge", "-q", "main")
    failed = side.call("fail", store.task, "--reason", "it loses jobs", env=as_agent("tester", 4))
    assert done.code == failed.code == 0 and failed.out.startswith("reopened ")
