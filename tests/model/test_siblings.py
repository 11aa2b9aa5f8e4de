"""Whether two tasks are one piece of work: told when they are, kept apart when a word puts another thing in its place."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model.siblings import read, similar_task, similar_tasks
from agentmem.model.similarity import ALIKE, SAME

PAIRS = [
    json.loads(line)
    for line in (Path(__file__).parent / "task_pairs.jsonl").read_text(encoding="utf-8").splitlines()
]
TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=80)


def test_labelled_pairs() -> None:
    """Of 200 pairs, half of them siblings, 95 % of those that are told are one task, and 85 % of those that are one are told."""
    told = [pair["same"] for pair in PAIRS if similar_task(pair["one"], "", pair["other"], "") >= ALIKE]
    assert sum(told) / len(told) >= 0.95
    assert sum(told) / sum(pair["same"] for pair in PAIRS) >= 0.85


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Implement the assembler for x86", "Implement the assembler for riscv"),
        ("Implement the assembler for x86", "Implement the assembler for arm"),
        ("Jobs list in the frontend", "Jobs list in the backend"),
        ("POST /jobs", "DELETE /jobs"),
        ("GET /jobs", "GET /jobs/:id"),
        ("Import phase 1", "Import phase 2"),
        ("Tests of the parser", "The parser"),
        ("Convert int to float", "Convert float to int"),
        ("Build the parser on Linux", "Build the parser"),
    ],
)
def test_siblings_are_not_the_same(one: str, other: str) -> None:
    """A platform, a component, a method, a number, a sort of work or a direction makes two tasks, whatever the bodies say."""
    body = "The same long text stands in both, as it does when tasks are made from one template by a program."
    assert similar_task(one, "", other, "") < ALIKE
    assert similar_task(one, body, other, body) < ALIKE


def test_the_same_said_otherwise() -> None:
    """Other words that frame, another order, more detail: still the one task; equal texts are the same."""
    assert similar_task("Retry with backoff", "", "Worker: implement retry with backoff", "") >= ALIKE
    assert similar_task("Fix the queue", "a", "Fix  the QUEUE.", "A") == SAME
    assert similar_task("Verify email at sign-up", "", "Email verification on signup", "") >= ALIKE


def test_bodies_decide_where_titles_leave_it_open() -> None:
    """Bodies that say the same make one task of titles that only share a part; a title of one word needs them."""
    body = "When the lease ends while a worker still holds the job, two workers run it; the second claim must be refused."
    assert (
        similar_task("Fix the build", "Missing header on macOS", "Fix the build", "Cargo lock out of date")
        < ALIKE
    )
    assert similar_task("Lease bug of workers", body, "Lease bug", body) >= ALIKE


def test_the_likeliest_first() -> None:
    """Of many tasks those that are the same are named, the likeliest first, siblings never."""
    others = [
        ("b", "DELETE /jobs", ""),
        ("c", "Idempotent creation: POST /jobs", ""),
        ("a", "POST /jobs", ""),
        ("d", "Login page", ""),
    ]
    found = similar_tasks("POST /jobs", "", others)
    assert [identity for identity, _ in found] == ["a", "c"]
    assert similar_tasks("POST /jobs", "", others, limit=1) == found[:1]


@given(TEXT, TEXT, TEXT, TEXT)
def test_any_text(title_a: str, body_a: str, title_b: str, body_b: str) -> None:
    """Any two texts give a number from 0 to 1, the same from either side, and a text that has words is the same as itself."""
    value = similar_task(title_a, body_a, title_b, body_b)
    assert 0 <= value <= 1
    assert similar_task(title_b, body_b, title_a, body_a) == pytest.approx(value)
    if read(title_a).words:
        assert similar_task(title_a, body_a, title_a, body_a) == SAME


def test_what_is_huge_ends() -> None:
    """A title that is a dump is cut."""
    assert similar_task("ab cd " * 20_000, "", "ab cd " * 20_000, "") >= ALIKE
