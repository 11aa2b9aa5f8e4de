"""Edits of a file's front matter that leave every line alone which they need not change.

Each edit works on the text by the places that the YAML reader gives, and is read back before it counts: what
does not come out as meant is refused, so a hand-written block is never damaged.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from agentmem.model import emitting, fields
from agentmem.model.document import BOM, TOO_LARGE, Document, newline_of, normalised, parse, split, tree
from agentmem.model.yamltree import Node

_BLANKS = re.compile(r"[ \t]*")
_LINE = re.compile(r"[^\r\n]*")
_COMMA = re.compile(r"[ \t]*,")
_REST = re.compile(r"[ \t]*(?:[ \t]#[^\r\n]*)?(?:\r\n|\n|\r)")
_LOOSE_LINES = re.compile(r"(?:[ \t]*(?:[ \t]#[^\r\n]*)?(?:\r\n|\n|\r))*")
_COLON = re.compile(r"[ \t]*:")
_COMMA_AFTER = re.compile(r"(?:\s|(?<=\s)#[^\r\n]*)*,")
_COMMENT = re.compile(r"[ \t]+#[^\r\n]*")
_LINE_END = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_ORDER = {field.name: number for number, field in enumerate(fields.ALL)}


class Edit(NamedTuple):
    """One change of one key: ``add`` and ``remove`` are of items of a list, ``delete`` takes the key away.

    ``value`` is a string or a list; for ``add`` and ``remove`` it is a list of items.
    """

    key: str
    op: Literal["set", "add", "remove", "delete"]
    value: object = None


class TooLargeError(ValueError):
    """What would be written has more front matter than any reader takes."""


def edit(data: bytes, edits: Sequence[Edit], body: str | None = None) -> bytes:
    """``data`` with ``edits`` made one after the other and, unless None, ``body`` in place of its body.

    Raises ValueError when the front matter has problems or a form that cannot be edited safely: nothing is
    guessed, a person must mend it.
    """
    if not edits and body is None:
        return data
    before = parse(data)
    if before.problems:
        problem = before.problems[0]
        raise ValueError(f"line {problem.line}: {problem.message}; mend the file by hand first")
    text = before.text
    if edits:
        text = _edited(before, edits)
    if body is not None:
        text = _with_body(text, body)
    return (BOM if data.startswith(BOM) else b"") + text.encode("utf-8")


def expected(meta: Mapping[str, object], change: Edit) -> dict[str, object]:
    """What ``meta`` is after ``change``."""
    result = dict(meta)
    old = result.get(change.key)
    wanted = emitting.as_read(change.value)
    if change.op == "set":
        result[change.key] = wanted
    elif change.op == "delete":
        result.pop(change.key, None)
    else:
        if isinstance(old, dict):
            raise ValueError(f"{change.key} holds keys, it is no list: mend the file by hand")
        if not isinstance(wanted, list):
            raise ValueError(f"what is to {change.op} must be a list: {change.value!r}")
        items = old if isinstance(old, list) else [] if old is None else [old]
        if change.op == "add":
            new = [item for i, item in enumerate(wanted) if item not in items and item not in wanted[:i]]
            if new:
                result[change.key] = [*items, *new]
        elif left := [item for item in items if item not in wanted]:
            if len(left) < len(items):
                result[change.key] = left
        elif items:
            del result[change.key]
    return result


def _edited(before: Document, edits: Sequence[Edit]) -> str:
    text, meta = before.text, dict(before.meta)
    if not split(text).start:
        newline = newline_of(text)
        text = f"---{newline}---{newline}{text}"
    for change in edits:
        wanted = expected(meta, change)
        for cautious in (False, True):
            changed = _Block(text, cautious).change(change, meta, wanted)
            after = parse(changed.encode("utf-8"))
            if not after.problems and after.meta == wanted and after.body == before.body:
                break
        else:
            for problem in after.problems:
                if problem.code == TOO_LARGE:
                    raise TooLargeError(problem.message)
            raise ValueError(
                f"{change.key} stands in a form that cannot be edited safely: mend the file by hand"
            )
        text, meta = changed, wanted
    return text if meta or split(before.text).start else before.text


def _with_body(text: str, body: str) -> str:
    parts = split(text)
    head, rest = text[: parts.body], text[parts.body :]
    newline = newline_of(text)
    content = normalised(body)
    if content.strip():
        final = not rest.strip() or rest.endswith(("\n", "\r"))
        content = content.rstrip("\n") + ("\n" if final else "")
        if head and not head.endswith(("\n", "\r")):
            head += newline
    else:
        content = ""
    changed = head + content.replace("\n", newline)
    after, before = parse(changed.encode("utf-8")), parse(text.encode("utf-8"))
    if (
        after.problems
        or after.meta != before.meta
        or after.body != parse(b"---\n---\n" + content.encode("utf-8")).body
    ):
        raise ValueError("the body would be read as something else: NUL characters, or --- in its first line")
    return changed


class _Entry(NamedTuple):
    """One top-level key: where its line starts, the place after its colon, where its value ends."""

    key: str
    line: int
    colon: int
    value: Node
    end: int


class _Block:
    """The front matter of one text, open to one change; places count in the whole text.

    ``cautious`` is for where the plain way does not read back. A literal block takes in an indented comment
    that follows it: the string is quoted instead. A block before a deleted key takes in the blank lines and
    indented comments after it: they go with the key.
    """

    def __init__(self, text: str, cautious: bool) -> None:
        self.text = text
        self.cautious = cautious
        self.literal = not cautious
        self.newline = newline_of(text)
        self.parts = split(text)
        root = tree(self.parts)
        if root is not None and root.style == "{":
            raise ValueError("the front matter is written as {…}: write one key a line, by hand")
        self.entries = {key.text: self._entry(key, value) for key, value in (root.pairs if root else ())}
        first = next(iter(self.entries.values()), None)
        self.indent = text[first.line : self._start(root)] if first and root else ""

    def change(self, change: Edit, meta: Mapping[str, object], wanted: Mapping[str, object]) -> str:
        """The text after ``change``, which takes ``meta`` to ``wanted``."""
        key = change.key
        entry = self.entries.get(key)
        if wanted == meta:
            return self.text
        if key not in wanted:
            return self._delete(entry) if entry else self.text
        new = wanted[key]
        if entry is None:
            return self._insert(key, change.value if change.op == "set" else new)
        old = meta[key]
        if isinstance(old, list) and isinstance(new, list) and entry.value.list:
            kept = [item for item in old if item in new]
            added = [item for item in new if item not in old]
            if kept and kept + added == new:
                return self._relist(entry, old, new, added)
        return self._replace(entry, change.value if change.op == "set" else new)

    # places

    def _start(self, node: Node) -> int:
        return self.parts.start + node.start

    def _end(self, node: Node) -> int:
        """The end of ``node`` without the blank lines after it that are not its own."""
        while not node.scalar and node.style not in ("[", "{"):
            node = node.items[-1] if node.items else node.pairs[-1][1]
        end = self.parts.start + node.end
        if node.style not in ("|", ">"):
            return end
        written = self.text[self._start(node) : end]
        header = re.split(r"[\r\n]", written, maxsplit=1)[0].split("#")[0]
        if "+" in header:
            # all blank lines are the value's, the last newline ends its line
            return end - len(written) + len(re.sub(r"(?:\r\n|\n|\r)[ \t]*\Z", "", written))
        return end - len(written) + len(written.rstrip(" \t\r\n"))

    def _line_start(self, at: int) -> int:
        return max(self.text.rfind("\n", 0, at), self.text.rfind("\r", 0, at)) + 1

    def _line_end(self, at: int) -> int:
        """Past the newline of the line that ``at`` is in."""
        found = _LINE_END.match(self.text, at)
        assert found is not None
        return found.end()

    def _entry(self, key: Node, value: Node) -> _Entry:
        end = self.parts.start + key.end
        line = self._line_start(self._start(key))
        colon = _COLON.match(self.text, end)
        if colon is None or self.text[line : self._start(key)].strip(" "):
            raise ValueError(f"{key.text} is written with ? before it: write key: value, by hand")
        return _Entry(key.text, line, colon.end(), value, self._end(value))

    # changes

    def _delete(self, entry: _Entry) -> str:
        end = self._line_end(entry.end)
        if self.cautious:
            loose = _LOOSE_LINES.match(self.text, end, self.parts.end)
            end = loose.end() if loose else end
        return self.text[: entry.line] + self.text[end:]

    def _insert(self, key: str, value: object) -> str:
        at = self.parts.end
        if key in _ORDER:
            before = [e for e in self.entries.values() if e.key in _ORDER and _ORDER[e.key] < _ORDER[key]]
            if before:
                at = self._line_end(max(before, key=lambda e: _ORDER[e.key]).end)
        lines = emitting.entry(key, value, self.indent, literal=self.literal)
        return self.text[:at] + self._joined(lines) + self.text[at:]

    def _replace(self, entry: _Entry, value: object) -> str:
        text, node, end = self.text, entry.value, entry.end
        start = self._start(node)
        room = emitting.WIDTH - (entry.colon - entry.line) - 1
        new = emitting.write(entry.key, value, self.indent, room=room, literal=self.literal)
        if node.style == "-" and isinstance(value, list | tuple) and value:
            return self._replace_items(entry, list(value))
        line_end = self._content_end(end)
        tail = text[end:line_end]
        if node.style in ("|", ">"):
            header_end = self._content_end(start)
            comment = _COMMENT.search(text, start, header_end)
            tail = comment[0] if comment else ""
        beside = self._line_start(start) == entry.line
        flat = node.scalar or node.style in ("[", "{")
        if flat and not new.below and (node.style not in ("|", ">") or not beside):
            gap = " " if start == entry.colon and new.inline else ""
            return text[:start] + gap + new.inline + text[end:]
        head = " " + new.inline if new.inline else ""
        if beside:
            below = "".join(self.newline + line for line in new.below)
            return text[: entry.colon] + head + tail.rstrip() + below + text[line_end:]
        # a value below its key: the key's line stays, with its comment, and the value's own lines go
        return (
            text[: entry.colon]
            + head
            + text[entry.colon : self._line_start(start)]
            + self._joined(new.below)
            + text[self._line_end(end) :]
        )

    def _content_end(self, at: int) -> int:
        """The end of the line that ``at`` is in, before its newline."""
        found = _LINE.match(self.text, at)
        assert found is not None
        return found.end()

    def _replace_items(self, entry: _Entry, items: list[object]) -> str:
        first = self._dash(entry.value, 0)
        lines = self._item_lines(entry, items)
        return (
            self.text[: self._line_start(first)]
            + self._joined(lines)
            + self.text[self._line_end(entry.end) :]
        )

    def _relist(self, entry: _Entry, old: list[object], new: list[object], added: list[object]) -> str:
        """Takes out the items of ``old`` that are not in ``new``, puts ``added`` in, touches no other."""
        text, node = self.text, entry.value
        flow = node.style == "["
        if flow and any(isinstance(item, list | dict) for item in added):
            return self._replace(entry, new)
        if added:
            text = self._append_flow(node, added) if flow else self._append_block(entry, added)
        # from the last to the first, so that the places before stay true
        for number in range(len(old) - 1, -1, -1):
            if old[number] not in new:
                text = self._drop_flow(text, node, number) if flow else self._drop_block(text, node, number)
        return text

    def _append_flow(self, node: Node, added: list[object]) -> str:
        written = ", ".join(
            "null" if item is None else emitting.scalar(str(item), flow=True) for item in added
        )
        last = self.parts.start + node.items[-1].end
        comma = _COMMA_AFTER.match(self.text, last, self.parts.start + node.end - 1)
        if comma:
            return self.text[: comma.end()] + f" {written}," + self.text[comma.end() :]
        return self.text[:last] + f", {written}" + self.text[last:]

    def _append_block(self, entry: _Entry, added: list[object]) -> str:
        at = self._line_end(entry.end)
        return self.text[:at] + self._joined(self._item_lines(entry, added)) + self.text[at:]

    def _item_lines(self, entry: _Entry, items: list[object]) -> list[str]:
        node = entry.value
        dash = self._dash(node, len(node.items) - 1)
        between = self.text[dash + 1 : self._start(node.items[-1])]
        gap = between if between and not between.strip(" ") else " "
        indent = self.text[self._line_start(dash) : dash]
        return [
            line for item in items for line in emitting.item_lines(item, indent, gap, literal=self.literal)
        ]

    def _dash(self, node: Node, number: int) -> int:
        """The place of the dash of item ``number`` of the block list ``node``."""
        column = self._start(node) - self._line_start(self._start(node))
        line = self._line_start(self._start(node.items[number]))
        while line >= self.parts.start:
            at = line + column
            if self.text[at : at + 1] == "-" and not self.text[line:at].strip(" "):
                return at
            line = self._line_start(line - 1) if line > self.parts.start else -1
        raise ValueError("a list stands in a form that cannot be edited safely: mend the file by hand")

    def _drop_block(self, text: str, node: Node, number: int) -> str:
        start = self._line_start(self._dash(node, number))
        return text[:start] + text[self._line_end(self._end(node.items[number])) :]

    def _drop_flow(self, text: str, node: Node, number: int) -> str:
        item = node.items[number]
        start, end = self._start(item), self.parts.start + item.end
        after = _COMMA.match(text, end)
        stop = after.end() if after else end
        line = self._line_start(start)
        rest = _REST.match(text, stop)
        if not text[line:start].strip() and rest:
            return text[:line] + text[rest.end() :]
        if after:
            spaces = _BLANKS.match(text, stop)
            stop = spaces.end() if spaces else stop
            if text[stop : stop + 1] in ("\r", "\n", "#", "]"):
                stop, start = after.end(), len(text[:start].rstrip(" \t"))
            return text[:start] + text[stop:]
        before = text[:start].rstrip(" \t")
        return before.removesuffix(",") + text[end:]

    def _joined(self, lines: list[str]) -> str:
        return "".join(line + self.newline for line in lines)
