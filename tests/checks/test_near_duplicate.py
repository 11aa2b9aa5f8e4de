"""near-duplicate: two that say the same, each group told once; what only looks alike is let be."""

import pytest

from tests.checks.support import ID, OTHER, THIRD, change, change_path, found, memory, new_id

RULE = "near-duplicate"
BODY = "A lock table needed a sweeper and lost jobs when a worker died between insert and commit.\n"
TITLE = "Workers claim jobs with SKIP LOCKED"


def said(title: str, body: str, *lines: str, identity: str, day: int = 10, kind: str = "fact") -> str:
    created = f"created: 2026-02-{day:02}T10:00:00Z"
    return memory(f"title: {title}", f"kind: {kind}", created, *lines, identity=identity, body=body)


def pair(title: str, body: str, *lines: str, kind: str = "fact", **files: str):
    """What the rule says of a memory and of a later one with ``title`` and ``body``."""
    first = said(TITLE, BODY, *([] if kind != "task" else ["plan: A"]), identity=ID, kind=kind)
    second = said(title, body, *lines, identity=OTHER, day=12, kind=kind)
    return found(RULE, {"facts/a.md": first, "facts/b.md": second, **files})


@pytest.mark.parametrize(
    ("title", "body", "how"),
    [
        (TITLE, BODY, "the same"),
        (TITLE.lower() + ".", BODY.upper(), "the same"),
        (TITLE, BODY.replace("needed a sweeper", "wanted a sweeper"), "nearly the same"),
        ("Workers claim the jobs with SKIP LOCKED", BODY + "Postgres frees the row.\n", "nearly the same"),
    ],
)
def test_two_that_say_the_same(title: str, body: str, how: str) -> None:
    """It is one warning, on the newer one, that names the older; the fix replaces the older by it."""
    (finding,) = pair(title, body)
    assert (finding.path, finding.line, finding.severity) == (".agentmem/facts/b.md", 3, "warning")
    assert (finding.memory, finding.others) == (OTHER, (ID,))
    assert finding.message == f'says {how} as 7k3m9q "{TITLE}"'
    assert finding.fix == "agentmem supersede 7k3m9q --by p2v8rr"


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Advisory locks do not survive pgbouncer", "They stay with the pooled connection.\n"),
        ("Workers claim 5 jobs with SKIP LOCKED", BODY),  # another number
        ("Workers never claim jobs with SKIP LOCKED", BODY),  # a denial
        ("Workers claim jobs with SKIP LOCKED on MySQL", BODY),  # another platform
        ("Workers claim jobs with SKIP LOCKED", "Measured on the staging database in March.\n" * 8),
    ],
)
def test_what_only_looks_alike(title: str, body: str) -> None:
    """Another number, name or platform, a denial, another text under one title."""
    assert pair(title, body) == []


@pytest.mark.parametrize(
    "lines",
    [
        [f"supersedes: [{ID}]"],
        ["status: retracted"],
        ["status: proposed"],
        ["expires: 2026-02-20T00:00:00Z"],
    ],
)
def test_what_is_not_in_force(lines: list[str]) -> None:
    """One that replaces the other, or is out itself."""
    assert pair(TITLE, BODY, *lines) == []


def test_tasks_are_the_same_within_a_plan_only() -> None:
    """Each plan may have its tests written; a task that is done is no twin of one that is not."""
    assert pair(TITLE, BODY, "plan: B", kind="task") == []
    assert len(pair(TITLE, BODY, "plan: A", kind="task")) == 1
    done = memory("kind: log", f"closes: [{ID}]", identity=new_id())
    assert pair(TITLE, BODY, "plan: A", kind="task", **{"log/2026-02/a.md": done}) == []


def test_log_entries_may_repeat() -> None:
    """What happened twice is told twice."""
    assert pair(TITLE, BODY, kind="log") == []


def test_kinds() -> None:
    """A decision and a fact must say the very same to be told; without a body titles are compared."""
    files = {"facts/a.md": said(TITLE, BODY, identity=ID), "decisions/b.md": ""}
    files["decisions/b.md"] = said(TITLE, BODY, identity=OTHER, kind="decision")
    assert len(found(RULE, files)) == 1
    files["decisions/b.md"] = said(TITLE, BODY + "More.\n", identity=OTHER, kind="decision")
    assert found(RULE, files) == []
    files = {
        "facts/a.md": said(TITLE, "", identity=ID),
        "facts/b.md": said(TITLE + " rows", BODY, identity=OTHER),
    }
    assert len(found(RULE, files)) == 1


def test_a_group_is_told_once() -> None:
    """Of many one finding, on the newest, which names a few of the others."""
    names = [new_id() for _ in range(9)]
    files = {
        f"facts/{i}.md": said(TITLE, BODY + f"{'word ' * (i % 3)}\n", identity=name, day=10 + i)
        for i, name in enumerate(names)
    }
    (finding,) = found(RULE, files)
    assert (finding.path, len(finding.others)) == (".agentmem/facts/8.md", 8)
    assert "and so do" in finding.message and finding.message.endswith("and 2 more")
    assert (finding.fix or "").endswith(f" --by {names[8][:6]}")


def test_a_change_makes_them_alike_and_another_takes_one_out() -> None:
    """What the view shows is compared, not what base says."""
    path = change_path(OTHER)
    alike = change("set:", f"  title: {{from: Other, to: '{TITLE}'}}", of=OTHER)
    files = {"facts/a.md": said(TITLE, "", identity=ID), "facts/b.md": said("Other", "", identity=OTHER)}
    assert found(RULE, files) == []
    (finding,) = found(RULE, {**files, path: alike})
    assert (finding.path, finding.line) == (f".agentmem/{path}", 7)
    assert found(RULE, {**files, path: alike, change_path(ID): change("retract: wrong", of=ID)}) == []


def test_ugly_neighbours() -> None:
    """No text at all, two files of one id, broken files and other scripts are no twins, and hide none."""
    files = {
        "facts/a.md": said("日本語の題", "これは本文です。", identity=ID).replace("\n", "\r\n"),
        "facts/b.md": said("日本語の題", "これは本文です。", identity=OTHER),
        "facts/b2.md": said("日本語の題", "これは本文です。", identity=OTHER),
        "facts/c.md": said("'!!!'", "", identity=THIRD),
        "facts/d.md": said("'???'", "", identity=new_id()),
        "facts/e.md": "---\nid: a: b\n---\n",
    }
    (finding,) = found(RULE, files)
    assert {finding.memory, *finding.others} == {ID, OTHER}


def test_the_fix_ends_it(store) -> None:
    """The command that is advised can be run, and the finding is gone."""
    store.remember(1, title=TITLE, body=BODY)
    store.remember(2, title=TITLE, body=BODY + "So it is.", created="2026-02-11T00:00:00Z")
    (told,) = store.json("check", "--only", RULE)["findings"]
    store.ok(*told["fix"].split()[1:])
    assert store.json("check", "--only", RULE)["findings"] == []


@pytest.mark.parametrize(
    "text",
    [
        lambda i: (TITLE, BODY),
        lambda i: (f"Import {i} of the nightly batch", BODY),
        lambda i: ("The nightly batch", f"It took {i} seconds"),
        lambda i: (f"The {chr(97 + i % 26)}{chr(97 + i // 26 % 26)}x service retries", BODY),
    ],
)
def test_what_an_import_makes(text) -> None:
    """A thousand from one template are one finding or none, never a thousand squared."""
    files = {f"facts/{i}.md": said(*text(i), identity=new_id()) for i in range(1000)}
    assert len(found(RULE, files)) <= 40
