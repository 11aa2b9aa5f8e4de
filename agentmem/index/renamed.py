"""The renames of history as they are kept for each worktree: git is asked for what came since, and once for all of it."""

import os
import zlib

from agentmem.errors import NotWritable
from agentmem.git import history, renames
from agentmem.git.renames import Renames
from agentmem.git.repository import Repository
from agentmem.store import writing

MOST = 5_000
"""Renames that are kept, the newest."""


def committed(repository: Repository, commit: str | None, folder: str | None) -> Renames:
    """The renames in the history of ``commit``; those of HEAD are kept in ``folder`` (None: nowhere)."""
    if commit is None:
        return Renames()
    if commit != repository.head or folder is None:
        return renames.read(repository, [commit]) or Renames()
    key = zlib.crc32(repository.git_dir.encode("utf-8", "surrogateescape"))
    path = os.path.join(folder, f"renames-{key:08x}")
    known, kept = _kept(path)
    if known == commit:
        return kept
    since = known if known and history.comes_before(repository, known, commit) else None
    found = renames.read(repository, [commit], since)
    if found is None:
        return kept if since else Renames()
    whole = Renames((*found.pairs, *(kept.pairs if since else ()))[:MOST])
    names = (name for pair in whole.pairs for name in pair)
    try:
        writing.replace(path, b"\0".join(map(os.fsencode, (commit, *names))))
    except NotWritable:
        pass  # the next asks again
    return whole


def _kept(path: str) -> tuple[str, Renames]:
    """The commit up to which renames were kept, and these."""
    try:
        with open(path, "rb") as file:
            commit, *names = map(os.fsdecode, file.read().split(b"\0"))
    except OSError:
        return "", Renames()
    if len(names) % 2:
        return "", Renames()
    return commit, Renames(zip(names[::2], names[1::2], strict=True))
