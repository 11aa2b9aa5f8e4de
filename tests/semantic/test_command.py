"""Vectors by a command: lines of JSON in, lines of JSON out; whatever it does wrong is told."""

import sys

import numpy as np
import pytest

from agentmem.semantic import command
from agentmem.semantic.command import CommandModel
from agentmem.semantic.port import Unavailable

GOOD = "import json,sys\nfor l in sys.stdin: t = json.loads(l); print(json.dumps([len(t), t.count('a')]))"


def model(tmp_path, code: str) -> CommandModel:
    (tmp_path / "give.py").write_text(code)
    return CommandModel(f"'{sys.executable}' '{tmp_path / 'give.py'}'")


def test_a_vector_for_each_text(tmp_path):
    """In order, of length 1, whatever is in the texts."""
    found = model(tmp_path, GOOD).embed(["aaaa", "two\nlines é", "\ud800", "b"])
    assert np.allclose(found[0], np.array([4, 4]) / np.sqrt(32), atol=1e-6)
    assert found.shape == (4, 2) and np.allclose(found[3], [1, 0])


def test_its_vectors_are_known_by_its_words():
    """Another command is another model."""
    assert CommandModel("a b").identity == CommandModel("a b").identity != CommandModel("a c").identity


@pytest.mark.parametrize(
    "code",
    [
        "import sys; sys.exit(3)",
        "print('no json')",
        "print('[1, 2]')",
        "print('[1, 2]\\n[1]')",
        "print('[]\\n[]')",
        "print('{}\\n{}')",
        "print('[[1]]\\n[[1]]')",
    ],
)
def test_what_it_does_wrong_is_told(tmp_path, code):
    """A failure, no JSON, too few vectors, vectors of several lengths."""
    with pytest.raises(Unavailable):
        model(tmp_path, code).embed(["a", "b"])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[]", "an empty vector"),
        ("[0, 0.0]", "zeros"),
        ("[1e-60, 0]", "zeros"),
        ("[NaN, 1]", "infinite"),
        ("[1, -Infinity]", "infinite"),
        ("[1e308, 1e308]", "too large"),
        (f"[1{'0' * 400}, 1]", "too large"),
        ('["1", "2"]', "something else"),
        ("[true, false]", "something else"),
        ("[[1], [2]]", "something else"),
        ("3", "something else"),
        ("[1, 2, 3]", "3 numbers where the first has 2"),
    ],
)
def test_what_is_no_vector_is_not_taken(tmp_path, line, said):
    """Finite numbers, not all of them zero, as many as in the others: else the error says which text, and how to look."""
    with pytest.raises(Unavailable, match=said) as problem:
        model(tmp_path, f"print('[1, 2]'); print('{line}')").embed(["good", "the bad one\nits body"])
    assert 'for "the bad one"' in problem.value.why and problem.value.fix.startswith(
        "see what it gives: echo"
    )


def test_how_many_came_is_told(tmp_path):
    """One and several, as people count."""
    with pytest.raises(Unavailable, match="gave 2 vectors for 1 text:"):
        model(tmp_path, "print('[1]'); print('[1]')").embed(["a"])
    with pytest.raises(Unavailable, match="gave 0 vectors for 2 texts:"):
        model(tmp_path, "").embed(["a", "b"])


def test_numbers_may_be_large_and_small(tmp_path):
    """What a number of 32 bits holds is taken though its square is beyond, and nothing is said of it."""
    found = model(tmp_path, "print('[3e38, 3e38]'); print('[-2e-38, 0]')").embed(["a", "b"])
    assert np.allclose(found, [[0.5**0.5] * 2, [-1, 0]], atol=1e-6)


def test_it_is_not_waited_for_without_end(tmp_path, monkeypatch):
    """A command that hangs is given up."""
    monkeypatch.setattr(command, "SECONDS", 0.2)
    with pytest.raises(Unavailable, match="in time"):
        model(tmp_path, "import time; time.sleep(60)").embed(["a"])


@pytest.mark.parametrize("words", ["", "   ", "'open", "/no/such/program x"])
def test_a_command_that_is_none(words):
    """Empty, unreadable or missing."""
    with pytest.raises(Unavailable):
        CommandModel(words).embed(["a"])
