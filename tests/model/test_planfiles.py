"""Plan files as teams of agents keep them: what becomes a memory, that nothing is lost and nothing invented."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem.model import fields, kinds, memory, planhints, plantasks, plantext
from agentmem.model.planfiles import classify, read, records

PHASE = """---
status: active
---
# Job queue v1: Phase 4A: Database

**Owner:** pm-agent
Date: 2026-02-03

Goal: durable jobs in Postgres, no second store.

## Roles
- db-agent writes migrations

---

## Tasks
- [x] T1.1 Create jobs table @db P1 (done 2026-02-04)
  Columns as in `server/db/schema.sql`; see `JobQueue`.

  ```sql
  - [ ] not a task
  # not a heading
  ```
- [ ] T1.2 Index the idempotency key (needs T1.1) @db P2
  - [ ] T1.2.1 Benchmark it with 1,000,000 rows (qa, P3, needs T1.2, T9.9)
- [ ] **T1.3: Document the schema** after T1.2
  Depends on: T1.1
* [X] Pick a name
1. [ ] Rename `id` to `job_id` [blocked by T1.1] (optional)
- [ ]

## Decisions
- **Claim with SKIP LOCKED**: a lock table needed a sweeper.
- Ids are UUIDv7. They sort by time.

### API agent
- [ ] Ship POST /jobs
"""
LOG = """# Backend agent log

Agent: backend-agent

## 2026-02-10 14:03 Claimed jobs by SKIP LOCKED
Changed `server/src/queue/claim.ts:40`.

### Details
- [ ] next: retries

## [2026-02-10T15:00:22Z] Decision: use one pool
Because pgbouncer.

### Dead end: advisory locks
They hang.

## 2026-02-11
### 09:15 Fixed retries
ok
### 10:00
- Tried pg_notify, did not work behind pgbouncer
## Notes without a date
x
## 2026-02-12
- 09:00 did a
- 10:00: Decided to do b
  for c
## Learned this week
**Date:** 2026-02-13
Test first.
"""
OVERVIEW = """# Overview memory

Last updated: 2026-02-12

## Architecture
Postgres and one worker, in `server/src/queue/` and `claim.ts`.
### Limits
50 jobs a batch.

## Decisions
We agreed on these.
- 2026-02-01: Use Postgres for everything. No Redis, see `docs/adr/0001.md`.
  - detail
- Use pnpm

## Conventions
- Errors leave the API as problem+json (`server/src/api/errors.ts:12`)

## Dead ends
1. Advisory locks. They do not survive pgbouncer.

## How to run one API test
```sh
# not a heading
pnpm test:api
```

## Lessons learned
- Write the test first

## TODO
- [ ] Rate limit per key @api
"""
P, L, V = "plan/phase-4a-database.md", "plan/agent-logs/backend-agent.md", "plan/overview-memory.md"
FILES = {P: PHASE, L: LOG, V: OVERVIEW}


def by_title(path: str, text: str) -> dict[str, dict[str, Any]]:
    found = records(path, text)
    assert len({record["title"] for record in found}) == len(found)
    return {str(record["title"]): record for record in found}


def tasks(text: str, path: str = "plan/phase-1.md") -> list[dict[str, Any]]:
    return [record for record in records(path, text) if record["kind"] == "task"]


def test_a_phase_file() -> None:
    """Boxes are tasks with phase, role, needs and priority; the prose is the plan; decisions are their own."""
    found = by_title(P, PHASE)
    assert [(r["kind"], t) for t, r in found.items()] == [
        ("plan", "Job queue v1: Phase 4A: Database"),
        ("task", "Create jobs table"),
        ("log", "Done: Create jobs table"),
        ("task", "Index the idempotency key"),
        ("task", "Benchmark it with 1,000,000 rows"),
        ("task", "Document the schema"),
        ("task", "Pick a name"),
        ("log", "Done: Pick a name"),
        ("task", "Rename `id` to `job_id` (optional)"),
        ("decision", "Claim with SKIP LOCKED"),
        ("decision", "Ids are UUIDv7"),
        ("task", "Ship POST /jobs"),
    ]
    plan = found["Job queue v1: Phase 4A: Database"]
    assert plan["body"].endswith("no second store.\n\n## Roles\n\n- db-agent writes migrations")
    assert (plan["owner"], plan["created"]) == ("pm-agent", "2026-02-03")
    assert found["Create jobs table"] == {
        "kind": "task",
        "title": "Create jobs table",
        "body": "Columns as in `server/db/schema.sql`; see `JobQueue`.\n\n"
        "```sql\n- [ ] not a task\n# not a heading\n```",
        "created": "2026-02-03",
        "source_id": f"{P}#t1-1",
        "tags": ["T1.1"],
        "role": "db",
        "priority": 1,
        "plan": "Job queue v1",
        "phase": "4A Database",
        "scope": ["server/db/schema.sql"],
        "entities": ["JobQueue"],
    }
    done = found["Done: Create jobs table"]
    assert (done["closes"], done["created"], done["body"]) == ([f"{P}#t1-1"], "2026-02-04", "")
    assert found["Done: Pick a name"]["created"] == "2026-02-03"
    bench = found["Benchmark it with 1,000,000 rows"]
    assert (bench["role"], bench["priority"], bench["body"]) == ("qa", 3, "Needs T9.9")
    assert bench["needs"] == [f"{P}#t1-2"]
    assert found["Document the schema"]["needs"] == [f"{P}#t1-2", f"{P}#t1-1"]
    assert found["Document the schema"]["body"] == "Depends on: T1.1"
    assert found["Rename `id` to `job_id` (optional)"]["needs"] == [f"{P}#t1-1"]
    assert found["Claim with SKIP LOCKED"]["body"] == "a lock table needed a sweeper."
    assert found["Ship POST /jobs"]["role"] == "api" and found["Pick a name"]["role"] == "database"


def test_a_log() -> None:
    """Each dated section is an entry of the file's agent; what it says it is, it becomes."""
    found = by_title(L, LOG)
    assert [(r["kind"], t, r.get("created")) for t, r in found.items()] == [
        ("log", "Claimed jobs by SKIP LOCKED", "2026-02-10T14:03"),
        ("decision", "use one pool", "2026-02-10T15:00:22Z"),
        ("deadend", "advisory locks", "2026-02-10T15:00:22Z"),
        ("log", "Fixed retries", "2026-02-11T09:15"),
        ("deadend", "Tried pg_notify, did not work behind pgbouncer", "2026-02-11T10:00"),
        ("log", "Notes without a date", None),
        ("log", "did a", "2026-02-12T09:00"),
        ("decision", "Decided to do b", "2026-02-12T10:00"),
        ("reflection", "Learned this week", "2026-02-13"),
    ]
    assert {(r["by"], r["role"]) for r in found.values()} == {("backend-agent", "backend")}
    first = found["Claimed jobs by SKIP LOCKED"]
    assert first["body"].endswith("### Details\n- [ ] next: retries")
    assert first["scope"] == ["server/src/queue/claim.ts"]
    assert found["Decided to do b"]["body"] == "for c"


def test_an_overview() -> None:
    """Each heading with text is a memory, each bullet of a collection is one, boxes are tasks."""
    found = by_title(V, OVERVIEW)
    assert [(r["kind"], t) for t, r in found.items()] == [
        ("fact", "Overview memory"),
        ("fact", "Architecture"),
        ("fact", "Architecture: Limits"),
        ("decision", "Decisions"),
        ("decision", "Use Postgres for everything"),
        ("decision", "Use pnpm"),
        ("convention", "Errors leave the API as problem+json (`server/src/api/errors.ts:12`)"),
        ("deadend", "Advisory locks"),
        ("procedure", "How to run one API test"),
        ("reflection", "Write the test first"),
        ("task", "Rate limit per key"),
    ]
    assert found["Architecture"]["scope"] == ["server/src/queue", "claim.ts"]
    assert found["Use Postgres for everything"]["body"] == "No Redis, see `docs/adr/0001.md`.\n- detail"
    assert found["Use Postgres for everything"]["created"] == "2026-02-01"
    assert not {"created", "by", "role"} & found["Use pnpm"].keys()
    assert found["How to run one API test"]["body"] == "```sh\n# not a heading\npnpm test:api\n```"


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def test_no_line_of_an_overview_is_lost() -> None:
    """Each line with words is whole in some record; only marks, dates and headings without text are not."""
    texts = [words(f"{r['title']} {r['body']}") for r in records(V, OVERVIEW)]
    for line in OVERVIEW.split("\n"):
        said = words(re.sub(r"^\s*(?:\d+\.|[-*] \d{4}-\d\d-\d\d:|- \[ \])|@api", "", line))
        if not line.startswith(("## ", "```")):
            assert any(said <= text for text in texts), line


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ["", "```", "~~~", "---", "## Decisions", "## Notes", "# T", "### Dead ends", "## 2026-02-10"]
        ),
        st.tuples(
            st.sampled_from(
                ["", "# ", "## ", "### ", "- ", "  - ", "1. ", "- [ ] ", "- [x] ", "    - [ ] ", "  ", "\t"]
            ),
            st.lists(
                st.sampled_from(["alpha", "b1", "Gamma.", "**d**", "`x/y.py`", "日本", "T1.1"]), max_size=30
            ).map(" ".join),
        ).map("".join),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    ),
    max_size=25,
).map("\n".join)
PATHS = st.sampled_from([P, L, V, "notes.md", "plan/progress.md", "plan/decisions.md"])


@given(PATHS, LINES)
@settings(deadline=None, max_examples=400)
def test_any_markdown_gives_whole_records(path: str, text: str) -> None:
    """The same each time, unique source ids, values that front matter takes, links that exist."""
    found = records(path, text)
    assert found == records(path, text) == records(path, text.replace("\n", "\r\n").replace("\r\r\n", "\r\n"))
    names = [record["source_id"] for record in found]
    assert len(set(names)) == len(names)
    for record in found:
        assert (
            record["kind"] in kinds.BY_NAME
            and str(record["title"]).strip()
            and "\n" not in str(record["title"])
        )
        assert len(str(record["title"])) <= 200 and str(record["source_id"]).startswith(f"{path}#")
        for key, value in record.items():
            if key != "body":
                memory.coerce(fields.BY_NAME[key], value if isinstance(value, list) else str(value))
        for key in ("needs", "closes"):
            linked = record.get(key, [])
            assert isinstance(linked, list) and set(linked) <= set(names) - {record["source_id"]}
        if "created" in record:
            assert str(record["created"])[:10] in text


@given(st.sampled_from([P, V, "plan/decisions.md"]), LINES)
@settings(deadline=None, max_examples=400)
def test_no_word_is_lost(path: str, text: str) -> None:
    """Every word that is in no heading, mark or front matter is in some record."""
    if text.startswith("---"):
        return
    said = words(
        " ".join(
            f"{r['title']} {r['body']} {r.get('tags', '')} {r.get('owner', '')}" for r in records(path, text)
        )
    )
    for word in ("alpha", "b1", "Gamma", "日本"):
        lines = [
            line
            for line in text.split("\n")
            if not re.match(r"\s*#|\s*(?:[-*+]|\d+[.)])?\s*(?:```|~~~)", line)
        ]
        assert word not in words(" ".join(lines)) or word in said


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        (P, "", "phase"),
        ("plan/phase_2a-database.md", "## 2026-02-10\nx\n## 2026-02-11\n", "phase"),
        ("TODO.md", "", "phase"),
        ("plan/agent-logs/phase-1.md", "- [ ] x", "log"),
        ("logs/overview.md", "", "log"),
        ("plan/progress.md", "- did x", "log"),
        ("plan/progress.md", "- [x] did x", "phase"),
        (V, "- [ ] x", "overview"),
        ("memory.md", "## 2026-02-10\n## 2026-02-11\n", "overview"),
        ("decisions.md", "", "overview"),
        ("x.md", "- [ ] x", "phase"),
        ("x.md", "## 2026-02-10\nx\n## 2026-02-11\nx", "log"),
        ("x.md", "```\n- [ ] x\n```", "overview"),
        ("planet.md", "", "overview"),
        ("catalog.md", "", "overview"),
    ],
)
def test_classify(path: str, text: str, kind: str) -> None:
    """By folder and name first, else by what most of the file is."""
    assert classify(path, text) == kind


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "T1.2 Create jobs table @api P1",
            {"title": "Create jobs table", "role": "api", "priority": 1, "tags": ["T1.2"]},
        ),
        ("[P2] Fix it (backend-agent)", {"title": "Fix it", "role": "backend", "priority": 2}),
        ("P1: do it", {"title": "do it", "priority": 1}),
        ("@frontend: the jobs page", {"title": "the jobs page", "role": "frontend"}),
        ("`DB-3`: vacuum", {"title": "vacuum", "tags": ["DB-3"]}),
        ("Task 7: foo", {"title": "foo", "tags": ["TASK7"]}),
        ("S3 upload", {"title": "S3 upload"}),
        ("3.11 support", {"title": "3.11 support"}),
        ("UTF-8 decode", {"title": "UTF-8 decode"}),
        ("Stop retrying after 3 tries", {"title": "Stop retrying after 3 tries"}),
        ("Wait (after T9.9)", {"title": "Wait", "body": "Needs T9.9"}),
        ("Wait after v2", {"title": "Wait after v2"}),
        ("Mail a@b.c, use @dataclass (optional)", {"title": "Mail a@b.c, use @dataclass (optional)"}),
        ("Ship it (2026-02-10)", {"title": "Ship it (2026-02-10)"}),
        ("\n  below it", {"title": "below it", "body": "below it"}),
        ("**Bold lead**: and why", {"title": "Bold lead", "body": "and why"}),
        ("Use `@types/node` and `Node.js` and `feature/x/y`", {"scope": None, "entities": None}),
    ],
)
def test_marks_of_a_box(line: str, expected: dict[str, object]) -> None:
    """Marks are taken off where they are marks, and left where they are text."""
    (task,) = tasks(f"- [ ] {line}")
    marks = {"role", "priority", "tags", "needs", "created"}
    assert {key: task.get(key) for key in expected} == expected
    if "title" in expected:
        assert {key for key in marks if key in task} == {key for key in marks if key in expected}


def test_needs_are_of_the_same_file_and_unambiguous() -> None:
    """A label that stands twice, elsewhere or is one's own is no need; several in a list are."""
    text = "- [ ] T1 a\n- [ ] T1 b\n- [ ] T2 c\n- [ ] T3 d (needs T2, T1 and T3)\n- [ ] T4 e — depends on T2 and T3\n"
    needs = {task["title"]: task.get("needs") for task in tasks(text)}
    assert needs["d"] == ["plan/phase-1.md#t2"] and needs["a"] is None
    assert needs["e"] == ["plan/phase-1.md#t2", "plan/phase-1.md#t3"]
    assert "Needs T1" in next(task["body"] for task in tasks(text) if task["title"] == "d")


def test_ticking_a_box_keeps_its_name() -> None:
    """The task is the same record after it was ticked, and after another was put before it."""
    before = tasks("- [ ] Write it\n")
    after = tasks("- [ ] New first\n- [x] Write it\n")
    assert before[0] == after[1]


@pytest.mark.parametrize(
    ("path", "heading", "plan", "phase"),
    [
        (P, "", None, "4A Database"),
        ("plan/phase_5b-api-workers.md", "", None, "5B API Workers"),
        ("plan/phase-1.md", "# Phase 1: Foundations", None, "1 Foundations"),
        (P, "# Phase 4A", None, "4A Database"),
        ("PLAN.md", "# Job queue — Phase 5A: API (Role: api)", "Job queue", "5A API"),
        ("plans/job-queue/phase-2.md", "", "job-queue", "2"),
        ("todo.md", "# Things", None, None),
    ],
)
def test_plan_and_phase(path: str, heading: str, plan: str | None, phase: str | None) -> None:
    """From the nearest heading that names a phase, else from the file's name, else not at all."""
    (task,) = tasks(f"{heading}\n- [ ] x\n", path)
    assert (task.get("plan"), task.get("phase")) == (plan, phase)


@pytest.mark.parametrize(
    ("path", "by", "role"),
    [
        ("agent-logs/db_agent-2.md", "db_agent-2".replace("_", "-"), "db"),
        ("agent-logs/alice.md", "alice", None),
        ("plan/qa-log.md", "qa", "qa"),
        ("plan/progress.md", None, None),
        ("logs/2026-02-10.md", None, None),
        ("logs/session-3.md", None, None),
    ],
)
def test_who_wrote_a_log(path: str, by: str | None, role: str | None) -> None:
    """The file's name says it, where it is the name of somebody."""
    (entry,) = records(path, "## Did it\nx\n")
    assert (entry.get("by"), entry.get("role"), entry.get("created")) == (by, role, None)


@pytest.mark.parametrize(
    ("heading", "time", "rest"),
    [
        ("2026-02-10 14:03", "2026-02-10T14:03", ""),
        ("[2026-02-10T14:03:22Z] Title", "2026-02-10T14:03:22Z", "Title"),
        ("Session 3 (2026-02-10)", "2026-02-10", "Session 3"),
        ("2026-02-10 — 14:03 UTC: Fix", "2026-02-10T14:03Z", "Fix"),
        ("2026-02-10T14:03:22.123+01:00 x", "2026-02-10T14:03:22+01:00", "x"),
        ("2026-02-31 x", None, "2026-02-31 x"),
        ("Ship by (2026-03-01)", None, "Ship by (2026-03-01)"),
        ("Moved to 2026-02-10 as asked", None, "Moved to 2026-02-10 as asked"),
        ("2026-02-10-notes", None, "2026-02-10-notes"),
        ("14:03 x", None, "14:03 x"),
    ],
)
def test_times_are_those_stated(heading: str, time: str | None, rest: str) -> None:
    """A date at the start or end of a heading is its time; a deadline and a date in the midst are not."""
    assert planhints.stamp(heading) == (time, rest)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "\ufeff", "---\na: b\n---\n", "# T\n", "# T\n---\n## U\n", "- [ ]\n", "---\n---\n"]
)
def test_files_that_say_nothing(text: str) -> None:
    """No memory is made of front matter, rules and empty headings."""
    assert [records(path, text) for path in FILES] == [[], [], []]


def test_files_without_a_heading() -> None:
    """One memory with the file's name, or one for each bullet of a file that is a collection."""
    (one,) = records("plan/team_memory.md", "\ufeffjust text\r\nmore\r\n")
    assert (one["title"], one["kind"], one["body"]) == ("team memory", "fact", "just text\nmore")
    assert [r["kind"] for r in records("decisions.md", "- Use A\n- Use B\n")] == ["decision"] * 2


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("Title\n=====\ntext\n\nPart\n---\nmore\n", [(1, "Title", 1), (2, "Part", 5)]),
        ("# T\nPart one\n--------\n", [(1, "T", 1), (2, "Part one", 2)]),
        ("1. Use X\n========\n", [(1, "1. Use X", 1)]),
        ("# T\n\nA sentence ends.\n----\n", [(1, "T", 1)]),
        ("# T\n\nStatus: done\n---\n", [(1, "T", 1)]),
        ("# T\n\ntwo lines\nof text\n-------\n", [(1, "T", 1)]),
        ("# T\n\n- item\n-------\n\n| a |\n---\n\n1. one\n----\n", [(1, "T", 1)]),
        ("# T\n\n```\nPart\n----\n```\n----\n\n***\n---\n", [(1, "T", 1)]),
    ],
)
def test_a_line_that_is_underlined_is_a_heading(text: str, headings: list[tuple[int, str, int]]) -> None:
    """A rule below a sentence, a list, a table or code stays a rule."""
    found = plantext.sections(text)
    assert [(one.level, one.heading, one.line) for one in found[1:]] == headings


def test_rules_at_the_start_are_no_front_matter() -> None:
    """Text between two rules is text."""
    found = records("notes.md", "---\n# T\ntext\n---\nmore\n")
    assert [(r["title"], r["body"]) for r in found] == [("T", "text\n---\nmore")]


def test_fences_hold_headings_and_boxes() -> None:
    """Code is code: open to the end, of tildes, indented under a bullet, holding shorter fences."""
    for code in ("```\n# a\n- [ ] b", "~~~\n```\n# a\n~~~", "````\n```\n- [x] b\n````"):
        assert [r["kind"] for r in records(V, f"## H\n{code}\n")] == ["fact"]
    (task,) = tasks("- [ ] a\n  ```\nat the margin\n- [ ] b\n  ```\n")
    assert task["body"] == "```\nat the margin\n- [ ] b\n```".replace("```", "  ```")


def test_long_titles_are_cut_and_nothing_is_lost() -> None:
    """A bullet that is one long sentence keeps all of it in the body."""
    text = "word " * 60
    (one,) = records("decisions.md", f"- {text}\n")
    assert len(str(one["title"])) <= plantext.MAX_TITLE and str(one["title"]).endswith("word …")
    assert one["body"] == text.strip()
    (two,) = records(V, f"## {text}\nx\n")
    assert str(two["body"]) == f"{text.strip()}\n\nx"


HOSTILE = [
    "(" * 50_000,
    "-" * 100_000,
    "T1, " * 30_000,
    "tried " * 20_000,
    "`a/" * 30_000,
    "**" * 50_000,
    " " * 100_000 + "x",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("mark", ["- [ ] ", "# ", "## x\n- ", "a: ", "# 2026-02-10 "])
def test_hostile_lines_cost_little(mark: str, text: str) -> None:
    """No line takes time that grows with its square: this would run for minutes."""
    for path in FILES:
        assert records(path, f"{mark}{text}\nx\n")


def test_tasks_know_roles_that_the_file_declares() -> None:
    """A role that one box ends with counts in the midst of another."""
    text = "- [ ] a @billing\n- [ ] b with @billing today\n- [ ] c (billing)\n- [ ] d (maybe)\n"
    assert [task.get("role") for task in tasks(text)] == ["billing", "billing", "billing", None]
    assert plantasks.declared_roles(["x @billing P1"]) == {"billing"}


def test_a_file_with_phases_is_a_plan_of_its_title():
    """Its tasks, and their ends, name the plan that its first heading is, text below it or not; Tasks is no such heading."""
    text = "# Kiosk rollout\n\n## Phase 1: Hardware\n- [x] Order kiosks\n\n## Phase 2: Software\n- [ ] SIP2 client\n"
    found = records("plan/kiosk.md", text)
    (plan,) = (one for one in found if one["kind"] == "plan")
    assert (plan["title"], plan["source_id"]) == ("Kiosk rollout", "plan/kiosk.md#kiosk-rollout")
    assert [(one["kind"], one["plan"]) for one in found if one["kind"] != "plan"] == [
        ("task", plan["source_id"]), ("log", plan["source_id"]), ("task", plan["source_id"]),
    ]  # fmt: skip
    again = records("plan/kiosk.md", text.replace("Phase 2", "Kiosk rollout: Phase 2"))
    assert {one["plan"] for one in again if one["kind"] == "task"} == {plan["source_id"]}
    for heading in ("Tasks", "Plan", "TODO", "Phase 1: Hardware"):
        named = records("plan/kiosk.md", text.replace("Kiosk rollout", heading, 1))
        assert not [one for one in named if one.get("plan")]


def test_the_tasks_of_a_folder_are_of_the_plan_in_it():
    """A plan's own file keeps its tasks; a phase's file beside it has those of that plan, and alone names the folder."""
    whole = ("plans/billing/plan.md", "# Invoice rollout\n\n## Phase 1\n- [x] Split the table\n")
    phase = ("plans/billing/phase-2.md", "# API work\nBy May.\n\n## Tasks\n- [ ] Serve it\n")
    bare = ("plans/billing/phase-3.md", "- [ ] Bill it\n")
    name = "plans/billing/plan.md#invoice-rollout"

    def plans(*files: tuple[str, str]) -> list[Any]:
        return [record.get("plan") for _, record in read(files) if record["kind"] in ("task", "log")]

    assert plans(whole, phase, bare) == plans(bare, phase, whole) == [name] * 4
    assert plans(phase, bare) == ["plans/billing/phase-2.md#api-work", "billing"]
    assert plans(whole, ("plans/billing/ui.md", "# UI\nx\n\n## Phase 1\n- [ ] y\n"), bare) == [
        name, name, "plans/billing/ui.md#ui", "billing",
    ]  # fmt: skip


def test_words_of_a_title_are_no_label():
    """A word and a number that begin a title are a label only where a need names them alone."""
    titles = [
        one["title"] for one in tasks("- [ ] Order 5 kiosks\n- [ ] Mount them (needs: Order 5 kiosks)\n")
    ]
    assert titles == ["Order 5 kiosks", "Mount them (needs: Order 5 kiosks)"]
    named = tasks("- [ ] Order 5 kiosks\n- [ ] Mount them (needs: Order 5)\n")
    assert [one["title"] for one in named] == ["kiosks", "Mount them"]
