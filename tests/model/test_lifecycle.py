"""Status as a view derives it."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model.lifecycle import ALL, absorbed, derive, superseded, task_states

NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("links", "out"),
    [
        ([], set()),
        ([("new", "active", ("old",))], {"old"}),
        ([("new", "retracted", ("old",))], set()),
        ([("new", "proposed", ("old",))], set()),
        ([("new", "retracted", ("old",)), ("other", "active", ("old",))], {"old"}),
        ([("c", "active", ("b",)), ("b", "active", ("a",))], {"a", "b"}),
        ([("c", "retracted", ("b",)), ("b", "active", ("a",))], {"a"}),
        ([("c", "active", ("b",)), ("b", "retracted", ("a",))], {"b"}),
        ([("one", "active", ("one",))], set()),
        ([("one", "active", ("one", "old"))], {"old"}),
        ([("new", "active", ("old", "older", "gone"))], {"old", "older", "gone"}),
        ([("new", "active", ())], set()),
    ],
)
def test_what_is_superseded(links: list[tuple[str, str, tuple[str, ...]]], out: set[str]) -> None:
    """Only a memory in force supersedes, never itself, and each link of a chain counts."""
    for order in permutations(links):
        assert superseded(order) == out


TASKS = st.lists(st.sampled_from(["t1", "t2", "t3"]), max_size=2).map(tuple)
ENTRIES = st.lists(
    st.tuples(st.none() | st.integers(-2, 3), st.sampled_from("abcdefgh"), TASKS, TASKS),
    max_size=6,
    unique_by=lambda entry: entry[1],
)


@given(ENTRIES, st.randoms(use_true_random=False))
def test_task_states_do_not_depend_on_the_order_of_files(entries: list, random: object) -> None:
    """However the entries come, the latest by time and then id decides; of one that does both, reopening."""
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    states = task_states(shuffled)
    assert states == task_states(entries)
    for task in ("t1", "t2", "t3"):
        naming = [entry for entry in entries if task in entry[2] + entry[3]]
        if not naming:
            assert task not in states
            continue
        last = max(naming, key=lambda e: (float("-inf") if e[0] is None else e[0], e[1]))
        assert states[task] == ("failed" if task in last[3] else "done")


def test_task_states_by_time_then_id() -> None:
    """A later entry wins over an earlier one, a greater id at the same moment, any time over none."""
    close, reopen = (("t",), ()), ((), ("t",))
    assert task_states([(1, "z", *close), (2, "a", *reopen)]) == {"t": "failed"}
    assert task_states([(1, "z", *close), (1, "a", *reopen)]) == {"t": "done"}
    assert task_states([(None, "z", *close), (-5, "a", *reopen)]) == {"t": "failed"}
    assert task_states([(0, "a", *close), (None, "z", *reopen)]) == {"t": "done"}


@pytest.mark.parametrize(
    ("kind", "stored", "expires", "replaced", "tasks", "status"),
    [
        ("fact", "active", None, False, {}, "active"),
        ("fact", "proposed", None, False, {}, "proposed"),
        ("fact", "retracted", None, False, {}, "retracted"),
        ("fact", "retracted", 50, True, {}, "retracted"),
        ("fact", "active", 50, True, {}, "superseded"),
        ("fact", "proposed", 50, True, {}, "superseded"),
        ("fact", "active", 50, False, {}, "expired"),
        ("fact", "proposed", 50, False, {}, "expired"),
        ("fact", "active", 101, False, {}, "active"),
        ("fact", "active", 100, False, {}, "expired"),
        ("fact", "active", 0, False, {}, "expired"),
        ("fact", "active", None, False, {"me": "done"}, "active"),
        ("task", "active", None, False, {}, "open"),
        ("task", "active", None, False, {"me": "done"}, "done"),
        ("task", "active", None, False, {"me": "failed"}, "failed"),
        ("task", "active", None, False, {"other": "done"}, "open"),
        ("task", "proposed", None, False, {"me": "done"}, "proposed"),
        ("task", "retracted", None, False, {"me": "done"}, "retracted"),
        ("task", "active", None, True, {"me": "done"}, "superseded"),
    ],
)
def test_precedence(
    kind: str, stored: str, expires: int | None, replaced: bool, tasks: dict[str, str], status: str
) -> None:
    """Retracted outweighs superseded, that expired, that proposed, that a task's state; expiry counts from its moment on."""
    out = frozenset({"me"}) if replaced else NONE
    assert derive("me", kind, stored, expires, 100, out, tasks) == status


@given(
    st.sampled_from(["fact", "task"]),
    st.sampled_from(["active", "proposed", "retracted"]),
    st.none() | st.integers(95, 105),
    st.booleans(),
    st.sampled_from([{}, {"me": "done"}, {"me": "failed"}]),
)
def test_every_status_is_known(
    kind: str, stored: str, expires: int | None, replaced: bool, tasks: dict[str, str]
) -> None:
    """Whatever holds of a memory, its status is one of those that can be asked for, and shown only while nothing took it out."""
    status = derive("me", kind, stored, expires, 100, frozenset({"me"}) if replaced else NONE, tasks)
    assert status in ALL
    out = stored == "retracted" or replaced or (expires is not None and expires <= 100)
    assert (status in {"superseded", "expired", "retracted"}) is out


@pytest.mark.parametrize(
    ("after", "receipts", "out"),
    [
        ({"a": (), "b": ("a",)}, "ab", "ab"),
        ({"a": (), "b": ("a",)}, "a", "a"),
        ({"a": (), "b": ("a",), "c": ("b",)}, "bc", ""),
        ({"b": ("a",)}, "b", "b"),
        ({"b": ("a",)}, "ab", "ab"),
        ({"a": ("b",), "b": ("a",), "c": ()}, "bc", "c"),
    ],
)
def test_what_came_after_a_change_without_a_receipt_counts_beside_it(after, receipts, out):
    """Taken up is what has a receipt; what was seen and is nowhere keeps nothing from it until it comes."""
    assert absorbed(after, receipts) == set(out)
