"""JSON and JSON Lines as importers read them: each object with the line it stands on, and what is none told."""

import json
import re
from collections.abc import Iterator

from agentmem.model.importers.found import File, Found

_HALF = re.compile("[\ud800-\udfff]")


def objects(file: File, found: Found, key: str | None = None) -> Iterator[tuple[int, dict[str, object]]]:
    """The objects of a file: one a line, or one array, or the array under ``key`` of one object."""
    text = file.text.strip()
    if text[:1] == "[" or (
        text[:1] == "{" and key and "\n" in text and not _is_object(text.split("\n", 1)[0])
    ):
        yield from _of_array(file, found, key)
        return
    for number, line in enumerate(file.text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            if not isinstance(value, dict):
                raise ValueError("not an object")
        except (ValueError, RecursionError) as error:
            found.problem(file.path, number, f"no JSON object: {error}")
            continue
        if key and isinstance(value.get(key), list):
            yield from _within(file, found, value[key], number)
        elif half := _half(value):
            found.problem(file.path, number, f"no JSON object: {half}")
        else:
            yield number, value


def _half(value: object) -> str | None:
    """What is told of half a character: JSON can name it, and no file can hold it."""
    half = _HALF.search(json.dumps(value, ensure_ascii=False))
    return f"\\u{ord(half[0]):04x} is half a character" if half else None


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _of_array(file: File, found: Found, key: str | None) -> Iterator[tuple[int, dict[str, object]]]:
    try:
        value = json.loads(file.text)
    except (ValueError, RecursionError) as error:
        found.problem(file.path, getattr(error, "lineno", 1), f"no JSON: {error}")
        return
    if isinstance(value, dict):
        inner = value.get(key or "")
        value = inner if isinstance(inner, list) else [value]
    yield from _within(file, found, value, 1)


def _within(
    file: File, found: Found, values: list[object], line: int
) -> Iterator[tuple[int, dict[str, object]]]:
    for place, value in enumerate(values, 1):
        if not isinstance(value, dict):
            found.problem(file.path, line, f"item {place} is no object")
        elif half := _half(value):
            found.problem(file.path, line, f"item {place}: {half}")
        else:
            yield line, value
