"""The hardened YAML reader: front matter to a tree of strings that knows where each of them stood.

Events are judged one by one before anything is composed: an alias bomb or a deep nest ends at its first.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

MAX_DEPTH = 6
"""Collections within collections, the front matter itself being the first."""

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_ITEM = r"[A-Za-z0-9](?:[A-Za-z0-9 _./*-]*[A-Za-z0-9_./*-])?"


# classes of several ranges above U+00FF take 1 to 3 ms to compile, which front matter in ASCII does not cost a hook
@cache
def _unreadable(ascii_only: bool) -> re.Pattern[str]:
    # libyaml does not count a BOM that begins a line, so the places after it would be off
    wide = "\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff"
    bom = "|(?:\\A|(?<=[\r\n\x85\u2028\u2029]))\ufeff"
    return re.compile(f"[^\t\n\r\x20-\x7e{'' if ascii_only else wide}]{'' if ascii_only else bom}")


@cache
def _line(ascii_only: bool) -> re.Pattern[str]:
    """A key and its value as they are written nearly always: a scalar without quotes on one line, or a list of words."""
    letters, wide = ("", "") if ascii_only else (r"\u00c0-\u024f", r"\u00a1-\u2027\u2030-\ud7ff")
    plain = rf"[A-Za-z0-9{letters}](?:(?!: | #)[ -~{wide}])*(?<=[!-9;-~{wide}])"
    return re.compile(rf"([a-z][a-z_]*): (?:({plain})|\[({_ITEM}(?:, {_ITEM})*)?\])(?:\n|\Z)")


class RefusedError(Exception):
    """Front matter that is not read: ``code`` is a problem's, ``index`` the character of the block."""

    def __init__(self, code: str, index: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.index = index
        self.message = message


class Node(NamedTuple):
    """A value and its place: ``style`` is its opening mark, ``-`` or ``:`` for block lists and mappings.

    Plain scalars have an empty style. ``start`` and ``end`` count characters of the block; a block list or
    mapping ends with its last leaf.
    """

    style: str
    text: str
    items: list["Node"]
    pairs: list[tuple["Node", "Node"]]
    start: int
    end: int

    @property
    def scalar(self) -> bool:
        """Whether this is one string or nothing."""
        return self.style not in ("[", "-", "{", ":")

    @property
    def list(self) -> bool:
        """Whether this is a list, in either style."""
        return self.style in ("[", "-")

    def plain(self) -> object:
        """Strings as written, lists, mappings; None for nothing."""
        if self.list:
            return [item.plain() for item in self.items]
        if not self.scalar:
            return {key.text: value.plain() for key, value in self.pairs}
        return None if not self.style and self.text in _NULLS else self.text


def read(block: str) -> Node | None:
    """The tree of the front matter ``block``; None when it holds nothing but blanks and comments.

    Raises RefusedError for what is no YAML, and for YAML that is not let in.
    """
    if unreadable := _unreadable(block.isascii()).search(block):
        code = f"U+{ord(unreadable[0]):04X}"
        raise RefusedError("yaml", unreadable.start(), f"an invisible character, {code}: take it out")
    if plain := _plain(block):
        return plain
    tree = _handler().load(block)
    assert tree is None or isinstance(tree, Node)
    return tree


def _plain(block: str) -> Node | None:
    """The tree of a block that says nothing but ``key: value`` as ``_line`` has it, without YAML, whose import a hook would pay
    for with each commit; None for any other, which YAML reads.
    """
    pairs: list[tuple[Node, Node]] = []
    keys = set()
    at = 0
    pattern = _line(block.isascii())
    while at < len(block):
        line = pattern.match(block, at)
        if line is None or line[1] in keys:
            return None
        keys.add(line[1])
        key = Node("", line[1], [], [], line.start(1), line.end(1))
        if line[2] is not None:
            value = Node("", line[2], [], [], line.start(2), line.end(2))
        else:
            items = []
            place = line.end(1) + 3
            for word in (line[3] or "").split(", ") if line[3] else ():
                items.append(Node("", word, [], [], place, place + len(word)))
                place += len(word) + 2
            start, end = line.end(1) + 2, line.end(3) + 1 if line[3] else line.end(1) + 4
            value = Node("[", "", items, [], start, end)
        pairs.append((key, value))
        at = line.end()
    return Node(":", "", [], pairs, 0, pairs[-1][1].end) if pairs else None


@cache
def _handler() -> Any:
    # 15 ms of imports that a command which reads no memory need not pay
    import yaml
    from frontmatter.default_handlers import YAMLHandler

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]
        def get_single_data(self) -> Node | None:
            return _compose(self.get_event)

    class Handler(YAMLHandler):  # type: ignore[misc]
        def load(self, fm: str, **kwargs: object) -> object:
            try:
                return super().load(fm, Loader=Loader)
            except yaml.MarkedYAMLError as error:
                raise _explained(error) from None
            except (yaml.YAMLError, ValueError, OverflowError) as error:
                raise RefusedError("yaml", 0, f"not YAML, mend it: {error}") from None

    return Handler()


def _explained(error: Any) -> RefusedError:
    context, problem = str(error.context or ""), str(error.problem or "")
    # what was left open is found missing far below; people look for where it began
    began = context.startswith(("while scanning a quoted", "while scanning a simple", "while parsing a flow"))
    mark = (error.context_mark if began else None) or error.problem_mark or error.context_mark
    index = mark.index if mark else 0
    if "alias" in context or "anchor" in context:
        return RefusedError("yaml-alias", index, "a value that starts with * or & must be in quotes")
    if "tag" in context or "tag" in problem:
        return RefusedError("yaml-tag", index, "a value that starts with ! must be in quotes")
    if problem.startswith("mapping values are not allowed"):
        return RefusedError("yaml", index, "a ': ' inside a value: put the value in quotes")
    if "cannot start any token" in problem:
        return RefusedError("yaml", index, "a tab, @, ` or % where a value starts: use spaces, or quotes")
    if "nesting depth" in problem:  # newer libyaml gives up by itself, before our own count has begun
        return RefusedError("too-deep", index, f"nested deeper than {MAX_DEPTH}: flatten it")
    return RefusedError("yaml", index, f"not YAML, mend it: {problem}{' ' + context if context else ''}")


class _Open:
    """A list or mapping whose end has not come."""

    __slots__ = ("items", "key", "keys", "pairs", "start", "style")

    def __init__(self, style: str, start: int) -> None:
        self.style = style
        self.start = start
        self.items: list[Node] = []
        self.pairs: list[tuple[Node, Node]] = []
        self.key: Node | None = None
        self.keys: set[str] = set()

    def add(self, node: Node) -> None:
        if self.style in ("[", "-"):
            self.items.append(node)
        elif self.key is not None:
            self.pairs.append((self.key, node))
            self.key = None
        elif node.style == "" and node.text == "<<":
            raise RefusedError("yaml", node.start, "a merge key (<<) is not read: write its keys out")
        elif node.text in self.keys:
            raise RefusedError("duplicate-key", node.start, f"a key appears twice: {node.text}")
        else:
            self.keys.add(node.text)
            self.key = node

    def closed(self, end: int) -> Node:
        # the parser ends a block collection at the next token, past the comments that follow it
        if self.style == "-" and self.items:
            end = self.items[-1].end
        elif self.style == ":" and self.pairs:
            end = self.pairs[-1][1].end
        return Node(self.style, "", self.items, self.pairs, self.start, end)


def _compose(next_event: Callable[[], Any]) -> Node | None:
    from yaml.events import (
        DocumentEndEvent,
        MappingEndEvent,
        MappingStartEvent,
        ScalarEvent,
        SequenceEndEvent,
        SequenceStartEvent,
        StreamEndEvent,
    )

    next_event()
    event = next_event()
    if type(event) is StreamEndEvent:
        return None
    if event.explicit:
        raise RefusedError("yaml", event.start_mark.index, "a line that starts with --- or %: take it out")
    root: Node | None = None
    stack: list[_Open] = []
    for event in _let_in(next_event):
        kind = type(event)
        start = event.start_mark.index
        if kind is ScalarEvent:
            style = "" if event.style is None else event.style
            if style == '"' and any("\ud800" <= char <= "\udfff" for char in event.value):
                raise RefusedError("yaml", start, "an escape that is no character: take it out")
            node = Node(style, event.value, [], [], start, event.end_mark.index)
        elif kind is SequenceStartEvent or kind is MappingStartEvent:
            if len(stack) >= MAX_DEPTH:
                raise RefusedError("too-deep", start, f"nested deeper than {MAX_DEPTH}: flatten it")
            if stack and stack[-1].style in ("{", ":") and stack[-1].key is None:
                raise RefusedError("yaml", start, "a key that is no plain word: write one word and a colon")
            marks = "[-" if kind is SequenceStartEvent else "{:"
            stack.append(_Open(marks[0] if event.flow_style else marks[1], start))
            continue
        elif kind is SequenceEndEvent or kind is MappingEndEvent:
            node = stack.pop().closed(event.end_mark.index)
        else:
            assert kind is DocumentEndEvent
            break
        if stack:
            stack[-1].add(node)
        else:
            root = node
    event = next_event()
    if type(event) is not StreamEndEvent:
        raise RefusedError("yaml", event.start_mark.index, "a second YAML document: take it out")
    return root


def _let_in(next_event: Callable[[], Any]) -> Iterator[Any]:
    while True:
        event = next_event()
        if getattr(event, "anchor", None) is not None:
            message = "an anchor (&) or alias (*) is not read: put the value in quotes"
            raise RefusedError("yaml-alias", event.start_mark.index, message)
        if getattr(event, "tag", None) is not None:
            raise RefusedError(
                "yaml-tag", event.start_mark.index, "a tag (!) is not read: put the value in quotes"
            )
        yield event
