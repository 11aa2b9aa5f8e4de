"""How much of `list` is read: no more than its budget holds, and no less."""

import json

import pytest

from agentmem.model import tokens


@pytest.mark.parametrize("budget", [40, 100, 600, 4000])
def test_what_is_fetched_fills_the_budget(store, budget):
    """Of the shortest lines there are, a page holds as many as when all are fetched."""
    records = ({"kind": "log", "title": "a", "body": f"b{number}", "by": ""} for number in range(300))
    store.write("../many.jsonl", "".join(json.dumps(one) + "\n" for one in records))
    store.ok("import", "jsonl", str(store.path / "many.jsonl"))
    paged = store.ok("list", "--budget", str(budget))
    whole = store.ok("list", "--budget", str(budget), "--limit", "0")
    assert paged == whole
    assert (len(paged.splitlines()) > 250) == (budget == 4000)


@pytest.mark.parametrize("budget", [60, 75, 100, 150, 300, 600])
def test_what_is_listed_keeps_to_the_budget(store, budget):
    """The first and the last line are in it, on a branch with a long name too."""
    for number in range(1, 30):
        store.remember(
            number, f"Case {number} of the parrot of the clinic needs its double slot", kind="decision"
        )
    store.commit()
    store.git("switch", "-qc", "feature/a-name-as-long-as-branches-get-to-be")
    told = store.ok("list", "--budget", str(budget))
    assert tokens.estimate(told) <= budget, told
    assert " more: --" in told and (len(told.splitlines()) > 2) == (budget > 60)


def test_a_title_as_long_as_a_body_hides_nothing(store):
    """It is cut in a line; what is older is listed after it."""
    store.ok("add", "fact", "A short one")
    store.ok("add", "fact", "word " * 400, env={"AGENTMEM_NOW": "2026-02-23T10:00:00Z"})
    told = store.ok("list")
    assert told.startswith("agentmem: 2 of 2") and "A short one" in told and "…" in told
    assert max(map(len, told.splitlines())) < 250
