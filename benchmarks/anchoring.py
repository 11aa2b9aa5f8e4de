"""Are citations found again? A generated history whose truth is known by construction.

    python benchmarks/anchoring.py [--seeds 101,102,103] [--ranges 5000] [--likeness] [--show N]

Line ranges of real code (files of the standard library and of installed packages, read at run time) are carried through random
edits, moves, renames, splits, re-indents, deletions and copies. Each line has an identity from which the truth is told, so
nothing of the verifier is used to judge it. Prints confusion tables with the cited commit known and without it (a shallow
clone); exits 1 when a bar is missed. Seeds below 100 are for developing, those from 100 on for reporting.
"""

import argparse
import os
import random
import re
import sys
import sysconfig
import time
from collections import Counter, defaultdict

from agentmem.model import alikeness, anchoring, citing
from agentmem.model.memory import Citation

VERDICTS = ("ok", "moved", "changed", "gone", "unverifiable")
PER_WORLD = 200
RIGHT, DELETED = 0.98, 0.005
IDENTITY = iter(range(1, 1 << 60))


class Line:
    """One line; ``text`` changes when it is edited, ``key`` never does. ``of`` is the line that it was copied from."""

    __slots__ = ("key", "of", "text")

    def __init__(self, text, of=None):
        self.key, self.text, self.of = next(IDENTITY), text, of


def material():
    """Paths of source files of a usual size."""
    found = []
    for root in (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), sysconfig.get_path("include")):
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(set(folders) - {"__pycache__", "site-packages", "lib2to3"})
            found += [
                os.path.join(folder, name) for name in sorted(names) if name.endswith((".py", ".h", ".pyi"))
            ]
    return [path for path in found if 3_000 < os.path.getsize(path) < 60_000]


def load(path):
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        return file.read().replace("\r", "").replace("\0", "").split("\n")


class World:
    """A tree of files and what happens to it."""

    def __init__(self, rng, sources):
        self.rng = rng
        chosen = rng.sample(sources, 34)
        self.spare = [line for path in chosen[24:] for line in load(path) if line.strip()]
        self.files = {
            f"src/m{at}/{os.path.basename(path)}": self.made(load(path))
            for at, path in enumerate(chosen[:24])
        }
        self.crlf = set()
        self.count = 0
        self.doubled = []
        for _ in range(14):  # copies that are there before anything is cited
            path, lines = self.any_file()
            low, high = self.block(lines, 2, 14)
            self.doubled += [(path, lines[low:high])]
            for _ in range(rng.choice((1, 1, 2, 5))):
                to = path if rng.random() < 0.4 else self.any_file()[0]
                at = self.boundary(self.files[to])
                self.files[to][at:at] = self.made([line.text for line in lines[low:high]])

    def made(self, texts, of=None):
        return [Line(text, of[at] if of else None) for at, text in enumerate(texts)]

    def any_file(self):
        path = self.rng.choice(sorted(self.files))
        return path, self.files[path]

    def block(self, lines, least, most):
        size = self.rng.randint(least, most)
        low = self.rng.randrange(max(1, len(lines) - size))
        return low, min(len(lines), low + size)

    def boundary(self, lines):
        return self.rng.randrange(len(lines) + 1)

    def other(self, count):
        at = self.rng.randrange(len(self.spare) - count)
        return self.made(self.spare[at : at + count])

    def near(self, aim):
        """File and place of a cited range that still stands in part, or of any block."""
        rng = self.rng
        if aim and rng.random() < 0.75:
            path, keys = rng.choice(aim)
            for name in [path, *self.files]:
                lines = self.files.get(name, ())
                there = [at for at, line in enumerate(lines) if line.key in keys]
                if there:
                    slack = rng.choice((0, 0, 2, 8))
                    return (
                        name,
                        max(0, there[0] - rng.randint(0, slack)),
                        min(len(lines), there[-1] + 1 + rng.randint(0, slack)),
                    )
        path, lines = self.any_file()
        return path, *self.block(lines, 1, 30)

    def happen(self, aim):
        rng = self.rng
        what = rng.choices(*zip(*self.EVENTS, strict=True))[0]
        path, low, high = self.near(aim)
        lines = self.files[path]
        if high - low > 80:
            high = low + 80
        what(self, rng, path, lines, low, high)
        if len(self.files) < 3 or not lines:
            return

    def edit(self, rng, path, lines, low, high):
        for at in rng.sample(range(low, high), min(high - low, rng.choice((1, 1, 1, 2, 4)))):
            words = re.findall(r"\w+|\W", lines[at].text)
            places = [n for n, word in enumerate(words) if word.strip() and re.match(r"\w", word)]
            if places:
                for n in rng.sample(places, min(len(places), rng.choice((1, 1, 2)))):
                    words[n] = rng.choice(
                        (words[n] + "_new", "other", f"{words[n]}({rng.randint(0, 99)})", f"self.{words[n]}")
                    )
                lines[at].text = "".join(words)

    def insert(self, rng, path, lines, low, high):
        at = rng.choice((low, high, rng.randint(low, high)))
        lines[at:at] = self.other(rng.choice((1, 1, 2, 5, 12)))

    def inside(self, rng, path, lines, low, high):
        at = rng.randint(low + 1, high - 1) if high - low > 1 else high
        lines[at:at] = self.other(rng.choice((1, 1, 3, 6)))

    def blanks(self, rng, path, lines, low, high):
        at = rng.choice((low, rng.randint(low, high)))
        lines[at:at] = self.made(["" for _ in range(rng.randint(1, 3))])

    def above(self, rng, path, lines, low, high):
        lines[:0] = self.other(rng.randint(1, 6))

    def delete(self, rng, path, lines, low, high):
        if len(lines) - (high - low) > 5:
            del lines[low:high]

    def replace(self, rng, path, lines, low, high):
        lines[low:high] = self.other(rng.randint(1, 12))

    def move(self, rng, path, lines, low, high):
        taken = lines[low:high]
        if len(lines) - len(taken) > 5:
            del lines[low:high]
            at = self.boundary(lines)
            lines[at:at] = taken

    def move_across(self, rng, path, lines, low, high):
        to = self.any_file()[0]
        if to != path and len(lines) - (high - low) > 5:
            taken = lines[low:high]
            del lines[low:high]
            at = self.boundary(self.files[to])
            self.files[to][at:at] = taken

    def rename(self, rng, path, lines, low, high):
        self.count += 1
        self.files[f"lib/r{self.count}/{os.path.basename(path)}"] = self.files.pop(path)

    def divide(self, rng, path, lines, low, high):
        if len(lines) > 40:
            self.count += 1
            at = rng.randint(15, len(lines) - 15)
            self.files[f"src/part{self.count}.py"] = self.other(rng.randint(1, 4)) + lines[at:]
            del lines[at:]

    def indent(self, rng, path, lines, low, high):
        by = rng.choice(("    ", "\t", "  "))
        for line in lines[low:high]:
            if line.text.strip():
                line.text = by + line.text if rng.random() < 0.9 else line.text + "  "

    def copy(self, rng, path, lines, low, high):
        to = self.files[path if rng.random() < 0.5 else self.any_file()[0]]
        at = self.boundary(to)
        to[at:at] = self.made([line.text for line in lines[low:high]], lines[low:high])

    def line_ends(self, rng, path, lines, low, high):
        self.crlf ^= {path}

    def remove(self, rng, path, lines, low, high):
        if len(self.files) > 12:
            del self.files[path]

    EVENTS = (
        (edit, 14), (insert, 10), (inside, 8), (blanks, 5), (above, 6), (delete, 8), (replace, 7), (move, 9),
        (move_across, 8), (rename, 2), (divide, 2), (indent, 7), (copy, 8), (line_ends, 1), (remove, 0.4),
    )  # fmt: skip

    def texts(self):
        return {
            path: ("\r\n" if path in self.crlf else "\n").join(line.text for line in lines)
            for path, lines in self.files.items()
        }

    def state(self):
        """Each line's identity and normalised text, without empty lines."""
        return {
            path: [
                (line.key, " ".join(line.text.split()), number, line.of)
                for number, line in enumerate(lines, 1)
                if line.text.strip()
            ]
            for path, lines in self.files.items()
        }


class Tree:
    """The files as a caller gives them; renames as git finds them, by half of a new file's lines."""

    def __init__(self, then, now, shallow):
        self.old, self.new, self.shallow = then, now, shallow
        self.lines, self.old_lines = defaultdict(set), defaultdict(set)
        for lines, tree in ((self.lines, now), (self.old_lines, then)):
            for path, text in tree.items():
                for line in text.split("\n"):
                    lines[" ".join(line.split())].add(path)

    def now(self, path):
        return self.new.get(path)

    def then(self, path):
        return None if self.shallow else self.old.get(path)

    def renamed(self, path):
        if self.shallow or path in self.new:
            return []
        mine = Counter(self.old[path].split())
        scored = []
        for name, text in self.new.items():
            if name not in self.old:
                yours = Counter(text.split())
                share = sum((mine & yours).values()) / max(1, sum(mine.values()), sum(yours.values()))
                if share >= 0.5:
                    scored.append((-share, name))
        return [name for _, name in sorted(scored)]

    def holding(self, line):
        return list(self.lines.get(line, ()))

    def held(self, line):
        return [] if self.shallow else list(self.old_lines.get(line, ()))

    def symbols(self, path, text):
        return []


class Truth:
    """What became of one range: verdict, its lines' keys, how often its text stood in the tree when cited, and stands now."""

    def __init__(self, verdict, keys, before, after, chars, copies):
        self.verdict, self.keys, self.before, self.after = verdict, keys, before, after
        self.chars, self.copies = chars, copies
        self.unique = before == 1 and after <= 1


def times(trees, lines):
    wanted = "\n" + "\n\n".join(lines) + "\n"
    count = 0
    for text in trees.values():
        at = text.find(wanted)
        while at >= 0:
            count, at = count + 1, text.find(wanted, at + 1)
    return count


def flat(state):
    # each line between two ends of its own, so that a text may begin where another ends
    return {path: "\n" + "\n\n".join(text for _, text, _, _ in lines) + "\n" for path, lines in state.items()}


def judge(cited, path, numbers, before, after, where, trees, new_trees, copies):
    """The truth about the cited lines ``(key, text, …)``."""
    keys = [key for key, *_ in cited]
    lines = [text for _, text, *_ in cited]
    chars = len("\n".join(lines))
    counts = times(trees, lines), times(new_trees, lines)
    alive = [where[key] for key in keys if key in where]
    same = len(alive) == len(keys) and all(there[2] == line for there, line in zip(alive, lines, strict=True))
    together = same and all(
        there[0] == alive[0][0] and there[1] == alive[0][1] + step for step, there in enumerate(alive)
    )
    # copies made after the citing: where the original is gone, the one that is left is where its text is now
    made = [one for one in copies.get(keys[0], ()) if [text for _, text, *_ in one[: len(lines)]] == lines]
    places = [[key for key, *_ in one[: len(lines)]] for one in made]
    if together:
        in_place = alive[0][0] == path and (alive[0][3], alive[-1][3]) == numbers
        return Truth("ok" if in_place else "moved", keys, *counts, chars, places)
    if not alive and len(places) == 1 and counts[1] == 1:
        return Truth("moved", places[0], *counts, chars, [])
    return Truth("changed" if alive else "gone", keys, *counts, chars, places)


def cases(seed, ranges):
    """For each world: the two trees and a list of (citation, truth)."""
    sources = material()
    for number in range(ranges // PER_WORLD):
        rng = random.Random(f"{seed}/{number}")
        world = World(rng, sources)
        then, before = world.texts(), world.state()
        trees = flat(before)
        picked = []
        while len(picked) < PER_WORLD:
            if rng.random() < 0.15:
                path, lines = rng.choice(world.doubled)
                keys = {line.key for line in lines}
                inner = [at for at, one in enumerate(before[path]) if one[0] in keys]
                if not inner:
                    continue
                low = rng.choice(inner)
                high = min(inner[-1] + 1, low + rng.randint(1, len(inner)))
            else:
                path = rng.choice(sorted(before))
                size = rng.choice((1, 1, 2, 3, 4, 5, 8, 12, 15, 20, 30, 45))
                low = rng.randrange(max(1, len(before[path]) - size))
                high = min(len(before[path]), low + size)
            picked.append((path, before[path][low:high]))
        aim = [(path, {key for key, *_ in cited}) for path, cited in picked]
        for _ in range(rng.randint(20, 220)):
            world.happen(aim)
        now, after = world.texts(), world.state()
        new_trees = flat(after)
        where = {}
        copies = defaultdict(list)
        for path, lines in after.items():
            for at, (key, text, line_number, of) in enumerate(lines):
                where[key] = path, at, text, line_number
                while of is not None:
                    copies[of.key].append(lines[at : at + 50])
                    of = of.of
        found = []
        for path, cited in picked:
            numbers = cited[0][2], cited[-1][2]
            raw = citing.split(then[path])[numbers[0] - 1 : numbers[1]]
            cite = Citation(
                path, None, citing.write_range(*numbers), "0" * 7, citing.digest(raw), citing.quote(raw)
            )
            found.append((cite, judge(cited, path, numbers, before, after, where, trees, new_trees, copies)))
        yield then, now, after, found


def keys_of(after, found):
    if found.first is None:
        return None
    return [key for key, _, number, _ in after.get(found.path, ()) if found.first <= number <= found.last]


class Score:
    """The counts of one way of verifying."""

    def __init__(self, name):
        self.name = name
        self.table, self.said = Counter(), Counter()
        self.seconds = self.worst = 0.0
        self.guesses = []
        self.wrong = []

    def add(self, truth, found, keys, near, seconds, cite):
        right, copy = keys == truth.keys, keys in truth.copies
        self.seconds += seconds
        self.worst = max(self.worst, seconds)
        count = self.said
        self.table[truth.verdict, found.verdict] += 1
        stays, says = truth.verdict in ("ok", "moved"), found.verdict in ("ok", "moved")
        count["survived"] += stays
        count["found"] += says
        count["found right"] += says and right
        if truth.verdict == "changed" == found.verdict:
            count["changed both"] += 1
            count["changed near"] += near
        lost, says_lost = not stays, found.verdict in ("changed", "gone")
        count["lost"] += lost
        count["said lost"] += says_lost
        count["said lost right"] += says_lost and lost
        if truth.unique and truth.chars >= 40:
            count["unique"] += stays
            count["unique right"] += stays and says and right
            count["deleted"] += truth.verdict == "gone" and not truth.copies
            bad = truth.verdict == "gone" and not truth.copies and says
            count["deleted found"] += bad
            if bad or (stays and not (says and right)):
                self.wrong.append((cite, truth, found))
        if truth.before == 1 and truth.chars >= 40 and stays:
            count["unique when cited"] += 1
            count["unique when cited right"] += says and right
        if truth.before > 1 or truth.after > 1:
            count["repeated"] += 1
            count["repeated right"] += says and right
            count["repeated unverifiable"] += found.verdict == "unverifiable"
            if says and not right and not copy:
                self.guesses.append((cite, truth, found))
                count["guessed in place"] += found.verdict == "ok"
            count["repeated copy"] += says and not right and copy

    def show(self, shallow):
        total = sum(self.table.values())
        print(
            f"\n{self.name}: {total:,} ranges, {self.seconds / total * 1e6:,.0f} ms for 1,000, slowest {self.worst * 1000:.0f} ms"
        )
        print("truth \\ said  " + "".join(f"{verdict:>13}" for verdict in VERDICTS))
        for truth in VERDICTS[:4]:
            print(f"{truth:<14}" + "".join(f"{self.table[truth, verdict]:>13,}" for verdict in VERDICTS))
        said = self.said
        share(said, "ok|moved in the right place: precision", "found right", "found")
        share(said, "ok|moved in the right place: recall", "found right", "survived")
        share(said, "changed|gone: precision", "said lost right", "said lost")
        share(said, "changed|gone: recall", "said lost right", "lost")
        share(
            said, "changed and said so: the place holds half of what is left", "changed near", "changed both"
        )
        right = share(said, "unique, 40 characters, survived: right place", "unique right", "unique")
        share(
            said,
            "the same, unique when cited, copied after or not",
            "unique when cited right",
            "unique when cited",
        )
        deleted = share(
            said, "unique, 40 characters, deleted: called ok or moved", "deleted found", "deleted"
        )
        share(said, "not unique: right place", "repeated right", "repeated")
        share(said, "not unique: unverifiable", "repeated unverifiable", "repeated")
        print(f"  not unique: guessed {len(self.guesses)} ({said['guessed in place']} of them the same text in place);"
              f" {said['repeated copy']} told a copy made after the citing")  # fmt: skip
        moved = [one for one in self.guesses if one[2].verdict == "moved"]
        failed = []
        if right < RIGHT:
            failed.append(f"right place for {right:.2%}, not {RIGHT:.0%}")
        if deleted > DELETED:
            failed.append(f"deleted called ok or moved: {deleted:.2%}, more than {DELETED:.1%}")
        if moved and not shallow:
            failed.append(f"{len(moved)} guesses")
        if shallow and [one for one in moved if one[1].after > 1]:
            failed.append("guesses among what is not unique now")
        return [f"{self.name}: {text}" for text in failed]


def share(said, name, part, whole):
    value = said[part] / said[whole] if said[whole] else 0.0
    print(f"  {name}: {value:.2%} ({said[part]:,} of {said[whole]:,})")
    return value


def describe(cite, truth, found, tree):
    print("---", truth.verdict, "unique", (truth.before, truth.after), cite.path, cite.lines, "->", found[:7])
    print(cite.quote[:300])


def likeness(seeds, ranges):
    """How alike changed texts are to what they were, and what is most like texts that are gone: where a threshold can lie."""
    changed, gone = [], []
    for seed in seeds:
        for then, now, after, found in cases(seed, ranges):
            pages = anchoring.Pages()
            where = {key: (path, at) for path, lines in after.items() for at, (key, *_) in enumerate(lines)}
            for cite, truth in found:
                low, high = citing.read_range(cite.lines)
                old = citing.normalise(citing.split(then[cite.path])[low - 1 : high])
                places = [where[key] for key in truth.keys if key in where]
                if truth.verdict == "changed" and len({path for path, _ in places}) == 1:
                    lines = after[places[0][0]]
                    ends = [at for _, at in places]
                    if max(ends) - min(ends) < 2 * len(old) + 10:
                        new = [text for _, text, *_ in lines[min(ends) : max(ends) + 1]]
                        changed.append((len("\n".join(old)), alikeness.alike(old, new)))
                elif truth.verdict == "gone" and not truth.copies and truth.after == 0:
                    near = [
                        alikeness.nearest(old, len(old), pages.of(text), lambda a, b: True)
                        for text in now.values()
                    ]
                    gone.append((len("\n".join(old)), max((one[0] for one in near if one), default=0.0)))
    print(f"{'':>12}{'changed, found':>32}{'gone, called changed':>36}")
    for bar in (0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8):
        row = f"{bar:>12.2f}"
        for values in (changed, gone):
            for least, most in ((0, 40), (40, 200), (200, 1 << 30)):
                some = [value for chars, value in values if least <= chars < most]
                row += f"{sum(value >= bar for value in some) / max(1, len(some)):>10.1%} "
        print(row + f"  ({len(changed)}, {len(gone)}; columns: under 40 characters, under 200, more)")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="101,102,103")
    parser.add_argument("--ranges", type=int, default=5000)
    parser.add_argument("--likeness", action="store_true")
    parser.add_argument("--show", type=int, default=0)
    args = parser.parse_args()
    seeds = [int(seed) for seed in args.seeds.split(",")]
    if args.likeness:
        likeness(seeds, args.ranges)
        return 0
    failed = []
    for seed in seeds:
        scores = Score(f"seed {seed}, commit known"), Score(f"seed {seed}, shallow")
        for then, now, after, found in cases(seed, args.ranges):
            alive = {key for lines in after.values() for key, *_ in lines}
            for shallow, score in enumerate(scores):
                tree, pages = Tree(then, now, bool(shallow)), anchoring.Pages()
                for cite, truth in found:
                    begun = time.perf_counter()
                    result = anchoring.locate(cite, tree, pages)
                    spent = time.perf_counter() - begun
                    keys = keys_of(after, result) or []
                    left = [key for key in truth.keys if key in alive]
                    near = len(set(left) & set(keys)) * 2 >= len(left)
                    score.add(truth, result, keys, near, spent, cite)
        for shallow, score in enumerate(scores):
            failed += score.show(bool(shallow))
            for one in (score.guesses[: 0 if shallow else None] + score.wrong)[: args.show]:
                describe(*one, None)
    for text in failed:
        print(f"MISSED {text}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
