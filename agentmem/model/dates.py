"""Dates as people write them, a day or a month with or without its year: 2026-11-24, 24 November, Nov 24th, 24.11., October."""

import re
from datetime import UTC, datetime

from agentmem.model.times import DAY

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_FLAGS = re.IGNORECASE | re.ASCII
_NTH = r"\d{1,2}(?:st|nd|rd|th)?"
_FORMS = (
    r"(?P<year>\d{4})-(?P<number>\d\d)(?:-(?P<day>\d\d))?",
    rf"(?:the )?(?P<day>{_NTH})\.? (?:of )?(?P<month>{MONTH})(?:,? (?P<year>\d{{4}}))?",
    rf"(?P<month>{MONTH})(?: (?:the )?(?P<day>{_NTH})(?!\d))?(?:,? (?P<year>\d{{4}}))?",
    r"(?P<day>\d{1,2})\.(?P<number>\d{1,2})\.(?P<year>\d{4})?",
)
DATE = f"(?:(?:{'|'.join(re.sub(r'[(][?]P<[a-z]+>', '(?:', form) for form in _FORMS)})(?!\\w))"
"""What ``span`` reads, as a pattern without groups of its own."""

OLDEST = 8
"""Years in which each day of the calendar has been, the 29th of February too."""


def month_of(name: str) -> int:
    """The number, from 1, of the month ``name``, whole or cut."""
    return _NAMES.index(name[:3].lower()) + 1


def span(text: str, now: int, not_before: int | None = None) -> tuple[int, int] | None:
    """The day or the month that ``text`` names: its first second and the first after it, UTC; None where it names none.

    Without a year it is the latest that has begun by ``now``, or the next from ``not_before`` on: the end of what began then.
    """
    for form in _FORMS:
        if match := re.fullmatch(form, text, _FLAGS):
            parts = match.groupdict()
            month = month_of(parts["month"]) if parts.get("month") else int(parts["number"])
            day = int(re.sub(r"\D", "", parts["day"])) if parts["day"] else None
            if parts["year"]:
                return _span(int(parts["year"]), month, day)
            return _of_any_year(month, day, now, not_before)
    return None


def _of_any_year(month: int, day: int | None, now: int, not_before: int | None) -> tuple[int, int] | None:
    this = datetime.fromtimestamp(now if not_before is None else not_before, UTC).year
    years = range(this, this - OLDEST, -1) if not_before is None else range(this, this + OLDEST)
    for year in years:
        found = _span(year, month, day)
        if found and (found[0] <= now if not_before is None else found[0] >= not_before):
            return found
    return None


def _span(year: int, month: int, day: int | None) -> tuple[int, int] | None:
    if not (1 <= month <= 12 and 1 <= year <= 9998):
        return None
    try:
        first = int(datetime(year, month, day or 1, tzinfo=UTC).timestamp())
    except ValueError:
        return None
    if day is not None:
        return first, first + DAY
    return first, int(datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp())
