"""Two states of files that did not see each other become one: the same one, whichever side does it."""

from collections.abc import Mapping
from typing import TypeVar

Content = TypeVar("Content")


def decided(
    base: Mapping[str, Content], one: Mapping[str, Content], other: Mapping[str, Content]
) -> tuple[dict[str, Content], list[str]]:
    """What of two folders (contents by path) is decided by who changed it since ``base``, and the paths that both changed.

    What one side alone changed, or took away, is as that side has it.
    """
    kept: dict[str, Content] = {}
    both: list[str] = []
    for path in sorted({*one, *other}):
        first, second, before = one.get(path), other.get(path), base.get(path)
        if first == second or second == before:
            now = first
        elif first == before:
            now = second
        elif first is None or second is None:
            now = second if first is None else first  # a change says more than a removal
        else:
            both.append(path)
            continue
        if now is not None:
            kept[path] = now
    return kept, both


def joined_lines(base: bytes, one: bytes, other: bytes) -> bytes:
    """A file of lines that each say something for themselves, as two sides have it: every line that neither took away, but
    for empty ones.

    The order is that of the lines in the lesser of the two sides, then what the greater has besides.
    """
    first, second = sorted((one, other))
    lines = [dict.fromkeys(data.removesuffix(b"\n").split(b"\n")) for data in (first, second, base)]
    gone = {line for line in lines[2] if line not in lines[0] or line not in lines[1]}
    kept = [line for line in {**lines[0], **lines[1]} if line not in gone]
    return b"".join(line + b"\n" for line in kept if line)
