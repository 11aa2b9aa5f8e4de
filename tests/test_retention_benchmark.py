"""The benchmark of retention: what it counts, and that no feature knows of what came later."""

import importlib.util
import random
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def bench():
    path = Path(__file__).parents[1] / "benchmarks" / "retention.py"
    spec = importlib.util.spec_from_file_location("retention_benchmark", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def world(bench):
    return bench.generated(3)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_features_know_nothing_of_later(bench, world, share):
    """The history cut off at a moment gives the same features and last uses as the whole of it."""
    (at,) = bench.quantiles(world, [share])
    whole = bench.moment(world, at)
    before = bench.World(
        [note for note in world.notes if note.created < at],
        [work for work in world.works if work.closed < at],
        world.eligible,
    )
    cut = bench.moment(before, at)
    assert cut.features == whole.features and cut.last == whole.last
    assert whole.needs and not cut.needs


def test_use_is_told_from_files_where_no_evidence_says_it(bench):
    """A claim that was closed has used the older memories that share a file with it, and one that is open none yet."""
    note, work = bench.Note, bench.Work
    notes = [
        note(10, "log", frozenset({"a"})),
        note(20, "log", frozenset({"b"})),
        note(60, "log", frozenset({"a"})),
    ]
    works = [
        work(30, 40, frozenset({"a"}), frozenset({0})),
        work(35, None, frozenset({"b"}), frozenset({1})),
        work(90, 95, frozenset({"b"}), frozenset({1})),
    ]
    found = bench.moment(bench.World(notes, works, frozenset({0, 1, 2})), 80)
    assert found.last == {0: 40, 1: 20, 2: 60}
    assert [found.features[i].used > 0 for i in range(3)] == [True, False, False]
    assert found.needs == {1: 1}


def test_what_is_lost(bench):
    """Half is archived, the lowest first; lost are those of it that are needed, by memory and by need."""
    features = dict.fromkeys(range(4), bench.Features(0.0))
    moment = bench.Moment(0, features, {0: 1, 1: 2, 2: 3, 3: 4}, bench.Counter({0: 3, 3: 1}))
    assert bench.archived(moment, bench.by_last_use) == {0, 1}
    assert (
        bench.lost(moment, bench.by_last_use) == 0.5 and bench.needs_lost(moment, bench.by_last_use) == 0.75
    )
    draws = bench.by_chance(moment, random.Random(1), 400)
    assert sum(draws) / len(draws) == pytest.approx(0.5, abs=0.05)


def test_worlds_are_the_same_each_time(bench):
    """A seed gives one history, in the order of time."""
    assert bench.generated(5) == bench.generated(5) != bench.generated(6)
    made = bench.generated(5, bench.CHANCE)
    assert [work.opened for work in made.works] == sorted(work.opened for work in made.works)
    assert all(max(work.needed, default=-1) < len(made.notes) for work in made.works)
