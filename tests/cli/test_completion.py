"""Completion: what the word at the cursor can become, and the scripts that ask."""

import subprocess

import pytest

from agentmem.actions.context import Context
from agentmem.cli import completing
from agentmem.cli.grammar import VERBS
from agentmem.model import kinds
from agentmem.output.screens import NOT_LISTED
from tests import support


@pytest.fixture
def team(store):
    """Two memories, a task, tags, a branch and a tag of git."""
    store.remember(1, "Queue by skip locked", kind="decision", tags="[queue, postgres]")
    store.remember(2, "Batch size is 50", by="anna")
    store.remember(3, "Retry with backoff", kind="task")
    store.commit()
    store.git("branch", "feature/queue")
    store.git("tag", "v1.0")
    return store


def offered(project, *words):
    """The words that are offered for the last of ``words``."""
    context = Context(str(project.path), environment={"AGENTMEM_NOW": support.NOW})
    try:
        return [word for word, _ in completing.offers(context, list(words))]
    finally:
        context.close()


def test_verbs(team):
    """Every verb that is told of is offered, by its start, with what it does."""
    assert offered(team, "") == [*(name for name in VERBS if name not in NOT_LISTED), "help"]
    assert offered(team, "cla") == ["claim", "claims"]
    assert offered(team, "--json", "rec") == ["recall"]
    assert offered(team, "help", "") == ["people", "ci", "all"]


@pytest.mark.parametrize(
    ("words", "some"),
    [
        (["recall", "--kind", "d"], ["decision", "deadend"]),
        (["add", "d"], ["decision", "deadend"]),
        (["recall", "--kind=d"], ["--kind=decision", "--kind=deadend"]),
        (["recall", "--kind", "=", "d"], ["decision", "deadend"]),
        (["list", "--tag", ""], ["postgres", "queue"]),
        (["list", "--status", "retr"], ["retracted"]),
        (["list", "--by", ""], ["anna"]),
        (["recall", "queue", "--by", "an"], ["anna"]),
        (["recall", "--branch", "f"], ["feature/queue"]),
        (["recall", "--at", "v"], ["v1.0"]),
        (["recall", "words", "--file", "s"], [":files"]),
        (["overlay", "p"], ["promote"]),
        (["init", "--agent", "co"], ["codex", "copilot"]),
        (["check", "--only", "cite-g"], ["cite-gone", "cite-generated"]),
        (["recall", "--exp"], ["--explain"]),
        (["recall", "word"], []),
        (["nonsense", ""], []),
    ],
)
def test_values(team, words, some):
    """Kinds, tags, statuses, branches, actions, agents and rules are offered where they are wanted, files left to the shell."""
    assert offered(team, *words) == some


def test_ids(team):
    """Ids are offered with kind and title, the newest first; of a task only where one is wanted."""
    ids = {support.identity(number)[:6] for number in (1, 2, 3)}
    assert set(offered(team, "show", "")) >= ids
    assert offered(team, "claim", "") == [support.identity(3)[:6]]
    whole = support.identity(2)
    assert offered(team, "edit", whole[:5]) == [one for one in sorted(ids) if one.startswith(whole[:5])]
    said = team.ok("complete", "--", "show", whole[:6])
    assert said == f"{whole[:6]}\tfact Batch size is 50\n"


def test_every_action_is_taken(team):
    """What is offered as an action is one: the command knows it."""
    for (verb, _), words in completing.ACTIONS.items():
        for word in words:
            ran = team.call(verb, word, "-h")
            assert ran.code == 0, (verb, word)
            assert "no action" not in team.call(verb, word, "--dry-run").err, (verb, word)


def test_outside_of_a_repository_it_is_silent(tmp_path):
    """Where nothing is known verbs are offered all the same, ids are none, and nothing is said on stderr."""
    for words in (["show", ""], ["list", "--tag", ""], ["recall", "--branch", ""]):
        assert support.call("complete", "--", *words, cwd=tmp_path) == support.Ran(0, "", "")
    assert "recall" in support.call("complete", "--", "re", cwd=tmp_path).out
    assert [word for word, _ in ((kind.name, 0) for kind in kinds.ALL)] == list(kinds.NAMES)


def test_bash(team, tmp_path):
    """The script for bash puts what is offered where bash looks, for git agentmem too."""
    support.put(
        tmp_path / "bin/agentmem", "#!/bin/sh\nexec " + " ".join(support.command()) + ' "$@"\n'
    ).chmod(0o755)
    script = team.ok("completion", "bash") + (
        'COMP_WORDS=(agentmem recall --kind = de); COMP_CWORD=4; _agentmem; echo "${COMPREPLY[*]}"\n'
        'COMP_WORDS=(git agentmem cla); COMP_CWORD=2; _git_agentmem; echo "${COMPREPLY[*]}"\n'
        "COMP_WORDS=(agentmem recall --file ''); COMP_CWORD=3; _agentmem; echo \"${#COMPREPLY[@]}\"\n"
    )
    env = support.environment({"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"})
    done = subprocess.run(
        ["bash", "--norc", "-c", script], cwd=team.path, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["decision deadend", "claim claims", "0"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts(store, shell):
    """There is a script for each shell that asks us; an unknown shell is told the known."""
    assert "agentmem complete -- " in store.ok("completion", shell)
    ran = store.call("completion", "tcsh")
    assert ran.code == 2 and "bash zsh fish" in ran.err
