"""Memories that say the same: recall shows one of them at best, and whoever corrects one leaves the other."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from agentmem.checks.frame import Rule, Subject
from agentmem.checks.view import Groups, Shown, age, named, others, told
from agentmem.model import similarity
from agentmem.model.findings import WARNING, Finding
from agentmem.model.memory import Memory

ID = "near-duplicate"
IN_FORCE = ("active", "open", "failed")
BAND = 3
"""Bytes of a sketch that make one key: two memories that overlap by ``similarity.ALIKE`` share one of the 21 with 99 %, two that
overlap by .1 with 2 % (locality-sensitive hashing: Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4)."""
REACH = 8
"""Of the memories that have one key, those that each is held against: its neighbours by title."""
LOOKS = 32
"""Memories whose sketches each is compared with, those first that share the most keys."""
CANDIDATES = 4
"""Memories whose texts each is compared with."""
MOST = 50
"""Memories of a group among which the one most like its newest is sought."""
FEW_WORDS = 20
"""Words of a body up to which one number in it is what it says."""

_digits = re.compile(r"\d+").findall


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each group, on its newest memory: an import run twice is told once, not once for each pair."""
    compared = [
        shown.memory
        for shown in subject.view.values()
        if shown.status in IN_FORCE and shown.memory.kind != "log"
    ]
    for *older, newest in _grouped(compared).all(subject.view):
        yield _finding(subject, newest, older)


def groups(compared: Sequence[Memory]) -> list[list[str]]:
    """The ids of those of ``compared`` that say the same or nearly, group by group."""
    return _grouped(compared).members()


def is_spare(one: Memory, other: Memory) -> bool:
    """Whether ``one`` may go without anybody having looked, since ``other`` is there: it says nothing else, of nothing else, for
    no longer, and has no other evidence.
    """
    return (
        one.kind == other.kind
        and similarity.same(one.title, one.body, other.title, other.body)
        and (not other.scope or (bool(one.scope) and set(one.scope) <= set(other.scope)))
        and (other.expires is None or (one.expires is not None and one.expires <= other.expires))
        and {(cite.path, cite.symbol) for cite in one.cites}
        <= {(cite.path, cite.symbol) for cite in other.cites}
        and {name.casefold() for name in one.entities} <= {name.casefold() for name in other.entities}
    )


def _grouped(compared: Sequence[Memory]) -> Groups:
    titled = [memory for memory in compared if memory.title.strip()]
    found = Groups()
    _same(titled, found)
    _alike(titled, found)
    return found


def _same(compared: Sequence[Memory], groups: Groups) -> None:
    """Join what is equal but for case, punctuation and whitespace, in one walk; bodies only where titles are."""
    titles: defaultdict[str, list[Memory]] = defaultdict(list)
    for memory in compared:
        titles[similarity.normal(memory.title)].append(memory)
    for title, each in titles.items():
        first: dict[tuple[str, str | None], str] = {}
        for memory in each if len(each) > 1 else ():
            body = similarity.normal(memory.body)
            if title or body:
                same = first.setdefault((body, memory.plan if memory.kind == "task" else None), memory.id)
                if same != memory.id:
                    groups.join(memory.id, same)


def _alike(compared: Sequence[Memory], groups: Groups) -> None:
    """Join what overlaps enough and is not set apart, by kind (tasks by plan as well)."""
    kinds: defaultdict[tuple[str, str | None], list[Memory]] = defaultdict(list)
    for memory in sorted(compared, key=lambda one: (one.title.casefold(), one.id)):
        kinds[memory.kind, memory.plan if memory.kind == "task" else None].append(memory)
    for each in kinds.values():
        whole = [one for one in each if one.body.strip()]
        _join(whole, lambda one: similarity.signature(one.title, one.body), groups)
        if len(whole) < len(each):  # one without a body is compared by its title alone
            _join(each, lambda one: similarity.signature(one.title, ""), groups)


def _join(each: Sequence[Memory], sketch: Callable[[Memory], bytes], groups: Groups) -> None:
    """Look for the few that each may be like, by the keys that their sketches share, and join those that it is like."""
    holders: defaultdict[tuple[int, bytes], list[int]] = defaultdict(list)
    sketches: list[bytes] = []
    for place, memory in enumerate(each):
        made = sketch(memory)
        sketches.append(made)
        if not any(made):
            continue  # no word in it: "!!!" and "???" are not the same
        met = []
        for at in range(0, similarity.SKETCH_SIZE - BAND + 1, BAND):
            holding = holders[at, made[at : at + BAND]]
            met.append(holding[-REACH:])
            holding.append(place)
        shared = Counter(chain.from_iterable(met))
        exact = 0
        for other, _ in shared.most_common(LOOKS):
            if (
                exact < CANDIDATES
                and not groups.together(memory.id, each[other].id)
                and similarity.sketch_similarity(made, sketches[other]) >= similarity.SKETCH_ALIKE
            ):
                exact += 1
                if _says_the_same(memory, each[other]):
                    groups.join(each[other].id, memory.id)


def _says_the_same(a: Memory, b: Memory) -> bool:
    if a.id in b.supersedes or b.id in a.supersedes or _numbers(a.title) != _numbers(b.title):
        return False
    if max(len(a.body.split()), len(b.body.split())) <= FEW_WORDS and _numbers(a.body) != _numbers(b.body):
        return False
    if similarity.sets_apart(a.title, "", b.title, ""):
        return False  # told before the texts are weighed, which takes five times as long
    return similarity.similarity(a.title, a.body, b.title, b.body) >= similarity.ALIKE


def _numbers(text: str) -> frozenset[str]:
    """What ``similarity.sets_apart`` parts most texts by that were made from one template, told without its 100 µs."""
    return frozenset(_digits(unicodedata.normalize("NFKC", text)))


def _finding(subject: Subject, newest: str, older: Sequence[str]) -> Finding:
    view = subject.view
    memory = view[newest].memory
    # the nearest of them: the one that the fix replaces first
    old = max(older[-MOST:], key=lambda one: (_similarity(view[one], view[newest]), age(view[one])))
    same = _similarity(view[old], view[newest]) == similarity.SAME
    rest = [one for one in older if one != old]
    message = f"says {'the same' if same else 'nearly the same'} as {named(subject, old)}"
    if rest:
        message += f", and so do {others(subject, rest)}"
    fix = f"agentmem supersede {subject.shorts[old]} --by {subject.shorts[newest]}"
    finding = told(subject, view[newest], ID, WARNING, ("title", memory.title), message, fix)
    return finding._replace(others=tuple(older))


def _similarity(one: Shown, other: Shown) -> float:
    a, b = one.memory, other.memory
    return similarity.similarity(a.title, a.body, b.title, b.body)


RULE = Rule(ID, WARNING, "of two that say the same one is corrected and the other believed", run)
