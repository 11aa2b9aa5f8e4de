"""The moments that a writer gives: one that puts a memory out at once is told, one that is yet to come is refused."""

import json

import pytest

from tests import support

PAST = "2026-01-01"


@pytest.mark.parametrize("words", [("--expires", PAST), ("--set", f"expires={PAST}")])
def test_what_has_expired_is_told(store, words):
    """It is written, and one note says that no answer has it, and how to see it."""
    said = store.call("add", "fact", "Keys are 16 bytes", *words)
    assert said.code == 0 and said.out.startswith("added ")
    assert said.err == (
        "note: it expired 2026-01-01T00:00:00Z and is left out of answers; to see it: agentmem list --status expired\n"
    )
    assert store.titles() == set() and store.titles("--status", "expired") == {"Keys are 16 bytes"}


def test_an_edit_that_lets_it_expire_is_told(store):
    """Of an edit of something else nothing is said."""
    name = store.json("add", "fact", "Keys are 16 bytes")["id"]
    assert store.call("edit", name, "--set", "expires=2030-01-01").err == ""
    assert "note: it expired 2026-01-01" in store.call("edit", name, "--set", f"expires={PAST}").err
    assert store.call("edit", name, "--set", "tags+=keys").err == ""
    assert store.call("edit", name, "--set", "expires=").err == ""


@pytest.mark.parametrize("option", ["--created", "--set"])
def test_what_is_yet_to_come_was_not_written(store, option):
    """It would be the newest for as long as it is ahead; a clock that is ahead by less than a day is believed."""
    key = "" if option == "--created" else "created="
    refused = store.call("add", "fact", "From tomorrow's tomorrow", option, f"{key}2026-03-01T00:00:00Z")
    assert refused.code == 2 and store.titles() == set()
    assert f"created 2026-03-01T00:00:00Z is in the future: it is {support.NOW} now" in refused.err
    ahead = {"AGENTMEM_NOW": "2026-02-28T00:00:00Z"}
    store.ok("add", "fact", "A clock is ahead", option, f"{key}2026-03-01T00:00:00Z", env=ahead)


def test_an_import_takes_the_time_that_is_there(store):
    """What another tool has written with a clock of its own is taken as it is."""
    record = {"id": support.identity(1), "title": "Later", "created": "2027-01-01T00:00:00Z"}
    store.ok("import", "jsonl", "-", input=json.dumps(record))
    assert store.json("show", support.identity(1))["memories"][0]["created"] == "2027-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (
            ("supersede", support.identity(1), "--title", " "),
            f'agentmem supersede {support.identity(1)} --title "one line"',
        ),
        (("add", "decision", ""), 'agentmem add decision "one line"'),
        (("task", "add", ""), 'agentmem add task "one line"'),
    ],
)
def test_without_a_title(store, words, hint):
    """The hint is the command that was meant."""
    store.remember(1, "One")
    refused = store.call(*words)
    assert refused.code == 2 and "needs a title" in refused.err and f"hint: {hint}\n" in refused.err


def test_what_is_replaced_for_a_time_is_said_to_stay_replaced(store):
    """On the spot, with the way to have it back; a successor without an end says nothing."""
    old = store.json("add", "decision", "Messages are kept for thirty days")["id"]
    done = store.call(
        "add", "decision", "In the audit ninety", "--supersedes", old, "--expires", "2999-01-01"
    )
    new = done.out.split()[1]
    assert done.err == (
        f"note: {old[:6]} stays replaced after 2999-01-01T00:00:00Z; to have it back then: agentmem retract {new} --reason TEXT\n"
    )
    assert store.call("add", "decision", "Ninety for good", "--supersedes", new).err == ""
