"""Whether what reads text takes time as the text grows, and not as its square: on what is made to make it lose itself.

    python benchmarks/growth.py

Front matter (``model/document.py``) reads 5 MB of garbage within a second. The shapes of injected orders
(``model/injection.py``) and the symbols of a source (``symbols/``) take about eight times as long for eight times the text;
what is quadratic takes sixty-four. Seconds of this process, the best of five: a busy machine slows some. Prints the slowest
and the steepest of each, and exits 1 beyond a limit.
"""

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.append(
    str(Path(__file__).resolve().parent.parent)
)  # the tests' inputs; the package itself is installed

from agentmem.model.document import parse
from agentmem.model.injection import shapes
from agentmem.symbols import finder
from agentmem.symbols.plain import PlainFinder
from tests.model.test_document import garbage
from tests.model.test_injection import HOSTILE
from tests.symbols.test_symbols import MINIFIED, PATHS, UNITS

SECONDS = 1.0
"""Of 5 MB of front matter, of a megabyte of code on one line."""

STEEPEST = 32.0
"""Times as long for eight times the text: half of what is quadratic."""

LEAST = 0.002
"""Seconds below which a clock says nothing."""

TRIES = 5


def seconds(read: Callable[[], object], tries: int = TRIES) -> float:
    """What ``read`` takes at best."""
    best = float("inf")
    for _ in range(tries):
        begun = time.process_time()
        read()
        best = min(best, time.process_time() - begun)
    return best


def told(what: str, figures: Iterable[tuple[float, str]], most: float, unit: str) -> bool:
    """Print the worst of ``figures``; whether it is within ``most``."""
    worst, which = max(figures)
    print(f"{what}: at worst {worst:.2f} {unit} ({which}), at most {most:.0f}", flush=True)
    return worst <= most


def steepness(read: Callable[[str], object], part: str, size: int) -> float:
    """How many times as long ``size`` characters of ``part`` over and over take as an eighth of them."""
    small, large = (part * (count // len(part) + 1) for count in (size // 8, size))
    read(small)
    return seconds(lambda: read(large)) / max(seconds(lambda: read(small)), LEAST)


def main() -> int:
    plain = PlainFinder()
    found = finder()
    front_matter = (
        (seconds(lambda data=data: parse(data), 3), f"number {number}")
        for number, data in enumerate(garbage(5_000_000))
    )
    injected = ((steepness(shapes, part, 240_000), name) for name, part in HOSTILE.items())
    symbols = (
        (steepness(lambda text, path=path: plain.symbols(path, text), unit, 80_000), f"{unit!r} in {path}")
        for path in PATHS
        for unit in UNITS
    )
    minified = seconds(lambda: found.symbols("a.min.js", MINIFIED * 17_000))
    held = [
        told("5 MB of front matter", front_matter, SECONDS, "s"),
        told("injected orders, eight times the text", injected, STEEPEST, "times"),
        told("symbols, eight times the text", symbols, STEEPEST, "times"),
        told("a megabyte of code on one line", [(minified, "symbols")], SECONDS, "s"),
    ]
    return int(not all(held))


if __name__ == "__main__":
    sys.exit(main())
