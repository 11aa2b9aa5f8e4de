"""What looks like a field and is none is words, and it is said that it was read so."""

import pytest

from agentmem.model import query
from tests.support import identity

FIELDS = " ".join(query.FILTERS)


@pytest.fixture
def base(store):
    store.remember(1, "Waves are cut at 240 lines", "The totes buffer.", by="tele-1")
    store.commit()
    return store


def said(base, question):
    """What recall notes, after it has answered."""
    ran = base.call("recall", question)
    assert ran.code == 0
    return ran.err


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("kind:desicion", 'no kind "desicion" (did you mean decision? kinds: fact decision '),
        ("status:retired", 'no status "retired" (did you mean retracted? statuses: active '),
        ("since:nonsense", "'nonsense' is no moment: an ISO date or time, "),
        ("tag:nosuch", 'no memory has the tag "nosuch"\n'),
        ("entity:Nope", 'no memory names the entity "Nope"\n'),
        ("file:src/nope.py", 'there is no file and no memory about "src/nope.py"\n'),
        ("before:2026-06-01", f'no field "before", did you mean until:2026-06-01? fields: {FIELDS}\n'),
        ("agent:tele-1", f'no field "agent", did you mean by:tele-1? fields: {FIELDS}\n'),
        ("statsu:active", f'no field "statsu", did you mean status:active? fields: {FIELDS}\n'),
        ("branch:main", "did you mean the option --branch main?\n"),
    ],
)
def test_a_field_that_is_none_is_told(base, word, why):
    """The answer is that of the words; the note has what was not understood, and what may have been meant."""
    assert said(base, f"{word} waves lines").startswith(f'note: "{word}" is read as words: {why}')


@pytest.mark.parametrize(
    "question",
    [
        "kind:fact waves cut at 240 lines",
        "by:tele-1 waves",
        "waves: how many lines",
        "http://example.org/waves lines",
        "std::vector of waves",
        "feat:waves lines",
        "a.py:12: waves",
        "src/a.py:kind:x waves",
        'what does "kind:desicion" mean',
        "Traceback, and then " + "waves of lines " * 30 + "status:error",
    ],
)
def test_what_is_no_field_is_left_alone(base, question):
    """A filter, code, addresses, what is quoted, and what is pasted in."""
    assert said(base, question) == ""


def test_what_was_meant_is_found(base):
    """The field that the note names is one that there is, and the help has them all."""
    assert base.found("by:tele-1 waves") == [identity(1)]
    assert said(base, "until:2026-06-01 waves") == ""
    assert FIELDS in " ".join(base.ok("recall", "--help").split())
