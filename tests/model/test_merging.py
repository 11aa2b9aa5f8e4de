"""Merging two edits of one memory: by field, the same from either side, nothing lost that is not named."""

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem.model import document, emitting
from agentmem.model.fields import CONFLICTS
from agentmem.model.memory import read
from agentmem.model.merging import BODY, FILE, MARKERS, FieldConflict, merge, merge_lines

HAND = """\
---
# by hand
id:   7k3m9qwpdx2v   # never change
kind: 'decision'
title: "Old: title"  # why
created: 2026-02-10T14:03:22Z
tags: [ queue,  'post gres' ] # words
scope:
  - a/**   # first
  - b/**   # second
cites:  # evidence
  - path: x.py
    quote: |
      def x():
        # not a comment
  # between
  - {path: y.py}
custom: {a: [1, 2]}   # kept
---

One.

Two.

Three.
"""


def both(base, ours, theirs):
    """The merged text and the fields in conflict; the same from either side, and always valid."""
    sides = [None if one is None else one.encode() for one in (base, ours, theirs)]
    merged, swapped = merge(*sides), merge(sides[0], sides[2], sides[1])
    one, other = document.parse(merged.data), document.parse(swapped.data)
    assert not one.problems and not other.problems
    assert one.meta == other.meta and merged.conflicts == swapped.conflicts
    return merged.data.decode(), [conflict.field for conflict in merged.conflicts]


def edits(*pairs):
    """``HAND`` with texts replaced."""
    text = HAND
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


TITLE = '"Old: title"'
TAGS = "[ queue,  'post gres' ]"


def test_edits_of_different_fields():
    """Neighbouring keys that each side has changed are both taken, the lines otherwise as they were."""
    ours, theirs = edits((TITLE, "New")), edits(("14:03:22Z", "15:00:00Z"))
    assert both(HAND, ours, theirs) == (edits((TITLE, "New"), ("14:03:22Z", "15:00:00Z")), [])


def test_lists_are_sets():
    """What either has added is there, what either has taken out is not."""
    ours = edits((TAGS, "[queue, lock, zebra]"), ("  - a/**   # first\n", ""))
    theirs = edits(
        (TAGS, "[ queue,  'post gres', index ]"), ("  - b/**   # second\n", "  - b/**\n  - c/**\n")
    )
    text, left = both(HAND, ours, theirs)
    assert not left
    assert "tags: [queue, index, lock, zebra] # words\n" in text
    assert "scope:\n  - b/**   # second\n  - c/**\n" in text or "scope:\n  - b/**\n  - c/**\n" in text


def test_citations_are_a_set_of_mappings():
    """A citation that one side re-anchors and one that the other adds are both there, each once."""
    ours = edits(("{path: y.py}", "{path: y.py, lines: 3-4}"))
    theirs = edits(("{path: y.py}", "y.py\n  - path: z.py"))
    text, left = both(HAND, ours, theirs)
    cites = document.parse(text.encode()).meta["cites"]
    assert not left and len(cites) == 3
    assert {"path": "y.py", "lines": "3-4"} in cites and {"path": "z.py"} in cites
    assert "# evidence" in text and "def x():" in text


def test_a_conflict_is_named_and_base_stays():
    """A value that both have changed stays as it was, and both new ones are named."""
    text, left = both(HAND, edits((TITLE, "Ours")), edits((TITLE, "Theirs")))
    assert left == ["title"]
    assert text == edits(("kept\n", "kept\nconflicts:\n  - field: title\n    values: [Ours, Theirs]\n"))


def test_a_conflict_where_base_has_nothing():
    """Two values for a key that base does not have: one of them stands, the same from either side."""
    ours, theirs = (edits(("custom:", f"owner: {name}\ncustom:")) for name in ("zoe", "adam"))
    text, left = both(HAND, ours, theirs)
    assert left == ["owner"] and "\nowner: adam\n" in text
    assert "  - field: owner\n    values: [adam, zoe]\n" in text


def test_a_key_that_one_takes_out_and_the_other_changes():
    """Taking a key out against changing it is a conflict; taking it out alone is not."""
    gone = edits(("custom: {a: [1, 2]}   # kept\n", ""))
    assert both(HAND, gone, edits((TITLE, "New"))) == (
        edits(("custom: {a: [1, 2]}   # kept\n", ""), (TITLE, "New")),
        [],
    )
    text, left = both(HAND, gone, edits(("[1, 2]", "[1, 3]")))
    assert left == ["custom"]
    meta = document.parse(text.encode()).meta
    assert meta["custom"] == {"a": ["1", "2"]}
    assert meta[CONFLICTS] == [{"field": "custom", "values": [None, {"a": ["1", "3"]}]}] or meta[
        CONFLICTS
    ] == [{"field": "custom", "values": [{"a": ["1", "3"]}, None]}]


def test_unknown_lists_are_sets_and_deep_values_are_text():
    """A list under a key that we do not know is a set; what is too deep to be named as it is is named as text."""
    base = HAND.replace("custom: {a: [1, 2]}", "custom: [1, 2]")
    text, left = both(base, base.replace("[1, 2]", "[1, 2, 3]"), base.replace("[1, 2]", "[2, 4]"))
    assert not left and document.parse(text.encode()).meta["custom"] == ["2", "3", "4"]
    deep = HAND.replace("{a: [1, 2]}", "{a: {b: {c: [1, {d: e}]}}}")
    text, left = both(deep, deep.replace("d: e", "d: f"), deep.replace("d: e", "d: g"))
    assert left == ["custom"]
    values = document.parse(text.encode()).meta[CONFLICTS][0]["values"]
    assert [json.loads(value)["a"]["b"]["c"][1]["d"] for value in values] == ["f", "g"]


def test_bodies():
    """Parts of the body that do not touch are both taken; where both have changed one, both stand between markers."""
    ours, theirs = edits(("One.", "1."), ("Three.", "3.")), edits(("Three.", "3."), ("Two.", "2."))
    assert both(HAND, ours, edits(("Three.", "3."))) == (ours, [])
    text, left = both(HAND, ours, theirs)
    assert not left and text == edits(("One.", "1."), ("Two.", "2."), ("Three.", "3."))
    text, left = both(HAND, ours, edits(("Three.", "III."), (TITLE, "New")))
    assert left == [BODY]
    assert text.endswith("---\n\n1.\n\nTwo.\n\n<<<<<<< ours\n3.\n=======\nIII.\n>>>>>>> theirs\n")
    assert "title: New  # why\n" in text and "conflicts:\n  - field: body\n---\n" in text


RETRACTED = ("created:", "status: retracted\nretracted: it is wrong\ncreated:")


@pytest.mark.parametrize("change", [(TITLE, "New"), ("Two.", "2."), (TAGS, "[queue]")])
def test_a_retraction_against_an_edit(change):
    """A retraction and an edit that did not see each other are a conflict; the edit is in, the reason is named."""
    text, left = both(HAND, edits(RETRACTED), edits(change))
    assert left == ["status", "retracted"]
    meta = document.parse(text.encode()).meta
    assert "status" not in meta and "retracted" not in meta
    assert meta[CONFLICTS][0] == {"field": "status", "values": ["active", "retracted"]}
    assert "it is wrong" in meta[CONFLICTS][1]["values"]
    assert text.startswith(edits(change)[:150])


def test_a_retraction_that_saw_the_edit():
    """A retraction of what the other side has made of it, or against no edit, is a retraction."""
    seen = edits((TITLE, "New"))
    gone = edits((TITLE, "New"), RETRACTED)
    assert both(HAND, gone, seen) == (gone, [])
    assert both(HAND, edits(RETRACTED), edits(("# by hand\n", ""))) == (
        edits(RETRACTED, ("# by hand\n", "")),
        [],
    )
    assert both(HAND, edits(RETRACTED), edits(RETRACTED, (TITLE, "New")))[1] == []


def test_what_came_later_decides_what_base_leaves_open():
    """A text that both sides came from after base settles the fields and lines that base leaves open, and no others."""
    later = edits((TITLE, "Later"), ("Two.", "2."), ("One.", "1."))
    ours = edits((TITLE, "Ours"), ("Two.", "II."), ("One.", "1."), (TAGS, "[queue]"))
    theirs = edits((TITLE, "Later"), ("Two.", "2."), ("One.", "1."), ("custom:", "owner: zoe\ncustom:"))
    sides = [text.encode() for text in (HAND, ours, theirs)]
    assert {conflict.field for conflict in merge(*sides).conflicts} == {"title", BODY}
    merged = merge(*sides, later.encode())
    assert merged == (
        edits(
            (TITLE, "Ours"),
            ("Two.", "II."),
            ("One.", "1."),
            (TAGS, "[queue]"),
            ("custom:", "owner: zoe\ncustom:"),
        ).encode(),
        (),
    )
    undecided = merge(sides[0], sides[1], sides[2].replace(b"Later", b"Theirs"), later.encode())
    assert undecided.conflicts == (FieldConflict("title", ("Ours", "Theirs")),)
    assert document.parse(undecided.data).meta["title"] == "Old: title"


def test_without_a_base():
    """With nothing known that both came from, lists are united, equal values stay, others are conflicts."""
    ours = edits((TITLE, "Ours"), (TAGS, "[queue, b]"), ("One.\n", "One.\n\nMore.\n"))
    theirs = edits((TITLE, "Theirs"), (TAGS, "[queue, a]"), ("custom:", "owner: zoe\ncustom:"))
    text, left = both(None, ours, theirs)
    doc = document.parse(text.encode())
    assert left == ["title"] and doc.meta["title"] == "Ours"
    assert (doc.meta["tags"], doc.meta["owner"]) == (["a", "b", "queue"], "zoe")
    assert doc.body == "One.\n\nMore.\n\nTwo.\n\nThree."
    text, left = both(None, edits(("Two.", "2.")), edits(("Two.", "II.")))
    assert left == [BODY] and "<<<<<<< ours\n2.\n=======\nII.\n>>>>>>> theirs\n" in text


def test_conflicts_that_were_there():
    """Conflicts that a side has left are united with the new ones; what one side has settled is settled."""
    left = "conflicts:\n  - field: {}\n    values: [a, b]\n---\n\nOne"
    base = edits(("---\n\nOne", left.format("owner")))
    ours = base.replace(TITLE, "Ours").replace("---\n\nOne", "  - field: plan\n    values: [a]\n---\n\nOne")
    theirs = base.replace(TITLE, "Theirs").replace(left.format("owner"), "---\n\nOne")
    text, fields = both(base, ours, theirs)
    assert fields == ["title"]
    assert [one["field"] for one in document.parse(text.encode()).meta[CONFLICTS]] == ["plan", "title"]
    # settled by hand: the key is gone, and stays gone
    assert CONFLICTS not in both(text, text.replace("Three", "3"), HAND)[0]


def test_comments_of_both_sides_stay():
    """Lines of comment that either side has written stay, beside the key they stand before, where lines clash too."""
    ours = edits(("created:", "# ours\ncreated:"), (TITLE, "Ours"))
    theirs = edits((TITLE, "Theirs"), ("tags:", "# theirs\ntags:"), ("kind:", "# and this\nkind:"))
    text, left = both(HAND, ours, theirs)
    assert left == ["title"]
    for line in ("# ours\ncreated:", "# theirs\ntags:", "# and this\nkind:", "# by hand\n", "  # between\n"):
        assert line in text, line
    assert "# not a comment" in document.parse(text.encode()).meta["cites"][0]["quote"]


def test_newlines_and_a_byte_order_mark():
    """The result has our newlines and our BOM; that theirs differ is no edit."""
    ours = "\ufeff" + edits((TITLE, "Ours")).replace("\n", "\r\n")
    text, left = both(HAND, ours, edits(("Two.", "2.")))
    assert not left
    assert text == "\ufeff" + edits((TITLE, "Ours"), ("Two.", "2.")).replace("\n", "\r\n")


def test_the_last_newline():
    """A file that ends without a newline, on one side or both, ends as the edit of it says."""
    bare = HAND.removesuffix("\n")
    assert both(HAND, bare, edits(("One.", "1.")))[0] == edits(("One.", "1.")).removesuffix("\n")
    assert both(bare, bare.replace("One.", "1."), bare.replace("Three.", "3."))[0].endswith("3.")
    assert both(bare, bare + "\nours", bare + "\ntheirs")[0].endswith(
        "\n<<<<<<< ours\nours\n=======\ntheirs\n>>>>>>> theirs"
    )


def test_files_without_front_matter():
    """A file that was dropped in by hand merges like any other, also while another gives it its id."""
    base = "# A heading\n\nOne.\n\nTwo.\n"
    theirs = f"---\nid: 7k3m9qwpdx2v\n---\n{base}"
    assert both(base, base.replace("Two", "2"), theirs) == (theirs.replace("Two", "2"), [])
    text, left = both(base, base.replace("Two", "2"), base.replace("Two", "II"))
    assert left == [BODY]
    assert text.startswith("---\nconflicts:\n  - field: body\n---\n# A heading\n")


@pytest.mark.parametrize(
    "broken",
    [
        b"---\ntitle: [never closed\n---\nOne.\n",
        b"---\nid: x\n",
        b"\xff\xfe\n",
        b"a\0b\n",
        b"---\na: 1\na: 2\n---\n",
    ],
)
def test_a_file_that_cannot_be_read(broken):
    """Where a side is broken the files are merged by lines: both texts are there, between markers where they clash."""
    base = b"---\nid: x\ntitle: T\n---\nOne.\n"
    edited = base.replace(b"T", b"U").replace(b"One", b"1")
    for sides in ((base, broken, edited), (base, edited, broken)):
        merged = merge(*sides)
        assert merged.conflicts == (FieldConflict(FILE),)
        for side in sides[1:]:
            assert all(line in merged.data or line in base for line in side.splitlines())
        assert all(marker.encode() in merged.data for marker in MARKERS)


def test_a_broken_file_whose_lines_merge():
    """Edits of a broken file that do not touch leave nothing to a person."""
    base = b"---\ntitle: [never closed\n---\nOne.\n\nTwo.\n"
    merged = merge(base, base.replace(b"One", b"1"), base.replace(b"Two", b"2"))
    assert merged == (base.replace(b"One", b"1").replace(b"Two", b"2"), ())
    # and a base that was broken does not matter where both have mended it
    mended = base.replace(b"[never", b"never")
    assert merge(base, mended, mended.replace(b"Two", b"2")) == (mended.replace(b"Two", b"2"), ())


def test_front_matter_in_a_form_that_is_not_edited():
    """Front matter in braces is written anew where it must change."""
    base = "---\n{id: 7k3m9qwpdx2v, title: A, tags: [a]}\n---\nText.\n"
    text, left = both(base, base.replace("title: A", "title: B"), base.replace("[a]", "[a, b]"))
    assert not left
    assert document.parse(text.encode()).meta == {"id": "7k3m9qwpdx2v", "title": "B", "tags": ["a", "b"]}


def test_more_than_front_matter_can_hold():
    """Two values that are too large to be named together stand between markers, and the file is left to a person."""
    base = b"---\nid: x\ntitle: A\n---\n"
    sides = [base.replace(b"A", letter * 40_000) for letter in (b"B", b"C")]
    merged = merge(base, *sides)
    assert merged.conflicts == (FieldConflict(FILE),)
    assert b"B" * 40_000 in merged.data and b"C" * 40_000 in merged.data


def test_a_long_body():
    """A hundred thousand equal lines are merged like any others."""
    base = HAND + "x\n" * 100_000
    text, left = both(base, base.replace("One.", "1."), base + "y\n")
    assert not left and text == base.replace("One.", "1.") + "y\n"
    both(None, base, HAND + "x\n" * 50_000 + "y\n" + "x\n" * 50_000)


def test_files_that_are_no_memory():
    """By lines alone nothing is written into the text but markers."""
    base = b"# Title\n\nOne.\n"
    merged = merge_lines(base, base.replace(b"One", b"1"), base.replace(b"One", b"I"))
    assert merged.data == b"# Title\n\n<<<<<<< ours\n1.\n=======\nI.\n>>>>>>> theirs\n"
    assert merged.conflicts == (FieldConflict(FILE),)


# properties

SCALARS = st.one_of(
    st.sampled_from(["a", "b", "a: b", "yes", "1", "", "# x", "- x", "two\nlines\n", "é", "[a", "'", "~"]),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=6),
)
ITEMS = st.lists(st.sampled_from(["a", "b", "c", "d, e", "#f"]), max_size=4, unique=True)
CITES = st.lists(
    st.fixed_dictionaries(
        {"path": st.sampled_from(["x", "y"])}, optional={"lines": st.sampled_from(["1", "2"])}
    ),
    max_size=3,
    unique_by=json.dumps,
)
METAS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["7k3m9qwpdx2v", "c41x0zq7m2ve"]),
        "title": SCALARS,
        "status": st.sampled_from(["active", "proposed", "retracted"]),
        "retracted": SCALARS,
        "created": st.sampled_from(["2026-02-10", "2026-02-11"]),
        "tags": ITEMS,
        "cites": CITES,
        "mine": st.one_of(
            SCALARS, ITEMS, st.none(), st.dictionaries(st.sampled_from("ab"), ITEMS, max_size=2)
        ),
        CONFLICTS: st.lists(st.fixed_dictionaries({"field": st.just("title"), "values": ITEMS}), max_size=2),
    },
)
BODIES = st.lists(st.sampled_from(["one", "two", "three", "", "---", "# four"]), max_size=8).map("\n".join)


@st.composite
def files(draw):
    """A memory's file, in one of the forms that people and tools write."""
    meta, body = draw(METAS), draw(BODIES)
    front = emitting.front_matter(meta)
    if draw(st.booleans()):
        lines = front.split("\n")
        keys = [at for at, line in enumerate(lines) if line[:1].isalpha()]
        for at in draw(st.lists(st.sampled_from(keys), max_size=2)) if keys else ():
            lines[at] = f"# {draw(st.sampled_from('xyz'))}\n{lines[at]}"
        front = "\n".join(lines)
    text = f"---\n{front}---\n{body}{draw(st.sampled_from(['', chr(10)]))}"
    if draw(st.integers(0, 5)) == 0:
        text = text.replace("\n", "\r\n")
    return (b"\xef\xbb\xbf" if draw(st.integers(0, 9)) == 0 else b"") + text.encode()


def scalars(meta):
    """Each value of ``meta`` that is one, by key; each item of a list."""
    for key, value in meta.items():
        if isinstance(value, list):
            yield from ((key, item) for item in value)
        elif value not in (None, ""):
            yield key, value


@settings(max_examples=300)
@given(st.none() | files(), files(), files())
def test_a_merge_is_valid_the_same_from_either_side_and_loses_nothing(base, ours, theirs):
    """Whatever the edits: valid YAML, the same values whichever side is ours, and what is new is in it or named in it."""
    merged, swapped = merge(base, ours, theirs), merge(base, theirs, ours)
    one, other = document.parse(merged.data), document.parse(swapped.data)
    assert not one.problems and not other.problems
    assert isinstance(
        yaml.load("\n" + document.split(one.text).text[4 : document.split(one.text).end], yaml.BaseLoader)
        or {},
        dict,
    )
    assert one.meta == other.meta
    assert merged.conflicts == swapped.conflicts
    if BODY not in [conflict.field for conflict in merged.conflicts]:
        assert one.body == other.body
    named = one.meta.get(CONFLICTS) or []
    for conflict in merged.conflicts:
        entry = {"field": conflict.field}
        if conflict.values:
            entry["values"] = list(conflict.values)
        assert entry in named
    was = document.parse(base).meta if base is not None else {}
    sides = [document.parse(side).meta for side in (ours, theirs)]
    before, after = list(scalars(was)), list(scalars(one.meta))
    told = [
        (entry["field"], value)
        for entry in named
        if isinstance(entry, dict)
        for value in entry.get("values", [])
    ]
    for side, opposite in (sides, sides[::-1]):
        for key, value in scalars(side):
            undone = (key, value) in before and was.get(key) != opposite.get(key)
            cite = {"path": value} if isinstance(value, str) else value
            held = (key, value) in after or (key, cite) in after
            assert held or undone or (key, value) in told or (key, side[key]) in told, (key, value)
    lines = {line.rstrip() for line in one.body.split("\n")}
    for side in (ours, theirs):
        new = {line.rstrip() for line in document.parse(side).body.split("\n")}
        old = {line.rstrip() for line in document.parse(base).body.split("\n")} if base is not None else set()
        assert new - old - {""} <= lines


@st.composite
def by_hand(draw):
    """``HAND`` as somebody's editor leaves it: lines taken out, put in, changed, moved, some of it broken."""
    lines = HAND.split("\n")
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        new = draw(
            st.sampled_from(
                ["# note", "  # note", "owner: a", "owner: b", "", "  - z/**", "plain", "x: |\n  y"]
            )
        )
        lines[at : at + 1] = draw(
            st.sampled_from(
                [[], [line, new], [new, line], [line + " # why"], [line + "x"], [line.upper()], [new]]
            )
        )
    return "\n".join(lines).encode()


@settings(max_examples=200)
@given(st.just(HAND.encode()) | st.none(), by_hand(), by_hand())
def test_edits_by_hand(base, ours, theirs):
    """Whatever is edited by hand: the same values from either side, and both sides' lines where they cannot be read."""
    merged, swapped = merge(base, ours, theirs), merge(base, theirs, ours)
    assert merged.conflicts == swapped.conflicts
    one, other = document.parse(merged.data), document.parse(swapped.data)
    broken = any(document.parse(side).problems for side in (ours, theirs))
    assert broken or not (one.problems or other.problems)
    if not broken:
        assert one.meta == other.meta
    elif not merged.conflicts:
        assert merged.data == swapped.data


@given(st.none() | files(), files())
def test_a_merge_with_oneself_changes_nothing(base, text):
    """Equal sides are the result, and so is the side that alone has changed."""
    assert merge(base, text, text) == (text, ())
    if base is not None:
        assert merge(base, base, text) == merge(base, text, base) == (text, ())


@given(files(), files())
def test_merging_again_brings_nothing_new(ours, theirs):
    """What came of a merge, merged with a side that it holds, stays byte for byte."""
    merged = merge(None, ours, theirs)
    for side in (ours, theirs):
        assert merge(side, merged.data, side) == merge(side, side, merged.data) == (merged.data, ())


@given(st.none() | st.binary(max_size=30), st.binary(max_size=30), st.binary(max_size=30))
def test_no_bytes_are_too_strange(base, ours, theirs):
    """Whatever the bytes, there is a result, and what both sides have is in it."""
    merged = merge(base, ours, theirs)
    if not merged.conflicts:
        read(document.parse(merged.data).meta, "", {})


@pytest.mark.parametrize(
    "hostile", ["---\nfront\n", "<<<<<<< ours", "=======\nx", "\u2028", "x\x0by", "x\ry"]
)
def test_hostile_bodies(hostile):
    """Markers, rules and odd line breaks in a body are text."""
    base = f"---\nid: x\n---\n{hostile}\n\nOne.\n\nTwo.\n"
    text, left = both(base, base.replace("One", "1"), base.replace("Two", "2"))
    assert not left and text == base.replace("One", "1").replace("Two", "2")
