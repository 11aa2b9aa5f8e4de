"""Memories: from front matter to a value and back, and what is wrong on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import document, emitting, fields, ids, kinds
from agentmem.model.memory import (
    Citation,
    Memory,
    as_meta,
    first_heading,
    first_paragraph,
    name_of,
    place,
    read,
)

ID = st.text(ids.ALPHABET, min_size=12, max_size=12)
CHARS = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
TEXT = st.text(CHARS, min_size=1, max_size=30) | st.sampled_from(
    [
        "yes",
        "null",
        "1",
        "1.5",
        "2026-02-10",
        "~",
        "- a",
        "a: b",
        "a #b",
        "'",
        '"',
        "[a]",
        "{a}",
        "|",
        "two\nlines",
        " a ",
    ]
)
WORDS = st.lists(TEXT, unique=True, max_size=4).map(tuple)
IDS = st.lists(ID, unique=True, max_size=3).map(tuple)
# the years that format_iso writes with four digits; the others are in test_times
TIME = st.none() | st.integers(-30_000_000_000, 253_402_300_799)
OPTIONAL = st.none() | TEXT
EXTRA = st.dictionaries(
    st.text("abcxyz-_", min_size=1, max_size=8).filter(lambda key: key not in fields.BY_NAME),
    TEXT
    | st.lists(TEXT, max_size=3)
    | st.dictionaries(st.text("abc", min_size=1), TEXT, min_size=1, max_size=2),
    max_size=3,
)
MEMORY = st.builds(
    Memory,
    id=ID,
    kind=st.sampled_from(kinds.NAMES),
    title=TEXT,
    body=st.text(CHARS, max_size=100).map(emitting.body_as_read),
    status=st.sampled_from(["proposed", "active", "retracted"]),
    retracted=OPTIONAL,
    created=TIME,
    expires=TIME,
    by=OPTIONAL,
    role=OPTIONAL,
    branch=OPTIONAL,
    tags=WORDS,
    entities=WORDS,
    aliases=WORDS,
    scope=WORDS,
    cites=st.lists(
        st.builds(
            Citation,
            path=TEXT,
            symbol=OPTIONAL,
            lines=OPTIONAL,
            commit=OPTIONAL,
            hash=OPTIONAL,
            quote=OPTIONAL,
        ),
        max_size=3,
    ).map(tuple),
    supersedes=IDS,
    sources=IDS,
    related=IDS,
    source=OPTIONAL,
    source_id=OPTIONAL,
    importance=st.none() | st.integers(1, 5),
    pin=st.booleans(),
    plan=OPTIONAL,
    phase=OPTIONAL,
    needs=IDS,
    priority=st.none() | st.integers(0, 9),
    owner=OPTIONAL,
    closes=IDS,
    reopens=IDS,
    extra=EXTRA,
)


@given(MEMORY)
def test_a_written_memory_reads_back(memory: Memory) -> None:
    """What is written of a memory is read back as the same memory, every key, without a problem."""
    data = emitting.compose(as_meta(memory), memory.body)
    parsed = document.parse(data)
    assert parsed.problems == ()
    found, problems = read(parsed.meta, parsed.body, parsed.lines)
    assert problems == ()
    assert as_meta(found) == as_meta(memory)
    assert found == memory
    assert place(found, "facts/x.md") == memory


def test_defaults_are_not_written() -> None:
    """A memory with nothing but id, kind and title has three keys, in the canonical order."""
    assert list(as_meta(Memory("7k3m9qwpdx2v", "fact", "T"))) == ["id", "kind", "title"]
    assert list(as_meta(Memory("7k3m9qwpdx2v", "task", "T", priority=0, pin=True, status="proposed"))) == [
        "id",
        "kind",
        "title",
        "status",
        "pin",
        "priority",
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "7k3m"),
        ("id", "7K3M9QWPDX2V"),
        ("id", ["7k3m9qwpdx2v"]),
        ("title", ["a", "b"]),
        ("status", "done"),
        ("status", "Active"),
        ("created", "last tuesday"),
        ("created", "2026-02-30"),
        ("created", {"a": "b"}),
        ("expires", "soon"),
        ("by", {"name": "x"}),
        ("tags", {"a": "b"}),
        ("tags", ["a", ["b"]]),
        ("tags", ["a", None]),
        ("supersedes", [{"id": "7k3m9qwpdx2v"}]),
        ("importance", "high"),
        ("importance", "0"),
        ("importance", "6"),
        ("importance", "3.5"),
        ("importance", ["3"]),
        ("priority", "10"),
        ("priority", "-1"),
        ("pin", "maybe"),
        ("pin", ["true"]),
        ("cites", [{"symbol": "x"}]),
        ("cites", [{"path": ""}]),
        ("cites", [{"path": ["a"]}]),
        ("cites", [["a"]]),
        ("cites", [None]),
        ("kind", "idea"),
        ("kind", ["fact"]),
    ],
)
def test_wrong_values_are_told_and_left_out(key: str, value: object) -> None:
    """A value that a key cannot have is one problem at the key's line, and the rest is a memory still."""
    meta = {"id": "7k3m9qwpdx2v", "kind": "fact", "title": "T", "owner": "me", key: value}
    lines = {name: number for number, name in enumerate(meta, 2)}
    found, problems = read(meta, "B", lines)
    assert [(problem.code, problem.line) for problem in problems] == [
        ("kind" if value == "idea" else "schema", lines[key])
    ]
    assert key in problems[0].message or "id" in problems[0].message or "time" in problems[0].message
    default = {"id": "", "kind": "", "title": ""}.get(key, getattr(Memory("", "", ""), key))
    assert getattr(found, key) == default
    assert (found.owner, found.body) == ("me", "B")


@pytest.mark.parametrize(
    ("key", "value", "typed"),
    [
        ("tags", "one", ("one",)),
        ("tags", ["a", "b", "a", ""], ("a", "b")),
        ("tags", [], ()),
        ("tags", None, ()),
        ("by", "", None),
        ("by", None, None),
        ("created", "2026-02-10", 1_770_681_600),
        ("pin", "Yes", True),
        ("pin", "false", False),
        ("importance", "5", 5),
        ("cites", "a.ts", (Citation("a.ts"),)),
        ("cites", {"path": "a.ts", "lines": "4", "else": "x"}, (Citation("a.ts", lines="4"),)),
        ("cites", ["a.ts", {"path": "b.ts"}], (Citation("a.ts"), Citation("b.ts"))),
    ],
)
def test_what_people_write_is_read(key: str, value: object, typed: object) -> None:
    """One value for a list, repeats, empty values and short citations are read as what they mean."""
    found, problems = read({key: value}, "", {})
    assert problems == ()
    assert getattr(found, key) == typed


@given(
    st.dictionaries(
        st.sampled_from(sorted(fields.BY_NAME)) | st.text(max_size=5),
        st.recursive(
            st.none() | st.text(max_size=10),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
        ),
        max_size=8,
    ),
    st.text(max_size=40),
)
def test_any_front_matter_is_a_memory(meta: dict[str, object], body: str) -> None:
    """No front matter makes reading fail; each known key is either taken or told; unknown ones are kept."""
    found, problems = read(meta, body, {})
    assert dict(found.extra) == {key: value for key, value in meta.items() if key not in fields.BY_NAME}
    assert len(problems) <= sum(key in fields.BY_NAME for key in meta)
    assert found.kind == "" or found.kind in kinds.NAMES
    whole = place(found, "logs/2026-02/x-y.md")
    assert whole.id
    assert whole.kind in kinds.NAMES
    assert whole.title


def test_unknown_keys_are_kept_as_they_are() -> None:
    """Keys that are not ours are kept in their order, after ours, with their values untouched."""
    meta = {"zeta": ["1"], "title": "T", "alpha": {"b": None}}
    found, problems = read(meta, "", {})
    assert problems == ()
    assert as_meta(place(found, "facts/t.md"))["zeta"] == ["1"]
    assert list(as_meta(found))[-2:] == ["zeta", "alpha"]


@pytest.mark.parametrize(
    ("path", "kind", "title"),
    [
        ("facts/the-queue_waits.md", "fact", "the queue waits"),
        ("decisions/deep/er/x.md", "decision", "x"),
        ("log/2026-02/entry.md", "log", "entry"),
        ("entities/JobQueue.md", "entity", "JobQueue"),
        ("elsewhere/x.md", "fact", "x"),
        ("facts.md", "fact", "facts"),
        ("facts/---.md", "fact", "facts/---.md"),
    ],
)
def test_the_path_makes_a_memory_whole(path: str, kind: str, title: str) -> None:
    """Without front matter the folder gives the kind, the file's name the title, and the path the id, always the same."""
    found = place(read({}, "Body.", {})[0], path)
    assert (found.kind, found.title, found.body) == (kind, title, "Body.")
    assert found.id == ids.derived_id(path)


def test_the_path_adds_only_what_is_missing() -> None:
    """What the bytes say is never overridden by the path."""
    meta = {"id": "7k3m9qwpdx2v", "kind": "decision", "title": "T"}
    assert place(read(meta, "# Other", {})[0], "facts/x.md") == Memory(
        "7k3m9qwpdx2v", "decision", "T", body="# Other"
    )
    assert place(read({}, "# Heading\n\nBody", {})[0], "facts/x.md").title == "Heading"


@pytest.mark.parametrize(
    ("body", "heading"),
    [
        ("# One", "One"),
        ("text\n\n## Two ##\n# Three", "Two"),
        ("#\n##  \n### Three", "Three"),
        ("no heading", None),
        ("", None),
        ("#!shebang", "!shebang"),
        ("# C#", "C"),
    ],
)
def test_first_heading(body: str, heading: str | None) -> None:
    """The first heading that has text is found."""
    assert first_heading(body) == heading


@pytest.mark.parametrize(
    ("body", "paragraph"),
    [
        ("One\ntwo.\n\nThree.", "One two."),
        ("# Heading\n\nOne.", "One."),
        ("# Heading\nOne.\n## Next\nTwo.", "One."),
        ("\n\n  One.  \n", "One."),
        ("# Only", ""),
        ("", ""),
        ("- a\n- b", "- a - b"),
    ],
)
def test_first_paragraph(body: str, paragraph: str) -> None:
    """The first paragraph is on one line, headings skipped."""
    assert first_paragraph(body) == paragraph


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("facts/a-b_c.md", "a b c"),
        ("a.md", "a"),
        ("facts/v1.2.md", "v1.2"),
        ("facts/-.md", "facts/-.md"),
        ("größe.md", "größe"),
    ],
)
def test_name_of(path: str, name: str) -> None:
    """A file's name makes a title: no ending, dashes and underscores as spaces; nothing left gives the path."""
    assert name_of(path) == name


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("a", ["a"]),
        ("a, b c ,d", ["a", "b c", "d"]),
        ("[expansion valve]", ["expansion valve"]),
        ("[a, 'b', \"c\"]", ["a", "b", "c"]),
        ("[]", []),
        ("", []),
        ("a[0]", ["a[0]"]),
        ("src/[ab]*.py", ["src/[ab]*.py"]),
    ],
)
def test_items_of_a_list(text, items):
    """As people type it, or as the front matter has it."""
    assert fields.items_of(text) == items
