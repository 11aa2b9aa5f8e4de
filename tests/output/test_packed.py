"""What fits a budget is shown in order, what was left out is counted."""

from agentmem.model import tokens
from agentmem.output import packed


def test_lines_within_a_budget():
    """The first line is always there, what must not be missed before the rest, and the sum keeps to the budget."""
    lines = ["head", *(f"line number {n}" for n in range(50))]
    last = ["CONFLICT in one", "CONFLICT in two"]
    assert packed.within(lines, 0, last) == [*lines, *last]
    assert packed.within(["head"], 100) == ["head"]
    told = packed.within(lines, 100, last)
    assert told[0] == "head" and told[-3:-1] == last
    assert told[-1] == f"{51 - (len(told) - 3)} more lines: --budget 0"
    assert sum(tokens.estimate(line) + 1 for line in told) <= 100
    assert packed.within(lines, 1, last) == ["head", "52 more lines: --budget 0"]


def test_overlays_and_plans_keep_to_it(store):
    """What a branch has changed, what trunk takes up of it, and a long plan: 600 tokens unless told otherwise."""
    every = [store.remember(number, f"Thing number {number} of many") for number in range(40)]
    for number in range(40, 90):
        store.remember(number, f"Task number {number} of many", kind="task")
    store.commit()
    store.git("switch", "-q", "-c", "other")
    for identity in every:
        store.ok("edit", identity, "--set", "importance=4")
    store.commit()
    store.git("branch", "-f", "seen")
    commands = [("plan", "show"), ("overlay", "show"), ("overlay", "diff")]
    for words in commands:
        assert tokens.estimate(store.ok(*words)) <= 640
        assert tokens.estimate(store.ok(*words, "--budget", "0")) > 640
        assert "more" in store.ok(*words, "--budget", "150").splitlines()[-1]
    store.git("switch", "-q", "main")
    store.git("merge", "-q", "other")
    assert tokens.estimate(store.ok("overlay", "promote", "--dry-run", "--budget", "200")) <= 210


def test_accepted_reflections_are_counted():
    """Of hundreds that were accepted some are named."""
    from agentmem.actions.context import Standpoint
    from agentmem.actions.reflecting import Reflected
    from agentmem.output import upkeep

    ids = [f"{number:012d}" for number in range(400)]
    empty = dict.fromkeys(Reflected._fields, ())
    view = {"view": Standpoint("main", None), "entries": 0, "commit": None, "shorts": {}}
    result = Reflected(**{**empty, **view, "accepted": tuple(ids)})
    assert "and 388 more" in upkeep.reflected(result, False, 600)
    assert "more" not in upkeep.reflected(result, False, 0)
