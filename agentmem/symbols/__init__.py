"""What a source file declares, and where: by tree-sitter where it is installed, else by line scanners.

This room is pure: text in, values out. It stands above the model because the library behind one of its finders is an extra.
"""

from collections.abc import Iterable, Sequence

from agentmem.symbols.languages import language_of
from agentmem.symbols.port import Finder, Symbol

__all__ = ["Finder", "Symbol", "enclosing", "finder", "language_of", "named"]


def finder() -> Finder:
    """The best finder there is: tree-sitter with the extra ``symbols``, the line scanners without."""
    from agentmem.symbols import treesitter

    found = treesitter.load()
    if found is not None:
        return found
    from agentmem.symbols.plain import PlainFinder

    return PlainFinder()


def enclosing(symbols: Iterable[Symbol], first: int, last: int) -> Symbol | None:
    """The innermost symbol that holds the lines from ``first`` to ``last``, both included."""
    best: Symbol | None = None
    for symbol in symbols:
        if (
            symbol.start <= first
            and last <= symbol.end
            and (best is None or symbol.end - symbol.start <= best.end - best.start)
        ):
            best = symbol
    return best


def named(symbols: Sequence[Symbol], name: str) -> list[Symbol]:
    """What ``name`` means: the symbols of exactly this qualified name, else those of the one name that ends with it.

    Several of one name are overloads, or parts of it in other branches of a condition. Letter case counts, unless
    nothing is found so. ``::`` and ``#`` between parts are read as dots. Empty where nothing fits, or two names do.
    """
    wanted = name.strip().removesuffix("()").replace("::", ".").replace("#", ".").strip(".")
    if not wanted:
        return []
    for fold in (str, str.casefold):
        own = fold(wanted)
        exact = [symbol for symbol in symbols if fold(symbol.name) == own or symbol.name == name]
        if exact:
            return exact
        ends = [symbol for symbol in symbols if fold(symbol.name).endswith("." + own)]
        if ends:
            return ends if len({symbol.name for symbol in ends}) == 1 else []
    return []
