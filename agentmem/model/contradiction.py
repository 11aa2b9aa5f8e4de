"""Two memories that cannot both be true: one subject, one slot, another number, another name, or a denial.

It reports little and means it. Two statements are compared only when what they are about is the same to the word, once words
that merely frame and words for one thing are evened out; a word more on either side (production, legacy, v2) makes them two
subjects. What tells a history, an example, a refinement or an exception is no contradiction.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from agentmem.model import memory as memories
from agentmem.model import names, quantities, scopes, statements
from agentmem.model.folding import folded
from agentmem.model.memory import Memory
from agentmem.model.quantities import words_of
from agentmem.model.statements import Statement, Word

COMPARED = frozenset(["fact", "decision", "convention", "procedure"])
"""The kinds that claim something of now. A dead end tells what was tried, which agrees with the decision it led to."""

FOLLOWING = 3
"""Memories of a large group that each is compared with."""

_SENTENCE = re.compile(r"(?<=[.!?])\s").split
_EVENTS = words_of(
    "add added bump clear change deduplicate drop extract fix fixed implement introduce lock merge move optimize refactor remove"
    " removed rename replace revert split starting unlock update"
)
_parse = lru_cache(maxsize=32_768)(statements.parse)
_tells_history = lru_cache(maxsize=32_768)(statements.tells_history)


class Contradiction(NamedTuple):
    """``kind`` is ``number``, ``name`` or ``negation``; ``reason`` one line for people: ``job timeout: 30 s, 60 s``."""

    kind: str
    reason: str


def contradiction(one: Memory, other: Memory) -> Contradiction | None:
    """Why the two cannot both be true; None where they can, or where it cannot be told. The order of the two is all one."""
    if not _comparable(one) or not _comparable(other) or not _one_place(one, other):
        return None
    if (other.title, other.body, other.id) < (one.title, one.body, one.id):
        one, other = other, one
    found = _compare(one.title, other.title)
    if found is None and _parse(one.title).subject and _topic(one) == _topic(other):
        first, second = _first_sentence(one), _first_sentence(other)
        if first and second and not _tells_history(first) and not _tells_history(second):
            found = _compare(first, second)
    return found


def candidates(compared: Sequence[Memory], most: int | None = None) -> Iterator[tuple[int, int]]:
    """The pairs of places in ``compared`` that are worth ``contradiction``, the lower place first, in order.

    A contradiction needs the same subject, or the same words before a name: memories are grouped by these, and only those of
    one group are paired. In a group of more than ``most`` (an import can make one of 10,000: fifty million pairs) each is
    paired with those few that follow it by their titles and are not titled the same.
    """
    groups: defaultdict[object, list[int]] = defaultdict(list)
    for place, memory in enumerate(compared):
        if not _comparable(memory):
            continue
        for key in _keys(memory):
            groups[key].append(place)
    pairs: set[tuple[int, int]] = set()
    for places in groups.values():
        reach = len(places)
        if most is not None and reach > most:
            places.sort(key=lambda place: compared[place].title)
            reach = FOLLOWING
        for at, first in enumerate(places):
            pairs.update(
                (first, second) if first < second else (second, first)
                for second in places[at + 1 : at + 1 + reach]
                if first != second and (reach != FOLLOWING or compared[first].title != compared[second].title)
            )
    yield from sorted(pairs)


def _keys(memory: Memory) -> set[object]:
    statement = _parse(memory.title)
    found: set[object] = {frozenset(statement.subject)} if statement.subject else set()
    keys = [word.key for word in statement.words]
    for at in range(1, len(keys)):
        if names.may_differ_at(*statement.words[at - 1 : at + 1]):
            start = " ".join(keys[:at])
            found.update(
                (start, " ".join(keys[end:])) for end in range(at + 1, min(at + names.LONGEST, len(keys)) + 1)
            )
    return found


def _comparable(memory: Memory) -> bool:
    if memory.kind not in COMPARED or memory.status != "active" or _tells_history(memory.title):
        return False
    first = memory.title.split(maxsplit=1)[0].casefold().rstrip(":") if memory.title.strip() else ""
    return first not in _EVENTS or memory.kind in ("convention", "procedure")


def _one_place(one: Memory, other: Memory) -> bool:
    """Whether nothing but the text sets the two apart: neither replaces the other, scopes and entities meet."""
    if one.id and (one.id in other.supersedes or other.id in one.supersedes or one.id == other.id):
        return False
    if one.plan and other.plan and (one.plan, one.phase) != (other.plan, other.phase):
        return False
    if one.entities and other.entities:
        mine = {folded(entity) for entity in one.entities}
        if mine.isdisjoint(folded(entity) for entity in other.entities):
            return False
    if one.scope and other.scope:
        return any(scopes.meet(mine, theirs) for mine in one.scope for theirs in other.scope)
    return True


def _topic(memory: Memory) -> tuple[object, ...]:
    statement = _parse(memory.title)
    values = tuple(quantity._replace(text="") for quantity in statement.quantities)
    return frozenset(statement.subject), statement.slots, statement.denies, values


def _first_sentence(memory: Memory) -> str:
    return _SENTENCE(memories.first_paragraph(memory.body[:2000]), maxsplit=1)[0][:300]


def _compare(text: str, other_text: str) -> Contradiction | None:
    if text == other_text:
        return None
    one, other = _parse(text), _parse(other_text)
    if not one.subject or not other.subject:
        return None
    if one.denies != other.denies:
        return _negation(one, other)
    return _number(one, other) or _name(one, other)


def _number(one: Statement, other: Statement) -> Contradiction | None:
    """One slot, another value: all words the same and one of the numbers apart."""
    if not one.quantities or len(one.quantities) != len(other.quantities):
        return None
    if (
        one.conditional
        or set(one.subject) != set(other.subject)
        or len({*one.subject, *_measured(one), *_measured(other)}) < 2
    ):
        return None
    if _differ(one, other, role=True) or _differ(one, other, role=False):
        return None
    apart = [quantities.apart(a, b) for a, b in zip(one.quantities, other.quantities, strict=True)]
    if None in apart or apart.count(True) != 1:
        return None
    place = apart.index(True)
    values = f"{one.quantities[place].text}, {other.quantities[place].text}"
    return Contradiction("number", f"{statements.about(one)}: {values}")


def _measured(statement: Statement) -> set[str]:
    return {slot for slot in statement.slots if slot[0] != "@" or slot == "@take"}


def _differ(one: Statement, other: Statement, role: bool) -> bool:
    """Whether each measures what the other does not (width, height), or means it otherwise (every 5 s, for 5 s)."""
    a, b = ({slot for slot in each.slots if (slot[0] == "@") is role} for each in (one, other))
    return bool(a - b) and bool(b - a)


def _negation(one: Statement, other: Statement) -> Contradiction | None:
    """The same said and denied."""
    if (
        one.conditional
        or other.conditional
        or len({*one.subject, *one.slots}) < 2
        or one.slots != other.slots
        or not _one_order(one, other)
    ):
        return None
    if len(one.quantities) != len(other.quantities) or any(
        quantities.apart(a, b) is not False for a, b in zip(one.quantities, other.quantities, strict=True)
    ):
        return None
    return Contradiction("negation", f"{statements.about(one)}: said and denied")


def _one_order(one: Statement, other: Statement) -> bool:
    """Whether the subjects are the same in the same order; in any, where one of the two is in the passive."""
    by = [any(word.key == "by" for word in statement.words) for statement in (one, other)]
    if by[0] != by[1]:
        return sorted(one.subject) == sorted(other.subject)
    return one.subject == other.subject


def _name(one: Statement, other: Statement) -> Contradiction | None:
    """The same frame around another name."""
    a, b = one.words, other.words
    if not a or not b:
        return None
    before = _shared(a, b)
    after = min(_shared(a[::-1], b[::-1]), len(a) - before, len(b) - before)
    mine, theirs = a[before : len(a) - after], b[before : len(b) - after]
    told = a[:before] if before and a[0].key != "use" else (*a[:before], *a[len(a) - after :])
    if one.conditional or not any(word.key in one.subject for word in told):
        return None
    if any(
        quantities.apart(x, y) is not False for x, y in zip(one.quantities, other.quantities, strict=False)
    ):
        return None
    kind = names.apart(a[:before], mine, theirs, a[len(a) - after :])
    if kind is None:
        return None
    values = ", ".join(" ".join(word.text for word in span) for span in (mine, theirs))
    return Contradiction(kind, f"{' '.join(word.text for word in a[:before])}: {values}")


def _shared(a: Sequence[Word], b: Sequence[Word]) -> int:
    return next(
        (n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x.key != y.key), min(len(a), len(b))
    )
