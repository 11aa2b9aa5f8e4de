"""Words: what each field of a memory counts, in one number."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model.memory import Citation, Memory
from agentmem.model.words import (
    BODY_MAX,
    NAMES_AT,
    NAMES_MAX,
    PLACES_AT,
    PLACES_MAX,
    TITLE_AT,
    TITLE_MAX,
    Lengths,
    fields_of,
    unpack,
    words_of,
)

LIMITS = (TITLE_MAX, NAMES_MAX, PLACES_MAX, BODY_MAX)
COUNTS = st.tuples(*(st.integers(0, limit) | st.sampled_from([0, 1, limit]) for limit in LIMITS))


@given(COUNTS)
def test_what_is_packed_unpacks(counts: tuple[int, int, int, int]) -> None:
    """Every set of counts within the limits is told from every other, and is exact as a 32-bit float."""
    title, names, places, body = counts
    packed = title * TITLE_AT + names * NAMES_AT + places * PLACES_AT + body
    assert unpack(packed) == counts
    assert packed < 2**24
    assert struct.unpack("<f", struct.pack("<f", packed))[0] == packed


def of(title: int, names: int, places: int, body: int) -> Memory:
    return Memory(
        "7k3m9qwpdx2v",
        "fact",
        "zebra " * title,
        body="a " + "zebra " * body,
        tags=("zebra " * names,) if names else (),
        scope=("zebra " * places,) if places else (),
    )


NUMBERS = st.tuples(*(st.integers(0, limit + 20) for limit in LIMITS))


@given(NUMBERS)
def test_counts_stop_at_their_limits(counts: tuple[int, int, int, int]) -> None:
    """A word that stands more often than a field's limit counts as the limit and spills into no other field."""
    packed, lengths = words_of(of(*counts))
    assert lengths == Lengths(*counts)
    expected = tuple(min(count, limit) for count, limit in zip(counts, LIMITS, strict=True))
    assert unpack(packed.get("zebra", 0)) == expected
    assert (not any(counts)) == (packed == {})


TEXT = st.text(max_size=60)


@given(
    st.builds(
        Memory,
        id=st.just(""),
        kind=st.just("fact"),
        title=TEXT,
        body=st.text(max_size=400),
        tags=st.lists(TEXT, max_size=3).map(tuple),
        entities=st.lists(TEXT, max_size=3).map(tuple),
        aliases=st.lists(TEXT, max_size=3).map(tuple),
        scope=st.lists(TEXT, max_size=3).map(tuple),
        cites=st.lists(st.builds(Citation, path=TEXT, symbol=st.none() | TEXT), max_size=3).map(tuple),
    )
)
def test_any_memory_has_weights_that_floats_hold(memory: Memory) -> None:
    """Every weight of any memory is a whole number from 1 to below 2**24, and no term counts in a field without terms."""
    packed, lengths = words_of(memory)
    assert all(0 < value < 2**24 for value in packed.values())
    for value in packed.values():
        assert all(count <= length for count, length in zip(unpack(value), lengths, strict=True))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "zebra", "body": "a"}, 0),
        ({"title": "zebra"}, 3),
        ({"tags": ("zebra",)}, 1),
        ({"entities": ("zebra",)}, 1),
        ({"aliases": ("zebra",)}, 1),
        ({"scope": ("zebra/**",)}, 2),
        ({"cites": (Citation("src/zebra.ts"),)}, 2),
        ({"cites": (Citation("x", symbol="Zebra.run"),)}, 2),
        ({"body": "A zebra."}, 3),
    ],
)
def test_where_each_key_counts(values: dict, field: int) -> None:
    """Title and body are fields of their own; tags, entities and aliases are names; scopes, cited paths and symbols places."""
    packed, lengths = words_of(Memory(**{"id": "", "kind": "fact", "title": "", **values}))
    assert [bool(count) for count in unpack(packed["zebra"])] == [k == field for k in range(4)]
    assert [bool(length) for length in lengths] == [k == field for k in range(4)]


def test_what_counts_nowhere() -> None:
    """Quotes, hashes, authors, plans and unknown keys are no words of a memory."""
    memory = Memory(
        "7k3m9qwpdx2v",
        "task",
        "T",
        by="zebra",
        role="zebra",
        plan="zebra",
        cites=(Citation("p", quote="zebra", hash="zebra", lines="1-2", commit="zebra"),),
        extra={"zebra": "zebra"},
    )
    assert "zebra" not in words_of(memory)[0]


def test_a_title_that_is_no_name_counts_once() -> None:
    """A long title that the body begins with is the body's; a short one may begin like it by chance."""
    lead = "Yesterday the zebra crossing was painted"
    body = f"{lead} again, and nobody knows why."
    assert fields_of(Memory("", "log", lead, body=body))[::3] == ("", body)
    assert fields_of(Memory("", "log", lead, body="\n" + body))[0] == ""
    assert fields_of(Memory("", "log", lead, body="Again."))[0] == lead
    assert fields_of(Memory("", "fact", "The zebra", body="The zebra is striped."))[0] == "The zebra"
    assert fields_of(Memory("", "log", lead))[::3] == ("", lead)


def test_values_stay_apart() -> None:
    """The words of two tags are not read as one name across the border between them."""
    _, names, _, _ = fields_of(Memory("", "fact", "", tags=("job", "queue")))
    assert "jobqueue" not in words_of(Memory("", "fact", "", tags=("job", "queue")))[0]
    assert names.split() == ["job", "queue"]
