"""Memories that say the same: recall shows one of them at best, and whoever corrects one leaves the other."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from agentmem.checks.frame import Rule, Subject
from agentmem.checks.view import Groups, Shown, age, named, others, told
from agentmem.model import similarity
from agentmem.model.findings import WARNING, Finding
from agentmem.model.memory import Memory

ID = "near-duplicate"
IN_FORCE = ("active", "open", "failed")
CANDIDATES = 8
"""Memories that each is looked at exactly with, the most promising first."""
LOOKS = 16
"""Memories that the terms of each are compared with, term by term."""
REACH = 64
"""Of the memories that share a term, those that each is held against: its neighbours by title."""
MOST = 50
"""Memories of a group among which the one most like its newest is sought."""

_digits = re.compile(r"\d+").findall
Weights = Mapping[str, int]


class _Terms(NamedTuple):
    """The terms of one memory, those of its title, what each of these counts above one, and the weight of all."""

    all: frozenset[str]
    titles: frozenset[str]
    more: int
    total: int


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each group, on its newest memory: an import run twice is told once, not once for each pair."""
    compared = [
        shown
        for shown in subject.view.values()
        if shown.status in IN_FORCE and shown.memory.kind != "log" and shown.memory.title.strip()
    ]
    groups = Groups()
    _same(compared, groups)
    _alike(compared, groups)
    for *older, newest in groups.all(subject.view):
        yield _finding(subject, newest, older)


def _same(compared: Sequence[Shown], groups: Groups) -> None:
    """Join what is equal but for case, punctuation and whitespace, in one walk; bodies only where titles are."""
    titles: defaultdict[str, list[Memory]] = defaultdict(list)
    for shown in compared:
        titles[similarity.normal(shown.memory.title)].append(shown.memory)
    for title, each in titles.items():
        first: dict[tuple[str, str | None], str] = {}
        for memory in each if len(each) > 1 else ():
            body = similarity.normal(memory.body)
            if title or body:
                same = first.setdefault((body, memory.plan if memory.kind == "task" else None), memory.id)
                if same != memory.id:
                    groups.join(memory.id, same)


def _alike(compared: Sequence[Shown], groups: Groups) -> None:
    """Join what overlaps enough and is not set apart, by kind (tasks by plan as well)."""
    kinds: defaultdict[tuple[str, str | None], list[Shown]] = defaultdict(list)
    for shown in sorted(compared, key=lambda one: (one.memory.title.casefold(), one.memory.id)):
        memory = shown.memory
        kinds[memory.kind, memory.plan if memory.kind == "task" else None].append(shown)
    for each in kinds.values():
        whole = [one for one in each if one.memory.body.strip()]
        _join(whole, [similarity.weights(one.memory.title, one.memory.body) for one in whole], groups)
        if len(whole) < len(each):  # one without a body is compared by its title alone
            _join(each, [similarity.weights(one.memory.title, "") for one in each], groups, titles=True)


def _join(each: Sequence[Shown], weights: Sequence[Weights], groups: Groups, titles: bool = False) -> None:
    """Prefix filtering (Chaudhuri, Ganti, Kaushik, ICDE 2006; Bayardo, Ma, Srikant, WWW 2007).

    Of two that overlap by ``ALIKE`` or more, the rarest terms that make up 1 - ``ALIKE`` of the weight of each have terms in
    common, and so much of them that the rest can make up for what is lacking: only these are looked up. It misses none but
    among hundreds made from one template.
    """
    common = Counter(term for terms in weights for term in terms)
    holders: defaultdict[str, list[int]] = defaultdict(list)
    weighed = [_weighed(terms) for terms in weights]
    totals = [one.total for one in weighed]
    for place, terms in enumerate(weights):
        shared: dict[int, int] = {}
        room = totals[place] * (1 - similarity.ALIKE)
        unseen = totals[place]
        for term in sorted(terms, key=lambda term: (common[term], term)):
            holding, weight = holders[term], terms[term]
            for other in holding[-REACH:]:
                shared[other] = shared.get(other, 0) + weight
            if len(holding) <= REACH:
                unseen -= weight
            holding.append(place)
            room -= weight
            if room < 0:
                break
        _look(each, weighed, place, _promising(shared, unseen, totals, place), groups, titles)


def _weighed(terms: Weights) -> _Terms:
    titles = frozenset(term for term, weight in terms.items() if weight > 1)
    more = terms[next(iter(titles))] - 1 if titles else 0
    return _Terms(frozenset(terms), titles, more, len(terms) + more * len(titles))


def _promising(shared: Mapping[int, int], unseen: int, totals: Sequence[int], place: int) -> list[int]:
    """Those that may overlap enough, given the weight that is known to be shared, most of it first."""
    total, share = totals[place], similarity.ALIKE
    part, low, high = share / (1 + share), totals[place] * share, totals[place] / share
    found = [
        other
        for other, known in shared.items()
        if low <= (size := totals[other]) <= high
        and known + (unseen if unseen > size * share else size * share) >= (total + size) * part
    ]
    return sorted(found, key=lambda other: (-shared[other], -other))[:LOOKS]


def _look(
    each: Sequence[Shown],
    weighed: Sequence[_Terms],
    place: int,
    promising: Sequence[int],
    groups: Groups,
    titles: bool,
) -> None:
    one, exact = each[place], 0
    for other in promising:
        two = each[other]
        if exact == CANDIDATES:
            break
        if groups.together(one.memory.id, two.memory.id):
            continue
        if titles and one.memory.body.strip() and two.memory.body.strip():
            continue  # the bodies have been compared
        if _overlap(weighed[place], weighed[other]) >= similarity.ALIKE:
            exact += 1
            if _says_the_same(one, two):
                groups.join(two.memory.id, one.memory.id)


def _overlap(one: _Terms, other: _Terms) -> float:
    """``similarity.overlap`` of what is weighed already: a term counts one, in both titles more."""
    shared = len(one.all & other.all) + one.more * len(one.titles & other.titles)
    return shared / (one.total + other.total - shared)


def _says_the_same(one: Shown, other: Shown) -> bool:
    a, b = one.memory, other.memory
    if a.id in b.supersedes or b.id in a.supersedes or _numbers(a.title) != _numbers(b.title):
        return False
    return similarity.similarity(a.title, a.body, b.title, b.body) >= similarity.ALIKE


def _numbers(title: str) -> frozenset[str]:
    """What ``similarity.sets_apart`` parts most titles by that were made from one template, told without its 100 µs."""
    return frozenset(_digits(unicodedata.normalize("NFKC", title)))


def _finding(subject: Subject, newest: str, older: Sequence[str]) -> Finding:
    view = subject.view
    memory = view[newest].memory
    # the nearest of them: the one that the fix replaces first
    old = max(older[-MOST:], key=lambda one: (_similarity(view[one], view[newest]), age(view[one])))
    same = _similarity(view[old], view[newest]) == similarity.SAME
    rest = [one for one in older if one != old]
    message = f"says {'the same' if same else 'nearly the same'} as {named(subject, old)}"
    if rest:
        message += f" and {len(rest):,} more: {others(subject, rest)}"
    fix = f"agentmem supersede {subject.shorts[old]} --by {subject.shorts[newest]}"
    finding = told(subject, view[newest], ID, WARNING, ("title", memory.title), message, fix)
    return replace(finding, others=tuple(older))


def _similarity(one: Shown, other: Shown) -> float:
    a, b = one.memory, other.memory
    return similarity.similarity(a.title, a.body, b.title, b.body)


RULE = Rule(ID, WARNING, "of two that say the same one is corrected and the other believed", run)
