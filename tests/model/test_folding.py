"""The one form in which names are compared."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model.folding import folded


@pytest.mark.parametrize(
    ("name", "form"), [("JobQueue", "jobqueue"), ("Größe", "grösse"), ("ΌΣΟΣ", "όσοσ"), ("", "")]
)
def test_capitals_make_no_difference(name: str, form: str) -> None:
    """Nor does how many characters a letter with its marks is."""
    assert folded(name) == folded(unicodedata.normalize("NFD", name)) == form


@given(st.text(max_size=40))
def test_the_form_is_its_own(name: str) -> None:
    """Of any text, composed or not."""
    assert folded(folded(name)) == folded(name) == folded(unicodedata.normalize("NFD", name))
