"""Worth keeping, new, not in the code: the three questions about a memory that is added."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import admission, kinds, retention
from agentmem.model.admission import Passage
from agentmem.model.memory import Citation, Memory

NOW = 1_780_000_000
SOME = "postgres row lock worker claims never not 3 five sweeper pool drops job"
WORDS = st.lists(
    st.sampled_from(SOME.split()),
    min_size=1,
    max_size=12,
).map(" ".join)
CODE = (
    "def claim_next(worker, timeout=30):",
    '    """Give the next free job to the worker, or None after three tries."""',
    "    for _ in range(MAX_TRIES):",
)
FULL = (
    "Workers claim jobs with SKIP LOCKED",
    "A lock table needed a sweeper. Postgres frees the row when the connection drops.",
)


def memory(title, body="", kind="fact", **values):
    return Memory("", kind, title, body=body, **values)


def other(title, body="", kind="decision"):
    return Memory("7k3m9qwpdx2v", kind, title, body=body)


@pytest.mark.parametrize("kind", kinds.NAMES)
def test_worth_is_the_score_of_what_was_just_written(kind):
    """It is the retention score at age 0 with no use, whatever moment the memory itself names."""
    new = memory("T", kind=kind, created=NOW - 10**8)
    expected = retention.score(retention.Features(retention.PRIORS[kind], fresh=admission_fresh(kind)))
    assert admission.worth(new, NOW) == pytest.approx(expected)


def admission_fresh(kind):
    return 0.5 if kinds.BY_NAME[kind].half_life is None else 1.0


def test_worth_knows_what_the_writer_said():
    """A pin, its importance and evidence raise it."""
    plain = admission.worth(memory("T"), NOW)
    for more in ({"pin": True}, {"importance": 5}, {"cites": (Citation("a.py"),)}):
        assert admission.worth(memory("T", **more), NOW) > plain
    assert admission.worth(memory("T", importance=1), NOW) < plain


def test_a_manager_has_the_word():
    """Weights that were learned count in the place of the formula's; what they do not name stays."""
    learned = admission.weights({"prior": -1.0, "unheard of": 7.0})
    assert learned == retention.DEFAULT._replace(prior=-1.0)
    assert admission.worth(memory("T"), NOW, learned) < admission.worth(memory("T"), NOW)
    assert admission.weights({}) == retention.DEFAULT


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Workers claim jobs with SKIP LOCKED", "Postgres frees the row."),
        ("Postgres frees the row when the connection drops", ""),
        ("A lock table needed a sweeper", ""),
    ],
)
def test_a_sentence_of_another_says_it(title, body):
    """What one sentence of another memory says, and the rest of it the rest, is known."""
    assert admission.said_by(memory(title, body), other(*FULL))
    new, by = admission.novelty(memory(title, body), [other("Something else"), other(*FULL)])
    assert by == "7k3m9qwpdx2v" and new <= 0.1 + 1e-9


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Workers claim jobs with SKIP LOCKED", "The claim ends after an hour."),
        ("Workers do not claim jobs with SKIP LOCKED", ""),
        ("Workers claim 3 jobs with SKIP LOCKED", ""),
        ("Postgres needed a lock table, workers drops rows", ""),
        ("Workers claim", ""),
        ("Workers claim jobs with SKIP LOCKED", "A sweeper was never needed."),
    ],
)
def test_what_adds_something_is_new(title, body):
    """More, the contrary, another number, the same words of another thing, and too few words."""
    assert not admission.said_by(memory(title, body), other(*FULL))


def test_a_denial_is_not_said_by_its_contrary():
    """In either direction."""
    assert not admission.said_by(
        memory("Advisory locks survive pgbouncer"), other("Advisory locks do not survive pgbouncer")
    )
    assert not admission.said_by(
        memory("Advisory locks don't survive pgbouncer"), other("Advisory locks survive pgbouncer")
    )


def test_who_does_what_to_whom_is_another_statement():
    """The same words exchanged say the opposite; what stands first may stand last."""
    said = other("On line contention the host gives way to the analyser")
    assert not admission.said_by(memory("Analyser gives way to the host on line contention"), said)
    assert admission.said_by(memory("The host gives way to the analyser on line contention"), said)


def test_a_number_in_words_is_a_number():
    """Sixty days are not said by thirty, nor by 30."""
    for kept in ("thirty", "30"):
        said = other(f"Spooled messages are kept for {kept} days after the core has taken them")
        assert admission.said_by(
            memory("Spooled messages are kept for 30 days after the core has taken them"), said
        )
        assert not admission.said_by(
            memory("Spooled messages are kept for sixty days after the core has taken them"), said
        )


def test_events_are_each_their_own():
    """Two entries, or two tasks, that say the same are about two things."""
    for kind in ("log", "task", "plan"):
        assert not admission.said_by(memory(*FULL, kind=kind), other(*FULL))
        assert not admission.said_by(memory(*FULL), other(*FULL, kind=kind))


@given(WORDS, WORDS, st.lists(st.tuples(WORDS, WORDS), max_size=4))
def test_novelty_is_a_share(title, body, others):
    """From 0 to 1; more to compare with never makes it newer; what is there in the same words is not new at all."""
    new = memory(title, body)
    known = [other(*pair) for pair in others]
    share, _ = admission.novelty(new, known)
    assert 0 <= share <= 1
    assert admission.novelty(new, [])[0] == 1
    assert admission.novelty(new, [*known, other("pool drops")])[0] <= share
    assert admission.novelty(new, [*known, other(title, body)])[0] == 0


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("claim_next gives the next free job to the worker", ""),
        ("claim_next gives up after three tries", ""),
        ("claim_next gives None after 3 tries", ""),
        ("The timeout of claim_next is 30", ""),
    ],
)
def test_what_the_cited_lines_say(title, body):
    """Names, docstring and numbers, in digits or in words."""
    share, place = admission.derivable(memory(title, body), [Passage("a.py:1-3", "claim_next", CODE)])
    assert place == "a.py:1-3" and share >= admission.SAME_AS_CODE


@pytest.mark.parametrize(
    ("title", "body", "kind"),
    [
        ("claim_next gives up after five tries", "", "fact"),
        ("claim_next gives up after three tries", "A fourth never helped in production.", "fact"),
        ("claim_next must give the next free job to the worker", "", "fact"),
        ("claim_next gives the next free job, because the worker is next", "", "fact"),
        ("claim_next gives the next free job to the worker", "", "convention"),
        ("claim_next gives the next free job to the worker", "", "deadend"),
        ("claim_next gives the next free job to the worker", "", "log"),
        ("claim_next", "", "fact"),
        ("Idempotency keys are unique", "", "fact"),
    ],
)
def test_what_the_cited_lines_do_not_say(title, body, kind):
    """Another number, more than they say, a reason, a rule, an event; and too little to tell."""
    _, place = admission.derivable(memory(title, body, kind), [Passage("a.py:1-3", "claim_next", CODE)])
    assert place is None


def test_of_a_long_text_its_head_is_read():
    """That words are found somewhere in a hundred lines proves nothing."""
    lines = [*CODE, *(f"    step_{n}()" for n in range(100)), "    # the sweeper drops postgres rows"]
    new = memory("The sweeper drops postgres rows")
    assert admission.derivable(new, [Passage("a.py:1-104", "claim_next", lines)])[1] is None
    assert admission.derivable(new, [Passage("a.py:104", None, lines[-1:])])[1] == "a.py:104"


def test_listings():
    """Three names or more that are there, and nothing beside them but that they are."""
    names = ["claim.py", "claim_next", "release", "fail"]
    assert admission.lists(memory("claim.py has claim_next, release and fail"), names)
    assert admission.lists(memory("Functions", "- claim_next\n- release\n- fail"), names)
    assert not admission.lists(memory("claim.py has claim_next and retry"), names)
    assert not admission.lists(memory("claim_next, release and fail take the advisory lock"), names)
    assert not admission.lists(memory("claim.py has no claim_next, release, fail"), names)


@given(WORDS, WORDS, st.lists(WORDS, max_size=30))
def test_derivable_is_a_share(title, body, lines):
    """From 0 to 1, with a place only where nearly all is there; without a citation it is 0."""
    new = memory(title, body)
    share, place = admission.derivable(new, [Passage("a.py", None, lines)])
    assert 0 <= share <= 1 and (place is None or share >= admission.SAME_AS_CODE)
    assert admission.derivable(new, []) == (0, None)
