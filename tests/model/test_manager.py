"""The manager's file: what is written is what is read, and what is broken is told with its reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import manager, scoring
from agentmem.model.manager import SCHEMA, Manager

WEIGHT = st.floats(-100, 100).map(lambda value: round(value, 4))
FULL = st.fixed_dictionaries(dict.fromkeys(scoring.SIGNALS, WEIGHT))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    FULL,
    st.dictionaries(st.text(min_size=1, max_size=8), WEIGHT, max_size=4),
    st.dictionaries(
        st.text(max_size=8), st.integers() | st.text(max_size=8) | st.lists(st.integers(), max_size=3)
    ),
)
def test_round_trip(recall, keep, trained):
    """What is composed is parsed to the same, and composed again to the same bytes."""
    written = manager.compose(Manager(recall, keep, trained))
    found = manager.parse(written)
    assert (found.recall, found.keep, found.trained) == (recall, keep, trained)
    assert manager.compose(found) == written


@given(FULL, st.randoms(use_true_random=False))
def test_the_same_weights_are_the_same_bytes(recall, chance):
    """The order in which weights were learned changes no byte of the file; it has a line each and ends with one."""
    names = list(recall)
    chance.shuffle(names)
    one, other = (
        manager.compose(Manager(recall)),
        manager.compose(Manager({n: recall[n] for n in names})),
    )
    assert one == other and one.endswith(b"}\n")
    lines = one.decode().splitlines()
    assert all(sum(line.strip().startswith(f'"{name}":') for line in lines) == 1 for name in recall)
    assert b"\r" not in one


def test_what_is_not_named_weighs_as_in_the_formula():
    """A file with one weight is the formula but for that one."""
    found = manager.parse(json.dumps({"schema": SCHEMA, "recall": {"words": 9}}).encode())
    assert found.recall == {**scoring.PRIOR, "words": 9.0}
    assert (dict(found.keep), dict(found.trained)) == ({}, {})


def file(**record):
    return json.dumps({"schema": SCHEMA, **record}).encode()


BROKEN = {
    "empty": (b"", "no JSON"),
    "no JSON": (b"{", "no JSON"),
    "merge conflict": (b"<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> x\n", "no JSON"),
    "no UTF-8": (b'{"schema": "\xff"}', "no JSON"),
    "too deep": (b"[" * 100_000, "no JSON"),
    "a list": (b"[]", "not of the schema"),
    "null": (b"null", "not of the schema"),
    "no schema": (b"{}", "not of the schema"),
    "of a later version": (b'{"schema": "agentmem/model/2"}', "not of the schema"),
    "recall is a list": (file(recall=[1]), "recall must be an object of numbers"),
    "recall is null": (file(recall=None), "recall must be an object of numbers"),
    "keep is text": (file(keep="x"), "keep must be an object of numbers"),
    "trained is a list": (file(trained=[]), "trained must be an object"),
    "an unknown signal": (file(recall={"word": 1}), "recall has no signal 'word'"),
    "a text for a number": (file(recall={"words": "1"}), "recall.words must be a number"),
    "true for a number": (file(recall={"words": True}), "recall.words must be a number"),
    "null for a number": (file(keep={"kind": None}), "keep.kind must be a number"),
    "not a number": (file(recall={"words": float("nan")}), "recall.words must be a number"),
    "infinite": (file(recall={"words": float("inf")}), "recall.words must be a number"),
    "too large to be added": (file(recall={"words": 1e308}), "recall.words must be a number"),
    "larger than any float": (
        b'{"schema": "%s", "recall": {"words": 1%s}}' % (SCHEMA.encode(), b"0" * 400),
        "recall.words must be a number",
    ),
    "digits without end": (
        b'{"schema": "%s", "recall": {"words": %s}}' % (SCHEMA.encode(), b"9" * 5000),
        "no JSON",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_told(name):
    """Each way to break the file is a ValueError that says what is wrong, and nothing else is raised."""
    data, said = BROKEN[name]
    with pytest.raises(ValueError, match=said):
        manager.parse(data)


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_manager_or_an_error(data):
    """No bytes raise anything but ValueError."""
    try:
        manager.parse(data)
    except ValueError as error:
        assert str(error)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("recall", "keep", "trained"), JSON)))
def test_any_values_are_a_manager_or_an_error(record):
    """Whatever stands in place of the weights, what is read has a finite number for each signal."""
    try:
        found = manager.parse(file(**record))
    except ValueError as error:
        assert str(error)
    else:
        assert found.recall.keys() == set(scoring.SIGNALS)
        assert all(abs(weight) <= manager.MOST for weight in (*found.recall.values(), *found.keep.values()))
