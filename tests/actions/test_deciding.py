"""Who made what, in the history: an edit on trunk that takes up what is pending, a merge of a rename and an edit."""

import pytest

from tests.actions.test_history import ID, branch, edit, team, versions

__all__ = ["team"]  # a fixture


def merged(project, *branches):
    """Trunk with all of ``branches``."""
    project.git("switch", "-q", "main")
    for name in branches:
        project.git("merge", "-q", "--no-ff", "-m", f"merge {name}", name)


@pytest.fixture
def pending(team):
    """Trunk with a pending change of the importance."""
    branch(team)
    edit(team, "--set", "importance=4")
    team.commit("change")
    merged(team, "feature")
    return team


def told(project):
    """``(what, fields)`` of each version, newest first, each field as (name, was, to)."""
    return [
        (one["what"], [(field["name"], field["from"], field["to"]) for field in one["fields"]])
        for one in versions(project)
    ]


REST = [("changed", [("importance", None, "4")]), ("added", [])]


def test_an_edit_of_something_else(pending):
    """Both are told of the one commit, the edit after the promotion."""
    edit(pending, "--set", "title=Better")
    pending.commit("decided")
    assert told(pending) == [
        ("edited", [("title", "First", "Better")]),
        ("promoted", [("importance", None, "4")]),
        *REST,
    ]
    one, other, *_ = versions(pending)
    assert one["commit"] == other["commit"] and one["by"] == other["by"] == "A. Uthor"
    (event, *_) = pending.json("history")["events"]
    assert (event["changed"], event["promoted"]) == ([ID], [])


def test_an_edit_of_the_same_field(pending):
    """It is told from the value that the view showed."""
    edit(pending, "--set", "importance=5")
    pending.commit("decided")
    assert told(pending)[:2] == [
        ("edited", [("importance", "4", "5")]),
        ("promoted", [("importance", None, "4")]),
    ]


def test_a_retraction_with_its_reason(pending):
    """Who took the memory back, and why."""
    pending.ok("retract", ID, "--reason", "no more")
    pending.commit("decided")
    assert told(pending) == [
        ("retracted", [("retracted", None, "no more")]),
        ("promoted", [("importance", None, "4")]),
        *REST,
    ]
    assert "reason: no more" in pending.ok("history", ID)


@pytest.mark.parametrize("stays", [True, False])
def test_a_retraction_that_was_in_conflict(pending, stays):
    """What was decided is told, and that the change beside it was taken up."""
    branch(pending, "other", "main~1")
    pending.ok("retract", ID, "--reason", "no more")
    pending.commit("retracted")
    merged(pending, "other")
    pending.ok(*(("restore", ID) if stays else ("retract", ID, "--reason", "really no more")))
    pending.commit("decided")
    what, fields = told(pending)[0]
    assert what == ("restored" if stays else "retracted")
    assert [to for _, _, to in fields] == ([] if stays else ["really no more"])
    assert told(pending)[1] == ("promoted", [("importance", None, "4")])


def test_a_promotion_alone_is_one(pending):
    """Nothing was decided."""
    pending.ok("overlay", "promote")
    assert told(pending) == [("promoted", [("importance", None, "4")]), *REST]
    (event, *_) = pending.json("history")["events"]
    assert (event["changed"], event["promoted"]) == ([], [ID])


def test_a_merge_of_a_rename_and_an_edit_made_neither(team):
    """What one side has under another name is told once, by who made it; what a merge made of both is the merge's own."""
    for again in (False, True):
        name = f"moved-{again}"
        branch(team, name)
        (path,) = (team.store / "facts").iterdir()
        team.git("mv", str(path), str(path.with_name(f"{name}.md")))
        team.commit(f"{name}: rename")
        team.git("switch", "-q", "main")
        edit(team, "--set", f"title={name}")
        team.commit(f"{name}: edit")
        team.git("switch", "-q", name)
        team.git("merge", "-q", "--no-commit", "main")
        if again:
            edit(team, "--set", "importance=3")
        team.commit(f"{name}: merge")
        team.git("switch", "-q", "main")
        team.git("merge", "-q", "--no-edit", name)
    subjects = [one["subject"] for one in versions(team)]
    assert subjects[0] == "moved-True: merge"
    assert sorted(subjects[1:]) == [
        "add first",
        *(f"moved-{again}: {what}" for again in (False, True) for what in ("edit", "rename")),
    ]
    assert "moved-False: merge" not in [one["subject"] for one in team.json("history")["events"]]


@pytest.mark.parametrize("trunk", [True, False])
def test_what_is_decided_to_stay_beside_another_conflict(team, trunk):
    """On trunk in base, on a branch as a change: it is told as restored, and that the status stays what it is."""
    for name, words in (
        ("one", ("edit", ID, "--set", "title=One")),
        ("two", ("edit", ID, "--set", "title=Two")),
        ("three", ("retract", ID, "--reason", "no more")),
        ("four", ("edit", ID, "--set", "importance=4")),
    ):
        branch(team, name)
        team.ok(*words)
        team.commit(name)
    merged(team, "one", "two", "three", "four")
    if not trunk:
        branch(team, "later")
    assert team.json("restore", ID)["layer"] == ("base" if trunk else "own")
    team.commit("decided")
    text = team.ok("history", ID)
    assert "restored (decided)" in text and "(none) → (none)" not in text
    assert ("status: stays active\n" in text) is not trunk
