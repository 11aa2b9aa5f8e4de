"""Tidying: five steps, a commit each, for one job."""

import pytest

from agentmem.actions import archiving, mending, promoting, reflecting
from agentmem.errors import NotWritable
from tests import support
from tests.actions.keeping import entries, put

LINES = "def run():\n    return 'a line that is long enough to be found in another place'\n"


def subjects(project, count=9):
    return project.git("log", "--format=%s", f"-{count}").splitlines()


def everything(store):
    """A store in which each step has something to do."""
    support.put(store.path / "a.py", LINES)
    store.commit("code")
    pending = put(store, 1, "decision", title="Take this one")
    store.commit()
    moved = store.json("add", "fact", "It runs", "--cite", "a.py:1-2")["id"]
    entries(store)
    put(store, 40, "log", title="A step by itself")
    put(store, 41, expires="2026-01-01T00:00:00Z")
    store.commit()
    store.git("switch", "-qc", "feature")
    store.ok("edit", pending, "--set", "tags+=x")
    store.commit()
    store.git("switch", "-q", "main")
    store.git("merge", "-q", "feature")
    store.git("mv", "a.py", "b.py")
    store.commit("moved")
    return pending, moved


def test_each_step_in_a_commit_of_its_own(store):
    """Promote, re-anchor, reflect, archive old logs, forget, in this order; then there is nothing to do, and no commit."""
    pending, moved = everything(store)
    before = subjects(store, 1)
    would = store.json("tidy", "--dry-run")
    assert subjects(store, 1) == before and store.git("status", "--porcelain") == ""
    done = store.json("tidy")
    assert [step["count"] for step in done["steps"]] == [1] * 5 == [step["count"] for step in would["steps"]]
    assert all(step["commit"] and step["problem"] is None for step in done["steps"])
    assert subjects(store, 5)[::-1] == [
        "memory: promote 1 change",
        "memory: re-anchor 1 citation",
        "memory: reflect on 6 log entries",
        "memory: archive 1 memory",
        "memory: archive 1 memory",
    ]
    assert done["steps"][1]["ids"] == [moved] and done["steps"][0]["ids"] == [pending]
    assert store.git("status", "--porcelain") == ""
    head = store.git("rev-parse", "HEAD")
    assert store.ok("tidy").startswith("agentmem: nothing to tidy on main")
    assert store.git("rev-parse", "HEAD") == head


def test_a_step_that_fails_is_told_and_the_others_go_on(store, monkeypatch):
    """The exit code is that of the first failure; the steps after it are done, and the next run makes up for it."""
    everything(store)

    def refuse(*args):
        raise NotWritable("the disk is full", "make room")

    with monkeypatch.context() as patched:
        patched.setattr(reflecting, "reflect", refuse)
        ran = store.call("tidy")
    assert ran.code == 3
    assert "reflect: FAILED: the disk is full     make room" in ran.out
    assert "archive old logs: 1 log entry archived" in ran.out and "forget: 1 memory archived" in ran.out
    # the entries wait for the reflection that was not made
    assert "reflect: 1 reflection" in store.ok("tidy")


def test_not_on_trunk(store):
    """What keeps all steps from it is said once, and by a dry run just so."""
    everything(store)
    for words in (["feature"], ["--detach"]):
        store.git("switch", "-q", *words)
        ran = store.call("tidy")
        assert ran.code == 2 and ran.out == "" and ran.err.count("error") == 1
        assert store.call("tidy", "--dry-run") == ran


def test_behind_its_upstream(store, tmp_path):
    """Nothing is done on a trunk that is behind: it would not be pushed."""
    support.git(tmp_path, "clone", "-q", str(store.path), "clone")
    clone = support.Project(tmp_path / "clone")
    put(store, 1, "log")
    store.commit()
    clone.git("fetch", "-q")
    ran = clone.call("tidy")
    assert ran.code == 4 and "git pull" in ran.err


def test_edits_that_are_not_committed_are_not_ours(store):
    """A memory that is being edited is neither re-anchored nor archived, and what moves in the worktree alone has not moved."""
    everything(store)
    moved = next((store.store / "facts").glob("it-runs-*.md"))
    with moved.open("a") as file:
        file.write("More.\n")
    step = store.json("tidy")["steps"][1]
    assert step["count"] == 0
    assert store.git("status", "--porcelain").strip() == f"M {moved.relative_to(store.path).as_posix()}"
    store.commit()
    store.git("mv", "b.py", "c.py")
    assert store.json("tidy")["steps"][1]["count"] == 0
    store.commit()
    assert store.json("tidy")["steps"][1]["count"] == 1


@pytest.mark.parametrize("step", ["re-anchor", "archive old logs"])
def test_killed_in_the_middle(store, monkeypatch, step):
    """Killed before a step's commit, it can run again, and ends where it would have ended."""
    everything(store)
    whole = promoting.commit_files

    def killed(context, paths, message):
        if ("re-anchor" in message) if step == "re-anchor" else ("archive" in message):
            store.git("add", "-A")
            raise SystemExit
        return whole(context, paths, message)

    with monkeypatch.context() as patched:
        patched.setattr(promoting, "commit_files", killed)
        patched.setattr(archiving, "take_back", lambda context: False)
        with pytest.raises(SystemExit):
            store.call("tidy")
    assert store.git("status", "--porcelain")
    assert store.call("tidy").code == 0
    assert store.git("status", "--porcelain") == ""
    assert len([line for line in subjects(store) if line.startswith("memory: ")]) == 5
    assert "b.py" in next((store.store / "facts").glob("it-runs-*.md")).read_text()


def test_a_hand_edit_after_a_kill_is_kept(store, monkeypatch):
    """What somebody writes into a file that a kill left half done is not put back."""
    everything(store)

    def killed(context, paths, message):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(mending, "fix", lambda *args: killed(*args))
        patched.setattr(archiving, "take_back", lambda context: False)
        with pytest.raises(SystemExit):
            store.call("tidy")
    moved = next((store.store / "facts").glob("it-runs-*.md"))
    with moved.open("a") as file:
        file.write("By hand.\n")
    store.ok("tidy")
    assert moved.read_text().endswith("By hand.\n")


def test_logs_and_the_rest_apart(store):
    """The log is archived in one commit, what else goes in another."""
    put(store, 1, "log")
    put(store, 2, expires="2026-01-01T00:00:00Z")
    store.commit()
    store.ok("tidy")
    assert subjects(store, 2) == ["memory: archive 1 memory"] * 2
    assert "log/" in store.git("show", "--stat", "HEAD~1") and "facts/" in store.git("show", "--stat", "HEAD")


def test_a_dry_run_says_what_the_steps_will_do(store):
    """What the first steps take up or take away holds nothing any more when the last is told."""
    everything(store)
    relay = store.json("add", "fact", "The mail relay has port 25")["id"]
    cited = put(store, 42, expires="2026-01-01T00:00:00Z")
    entries(store, start=200, needs=f"[{cited}]")
    store.commit()
    store.git("switch", "-qc", "other")
    store.ok("edit", relay, "--set", "expires=2026-01-02")
    store.commit()
    store.git("switch", "-q", "main")
    store.git("merge", "-q", "--no-ff", "-m", "merge", "other")
    would, done = store.json("tidy", "--dry-run"), store.json("tidy")
    ids = [[(step["step"], sorted(step["ids"])) for step in ran["steps"]] for ran in (would, done)]
    assert ids[0] == ids[1]
    assert {relay, cited} <= set(done["steps"][-1]["ids"])
