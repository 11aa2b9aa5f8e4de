"""Words that only hold a sentence together count for less, however rare they are in a store."""

import pytest

from agentmem.model import analysis, functionwords


@pytest.mark.parametrize("word", ["too", "until", "because", "one", "might", "always"])
def test_what_names_nothing(word):
    """They are terms, and count a part."""
    [term] = analysis.terms(word)
    assert functionwords.says(term) == functionwords.SAYS < 1


@pytest.mark.parametrize(
    "word", ["lockout", "go", "stays", "only_once", "upstream", "overflow", "before", "42"]
)
def test_what_names_something(word):
    """Verbs, names and numbers count in full, also those that begin as such words do."""
    assert {functionwords.says(term) for term in analysis.terms(word)} >= {1.0}
