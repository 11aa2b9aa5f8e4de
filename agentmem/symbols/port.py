"""The symbols port: what a source file declares, and on which lines. Text in, values out."""

from typing import NamedTuple, Protocol


class Symbol(NamedTuple):
    """One declaration. ``name`` is qualified with dots and has no ``#``; ``start`` and ``end`` are lines from 1, both included.

    The body is inside the range, decorators, annotations and attributes above the declaration are not. ``kind`` is one of
    function, method, class, interface, type, enum, module, struct, trait, constant, variable, field, property, macro, table,
    view, procedure, index, trigger, heading, target.
    """

    name: str
    kind: str
    start: int
    end: int


class Finder(Protocol):
    """What finds the symbols of a text."""

    name: str

    def symbols(self, path: str, text: str) -> list[Symbol]:
        """The symbols of ``text``, by start, the outer before the inner; none for a language it does not know. Never raises."""
        ...
