"""What kind of answer a question wants is told by its form; what only looks like such a question wants none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import asking
from agentmem.model.asking import DURATION, FREQUENCY, MOMENT, NUMBER, OF
from agentmem.model.query import parse


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("how long is a loan", DURATION),
        ("How long do we keep the logs?", DURATION),
        ("how long ago did we drop sqlite", MOMENT),
        ("how often does the sweeper run", FREQUENCY),
        ("how many retries has a job", OF + "retries"),
        ("how much memory does the indexer take", OF + "memory"),
        ("the number of aisles", OF + "aisles"),
        ("how many days ago", NUMBER),
        ("how much is it", NUMBER),
        ("what port does staging use", NUMBER),
        ("which version of git do we need", NUMBER),
        ("When did we move to Postgres?", MOMENT),
        ("since when is the queue in Redis", MOMENT),
        ("what day is the release", MOMENT),
        ("when the deposit is taken", MOMENT),
        ("what went wrong when orders grouped its rows", ""),
        ("what happens when a worker dies", ""),
        ("how do I deploy", ""),
        ("why is there no cache", ""),
        ("which module parses dates", ""),
        ("somehow long lines fail", ""),
        ("", ""),
    ],
)
def test_what_is_wanted(question, kind):
    """A moment, a duration, how often, a number; or nothing of these."""
    assert asking.wanted(question) == kind


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (MOMENT, "We met her last week."),
        (MOMENT, "Dropped on 2026-02-10"),
        (MOMENT, "The release is on a Friday"),
        (MOMENT, "at 14:30 UTC"),
        (DURATION, "A loan lasts 21 days"),
        (DURATION, "It took me the whole weekend"),
        (DURATION, "two and a half hours"),
        (FREQUENCY, "Runs every night"),
        (FREQUENCY, "twice a day"),
        (NUMBER, "three retries"),
        (NUMBER, "listens on 8080"),
        (OF + "docks", "The depot has 14 docks and 62 aisles"),
        (OF + "docks", "one more dock"),
        (OF + "memory", "takes 2.5 GB of memory"),
    ],
)
def test_what_has_it(kind, text):
    """A text that says it, whatever else it says."""
    assert asking.has(kind, text)
    assert asking.has(kind, f"Something else.\n{text.upper()}")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (MOMENT, "Revert the tag: the last 50 migrations may be read by both versions"),
        (MOMENT, "It marches on; sunlight, mayhem"),
        (DURATION, "LoanList shows overdue loans of 30 members"),
        (DURATION, "The loan table is backed up every night"),
        (FREQUENCY, "The sweeper is persistent, and reaches all"),
        (NUMBER, "The worker retries someone's jobs"),
    ],
)
def test_what_has_it_not(kind, text):
    """What only has letters of it."""
    assert not asking.has(kind, text)


SAID = {MOMENT: "yesterday", DURATION: "3 days", FREQUENCY: "daily", NUMBER: "7"}


@given(st.text(max_size=200), st.sampled_from(sorted(SAID)))
def test_an_answer_is_seen_in_any_text(text, kind):
    """Whatever stands around it; and any text can be asked."""
    assert asking.has(kind, f"{text} {SAID[kind]} {text}")
    assert asking.wanted(text) in ("", *SAID)


def test_what_is_long_or_quoted_wants_nothing():
    """A text of many things, and words that are to stand as they are."""
    assert asking.wanted("how long " + "x" * (asking.LONGEST - 9)) == DURATION
    assert asking.wanted("how long " + "x" * asking.LONGEST) == ""
    assert parse("how long is a loan", 0).answer == DURATION
    assert parse('"how long is a loan"', 0).answer == ""


def test_a_number_of_something_else():
    """What is counted is told from what is measured beside it."""
    assert not asking.has(OF + "docks", "A dock needs 45 seconds to cool down")
    assert not asking.has(OF + "aisles", "Aisle 31: jams after 14 s")
