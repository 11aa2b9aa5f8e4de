"""What a task will probably change, and whether two tasks will meet, foreseen from what earlier work like it changed.

Earlier work is found by its words (BM25) and votes for the files it changed; a task that names a file, words of its name or its
folder adds to that. Every score says on what it rests. No store, no clock: what is known is handed in as values.

What can be kept: ``words_of`` a text by its blob id (it takes most of the time), ``Paths`` by tree id. What was foreseen of a
task changes with the past, and one more task beside others costs little: it need not be kept.
"""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agentmem.model import analysis, scopes
from agentmem.model.pathwords import NONE, Mention, Paths
from agentmem.model.ranking import idf

NEAREST = 20
"""Earlier works that vote."""
LIKELY = 0.4
"""The chance from which on an overlap is worth a warning."""
ENOUGH = 3
"""Earlier works that have to be like a task for what they changed outside its scope to speak of an overlap: one alone has words
in common with any task ("done when").
"""
MOST_PATHS = 20_000
"""Paths of a tree whose names are read; of a larger one only those that earlier work changed."""

# Chosen on the first half of a team's history by time; see benchmarks/foresight.py for the figures on the other half.
_K1, _B = 1.2, 0.75
_RECENCY, _HALF_LIFE = 0.5, 86_400.0
_SAME_ROLE = 1.1
_NAME, _WORDS, _FOLDERS = 0.6, 0.2, 0.1
_HOTNESS = 0.3
_COMMON = 0.1
_CHANGED, _IN_SCOPE, _OUT_OF_SCOPE = 0.95, 0.9, 0.5
_TEXT = 2.0
_AT_NONE, _BY_LIKENESS = -3.2, 4.0


class Work(NamedTuple):
    """What an earlier piece of work was and changed: its ``words`` (``words_of`` title and body), its files, the moment these
    were known (seconds UTC), whose role it was.
    """

    id: str
    words: Mapping[str, int]
    files: tuple[str, ...]
    ended: int
    role: str | None = None


class Intent(NamedTuple):
    """A task as it is known before it is done: its text, paths or globs it is said to touch, files already changed for it."""

    id: str
    text: str
    scope: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    role: str | None = None


class Likely(NamedTuple):
    """A file that a task will probably change: the chance of it (0 to 1), how many of the similar works changed it, the ids of
    the most similar of these, and what else says so (``changed``, ``scope``; of the text ``named``, ``words``, ``folder``).
    """

    path: str
    chance: float
    touched: int
    similar: int
    works: tuple[str, ...]
    by: str | None

    @property
    def reason(self) -> str:
        """Why, in words, to stand in a sentence of its own."""
        return because(self)


class Foreseen(NamedTuple):
    """``files`` in order of rank; ``chances`` of every path that has any; ``told``, those that scope or changes name; ``words``
    with the weight that each has among all work; ``guessed``, the paths outside its scope for which too little earlier
    work speaks and nothing else.
    """

    id: str
    files: tuple[Likely, ...]
    chances: Mapping[str, float]
    told: Mapping[str, str]
    words: Mapping[str, float]
    guessed: frozenset[str] = frozenset()

    @property
    def known(self) -> Mapping[str, float]:
        """The chances that count against another task."""
        return {path: chance for path, chance in self.chances.items() if path not in self.guessed}


class Overlap(NamedTuple):
    """How likely two tasks change a file in common (0 to 1), which it may be, likeliest first, and why, in words."""

    chance: float
    paths: tuple[str, ...]
    reason: str


def words_of(text: str) -> dict[str, int]:
    """The terms of ``text`` and how often each stands there: all of it that ``Work`` needs, so what to keep by its blob id."""
    return dict(Counter(analysis.terms(text)))


def foresee(
    intents: Sequence[Intent], past: Sequence[Work], now: int, paths: Iterable[str] = (), limit: int = 10
) -> list[Foreseen]:
    """What is foreseen of each of ``intents``, by one pass over ``past``: they can be held against each other.

    Of each the first ``limit`` files by rank. ``now`` is in seconds UTC; work that ended later is not known yet. ``paths`` are
    those of the tree at hand, when it is known: what is not among them is left out. As ``Paths`` they can be kept by tree id.
    """
    known = [work for work in past if work.ended < now]
    known.sort(key=lambda work: (-work.ended, work.id))
    counts = [words_of(intent.text) for intent in intents]
    postings = _postings(known, counts)
    lengths = [sum(work.words.values()) for work in known]
    average = sum(lengths) / len(lengths) if any(lengths) else 1.0
    norms = [_K1 * (1 - _B + _B * length / average) for length in lengths]
    ages = [1 - _RECENCY + _RECENCY * 0.5 ** ((now - work.ended) / _HALF_LIFE) for work in known]
    changes: Counter[str] = Counter()
    for work in known:
        changes.update(set(work.files))
    names = paths if isinstance(paths, Paths) else _names(changes, paths)
    out = []
    for intent, own in zip(intents, counts, strict=True):
        near = _nearest(intent, own, known, postings, norms, ages)
        words = {
            word: (1 + math.log(count)) * idf(len(known), len(postings.get(word, ())))
            for word, count in own.items()
        }
        out.append(_foreseen(intent, words, near, known, changes, names, limit))
    return out


def overlap(one: Foreseen, other: Foreseen) -> Overlap:
    """How likely the two, foreseen together, change a file in common; the reason is told to the one of ``one``.

    The cosine of what they are likely to change, and of their words: how many files a task will change in all cannot be
    foreseen, so chances count against each other only. Calibrated on pairs of tasks of the first half of a team's history.
    """
    by_words = _cosine(one.words, other.words)
    mine, theirs = one.known, other.known
    likeness = _cosine(mine, theirs) + _TEXT * by_words
    chance = 1 / (1 + math.exp(-(_AT_NONE + _BY_LIKENESS * likeness)))
    shared = {path: chance * theirs[path] for path, chance in mine.items() if path in theirs}
    # what is said or seen to be changed needs no likeness
    firm = [value for path, value in shared.items() if path in one.told or path in other.told]
    first = heapq.nsmallest(3, shared, key=lambda path: (-shared[path], path))
    paths = [path for path in first if shared[path] >= shared[first[0]] / 2]
    return Overlap(max([chance, *firm]), tuple(paths), _why(one, other, paths, by_words))


def because(file: Likely, whose: str = "yours") -> str:
    """Why ``file`` is likely, in words; ``whose`` task it is: ``yours`` or ``theirs``."""
    task = "your task" if whose == "yours" else "their task"
    if file.by == "changed":
        return f"{file.path} is changed already"
    if file.by == "scope":
        return f"the scope of {task} names {file.path}"
    if file.by == "named":
        return f"{task} names {file.path}"
    if file.touched:
        return f"tasks like {whose} touched {file.path} ({file.touched} of {file.similar})"
    if file.by:
        return f"words of {task} are in the {'name' if file.by == 'words' else 'folder'} of {file.path}"
    return f"work a little like {whose} touched {file.path}"


def _names(changes: Mapping[str, int], paths: Iterable[str]) -> Paths:
    tree = {scopes.normal(path): None for path in paths}
    if not tree:
        return Paths(changes)
    return Paths(tree if len(tree) <= MOST_PATHS else [path for path in changes if path in tree])


def _postings(known: Sequence[Work], counts: Iterable[Mapping[str, int]]) -> dict[str, list[int]]:
    """Which of the works have each word of the tasks."""
    asked = frozenset(word for own in counts for word in own)
    found: defaultdict[str, list[int]] = defaultdict(list)
    for at, work in enumerate(known):
        for word in work.words:  # an intersection of sets takes twice to twenty times as long
            if word in asked:
                found[word].append(at)
    return found


def _nearest(
    intent: Intent,
    own: Mapping[str, int],
    known: Sequence[Work],
    postings: Mapping[str, Sequence[int]],
    norms: Sequence[float],
    ages: Sequence[float],
) -> list[tuple[float, int]]:
    """The works most like the task, as (score, place): BM25 (Robertson and Zaragoza 2009, eq. 3.15), newer ones before older."""
    scores: dict[int, float] = {}
    most = max(50, int(_COMMON * len(known)))
    for word in sorted(own):  # floats add up differently in another order
        found = postings.get(word, ())
        if not found or len(found) > most:  # half of all postings, and next to no weight
            continue
        gain = idf(len(known), len(found)) * (_K1 + 1)
        for at in found:
            count = known[at].words[word]
            scores[at] = scores.get(at, 0.0) + gain * count / (count + norms[at])
    for at in scores:
        scores[at] *= ages[at]
        if intent.role and known[at].role == intent.role:
            scores[at] *= _SAME_ROLE
    # `known` is in order of time and id, so that places decide between equals
    floor = heapq.nlargest(NEAREST + 1, scores.values())[-1:] or [0.0]
    best = sorted((-score, at) for at, score in scores.items() if score >= floor[0] and score > 0)
    return [(-score, at) for score, at in best if known[at].id != intent.id][:NEAREST]


def _foreseen(
    intent: Intent,
    words: Mapping[str, float],
    near: Sequence[tuple[float, int]],
    known: Sequence[Work],
    changes: Mapping[str, int],
    names: Paths,
    limit: int,
) -> Foreseen:
    votes: dict[str, float] = {}
    touched: defaultdict[str, list[str]] = defaultdict(list)
    total, similar = 0.0, 0
    for score, at in near:
        share = score / near[0][0]
        total += share * share
        similar += share >= 0.5
        for path in sorted({path for path in known[at].files if path in names}):
            # a work that changed much says less of each
            votes[path] = votes.get(path, 0.0) + share * share / math.sqrt(len(known[at].files))
            if share >= 0.5:
                touched[path].append(known[at].id)
    mentioned = names.named_in(intent.text, words)
    chances: dict[str, float] = {}
    for path in sorted({*votes, *mentioned}):
        mention = mentioned.get(path, NONE)
        vote = min(1.0, votes.get(path, 0.0) / total) if total else 0.0
        chance = 1 - (1 - vote) * (1 - _NAME * mention.name) * (1 - _WORDS * mention.words) * (
            1 - _FOLDERS * mention.folders
        )
        if chance > 0:
            chances[path] = chance
    told, covered = _told(intent, chances, names)
    size = len(known) + 1
    rank = {
        path: chance if path in told else chance / ((changes.get(path, 0) + 1) / size) ** _HOTNESS
        for path, chance in chances.items()
    }
    # the files that nearly all work touches come after those that work like this touches; what was told comes first
    first = heapq.nsmallest(max(limit, 0), rank, key=lambda path: (path not in told, -rank[path], path))
    files = []
    for path in first:
        ids = touched.get(path, [])
        by = told.get(path) or _by(mentioned.get(path, NONE))
        files.append(Likely(path, chances[path], len(ids), similar, tuple(ids[:3]), by))
    little = intent.scope and len(near) < ENOUGH
    guessed = votes.keys() - mentioned.keys() - covered if little else frozenset[str]()
    return Foreseen(intent.id, tuple(files), chances, told, words, frozenset(guessed))


def _told(intent: Intent, chances: dict[str, float], names: Paths) -> tuple[dict[str, str], set[str]]:
    """The paths that scope or changes name, and all that these cover; their ``chances`` are raised, those of what is outside the
    scope lowered.
    """
    told: dict[str, str] = {}
    covered: set[str] = set()
    if intent.scope:
        for pattern in dict.fromkeys(map(scopes.normal, intent.scope)):
            inside = [path for path in names if scopes.matches(pattern, path)]
            if not scopes.is_glob(pattern) and inside in ([], [pattern]):
                told[pattern] = "scope"  # a file, there or to be
                inside = [pattern]
            for path in inside:
                chances[path] = 1 - (1 - chances.get(path, 0.0)) * (1 - _IN_SCOPE / math.sqrt(len(inside)))
            covered.update(inside)
        for path in chances.keys() - covered:
            chances[path] *= _OUT_OF_SCOPE
    for path in map(scopes.normal, intent.changed):
        chances[path] = max(chances.get(path, 0.0), _CHANGED)
        told[path] = "changed"
    return told, covered | told.keys()


def _by(mention: Mention) -> str | None:
    if mention.name:
        return "named"
    return "words" if mention.words >= 0.3 else "folder" if mention.folders >= 0.5 else None


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    if len(one) > len(other):
        one, other = other, one
    product = math.fsum(value * other[key] for key, value in one.items() if key in other)
    if not product:
        return 0.0
    sizes = math.fsum(value * value for value in one.values()) * math.fsum(
        value * value for value in other.values()
    )
    return min(1.0, product / math.sqrt(sizes))


def _why(one: Foreseen, other: Foreseen, paths: Sequence[str], by_words: float) -> str:
    mine = {file.path: file for file in one.files}
    theirs = {file.path: file for file in other.files}
    for path in paths:
        if path in theirs and theirs[path].by in ("changed", "scope"):
            return because(theirs[path], "theirs")
    for path in paths:
        if path in mine:
            return because(mine[path])
    for path in paths:
        if path in theirs:
            return because(theirs[path], "theirs")
    if paths:
        return f"both may change {paths[0]}"
    return "the two say much the same" if by_words >= 0.3 else "nothing known that both would change"
