"""What a file's bytes say, and that no bytes can hurt the reader."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agentmem.model import document, emitting, fields, yamltree
from agentmem.model.document import parse

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
LOOK_ALIKES = """no Yes y on null ~ 1e3 12345e678901 123456789012 0o7 010 0x1F 1_000 40:52 -1 +.5
    .inf .NaN 2026-01-01
    2026-01-01T10:00:00Z = << - ? : a: [a] {a} &a *a !a | > %a @a `a 'a "a" --- ... #a a#b a,b é 👩\u200d💻
    \U0001f600 C:\\x true 0b1 1. 1.5. \ufeff \u200b \x00 \x07 \x7f \ufffe \u200e 0? a?b"""
UGLY = st.one_of(
    st.sampled_from(LOOK_ALIKES.split()),
    st.sampled_from(
        ["", "- x", ": ", "a: b", " # x", "a #b", " lead", "trail ", "[", "a, b", "日本\u3000語"]
    ),
    st.sampled_from(
        ["tab\there", "\x85", "\u2028", "\u2029", "2026-1-2 3:04:05", "a\nb", "a\nb\n", "a\n\nb\n\n"]
    ),
    st.sampled_from(["\n", "\n\na", "  a\nb", " \n ", "a\r\nb", "a\n  \n b", "\ta\nb", "a\n---\nb"]),
)
STRINGS = st.one_of(
    UGLY, TEXT, st.tuples(UGLY, TEXT, UGLY).map("".join), st.tuples(TEXT, UGLY).map("\n".join)
)
VALUES = st.recursive(
    st.one_of(STRINGS, st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(STRINGS, inner, max_size=3)),
    max_leaves=8,
)
FREE_KEYS = STRINGS.filter(lambda key: key not in fields.BY_NAME)
METAS = st.dictionaries(
    st.one_of(st.sampled_from(["id", "title", "tags", "cites"]), FREE_KEYS), VALUES, max_size=5
)


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@given(
    st.one_of(st.binary(max_size=300), st.binary(max_size=200).map(lambda b: b"---\n" + b + b"\n---\nbody"))
)
@settings(deadline=None, max_examples=300)
def test_parse_takes_any_bytes(data: bytes) -> None:
    """Whatever the bytes, parse gives a document and keeps them."""
    assert parse(data).raw == data


def pure_handler() -> Any:
    """Our reader over PyYAML's own loader, for machines that have no libyaml."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(yaml, "CSafeLoader")
        return yamltree._handler.__wrapped__()


PURE = pure_handler()
NOISE = st.text(alphabet="ab:-?|>[]{},#&*!%'\" \t\r\n\x85\u2028~<=.é\ufeff", max_size=80)


@given(NOISE, st.sampled_from(["k: [a,\n b]\n", "k: |\n  a\n\n# c\n", "k:\n- a # c\n", ""]))
@settings(deadline=None, max_examples=300)
def test_the_pure_loader_sees_the_same_places(noise: str, block: str) -> None:
    """With and without libyaml, a block that both let in has the same values at the same places."""
    try:
        ours, theirs = yamltree.read(block + noise), PURE.load(block + noise)
    except yamltree.RefusedError:
        return
    assert ours == theirs


@given(NOISE)
@settings(deadline=None, max_examples=400)
def test_noise_is_a_problem_or_a_value(block: str) -> None:
    """YAML-like noise never raises, and its problem's line is one of the file's."""
    found = parse(f"---\n{block}\n---\n".encode())
    for problem in found.problems:
        assert 1 <= problem.line <= document.count_newlines(found.text) + 1
        assert found.meta == {}


@given(STRINGS)
@settings(deadline=None, max_examples=400)
@example("\x85")
def test_scalar_reads_back(value: str) -> None:
    """A string written as one scalar is the same string to our reader and to any safe YAML loader."""
    for flow in (False, True):
        written = emitting.scalar(value, flow=flow)
        assert "\n" not in written
        block = f"k: [{written}]\n" if flow else f"k: {written}\n"
        wanted = [value] if flow else value
        assert yaml.safe_load(block) == {"k": wanted}
        assert yaml.load(block, Loader=yaml.CSafeLoader) == {"k": wanted}
        assert parse(f"---\n{block}---\n".encode()).meta == {"k": wanted}
    assert yaml.safe_load(emitting.scalar(value)) == value


@given(METAS, STRINGS)
@settings(deadline=None, max_examples=400)
def test_compose_reads_back(meta: dict[str, object], body: str) -> None:
    """What compose writes is read back equal, by us and by a safe YAML loader."""
    if depth(meta) > yamltree.MAX_DEPTH or "\0" in body:
        return
    data = emitting.compose(meta, body)
    assert data.endswith(b"\n") and not data.endswith(b"\n\n")
    found = parse(data)
    assert found.problems == ()
    assert found.meta == meta
    assert list(found.meta) == list(meta)
    assert found.body == parse(b"---\n---\n" + body.encode()).body
    assert (yaml.safe_load(emitting.front_matter(meta)) or {}) == meta


DESIGN = """\
---
id: 7k3m9qwpdx2v
kind: decision
title: Workers claim jobs with SKIP LOCKED, not with a lock table
created: 2026-02-10T14:03:22Z
by: api-agent
branch: feature/queue
tags: [queue, postgres]
scope: [server/src/queue/**]
cites:
  - path: server/src/queue/claim.ts
    symbol: JobQueue.claimNext
    lines: 40-52
    commit: 3f2a9c1
    hash: 9f86d081884c7d65
    quote: |
      async claimNext(worker: WorkerId) {
      …
supersedes: [h5t0w2c8r1kx]
importance: 4
pin: true
---
A lock table needed a sweeper.
"""


def test_the_design_s_example_is_written_as_it_is_read() -> None:
    """The shape of the design is what compose writes, to the byte."""
    found = parse(DESIGN.encode())
    meta = {**found.meta, "importance": 4, "pin": True}
    assert emitting.compose(meta, found.body).decode() == DESIGN
    assert emitting.compose(found.meta, found.body).decode() == DESIGN
    assert found.lines["cites"] == 10
    assert found.lines["pin"] == 21
    assert found.body_line == 23


@pytest.mark.parametrize(
    ("meta", "lines"),
    [
        ({"id": "123456789012"}, 'id: "123456789012"'),
        ({"id": "12345e678901"}, 'id: "12345e678901"'),
        ({"id": "0123456789ab"}, "id: 0123456789ab"),
        ({"title": "2026-01-01"}, 'title: "2026-01-01"'),
        ({"expires": "2026-01-01"}, "expires: 2026-01-01"),
        ({"expires": "2026-02-30"}, 'expires: "2026-02-30"'),
        ({"expires": "soon: x"}, 'expires: "soon: x"'),
        ({"note": "a\nb"}, "note: |-\n  a\n  b"),
        ({"note": " a\nb\n"}, "note: |2\n   a\n  b"),
        ({"note": "a\r\nb"}, 'note: "a\\r\\nb"'),
        ({"tags": []}, "tags: []"),
        ({"tags": ["a,b", "c"]}, 'tags: ["a,b", c]'),
        ({"x": None}, "x:"),
        ({"tags": ["w" * 50, "v" * 50]}, f"tags:\n  - {'w' * 50}\n  - {'v' * 50}"),
        ({"x": {"a": {"b": "c"}, "d": ["e"]}}, "x:\n  a:\n    b: c\n  d: [e]"),
    ],
)
def test_values_are_written_plainly(meta: dict[str, object], lines: str) -> None:
    """Quotes appear where another reader would see something else, and only there."""
    assert emitting.front_matter(meta) == lines + "\n"


@pytest.mark.parametrize("value", ["\ud800", 1.5, b"x"])
def test_what_a_file_cannot_hold_is_refused(value: object) -> None:
    """Half a surrogate pair and foreign types are an error, not a broken file."""
    with pytest.raises(ValueError, match=r"take|give text"):
        emitting.compose({"x": value}, "")


@pytest.mark.parametrize(
    ("data", "meta", "body", "body_line"),
    [
        (b"", {}, "", 1),
        (b"# Note\n\ntext\n\n", {}, "# Note\n\ntext", 1),
        (b"\n\n  code\n", {}, "  code", 3),
        (b"---\n---\n", {}, "", 3),
        (b"---\n---", {}, "", 2),
        (b"---\n# only a comment\n---\nx", {}, "x", 4),
        (b"\xef\xbb\xbf---  \r\na: b\r\n---\t\r\n\r\nx\r\ny\r\n", {"a": "b"}, "x\ny", 5),
        (b"---\ra: b\r---\rx\ry", {"a": "b"}, "x\ny", 4),
        (b"---\na: b\r\nc: d\n...\nx", {"a": "b", "c": "d"}, "x", 5),
        (
            b"---\na:\nb: ~\nc: null\nd: ''\ne: no\nf: 010\n---",
            {"a": None, "b": None, "c": None, "d": "", "e": "no", "f": "010"},
            "",
            8,
        ),
        (
            b"---\na: >\n  x\n  y\nb: 'it''s'\nc: \"\\u00e9\"\n---\n",
            {"a": "x y\n", "b": "it's", "c": "é"},
            "",
            8,
        ),
        (b"---\n{a: [b, 1], c: {d: 2026-01-01}}\n---\n", {"a": ["b", "1"], "c": {"d": "2026-01-01"}}, "", 4),
        (b"----\nx\n---\n", {}, "----\nx\n---", 1),
        (b" ---\nx", {}, " ---\nx", 1),
    ],
)
def test_files_as_people_write_them(data: bytes, meta: dict[str, object], body: str, body_line: int) -> None:
    """Each newline style, BOM, empty part and YAML style is read, with all scalars as strings."""
    found = parse(data)
    assert (found.problems, found.meta, found.body, found.body_line) == ((), meta, body, body_line)


BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
)

BROKEN = [
    ("a: b\n", "unclosed", 1),
    ("a: b\nc: d: e\n---\n", "yaml", 3),
    ("a: b\nc: 'x\nd: e\n---\n", "yaml", 3),
    ("a: b\nc: [x, y\nd: e\n---\n", "yaml", 3),
    ("a: b\nno colon\nd: e\n---\n", "yaml", 3),
    ("a: b\nc: @x\n---\n", "yaml", 3),
    ("a: b\n\tc: x\n---\n", "yaml", 3),
    ("a: b\nc: \x07\n---\n", "yaml", 3),
    ("a: b\n\ufeffc: d\n---\n", "yaml", 3),
    ("a: b\n<<: {c: d}\n---\n", "yaml", 3),
    ("a: b\n? [x]\n: y\n---\n", "yaml", 3),
    ("a: b\n--- x\nc: d\n---\n", "yaml", 3),
    ("a: b\nc: !!python/object/apply:os.system [x]\n---\n", "yaml-tag", 3),
    ("a: b\nc: !!str x\n---\n", "yaml-tag", 3),
    ("a: b\nc: !foo x\n---\n", "yaml-tag", 3),
    ("a: b\nc: !e!foo x\n---\n", "yaml-tag", 3),
    ("a: b\nc: ! x\n---\n", "yaml-tag", 3),
    ("a: b\nc: &x y\n---\n", "yaml-alias", 3),
    ("a: b\nc: [d, *x]\n---\n", "yaml-alias", 3),
    ("a: b\nc: [*.py]\n---\n", "yaml-alias", 3),
    ("a: b\nc: **/x\n---\n", "yaml-alias", 3),
    (f"#\n{BOMB}---\n", "yaml-alias", 3),
    ("a: b\na: c\n---\n", "duplicate-key", 3),
    ("a: b\n'a': c\n---\n", "duplicate-key", 3),
    ("a:\n  b: {c: d, c: e}\n---\n", "duplicate-key", 3),
    ("a: b\nc: [[[[[x]]]]]\n---\n", "", 0),
    ("a: b\nc: [[[[[[x]]]]]]\n---\n", "too-deep", 3),
    ("a: b\nc: " + "[" * 60000 + "\n---\n", "too-deep", 3),
    ("a: b\n" + "- " * 30000 + "\n---\n", "yaml", 3),
    ("- " * 30000 + "\n---\n", "too-deep", 2),
    ("a: b\nc: " + "{a: " * 9 + "\n---\n", "too-deep", 3),
    ("#\n- a\n---\n", "not-a-mapping", 3),
    ("#\nword\n---\n", "not-a-mapping", 3),
    ("a: " + "x" * 70000 + "\n---\n", "too-large", 2),
    ("a: " + "é" * 40000 + "\n---\n", "too-large", 2),
    ("a: b\nc: \0\n---\n", "binary", 3),
]


VALUES = st.one_of(
    st.text(alphabet="abZ019é中:#,[]{}'\"&*!|>%@`-?~./_ \t\x85\xa0\u2028<=", max_size=9),
    st.lists(st.text(alphabet="ab1 ./*_-:#", max_size=4), max_size=3).map(
        lambda words: f"[{', '.join(words)}]"
    ),
    st.sampled_from(
        ["2026-02-10T14:03:22Z", "null", "~", "a: b", "a #b", "a:", "[a,b]", "[]", "[a b]", "a, b [c]"]
    ),
)
KEYS = st.sampled_from(["id", "title", "tags", "null", "y", "a_b", "A", "<<"])
LINES = st.lists(st.tuples(KEYS, st.sampled_from([": ", ":", ":  "]), VALUES).map("".join), max_size=4)


@given(LINES, st.sampled_from(["\n", "", "\n\n", "\n "]))
@settings(max_examples=300)
def test_what_is_read_without_yaml_is_read_as_yaml(lines: list[str], end: str) -> None:
    """What the short way takes, YAML reads as the same tree, place for place; the rest is left to it."""
    block = "\n".join(lines) + end
    found = yamltree._plain(block)
    if found is not None and not yamltree._unreadable(False).search(block):
        assert found == yamltree._handler().load(block)


def test_what_the_tool_writes_is_read_without_yaml() -> None:
    """A plain memory of ours takes the short way."""
    block = "id: 7k3m9qwpdx2v\nkind: fact\ntitle: It's café, not tea (v1.2)\ncreated: 2026-02-10T14:03:22Z\ntags: [a, b c]\n"
    found = yamltree._plain(block)
    assert found is not None and found.plain() == {
        "id": "7k3m9qwpdx2v",
        "kind": "fact",
        "title": "It's café, not tea (v1.2)",
        "created": "2026-02-10T14:03:22Z",
        "tags": ["a", "b c"],
    }


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("text", "code", "line"), BROKEN, ids=range(len(BROKEN)))
@pytest.mark.parametrize("loader", ["c", "pure"])
def test_what_is_not_let_in(
    text: str, code: str, line: int, newline: str, loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each violation is one problem with its code and line, an empty meta, and the body all the same."""
    if loader == "pure":
        monkeypatch.delattr(yaml, "CSafeLoader")
    yamltree._handler.cache_clear()
    try:
        found = parse(f"---\n{text}body\n".replace("\n", newline).encode())
    finally:
        yamltree._handler.cache_clear()
    assert [(p.code, p.line) for p in found.problems] == ([(code, line)] if code else [])
    assert found.body.endswith("body")
    assert not code or (found.meta == {} and found.lines == {})


def test_a_problem_says_what_and_what_to_do() -> None:
    """Messages are one short line."""
    assert parse(b"---\ntitle: a\ntitle: b\n---\n").problems[0].message == "a key appears twice: title"
    for text, code, _ in BROKEN:
        if code:
            message = parse(f"---\n{text}".encode()).problems[0].message
            assert len(message) < 120 and "\n" not in message


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"---\na: \xff\n---\nx\n", "encoding", 2),
        (b"---\na: b\n---\nx\r\n\xc3(\n", "encoding", 5),
        ("---\na: b\n---\n".encode("utf-16"), "binary", 1),
    ],
)
def test_other_encodings_are_told(data: bytes, code: str, line: int) -> None:
    """A file that is no UTF-8 is a problem with its line, decoded as far as it goes."""
    found = parse(data)
    assert [(p.code, p.line) for p in found.problems] == [(code, line)]
    assert found.meta == {}
    assert found.text


def garbage(size: int) -> Iterator[bytes]:
    """Some ``size`` bytes each of what nobody means, the last three of a few kilobytes; ``benchmarks/growth.py`` times them."""
    yield b"---\n" + b"[" * size
    yield b"---\n" + b"[" * size + b"\n---\n"
    yield b"---\n" * (size // 4)
    yield b"---" + b" " * size + b"x"
    yield b"\n" * size
    yield b"---\na: b\n---\n" + b"\r\n " * (size // 3)
    yield bytes(range(256)) * (size // 256)
    yield bytes(range(1, 256)) * (size // 256)
    yield b"---\n" + b"a: &a b\n" * (size // 8) + b"---\n"
    yield b"---\n" + b"[" * 65_000 + b"\n---\n"
    yield b"---\n" + b"a:\n" * 20_000 + b"---\n"
    yield b"---\n" + b"".join(b" " * i + b"a:\n" for i in range(300)) + b"---\n"


@pytest.mark.parametrize("number", range(12))
def test_five_megabytes_of_garbage(number: int) -> None:
    """No file of 5 MB makes it fail, and none has more fields than it names."""
    data = list(garbage(5_000_000))[number]
    found = parse(data)
    assert set(found.meta) <= {"a"} and (found.problems or found.text or found.meta)


def test_reading_yaml_is_imported_late() -> None:
    """The emitter has no need of a YAML library."""
    import subprocess

    code = "import sys, agentmem.model.editing; assert not {'yaml', 'frontmatter'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
