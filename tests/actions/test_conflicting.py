"""Conflicts between branches, told before the branches meet; and near misses, of which nothing is told."""

import pytest

from tests import support
from tests.actions.test_elsewhere import worktree
from tests.actions.test_placing import add, branch_that, edit, merged, shared, show
from tests.support import Project, git

__all__ = ["shared"]  # a fixture


def conflicts(project: Project, *branches: str, **options) -> list[tuple[str, tuple[str, ...], set[str]]]:
    """Type, ids and branches of each."""
    return [
        (one["type"], tuple(one["ids"]), set(one["branches"]))
        for one in project.json("conflicts", *branches, **options)["conflicts"]
    ]


@pytest.fixture
def disputed(store: Project, shared: str) -> Project:
    """On trunk; branches one and two say different things about the shared memory."""
    branch_that(store, "one", "edit", shared, "--set", "title=One")
    branch_that(store, "two", "edit", shared, "--set", "title=Two")
    store.git("switch", "-q", "main")
    return store


def test_one_field_changed_on_two_branches(disputed, shared):
    """Between two branches, between one and here, and among all open ones: the same is told from everywhere."""
    wanted = [("changed-on-both", (shared,), {"one", "two"})]
    assert conflicts(disputed, "one", "two") == wanted
    assert conflicts(disputed, "two", "one") == wanted
    assert conflicts(disputed) == wanted
    assert conflicts(disputed, "one") == []  # trunk has not changed it
    disputed.git("switch", "-q", "one")
    assert conflicts(disputed) == conflicts(disputed, "two") == wanted
    (one,) = disputed.json("conflicts")["conflicts"]
    assert one["reason"] == "CONFLICT in title when they meet"
    assert one["paths"] == [f".agentmem/facts/m1-{shared}.md"]


def test_text_exit_code_and_usage(disputed, shared):
    """One line a conflict, exit 1 on request, nothing found in one line; three branches are an error."""
    done = disputed.call("conflicts", "--exit-code")
    assert done.code == 1
    assert done.out.splitlines()[0].startswith("agentmem: 1 of 1 conflict, seen from main @")
    line = done.out.splitlines()[1]
    assert line.startswith(f"{shared[:6]} changed-on-both (one, two): ")
    assert disputed.call("conflicts").code == 0
    done = disputed.call("conflicts", "one", "--exit-code")
    assert (done.code, done.out.count("\n")) == (0, 1) and "no conflicts" in done.out
    assert disputed.call("conflicts", "one", "two", "main").code == 2
    assert disputed.call("conflicts", "nothing").code == 2
    assert disputed.call("conflicts", "one", "nothing").code == 2


def test_what_fits_together_is_told_as_such(store, shared):
    """Two branches that change different fields of one memory fit; the same change on both is none at all."""
    branch_that(store, "one", "edit", shared, "--set", "title=One")
    branch_that(store, "two", "edit", shared, "--set", "tags+=b")
    store.git("switch", "-q", "main")
    (found,) = store.json("conflicts")["conflicts"]
    assert found["type"] == "changed-on-both" and "fit together" in found["reason"]
    store.git("branch", "-q", "-D", "two")
    store.git("branch", "-q", "copy", "one")
    assert conflicts(store) == []
    branch_that(store, "same", "edit", shared, "--set", "title=One")
    store.git("switch", "-q", "main")
    assert all("CONFLICT" not in one["reason"] for one in store.json("conflicts")["conflicts"])


def test_a_branch_built_on_another_is_no_conflict(store, shared):
    """Who has seen the other's change contradicts nobody."""
    branch_that(store, "one", "edit", shared, "--set", "title=One")
    store.git("switch", "-q", "-c", "two")
    edit(store, shared, "title=Two")
    store.commit("two")
    assert conflicts(store) == conflicts(store, "one") == []
    store.git("switch", "-q", "main")
    assert conflicts(store) == []
    store.git("switch", "-q", "one")
    assert conflicts(store) == conflicts(store, "two") == []


def test_trunk_that_has_moved_on(store, shared):
    """A change of what trunk has edited since meets it; one of another field does not."""
    branch_that(store, "one", "edit", shared, "--set", "title=One")
    branch_that(store, "two", "edit", shared, "--set", "importance=5")
    store.git("switch", "-q", "main")
    edit(store, shared, "title=Trunk")
    store.commit("trunk")
    told = store.json("conflicts", "one")["conflicts"]
    assert len(told) == 1 and set(told[0]["branches"]) == {"main", "one"}
    assert all("CONFLICT" not in one["reason"] for one in store.json("conflicts", "two")["conflicts"])
    merged(store, "one")
    assert [c["field"] for c in show(store, shared)["conflicts"]] == ["title"]


def test_a_conflict_that_is_here_already(disputed, shared):
    """What the view at hand has in it is told first, with the way out."""
    merged(disputed, "one", "two")
    (one,) = disputed.json("conflicts")["conflicts"]
    assert one["ids"] == [shared] and set(one["branches"]) == {"one", "two"}
    assert "agentmem show" in one["reason"] and "CONFLICT in title" in one["reason"]
    edit(disputed, shared, "title=Decided")
    disputed.commit("decided")
    assert conflicts(disputed) == []


def test_what_a_merge_left_in_the_file(store, shared):
    """Told by `conflicts` and `brief` until an edit names the field; what it does not name stays to be decided."""
    file = store.store / f"facts/m1-{shared}.md"
    left = "conflicts:\n- {field: title, values: [One, Two]}\n- {field: importance, values: [1, 5]}\n"
    file.write_text(file.read_text().replace("---\n", f"---\n{left}", 1))
    store.commit("merged")
    (one,) = store.json("conflicts")["conflicts"]
    assert one["ids"] == [shared] and "CONFLICT in importance, title here" in one["reason"]
    assert "CONFLICT" in store.ok("brief")
    edit(store, shared, "title=Decided")
    assert [c["field"] for c in show(store, shared)["conflicts"]] == ["importance"]
    (one,) = store.json("conflicts")["conflicts"]
    assert "CONFLICT in importance here" in one["reason"]
    edit(store, shared, "importance=5")
    assert show(store, shared)["conflicts"] == [] == store.json("conflicts")["conflicts"]
    assert "conflicts" not in file.read_text()
    assert not [one for one in store.json("check")["findings"] if one["rule"] == "unsettled-merge"]


@pytest.mark.parametrize("waiting", [False, True])
@pytest.mark.parametrize("branch", ["feature", "main"])
def test_the_advice_about_what_a_merge_left_works(store, shared, branch, waiting):
    """On trunk and on a branch, with a change pending or none, an edit that names what is undecided ends that in the file."""
    if waiting:
        branch_that(store, "other", "edit", shared, "--set", "tags+=other")
        store.git("switch", "-q", "main")
    file = store.store / f"facts/m1-{shared}.md"
    for name, number, importance in (("one", "Uno", 1), ("feature", "Eins", 5)):
        store.git("switch", "-q", "-c", name, "main")
        text = file.read_text().replace("One.", number)
        file.write_text(text.replace("---\n", f"---\nimportance: {importance}\n", 1))
        store.commit(name)
    if branch == "main":
        store.git("switch", "-q", "main")
        store.git("merge", "-q", "feature")
    store.git("merge", "-q", "one", check=False)
    store.commit("merged")
    if waiting:
        store.git("merge", "-q", "-m", "other", "other")
    only = ("check", "--json", "--only", "unsettled-merge")
    assert len(store.call(*only).json["findings"]) == 2
    edit(store, shared, "importance=5")
    store.ok("edit", shared, "--body", "Uno, eins.")
    assert store.json(*only[:1], *only[2:])["findings"] == []
    text = file.read_text()
    assert "conflicts" not in text and "importance: 5" in text and text.endswith("---\nUno, eins.\n")
    now = show(store, shared)
    assert (now["text"].strip(), now["importance"], now["conflicts"]) == ("Uno, eins.", 5, [])
    assert ("other" in now["tags"]) is waiting
    edit(store, shared, "tags+=more")
    assert ("more" in file.read_text()) is (branch == "main")


def test_retracted_here_and_changed_there(store, shared):
    """A retraction meets a change as two values do."""
    branch_that(store, "one", "retract", shared, "--reason", "no")
    branch_that(store, "two", "edit", shared, "--set", "title=Two")
    store.git("switch", "-q", "main")
    (found,) = store.json("conflicts", "one", "two")["conflicts"]
    assert found["type"] == "changed-on-both" and "status" in found["reason"]


def test_superseded_here_and_used_there(store, shared):
    """What one branch replaces another changes, builds on, or replaces too; its own work is no conflict."""
    branch_that(store, "one", "supersede", shared, "--title", "Replaced")
    assert conflicts(store) == []
    branch_that(store, "two", "edit", shared, "--set", "title=Two")
    branch_that(store, "three", "supersede", shared, "--title", "Replaced otherwise")
    branch_that(store, "four", "add", "task", "Builds on it", "--set", f"sources={shared}")
    store.git("switch", "-q", "main")
    for other, verb in (("two", "changes it"), ("three", "supersedes it too"), ("four", "builds on it")):
        for pair in (("one", other), (other, "one")):
            (found,) = store.json("conflicts", *pair)["conflicts"]
            assert found["type"] == "superseded-and-used" and verb in found["reason"], found
            assert set(found["branches"]) == {"one", other} and shared in found["ids"]
    assert {kind for kind, _, _ in conflicts(store)} == {"superseded-and-used"}
    assert conflicts(store, "two", "four") == []


def test_contradictions_across_branches(store):
    """Two memories with one subject that differ are told, wherever they are; one that replaces the other is none."""
    branch_that(store, "one", "add", "decision", "The job timeout is 30 seconds")
    branch_that(store, "two", "add", "decision", "The job timeout is 60 seconds")
    store.git("switch", "-q", "main")
    ((kind, ids, names),) = conflicts(store, "one", "two")
    assert kind == "contradiction" and names == {"one", "two"} and len(ids) == 2
    assert conflicts(store)[0][2] == {"one", "two"}
    store.git("switch", "-q", "two")
    assert conflicts(store)[0][2] == {"one", "two"}
    branch_that(store, "three", "add", "decision", "The upload timeout is 60 seconds")
    branch_that(store, "four", "add", "decision", "The job limit is 60")
    assert conflicts(store, "one", "three") == conflicts(store, "one", "four") == []


def test_a_branch_by_any_name(disputed, shared, tmp_path):
    """A branch that is on a remote alone, a tag, a commit: what is named is looked at, or there is an error."""
    git(tmp_path, "clone", "-q", "--branch", "one", str(disputed.path), "clone")
    clone = Project(tmp_path / "clone")
    assert len(conflicts(clone, "two")) == len(conflicts(clone, "origin/two")) == 1
    assert len(conflicts(clone, "one", "two")) == 1
    assert conflicts(clone)[0][2] == {"one", "origin/two"}
    clone.git("tag", "v2", "origin/two")
    assert len(conflicts(clone, "v2")) == 1
    assert len(conflicts(clone, clone.git("rev-parse", "v2").strip())) == 1


def test_uncommitted_in_another_worktree(store, shared):
    """What another worktree has not committed meets what is here."""
    one, two = worktree(store, "one", "-b", "one"), worktree(store, "two", "-b", "two")
    edit(one, shared, "title=One")
    edit(two, shared, "title=Two")
    assert conflicts(one) == [("changed-on-both", (shared,), {"one", "two"})]
    assert conflicts(one, "two") == conflicts(one)
    assert conflicts(store)[0][2] == {"one", "two"}


def test_old_branches_are_no_conflict(store, shared):
    """What trunk has taken up or squashed, and branches that are behind, contradict nobody."""
    branch_that(store, "one", "edit", shared, "--set", "title=One")
    merged(store, "one")
    store.ok("overlay", "promote")
    edit(store, shared, "title=Later")
    store.commit("later")
    store.git("branch", "old", "HEAD~3")
    assert conflicts(store) == []
    store.git("switch", "-q", "one")
    assert all("CONFLICT" not in one["reason"] for one in store.json("conflicts")["conflicts"])


def test_a_budget(store, shared):
    """As many as the budget takes, and how many more there are."""
    for number in range(12):
        branch_that(store, f"b{number:02d}", "edit", shared, "--set", f"title=Title {number}")
    store.git("switch", "-q", "main")
    every = store.json("conflicts")["conflicts"]
    assert len(every) == 66
    text = store.ok("conflicts", "--budget", "200").splitlines()
    assert text[0].startswith(f"agentmem: {len(text) - 2} of 66 conflicts")
    assert text[-1] == f"{66 - (len(text) - 2)} more: --budget 0"
    assert len(store.ok("conflicts", "--budget", "0").splitlines()) == 67
    assert store.call("conflicts", "--budget", "-1").code == 2


def test_nothing_at_all(store):
    """An empty store and one branch have no conflicts."""
    assert conflicts(store) == []
    assert store.call("conflicts", "--exit-code").code == 0
    add(store, "One")
    store.remember(2, "Two")
    assert support.identity(2) and conflicts(store) == []


@pytest.mark.parametrize("how", ["--squash", "--no-ff"])
def test_what_trunk_has_taken_up_stands_against_nothing(store, shared, how):
    """A branch that was merged or squashed, promoted and is there still: trunk that edits the memory meets no conflict, from
    either side, and nothing of the branch is told as not merged; what it has besides is told as it would be on trunk.
    """
    branch_that(store, "f", "edit", shared, "--set", "title=Six")
    store.git("switch", "-q", "main")
    store.git("merge", "-q", how, *(["-m", "f"] if how == "--no-ff" else []), "f")
    if how == "--squash":
        store.commit("f (#1)")
    assert store.json("overlay", "promote")["changes"] == 1
    edit(store, shared, "title=Seven")
    store.commit("seven")
    assert conflicts(store) == []
    assert [hit["layer"] for hit in store.json("list", "--all-branches")["memories"]] == ["base"]
    store.git("switch", "-q", "f")
    assert conflicts(store) == []
    edit(store, shared, "tags+=later")
    store.commit("later")
    store.git("switch", "-q", "main")
    assert conflicts(store) == []
    hits = store.json("list", "--all-branches")["memories"]
    assert [(hit["layer"], hit["title"], hit["tags"]) for hit in hits] == [
        ("base", "Seven", ["a"]),
        ("unmerged", "Seven", ["a", "later"]),
    ]
    store.git("switch", "-q", "f")
    edit(store, shared, "title=Eight")
    store.commit("eight")
    store.git("switch", "-q", "main")
    assert conflicts(store) == [("changed-on-both", (shared,), {"f", "main"})]
