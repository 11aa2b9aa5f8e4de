"""The finder that needs no library: a line scanner for each language, each in linear time and without recursion."""

from collections.abc import Callable
from importlib import import_module

from agentmem.symbols.languages import language_of
from agentmem.symbols.port import Symbol

MAX_LETTERS = 1_200_000
"""Letters of a text; a longer one is generated, and has no symbols."""
_MANY, _LONG, _MARKS = 50_000, 400, 150_000
_LONG_LINES = frozenset(("sql", "markdown"))

_SCANNERS = {
    "python": ("python", "symbols"),
    "javascript": ("javascript", "symbols"),
    "typescript": ("javascript", "symbols"),
    "tsx": ("javascript", "symbols"),
    "go": ("golang", "symbols"),
    "rust": ("keyworded", "rust"),
    "php": ("keyworded", "php"),
    "java": ("javalike", "java"),
    "csharp": ("javalike", "csharp"),
    "c": ("cpp", "symbols"),
    "cpp": ("cpp", "symbols"),
    "ruby": ("ruby", "symbols"),
    "shell": ("shell", "shell"),
    "make": ("shell", "make"),
    "dockerfile": ("shell", "dockerfile"),
    "sql": ("sql", "symbols"),
    "markdown": ("markdown", "symbols"),
}


def scanner(language: str) -> Callable[[str], list[Symbol]] | None:
    """The scanner of ``language``, imported when asked for; None for a language that has none."""
    if language not in _SCANNERS:
        return None
    module, function = _SCANNERS[language]
    found: Callable[[str], list[Symbol]] = getattr(import_module(f"agentmem.symbols.{module}"), function)
    return found


def readable(path: str, text: str) -> str | None:
    """The language of ``text``; None where it is not known, and for what was generated.

    That is: more than ``MAX_LETTERS``, or lines of 400 letters on average, which cite nothing, or 150,000 brackets, quotes and
    line ends, which hand-written code has in 1.5 MB. With these bounds the slowest text takes less than a second.
    """
    language = language_of(path, text[:256].partition("\n")[0])
    if len(text) > MAX_LETTERS or (len(text) > _MARKS and sum(map(text.count, "{}()[]<\"'`/\n")) > _MARKS):
        return None
    minified = len(text) > _MANY and text.count("\n") * _LONG < len(text) and language not in _LONG_LINES
    return None if minified else language


class PlainFinder:
    """Symbols by line scanners; what is not well formed gives fewer of them, never an error."""

    name = "plain"

    def symbols(self, path: str, text: str) -> list[Symbol]:
        """The symbols of ``text``, by start, the outer before the inner; none for a language it does not know. Never raises."""
        language = readable(path, text)
        find = scanner(language) if language else None
        return find(text.removeprefix("\ufeff")) if find else []
