"""The brief: what bears on who asks, nothing else; the same twice; the five questions answered."""

import pytest

from tests import support
from tests.support import Project

API = {"AGENTMEM_AGENT": "api-1", "AGENTMEM_ROLE": "api"}
QA = {"AGENTMEM_AGENT": "qa-1", "AGENTMEM_ROLE": "qa"}


def added(project: Project, *words: str, env=None) -> str:
    """The id of a new memory."""
    return project.json("add", *words, env=env)["id"]


@pytest.fixture
def team(store: Project) -> Project:
    """A plan of three tasks of two roles, a dead end and a convention about the API's code."""
    support.put(
        store.path / "src" / "api" / "jobs.py",
        "def create(job):\n    return job.save(checked=True, tries=3)\n",
    )
    plan = added(store, "plan", "Job queue v1", "--set", "owner=pm")
    store.plan = plan
    store.first = added(
        store,
        "task",
        "POST /jobs",
        "--role",
        "api",
        "--scope",
        "src/api/**",
        "--set",
        f"plan={plan}",
        "--set",
        "phase=5A API",
    )
    store.second = added(
        store,
        "task",
        "End to end test of jobs",
        "--role",
        "qa",
        "--set",
        f"needs={store.first}",
        "--set",
        f"plan={plan}",
    )
    store.third = added(store, "task", "Rate limit", "--role", "api", "--set", f"plan={plan}")
    added(
        store,
        "deadend",
        "A heartbeat in the request handler",
        "--scope",
        "src/api/**",
        "--body",
        "It dies with it.",
    )
    added(store, "convention", "Errors leave the API as problem+json", "--scope", "src/api/**")
    added(store, "decision", "Pages poll every 5 s", "--scope", "web/**")
    store.commit("plan")
    return store


def sections(project: Project, env) -> dict[str, list[str]]:
    """The sections of a brief."""
    return project.json("brief", env=env)["sections"]


def test_one_who_starts_cold(team):
    """Where one is, what to take, what to beware of and what to know are told; nothing of other code."""
    told = sections(team, API)
    assert told["where"] == [f'Plan {team.plan[:6]} "Job queue v1": 0 of 3 tasks done.']
    assert (
        told["next"][0].startswith(f'Take: {team.first[:6]} "POST /jobs"') and "unblocks 1" in told["next"][0]
    )
    assert [line for line in told["beware"] if "deadend: A heartbeat" in line]
    assert [line for line in told["know"] if "problem+json" in line]
    assert not [line for line in told["know"] if "Pages poll" in line]
    assert "in_progress" not in told and "done_since" not in told


def test_one_at_work_and_the_others(team):
    """A claim is told to its holder as theirs, with time left; to who waits for it as in progress."""
    team.ok("claim", team.first, env=API)
    told = sections(team, API)
    assert told["where"][1].startswith(f'Yours: {team.first[:6]} "POST /jobs", claimed now, 1h left')
    assert told["next"][0] == f"Now: finish {team.first[:6]} (unblocks 1)."
    told = sections(team, QA)
    assert told["in_progress"] == [f'- api-1 · {team.first[:6]} "POST /jobs" · src/api/** · now, 1h left']
    assert told["next"] == ["Nothing is free for role qa."]


def test_the_same_twice(team):
    """Two briefs in a row are the same, byte for byte, with a claim or without."""
    assert team.ok("brief", env=API) == team.ok("brief", env=API)
    team.ok("claim", env=API)
    assert team.ok("brief", env=API) == team.ok("brief", env=API)


def test_what_was_done_on_another_branch(team):
    """What another has finished is told with its branch until it is merged, and what waits for that says so."""
    team.git("switch", "-q", "-c", "feature/jobs")
    team.ok("claim", team.first, env=API)
    team.ok("done", "-m", "route and schema; tests pass", env=API)
    team.commit("jobs")
    team.git("switch", "-q", "main")
    told = sections(team, QA)
    (line,) = told["done_since"]
    assert (
        line.startswith(f"- {team.first[:6]} api-1: POST /jobs")
        and "on feature/jobs, NOT merged here" in line
    )
    assert f'Waits for merge of feature/jobs: {team.second[:6]} "End to end test of jobs".' in told["next"]
    team.git("merge", "-q", "--no-edit", "feature/jobs")
    told = sections(team, QA)
    assert "NOT merged" not in str(told)
    assert told["next"][0].startswith(f"Take: {team.second[:6]}")
    assert [line for line in told["where"] if line.startswith("Tests (now")]


def test_a_note_for_the_next(team):
    """What one who stopped early has left is told to who could take the task, and to who takes it."""
    team.ok("claim", team.first, env=API)
    team.ok("handoff", "-m", "schema written; next: the route", env=API)
    other = {"AGENTMEM_AGENT": "api-2", "AGENTMEM_ROLE": "api"}
    note = "api-1, now): schema written; next: the route"
    assert [line for line in sections(team, other)["next"] if note in line]
    team.ok("claim", team.first, env=other)
    assert [line for line in sections(team, other)["where"] if note in line]


def test_a_failure_is_told_with_its_reason(team):
    """Who takes a reopened task reads why it came back, and that it is urgent."""
    team.ok("claim", team.first, env=API)
    team.ok("done", "-m", "made", env=API)
    team.ok("fail", team.first, "--reason", "500 on an unknown id", env=QA)
    assert ", failed before" in sections(team, API)["next"][0]
    team.ok("claim", team.first, env=API)
    assert [
        line
        for line in sections(team, API)["where"]
        if line.startswith("Failed before (qa-1, now): 500 on an unknown id")
    ]


def test_evidence_that_the_code_contradicts(team):
    """A fact about the code at hand whose lines were rewritten stands under Beware, and not under Know."""
    fact = added(
        team,
        "fact",
        "A job is saved after three tries",
        "--scope",
        "src/api/**",
        "--cite",
        "src/api/jobs.py:2",
    )
    assert [line for line in sections(team, API)["know"] if fact[:6] in line]
    support.put(
        team.path / "src" / "api" / "jobs.py",
        "def create(job):\n    return job.save(checked=True, tries=5)\n",
    )
    told = sections(team, API)
    assert [line for line in told["beware"] if line.startswith(f'- {fact[:6]} fact CHANGED: "A job is saved')]
    assert not [line for line in told["know"] if fact[:6] in line]


def test_who_works_here_is_remembered(team):
    """What ``--as`` and ``--role`` say holds for what is run in this worktree next, and for no other worktree."""
    team.ok("brief", "--as", "api-9", "--role", "api", env={"AGENTMEM_AGENT": None})
    nobody = {"AGENTMEM_AGENT": None}
    assert team.json("brief", env=nobody)["agent"] == "api-9"
    assert team.json("status", env=nobody)["agent"] == "api-9"
    other = team.path.parent / "beside"
    team.git("worktree", "add", "-q", str(other), "-b", "beside")
    assert Project(other).json("brief", env=nobody)["agent"] == "beside"


def test_the_budget_is_kept(team):
    """However much there is to tell, the text stays within its tokens and says what it left out."""
    from agentmem.model import tokens

    for number in range(120):
        team.remember(
            number,
            f"The API's rule number {number} about jobs",
            kind="convention",
            scope="[src/api/**]",
            pin="true",
        )
    text = team.ok("brief", env=API)
    assert tokens.estimate(text) <= 1200
    assert "Left out: " in text.splitlines()[-1]
    short = team.ok("brief", "--budget", "300", env=API)
    assert tokens.estimate(short) <= 300 and "## Where" in short


def test_a_store_without_tasks_and_one_without_commits(store, new_repository):
    """Nothing to tell is no error."""
    assert "Nothing is free." in store.ok("brief")
    fresh = new_repository("fresh")
    fresh.ok("init")
    told = fresh.ok("brief", env={"AGENTMEM_AGENT": None})
    assert told.startswith("# Brief: fresh · main (no commit yet)")


def test_files_that_another_worktree_changes_too(team):
    """An edit of the same file in another worktree, not committed, is told with who holds a claim there."""
    other = team.path.parent / "beside"
    team.git("worktree", "add", "-q", str(other), "-b", "beside")
    Project(other).ok("claim", team.third, env={"AGENTMEM_AGENT": "api-2", "AGENTMEM_ROLE": "api"})
    for folder in (team.path, other):
        support.put(folder / "src" / "api" / "jobs.py", f"# of {folder.name}\n")
    assert "- api-2 also changes src/api/jobs.py, uncommitted" in sections(team, API)["beware"]
