"""Time words of a question: each form with the span that it points at, and what is no time stays as words."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentmem.model import query
from agentmem.model.query import parse
from agentmem.model.times import EVER
from agentmem.model.timewords import read

DAY, HOUR = 86400, 3600


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[misc]


NOW = at(2026, 3, 12, 10, 42)
"""A Thursday."""
TODAY = at(2026, 3, 12)
TAGS = {
    "v1.2": at(2026, 2, 1),
    "v1.3": at(2026, 3, 1),
    "nightly": at(2026, 3, 5),
    "1.2.0-rc.1": at(2026, 1, 9),
}
COMMITS = {"3f2a9c1": at(2026, 2, 20)}


def moment(name: str) -> int | None:
    return {**TAGS, **COMMITS}.get(name)


FORMS = [
    ("what broke 3 days ago", NOW - 4 * DAY, NOW - 2 * DAY),
    ("1 week ago", NOW - 10 * DAY - 12 * HOUR, NOW - 3 * DAY - 12 * HOUR),
    ("a day ago", NOW - 2 * DAY, NOW),
    ("an hour ago", NOW - HOUR - DAY, NOW - HOUR + DAY),
    ("Two weeks ago", NOW - 17 * DAY - 12 * HOUR, NOW - 10 * DAY - 12 * HOUR),
    ("a couple of days ago", NOW - 3 * DAY, NOW - DAY),
    ("a few weeks ago", NOW - 35 * DAY, NOW - 7 * DAY),
    ("several days ago", NOW - 5 * DAY, NOW - DAY),
    (
        "a year ago",
        at(2025, 3, 12, 10, 42) - 182 * DAY - 12 * HOUR,
        at(2025, 3, 12, 10, 42) + 182 * DAY + 12 * HOUR,
    ),
    ("in the last two weeks", NOW - 17 * DAY - 12 * HOUR, None),
    ("the past 3 days", NOW - 4 * DAY, None),
    ("over the past few months", at(2025, 12, 12, 10, 42) - 60 * DAY, None),
    ("within the last twelve hours", NOW - 12 * HOUR - DAY, None),
    ("last weekend", at(2026, 3, 7), at(2026, 3, 9)),
    ("the past weekend", at(2026, 3, 7), at(2026, 3, 9)),
    ("this year", at(2026, 1, 1), None),
    ("since the start of the year", at(2026, 1, 1), None),
    ("last year", at(2025, 1, 1), at(2026, 1, 1)),
    ("from January to March", at(2026, 1, 1), at(2026, 4, 1)),
    ("between november and february", at(2025, 11, 1), at(2026, 3, 1)),
    ("in May and June", at(2025, 5, 1), at(2025, 7, 1)),
    ("from May until July 2024", at(2024, 5, 1), at(2024, 8, 1)),
    ("5 minutes ago", NOW - 300 - DAY, NOW - 300 + DAY),
    ("2 Months Ago", at(2025, 12, 28, 10, 42), at(2026, 1, 27, 10, 42)),
    ("what happened yesterday", NOW - 2 * DAY, None),
    ("what broke today", NOW - DAY, None),
    ("this morning", NOW - DAY, None),
    ("last week", at(2026, 3, 2), None),
    ("this week", at(2026, 3, 9), None),
    ("the past week", NOW - 10 * DAY, None),
    ("last month", at(2026, 2, 1), at(2026, 3, 1)),
    ("in the last month", NOW - 45 * DAY, None),
    ("this month", at(2026, 3, 1), None),
    ("the past month", NOW - 45 * DAY, None),
    ("lately", NOW - 7 * DAY, None),
    ("the newest", EVER, None),
    ("the most recent notes", EVER, None),
    ("last monday", at(2026, 3, 9), at(2026, 3, 10)),
    ("on Friday", at(2026, 3, 6), at(2026, 3, 7)),
    ("on thursday", at(2026, 3, 5), at(2026, 3, 6)),
    ("since tuesday", at(2026, 3, 10), None),
    ("since 1 February before 5 February", at(2026, 2, 1), at(2026, 2, 5)),
    ("before 2026-02-05 since 2026-02-01", at(2026, 2, 1), at(2026, 2, 5)),
    ("from 1 February to 5 February", at(2026, 2, 1), at(2026, 2, 6)),
    ("within the last month", NOW - 45 * DAY, None),
    ("during last month", at(2026, 2, 1), at(2026, 3, 1)),
    ("over the past week", NOW - 10 * DAY, None),
    ("throughout February", at(2026, 2, 1), at(2026, 3, 1)),
    ("on Tuesday 10 February", at(2026, 2, 10), at(2026, 2, 11)),
    ("the day before yesterday", at(2026, 3, 10), at(2026, 3, 11)),
    ("half a year ago", NOW - 215 * DAY, None),
    ("since last monday", at(2026, 3, 9), None),
    ("before last monday", None, at(2026, 3, 9)),
    ("until last monday", None, at(2026, 3, 10)),
    ("after last monday", at(2026, 3, 10), None),
    ("since last month", at(2026, 2, 1), None),
    ("before the last month", None, NOW - 45 * DAY),
    ("since yesterday", at(2026, 3, 11), None),
    ("in 2025", at(2025, 1, 1), at(2026, 1, 1)),
    ("since 2025", at(2025, 1, 1), None),
    ("after 2025", at(2026, 1, 1), None),
    ("until 2025", None, at(2026, 1, 1)),
    ("before 2025", None, at(2025, 1, 1)),
    ("on 2026-02-10", at(2026, 2, 10), at(2026, 2, 11)),
    ("around 2026-02-10?", at(2026, 2, 10), at(2026, 2, 11)),
    ("in february", at(2026, 2, 1), at(2026, 3, 1)),
    ("during March", at(2026, 3, 1), at(2026, 4, 1)),
    ("in december", at(2025, 12, 1), at(2026, 1, 1)),
    ("in december 2024", at(2024, 12, 1), at(2025, 1, 1)),
    ("in 2026-01", at(2026, 1, 1), at(2026, 2, 1)),
    ("before 2026-02-10", None, at(2026, 2, 10)),
    ("until 2026-02-10 14:03", None, at(2026, 2, 10, 14, 3)),
    ("after 2026-02-10T14:03:22Z", at(2026, 2, 10, 14, 3, 22), None),
    ("since 2026-02-10.", at(2026, 2, 10), None),
    ("since february", at(2026, 2, 1), None),
    ("since Nov", at(2025, 11, 1), None),
    ("before November", None, at(2025, 11, 1)),
    ("after january", at(2026, 2, 1), None),
    ("after March", at(2026, 3, 1), None),
    ("until january", None, at(2026, 2, 1)),
    ("since 2026-01", at(2026, 1, 1), None),
    ("since the 3rd of March", at(2026, 3, 3), None),
    ("on 24 November", at(2025, 11, 24), at(2025, 11, 25)),
    ("on november 24th", at(2025, 11, 24), at(2025, 11, 25)),
    ("on Nov 24, 2024", at(2024, 11, 24), at(2024, 11, 25)),
    ("on 24.11.", at(2025, 11, 24), at(2025, 11, 25)),
    ("around 24.11.2024", at(2024, 11, 24), at(2024, 11, 25)),
    ("on 12 March", TODAY, TODAY + DAY),
    ("on 29 February", at(2024, 2, 29), at(2024, 3, 1)),
    ("until 2026-02-10", None, at(2026, 2, 11)),
    ("after 2026-02-10", at(2026, 2, 11), None),
    ("after 2026-03-12", TODAY, None),
    ("between 2026-01-05 and 2026-02-10", at(2026, 1, 5), at(2026, 2, 11)),
    ("between 20 December and 5 January", at(2025, 12, 20), at(2026, 1, 6)),
    ("between 5 March and 24 March", at(2026, 3, 5), at(2026, 3, 25)),
    ("between 2026-01-05 and february", at(2026, 1, 5), at(2026, 3, 1)),
    ("before 1.1.", None, at(2026, 1, 1)),
    ("before the release v1.2", None, TAGS["v1.2"]),
    ("before release 1.2", None, TAGS["v1.2"]),
    ("before v1.2", None, TAGS["v1.2"]),
    ("before 1.2", None, TAGS["v1.2"]),
    ("since the tag nightly", TAGS["nightly"], None),
    ("after 1.2.0-rc.1", TAGS["1.2.0-rc.1"], None),
    ("after commit 3f2a9c1", COMMITS["3f2a9c1"], None),
    ("after 3f2a9c1", COMMITS["3f2a9c1"], None),
    ("between v1.2 and v1.3", TAGS["v1.2"], TAGS["v1.3"]),
    ("between the release 1.3 and the release 1.2", TAGS["v1.2"], TAGS["v1.3"]),
    ("between 2026-01-05 and v1.2", at(2026, 1, 5), TAGS["v1.2"]),
]


@pytest.mark.parametrize(("text", "after", "before"), FORMS)
def test_forms(text, after, before):
    """Each form of the grammar is read as its span, alone and inside a question, whose other words are left."""
    assert read(text, NOW, moment)[:3] == (after, before, False)
    found = read(f"zebra crossing {text}", NOW, moment)
    assert found[:2] == (after, before)
    assert found.rest.split()[:2] == ["zebra", "crossing"]
    asked = parse(f"zebra {text}, quagga", NOW, moment=moment)
    assert (asked.after, asked.before) == (after, before)
    assert asked.dated and {"zebra", "quagga"} <= asked.terms.keys()


@pytest.mark.parametrize(
    "text",
    [
        "before the flood",
        "what we did before may break",
        "who is on may",
        "on november",
        "on 31.2.",
        "on 30 February",
        "since 13.13.",
        "on 24 November 2026",
        "between 2026-05-01 and 2026-06-01",
        "after we merged main",
        "since main",
        "since v2",
        "before v9.9",
        "after commit 1234567",
        "after 2026-05-01",
        "since 2026-03-13",
        "on 2026-03-13",
        "on 2026-02-31",
        "before 2026-13-01",
        "in april 2026",
        "from march to april 2026",
        "from 3 to 5",
        "last two items",
        "two weeks",
        "a few days",
        "the weekend",
        "this weekend",
        "past years",
        "in 2026-04",
        "in 2026-13",
        "in 0000-01",
        "between locks and queues",
        "between v1.2 and v9",
        "between 1 and 2",
        "99999 days ago",
        "days ago",
        "tomorrow",
        "next week",
        "the week",
        "recentness",
        "on mondays",
        "in 2031",
        "port 2025",
        "in marching order",
        "at the latest2",
        "",
    ],
)
def test_what_is_no_moment_stays_as_words(text):
    """What names no time that has been, no tag and no commit here is left as it stands, and points nowhere."""
    assert read(text, NOW, moment)[:4] == (None, None, False, text)
    asked = parse(f"{text} zebra", NOW, moment=moment)
    assert not asked.dated
    assert asked.terms == parse(f"{text} zebra", NOW, moment=lambda name: None).terms


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("when did we move to pnpm", "we move to pnpm"),
        ("When was the queue rewritten?", "the queue rewritten?"),
        ("  since when do we use pnpm", "do we use pnpm"),
        ("how long ago did it break", "did it break"),
        ("How many weeks ago did it break", "did it break"),
    ],
)
def test_asking_when(text, rest):
    """A question that begins so asks when something was, and its other words are what it is about."""
    found = read(text, NOW)
    assert (found.after, found.before, found.asks_when) == (None, None, True)
    assert found.rest.split() == rest.split()
    assert parse(text, NOW).asks_when


@pytest.mark.parametrize("text", ["what to do when the queue stalls", "whenever did", "tell me when was it"])
def test_when_inside_asks_nothing(text):
    """When in the middle of a question is a word like others."""
    assert not read(text, NOW).asks_when


@pytest.mark.parametrize(("text", "exact"), [
    ("before v1.2", True), ("since march", True), ("on 2026-02-10", True), ("in february", True), ("from may to june", True),
    ("between v1.2 and v1.3", True), ("around 2026-02-10", False), ("last week", False), ("3 days ago", False),
    ("newest", False), ("zebra", False),
])  # fmt: skip
def test_a_span_that_is_named_by_its_ends(text, exact):
    """A date, a month, a tag or a commit says where a span begins or ends; other words are vague."""
    assert read(text, NOW, moment).exact is exact


def test_asking_when_within_a_span():
    """Both at once: when something was, since a release."""
    assert read("when did the build break since v1.2", NOW, moment)[:3] == (TAGS["v1.2"], None, True)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("before v1.2", ["v1.2"]),
        ("before 1.9", ["1.9", "v1.9"]),
        ("since the release banana", ["banana", "vbanana"]),
        ("before we started", []),
        ("before main", []),
        ("since 2026-02-10", []),
        ("after deadbeef", []),
        ("after dead5eef", ["dead5eef", "vdead5eef"]),
        ("what changed last week in v1.2", []),
    ],
)
def test_git_is_asked_for_what_may_be_a_revision_alone(text, asked):
    """Nothing is looked up that is an everyday word, a branch or a date."""
    looked_up: list[str] = []

    def resolve(name: str) -> int | None:
        looked_up.append(name)
        return moment(name)

    read(text, NOW, resolve)
    assert looked_up == asked


@pytest.mark.parametrize(
    "text", ["what changed last week", "what happened yesterday?", "what is new since v1.2", "last week"]
)
def test_time_words_alone_leave_nothing_to_match(text):
    """A question for nothing but a span has no words, so that what falls into it is listed."""
    asked = parse(text, NOW, moment=moment)
    assert asked.dated and asked.terms == {} and asked.words == []


@pytest.mark.parametrize("text", ["what changed", "what is new?", "what happened to the queue last week"])
def test_empty_words_without_a_span_are_words(text):
    """Without a span, or beside a word that says something, such words are looked for."""
    assert parse(text, NOW, moment=moment).terms


def test_a_span_holds_its_first_moment_and_not_its_end():
    """``spans``: from ``after`` on, before ``before``; an open side holds all."""
    asked = parse("on 2026-02-10", NOW)
    first = at(2026, 2, 10)
    assert [asked.spans(first + d) for d in (-1, 0, DAY - 1, DAY)] == [False, True, True, False]
    assert parse("before 2026-02-10", NOW).spans(0)
    assert parse("zebra", NOW).spans(NOW)


def test_a_quoted_phrase_has_no_time_words():
    """What is quoted and nothing else is meant as it stands."""
    asked = parse('"last week"', NOW)
    assert asked.exact and not asked.dated


PIECES = st.sampled_from(
    [
        *"\n .,?-/:'\"",
        " ",
        "9999",
        "0",
        "12",
        "3 months ago",
        "9999 months ago",
        "9999 years ago",
        "a few ",
        "years ago",
        "the last couple of weeks",
        "from may to june 0001",
        "last weekend",
        "last year",
        "9999 weeks ago",
        "between ",
        " and ",
        "before ",
        "since ",
        "after the tag ",
        "in ",
        "in may ",
        "on ",
        "last ",
        "monday",
        "2026-02-10",
        "0000-00",
        "9999-12",
        "v1.2",
        "3f2a9c1",
        "when did ",
        "yesterday",
        "\ud800",
        "ı",
        "İ",
        "٣ days ago",
    ]
)


@given(
    st.lists(PIECES | st.text(max_size=4), max_size=10).map("".join),
    st.integers(0, 4_000_000_000),
    st.none() | st.integers(-(2**40), 2**40),
)
@example("in december 9999", 0, None)
@example("in 9999-12", 253402300799, None)
@example("between 9999-12-31 and 0001-01-01", 0, None)
def test_nonsense_never_fails(text, now, resolved):
    """Any text, at any time, with any resolver, is a span that is in order, or none and the text as it was."""
    found = read(text, now, lambda name: resolved)
    if found.after is not None and found.before is not None:
        assert found.after <= found.before
    if found[:3] == (None, None, False):
        assert found.rest == text
    assert len(found.rest) <= len(text) + 2
    parse(text, now, moment=lambda name: resolved)


@given(st.sampled_from([form[0] for form in FORMS]), st.integers(EVER, 4_000_000_000))
def test_a_span_has_begun(text, now):
    """Whenever it is asked, no span of the past begins after now."""
    found = read(text, now, lambda name: None)
    assert found.after is None or found.after <= now


@pytest.mark.parametrize("text", [form[0] for form in FORMS])
def test_what_loads_the_reader_is_in_each_form(text):
    """The cheap look that decides whether the reader is loaded sees every form that it reads."""
    assert query._DATED(text)
