"""Of whose notes and of which kind a question wants them, said in words."""

import pytest

from agentmem.model import bylines


@pytest.mark.parametrize(
    ("text", "kinds", "alone"),
    [
        ("decisions", {"decision"}, True),
        ("what did we decide", {"decision"}, True),
        ("recent dead ends", {"deadend"}, True),
        ("open tasks", {"task"}, True),
        ("current plan", {"plan"}, True),
        ("logs", set(), False),
        ("plan", set(), False),
        ("newest log entries", {"log"}, True),
        ("entities", {"entity"}, True),
        ("which decisions did we take about storage", {"decision"}, False),
        ("newest decision about alerts", {"decision"}, False),
        ("facts about redis", {"fact"}, False),
        ("dead worker", set(), False),
        ("log rotation", set(), False),
        ("which tasks does a worker take", set(), False),
        ("the fact table", set(), False),
        ("decision on ratings", {"decision"}, False),
        ("what is the decision about ratings", {"decision"}, False),
        ("rollback decision", {"decision"}, False),
        (' "canary rollback" decision. ', {"decision"}, False),
        ("our own rollback decision", set(), False),
        ("naming convention?", {"convention"}, False),
        ("what is the calling convention of this", set(), False),
        ("decision", set(), False),
        ("", set(), False),
    ],
)
def test_kinds(text, kinds, alone):
    """A kind by its plural or beside a word that asks for one; a word of every day only where it stands alone."""
    found, nothing_else = bylines.kinds(text)
    assert (set(found), nothing_else) == (kinds, alone)


@pytest.mark.parametrize(
    ("text", "kinds", "alone"),
    [
        ("logs of", {"log"}, True),
        ("which facts were written", {"fact"}, True),
        ("which decisions did we make", {"decision"}, True),
        ("logs of the gateway", set(), False),
    ],
)
def test_kinds_beside_a_span(text, kinds, alone):
    """Beside a span of time, logs are entries, and what only says that something was done asks for nothing more."""
    found, nothing_else = bylines.kinds(text, spanned=True)
    assert (set(found), nothing_else) == (kinds, alone)
    assert not bylines.kinds(text)[1]


@pytest.mark.parametrize("signs", ["/", "../", "- ", "a ", "a/ "])
def test_a_question_of_signs_alone(signs):
    """It asks for no kind, and is read through once: each end of a run was tried with each of the next, a minute for these."""
    assert bylines.kinds(signs * 100_000) == ({}, False)


def test_terms_that_name_a_kind():
    """What says the kind is told by its terms, without what stands beside it."""
    assert bylines.kinds("newest decision about alerts")[0] == {"decision": frozenset(["decis"])}
    assert bylines.kinds("dead ends of the queue")[0] == {"deadend": frozenset(["dead", "end"])}


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("what did sec-1 do", ("sec-1",)),
        ("notes by alice on locks", ("alice",)),
        ("what did Søren say", ("Søren",)),
        ("jo@example.org", ("jo@example.org",)),
        ("alice in wonderland", ()),
        ("src/queue-agent/run.ts", ()),
    ],
)
def test_people(text, people):
    """A made-up name anywhere, another where somebody is expected; a path names nobody."""
    assert bylines.people(text) == people
