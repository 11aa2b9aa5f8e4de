"""What was written and is in no commit and no worktree comes back from the journal; what is there, or was undone, does not."""

import shutil
from contextlib import closing

import pytest

from agentmem.actions import rescuing
from agentmem.actions.context import Context
from agentmem.git.ahead import Ahead
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
    return "no worktree any more" not in project.ok("status") and rescued(project) == (0, 0)


def wiped(store, new, setting):
    """Edit a memory, and have git put its file back."""
    edit(store, new, setting)
    store.git("checkout", "-q", ".")


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
    assert "2 writes in no commit and no worktree any more: agentmem restore --journal" in feature.ok(
        "status"
    )
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
    feature.git("branch", "-D", "one")  # nobody's any more
    assert "overlay adopt" not in feature.ok("restore", "--journal")
    assert "New in one" in feature.titles()


def test_another_worktree_at_the_same_place(feature):
    """A worktree that is made anew where one was removed is another one: what the first had not committed is lost there too."""
    one = worktree(feature, "one", "-b", "one")
    new = add(one, "New in one")
    feature.git("worktree", "remove", "--force", str(one.path))
    again = worktree(feature, "one", "-B", "one")
    assert again.path == one.path
    assert "1 write in no commit and no worktree" in again.ok("status")
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


# the worktree is there, and git has put its files back


def told_lost(project: Project, number: int) -> None:
    """Status, brief and doctor say that so many writes are lost."""
    said = f"{number} write{'s' * (number > 1)} in no commit and no worktree any more"
    for command in ("status", "brief", "doctor"):
        out = project.call(command).out
        assert said in out and "agentmem restore --journal" in out, (command, out)


WIPES = {"stash": [["stash", "-q"], ["stash", "drop", "-q"]], "checkout": [["checkout", "-q", "."]]}


@pytest.mark.parametrize("wipe", WIPES.values(), ids=WIPES)
@pytest.mark.parametrize("by", ["journal", "id"])
def test_an_edit_that_git_put_back(store, wipe, by):
    """An edit that was not committed, and that git has thrown away, is told and comes back; what a stash holds is not lost."""
    new = add(store, "The pump runs at 50 Hz")
    store.commit()
    edit(store, new, "title=Precious")
    path = store.store / f"facts/the-pump-runs-at-50-hz-{new}.md"
    before = path.read_bytes()
    for words in wipe:
        if words[0] == "stash" and words[1:] != ["-q"]:
            assert nothing_lost(store)
        store.git(*words)
    told_lost(store, 1)
    if by == "id":
        assert store.ok("restore", new).startswith(f'restored {new[:6]} fact "Precious"')
    else:
        assert rescued(store) == (1, 0)
    assert path.read_bytes() == before
    assert nothing_lost(store)
    assert "is in force already: nothing changed" in store.ok("restore", new)
    store.commit()
    assert nothing_lost(store)


def test_what_git_clean_took(feature, shared):
    """A new memory and a change that were never added come back, also when another branch is checked out meanwhile."""
    new = add(feature, "New")
    edit(feature, shared, "title=Better")
    feature.git("clean", "-fdq")
    told_lost(feature, 2)
    feature.git("switch", "-q", "main")
    told_lost(feature, 2)
    feature.git("switch", "-q", FEATURE)
    assert feature.ok("restore", shared).startswith(f"restored {shared[:6]}")
    assert feature.titles() == {"Better"}
    assert rescued(feature) == (1, 0)
    assert feature.titles() == {"Better", "New"}
    assert show(feature, new)["layer"] == "own"


def test_what_is_lost_is_looked_for_beside_other_things(store):
    """As brief does, in a thread: the catalog, which tells that a file was renamed, is left to whoever wants the answer."""
    gone, renamed = add(store, "Gone"), add(store, "Renamed")
    (store.store / f"facts/gone-{gone}.md").unlink()
    (store.store / f"facts/renamed-{renamed}.md").rename(store.store / "facts/by-hand.md")
    with closing(Context(str(store.path), environment={"AGENTMEM_NOW": support.NOW})) as context:
        found = Ahead(lambda: rescuing.looked(context, surely=True)).result
        assert {one.about for one in found} == {gone, renamed}
        assert [one.about for one in rescuing.confirmed(context, found)] == [gone]
        with pytest.raises(RuntimeError, match="the catalog keeps to the main thread"):
            Ahead(lambda: context.index.knowledge).result  # noqa: B018
    assert "1 write in no commit and no worktree any more" in store.ok("brief")


def test_an_edit_of_trunk_is_brought_back_on_trunk(store):
    """An edit in place is told where it was made: elsewhere it would be an edit of that branch."""
    new = add(store, "Here")
    store.commit()
    wiped(store, new, "title=Better")
    store.git("switch", "-q", "-c", "other")
    assert nothing_lost(store)
    store.git("switch", "-q", "main")
    told_lost(store, 1)


def test_what_somebody_has_edited_since_stays(store):
    """A hand edit is never overwritten, and nothing calls it lost; who asks for it is told how to see what was there."""
    new = add(store, "Here")
    store.commit()
    wiped(store, new, "title=Lost")
    path = store.store / f"facts/here-{new}.md"
    path.write_text(path.read_text() + "By hand.\n")
    by_hand = path.read_bytes()
    assert "no worktree any more" not in store.ok("status")
    assert "all is well" in store.ok("doctor")
    assert "what was lost: agentmem restore --journal --json" in store.ok("restore", "--journal")
    assert "title: Lost" in store.json("restore", "--journal")["kept"][0]["text"]
    done = store.call("restore", new)
    assert done.code == 4 and "was edited since" in done.err
    assert path.read_bytes() == by_hand
    store.commit()
    assert nothing_lost(store)


def test_what_was_taken_away_on_purpose_is_not_lost(store):
    """Removed in a commit, retracted, edited on by hand, renamed, committed and reset: none of it is lost."""
    new = add(store, "Removed")
    store.commit()
    edit(store, new, "title=Edited")
    store.git("rm", "-qf", f".agentmem/facts/removed-{new}.md")
    store.git("commit", "-qm", "removed")
    assert nothing_lost(store)
    by_hand = add(store, "By hand")
    store.git("switch", "-q", "-c", "other")
    path = store.store / f"facts/by-hand-{by_hand}.md"
    path.write_text(path.read_text() + "More.\n")
    store.commit()
    store.git("switch", "-q", "main")
    store.git("merge", "-q", "other")
    assert nothing_lost(store)
    renamed = add(store, "Renamed")
    (store.store / f"facts/renamed-{renamed}.md").rename(store.store / f"facts/other-{renamed}.md")
    anew = add(store, "Renamed anew")
    file = store.store / f"facts/renamed-anew-{anew}.md"
    file.write_text(file.read_text() + "\nWith a line by hand.\n")
    file.rename(store.store / "facts/without-its-id.md")
    assert nothing_lost(store)
    store.commit()
    add(store, "Reset")
    store.commit()
    store.git("reset", "-q", "--hard", "HEAD~1")
    assert nothing_lost(store)


def test_only_the_last_state_counts(store):
    """What the tool wrote later onto it, or took away itself, stands for what it wrote before."""
    new = add(store, "First")
    store.commit()
    edit(store, new, "title=Before")
    edit(store, new, "title=Later")
    assert nothing_lost(store)
    store.git("checkout", "-q", ".")
    assert rescued(store) == (1, 0)
    assert store.titles() == {"Later"}
    assert nothing_lost(store)


def test_a_lost_edit_stays_known_while_others_are_made_without_it(store):
    """Git has put a file back, and it was edited since, committed too: the edit before is told, and merged into that."""
    new = add(store, "Door code is on the left")
    store.commit()
    wiped(store, new, "title=Door code cost an hour")
    edit(store, new, "tags=door")
    told_lost(store, 1)
    store.commit("tags alone")
    told_lost(store, 1)
    assert store.ok("restore", new).splitlines() == [
        f'restored {new[:6]} fact "Door code cost an hour"',
        "what was written and lost is merged with what was written later",
    ]
    assert nothing_lost(store)
    assert show(store, new)["tags"] == ["door"] and show(store, new)["title"] == "Door code cost an hour"
    edit(store, new, "title=Newer")
    store.commit("with it")
    assert nothing_lost(store)


def test_what_both_have_changed_is_a_conflict(store):
    """The newest comes back, as it was; an older one is merged only when it is asked for again, and named until then."""
    new = add(store, "First")
    store.commit()
    wiped(store, new, "title=Wiped")
    wiped(store, new, "title=Later")
    told_lost(store, 2)
    told = store.ok("restore", "--journal")
    assert '"Later"' in told and f"it is older; to have it merged: agentmem restore {new[:6]}" in told
    assert store.titles() == {"Later"}
    told_lost(store, 1)
    assert "both have changed: title" in store.ok("restore", new)
    assert "CONFLICT title: Later | Wiped" in store.ok("show", new)
    edit(store, new, "title=Both")
    assert nothing_lost(store)
    assert "CONFLICT" not in store.ok("show", new)


def test_a_lost_file_comes_back_as_it_was_written_last(store):
    """The file itself is gone: what the journal has is newer than what git has, and is what comes back."""
    new = add(store, "First")
    store.commit()
    edit(store, new, "title=Second")
    path = store.store / f"facts/first-{new}.md"
    path.unlink()
    told_lost(store, 1)
    assert store.ok("restore", new).splitlines() == [
        f'restored {new[:6]} fact "Second"',
        "it is the text that was written last, in no commit",
    ]
    assert "title: Second" in path.read_text()
    assert nothing_lost(store)


def test_pruning_keeps_what_no_later_write_knew_of(tmp_path):
    """A later write that was made onto an older text, and committed, does not stand for what was written between."""
    from agentmem.store.journal import Entry, Journal

    one = Journal(str(tmp_path))
    for blob, onto in (("2", "1"), ("3", "1"), ("4", "3")):
        one.record([Entry("w", None, "a", blob, 0, "", onto=onto)])
    assert one.prune("w", frozenset("4")) == 0
    one.record([Entry("w", None, "a", "2", 0, "", onto="4"), Entry("w", None, "a", "5", 0, "", onto="2")])
    assert one.prune("w", frozenset("5")) == 4


def test_pruning_keeps_what_takes_back_an_earlier_write(tmp_path):
    """A file of the journal that goes leaves no earlier one that says otherwise."""
    from agentmem.store.journal import Entry, Journal

    one = Journal(str(tmp_path))
    first, other, later = (Entry("w", None, path, blob, 0, "") for path, blob in ("a1", "b1", "a2"))
    one.record([first, other])
    one.record([later])
    assert one.prune("w", frozenset("2")) == 0
    assert one.prune("w", frozenset(["2", "1"])) == 2


def test_what_another_branch_holds_leaves_the_journal(store: Project) -> None:
    """What was committed on a branch that is not at hand is looked up once; what is not, stays and is told."""
    store.ok("add", "fact", "On trunk")
    store.commit()
    store.git("switch", "-qc", "other")
    add(store, "Committed there")
    store.commit()
    left = add(store, "Not committed")
    store.git("add", "-A")
    store.git("stash", "-q")
    store.git("stash", "drop", "-q")
    store.git("switch", "-q", "main")
    journal = store.path / ".git" / "agentmem" / "journal"
    before = len(list(journal.glob("*.jsonl")))
    store.git("switch", "-q", "other")
    assert "1 write in no commit" in store.ok("status")
    store.git("switch", "-q", "main")
    store.ok("status")
    assert len(list(journal.glob("*.jsonl"))) < before
    store.git("switch", "-q", "other")
    done = store.json("restore", "--journal")
    assert [one["path"] for one in done["restored"]] == [f"facts/not-committed-{left}.md"]


@pytest.mark.parametrize(
    "commands",
    [["reset -q --hard HEAD~1"], ["switch -q main", "branch -q -D other"]],
    ids=["reset", "branch"],
)
def test_what_is_in_a_commit_that_no_branch_holds(store, commands):
    """It is not lost, and not called held: it is named with the command that brings it back, a new memory as an edit."""
    known = add(store, "Known")
    store.commit("known")
    store.git("switch", "-q", "-c", "other")
    new = add(store, "Batch limit is 5000")
    edit(store, known, "title=Changed")
    store.commit("work")
    assert nothing_lost(store)
    for command in commands:
        store.git(*command.split())
    assert nothing_lost(store)
    told = store.ok("restore", "--journal")
    assert "2 memories in a commit that no branch holds" in told and f"agentmem restore {new[:6]}" in told
    assert {one["memory"] for one in store.json("restore", "--journal")["committed"]} == {new, None}
    for identity in (new, known):
        store.ok("restore", identity)
    assert store.json("restore", "--journal")["committed"] == []
    if commands[0].startswith("reset"):
        assert store.titles() == {"Batch limit is 5000", "Changed"}


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("text", ["---\nid: x\ntitle: *x\n---\n", ""])
def test_a_file_that_an_edit_by_hand_has_broken_stays(store, committed, text):
    """It is here, so it is not written over: restore says that, and where to see what it was; what compares notes the file."""
    new = add(store, "Here", "--body", "Precious.")
    if committed:
        store.commit()
    path = store.store / f"facts/here-{new}.md"
    path.write_text(text)
    done = store.call("restore", new)
    was = f"git show HEAD:.agentmem/facts/here-{new}.md" if committed else "agentmem restore --journal --json"
    assert done.code == 4 and f"here-{new}.md is here, and cannot be read" in done.err and was in done.err
    assert path.read_text() == text
    if not committed:
        assert "Precious." in store.json("restore", "--journal")["kept"][0]["text"]
    elif text:
        for words in (("diff", "HEAD"), ("history", new)):
            assert f"here-{new}.md, which cannot be read: agentmem check" in store.call(*words).err
