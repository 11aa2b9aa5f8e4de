"""What was served to whom, in tokens: one line a command, outside the worktree, a file a month. Nothing hangs on it."""

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from agentmem.model import times

FOLDER = "served"
MOST = 4_000_000
"""Bytes of a month's file from which on nothing more is written: some 80,000 commands."""

_is_month = re.compile(r"[0-9]{4}-[0-9]{2}\.tsv").fullmatch
_is_number = re.compile(rb"[0-9]{1,12}").fullmatch
_is_verb = re.compile(rb"[a-z-]{1,20}").fullmatch


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
    """The answers from ``since`` (seconds UTC) on, in no order; a torn or damaged line is passed over."""
    try:
        names = os.listdir(os.path.join(folder, FOLDER))
    except OSError:
        return
    first = times.format_iso(since)[:7]
    for name in names:
        if not _is_month(name) or name[:7] < first:
            continue
        try:
            # what others put there may have any size; bytes, so that nothing but a line feed ends a line
            with open(os.path.join(folder, FOLDER, name), "rb") as file:
                data = file.read(2 * MOST)
        except OSError:
            continue
        for line in data.split(b"\n"):
            one = _parsed(line)
            if one is not None and one.at >= since:
                yield one


def _parsed(line: bytes) -> Served | None:
    parts = line.split(b"\t")
    if len(parts) != 4:
        return None
    at, agent, verb, spent = parts
    # a number of thousands of digits is no moment, and int() refuses it
    if not (_is_number(at) and _is_number(spent) and _is_verb(verb)):
        return None
    return Served(int(at), agent.decode("utf-8", "replace"), verb.decode("ascii"), int(spent))
