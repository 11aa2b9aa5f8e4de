"""Ids: what is one, what may name one, and the shortest prefix that tells one from the others."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model.ids import ALPHABET, LENGTH, SHORT, ShortIds, derived_id, encode, is_id, is_prefix, new_id

IDS = st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH)
# few letters after a common start: most prefixes clash
CLOSE = st.text("01a", min_size=LENGTH, max_size=LENGTH).map(lambda text: ("0" * 5 + text)[:LENGTH])


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        (0, "000000000000"),
        (1, "000000000001"),
        (31, "00000000000z"),
        (32, "000000000010"),
        (2**60 - 1, "zzzzzzzzzzzz"),
        (2**60, "000000000000"),
        (2**59, "g00000000000"),
    ],
)
def test_bits_are_twelve_characters(bits: int, text: str) -> None:
    """The low 60 bits become 12 characters, the highest five first."""
    assert encode(bits) == text


@given(st.integers(0, 2**60 - 1), st.integers(0, 2**60 - 1))
def test_encoding_keeps_order_and_loses_nothing(one: int, other: int) -> None:
    """The text of a number reads back as the number and sorts as it does."""
    assert sum(ALPHABET.index(c) << 5 * k for k, c in enumerate(reversed(encode(one)))) == one
    assert (encode(one) < encode(other)) == (one < other)


@given(st.binary(min_size=8, max_size=8))
def test_a_new_id_is_of_the_bytes_given(data: bytes) -> None:
    """A fresh id is an id, and made of the random bytes alone."""
    assert is_id(new_id(lambda count: data[:count]))
    assert new_id(lambda count: data[:count]) == encode(int.from_bytes(data, "big"))


@given(st.lists(st.text(), max_size=4))
def test_a_derived_id_is_the_first_60_bits_of_the_hash(parts: list[str]) -> None:
    """A derived id is the first 60 bits of SHA-256 over its parts with NUL between, whatever the text."""
    data = "\0".join(parts).encode("utf-8", "surrogateescape")
    bits = int(hashlib.sha256(data).hexdigest()[:15], 16)
    assert derived_id(*parts) == encode(bits)


def test_parts_do_not_run_together() -> None:
    """Where one part ends and the next begins counts, and what bytes that are no UTF-8 leave is taken."""
    assert len({derived_id("ab", "c"), derived_id("a", "bc"), derived_id("abc"), derived_id("abc", "")}) == 4
    assert is_id(derived_id("facts/\udcff.md"))


@pytest.mark.parametrize(
    ("text", "whole", "prefix"),
    [
        ("7k3m9qwpdx2v", True, True),
        ("7k3m9q", False, True),
        ("7k3m", False, True),
        ("7k3", False, False),
        ("", False, False),
        ("7k3m9qwpdx2v0", False, False),
        ("7K3M9QWPDX2V", False, False),
        ("7k3m9qwpdx2i", False, False),
        ("7k3m9qwpdx2l", False, False),
        ("7k3m9qwpdx2o", False, False),
        ("7k3m9qwpdx2u", False, False),
        ("7k3m9qwpdx2v\n", False, False),
        (" 7k3m9q", False, False),
        ("7k3m 9q", False, False),
        ("٧k3m9qwpdx2v", False, False),
    ],
)
def test_what_is_an_id(text: str, whole: bool, prefix: bool) -> None:
    """An id has exactly twelve characters of the alphabet; four of them may name one."""
    assert (is_id(text), is_prefix(text)) == (whole, prefix)


@given(st.sets(IDS | CLOSE, min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_short_forms_are_unambiguous(ids: set[str], random: object) -> None:
    """Every short form, the first looked up as the fortieth, names its id alone, and is no longer than it must be."""
    order = sorted(ids)
    random.shuffle(order)  # type: ignore[attr-defined]
    shorts = ShortIds(list(ids))
    for whole in order:
        short = shorts[whole]
        assert whole.startswith(short)
        assert len(short) >= SHORT
        assert [other for other in ids if other.startswith(short)] == [whole]
        if len(short) > SHORT:
            assert sum(other.startswith(short[:-1]) for other in ids) > 1
    assert dict(shorts) == {whole: ShortIds(ids)[whole] for whole in ids}


@given(st.lists(CLOSE, min_size=1, max_size=12), st.integers(1, 3))
def test_an_id_that_stands_twice_is_one(ids: list[str], times: int) -> None:
    """Copies of an id make it no longer, and are counted once."""
    many, once = ShortIds(ids * times), ShortIds(sorted(set(ids)))
    assert [many[whole] for whole in ids] == [once[whole] for whole in ids]
    assert (len(many), list(many)) == (len(once), list(once))


@given(st.sets(CLOSE, max_size=12), CLOSE, st.integers(0, 6))
def test_strangers_have_no_short_form(ids: set[str], stranger: str, before: int) -> None:
    """An id that is not among them is a KeyError, at the first look-up and at later ones."""
    shorts = ShortIds(ids - {stranger})
    for whole in sorted(ids - {stranger})[:before]:
        assert shorts[whole]
    with pytest.raises(KeyError):
        shorts[stranger]
    assert shorts.get(stranger, "none") == "none"
    assert stranger not in shorts
