"""Explanations: a reader finds the words that matched, the terms of the score and what they mean, for any way a hit was found."""

import json
import math
import re

import pytest

from agentmem.output import explaining
from tests.support import WORDS, identity, put

OLD = "2025-11-01T08:00:00Z"
LINE = re.compile(r"^  score (\S+) = (.+)$", re.MULTILINE)
TERM = re.compile(r"([a-z][a-z ]*[a-z])(?: \(([^()]*)\))? (-?\d+\.\d+)")


@pytest.fixture
def told(store):
    """A store with one memory for each way to be found."""
    for number in range(100, 120):
        store.remember(number, f"{WORDS[number % 26]} and {WORDS[(number * 7) % 26]}", created=OLD)
    store.remember(1, "Invoices are printed by the wombat daemon", "It polls.", "decision", created=OLD)
    store.remember(
        2, "Documents leave hosted", "Now.", "convention", created=OLD, supersedes=f"[{identity(1)}]"
    )
    store.remember(3, "BillingLedger", "Debts.", "entity", aliases="[zebra book]", created=OLD)
    store.remember(4, "The zebra book closes late", "Cron.", created=OLD, scope="[server/books.py]")
    store.remember(
        5,
        "BillingLedger rows stay for ten years",
        "An audit asked for it.",
        created=OLD,
        pin="true",
        importance="5",
    )
    store.remember(
        6, "Quagga stripes fade", "In rain.", "deadend", created="2026-02-21T08:00:00Z", role="api"
    )
    return store


def read(text):
    """Of each hit its score, and its terms as they are printed: those that are added, those that multiply."""
    found = []
    for score, terms in LINE.findall(text):
        sums, *factors = terms.split(" × ")
        added = [float(value) for _, _, value in TERM.findall(sums)]
        found.append((float(score), added, [float(TERM.search(one)[3]) for one in factors]))
    return found


QUESTIONS = (
    ("zebra book closes",),
    ("wombat daemon",),
    ("BillingLedger",),
    ("quagga stripes yesterday",),
    ("what changed this week",),
    ("when did quagga stripes fade",),
    ("books", "--file", "server/books.py"),
    ("queue worker", "--limit", "0"),
    ("kind:deadend",),
    (identity(3)[:8],),
)


@pytest.mark.parametrize("words", QUESTIONS)
@pytest.mark.parametrize("manager", [False, True])
def test_a_reader_can_add_it_up(told, words, manager):
    """From the text alone: the sum times the factors is the score, up to rounding, and the scores are in the order shown."""
    if manager:
        weights = {"words": 3.5, "pinned": 9, "dead end": -4, "recency": 7, "covered": 1.25, "first": 2}
        put(told.store / "model.json", json.dumps({"schema": "agentmem/model/1", "recall": weights}))
    text = told.ok("recall", *words, "--explain", "--budget", "0")
    hits = told.json("recall", *words, "--explain", "--budget", "0")["hits"]
    found = read(text)
    assert len(found) == len(hits) > 0
    for (score, added, factors), hit in zip(found, hits, strict=True):
        assert sum(added) * math.prod(factors) == pytest.approx(score, rel=0.003, abs=0.0005)
        assert score == pytest.approx(hit["score"], abs=0.00006)
        assert not (manager and factors and "newest" not in text)
    assert [score for score, _, _ in found] == sorted((score for score, _, _ in found), reverse=True)


@pytest.mark.parametrize("words", QUESTIONS)
def test_every_term_is_explained(told, words):
    """What each printed term means stands below the hits, once, and nothing stands there that no hit has."""
    text = told.ok("recall", *words, "--explain", "--budget", "0")
    hits = told.json("recall", *words, "--explain", "--budget", "0")["hits"]
    names = {term["name"] for hit in hits for term in hit["explain"]}
    legend = text.partition("The highest score is first.")[2].splitlines()[1:]
    assert sorted(line.strip().partition(":")[0] for line in legend) == sorted(names)


def test_all_that_a_score_can_have_is_explained():
    """No signal, and no other term, is without its meaning."""
    from agentmem.actions import differing
    from agentmem.model import scoring

    said = {differing.STANDS_FOR, differing.OUTDATED, differing.EMPTY, "newest", "oldest"}
    assert {*scoring.SIGNALS, *said} == explaining.SAYS.keys()


def words_term(store, question, number):
    hits = store.json("recall", question, "--explain", "--limit", "0", "--budget", "0")["hits"]
    [hit] = [hit for hit in hits if hit["id"] == identity(number)]
    return next(term for term in hit["explain"] if term["name"] == "words")["detail"]


def test_it_says_how_words_speak_for_what_has_not_them(told):
    """A successor names what it replaces, another name is given as it is written; who has the words needs no reason."""
    assert words_term(told, "wombat daemon", 2) == f"of {identity(1)[:6]}, which it replaces"
    assert words_term(told, "zebra book", 5) == 'as "BillingLedger"'
    assert words_term(told, "BillingLedger", 4) == 'as "zebra book"'
    assert words_term(told, "zebra book", 4) == "arm"
    text = told.ok("recall", "wombat daemon", "--explain")
    assert f"words (of {identity(1)[:6]}, which it replaces) 1.0000" in text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("zebra books", "has 2 of 2 words asked: zebra books"),
        ("zebra book and unicorns", "has 2 of 3 words asked: zebra book"),
        ("zebra book kind:fact", "has 2 of 2 words asked: zebra book"),
        ("zebra book before 2026-01-01", "has 2 of 2 words asked: zebra book"),
        ("what about the zebra book last month", "has 2 of 2 words asked: zebra book"),
        ("zebre", "has 1 of 1 words asked: zebra"),
    ],
)
def test_the_words_that_matched_are_named(told, question, said):
    """Whatever their form; filters, time words and stop words are not asked for, and misspelt ones are as they were read."""
    text = told.ok("recall", question, "--explain", "--budget", "0")
    assert said in [line.strip() for line in text.splitlines()]


def test_without_words_no_words_are_counted(told):
    """Where nothing is asked for but a span, a filter or a file, there is no line about words."""
    for words in (("what changed this week",), ("kind:deadend",), ("--file", "server/books.py")):
        assert "words asked" not in told.ok("recall", *words, "--explain")


def test_an_alias_cannot_write_over_the_terminal(told):
    """Control characters in a name that is told are dropped, and it stays one line."""
    told.remember(7, "Wallaby", "Hops.", "entity", aliases='["roo\\e[31m\\nscore 9"]', created=OLD)
    told.remember(8, "roo\N{ESCAPE}[31m score 9 hops", "Far.", created=OLD)
    text = told.ok("recall", "Wallaby", "--explain", "--budget", "0")
    assert "\N{ESCAPE}" not in text
    assert len(LINE.findall(text)) == text.count("</memory>")


def test_why_a_quoted_phrase_has_no_answer(store):
    """One memory has both words and not the phrase: it is the quotes that leave it out, and JSON says of each word who has it."""
    store.remember(1, "The red table holds a lock now", "", "fact")
    text = store.ok("recall", '"lock table"', "--explain")
    assert "lock 1 · table 1" in text and "must stand in one memory as it is" in text
    assert "No one memory has enough" not in text
    asked = store.json("recall", '"lock table"', "--explain")
    assert asked["met"] == [{"word": "lock", "memories": 1}, {"word": "table", "memories": 1}]
    assert store.json("recall", '"lock table"')["met"] == []
    assert "No one memory has enough" in store.ok(
        "recall", "lock the quota gateway of renderers", "--explain"
    )
