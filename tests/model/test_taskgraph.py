"""The graph of tasks: what is offered can be begun, in 10,000 graphs with cycles, unknown needs and unmerged branches."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem.model import taskgraph
from agentmem.model.taskgraph import DONE, FAILED, Closings, Task

GRAPHS = 10_000


def graph(chance: random.Random, size: int) -> tuple[list[Task], Closings, set[str]]:
    """Tasks whose needs may be unknown, each other, or themselves; some closed here, some on a branch, some claimed."""
    names = [f"t{number}" for number in range(size)]
    every = [*names, "unknown"]
    tasks = [
        Task(
            name, name, chance.choice([None, "api", "web"]), chance.choice([None, *range(10)]),
            tuple(chance.choices(every, k=chance.choice((0, 0, 1, 1, 2, 3)))), created=chance.choice([None, 1, 2, 3]),
        )
        for name in names
    ]  # fmt: skip
    here = {name: chance.choice((DONE, DONE, FAILED)) for name in every if chance.random() < 0.4}
    elsewhere = {
        name: chance.choice(("x", "y")) for name in every if here.get(name) != DONE and chance.random() < 0.2
    }
    return tasks, Closings(here, elsewhere), {name for name in names if chance.random() < 0.2}


def hold(tasks: list[Task], closings: Closings, taken: set[str], role: str | None) -> int:
    """Check what is offered against the words of the design; how many it is."""
    placed = taskgraph.place(tasks, closings)
    assert sorted(one.task.id for one in placed) == sorted(task.id for task in tasks)
    assert [taskgraph.order(one) for one in placed] == sorted(taskgraph.order(one) for one in placed)
    found = taskgraph.offered(placed, taken, role)
    for one in found:
        task = one.task
        assert task.id not in taken
        assert closings.here.get(task.id) != DONE
        assert task.id not in closings.elsewhere
        assert all(closings.here.get(need) == DONE for need in task.needs)
        assert role is None or task.role in (None, role)
    offered = {one.task.id for one in found}
    for task in tasks:  # and nothing that could be begun is kept back
        is_free = (
            task.id not in taken
            and closings.here.get(task.id) != DONE
            and task.id not in closings.elsewhere
            and all(closings.here.get(need) == DONE for need in task.needs)
            and (role is None or task.role in (None, role))
        )
        assert is_free == (task.id in offered)
    return len(found)


def test_ten_thousand_graphs():
    """Never a claimed, blocked, waiting or closed task is offered, and never is a free one kept back."""
    chance = random.Random(20260222)
    counted = sum(
        hold(*graph(chance, chance.randint(1, 9)), chance.choice([None, "api", "web"])) for _ in range(GRAPHS)
    )
    assert counted > GRAPHS / 4, "some of the graphs have something to offer"


@settings(max_examples=100)
@given(st.randoms(use_true_random=False), st.integers(0, 40))
def test_graphs_that_hypothesis_draws(chance, size):
    """The same of graphs that shrink."""
    hold(*graph(chance, size), None)


def test_a_cycle_blocks_all_in_it_and_behind_it():
    """Nobody in a circle is offered, nor who waits for one of it; what it would unblock counts nobody twice."""
    tasks = [
        Task("a", "a", needs=("b",)),
        Task("b", "b", needs=("a",)),
        Task("c", "c", needs=("a",)),
        Task("d", "d"),
    ]
    placed = taskgraph.place(tasks, Closings({}, {}))
    assert [one.task.id for one in taskgraph.offered(placed, ())] == ["d"]
    assert {one.task.id: one.unblocks for one in placed} == {"a": 2, "b": 2, "c": 0, "d": 0}


def test_a_need_on_another_branch_is_waited_for():
    """It is told on which branch; it is neither blocked nor free."""
    (one,) = taskgraph.place([Task("a", "a", needs=("b", "b"))], Closings({}, {"b": "side"}))
    assert (one.waits, one.blocked, one.is_free) == ((("b", "side"),), (), False)


def test_what_failed_is_urgent():
    """A task that was reopened comes before all but those that are more urgent by their own words."""
    tasks = [Task("a", "a", priority=4), Task("b", "b", priority=9), Task("c", "c", priority=0)]
    placed = taskgraph.place(tasks, Closings({"b": FAILED}, {}))
    assert [(one.task.id, one.urgency) for one in placed] == [("c", 0), ("b", 1), ("a", 4)]
    assert taskgraph.place([tasks[2]], Closings({"c": FAILED}, {}))[0].urgency == 0


def test_a_long_chain_is_no_reason_to_fail():
    """A thousand tasks one after the other: the first is offered, and unblocks all the others."""
    tasks = [Task(f"{n:04}", "t", needs=(f"{n - 1:04}",) if n else ()) for n in range(1000)]
    placed = taskgraph.place(tasks, Closings({}, {}))
    assert [(one.task.id, one.unblocks) for one in taskgraph.offered(placed, ())] == [("0000", 999)]
