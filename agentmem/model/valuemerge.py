"""Merging two edits of one value: sets by their items, everything else as a whole."""

import json

from agentmem.model import fields
from agentmem.model.fields import Type

ABSENT = object()
"""In the place of a value: the key is not there."""
UNDECIDED = object()
"""In the place of a value: both sides have made another of it."""

_SETS = (Type.LIST, Type.IDS, Type.CITES)
_NUMBERS = {spec.name: number for number, spec in enumerate(fields.ALL)}


def merged(key: str, old: object, one: object, other: object) -> object:
    """What two edits make of the value ``old`` of ``key``; ``UNDECIDED`` where they cannot both be had."""
    decided = three(old, one, other)
    if decided is not UNDECIDED:
        return decided
    if _is_set(key, one, other):
        was, mine, yours = (items(value) for value in (old, one, other))
        return _united(key, was, mine, yours) or (ABSENT if ABSENT in (one, other) else [])
    if _blank(old) and (_blank(one) or _blank(other)):
        # nothing in another form is no value to be lost
        return min((one, other), key=lambda value: (_blank(value), canonical(value)))
    return UNDECIDED


def three(old: object, one: object, other: object) -> object:
    """The value of the side that has changed ``old``; ``UNDECIDED`` where both have, and not alike."""
    if one == other or other == old:
        return one
    return other if one == old else UNDECIDED


def _united(key: str, was: list[object], mine: list[object], yours: list[object]) -> list[object]:
    """The items of ``was`` that neither has taken out, and those that either has put in, in the order of their text."""
    before, one, other = ({_same(key, item): item for item in reversed(side)} for side in (was, mine, yours))
    kept = [
        before[name]
        for name in dict.fromkeys(_same(key, item) for item in was)
        if name in one and name in other
    ]
    added = {
        name: min((side[name] for side in (one, other) if name in side), key=canonical)
        for name in {*one, *other} - {*before}
    }
    return [*kept, *(added[name] for name in sorted(added))]


def _is_set(key: str, one: object, other: object) -> bool:
    """Whether two values of a key are sets: where we know it as one, or both are lists."""
    spec = fields.BY_NAME.get(key)
    if spec:
        mapping = spec.type is not Type.CITES and any(isinstance(value, dict) for value in (one, other))
        return spec.type in _SETS and not mapping
    lists = [isinstance(value, list) for value in (one, other)]
    return any(lists) and all(
        listed or _blank(value) for listed, value in zip(lists, (one, other), strict=True)
    )


def items(value: object) -> list[object]:
    """``value`` as the items of a set."""
    return [] if _blank(value) else value if isinstance(value, list) else [value]


def _same(key: str, item: object) -> str:
    """What two items of a set have in common that are one."""
    if isinstance(item, str) and key in fields.BY_NAME and fields.BY_NAME[key].type is Type.CITES:
        item = {"path": item}
    return canonical(item)


def canonical(value: object) -> str:
    """A text that is the same for the same value, by which values are put in order."""
    return "" if value is ABSENT else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _blank(value: object) -> bool:
    return value is ABSENT or value is None or value == ""


def order(key: str) -> tuple[int, str]:
    """By this keys are put in order: those that are known first, as they are documented."""
    return (_NUMBERS.get(key, len(_NUMBERS)), key)
