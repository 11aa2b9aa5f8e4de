"""Implicit feedback: lines that are written and read, and what is read out of all of them together."""

import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import feedback
from agentmem.model.feedback import Asked, Ended, Failed
from agentmem.model.ids import ALPHABET
from agentmem.model.usage import Table, Use, written
from tests.support import identity

A, B, C, D = (identity(number) for number in range(1, 5))
TASK, OTHER, ENTRY, LATER = (identity(number) for number in range(11, 15))
DAY = 86_400

id_ = st.text(ALPHABET, min_size=12, max_size=12)
number = st.integers(0, feedback.LATEST - 1)
path = st.text(min_size=1, max_size=40).filter(feedback.is_path)
some = st.lists(id_, max_size=6, unique=True).map(tuple)
files = st.lists(path, max_size=8).map(tuple)
word = st.text("abcdefgh äöü", max_size=40).map(lambda text: " ".join(text.split()))
asked = st.builds(
    Asked,
    at=number,
    entry=id_,
    verb=st.sampled_from(["recall", "brief", "show"]),
    question=word,
    files=files,
    role=st.none() | st.sampled_from(["api", "db agent"]),
    shown=some,
)


@st.composite
def ends(draw):
    """Any end of a task."""
    changed = draw(files)
    places = st.lists(st.integers(0, max(len(changed) - 1, 0)), max_size=3).map(tuple)
    met = draw(st.lists(st.tuples(id_, places), max_size=5)) if changed else []
    clock = draw(st.none() | number)
    return Ended(
        draw(number), draw(id_), draw(id_), clock, changed, tuple(met), draw(some), draw(some), draw(some)
    )


counts = st.just(0) | number
event = st.one_of(asked, ends(), st.builds(Failed, at=number, task=id_))


def done(at=100, entry=ENTRY, task=TASK, clock=10, changed=("a.py",), met=(), **more):
    """The end of a task that changed ``a.py``."""
    return Ended(at, entry, task, clock, changed, met, **more)


def recall(*shown, at=50, entry=ENTRY):
    """A question of a task, answered."""
    return Asked(at, entry, "recall", "why", ("a.py",), "api", shown)


@given(st.lists(event, max_size=5))
def test_what_is_written_is_read(events):
    """Every event comes back as it was, one line each."""
    data = b"".join(map(feedback.write, events))
    assert data.count(b"\n") == len(events)
    assert feedback.parse(data) == events


@given(st.binary(max_size=300), st.lists(event, max_size=2))
def test_garbage_is_passed_over(garbage, events):
    """What is no line of ours, before, between and after, changes nothing of what is."""
    junk = b"\n" + garbage.replace(b"\n", b"") + b"\n"
    lines = [feedback.write(one) for one in events]
    assert feedback.parse(junk + junk.join(lines) + junk) == events


json_ = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=15) | id_,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = (
    "at",
    "entry",
    "task",
    "verb",
    "question",
    "files",
    "role",
    "shown",
    "clock",
    "met",
    "used",
    "misled",
    "stale",
)


@given(
    st.sampled_from(["asked", "done", "failed", "x", None, []]),
    st.dictionaries(st.sampled_from(KEYS), json_, max_size=13),
    st.dictionaries(st.sampled_from(["at", "entry", "task", "verb"]), st.just(0) | id_, max_size=4),
)
def test_what_others_pushed_is_not_trusted(kind, record, sound):
    """Any record of any shape: no error, and what is taken from it can be written, read again, and summed."""
    data = json.dumps({"v": 1, "is": kind, **record, **sound}).encode() + b"\n"
    events = feedback.parse(data)
    assert feedback.parse(b"".join(map(feedback.write, events))) == events
    feedback.labelled(events)
    feedback.uses(events)


@given(st.lists(event, max_size=12), st.randoms())
def test_the_order_of_events_is_nothing(events, chance):
    """The same events, shuffled and some of them twice, give the same uses, to the last digit, and the same labels."""
    shuffled = [*events, *chance.sample(events, len(events) // 2)]
    chance.shuffle(shuffled)
    assert feedback.uses(shuffled) == feedback.uses(events)
    assert feedback.labelled(shuffled) == feedback.labelled(events)


@given(st.lists(event, max_size=12))
def test_a_label_is_of_what_was_shown(events):
    """Nothing is both of use and misleading, and nothing is labelled that was not shown."""
    for one in feedback.labelled(events):
        assert {*one.relevant, *one.misled, *one.stale} <= set(one.shown)
        assert not set(one.relevant) & set(one.misled)


@given(
    st.dictionaries(id_, st.builds(Use, counts, counts, number, st.none() | st.floats(-30, 30)), max_size=9),
    st.sets(st.integers(0, 60_000), max_size=9),
)
def test_a_table_keeps_what_is_put_in(uses, days):
    """Ids, counts, moments and days exactly, activations to nine digits."""
    table = Table(written(uses, 7, days))
    assert table.since == 7
    assert table.days() == days
    kept = table.all()
    assert kept.keys() == uses.keys()
    for identity_, use in uses.items():
        got = kept[identity_]
        assert table.get(identity_) == (got if use.used or use.misled else None)
        assert got[:3] == use[:3]
        assert (got.activation is None) == (use.activation is None)
        assert use.activation is None or math.isclose(got.activation, use.activation, rel_tol=1e-8)


@given(st.binary(max_size=200))
def test_a_broken_table_names_nothing(data):
    """Whatever is in the file, asking it is no error."""
    table = Table(data)
    assert table.get(A) is None
    table.all()
    table.days()


def test_named_is_used():
    """What the agent names counts, shown or not; what it says misled it counts as that, whatever its files say."""
    events = [recall(A, B, C), done(met=((B, (0,)),), used=(A, D), misled=(B,))]
    (one,) = feedback.labelled(events)
    assert (one.relevant, one.misled, one.shown) == ((A,), (B,), (A, B, C))
    assert (one.question, one.files, one.role, one.moment, one.verb) == (
        "why",
        ("a.py",),
        "api",
        50,
        "recall",
    )
    uses = feedback.uses(events)
    assert {each: use[:3] for each, use in uses.items()} == {
        A: (1, 0, 100),
        B: (0, 1, 100),
        C: (0, 0, 50),
        D: (1, 0, 100),
    }


def test_served_alone_is_no_use():
    """What was shown a hundred times, and met no file of the tasks, has no activation and no count."""
    events = [recall(A, at=n, entry=identity(100 + n)) for n in range(100)]
    events += [done(at=200 + n, entry=identity(100 + n), task=identity(300 + n)) for n in range(100)]
    assert feedback.uses(events)[A] == Use(0, 0, 99, None)


def test_a_file_that_everybody_changes_says_nothing():
    """One in twenty tasks, and five at least: from then on to be about it is not to have helped; other files still count."""

    def history(tasks):
        found = [recall(A, B)]
        found.append(done(changed=("hot.py", "own.py"), met=((A, (0,)), (B, (0, 1)))))
        others = [done(n, identity(100 + n), identity(300 + n), changed=("hot.py",)) for n in range(tasks)]
        return [*found, *others]

    assert feedback.labelled(history(3))[0].relevant == (A, B)
    assert feedback.labelled(history(4))[0].relevant == (B,)


def test_a_task_that_failed_later_was_misled():
    """What it went by counts against it, of the rest nothing is known; a failure before its end is another one's."""
    events = [recall(A, B), done(met=((A, (0,)),))]
    assert feedback.labelled([*events, Failed(99, TASK)])[0].relevant == (A,)
    for given_back in ([*events, Failed(100, TASK)], [*events, Failed(500, TASK), Failed(99, TASK)]):
        (one,) = feedback.labelled(given_back)
        assert (one.relevant, one.misled, one.shown) == ((), (A,), (A, B))
        assert feedback.uses(given_back)[A][:2] == (0, 1)
    (one,) = feedback.labelled(events, failed={TASK: 200, OTHER: 300})
    assert one.misled == (A,)


def test_done_again_after_a_failure():
    """The first end misled, the second helped."""
    again = [recall(A, at=250, entry=LATER), done(300, LATER, met=((A, (0,)),))]
    events = [recall(A), done(met=((A, (0,)),)), Failed(200, TASK), *again]
    assert [(one.relevant, one.misled) for one in feedback.labelled(events)] == [((), (A,)), ((A,), ())]
    assert feedback.uses(events)[A][:2] == (1, 1)


def test_what_is_retracted_misled_whoever_was_shown_it():
    """Also where it seemed to help."""
    (one,) = feedback.labelled([recall(A, B), done(used=(A,))], retracted=[A])
    assert (one.relevant, one.misled) == ((), (A,))


def test_a_question_without_an_end_is_no_example():
    """What became of it nobody knows; that it was served counts for when it was last needed."""
    assert feedback.labelled([recall(A)]) == []
    assert feedback.uses([recall(A)]) == {A: Use(0, 0, 50, None)}


def test_activation_is_of_the_commits_since():
    """Ln of the sum of t ** -0.5, t the commits between, and one: by hand for uses 90, 30 and 0 commits ago."""
    events = [
        done(at=n, entry=identity(100 + n), task=identity(200 + n), clock=clock, used=(A,))
        for n, clock in enumerate((10, 70, 100))
    ]
    assert math.isclose(feedback.uses(events)[A].activation, math.log(91**-0.5 + 31**-0.5 + 1))


def test_one_task_is_one_use():
    """However many of its questions showed the memory."""
    events = [recall(A, at=n) for n in range(9)] + [done(used=(A,))]
    assert feedback.uses(events)[A][:2] == (1, 0)


def test_a_clone_that_cannot_count():
    """A use without a clock stands at the newest count that was known by then, so it is never newer than what came after."""
    known = [
        done(at=1, entry=identity(101), clock=100, used=(B,)),
        done(at=3, entry=identity(103), clock=400, used=(B,)),
    ]
    shallow = done(at=2, entry=identity(102), clock=None, used=(A,))
    assert math.isclose(feedback.uses([*known, shallow])[A].activation, -0.5 * math.log(301))
    assert math.isclose(feedback.uses([shallow])[A].activation, 0.0)


@pytest.mark.parametrize("clock", [1, 10, 1000])
def test_more_and_later_uses_weigh_more(clock):
    """Activation rises with each use, and falls with each commit."""

    def level(clocks):
        events = [done(entry=identity(100 + n), clock=c, used=(A,)) for n, c in enumerate(clocks)]
        return feedback.uses([*events, done(entry=LATER, clock=2000)])[A].activation

    assert level([clock]) < level([clock, clock]) < level([clock, clock + 1])


def test_ten_thousand_events():
    """A year of a team is read and summed at once: the whole of it is walked a few times and no more."""
    chance = random.Random(5)
    memories = [identity(number) for number in range(2000)]
    lines = []
    for n in range(2_500):
        entry, shown = identity(10_000 + n), chance.sample(memories, 6)
        lines += [
            feedback.write(Asked(n, entry, "recall", "why is it so", ("a/b.py",), "api", tuple(shown)))
        ] * 3
        met = tuple((each, (0,)) for each in shown[:2])
        lines.append(feedback.write(Ended(n, entry, entry, n, (f"src/{n % 300}.py",), met)))
    events = feedback.parse(b"".join(lines))
    assert len(events) == 10_000
    uses = feedback.uses(events)
    assert sum(use.used for use in uses.values()) == 5_000
    assert len(feedback.labelled(events)) == 2_500
