# ruff: noqa: E501 - the tables hold one case a line
"""Edits leave alone what they need not change, and refuse what they cannot do safely."""

import difflib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem.model.document import parse
from agentmem.model.editing import Edit, edit

HAND = """\
---
# by hand
id:   7k3m9qwpdx2v   # never change
kind: 'decision'
title: "Old: title"  # why
note: >-
  folded
  text

  # not a comment

tags: [ queue,  'post gres' ] # words
entities:
# at column 0
- JobQueue   # the queue

-   Worker
scope: [
    a/**,   # first
    b/**,   # second
    c/**    # third
  ]
cites:  # evidence
  - path: x.py
    quote: |
      def x():

  # between
  - {path: y.py}
empty:
custom: {a: [1, 2]}   # kept
last: plain text
  over lines # end
---

Body --- text
"""


def changed(text: str, *edits: Edit, body: str | None = None) -> list[str]:
    """The lines that ``edits`` take out and put in, as a diff has them."""
    after = edit(text.encode(), edits, body).decode()
    diff = difflib.ndiff(text.splitlines(keepends=True), after.splitlines(keepends=True))
    return [line[:2].strip() + line[2:].rstrip("\n") for line in diff if line[0] in "+-"]


CASES: list[tuple[Edit, list[str]]] = [
    (Edit("title", "set", "New"), ['-title: "Old: title"  # why', "+title: New  # why"]),
    (Edit("title", "set", "a: b"), ['-title: "Old: title"  # why', '+title: "a: b"  # why']),
    (Edit("title", "set", "a\nb"), ['-title: "Old: title"  # why', "+title: |-  # why", "+  a", "+  b"]),
    (Edit("title", "set", "Old: title"), []),
    (Edit("title", "delete"), ['-title: "Old: title"  # why']),
    (Edit("nothing", "delete"), []),
    (Edit("nothing", "remove", ["x"]), []),
    (Edit("nothing", "add", []), []),
    (Edit("note", "delete"), ["-note: >-", "-  folded", "-  text", "-", "-  # not a comment"]),
    (Edit("note", "set", "x"), ["-note: >-", "+note: x", "-  folded", "-  text", "-", "-  # not a comment"]),
    (Edit("status", "set", "proposed"), ["+status: proposed"]),
    (Edit("created", "set", "2026-02-10T14:03:22Z"), ["+created: 2026-02-10T14:03:22Z"]),
    (Edit("importance", "set", "4"), ["+importance: 4"]),
    (Edit("pin", "set", True), ["+pin: true"]),
    (Edit("other", "set", "4"), ['+other: "4"']),
    (Edit("tags", "add", ["new, er", "queue"]), [
        "-tags: [ queue,  'post gres' ] # words",
        "+tags: [ queue,  'post gres', \"new, er\" ] # words",
    ]),
    (Edit("tags", "add", ["queue"]), []),
    (Edit("tags", "remove", ["queue"]), ["-tags: [ queue,  'post gres' ] # words", "+tags: [ 'post gres' ] # words"]),
    (Edit("tags", "remove", ["post gres"]), ["-tags: [ queue,  'post gres' ] # words", "+tags: [ queue ] # words"]),
    (Edit("tags", "remove", ["queue", "post gres"]), ["-tags: [ queue,  'post gres' ] # words"]),
    (Edit("tags", "set", ["x", "z"]), ["-tags: [ queue,  'post gres' ] # words", "+tags: [x, z] # words"]),
    (Edit("tags", "set", ["queue", "z"]), ["-tags: [ queue,  'post gres' ] # words", "+tags: [ queue,  z ] # words"]),
    (Edit("tags", "set", []), ["-tags: [ queue,  'post gres' ] # words", "+tags: [] # words"]),
    (Edit("tags", "set", ["x" * 60, "y" * 60]), [
        "-tags: [ queue,  'post gres' ] # words", "+tags: # words", f"+  - {'x' * 60}", f"+  - {'y' * 60}",
    ]),
    (Edit("entities", "add", ["Lease", "no"]), ["+-   Lease", '+-   "no"']),
    (Edit("entities", "remove", ["JobQueue"]), ["-- JobQueue   # the queue"]),
    (Edit("entities", "remove", ["Worker"]), ["--   Worker"]),
    (Edit("entities", "set", ["Worker"]), ["-- JobQueue   # the queue"]),
    (Edit("entities", "set", "one"), ["-entities:", "+entities: one", "-- JobQueue   # the queue", "-", "--   Worker"]),
    (Edit("scope", "add", ["d/**"]), ["-    c/**    # third", "+    c/**, d/**    # third"]),
    (Edit("scope", "remove", ["a/**"]), ["-    a/**,   # first"]),
    (Edit("scope", "remove", ["c/**"]), ["-    c/**    # third"]),
    (Edit("scope", "remove", ["a/**", "c/**"]), ["-    a/**,   # first", "-    c/**    # third"]),
    (Edit("cites", "remove", [{"path": "y.py"}]), ["-  - {path: y.py}"]),
    (Edit("cites", "remove", [{"path": "x.py", "quote": "def x():\n"}]), [
        "-  - path: x.py", "-    quote: |", "-      def x():",
    ]),
    (Edit("cites", "add", [{"path": "z.py", "quote": "a\nb\n"}]), [
        "+  - path: z.py", "+    quote: |", "+      a", "+      b",
    ]),
    (Edit("empty", "set", "x"), ["-empty:", "+empty: x"]),
    (Edit("empty", "add", ["x"]), ["-empty:", "+empty: [x]"]),
    (Edit("empty", "remove", ["x"]), []),
    (Edit("empty", "set", None), []),
    (Edit("custom", "set", None), ["-custom: {a: [1, 2]}   # kept", "+custom:    # kept"]),
    (Edit("last", "set", "x"), ["-last: plain text", "-  over lines # end", "+last: x # end"]),
    (Edit("last", "add", ["x"]), ["-last: plain text", "-  over lines # end", "+last: [plain text over lines, x] # end"]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "diff"), CASES, ids=range(len(CASES)))
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_only_the_lines_of_the_edit_change(change: Edit, diff: list[str], newline: str) -> None:
    """One edit of a hand-written file gives exactly this diff, in LF and in CRLF."""
    found = changed(HAND.replace("\n", newline), change)
    assert sorted(line.rstrip("\r") for line in found) == sorted(diff)
    assert newline == "\n" or all(line.endswith("\r") for line in found)


@pytest.mark.parametrize(
    ("before", "edits", "after"),
    [
        ("---\n---\n", [Edit("id", "set", "x")], "---\nid: x\n---\n"),
        ("---\n---", [Edit("id", "set", "x")], "---\nid: x\n---"),
        ("---\n# c\n---\n", [Edit("tags", "add", ["x", "x"])], "---\n# c\ntags: [x]\n---\n"),
        ("", [Edit("id", "set", "x")], "---\nid: x\n---\n"),
        ("# T\r\n", [Edit("id", "set", "x")], "---\r\nid: x\r\n---\r\n# T\r\n"),
        ("\ufeff# T", [Edit("id", "set", "x")], "\ufeff---\nid: x\n---\n# T"),
        ("# T", [Edit("id", "delete")], "# T"),
        ("---\nby: me\n---\n", [Edit("id", "set", "x")], "---\nby: me\nid: x\n---\n"),
        ("---\nid: a\nx: y\n---\n", [Edit("by", "set", "b"), Edit("kind", "set", "fact")], "---\nid: a\nkind: fact\nby: b\nx: y\n---\n"),
        ("---\n  id: a\n  x: y\n---\n", [Edit("title", "set", "a\nb")], "---\n  id: a\n  title: |-\n    a\n    b\n  x: y\n---\n"),
        ("---\nid: a\n  # c\n---\n", [Edit("title", "set", "a\nb")], '---\nid: a\ntitle: "a\\nb"\n  # c\n---\n'),
        ("---\ntags: a # c\n---\n", [Edit("tags", "add", ["b"])], "---\ntags: [a, b] # c\n---\n"),
        ("---\ntags: a # c\n---\n", [Edit("tags", "remove", ["a"])], "---\n---\n"),
        ("---\ntags:   # c\n---\n", [Edit("tags", "add", ["b"])], "---\ntags: [b]   # c\n---\n"),
        ("---\ntags: [] # c\n---\n", [Edit("tags", "add", ["b"])], "---\ntags: [b] # c\n---\n"),
        ("---\ntags: [a, b,] # c\n---\n", [Edit("tags", "add", ["c"])], "---\ntags: [a, b, c,] # c\n---\n"),
        ("---\ntags: [a, b,] # c\n---\n", [Edit("tags", "remove", ["b"])], "---\ntags: [a,] # c\n---\n"),
        ("---\ntags: [\n  a,\n  b, # c\n]\n---\n", [Edit("tags", "add", ["c"])], "---\ntags: [\n  a,\n  b, c, # c\n]\n---\n"),
        ("---\ntags: [a, b,\n  c]\n---\n", [Edit("tags", "remove", ["b"])], "---\ntags: [a,\n  c]\n---\n"),
        ("---\ntags: [a,\n  b]\n---\n", [Edit("tags", "remove", ["b"])], "---\ntags: [a,\n]\n---\n"),
        ("---\ntags: [a, a, b]\n---\n", [Edit("tags", "remove", ["a"])], "---\ntags: [b]\n---\n"),
        ("---\ntags:\n  -\n    a\n  - b\n---\n", [Edit("tags", "remove", ["a"])], "---\ntags:\n  - b\n---\n"),
        ("---\ntags:\n    - a\n---\n", [Edit("tags", "set", ["b"])], "---\ntags:\n    - b\n---\n"),
        ("---\ntitle:\n  old # c\n---\n", [Edit("title", "set", "new")], "---\ntitle:\n  new # c\n---\n"),
        ("---\ntitle: | # c\n  a\n\nx: y\n---\n", [Edit("title", "set", "b")], "---\ntitle: b # c\n\nx: y\n---\n"),
        ("---\ntitle: |+\n  a\n\nx: y\n---\n", [Edit("title", "set", "b")], "---\ntitle: b\nx: y\n---\n"),
        ("---\ntitle: |+\n  a\n\nx: y\n---\n", [Edit("by", "set", "b")], "---\ntitle: |+\n  a\n\nby: b\nx: y\n---\n"),
        ("---\ntitle: |\n---\n", [Edit("title", "set", "b\nc\n")], "---\ntitle: |\n  b\n  c\n---\n"),
        ("---\ntitle: a\nx: y\n---\n", [Edit("title", "set", "b\n\n")], '---\ntitle: "b\\n\\n"\nx: y\n---\n'),
        ('---\n"title" : "a\\\n  b"\n---\n', [Edit("title", "set", "c")], '---\n"title" : c\n---\n'),
        ("---\nx:\n  # c\n  a: b\n---\n", [Edit("x", "set", {"d": "e"})], "---\nx:\n  # c\n  d: e\n---\n"),
        ("---\rid: a\r---\rx", [Edit("by", "set", "b")], "---\rid: a\rby: b\r---\rx"),
        ("---\nid: é 😀\nx: y\n---\n", [Edit("x", "set", "ü")], "---\nid: é 😀\nx: ü\n---\n"),
    ],
)  # fmt: skip
def test_ugly_files(before: str, edits: list[Edit], after: str) -> None:
    """Each of these concrete files comes out to the byte."""
    assert edit(before.encode(), edits).decode() == after


@pytest.mark.parametrize(
    ("before", "body", "after"),
    [
        ("---\na: b\n---\n\nold\n", "new\n\nx\n", "---\na: b\n---\nnew\n\nx\n"),
        ("---\na: b\n---\nold", "new\n", "---\na: b\n---\nnew"),
        ("---\na: b\n---", "new", "---\na: b\n---\nnew\n"),
        ("---\na: b\n---\n", "new", "---\na: b\n---\nnew\n"),
        ("---\r\na: b\r\n---\r\nold\r\n", "n\nm", "---\r\na: b\r\n---\r\nn\r\nm\r\n"),
        ("---\na: b\n---\nold\n", "", "---\na: b\n---\n"),
        ("\ufeffold\n", "new", "\ufeffnew\n"),
        ("---\na: b\n---\nold\n", "---\nx: y\n---\n", "---\na: b\n---\n---\nx: y\n---\n"),
    ],
)
def test_the_body_is_replaced(before: str, body: str, after: str) -> None:
    """A new body takes the file's newlines and its way to end."""
    assert edit(before.encode(), [], body).decode() == after


@pytest.mark.parametrize(
    ("data", "change", "body"),
    [
        (b"---\na: b\na: c\n---\n", Edit("a", "set", "x"), None),
        (b"---\na: b\n", Edit("a", "set", "x"), None),
        (b"---\na: \xff\n---\n", Edit("a", "set", "x"), None),
        (b"---\n{a: b}\n---\n", Edit("a", "set", "x"), None),
        (b"---\n? a\n: b\n---\n", Edit("a", "set", "x"), None),
        (b"---\na: {b: c}\n---\n", Edit("a", "add", ["x"]), None),
        (b"---\na: b\n---\n", Edit("a", "add", "x"), None),
        (b"---\na: b\n---\n", Edit("a", "set", "\ud800"), None),
        (b"---\na: b\n---\n", Edit("a", "set", [[[[[["x"]]]]]]), None),
        (b"---\na: b\n---\n", Edit("a", "set", "x" * 70_000), None),
        (b"---\na: b\n---\n", Edit("a", "set", "x"), "\0"),
        (b"x", None, "---\na: b\n---\n"),
    ],
)
def test_what_cannot_be_done_safely_is_refused(data: bytes, change: Edit | None, body: str | None) -> None:
    """Broken files, forms without places, and results that would read back wrong are a ValueError."""
    with pytest.raises(ValueError, match=r"\w"):
        edit(data, [change] if change else [], body)


@given(st.one_of(st.binary(max_size=200), st.sampled_from([HAND.encode(), b"---\na: b\na: c\n---\n"])))
@settings(deadline=None, max_examples=100)
def test_no_edit_is_no_change(data: bytes) -> None:
    """No edits give the same bytes, whatever they are."""
    assert edit(data, []) == data


WORDS = st.sampled_from(["a", "b c", "no", "x: y", "é#", "it's", "12", "**/x", "a,b", "", "ünï", "[z]", "-"])


def single(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def double(word: str) -> str:
    return '"' + word + '"'


QUOTED = st.builds(lambda word, quote: quote(word), WORDS, st.sampled_from([single, double]))
PLAIN = st.sampled_from(["a", "b c", "no", "x:y", "é", "12", "a-b"])
ATOM = st.one_of(QUOTED, PLAIN)
COMMENT = st.sampled_from(["", "", " # why", "   #x"])
BLANK = st.sampled_from([[], [], [""], ["# c"], ["  # indented"], ["", "# c", ""]])


@st.composite
def block_list(draw: st.DrawFn) -> list[str]:
    indent = draw(st.sampled_from(["", "  ", "    "]))
    gap = draw(st.sampled_from([" ", "   "]))
    items = draw(st.lists(ATOM, min_size=1, max_size=4))
    lines = [draw(COMMENT)]
    for item in items:
        lines += [f"{indent}-{gap}{item}{draw(COMMENT)}", *draw(BLANK)]
    return lines


@st.composite
def flow_list(draw: st.DrawFn) -> list[str]:
    items = draw(st.lists(ATOM, max_size=4))
    comma = draw(st.sampled_from(["", ","])) if items else ""
    if draw(st.booleans()):
        pad = draw(st.sampled_from(["", " "]))
        return [f" [{pad}{', '.join(items)}{comma}{pad}]{draw(COMMENT)}"]
    lines = [f" [{draw(COMMENT)}"]
    for i, item in enumerate(items):
        lines.append(f"  {item}{',' if i < len(items) - 1 else comma}{draw(COMMENT)}")
    return [*lines, f"  ]{draw(COMMENT)}"]


SCALAR = st.builds(lambda atom, comment: [f" {atom}{comment}"], ATOM, COMMENT)
BLOCK = st.builds(
    lambda style, lines: [f" {style}", *lines],
    st.sampled_from(["|", "|-", "|+", ">", ">-", "| # c", "|2"]),
    st.lists(st.sampled_from(["  text", "", "    more", "  # no comment", "  k: v"]), max_size=4),
).filter(lambda lines: not lines[1:] or lines[1] in ("  text", "  k: v"))
NESTED = st.sampled_from(
    [["", "  a: b", "  c:", "    - d # e"], [" {a: [b]}"], [""], [" # nothing"], ["", "  below # c"]]
)
VALUE = st.one_of(SCALAR, SCALAR, block_list(), flow_list(), BLOCK, NESTED)
KEYS = ["id", "kind", "title", "tags", "entities", "scope", "unknown", "x y", "importance"]


@st.composite
def files(draw: st.DrawFn) -> str:
    lines = ["---", *draw(BLANK)]
    for key in draw(st.permutations(KEYS))[: draw(st.integers(0, 6))]:
        first, *rest = draw(VALUE)
        lines += [f"{key}:{first}", *rest, *draw(BLANK)]
    text = "\n".join([*lines, "---", *draw(st.sampled_from([[], [""], ["", "# Body", "--- x", ""]]))])
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return draw(st.sampled_from(["", "\ufeff"])) + text.replace("\n", newline)


def split_lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")


TARGET = st.sampled_from([*KEYS, "by", "expires", "fresh"])
NEW = st.one_of(
    WORDS, st.lists(WORDS, max_size=3, unique=True), st.sampled_from(["a\nb", "a\n\n  b\n", "x\n\n", " y\nz"])
)


@given(files(), TARGET, NEW)
@settings(deadline=None, max_examples=250)
def test_set_and_delete_leave_other_lines_alone(text: str, key: str, value: object) -> None:
    """The lines outside the key's own are the same before and after, and so are the other keys."""
    before = parse(text.encode())
    assert before.problems == ()
    for change in (Edit(key, "set", value), Edit(key, "delete")):
        after = edit(text.encode(), [change]).decode()
        found = parse(after.encode())
        assert found.meta.get(key) == (value if change.op == "set" else None)
        assert {k: v for k, v in found.meta.items() if k != key} == {
            k: v for k, v in before.meta.items() if k != key
        }
        (lines, comments), (lines_after, _) = outside(text, key), outside(after, key)
        assert lines == lines_after
        assert not Counter(comments) - Counter(split_lines(after))
        assert after.startswith("\ufeff") == text.startswith("\ufeff")
        assert after.endswith("\n") == text.endswith("\n")
        assert "\r\n" not in text or "\n" not in after.replace("\r\n", "")
        assert edit(after.encode(), [change]).decode() == after


def outside(text: str, key: str) -> tuple[list[str], list[str]]:
    """The lines that are not of ``key`` and its value, and those comments that do not stand within it."""
    found = parse(text.encode())
    lines = split_lines(text)
    own = range(0)
    if key in found.lines:
        start = found.lines[key] - 1
        later = [line - 1 for line in found.lines.values() if line - 1 > start]
        end = min(later) if later else lines.index("---", start)
        while loose(lines[end - 1]):
            end -= 1
        own = range(start, end)
    rest = [line for i, line in enumerate(lines) if i not in own]
    return [line for line in rest if not loose(line)], [line for line in rest if line.startswith("#")]


def loose(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


@given(files(), st.sampled_from([*KEYS, "fresh"]), st.lists(WORDS, min_size=1, max_size=3, unique=True))
@settings(deadline=None, max_examples=250)
def test_add_then_remove_gives_the_same_values(text: str, key: str, items: list[str]) -> None:
    """What add puts in, remove takes out; the other items' text and the other lines stay."""
    before = parse(text.encode())
    old = before.meta.get(key)
    if isinstance(old, dict):
        return
    had = old if isinstance(old, list) else [] if old is None else [old]
    new = [item for item in items if item not in had]
    added = edit(text.encode(), [Edit(key, "add", items)])
    assert parse(added).meta.get(key) == ([*had, *new] if new else old)
    removed = edit(added, [Edit(key, "remove", new)])
    kept = dict(before.meta)
    if new:
        kept[key] = had
        if not had:
            del kept[key]
    assert parse(removed).meta == kept
    if isinstance(old, list) and had and new:
        lines, after = split_lines(text), split_lines(added.decode())
        gone = [line for line in difflib.ndiff(lines, after) if line.startswith("- ")]
        assert len(gone) <= 1
