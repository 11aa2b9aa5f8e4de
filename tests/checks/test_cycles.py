"""supersession-cycle and task-cycle: each knot once, named, at the link that is best taken out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model.cycles import cycles
from tests.checks.support import ID, OTHER, THIRD, change, change_path, found, memory, new_id

DAYS = {ID: "2026-02-10", OTHER: "2026-02-12", THIRD: "2026-02-14"}
TITLES = {ID: "One", OTHER: "Two", THIRD: "Three"}


def linked(rule: str, links: dict[str, str], *more: str, **files: str):
    """What the rule says of three memories, tasks where the rule is theirs, with ``links``."""
    key, kind = ("needs", "task") if rule == "task-cycle" else ("supersedes", "fact")
    made = {
        f"facts/{number}.md": memory(
            f"kind: {kind}",
            f"title: {TITLES[one]}",
            f"created: {day}T10:00:00Z",
            *([f"{key}: [{links[one]}]"] if one in links else []),
            *more,
            identity=one,
        )
        for number, (one, day) in enumerate(DAYS.items())
    }
    return found(rule, {**made, **files})


@pytest.mark.parametrize("rule", ["supersession-cycle", "task-cycle"])
def test_two_that_name_each_other(rule: str) -> None:
    """One error, at the older of them: its link to what came later is the odd one."""
    key = "needs" if rule == "task-cycle" else "supersedes"
    (finding,) = linked(rule, {ID: OTHER, OTHER: ID})
    assert (finding.path, finding.line, finding.severity) == (".agentmem/facts/0.md", 6, "error")
    assert finding.memory == ID
    assert finding.message.startswith(f'7k3m9q "One" {key} p2v8rr "Two" {key} 7k3m9q: each ')
    assert finding.fix == f"agentmem edit 7k3m9q --set {key}-=p2v8rr"


@pytest.mark.parametrize("rule", ["supersession-cycle", "task-cycle"])
def test_three_and_one(rule: str) -> None:
    """A longer cycle is named in its order; a link to itself is one too."""
    key = "needs" if rule == "task-cycle" else "supersedes"
    (finding,) = linked(rule, {ID: THIRD, THIRD: OTHER, OTHER: ID})
    assert f'7k3m9q "One" {key} c41x0z "Three" {key} p2v8rr "Two" {key} 7k3m9q' in finding.message
    (finding,) = linked(rule, {OTHER: OTHER})
    assert finding.message.startswith(f'p2v8rr "Two" {key} itself') and finding.memory == OTHER
    assert finding.fix == f"agentmem edit p2v8rr --set {key}-=p2v8rr"


@pytest.mark.parametrize("rule", ["supersession-cycle", "task-cycle"])
@pytest.mark.parametrize(
    "links",
    [
        {},
        {ID: OTHER, OTHER: THIRD},
        {ID: f"{OTHER}, {THIRD}", OTHER: THIRD},  # a diamond's side
        {ID: "9fh2kaw3zz71"},
    ],
)
def test_no_cycle(rule: str, links: dict[str, str]) -> None:
    """Chains, diamonds and links to nothing are none."""
    assert linked(rule, links) == []


def test_what_counts_for_nothing_ties_nothing() -> None:
    """What a retracted memory names is not replaced."""
    assert linked("supersession-cycle", {ID: OTHER, OTHER: ID}, "status: retracted") == []
    assert linked("task-cycle", {ID: OTHER, OTHER: ID}, "status: retracted") == []
    retracted = change("retract: wrong", of=OTHER)
    assert linked("supersession-cycle", {ID: OTHER, OTHER: ID}, **{change_path(OTHER): retracted}) == []


def test_a_need_that_is_met() -> None:
    """A task that is done holds nobody up; once it is reopened it does."""
    done = memory("kind: log", f"closes: [{OTHER}]", "created: 2026-02-15T10:00:00Z", identity=new_id())
    files = {"log/2026-02/a.md": done}
    assert linked("task-cycle", {ID: OTHER, OTHER: ID}, **files) == []
    files["log/2026-02/b.md"] = memory(
        "kind: log", f"reopens: [{OTHER}]", "created: 2026-02-16T10:00:00Z", identity=new_id()
    )
    assert len(linked("task-cycle", {ID: OTHER, OTHER: ID}, **files)) == 1


def test_a_link_that_a_change_makes() -> None:
    """A cycle that an overlay closes is told where it does, and one that it opens is none."""
    path = change_path(ID)
    closing = change("set:", "  supersedes:", f"    add: [{OTHER}]", of=ID)
    (finding,) = linked("supersession-cycle", {OTHER: ID}, **{path: closing})
    assert (finding.path, finding.line, finding.memory) == (f".agentmem/{path}", 8, ID)
    opening = change("set:", "  supersedes:", f"    remove: [{OTHER}]", of=ID)
    assert linked("supersession-cycle", {ID: OTHER, OTHER: ID}, **{path: opening}) == []


def test_cycles_of_their_own_are_told_each() -> None:
    """Two pairs give two findings; one knot of many gives one that says how many."""
    names = [new_id() for _ in range(12)]
    pairs = {
        f"tasks/{i}.md": memory("kind: task", f"title: T{i}", f"needs: [{names[i ^ 1]}]", identity=name)
        for i, name in enumerate(names)
    }
    assert len(found("task-cycle", pairs)) == 6
    ring = {
        f"tasks/{i}.md": memory(
            "kind: task", f"title: T{i}", f"needs: [{names[(i + 1) % 12]}]", identity=name
        )
        for i, name in enumerate(names)
    }
    (finding,) = found("task-cycle", ring)
    assert "7 more" in finding.message and len(finding.message) <= 300
    every = ", ".join(names)
    knot = {
        f"tasks/{i}.md": memory("kind: task", f"title: T{i}", f"needs: [{every}]", identity=name)
        for i, name in enumerate(names)
    }
    told = found("task-cycle", knot)
    assert len(told) == 13  # itself each, and one for all
    assert any("12 memories are tied to each other" in finding.message for finding in told)


def test_ugly_neighbours() -> None:
    """A broken file, two files of one id, Windows line ends and long titles from elsewhere hide no cycle."""
    files = {
        "facts/broken.md": "---\nid: a: b\n---\n",
        "facts/copy.md": memory(identity=ID),
        "facts/z.md": memory(f"supersedes: [{OTHER}]", "title: " + "日本 " * 60, identity=THIRD).replace(
            "\n", "\r\n"
        ),
        "facts/y.md": memory(f"supersedes: [{THIRD}]", identity=OTHER),
    }
    (finding,) = found("supersession-cycle", files)
    assert finding.message.isprintable() and len(finding.message) <= 300 and finding.line in (3, 4)


graphs = st.dictionaries(
    st.integers(0, 12).map(str), st.lists(st.integers(0, 12).map(str), max_size=5, unique=True), max_size=13
)


@given(graphs)
def test_cycles_are_cycles_and_none_is_missed(links: dict[str, list[str]]) -> None:
    """Each is a closed walk without repeats; without the memories of the knots found, none is left."""
    told = cycles(links)
    for cycle, size in told:
        assert len(set(cycle)) == len(cycle) <= size
        for one, other in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
            assert other in links[one]
    assert len({frozenset(cycle) for cycle, _ in told}) == len(told)
    assert bool(told) == _has_cycle(links)


@given(graphs)
def test_breaking_each_told_link_ends(links: dict[str, list[str]]) -> None:
    """Taking out one link of each cycle, again and again, leaves none after as many rounds as there are links."""
    left = {one: list(ends) for one, ends in links.items()}
    for _ in range(sum(map(len, links.values())) + 1):
        told = cycles(left)
        if not told:
            return
        for cycle, _ in told:
            left[cycle[-1]].remove(cycle[0])
    raise AssertionError(left)


def _has_cycle(links: dict[str, list[str]]) -> bool:
    import graphlib

    try:
        tuple(graphlib.TopologicalSorter(links).static_order())
    except graphlib.CycleError:
        return True
    return False


def test_a_long_chain_and_a_long_ring() -> None:
    """Ten thousand links need no recursion."""
    chain = {str(i): [str(i + 1)] for i in range(10_000)}
    assert cycles(chain) == []
    ((cycle, size),) = cycles({**chain, "10000": ["0"]})
    assert len(cycle) == size == 10_001
