"""Labels: questions with the memories that are known to answer them, one JSON object a line."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from agentmem.model import times

KEYS = ("query", "relevant", "until", "role", "files", "category")

LONGEST = 20_000
"""Characters of a question: twice the longest note that an agent wrote; more is a file in the wrong place."""


class Label(NamedTuple):
    """One question. ``relevant`` has references to memories as they stand in the file; empty: nothing answers it.

    ``until`` (seconds UTC) is the moment it is asked at, None the present; ``files`` are paths from the repository's top.
    """

    query: str
    relevant: tuple[str, ...]
    until: int | None = None
    role: str | None = None
    files: tuple[str, ...] = ()
    category: str | None = None


def parse(line: str, now: int) -> Label:
    """The label of one line, read at ``now`` (seconds UTC).

    Raises:
        ValueError: it is none; the message says what is wrong with it.

    """
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON: {error.msg} at column {error.colno}") from None
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, lists in lists in lists
        raise ValueError(f"no JSON: {error}") from None
    if not isinstance(record, dict):
        raise ValueError("no JSON object")
    for key in record:
        if key not in KEYS:
            raise ValueError(f'no key "{_short(key)}"; keys: {" ".join(KEYS)}')
    query, until = _text(record, "query"), _text(record, "until")
    files, relevant = _texts(record, "files"), _texts(record, "relevant")
    if relevant is None:
        raise ValueError("relevant is missing: a list of ids, empty for a question that nothing answers")
    if not (query or "").strip() and not files:
        raise ValueError("it has neither a query nor files")
    if len(query or "") > LONGEST:
        raise ValueError(f"the query has {len(query or ''):,} characters; {LONGEST:,} at most")
    return Label(
        query=query or "",
        relevant=tuple(dict.fromkeys(relevant)),
        until=None if until is None else times.parse_when(until, now),
        role=_text(record, "role") or None,
        files=files or (),
        category=_text(record, "category") or None,
    )


def _text(record: Mapping[str, object], key: str) -> str | None:
    value = record.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"{key} must be text")
    return _sound(value)


def _texts(record: Mapping[str, object], key: str) -> tuple[str, ...] | None:
    value = record.get(key)
    if value is None:
        return None
    if not isinstance(value, list):
        raise ValueError(f"{key} must be a list of texts")
    found = [_sound(item) for item in value if isinstance(item, str)]
    if len(found) < len(value):
        raise ValueError(f"{key} must be a list of texts")
    return tuple(found)


def _sound(text: str) -> str:
    """``text`` without lone surrogates, which JSON can name and nothing can look up or print."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _short(text: str) -> str:
    return _sound(text if len(text) <= 40 else text[:39] + "…")
