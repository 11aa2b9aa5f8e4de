"""The rules about branches: changes that cannot be applied, merges that nobody settled, memories of another branch."""

import shlex

import pytest

from tests.actions.test_placing import FEATURE, add, edit, feature, overlay, shared
from tests.checks.support import ID, OTHER, found, memory, one

__all__ = ["feature", "shared"]  # fixtures

CHANGE = "4h2k9pr0w7td"
PATH = f"overlays/x/{ID}.{CHANGE}.md"


def change(*lines: str, memory: str = ID, identity: str = CHANGE, branch: str = "x", body: str = "") -> str:
    """A change's file."""
    head = ("---", f"change: {identity}", f"memory: {memory}", f"branch: {branch}", "after: []")
    return "\n".join((*head, *lines, "---", body))


GOOD = change("set:", "  title: {from: A, to: B}")


def broken(text: str, path: str = PATH, **files: str):
    """What broken-change says of one change beside the memory that it changes."""
    return found("broken-change", {"facts/a.md": memory("title: A"), path: text, **files})


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        change("retract: it is wrong"),
        change("set:", "  tags: {add: [a]}"),
        change("set:", "  unknown_key: {from: null, to: 1}"),
        change(body="@@ -1 +1 @@\n-Body.\n+Other.\n"),
        change("created: 2026-02-12T09:30:00Z", "by: agent", "set:", "  title: {from: A, to: B}"),
    ],
)
def test_good_changes(text):
    """A change that can be applied is no finding, by any rule."""
    assert broken(text) == []
    from agentmem.checks.rules import check
    from tests.checks.support import subject

    assert check(subject({"decisions/a.md": memory("kind: decision", "title: A"), PATH: text})) == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (GOOD.replace(f"change: {CHANGE}", "change: nonsense"), 2, "change must be an id"),
        (GOOD.replace(f"memory: {ID}", "memory: [a]"), 3, "memory must be an id"),
        (GOOD.replace("branch: x\n", ""), 1, "branch"),
        (GOOD.replace("after: []", "after: [no]"), 5, "after"),
        (change("set: nothing"), 6, "set"),
        (change("set:", "  title: B"), 6, "title"),
        (change("set:", "  id: {from: a, to: b}"), 6, "id"),
        (change("created: soon"), 6, "soon"),
        (change("body: half"), 6, "body"),
        (change(body="no diff at all\n"), 7, ""),
    ],
)
def test_broken_changes(text, line, words):
    """Each is one error, at its line, that says what is wrong."""
    (finding,) = broken(text)
    assert (finding.severity, finding.line, finding.path) == ("error", line, f".agentmem/{PATH}")
    assert words in finding.message


def test_a_change_under_another_name():
    """A change that is named otherwise than it says is an error."""
    for text in (GOOD.replace(CHANGE, OTHER), GOOD.replace(f"memory: {ID}", f"memory: {OTHER}")):
        (finding,) = broken(text)
        assert finding.severity == "error" and f"named {ID}.{CHANGE}" in finding.message


def test_a_change_of_a_memory_that_is_not_here():
    """An orphan is a warning: the merge that brings the memory may be still to come."""
    (finding,) = found("broken-change", {PATH: GOOD})
    assert finding.severity == "warning" and ID in finding.message


def test_an_absorbed_change_of_a_memory_that_was_archived():
    """Its receipt says that base has taken it up; what became of the memory since is no fault of the change."""
    assert found("broken-change", {PATH: GOOD}, receipts=frozenset({CHANGE})) == []


def test_what_is_no_front_matter_is_told_by_the_other_rule():
    """A change whose front matter is none is one finding in all, not one of each rule."""
    from agentmem.checks.rules import check
    from tests.checks.support import subject

    (finding,) = check(
        subject({"decisions/a.md": memory("kind: decision", "title: A"), PATH: "---\na: [\n---\n"})
    )
    assert finding.rule == "broken-file"


def test_receipts_and_strangers_are_let_alone():
    """What is no change is nobody's business here."""
    assert found("broken-change", {f"overlays/x/promoted/{CHANGE}": "", "overlays/x/notes.txt": "x"}) == []


# -- unsettled-merge


def test_conflicts_that_the_driver_left():
    """A key conflicts, or markers in the body, are errors at their line."""
    text = memory("kind: fact", "title: A", "conflicts:", "  - {field: title, values: [A, B]}")
    (finding,) = one("unsettled-merge", text)
    assert (finding.severity, finding.line) == ("error", 5) and finding.fix.endswith("--set KEY=VALUE")
    text = memory("kind: fact", "title: A", "conflicts:", "  - {field: status, values: [active, retracted]}")
    (finding,) = one("unsettled-merge", text)
    assert "agentmem restore" in finding.fix and "agentmem retract" in finding.fix
    body = "One.\n<<<<<<< ours\nTwo.\n=======\nThree.\n>>>>>>> theirs\nFour.\n"
    (finding,) = one("unsettled-merge", memory("kind: fact", "title: A", body=body))
    assert finding.line == 7


@pytest.mark.parametrize(
    "body",
    [
        "Nothing.\n",
        "In git a conflict begins with `<<<<<<< HEAD`.\n",
        "<<<<<<<\n",
        "a >>>>>>> b\n<<<<<< c\n",
        "<<<<<<< only half\n",
    ],
)
def test_near_misses_of_markers(body):
    """What only speaks of markers is none."""
    assert one("unsettled-merge", memory("kind: fact", "title: A", body=body)) == []


# -- foreign-memory


def staged(project, *words):
    """What ``check --staged`` says, rule by path."""
    done = project.call("check", "--staged", "--json", *words)
    assert done.code == 0, done.err  # warnings
    return {one["path"]: one for one in done.json["findings"] if one["rule"] == "foreign-memory"}


def test_a_commit_that_takes_another_branchs_memories_along(feature, shared):
    """Each file is told with the command that leaves it out, which works; what is of this branch is not told."""
    feature.commit("branch exists")
    new = add(feature, "New of the feature")
    edit(feature, shared, "title=Better")
    (path,) = overlay(feature)
    feature.git("switch", "-q", "-c", "other", "main")
    mine = add(feature, "Mine")
    feature.git("add", "-A")
    told = staged(feature)
    assert set(told) == {f".agentmem/facts/new-of-the-feature-{new}.md", f".agentmem/{path}"}
    for one_ in told.values():
        assert one_["severity"] == "warning" and f"agentmem overlay adopt {FEATURE}" in one_["message"]
        words = shlex.split(one_["fix"])
        assert words[:3] == ["git", "restore", "--staged"]
        feature.git(*words[1:])
    assert staged(feature) == {}
    assert feature.git("diff", "--cached", "--name-only").split() == [f".agentmem/facts/mine-{mine}.md"]
    assert (
        feature.json("check", "--only", "foreign-memory")["findings"] == []
    )  # a worktree is not a commit about to be made


def test_after_adoption_nothing_is_foreign(feature, shared):
    """What was adopted is this branch's."""
    feature.commit("branch exists")
    add(feature, "New of the feature")
    edit(feature, shared, "title=Better")
    feature.git("switch", "-q", "-c", "other", "main")
    feature.ok("overlay", "adopt", FEATURE)
    feature.git("add", "-A")
    assert staged(feature) == {}


@pytest.mark.parametrize("how", ["merge", "squash", "pick"])
def test_a_merge_brings_them_on_purpose(feature, shared, how):
    """During a merge, squash or pick nothing is told, and nothing of what HEAD holds already."""
    add(feature, "New of the feature")
    edit(feature, shared, "title=Better")
    feature.commit("work")
    feature.git("switch", "-q", "main")
    words = {
        "merge": ["merge", "--no-commit", "--no-ff", FEATURE],
        "squash": ["merge", "--squash", FEATURE],
        "pick": ["cherry-pick", FEATURE],
    }[how]
    if how == "pick":
        feature.write("../conflict", "x")
        feature.git("switch", "-q", FEATURE)
        feature.write("../conflict", "y")
        feature.git("add", "-A")
        feature.git("commit", "-q", "--amend", "--no-edit")
        feature.git("switch", "-q", "main")
        feature.write("../conflict", "x")
        feature.commit("x")
    feature.git(*words, check=how != "pick")
    feature.git("add", "-A")
    assert staged(feature) == {}
    feature.git("commit", "-q", "-m", "done", "--no-edit") if how != "pick" else feature.git(
        "-c", "core.editor=true", "cherry-pick", "--continue"
    )
    feature.ok("edit", shared, "--set", "tags+=z")
    feature.git("add", "-A")
    assert staged(feature) == {}


def test_a_renamed_branchs_own_and_a_gone_branchs(feature, shared):
    """The former name of this branch is not foreign, nor is a branch that is nowhere any more."""
    feature.commit("branch exists")
    add(feature, "New of the feature")
    feature.git("branch", "-m", "renamed")
    feature.git("add", "-A")
    assert staged(feature) == {}
    feature.git("switch", "-q", "-c", "other", "main")
    assert len(staged(feature)) == 0  # no branch of that name is there


def test_before_the_first_commit(repo):
    """Where there is no commit yet nothing is foreign."""
    repo.ok("init")
    add(repo, "New")
    repo.git("add", "-A")
    assert staged(repo) == {}


def test_staged_looks_at_the_git_index(store):
    """Rules judge what is staged, not the file; ``--fix`` has nothing to mend there."""
    path = store.write("facts/bad.md", "---\nid: [\n---\n")
    assert store.call("check", "--staged").code == 0
    store.git("add", "-A")
    path.unlink()
    assert store.call("check", "--staged").code == 1
    assert store.call("check").code == 0
    assert store.call("check", "--staged", "--fix").code == 2


def test_changes_in_conflict():
    """What two branches said without seeing each other is told once, with the way to decide; what a receipt settles is not."""
    other = change("set:", "  title: {from: A, to: C}", identity=OTHER, branch="y")
    files = {"facts/a.md": memory("title: A"), PATH: GOOD, f"overlays/y/{ID}.{OTHER}.md": other}
    (finding,) = found("unsettled-change", files)
    assert finding.severity == "warning" and finding.memory == ID
    assert "CONFLICT in title" in finding.message and f"agentmem edit {ID[:6]} --set" in finding.fix
