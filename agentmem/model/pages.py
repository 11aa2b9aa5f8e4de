"""A text as citations are looked for in it: its lines normalised, without the empty ones, and where each of them stands.

Places are counted in these lines, from 0, the end excluded (``low`` and ``high``); people are told the text's own line numbers.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from agentmem.model import citing

STRONG_CHARS, STRONG_LINES = 40, 3
"""Normalised characters, or lines, from which on a text that occurs once is taken for the same text."""
MAX_TRIES = 400
"""Places of a long text looked at by their digest; it takes so many only where a text repeats itself."""

_words = re.compile(r"\w{3,}").findall


class Wanted(NamedTuple):
    """A cited text: ``lines`` where all are known, else what the quote and the digest tell. All normalised.

    ``most`` bounds the lines it can have; None where that is not known either.
    """

    lines: tuple[str, ...] | None
    quoted: citing.Quoted
    digest: str | None
    most: int | None

    @property
    def known(self) -> tuple[str, ...]:
        """The lines that are known."""
        return self.lines if self.lines is not None else self.quoted.head + self.quoted.tail

    @property
    def strong(self) -> bool:
        """Whether it is long enough to be told from others when it occurs once."""
        return is_strong(self.known)


def is_strong(lines: Sequence[str]) -> bool:
    """Whether a text is long enough to be told from others when it occurs once."""
    return len(lines) >= STRONG_LINES or len("\n".join(lines)) >= STRONG_CHARS


class Page:
    """One text; everything that is derived from it is made when first asked for."""

    def __init__(self, text: str) -> None:
        """Take the text in."""
        self.text = text
        self.raw = citing.split(text)
        self.lines: list[str] = []
        self.numbers: list[int] = []
        for number, line in enumerate(self.raw, 1):
            short = " ".join(line.split())
            if short:
                self.lines.append(short)
                self.numbers.append(number)

    @cached_property
    def index(self) -> dict[str, list[int]]:
        """Where each line stands."""
        index: defaultdict[str, list[int]] = defaultdict(list)
        for at, line in enumerate(self.lines):
            index[line].append(at)
        return dict(index)

    @cached_property
    def words(self) -> dict[str, list[int]]:
        """Where each word of three or more characters stands, a line once."""
        words: defaultdict[str, list[int]] = defaultdict(list)
        for at, line in enumerate(self.lines):
            for token in set(_words(line)):
                words[token].append(at)
        return dict(words)

    def within(self, first: int, last: int) -> tuple[int, int]:
        """The lines of numbers ``first`` to ``last`` that are not empty."""
        return bisect_left(self.numbers, first), bisect_right(self.numbers, last)

    def has(self, last: int) -> bool:
        """Whether the text reaches to line ``last``."""
        return last <= len(self.raw)

    def numbered(self, low: int, high: int, before: int = 0, after: int = 0) -> tuple[int, int]:
        """First and last line number of a place that is not empty, with up to so many empty lines before and after it."""
        first, last = self.numbers[low], self.numbers[high - 1]
        floor = self.numbers[low - 1] + 1 if low else 1
        ceiling = self.numbers[high] - 1 if high < len(self.numbers) else len(self.raw)
        return max(floor, first - before), min(ceiling, last + after)

    def written(self, first: int, last: int | None) -> str:
        """The lines as they are written, from 1, both included."""
        return "\n".join(line.rstrip("\r") for line in self.raw[first - 1 : last])

    def places(self, wanted: Wanted) -> list[tuple[int, int]]:
        """Where the wanted text stands, in order."""
        if wanted.lines is not None:
            return self._exact(wanted.lines)
        return self._told(wanted)

    def _exact(self, lines: Sequence[str]) -> list[tuple[int, int]]:
        if not lines:
            return []
        # begin where the text's rarest line stands: what most others share is looked at last
        rarest, starts = 0, self.index.get(lines[0], [])
        for at, line in enumerate(lines):
            known = self.index.get(line, [])
            if len(known) < len(starts):
                rarest, starts = at, known
            if not starts:
                return []
        size, wanted = len(lines), list(lines)
        return [
            (low, low + size)
            for low in (start - rarest for start in starts)
            if low >= 0 and self.lines[low : low + size] == wanted
        ]

    def _told(self, wanted: Wanted) -> list[tuple[int, int]]:
        head, tail = wanted.quoted
        if not head or (tail and wanted.digest is None):
            return []
        found: list[tuple[int, int]] = []
        tries = 0
        for low in self._beginnings(head):
            if not tail:
                ends: Sequence[int] = [low + len(head)]
            else:
                most = wanted.most or len(self.lines)
                ends = range(low + len(head) + len(tail), min(low + most, len(self.lines)) + 1)
            for high in ends:
                if tail and not all(map(citing.agrees, tail, self.lines[high - len(tail) : high])):
                    continue
                tries += 1
                if tries > MAX_TRIES:
                    return found
                if wanted.digest is None or citing.digest_normal(self.lines[low:high]) == wanted.digest:
                    found.append((low, high))
                    break
        return found

    def _beginnings(self, head: Sequence[str]) -> list[int]:
        # a line that was cut, or had characters left out, is not in the index as it is quoted
        whole = [at for at, line in enumerate(head) if line in self.index]
        if whole:
            rarest = min(whole, key=lambda at: len(self.index[head[at]]))
            starts = [at - rarest for at in self.index[head[rarest]]]
        elif not any(line.endswith(citing.CUT) for line in head):
            return []
        else:
            starts = list(range(len(self.lines)))
        return [
            low
            for low in starts
            if 0 <= low <= len(self.lines) - len(head) and all(map(citing.agrees, head, self.lines[low:]))
        ]
