"""Who asks how long, how often, how many or when is answered by what says so."""

import json
from pathlib import Path

import pytest

from tests import support
from tests.support import Project


@pytest.mark.parametrize(
    ("question", "first", "says"),
    [
        ("how long is a loan", "A loan lasts 21 days", "a duration"),
        ("how often is a loan renewed", "Renewals of a loan", "how often"),
        ("how many reminders has a loan", "Reminders of a loan: three", "a number"),
        ("when was the rule on loans dropped", "The rule on loans", "a moment"),
    ],
)
def test_the_kind_of_answer_that_is_asked_for(
    store: Project, tmp_path: Path, question: str, first: str, says: str
) -> None:
    """What says how long, how often, how many or when comes before what has the same words, and --explain says so."""
    records = [
        ("LoanList shows a loan that is overdue", "Sorted by how long they are."),
        ("A loan lasts 21 days", "Then it is overdue."),
        ("Renewals of a loan", "Renewed by the reader, twice; a loan of a magazine never is."),
        ("Reminders of a loan: three", "Sent by mail for a loan."),
        ("Reminders of a loan", "Sent by mail for a loan."),
        ("The loan is renewed by mail", "Renewed by a letter, as a loan of books is."),
        ("Rule on loans", "Dropped: loans to guests."),
        ("The rule on loans", "Dropped on Monday: loans to guests."),
    ]
    lines = (json.dumps({"kind": "fact", "title": title, "body": body}) for title, body in records)
    store.ok("import", "jsonl", str(support.put(tmp_path / "loans.jsonl", "\n".join(lines))))
    hits = store.json("recall", question, "--explain", "--limit", "3")["hits"]
    assert hits[0]["title"] == first
    terms = {term["name"]: term for term in hits[0]["explain"]}
    assert terms["kind of answer"]["detail"] == says
    assert 1 < terms["kind of answer"]["value"] <= 1.25
    plain = store.json("recall", question.partition(" ")[2].removeprefix("long"), "--explain")["hits"]
    assert all(term["name"] != "kind of answer" for hit in plain for term in hit["explain"])
