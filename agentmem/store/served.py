"""What was served to whom: one line a command, outside the worktree, a file a month. Nothing hangs on it.

A line has the moment, the agent, the verb, the tokens; and of an answer that showed memories the worktree, their ids, the
question and the files it was about. Fields are parted by tabs, which none of them may hold.
"""

import os
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from agentmem.model import safety, times

FOLDER = "served"
MOST = 20_000_000
"""Bytes of a month's file from which on nothing more is written."""
MOST_QUESTION, MOST_SHOWN, MOST_FILES, MOST_PATH = 300, 24, 20, 300
"""Characters of a question; memories and files of an answer; characters of a path."""
MOST_ANSWERS = 16_000_000
"""Bytes of it from which on the tokens alone are: some 50,000 answers."""

_is_month = re.compile(r"[0-9]{4}-[0-9]{2}\.tsv").fullmatch
_is_number = re.compile(rb"[0-9]{1,12}").fullmatch
_is_verb = re.compile(rb"[a-z-]{1,20}").fullmatch


class Served(NamedTuple):
    """One answer: when (seconds UTC), to whom, by which verb, how many tokens."""

    at: int
    agent: str
    verb: str
    tokens: int


class Answer(NamedTuple):
    """What an answer was about: the ids of the memories that it showed, in rank order, the question and the files; ``worktree``
    is the name of the git dir it was asked in. What it holds has no tab, no line feed, nothing that cannot be seen.
    """

    worktree: str
    shown: tuple[str, ...]
    question: str = ""
    files: tuple[str, ...] = ()


def answer(worktree: str, shown: Iterable[str], question: str = "", files: Iterable[str] = ()) -> Answer:
    """What is noted of an answer: nothing that looks like a secret, nothing that cannot be seen."""
    kept = [path for path in files if path.isprintable() and len(path) <= MOST_PATH][:MOST_FILES]
    if safety.secrets(question):
        question = ""
    if kept and safety.secrets("\n".join(kept)):
        kept = []
    question = safety.one_line(question[: 4 * MOST_QUESTION])[:MOST_QUESTION]
    return Answer(worktree, tuple(shown)[:MOST_SHOWN], question, tuple(kept))


def note(folder: str, served: Served, answer: Answer | None = None) -> None:
    """Append one answer; where that cannot be done it is not done."""
    path = os.path.join(folder, FOLDER, times.format_iso(served.at)[:7] + ".tsv")
    line = f"{served.at}\t{_plain(served.agent)}\t{served.verb}\t{served.tokens}"
    whole = line
    if answer is not None:
        shown = " ".join(answer.shown)
        whole = "\t".join((line, _plain(answer.worktree), shown, answer.question, *answer.files))
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    try:
        descriptor = _open(path, flags)
        try:
            size = os.fstat(descriptor).st_size
            if size < MOST:
                said = whole if size < MOST_ANSWERS else line
                # one write: lines of several processes do not mix
                os.write(descriptor, f"{said}\n".encode("utf-8", "replace"))
        finally:
            os.close(descriptor)
    except OSError:
        pass  # a read-only git dir, a full disk


def _plain(name: str) -> str:
    if name.isascii() and name.isprintable():
        return name[:100]
    return "".join(char if char.isprintable() else "?" for char in name)[:100]


def _open(path: str, flags: int) -> int:
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return os.open(path, flags, 0o600)


def read(folder: str, since: int) -> Iterator[Served]:
    """The answers from ``since`` (seconds UTC) on, in no order; a torn or damaged line is passed over."""
    for line in _lines(folder, since):
        one = _parsed(line.split(b"\t", 6))
        if one is not None and one.at >= since:
            yield one


def answers(folder: str, since: int, agent: str | None = None) -> Iterator[tuple[Served, Answer | None]]:
    """The same with what they were about, where that was noted; ``agent``: to this one alone."""
    mark = b"" if agent is None else f"\t{_plain(agent)}\t".encode("utf-8", "replace")
    for line in _lines(folder, since):
        if mark not in line:
            continue
        parts = line.split(b"\t")
        one = _parsed(parts)
        if one is None or one.at < since or (mark and parts[1] != mark[1:-1]):
            continue
        yield one, _answer([part.decode("utf-8", "replace") for part in parts[4:]])


def _answer(fields: list[str]) -> Answer | None:
    if not fields:
        return None
    worktree, shown, question, *files = fields
    return Answer(worktree, tuple(shown.split()), question, tuple(files))


def _lines(folder: str, since: int) -> Iterator[bytes]:
    """The lines of every month that ``since`` falls in or comes before."""
    try:
        names = os.listdir(os.path.join(folder, FOLDER))
    except OSError:
        return
    first = times.format_iso(since)[:7]
    for name in sorted(names):
        if not _is_month(name) or name[:7] < first:
            continue
        try:
            # what others put there may have any size; bytes, so that nothing but a line feed ends a line
            with open(os.path.join(folder, FOLDER, name), "rb") as file:
                data = file.read(2 * MOST)
        except OSError:
            continue
        yield from data.split(b"\n")


def _parsed(parts: list[bytes]) -> Served | None:
    if len(parts) != 4 and len(parts) < 7:
        return None
    at, agent, verb, spent = parts[:4]
    # a number of thousands of digits is no moment, and int() refuses it
    if not (_is_number(at) and _is_number(spent) and _is_verb(verb)):
        return None
    return Served(int(at), agent.decode("utf-8", "replace"), verb.decode("ascii"), int(spent))
