"""What is told of what a team writes: each thing once, whoever wrote it wherever, and nothing that was there before."""

import shutil
from pathlib import Path

import pytest

from agentmem.actions.context import Context
from agentmem.actions.watching import Watcher
from agentmem.errors import NoRepository
from tests import support
from tests.actions.teams import claim, shared_team, task, worktree
from tests.support import Project

ONCE = "---\nid: {id}\nkind: fact\ntitle: {title}\ncreated: 2026-02-10T14:03:22Z\n---\n{body}\n"


class Watched:
    """A watcher of a project that is asked by the test, and not by the system."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.watcher = Watcher(lambda: Context(str(project.path)))
        self.told: list = []

    def see(self, *tops: Path) -> list:
        """What is told now, switches aside; what is only half there is looked at again, as the loop does."""
        return [one for one in self.all(*tops) if one.what != "switched"]

    def all(self, *tops: Path) -> list:
        found = []
        for _ in range(5):
            look = self.watcher.look({str(top) for top in tops} or None)
            found += look.events
            if not look.again:
                break
        self.told += found
        return found

    def lines(self) -> list[tuple]:
        """What is told now, as what and title."""
        return [(one.what, one.title) for one in self.see()]


@pytest.fixture
def watched(store):
    """A store with a memory, watched from now on."""
    store.ok("add", "fact", "There before")
    store.commit()
    return Watched(store)


def first_id(project: Project) -> str:
    return project.json("list")["memories"][-1]["id"]


def test_writes_are_told_once(watched):
    """A memory is told when it is written, and neither when it is staged, committed, branched, merged nor packed."""
    project = watched.project
    project.ok("add", "decision", "Use a queue", "--body", "It is one.")
    (event,) = watched.see()
    assert (event.what, event.kind, event.title, event.by) == ("added", "decision", "Use a queue", "tester")
    assert event.worktree == str(project.path) and event.branch == "main"
    assert event.path.startswith("decisions/use-a-queue-") and event.blob
    project.git("add", "-A")
    assert not watched.see()
    project.commit()
    assert not watched.see()
    project.git("branch", "other")
    project.git("gc", "-q", "--prune=now")
    assert not watched.see()


def test_edits_and_retractions(watched):
    """An edit is told with the fields it touches, on trunk and as a change of a branch; a retraction with its reason."""
    project = watched.project
    one = first_id(project)
    project.ok("edit", one, "--set", "title=Renamed", "--set", "tags+=queue")
    (event,) = watched.see()
    assert (event.what, event.id, event.title, event.fields) == ("edited", one, "Renamed", ("title", "tags"))
    project.commit()
    project.git("switch", "-q", "-c", "feature")
    project.ok("edit", one, "--set", "importance=4")
    (event,) = watched.see()
    assert (event.what, event.id, event.branch, event.fields) == ("changed", one, "feature", ("importance",))
    project.ok("retract", one, "--reason", "no longer so")
    (event,) = watched.see()
    assert (event.what, event.note) == ("retracted", "no longer so")
    project.commit()
    project.git("switch", "-q", "main")
    assert not watched.see()
    project.ok("retract", one, "--reason", "not here either")
    (event,) = watched.see()
    assert (event.what, event.note) == ("retracted", "not here either")


def test_a_hand_edit_is_told(watched):
    """What somebody writes with an editor is told as what the tool writes; half a file is not, and a file that is none never."""
    project = watched.project
    path = project.write("facts/by-hand.md", "# By hand\n\nNo front matter.\n")
    assert watched.lines() == [("added", "By hand")]
    path.write_text("# By hand\n\nAnd again.\n")
    assert watched.lines() == [("edited", "By hand")]
    project.write("facts/broken.md", b"---\nid: [\n---\n\xff")
    project.write("facts/.tmp-1", "not yet")
    project.write("notes.txt", "no memory")
    (project.store / "facts" / "link.md").symlink_to(path)
    assert not watched.see()
    project.write("facts/broken.md", ONCE.format(id=support.identity(1), title="Whole now", body="b"))
    assert watched.lines() == [("added", "Whole now")]


def test_a_switch_brings_nothing_new(watched):
    """Ten memories of another branch are no news: they were told when they were written; the switch itself is one line."""
    project = watched.project
    project.git("switch", "-q", "-c", "feature")
    for number in range(10):
        project.remember(number)
    assert len(watched.see()) == 10
    project.commit()
    for name in ("main", "feature", "main"):
        project.git("switch", "-q", name)
        (event,) = watched.all()
        assert (event.what, event.branch, event.worktree) == ("switched", name, str(project.path))
    project.git("merge", "-q", "feature")
    assert not watched.all()


def test_old_commits_and_tags_bring_nothing_new(watched):
    """What an old commit holds was written before, whether it is checked out, branched from, or tagged."""
    project = watched.project
    one = first_id(project)
    old = project.git("rev-parse", "HEAD").strip()
    project.ok("edit", one, "--set", "title=Second")
    project.commit()
    project.ok("edit", one, "--set", "title=Third")
    project.commit()
    middle = project.git("rev-parse", "HEAD~1").strip()
    fresh = Watched(project)
    project.git("checkout", "-q", middle)
    assert [one.what for one in fresh.all()] == ["switched"]
    project.git("checkout", "-q", "-b", "hotfix", old)
    assert [one.what for one in fresh.all()] == ["switched"]
    project.git("branch", "elsewhere", middle)
    assert not fresh.all()
    project.ok("add", "fact", "Fixed in the old line")
    assert fresh.lines() == [("added", "Fixed in the old line")]
    project.git("restore", "--source=main", "--", ".agentmem")
    assert not fresh.see()


def test_new_commits_on_an_old_line(watched):
    """A branch begun at an old commit and written on within one look: what is new in it is told, what is old is not."""
    project = watched.project
    one = first_id(project)
    old = project.git("rev-parse", "HEAD").strip()
    project.ok("edit", one, "--set", "title=Second")
    project.commit()
    fresh = Watched(project)
    project.git("switch", "-q", "-c", "hotfix", old)
    project.ok("add", "fact", "New on the old line")
    project.commit()
    project.git("switch", "-q", "main")
    assert fresh.lines() == [("added", "New on the old line")]


def test_what_a_fetch_brings(watched, tmp_path):
    """What others pushed is told when it arrives, each write of it, with its author; a pull of the same brings no more."""
    project = watched.project
    bare = tmp_path / "bare.git"
    project.git("clone", "-q", "--bare", str(project.path), str(bare))
    project.git("remote", "add", "origin", str(bare))
    other = Project(tmp_path / "other")
    project.git("clone", "-q", str(bare), str(other.path))
    other.ok("init", "-q")
    for title in ("First", "Second"):
        other.ok("add", "fact", title, env={"AGENTMEM_AGENT": "bob"})
        other.commit(title)
    other.git("push", "-q")
    assert not watched.see()
    project.git("fetch", "-q", "origin")
    events = watched.see()
    assert [(one.title, one.by, one.branch, one.worktree) for one in events] == [
        ("First", "bob", "origin/main", None),
        ("Second", "bob", "origin/main", None),
    ]
    project.git("merge", "-q", "origin/main")
    assert not watched.see()


def test_a_bare_repository(watched, tmp_path):
    """Where there are no files but refs, what is pushed is told."""
    project = watched.project
    bare = Project(tmp_path / "bare.git")
    project.git("clone", "-q", "--bare", str(project.path), str(bare.path))
    there = Watched(bare)
    project.ok("add", "fact", "Pushed")
    project.commit()
    project.git("push", "-q", str(bare.path), "main")
    assert [(one.title, one.branch, one.worktree) for one in there.see()] == [("Pushed", "main", None)]
    assert bare.ok("watch", "--timeout", "0").startswith("agentmem: watching main @")


def test_a_read_only_git_dir(watched):
    """In a sandbox that keeps the git dir read-only, all is told as well."""
    project = watched.project
    with support.read_only(project.path / ".git"):
        there = Watched(project)
        project.remember(1, title="Written in a sandbox")
        assert there.lines() == [("added", "Written in a sandbox")]


def test_other_worktrees(watched):
    """What is written in another worktree is told, also in one that was made since; that one is removed is no harm."""
    project = watched.project
    second = worktree(project, "second")
    second.ok("brief", "--as", "worker-2")
    second.ok("add", "fact", "From the second")
    (event,) = watched.see()
    assert (event.title, event.by, event.branch) == ("From the second", "tester", "second")
    assert event.worktree == str(second.path)
    path = second.store / event.path
    path.write_text(path.read_text() + "By hand.\n")
    assert [(one.what, one.fields, one.by) for one in watched.see()] == [("edited", ("body",), "worker-2")]
    project.git("worktree", "remove", "--force", str(second.path))
    assert not watched.see()
    project.ok("add", "fact", "Still watching")
    assert watched.lines() == [("added", "Still watching")]


def test_claims_and_ends(watched):
    """That a task is claimed, let go, taken over, done and reopened is told; that a lease is renewed is not."""
    project = watched.project
    one = task(project, "Do it")
    project.commit("task")
    assert watched.lines() == [("added", "Do it")]
    claim(project, one, agent="api")
    (event,) = watched.see()
    assert (event.what, event.id, event.title, event.by) == ("claimed", one, "Do it", "api")
    assert event.until is not None
    claim(project, one, agent="api", at=1200)
    assert not watched.see()
    claim(project, one, "--resume", agent="other", at=1300)
    assert [(e.what, e.by) for e in watched.see()] == [("claimed", "other")]
    other = {"env": {"AGENTMEM_AGENT": "other"}}
    project.ok("handoff", one, "-m", "half", **other)
    assert [(e.what, e.note) for e in watched.see()] == [("released", "half")]
    project.ok("claim", one, **other)
    project.ok("done", one, "-m", "all", **other)
    events = watched.see()
    assert [e.what for e in events] == ["done"]
    assert events[0].tasks == (one,)
    project.ok("fail", one, "--reason", "broken", **other)
    assert [(e.what, e.tasks) for e in watched.see()] == [("failed", (one,))]
    project.commit()
    assert not watched.see()


def test_claims_of_another_clone(store, tmp_path):
    """A claim that somebody made in another clone is told when it arrives, once."""
    one = task(store, "Shared work")
    _, (here, there) = shared_team(store, tmp_path, "there")
    watched = Watched(here)
    there.ok("claim", one, env={"AGENTMEM_AGENT": "far-away"})
    assert not watched.see()
    here.ok("sync")
    assert [(e.what, e.id, e.title, e.by) for e in watched.see()] == [
        ("claimed", one, "Shared work", "far-away")
    ]
    here.ok("sync")
    assert not watched.see()


def test_promotion(watched):
    """What trunk takes up from a branch is told as that, and not as an edit by whoever runs it."""
    project = watched.project
    one = first_id(project)
    project.git("switch", "-q", "-c", "feature")
    project.ok("edit", one, "--set", "title=Renamed on a branch")
    project.commit()
    project.git("switch", "-q", "main")
    project.git("merge", "-q", "feature")
    assert watched.lines() == [("changed", "There before")]
    project.ok("overlay", "promote")
    assert watched.lines() == [("promoted", "Renamed on a branch")]


def test_a_checkout_in_progress_is_waited_for(watched):
    """While git holds a worktree's index, what its files say may be of two commits: it is looked at when git is done."""
    project = watched.project
    lock = support.put(project.path / ".git/index.lock", "")
    project.remember(1)
    look = watched.watcher.look()
    assert not look.events and look.again
    lock.unlink()
    assert len(watched.see()) == 1
    support.put(lock, "")  # of a git that died: not waited for for ever
    project.remember(2)
    events = []
    for _ in range(50):
        events += watched.watcher.look().events
    assert len(events) == 1


def test_files_before_head(watched):
    """A file that git wrote while HEAD has not moved yet is not told before it is clear that it stays."""
    project = watched.project
    one = first_id(project)
    project.ok("edit", one, "--set", "title=Second")
    project.commit()
    fresh = Watched(project)
    old = project.git("rev-parse", "HEAD~1").strip()
    path = project.git("ls-files", ".agentmem/facts").strip()
    project.git("restore", f"--source={old}", "--", path)
    first = fresh.watcher.look()
    assert not first.events and first.again
    project.git("checkout", "-q", "-f", old)
    assert [one.what for one in fresh.all()] == ["switched"]


def test_the_store_goes_and_comes(watched):
    """A branch without a store, a store that is moved away and back: nothing breaks, and nothing is told twice."""
    project = watched.project
    project.git("switch", "-q", "--orphan", "empty")
    project.git("commit", "-q", "--allow-empty", "-m", "nothing")
    shutil.rmtree(project.store, ignore_errors=True)
    assert not watched.see()
    project.git("switch", "-q", "main")
    assert not watched.see()
    project.store.rename(project.path / "away")
    assert not watched.see()
    (project.path / "away").rename(project.store)
    project.ok("add", "fact", "After all")
    assert watched.lines() == [("added", "After all")]


def test_line_ends_are_no_edit(watched):
    """A checkout that turns line ends is no edit of every memory."""
    project = watched.project
    (path,) = (project.store / "facts").iterdir()
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert not watched.see()


def test_only_the_worktrees_that_are_named_are_read(watched):
    """Whoever knows where something happened has nothing else read; the rest is found by the next look at everything."""
    project = watched.project
    second = worktree(project, "second")
    watched.see()
    project.remember(1)
    second.remember(2)
    assert [one.worktree for one in watched.see(second.path)] == [str(second.path)]
    assert [one.worktree for one in watched.see()] == [str(project.path)]


def test_the_end_of_the_repository(watched):
    """When the worktree at hand is gone, that is said."""
    shutil.rmtree(watched.project.path)
    with pytest.raises(NoRepository):
        watched.watcher.look()


def test_a_store_in_a_folder_and_sha256(new_repository):
    """A store below the top, in a repository with long object names, before the first commit."""
    project = new_repository("other", "--object-format=sha256")
    inner = Project(project.path / "docs")
    inner.path.mkdir()
    inner.ok("init")
    watched = Watched(inner)
    inner.ok("add", "fact", "In a folder")
    (event,) = watched.see()
    assert event.title == "In a folder" and len(event.blob) == 64
    project.commit()
    assert not watched.see()
    inner.ok("add", "fact", "Another one of them")
    project.commit()
    assert watched.lines() == [("added", "Another one of them")]


def test_sixty_writes_and_some_switches(watched):
    """Writes on three branches and in two worktrees, in any order with switches, commits, packing: each is told once."""
    project = watched.project
    second = worktree(project, "second")
    for name in ("one", "two"):
        project.git("branch", name)
    written = []
    for number in range(60):
        where = second if number % 3 == 0 else project
        where.remember(number, title=f"Write {number}")
        written.append(f"Write {number}")
        if number % 4 == 3:
            project.commit()
        if number % 6 == 5:
            project.commit()
            project.git("switch", "-q", ("one", "two", "main")[number // 6 % 3])
        if number % 10 == 9:
            second.commit()
        if number % 25 == 24:
            project.git("gc", "-q")
        if number % 2:
            watched.see()
    watched.see()
    titles = [one.title for one in watched.told if one.what != "switched"]
    assert sorted(titles) == sorted(written)
