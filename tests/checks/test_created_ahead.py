"""created-ahead: what says that it was written later than now."""

import pytest

from tests.checks.support import ID, NOW, found, memory

RULE = "created-ahead"


def ahead(*lines: str, now: int = NOW):
    return found(RULE, {"facts/a.md": memory("kind: fact", *lines)}, now=now)


def test_a_year_to_come_is_a_warning() -> None:
    """It stands at its line, with what to do: no command edits when a memory was written."""
    (finding,) = ahead("created: 2999-01-01")
    assert (finding.line, finding.severity, finding.memory) == (4, "warning", ID)
    assert finding.message == "created 2999-01-01, which is to come: it is listed before what is newer"
    assert finding.fix == "put the moment at which it was written in its place, by hand"


@pytest.mark.parametrize(
    "lines",
    [
        ["created: 2026-02-22T10:42:00Z"],
        ["created: 2026-02-23T10:00:00Z"],  # another clock, another time zone
        ["created: 2999-01-01", "status: retracted"],
        [],
    ],
)
def test_what_is_let_be(lines: list[str]) -> None:
    """Clocks differ, and what is withdrawn is in no list."""
    assert ahead(*lines) == []


def test_without_a_clock_nothing_is_known() -> None:
    """As for what expires."""
    assert ahead("created: 2999-01-01", now=0) == []
