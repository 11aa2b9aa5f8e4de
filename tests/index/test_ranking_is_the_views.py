"""Ranking is the view's: old versions, other branches and the engine change neither a score nor an order."""

import os

import pytest

from agentmem.actions import indexing, selecting
from agentmem.actions import recall as action
from agentmem.actions.context import Context
from tests import support

QUESTIONS = (
    "queue worker",
    "why does the lease end",
    "retry with backoff",
    "schema migration",
    "token budget of the parser",
    '"replica shard"',
    "server/src/queue/claim.ts",
    "kind:decision cache",
    "lexer socket timeout recently",
    "m7 header cookie",
)
COUNT = 60


def fill(project, version=""):
    """Memories that share words unevenly, so that idf and lengths decide."""
    words = support.WORDS
    for number in range(COUNT):
        title = f"{words[number % 7].title()} and {words[number % len(words)]} {number}"
        body = " ".join(words[(number * step + step) % len(words)] for step in range(1, 4 + number % 11))
        body += f"\n\nThe replica shard of m{number}. {version}"
        kind = ("fact", "decision", "task")[number % 3]
        project.remember(
            number,
            title,
            body,
            kind,
            scope=f"[server/src/{words[number % 5]}/**]",
            tags=f"[{words[number % 13]}]",
        )


@pytest.fixture
def project(store):
    """A committed store of 60 memories."""
    fill(store)
    store.commit()
    return store


def top(project, **environment):
    """The ten best of each question, with their scores."""
    context = Context(str(project.path), environment={**os.environ, **environment})
    answers = []
    for question in QUESTIONS:
        result = action.recall(context, question, selecting.Filters(), limit=10, budget=0)
        answers.append([(hit.found.memory.id, hit.score) for hit in result.hits])
    assert sum(map(bool, answers)) >= 8, answers
    return answers


def indexed_total(project):
    return project.json("index", "status")["indexed_total"]


def test_scan_and_index_rank_alike(project):
    """The scan of the files and a fresh index give the same ten, with the same scores."""
    scanned = top(project, AGENTMEM_SCAN="1")
    assert indexed_total(project) == COUNT
    assert top(project) == scanned


def test_rebuilding_changes_no_rank(project):
    """`index rebuild` changes no answer."""
    before = top(project)
    project.ok("index", "rebuild")
    assert top(project) == before


def test_fifty_old_versions_change_no_rank(project):
    """An index that holds 50 old versions of each memory ranks as a fresh one does."""
    before = top(project)
    for version in range(50):
        fill(project, f"Version {version} queue worker lease retry backoff schema cookie.")
        context = Context(str(project.path))
        indexing.status(context)
        context.index.knowledge.close()
    assert indexed_total(project) == COUNT * 51
    fill(project)
    assert top(project) == before
    assert top(project, AGENTMEM_SCAN="1") == before


def test_old_versions_in_history_change_no_rank(project):
    """Old versions that were committed, and recalled when they were new, count no more either."""
    before = top(project)
    for version in range(3):
        fill(project, f"Version {version} cache cookie.")
        project.commit()
        top(project)
    fill(project)
    project.commit()
    assert top(project) == before


def test_switching_branches_indexes_nothing(project):
    """Going back and forth between known branches moves neither the index nor a rank."""
    project.git("switch", "-q", "-c", "feature/x")
    fill(project, "On the branch, the worker holds a lease.")
    project.commit()
    there = top(project)
    project.git("switch", "-q", "main")
    here = top(project)
    assert here != there
    total = indexed_total(project)
    for _ in range(2):
        project.git("switch", "-q", "feature/x")
        assert top(project) == there
        assert indexed_total(project) == total
        project.git("switch", "-q", "main")
        assert top(project) == here
        assert indexed_total(project) == total


def test_a_second_worktree_needs_no_indexing(project, tmp_path):
    """A new worktree of the repository finds everything indexed."""
    here = top(project)
    total = indexed_total(project)
    project.git("worktree", "add", "-q", str(tmp_path / "wt"), "-b", "second")
    other = support.Project(tmp_path / "wt")
    assert top(other) == here
    assert indexed_total(other) == total


def test_uncommitted_rank_as_committed(project):
    """Whether git holds the memories makes no difference to their ranks."""
    before = top(project)
    project.git("rm", "-r", "-q", "--cached", ".agentmem")
    project.git("commit", "-q", "-m", "untracked")
    assert top(project) == before


def test_a_copy_at_two_paths_is_two_memories(project):
    """A blob that stands at two paths is found at both of them."""
    project.write("facts/copy-a.md", "# The zebra crossing\n\nOf one kind.\n")
    project.write("facts/copy-b.md", "# The zebra crossing\n\nOf one kind.\n")
    paths = {one["path"] for one in project.json("list", "--limit", "0")["memories"]}
    assert {".agentmem/facts/copy-a.md", ".agentmem/facts/copy-b.md"} <= paths


def test_two_indexers_at_once_index_nothing_twice(project, monkeypatch):
    """What another process has indexed between a look at the index and its lock is not indexed once more."""
    from agentmem.index.knowledge import Knowledge

    assert indexed_total(project) == COUNT
    for number in range(100, 140):
        project.remember(number, f"Worker and queue {number}", f"The lease of {support.WORDS[number % 30]}.")
    real, calls = Knowledge.lock, []

    def lock(self):
        calls.append(self)
        if len(calls) == 2:  # the first is the catalog's; at the second the index has been looked at
            assert project.run("index", "status").code == 0
        return real(self)

    with monkeypatch.context() as patch:
        patch.setattr(Knowledge, "lock", lock)
        during = top(project)
    assert len(calls) >= 2
    scanned = top(project, AGENTMEM_SCAN="1")
    assert top(project) == scanned
    assert during == scanned
