"""Who added a file, and when; and the messages of commits."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from agentmem.errors import UsageError
from agentmem.git import history, process
from agentmem.git.repository import Repository

MANY = 500
"""Paths up to which git is asked for each; of more, for all of the tree."""


class Written(NamedTuple):
    """Who wrote something, and when (seconds UTC): as the commit's author."""

    author: str
    time: int


class Message(NamedTuple):
    """One commit: its author and time, its whole message, and the paths it changed, from the top."""

    commit: str
    author: str
    time: int
    text: str
    paths: tuple[str, ...]


def added(repository: Repository, paths: Iterable[str]) -> dict[str, Written]:
    """The author and time of the commit that added each of ``paths`` (from the top), by one call of git; the last that did.

    Without those that only seem to begin where a shallow clone ends.
    """
    wanted = set(paths)
    if not wanted or repository.head is None:
        return {}
    asked = sorted(wanted) if len(wanted) <= MANY else []
    words = (
        "log",
        "--format=%x00%H%x00%at%x00%an%x00",
        "--raw",
        "--diff-filter=A",
        *history.STEADY,
        "-z",
        "HEAD",
        "--",
    )
    out = process.run(repository.top, *words, *asked).out
    ends = history.boundary(repository)
    found: dict[str, Written] = {}
    for commit, author, time, _, files in _parse(out, message=False):
        if commit not in ends:
            for path in files:
                if path in wanted:
                    found.setdefault(path, Written(author, time))
    return found


def messages(repository: Repository, ranges: Sequence[str], most: int | None) -> list[Message]:
    """The commits of ``ranges`` (revisions, as ``git log`` takes them), newest first, merges aside; ``most`` at most.

    Raises:
        UsageError: git knows no such range.

    """
    if any(word.startswith("-") for word in ranges):
        raise UsageError("a range is no option", "agentmem import git-log main..HEAD")
    if repository.head is None and not ranges:
        return []
    limit = () if most is None else (f"--max-count={most}",)
    result = process.run(
        repository.top, "log", "--no-merges", *limit, "--format=%x00%H%x00%at%x00%an%x00%B%x00", "--raw", *history.STEADY, "-z",
        *(ranges or ("HEAD",)), "--",
    )  # fmt: skip
    if result.code:
        said = result.err.splitlines()[-1].removeprefix("fatal: ") if result.err else "git log failed"
        raise UsageError(said, "a range, as git log takes it: agentmem import git-log main..HEAD")
    return [Message(*one) for one in _parse(result.out, message=True)]


def _parse(out: bytes, *, message: bool) -> Iterable[tuple[str, str, int, str, tuple[str, ...]]]:
    """The commits of a ``log --raw -z`` whose format begins and ends with a NUL, each with the paths below it."""
    head: tuple[str, str, int, str] | None = None
    paths: list[str] = []
    fields = iter(out.split(b"\0"))
    for field in fields:
        line = field.lstrip(b"\n")
        if line.startswith(b":"):
            paths += process.paths(next(fields))
        elif line:
            if head is not None:
                yield *head, tuple(paths)
            time, author = next(fields), next(fields)
            text = next(fields) if message else b""
            head = (
                line.decode("ascii"),
                author.decode("utf-8", "replace"),
                int(time),
                text.decode("utf-8", "replace"),
            )
            paths = []
    if head is not None:
        yield *head, tuple(paths)


def count(repository: Repository, revision: str = "HEAD") -> int:
    """How many commits lead to ``revision``, merges aside."""
    found = process.run(repository.top, "rev-list", "--count", "--no-merges", revision, "--")
    return int(found.out) if found.code == 0 else 0
