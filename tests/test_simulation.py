"""A small team at work on a small plan, with many crashes and failures; the benchmark has 15 agents and 300 tasks."""

import importlib.util
from pathlib import Path

from tests import support


def test_every_task_is_done_once_and_nothing_is_lost(tmp_path, monkeypatch):
    """Agents as processes in worktrees that die with their claims, QA that reopens, merges."""
    path = Path(__file__).parents[1] / "benchmarks" / "simulation.py"
    spec = importlib.util.spec_from_file_location("simulation_benchmark", path)
    assert spec and spec.loader
    simulation = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(simulation)
    monkeypatch.setenv("PYTHONPATH", str(support.ROOT))
    monkeypatch.setattr(
        simulation, "STEP", 600
    )  # the lease of who dies runs out while two others look around
    # by this seed the first agent dies at once, and what the second does first is added to and fails
    world = simulation.World(str(tmp_path), 47, 2, crashes=0.3, failures=0.3)
    ids = simulation.simulate(world, 4)
    exported = simulation.export(world)
    assert simulation.violations(world, ids, exported) == []
    assert world.crashed and world.failed and world.added
    world.added.add("0" * 12)
    world.failed.append(ids[0])
    assert len(simulation.violations(world, ids, exported)) == 2
