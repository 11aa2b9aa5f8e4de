"""What is worth keeping: a score that can be explained, and the reasons for which a memory may go. Values, no I/O.

The score is the logistic of a weighted sum of named features: a trained model puts other numbers in the place of ``DEFAULT``.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from agentmem.model import ids, kinds, lifecycle, verdict
from agentmem.model.memory import Memory
from agentmem.model.usage import Use

DAY = 86_400
UNUSED = 28
"""Days without use after which what was never verified may go."""
NOTED = 3
"""Memories used within ``UNUSED`` days below which use is not noted here any more, and nothing can be called unused."""
REST = 7
"""Days that a spell counts at most in which nobody was served or used anything: what nobody could use is not unused for that."""
KEEP = 0.5
"""The score from which on a memory stays although nobody has used it."""
LOW = 0.25
"""The score below which a memory goes by it alone."""
IDLE_MOST = 4.0
"""Spells of ``UNUSED`` days beyond which waiting longer says no more."""
HOT = 0.04
"""A path that more than this share of the commits touch says nothing of what is worked on: every piece of work meets it."""
HOT_FROM = 5
"""Commits that must have touched a path before it counts as one of these."""

PLACES = 1.0
"""The decay of work on a path: it moves on sooner than a use is forgotten (0.5)."""

PRIORS: Mapping[str, float] = {
    "decision": 1.5,
    "convention": 1.5,
    "deadend": 1.5,
    "procedure": 1.2,
    "entity": 1.2,
    "plan": 1.5,
    "task": 0.0,
    "reflection": 0.6,
    "fact": 0.3,
    "log": -1.2,
}
"""What a kind is worth keeping before anything else is known, in log-odds: what holds until it is revoked, over what happened."""

HEALTH: Mapping[str, float] = {
    verdict.OK: 1.0,
    verdict.MOVED: 1.0,
    verdict.UNVERIFIABLE: 0.0,
    verdict.CHANGED: -0.5,
    verdict.GONE: -1.0,
}


class Features(NamedTuple):
    """What is known of one memory, as numbers.

    ``prior`` of its kind; ``activation`` ln(1 + the sum of t ** -0.5 over its uses), t in commits; ``used`` and ``misled`` ln(1 +
    the tasks that say so); ``cited`` ln(1 + the memories in force that link to it); ``evidence`` the mean health of its
    citations, -1 (gone) to 1 (holds); ``worked`` ln(1 + the sum of 1 / t) over the commits that touched the most worked on of
    its paths; ``fresh`` 1 when written, half of it after each half-life; ``idle`` spells of 28 days without use, 0 where nothing
    tells; ``importance`` -2 to 2; ``pin`` 0 or 1.
    """

    prior: float
    activation: float = 0.0
    used: float = 0.0
    misled: float = 0.0
    cited: float = 0.0
    evidence: float = 0.0
    worked: float = 0.0
    fresh: float = 0.5
    idle: float = 0.0
    importance: float = 0.0
    pin: float = 0.0


class Weights(NamedTuple):
    """What each feature adds to the log-odds of keeping; see ``benchmarks/retention.py``.

    ``activation``, ``used`` and ``worked`` were chosen there, and ``fresh`` kept as low as it found; ``idle`` needs a history of
    more than a week, and of the others no data at hand says anything.
    """

    bias: float = 0.0
    prior: float = 1.0
    activation: float = 0.5
    used: float = 0.25
    misled: float = -1.0
    cited: float = 0.5
    evidence: float = 0.5
    worked: float = 2.0
    fresh: float = 0.5
    idle: float = -0.5
    importance: float = 0.5
    pin: float = 3.0


DEFAULT = Weights()


class Term(NamedTuple):
    """One summand of a score: the feature's ``value`` times its ``weight``."""

    name: str
    value: float
    weight: float

    @property
    def adds(self) -> float:
        """What it adds to the log-odds."""
        return self.value * self.weight


def terms(features: Features, weights: Weights = DEFAULT) -> tuple[Term, ...]:
    """The summands of the log-odds, those that add nothing left out, the weightiest first."""
    every = [
        Term("bias", 1.0, weights.bias),
        *(Term(name, getattr(features, name), getattr(weights, name)) for name in Features._fields),
    ]
    return tuple(sorted((t for t in every if t.adds), key=lambda t: (-abs(t.adds), t.name)))


def score(features: Features, weights: Weights = DEFAULT) -> float:
    """The chance, 0 to 1, that it is worth keeping: 1 / (1 + e ** -x), x the sum of ``terms``."""
    x = weights.bias + sum(f * w for f, w in zip(features, weights[1:], strict=True))
    return 1 / (1 + math.exp(-max(min(x, 700.0), -700.0)))


def base_level(ages: Iterable[int], decay: float) -> float:
    """ln(1 + the sum of t ** -decay), t >= 1 being how many commits ago each time was: ACT-R's base level (Anderson and Schooler
    1991), at 0 for none.
    """
    return math.log1p(sum(max(age, 1) ** -decay for age in ages))


def heat(touched: Mapping[str, Sequence[int]], commits: int) -> dict[str, float]:
    """How much each path is worked on; ``touched`` has how many commits ago it was changed, each time, of the last ``commits``.

    Those that everybody changes are left out.
    """
    most = max(HOT * commits, HOT_FROM)
    return {path: base_level(ages, PLACES) for path, ages in touched.items() if len(ages) <= most}


def freshness(age: float | None, half_life: float | None) -> float:
    """1 for what is new, half of it after each half-life; days. What has no time, or does not age, has .5."""
    return 0.5 if age is None or half_life is None else 0.5 ** (max(age, 0.0) / half_life)


class Known:
    """The time over which use is noted here: ``since`` its first evidence (seconds UTC), ``days`` those on which anything was
    served or used. Of a spell between two of them ``REST`` days count at most: a team that was away has passed nothing over.
    """

    def __init__(self, since: int, days: Iterable[int], now: int) -> None:
        """Take the days (``usage.day``) in any order; those that are not between ``since`` and ``now`` say nothing."""
        self.since = since
        self._at = sorted({since, now, *(day * DAY for day in days if since < day * DAY < now)})
        self._worked = [0.0]
        for before, after in pairwise(self._at):
            self._worked.append(self._worked[-1] + min((after - before) / DAY, REST))

    def days_from(self, moment: int) -> float:
        """Days of work from ``moment`` on."""
        place = bisect_right(self._at, moment)
        if place == len(self._at):
            return 0.0
        spell = min((self._at[place] - max(moment, self.since)) / DAY, REST)
        return self._worked[-1] - self._worked[place] + spell


def known(since: int | None, days: Iterable[int], last: Iterable[int | None], now: int) -> Known | None:
    """The time over which use is known, so that what nobody used in it is unused: from ``since``, the first evidence.

    None where that is younger than ``UNUSED`` days, or where it has stopped: ``last`` are the moments at which memories were
    last used, and one task that said so half a year ago says nothing of the others.
    """
    start = now - UNUSED * DAY
    noted = sum(moment is not None and moment >= start for moment in last)
    return Known(since, days, now) if since is not None and since <= start and noted >= NOTED else None


def unused_days(memory: Memory, use: Use, over: Known | None) -> float | None:
    """Days of work since ``memory`` was last used, or written; None where that is not known.

    What was before the first evidence is not known: then it counts from there.
    """
    if over is None:
        return None
    return over.days_from(
        max(moment for moment in (memory.created, use.last, over.since) if moment is not None)
    )


def features(
    memory: Memory,
    now: int,
    use: Use,
    verdicts: Sequence[str] = (),
    cited: int = 0,
    worked: float = 0.0,
    over: Known | None = None,
) -> Features:
    """The features of ``memory`` at ``now`` (seconds UTC); ``over``: the time over which use is known."""
    age = None if memory.created is None else (now - memory.created) / DAY
    idle = unused_days(memory, use, over)
    return Features(
        prior=PRIORS[memory.kind],
        activation=0.0 if use.activation is None else math.log1p(math.exp(min(use.activation, 50.0))),
        used=math.log1p(use.used),
        misled=math.log1p(use.misled),
        cited=math.log1p(cited),
        evidence=sum(HEALTH[one] for one in verdicts) / len(verdicts) if verdicts else 0.0,
        worked=worked,
        fresh=freshness(age, kinds.BY_NAME[memory.kind].half_life),
        idle=0.0 if idle is None else min(idle / UNUSED, IDLE_MOST),
        importance=float((memory.importance or 3) - 3),
        pin=float(memory.pin),
    )


class Facts(NamedTuple):
    """What decides whether one memory may go. ``status`` is derived; ``verified`` says that evidence of its holds now.

    ``age`` and ``unused`` count days (None: not known). ``better`` is the id of one that says the same and scores more.
    ``over`` is the moment (seconds UTC) at which it was superseded or retracted, None where that is not known.
    """

    kind: str
    status: str
    score: float
    age: float | None = None
    verified: bool = False
    unused: float | None = None
    better: str | None = None
    over: int | None = None


DUPLICATE, EXPIRED, PAST, IDLE, SCORE = "duplicate", "expired", "past", "unused", "low-score"
REASONS = (DUPLICATE, EXPIRED, PAST, IDLE, SCORE)


def reason(facts: Facts, now: int) -> str | None:
    """Why a memory may go, one of ``REASONS``; None where nothing speaks for that.

    What was superseded or retracted may go ``UNUSED`` days later. What is not in force is weighed no further; nothing goes by
    its score alone that is younger than ``UNUSED`` days.
    """
    if facts.status in ("superseded", "retracted"):
        return PAST if facts.over is not None and now - facts.over >= UNUSED * DAY else None
    if facts.status == "expired":
        return EXPIRED
    if facts.better is not None:
        return DUPLICATE
    if facts.unused is not None and facts.unused >= UNUSED and not facts.verified and facts.score < KEEP:
        return IDLE
    return SCORE if facts.score < LOW and facts.age is not None and facts.age >= UNUSED else None


class Links(NamedTuple):
    """How memories hang together. ``rests`` has, for each memory in force, the ids that it needs in order to be understood;
    ``replaces`` what each (in force or not) supersedes; ``settles`` the tasks that each log entry closes or reopens, the
    entries that each reflection stands for.
    """

    rests: Mapping[str, frozenset[str]]
    replaces: Mapping[str, frozenset[str]]
    settles: Mapping[str, frozenset[str]]


def holders(identities: Iterable[str], links: Links) -> dict[str, frozenset[str]]:
    """For each of ``identities`` the ids of those that it may not go before.

    What rests on it; what it supersedes, which would come back into force; what it settled, which would be open again.
    """
    found: dict[str, set[str]] = {identity: set() for identity in identities}
    for one, named in links.rests.items():
        for other in named:
            if other in found and other != one:
                found[other].add(one)
    for relation in (links.replaces, links.settles):
        for one, named in relation.items():
            if one in found:
                found[one] |= named - {one}
    return {identity: frozenset(named) for identity, named in found.items()}


def may_go(
    wanted: Iterable[str], held: Mapping[str, frozenset[str]], present: frozenset[str]
) -> tuple[set[str], dict[str, str]]:
    """Those of ``wanted`` that may go together, and for each other one the id, in ``present``, that it may not go before."""
    going, kept = set(wanted), dict[str, str]()
    holding: dict[str, list[str]] = {}
    for identity in going:
        for other in held.get(identity, frozenset()) & going:
            holding.setdefault(other, []).append(identity)
    todo = sorted(going)
    while todo:
        stay = []
        for identity in todo:
            blocking = min((held.get(identity, frozenset()) & present) - going, default=None)
            if blocking is not None:
                going.discard(identity)
                kept[identity] = blocking
                stay.append(identity)
        # only what one of these holds can have become held
        todo = sorted({other for identity in stay for other in holding.get(identity, ()) if other in going})
    return going, kept


class Mentions:
    """Which of some known ids a text names, whole or by as many of their first characters as are printed at least."""

    def __init__(self, known: Iterable[str]) -> None:
        import re

        self._words = re.compile(rf"(?<!\w)[{ids.ALPHABET}]{{{ids.SHORT},{ids.LENGTH}}}(?!\w)").findall
        self._by_start: dict[str, list[str]] = {}
        for identity in known:
            self._by_start.setdefault(identity[: ids.SHORT], []).append(identity)

    def __call__(self, text: str) -> frozenset[str]:
        """The ids that ``text`` names; all of those that a short form may mean."""
        return frozenset(
            identity
            for word in self._words(text)
            for identity in self._by_start.get(word[: ids.SHORT], ())
            if identity.startswith(word)
        )


def is_open(kind: str, status: str) -> bool:
    """Whether it is work that is not over: a task that is open or failed, a plan in force."""
    return (kind == "task" and status in ("open", "failed")) or (
        kind == "plan" and lifecycle.claims(kind, status)
    )
