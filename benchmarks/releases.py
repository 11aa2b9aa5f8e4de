"""Are citations found again in real histories? Successive releases of packages, truth by independent line matchers.

    python benchmarks/releases.py [--cases 4000] [--seed 101] [--cache DIR] [--packages click,pino] [--engine]
                                  [--show N [--disagreements] [--skip N]]

Ranges and symbols of text files are cited in one release and verified by the command in others, one, three and many releases
later, with the cited commit known and without it (a shallow clone). Half of the ranges are taken from anywhere, half from near
what changed. Four packages are held out: nobody looked into their cases. Prints the verdicts against the truth (see
``line_truth.py``), precision and recall, and how the truth and the verifier agree with the cases that a person read
(``releases_read.jsonl``). The releases are downloaded once, by pip and npm. Exits 1 when a figure is below its floor, 2 when
releases are neither in the cache nor to be had. Seeds below 100 are for developing, those from 100 on for reporting.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from typing import NamedTuple

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import release_figures
import release_history
import release_verdicts
from line_truth import CANNOT_TELL, LineTruth, Spot
from release_figures import RETURNED, Agreement, Case, Figures, Judged
from release_history import History, Package
from release_verdicts import Said

from agentmem.model import citing
from agentmem.model.memory import Citation
from agentmem.symbols import finder

READ = os.path.join(os.path.dirname(os.path.abspath(__file__)), "releases_read.jsonl")
NEAR = 8
"""Lines from a change within which half of the ranges begin."""


def sample(history: History, truth: LineTruth, count: int, seed: int) -> list[Case]:
    """Cases of one package."""
    rng = random.Random(f"{seed}/{history.package.name}")
    symbols = finder()
    found: list[Case] = []
    last = len(history.trees) - 1
    while len(found) < count:
        release = rng.randrange(last)
        many = rng.randint(min(last, release + 5), last)
        laters = sorted({min(last, release + 1), min(last, release + 3), many})
        files = history.trees[release]
        sources = sorted(path for path in files if release_history.is_source(path, files[path]))
        sizes = [len(truth.trees[release].files[path].texts) for path in sources]
        path = rng.choices(sources, sizes)[0]
        lines = truth.trees[release].files[path]
        name = None
        if rng.random() < 0.2:
            known = [one for one in symbols.symbols(path, files[path]) if one.end - one.start < 60]
            if not known:
                continue
            symbol = rng.choice(known)
            name, first, end = symbol.name, symbol.start, symbol.end
        else:
            size = rng.choice((1, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30))
            at = rng.randrange(len(lines.texts))
            if rng.random() < 0.5:
                near = _changed(truth, release, many, path)
                if not near:
                    continue
                at = max(0, min(len(lines.texts) - 1, rng.choice(near) + rng.randint(-NEAR - size, NEAR)))
            first = lines.numbers[at]
            end = min(first + size - 1, lines.numbers[-1])
        found += make(history, truth, release, laters, path, name, first, end)
    return found[:count]


def make(
    history: History,
    truth: LineTruth,
    release: int,
    laters: list[int],
    path: str,
    name: str | None,
    first: int,
    last: int,
) -> list[Case]:
    """The cases of one citation; none where the lines are empty."""
    known = truth.trees[release].files[path].numbers
    inside = [at for at, number in enumerate(known) if first <= number <= last]
    if not inside:
        return []
    spot = Spot(path, inside[0], inside[-1] + 1)
    raw = citing.split(history.trees[release][path])[first - 1 : last]
    lines = citing.write_range(first, last)
    cite = Citation(path, name, lines, history.commits[release], citing.digest(raw), citing.quote(raw))
    package = history.package
    return [
        Case(package.name, package.held_out, release, later, cite, spot, truth.judge(release, later, spot))
        for later in laters
    ]


def _changed(truth: LineTruth, release: int, later: int, path: str) -> list[int]:
    """Lines of a file that the later release does not have there: for choosing ranges only, the truth is told by steps."""
    old, new = truth.trees[release].files[path], truth.trees[later].files.get(path)
    left = Counter(new.texts if new else ())
    found = []
    for at, text in enumerate(old.texts):
        if left[text]:
            left[text] -= 1
        else:
            found.append(at)
    return found


def verdicts(history: History, cases: list[Case], shallow: bool, engine: bool) -> list[Said]:
    """What the verifier says of each case."""
    groups: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, case in enumerate(cases):
        groups[case.release if engine else 0, case.later].append(number)
    found: dict[int, Said] = {}
    for (release, later), members in sorted(groups.items()):
        cites = [cases[number].cite for number in members]
        if engine:
            said = release_verdicts.by_engine(history, release, later, cites, shallow)
        else:
            said = release_verdicts.by_command(history, later, cites, shallow)
        found.update(zip(members, said, strict=True))
    return [found[number] for number in range(len(cases))]


def read_cases(history: History, truth: LineTruth) -> list[tuple[Case, dict[str, str]]]:
    """The cases of this package that a person judged, with the labels."""
    if not os.path.exists(READ):
        return []
    found = []
    with open(READ, encoding="utf-8") as file:
        labels = [json.loads(line) for line in file]
    for label in labels:
        if label["package"] == history.package.name:
            release = history.package.releases.index(label["release"])
            later = history.package.releases.index(label["later"])
            first, last = citing.read_range(label["lines"])
            case = make(history, truth, release, [later], label["path"], label["symbol"], first, last)
            found += [(one, label) for one in case]
    return found


class Seen(NamedTuple):
    """A case with both answers; ``odd``: one of them is wrong, or the truth is not sure."""

    history: History
    truth: LineTruth
    known: Judged
    shallow: Judged

    @property
    def odd(self) -> bool:
        return False in (self.known.right, self.shallow.right) or self.known.case.row in (
            CANNOT_TELL,
            RETURNED,
        )


def run(
    package: Package, archives: list[str], folder: str, args: argparse.Namespace, agreement: Agreement
) -> list[Seen]:
    """Cite, verify and judge the cases of one package."""
    history = History(package, archives, os.path.join(folder, package.name))
    truth = LineTruth(history)
    cases = sample(history, truth, args.each, args.seed)
    read = read_cases(history, truth)
    known = verdicts(history, cases + [case for case, _ in read], False, args.engine)
    shallow = verdicts(history, cases, True, args.engine)
    agreement.add(truth, read, known[len(cases) :])
    return [
        Seen(
            history, truth, release_figures.judge(truth, case, one), release_figures.judge(truth, case, other)
        )
        for case, one, other in zip(cases, known, shallow, strict=False)
    ]


def report(packages: list[Package], seen: list[Seen]) -> list[str]:
    """Print all figures; what is below its floor."""
    failed = []
    for way in ("known", "shallow"):
        for label, held in (("", None), (", looked into", False), (", held out", True)):
            name = f"{'cited commit known' if way == 'known' else 'shallow'}{label}"
            some = [getattr(one, way) for one in seen if held in (None, one.known.case.held_out)]
            if some and (held is None or len(some) < len(seen)):
                failed += release_figures.report(name, some, way == "shallow")
    print("\nprecision and recall of ok|moved, of changed|gone; the same when shallow")
    for package in packages:
        mine = [one for one in seen if one.history.package is package]
        ways = [[one.known for one in mine], [one.shallow for one in mine]]
        held = ", held out" if package.held_out else ""
        releases = f"{len(package.releases)} releases{held}"
        parts = " | ".join(Figures(judged).brief(1) for judged in ways)
        print(f"  {package.name:<12}{package.registry:<5}{releases:<22}{parts}")
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--cache", default=release_history.cache_folder())
    parser.add_argument("--packages", default="")
    parser.add_argument("--engine", action="store_true", help="the engine, without the command around it")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--disagreements", action="store_true", help="show these first")
    args = parser.parse_args()
    begun = time.perf_counter()
    names = args.packages.split(",") if args.packages else [one.name for one in release_history.PACKAGES]
    packages = [one for one in release_history.PACKAGES if one.name in names]
    if len(packages) < len(names):
        parser.error(f"the packages are {', '.join(one.name for one in release_history.PACKAGES)}")
    if args.show:
        # what is held out is not looked into
        packages = [one for one in packages if not one.held_out]
    args.each = -(-args.cases // max(1, len(packages)))
    try:
        archives = [release_history.fetch(package, args.cache) for package in packages]
    except release_history.Unavailable as error:
        print(f"releases: {error}", file=sys.stderr)
        return 2
    agreement = Agreement()
    seen: list[Seen] = []
    with tempfile.TemporaryDirectory() as folder:
        for package, files in zip(packages, archives, strict=True):
            seen += run(package, files, folder, args, agreement)
    if args.show:
        random.Random(args.seed).shuffle(seen)
        seen.sort(key=lambda one: not (one.odd and args.disagreements))
        for one in seen[args.skip : args.skip + args.show]:
            release_figures.show(one.history, one.truth, one.known.case, [one.known.said, one.shallow.said])
        return 0
    failed = report(packages, seen) + agreement.report()
    print(f"\n{time.perf_counter() - begun:.0f} s")
    for text in failed:
        print(f"MISSED {text}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
