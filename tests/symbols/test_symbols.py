"""One contract for both finders behind the symbols port: tree-sitter and the line scanners name the same things.

Tree-sitter is an extra and not among the tools of `.ci/run`: its half is skipped there. To run it, install
`.[symbols]` into an environment of its own.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem import symbols
from agentmem.symbols import Symbol, enclosing, language_of, named, treesitter
from agentmem.symbols.languages import NAMES
from agentmem.symbols.plain import PlainFinder
from tests.symbols.shapes import SHAPES
from tests.symbols.sources import SOURCES

_NAMES = """
a.py a.js a.ts a.tsx a.go a.rs a.java a.c a.cc a.cs a.rb a.php a.sh a.sql a.md Makefile Dockerfile
"""
PATHS = _NAMES.split()
_MARKS = """
{ } ( ) [ ] < > ; : , = => " ' ` ${ / /* */ // # @ ``` <?php ?> $$ end #if #else #endif é 队
"""
_WORDS = [
    "def f",
    "class A",
    "function g",
    "const x",
    "fn h",
    "impl T",
    "func ",
    "type T",
    "create table t",
    "<<EOF\n",
    "EOF\n",
]
_ODD = ["\\", "\n", "\r\n", "\r", "\t", "  ", "\f", "\ufeff", "\x00", "\ud800", "\u2028"]
PIECES = st.sampled_from([*_MARKS.split(), *_WORDS, *_ODD])


@pytest.fixture(scope="module", params=["plain", "tree-sitter"])
def finder(request):
    """Each of the two finders."""
    if request.param == "plain":
        return PlainFinder()
    found = treesitter.load()
    if found is None:
        pytest.skip("tree-sitter is not installed")
    return found


def table(text):
    """The rows of an expectation as symbols."""
    rows = (row.split(" | ") for row in text.strip().splitlines())
    return [Symbol(name, kind, int(start), int(end)) for name, kind, start, end in rows]


@pytest.mark.parametrize("path", SOURCES)
def test_sources(finder, path):
    """A realistic source of each language gives exactly its symbols."""
    text, wanted = SOURCES[path]
    assert finder.symbols(path, text) == table(wanted)


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(finder, shape):
    """A shape of real code gives exactly its symbols, with line ends of either kind."""
    path, text, wanted = SHAPES[shape]
    assert finder.symbols(path, text) == table(wanted)
    assert finder.symbols(path, text.replace("\n", "\r\n")) == table(wanted)


@pytest.mark.parametrize("path", SOURCES)
def test_crlf_changes_nothing(finder, path):
    """Line ends of Windows give the same symbols on the same lines."""
    text, wanted = SOURCES[path]
    assert finder.symbols(path, text.replace("\r", "").replace("\n", "\r\n")) == table(wanted)


@pytest.mark.parametrize("path", SOURCES)
def test_lines_above_shift_ranges(finder, path):
    """Seven empty lines above shift each range by seven and change nothing else."""
    text, wanted = SOURCES[path]
    if text.startswith(("---", "<")):
        pytest.skip("front matter, and text outside of PHP, is at the beginning or is none")
    shifted = [s._replace(start=s.start + 7, end=s.end + 7) for s in table(wanted)]
    assert finder.symbols(path, "\n" * 7 + text) == shifted


@pytest.mark.parametrize("path", SOURCES)
def test_names_stand_in_their_first_lines(finder, path):
    """The last part of a name stands in the first three lines of its range; or behind it, for a typedef."""
    text, _ = SOURCES[path]
    lines = text.split("\n")
    for symbol in finder.symbols(path, text):
        head = "\n".join([*lines[symbol.start - 1 : symbol.start + 2], lines[symbol.end - 1]]).replace(
            "#", ""
        )
        last = symbol.name if symbol.kind == "heading" else symbol.name.rpartition(".")[2]
        assert "".join(last.split()) in "".join(head.split()), symbol


@pytest.mark.parametrize("path", SOURCES)
def test_sources_are_nested(finder, path):
    """Two ranges are apart or one holds the other; they may share a line at which one ends and the next begins."""
    found = finder.symbols(path, SOURCES[path][0])
    assert nested(found)
    assert found == sorted(found, key=lambda symbol: (symbol.start, -symbol.end))


def nested(found):
    ends = []
    for symbol in found:
        while ends and ends[-1] <= symbol.start:
            ends.pop()
        if ends and symbol.end > ends[-1]:
            return False
        ends.append(symbol.end)
    return True


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=60)
@given(st.one_of(st.text(), st.lists(PIECES, max_size=60).map("".join)))
def test_any_text(finder, path, text):
    """Any text gives ranges within the file and names without ``#``, and never raises."""
    found = finder.symbols(path, text)
    last = text.count("\n") + 1
    assert all(
        1 <= s.start <= s.end <= last and s.name and "#" not in s.name and "\n" not in s.name for s in found
    )


@pytest.mark.parametrize("path", SOURCES)
@settings(max_examples=30)
@given(data=st.data())
def test_torn_sources(finder, path, data):
    """A source with a piece cut out, as while it is being written, gives ranges within it, and never raises."""
    text = SOURCES[path][0]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    torn = text[:start] + text[end:]
    last = torn.count("\n") + 1
    assert all(1 <= s.start <= s.end <= last and s.name for s in finder.symbols(path, torn))


UNITS = (
    "{\n",
    "}\n",
    "(\n",
    '"',
    "`${\n",
    "/*\n",
    "a<b::",
    "=/[\n",
    "f(){\n",
    "int f()\n",
    "function f(a\n",
    "class A {\n",
    "x = {},\n",
    "#if {\n",
    "%w(\n",
    '"$(',
    '"#{',
    "<<~A <<B\n",
    "ABC\n",
    "A(x)\n",
    "const a = 1, b = <T,>(\n",
    "A A A A (",
    "delimiter $$\n",
    "int a = {1};\n",
)
"""What a scanner of brackets may lose itself in when it is repeated; ``benchmarks/growth.py`` times it."""


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("unit", UNITS)
def test_repeated_units(path, unit):
    """Nothing repeated makes it fail, and what it names lies within the text."""
    text = unit * (2_000 // len(unit))
    last = text.count("\n") + 1
    assert all(1 <= s.start <= s.end <= last and s.name for s in PlainFinder().symbols(path, text))


MINIFIED = "function a(b){return b/2}var c={d:function(){return`${1}`}};"


def test_minified_has_no_symbols(finder):
    """A megabyte of code on one line says nothing that can be cited by line."""
    assert finder.symbols("a.min.js", MINIFIED * 17_000) == []


def test_unknown_language(finder):
    """What is in no known language has no symbols."""
    assert finder.symbols("a.xyz", "def f(): pass\n") == []
    assert finder.symbols("LICENSE", "class A:\n") == []


def test_shebang(finder):
    """A file without an ending is read in the language of its first line."""
    assert finder.symbols("bin/run", "#!/usr/bin/env bash\ngo() {\n}\n") == [Symbol("go", "function", 2, 3)]


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        ("a.py", "def a(x=[1,\n\ndef b():\n    return 1\n", ["b"]),
        ("a.ts", "function a() {\n  if (x) {\n}\n\nfunction b() {\n}\n", ["a", "b"]),
        ("a.go", "func a() {\n\tif x {\n}\n\nfunc b() {\n}\n", ["a", "b"]),
        ("a.rs", "fn a() {\n    if x {\n}\n\nfn b() {\n}\n", ["a", "b"]),
        (
            "a.java",
            "class A {\n  void a() {\n    if (x) {\n  }\n\n  void b() {\n  }\n}\n",
            ["A", "A.a", "A.b"],
        ),
        ("a.c", "int a(void) {\n  if (x) {\n}\n\nint b(void) {\n}\n", ["a", "b"]),
    ],
)
def test_incomplete_code(finder, path, text, wanted):
    """A bracket that is never closed does not swallow the declarations behind it."""
    names = [symbol.name for symbol in finder.symbols(path, text)]
    assert [name for name in names if name in wanted] == wanted
    assert not [name for name in names if name.startswith("a.")]


@pytest.mark.parametrize(
    ("path", "first", "wanted"),
    [
        ("src/a.py", "", "python"),
        ("A.TSX", "", "tsx"),
        ("a.mjs", "", "javascript"),
        ("Makefile", "", "make"),
        ("docker/Dockerfile.dev", "", "dockerfile"),
        ("Rakefile", "", "ruby"),
        ("bin/x", "#!/usr/bin/env -S python3.12 -u", "python"),
        ("bin/x", "#!/bin/sh", "shell"),
        ("bin/x", "#!/usr/bin/perl", None),
        ("x.txt", "", None),
        ("", "", None),
    ],
)
def test_language_of(path, first, wanted):
    """Endings, names and first lines tell the language; nothing else does."""
    assert language_of(path, first) == wanted
    assert wanted is None or wanted in NAMES


FOUND = [
    Symbol("JobQueue", "class", 1, 20),
    Symbol("JobQueue.claimNext", "method", 3, 9),
    Symbol("JobQueue.release", "method", 11, 19),
    Symbol("Other.release", "method", 22, 24),
    Symbol("claimnext", "function", 26, 26),
]


@pytest.mark.parametrize(
    ("first", "last", "wanted"),
    [
        (4, 6, "JobQueue.claimNext"),
        (4, 12, "JobQueue"),
        (1, 20, "JobQueue"),
        (19, 22, None),
        (30, 30, None),
        (26, 26, "claimnext"),
    ],
)
def test_enclosing(first, last, wanted):
    """The innermost symbol that holds all of the range."""
    found = enclosing(FOUND, first, last)
    assert (found.name if found else None) == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("JobQueue.claimNext", ["JobQueue.claimNext"]),
        ("claimNext", ["JobQueue.claimNext"]),
        ("claimNext()", ["JobQueue.claimNext"]),
        ("JobQueue::claimNext", ["JobQueue.claimNext"]),
        ("claimnext", ["claimnext"]),
        ("jobqueue.CLAIMNEXT", ["JobQueue.claimNext"]),
        ("release", []),
        ("Next", []),
        ("", []),
    ],
)
def test_named(name, wanted):
    """A qualified name, else the end of one name only; letter case counts first."""
    assert [symbol.name for symbol in named(FOUND, name)] == wanted


def test_finder_is_the_best_there_is():
    """Tree-sitter is taken where its pack has grammars inside, else the scanners."""
    assert symbols.finder().name == ("tree-sitter" if treesitter.load() else "plain")
