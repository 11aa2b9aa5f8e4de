"""Times: ISO 8601 as text, the fenced grammar of WHEN, ages."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model.times import LAST, age, format_iso, parse_expiry, parse_iso, parse_when

NOW = int(datetime(2026, 3, 31, 10, 42, 7, tzinfo=UTC).timestamp())
DAY = 86400
LOW = int(datetime(1, 1, 1, tzinfo=UTC).timestamp())
HIGH = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[misc]


@given(st.integers(LOW, HIGH))
def test_what_is_written_reads_back(seconds: int) -> None:
    """Every moment from the year 1 to 9999 is written as text that is read as the same moment."""
    assert parse_iso(format_iso(seconds)) == seconds


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_reads_what_python_writes(moment: datetime, minutes: int) -> None:
    """A time of any zone, as Python writes it, is read as the moment that Python means."""
    local = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)), microsecond=0)
    assert parse_iso(local.isoformat()) == int(local.timestamp())
    assert parse_iso(local.isoformat(" ")) == int(local.timestamp())


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-02-10T14:03:22Z", at(2026, 2, 10, 14, 3, 22)),
        ("2026-02-10t14:03:22z", at(2026, 2, 10, 14, 3, 22)),
        ("2026-02-10 14:03:22", at(2026, 2, 10, 14, 3, 22)),
        ("2026-02-10T14:03", at(2026, 2, 10, 14, 3)),
        ("2026-02-10", at(2026, 2, 10)),
        ("  2026-02-10\n", at(2026, 2, 10)),
        ("2026-02-10T14:03:22.999Z", at(2026, 2, 10, 14, 3, 22)),
        ("2026-02-10T14:03:22,5 +01:00", at(2026, 2, 10, 13, 3, 22)),
        ("2026-02-10T14:03:22+0530", at(2026, 2, 10, 8, 33, 22)),
        ("2026-02-10T14:03:22-08", at(2026, 2, 10, 22, 3, 22)),
        ("2026-01-01T00:30+01:00", at(2025, 12, 31, 23, 30)),
        ("2024-02-29", at(2024, 2, 29)),
        ("1969-12-31T23:59:59Z", -1),
    ],
)
def test_zones_and_shapes(text: str, seconds: int) -> None:
    """A time without a zone is UTC, a date its midnight, parts of a second are dropped."""
    assert parse_iso(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026",
        "2026-02",
        "2026-2-10",
        "26-02-10",
        "2026-02-30",
        "2025-02-29",
        "1900-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-01-00",
        "0000-01-01",
        "2026-02-10T24:00",
        "2026-02-10T14",
        "2026-02-10T14:60",
        "2026-02-10T14:03:61Z",
        "2026-02-10Z",
        "2026-02-10T14:03:22 CET",
        "2026-02-10T14:03:22+1",
        "2026-02-10T14:03:22Z and more",
        "12026-02-10",
        "-2026-02-10",
        "20260210",
        "2026/02/10",
    ],
)
def test_what_is_no_time(text: str) -> None:
    """Dates that do not exist, and text of another shape, are errors that name the text."""
    with pytest.raises(ValueError, match="is no"):
        parse_iso(text)


@pytest.mark.parametrize(
    "text", ["2026-02-10T14:03:22+99:99", "2026-02-10T14:03:22+24:00", "2026-02-10T00:00-01:60"]
)
def test_zones_that_do_not_exist_are_errors(text: str) -> None:
    """A zone of a day or more, or of sixty minutes past the hour, is a slip and no moment."""
    with pytest.raises(ValueError, match="is no"):
        parse_iso(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+12:00", "9999-12-31T23:59:59-12:00"])
def test_what_is_read_can_be_written(text: str) -> None:
    """A time whose zone carries it out of the years 1 to 9999 is refused when it is read, not when it is written."""
    try:
        seconds = parse_iso(text)
    except ValueError:
        return
    assert parse_iso(format_iso(seconds)) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1 minute ago", NOW - 60),
        ("90 minutes ago", NOW - 5400),
        ("2 hours ago", NOW - 7200),
        ("3 days ago", NOW - 3 * DAY),
        ("3 DAYS Ago", NOW - 3 * DAY),
        ("  3   days\tago ", NOW - 3 * DAY),
        ("1 weeks ago", NOW - 7 * DAY),
        ("0 days ago", NOW),
        ("yesterday", at(2026, 3, 30)),
        ("Yesterday", at(2026, 3, 30)),
        ("2026-02-10", at(2026, 2, 10)),
        ("2026-02-10T14:03:22+01:00", at(2026, 2, 10, 13, 3, 22)),
        ("2027-01-01", at(2027, 1, 1)),
    ],
)
def test_moments_that_are_known(text: str, seconds: int) -> None:
    """The grammar's moments are seen from the present; case and white space do not matter."""
    assert parse_when(text, NOW) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "now",
        "today",
        "tomorrow",
        "tonight",
        "noon",
        "never",
        "epoch",
        "3d",
        "3 d",
        "3d ago",
        "3 days",
        "days ago",
        "three days ago",
        "-3 days ago",
        "+3 days ago",
        "3.5 days ago",
        "3days ago",
        "3 days ago or so",
        "in 3 days",
        "1 year ago",
        "30 seconds ago",
        "1000000 days ago",
        "99999999999999999999 weeks ago",
        "999999 months ago",
        "last year",
        "31 february",
        "2026-02-31",
        "10.02.2026",
        "02/10/2026",
        "1770000000",
        "@1770000000",
        "HEAD",
        "the day before yesterday",
        "blargh",
        "𝟛 days ag",
        "2026-02-10..2026-02-11",
        "\x00",
    ],
)
def test_everything_else_is_an_error(text: str) -> None:
    """What the grammar does not know is an error that says the grammar, and never the present moment."""
    with pytest.raises(ValueError, match="ago"):
        parse_when(text, NOW)


@pytest.mark.parametrize("text", ["3 mınutes ago", "3 mİnutes ago", "3 dayſ ago", "3 weeKs ago"])
def test_letters_that_only_fold_to_the_grammars(text: str) -> None:
    """Letters that ignoring case makes equal to English ones are an error or the unit, and no crash."""
    try:
        parse_when(text, NOW)
    except ValueError:
        pass


@given(st.text() | st.from_regex(r"[0-9]{1,9} (minute|hour|day|week|month|year)s? ago", fullmatch=True))
def test_when_gives_a_moment_or_a_value_error(text: str) -> None:
    """No text gives anything but a moment or a ValueError."""
    try:
        assert isinstance(parse_when(text, NOW), int)
    except ValueError:
        pass


@pytest.mark.parametrize("text", ["999999 weeks ago", "999999 months ago", "900000 days ago"])
def test_nothing_is_before_the_year_1(text: str) -> None:
    """A count that leads before the year 1 is an error, whatever its unit."""
    with pytest.raises(ValueError, match=r"year 1|no moment"):
        parse_when(text, NOW)


@pytest.mark.parametrize(
    ("now", "count", "then"),
    [
        ((2026, 3, 31), 1, (2026, 2, 28)),
        ((2024, 3, 31), 1, (2024, 2, 29)),
        ((2000, 3, 30), 1, (2000, 2, 29)),
        ((2100, 3, 29), 1, (2100, 2, 28)),
        ((2026, 3, 31), 4, (2025, 11, 30)),
        ((2026, 3, 31), 3, (2025, 12, 31)),
        ((2026, 1, 15), 1, (2025, 12, 15)),
        ((2026, 12, 31), 12, (2025, 12, 31)),
        ((2024, 2, 29), 12, (2023, 2, 28)),
        ((2024, 2, 29), 48, (2020, 2, 29)),
        ((2026, 3, 31), 0, (2026, 3, 31)),
    ],
)
def test_months_end_where_they_end(now: tuple[int, ...], count: int, then: tuple[int, ...]) -> None:
    """Months ago are the same day and time of that month, or its last day where it has no such day."""
    assert parse_when(f"{count} months ago", at(*now, 10, 42, 7)) == at(*then, 10, 42, 7)


@given(st.integers(at(1900, 1, 1), at(2200, 1, 1)), st.integers(0, 400))
def test_months_never_go_forward(now: int, count: int) -> None:
    """A month more is never later, and the month is the one that was counted to."""
    then = datetime.fromtimestamp(parse_when(f"{count} months ago", now), UTC)
    moment = datetime.fromtimestamp(now, UTC)
    assert then.year * 12 + then.month == moment.year * 12 + moment.month - count
    assert then.day == moment.day or (then.day < moment.day and (then + timedelta(days=1)).day == 1)
    assert parse_when(f"{count + 1} months ago", now) <= then.timestamp()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "now"),
        (0, "now"),
        (59, "now"),
        (60, "1m"),
        (3599, "59m"),
        (3600, "1h"),
        (DAY - 1, "23h"),
        (DAY, "1d"),
        (12 * DAY, "12d"),
        (60 * DAY, "60d"),
        (61 * DAY, "2mo"),
        (365 * DAY, "11mo"),
        (366 * DAY, "1y"),
        (1000 * DAY, "2y"),
    ],
)
def test_ages(seconds: int, text: str) -> None:
    """An age is told in its largest unit; months from the second on, as days tell the first better."""
    assert age(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-(10**18), "0001-01-01T00:00:00Z"),
        (-62_135_596_800, "0001-01-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
        (253_402_300_800, "9999-12-31T23:59:59Z"),
    ],
)
def test_moments_beyond_the_calendar(seconds, text):
    """A clock that is far off makes no command fail."""
    assert format_iso(seconds) == text


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("3 days", NOW + 3 * 86400),
        ("in 1 week", NOW + 7 * 86400),
        (" In  90 minutes ", NOW + 5400),
        ("tomorrow", NOW - NOW % 86400 + 86400),
        ("999999 weeks", min(NOW + 999999 * 604800, LAST)),
        ("3 days ago", None),
        ("2026-01-01", None),
        ("soon", None),
        ("", None),
    ],
)
def test_moments_to_come(text, moment):
    """Spans from now on; all else is left to the other grammar."""
    assert parse_expiry(text, NOW) == moment
