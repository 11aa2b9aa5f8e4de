"""Scopes: globs over repository paths with ``/`` between folders; ``*`` stays in one, ``**`` crosses them."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from agentmem.model.folding import folded

_WILD = re.compile(r"[*?\[]")
_STARS = re.compile(r"\*{3,}")
_FOLDERS = re.compile(r"(?:\*\*/){2,}")
_CLASS_MOST = 100
"""Characters of a character class; a bracket that is closed after more of them is none."""


def is_glob(pattern: str) -> bool:
    """Whether ``pattern`` has a wildcard; one without names a file, or a folder and all in it."""
    return _WILD.search(pattern) is not None


def normal(path: str) -> str:
    """``path`` with forward slashes, without ``./`` before it or ``/`` after it; ``.`` is the whole repository."""
    text = path.replace("\\", "/")
    while text.startswith("./"):
        text = text[2:] or "."
    return text.rstrip("/")


def is_everything(pattern: str) -> bool:
    """Whether ``pattern`` names no folder and no part of a file's name: ``.``, ``**``, ``**/*``."""
    return not normal(pattern).replace("*", "").strip("/.")


def with_parents(path: str) -> list[str]:
    """``path`` and every folder above it, nearest first."""
    found = [normal(path)]
    while "/" in found[-1]:
        found.append(found[-1].rpartition("/")[0])
    return found


def matches(pattern: str, path: str) -> bool:
    """Whether ``pattern`` covers ``path``, letter case ignored."""
    plain, wanted = folded(normal(pattern)), folded(normal(path))
    if plain == ".":
        return True
    if wanted == plain:  # also where the name itself has brackets: app/[id]/page.tsx
        return True
    if not is_glob(plain):
        return wanted.startswith(plain + "/")
    return _covers(_pieces(plain), wanted)


def meet(one: str, other: str) -> bool:
    """Whether two patterns may cover one path: what is before the first wildcard of one leads to the other's.

    It errs on the safe side: ``a/*/x`` and ``a/*/y`` meet.
    """
    if matches(one, other) or matches(other, one):
        return True
    head, tail = sorted((_fixed(one), _fixed(other)), key=len)
    return (is_glob(one) or is_glob(other)) and tail.startswith(head)


def overlap(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two scopes may cover one path."""
    return any(meet(mine, theirs) for mine in one for theirs in other)


def _fixed(pattern: str) -> str:
    return _WILD.split(folded(normal(pattern)), maxsplit=1)[0]


# -- matching: what each piece of a glob reaches is worked out for all places of the path at once, one bit a place, so a piece
# costs a few operations whatever the others are. A regular expression tries how the stars may share the path: with eighty of them
# for ever, and a glob is what a stranger's pull request brings.


class _Class(NamedTuple):
    """A character class: ranges of characters, each from and to, and whether it is what they do not hold."""

    negated: bool
    ranges: tuple[tuple[str, str], ...]

    def has(self, character: str) -> bool:
        """Whether it stands for ``character``."""
        return any(low <= character <= high for low, high in self.ranges) != self.negated


class _Glob(NamedTuple):
    """``pieces`` between two plain texts: a plain character, a class, or one of ``*``, ``?``, ``**``, ``**/`` and ``/**``."""

    head: str
    pieces: tuple[str | _Class, ...]
    tail: str


@lru_cache(maxsize=4096)
def _pieces(pattern: str) -> _Glob:
    pattern = _FOLDERS.sub("**/", _STARS.sub("**", pattern))
    pieces: list[str | _Class] = []
    head = _WILD.split(pattern, maxsplit=1)[0].removesuffix("/")
    at = len(head)
    while at < len(pattern):
        piece: str | _Class = pattern[at]
        end = at + 1
        if pattern.startswith("**/", at):
            piece, end = "**/", at + 3
        elif pattern.startswith("/**", at) and at + 3 == len(pattern):
            piece, end = "/**", at + 3
        elif pattern.startswith("**", at):
            piece, end = "**", at + 2
        elif piece == "[" and (found := _class(pattern, at)):
            piece, end = found
        pieces.append(piece)
        at = end
    last = len(pieces)
    while last and _is_plain(pieces[last - 1]):
        last -= 1
    return _Glob(head, tuple(pieces[:last]), "".join(str(piece) for piece in pieces[last:]))


def _is_plain(piece: str | _Class) -> bool:
    return isinstance(piece, str) and len(piece) == 1 and piece not in "*?"


def _class(pattern: str, at: int) -> tuple[_Class, int] | None:
    """The character class that opens at ``at``, and where it ends; None where it is none, but a bracket."""
    negated = pattern[at + 1 : at + 2] in ("!", "^")
    begin = at + 1 + negated
    end = pattern.find("]", begin + 1, begin + _CLASS_MOST)
    if end < 0:
        return None
    inside, ranges, place = pattern[begin:end], [], 0
    while place < len(inside):
        is_range = inside[place + 1 : place + 2] == "-" and place + 2 < len(inside)
        low, high = inside[place], inside[place + 2 if is_range else place]
        if low > high:
            return None
        ranges.append((low, high))
        place += 3 if is_range else 1
    return _Class(negated, tuple(ranges)), end + 1


def _covers(glob: _Glob, path: str) -> bool:
    head, pieces, tail = glob
    if len(path) < len(head) + len(tail) or not (path.startswith(head) and path.endswith(tail)):
        return False
    places = _places(path[len(head) : len(path) - len(tail)])
    reached = 1
    for piece in pieces:
        reached = places.after(piece, reached)
        if not reached:
            return False
    return bool(reached & places.end)


class _Places:
    """The places of a path: the bit ``n`` of a number stands for the one before the character ``n``."""

    def __init__(self, path: str) -> None:
        self.holding: dict[str, int] = {}
        for number, character in enumerate(path):
            self.holding[character] = self.holding.get(character, 0) | 1 << number
        self.end = 1 << len(path)
        self.slashes = self.holding.get("/", 0)
        self.names = (self.end - 1) ^ self.slashes

    def after(self, piece: str | _Class, reached: int) -> int:
        """Where one is after ``piece`` when one was at one of ``reached``."""
        if piece == "*":
            return self._along(reached)
        if piece == "?":
            return (reached & self.names) << 1
        if piece == "**/":
            return self._below(reached)
        if piece == "**":
            return self._onwards(reached)
        if piece == "/**":
            return reached | self._onwards((reached & self.slashes) << 1)
        if isinstance(piece, _Class):
            meant = sum(bits for character, bits in self.holding.items() if piece.has(character))
            return (reached & self.names & meant) << 1
        return (reached & self.holding.get(piece, 0)) << 1

    def _along(self, reached: int) -> int:
        """From ``reached`` on to the end of each name: the sum carries a bit through the run of ones that it is in."""
        return (((reached & self.names) + self.names) ^ self.names) | reached

    def _below(self, reached: int) -> int:
        """``reached``, and where each folder from there on ends."""
        new = reached
        while new:
            ends = (self._along((new & self.names) << 1) & self.slashes) << 1
            new = ends & ~reached
            reached |= new
        return reached

    def _onwards(self, reached: int) -> int:
        """All from the first of ``reached`` on."""
        return -(reached & -reached) & (2 * self.end - 1)


_places = lru_cache(maxsize=1024)(_Places)
