"""Contradictions between memories: told when sure, silent where both can be true."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model.contradiction import candidates, contradiction
from agentmem.model.memory import Memory
from agentmem.model.quantities import apart, find

PAIRS = os.path.join(os.path.dirname(__file__), "contradiction_pairs.jsonl")
TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=80)
CLAIM_PARTS = """
A job times out after before 30 1,000 ms 60 s 2 am 3.9 v1.2.3 10% half an hour between 1 and 4 to 8 - 16 kB not never is kept
in Redis Postgres with pnpm if 1, 2, 3 at least 80/20 # + ~ £ ² ٣ ١ ½ ⅷ 1e999 9.9.9.9 1.² 00:61 99:99 no limit # x-1 Phase
"""
CLAIMS = st.lists(
    st.sampled_from(CLAIM_PARTS.split()),
    max_size=14,
).map(" ".join)


def fact(title: str, body: str = "", kind: str = "fact", **more: object) -> Memory:
    return Memory("", kind, title, body, **more)  # type: ignore[arg-type]


def told(one: str, other: str) -> str | None:
    found = contradiction(fact(one), fact(other))
    return found and found.kind


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("A job times out after 30 s", "The job timeout is 60 s", "number"),
        ("claimNext gives up after three tries", "claimNext retries five times", "number"),
        ("Upload limit is 25 MB", "Uploads are limited to 50 MB", "number"),
        ("A lobby holds up to 16 players", "Lobbies hold at most 12 players", "number"),
        ("CI runs on Node 20", "CI runs on Node 18", "number"),
        ("The export starts at 02:00 UTC", "The export starts at 4 am UTC", "number"),
        ("The data is split 80/10/10", "The data is split 70/15/15", "number"),
        ("Sessions are kept in Redis", "Sessions live in a Postgres table", "name"),
        ("Code is formatted with black", "Code is formatted with ruff format", "name"),
        ("The module belongs to the payments team", "The module belongs to the platform team", "name"),
        ("Table names are plural", "Table names are singular", "name"),
        ("Migrations run before the new pods start", "Migrations run after the new pods start", "name"),
        ("Workers use SKIP LOCKED", "Workers do not use SKIP LOCKED", "negation"),
        ("The cache isn't thread safe", "The cache is thread safe", "negation"),
        ("Foreign keys are enabled", "Foreign keys are disabled", "negation"),
        ("Always rebase before merging", "Never rebase before merging", "negation"),
        ("Der Cache wird geleert", "Der Cache wird nicht geleert", "negation"),
        ("Nested comments are unsupported by the parser", "The parser handles nested comments", "negation"),
    ],
)
def test_what_cannot_both_be_true_is_told(one: str, other: str, kind: str) -> None:
    """Another number, another name where there can be one only, or a denial is told, with its kind."""
    assert told(one, other) == kind


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The job timeout is 60 s", "A job times out after a minute"),
        ("The API timeout is 30 s", "The worker timeout is 60 s"),
        ("Phase 3 moves billing", "Phase 4 moves billing"),
        ("The handler follows RFC 7807 strictly", "The handler follows RFC 9457 strictly"),
        ("Uploads are retried 3 times", "Uploads are retried after 3 s"),
        ("Backoff of jobs is between 1 and 30 s", "Backoff of jobs is 10 s"),
        ("The pool keeps at least 5 connections", "The pool keeps at most 20 connections"),
        ("A build takes about 10 minutes", "A build takes 9.5 minutes"),
        ("The job timeout was 30 s until May", "The job timeout is 60 s"),
        ("Sessions are kept in Postgres, no longer in Redis", "Sessions are kept in Redis"),
        ("Sessions are kept in Redis and Postgres", "Sessions are kept in Postgres"),
        ("Sessions are kept in Redis", "Sessions are kept in Redis with a TTL of 30 min"),
        ("The CLI supports zsh", "The CLI supports fish"),
        ("The marts live in Postgres", "The marts live in PostgreSQL"),
        ("Redis is used for rate limits", "Redis is used for caching"),
        ("Workers claim with SKIP LOCKED, not with a lock table", "Workers claim with SKIP LOCKED"),
        ("If the lock is held, wait", "If the lock is not held, wait"),
        (
            'Write claims, such as "A job times out after 30 s"',
            'Write claims, such as "A job times out after 60 s"',
        ),
        ("3. Add a regression test for jobs", "4. Add a regression test for jobs"),
        ("x86 tests: 614/718 passed", "x86 tests: 638/718 passed"),
        ("See https://example.org/issues/12", "See https://example.org/issues/13"),
    ],
)
def test_what_can_both_be_true_is_not_told(one: str, other: str) -> None:
    """Another notation, subject, quantity or time, a range, a refinement and an example are no contradictions."""
    assert told(one, other) is None


def test_the_reason_names_both_values() -> None:
    """The reason is one line with what it is about and the two values."""
    found = contradiction(fact("A job times out after 30 s"), fact("The job timeout is 60 s"))
    assert found is not None
    assert found.reason == "job timeout: 30 s, 60 s"


def test_the_body_may_carry_the_value() -> None:
    """Under one title the first sentence of the body is the claim."""
    one, other = (
        "A lease lasts 60 s, then it may be taken. Why: 4 tests.",
        "A lease lasts 120 s. Why: 5 tests.",
    )
    assert contradiction(fact("Job lease length", one), fact("Length of a job lease", other)) is not None
    assert contradiction(fact("Job lease length", one), fact("Job lease length", one)) is None
    assert contradiction(fact("Job lease length", one), fact("Worker lease length", other)) is None


def test_only_active_claims_about_one_place_are_compared() -> None:
    """Kind, status, supersession, plan, scopes and entities can each set two memories apart."""
    one, other = (
        fact("The job timeout is 30 s")._replace(id="a"),
        fact("The job timeout is 60 s")._replace(id="b"),
    )
    assert contradiction(one, other) is not None
    assert contradiction(one._replace(kind="convention"), other._replace(kind="decision")) is not None
    for kind in ("log", "task", "plan", "entity", "reflection", "deadend"):
        assert contradiction(one, other._replace(kind=kind)) is None
    assert contradiction(one, other._replace(status="retracted")) is None
    assert contradiction(one, other._replace(supersedes=("a",))) is None
    assert contradiction(one._replace(entities=("API",)), other._replace(entities=("worker",))) is None
    assert contradiction(one._replace(entities=("API",)), other._replace(entities=("api", "x"))) is not None
    assert contradiction(one._replace(scope=("src/api/**",)), other._replace(scope=("src/jobs/**",))) is None
    assert (
        contradiction(one._replace(scope=("src/**",)), other._replace(scope=("src/jobs/*.py",))) is not None
    )
    assert contradiction(one._replace(plan="p", phase="1"), other._replace(plan="p", phase="2")) is None


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("1,000 ms", "1 s", False),
        ("60 s", "one minute", False),
        ("half a minute", "30 seconds", False),
        ("two weeks", "14 days", False),
        ("1 GiB", "1024 MiB", False),
        ("2 KB", "2 KiB", False),
        ("1 MB", "2 MB", True),
        ("10 %", "0.1", False),
        ("10k", "10 000", False),
        ("60 times a second", "60 Hz", False),
        ("100 requests per minute", "100 requests per second", True),
        ("2 am", "02:00", False),
        ("2 pm", "02:00", True),
        ("up to 5", "8", True),
        ("up to 5", "3", False),
        ("Python 3.9 or later", "Python 3.11", False),
        ("Python 3.9 to 3.12", "Python 3.13", True),
        ("3 s", "3 retries", None),
        ("5 kHz", "5000 px", None),
    ],
)
def test_values_are_compared_in_one_unit(one: str, other: str, differ: bool | None) -> None:
    """Values of one dimension are compared whatever their notation; of two dimensions, not at all."""
    assert apart(find(one)[0][0], find(other)[0][0]) is differ
    assert apart(find(other)[0][0], find(one)[0][0]) is differ


@given(TEXT | CLAIMS, TEXT | CLAIMS, TEXT | CLAIMS, TEXT | CLAIMS)
def test_any_text_gives_the_same_answer_from_both_sides(a: str, b: str, c: str, d: str) -> None:
    """No text makes it fail, the order of the two is all one, and nothing contradicts itself or escapes the candidates."""
    one, other = fact(a, b), fact(c, d)
    found = contradiction(one, other)
    assert found == contradiction(other, one) == contradiction(one, other)
    assert contradiction(one, one) is None
    pairs = list(candidates([one, other, one]))
    assert pairs == sorted(set(pairs))
    assert found is None or (0, 1) in pairs


def labelled() -> list[tuple[Memory, Memory, bool]]:
    found = []
    with open(PAIRS, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for row in rows:
        one, other = (
            fact(
                **{
                    key: tuple(value) if isinstance(value, list) else value
                    for key, value in row[side].items()
                }
            )
            for side in ("a", "b")
        )
        found.append((one, other, row["contradict"]))
    return found


def test_precision_and_recall_on_the_labelled_pairs() -> None:
    """What is reported is right in .9 of cases and more (the design asks .7), and it finds more than half."""
    pairs = labelled()
    assert len(pairs) >= 240
    reported = [label for one, other, label in pairs if contradiction(one, other)]
    assert sum(reported) / len(reported) >= 0.9
    assert sum(reported) / sum(label for *_, label in pairs) >= 0.6


def test_candidates_lose_nothing() -> None:
    """Among all labelled memories, each pair that is reported when all are compared with all is a candidate, and few others."""
    compared = [memory for one, other, _ in labelled() for memory in (one, other)]
    found = set(candidates(compared))
    every = [(a, b) for b in range(len(compared)) for a in range(b)]
    reported = {(a, b) for a, b in every if contradiction(compared[a], compared[b])}
    assert reported <= found
    assert len(found) < len(every) / 100
