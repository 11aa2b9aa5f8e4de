"""A whole day of work with `.git` read-only, as sandboxes have it: everything but claims works, and claims say the ways out."""

import shutil

import pytest

from tests import support
from tests.actions.teams import as_agent, task
from tests.support import Project

CODE = "def claim():\n    return 1\n\n\ndef retry():\n    return 2\n"
SKIP_LOCKED = "Workers claim jobs with SKIP LOCKED"


@pytest.fixture(params=["one worktree", "a linked worktree"])
def sandbox(store, request, monkeypatch):
    """A worktree on a branch of its own, with hooks, code and two tasks, of which the asker holds one; git's folder is read-only,
    whoever asks. The journal and the locks have nowhere to be but in the system's temp folder.
    """
    support.put(store.path / "src" / "queue.py", CODE)
    store.ok(
        "add",
        "decision",
        SKIP_LOCKED,
        "--body",
        "A lock table needs a sweeper.",
        "--cite",
        "src/queue.py#claim",
    )
    tasks = [task(store, title) for title in ("POST /jobs", "Retry with backoff")]
    store.commit()
    store.ok("hooks", "install")
    project = store
    if request.param == "one worktree":
        store.git("switch", "-q", "-c", "feature/retry")
    else:
        store.git("worktree", "add", "-q", "../queue", "-b", "feature/retry")
        project = Project(store.path.parent / "queue")
    monkeypatch.delenv("AGENTMEM_AGENT")
    project.ok("claim", tasks[0][:6], env={"AGENTMEM_AGENT": "api-agent"})
    project.tasks, project.git_dir = tasks, store.path / ".git"
    before = listing(project.git_dir)
    with support.read_only(project.git_dir):
        with pytest.raises(OSError):
            (project.git_dir / "probe").write_text("x")
        yield project
        assert listing(project.git_dir) == before
    shutil.rmtree(store.path.parent / "queue", ignore_errors=True)


def listing(folder):
    """What a folder holds, with when each was written."""
    return {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}


def ways_out(project, verb, command):
    """What an error says of a git dir that is read-only."""
    there = project.git_dir
    return (
        f"error: cannot {verb}: {there} is read-only here (sandbox?)\n"
        f"hint: allow writes to {there}/objects, {there}/refs/agentmem and {there}/agentmem, or {verb} from outside:"
        f" agentmem {command}\n"
    )


def test_a_day(sandbox):
    """From the brief to what is handed on: each command does its work and says nothing on stderr; only claims are refused."""
    mine, other = (one[:6] for one in sandbox.tasks)

    def ok(*words):
        ran = sandbox.run(*words)
        assert (ran.code, ran.err) == (0, ""), (words, ran)
        return ran.out

    # the morning: who one is stays known, though git's folder cannot keep it
    said = ok("brief", "--as", "api-agent", "--role", "api")
    assert "# Brief: api-agent (api)" in said and "POST /jobs" in said
    assert "you: api-agent (api)" in ok() and "api-agent" in ok("claims")
    assert "1 of 1 shown" in ok("recall", "why skip locked", "--file", "src/queue.py")
    assert other in ok("next") and other in ok("task", "list") and ok("plan", "show")
    # writing
    fact = sandbox.json("add", "fact", "claim gives up at once", "--cite", "src/queue.py#claim")["id"]
    assert "api-agent" in ok("show", fact[:6]) and fact[:6] in ok("list", "--kind", "fact")
    assert ok("edit", fact[:6], "--set", "title=claim gives up after one try").startswith("edited")
    decision = sandbox.json("list", "--kind", "decision")["memories"][0]["id"]
    assert "a change of this branch" in ok("edit", decision, "--set", "importance=5")
    assert ok("cite", fact[:6], "src/queue.py#retry") and ok(
        "supersede", decision, "--title", "Workers claim by hand"
    )
    gone = sandbox.json("add", "fact", "Batch size is fifty")["id"]
    assert "wrong" in ok("retract", gone[:6], "--reason", "wrong") + ok("show", gone[:6])
    assert ok("restore", gone[:6]).startswith("restored")
    assert "gives up" in ok("recall", "claim gives up")
    # looking
    support.put(sandbox.path / "src" / "queue.py", CODE.replace("return 1", "return 3"))
    assert "CHANGED" in ok("recall", "claim gives up", "--budget", "0")
    assert sandbox.run("verify").code == 1 and "cite-changed" in ok("check")
    assert "not committed" in ok("history") and ok("history", decision) and ok("diff", "main..HEAD")
    for words in (
        ("overview",),
        ("conflicts",),
        ("overlay",),
        ("overlay", "show"),
        ("cost",),
        ("hooks",),
        ("doctor",),
    ):
        assert ok(*words)
    assert ok("index", "status") and ok("export", "jsonl")
    for verb in ("forget", "reflect"):  # what they would do is told, and that they could not
        told = sandbox.run(verb, "--dry-run")
        assert told.code == 0 and told.out.startswith("agentmem: ")
        assert f": agentmem {verb} would be refused; this is what it finds in the view at hand\n" in told.err
    assert ok("init").startswith("kept")
    # claims, and what is handed on
    for words, at in (((other,), other), ((mine,), mine), ((other, "--resume"), other), ((), other)):
        refused = sandbox.run("claim", *words)
        way = ways_out(sandbox, "claim", f"claim {at} --agent api-agent --worktree {sandbox.path}")
        assert (refused.code, refused.out) == (3, "") and refused.err == way
    refused = sandbox.run("handoff", "-m", "half of it")
    way = ways_out(sandbox, "hand on", f"-C {sandbox.path} handoff {mine} --agent api-agent -m TEXT")
    assert (refused.code, refused.err) == (3, way)
    # the evening
    assert ok("done", mine, "-m", "tested", "--used", decision[:6]).startswith(f"done {mine}: ")
    assert ok("fail", other, "--reason", "the retry test fails").startswith("reopened")
    assert mine not in ok("next")
    for words in (
        ("add", "fact", "Committed at once", "--commit"),
        ("edit", fact[:6], "--set", "importance=4"),
    ):
        ran = sandbox.run(*words)
        assert (ran.code == 3 and "Read-only" in ran.err) == ("--commit" in words)


def test_what_was_written_is_committed_from_outside(store, tmp_path, monkeypatch):
    """Once git's folder can be written the next commit takes the day along, and the ways out that were told work."""
    support.put(store.path / "a.py", "x\n")
    first = task(store, "POST /jobs")
    store.commit()
    store.ok("hooks", "install")
    with support.read_only(store.path / ".git"):
        path = store.json("add", "fact", "Written in a sandbox")["path"]
        hint = store.call("claim", first[:6], env=as_agent("api-agent")).err.rpartition(" agentmem ")[2]
    assert store.ok(*hint.split(), cwd=tmp_path).startswith("claimed")
    store.git("commit", "-q", "--allow-empty", "-m", "x")
    assert path in store.git("status", "--porcelain", "-uall")  # AGENTMEM_HOOKS=off
    monkeypatch.delenv("AGENTMEM_HOOKS")
    store.git("commit", "-q", "--allow-empty", "-m", "x")
    assert store.git("status", "--porcelain") == "" and path in store.git("ls-files")
