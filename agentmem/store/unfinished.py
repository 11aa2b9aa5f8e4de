"""Base and receipts in one step: by a record beside the journal the receipts count from the moment that base has its new bytes.

Between the two a kill would leave a base that has taken up what its changes, still pending, say once more: of a third of random
bodies they no longer find their place in it, and a decision that ended a conflict would meet it again.
"""

import json
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from agentmem.errors import NotWritable
from agentmem.store import writing

FOLDER = "unfinished"
COMMIT = "commit"
"""Ends the name of the record of a promotion, which lasts until its commit is made."""


class Unfinished(NamedTuple):
    """One step: the blob that each of ``files`` gets (by path below the store), and the ``receipts`` (paths) that go with it."""

    record: str
    files: Mapping[str, str]
    receipts: tuple[str, ...]


def begin(
    folder: str, root: str, memory: str, files: Mapping[str, str], receipts: Sequence[str]
) -> str | None:
    """Record what is about to be done to ``memory`` in the store at ``root``.

    The record's path; None where none can be written, in a sandbox: the step goes on without.
    """
    path = os.path.join(folder, FOLDER, f"{_start(root)}{memory}.json")
    plain = {"root": root, "files": dict(files), "receipts": list(receipts)}
    try:
        writing.replace(path, json.dumps(plain).encode("utf-8"))
    except NotWritable:
        return None
    return path


def found(folder: str, root: str, memory: str = "") -> Iterator[Unfinished]:
    """What was begun in the store at ``root`` (of ``memory`` alone, where it is given) and has not ended."""
    try:
        names = sorted(os.listdir(os.path.join(folder, FOLDER)))
    except OSError:
        return
    for name in names:
        if not name.startswith(_start(root) + memory) or not name.endswith(".json"):
            continue
        path = os.path.join(folder, FOLDER, name)
        try:
            with open(path, encoding="utf-8") as file:
                plain = json.load(file)
            if plain["root"] == root:
                yield Unfinished(path, plain["files"], tuple(plain["receipts"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue


def end(record: str | None) -> None:
    """Take a record away: what it announced is done, or was undone."""
    if record is not None:
        try:
            os.unlink(record)
        except OSError:
            pass  # it says what is so; whoever writes next tries again


def begin_commit(folder: str, root: str) -> str | None:
    """Record that base of the store at ``root`` takes up changes which are to be committed at once; the record's path, None where
    none can be written.
    """
    path = os.path.join(folder, FOLDER, f"{_start(root)}{COMMIT}")
    try:
        writing.replace(path, root.encode("utf-8", "surrogateescape"))
    except NotWritable:
        return None
    return path


def is_commit_begun(folder: str, root: str) -> bool:
    """Whether such a commit was begun and has not come."""
    return os.path.lexists(os.path.join(folder, FOLDER, f"{_start(root)}{COMMIT}"))


def _start(root: str) -> str:
    return f"{zlib.crc32(root.encode('utf-8', 'surrogateescape')):08x}-"
