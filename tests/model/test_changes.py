"""A change's file: what two texts differ in, written and read again whatever they hold."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentmem.model import applying, changes, document, emitting
from agentmem.model.changes import Change, FieldEdit

MEMORY, CHANGE = "m" + "0" * 11, "c" + "0" * 11
NASTY = st.sampled_from(
    [
        *(
            "null",
            "no",
            "~",
            "---",
            "1",
            "true",
            "|",
            "'",
            '"',
            "-",
            "%",
            "é",
            "",
            "a\nb",
            "a\nb\n",
            "\u2028x",
        ),
        *("#c", "a: b", "[x]", "x ", " x", "\x85", "\x0b", "\t"),
    ]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
LINES = st.sampled_from(
    [
        "---",
        "@@ -1 +1 @@",
        "--",
        "+x",
        "-y",
        "...",
        "x  ",
        "",
        " ",
        "\u2028",
        "\x0b",
        "\x0c",
        "\x1c",
        "x",
        "y",
        " x",
    ]
)
BODIES = st.lists(LINES, max_size=8).map("\n".join)
METAS = st.fixed_dictionaries(
    {},
    optional={
        "title": NASTY,
        "owner": NASTY,
        "status": st.sampled_from(["active", "proposed", "retracted", "odd"]),
        "retracted": NASTY,
        "tags": st.lists(NASTY, max_size=3),
        "cites": st.lists(st.fixed_dictionaries({"path": NASTY, "quote": NASTY}), max_size=2),
        "foo": NASTY | st.lists(NASTY, max_size=2) | st.fixed_dictionaries({"a": NASTY}),
    },
)


@st.composite
def texts(draw):
    data = emitting.compose({"id": MEMORY, **draw(METAS)}, draw(BODIES))
    if draw(st.booleans()):
        data = data.replace(b"---\n", b"---\n# a comment\n", 1)
    if draw(st.booleans()):
        data = data.replace(b"\n", b"\r\n")
    return b"\xef\xbb\xbf" + data if draw(st.booleans()) else data


def text(body, *keys):
    return "\n".join(["---", f"id: {MEMORY}", *keys, "---", body, ""]).encode()


def made(seen, new, **other):
    parts = changes.between(seen, new)
    return Change(CHANGE, MEMORY, "b", None, 1000, (), *parts)._replace(**other)


def shown(data):
    parsed = document.parse(data)
    meta = {
        key: sorted(set(map(changes.item_key, value))) if isinstance(value, list) else value
        for key, value in parsed.meta.items()
    }
    meta = {
        key: value
        for key, value in meta.items()
        if value not in (None, []) and (key, value) != ("status", "active")
    }
    return meta, parsed.body


@given(texts(), texts())
@example(text("", "status: retracted"), text("x", "status: retracted"))
@example(
    text("---\ntrail  \nx"), text("-y\n-y\n---\n---\ntrail  \ntrail  \n...")
)  # its second run says nothing new either
@example(text("x\n+x\n---"), text("a\nb\nx\na\nb\n ind\nx\n+x\n..."))
def test_one_change_is_read_as_written_and_makes_the_new_text(seen, new):
    one = made(seen, new)
    assert changes.parse(changes.compose(one)) == (one, ())
    applied = applying.apply(seen, [one])
    assert applied.conflicts == ()
    assert document.parse(applied.data).problems == ()
    assert shown(applied.data) == shown(new)


@given(texts(), texts())
@example(text("---\ntrail  \nx"), text("-y\n-y\n---\n---\ntrail  \ntrail  \n..."))
def test_applied_where_it_stands_already_a_change_conflicts_with_nothing(seen, new):
    assert applying.apply(new, [made(seen, new)]).conflicts == ()


@given(st.binary(max_size=60) | texts(), st.data())
def test_garbage_is_a_problem_never_an_error(base, data):
    whole = changes.compose(
        made(text("a\nb", "title: t", "tags: [a]"), text("a\nc", "title: u", "tags: [b]"))
    )
    at = data.draw(st.integers(0, len(whole)))
    cut = data.draw(st.integers(0, 3))
    read, problems = changes.parse(whole[:at] + data.draw(st.binary(max_size=4)) + whole[at + cut :])
    assert (read is None) == bool(problems)
    applied = applying.apply(base, [one for one in (read, made(base, base)) if one])
    assert document.parse(applied.data).problems == document.parse(base).problems


@pytest.mark.parametrize(
    "new",
    [text("x", f"foo: {'x' * 40_000}"), text("x", "foo: {a: {b: {c: [[d]]}}}")],
    ids=["too large", "too deep"],
)
def test_what_could_not_be_read_again_is_not_written(new):
    seen = text("x", f"foo: {'y' * 40_000}")
    with pytest.raises(ValueError, match="cannot be written"):
        changes.compose(made(seen, new))


def test_a_decision_names_keys_that_are_absent_and_unchanged():
    parts = changes.between(text("x"), text("x"), ["owner", "body"])
    assert parts.fields == {"owner": FieldEdit(None, None)}
    assert parts.body is not None
    assert parts.body.whole


def test_an_edit_of_what_is_retracted_says_that_it_knew():
    seen = text("x", "status: retracted")
    assert changes.between(seen, text("y", "status: retracted")).fields == {
        "status": FieldEdit("retracted", "retracted")
    }
    assert changes.between(seen, seen) == ({}, None, None)


def test_an_unknown_key_that_becomes_a_list_is_one_value():
    edit = changes.between(text("x", "foo: a"), text("x", "foo: [a, b]")).fields["foo"]
    assert edit == FieldEdit("a", ["a", "b"])
    assert changes.between(text("x"), text("x", "foo: [a]")).fields["foo"].is_list
