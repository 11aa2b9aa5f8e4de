"""Stores made of literals, for the rules' tables."""

import random
from typing import Any

from agentmem.checks import frame
from agentmem.checks.rules import check
from agentmem.model import ids
from agentmem.model.findings import Finding

ID = "7k3m9qwpdx2v"
OTHER = "p2v8rr41c0zd"
THIRD = "c41x0zq7m2ve"
NOW = 1_771_756_920
"""2026-02-22T10:42:00Z."""

_chance = random.Random(0)


def new_id() -> str:
    """An id that no other test has."""
    return ids.new_id(_chance.randbytes)


def subject(files: dict[str, bytes | str], *strays: frame.Stray, **more: Any) -> frame.Subject:
    """The store ``.agentmem`` with ``files``."""
    read = [
        frame.read(path, data if isinstance(data, bytes) else data.encode()) for path, data in files.items()
    ]
    return frame.Subject(tuple(read), strays, ".agentmem", **{"now": NOW, **more})


def found(rule: str, files: dict[str, bytes | str], *strays: frame.Stray, **more: Any) -> list[Finding]:
    """What ``rule`` alone says."""
    return check(subject(files, *strays, **more), only=[rule])


def one(rule: str, text: bytes | str, path: str = "facts/a.md") -> list[Finding]:
    """What ``rule`` alone says of one file."""
    return found(rule, {path: text})


def memory(*lines: str, body: str = "Body.\n", identity: str = ID) -> str:
    """A memory with an id and ``lines`` of front matter; the first of ``lines`` is line 3."""
    return "\n".join(("---", f"id: {identity}", *lines, "---", body))


def change(*lines: str, of: str, identity: str = "4h2k9pr0w7td", body: str = "", after: str = "") -> str:
    """A change of the memory ``of``; the first of ``lines`` is line 6."""
    head = ("---", f"change: {identity}", f"memory: {of}", "branch: x", f"after: [{after}]")
    return "\n".join((*head, *lines, "---", body))


def change_path(of: str, identity: str = "4h2k9pr0w7td") -> str:
    """Where such a change lies."""
    return f"overlays/x/{of}.{identity}.md"
