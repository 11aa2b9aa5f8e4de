"""Times are whole seconds since the epoch, UTC; text is ISO 8601. WHEN is a fenced grammar: what it does not know is an error."""

import re
from datetime import UTC, datetime, timedelta

# both compiled when somebody says a moment
_ISO = r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|[+-]\d\d:?\d\d|[+-]\d\d)?)?"
_AGO = r"(\d{1,6}) (minute|hour|day|week|month)s? ago"
_AHEAD = r"(?:in )?(\d{1,6}) (minute|hour|day|week)s?"
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}

FIRST, LAST = -62135596800, 253402300799
"""0001-01-01 and the last second of 9999, UTC: what can be written as text again."""

DAY = 86400
EVER = 1
"""A moment before all others."""

_LAST = r"last (mon|tues|wednes|thurs|fri|satur|sun)day"
_DAYS = ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")
_THURSDAY = 3
"""The weekday of the epoch, Monday being 0."""

GRAMMAR = "an ISO date or time, 'N minutes|hours|days|weeks|months ago', yesterday, 'last monday'"


def parse_iso(text: str) -> int:
    """Seconds since the epoch of an ISO 8601 date or time; a time without zone is UTC, a date is its midnight UTC.

    Raises:
        ValueError: when ``text`` is no such time.

    """
    match = re.fullmatch(_ISO, text.strip(), re.IGNORECASE)
    if match is None:
        raise ValueError(f"{text!r} is no ISO 8601 time, such as 2026-02-10T14:03:22Z")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"{text!r} is no time: {error}") from None
    seconds = int(moment.timestamp()) - _offset(match[7])
    if not FIRST <= seconds <= LAST:
        raise ValueError(f"{text!r} is no time between the years 1 and 9999, UTC")
    return seconds


def _offset(zone: str | None) -> int:
    if zone is None or zone in "zZ":
        return 0
    digits = zone[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if hours > 23 or minutes > 59:
        raise ValueError(f"{zone!r} is no offset from UTC")
    seconds = hours * 3600 + minutes * 60
    return -seconds if zone[0] == "-" else seconds


def format_iso(seconds: int) -> str:
    """ISO 8601 with ``Z``, to the second; what lies beyond the years 1 to 9999 is the first or last second of them."""
    moment = datetime.fromtimestamp(min(max(seconds, FIRST), LAST), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)  # strftime pads no year


def parse_when(text: str, now: int) -> int:
    """The moment that ``text`` names, seen from ``now``.

    Raises:
        ValueError: for anything outside the grammar (git's own parser reads nonsense as *now*).

    """
    word = " ".join(text.split())
    if match := re.fullmatch(_AGO, word, re.IGNORECASE | re.ASCII):
        count, unit = int(match[1]), match[2].lower()
        if unit == "month":
            return _months_before(now, count)
        moment = now - count * _SECONDS[unit]
        if moment < FIRST:
            raise ValueError(f"{text!r} is before the year 1")
        return moment
    midnight = now - now % 86400
    if word.lower() == "yesterday":
        return midnight - 86400
    if match := re.fullmatch(_LAST, word, re.IGNORECASE | re.ASCII):
        today = (now // 86400 + _THURSDAY) % 7
        return midnight - 86400 * ((today - _DAYS.index(match[1].lower()) - 1) % 7 + 1)
    try:
        return parse_iso(word)
    except ValueError:
        raise ValueError(f"{text!r} is no moment: {GRAMMAR}") from None


def parse_expiry(text: str, now: int) -> int | None:
    """The moment to come that ``text`` names, seen from ``now``: ``3 days``, ``in 2 weeks``, ``tomorrow``; else None."""
    word = " ".join(text.split()).lower()
    if word == "tomorrow":
        return now - now % 86400 + 86400
    match = re.fullmatch(_AHEAD, word, re.ASCII)
    return min(now + int(match[1]) * _SECONDS[match[2]], LAST) if match else None


def _months_before(now: int, count: int) -> int:
    moment = datetime.fromtimestamp(now, UTC)
    months = moment.year * 12 + moment.month - 1 - count
    if months < 12:
        raise ValueError(f"{count} months ago is before the year 1")
    year, month = divmod(months, 12)
    first = datetime(year, month + 1, 1, moment.hour, moment.minute, moment.second, tzinfo=UTC)
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    last = (following - timedelta(days=1)).day
    return int(first.replace(day=min(moment.day, last)).timestamp())


def age(seconds: int) -> str:
    """An age in its largest unit: ``now``, ``35m``, ``2h``, ``12d``, ``4mo``, ``2y``."""
    for size, unit in ((31557600, "y"), (2629800, "mo"), (86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size * (2 if unit == "mo" else 1):
            return f"{seconds // size}{unit}"
    return "now"
