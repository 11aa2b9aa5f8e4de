"""SHA-1 and SHA-256, by Python's own code where it has it: ``hashlib`` loads OpenSSL's first, 5 ms of a cold start."""

from collections.abc import Callable
from functools import cache
from typing import Any


def sha1(data: bytes) -> str:
    """The SHA-1 of ``data``, in hex: git's ids, no protection of anything."""
    return str(_own("sha1", "_sha1")(data, usedforsecurity=False).hexdigest())


def sha256(data: bytes) -> bytes:
    """The SHA-256 of ``data``, 32 bytes."""
    return bytes(_own("sha256", "_sha2", "_sha256")(data).digest())


@cache
def _own(name: str, *modules: str) -> Callable[..., Any]:
    for module in modules:
        try:
            return getattr(__import__(module), name)  # type: ignore[no-any-return]
        except ImportError:
            continue  # another version of Python, or one that was built without
    import hashlib

    return getattr(hashlib, name)  # type: ignore[no-any-return]
