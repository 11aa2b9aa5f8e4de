"""Which entries belong together, and what is said of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import ids, reflection, times
from agentmem.model.memory import Memory
from agentmem.model.reflection import DAY, Group

MONDAY = times.parse_iso("2026-02-02T08:00:00Z")
LATER = MONDAY + 60 * DAY


def entry(number, title="Tuned the pool", body="", by="db-1", scope=("src/queue/a.py",), hours=0, **values):
    name = f"e{number:011d}"
    return Memory(
        id=name,
        kind="log",
        title=title,
        body=body,
        by=by,
        scope=scope,
        created=MONDAY + hours * 3600,
        **values,
    )


def group(*entries):
    return Group("src/queue", "week of 2026-02-02", tuple(entries))


def four(**values):
    return [
        entry(number, f"Step {number}", by=f"agent-{number % 2}", hours=number, **values)
        for number in range(4)
    ]


def test_entries_of_one_area_and_week_belong_together():
    """Four entries of two agents, one area, one week: one group, oldest first."""
    (found,) = reflection.groups(reversed(four()), (), LATER)
    assert (found.about, found.when) == ("src/queue", "week of 2026-02-02")
    assert [one.id for one in found.entries] == [one.id for one in four()]


@pytest.mark.parametrize(
    ("entries", "now"),
    [
        (four()[:3], LATER),
        (four(), MONDAY + 3 * 3600 + 14 * DAY - 1),
        ([one._replace(created=None) for one in four()], LATER),
        ([one._replace(by="one", scope=(f"src/queue/{i}.py",)) for i, one in enumerate(four())], LATER),
        ([one._replace(scope=()) for one in four()], LATER),
        ([*four()[:3], four()[3]._replace(created=MONDAY + 7 * DAY)], LATER),
    ],
)
def test_gates(entries, now):
    """Too few, too young, undated, one agent's that repeat nothing, about nothing, of another week: no group."""
    assert reflection.groups(entries, (), now) == []


def test_one_agent_that_meets_the_same_again():
    """What one agent met three times over is worth telling too."""
    assert reflection.groups([one._replace(by="one") for one in four()], (), LATER)


def test_what_is_taken_is_not_taken_twice():
    """Entries that a reflection stands for already are left out, and the others must be enough by themselves."""
    assert reflection.groups(four(), [four()[0].id], LATER) == []


@pytest.mark.parametrize(
    ("one", "about"),
    [
        (entry(1, plan="p9d2kap9d2ka", phase="5A"), "plan p9d2kap9d2ka, 5A"),
        (entry(1, scope=("a/b/c/d/e.py", "a/b/c/f.py", "z/y.py")), "a/b/c"),
        (entry(1, scope=("src/**",)), "src"),
        (entry(1, scope=("README.md",), entities=("Queue", "api")), "api"),
        (entry(1, scope=("README.md",)), ""),
    ],
)
def test_subject(one, about):
    """The plan and phase, else the area of most paths, else the first entity."""
    assert reflection.subject(one) == about


def test_too_many_for_one_are_cut_by_days():
    """A week of more entries than a reflection has lines becomes one for each of its days."""
    many = [entry(n, f"Step {n}", by=f"a{n % 3}", hours=24 * (n % 3)) for n in range(60)]
    found = reflection.groups(many, (), LATER)
    assert [len(one.entries) for one in found] == [20, 20, 20]
    assert [one.when for one in found] == ["2026-02-02", "2026-02-03", "2026-02-04"]


def test_a_day_of_too_many_is_cut_by_the_clock():
    """A day of too many becomes quarters of it, and these hours; an entry that is merged later moves none of the others."""
    many = [entry(n, f"Step {n}", by=f"a{n % 3}", hours=n % 8) for n in range(96)]
    found = reflection.groups(many, (), LATER)
    assert [(one.when, len(one.entries)) for one in found] == [
        *((f"2026-02-02 {hour:02d}:00", 12) for hour in range(8, 12)),
        ("2026-02-02 12:00", 12),
        ("2026-02-02 13:00", 12),
        ("2026-02-02 14:00", 12),
        ("2026-02-02 15:00", 12),
    ]
    late = entry(200, "Late", by="a1", hours=5)
    again = reflection.groups([*many, late], (), LATER)
    assert [one for one in again if late not in one.entries] == [
        one for one in found if one.when[-5:] != "13:00"
    ]


WORDS = st.sampled_from(
    [
        "It failed because of x.",
        "All is well.",
        "Did not help; reverted.",
        "No failures.",
        "- it crashed\n- due to y",
        "",
    ]
)
ENTRIES = st.lists(
    st.tuples(st.sampled_from(["Tuned", "Added", "Fixed"]), WORDS, st.sampled_from(["a", "b"])),
    min_size=4,
    max_size=30,
)


@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_same_entries_give_the_same_bytes(drawn, chance):
    """In whatever order they come, on whatever branch: one text, one id, and each line names entries that it is from."""
    entries = [entry(n, f"{title} {n}", body, by, hours=n) for n, (title, body, by) in enumerate(drawn)]
    (found,) = reflection.groups(entries, (), LATER) or [group(*entries)]
    draft = reflection.drafted(found)
    mixed = list(entries)
    chance.shuffle(mixed)
    (again,) = reflection.groups(mixed, (), LATER) or [group(*entries)]
    assert reflection.drafted(again) == draft
    known = {one.id for one in entries}
    for line in draft.memory.body.splitlines():
        if line.startswith("- "):
            assert set(re.findall(rf"e[{ids.ALPHABET}]{{11}}", line)) & known, line
    assert set(reflection.missing(draft.memory.body, known)) <= set(draft.dropped)
    assert not draft.dropped  # each of thirty has a line
    assert draft.memory.sources == tuple(sorted(known)) and draft.memory.status == "proposed"


def test_what_did_not_work_comes_with_its_cause():
    """A failure is told in the words of its entry, under its title, with what it was caused by."""
    draft = reflection.drafted(
        group(
            entry(1, "Advisory locks", "They did not work. The cause was pgbouncer. Took two days."),
            entry(2, "Batch size", "Set to 50 because larger ones time out."),
            entry(3, "Ran the suite", "No failures, 0 crashes."),
            entry(4, "Retry of POST", reopens=("t00000000001",)),
        )
    )
    assert draft.memory.body.split("\n\n")[:3] == [
        "## Did not work\n- Advisory locks: They did not work. The cause was pgbouncer. (e00000000001)\n"
        "- Retry of POST (e00000000004)",
        "## Why\n- Batch size: Set to 50 because larger ones time out. (e00000000002)",
        "## Done\n- Ran the suite: No failures, 0 crashes. (e00000000003)",
    ]
    assert draft.memory.scope == ("src/queue/a.py",)


def test_who_says_the_same_shares_a_line():
    """Three entries with the same words are one line that names all three."""
    draft = reflection.drafted(group(*(entry(n, "Flaky clock test failed") for n in range(3))))
    assert "- Flaky clock test failed (e00000000000, e00000000001, e00000000002)" in draft.memory.body


def test_code_is_no_sentence():
    """What stands in a fence or is quoted is not what the entry says."""
    body = "```\nit failed in code\n```\n> it failed, they said\n    it failed, indented\nDone at last."
    draft = reflection.drafted(group(entry(1, "Title", body)))
    assert draft.memory.body.startswith("## Done\n- Title: Done at last. (e00000000001)")


def test_what_an_entry_says_first_is_kept_while_there_is_room():
    """A line has more than its entry's title where all of them together stay short; the first have it first."""
    some = reflection.drafted(group(*(entry(n, f"Load test {n}", f"{n}00 jobs a second.") for n in range(5))))
    assert all(f"- Load test {n}: {n}00 jobs a second. (" in some.memory.body for n in range(5))
    many = reflection.drafted(group(*(entry(n, f"Load test {n}", "x" * 300) for n in range(40))))
    lines = [line for line in many.memory.body.splitlines() if line.startswith("- Load")]
    assert len(lines) == 40 and sum(map(len, lines)) <= reflection.ROOM
    assert lines[0].startswith("- Load test 0: xxx") and lines[-1].startswith("- Load test 39 (")


def test_loss_cap():
    """A rewrite may leave out a quarter of its entries, and not one that is pinned or cited."""
    entries = [entry(n, f"Step {n}") for n in range(52)]
    draft = reflection.drafted(group(*entries))
    assert len(draft.dropped) == 12  # 40 lines
    assert reflection.loses_too_much(draft, ()) == ()
    assert reflection.loses_too_much(draft, {draft.dropped[0]}) == (draft.dropped[0],)
    more = reflection.drafted(group(*entries, *(entry(n, f"Step {n}") for n in range(52, 56))))
    assert len(more.dropped) == 16 and reflection.loses_too_much(more, ()) == more.dropped
    assert reflection.loses_too_much(more, {entries[0].id}) == more.dropped


def test_missing_ids():
    """Only a whole id counts as named."""
    assert reflection.missing("e00000000001 e0000000000", ["e00000000001", "e00000000002"]) == (
        "e00000000002",
    )
