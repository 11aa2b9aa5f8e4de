"""What a removed worktree had not committed comes back from the journal; what is there, or was undone, does not."""

import shutil

from tests import support
from tests.actions.test_elsewhere import worktree
from tests.actions.test_placing import FEATURE, add, edit, feature, overlay, shared, show
from tests.support import Project

__all__ = ["feature", "shared"]  # fixtures


def rescued(project: Project) -> tuple[int, int]:
    """How many files come back, and how many are kept as they are."""
    done = project.json("restore", "--journal")
    return len(done["restored"]), len(done["kept"])


def nothing_lost(project: Project) -> bool:
    """Whether the journal has nothing to bring back, by every way of asking."""
    return "removed worktrees" not in project.ok("status") and rescued(project) == (0, 0)


def test_a_removed_worktree_comes_back(feature, shared):
    """Memories and changes that were not committed are written again, byte for byte, and said to be the branch's."""
    feature.git("switch", "-q", "main")
    one = worktree(feature, "one", "-b", "one")
    new = add(one, "New in one")
    add(one, "Committed")
    one.git("add", "-A")
    one.git("reset", "-q", f".agentmem/facts/new-in-one-{new}.md")
    one.git("commit", "-q", "-m", "some")
    edit(one, new, "title=Edited in one")
    edit(one, shared, "title=Better")
    edit(one, shared, "title=Best")
    data = {path: (one.store / path).read_bytes() for path in (f"facts/new-in-one-{new}.md", *overlay(one))}
    feature.git("worktree", "remove", "--force", str(one.path))
    assert "2 writes of removed worktrees not committed: agentmem restore --journal" in feature.ok("status")
    done = feature.json("restore", "--journal")
    assert {r["path"] for r in done["restored"]} == set(data)
    assert {r["branch"] for r in done["restored"]} == {"one"}
    for path, before in data.items():
        assert (feature.store / path).read_bytes() == before
    assert feature.json("status")["carried"] == {"one": 2}
    feature.git("stash", "-qu")
    feature.git("switch", "-q", "one")
    feature.git("stash", "pop", "-q")
    assert feature.titles() == {"Edited in one", "Committed", "Best"}
    assert nothing_lost(feature)


def test_a_worktree_that_was_just_deleted(feature, shared):
    """``rm -r`` is a removal as well, before git has noticed it and after."""
    one = worktree(feature, "one", "-b", "one")
    add(one, "New in one")
    shutil.rmtree(one.path)
    feature.git("worktree", "prune")
    assert rescued(feature) == (1, 0)
    feature.git("branch", "-D", "one")  # nobody's any more
    assert "New in one" in feature.titles()


def test_another_worktree_at_the_same_place(feature):
    """A worktree that is made anew where one was removed is another one: what the first had not committed is lost there too."""
    one = worktree(feature, "one", "-b", "one")
    new = add(one, "New in one")
    feature.git("worktree", "remove", "--force", str(one.path))
    again = worktree(feature, "one", "-B", "one")
    assert again.path == one.path
    assert "1 write of removed worktrees" in again.ok("status")
    assert rescued(again) == (1, 0)
    assert show(again, new)["layer"] == "own"
    assert nothing_lost(again)


def test_what_is_there_with_other_content_stays(feature, shared):
    """A file that is here already is not overwritten, and that is said; the journal keeps the other."""
    one = worktree(feature, "one", "--detach")
    one.git("switch", "-q", "main")
    edit(one, shared, "title=Lost")
    path = f"facts/m1-{shared}.md"
    before = (feature.store / path).read_bytes()
    feature.git("worktree", "remove", "--force", str(one.path))
    assert rescued(feature) == (0, 1)
    assert (feature.store / path).read_bytes() == before
    assert "not restored" in feature.ok("restore", "--journal")


def test_a_moved_worktree_is_not_removed(feature, shared):
    """``git worktree move`` takes the files along: nothing is lost, also of what was edited after."""
    one = worktree(feature, "one", "-b", "one")
    new = add(one, "New in one")
    edit(one, shared, "title=Better")
    target = feature.path.parent / "moved"
    feature.git("worktree", "move", str(one.path), str(target))
    assert nothing_lost(feature)
    moved = Project(target)
    assert moved.titles() >= {"New in one", "Better"}
    edit(moved, new, "title=Newer")
    edit(moved, shared, "title=Best")
    assert len(overlay(moved)) == 1
    assert nothing_lost(feature) and nothing_lost(moved)
    feature.git("worktree", "remove", "--force", str(target))
    assert rescued(feature) == (2, 0)
    assert "title: Newer" in (feature.store / f"facts/new-in-one-{new}.md").read_text()


def test_a_moved_repository_has_lost_nothing(feature, tmp_path):
    """The main worktree's own writes are not lost when the repository is moved, and what is written there later neither."""
    new = add(feature, "New")
    feature.path.rename(tmp_path / "moved")
    moved = Project(tmp_path / "moved")
    assert nothing_lost(moved)
    edit(moved, new, "title=Newer")
    assert nothing_lost(moved)


def test_what_was_undone_does_not_come_back(feature, shared):
    """A change that was undone, or adopted by another branch, is not brought back."""
    one = worktree(feature, "one", "-b", "one")
    edit(one, shared, "title=Better")
    edit(one, shared, "title=Shared")
    assert overlay(one) == []
    feature.git("worktree", "remove", "--force", str(one.path))
    assert nothing_lost(feature)


def test_committed_anywhere_is_not_lost(feature, shared):
    """What any branch has committed is not lost, whatever became of the worktree."""
    one = worktree(feature, "one", "-b", "one")
    add(one, "New in one")
    edit(one, shared, "title=Better")
    one.commit("work")
    feature.git("worktree", "remove", "--force", str(one.path))
    assert nothing_lost(feature)


def test_removed_while_rebasing(feature, shared):
    """The journal says which branch a write was for, also while HEAD was detached."""
    one = worktree(feature, "one", "-b", "one")
    one.write("../code.txt", "mine")
    one.commit("mine")
    feature.write("../code.txt", "theirs")
    feature.commit("theirs")
    one.git("rebase", FEATURE, check=False)
    add(one, "New in one")
    feature.git("worktree", "remove", "--force", str(one.path))
    (found,) = feature.json("restore", "--journal")["restored"]
    assert found["branch"] == "one"


def test_restore_wants_to_know_what(feature):
    """Neither an id nor ``--journal``, or both, is an error."""
    assert feature.call("restore").code == 2
    assert feature.call("restore", support.identity(1), "--journal").code == 2


def test_a_removed_change_does_not_come_back_by_id(feature, shared):
    """``restore ID`` of a memory that never was is an error, with a hint in a shallow clone."""
    edit(feature, shared, "title=Better")
    edit(feature, shared, "title=Shared")
    assert feature.call("restore", "zzzzzzzz").code == 2
