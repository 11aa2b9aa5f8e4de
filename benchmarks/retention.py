"""What is lost when half of a store is archived: by the product's score, by least recent use, and by chance.

    python benchmarks/retention.py [--data DIR] [--tune]

At several moments of a history half of the memories known by then are archived, those with the lowest score, and it is counted
how many of the archived ones later work needed. Features come from what was known at that moment alone. Least-recently-used
goes by the last use known then, else by when it was written; chance is the mean of many draws.

On a real team's history a claim needs each older memory that shares a file with it which is not among the 25 most changed.
Weights are chosen on its first half by time (``--tune`` prints the search; needs of the second half are not looked at) and
reported on the second. Memories that touch none but the 25 can never be needed by that rule, so that an archive gets them for
nothing: the figures are given without them as well, told but not demanded, since of those half the store must lose nearly as
much whoever chooses (three in four are needed). Without the data (``--data``, else ``AGENTMEM_BENCH_DATA``) it says so.

The generated store runs anywhere. It assumes that work stays in an area for a week and often comes back to it; that half of all
memories help nobody, whatever they are about; that of the others work in their files needs each one in two times; that one need
in five has nothing to do with files; that half of the uses leave no evidence, and that some evidence is false. All are of one
kind, so that the score's prior says nothing. Two more worlds show where it ends, and are told but not demanded: needs
by pure chance, in which nobody can do better than chance, and areas that are always the longest at rest.

Exits 1 when the score does not lose less than both others, on the second half or on the generated store, with the 95 % interval
of the paired difference clear of 0. The intervals are over the moments, which overlap where they are of one history: they say
how steady the figures are in it, not what another history would give.
"""

import argparse
import json
import os
import random
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from agentmem.model import metrics, retention, times, usage
from agentmem.model.memory import Memory
from agentmem.model.retention import Features, Weights
from agentmem.model.usage import NEVER, Use

MOST_CHANGED = 25
DRAWS = 500
SHARE = 0.5
NEXT = 43_200
"""Seconds of work to come by which weights are chosen."""


class Note(NamedTuple):
    """One memory: when it was written (seconds UTC), its kind, the files that it is about."""

    created: int
    kind: str
    files: frozenset[str]


class Work(NamedTuple):
    """One piece of work: the memories that it needed, by number; ``seen`` is what evidence says that it used once it was
    ``closed`` (None: to be told from the ``files``, as the product tells it).
    """

    opened: int
    closed: int | None
    files: frozenset[str]
    needed: frozenset[int]
    seen: frozenset[int] | None = None


class World(NamedTuple):
    """A history, both in the order of time; ``eligible`` are the memories that a need can be about."""

    notes: Sequence[Note]
    works: Sequence[Work]
    eligible: frozenset[int]


class Moment(NamedTuple):
    """A store at ``at``: its memories' features, the last use known of each, those that later work needs with how often."""

    at: int
    features: dict[int, Features]
    last: dict[int, int]
    needs: Counter[int]


Policy = Callable[[Moment, int], float]
"""What a memory is worth keeping to somebody; the lowest go."""


def team(folder: str) -> World:
    """The history of a real team."""
    notes = [json.loads(line) for line in open(os.path.join(folder, "memories.jsonl"), encoding="utf-8")]
    claims = [json.loads(line) for line in open(os.path.join(folder, "claims.jsonl"), encoding="utf-8")]
    notes.sort(key=lambda note: (note["created"], note["id"]))
    common = {f for f, _ in Counter(f for note in notes for f in note["files"]).most_common(MOST_CHANGED)}
    plain = [Note(times.parse_iso(n["created"]), n["kind"], frozenset(n["files"])) for n in notes]
    works = []
    for claim in sorted(claims, key=lambda claim: claim["opened"]):
        opened, files = times.parse_iso(claim["opened"]), frozenset(claim["files"])
        own = files - common
        needed = frozenset(i for i, n in enumerate(plain) if n.created < opened and own & n.files)
        works.append(
            Work(opened, times.parse_iso(claim["closed"]) if claim["closed"] else None, files, needed)
        )
    return World(plain, works, frozenset(i for i, n in enumerate(plain) if n.files - common))


def moment(world: World, at: int, until: int | None = None, among: frozenset[int] | None = None) -> Moment:
    """The store of ``world`` at ``at``; what is needed later is counted up to ``until``. ``among``: these memories alone."""
    known = [i for i, note in enumerate(world.notes) if note.created < at]
    written = [world.notes[i].created for i in known]
    count = len(known)

    def commits_ago(when: int) -> int:
        return count - bisect_right(written, when) + 1

    touched: dict[str, list[int]] = defaultdict(list)
    about: dict[str, list[int]] = defaultdict(list)
    for i in known:
        for file in world.notes[i].files:
            touched[file].append(count - i)
            about[file].append(i)
    heat = retention.heat(touched, count)
    uses: dict[int, list[int]] = defaultdict(list)
    for work in world.works:
        if work.closed is None or work.closed >= at:
            continue
        seen: Iterable[int] = work.seen or ()
        if work.seen is None:
            seen = {
                i for f in work.files & heat.keys() for i in about[f] if world.notes[i].created < work.opened
            }
        for i in seen:
            uses[i].append(work.closed)
    features, last = {}, {}
    begun = min((work.opened for work in world.works), default=at)
    days = {usage.day(work.closed) for work in world.works if work.closed is not None and work.closed < at}
    over = retention.Known(begun, days, at)
    for i in known:
        if among is not None and i not in among:
            continue
        note = world.notes[i]
        ages = [commits_ago(use) for use in uses[i]]
        use = NEVER
        if ages:
            import math

            use = Use(len(ages), 0, max(uses[i]), math.log(sum(age**-0.5 for age in ages)))
        memory = Memory(id=str(i), kind=note.kind, title="", created=note.created)
        worked = max((heat[file] for file in note.files if file in heat), default=0.0)
        features[i] = retention.features(memory, at, use, worked=worked, over=over)
        last[i] = max(uses[i], default=note.created)
    needs = Counter(
        i
        for work in world.works
        if work.opened >= at and (until is None or work.opened < until)
        for i in work.needed
        if i in features
    )
    return Moment(at, features, last, needs)


def by_score(weights: Weights = retention.DEFAULT) -> Policy:
    return lambda moment, i: retention.score(moment.features[i], weights)


def by_last_use(moment: Moment, i: int) -> float:
    return float(moment.last[i])


def archived(moment: Moment, policy: Policy) -> set[int]:
    """The half that ``policy`` would archive; of equals the older goes."""
    order = sorted(moment.features, key=lambda i: (policy(moment, i), i))
    return set(order[: int(len(order) * SHARE)])


def lost(moment: Moment, policy: Policy) -> float:
    """The share of the memories needed later that would be in the archive."""
    gone = archived(moment, policy)
    return sum(i in gone for i in moment.needs) / len(moment.needs) if moment.needs else 0.0


def needs_lost(moment: Moment, policy: Policy) -> float:
    """The share of all later needs, of which a memory may have many, that would go to the archive."""
    gone = archived(moment, policy)
    total = sum(moment.needs.values())
    return sum(count for i, count in moment.needs.items() if i in gone) / total if total else 0.0


def by_chance(moment: Moment, chance: random.Random, draws: int = DRAWS) -> list[float]:
    """The same for each of many archives that are drawn."""
    every = sorted(moment.features)
    size = int(len(every) * SHARE)
    found = []
    for _ in range(draws):
        gone = set(chance.sample(every, size))
        found.append(sum(i in gone for i in moment.needs) / max(len(moment.needs), 1))
    return sorted(found)


def quantiles(world: World, shares: Sequence[float]) -> list[int]:
    """The moments by which these shares of the work had begun."""
    return [world.works[int(len(world.works) * share)].opened for share in shares]


GRID: dict[str, tuple[float, ...]] = {
    "activation": (0.0, 0.25, 0.5, 1.0, 2.0),
    "used": (0.0, 0.25, 0.5, 1.0),
    "worked": (0.0, 0.25, 0.5, 1.0, 2.0),
    "fresh": (0.0, 0.25, 0.5, 1.0, 2.0),
    "idle": (0.0, -0.25, -0.5, -1.0),
}


def tune(moments: Sequence[Moment], start: Weights) -> Weights:
    """Coordinate ascent over ``GRID``: the fewest of the needs lost; of equals what was there before."""

    def value_of(weights: Weights) -> float:
        return metrics.mean([needs_lost(one, by_score(weights)) for one in moments])

    best, least = start, value_of(start)
    for sweep in (1, 2):
        for name, choices in GRID.items():
            for choice in choices:
                weights = best._replace(**{name: choice})
                value = value_of(weights)
                if value < least - 1e-9:
                    best, least = weights, value
            print(f"sweep {sweep} {name} = {getattr(best, name)}: {least:.4f}", flush=True)
    return best


def report(name: str, moments: Sequence[Moment], demanded: bool = True) -> bool:
    """Print what each would have lost at ``moments``; whether the score lost less than both, where that is ``demanded``."""
    chance = random.Random(1)
    mine = [lost(one, by_score()) for one in moments]
    recent = [lost(one, by_last_use) for one in moments]
    draws = [by_chance(one, chance) for one in moments]
    drawn = [metrics.mean(each) for each in draws]
    whole = [metrics.mean(each) for each in zip(*draws, strict=True)]
    whole.sort()
    low, high = whole[int(0.025 * len(whole))], whole[int(0.975 * len(whole))]
    count = metrics.mean([float(len(one.features)) for one in moments])
    needed = metrics.mean([float(len(one.needs)) for one in moments])
    print(f"{name}: {len(moments)} moments, {count:.0f} memories and {needed:.0f} needed later, on average")
    print(f"  in the archive of those needed later: score {metrics.mean(mine):.3f}", end="")
    print(
        f"  least recently used {metrics.mean(recent):.3f}  chance {metrics.mean(drawn):.3f} [{low:.3f}, {high:.3f}]"
    )
    pairs = [
        metrics.mean([needs_lost(one, policy) for one in moments]) for policy in (by_score(), by_last_use)
    ]
    print(f"  of the needs themselves: score {pairs[0]:.3f}  least recently used {pairs[1]:.3f}")
    good = True
    for other, values in (("least recently used", recent), ("chance", drawn)):
        gains = [theirs - own for own, theirs in zip(mine, values, strict=True)]
        (gain,) = metrics.bootstrap([gains], random.Random(1))
        print(f"  less than {other}: {metrics.mean(gains):+.3f} [{gain[0]:+.3f}, {gain[1]:+.3f}]", flush=True)
        good &= gain[0] > 0
    if demanded and not good:
        print(f"VIOLATION: {name}")
    return good or not demanded


AREAS, CHANCE, RESTED = "areas", "chance", "longest at rest"
WEEK = 7 * retention.DAY
START = 1_760_000_000


def generated(seed: int, world: str = AREAS) -> World:
    """A store of 30 weeks; see the module's docstring for what it assumes."""
    chance = random.Random(f"{seed} {world}")
    modules = [[f"src/m{m}/f{f}.py" for f in range(6)] for m in range(40)]
    hubs = [f"src/hub{h}.py" for h in range(3)]
    popular = [1 / (rank + 2) for rank in range(len(modules))]
    rested = dict.fromkeys(range(len(modules)), -1)
    active: list[int] = []
    notes: list[Note] = []
    helps: list[bool] = []
    works: list[Work] = []
    about: dict[str, list[int]] = defaultdict(list)
    for week in range(30):
        if world == RESTED:
            active = sorted(rested, key=lambda m: (rested[m], m))[:4]
        else:
            stay = [m for m in active if chance.random() < 0.4]
            while len(stay) < 4:
                (new,) = chance.choices(range(len(modules)), popular)
                if new not in stay:
                    stay.append(new)
            active = stay
        rested.update(dict.fromkeys(active, week))
        for step in range(25):
            opened = START + week * WEEK + step * WEEK // 25
            closed = opened + chance.randrange(3_600, 40_000)
            files = set(chance.sample(modules[chance.choice(active)], chance.randint(1, 4)))
            if chance.random() < 0.3:
                files.add(chance.choice(hubs))
            near = sorted({i for file in files - set(hubs) for i in about[file]})
            if world == CHANCE:
                needed = set(chance.sample(range(len(notes)), min(len(notes), 3)))
            else:
                needed = {i for i in near if helps[i] and chance.random() < 0.5}
                useful = [i for i, good in enumerate(helps) if good]
                apart = round(len(needed) * 0.25 + chance.random() - 0.5)
                needed |= set(chance.sample(useful, min(max(apart, 0), len(useful))))
            seen = {i for i in needed if chance.random() < 0.5}
            if near and chance.random() < 0.3:
                seen.add(chance.choice(near))
            works.append(Work(opened, closed, frozenset(files), frozenset(needed), frozenset(seen)))
            for _ in range(chance.randint(1, 2)):
                own = frozenset(chance.sample(sorted(files), min(len(files), chance.randint(1, 3))))
                for file in own:
                    about[file].append(len(notes))
                helps.append(chance.random() < 0.5)
                notes.append(Note(opened + 1, "fact", own))
    # within a week work is begun in order, and what is written is written when it is begun
    return World(notes, works, frozenset(range(len(notes))))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--data", default=os.environ.get("AGENTMEM_BENCH_DATA", ""))
    parser.add_argument("--tune", action="store_true")
    options = parser.parse_args()
    good = True
    if not os.path.isfile(os.path.join(options.data, "claims.jsonl")):
        print(
            "the team's history is left out: no claims.jsonl; name its folder with --data or AGENTMEM_BENCH_DATA"
        )
    else:
        world = team(options.data)
        middle = world.works[len(world.works) // 2].opened
        early = quantiles(world, (0.15, 0.2, 0.25, 0.3, 0.35, 0.4))
        late = quantiles(world, (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9))
        if options.tune:
            # what comes next: of all that came later the first half, which is short, needed nearly everything
            often = quantiles(world, [share / 200 for share in range(20, 90, 4)])
            ends = [(at, min(at + NEXT, middle)) for at in often]
            print(tune([moment(world, at, end, world.eligible) for at, end in ends], retention.DEFAULT))
        report("first half (tuned on)", [moment(world, at, middle) for at in early], demanded=False)
        good &= report("second half (held out)", [moment(world, at) for at in late])
        alone = [moment(world, at, among=world.eligible) for at in late]
        report("second half, of what the rule can call needed", alone, demanded=False)
    for name in (AREAS, CHANCE, RESTED):
        moments = []
        for seed in range(12):
            made = generated(seed, name)
            moments += [moment(made, at) for at in quantiles(made, (0.5, 0.75))]
        good &= report(f"generated, {name}", moments, demanded=name == AREAS)
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
