"""Eight processes at once for one task: one wins each round, and all the others are told who; the benchmark has 32 and 1,000."""

import importlib.util
from pathlib import Path

import pytest

from tests import support

PROCESSES, ROUNDS = 8, 10


@pytest.fixture
def races():
    """The benchmark's own way of racing."""
    spec = importlib.util.spec_from_file_location(
        "claims_benchmark", Path(__file__).parents[1] / "benchmarks" / "claims.py"
    )
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def to_now(monkeypatch):
    """What the processes need that the tests' environment does not give them."""
    monkeypatch.setenv("PYTHONPATH", str(support.ROOT))
    monkeypatch.delenv("AGENTMEM_AGENT")


@pytest.mark.parametrize(
    ("mode", "rounds"), [("worktree", ROUNDS), ("worktrees", ROUNDS), ("remote", 3), ("both", 3)]
)
def test_long_lived_processes(races, to_now, tmp_path, mode, rounds):
    """In one worktree, across worktrees, over a bare remote, and over one from two worktrees in each clone."""
    folders, task, bare = races.prepare(str(tmp_path), mode, PROCESSES)
    wrong, took = races.race(folders, task, bare, rounds, mode == "both")
    assert (wrong, len(took)) == ([], rounds)


def test_the_command_line(races, to_now, tmp_path):
    """A process for each claim: the winner ends with 0, all others with 4 and the winner's name."""
    folders, task, _ = races.prepare(str(tmp_path), "line", PROCESSES)
    assert races.race_by_lines(folders, task, 2)[0] == []


def test_a_race_can_fail(races):
    """Two winners, none, or a loser who was told another name are violations."""
    names = ["a", "b"]
    assert races.judged([(True, "a"), (False, "a")], names) is None
    for said in ([(True, "a"), (True, "b")], [(False, None)] * 2, [(True, "a"), (False, "c")]):
        assert races.judged(said, names)
