"""Misspelt questions: one letter wrong is read as meant and said so; a question about something else stays unanswered."""

import pytest

from tests.support import WORDS, identity

OLD = "2025-11-01T08:00:00Z"


@pytest.fixture
def spelt(store):
    """A store of thirty memories, one of them about postgres connections and one about a renderer."""
    for number in range(100, 130):
        store.remember(number, f"{WORDS[number % 26]} and {WORDS[(number * 7) % 26]}", created=OLD)
    store.remember(1, "Postgres connections are pooled by pgbouncer", "Forty of them.", created=OLD)
    store.remember(2, "The renderer writes invoices", "As PDF.", created=OLD)
    store.commit()
    return store


def asked(store, question, *options):
    done = store.call("recall", question, "--format", "ids", *options)
    assert done.code == 0
    return done.out.split(), done.err


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("postgers", 'note: read "postgers" as "postgres"'),
        ("pgbouncr", 'note: read "pgbouncr" as "pgbouncer"'),
        ("pgboundcer postgrse", 'note: read "pgboundcer" as "pgbouncer", "postgrse" as "postgres"'),
        ("Pgbouncr?", 'note: read "Pgbouncr" as "pgbouncer"'),
        ("how are postgrs connections pooled", 'note: read "postgrs"'),
    ],
)
def test_one_letter_wrong(spelt, question, said):
    """One letter left out, put in, changed or swapped, in one word or two, finds what was meant and says so on stderr; where
    the other words are enough, nothing is read otherwise.
    """
    found, err = asked(spelt, question)
    assert found[0] == identity(1)
    assert said in err or "how are" in question
    assert err.count("\n") <= 1


def test_in_json_too(spelt):
    """The answer is the same in JSON, whose query stays as it was asked."""
    done = spelt.call("recall", "pgbouncr", "--json")
    assert done.json["query"] == "pgbouncr"
    assert done.json["hits"][0]["id"] == identity(1)
    assert 'read "pgbouncr"' in done.err and done.json["read"] == [{"word": "pgbouncr", "read": "pgbouncer"}]
    assert spelt.json("recall", "pgbouncer")["read"] == []


@pytest.mark.parametrize("word", ["casino", "drone", "gate", "sentry", "spoon", "CORS", "Kore"])
def test_a_word_of_english_is_not_misspelt_nor_is_an_abbreviation(spelt, word):
    """However near to a word of the store; and what is near to a stem alone is near to no word."""
    for number, text in enumerate(("a case was done", "an entry of the date", "the core and its spool"), 3):
        spelt.remember(number, f"It notes {text}", created=OLD)
    found, err = asked(spelt, word)
    assert found == ([identity(5)] if word == "Kore" else []) and ("read" in err) == (word == "Kore")


def test_what_is_written_in_capitals_is_read_as_what_is(spelt):
    """An abbreviation with two letters swapped is that abbreviation, and no word of every day."""
    spelt.remember(3, "The LOINC code of the ward", "It is not enough alone.", created=OLD)
    assert asked(spelt, "LONIC code") == ([identity(3)], 'note: read "LONIC" as "loinc"\n')


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("emergncy", "emergency"),
        ("capcity", "capacity"),
        ("recomendation", "recommendation"),
        ("accidntal", "accidental"),
        ("bufer", "buffer"),
    ],
)
def test_it_is_read_as_a_word_that_a_memory_has(spelt, wrong, right):
    """Not as one that no memory has and that gives the same stem; of the forms that memories write, the one most like it."""
    spelt.remember(3, "Emergency stop is hard-wired", "The recommendation is a PLC.", created=OLD)
    spelt.remember(4, "Capacity of the buffer", "It buffers what is accidental, and recommends.", created=OLD)
    assert asked(spelt, wrong)[1] == f'note: read "{wrong}" as "{right}"\n'


@pytest.mark.parametrize(
    "question",
    [
        "pasture",  # two letters from postgres
        "gardener tenders elephants",
        "postage connection of the cruise liner",
        "tenderer meat",  # one letter from the renderer
        "how do I bake a lemon cake",
        "connectivity of frogs",
        "invoke",
        "xqzv",
    ],
)
def test_a_question_about_something_else_is_not_corrected_into_an_answer(spelt, question):
    """What is one letter from a known word by chance, beside words that nobody has, is answered with nothing and no note."""
    found, err = asked(spelt, question)
    assert (found, err) == ([], "")


def test_what_answers_as_it_stands_is_not_read_otherwise(spelt):
    """A word that somebody used is never taken for a misspelt one."""
    spelt.remember(3, "Postgras is a joke of ours", "Ha.", created=OLD)
    found, err = asked(spelt, "postgras")
    assert found[0] == identity(3) and err == ""


def test_short_words_and_names_are_left_alone(spelt):
    """Words under four letters, paths and symbols have no misspelt form."""
    for question in ("pgx", "src/postgers/lib.ts", "postgers-lib_x", '"pgbouncr"'):
        found, err = asked(spelt, question)
        assert (found, err) == ([], ""), question


def test_only_what_may_be_shown_is_meant(spelt):
    """A word that only a retracted memory has, or one that a filter leaves out, is nothing to be read as."""
    spelt.remember(4, "Capybara ponds", "Deep.", created=OLD, status="retracted", retracted="no")
    assert asked(spelt, "capibara") == ([], "")
    assert asked(spelt, "pgbouncr", "--kind", "decision") == ([], "")


@pytest.mark.parametrize(
    ("title", "question"), [("Dates are in UTC", "rate"), ("One of them is red", "zones")]
)
def test_a_common_word_is_no_other_misspelt(spelt, title, question):
    """What is a word of English is meant as it stands, though one letter makes another of it that is known."""
    spelt.remember(3, title, created=OLD)
    assert asked(spelt, question) == ([], "")
