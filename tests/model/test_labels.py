"""Labels: a line becomes a question with its answers, or it is said what is wrong with it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import labels, times

NOW = times.parse_iso("2026-02-22T10:42:00Z")


def test_all_keys():
    """What a label may say is read, and repeats count once."""
    line = (
        '{"query": "why", "relevant": ["a", "b", "a"], "until": "2026-02-10", "role": "api",'
        ' "files": ["x.py"], "category": "c"}'
    )
    moment = times.parse_iso("2026-02-10")
    assert labels.parse(line, NOW) == labels.Label("why", ("a", "b"), moment, "api", ("x.py",), "c")


def test_null_is_absent():
    """What is null was not said; files alone are a question."""
    line = '{"query": null, "relevant": [], "until": null, "role": null, "files": ["x"], "category": null}'
    assert labels.parse(line, NOW) == labels.Label("", (), files=("x",))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "no JSON"),
        ("[]", "no JSON object"),
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"query": ' + "9" * 5000 + "}", "no JSON"),
        ('{"query": "x"}', "relevant is missing"),
        ('{"query": "x", "relevant": null}', "relevant is missing"),
        ('{"query": "x", "relevant": "a"}', "relevant must be a list"),
        ('{"query": "x", "relevant": [1]}', "relevant must be a list"),
        ('{"query": 3, "relevant": []}', "query must be text"),
        ('{"query": "  ", "relevant": []}', "neither a query nor files"),
        ('{"query": "x", "relevant": [], "until": "soon"}', "no moment"),
        ('{"query": "x", "relevant": [], "files": "a"}', "files must be a list"),
        ('{"query": "x", "relevant": [], "answer": 1}', 'no key "answer"'),
        (json.dumps({"query": "a-" * 2_500_000, "relevant": []}), "5,000,000 characters"),
        (json.dumps({"x" * 5_000_000: 1}), "no key"),
    ],
)
def test_what_is_wrong_is_said(line, said):
    """A line that is no label is refused by what is wrong with it, in a few words."""
    with pytest.raises(ValueError) as caught:
        labels.parse(line, NOW)
    assert said in str(caught.value) and len(str(caught.value)) < 200


@given(
    st.dictionaries(
        st.sampled_from([*labels.KEYS, "x"]),
        st.none() | st.text(max_size=9) | st.integers() | st.lists(st.text(max_size=9) | st.none()),
    )
)
def test_any_object_is_a_label_or_an_error(record):
    """Whatever an object holds, it is a label that can be printed, or a ValueError."""
    try:
        found = labels.parse(json.dumps(record), NOW)
    except ValueError:
        return
    for text in (found.query, *found.relevant, *found.files, found.role or "", found.category or ""):
        text.encode()


def test_lone_surrogates():
    """What JSON can name and nothing can print becomes a question mark."""
    assert labels.parse(r'{"query": "\ud800 why", "relevant": ["\udfff"]}', NOW).query == "? why"
