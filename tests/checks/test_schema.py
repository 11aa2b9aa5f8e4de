"""schema: wrong values are errors at their key's line, and take nothing else with them."""

import pytest

from tests.checks.support import ID, memory, one

RULE = "schema"
TOKEN = "ghp" + "_" + "abcDEF123456" * 3


@pytest.mark.parametrize(
    ("line", "message", "fix"),
    [
        ("created: noon", "created: 'noon' is no ISO 8601 time, such as 2026-02-10T14:03:22Z", None),
        ("expires: 2026-02-31", "expires: '2026-02-31' is no time: day is out of range for month", None),
        ("importance: 9", "importance must be from 1 to 5", None),
        ("importance: high", "importance must be a whole number", None),
        ("pin: maybe", "pin must be true or false", None),
        ("title: [a, b]", "title must be one line of text", None),
        ("tags: {a: b}", "tags must be a list of words", None),
        ("cites: [{symbol: x}]", "cites must be a list of citations, each with a path", None),
        (
            "status: actve",
            "status must be one of proposed, active, retracted",
            "agentmem edit 7k3m9q --set status=active",
        ),
        ("status: retract", "status must be one of proposed, active, retracted", None),
    ],
)
def test_wrong_values(line: str, message: str, fix: str | None) -> None:
    """Each wrong value is one error with file and line, and a whole command where there is one."""
    (finding,) = one(RULE, memory("by: me", line))
    assert (finding.line, finding.severity, finding.memory) == (4, "error", ID)
    assert (finding.message, finding.fix) == (message, fix)


def test_a_wrong_id_is_named_with_what_serves() -> None:
    """An id that is none is never overwritten by the tool."""
    (finding,) = one(RULE, "---\nkind: fact\nid: 12\n---\n")
    assert (finding.line, finding.fix) == (3, "take the wrong id out, then: agentmem check --fix")


def test_every_wrong_key_is_named() -> None:
    """One wrong value does not hide the next."""
    assert [f.line for f in one(RULE, memory("kind: x", "pin: 2", "created: 1"))] == [4, 5]


@pytest.mark.parametrize(
    "text",
    [
        memory("kind: decision", "created: 2026-02-10T14:03:22Z", "tags: [a]", "pin: true", "mine: {a: b}"),
        memory("kind:", "tags:", "created: ~"),
        memory("tags: a"),
        memory("kind: fact").replace("\n", "\r\n"),
        "",
        "no front matter",
    ],
)
def test_right_and_unknown_values_are_let_be(text: str) -> None:
    """Unknown keys are the team's, empty ones are absent."""
    assert one(RULE, text) == []


@pytest.mark.parametrize("key", ["id", "created", "kind", "importance"])
def test_a_secret_in_the_wrong_place_is_not_repeated(key: str) -> None:
    """A value that looks like a secret is in no message, as whole or as part."""
    for value in (TOKEN, TOKEN + " agentmem:allow-secret", "x" * 400 + " " + TOKEN):
        text = memory(f"{key}: {value}").replace(f"id: {ID}\n", "" if key == "id" else f"id: {ID}\n", 1)
        for finding in one(RULE, text):
            assert TOKEN[:12] not in finding.message + (finding.fix or "")


def test_long_values_are_cut_and_escapes_dropped() -> None:
    """A page in the place of a time is not printed whole, nor is what a terminal would obey."""
    (finding,) = one(RULE, memory("created: " + "long " * 500))
    assert len(finding.message) <= 300
    (finding,) = one(RULE, memory('created: "\\e[31mx"'))
    assert finding.message.isprintable()
