"""Claims as values: when they end, what of two counts, that what is written is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import ids, leases
from agentmem.model.leases import Claim, Handoff

TASK = "7k3m9qwpdx2v"
MINE, OTHERS = "a" * 16, "b" * 16


def claim(**facts) -> Claim:
    """A claim of agent a, taken at 1000 for an hour."""
    base = {
        "task": TASK,
        "agent": "a",
        "clone": MINE,
        "worktree": ".",
        "nonce": "n",
        "opened": 1000,
        "renewed": 1000,
    }
    return Claim(**{**base, **facts})


texts = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
moments = st.integers(0, 4_000_000_000)
claims = st.builds(
    Claim,
    task=st.just(TASK), agent=texts, clone=texts, worktree=texts, nonce=texts, opened=moments, renewed=moments,
    ttl=st.integers(leases.MIN_TTL, leases.MAX_TTL), state=st.sampled_from(leases.STATES), role=st.none() | texts,
    branch=st.none() | texts, scope=st.lists(texts, max_size=3).map(tuple), exclusive=st.booleans(),
    entry=st.none() | st.text(ids.ALPHABET, min_size=12, max_size=12), taken_from=st.none() | texts,
    handoff=st.none() | st.builds(Handoff, texts, texts, moments),
)  # fmt: skip


@given(claims)
def test_what_is_written_is_read(one: Claim) -> None:
    """Every claim comes back as it was."""
    assert leases.read(leases.write(one), TASK) == one


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(repr).map(str.encode)
)
def test_anything_may_be_read(data: bytes) -> None:
    """Whatever a ref holds, it is a claim or none."""
    assert leases.read(data, TASK) is None


@given(moments, moments, moments)
def test_whose_clock_ends_a_lease(renewed: int, seen: int, now: int) -> None:
    """A lease of this clone ends as written; one from elsewhere by what this clone saw, whatever it says."""
    mine, theirs = claim(renewed=renewed), claim(clone=OTHERS, renewed=renewed)
    assert leases.ends(mine, MINE, seen) == renewed + 3600
    assert leases.ends(theirs, MINE, seen) == seen + 3660
    assert (leases.state_at(mine, renewed + 3600, now) == leases.EXPIRED) == (now >= renewed + 3600)
    assert leases.state_at(claim(state=leases.DONE), 0, now) == leases.DONE


def test_when_it_is_to_be_renewed() -> None:
    """After a quarter of its length."""
    assert claim(ttl=400).due == 1100


@pytest.mark.parametrize(
    ("ours", "theirs", "kept"),
    [
        ({}, {}, "theirs"),
        ({"state": "done"}, {}, "ours"),
        ({}, {"state": "done"}, "theirs"),
        ({"state": "done"}, {"state": "done"}, "theirs"),
        ({"state": "done"}, {"state": "released"}, "ours"),
        ({}, {"state": "released"}, "ours"),
        ({"state": "released"}, {}, "theirs"),
    ],
)
def test_two_that_did_not_see_each_other(ours: dict[str, str], theirs: dict[str, str], kept: str) -> None:
    """Done outweighs held, held outweighs released, else the remote's counts."""
    mine, other = claim(agent="ours", **ours), claim(agent="theirs", clone=OTHERS, **theirs)
    assert leases.joined(mine, other).agent == kept
    assert leases.joined(None, other) == other


def test_one_holder_whose_words_crossed() -> None:
    """What one holder said last by its own clock counts, and at the same moment that it is over."""
    early, late = claim(), claim(renewed=2000)
    assert leases.joined(late, early) == leases.joined(early, late) == late
    over = claim(state="released")
    assert leases.joined(over, early) == leases.joined(early, over) == over
