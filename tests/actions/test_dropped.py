"""A change that was made after one that is not here: that one was dropped, is still to come, or comes when nobody thought so."""

import pytest

from agentmem.actions import awaiting
from agentmem.git.repository import Probe
from tests import replay
from tests.actions.test_placing import FEATURE, branch_that, edit, merged, overlay, receipts, shared, show
from tests.support import Project, git

__all__ = ["shared"]  # a fixture


@pytest.fixture
def dropped(store: Project, shared: str) -> Project:
    """Trunk with the first and the third change of a branch; the second is on no branch, and ``tags/second`` keeps its commit."""
    branch_that(store, FEATURE, "edit", shared, "--set", "tags+=one")
    for number, setting in (("second", "title=Two"), ("third", "importance=4")):
        edit(store, shared, setting)
        store.commit(number)
    store.git("tag", "all", "HEAD")
    store.git("rebase", "-q", "--onto", "HEAD~2", "HEAD~1")
    merged(store, FEATURE)
    return store


def ready(project: Project) -> int:
    """How many changes the hook after a merge says can be taken up."""
    probe = Probe(str(project.path), ".agentmem", None)
    try:
        repository = probe.repository()
        return awaiting.pending(repository, ".agentmem", probe.differences(repository)[1]).ready
    finally:
        probe.close()


def test_nobody_waits_for_what_is_on_no_branch(dropped, shared):
    """The hook, the list and the promotion agree: the rest is taken up, and the view stays."""
    before = replay.view(dropped)
    assert ready(dropped) == 2
    assert "agentmem overlay promote" in dropped.ok("overlay", "list")
    done = dropped.json("overlay", "promote")
    assert (done["promoted"], done["changes"], done["waits"]) == ([shared], 2, [])
    assert replay.view(dropped) == before
    assert ready(dropped) == 0
    assert len(receipts(dropped)) == len(overlay(dropped)) == 2


def test_an_edit_on_trunk_goes_to_base(dropped, shared):
    """And takes up what is pending with it."""
    assert edit(dropped, shared, "title=Decided", "importance=5")["layer"] == "base"
    now = show(dropped, shared)
    assert (now["title"], now["tags"], now["importance"]) == ("Decided", ["a", "one"], 5)
    assert len(receipts(dropped)) == 2


def test_a_field_that_the_dropped_change_had_set_is_decided(store, shared):
    """Base has not what the writer saw: a conflict, which an edit on trunk ends."""
    branch_that(store, FEATURE, "edit", shared, "--set", "title=Two")
    edit(store, shared, "title=Three")
    store.commit("third")
    store.git("rebase", "-q", "--onto", "HEAD~2", "HEAD~1")
    merged(store, FEATURE)
    assert [one["field"] for one in show(store, shared)["conflicts"]] == ["title"]
    assert ready(store) == 0
    edit(store, shared, "title=Decided")
    now = show(store, shared)
    assert (now["title"], now["conflicts"]) == ("Decided", [])
    assert len(receipts(store)) == 1


def test_what_comes_after_all_is_not_taken_for_absorbed(dropped, shared):
    """From a clone that nobody knew of: it counts, what was made after it says more, and trunk takes it up."""
    dropped.ok("overlay", "promote")
    git(dropped.path, "merge", "-q", "-m", "all of it", "all")
    now = show(dropped, shared)
    assert (now["title"], now["tags"], now["importance"]) == ("Two", ["a", "one"], 4)
    before = replay.view(dropped)
    dropped.ok("overlay", "promote")
    assert replay.view(dropped) == before
    assert len(receipts(dropped)) == len(overlay(dropped)) == 3


def test_what_was_taken_back_stays_so(store, shared):
    """A retraction that its branch took back, picked without it: when the retraction comes, the memory is not retracted."""
    branch_that(store, FEATURE, "retract", shared, "--reason", "wrong")
    store.ok("restore", shared)
    edit(store, shared, "tags+=b")
    store.commit("not wrong")
    store.git("tag", "all")
    store.git("switch", "-q", "main")
    store.git("cherry-pick", FEATURE)
    store.git("branch", "-q", "-D", FEATURE)
    store.ok("overlay", "promote")
    assert store.json("overlay", "sweep")["paths"] == []
    git(store.path, "merge", "-q", "-m", "all of it", "all")
    now = show(store, shared)
    assert (now["status"], now["tags"], now["conflicts"]) == ("active", ["a", "b"], [])


def test_what_another_branch_has_is_waited_for_and_named(store, shared):
    """Nothing says that it can be taken up, and what waits names the branch to merge."""
    branch_that(store, "first", "edit", shared, "--set", "tags+=one")
    store.git("switch", "-q", "-c", FEATURE)
    edit(store, shared, "importance=4")
    store.commit("second")
    store.git("switch", "-q", "main")
    store.git("cherry-pick", FEATURE)
    store.git("branch", "-q", "-D", FEATURE)
    assert ready(store) == 0
    told = store.ok("overlay", "list")
    assert "overlay promote" not in told
    assert "what was changed after a change of first that is not here waits: git merge first\n" in told
    assert "was changed after a change that is not here: git merge first\n" in store.ok("overlay", "promote")
    (one,) = store.json("overlay", "list")["overlays"]
    assert (one["pending"], one["held"]) == (1, 1)
    git(store.path, "merge", "-q", "-m", "first", "first")
    assert ready(store) == 2
    assert store.json("overlay", "promote")["changes"] == 2
