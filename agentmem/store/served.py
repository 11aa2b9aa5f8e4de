"""What was served to whom, in tokens: one line a command, outside the worktree, a file a month. Nothing hangs on it."""

import os
from collections.abc import Iterator
from typing import NamedTuple

from agentmem.model import times

FOLDER = "served"
MOST = 4_000_000
"""Bytes of a month's file from which on nothing more is written: some 80,000 commands."""


class Served(NamedTuple):
    """One answer: when (seconds UTC), to whom, by which verb, how many tokens."""

    at: int
    agent: str
    verb: str
    tokens: int


def note(folder: str, served: Served) -> None:
    """Append one answer; where that cannot be done it is not done."""
    agent = "".join(char if char.isprintable() else "?" for char in served.agent).replace("\t", " ")[:100]
    path = os.path.join(folder, FOLDER, times.format_iso(served.at)[:7] + ".tsv")
    line = f"{served.at}\t{agent}\t{served.verb}\t{served.tokens}\n".encode("utf-8", "replace")
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    try:
        descriptor = _open(path, flags)
        try:
            if os.fstat(descriptor).st_size < MOST:
                os.write(descriptor, line)  # one write: lines of several processes do not mix
        finally:
            os.close(descriptor)
    except OSError:
        pass  # a read-only git dir, a full disk


def _open(path: str, flags: int) -> int:
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return os.open(path, flags, 0o600)


def read(folder: str, since: int) -> Iterator[Served]:
    """The answers from ``since`` (seconds UTC) on, in no order; a torn line is passed over."""
    try:
        names = os.listdir(os.path.join(folder, FOLDER))
    except OSError:
        return
    first = times.format_iso(since)[:7]
    for name in names:
        if name[:7] < first or not name.endswith(".tsv"):
            continue
        try:
            with open(os.path.join(folder, FOLDER, name), encoding="utf-8", errors="replace") as file:
                text = file.read()
        except OSError:
            continue
        for line in text.splitlines():
            parts = line.split("\t")
            if len(parts) == 4 and parts[0].isdecimal() and parts[3].isdecimal() and int(parts[0]) >= since:
                yield Served(int(parts[0]), parts[1], parts[2], int(parts[3]))
