"""Settings as text: what is put in goes out again without a trace, and nothing else changes."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import jsontext

SCALARS = st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(max_size=5), VALUES, max_size=4)
INDENTS = st.sampled_from([None, 1, 2, 4, "\t"])
COMMENTED = """\
{
    // what a build needs
    "allow": ["ls", "cat",], /* two */
    "nested": {
        "on": true,
    },
}
"""


@given(VALUES, INDENTS)
def test_it_reads_what_json_reads(value, indent):
    """Any JSON, however it is laid out, is read as the standard library reads it."""
    assert jsontext.parse(json.dumps(value, indent=indent)).value == value


@given(OBJECTS, INDENTS, st.text(max_size=5), VALUES, st.booleans())
def test_what_is_put_in_is_there_and_goes_without_a_trace(settings, indent, key, value, crlf):
    """A new member is there afterwards, all others are as they were, and taking it out restores every byte."""
    text = json.dumps(settings, indent=indent)
    text = text.replace("\n", "\r\n") if crlf else text
    if key in settings:
        return
    more = jsontext.put(text, [key], value)
    assert jsontext.parse(more).value == {**settings, key: value}
    assert jsontext.cut(more, [key]) == text


@given(st.lists(VALUES, max_size=4), INDENTS, VALUES)
def test_an_item_of_a_list_likewise(items, indent, value):
    """So is an item at the end of a list."""
    text = json.dumps({"all": items}, indent=indent)
    more = jsontext.put(text, ["all"], value)
    assert jsontext.parse(more).value == {"all": [*items, value]}
    assert jsontext.cut(more, ["all", len(items)]) == text


@given(OBJECTS, INDENTS, st.data())
def test_a_cut_takes_one_member_and_no_other(settings, indent, data):
    """Whichever member is taken out, the others stay."""
    if not settings:
        return
    key = data.draw(st.sampled_from(sorted(settings)))
    left = jsontext.cut(json.dumps(settings, indent=indent), [key])
    assert jsontext.parse(left).value == {k: v for k, v in settings.items() if k != key}


def test_comments_and_commas_at_the_end_stay():
    """Settings as editors write them are read, and keep their comments."""
    more = jsontext.put(COMMENTED, ["nested", "off"], [1])
    assert jsontext.parse(more).value == {"allow": ["ls", "cat"], "nested": {"on": True, "off": [1]}}
    assert "// what a build needs" in more and "/* two */" in more
    assert jsontext.cut(more, ["nested", "off"]) == COMMENTED


GAPS = st.sampled_from(["", " ", "\n  ", " // a\n", "/* b */", "\n// c\n    ", " /* d */ // e\n"])


@st.composite
def commented(draw, depth=0):
    """A list of lists and numbers as people write it, comments and all, with the path of one of its lists."""
    text, inner = "[" + draw(GAPS), []
    number = draw(st.integers(0, 3))
    for place in range(number):
        item, path = draw(commented(depth + 1)) if depth < 2 and draw(st.booleans()) else ("7", None)
        inner += [[place, *path]] if path is not None else []
        ends = place < number - 1 or draw(st.booleans())
        text += item + draw(GAPS) + ("," + draw(GAPS) if ends else "")
    return text + "]", draw(st.sampled_from([[], *inner]))


def comments(text):
    """The comments in a text that has no strings, in order."""
    return re.findall(r"// \w|/\* \w", text)


@given(commented())
def test_each_comment_stays(made):
    """Whatever is put in or taken out, comments of the user stay, and what was there is the same to the byte."""
    text, path = made
    there = jsontext.found(jsontext.parse(text), path)
    more = jsontext.put(text, path, {"x": [1]})
    assert comments(more) == comments(text)
    less = jsontext.cut(more, [*path, len(there.parts)])
    assert comments(less) == comments(text) and jsontext.parse(less).value == jsontext.parse(text).value
    assert less == text or not there.parts
    for part in there.parts:
        left = jsontext.cut(text, [*path, part.step])
        own = comments(text[part.start : part.node.end])
        assert len(comments(left)) == len(comments(text)) - len(own)
        assert len(jsontext.found(jsontext.parse(left), path).parts) == len(there.parts) - 1


def test_a_comment_stays_with_what_it_is_about():
    """What is added goes after the comment beside the last one, not between the two."""
    text = '{\n  "a": [\n    "ls", // look\n    "cat" // read\n  ]\n}\n'
    assert '"cat", // read\n    "x"\n' in jsontext.put(text, ["a"], "x")


def test_what_is_missing_on_the_way_is_made():
    """Objects on the way to a new member are put in with it, indented as the file is."""
    assert (
        jsontext.put('{\n\t"a": 1\n}\n', ["b", "c"], True)
        == '{\n\t"a": 1,\n\t"b": {\n\t\t"c": true\n\t}\n}\n'
    )
    assert jsontext.put("{}\n", ["b"], 1) == '{\n  "b": 1\n}\n'


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"a" 1}', '{"a": 1} 2', "{a: 1}", '["x" "y"]', "nope", "[" * 100 + "]" * 100, '{"a": "\\q"}'],
)
def test_what_is_no_json_is_refused(text):
    """Half a file or another language is an error, never a guess."""
    with pytest.raises(ValueError):
        jsontext.parse(text)


@pytest.mark.parametrize(("path", "text"), [(["a", "b"], '{"a": 1}'), (["a"], '{"a": {}}')])
def test_what_stands_in_the_way_is_refused(path, text):
    """A member of what is no object, and an item of what is no list, are errors."""
    with pytest.raises(ValueError):
        jsontext.put(text, path, 1)
