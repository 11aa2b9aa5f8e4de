"""Numbers with their units in a line of text, in one notation: 1,000 ms is 1 s, half a minute 30 s, 2 am 02:00.

What a number means is its dimension (time, bytes, a share, a rate, a clock time, a plain count) and an interval, since
"at most 5", "5 or more" and "3 to 5" are no single values.
"""

import re
from math import inf, isclose
from typing import NamedTuple


def words_of(text: str) -> frozenset[str]:
    """The words of ``text`` as a set."""
    return frozenset(text.split())


class Quantity(NamedTuple):
    """One value: ``low`` to ``high`` in the base unit of ``dimension`` (s, bytes, 1/s, 1, seconds of the day); ``items`` are
    the values of a list or split in their order; ``text`` is how it was written.
    """

    dimension: str
    low: float
    high: float
    rough: bool
    coarse: bool
    items: tuple[float, ...]
    text: str


_UNITS: dict[str, tuple[str, float]] = {}
for _dimension, _factor, _names in (
    ("time", 1e-9, "ns nanosecond nanoseconds"),
    ("time", 1e-6, "µs μs us microsecond microseconds"),
    ("time", 1e-3, "ms msec millisecond milliseconds millisekunde millisekunden"),
    ("time", 1, "s sec secs second seconds sek sekunde sekunden seconde secondes segundo segundos"),
    ("time", 60, "min mins minute minutes minuten minuto minutos"),
    ("time", 3600, "h hr hrs hour hours std stunde stunden heure heures hora horas"),
    ("time", 86_400, "d day days tag tage tagen jour jours día días"),
    ("time", 604_800, "week weeks woche wochen semaine semaines semana semanas"),
    ("time", 2_592_000, "month months monat monate monaten mois mes meses"),
    ("time", 31_536_000, "year years jahr jahre jahren an ans año años"),
    ("bytes", 1, "b byte bytes"),
    ("bytes", 1e3, "kb kilobyte kilobytes"),
    ("bytes", 1e6, "mb megabyte megabytes"),
    ("bytes", 1e9, "gb gigabyte gigabytes"),
    ("bytes", 1e12, "tb terabyte terabytes"),
    ("bytes", 2**10, "kib"),
    ("bytes", 2**20, "mib"),
    ("bytes", 2**30, "gib"),
    ("bytes", 2**40, "tib"),
    ("share", 0.01, "% percent prozent"),
    ("rate", 1, "hz fps"),
    ("rate", 1e3, "khz"),
    ("rate", 1e6, "mhz"),
    ("rate", 1e9, "ghz"),
    ("pixels", 1, "px pixel pixels"),
    ("volts", 1, "v volt volts"),
    ("volts", 1e-3, "mv"),
    ("amperes", 1e-3, "ma"),
    ("amperes", 1, "ampere amperes"),
    ("metres", 1, "m metre metres meter meters"),
    ("metres", 1e-3, "mm"),
    ("metres", 1e-2, "cm"),
    ("metres", 1e3, "km"),
    ("baud", 1, "baud bd"),
    ("degrees", 1, "° °c degrees"),
    ("tokens", 1, "token tokens"),
):
    _UNITS.update(dict.fromkeys(_names.split(), (_dimension, _factor)))
_LARGEST = 1e30
_GLUED_ONLY = frozenset(["an", "b", "d", "m", "v"])
_POWERS = {"k": 1e3, "K": 1e3, "M": 1e6}
_MANY_MEANINGS = frozenset(["kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib"])

_WORDS: dict[str, float] = {}
for _value, _spellings in enumerate(
    (
        "zero null",
        "one ein eine einer einem einen un une uno una",
        "two zwei deux dos",
        "three drei trois tres",
        "four vier quatre cuatro",
        "five fünf cinq cinco",
        "six sechs seis",
        "seven sieben siete",
        "eight acht huit ocho",
        "nine neun neuf nueve",
        "ten zehn dix diez",
        "eleven elf once",
        "twelve zwölf dozen",
    )
):
    _WORDS.update(dict.fromkeys(_spellings.split(), float(_value)))
_WORDS.update(
    {
        "fifteen": 15.0,
        "twenty": 20.0,
        "thirty": 30.0,
        "forty": 40.0,
        "fifty": 50.0,
        "sixty": 60.0,
        "ninety": 90.0,
    }
)
del _WORDS["once"]
del _WORDS["null"]
_NEED_A_UNIT = words_of("one ein eine einer einem einen un une uno una")

_NUMBER = r"\d{1,3}(?:[ ,_'’\u202f\u00a0]\d{3})+(?![\d])|\d+(?:\.\d+)*(?:[eE][-+]?\d+)?|\d+,\d+"
_UNIT_NAMES = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_LONG_UNITS = "|".join(
    sorted((re.escape(name) for name in _UNITS if name not in _GLUED_ONLY), key=len, reverse=True)
)
_NUMBER_WORDS = "|".join(sorted(_WORDS, key=len, reverse=True))
_TIMES = r"(?:\s*(?:times|x))?"
_PER = r"(?:\s*(?:a|an|per|each|every|pro|par|por)\s+|\s*/\s*)"
_RATE_UNITS = r"s|sec|second|min|minute|h|hour|day|week|sekunde|stunde|tag"
_VALUE = (
    rf"(?:(?<![\w.])(?P<half>half(?:\s+(?:a|an))?|a|an)\s+(?P<half_unit>{_LONG_UNITS})"
    rf"|(?<![\w.])(?P<word>{_NUMBER_WORDS})(?:[\s-]+(?P<word_unit>{_LONG_UNITS}))?"
    rf"|(?<![\w.])[vV]?(?P<number>{_NUMBER})(?:(?P<power>[kKM])(?!\w)"
    rf"|(?:(?P<glued>{_UNIT_NAMES})|[ \u00a0\u202f-]?(?P<unit>{_LONG_UNITS})))?"
    r")(?!\w)"
)
_CLOCK = re.compile(r"(?<![\w.:])(\d{1,2})(?::(\d{2}))?\s*(am|pm|uhr)?(?![\w:])", re.IGNORECASE)
_FIND = re.compile(
    r"(?P<name>(?<!\w)(?:\d{4}-\d{2}(?:-\d{2})?|#\d+)(?!\w))"
    r"|(?P<clock>(?<![\w.:])\d{1,2}:\d{2}(?:\s*(?:am|pm|uhr)\b)?(?![\w:])|(?<![\w.:])\d{1,2}\s*(?:am|pm|uhr)\b)"
    r"|(?P<split>(?<![\w./])\d+(?:/\d+)+(?![\w/]))"
    rf"|(?P<listed>(?<![\w.,])(?:{_NUMBER})(?:,\s+(?:and\s+)?(?:{_NUMBER}))+)(?:\s*(?P<listed_unit>{_LONG_UNITS}))?(?!\w)"
    rf"|{_VALUE}",
    re.IGNORECASE,
)
_RATE = re.compile(rf"{_TIMES}{_PER}(?P<per>{_RATE_UNITS})(?!\w)", re.IGNORECASE).match
_RATE_LATER = re.compile(rf"\s+(?P<noun>[^\W\d]+){_PER}(?P<per>{_RATE_UNITS})(?!\w)", re.IGNORECASE).match
_BEFORE_A_UNIT = re.compile(
    r"(?:after|within|in|for|of|every|than|is|are|to|least|most|about|nach|einer|last|lasts|live|lives|takes?|:)\s*$",
    re.IGNORECASE,
).search
_ROUGH = re.compile(
    r"(?:[~≈]|\b(?:about|around|roughly|approximately|approx\.?|ca\.?|circa|some|nearly|almost|etwa|environ|unos))\s*$",
    re.IGNORECASE,
).search
_LEAST = re.compile(
    r"(?:\b(?:at least|minimum(?: \w+){0,3}?(?: of| is)?|min\.?|more than|no less than|not less than"
    r"|over|above|mindestens|au moins"
    r"|(?:not|never|n't) (?:drop|fall|go|be) (?:below|under))|[>≥]=?)\s*$",
    re.IGNORECASE,
).search
_MOST = re.compile(
    r"(?:\b(?:at most|at|maximum(?: of)?|max\.?|up to|no more than|not more than|less than|fewer than|under|below"
    r"|shorter than|smaller than|(?:not|never|n't) exceed|limited to|capped at|höchstens|bis zu|au plus)|[<≤]=?)\s*$",
    re.IGNORECASE,
).search
_LEAST_AFTER = re.compile(
    r"\s*(?:\+|(?:or|and|oder) (?:later|newer|more|up|above|higher|greater|mehr))(?!\w)", re.IGNORECASE
).match
_MOST_AFTER = re.compile(
    r"\s*(?:(?:or|and) (?:less|fewer|below|older|earlier)|at most|or so)(?!\w)", re.IGNORECASE
).match
_DOTTED = re.compile(r"[vV]?([0-9]{1,6})\.([0-9]{1,6})(?![0-9,eE])").match
_VERSION = re.compile(r"(?:\b[A-Z][\w+#]*(?: version)?|\b[vV]ersion|\bversion is)\s*$").search
_TO = re.compile(r"\s*(?:-|–|to|bis|and)\s*$", re.IGNORECASE).match
_BETWEEN = re.compile(r"\b(?:between|zwischen|from)\s*$", re.IGNORECASE).search


def find(text: str) -> tuple[list[Quantity], str]:
    """The quantities of ``text`` in their order, and the text with each cut out, a `` # `` in its place."""
    found: list[Quantity] = []
    parts: list[str] = []
    at = 0
    previous_end = -1
    version = False
    for match in _FIND.finditer(text):
        quantity, end = _quantity(text, match)
        if quantity is None or match.start() < at:
            continue
        between = text[at : match.start()]
        if (
            quantity.dimension == "count"
            and not quantity.items
            and (_VERSION(between) or (version and _TO(between)))
        ):
            quantity, version = _as_version(quantity), True
        else:
            version = False
        if found and at == previous_end and _TO(between) and _joins(text, found[-1], quantity, between):
            found[-1] = _range(found[-1], quantity)
            parts[-1] = _BETWEEN_END.sub("", parts[-1])
        else:
            quantity, between, end = _bounded(text, quantity, between, end)
            found.append(quantity)
            parts += (between, " # ")
            # what stood before is in parts[-2]; a range opened by "between" loses that word when it closes
            parts[-2:] = ["".join(parts[-2:])]
        at = previous_end = end
    return found, "".join(parts) + text[at:]


_BETWEEN_END = re.compile(r"\b(?:between|zwischen|from)\s*(?= # $)", re.IGNORECASE)


def apart(one: Quantity, other: Quantity) -> bool | None:
    """Whether no value can be both; None where the two cannot be compared, being of different dimensions."""
    if one.dimension != other.dimension:
        if {one.dimension, other.dimension} == {"share", "count"} and isclose(one.low, other.low):
            return False
        return None
    if one.dimension == other.dimension == "count" and one.text.lstrip("vV") == other.text.lstrip("vV"):
        return False
    if one.items or other.items:
        if one.items and other.items:
            return one.items != other.items and len(one.items) == len(other.items)
        single, listed = (other, one) if one.items else (one, other)
        return False if single.low in listed.items else None
    if one.low == -inf and other.low == -inf:
        return not _near(one.high, other.high, one, other)
    if one.high == inf and other.high == inf:
        return not _near(one.low, other.low, one, other)
    low, high = max(one.low, other.low), min(one.high, other.high)
    return low > high and not _near(low, high, one, other)


def _near(a: float, b: float, one: Quantity, other: Quantity) -> bool:
    tolerance = 0.25 if one.rough or other.rough else 0.11 if one.coarse != other.coarse else 1e-6
    return isclose(a, b, rel_tol=tolerance)


def _quantity(text: str, match: re.Match[str]) -> tuple[Quantity | None, int]:
    end = match.end()
    part = match.groupdict()
    written = match[0].strip()
    if part["name"]:
        return None, end
    if part["clock"]:
        return _clock(written), end
    if part["split"]:
        return Quantity("count", 0, 0, False, False, tuple(map(float, written.split("/"))), written), end
    if part["listed"]:
        dimension, factor = _UNITS.get((part["listed_unit"] or "").casefold(), ("count", 1.0))
        values = [_number(value) for value in re.split(r",\s+(?:and\s+)?", part["listed"])]
        items = tuple(value * factor for value in values if value is not None)
        return Quantity(dimension, 0, 0, False, False, items, written), end
    if part["half"]:
        if part["half"].casefold() in ("a", "an") and not _BEFORE_A_UNIT(text[: match.start()]):
            return None, end
        value, unit = (0.5 if part["half"][0] in "hH" else 1.0), part["half_unit"]
    elif part["word"]:
        value, unit = _WORDS[part["word"].casefold()], part["word_unit"]
        if unit is None and text[end : end + 4] == " of ":
            return None, end
        if unit is None and part["word"].casefold() in _NEED_A_UNIT and part["word"].casefold() != "one":
            return None, end
    else:
        number = _number(part["number"])
        if number is None:
            return None, end
        value, unit = number * _POWERS.get(part["power"] or "", 1.0), part["glued"] or part["unit"]
    dimension, factor = _UNITS.get((unit or "").casefold(), ("count", 1.0))
    value *= factor
    if dimension == "count" and (rate := _RATE(text, end) or _RATE_LATER(text, end)):
        dimension, value = "rate", value / _UNITS[rate["per"].casefold()][1]
        end = rate.end() if "noun" not in rate.groupdict() else end
    coarse = (unit or "").casefold() in _MANY_MEANINGS and (unit or "").casefold()[1:2] == "i"
    return Quantity(dimension, value, value, False, coarse, (), written), end


def _clock(written: str) -> Quantity | None:
    match = _CLOCK.match(written)
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").casefold()
    if hour > 24 or minute > 59:
        return None
    if half in ("am", "pm"):
        hour = hour % 12 + 12 * (half == "pm")
    value = float(hour * 3600 + minute * 60)
    return Quantity("clock", value, value, False, False, (), written)


def _as_version(quantity: Quantity) -> Quantity:
    """3.9 before 3.11: what stands after a name (Python, version) is a major and a minor number."""
    match = _DOTTED(quantity.text)
    value = int(match[1]) + int(match[2]) / 1000 if match else quantity.low
    return quantity._replace(low=value, high=value)


def _number(text: str) -> float | None:
    plain = re.sub(r"[ ,_'’\u202f\u00a0](?=\d{3}(?!\d))", "", text)
    if plain.count(".") > 1:
        major, minor, *_ = plain.split(".")
        plain = f"{major}.{minor:0>3}"
    try:
        value = float(plain.replace(",", ".")[:40])
    except ValueError:
        return None
    return value if value < _LARGEST else None


def _joins(text: str, first: Quantity, second: Quantity, between: str) -> bool:
    """Whether ``first`` and ``second`` are the two ends of a range."""
    if first.items or second.items or (second.low < first.low and first.dimension == second.dimension):
        return False
    if between.strip().casefold() == "and" and not re.search(
        r"\b(?:between|zwischen)\b", text, re.IGNORECASE
    ):
        return False
    return first.dimension in (second.dimension, "count")


def _range(first: Quantity, second: Quantity) -> Quantity:
    low = first.low
    if first.dimension != second.dimension:  # the unit stands after the second alone: 1 to 30 s
        value = _number(re.sub(r"^\D+", "", second.text).split(" ")[0].rstrip("%sminhdkKMGB-") or "1") or 1.0
        low *= second.low / value
    return second._replace(
        low=low, high=second.high, rough=first.rough or second.rough, text=f"{first.text} to {second.text}"
    )


def _bounded(text: str, quantity: Quantity, between: str, end: int) -> tuple[Quantity, str, int]:
    """``quantity`` with the words of bound and roughness around it, which are taken out."""
    if rough := _ROUGH(between):
        quantity, between = quantity._replace(rough=True), between[: rough.start()]
    if quantity.items:
        return quantity, between, end
    if least := _LEAST(between):
        return quantity._replace(high=inf), between[: least.start()], end
    if (most := _MOST(between)) and most[0].strip().casefold() != "at":
        return quantity._replace(low=-inf), between[: most.start()], end
    if after := _LEAST_AFTER(text, end):
        return quantity._replace(high=inf), between, after.end()
    if after := _MOST_AFTER(text, end):
        return quantity._replace(low=-inf), between, after.end()
    return quantity, between, end
