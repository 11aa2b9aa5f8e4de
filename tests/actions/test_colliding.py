"""Conflicts of code: what git could not merge, what touches the same symbol or file, claims whose scopes meet."""

import pytest

from tests import support
from tests.support import Project

CODE = (
    "def one():\n    return 1\n\n\n"
    + "\n".join(f"value_{n} = {n}" for n in range(12))
    + "\n\n\ndef two():\n    a = 2\n    b = 3\n    c = 4\n    d = 5\n    return a + b + c + d\n"
)


@pytest.fixture
def project(store: Project) -> Project:
    """On main, with one file of code and a file of something else."""
    support.put(store.path / "src" / "x.py", CODE)
    support.put(store.path / "other.txt", "1\n")
    store.commit("code")
    return store


def branch(project: Project, name: str, old: str, new: str, path: str = "src/x.py") -> None:
    """A branch off main that replaces some text."""
    project.git("switch", "-q", "-c", name, "main")
    file = project.path / path
    file.write_text(file.read_text().replace(old, new))
    project.commit(name)


def found(project: Project, *names: str) -> list[tuple[str, tuple[str, ...], str]]:
    """Type, branches and reason of the conflicts of code."""
    return [
        (one["type"], tuple(one["branches"]), one["reason"])
        for one in project.json("conflicts", *names)["conflicts"]
    ]


def test_what_git_could_not_merge(project):
    """Two branches that rewrite one line, with the symbol; seen from either, and between two that are named."""
    branch(project, "a", "return 1", "return 11")
    branch(project, "b", "return 1", "return 12")
    assert found(project) == [("merge-conflict", ("b", "a"), "git cannot merge src/x.py: one")]
    project.git("switch", "-q", "a")
    assert found(project) == [("merge-conflict", ("a", "b"), "git cannot merge src/x.py: one")]
    project.git("switch", "-q", "main")
    assert found(project) == [("merge-conflict", ("a", "b"), "git cannot merge src/x.py: one")]
    between = found(project, "a", "b")
    assert between == [("merge-conflict", ("a", "b"), "git cannot merge src/x.py: one")]
    project.git("switch", "-q", "b")
    assert found(project, "a", "b") == between


def test_the_same_symbol_and_the_same_file(project):
    """What git merges clean may still not fit: lines of one function are told before lines of one file."""
    branch(project, "a", "a = 2", "a = 22")
    branch(project, "b", "d = 5", "d = 55")
    branch(project, "c", "return 1", "return 11")
    project.git("switch", "-q", "a")
    assert found(project) == [
        ("same-symbol", ("a", "b"), "both change two in src/x.py"),
        ("same-file", ("a", "c"), "both change src/x.py, in different places"),
        ("same-file", ("b", "c"), "both change src/x.py, in different places"),
    ]


def test_what_is_merged_or_touches_nothing_in_common(project):
    """No conflict with a branch that trunk holds, that is held here, or that changes other files."""
    branch(project, "a", "return 1", "return 11")
    branch(project, "b", "1", "2", "other.txt")
    project.git("switch", "-q", "-c", "c", "a")
    support.put(project.path / "src" / "x.py", CODE.replace("return 1", "return 13"))
    project.commit("c")
    assert found(project) == []
    project.git("switch", "-q", "main")
    project.git("merge", "-q", "--no-edit", "a")
    project.git("switch", "-q", "b")
    assert found(project) == []


def test_a_branch_that_was_squashed_into_trunk_is_merged(project):
    """Trunk has all that a branch did, in one commit of its own: nothing of it meets anything any more, though trunk has gone on;
    what it does after that does.
    """
    branch(project, "a", "return 1", "return 10")
    file = project.path / "src/x.py"
    file.write_text(file.read_text().replace("return 10", "return 11"))
    (project.path / "other.txt").unlink()
    project.commit("again")
    project.git("switch", "-q", "main")
    project.git("merge", "-q", "--squash", "a")
    project.commit("a, squashed")
    branch(project, "b", "return 11", "return 12")
    assert found(project) == [] == found(project, "a", "b")
    assert "beware" not in project.json("brief")["sections"]
    project.git("switch", "-q", "main")
    project.git("merge", "-q", "b")
    branch(project, "c", "return 12", "return 13")
    assert found(project) == [] and project.call("conflicts", "--exit-code").code == 0
    project.git("switch", "-q", "a")
    file.write_text(file.read_text().replace("return 11", "return 14"))
    project.commit("a goes on")
    project.git("switch", "-q", "c")
    assert ("merge-conflict", ("c", "a"), "git cannot merge src/x.py: one") in found(project)
    beware = project.json("brief")["sections"]["beware"]
    assert beware == ["- git cannot merge a: both change src/x.py"]


def test_what_is_not_committed(project):
    """Edits here and in another worktree count before anyone commits them."""
    other = project.path.parent / "beside"
    project.git("worktree", "add", "-q", str(other), "-b", "beside")
    support.put(other / "src" / "x.py", CODE.replace("return 1", "return 9"))
    support.put(project.path / "src" / "x.py", CODE.replace("d = 5", "d = 6"))
    assert found(project) == [
        ("same-file", ("main", "beside, not committed"), "both change src/x.py, in different places")
    ]
    support.put(project.path / "src" / "x.py", CODE.replace("return 1", "return 8"))
    same = [("same-symbol", ("main", "beside, not committed"), "both change one in src/x.py")]
    assert found(project) == same
    project.git("switch", "-q", "-c", "here")
    project.commit("here")
    assert found(project) == [("same-symbol", ("here", "beside, not committed"), same[0][2])]


def test_what_two_other_worktrees_have_not_committed(project):
    """Those at a third place are told of both; a branch and its own worktree are one."""
    for name in ("one", "two"):
        other = project.path.parent / name
        project.git("worktree", "add", "-q", str(other), "-b", name)
        support.put(other / "src" / "x.py", CODE.replace("return 1", f"return '{name}'"))
    told = [("same-symbol", ("one, not committed", "two, not committed"), "both change one in src/x.py")]
    assert found(project) == told


def test_a_file_that_was_renamed_is_the_same_file(project):
    """A branch that left before the rename and one that left after it change one file, wherever one stands."""
    branch(project, "old", "return 1", "return 11")
    project.git("switch", "-q", "main")
    project.git("mv", "src/x.py", "src/y.py")
    project.commit("rename")
    branch(project, "new", "return 1", "return 12", "src/y.py")
    branch(project, "far", "d = 5", "d = 55", "src/y.py")
    seen = "src/y.py (src/x.py there)"
    apart = ("same-file", ("far", "old"), f"both change {seen}, in different places")
    assert found(project) == [
        ("merge-conflict", ("new", "old"), f"git cannot merge {seen}: one"),
        ("same-file", ("far", "new"), "both change src/y.py, in different places"),
        apart,
    ]
    assert found(project, "far", "old") == [apart]
    project.git("switch", "-q", "old")
    assert ("merge-conflict", ("old", "new"), "git cannot merge src/x.py (src/y.py there): one") in found(
        project
    )
    assert ("same-file", ("old", "main"), "both change src/x.py (src/y.py there)") in found(project)
    paths = [one["paths"] for one in project.json("conflicts", "new")["conflicts"]]
    assert paths == [["src/x.py", "src/y.py"]]


def test_a_name_that_another_file_has_by_now_is_not_the_renamed_one(project):
    """Only who has not seen the rename has the file by its old name."""
    project.git("mv", "src/x.py", "src/y.py")
    project.commit("rename")
    support.put(project.path / "src" / "x.py", "def new():\n    return 1\n")
    project.commit("another x")
    branch(project, "one", "return 1", "return 11")
    branch(project, "other", "return 1", "return 12", "src/y.py")
    assert found(project) == []


def test_a_rename_that_is_not_committed(project):
    """What is renamed here, and changed on a branch that has not seen it: git could merge it, and it is one file."""
    branch(project, "a", "return 1", "return 11")
    project.git("switch", "-q", "main")
    project.git("mv", "src/x.py", "src/y.py")
    told = ("same-file", ("main", "a"), "both change src/y.py (src/x.py there)")
    assert found(project) == [told]
    file = project.path / "src" / "y.py"
    file.write_text(file.read_text().replace("return 1", "return 2"))
    assert found(project) == [("same-symbol", ("main", "a"), "both change one in src/y.py (src/x.py there)")]


def test_a_brief_tells_of_a_renamed_file_that_another_changes(project):
    """As the edit at hand calls it, and as the other does."""
    branch(project, "old", "return 1", "return 11")
    project.git("switch", "-q", "main")
    project.git("mv", "src/x.py", "src/y.py")
    project.commit("rename")
    project.git("switch", "-q", "-c", "new")
    file = project.path / "src" / "y.py"
    file.write_text(file.read_text().replace("return 1", "return 2"))
    beware = project.call("brief").out
    assert "- old also changes src/y.py (src/x.py there)\n" in beware
    project.commit("new")
    assert "- git cannot merge old: both change src/y.py (src/x.py there)\n" in project.call("brief").out


def test_pairs_of_others_have_an_end(project, monkeypatch):
    """Of very many pairs some are looked into, and that is said."""
    from agentmem.actions import colliding

    monkeypatch.setattr(colliding, "MAX_PAIRS", 2)
    for name in ("a", "b", "c"):
        branch(project, name, "return 1", f"return '{name}'")
    project.git("switch", "-q", "main")
    done = project.call("conflicts")
    assert done.out.startswith("agentmem: 2 of 2 conflicts")
    assert (
        "only 2 of 3 pairs of other branches were looked into: agentmem conflicts BRANCH BRANCH" in done.err
    )


def test_claims_whose_scopes_meet(project):
    """Two holders that may touch the same files are told; one holder of both is not."""
    tasks = [
        project.json("add", "task", f"Task {name}", "--scope", glob)["id"]
        for name, glob in (("a", "src/**"), ("b", "src/x.py"))
    ]
    for task, agent in zip(tasks, ("api-1", "api-2"), strict=True):
        project.ok("claim", task, env={"AGENTMEM_AGENT": agent})
    (one,) = project.json("conflicts")["conflicts"]
    assert one["type"] == "scopes-meet" and set(one["ids"]) == set(tasks)
    assert "both claim src/" in one["reason"]


def test_names_with_spaces_and_no_trunk(project):
    """Odd paths, and a clone that knows no trunk, are no trouble."""
    support.put(project.path / "a b\nc.txt", "1\n")
    project.commit("odd")
    branch(project, "a", "1", "2", "a b\nc.txt")
    branch(project, "b", "1", "3", "a b\nc.txt")
    assert [one[0] for one in found(project)] == ["merge-conflict"]


def test_trunk_that_has_gone_on(project, tmp_path):
    """What trunk has changed since, here or as it was last fetched, is foreseen too; each only once."""
    branch(project, "a", "return 1", "return 11")
    branch(project, "b", "return 1", "return 12")
    project.git("switch", "-q", "main")
    project.git("merge", "-q", "--no-edit", "b")
    project.git("branch", "-q", "-d", "b")
    project.git("switch", "-q", "a")
    assert found(project) == [("merge-conflict", ("a", "main"), "git cannot merge src/x.py: one")]
    bare = tmp_path / "bare.git"
    project.git("clone", "-q", "--bare", str(project.path), str(bare))
    project.git("remote", "add", "origin", str(bare))
    project.git("fetch", "-q", "origin", "main")
    project.git("update-ref", "refs/heads/main", "main~1")
    assert found(project) == [("merge-conflict", ("a", "origin/main"), "git cannot merge src/x.py: one")]
    project.git("merge", "-q", "-X", "ours", "--no-edit", "origin/main")
    assert found(project) == []


def test_trunk_that_was_not_pushed_beside_the_fetched_one(project, tmp_path):
    """On trunk, what a pull would meet."""
    bare = tmp_path / "bare.git"
    project.git("clone", "-q", "--bare", str(project.path), str(bare))
    project.git("remote", "add", "origin", str(bare))
    branch(project, "theirs", "return 1", "return 11")
    project.git("push", "-q", "origin", "theirs:main")
    project.git("switch", "-q", "main")
    project.git("branch", "-q", "-D", "theirs")
    assert found(project) == []
    file = project.path / "src" / "x.py"
    file.write_text(file.read_text().replace("return 1\n", "return 12\n"))
    project.commit("ours")
    project.git("fetch", "-q", "origin")
    assert found(project) == [("merge-conflict", ("main", "origin/main"), "git cannot merge src/x.py: one")]


@pytest.mark.parametrize("ref", ["refs/heads/dangling", "refs/remotes/origin/main"])
def test_a_branch_whose_commit_is_missing(project, ref):
    """A ref to an object that this clone has lost is left out with a note, and the others are told as ever."""
    branch(project, "a", "return 1", "return 11")
    branch(project, "b", "return 1", "return 12")
    support.put(project.path / ".git" / ref, "0123456789" * 4 + "\n")
    told = project.call("conflicts", "--json")
    assert told.code == 0, told.err
    assert [one["reason"] for one in told.json["conflicts"]] == ["git cannot merge src/x.py: one"]
    name = ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")
    assert told.err.count(f"note: {name} is left out: this clone has not got all of it") == 1
    assert found(project, "a") == [("merge-conflict", ("b", "a"), "git cannot merge src/x.py: one")]
