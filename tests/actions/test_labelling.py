"""What a repository's own finished tasks teach, without a label by anybody: which memories a task was worth, what to keep."""

import json

import pytest

from agentmem.actions import labelling
from agentmem.actions.context import Context
from agentmem.model import retention
from tests.support import identity

AREAS = ("queue", "billing", "search", "mailer")
TASKS = 24


def moment(day: int, hour: int = 0) -> str:
    return f"2026-01-{1 + day:02}T{hour:02}:00:00Z"


@pytest.fixture
def worked(store, tmp_path):
    """A note and a rule an area; six tasks each, a day apart, that changed the area's file; one file that every task changes."""
    records = []
    for number, area in enumerate(AREAS):
        common = {"body": f"Because the {area} said so.", "scope": [f"src/{area}.py"], "created": moment(0)}
        records.append(
            {"id": identity(number), "kind": "decision", "title": f"How {area} is laid out", **common}
        )
    records.append(
        {"id": identity(9), "kind": "fact", "title": "Everything is registered in one place", "body": "x y z",
         "scope": ["src/main.py"], "created": moment(0)}
    )  # fmt: skip
    for number in range(TASKS):
        area = AREAS[number % len(AREAS)]
        records.append(
            {"id": identity(100 + number), "kind": "task", "title": f"Change {area} step {number}", "body": f"Of {area}.",
             "created": moment(number + 1), "role": "api"}
        )  # fmt: skip
        records.append(
            {"id": identity(200 + number), "kind": "log", "title": f"Done: {area} step {number}", "body": "Tested.",
             "created": moment(number + 1, 5), "closes": [identity(100 + number)], "by": "api-agent",
             "scope": [f"src/{area}.py", "src/main.py"]}
        )  # fmt: skip
    source = tmp_path / "records.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    store.ok("import", "jsonl", str(source))
    store.commit()
    return store


def test_finished_tasks_are_events(worked):
    """Each says which earlier memories are about what it changed, by its title, in its role, as of when it began; a file that all
    tasks change says nothing.
    """
    context = Context(str(worked.path))
    try:
        events = labelling.from_history(context)
    finally:
        context.close()
    assert [event.source for event in events] == [labelling.FINISHED] * TASKS
    assert [event.posed.question.clock for event in events] == sorted(e.posed.question.clock for e in events)
    first = events[0].posed
    assert first.relevant == {identity(0)} and first.question.role == "api"
    assert "Change queue step 0" in first.question.text and first.question.past
    assert all(identity(9) not in event.posed.relevant for event in events)
    known = {identity(number) for number in (*range(len(AREAS)), 9)}
    later = events[-1].posed.relevant
    assert identity(3) in later and later - known <= {identity(200 + number) for number in range(TASKS)}


def test_what_to_keep_is_learned_from_what_was_needed(worked):
    """Weights move towards what later tasks needed, none below its floor, and the same each time."""
    pytest.importorskip("numpy")
    from agentmem.actions import keeping

    context = Context(str(worked.path))
    try:
        events = labelling.from_history(context)
        kept = keeping.learn(context, events, retention.DEFAULT)
        again = keeping.learn(context, events, retention.DEFAULT)
    finally:
        context.close()
    assert kept is not None and kept == again
    assert 0 <= kept.after <= 1 and 0 <= kept.before <= 1
    assert kept.weights != retention.DEFAULT
    for name, floor in keeping.FLOORS.items():
        assert getattr(kept.weights, name) >= floor - 1e-9


def test_a_store_without_tasks_teaches_nothing(store):
    """No finished task and no evidence of use: no event, and training says how many are wanting."""
    pytest.importorskip("numpy")
    context = Context(str(store.path))
    try:
        assert labelling.from_history(context) == []
    finally:
        context.close()
    assert store.json("model", "train")["missing"] == 50
