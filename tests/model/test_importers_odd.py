"""The parsers of imports on what real folders hold besides: tasks of a memory bank, templates, notes of nothing but their age."""

import json

import pytest

from agentmem.model.importers import adr, beads, cline, openclaw, wiki
from agentmem.model.importers.found import File

TASK = """# [TASK003] - Move carts

**Status:** {}
**Added:** 2025-06-20
**Updated:** 2025-06-28

## Original Request
Carts leave Redis.

## Progress Log
### 2025-06-21
- Wrote the signer
"""
INDEX = """# Tasks Index

## In Progress
- [TASK003] Move carts - the script is written

## Pending
- [TASK006] Invoices as PDF - waits for the font licence

## Completed
- [TASK001] Project setup - Completed on 2025-03-15

## Abandoned
- [TASK008] Kafka - overkill
"""


def titles(found):
    return [(one.record["kind"], one.record["title"]) for one in found.records]


def test_a_task_of_a_memory_bank_is_one_task_with_all_its_text():
    """A file in ``tasks/`` is one task, found by its number, with its time; it is closed where it says so, and then only."""
    going = cline.read([File("memory-bank/tasks/TASK003-carts.md", TASK.format("In Progress"))])
    assert titles(going) == [("task", "Move carts")]
    record = going.records[0].record
    assert record["body"].startswith("## Original Request\nCarts leave Redis.")
    assert "### 2025-06-21\n- Wrote the signer" in record["body"]
    assert (record["created"], record["cline_status"]) == ("2025-06-20", "In Progress")
    assert "TASK003" in record["entities"]
    done = cline.read([File("memory-bank/tasks/TASK003-carts.md", TASK.format("Completed"))])
    assert titles(done) == [("task", "Move carts"), ("log", "Done: Move carts")]
    assert done.records[1].record["closes"] == [done.records[0].record["source_id"]]
    assert done.records[1].record["created"] == "2025-06-28"


def test_an_index_of_tasks_gives_only_those_without_a_file():
    """What the index lists and no file tells is a task in the state of its heading; what was given up is retracted."""
    files = [File("m/tasks/_index.md", INDEX), File("m/tasks/TASK003-carts.md", TASK.format("Pending"))]
    found = cline.read(files)
    assert titles(found) == [
        ("task", "Move carts"), ("task", "Invoices as PDF"), ("task", "Project setup"), ("log", "Done: Project setup"),
        ("task", "Kafka"),
    ]  # fmt: skip
    by_title = {one.record["title"]: one.record for one in found.records}
    assert by_title["Invoices as PDF"]["body"] == "waits for the font licence"
    assert by_title["Done: Project setup"]["created"] == "2025-03-15"
    assert by_title["Kafka"]["status"] == "retracted"


def test_an_index_of_tasks_as_teams_write_them():
    """Labels in brackets, in backticks and with a letter; headings within a state; bold titles; notes below; a tick that says
    more than a heading in another language. What is no task is told, what says that there is none is not.
    """
    text = (
        "# Tasks Index\n\n## Pending\n(none)\n\n### Phase 1\n- [TASK021-A] **Paging** - of routines\n"
        "## Completed\n\n"
        "### Fixes\n- [TASK088] Cut short \u2014 brackets ✅\n  - in a.py\n- `RLS-FIX` Policies - Completed on 2026-01-06\n"
        "## Terminé\n- `TASK020B` Docker - ✅ Completed on 2025-10-01\n## Abandoned\n*No abandoned tasks*\n"
        "## Summary\n- **Total:** 89\n"
    )
    found = cline.read([File("m/tasks/_index.md", text)])
    assert titles(found) == [
        ("task", "Paging"), ("task", "Cut short"), ("log", "Done: Cut short"), ("task", "Policies"), ("log", "Done: Policies"),
        ("task", "Docker"), ("log", "Done: Docker"),
    ]  # fmt: skip
    assert found.records[1].record["body"] == "brackets ✅\n- in a.py"
    assert found.records[4].record["created"] == "2026-01-06"
    assert [one.reason for one in found.problems] == ["no task of an index: **Total:** 89"]


def test_what_a_template_left_blank_is_no_task():
    """Nobody can take *[To be defined]*: it is told, and not offered as work."""
    text = "# Active Context\n## Next Steps\n1. [To be defined]\n2. Add metrics\n3. [Write docs](docs.md)\n"
    found = cline.read([File("memory-bank/activeContext.md", text)])
    assert ("task", "Add metrics") in titles(found)
    assert not any("defined" in title for _, title in titles(found))


def test_a_note_of_its_own_age_is_no_memory():
    """*Last updated* below the heading says nothing that anybody would look for; beside other text it stays."""
    files = [
        File(
            "MEMORY.md",
            "# MEMORY.md - Mine\n\n**Last Updated:** 2026-02-12\n\n## Shop\n- **Date:** x\n- Sells bread\n",
        )
    ]
    found = openclaw.read(files)
    assert [title for _, title in titles(found)] == ["Memory: Shop"]
    assert [one.reason for one in found.problems] == ["says only when it was written"]


def test_a_day_has_the_times_of_its_headings_and_the_words_of_its_name():
    """``2026-02-11-standup.md`` is titled by both; a heading's time of day is that of the day."""
    found = openclaw.read(
        [
            File(
                "memory/2026-02-11-standup.md",
                "Met Bob.\n\n## [09:30] - Deploy\n- Went out\n\n## 14:10 Bug\nSlow.\n",
            )
        ]
    )
    assert [(one.record["title"], one.record["created"]) for one in found.records] == [
        ("2026-02-11 Standup", "2026-02-11"),
        ("2026-02-11 Standup: Deploy", "2026-02-11T09:30"),
        ("2026-02-11 Standup: Bug", "2026-02-11T14:10"),
    ]


def test_a_template_for_notes_is_no_note():
    """What a vault fills in when a note is made says nothing yet; code that shows such a mark is text."""
    files = [
        File("v/Templates/daily.md", "# {{date}}\n[[Home]]\n"),
        File("v/t.md", "<% tp.date.now() %>\n"),
        File("v/How to.md", "Write `{{title}}` into it.\n"),
    ]
    found = wiki.obsidian(files)
    assert [one.record["source_id"] for one in found.records] == ["v/How to.md"]
    assert [one.reason for one in found.problems] == ["a template for notes"] * 2


def test_a_status_that_was_understood_is_not_said_again():
    """The section on the status goes where it says no more than what became of it; a reason in it stays."""
    text = "# 2. Use X\n\n## Status\n\n{}\n\nSuperseded by [3](0003-y.md)\n\n## Decision\nX.\n"
    other = File("d/0003-y.md", "# 3. Y\n\n## Status\nAccepted\n\n## Decision\nY.\n")
    found = adr.read([File("d/0002-x.md", text.format("Accepted")), other])
    assert [one.record["body"] for one in found.records] == ["## Decision\nX.", "## Decision\nY."]
    found = adr.read([File("d/0002-x.md", text.format("Accepted\n\nBy a vote of 3 to 1.")), other])
    assert "By a vote of 3 to 1." in found.records[0].record["body"]


def test_the_lists_of_a_day_are_what_their_heading_says():
    """Decisions and lessons in a diary are that, and not its log; a label is no title without what it labels."""
    text = "# 2026-02-12 Notes\n\n## Key Decisions\n- **Chain** — is optional for now\n\n## Lessons\n- Never deploy on a Friday\n"
    found = openclaw.read([File("memory/2026-02-12.md", text)])
    assert titles(found) == [
        ("decision", "Chain: is optional for now"),
        ("reflection", "Never deploy on a Friday"),
    ]


def test_links_and_tags_in_each_way_that_a_vault_writes_them():
    """Links by path count as those by name, with their blanks encoded; tags may stand in one text, with their marks."""
    files = [
        File(
            "v/A.md",
            '---\ntags: "#ops #db"\n---\nSee [it](./A%20B.md) and [there](sub/C.md#part), not [web](https://x.y/z.md).\n',
        ),
        File("v/A B.md", "Text.\n"),
        File("v/sub/C.md", "Text.\n"),
    ]
    record = wiki.obsidian(files).records[0].record
    assert record["related"] == ["v/A B.md", "v/sub/C.md"]
    assert record["tags"] == ["ops", "db"]


ACTIVE = ("decision", None)


@pytest.mark.parametrize(
    ("head", "kind", "status", "created"),
    [
        ("**Status**: ✅ Accepted\n**Date**: 2026-01-02", *ACTIVE, "2026-01-02"),
        (
            "| Field | Value |\n|---|---|\n| Status | Rejected |\n| Date | 2026-01-02 |",
            "deadend",
            None,
            "2026-01-02",
        ),
        ("| **Status** | Accepted |\n|---|---|\n| **Date** | 2026-01-02 |", *ACTIVE, "2026-01-02"),
        ("## Status: Superseded\n\n## Date: 2024-02-03", "decision", "retracted", "2024-02-03"),
        ("> **Status:** Deprecated", "decision", "retracted", None),
        ("**Status:** Proposed | **Date:** 2025-03-04", "decision", "proposed", "2025-03-04"),
        ("## Status\n\n2024-05-22 proposed\n\n2024-06-01 accepted", *ACTIVE, None),
        ("- **Status**: Obsolete", "decision", "retracted", None),
    ],
)
def test_a_decision_that_is_no_longer_in_force_is_never_taken_for_one(head, kind, status, created):
    """However a record writes its status: in bold, a table, a quote, a heading, beside its date, with a mark, day by day."""
    found = adr.read(
        [File("docs/adr/0001-a.md", f"# ADR-001: Use X\n\n{head}\n\n## Decision\nX, for its price.\n")]
    )
    (one,) = found.records
    assert found.problems == []
    assert (one.record["kind"], one.record.get("status"), one.record.get("created")) == (
        kind,
        status,
        created,
    )
    assert "X, for its price." in one.record["body"]
    assert not {"|---|", "Field"} & set(one.record["body"].split())


def test_what_beads_puts_off_is_told_and_a_decision_that_was_taken_is_one():
    """A deferred issue is no free work there, so its owner hears of it; a closed decision is a decision with its reason."""
    lines = (
        '{"id": "b-1", "title": "Later", "status": "deferred", "issue_type": "task"}\n'
        '{"id": "b-2", "title": "HMAC, not JWT", "description": "JWT is bigger.", "status": "closed",'
        ' "issue_type": "decision", "close_reason": "Agreed on Monday"}\n'
        '{"id": "b-3", "title": "Which bank?", "status": "open", "issue_type": "decision"}\n'
        '{"id": "b-4", "title": "Sign", "issue_type": "task", "dependencies": [{"depends_on_id": "b-2", "type": "blocks"}]}\n'
    )
    found = beads.read([File("issues.jsonl", lines)])
    assert titles(found) == [
        ("task", "Later"),
        ("decision", "HMAC, not JWT"),
        ("task", "Which bank?"),
        ("task", "Sign"),
    ]
    assert found.records[1].record["body"] == "JWT is bigger.\n\nAgreed on Monday"
    assert "needs" not in found.records[3].record
    assert [one.reason for one in found.problems] == [
        "b-1 is deferred there; here it is open, and next offers it"
    ]


def test_of_an_issue_that_stands_twice_what_was_updated_last_counts():
    """A merge that kept both sides leaves two lines of one issue: the newer counts wherever it stands, the other is told."""

    def line(title, **more):
        return json.dumps({"id": "b-1", "title": title, **more})

    new = line("New", updated_at="2026-06-01T10:00:00.5+02:00", priority=0)
    old = line("Old", updated_at="2026-06-01T08:30:00+02:00", priority=3)
    for text, left, kept in ((f"{new}\n{old}\n", 2, 1), (f"{old}\n{new}\n", 1, 2)):
        found = beads.read([File("i.jsonl", text)])
        assert [(one.record["title"], one.record["priority"]) for one in found.records] == [("New", 0)]
        reason = f"b-1 stands twice with different content: line {kept} counts, since it was updated later"
        assert found.problems == [("i.jsonl", left, reason)]
    undated = [File("a.jsonl", line("One")), File("b.jsonl", line("Two"))]
    found = beads.read(undated)
    reason = "b-1 stands twice with different content: b.jsonl:1 counts, since it comes last"
    assert (titles(found), found.problems) == ([("task", "Two")], [("a.jsonl", 1, reason)])
    assert beads.read([File("i.jsonl", f"{new}\n{new}\n")]).problems == []


def test_an_issue_that_was_deleted_on_one_side_is_not_taken_from_the_other():
    """The newer line of an issue says that it was deleted: the older one of it is no task."""
    gone = {"id": "b-1", "title": "Go", "status": "tombstone", "deleted_at": "2026-06-02T10:00:00Z"}
    text = f"{json.dumps(gone)}\n" + '{"id": "b-1", "title": "Go", "updated_at": "2026-06-01T10:00:00Z"}\n'
    found = beads.read([File("i.jsonl", text)])
    assert found.records == []
    assert [(one.line, one.reason) for one in found.problems] == [
        (1, "b-1 was deleted there"),
        (2, "b-1 stands twice with different content: line 1 counts, since it was updated later"),
    ]
