"""What the others did, in a brief: what they finished, and what else they entered in the log."""

import json

import pytest

from tests import support
from tests.support import Project, identity

ME = {"AGENTMEM_AGENT": "newcomer", "AGENTMEM_ROLE": "ui"}
ANYONE = {"AGENTMEM_AGENT": "newcomer", "AGENTMEM_ROLE": None}
WEEK = ("--since", "1 week ago")


def entry(project: Project, number: int, title: str, by: str, *, hour: int = 8, **meta: str) -> str:
    """Write a log entry of 20 February 2026, two days before the tests' own time; how a brief names it."""
    created = f"2026-02-20T{hour:02}:00:00Z"
    name = identity(number)
    text = support.memory(name, "log", json.dumps(title), "", by=by, created=created, **meta)
    project.write(f"log/2026-02/x-{name}.md", text)
    return name[:6]


def done(project: Project, env=ME) -> list[str]:
    """The section of what was done, and how much was left out."""
    return project.json("brief", *WEEK, env=env)["sections"].get("done_since", [])


@pytest.fixture
def week(store: Project) -> Project:
    """A week of three agents, of which one finished a task and one is who asks."""
    store.remember(1, "Sort the worklist", kind="task", role="ui", created="2026-02-01T08:00:00Z")
    store.shift = entry(store, 2, "Printers moved to the second floor", "greta", role="ui", hour=12)
    store.rate = entry(store, 3, "Autoverification switched on for chemistry", "hanna", role="qc", hour=11)
    entry(store, 4, "Done: Sort the worklist: by ward", "kenji", role="ui", closes=f"[{identity(1)}]")
    entry(store, 5, "Moved the buttons to the left", "newcomer", role="ui")
    entry(store, 6, "Tests pass", "kenji", role="ui")
    store.commit()
    return store


def test_entries_that_end_no_task(week):
    """What others entered is told behind what they finished, by the id of the entry; of other roles it is counted."""
    assert done(week) == [
        f"- {identity(1)[:6]} kenji: Sort the worklist: by ward",
        f"- {week.shift} greta: Printers moved to the second floor",
        "1 other outside your scope.",
    ]


def test_one_without_a_role(week):
    """Who has no role and no task is told of all: no report that all goes well, and nothing of its own."""
    assert done(week, ANYONE)[1:] == [
        f"- {week.shift} greta: Printers moved to the second floor",
        f"- {week.rate} hanna: Autoverification switched on for chemistry",
    ]


def test_who_is_at_work_is_told_of_its_scope(week):
    """Beside a task, an entry bears on the asker where it is about the same files."""
    near = entry(week, 7, "Tabs are lazy now", "kenji", scope="[ui/**]")
    week.remember(8, "Colour of the tabs", kind="task", scope="[ui/tabs/**]", created="2026-02-01T08:00:00Z")
    week.commit()
    week.ok("claim", identity(8), env=ME)
    assert done(week)[-2:] == [f"- {near} kenji: Tabs are lazy now", "3 others outside your scope."]


def test_what_was_retracted_is_not_told(week):
    """An entry that was taken back is none."""
    week.ok("retract", week.shift, "--reason", "they stayed")
    assert not any("Printers" in line for line in done(week))


def test_another_branchs_entry(week):
    """What is on another branch alone says so."""
    week.git("switch", "-q", "-c", "move")
    name = entry(week, 9, "Racks moved to the cellar", "greta", role="ui", branch="move", hour=13)
    week.commit()
    week.git("switch", "-q", "main")
    assert f"- {name} greta: Racks moved to the cellar; on move, NOT merged here" in done(week)


def test_of_very_many_the_rest_is_counted(week):
    """Entries that are too many to be looked at are counted as left out, without the asker's own."""
    before = week.json("brief", *WEEK, env=ANYONE)["omitted"]
    for number in range(20, 90):
        entry(week, number, f"Rack {support.WORDS[number % 26]} carried upstairs", "greta", hour=23)
    told = week.json("brief", *WEEK, env=ANYONE)
    lines = told["sections"]["done_since"]
    assert (len(lines), lines[-1]) == (9, "52 others outside your scope.")
    assert told["omitted"] - before == 14
