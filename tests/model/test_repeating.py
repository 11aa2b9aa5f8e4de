"""Repeats: the same, a part, the same with another number; and what only looks so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import repeating
from agentmem.model.repeating import FULLER, PART, RIVALS, SAME, relation, said

TITLE = "The worker renews its lease every fifteen seconds"
BODY = (
    "A lease that nobody renews ends by itself, so a crashed worker blocks nothing. The sweeper then puts the job back"
    " into the queue, and the next poll takes it up. Renewing is one update by primary key and costs nothing measurable."
)
OPPOSITE = {PART: FULLER, FULLER: PART, SAME: SAME, RIVALS: RIVALS, None: None}


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ((TITLE, BODY), (TITLE, BODY), SAME),
        ((TITLE, BODY), (TITLE, BODY.replace("measurable", "to speak of")), SAME),
        ((TITLE, BODY), (TITLE, BODY[:90]), PART),
        ((TITLE, BODY[:90]), (TITLE, BODY), FULLER),
        ((TITLE, BODY), ("The worker renews its lease (draft)", BODY), PART),
        ((TITLE, BODY), (f"{TITLE}?", BODY), PART),
        (("Retries wait 5 seconds", BODY), ("Retries wait 9 seconds", BODY), RIVALS),
        ((TITLE, BODY), ("Prices are rounded to two digits", "Half a cent was lost on each refund."), None),
        (("Okapi header stops the parser", ""), ("The parser stops where okapi rows end", ""), None),
        (("Okapi header stops the parser", ""), ("okapi header, stops the parser", ""), SAME),
        (("Tests of the ARM backend", BODY), ("Tests of the RISC-V backend", BODY), None),
        (("The lobby waits for lost players", BODY), ("The relay waits for lost players", BODY), None),
        (("Indentation", "Use tabs in all files."), ("Indentation", "Use spaces in all files."), None),
        (("A lost job is deleted", BODY), ("A lost job is removed", BODY), SAME),
        (("The host yields to the relay", BODY), ("The relay yields to the host", BODY), None),
        (("In the gateway, retry twice", BODY), ("Retry twice in the gateway", BODY), SAME),
        (("Retries wait five seconds", BODY), ("Retries wait nine seconds", BODY), RIVALS),
        ((TITLE, BODY), (TITLE.replace("lease", "something"), BODY), SAME),
    ],
)
def test_relations(one: tuple[str, str], other: tuple[str, str], how: str | None) -> None:
    """Copies are told from parts and drafts of a text, from the same with another number, and from what is of something else."""
    assert relation(said(*one), said(*other)) == how


def test_a_vaguer_copy_says_less():
    """Where a word that any text may have stands in the place of one that says something, as much is written and less is said."""
    whole, vague = (
        said(TITLE, BODY),
        said(TITLE, BODY.replace("sweeper", "something").replace("poll", "thing")),
    )
    assert vague.size == whole.size and vague.says < whole.says


WORDS = st.lists(
    st.sampled_from(
        ["lease", "worker", "queue", "sweeper", "poll", "renew", "5", "9", "crash", "block", "job"]
    ),
    max_size=14,
)


@given(WORDS, WORDS, WORDS, WORDS)
def test_a_relation_has_two_sides(a: list[str], b: list[str], c: list[str], d: list[str]) -> None:
    """Whichever of two texts is looked at first: what is a part of the other has the other as its fuller."""
    one, other = said(" ".join(a) or "x", " ".join(b)), said(" ".join(c) or "x", " ".join(d))
    if one.size != other.size:
        assert OPPOSITE[relation(one, other)] == relation(other, one)


@pytest.mark.parametrize(
    ("title", "tentative"),
    [
        ("Use SKIP LOCKED (draft)", True),
        ("WIP: the pool", True),
        ("Is the pool too small?", True),
        ("TODO look at the pool", True),
        ("The drafts folder is synced", False),
        ("Workers claim jobs with SKIP LOCKED", False),
    ],
)
def test_drafts_call_themselves_so(title: str, tentative: bool) -> None:
    """A title that says that it is not settled is one; one about drafts is none."""
    assert repeating.is_tentative(said(title, "")) == tentative
