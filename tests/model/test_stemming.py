"""Forms of one word have one stem, and words that say something else have another."""

import pytest

from agentmem.model.stemming import stem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("business", "busy"),
        ("important", "import"),
        ("general", "generate"),
        ("generic", "general"),
        ("production", "product"),
        ("author", "authorization"),
        ("authority", "author"),
        ("position", "positive"),
        ("expression", "express"),
        ("conversation", "conversion"),
        ("policy", "police"),
        ("customer", "custom"),
        ("several", "severity"),
        ("terminal", "terminate"),
        ("harness", "har"),
        ("locale", "local"),
        ("contention", "content"),
        ("subscription", "subscript"),
        ("directive", "direction"),
        ("news", "new"),
        ("paste", "past"),
    ],
)
def test_words_that_say_something_else(one, other):
    """Who asks for the one is not answered with the other."""
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    "forms",
    [
        "business businesses",
        "import imports imported importing importer",
        "important importance importantly",
        "generate generates generated generator generators generation",
        "position positions positional positioned",
        "policy policies",
        "authorization authorize authorized authorizing",
        "conversation conversations",
        "retry retries retried retrying",
        "connect connection connections connected",
    ],
)
def test_forms_of_a_word(forms):
    """Whoever asks in one form finds the others."""
    assert len({stem(form) for form in forms.split()}) == 1
