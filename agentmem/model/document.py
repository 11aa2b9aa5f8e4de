"""The text of a memory's file, taken apart: front matter, body, and the line each thing stands on.

What is wrong with a file is told as problems, never raised: one broken file must not hide the others.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from agentmem.model import memory, yamltree
from agentmem.model.memory import Memory, Problem
from agentmem.model.yamltree import Node, RefusedError

MAX_FRONT_MATTER = 64 * 1024
"""Bytes of UTF-8 between the two ``---`` lines."""
TOO_LARGE = "too-large"
"""The code of the problem that there are more."""

BOM = b"\xef\xbb\xbf"

_NEWLINE = re.compile(r"\r\n|\n|\r")
_OPENING = re.compile(r"---[ \t]*(?:\r\n|\n|\r|\Z)")
_CLOSING = re.compile(r"(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|\Z)")
# a line's start is asked of the characters before it: ^ knows no lone \r
_CLOSING_LINE = re.compile(rf"(?<=[\r\n]){_CLOSING.pattern}")


class Document(NamedTuple):
    """One file: ``raw`` as read, ``meta`` of strings, lists, mappings and None, ``lines`` of its keys from 1.

    ``text`` has no BOM and its own newlines; ``body`` has LF, no leading blank lines, no trailing whitespace.
    """

    raw: bytes
    text: str
    meta: Mapping[str, object]
    lines: Mapping[str, int]
    body: str
    body_line: int
    problems: tuple[Problem, ...]


class Parts(NamedTuple):
    """Where ``text`` has its front matter's lines and where its body begins; ``start`` is 0 with none."""

    text: str
    start: int
    end: int
    body: int
    closed: bool


def parse(data: bytes) -> Document:
    """The document in ``data``, whatever the bytes; with any problem ``meta`` is empty."""
    text, problem = decode(data)
    parts = split(text)
    meta: dict[str, object] = {}
    lines: dict[str, int] = {}
    if problem is None and not parts.closed:
        problem = Problem("unclosed", 1, "the front matter has no end: close it with a line ---")
    if problem is None:
        try:
            for key, value, line in _entries(parts):
                meta[key], lines[key] = value, line
        except RefusedError as refused:
            index = parts.start + refused.index
            problem = Problem(refused.code, 1 + count_newlines(text[:index]), refused.message)
            meta, lines = {}, {}
    rest = text[parts.body :]
    # lstrip takes the first line's indentation too, which markdown reads
    blank = rest[: len(rest) - len(rest.lstrip())] if rest.strip() else ""
    lead = max(blank.rfind("\n"), blank.rfind("\r")) + 1
    return Document(
        raw=data,
        text=text,
        meta=meta,
        lines=lines,
        body=normalised(rest[lead:]).rstrip(),
        body_line=1 + count_newlines(text[: parts.body + lead]),
        problems=() if problem is None else (problem,),
    )


def item_lines(parsed: Document, key: str) -> list[int]:
    """The line of each item of the list ``key``: that of the key where the list is written in one line, or is no list."""
    items = parsed.meta.get(key)
    start = parsed.lines.get(key)
    if start is None or items is None:
        return []
    count = len(items) if isinstance(items, list) else 1
    found: list[tuple[int, int]] = []
    for number, line in enumerate(normalised(parsed.text).split("\n")[start:], start + 1):
        text = line.lstrip(" ")
        if not text:  # an empty line of a quote
            continue
        if not line[:1].isspace() and not text.startswith("-"):
            break
        if text.startswith("- ") or text == "-":
            found.append((len(line) - len(text), number))
    indent = min((width for width, _ in found), default=0)
    lines = [number for width, number in found if width == indent]
    return lines if len(lines) == count else [start] * count


def decode(data: bytes) -> tuple[str, Problem | None]:
    """The text of ``data`` without its BOM, bytes that are no UTF-8 replaced, and the problem if any."""
    content = data.removeprefix(BOM)
    problem = None
    if (nul := content.find(b"\0")) >= 0:
        line = 1 + count_newlines(content[:nul].decode("utf-8", "replace"))
        problem = Problem("binary", line, "NUL bytes, so no text: save the file as UTF-8")
    try:
        return content.decode("utf-8"), problem
    except UnicodeDecodeError as error:
        if problem is None:
            line = 1 + count_newlines(content[: error.start].decode("utf-8"))
            problem = Problem("encoding", line, "bytes that are no UTF-8: save the file as UTF-8")
        return content.decode("utf-8", "replace"), problem


def split(text: str) -> Parts:
    """Where ``text`` has its front matter: between a first line ``---`` and the next ``---`` or ``...``."""
    opening = _OPENING.match(text)
    if opening is None:
        return Parts(text, 0, 0, 0, True)
    start = opening.end()
    closing = _CLOSING_LINE.search(text, start)
    if closing is None:
        return Parts(text, start, start, start, False)
    return Parts(text, start, closing.start(), closing.end(), True)


def tree(parts: Parts) -> Node | None:
    """The front matter as a tree; None when it is empty.

    Raises RefusedError for what is too large, no mapping, no YAML, or YAML that is not let in.
    """
    block = parts.text[parts.start : parts.end]
    if len(block) > MAX_FRONT_MATTER or len(block.encode("utf-8")) > MAX_FRONT_MATTER:
        raise RefusedError(
            TOO_LARGE, 0, f"front matter over {MAX_FRONT_MATTER // 1024} KiB: move text into the body"
        )
    root = yamltree.read(block) if block else None
    if root is not None and root.style not in ("{", ":"):
        raise RefusedError(
            "not-a-mapping", root.start, "the front matter holds no keys: write key: value lines"
        )
    return root


def normalised(text: str) -> str:
    """``text`` with LF for each newline."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def count_newlines(text: str) -> int:
    r"""How many newlines ``text`` has, ``\r\n`` being one."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def newline_of(text: str) -> str:
    """The first newline that ``text`` has, LF when it has none."""
    found = _NEWLINE.search(text)
    return found[0] if found else "\n"


def _entries(parts: Parts) -> list[tuple[str, object, int]]:
    root = tree(parts)
    entries = []
    seen, line = 0, 1
    for key, value in root.pairs if root else ():
        at = parts.start + key.start
        line += count_newlines(parts.text[seen:at])
        seen = at
        entries.append((key.text, value.plain(), line))
    return entries


def memory_of(path: str, data: bytes) -> Memory:
    """The memory whose file at ``path``, below the store, has the text ``data``."""
    parsed = parse(data)
    return memory.place(memory.read(parsed.meta, parsed.body, parsed.lines)[0], path)
