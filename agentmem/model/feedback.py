"""Implicit feedback: what was asked and shown for a task, and what became of it, as lines that agents keep and exchange.

Three kinds of lines. *asked*: one answered question, with what it showed. *done*: the end of the task that it was asked for,
with what the task changed and what the agent said of its memories. *failed*: that a task which was done turned out not to be.
Nobody wrote in them which memory was of use: that is read out of all of them together (``labelled``, ``uses``), so that
better reading needs no new evidence. What others pushed is not trusted: a line that is none is passed over.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, TypeGuard

from agentmem.model import ids, safety, times
from agentmem.model.usage import Use

VERSION = 1
KIND = "served"
"""What the files are called that hold the lines, before the month."""
MOST_QUESTION, MOST_SHOWN, MOST_FILES, MOST_NAMED = 300, 24, 60, 50
"""Characters of a question; memories of an answer; files of a task, more of which say nothing about any of them; memories that
one task names."""
MOST_PATH = 300
LONGEST = 65_536
"""Bytes of a line."""
LATEST = 1 << 40
"""No moment and no count of commits is beyond it."""
OFTEN, OFTEN_AT_LEAST = 0.05, 5
"""A file that more than this part of all tasks changed, and so many at least, is everybody's: to have changed it says nothing
(of a team's 422 tasks 25 files were changed by 4 % each, or more)."""
DECAY = 0.5
"""How fast a use fades (Anderson and Schooler 1991)."""


class Asked(NamedTuple):
    """One answer: when (seconds UTC), for the task that ``entry`` (a log entry) closed, by which verb; what was asked, about
    which files, in which role; the ids of what was shown, in rank order. ``show`` and ``brief`` have no question.
    """

    at: int
    entry: str
    verb: str
    question: str = ""
    files: tuple[str, ...] = ()
    role: str | None = None
    shown: tuple[str, ...] = ()


class Ended(NamedTuple):
    """The end of a task: when, by which log entry; how many commits its HEAD had (None: a shallow clone cannot count); the
    files of code that it changed; which of these each memory is about that was shown for it, by their numbers; what the agent
    says that helped or was wrong; and of which memory the evidence no longer held.
    """

    at: int
    entry: str
    task: str
    clock: int | None = None
    files: tuple[str, ...] = ()
    met: tuple[tuple[str, tuple[int, ...]], ...] = ()
    used: tuple[str, ...] = ()
    misled: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()


class Failed(NamedTuple):
    """That ``task`` was given back, and when."""

    at: int
    task: str


_FILE = re.compile(rf"{KIND}-([0-9]{{4}}-[0-9]{{2}})(?:\.([0-9]{{1,4}}))?\.jsonl").fullmatch
_ARE_IDS = re.compile(rf"(?:[{ids.ALPHABET}]{{12}} )*").fullmatch
Event = Asked | Ended | Failed


class Labelled(NamedTuple):
    """One answered question, with what became of what it showed: ``relevant`` was used, ``misled`` was wrong, of the rest of
    ``shown`` nothing is known. Of ``stale`` the code no longer held the evidence when the task ended. ``moment`` is in seconds
    UTC; ``verb`` tells questions (``recall``) from what was shown without one (``brief``, ``show``).
    """

    question: str
    files: tuple[str, ...]
    role: str | None
    moment: int
    relevant: tuple[str, ...]
    misled: tuple[str, ...]
    shown: tuple[str, ...]
    stale: tuple[str, ...]
    verb: str


def month(at: int) -> str:
    """The month of a moment (seconds UTC), by which lines are filed."""
    return times.format_iso(at)[:7]


def is_file(name: str) -> bool:
    """Whether a file of an agent holds such lines."""
    return _FILE(name) is not None


def filed(name: str) -> tuple[str, int]:
    """The month of such a file, and which of the month's files it is."""
    found = _FILE(name)
    return (found[1], int(found[2] or 0)) if found else ("", 0)


def write(event: Event) -> bytes:
    """``event`` as one line, with its end."""
    record: dict[str, object] = {"v": VERSION, "is": _NAMES[type(event)]}
    record |= {key: value for key, value in event._asdict().items() if value or value == 0}
    return json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def parse(data: bytes) -> list[Event]:
    """The events of a file of lines; what is none is left out, whatever it is."""
    found = []
    for line in data.split(b"\n"):
        if not line.startswith(b"{") or len(line) > LONGEST:
            continue
        try:
            record = json.loads(line)
            event = _READERS[record["is"]](record) if record["v"] == VERSION else None
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        if event is not None:
            found.append(event)
    return found


def labelled(
    events: Iterable[Event], failed: Mapping[str, int] = {}, retracted: Iterable[str] = ()
) -> list[Labelled]:
    """Every answer of which the end is known, the earliest first.

    ``failed`` has, besides what the events say, tasks that were given back, and when (seconds UTC); ``retracted`` memories
    that were taken back: whoever was shown one was misled.
    """
    read = _Read(events, failed)
    taken_back = frozenset(retracted)
    found = []
    for one in sorted(read.asked, key=lambda one: (*one[:5], one.role or "", one.shown)):
        outcome = read.outcomes.get(one.entry)
        if outcome is None:
            continue
        wrong = outcome.misled | taken_back
        found.append(
            Labelled(
                one.question,
                one.files,
                one.role,
                one.at,
                tuple(each for each in one.shown if each in outcome.used - wrong),
                tuple(each for each in one.shown if each in wrong),
                one.shown,
                tuple(each for each in one.shown if each in outcome.stale),
                one.verb,
            )
        )
    return found


def uses(events: Iterable[Event]) -> dict[str, Use]:
    """The use of each memory that was ever served or named: the same from the same events, in whatever order."""
    read = _Read(events, {})
    used: Counter[str] = Counter()
    misled: Counter[str] = Counter()
    last: dict[str, int] = {}
    strength: dict[str, float] = {}
    for one in read.asked:
        for each in one.shown:
            last[each] = max(one.at, last.get(each, 0))
    # floats add up differently in another order, and two clones are to agree
    for outcome in sorted(read.outcomes.values(), key=lambda one: (one.ago, one.at)):
        for each in outcome.used:
            used[each] += 1
            strength[each] = strength.get(each, 0.0) + (outcome.ago + 1) ** -DECAY
        misled.update(outcome.misled)
        for each in (*outcome.used, *outcome.misled):
            last[each] = max(outcome.at, last.get(each, 0))
    return {
        each: Use(used[each], misled[each], last[each], math.log(strength[each]) if each in used else None)
        for each in sorted(last)
    }


class _Outcome(NamedTuple):
    at: int
    ago: int
    """Commits since, by the newest count that any event knows."""
    used: frozenset[str]
    misled: frozenset[str]
    stale: frozenset[str]


class _Read:
    """Events without repeats, and what the end of each task says."""

    def __init__(self, events: Iterable[Event], failed: Mapping[str, int]) -> None:
        self.asked: list[Asked] = []
        ends: dict[str, Ended] = {}
        given_back = dict(failed)
        for one in set(events):  # what two clones joined may be there twice
            if isinstance(one, Asked):
                self.asked.append(one)
            elif isinstance(one, Ended):
                ends[one.entry] = min(one, ends.get(one.entry, one), key=write)
            else:
                given_back[one.task] = max(one.at, given_back.get(one.task, 0))
        in_order = sorted(ends.values(), key=lambda one: (one.at, one.entry))
        clocks = _carried(in_order)
        present = max(clocks, default=0)
        common = everybodys([one.files for one in in_order]) | {""}
        self.outcomes = {
            one.entry: _outcome(one, present - clock, common, given_back.get(one.task, -1) >= one.at)
            for one, clock in zip(in_order, clocks, strict=True)
        }


def everybodys(changes: Collection[Iterable[str]]) -> frozenset[str]:
    """The files that so many of ``changes`` (the files of a task each) touch that it says nothing of any of them."""
    counts = Counter(path for files in changes for path in set(files))
    # where there are few files each is changed often: then only what stands out among them
    usual = sorted(counts.values())[(len(counts) - 1) // 2] if counts else 0
    often = max(OFTEN * len(changes), OFTEN_AT_LEAST - 1, 2 * usual)
    return frozenset(path for path, count in counts.items() if count > often)


def _carried(ends: list[Ended]) -> list[int]:
    """The clock of each; of one that could not count, the newest count that was known by then."""
    found, newest = [], 0
    for one in ends:
        newest = max(newest, one.clock or 0)
        found.append(newest if one.clock is None else one.clock)
    return found


def _outcome(one: Ended, ago: int, common: frozenset[str], failed: bool) -> _Outcome:
    misled = frozenset(one.misled)
    used = {
        each
        for each, places in one.met
        if any(place < len(one.files) and one.files[place] not in common for place in places)
    }
    used = {*used, *one.used} - misled
    if failed:  # what it went by led to what had to be done again
        misled, used = misled | used, set()
    return _Outcome(one.at, ago, frozenset(used), misled, frozenset(one.stale))


# -- a line and what it says


def _asked(record: dict[str, Any]) -> Asked | None:
    at, entry, verb = record["at"], record["entry"], record["verb"]
    if not (_is_number(at) and _is_id(entry) and isinstance(verb, str) and _is_verb(verb)):
        return None
    role = record.get("role")
    return Asked(
        at,
        entry,
        verb,
        _text(record.get("question", ""), MOST_QUESTION),
        _paths(record.get("files", [])),
        _text(role, MOST_QUESTION) if isinstance(role, str) else None,
        _ids(record.get("shown", []), MOST_SHOWN),
    )


def _ended(record: dict[str, Any]) -> Ended | None:
    at, entry, task, clock = record["at"], record["entry"], record["task"], record.get("clock")
    if not (_is_number(at) and _is_id(entry) and _is_id(task) and (clock is None or _is_number(clock))):
        return None
    files = _paths(record.get("files", []))
    met = []
    for one in _list(record.get("met", []))[: MOST_SHOWN * MOST_NAMED]:
        pair = _list(one)
        if len(pair) == 2 and _is_id(pair[0]):
            places = tuple(place for place in _list(pair[1]) if _is_number(place) and place < len(files))
            met.append((pair[0], places))
    named = (_ids(record.get(key, []), MOST_NAMED) for key in ("used", "misled", "stale"))
    return Ended(at, entry, task, clock, files, tuple(met), *named)


def _failed(record: dict[str, Any]) -> Failed | None:
    at, task = record["at"], record["task"]
    return Failed(at, task) if _is_number(at) and _is_id(task) else None


_NAMES: dict[type[Event], str] = {Asked: "asked", Ended: "done", Failed: "failed"}
_READERS = {"asked": _asked, "done": _ended, "failed": _failed}


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LATEST


def _is_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and ids.is_id(value)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _ids(value: object, most: int) -> tuple[str, ...]:
    wanted = [one for one in _list(value)[:most] if isinstance(one, str) and len(one) == ids.LENGTH]
    kept = dict.fromkeys(wanted)
    if len(kept) and _ARE_IDS("".join([f"{one} " for one in kept])):  # all at once is five times as fast
        return tuple(kept)
    return tuple(one for one in kept if _is_id(one))


def _paths(value: object) -> tuple[str, ...]:
    """Their numbers count: one that cannot be shown is there as an empty one."""
    return tuple(one if isinstance(one, str) and is_path(one) else "" for one in _list(value)[:MOST_FILES])


def is_path(text: str) -> bool:
    """Whether a path can be kept: not too long, nothing in it that cannot be seen."""
    return 0 < len(text) <= MOST_PATH and text.isprintable()


def _is_verb(text: str) -> bool:
    return text.isascii() and text.isalpha() and len(text) <= 20


def _text(value: object, most: int) -> str:
    if not isinstance(value, str):
        return ""
    cut = value[:most]
    return cut if _is_plain(cut) else safety.one_line(cut)


def _is_plain(text: str) -> bool:
    """Whether there is nothing to clean: so is nearly all that we have written ourselves."""
    return (
        text.isascii()
        and text.isprintable()
        and "<" not in text
        and "  " not in text
        and text == text.strip()
    )
