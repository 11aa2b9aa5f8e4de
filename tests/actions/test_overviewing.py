"""The overview: the same bytes for the same tree, written on trunk alone, and nothing in it that a memory could smuggle in."""

import re

import pytest

from tests import support
from tests.support import Project


@pytest.fixture
def project(store: Project) -> Project:
    """A plan of two phases, a decision with evidence, a dead end."""
    support.put(
        store.path / "src" / "queue.py", "def claim(worker):\n    return rows.skip_locked(worker, limit=50)\n"
    )
    plan = store.json("add", "plan", "Job queue v1", "--set", "owner=pm")["id"]
    task = ("--set", f"plan={plan}", "--role", "api")
    store.first = store.json("add", "task", "Schema", *task, "--set", "phase=1 Database")["id"]
    store.second = store.json(
        "add", "task", "Routes", *task, "--set", "phase=2 API", "--set", f"needs={store.first}"
    )["id"]
    store.ok(
        "add",
        "decision",
        "Workers claim with SKIP LOCKED",
        "--cite",
        "src/queue.py#claim",
        "--scope",
        "src/**",
    )
    store.ok("add", "deadend", "A lock table")
    store.commit("all")
    return store


def test_what_it_says(project):
    """Progress, the phases as a graph, what is open and why it waits, decisions with their evidence, dead ends."""
    text = project.ok("overview")
    first, second = project.first[:6], project.second[:6]
    assert "# Job queue v1\n\n**0 of 2 tasks done** · plan `" in text and "owner pm" in text
    assert '  p0["1 Database 0/1"]\n  p1["2 API 0/1"]\n  p0 --> p1\n```' in text
    assert f"| 2 API | api | 0/1 | `{second}` Routes (needs `{first}`) |" in text
    assert "[Workers claim with SKIP LOCKED](decisions/workers-claim-with-skip-locked-" in text
    assert "| `src/**` | 02-22 | holds |" in text
    assert "## Tried, did not work\n- `" in text and "A lock table" in text


def test_what_changes_is_told(project):
    """A task that was done, one that failed, evidence that the code contradicts."""
    project.ok("done", project.first, "-m", "tables made")
    support.put(
        project.path / "src" / "queue.py",
        "def claim(worker):\n    return rows.skip_locked(worker, limit=60)\n",
    )
    text = project.ok("overview")
    assert "**1 of 2 tasks done**" in text and "1 open question" in text
    assert "](../src/queue.py#L1) says otherwise" in text and "| **changed** |" in text
    assert f"## Last done\n- 02-22 `{project.first[:6]}` Schema · " in text
    project.ok("fail", project.first, "--reason", "no index", "--to", "db-1")
    text = project.ok("overview")
    assert "## Failed, reopened" in text and "no index · back to db-1" in text


def test_the_same_tree_gives_the_same_bytes(project, tmp_path):
    """Claims, time, the index, another clone: nothing but the tree alters it."""
    text = project.ok("overview")
    project.ok("claim", project.first)
    assert project.ok("overview", env={"AGENTMEM_NOW": "2027-01-01T00:00:00Z"}) == text
    clone = tmp_path / "clone"
    support.git(tmp_path, "clone", "-q", str(project.path), str(clone))
    assert Project(clone).ok("overview") == text
    project.ok("overview", "--write")
    project.commit("overview")
    assert project.ok("overview") == text


def test_it_is_written_on_trunk_alone(project):
    """Elsewhere branches would conflict in it; what is current is not written again; a check in CI warns unless it is strict."""
    assert project.call("overview", "--check", "--strict").code == 1
    assert project.call("overview", "--check").code == 0
    assert project.ok("overview", "--write") == "wrote .agentmem/overview.md\n"
    assert project.ok("overview", "--write") == "unchanged: .agentmem/overview.md\n"
    assert project.ok("overview", "--check", "--strict") == ".agentmem/overview.md is current\n"
    project.git("switch", "-q", "-c", "other")
    done = project.call("overview", "--write")
    assert done.code == 2 and "git switch main" in done.err


def test_open_tasks_of_no_plan_stand_beside_plans(project):
    """The most urgent may belong to none; when all of them are done there is nothing to tell."""
    urgent = project.json("task", "add", "Rotate the key", "--priority", "0")["id"]
    text = project.ok("overview")
    assert (
        "## Tasks of no plan\n\n**0 of 1 tasks done**\n" in text
        and f"`{urgent[:6]}` Rotate the key |" in text
    )
    project.ok("done", urgent, "-m", "rotated")
    assert "no plan" not in project.ok("overview")


def test_a_memory_brings_no_markup(project):
    """Titles cannot open a table, a link, HTML or a node of the graph."""
    project.ok("add", "decision", 'x | y <img src=a> [z](http://e) "q"] @all')
    project.ok("add", "task", "T", "--set", 'phase=3 "]; click p0 "http://e" [<b>')
    text = project.ok("overview")
    assert not re.search(r"(?<!\\)<(img|b)\\b", text)
    assert "](http://e)" not in text and '"]; click' not in text


def test_an_empty_store(store):
    """There is a page even where there is nothing to tell."""
    assert store.ok("overview").splitlines()[1] == "# Team memory"
