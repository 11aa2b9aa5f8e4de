"""The memory manager: a few weights learned from what helped, as a file that can be read and reviewed in a diff."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from agentmem.model import scoring

SCHEMA = "agentmem/model/1"

FEWEST = 50
"""Labelled events below which the fixed formula serves: a weight each that is learned from fewer is chance."""

MOST = 1_000_000
"""The largest weight, of either sign, that a file may have: sums of larger ones end in infinities."""

ABOUT = (
    "Weights of the memory manager, learned by `agentmem model train` from what helped before. `recall` adds them up, `keep`"
    " decides what is forgotten. Deleting this file brings the fixed formula back; `agentmem model show` explains it."
)


class Manager(NamedTuple):
    """``recall`` and ``keep`` have the weight of each signal; ``trained`` says on what, and what it was worth held out."""

    recall: Mapping[str, float] = MappingProxyType(scoring.PRIOR)
    keep: Mapping[str, float] = MappingProxyType({})
    trained: Mapping[str, object] = MappingProxyType({})


def parse(data: bytes) -> Manager:
    """The manager that a file holds; signals that it does not name weigh as in the formula.

    Raises:
        ValueError: it is none; the message says why.

    """
    try:
        record = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"no JSON: {error}") from None
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        raise ValueError(f"not of the schema {SCHEMA}")
    trained = record.get("trained", {})
    if not isinstance(trained, dict):
        raise ValueError("trained must be an object")
    recall = {**scoring.PRIOR, **_weights(record, "recall", scoring.SIGNALS)}
    return Manager(recall, _weights(record, "keep", None), trained)


def _weights(record: Mapping[str, object], key: str, known: tuple[str, ...] | None) -> dict[str, float]:
    weights = record.get(key, {})
    if not isinstance(weights, dict):
        raise ValueError(f"{key} must be an object of numbers")
    for name, value in weights.items():
        if known is not None and name not in known:
            raise ValueError(f"{key} has no signal {str(name)[:40]!r}")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not abs(value) <= MOST:  # not a number is not below it either
            raise ValueError(f"{key}.{str(name)[:40]} must be a number, {MOST:,} at most")
    return {name: float(value) for name, value in weights.items()}


def compose(manager: Manager) -> bytes:
    """The file of ``manager``: the same weights give the same bytes."""
    record = {
        "schema": SCHEMA,
        "about": ABOUT,
        "recall": {
            name: round(manager.recall[name], 4) for name in scoring.SIGNALS if name in manager.recall
        },
        "keep": {name: round(value, 4) for name, value in manager.keep.items()},
        "trained": dict(manager.trained),
    }
    return (json.dumps(record, indent=2, ensure_ascii=False) + "\n").encode()
