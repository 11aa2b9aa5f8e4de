"""Trees and blobs, read in bulk: one process for any number of them."""

import os
from collections.abc import Iterable, Iterator

from agentmem.errors import GitFailed
from agentmem.git import process
from agentmem.git.repository import Repository
from agentmem.model import hashing

CHUNK = 2000
"""Blobs asked for at a time: bounds the memory, and keeps git's answer and our request from blocking each other."""


def list_tree(repository: Repository, treeish: str, below: str) -> list[tuple[str, str]]:
    """``(path below the folder, blob id)`` of the plain files below folder ``below`` of ``treeish``; [] where it has none.

    ``below`` is relative to the worktree's top. Links and submodules are left out.

    Raises:
        GitFailed: a tree on the way is not in this clone; that is no folder without files.

    """
    return list(_listed(repository, treeish, below, b"100"))


def list_links(repository: Repository, treeish: str, below: str) -> list[str]:
    """The paths below the folder of the symbolic links there; see ``list_tree``."""
    return [path for path, _ in _listed(repository, treeish, below, b"120")]


def _listed(repository: Repository, treeish: str, below: str, mode: bytes) -> Iterator[tuple[str, str]]:
    name = f"{treeish}:{below}" if below else treeish
    result = process.run(repository.directory, "ls-tree", "-r", "-z", "--full-tree", name)
    if result.code and not (below and _has_no_folder(repository, treeish, below)):
        said = result.err.splitlines()[-1].removeprefix("fatal: ") if result.err else str(result.code)
        raise GitFailed(f"git cannot read {below or 'the files'} in {treeish[:12]}: {said}", process.MISSING)
    for line in result.out.split(b"\0"):
        header, _, path = line.partition(b"\t")
        if header.startswith(mode):
            yield os.fsdecode(path), header.split(b" ")[2].decode("ascii")


def _has_no_folder(repository: Repository, treeish: str, below: str) -> bool:
    """Whether the trees down to ``below`` are here and say that there is no such folder."""
    result = process.run(repository.directory, "ls-tree", "-d", "-z", "--full-tree", treeish, "--", below)
    return result.code == 0 and not result.out.startswith(b"040000 ")


def entries(tree: bytes, repository: Repository) -> Iterator[tuple[bytes, bytes, str]]:
    """Mode, name and object of what stands in a tree as git keeps it: mode, a space, name, a NUL, the object's bytes."""
    width = 32 if repository.object_format == "sha256" else 20
    at = 0
    while at < len(tree):
        space, end = tree.find(b" ", at), tree.find(b"\0", at)
        if not at < space < end:
            return  # no tree that git has made
        yield tree[at:space], tree[space + 1 : end], tree[end + 1 : end + 1 + width].hex()
        at = end + 1 + width


def folder_in(tree: bytes, name: str, repository: Repository) -> str | None:
    """The tree of the folder ``name`` that stands in ``tree``; None where there is none."""
    return _in(tree, name, b"40000", repository)


def file_in(tree: bytes, name: str, repository: Repository) -> str | None:
    """The blob of the plain file ``name`` that stands in ``tree``; None where there is none."""
    return _in(tree, name, b"100", repository)


def _in(tree: bytes, name: str, mode: bytes, repository: Repository) -> str | None:
    wanted = os.fsencode(name)
    found = (oid for kind, at, oid in entries(tree, repository) if at == wanted and kind.startswith(mode))
    return next(found, None)


def read_blobs(repository: Repository, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """``(id, content)`` of each blob of ``oids`` that this clone has, in their order."""
    wanted = list(oids)
    for begin in range(0, len(wanted), CHUNK):
        request = "".join(f"{oid}\n" for oid in wanted[begin : begin + CHUNK]).encode("ascii")
        out = process.run(repository.directory, "cat-file", "--batch", stdin=request).out
        at = 0
        while at < len(out):
            end = out.index(b"\n", at)
            header = out[at:end].split(b" ")
            at = end + 1
            if len(header) != 3:
                continue  # "<id> missing": a partial clone that cannot fetch now
            size = int(header[2])
            yield header[0].decode("ascii"), out[at : at + size]
            at += size + 1


def present(repository: Repository, oids: Iterable[str]) -> set[str]:
    """Those of ``oids`` that this clone has, without asking a remote for the others."""
    request = "".join(f"{oid}\n" for oid in oids).encode("ascii")
    asked = process.start_offline(repository.directory, "cat-file", "--batch-check=%(objectname)", stdin=True)
    lines = process.finish(asked, request).out.decode("ascii", "replace").splitlines()
    return {line for line in lines if " " not in line}


def read_file(repository: Repository, treeish: str, path: str) -> bytes | None:
    """The content of the file at ``path`` (from the top) of ``treeish``; None where it has none."""
    result = process.run(repository.directory, "cat-file", "blob", f"{treeish}:{path}")
    return result.out if result.code == 0 else None


def blob_id(data: bytes, object_format: str) -> str:
    """The id that git gives a blob of these bytes (no filter, no line-ending conversion)."""
    whole = b"blob %d\0" % len(data) + data
    return hashing.sha1(whole) if object_format == "sha1" else hashing.sha256(whole).hex()
