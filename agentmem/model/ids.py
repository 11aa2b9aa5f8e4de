"""Ids: 60 bits as 12 lower-case Crockford base32 characters."""

import bisect
import re
from collections.abc import Callable, Collection, Iterator, Mapping

from agentmem.model import hashing

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 12
SHORT = 6
MIN_PREFIX = 4
FEW = 30

_ID = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")
_PREFIX = re.compile(rf"[{ALPHABET}]{{{MIN_PREFIX},{LENGTH}}}")


def encode(bits: int) -> str:
    """The 12 characters of the low 60 ``bits``."""
    return "".join(ALPHABET[(bits >> shift) & 31] for shift in range(55, -1, -5))


def new_id(random_bytes: Callable[[int], bytes]) -> str:
    """A fresh id from 60 of the 64 random bits that ``random_bytes(8)`` gives."""
    return encode(int.from_bytes(random_bytes(8), "big"))


def derived_id(*parts: str) -> str:
    """The id of a record that has none of its own: 60 bits of SHA-256 over its ``parts``, the same on every branch."""
    digest = hashing.sha256("\0".join(parts).encode("utf-8", "surrogateescape"))
    return encode(int.from_bytes(digest[:8], "big") >> 4)


def is_id(text: str) -> bool:
    """Whether ``text`` is a whole id."""
    return _ID.fullmatch(text) is not None


def is_prefix(text: str) -> bool:
    """Whether ``text`` may name an id on the command line: four characters of the alphabet or more."""
    return _PREFIX.fullmatch(text) is not None


class ShortIds(Mapping[str, str]):
    """The shortest unambiguous prefix of each of some ids among them, six characters at least, found when it is asked for."""

    def __init__(self, ids: Collection[str]) -> None:
        self._ids = ids
        self._lines = ""
        self._asked = 0
        self._ordered: list[str] | None = None

    def __getitem__(self, whole: str) -> str:
        need = SHORT
        for other in self._rivals(whole):
            common = next(
                (k for k, pair in enumerate(zip(whole, other, strict=False)) if pair[0] != pair[1]), LENGTH
            )
            need = max(need, common + 1)
        return whole[:need]

    def _rivals(self, whole: str) -> list[str]:
        """The ids nearest to ``whole``: a few are sought as text, .1 ms each among 10,000, since to sort those takes 3 ms."""
        self._asked += 1
        if self._asked <= FEW and self._ordered is None:
            found = self._beginning(whole[:SHORT])
        else:
            ordered = self._sorted()
            at = bisect.bisect_left(ordered, whole)
            found = ordered[max(at - 1, 0) : at + 2]
        if whole not in found:
            raise KeyError(whole)
        return [identity for identity in found if identity != whole]

    def _beginning(self, head: str) -> list[str]:
        """The ids that begin with ``head``."""
        lines = self._lines = self._lines or "\n".join(("", *self._ids, ""))
        found = []
        at = lines.find(f"\n{head}")
        while at >= 0:
            end = lines.index("\n", at + 1)
            found.append(lines[at + 1 : end])
            at = lines.find(f"\n{head}", end)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._sorted())

    def __len__(self) -> int:
        return len(self._sorted())

    def _sorted(self) -> list[str]:
        if self._ordered is None:
            self._ordered = sorted(set(self._ids))
        return self._ordered
