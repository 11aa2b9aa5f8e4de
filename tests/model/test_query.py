"""Questions: what is a filter, a phrase, an id, a path, a name, a time word, and what is words."""

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentmem.model import analysis, ids
from agentmem.model.query import FILTERS, Word, parse
from agentmem.model.times import parse_iso
from agentmem.model.timewords import EVER

DAY = 86400
NOW = 1_771_756_920
PIECES = st.sampled_from(
    [
        *"\"'`:;,.?!()[]{}/\\",
        " ",
        "\n",
        "kind:",
        "tag:",
        "since:",
        "7k3m9q",
        "src/a.ts",
        "3 days ago",
        "yesterday",
        "ı",
        "ſ",
        "\ud800",
    ]
)


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("kind:fact locks", (("kind", "fact"),)),
        ("locks kind:fact tag:db", (("kind", "fact"), ("tag", "db"))),
        ("KIND:Fact", (("kind", "Fact"),)),
        ('since:"3 days ago" locks', (("since", "3 days ago"),)),
        ("since:2026-01-01 until:2026-02-01", (("since", "2026-01-01"), ("until", "2026-02-01"))),
        ("file:src/a.ts", (("file", "src/a.ts"),)),
        (
            "entity:JobQueue by:me role:api status:done",
            (("entity", "JobQueue"), ("by", "me"), ("role", "api"), ("status", "done")),
        ),
        ("mankind:fact", ()),
        ("kind: fact", ()),
        ("kind :fact", ()),
        ("xkind:fact (tag:db)", ()),
        ("http://localhost:8080 foo:bar", ()),
        ("colour:red", ()),
        ("", ()),
    ],
)
def test_filters(text: str, filters: tuple[tuple[str, str], ...]) -> None:
    """Known fields with a value right behind the colon, at the start of a word, are filters; all else is words."""
    assert parse(text, NOW).filters == filters


@pytest.mark.parametrize("field", FILTERS)
def test_a_filter_is_no_word(field: str) -> None:
    """What stands in a filter is not looked for as words."""
    asked = parse(f'zebra {field}:quagga {field}:"two okapis"', NOW)
    assert asked.terms == {"zebra": 1}
    assert asked.filters == ((field, "quagga"), (field, "two okapis"))


@pytest.mark.parametrize(
    ("text", "phrases", "exact"),
    [
        ('"skip locked"', ("skip locked",), True),
        ('  "skip locked"  "lock table" ', ("skip locked", "lock table"), True),
        ('why "skip locked"', ("skip locked",), False),
        ('"skip locked"?', ("skip locked",), False),
        ('kind:fact "skip locked"', ("skip locked",), True),
        ('kind:"fact"', (), False),
        ("'skip locked'", (), False),
        ('"open end', (), False),
        ('""', (), False),
        ('"two\nlines"', (), False),
        ("skip locked", (), False),
        ("", (), False),
    ],
)
def test_phrases(text: str, phrases: tuple[str, ...], exact: bool) -> None:
    """Text in double quotes is a phrase; with nothing else but filters beside it, it is meant exactly."""
    asked = parse(text, NOW)
    assert (asked.phrases, asked.exact) == (phrases, exact)


def test_blank_quotes_are_no_exact_question() -> None:
    """Quotes around white space alone ask for nothing, and nothing is exact about it."""
    assert parse('"   "', NOW).phrases == ()
    assert not parse('"   "', NOW).exact


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("7k3m9q", ("7k3m9q",)),
        ("what is 7k3m9qwpdx2v about", ("7k3m9qwpdx2v",)),
        ("(7k3m9q, c41x0zq)", ("7k3m9q", "c41x0zq")),
        ("7k3m9q?", ("7k3m9q",)),
        ("see 7k3m9q.", ("7k3m9q",)),
        ("7k3m9q: what for", ("7k3m9q",)),
        ("why 7k3m9q!", ("7k3m9q",)),
        ("7k3m", ()),
        ("worker", ()),
        ("7k3m9qwpdx2v0", ()),
        ("id:7k3m9q", ()),
    ],
)
def test_ids(text: str, found: tuple[str, ...]) -> None:
    """Words of six characters or more of the ids' alphabet with a digit are ids, whatever punctuation ends the sentence."""
    assert parse(text, NOW).ids == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("src/queue/claim.ts", ("src/queue/claim.ts",)),
        ("why does src/queue/claim.ts wait?", ("src/queue/claim.ts",)),
        ("see src/queue/claim.ts.", ("src/queue/claim.ts",)),
        ("in `src/a.ts` and (src/b.ts), src/a.ts", ("src/a.ts", "src/b.ts")),
        ("README.md and Makefile", ("README.md",)),
        ("src/queue", ("src/queue",)),
        ("locks, and so on", ()),
        ("v1.2.3 of 2.5", ()),
        ("file:src/a.ts", ()),
    ],
)
def test_paths(text: str, found: tuple[str, ...]) -> None:
    """Paths and file names are told from words, once each, without the punctuation around them."""
    assert parse(text, NOW).paths == found


def test_names_are_runs_of_words() -> None:
    """Runs of three, two and one words, case folded and without the stop that ends the sentence, may be names."""
    assert parse("The JobQueue waits.", NOW).names == (
        "the jobqueue waits",
        "the jobqueue",
        "jobqueue waits",
        "the",
        "jobqueue",
        "waits",
    )
    assert parse("a a a", NOW).names == ("a a a", "a a", "a")
    assert len(parse("x y z " * 10_000, NOW).names) < 10


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("what happened yesterday", NOW - 2 * DAY),
        ("Yesterday?", NOW - 2 * DAY),
        ("3 days ago", NOW - 4 * DAY),
        ("1 week ago we", NOW - 10 * DAY - DAY // 2),
        ("what broke today", NOW - DAY),
        ("what broke this morning", NOW - DAY),
        ("last week", parse_iso("2026-02-09T00:00:00Z")),
        ("this month", parse_iso("2026-02-01T00:00:00Z")),
        ("recently", NOW - 7 * DAY),
        ("the latest", EVER),
        ("a recent change", EVER),
        ("the week", None),
        ("days ago", None),
        ("tomorrow", None),
        ("recentness", None),
        ("tag:recent locks", None),
        ("", None),
    ],
)
def test_time_words(text: str, after: int | None) -> None:
    """Words for the past point behind a moment, with some slack; words for anything else do not."""
    found = parse(text, NOW).after
    if after is None or "yesterday" not in text.lower():
        assert found == after
    else:
        assert found is not None
        assert after <= found <= after + DAY


@given(
    st.text() | st.lists(PIECES | st.text(max_size=6), max_size=12).map("".join),
    st.integers(0, 4_000_000_000),
)
@example("3 mınutes ago", NOW)
@example("3 mİnutes ago", NOW)
@example("kınd:fact", NOW)
@example("ſtatus:active", NOW)
def test_any_text_is_a_question(text: str, now: int) -> None:
    """No text makes it fail; filters have known names, ids are prefixes, a span begins before now, no text is lost to UTF-8."""
    asked = parse(text, now)
    asked.text.encode("utf-8")
    assert {key for key, _ in asked.filters} <= set(FILTERS)
    assert all(ids.is_prefix(word) and len(word) >= ids.SHORT for word in asked.ids)
    assert asked.after is None or asked.after <= now
    assert all(count > 0 for count in asked.terms.values())
    assert not asked.exact or asked.phrases


WORD = st.text("abcdefghijklmnopqrstuvwxyzABCäöü0123456789_", min_size=1, max_size=12)


@given(st.lists(WORD, max_size=12))
def test_plain_words_are_the_analysers_terms(words: list[str]) -> None:
    """Of plain words the terms are those of the analyser, each with how often it stands."""
    text = " ".join(words)
    assert parse(text, NOW).terms == dict(Counter(analysis.terms(text)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("why do workers wait", [Word(("worker",)), Word(("wait",))]),
        ("lock lock locks", [Word(("lock",)), Word(("lock",))]),
        ("JobQueue", [Word(("job", "queue"), ("jobqueue", "jobqueu"))]),
        ("claim_next", [Word(("claim", "next"), ("claimnext", "claim_next"))]),
        ("arm64", [Word(("arm",), ("arm64",))]),
        ("TestHTTP2Client", [Word(("test", "http2", "client"), ("testhttp2client",))]),
        ("md5 utf-8", [Word(("md5",)), Word(("utf", "8"), ("utf8", "utf-8"))]),
        (
            "zebra (okapi, lock) claim()",
            [Word(("zebra",)), Word(("okapi",), aside=True), Word(("lock",), aside=True), Word(("claim",))],
        ),
        ("(okapi (lock)) lock", [Word(("okapi",), aside=True), Word(("lock",))]),
        ("(zebra)", [Word(("zebra",))]),
        ("zebra (okapi", [Word(("zebra",)), Word(("okapi",))]),
        ("kind:fact zebra", [Word(("zebra",))]),
        ("zebra last week", [Word(("zebra",))]),
        ("what changed last week", []),
        ("what did we learn last week", []),
        ("newest memory about zebras", [Word(("zebra",))]),
        ("the of and", []),
        ("", []),
    ],
)
def test_words(text: str, words: list[Word]) -> None:
    """A name of several words is one, with its parts and its whole, and the same without its number is no second one; filters,
    time words and stop words are none.
    """
    assert parse(text, NOW).words == words


@given(st.lists(WORD | PIECES, max_size=12).map(" ".join))
def test_words_are_made_of_the_terms(text: str) -> None:
    """Each word has a part or a whole, no term is part and whole at once, and the words hold every term that is looked for, those
    aside that a part is with its number.
    """
    asked = parse(text, NOW)
    words = asked.words
    assert all((word.parts or word.wholes) and not {*word.parts} & {*word.wholes} for word in words)
    held = {term for word in words for term in (*word.parts, *word.wholes)}
    assert held | {part.rstrip("0123456789") for word in words for part in word.parts} >= asked.terms.keys()


@given(st.text())
def test_any_text_has_words(text: str) -> None:
    """No text makes the words fail, and without terms there are none."""
    asked = parse(text, NOW)
    assert bool(asked.words) == bool(asked.terms)


def test_a_question_read_otherwise() -> None:
    """Words are read as others where they stand alone, and terms, words and names follow; the text stays as it was asked."""
    asked = parse("why does the quoue wait, quoueing", NOW)
    read = asked.reading({"quoue": "queue"})
    assert read.text == asked.text
    assert read.terms == parse("why does the queue wait, quoueing", NOW).terms
    assert Word(("queue",)) in read.words
    assert {"queue", "the queue"} <= set(read.names)
    assert asked.reading({}) == asked


def test_the_terms_of_a_name_are_as_it_is_spelt() -> None:
    """A name is looked up in lower case, and its terms are those of the question's own spelling, punctuation aside."""
    asked = parse("why does JobQueue, the Queue: wait?", NOW)
    assert asked.terms_of("jobqueue") == {"job", "queue", "jobqueue", "jobqueu"}
    assert asked.terms_of("the queue") == {"queue"}
    assert asked.terms_of("lease") == frozenset()


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("how many workers", {"worker"}),
        ("How much memory", {"memori"}),
        ("many workers", {"mani", "worker"}),
        ('"how many"', {"mani"}),
    ],
)
def test_what_asks_for_a_number_is_not_looked_for(text: str, terms: set[str]) -> None:
    """Of "how many" nothing is looked for, but where it is quoted; "many" by itself is a word."""
    assert parse(text, NOW).terms.keys() == terms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("how long do we remember duplicates", {"how", "rememb", "duplic"}),
        ("should we still offer graphql", {"offer", "graphql"}),
        ("do we still need to support gzip", {"support", "gzip"}),
        ("how big may batches be", {"how", "mai", "batch"}),
        ("may I delete a wrong result", {"delet", "wrong", "result"}),
        ("the long tail", {"long", "tail"}),
    ],
)
def test_what_makes_a_question_is_not_looked_for(text, terms):
    """No note says "how long" of what takes ten minutes, nor that something should still be."""
    assert parse(text, NOW).terms.keys() <= terms and terms - {"how", "mai"} <= parse(text, NOW).terms.keys()


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("what should I know before I change this?", []),
        ("anything I need to know?", []),
        ("what do we know about the queue", ["queue"]),
        ("What must I be aware of when I touch it?", []),
        ("renaming the queue, what should I know", ["renam", "queue"]),
        ("does the robot know racks", ["robot", "know", "rack"]),
        ("if we change this queue", ["chang", "queue"]),
    ],
)
def test_what_only_asks_to_be_told_is_no_topic(text, terms):
    """The words of the asking find nothing: what it is about stands beside them, or is the file at hand."""
    assert list(parse(text, NOW).terms) == terms


def test_a_kind_alone_is_a_filter():
    """Who asks for decisions and nothing else gets those that there are."""
    asked = parse("decisions last week", NOW)
    assert asked.filters == (("kind", "decision"),) and not asked.terms and asked.after
    for text in ("newest decision", "latest decisions", "the most recent decisions", "Newest decision?"):
        newest = parse(text, NOW)
        assert newest.filters == (("kind", "decision"),) and not newest.terms and newest.after == EVER, text
    beside = parse("decisions about alerts", NOW)
    assert beside.filters == () and beside.kinds == {"decision": frozenset(["decis"])}
    assert parse("decisions", NOW, lambda field, value: False).terms == {"decis": 1}


def test_one_or_several_of_a_name():
    """What is named in the plural may be known in the singular, and the other way round."""
    assert {"customers", "customer"} <= set(parse("customers", NOW).either)
    assert {"gateway", "gateways"} <= set(parse("gateway", NOW).either)
    assert parse("class", NOW).either == ["class"] and parse("api", NOW).either == ["api"]
    assert parse("two customers", NOW).terms_of("customer") == {"customer"}
