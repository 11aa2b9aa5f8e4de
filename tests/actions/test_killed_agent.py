"""An agent killed in the middle of a task: the next one, wherever it works, is told how the claim stands and the last handoff."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests import support
from tests.actions import teams
from tests.actions.teams import claim, holders, shared_team, task, worktree
from tests.support import Project

HOUR = 3600
TITLE = "GET /jobs/:id"
NOTE = "show() answers 404; next: the number comes as text, make it an int"
LESSON = "The router gives numbers as text"

AGENT = """
import os, sys, time
from agentmem.cli import main

task, note, lesson = sys.argv[1:]
words = ["--scope", "server/api/**"]
for command in (
    ["brief", "--as", "api-1", "--role", "api"],
    ["claim", task],
    ["handoff", "-m", note],
    ["claim", task],
    ["add", "fact", lesson, "--body", "The path of the request is not parsed.", *words],
):
    if main.run(command):
        sys.exit(1)
with open("server/api/jobs.py", "w") as half_done:
    half_done.write("def show(jobs, text):\\n    number = int(te")
    half_done.flush()
    print("at work", flush=True)
    time.sleep(600)
"""

RESTLESS = """
import os, sys
from datetime import datetime, timedelta
from agentmem.cli import main

now = datetime.fromisoformat(os.environ["AGENTMEM_NOW"])
for step in range(10_000):
    os.environ["AGENTMEM_NOW"] = (now + timedelta(seconds=step)).strftime("%Y-%m-%dT%H:%M:%SZ")
    main.run(["claim", sys.argv[1]])
    main.run(["handoff", sys.argv[1], "-m", f"step {step} is done"])
    print("step", step, file=sys.stderr, flush=True)
"""


def begin(project: Project, script: str, *words: str) -> subprocess.Popen[bytes]:
    """An agent as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *words],
        cwd=project.path,
        env=support.environment({"AGENTMEM_AGENT": "api-1", "AGENTMEM_ROLE": "api"}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def kill(running: subprocess.Popen[bytes]) -> None:
    """End an agent as the kernel does when memory runs out."""
    os.killpg(running.pid, signal.SIGKILL)
    assert running.wait(30) == -signal.SIGKILL
    for stream in (running.stdout, running.stderr):
        if stream is not None:
            stream.close()


def killed_at_work(project: Project) -> None:
    """An agent claims the task, hands it off, takes it up again, writes something down, and is killed as it writes code."""
    running = begin(project, AGENT, project.task, NOTE, LESSON)
    assert running.stdout is not None
    said = b""
    while b"at work" not in said:
        line = running.stdout.readline()
        assert line, running.communicate()[1].decode()
        said += line
    kill(running)


def told(project: Project, at: int = 0, agent: str = "api-2") -> dict[str, list[str]]:
    """The sections of the brief of the one who comes next."""
    env = {"AGENTMEM_AGENT": agent, "AGENTMEM_ROLE": "api", **teams.later(at)}
    done = project.call("brief", "--json", env=env)
    assert done.code == 0 and not done.err, done
    return json.loads(done.out)["sections"]


def lines_of(sections: dict[str, list[str]]) -> str:
    """A brief's lines as one text."""
    return "\n".join(line for lines in sections.values() for line in lines)


@pytest.fixture
def store(store):
    """A store with one task of the API, and its code."""
    support.put(store.path / "server" / "api" / "jobs.py", "def show(jobs, text):\n    return jobs[text]\n")
    store.task = task(store, TITLE, "--role", "api", "--scope", "server/api/**")
    store.commit("task")
    return store


@pytest.fixture
def team(store):
    """Two worktrees of one clone; the agent in the first has been killed."""
    dead, heir = worktree(store, "dead"), worktree(store, "heir")
    dead.task = heir.task = store.task
    killed_at_work(dead)
    return dead, heir


def remove(dead: Project) -> None:
    """Throw a worktree away, as orchestrators do."""
    dead.git("worktree", "remove", "--force", str(dead.path), check=False)
    assert not dead.path.exists()


# what holds as it is


@pytest.mark.parametrize("gone", [False, True], ids=["folder there", "folder deleted"])
def test_the_claim_stays_until_its_lease_ends(team, gone):
    """The next one sees who holds it and how long, and is refused; then it is free, and the note comes with it."""
    dead, heir = team
    if gone:
        remove(dead)
    short = heir.task[:6]
    held = told(heir, 600)["in_progress"]
    assert held[0].startswith(f'- api-1 · {short} "{TITLE}" · server/api/** · 10m, 50m left')
    lost = claim(heir, heir.task, agent="api-2", at=601)
    assert lost.code == 4 and "is claimed by api-1 until 11:42Z (dead, active 10m ago)" in lost.err
    assert holders(heir, HOUR - 1)[heir.task] == ("api-1", "held")
    assert holders(heir, HOUR)[heir.task] == ("api-1", "expired")
    sections = told(heir, HOUR)
    assert sections["next"][0].startswith(f'Take: {short} "{TITLE}"')
    assert NOTE in lines_of(sections)
    won = claim(heir, heir.task, agent="api-2", at=HOUR + 1)
    assert won.code == 0 and f"handoff (api-1, 1h): {NOTE}" in won.out
    mine = told(heir, HOUR + 2)["where"]
    assert [line for line in mine if line.startswith(f'Yours: {short} "{TITLE}"')]
    assert [line for line in mine if NOTE in line]


def test_the_claim_stays_in_another_clone(store, tmp_path):
    """Over a remote the same, by the clock of whoever looks: the lease ends an hour and a minute after it was first seen."""
    _, (one, two) = shared_team(store, tmp_path, "two")
    dead = worktree(one, "dead")
    dead.task = one.task
    killed_at_work(dead)
    short = one.task[:6]
    held = told(two, 60)["in_progress"]
    assert held[0].startswith(f'- api-1 · {short} "{TITLE}" · server/api/** · 1m, ')
    remove(dead)
    assert claim(two, one.task, agent="api-2", at=60 + HOUR + 59).code == 4
    sections = told(two, 60 + HOUR + 60)
    assert sections["next"][0].startswith(f'Take: {short} "{TITLE}"')
    assert NOTE in lines_of(sections)
    won = claim(two, one.task, agent="api-2", at=60 + HOUR + 61)
    assert won.code == 0 and f"handoff (api-1, 1h): {NOTE}" in won.out
    # who comes next in the clone of the dead one sees the new holder
    assert told(one, 60 + HOUR + 62, agent="api-3")["in_progress"][0].startswith(f"- api-2 · {short} ")


def test_the_remote_outlives_the_clone(store, tmp_path):
    """The whole clone of the dead one is deleted, and another one was never there before: the note comes all the same."""
    import shutil

    bare, (one, two) = shared_team(store, tmp_path, "two")
    two.task = one.task
    killed_at_work(two)
    shutil.rmtree(two.path)
    one.git("clone", "-q", str(bare), str(tmp_path / "late"))
    late = Project(tmp_path / "late")
    # what this clone has never seen move is held, however old it is
    first = told(late, 5 * HOUR)
    assert first["in_progress"][0].startswith(f'- api-1 · {one.task[:6]} "{TITLE}"')
    assert NOTE in lines_of(told(late, 6 * HOUR + 60))
    assert claim(late, one.task, agent="api-2", at=6 * HOUR + 61).code == 0


def test_resume_does_not_wait(team):
    """Who knows that the holder is dead takes over at once, on the record, and has the note."""
    dead, heir = team
    remove(dead)
    won = claim(heir, heir.task, "--resume", agent="api-2", at=60)
    assert won.code == 0
    assert "taken over from api-1" in won.out and f"handoff (api-1, 1m): {NOTE}" in won.out


def test_what_was_written_down_outlives_the_folder(team):
    """The memory that the dead one had not committed: status names the way back; on another branch it is adopted then."""
    dead, heir = team
    remove(dead)
    assert "1 write in no commit and no worktree any more: agentmem restore --journal" in heir.ok("status")
    assert LESSON in heir.ok("restore", "--journal")
    assert "agentmem overlay adopt dead" in heir.ok("status")
    heir.ok("overlay", "adopt", "dead")
    assert LESSON in heir.titles()


def test_what_was_written_down_is_there_for_who_goes_on_with_the_branch(team):
    """The next one in a new worktree of the dead one's branch has it back by one command."""
    dead, heir = team
    remove(dead)
    heir.git("worktree", "add", "-q", str(dead.path), "dead")
    assert LESSON in dead.ok("restore", "--journal")
    assert LESSON in dead.titles()


@pytest.mark.parametrize("steps", [1, 3, 6])
def test_killed_in_any_moment(store, steps):
    """Killed while it claims and hands on without rest: what is left is whole, and the next one goes on from there."""
    dead, heir = worktree(store, "dead"), worktree(store, "heir")
    running = begin(dead, RESTLESS, store.task)
    assert running.stderr is not None
    seen = 0
    while seen < steps:
        line = running.stderr.readline()
        assert line
        seen += line.startswith(b"step ")
    time.sleep(0.013 * steps)
    kill(running)
    (one,) = heir.json("claims", "--all", env=teams.later(30))["claims"]
    assert one["agent"] == "api-1" and one["state"] in ("held", "released")
    note = one["handoff"]["text"]
    assert note.startswith("step ") and note.endswith(" is done") and int(note.split()[1]) >= steps - 1
    assert note in lines_of(told(heir, 2 * HOUR))
    won = claim(heir, store.task, agent="api-2", at=2 * HOUR)
    assert won.code == 0 and note in won.out
    assert not heir.git("fsck", "--no-dangling", "--no-progress")


# what the criterion asks for besides


@pytest.mark.parametrize("gone", [False, True], ids=["folder there", "folder deleted"])
def test_the_note_is_told_while_the_lease_runs(team, gone):
    """One of the same role, who has nothing else to do, reads how far it is."""
    dead, heir = team
    if gone:
        remove(dead)
    assert NOTE in lines_of(told(heir, 600))


@pytest.mark.parametrize("gone", [False, True], ids=["folder there", "folder deleted"])
def test_the_state_is_told_after_the_lease(team, gone):
    """That a task was begun, by whom, on which branch, and that its lease ended, is told with the note."""
    dead, heir = team
    if gone:
        remove(dead)
    said = [line for line in told(heir, HOUR + 600)["next"] if heir.task[:6] in line]
    assert "expired" in "".join(said) and "api-1" in "".join(said) and "dead" in "".join(said)


def test_the_brief_tells_of_what_was_not_committed(team):
    """The dead one's memory that is in the journal alone is told with the way back."""
    dead, heir = team
    remove(dead)
    assert "agentmem restore --journal" in lines_of(told(heir, 60))


def test_claims_says_since_when_it_is_free(team):
    """An expired lease is as old as its end."""
    _, heir = team
    assert " · expired 10m ago" in heir.ok("claims", env=teams.later(HOUR + 600))


def test_a_claim_that_nobody_has_renewed_for_hours_looks_dead(store, tmp_path):
    """A brief in a new clone says what `claims` says: nothing has been heard of the holder."""
    bare, (one, two) = shared_team(store, tmp_path, "two")
    two.task = one.task
    killed_at_work(two)
    one.git("clone", "-q", str(bare), str(tmp_path / "late"))
    assert "looks dead" in told(Project(tmp_path / "late"), 5 * HOUR)["in_progress"][0]
