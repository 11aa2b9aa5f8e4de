"""A newcomer: from an installed agentmem, in a repository that never saw it, to the first useful recall in three commands;
each error on the way says the next step.
"""

import shlex

import pytest

from tests import support

REASON = (
    "Retry with backoff and jitter\n\nA fixed delay lost jobs, because all workers came back at once. Jitter spreads them"
    " instead of a constant, so that the queue drains.\n"
)


@pytest.fixture
def old(repo):
    """A repository with a history that gives a reason, and nothing else that could be imported."""
    for number, message in enumerate(("Start\n", REASON, "Bump version\n")):
        support.put(repo.path / "src/queue.py", f"DELAY = {number}\n")
        repo.git("add", "-A")
        repo.git("commit", "-q", "-m", message)
    return repo


def said_next(text):
    """The command that an output names as what comes next."""
    line = next(line for line in text.splitlines() if line.startswith("next "))
    return shlex.split(line.removeprefix("next").partition("(")[0].replace('"one line"', "x").strip())


@pytest.mark.parametrize("kept", ["history", "plan", "rules"])
def test_three_commands(old, kept):
    """init, the command that it names, recall: whatever a repository has, something useful is found."""
    if kept == "plan":
        support.put(old.path / "plan/plan.md", "# Queue\n\n- [ ] **T1: Retry with backoff and jitter**\n")
    elif kept == "rules":
        support.put(
            old.path / "CLAUDE.md", "# Queue\n\n## Retries\n\nRetry with backoff and jitter, never at once.\n"
        )
    out = old.ok("init")
    command = said_next(out)
    assert command[:2] == ["agentmem", "import"], out
    old.ok(*command[1:])
    answer = old.ok("recall", "retry with backoff and jitter")
    assert answer.startswith("agentmem: 1 of ") and "backoff and jitter" in answer


def test_each_error_names_the_next_step(tmp_path, repo):
    """Outside of a repository, before init, in an empty store: what is said is what to do, down to the first memory."""
    ran = support.call("recall", "why", cwd=tmp_path)
    assert (ran.code, ran.err.splitlines()[-1]) == (3, "hint: git init")
    ran = support.call("init", cwd=tmp_path)
    assert (ran.code, ran.err.splitlines()[-1]) == (3, "hint: git init")
    ran = repo.call("recall", "why")
    assert (ran.code, ran.err.splitlines()[-1]) == (3, "hint: agentmem init")
    command = said_next(repo.ok("init"))
    assert command[:2] == ["agentmem", "add"]
    assert "To begin: agentmem import, or agentmem add" in repo.ok("recall", "why")
    repo.ok(*command[1:])
    assert "nothing to import was found" in repo.ok("import")
    assert repo.ok("recall", "x").startswith("agentmem: 1 of 1")
    assert "To begin" not in repo.ok("recall", "why", "--kind", "log")


def test_what_init_wrote_itself_is_nothing_to_import(repo):
    """The files that init makes for agents hold nothing of the team's yet."""
    repo.ok("init", "--agent", "claude", "--agent", "codex", "--agent", "gemini")
    assert said_next(repo.ok("init"))[:2] == ["agentmem", "add"]
    assert "nothing to import was found" in repo.ok("import")
