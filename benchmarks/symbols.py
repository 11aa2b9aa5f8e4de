"""Symbols without a parser: the line scanners against what parsers say.

    python benchmarks/symbols.py                          Python against `ast`, over the standard library
    python benchmarks/symbols.py --real DIR [--show N]    each language against tree-sitter, over the sources below DIR

The first prints the agreement on functions and classes, and files a second of the finder that is installed and of the scanner;
it exits 1 when fewer than 99.5 % agree. The second prints precision and recall for each language: of names with their first
lines, and of those with their last lines too; ``--show`` adds N symbols that only one of the two has. Files that tree-sitter
finds errors in are counted and left out, since both finders scan them. It exits 2 where tree-sitter is not installed.
"""

import argparse
import ast
import os
import sys
import sysconfig
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from agentmem.symbols import Finder, Symbol, finder, language_of, treesitter
from agentmem.symbols.plain import MAX_LETTERS, PlainFinder, readable

LIMIT = 0.995
KINDS = ("function", "method", "class")


def truth(text: str) -> set[tuple[str, int, int]]:
    """(qualified name, first line, last line) of each function and class, as ``ast`` has them."""
    found = set()
    stack: list[tuple[ast.AST, str]] = [(ast.parse(text), "")]
    while stack:
        node, outer = stack.pop()
        for child in ast.iter_child_nodes(node):
            name = outer
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{outer}.{child.name}" if outer else child.name
                found.add((name, child.lineno, child.end_lineno or child.lineno))
            stack.append((child, name))
    return found


def sources() -> list[tuple[str, str, set[tuple[str, int, int]]]]:
    found = []
    for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        if "site-packages" in path.parts:
            continue
        try:
            text = path.read_text(encoding="utf-8")
            if len(text) <= MAX_LETTERS:
                found.append((str(path), text, truth(text)))
        except (OSError, SyntaxError, ValueError):
            continue
    return found


def measure(found: Finder, files: list[tuple[str, str, set[tuple[str, int, int]]]]) -> float:
    agreed = differ = 0
    spent = 0.0
    for path, text, wanted in files:
        start = time.perf_counter()
        symbols = found.symbols(path, text)
        spent += time.perf_counter() - start
        got = {(symbol.name, symbol.start, symbol.end) for symbol in symbols if symbol.kind in KINDS}
        agreed += len(got & wanted)
        differ += len(got ^ wanted)
    share = agreed / max(agreed + differ, 1)
    print(
        f"{found.name}: {share:.3%} of {agreed + differ:,} functions and classes as ast has them,"
        f" {len(files) / spent:,.0f} files/s ({len(files):,} files)"
    )
    return share


class Missed(NamedTuple):
    """A symbol that one finder alone has."""

    only: str
    path: str
    symbol: Symbol


class Tally:
    """What was counted over the files of one language."""

    def __init__(self) -> None:
        self.files = self.torn = self.plain = self.tree = self.kinds = 0
        self.starts = self.ranges = 0
        self.seconds = [0.0, 0.0]
        self.missed: list[Missed] = []

    def add(self, path: str, plain: list[Symbol], tree: list[Symbol]) -> None:
        """Count one file; of several symbols with one name and range one counts."""
        ours = {(s.name, s.start, s.end): s for s in plain}
        theirs = {(s.name, s.start, s.end): s for s in tree}
        self.files += 1
        self.plain += len(ours)
        self.tree += len(theirs)
        both = ours.keys() & theirs.keys()
        self.ranges += len(both)
        self.starts += len({key[:2] for key in ours} & {key[:2] for key in theirs})
        self.kinds += sum(ours[key].kind != theirs[key].kind for key in both)
        self.missed += [Missed("scanner", path, ours[key]) for key in sorted(ours.keys() - both)]
        self.missed += [Missed("tree-sitter", path, theirs[key]) for key in sorted(theirs.keys() - both)]

    def row(self, language: str) -> str:
        """One line of the table."""
        shares = [_share(self.starts, n) for n in (self.plain, self.tree)]
        shares += [_share(self.ranges, n) for n in (self.plain, self.tree)]
        speeds = [f"{self.files / max(spent, 1e-9):>8,.0f}" for spent in self.seconds]
        columns = [
            f"{language:<12}{self.files:>7,}{self.torn:>7,}{self.tree:>9,}",
            *shares,
            f"{self.kinds:>7,}",
        ]
        return "".join(columns + speeds)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:>8.1%}" if whole else f"{'-':>8}"


HEADER = f"""\
{"":<12}{"":>7}{"":>7}{"":>9}{"name and first":>16}{"and last line":>16}{"":>7}{"files a second":>16}
{"language":<12}{"files":>7}{"torn":>7}{"symbols":>9}{"prec":>8}{"recall":>8}{"prec":>8}{"recall":>8}\
{"kinds":>7}{"scanner":>8}{"tree":>8}"""


def below(folder: Path) -> Iterator[tuple[str, str, str]]:
    """(path, language, text) of each file below ``folder`` in a language that tree-sitter is asked for."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            continue
        language = language_of(path.name, text[:256].partition("\n")[0])
        if language is not None and readable(path.name, text) is not None:
            yield str(path.relative_to(folder)), language, text


def compare(folder: Path, show: int) -> int:
    """Print the table for the sources below ``folder``."""
    tree = treesitter.load()
    if tree is None:
        print("tree-sitter is not installed: pip install 'git-agentmem[symbols]'", file=sys.stderr)
        return 2
    plain = PlainFinder()
    tallies: dict[str, Tally] = {}
    for path, language, text in below(folder):
        tally = tallies.setdefault(language, Tally())
        times = [time.perf_counter()]
        theirs = tree.parsed(path, text)
        times.append(time.perf_counter())
        if theirs is None:
            tally.torn += 1
            continue
        ours = plain.symbols(path, text)
        tally.seconds[0] += time.perf_counter() - times[1]
        tally.seconds[1] += times[1] - times[0]
        tally.add(path, ours, theirs)
    print(HEADER)
    for language, tally in sorted(tallies.items()):
        if tally.files:
            print(tally.row(language))
    for language, tally in sorted(tallies.items()):
        if show and tally.missed:
            print(f"\n{language}: {len(tally.missed):,} symbols that one finder alone has")
            step = max(len(tally.missed) // show, 1)
            for only, path, symbol in tally.missed[::step][:show]:
                print(f"  {only:<12}{path}:{symbol.start}-{symbol.end}  {symbol.kind} {symbol.name}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Symbols of the line scanners against those of parsers.")
    parser.add_argument(
        "--real", metavar="DIR", type=Path, help="compare with tree-sitter over the sources below DIR"
    )
    parser.add_argument(
        "--show", metavar="N", type=int, default=0, help="with --real: N disagreements a language"
    )
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    if asked.real is not None:
        if not asked.real.is_dir():
            parser.error(f"{os.fspath(asked.real)} is no folder")
        return compare(asked.real, asked.show)
    files = sources()
    share = measure(PlainFinder(), files)
    if (best := finder()).name != "plain":
        measure(best, files)
    return 0 if share >= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
