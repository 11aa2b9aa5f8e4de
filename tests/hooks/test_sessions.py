"""What agents' programs get at the start, after an edit, before a compaction and at the end of a session."""

import json
import os
import subprocess

import pytest

from agentmem.model.sessions import EVENTS, NAMES
from tests import support


@pytest.fixture
def team(store):
    """A store with what is known of src/a.py, and a task."""
    support.put(store.path / "src/a.py", "def f():\n    return 1\n")
    store.ok(
        "add", "deadend", "Caching f does not help", "--scope", "src/a.py", "--body", "It is called once."
    )
    store.ok("add", "fact", "f gives one", "--cite", "src/a.py#f", "--body", "Since the start.")
    store.ok(
        "add", "decision", "Everything below src is Python", "--scope", "src/**", "--body", "For the tools."
    )
    store.ok("add", "log", "Worked on a", "--scope", "src/a.py")
    store.ok("task", "add", "Make f give two", "--scope", "src/**")
    store.commit()
    return store


def said(project, agent, event, message=None, cwd=None, **options):
    """The answer, and the text in it, wherever this agent's program looks for it."""
    options.setdefault("env", {"AGENTMEM_AGENT": None})
    given = json.dumps({"session_id": "s1", "cwd": str(project.path), **(message or {})})
    ran = support.call("session", agent, event, cwd=cwd or project.path, input=given, **options)
    assert ran.code == 0 and ran.err == "", ran
    if not ran.out:
        return {}, ""
    answer = json.loads(ran.out)
    inner = answer.get("hookSpecificOutput", answer)
    keys = ("additionalContext", "additional_context", "systemMessage", "user_message")
    return answer, next(inner[key] for key in keys if key in inner)


@pytest.mark.parametrize("agent", NAMES)
def test_a_session_starts_with_the_brief(team, agent):
    """The model gets the brief, and the session a name that tells the program and the worktree."""
    _, text = said(team, agent, "start")
    assert text.startswith(f"# Brief: {agent}-repo") and "Make f give two" in text
    assert f"you: {agent}-repo" in team.ok("status", env={"AGENTMEM_AGENT": None})


def test_a_name_that_was_given_stays(team):
    """Who was named by the environment, or by an earlier brief, is not named anew; nor who holds a claim."""
    assert said(team, "claude", "start", env={"AGENTMEM_AGENT": "db-1"})[1].startswith("# Brief: db-1")
    team.ok("claim", env={"AGENTMEM_AGENT": None})
    assert "Yours: " in said(team, "claude", "start")[1]
    team.ok("brief", "--as", "api-1", env={"AGENTMEM_AGENT": None})
    assert said(team, "codex", "start")[1].startswith("# Brief: api-1")


@pytest.mark.parametrize("agent", NAMES)
def test_an_edit_brings_up_what_is_known_of_the_file_once(team, agent):
    """The closest few, a dead end first, no log and no task; in one session each once, in the next again."""
    edit = {"tool_input": {"file_path": str(team.path / "src/a.py")}, "session_id": "e1"}
    _, text = said(team, agent, "edit", edit)
    assert (
        text.index("Caching f") < text.index("f gives one")
        and "Worked on a" not in text
        and "Make f" not in text
    )
    assert said(team, agent, "edit", edit) == ({}, "")
    assert said(team, agent, "edit", {**edit, "session_id": "e2"})[1] == text


def test_the_brief_counts_as_told(team):
    """What the brief of the session showed is not told again after an edit."""
    _, brief = said(team, "claude", "start")
    _, text = said(team, "claude", "edit", {"tool_input": {"file_path": "src/a.py"}})
    assert "Caching f" in brief and "Caching f" not in text


@pytest.mark.parametrize("path", ["README.md", "/etc/hosts", ".agentmem/config.toml", "../x", ""])
def test_an_edit_of_which_nothing_is_known_is_silent(team, path):
    """A file that no memory is about, one elsewhere, and the memories themselves bring up nothing."""
    assert said(team, "claude", "edit", {"tool_input": {"file_path": path}}) == ({}, "")


def test_a_file_of_another_worktree(team):
    """An edit by its whole path tells what is known where the file is, wherever the session works, and by whatever name."""
    other, link = team.path.parent / "other", team.path.parent / "link"
    team.git("worktree", "add", "-q", str(other), "-b", "other")
    link.symlink_to(team.path)
    for number, (cwd, folder) in enumerate(
        [
            (team.path, other),
            (other, team.path),
            (team.path.parent, other),
            (team.path, link),
            (link, team.path),
        ]
    ):
        edit = {
            "tool_input": {"file_path": str(folder / "src/a.py")},
            "session_id": f"w{number}",
            "cwd": str(cwd),
        }
        assert "Caching f" in said(team, "claude", "edit", edit)[1], (cwd, folder)


def test_what_is_not_committed_is_kept_on_the_claim(team):
    """Before a compaction it is noted on the claim, where the next brief has it; once committed the note goes."""
    alone = {"AGENTMEM_AGENT": "a1"}
    team.ok("claim", env=alone)
    support.put(team.path / "src/b.py", "x = 1\n")
    team.ok("add", "fact", "b is new", "--scope", "src/b.py", env=alone)
    assert "src/b.py; 1 memory" in said(team, "claude", "compact", env=alone)[1]
    assert "not committed: src/b.py; 1 memory" in team.ok("brief", env=alone)
    assert said(team, "claude", "stop", env=alone) == ({}, "")  # as it was told
    team.commit()
    assert said(team, "claude", "stop", env=alone) == ({}, "")
    assert "not committed" not in team.ok("brief", env=alone)


def test_an_edit_renews_the_claim(team):
    """Who edits for hours and asks for nothing keeps the task."""
    for minutes in range(0, 180, 20):
        env = {
            "AGENTMEM_AGENT": "a1",
            "AGENTMEM_NOW": f"2026-02-22T{10 + minutes // 60}:{minutes % 60:02}:00Z",
        }
        if not minutes:
            team.ok("claim", env=env)
        said(team, "claude", "edit", {"tool_input": {"file_path": "README.md"}}, env=env)
    (claim,) = team.call("claims", "--json", env={"AGENTMEM_NOW": "2026-02-22T13:10:00Z"}).json["claims"]
    assert (claim["agent"], claim["state"]) == ("a1", "held")


def test_a_note_that_somebody_wrote_stays(team):
    """A handoff in words is never replaced by what a program notes."""
    first, second = {"AGENTMEM_AGENT": "a1"}, {"AGENTMEM_AGENT": "a2"}
    team.ok("claim", env=first)
    team.ok("handoff", "-m", "route is written; next: the test", env=first)
    team.ok("claim", env=second)
    support.put(team.path / "src/b.py", "x = 1\n")
    said(team, "claude", "compact", env=second)
    assert "route is written" in team.ok("brief", env=second)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize(
    "given",
    ["", "{", "[]", "null", '{"cwd": 7}', '{"cwd": "/nowhere"}', "\0"],
)
def test_no_message_breaks_a_session(team, event, given):
    """Whatever comes on standard input, the exit code is 0 and stderr is empty."""
    ran = support.call("session", "claude", event, cwd=team.path, input=given)
    assert (ran.code, ran.err) == (0, "") and (ran.out == "" or json.loads(ran.out))


WRONG = [
    ("claude", "dance"),
    ("unknown", "start"),
    (),
    ("claude",),
    ("claude", "start", "more"),
    ("--new", "claude", "stop"),
]


@pytest.mark.parametrize("words", WRONG)
def test_what_is_not_known_is_silent(team, words):
    """An event or a program of another version is none of ours."""
    assert support.call("session", *words, cwd=team.path, input="{}") == support.Ran(0, "", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full disk at hand")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("session", "claude", "start"), 0),
        (("list",), 3),
        (("list", "--json"), 3),
        (("help",), 3),
        (("show", "nothing-of-that-name", "--json"), 2),
    ],
)
def test_nobody_takes_what_is_said(team, words, code):
    """Standard output that is full stops no session and is no bug of ours; one that is closed is nobody's business."""
    start = [*support.command(*words)]
    env = support.environment()
    with open("/dev/full", "wb") as full:
        done = subprocess.run(start, cwd=team.path, env=env, input=b"{}", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == code and b"bug" not in done.stderr and b"Traceback" not in done.stderr, done
    assert code == 0 or done.stderr.startswith(b"error: "), "who cannot be told in JSON is told in words"
    if code == 2:
        return  # on an output that is closed nobody asks for JSON
    shell = ["sh", "-c", 'exec "$@" >&-', "sh", *start]
    closed = subprocess.run(shell, cwd=team.path, env=env, input=b"{}", stderr=subprocess.PIPE)
    assert (closed.returncode, closed.stderr) == (0, b"")


def test_without_a_store_or_a_repository_it_is_silent(repo, tmp_path):
    """A plugin for all repositories says nothing where there is no memory."""
    for folder in (repo.path, tmp_path):
        for event in EVENTS:
            assert support.call("session", "claude", event, cwd=folder, input="{}") == support.Ran(0, "", "")


def test_a_broken_store_breaks_no_session(team):
    """Broken files and a broken configuration are none of a session's business."""
    team.write("facts/broken-0000000000zz.md", b"---\nid: [\n---\n\xff")
    team.write("config.toml", "trunk = [")
    for event in EVENTS:
        assert support.call("session", "claude", event, cwd=team.path, input="{}").code == 0


def test_a_store_of_another_name(repo):
    """Where init has put the store elsewhere, a session from the top finds it, and an error names it."""
    support.put(repo.path / "apps/my app/a.py", "x = 1\n")
    repo.ok("init", "--store", "apps/my app/.agentmem")
    ran = repo.call("list")
    assert ran.code == 3 and "agentmem --store 'apps/my app/.agentmem' COMMAND" in ran.err
    there = ("--store", "apps/my app/.agentmem")
    repo.ok(
        "add", "deadend", "Caching does not help", "--scope", "apps/my app/a.py", "--body", "Once.", *there
    )
    assert said(repo, "claude", "start")[1].startswith("# Brief")
    for path in ("apps/my app/a.py", str(repo.path / "apps/my app/a.py")):
        _, text = said(repo, "claude", "edit", {"tool_input": {"file_path": path}, "session_id": path})
        assert "Caching does not help" in text


def test_in_a_sandbox_too_each_is_told_once(team, tmp_path, monkeypatch):
    """Where the git dir is read-only what a session was told lies beside the index, as who works there does."""
    monkeypatch.setenv("AGENTMEM_CACHE", str(tmp_path / "cache"))
    edit = {"tool_input": {"file_path": "src/a.py"}}
    with support.read_only(team.path / ".git"):
        assert "Caching f" in said(team, "claude", "edit", edit)[1]
        assert said(team, "claude", "edit", edit) == ({}, "")
