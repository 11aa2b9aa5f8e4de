"""How much a word says of any subject: what is shipped is what the generator counts, whatever the Python that it ran on."""

import importlib.util
from pathlib import Path

import pytest

from agentmem.model import analysis, background
from agentmem.model.background import LEVELS, SAYS

GENERATOR = Path(__file__).parents[2] / "benchmarks" / "background.py"


@pytest.fixture(scope="module")
def counted():
    """What the generator counts here, as the module that it prints."""
    spec = importlib.util.spec_from_file_location("counting_background", GENERATOR)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    printed: list[str] = []
    module.print = lambda line="": printed.append(line)
    module.main()
    names: dict = {}
    exec("\n".join(printed), names)  # it is Python
    return names


def test_it_is_what_the_generator_prints(counted):
    """On any Python that runs the tests nearly all words are the same, and what each says differs by a step, of a few by two: the
    docstrings of its library are a few more or fewer.
    """
    made = counted["SAYS"]
    both = made.keys() & SAYS.keys()
    assert len(both) >= 0.95 * max(len(made), len(SAYS))
    apart = [abs(made[stem] - SAYS[stem]) for stem in both]
    assert max(apart) < 0.101 and sum(one < 0.051 for one in apart) >= 0.99 * len(both)
    assert sum(one < 0.001 for one in apart) >= 0.75 * len(both)
    assert counted["__doc__"].count("\n") == background.__doc__.count("\n")


def test_levels_are_in_order_and_name_each_stem_once():
    """From what says least up, each stem once, so that the table can be read."""
    assert list(LEVELS) == sorted(LEVELS)
    assert all(0 < level < 1 for level in LEVELS)
    stems = [stem for stems in LEVELS.values() for stem in stems.split()]
    assert len(stems) == len(set(stems)) == len(SAYS)


def test_stems_are_terms():
    """They are as the analyser writes terms: nothing but lower-case letters."""
    assert all(stem.isascii() and stem.isalpha() and stem.islower() for stem in SAYS)


@pytest.mark.parametrize(
    "word", ["file", "error", "values", "return", "functions", "string", "default", "new"]
)
def test_words_of_any_subject_say_little(word):
    """Words that programmers use whatever they write about say less than half."""
    [term] = analysis.terms(word)
    assert SAYS[term] < 0.5


@pytest.mark.parametrize("word", ["postgres", "invoice", "pgbouncer", "checkout", "zebra", "tenant"])
def test_words_of_a_subject_say_all(word):
    """Words of one subject are not among them, so they count in full."""
    [term] = analysis.terms(word)
    assert term not in SAYS
