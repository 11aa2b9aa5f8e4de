"""Ids: 60 bits as 12 lower-case Crockford base32 characters."""

import re
from collections.abc import Callable, Iterable

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 12
SHORT = 6
MIN_PREFIX = 4

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
    import hashlib

    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).digest()
    return encode(int.from_bytes(digest[:8], "big") >> 4)


def is_id(text: str) -> bool:
    """Whether ``text`` is a whole id."""
    return _ID.fullmatch(text) is not None


def is_prefix(text: str) -> bool:
    """Whether ``text`` may name an id on the command line: four characters of the alphabet or more."""
    return _PREFIX.fullmatch(text) is not None


def short_ids(ids: Iterable[str]) -> dict[str, str]:
    """The shortest unambiguous prefix of each of ``ids`` among them, six characters at least."""
    ordered = sorted(set(ids))
    shorts: dict[str, str] = {}
    for i, whole in enumerate(ordered):
        need = SHORT
        for other in (ordered[i - 1] if i else "", ordered[i + 1] if i + 1 < len(ordered) else ""):
            common = next(
                (k for k, (a, b) in enumerate(zip(whole, other, strict=False)) if a != b),
                min(len(whole), len(other)),
            )
            need = max(need, common + 1)
        shorts[whole] = whole[:need]
    return shorts
