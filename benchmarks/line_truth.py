"""Where lines of one release are in a later one, told step by step by three line matchers that are none of the verifier's.

Two are git's own diff (histogram and minimal, white space ignored, renames found), the third is difflib's longest matching
blocks. Each follows a range by itself over all steps; where their answers differ the truth cannot be told. Blocks that were
taken out and put in elsewhere are followed by lines that were taken out once and put in once. A text that is long enough and
stands exactly once in both releases of a step needs no matcher: it is where it is. A file that was copied under another name
and deleted later went there.
"""

import difflib
import re
import subprocess
from bisect import bisect_right
from collections import Counter
from functools import cache, cached_property
from typing import NamedTuple

from release_history import History

METHODS = ("histogram", "minimal", "blocks")
STRONG_CHARS, STRONG_LINES = 40, 3
"""A text of so many characters, or lines, that stands once on both sides is the same text: the contract's own bar."""
ALTERED = 0.5
"""How alike two lines of one hunk must be, that one is the other, altered."""
MAX_PAIRS = 40_000
"""Pairs of lines compared in a hunk; in a larger one lines count as deleted."""
RENAMED = 0.5
"""Share of a vanished file's lines that a new one must hold to be its successor."""

KEPT, LOST, CANNOT_TELL = "kept", "lost", "cannot tell"

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_NAME = re.compile(r"(?:---|\+\+\+) (?:\"?[ab]/(.*?)\"?|/dev/null)\t?$")


class Spot(NamedTuple):
    """Lines of a file that are not empty, counted from 0, the end excluded."""

    path: str
    low: int
    high: int


class Lines:
    """A file's lines without empty ones, white space made even, and their numbers."""

    def __init__(self, text: str) -> None:
        self.texts: list[str] = []
        self.numbers: list[int] = []
        for number, line in enumerate(text.split("\n"), 1):
            short = " ".join(line.split())
            if short:
                self.texts.append(short)
                self.numbers.append(number)

    @cached_property
    def at(self) -> dict[int, int]:
        """The place of each line number."""
        return {number: place for place, number in enumerate(self.numbers)}


class Tree:
    """All text files of a release, and where any text stands in them."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = {path: Lines(text) for path, text in files.items()}
        self._starts: list[int] = []
        self._paths: list[str] = []
        parts = []
        size = 0
        for path, lines in self.files.items():
            # each line between two ends of its own, so that a text may begin where another ends
            part = "\0\n" + "\n\n".join(lines.texts) + "\n"
            self._starts.append(size)
            self._paths.append(path)
            parts.append(part)
            size += len(part)
        self._flat = "".join(parts)
        self.places = cache(self._places)

    def _places(self, texts: tuple[str, ...]) -> list[Spot]:
        """Where the lines stand together, at most eight places."""
        wanted = "\n" + "\n\n".join(texts) + "\n"
        found: list[Spot] = []
        at = self._flat.find(wanted)
        while at >= 0 and len(found) < 8:
            file = bisect_right(self._starts, at) - 1
            low = self._flat.count("\n", self._starts[file], at) // 2
            found.append(Spot(self._paths[file], low, low + len(texts)))
            at = self._flat.find(wanted, at + 1)
        return found


def is_strong(texts: tuple[str, ...]) -> bool:
    return len(texts) >= STRONG_LINES or len("\n".join(texts)) >= STRONG_CHARS


class Match:
    """One matcher's word on one step: the new place of each line that was kept, and what became of the others."""

    def __init__(self, old: Tree, new: Tree, pairs: dict[str, tuple[str, list[int]]]) -> None:
        """``pairs``: for each old file its successor and each line's place there, -1 for none."""
        self.old, self.new, self.pairs = old, new, pairs
        self._altered: dict[tuple[str, int], dict[int, int]] = {}

    def follow(self, path: str, at: int) -> tuple[str, int] | None:
        """Where a line is after the step, altered or not; None where it was deleted."""
        moved = self.moved.get((path, at))
        if moved:
            return moved
        if path not in self.pairs:
            return None
        successor, image = self.pairs[path]
        if image[at] >= 0:
            return successor, image[at]
        low = at
        while low and image[low - 1] < 0:
            low -= 1
        if (path, low) not in self._altered:
            self._altered[path, low] = self._pair(path, low)
        place = self._altered[path, low].get(at)
        return None if place is None else (successor, place)

    def _pair(self, path: str, low: int) -> dict[int, int]:
        successor, image = self.pairs[path]
        high = low
        while high < len(image) and image[high] < 0:
            high += 1
        new = self.new.files[successor].texts
        start = image[low - 1] + 1 if low else 0
        end = image[high] if high < len(image) else len(new)
        arrived = set(self.moved.values())
        olds = [at for at in range(low, high) if (path, at) not in self.moved]
        news = [at for at in range(start, end) if (successor, at) not in arrived]
        if not olds or not news or len(olds) * len(news) > MAX_PAIRS:
            return {}
        return _in_order(self.old.files[path].texts, new, olds, news)

    @cached_property
    def moved(self) -> dict[tuple[str, int], tuple[str, int]]:
        """Lines of blocks that were taken out in one place and put in at another."""
        gone: dict[tuple[str, int], str] = {}
        hit: dict[tuple[str, int], tuple[str, int]] = {}
        for path, lines in self.old.files.items():
            successor, image = self.pairs.get(path, ("", []))
            for at, text in enumerate(lines.texts):
                if at < len(image) and image[at] >= 0:
                    hit[successor, image[at]] = path, at
                else:
                    gone[path, at] = text
        come = {
            (path, at): text
            for path, lines in self.new.files.items()
            for at, text in enumerate(lines.texts)
            if (path, at) not in hit
        }
        once, new_once = _once(gone), _once(come)
        moved: dict[tuple[str, int], tuple[str, int]] = {}
        arrived: set[tuple[str, int]] = set()
        for text, (path, at) in once.items():
            if text not in new_once or (path, at) in moved or new_once[text] in arrived:
                continue
            new_path, new_at = new_once[text]
            block = [(at, new_at)]
            for way in (-1, 1):
                one, other = at + way, new_at + way
                while (path, one) in gone and (new_path, other) in come:
                    if gone[path, one] != come[new_path, other]:
                        break
                    if (path, one) in moved or (new_path, other) in arrived:
                        break
                    block.append((one, other))
                    one, other = one + way, other + way
            if sum(len(gone[path, one]) for one, _ in block) >= STRONG_CHARS:
                for one, other in block:
                    moved[path, one] = new_path, other
                    arrived.add((new_path, other))
        return moved


def _once(lines: dict[tuple[str, int], str]) -> dict[str, tuple[str, int]]:
    counts = Counter(lines.values())
    return {text: place for place, text in lines.items() if counts[text] == 1}


def _in_order(old: list[str], new: list[str], olds: list[int], news: list[int]) -> dict[int, int]:
    """Which old line is which new one, altered: the pairs in order whose likeness adds up to the most."""
    bags, new_bags = [_bigrams(old[at]) for at in olds], [_bigrams(new[at]) for at in news]
    best = [[0.0] * (len(news) + 1) for _ in range(len(olds) + 1)]
    likeness = {}
    for one in range(len(olds) - 1, -1, -1):
        for other in range(len(news) - 1, -1, -1):
            value = max(best[one + 1][other], best[one][other + 1])
            shared = _likeness(bags[one], new_bags[other])
            if shared >= ALTERED:
                likeness[one, other] = shared
                value = max(value, best[one + 1][other + 1] + shared)
            best[one][other] = value
    found = {}
    one = other = 0
    while one < len(olds) and other < len(news):
        shared = likeness.get((one, other), 0.0)
        if shared and best[one][other] == best[one + 1][other + 1] + shared:
            found[olds[one]] = news[other]
            one, other = one + 1, other + 1
        elif best[one][other] == best[one + 1][other]:
            one += 1
        else:
            other += 1
    return found


def _bigrams(text: str) -> Counter[str]:
    return Counter(text[at : at + 2] for at in range(len(text) - 1)) or Counter([text])


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    size, new_size = one.total(), other.total()
    if 2 * min(size, new_size) < ALTERED * (size + new_size):
        return 0.0
    return 2 * sum(min(count, other[pair]) for pair, count in one.items()) / (size + new_size)


class Result(NamedTuple):
    """What one matcher, or all of them, say of a range: ``spot`` is where it is whole, or where what is left of it stands."""

    verdict: str
    spot: Spot | None
    alive: int


class Truth(NamedTuple):
    """``verdict``: ok, moved, changed, gone or CANNOT_TELL; ``before`` and ``after``: how often the text stands then and now."""

    verdict: str
    spot: Spot | None
    before: int
    after: int
    votes: tuple[Result, ...]
    texts: tuple[str, ...]

    @property
    def unique(self) -> bool:
        return self.before == 1 and self.after <= 1

    @property
    def returned(self) -> bool:
        """Whether the lines were altered or deleted, but their old text stands somewhere else, once."""
        return self.verdict in ("changed", "gone") and self.after == 1 and self.before == 1


class LineTruth:
    """The matchers over all releases of one package."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.trees = [Tree(files) for files in history.trees]
        self.match, self.copy = cache(self._match), cache(self._copy)

    def judge(self, release: int, later: int, cited: Spot) -> Truth:
        """What became of ``cited`` of one release in a later one."""
        old, new = self.trees[release], self.trees[later]
        texts = tuple(old.files[cited.path].texts[cited.low : cited.high])
        votes = tuple(self._follow(release, later, cited, texts, method) for method in METHODS)
        places = new.places(texts)
        before, after = len(old.places(texts)), len(places)
        kept = {(vote.verdict, vote.spot if vote.verdict == KEPT else None) for vote in votes}
        spot = votes[0].spot if kept == {(KEPT, votes[0].spot)} else None
        if spot is None and before == after == 1 and is_strong(texts) and _is_back(votes, places[0]):
            spot = places[0]
        if spot is not None:
            where = numbers(old, cited), numbers(new, spot)
            same = spot.path == cited.path and where[0] == where[1]
            return Truth("ok" if same else "moved", spot, before, after, votes, texts)
        if len(kept) > 1:
            return Truth(CANNOT_TELL, None, before, after, votes, texts)
        best = max(votes, key=lambda vote: vote.alive)
        return Truth("changed" if best.spot else "gone", best.spot, before, after, votes, texts)

    def _follow(self, release: int, later: int, cited: Spot, texts: tuple[str, ...], method: str) -> Result:
        spots: list[tuple[str, int] | None] = [(cited.path, at) for at in range(cited.low, cited.high)]
        for step in range(release, later):
            old, new = self.trees[step], self.trees[step + 1]
            whole = _whole(spots, old, texts)
            if whole and is_strong(texts) and len(old.places(texts)) == 1 and len(new.places(texts)) == 1:
                path, low, high = new.places(texts)[0]
                spots = [(path, at) for at in range(low, high)]
                continue
            match = self.match(step, method)
            spots = [self._twin(release, step, *spot) if spot else None for spot in spots]
            spots = [spot and match.follow(*spot) for spot in spots]
        new = self.trees[later]
        whole = _whole(spots, new, texts)
        alive = [spot for spot in spots if spot]
        if whole:
            return Result(KEPT, whole, len(alive))
        if not alive:
            return Result(LOST, None, 0)
        path = Counter(path for path, _ in alive).most_common(1)[0][0]
        places = _together([at for name, at in alive if name == path], len(texts))
        return Result(LOST, Spot(path, min(places), max(places) + 1), len(alive))

    def _twin(self, release: int, step: int, path: str, at: int) -> tuple[str, int] | None:
        """A line of a file that the step deletes, in the file that became its copy since ``release``, where there is one."""
        if path in self.trees[step + 1].files:
            return path, at
        name, image = self.copy(release, step, path)
        return (name, image[at]) if name and image[at] >= 0 else (path, at)

    def _copy(self, release: int, step: int, path: str) -> tuple[str, list[int]]:
        old, texts = self.trees[step].files, self.trees[step].files[path].texts
        scored = [
            (_shared(texts, lines.texts), name)
            for name, lines in old.items()
            if name != path and name not in self.trees[release].files
        ]
        share, name = max(scored, default=(0.0, ""))
        return (name, _align(texts, old[name].texts)) if share >= RENAMED else ("", [])

    def _match(self, step: int, method: str) -> Match:
        old, new = self.trees[step], self.trees[step + 1]
        if method == "blocks":
            return Match(old, new, _blocks(old, new))
        commits = self.history.commits[step : step + 2]
        return Match(old, new, _git_diff(self.history.folder, commits, method, old, new))


def numbers(tree: Tree, spot: Spot) -> tuple[int, int]:
    """First and last line number."""
    known = tree.files[spot.path].numbers
    return known[spot.low], known[spot.high - 1]


def _is_back(votes: tuple[Result, ...], place: Spot) -> bool:
    """Whether a text that stands once then and now was only away for a while: no lines of it are followed to anywhere else."""
    return all(
        not vote.spot
        or (vote.spot.path == place.path and vote.spot.low < place.high and place.low < vote.spot.high)
        for vote in votes
    )


def _whole(spots: list[tuple[str, int] | None], tree: Tree, texts: tuple[str, ...]) -> Spot | None:
    """The place where all lines stand unaltered, in order, with nothing between them."""
    if not spots[0]:
        return None
    path, low = spots[0]
    if spots != [(path, at) for at in range(low, low + len(spots))]:
        return None
    if tuple(tree.files[path].texts[low : low + len(spots)]) != texts:
        return None
    return Spot(path, low, low + len(spots))


def _together(places: list[int], size: int) -> list[int]:
    """The largest group of places that are no further apart than the text was long, and a little."""
    groups: list[list[int]] = []
    for at in sorted(places):
        if groups and at - groups[-1][-1] <= size + 20:
            groups[-1].append(at)
        else:
            groups.append([at])
    return max(groups, key=len)


def _blocks(old: Tree, new: Tree) -> dict[str, tuple[str, list[int]]]:
    """Difflib's matching blocks of each file and its successor."""
    pairs = {path: path for path in old.files if path in new.files}
    left = [path for path in old.files if path not in new.files]
    fresh = [path for path in new.files if path not in old.files]
    scored = sorted(
        (-share, path, name)
        for path in left
        for name in fresh
        if (share := _shared(old.files[path].texts, new.files[name].texts)) >= RENAMED
    )
    taken: set[str] = set()
    for _, path, name in scored:
        if path not in pairs and name not in taken:
            pairs[path] = name
            taken.add(name)
    return {
        path: (name, _align(old.files[path].texts, new.files[name].texts)) for path, name in pairs.items()
    }


def _align(one: list[str], other: list[str]) -> list[int]:
    """The place of each line of one text in the other, -1 for none, by difflib."""
    image = [-1] * len(one)
    start = end = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        image[start] = start
        start += 1
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
        image[-end] = len(other) - end
    inner, new_inner = one[start : len(one) - end], other[start : len(other) - end]
    if inner and new_inner:
        matcher = difflib.SequenceMatcher(None, inner, new_inner, autojunk=False)
        for low, new_low, size in matcher.get_matching_blocks():
            for by in range(size):
                image[start + low + by] = start + new_low + by
    return image


def _shared(one: list[str], other: list[str]) -> float:
    if not one or not other or min(len(one), len(other)) * 2 < max(len(one), len(other)) * RENAMED:
        return 0.0
    return 2 * (Counter(one) & Counter(other)).total() / (len(one) + len(other))


def _git_diff(
    folder: str, commits: list[str], method: str, old: Tree, new: Tree
) -> dict[str, tuple[str, list[int]]]:
    """The same by git's diff; a file that it does not name is as it was."""
    command = ["git", "-C", folder, "-c", "core.quotePath=false", "diff", "--no-ext-diff", "--no-color", "-w"]
    command += [f"--diff-algorithm={method}", "-U0", "-M", "-l0", "--src-prefix=a/", "--dst-prefix=b/"]
    ran = subprocess.run([*command, *commits], capture_output=True, check=True)
    said = ran.stdout.decode("utf-8", "surrogateescape").split("\n")
    found = {
        path: (path, list(range(len(lines.texts))))
        for path, lines in old.files.items()
        if path in new.files and lines.texts == new.files[path].texts
    }
    path = name = None
    hunks: dict[tuple[str, str], list[tuple[int, int, int, int]]] = {}
    for line in _headers(said):
        if line.startswith("rename from "):
            path = line[12:]
        elif line.startswith("rename to "):
            name = line[10:]
            hunks.setdefault((path or "", name), [])
        elif line.startswith("---"):
            path = (match := _NAME.match(line)) and match[1]
        elif line.startswith("+++"):
            name = (match := _NAME.match(line)) and match[1]
        elif path and name and (match := _HUNK.match(line)):
            low, count, new_low, new_count = (int(part) if part else 1 for part in match.groups())
            # of an empty side git gives the line before it
            low, new_low = low + (not count), new_low + (not new_count)
            hunks.setdefault((path, name), []).append((low, count, new_low, new_count))
    for (path, name), changes in hunks.items():
        if path in old.files and name in new.files:
            found[path] = name, _image(old.files[path], new.files[name], changes)
    for path, lines in old.files.items():
        if path in new.files and path not in found:
            # only white space differs
            found[path] = path, _image(lines, new.files[path], [])
    return found


def _headers(said: list[str]) -> list[str]:
    """The lines of a diff without context that are not lines of the files."""
    found = []
    skip = 0
    for line in said:
        if skip and line[:1] in ("+", "-", "\\"):
            skip -= line[0] != "\\"
            continue
        found.append(line)
        match = _HUNK.match(line)
        if match:
            skip = int(match[2] or 1) + int(match[4] or 1)
    return found


def _image(old: Lines, new: Lines, hunks: list[tuple[int, int, int, int]]) -> list[int]:
    image = [-1] * len(old.texts)
    at = shift = 0
    for low, count, new_low, new_count in [*hunks, (1 << 60, 0, 0, 0)]:
        while at < len(old.numbers) and old.numbers[at] < low:
            image[at] = new.at.get(old.numbers[at] + shift, -1)
            at += 1
        while at < len(old.numbers) and old.numbers[at] < low + count:
            at += 1
        shift = new_low + new_count - low - count
    return image
