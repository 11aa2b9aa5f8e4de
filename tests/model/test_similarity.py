"""Near-duplicates: found, and told from what only looks alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model.similarity import (
    ALIKE,
    SAME,
    SKETCH_ALIKE,
    SKETCH_SIZE,
    nearest,
    overlap,
    replaces,
    same,
    sets_apart,
    signature,
    similarity,
    sketch_similarity,
)

LOCKS = "Workers claim jobs with SKIP LOCKED, not with a lock table"
WHY = """A lock table needed a sweeper and lost jobs when a worker died between insert and commit.
With SKIP LOCKED Postgres frees the row when the connection drops."""
TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=120)


def test_case_and_punctuation_do_not_count() -> None:
    """Texts that differ only in case, punctuation and whitespace are the same, and nothing else is."""
    other = "workers  claim jobs with skip-locked; not with a lock table."
    assert same(LOCKS, WHY, other, WHY.upper().replace("\n", " "))
    assert similarity(LOCKS, WHY, other, WHY) == SAME
    assert not same(LOCKS, WHY, LOCKS, "")
    assert similarity(LOCKS, WHY, LOCKS, WHY + " Always.") < SAME


@pytest.mark.parametrize(
    ("one", "other", "by"),
    [
        ("Implement strlen for ARM", "Implement strlen for RISC-V", "name"),
        ("Batch size is 50", "Batch size is 60", "number"),
        ("Timeout is 1.5 s", "Timeout is 15 s", "number"),
        ("Use the lock table", "Do not use the lock table", "negation"),
        ("Retries are safe here", "Retries aren't safe here", "negation"),
        ("数据库连接池会耗尽", "数据库连接池不会耗尽", "negation"),
        ("POST /jobs with idempotency key", "GET /jobs with idempotency key", "name"),
        ("Deploy the queue to staging", "Deploy the queue to production", "name"),
        ("claimNext retries on conflict in the worker", "claimJob retries on conflict in the worker", "name"),
        ("Build the parser on Linux", "Build the parser", "name"),
    ],
)
def test_one_word_sets_apart(one: str, other: str, by: str) -> None:
    """A number, a negation, a platform, a component or an identifier makes two titles two statements."""
    assert sets_apart(one, "", other, "") == by
    assert not same(one, "", other, "")
    assert similarity(one, "", other, "") < ALIKE
    assert similarity(one, WHY, other, WHY) < ALIKE


def test_short_bodies_are_set_apart_too() -> None:
    """Under equal titles a number or a negation in a short body is the message."""
    assert similarity("Batch size", "It is 50.", "Batch size", "It is 60.") < ALIKE
    assert similarity("Batch size", "It is checked.", "Batch size", "It is not checked.") < ALIKE


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("should restart", "should not restart", "negation"),
        ("waits 3 minutes", "waits 30 minutes", "number"),
        ("on staging", "on production", "name"),
        ("should restart", "should then restart", None),
    ],
)
def test_long_bodies_that_differ_in_a_word(one: str, other: str, apart: str | None) -> None:
    """However long the text, where nothing else differs a number, a denial or a name is the message."""
    text = "It is kept on disk and replayed at start, which takes a minute per gigabyte; while it is, clients queue in memory"
    bodies = [
        f"{text}, and nothing of theirs is lost. An operator {said} as said there." for said in (one, other)
    ]
    assert sets_apart("Broker during a deploy", bodies[0], "Broker during a deploy", bodies[1]) == apart
    assert sets_apart("Broker during a deploy", bodies[1], "Broker during a deploy", bodies[0]) == apart


def test_rewording_is_alike() -> None:
    """A memory said again in nearly the same words is a near-duplicate."""
    other = "Workers claim jobs by SKIP LOCKED, not by a lock table"
    assert similarity(LOCKS, WHY, other, WHY.replace("needed a sweeper", "wanted sweeping")) >= ALIKE
    assert (
        similarity("claimNext gives up after three tries", "", "claimNext gives up after three attempts", "")
        >= ALIKE
    )


def test_unrelated_is_far() -> None:
    """Memories about different things share next to nothing, exactly and by sketch."""
    other = ("Errors leave the API as problem+json", "Each handler throws, one middleware renders.")
    assert similarity(LOCKS, WHY, *other) < 0.1
    assert sketch_similarity(signature(LOCKS, WHY), signature(*other)) < SKETCH_ALIKE


def test_a_sketch_says_only_what_the_words_say() -> None:
    """A sketch is 64 bytes that never change: it is stored, and compared by other machines."""
    assert (
        signature(LOCKS, "").hex() == "baca40dce708ba70c49c08f640cacffee7cfc4e2cae2dcf6febaf6fdf640c4ba"
        "ba70e79c3be2f63bcfc408c4ca9ccafdfdfecf3bcafdc4cfc4f670dcfee2dce7"
    )
    assert len(signature("", "")) == SKETCH_SIZE
    assert signature("", "") == bytes(SKETCH_SIZE)


def test_sketches_tell_the_overlap() -> None:
    """A sketch's similarity is near the exact overlap, also for titles alone."""
    for one, other in [
        (("Fix typo in readme", ""), ("Fix typo in README.md", "")),
        ((LOCKS, WHY), (LOCKS, "")),
        ((LOCKS, WHY), ("Claim jobs with SKIP LOCKED", WHY)),
    ]:
        if one[1] and other[1]:
            assert abs(sketch_similarity(signature(*one), signature(*other)) - overlap(*one, *other)) < 0.25
        assert sketch_similarity(signature(*one), signature(*other)) > SKETCH_ALIKE


def test_nearest_is_the_scan_by_hand() -> None:
    """The fast scan finds what comparing each would find, the most similar first, ties by number."""
    sketches = [(n, signature(f"{LOCKS} and more {'x' * (n % 7)}", WHY * (n % 3))) for n in range(60)]
    mine = signature(LOCKS, WHY)
    for least in (0.0, 0.3, 0.5, 0.9, 1.0):
        slow = [(n, sketch_similarity(mine, sketch)) for n, sketch in sketches]
        expected = sorted([pair for pair in slow if pair[1] >= least], key=lambda pair: (-pair[1], pair[0]))
        assert nearest(mine, b"".join(sketch for _, sketch in sketches), least) == expected


@given(TEXT, TEXT, TEXT, TEXT)
def test_measures_are_symmetric_and_bounded(a: str, b: str, c: str, d: str) -> None:
    """A similarity is from 0 to 1, the same from both sides, and 1 only when the two say the same."""
    value = similarity(a, b, c, d)
    assert 0 <= value <= 1
    assert value == similarity(c, d, a, b)
    assert (value == SAME) == same(a, b, c, d)
    assert 0 <= sketch_similarity(signature(a, b), signature(c, d)) <= 1
    assert similarity(a, b, a, b) == SAME
    assert sketch_similarity(signature(a, b), signature(a, b)) == 1


@pytest.mark.parametrize(
    ("new", "old", "told"),
    [
        ("Jobs are retried with backoff 1, 4, 16 s", "Job retries wait 1 s, 5 s, 25 s", True),
        ("Batch size is 60", "Batch size is 50", True),
        ("Job retries wait 1 s, 5 s, 25 s and then stop", "Job retries wait 1 s, 5 s, 25 s", True),
        ("The cache is never flushed on deploy", "The cache is flushed on deploy", True),
        ("Implement strlen for ARM", "Implement strlen for RISC-V", False),
        ("Split ARM codegen into 12 modules", "Split x86 codegen into 9 modules", False),
        ("Lock: fix_x86_va_start", "Lock: fix_constfold_u32", False),
        ("Errors leave the API as problem+json", "Workers claim jobs with SKIP LOCKED", False),
    ],
)
def test_what_may_replace_is_told(new, old, told):
    """Another number or a negation in the same statement is told; the same statement about another thing is not."""
    assert (replaces(new, "", old, "") >= ALIKE) is told
