"""What lies elsewhere, told truly: trunk before others, worktrees as they are now, folders that are no worktree any more."""

import shutil

import pytest

from agentmem.actions import selecting
from agentmem.actions.context import Context
from tests.support import Project, git


def worktree(project: Project, name: str, *words: str) -> Project:
    """Another worktree of the repository, on a branch of its own name."""
    path = project.path.parent / name
    project.git("worktree", "add", "-q", "-b", name, *words, str(path))
    return Project(path)


def titles(project: Project, *words: str) -> dict[str, str | None]:
    """The branch of each title that is listed."""
    return {one["title"]: one["branch"] for one in project.json("list", *words)["memories"]}


@pytest.fixture
def base(store: Project) -> Project:
    """A store with one fact and one task, committed."""
    store.ok("add", "fact", "Base fact")
    store.ok("task", "add", "First task")
    store.commit()
    return store


@pytest.mark.parametrize("other", ["aaa", "zzz"])
def test_what_trunk_has_is_trunks(base: Project, other: str) -> None:
    """Whatever branch also holds trunk's newest tasks and closings, and wherever its name stands: they are trunk's."""
    there = worktree(base, "there")
    second = base.json("task", "add", "Second task")["id"]
    first = next(t["id"] for t in base.json("task", "list")["tasks"] if t["id"] != second)
    base.ok("done", first, "-m", "done on trunk")
    base.commit()
    base.git("branch", other)
    listed = {task["title"]: task for task in there.json("task", "list", "--all")["tasks"]}
    assert listed.keys() == {"First task", "Second task"}
    assert "Second task" in there.ok("next")
    assert other not in there.ok("task", "list", "--all")


def test_a_branch_that_ends_like_trunk_is_not_trunk(base: Project) -> None:
    """``alice/main`` is a branch as any other: its tasks are not offered, and what it closed is not merged."""
    base.git("switch", "-qc", "alice/main")
    first = base.json("task", "list")["tasks"][0]["id"]
    base.ok("task", "add", "Only on alice/main")
    base.ok("done", first, "-m", "done")
    base.commit()
    base.git("switch", "-q", "main")
    assert "Only on alice/main" not in base.ok("next") + base.ok("task", "list", "--all")
    assert "done on alice/main, NOT merged here" in base.ok("task", "list", "--all")


def test_a_worktree_is_as_it_is_now(base: Project) -> None:
    """What a worktree has retracted, edited or deleted of its branch's own memory is not told as it was committed."""
    there = worktree(base, "there")
    retracted = there.json("add", "fact", "Apricot jam boils at 90")["id"]
    edited = there.json("add", "fact", "Plums are blue")["id"]
    there.ok("add", "fact", "Pears are gone")
    there.commit()
    there.ok("retract", retracted, "--reason", "measured")
    there.ok("edit", edited, "--set", "title=Plums are red")
    next(there.store.rglob("pears-*")).unlink()
    assert titles(base, "--all-branches").keys() == {"Base fact", "First task", "Plums are red"}
    assert base.json("conflicts")["conflicts"] == []


def test_who_is_behind_is_in_no_conflict(base: Project) -> None:
    """An edit that the other side has not got yet is no conflict, from wherever it is looked at; one on both is."""
    there = worktree(base, "there")
    identity = base.json("list", "--kind", "fact")["memories"][0]["id"]
    base.ok("edit", identity, "--set", "title=Edited on trunk")
    base.commit()
    for one in (base, there):
        assert one.json("conflicts")["conflicts"] == []
    path = next(there.store.rglob("base-fact-*"))
    path.write_text(path.read_text().replace("Base fact", "Edited there"))
    for one in (base, there):
        (conflict,) = one.json("conflicts")["conflicts"]
        assert conflict["type"] == "changed-on-both" and conflict["ids"] == [identity]


def test_a_folder_that_became_another_repository(base: Project, new_repository) -> None:
    """What lies where a worktree was is not of this repository; nor are the worktrees of that which this is a copy of."""
    there = worktree(base, "there")
    there.ok("add", "fact", "Ours")
    assert "Ours" in titles(base, "--all-branches")
    copy = Project(base.path.parent / "copy")
    shutil.copytree(base.path, copy.path, symlinks=True)
    assert "Ours" not in titles(copy, "--all-branches")
    shutil.rmtree(there.path)
    git(there.path.parent, "init", "-q", "there")
    there.ok("init", "--no-hooks")
    there.ok("add", "fact", "Foreign")
    assert "Foreign" not in titles(base, "--all-branches")
    assert "Foreign" not in titles(base, "--branch", "there")


def test_a_worktree_that_git_cannot_read_is_told(base: Project) -> None:
    """Where git cannot say what another worktree has, a note says so."""
    there = worktree(base, "there")
    there.ok("add", "fact", "Not committed")
    (base.path / ".git/worktrees/there/index").write_bytes(b"torn")
    answer = base.call("list", "--all-branches")
    assert answer.code == 0 and "Not committed" not in answer.out
    assert f"what {there.path} has not committed is left out" in answer.err


def test_the_first_worktree_of_a_submodule(base: Project) -> None:
    """A submodule's git dir is elsewhere, and git lists it in the place of the folder: its configuration knows better."""
    whole = base.path.parent / "whole"
    git(base.path.parent, "init", "-q", "-b", "main", "whole")
    git(whole, "-c", "protocol.file.allow=always", "submodule", "-q", "add", str(base.path), "lib")
    inner = Project(whole / "lib")
    beside = worktree(inner, "beside")
    inner.ok("add", "fact", "In the submodule")
    assert titles(beside, "--all-branches")["In the submodule"] == "main"


def test_the_worktree_at_hand_is_another_seen_from_elsewhere(base: Project) -> None:
    """A view of another branch with all the others has what the worktree at hand has not committed, as from everywhere."""
    one, other = worktree(base, "one"), worktree(base, "other")
    one.ok("add", "fact", "In one")
    other.ok("add", "fact", "In other")
    for project in (base, one, other):
        assert {"In one", "In other"} <= titles(project, "--branch", "other", "--all-branches").keys()


def test_a_worktree_in_a_rebase(base: Project) -> None:
    """A rebase that has stopped is of the branch that it moves, seen from another worktree, too."""
    there = worktree(base, "there")
    for project, title in ((base, "Main says"), (there, "There says")):
        path = next(project.store.rglob("base-fact-*"))
        path.write_text(path.read_text().replace("Base fact", title))
        project.commit()
    there.git("-c", "merge.agentmem.driver=false", "rebase", "main", check=False)
    there.ok("add", "fact", "In a rebase")
    assert titles(base, "--all-branches")["In a rebase"] == "there"


def test_other_worktrees_are_asked_early_and_only_git_says_which_there_are(
    base: Project, new_repository
) -> None:
    """Git is asked about the folders that its files name while Python imports; of one that is no worktree any more, of none that
    is left over, anything is told.
    """
    there, gone = worktree(base, "there"), worktree(base, "gone")
    there.ok("task", "add", "Only there", "--role", "qa")
    gone.ok("task", "add", "Only gone", "--role", "qa")
    shutil.rmtree(gone.path)
    new_repository(gone.path)
    Project(gone.path).ok("init")
    Project(gone.path).ok("task", "add", "Of another repository", "--role", "qa")
    context = Context(str(base.path), environment={})
    context.begin(beside=True)
    started = context._started
    assert started is not None
    assert set(started.beside) == {str(there.path.resolve()), str(gone.path.resolve())}
    context.index.include_others()
    view = context.index.view()
    titles = {one.memory.title for one in selecting.fetch(context.index, view, range(len(view.columns.ids)))}
    assert titles == {"Base fact", "First task", "Only there"}
    assert set(started.beside) == {str(gone.path.resolve())}  # what was taken is in use
    running = started.beside[str(gone.path.resolve())]
    context.close()
    assert all(one.returncode is not None for one in running._running())


def test_a_worktree_alone_asks_about_no_other(base: Project) -> None:
    """Without another worktree nothing more is started."""
    context = Context(str(base.path), environment={})
    context.begin(beside=True)
    assert context._started is not None and context._started.beside == {}
    context.close()
