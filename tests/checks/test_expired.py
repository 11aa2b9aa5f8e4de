"""expired: what is out of recall for its date alone."""

import pytest

from tests.checks.support import ID, NOW, OTHER, change, change_path, found, memory

RULE = "expired"
PAST, COMING = "expires: 2026-02-20T10:42:00Z", "expires: 2026-03-01T00:00:00Z"


def expired(*lines: str, now: int = NOW, **files: str):
    return found(RULE, {"facts/a.md": memory("kind: fact", *lines), **files}, now=now)


def test_it_is_a_warning_with_both_ways_out() -> None:
    """It stands at its line, says for how long it has been out, and is renewed for as long as it was given."""
    (finding,) = expired("created: 2026-01-21T10:42:00Z", PAST)
    assert (finding.line, finding.severity, finding.memory) == (5, "warning", ID)
    assert finding.message == "expired 2d ago, so no recall has it"
    renew, _, retract = (finding.fix or "").partition("     not true any more: ")
    assert renew == "agentmem edit 7k3m9q --set expires=2026-03-24"  # thirty days from now
    assert retract == "agentmem retract 7k3m9q --reason TEXT"


def test_what_it_replaced_is_out_with_it() -> None:
    """What stood before is named, and that the way out of the one is the way back of the other."""
    old = memory("kind: fact", identity=OTHER)
    (finding,) = expired(
        "created: 2026-01-21T10:42:00Z", PAST, f"supersedes: [{OTHER}]", **{"facts/b.md": old}
    )
    assert finding.message == f"expired 2d ago, so no recall has it, nor {OTHER[:6]}, which it replaced"
    assert (finding.fix or "").endswith(f"     {OTHER[:6]} again: agentmem retract 7k3m9q --reason TEXT")


@pytest.mark.parametrize(
    ("lines", "until"),
    [
        ([PAST], "2026-05-23"),
        (["created: 2026-02-20T09:00:00Z", PAST], "2026-02-23"),
        (["created: 2026-02-21T00:00:00Z", PAST], "2026-02-23"),
    ],
)
def test_how_long_it_is_renewed(lines: list[str], until: str) -> None:
    """At least a day, and ninety where nobody knows how long it was meant for."""
    (finding,) = expired(*lines)
    assert f"expires={until} " in (finding.fix or "")


@pytest.mark.parametrize(
    "lines",
    [
        [COMING],
        [],
        ["expires:"],
        ["expires: soon"],
        [PAST, "status: retracted"],
        [PAST, "status: proposed"],
    ],
)
def test_what_is_let_be(lines: list[str]) -> None:
    """What has time left, what is out for another reason, and a date that is none."""
    assert expired(*lines) == []


def test_without_a_clock() -> None:
    """Where the time is unknown nothing has expired."""
    assert expired(PAST, now=0) == []


def test_the_last_second() -> None:
    """It is out from its moment on, not before."""
    line = "expires: 2026-02-22T10:42:00Z"
    assert expired(line, now=NOW - 1) == [] and len(expired(line)) == 1


def test_superseded() -> None:
    """What another has replaced is out anyway."""
    assert expired(PAST, **{"facts/b.md": memory("kind: fact", f"supersedes: [{ID}]", identity=OTHER)}) == []


def test_a_change_renews_it_and_another_lets_it_expire() -> None:
    """What an overlay makes of it counts, and the line is where the date stands."""
    renewed = change("set:", "  expires: {from: '2026-02-20T10:42:00Z', to: '2027-01-01T00:00:00Z'}", of=ID)
    assert expired(PAST, **{change_path(ID): renewed}) == []
    ended = change("set:", "  expires: {from: '2026-03-01T00:00:00Z', to: '2026-02-01T00:00:00Z'}", of=ID)
    (finding,) = expired(COMING, **{change_path(ID): ended})
    assert (finding.path, finding.line, finding.memory) == (f".agentmem/{change_path(ID)}", 7, ID)
    assert (
        found(RULE, {"facts/a.md": memory(COMING), change_path(ID): ended}, receipts=["4h2k9pr0w7td"]) == []
    )
