"""Stores made of literals, for the rules' tables."""

from agentmem.checks import check, frame
from agentmem.model.findings import Finding

ID = "7k3m9qwpdx2v"
OTHER = "p2v8rr41c0zd"


def subject(files: dict[str, bytes | str], *strays: frame.Stray) -> frame.Subject:
    """The store ``.agentmem`` with ``files``."""
    read = [
        frame.read(path, data if isinstance(data, bytes) else data.encode()) for path, data in files.items()
    ]
    return frame.Subject(tuple(read), strays, ".agentmem")


def found(rule: str, files: dict[str, bytes | str], *strays: frame.Stray) -> list[Finding]:
    """What ``rule`` alone says."""
    return check(subject(files, *strays), only=[rule])


def one(rule: str, text: bytes | str, path: str = "facts/a.md") -> list[Finding]:
    """What ``rule`` alone says of one file."""
    return found(rule, {path: text})


def memory(*lines: str, body: str = "Body.\n", identity: str = ID) -> str:
    """A memory with an id and ``lines`` of front matter; the first of ``lines`` is line 3."""
    return "\n".join(("---", f"id: {identity}", *lines, "---", body))
