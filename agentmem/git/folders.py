"""Folders of small files that refs hold: read for many refs at once, added to by a commit."""

import os
from collections.abc import Callable, Mapping
from typing import NamedTuple

from agentmem.git import objects, process, refs
from agentmem.git.repository import Repository

MAX_READ = 2_097_152
"""Bytes of a file that is read at most: others push what they like."""
_WHO = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "agentmem"), ("EMAIL", "state@agentmem"))
}


class Listed(NamedTuple):
    """One entry of a folder: mode and kind as git writes them, its object, its size in bytes (0 for a folder)."""

    mode: bytes
    kind: bytes
    oid: bytes
    size: int


def tip(repository: Repository, ref: str) -> str | None:
    """The commit that a ref holds; None where it holds none."""
    found = process.run(repository.directory, "rev-parse", "-q", "--verify", f"{ref}^{{commit}}")
    return found.out.decode("ascii").strip() if found.code == 0 else None


def listed(repository: Repository, commit: str) -> dict[bytes, Listed]:
    """What stands directly in the folder that ``commit`` holds, by its name."""
    out = process.demand(repository.directory, "ls-tree", "-l", "-z", "--full-tree", commit)
    found = {}
    for row in out.split(b"\0"):
        header, _, name = row.partition(b"\t")
        if name:
            mode, kind, oid, size = header.split()
            found[name] = Listed(mode, kind, oid, int(size) if size.isdigit() else 0)
    return found


def content(repository: Repository, oid: bytes) -> bytes:
    """What a file of a folder holds.

    Raises:
        GitFailed: this clone has not got it.

    """
    return process.demand(repository.directory, "cat-file", "blob", oid.decode("ascii"))


def written(repository: Repository, data: bytes) -> bytes:
    """The object of a new content.

    Raises:
        NotWritable: the object database cannot be written.

    """
    return refs.write(repository, "hash-object", "-w", "--stdin", stdin=data).encode("ascii")


def commit(
    repository: Repository, entries: Mapping[bytes, Listed], parent: str | None, at: int, message: str
) -> str:
    """A new commit after ``parent`` that holds the folder of ``entries``, made at the moment ``at`` (seconds UTC).

    Raises:
        NotWritable: the object database cannot be written; GitFailed.

    """
    rows = b"".join(b"%b %b %b\t%b\0" % (one.mode, one.kind, one.oid, name) for name, one in entries.items())
    tree = refs.write(repository, "mktree", "-z", stdin=rows)
    date = {f"GIT_{role}_DATE": f"@{at} +0000" for role in ("AUTHOR", "COMMITTER")}
    after = ("-p", parent) if parent else ()
    return refs.write(
        repository, "commit-tree", "--no-gpg-sign", *after, "-m", message, tree, env={**_WHO, **date}
    )


def read_all(
    repository: Repository, commits: Mapping[str, str], is_wanted: Callable[[str], bool]
) -> dict[str, dict[str, bytes]]:
    """The files directly in the folders that ``commits`` hold and whose names are wanted, by the keys of ``commits``.

    Four processes for any number of them. A file that is too large, or not in this clone, is left out.
    """
    if not commits:
        return {}
    request = "".join(f"{one}^{{tree}}\n" for one in commits.values()).encode("ascii")
    out = process.run(repository.directory, "cat-file", "--batch", stdin=request).out
    places: dict[str, list[tuple[str, str]]] = {}  # a file that several refs hold is read once
    for key, answer in zip(commits, refs.answers(out, len(commits)), strict=True):
        for name, oid in _files(answer[1], repository) if answer and answer[0] == b"tree" else ():
            if is_wanted(name):
                places.setdefault(oid, []).append((key, name))
    found: dict[str, dict[str, bytes]] = {key: {} for key in commits}
    small = _small(repository, list(places))
    request = "".join(f"{oid}\n" for oid in small).encode("ascii")
    out = process.run(repository.directory, "cat-file", "--batch", stdin=request).out if small else b""
    for oid, answer in zip(small, refs.answers(out, len(small)), strict=True):
        for key, name in places[oid] if answer and answer[0] == b"blob" else ():
            found[key][name] = answer[1] if answer else b""
    return found


def _small(repository: Repository, oids: list[str]) -> list[str]:
    if not oids:
        return []
    request = "".join(f"{oid}\n" for oid in oids).encode("ascii")
    asked = process.start_offline(
        repository.directory, "cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=True
    )
    rows = [line.split(" ") for line in process.finish(asked, request).out.decode("ascii").splitlines()]
    return [row[0] for row in rows if len(row) == 2 and row[1].isdigit() and int(row[1]) <= MAX_READ]


def _files(tree: bytes, repository: Repository) -> list[tuple[str, str]]:
    """Name and object of the plain files of a tree as git keeps it."""
    return [
        (os.fsdecode(name), oid)
        for mode, name, oid in objects.entries(tree, repository)
        if mode.startswith(b"100")
    ]
