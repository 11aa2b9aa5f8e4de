"""The time words of a question: the span that they point at, and the question without them.

They steer and never filter: what falls outside of "last week" by an hour may still be the answer. What names where it begins or
ends (``Span.exact``), by a date, a month, a tag or a commit, steers harder.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from agentmem.model import dates, times
from agentmem.model.times import DAY, EVER

Moment = Callable[[str], int | None]
"""The time (seconds UTC) of a tag, a release or a commit; None where the name is none."""

_FLAGS = re.IGNORECASE | re.ASCII
_ISO = r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?Z?)?"
_COUNTS: dict[str, tuple[int, float]] = {
    **dict.fromkeys(("a", "an"), (1, 0.5)),
    **{name: (count, 0.5) for count, name in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )},
    **dict.fromkeys(("a couple of", "couple of", "a couple"), (2, 1)),
    **dict.fromkeys(("a few", "few", "several"), (3, 2)),
}  # fmt: skip
"""Counts in words, and by how many units who says so may err: who rounds by half of one."""
_COUNT = rf"(\d{{1,4}}|{'|'.join(sorted(_COUNTS, key=len, reverse=True))})"
_DAYS_OF = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}
_UNIT = f"({'|'.join(_DAYS_OF)})"
_IN = r"(?:(?:in|over|during|within|for|throughout) )?"
_LEAD = rf"{_IN}(?:the )?"
_AGO = re.compile(rf"(?<!half )\b{_COUNT} {_UNIT}s? ago\b", _FLAGS)
_LAST = re.compile(rf"\b{_IN}(?:(?:the|these) )?(?:last|past) {_COUNT} {_UNIT}s\b", _FLAGS)
_SLACK = (
    (re.compile(r"\byesterday\b", _FLAGS), 2),
    (re.compile(r"\b(?:today|this morning)\b", _FLAGS), 1),
    (re.compile(rf"\b{_LEAD}past week\b", _FLAGS), 10),
    (re.compile(rf"\b(?:{_LEAD}past|{_IN}the last) month\b", _FLAGS), 45),
    (re.compile(r"\bhalf a year ago\b", _FLAGS), 215),
    (re.compile(r"\b(?:recently|lately)\b", _FLAGS), 7),
)
"""Days that a span reaches back, with some slack: who says the past month means five weeks as well."""
_NEWEST = re.compile(r"\b(?:(?:most )?recent|latest|newest)(?: (?:memor(?:y|ies)|notes?))?\b", _FLAGS)
_OLDEST = re.compile(r"\b(?:oldest|earliest)(?: (?:memor(?:y|ies)|notes?))?\b", _FLAGS)
_THE_YEAR = re.compile(r"\b(in|during|since|after|before|until|till) (20\d\d)\b(?![-/.:\d])", _FLAGS)
_TURN = re.compile(r"\b(since|after|before|until|till) (?:the )?$", _FLAGS)
_WEEK = re.compile(rf"\b{_IN}(this|last) week\b", _FLAGS)
_THE_MONTH = re.compile(rf"\b{_IN}(this|last) month\b", _FLAGS)
_THE_DAY_BEFORE = re.compile(r"\b(?:on )?the day before yesterday\b", _FLAGS)
_WEEKEND = re.compile(r"\b(?:last|(?:the|this) past) weekend\b", _FLAGS)
_YEAR = re.compile(
    r"\b(?:(?:since the )?(?:start|beginning) of (?:the|this) year|(this|last) year)\b", _FLAGS
)
_WEEKDAY = re.compile(r"\b(?:on|since|last) (mon|tues|wednes|thurs|fri|satur|sun)day\b", _FLAGS)
_ON = re.compile(
    rf"\b(on|around|at) (?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?({dates.DATE})", _FLAGS
)
_MONTH = f"({dates.MONTH})"
_IN_MONTH = re.compile(
    rf"\b(?:in|during|within|throughout) (?:{_MONTH}(?: (\d{{4}}))?|(\d{{4}})-(\d\d))\b(?!-)", _FLAGS
)
_MONTHS_LONG = re.compile(
    rf"\b(?:from {_MONTH} (?:to|until|till|through)|(?:between|in) {_MONTH} (?:and|or)) {_MONTH}(?: (\d{{4}}))?\b",
    _FLAGS,
)
_OF = r"(?:the )?(release|version|tag|commit)? ?"
# "what we did before may break" names no month
_NAME = rf"((?!(?-i:may [a-z]))(?:{_ISO}|{dates.DATE}|[\w][\w./-]*[\w]|\w))"
_BOUND = re.compile(rf"\b(before|until|after|since) {_OF}{_NAME}", _FLAGS)
_BETWEEN = re.compile(rf"\bbetween {_OF}{_NAME} and {_OF}{_NAME}", _FLAGS)
_FROM_TO = re.compile(
    rf"\bfrom {_OF}({_ISO}|{dates.DATE}) (?:to|until|till|through) {_OF}({_ISO}|{dates.DATE})", _FLAGS
)
_LIKE_A_REVISION = re.compile(r"v?\d+(?:\.\d+)+[\w.+-]*|(?=[a-f]*\d)[0-9a-f]{7,40}").fullmatch
_WHEN = re.compile(
    rf"^\W*(?:when (?:did|was|were|had|has|have)|since when|how (?:long|many {_UNIT}s) ago)\b", _FLAGS
)


class Span(NamedTuple):
    """What time words say: a span (seconds UTC; ``after`` inclusive, ``before`` exclusive, None: open), whether the question is
    when something was; ``rest`` is the question without them; ``oldest``: the oldest of the span are meant; ``exact``: they name
    where it begins or ends.
    """

    after: int | None
    before: int | None
    asks_when: bool
    rest: str
    oldest: bool = False
    exact: bool = False


def read(text: str, now: int, moment: Moment = lambda name: None) -> Span:
    """The time words of ``text``, asked at ``now``; ``moment`` is asked for names that could be of a tag or a commit alone."""
    asks_when = _WHEN.search(text) is not None
    rest = _WHEN.sub(" ", text) if asks_when else text
    for pattern, span in _READERS:
        for match in pattern.finditer(rest):
            found = span(match, now, moment)
            if found is not None:
                turn = _TURN.search(rest, 0, match.start()) if pattern not in _BOUNDED else None
                after, before = _turned(turn[1].lower(), *found) if turn else found
                left = rest[: turn.start() if turn else match.start()] + " " + rest[match.end() :]
                if pattern is _BOUND and (second := _other_end(left, now, moment, after is None)):
                    end, left = second
                    after, before = (end, before) if after is None else (after, end)
                exact = pattern in _EXACT and not match[0].lower().startswith("around")
                return Span(after, before, asks_when, left, pattern is _OLDEST, exact)
    return Span(None, None, asks_when, rest)


Bounds = tuple[int | None, int | None]


def _turned(word: str, after: int | None, before: int | None) -> Bounds:
    """The span from, or up to, one that is named: since last week, before yesterday."""
    if word == "before":
        return None, after
    if word in ("until", "till"):
        return None, before or after
    return (before or after if word == "after" else after), None


def _other_end(text: str, now: int, moment: Moment, begins: bool) -> tuple[int, str] | None:
    """Where the span of a bound ``begins``, else ends, where ``text``, the rest of the question, says it; what is left of it."""
    for match in _BOUND.finditer(text):
        end = (_bound(match, now, moment) or (None, None))[0 if begins else 1]
        if end is not None:
            return end, text[: match.start()] + " " + text[match.end() :]
    return None


def _the_day_before(match: re.Match[str], now: int, moment: Moment) -> Bounds | None:
    today = now // DAY * DAY
    return today - 2 * DAY, today - DAY


def _ago(match: re.Match[str], now: int, moment: Moment) -> Bounds | None:
    then, slack = _counted(match, now)
    return None if then is None else (min(then - slack, now), then + slack)


def _last(match: re.Match[str], now: int, moment: Moment) -> Bounds | None:
    then, slack = _counted(match, now)
    return None if then is None else (then - slack, None)


def _counted(match: re.Match[str], now: int) -> tuple[int | None, int]:
    """The moment so many units ago, and how many seconds around it may be meant: at least a day."""
    count, unit = match[1].lower(), match[2].lower()
    many, error = _COUNTS.get(count) or (int(count), 0.5)
    then = _or_none(f"{12 * many} months ago" if unit == "year" else f"{many} {unit}s ago", now)
    return then, int(DAY * max(1, error * _DAYS_OF[unit]))


def _weekend(match: re.Match[str], now: int, moment: Moment) -> Bounds | None:
    saturday = times.parse_when("last sunday", now) - DAY
    return saturday, saturday + 2 * DAY


def _year(match: re.Match[str], now: int, moment: Moment) -> Bounds | None:
    year = datetime.fromtimestamp(now, UTC).year
    first = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    if (match[1] or "").lower() != "last":
        return first, None
    return int(datetime(year - 1, 1, 1, tzinfo=UTC).timestamp()), first


def _the_year(match: re.Match[str], now: int, moment: Moment) -> Bounds | None:
    first, after = (int(datetime(int(match[2]) + n, 1, 1, tzinfo=UTC).timestamp()) for n in (0, 1))
    word = match[1].lower()
    if first > now and word != "before":
        return None
    return (first, after) if word in ("in", "during") else _turned(word, first, after)


def _between(match: re.Match[str], now: int, moment: Moment) -> Bounds | None:
    one = _named(match[1], match[2], now, moment)
    other = _named(match[3], match[4], now, moment, one[0]) if one else None
    if one is None or other is None or min(one[0], other[0]) > now:
        return None
    return min(one[0], other[0]), max(one[1], other[1])


def _from_to(match: re.Match[str], now: int, moment: Moment) -> Bounds | None:
    """From a day on: of months alone ``_MONTHS_LONG`` says what they are."""
    return _between(match, now, moment) if any(map(str.isdigit, match[2])) else None


def _bound(match: re.Match[str], now: int, moment: Moment) -> Bounds | None:
    """A day or a month that is named as the end is in the span; one after which something was is not, once it is over."""
    named = _named(match[2], match[3], now, moment)
    if named is None:
        return None
    (first, end), word = named, match[1].lower()
    if word in ("before", "until"):
        return None, end if word == "until" else first
    after = end if word == "after" and end <= now else first
    return (after, None) if after <= now else None


def _on(match: re.Match[str], now: int, moment: Moment) -> Bounds | None:
    found = dates.span(match[2], now)
    return found if found and found[0] <= now and found[1] - found[0] == DAY else None


def _in_month(match: re.Match[str], now: int, moment: Moment) -> Bounds | None:
    if match[3]:
        return _months(int(match[3]), int(match[4]), int(match[4]), now)
    month = dates.month_of(match[1])
    return _months(int(match[2]) if match[2] else None, month, month, now)


def _months_long(match: re.Match[str], now: int, moment: Moment) -> Bounds | None:
    first, last = (dates.month_of(name) for name in (match[1] or match[2], match[3]))
    return _months(int(match[4]) if match[4] else None, first, last, now)


def _months(year: int | None, first: int, last: int, now: int) -> Bounds | None:
    """From the first day of the month ``first`` to the end of ``last`` of ``year``, without one of the latest that has begun;
    None where there is no such time, or not yet.
    """
    today = datetime.fromtimestamp(now, UTC)
    if year is None:
        year = today.year - (last > today.month)
    begun = year - (first > last)
    if not (1 <= last <= 12 and begun >= 1 and year <= 9998) or (year, last) > (today.year, today.month):
        return None
    following = datetime(year + last // 12, last % 12 + 1, 1, tzinfo=UTC)
    return int(datetime(begun, first, 1, tzinfo=UTC).timestamp()), int(following.timestamp())


def _weekday(match: re.Match[str], now: int, moment: Moment) -> Bounds | None:
    day = _or_none(f"last {match[1]}day", now)
    if day is None:
        return None
    return (day, None if match[0].lower().startswith("since") else day + DAY)


def _week(match: re.Match[str], now: int, moment: Moment) -> Bounds | None:
    """From the Monday of this week on; from the one before for the last, ten days at least: on a Friday these may be meant."""
    monday = (now // DAY - datetime.fromtimestamp(now, UTC).weekday()) * DAY
    if match[1].lower() == "this":
        return monday, None
    return min(monday - 7 * DAY, now - 10 * DAY), None


def _the_month(match: re.Match[str], now: int, moment: Moment) -> Bounds | None:
    today = datetime.fromtimestamp(now, UTC)
    first = datetime(today.year, today.month, 1, tzinfo=UTC)
    if match[1].lower() == "this":
        return int(first.timestamp()), None
    before = datetime(today.year - (today.month == 1), (today.month - 2) % 12 + 1, 1, tzinfo=UTC)
    return int(before.timestamp()), int(first.timestamp())


def _ever(match: re.Match[str], now: int, moment: Moment) -> Bounds | None:
    """The newest or the oldest there are, whenever that was."""
    return EVER, None


def _slack(days: int) -> Callable[[re.Match[str], int, Moment], Bounds | None]:
    return lambda match, now, moment: (now - days * DAY, None)


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], int, Moment], Bounds | None]], ...] = (
    (_AGO, _ago),
    (_LAST, _last),
    (_MONTHS_LONG, _months_long),
    (_BETWEEN, _between),
    (_FROM_TO, _from_to),
    (_THE_DAY_BEFORE, _the_day_before),
    (_BOUND, _bound),
    (_ON, _on),
    (_IN_MONTH, _in_month),
    (_WEEKDAY, _weekday),
    (_WEEKEND, _weekend),
    (_YEAR, _year),
    (_THE_YEAR, _the_year),
    *((pattern, _slack(days)) for pattern, days in _SLACK),
    (_WEEK, _week),
    (_THE_MONTH, _the_month),
    (_NEWEST, _ever),
    (_OLDEST, _ever),
)


_BOUNDED = frozenset((_BOUND, _BETWEEN, _FROM_TO, _THE_YEAR, _NEWEST, _OLDEST))
"""What has its bounds by itself, or none."""
_EXACT = frozenset((_MONTHS_LONG, _BETWEEN, _FROM_TO, _BOUND, _THE_DAY_BEFORE, _ON, _IN_MONTH, _THE_YEAR))
"""What names where a span begins or ends."""


def _named(
    kind: str | None, name: str, now: int, moment: Moment, not_before: int | None = None
) -> tuple[int, int] | None:
    """What ``name`` stands for, its first second and the first after it: a day or a month, else the moment of a time, a tag or a
    commit; git is asked where the words say that it is one of these, or where it is written like a version or a commit.
    """
    at = _or_none(name, now)
    if at is not None:
        return dates.span(name, now) or (at, at)
    plain = name.rstrip(".")
    if kind is not None or _LIKE_A_REVISION(plain):
        for one in (plain, f"v{plain}"):
            if (at := moment(one)) is not None:
                return at, at
    return dates.span(name, now, not_before)


def _or_none(text: str, now: int) -> int | None:
    try:
        return times.parse_when(text, now)
    except ValueError:
        return None
