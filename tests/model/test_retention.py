"""The score of keeping, and the reasons for which a memory may go."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import kinds, retention, usage, verdict
from agentmem.model.memory import Memory
from agentmem.model.retention import DAY, DEFAULT, Facts, Features, Links, Weights
from agentmem.model.usage import NEVER, Use

NOW = 1_780_000_000
SMALL = st.floats(-5, 5, allow_nan=False)
FEATURES = st.builds(Features, *([SMALL] * len(Features._fields)))
WEIGHTS = st.builds(Weights, *([SMALL] * len(Weights._fields)))
IDS = [f"{number:012d}" for number in range(6)]


def test_weights_have_a_place_for_each_feature():
    """A trained model may put its numbers in their place: the bias, then one a feature, in their order."""
    assert Weights._fields == ("bias", *Features._fields)
    assert set(retention.PRIORS) == set(kinds.NAMES)
    assert set(retention.HEALTH) == set(verdict.ALL)


@given(FEATURES, WEIGHTS)
def test_terms_add_up_to_the_score(features, weights):
    """What --explain prints is the score: its logistic inverse is the sum of the terms."""
    total = sum(term.adds for term in retention.terms(features, weights))
    assert retention.score(features, weights) == pytest.approx(1 / (1 + math.exp(-total)))
    sizes = [abs(term.adds) for term in retention.terms(features, weights)]
    assert sizes == sorted(sizes, reverse=True) and 0 not in sizes


@given(FEATURES, st.sampled_from(Features._fields), st.floats(0.01, 3))
def test_each_feature_speaks_one_way(features, name, more):
    """More of a feature never lowers the score where its weight is positive, nor raises it where that is negative."""
    changed = features._replace(**{name: getattr(features, name) + more})
    difference = retention.score(changed) - retention.score(features)
    assert difference * getattr(DEFAULT, name) >= 0


@given(st.lists(st.integers(-3, 10**6), max_size=20), st.integers(1, 10**6), st.sampled_from([0.5, 1.0]))
def test_base_level(ages, more, decay):
    """Each further use adds to it, however long ago it was; no use is 0."""
    assert retention.base_level([], decay) == 0
    assert retention.base_level([*ages, more], decay) > retention.base_level(ages, decay) >= 0


def test_heat_leaves_out_what_everybody_changes():
    """A path that more than one commit in 25 touches says nothing; in a short history five touches are none too many."""
    touched = {"all.py": list(range(0, 200, 10)), "own.py": [3, 90], "late.py": [150]}
    heat = retention.heat(touched, 200)
    assert set(heat) == {"own.py", "late.py"} and heat["own.py"] > heat["late.py"]
    assert set(retention.heat({"a.py": [0, 1, 2, 3, 4]}, 6)) == {"a.py"}


def memory(kind="fact", created=NOW - 60 * DAY, **values):
    return Memory(id=IDS[0], kind=kind, title="A title", created=created, **values)


def every_day(since, now=NOW):
    """The time since a moment, on each day of which something was used."""
    return retention.Known(since, range(usage.day(since), usage.day(now) + 1), now)


def test_nothing_is_unused_without_evidence():
    """Where no use is known of, nobody can say that a memory has none."""
    assert retention.unused_days(memory(), NEVER, None) is None
    assert retention.features(memory(), NOW, NEVER).idle == 0


def test_unused_counts_from_the_last_that_is_known():
    """From the last use, from when it was written, or from the first evidence, whichever is the latest."""
    over = every_day(NOW - 40 * DAY)
    assert retention.unused_days(memory(), NEVER, over) == pytest.approx(40)
    assert retention.unused_days(memory(created=NOW - 10 * DAY), NEVER, over) == pytest.approx(10)
    assert retention.unused_days(memory(), Use(last=NOW - 3 * DAY), over) == pytest.approx(3)
    assert retention.unused_days(memory(created=None), NEVER, over) == pytest.approx(40)
    assert retention.unused_days(memory(created=NOW + DAY), NEVER, over) == 0


def test_while_nobody_worked_nothing_was_passed_over():
    """Of a spell without any use a week counts; the days before and after it count in full."""
    since, back = NOW - 200 * DAY, NOW - 2 * DAY
    worked = range(usage.day(since), usage.day(since + 20 * DAY))
    away = retention.Known(since, [*worked, usage.day(back)], NOW)
    everything = retention.unused_days(memory(created=since), NEVER, away)
    assert 20 + retention.REST <= everything <= 20 + retention.REST + 3
    assert retention.unused_days(memory(created=since + 100 * DAY), NEVER, away) <= retention.REST + 3
    assert retention.Known(since, [], NOW).days_from(since) == retention.REST


@given(
    st.sets(st.integers(0, 90)),
    st.lists(st.integers(0, 90 * DAY), min_size=2, max_size=2),
    st.integers(0, 90),
)
def test_days_of_work_are_no_more_than_days_and_add_up(days, moments, more):
    """Never more than have passed, fewer from later on, and no fewer where something more was noted."""
    since, now = 0, 90 * DAY
    early, late = sorted(moments)
    over = retention.Known(since, days, now)
    assert 0 <= over.days_from(late) <= over.days_from(early) + 1e-9
    assert over.days_from(early) <= (now - early) / DAY + 1e-9
    assert over.days_from(early) <= retention.Known(since, {*days, more}, now).days_from(early) + 1e-9


def test_features_are_what_is_known():
    """Citation health is the mean of the verdicts; activation comes from its logarithm; a kind that does not age is neutral."""
    use = Use(used=2, misled=1, last=NOW, activation=math.log(0.5))
    made = retention.features(
        memory("decision", pin=True, importance=5), NOW, use, (verdict.OK, verdict.GONE), 3, 0.7, None
    )
    assert made.activation == pytest.approx(math.log(1.5))
    assert (made.evidence, made.fresh, made.importance, made.pin, made.worked) == (0, 0.5, 2, 1, 0.7)
    assert made.cited == pytest.approx(math.log(4)) and made.used == pytest.approx(math.log(3))
    assert retention.features(memory("log", created=NOW - 7 * DAY), NOW, NEVER).fresh == pytest.approx(0.5)
    assert retention.features(memory(created=None), NOW, NEVER).fresh == 0.5


def facts(**values):
    return Facts(**{"kind": "fact", "status": "active", "score": 0.6, "age": 100.0, **values})


@pytest.mark.parametrize(
    ("given_facts", "reason"),
    [
        (facts(), None),
        (facts(score=0.2), retention.SCORE),
        (facts(score=0.2, age=27.0), None),
        (facts(score=0.2, age=None), None),
        (facts(unused=28.0), None),
        (facts(unused=28.0, score=0.4), retention.IDLE),
        (facts(unused=27.9, score=0.4), None),
        (facts(unused=99.0, score=0.4, verified=True), None),
        (facts(unused=99.0, score=0.2, verified=True), retention.SCORE),
        (facts(better=IDS[1]), retention.DUPLICATE),
        (facts(status="expired", score=0.9), retention.EXPIRED),
        (facts(status="superseded", score=0.9, over=NOW - 28 * DAY), retention.PAST),
        (facts(status="superseded", score=0.1, over=NOW - 27 * DAY), None),
        (facts(status="retracted", score=0.1, over=None), None),
        (facts(status="retracted", over=NOW - 90 * DAY), retention.PAST),
    ],
)
def test_reasons(given_facts, reason):
    """Each reason has its own bound; one that is not in force is weighed by time alone."""
    assert retention.reason(given_facts, NOW) == reason


SETS = st.dictionaries(st.sampled_from(IDS), st.frozensets(st.sampled_from(IDS)), max_size=6)


@given(SETS, SETS, SETS, st.frozensets(st.sampled_from(IDS)))
def test_what_goes_goes_together(rests, replaces, settles, wanted):
    """Nothing goes before what holds it, unless that goes too; what stays names what holds it; and no more stays than must."""
    held = retention.holders(IDS, Links(rests, replaces, settles))
    present = frozenset(IDS)
    going, kept = retention.may_go(wanted, held, present)
    assert going | kept.keys() == wanted and not going & kept.keys()
    for one in going:
        assert not (held[one] & present) - going
    for one, other in kept.items():
        assert other in held[one] and other not in going
    # the greatest such set: any one that holds by itself is within it
    alone = {one for one in wanted if not held[one] & present}
    assert alone <= going
    assert retention.may_go(going, held, present)[0] == going


def test_a_chain_takes_its_length():
    """Where each may not go before the next and the last stays, each is looked at a few times and not once for each other."""
    names = [f"{number:012d}" for number in range(2_000)]
    asked = 0

    class Held(dict[str, frozenset[str]]):
        def get(self, key, default=frozenset()):  # type: ignore[override]
            nonlocal asked
            asked += 1
            return super().get(key, default)

    held = Held({one: frozenset({other}) for one, other in pairwise(names)})
    going, kept = retention.may_go(names[:-1], held, frozenset(names))
    assert not going and len(kept) == len(names) - 1
    assert asked < 5 * len(names)


def test_holders():
    """A successor goes not before what it replaces, an entry not before the task it closed, nothing before what rests on it."""
    a, b, c, d, e, _ = IDS
    links = Links({a: frozenset({b})}, {c: frozenset({d})}, {e: frozenset({a})})
    held = retention.holders(IDS, links)
    assert held[b] == {a} and held[c] == {d} and held[e] == {a} and not held[a] and not held[d]
    going, kept = retention.may_go({c}, held, frozenset(IDS))
    assert not going and kept == {c: d}
    assert retention.may_go({c}, held, frozenset({c}))[0] == {c}
    assert retention.may_go({c, d}, held, frozenset(IDS))[0] == {c, d}


def test_mentions_are_of_whole_ids():
    """An id in a text counts where it stands alone and is one of ours."""
    known = frozenset({"7k3m9qwpdx2v"})
    mentions = retention.Mentions(known)
    assert mentions("see 7k3m9qwpdx2v, not x7k3m9qwpdx2v") == known
    assert mentions("because of 7k3m9q, see there") == mentions("(7k3m9qw)") == known
    assert not mentions("7k3m9 and 7k3m9qwpdx2vv, x7k3m9q or 7k3m9qq")
    assert not mentions("p2v8rr41c0zd")
    assert retention.Mentions(["7k3m9qwpdx2v", "7k3m9qwpdx2w"])("7k3m9q") == {"7k3m9qwpdx2v", "7k3m9qwpdx2w"}


@pytest.mark.parametrize(
    ("kind", "status", "is_open"),
    [
        ("task", "open", True),
        ("task", "failed", True),
        ("task", "done", False),
        ("plan", "active", True),
        ("plan", "superseded", False),
        ("fact", "active", False),
    ],
)
def test_work_that_is_not_over(kind, status, is_open):
    """A task that is open or failed and a plan in force are work; what is done or replaced is not."""
    assert retention.is_open(kind, status) == is_open
