"""Base that was set back after it had taken up changes: the receipts that stayed hide nothing, and go with no commit."""

import os

import pytest

from tests import support
from tests.actions.test_placing import add, change, edit, overlay, receipts, show
from tests.support import Project


@pytest.fixture
def merged(store: Project) -> str:
    """A memory that trunk holds, with a merged change that base has not taken up; its id."""
    identity = add(store, "Batch limit is 5000")
    store.commit("shared")
    store.git("switch", "-q", "-c", "f")
    edit(store, identity, "title=Batch limit is 9000", "tags+=f")
    store.commit("f")
    store.git("switch", "-q", "main")
    store.git("merge", "-q", "--no-ff", "-m", "merge", "f")
    return identity


def told(project: Project, identity: str) -> tuple[str, list[str]]:
    """Title and tags as they are shown."""
    found = show(project, identity)
    return found["title"], found["tags"]


NEW = "Batch limit is 9000", ["f"]


@pytest.mark.parametrize(
    "commands",
    [["checkout -- ."], ["stash -q"], ["add -A", "checkout HEAD -- .agentmem/facts"]],
    ids=["checkout", "stash", "staged"],
)
def test_base_set_back_loses_no_change(store, merged, commands):
    """The receipt of an edit that was thrown away does not count: the change shows, is pending, and can be promoted."""
    edit(store, merged, "importance=4")
    assert len(receipts(store)) == 1 and told(store, merged) == NEW
    for command in commands:
        store.git(*command.split())
    assert told(store, merged) == NEW and show(store, merged)["importance"] is None
    assert store.json("overlay", "list")["overlays"][0]["pending"] == 1
    assert store.json("overlay", "promote")["changes"] == 1
    assert (told(store, merged), len(receipts(store))) == (NEW, 1)
    assert store.git("status", "--porcelain", "-uall") == ""


def test_a_stash_that_comes_back(store, merged):
    """With the edit back its receipt counts again."""
    edit(store, merged, "importance=4")
    store.git("stash", "-q")
    assert told(store, merged) == NEW and show(store, merged)["importance"] is None
    store.git("stash", "pop", "-q")
    assert told(store, merged) == NEW and show(store, merged)["importance"] == 4
    assert store.json("overlay", "list")["overlays"][0]["absorbed"] == 1


def test_an_edit_after_base_was_set_back_takes_up_again(store, merged):
    """What the receipt no longer hides is in base after the next edit."""
    edit(store, merged, "importance=4")
    store.git("checkout", "--", ".")
    edit(store, merged, "importance=2")
    store.commit("all of it")
    assert told(store, merged) == NEW and show(store, merged)["importance"] == 2
    assert "Batch limit is 9000" in (store.path / show(store, merged)["path"]).read_text()


def test_an_edit_that_says_what_base_says_stays(store, merged):
    """Who decides for what base has committed is not taken for one who set it back: it becomes a change."""
    done = edit(store, merged, "title=Batch limit is 5000", "tags-=f")
    assert (done["layer"], receipts(store)) == ("own", [])
    assert told(store, merged) == ("Batch limit is 5000", [])
    store.commit("no")
    assert store.json("overlay", "promote")["changes"] == 2
    assert told(store, merged) == ("Batch limit is 5000", [])
    assert len(receipts(store)) == len(overlay(store)) == 2


def test_two_edits_that_end_at_what_base_says(store, merged):
    """The same in two steps, of which the first has base take up the change."""
    edit(store, merged, "importance=4")
    edit(store, merged, "title=Batch limit is 5000", "tags-=f", "importance=")
    assert told(store, merged) == ("Batch limit is 5000", []) and receipts(store) == []
    edit(store, merged, "importance=4")
    assert told(store, merged) == ("Batch limit is 5000", []) and show(store, merged)["importance"] == 4
    store.commit("no")
    assert told(store, merged) == ("Batch limit is 5000", [])


def test_a_receipt_beside_a_base_that_says_so_already_counts(store, merged):
    """Base that was committed without the receipt, and says what the change says, needs no other."""
    edit(store, merged, "importance=4")
    store.git("commit", "-q", "-a", "-m", "base alone")
    assert len(receipts(store)) == 1 and told(store, merged) == NEW
    listed = store.json("overlay", "list")["overlays"]
    assert (listed[0]["pending"], listed[0]["absorbed"]) == (0, 1)


def test_of_many_memories_with_a_kept_view(store):
    """Where the view is kept and of an older commit, receipts that HEAD has count, and those that stayed do not."""
    for number in range(1, 220):
        store.remember(number, f"M{number}", "Text.")
    store.commit("many")
    store.git("switch", "-q", "-c", "f")
    one, two = support.identity(1), support.identity(2)
    for identity in (one, two):
        edit(store, identity, "title=New")
    store.commit("f")
    store.git("switch", "-q", "main")
    store.git("merge", "-q", "--no-ff", "-m", "merge", "f")
    assert show(store, one)["title"] == "New"
    edit(store, one, "importance=4")
    store.commit("one")
    edit(store, one, "title=Newer")
    edit(store, two, "importance=4")
    store.git("checkout", "--", ".")
    assert (show(store, one)["title"], show(store, two)["title"]) == ("New", "New")
    listed = store.json("overlay", "list")["overlays"][0]
    assert (listed["pending"], listed["absorbed"]) == (1, 1)


# -- what commits take


@pytest.fixture
def hooked(store: Project, merged: str, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The same with hooks that run."""
    store.ok("hooks", "install")
    monkeypatch.delenv("AGENTMEM_HOOKS")
    return store


@pytest.mark.parametrize("what", ["a.py", "."], ids=["a file", "all"])
def test_a_commit_leaves_the_receipt_of_a_base_that_was_set_back(hooked, merged, what):
    """The receipt goes with no commit, nor does one that `git add -A` staged; the change goes on being shown."""
    edit(hooked, merged, "importance=4")
    hooked.git("checkout", "--", ".")
    support.put(hooked.path / "a.py", "1\n")
    hooked.git("add", what)
    hooked.git("commit", "-q", "-m", "other")
    assert hooked.git("show", "--format=", "--name-only").split() == ["a.py"]
    assert len(receipts(hooked)) == 1 and told(hooked, merged) == NEW


def test_a_commit_takes_the_receipt_with_its_base(hooked, merged):
    """What base took up and the receipt that says so are in one commit, also where that is of other files."""
    made = edit(hooked, merged, "importance=4")
    support.put(hooked.path / "a.py", "1\n")
    hooked.git("add", "a.py")
    hooked.git("commit", "-q", "-m", "other")
    names = set(hooked.git("show", "--format=", "--name-only").split())
    receipt = f".agentmem/overlays/f/promoted/{change(hooked, overlay(hooked)[0])['id']}"
    assert names == {"a.py", made["path"], receipt}


def test_a_commit_of_an_older_base_leaves_the_receipt(hooked, merged):
    """Of base that is staged as it was before it took up the change the receipt says what is not so."""
    path = hooked.path / show(hooked, merged)["path"]
    support.put(path, path.read_text().replace("kind: fact", "kind: fact\nimportance: 3"))
    hooked.git("add", str(path))
    edit(hooked, merged, "importance=4")
    hooked.git("commit", "-q", "-m", "in part")
    assert "promoted" not in hooked.git("show", "--format=", "--name-only")


# -- a promotion that was stopped before its commit


def test_doctor_names_a_promotion_that_was_stopped(store, merged):
    """What base has taken up and no commit holds is told, with the lock that a killed git left; promote finishes it."""
    lock = store.path / ".git" / "index.lock"
    support.put(lock, "")
    assert store.call("overlay", "promote").code == 4
    found = {one["check"]: one for one in store.call("doctor", "--json").json["findings"]}
    assert found["promotion"]["fix"] == "agentmem overlay promote"
    assert "1 change" in found["promotion"]["message"] and "lock" not in found  # it may be of a git that runs
    os.utime(lock, (1_000_000_000, 1_000_000_000))
    found = {one["check"]: one for one in store.call("doctor", "--json").json["findings"]}
    assert ".git/index.lock" in found["lock"]["message"]
    lock.unlink()
    assert store.json("overlay", "promote")["changes"] == 1
    found = {one["check"] for one in store.call("doctor", "--json").json["findings"]}
    assert not found & {"promotion", "lock"}
    assert told(store, merged) == NEW and store.git("status", "--porcelain", "-uall") == ""


def test_a_stopped_promotion_that_was_thrown_away(store, merged):
    """With base set back nothing is left of it but receipts that do not count, of which doctor tells; the next one is whole."""
    lock = store.path / ".git" / "index.lock"
    support.put(lock, "")
    assert store.call("overlay", "promote").code == 4
    lock.unlink()
    store.git("reset", "-q")
    store.git("checkout", "--", ".")
    assert told(store, merged) == NEW
    assert "promotion" in {one["check"] for one in store.call("doctor", "--json").json["findings"]}
    assert store.json("overlay", "promote")["changes"] == 1
    assert (told(store, merged), len(receipts(store))) == (NEW, 1)
