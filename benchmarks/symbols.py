"""Symbols of Python without a parser: names and lines of the line scanner against `ast`, over the standard library.

    python benchmarks/symbols.py

Prints the agreement on functions and classes, and files a second of the finder that is installed and of the scanner.
Exits 1 when fewer than 99.5 % agree.
"""

import ast
import sys
import sysconfig
import time
import warnings
from pathlib import Path

from agentmem.symbols import Finder, finder
from agentmem.symbols.plain import MAX_LETTERS, PlainFinder

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


def main() -> int:
    warnings.simplefilter("ignore")
    files = sources()
    share = measure(PlainFinder(), files)
    if (best := finder()).name != "plain":
        measure(best, files)
    return 0 if share >= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
