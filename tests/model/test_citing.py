"""Citing: every notation is read, a digest does not see white space, and a quote is short and fits its text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import citing, safety
from agentmem.model.citing import Spec

TEXTS = st.text(st.sampled_from("ab c\t\n\r…#:-1\u200b\x00é"), max_size=80)
LINES = st.lists(
    st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=90), max_size=40
)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("a/b.py", Spec("a/b.py")),
        ("a/b.py:40-52", Spec("a/b.py", None, 40, 52)),
        ("a/b.py:L40-L52", Spec("a/b.py", None, 40, 52)),
        ("a/b.py:40", Spec("a/b.py", None, 40, 40)),
        ("a/b.py#Queue.claim", Spec("a/b.py", "Queue.claim")),
        ("a/b.py#Queue.claim:40-52", Spec("a/b.py", "Queue.claim", 40, 52)),
        ("a.ts##secret", Spec("a.ts", "#secret")),
        ("a.rb#Job::Runner", Spec("a.rb", "Job::Runner")),
        ("README.md#How to: start", Spec("README.md", "How to: start")),
        ("#notes", Spec("#notes")),
        ("notes#", Spec("notes#")),
        ("a:b", Spec("a:b")),
        (":40", Spec(":40")),
    ],
)
def test_a_place_is_read(text, spec):
    assert citing.readings(text)[0] == spec


@pytest.mark.parametrize("text", ["", "  ", "a.py:0", "a.py:9-3", "a.py#f:9-3"])
def test_what_names_no_place_is_refused(text):
    with pytest.raises(ValueError, match=r"lines|path"):
        citing.readings(text)


def test_a_path_may_hold_the_signs_of_the_notation():
    """The caller takes the first reading whose path exists."""

    def taken(text, path):
        return next(spec for spec in citing.readings(text) if spec.path == path)

    assert taken("C#/a.cs#Main:3-4", "C#/a.cs") == Spec("C#/a.cs", "Main", 3, 4)
    assert taken("a#b.py", "a#b.py") == Spec("a#b.py")
    assert taken("log:12", "log:12") == Spec("log:12")
    assert taken("a:1:2", "a:1") == Spec("a:1", None, 2, 2)


@given(TEXTS)
def test_any_text_has_readings_or_is_refused(text):
    try:
        readings = citing.readings(text)
    except ValueError:
        return
    assert readings and all(spec.path for spec in readings)
    assert text in [spec.path for spec in readings]


def test_a_digest_does_not_see_white_space():
    text = "def f(a,  b):\n\n    return a\n"
    same = [
        "def f(a, b):\r\n\treturn a",
        "  def f(a, b):\n      return a\n\n\n",
        ["def f(a, b):", "return a"],
    ]
    assert {citing.digest(one) for one in same} == {citing.digest(text)}
    assert citing.digest("def f(a,b):\nreturn a") != citing.digest(text)
    assert citing.digest("def f(a, b): return a") != citing.digest(text)
    assert citing.digest("") == citing.digest("\n \n") == "e3b0c44298fc1c14"


@given(LINES)
def test_a_quote_is_short_and_fits_its_text(lines):
    quote = citing.quote(lines)
    assert len(quote) <= citing.QUOTE_CHARS and quote.count("\n") < citing.QUOTE_LINES
    assert not safety.hidden(quote)
    assert citing.fits(citing.read_quote(quote, citing.digest(lines)), citing.normalise(lines))


def test_a_quote_keeps_the_beginning_and_the_end():
    lines = [f"    line {number}" for number in range(1, 31)]
    head = [f"line {number}" for number in range(1, 9)]
    assert citing.quote(lines).split("\n") == [*head, "…", "line 28", "line 29", "line 30"]
    assert citing.quote(lines[:12]).split("\n") == [line.strip() for line in lines[:12]]
    assert citing.quote(["x" * 5000]) == "x" * 239 + "…"
    assert len(citing.quote(["x" * 5000] * 30)) <= citing.QUOTE_CHARS


def test_a_quote_holds_nothing_that_a_memory_may_not():
    assert citing.quote(["name = '\u202eevil'"]) == "name = 'evil'"


@pytest.mark.parametrize(("text", "lines"), [("40-52", (40, 52)), ("L40-L52", (40, 52)), ("7", (7, 7))])
def test_a_range_is_read(text, lines):
    assert citing.read_range(text) == lines
    assert citing.read_range(citing.write_range(*lines)) == lines


@pytest.mark.parametrize("text", ["", "0", "5-4", "a", "1-", "1-2-3", "²", "9" * 12])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(ValueError, match="lines"):
        citing.read_range(text)
