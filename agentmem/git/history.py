"""What history did to the files of a store: one walk, whatever is asked."""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from agentmem.git import process
from agentmem.git.repository import Repository


class Step(NamedTuple):
    """What one commit made of one file: ``old`` and ``new`` are blobs, None where there is none; ``path`` is from the top.

    ``time`` is the committer's, seconds UTC.
    """

    commit: str
    time: int
    author: str
    subject: str
    parents: int
    path: str
    old: str | None
    new: str | None


def steps(
    repository: Repository, starts: Sequence[str], paths: Iterable[str], first_parent: bool = False
) -> Iterator[Step]:
    """Every change that the history of ``starts`` (commits) made to the files at or below ``paths`` (from the top), newest first.

    Renames are a deletion and an addition: who reads this knows memories by their ids. A merge is told where it differs from
    all its parents.
    """
    out = process.demand(
        repository.top,
        "log",
        "--topo-order",
        "--format=%x00%H%x01%ct%x01%an%x01%P%x01%s",
        "--raw",
        "-c",
        "--combined-all-paths",
        "--no-renames",
        "--no-abbrev",
        "--full-history",
        "--no-show-signature",
        *(["--first-parent", "-m"] if first_parent else []),
        "-z",
        *starts,
        "--",
        *paths,
    )
    yield from _parse(out)


def _parse(out: bytes) -> Iterator[Step]:
    head: tuple[str, int, str, str, int] | None = None
    fields = iter(out.split(b"\0"))
    for field in fields:
        text = field.lstrip(b"\n")
        if not text:
            continue
        if not text.startswith(b":"):
            commit, time, author, parents, subject = os.fsdecode(text).split("\x01", 4)
            head = commit, int(time), author, subject, len(parents.split())
            continue
        if head is None:
            continue
        colons = len(text) - len(text.lstrip(b":"))
        parts = text[colons:].decode("ascii").split(" ")
        modes, blobs = parts[: colons + 1], parts[colons + 1 : 2 * colons + 2]
        for _ in range(colons - 1):
            next(fields, None)  # the path in each parent; without renames they are all the same
        path = os.fsdecode(next(fields, b""))
        old = next((b for m, b in zip(modes[:-1], blobs[:-1], strict=True) if m.startswith("100")), None)
        new = blobs[-1] if modes[-1].startswith("100") else None
        yield Step(head[0], head[1], head[2], head[3], head[4], path, old, new)


def past_blobs(repository: Repository, commit: str, paths: Sequence[str]) -> set[str]:
    """Every blob that the history of ``commit`` had at one of ``paths`` (from the top)."""
    out = process.run(
        repository.top,
        "log",
        "--format=",
        "--raw",
        "-m",
        "--no-renames",
        "--no-abbrev",
        "--full-history",
        "-z",
        commit,
        "--",
        *paths,
    ).out
    return {
        blob
        for field in out.split(b"\0")
        if field.startswith(b":")
        for blob in field.decode("ascii", "replace").split(" ")[2:4]
    }
