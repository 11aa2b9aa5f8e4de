"""Settings files of others, as text: what is put in or taken out changes these bytes and no others, comments stay.

Reads JSON with comments and commas at the end, as editors and agents have it. Each edit reads the text anew: such files are
small.
"""

import json
import re
from collections.abc import Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import NamedTuple

_BLANK = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL).match
_LITERAL = re.compile(r"true|false|null|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?").match
_COMMENT = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_BESIDE = re.compile(r"[ \t]*(?://[^\r\n]*|/\*(?:(?!\*/)[^\n])*\*/[ \t]*)+(?=\r?\n)").match
_ENDS_LINE = re.compile(r"[ \t]*(?://[^\r\n]*)?\r?\n").match
MAX_DEPTH = 60

Step = str | int
Json = object


class Node(NamedTuple):
    """One value and where it stands; ``parts`` are an object's members or a list's items, each from the start of its key on."""

    start: int
    end: int
    value: Json
    parts: "tuple[Part, ...]" = ()


class Part(NamedTuple):
    """One member or item: its key or place, where it starts (with its key), its value."""

    step: Step
    start: int
    node: Node


def parse(text: str) -> Node:
    """The value that ``text`` holds.

    Raises:
        ValueError: it is no JSON, with the line.

    """
    at = _blank(text, 1 if text.startswith("\ufeff") else 0)
    node = _value(text, at, 0)
    if _blank(text, node.end) != len(text):
        raise _wrong(text, _blank(text, node.end), "more than one value")
    return node


def found(root: Node, path: Sequence[Step]) -> Node | None:
    """The node at ``path``; None where there is none."""
    for step in path:
        following = [part.node for part in root.parts if part.step == step]
        if not following:
            return None
        root = following[-1]
    return root


def put(text: str, path: Sequence[Step], value: Json) -> str:
    """``text`` with ``value`` added at the end of the list at ``path``, or as the member that ``path`` names, objects on the way
    included.

    Raises:
        ValueError: see ``parse``; something else stands on the way, or there already.

    """
    root = parse(text)
    depth = len(path)
    while (there := found(root, path[:depth])) is None:
        depth -= 1
    if depth == len(path):
        if not isinstance(there.value, list):
            raise ValueError(f"{_named(path)} is no list")
        return _added(text, there, "", value)
    if not isinstance(there.value, dict):
        raise ValueError(f"{_named(path[:depth]) or 'the file'} is no object")
    for step in reversed(path[depth + 1 :]):
        value = {str(step): value}
    return _added(text, there, json.dumps(str(path[depth]), ensure_ascii=False) + ": ", value)


def cut(text: str, path: Sequence[Step]) -> str:
    """``text`` without the member or item at ``path``: what ``put`` has added goes without a trace, comments beside it stay.

    Raises:
        ValueError: there is none.

    """
    around = found(parse(text), path[:-1])
    places = [i for i, part in enumerate(around.parts) if part.step == path[-1]] if around else []
    if around is None or not places:
        raise ValueError(f"no {_named(path)}")
    at = places[-1]
    part = around.parts[at]
    is_last = at + 1 == len(around.parts)
    comma = _comma(text, part.node.end)
    kept, stop = "", part.node.end
    if comma is not None:
        stop = comma + 1
        if _comments(between := text[part.node.end : comma]):
            kept = between
    beside = text[around.start + 1 : part.start], kept, text[stop : around.end - 1]
    if not at and is_last and not any(map(_comments, beside)):
        return text[: around.start + 1] + text[around.end - 1 :]
    behind = _comma(text, around.parts[at - 1].node.end) if at else None
    begin = around.start + 1 if behind is None else behind + 1
    comments = _comments(text[begin : part.start])
    start = begin + comments[-1].end() if comments else begin
    is_open = bool(comments) and comments[-1][0].startswith("//")
    if is_open and not _ENDS_LINE(kept + text[stop:]):
        start = part.start  # else the comment would take in what follows
    if not at and not is_last and not comments and not kept and "\n" not in text[start : part.start]:
        start, stop = part.start, stop + len(text[stop:]) - len(text[stop:].lstrip(" \t"))
    if behind is not None and is_last and comma is None:
        return text[:behind] + text[behind + 1 : start] + text[stop:]
    return text[:start] + kept + text[stop:]


def is_bare(text: str, node: Node) -> bool:
    """Whether an object or list holds nothing, not even a comment."""
    return not text[node.start + 1 : node.end - 1].strip()


def has_comments(text: str, node: Node) -> bool:
    """Whether there are comments in ``text`` beside or within ``node``, which holds no objects or lists."""
    gaps = [node.start + 1, *(part.node.end for part in node.parts)]
    ends = [*(part.start for part in node.parts), node.end - 1]
    between = "".join(text[start:end] for start, end in zip(gaps, ends, strict=True))
    return bool(_comments(text[: node.start] + between + text[node.end :]))


def _comments(blank: str) -> "list[re.Match[str]]":
    return list(_COMMENT.finditer(blank))


def _comma(text: str, at: int) -> int | None:
    """Where the comma after a value that ends at ``at`` is."""
    at = _blank(text, at)
    return at if text[at : at + 1] == "," else None


def _added(text: str, around: Node, key: str, value: Json) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    unit = next((m[1] for m in re.finditer(r"^([ \t]+)\S", text, re.MULTILINE)), "  ")
    inside = text[around.start : around.end]
    if around.parts and "\n" not in inside:
        last = around.parts[-1].node.end
        comma = _comma(text, last)
        new = f" {key}{json.dumps(value, ensure_ascii=False)}"
        return (
            f"{text[:last]},{new}{text[last:]}"
            if comma is None
            else f"{text[: comma + 1]}{new},{text[comma + 1 :]}"
        )
    line = text[text.rfind("\n", 0, around.start) + 1 : around.start]
    outer = line[: len(line) - len(line.lstrip(" \t"))]
    if around.parts:
        first = around.parts[0].start
        before = text[text.rfind("\n", 0, first) + 1 : first]
        inner = before if not before.strip() else outer + unit
    else:
        inner = outer + unit
    lines = json.dumps(value, indent=unit, ensure_ascii=False).split("\n")
    new = end + inner + key + (end + inner).join(lines)
    if around.parts:
        last = around.parts[-1].node.end
        comma = _comma(text, last)
        place = last if comma is None else comma + 1
        if beside := _BESIDE(text, place):
            place = beside.end()  # a comment stays with what it is about
        return (
            f"{text[:last]},{text[last:place]}{new}{text[place:]}"
            if comma is None
            else f"{text[:place]}{new},{text[place:]}"
        )
    comments = _comments(inside[1:-1])
    place = around.start + 1 + (comments[-1].end() if comments else 0)
    rest = text[place : around.end - 1] if comments else ""
    return f"{text[:place]}{new}{rest if chr(10) in rest else end + outer}{text[around.end - 1 :]}"


def _value(text: str, at: int, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise _wrong(text, at, "nested too deeply")
    char = text[at : at + 1]
    if char == '"':
        said, end = scanstring(text, at + 1, True)
        return Node(at, end, said)
    if char in ("{", "["):
        return _container(text, at, depth, "}" if char == "{" else "]")
    literal = _LITERAL(text, at)
    if literal is None:
        raise _wrong(text, at, "no value")
    return Node(at, literal.end(), json.loads(literal[0]))


def _container(text: str, start: int, depth: int, close: str) -> Node:
    parts: list[Part] = []
    at = _blank(text, start + 1)
    while text[at : at + 1] != close:
        begin = at
        step: Step = len(parts)
        if close == "}":
            if text[at : at + 1] != '"':
                raise _wrong(text, at, "no key")
            step, at = scanstring(text, at + 1, True)
            at = _blank(text, at)
            if text[at : at + 1] != ":":
                raise _wrong(text, at, "no colon after a key")
            at = _blank(text, at + 1)
        node = _value(text, at, depth + 1)
        parts.append(Part(step, begin, node))
        at = _blank(text, node.end)
        if text[at : at + 1] == ",":
            at = _blank(text, at + 1)
        elif text[at : at + 1] != close:
            raise _wrong(text, at, "no comma after a value")
    values: Json = [part.node.value for part in parts]
    if close == "}":
        values = {part.step: part.node.value for part in parts}
    return Node(start, at + 1, values, tuple(parts))


def _blank(text: str, at: int) -> int:
    matched = _BLANK(text, at)
    return matched.end() if matched else at


def _named(path: Sequence[Step]) -> str:
    return ".".join(map(str, path))


def _wrong(text: str, at: int, what: str) -> ValueError:
    line = text.count("\n", 0, at) + 1
    return ValueError(f"line {line}: {what}")
