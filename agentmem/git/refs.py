"""Refs that hold one small file each: made and moved by compare-and-swap, which is all the locking that claims have."""

import os
import time
from collections.abc import Iterable
from typing import NamedTuple

from agentmem.errors import Contended, GitFailed, NotWritable
from agentmem.git import process
from agentmem.git.repository import Repository

WAIT = 2.0
"""Seconds for which the lock of a ref that somebody else is just moving is tried again."""
PAUSE = 0.01
_UNWRITABLE = ("read-only", "permission denied", "insufficient permission", "no space left")


class Held(NamedTuple):
    """What a ref holds: the commit, and the content of its file."""

    commit: str
    data: bytes


def read_all(repository: Repository, namespace: str, file: str) -> dict[str, Held]:
    """What every ref below ``namespace`` holds, by the rest of its name."""
    out = process.run(
        repository.git_dir, "for-each-ref", "--format=%(objectname) %(refname)", f"{namespace}/"
    ).out
    named = [line.split(" ", 1) for line in os.fsdecode(out).splitlines()]
    return _read(repository, [(name.removeprefix(namespace + "/"), commit) for commit, name in named], file)


def read_one(repository: Repository, ref: str, file: str) -> Held | None:
    """What one ref holds; None where there is no such ref."""
    found = process.run(
        repository.git_dir, "cat-file", "--batch", stdin=f"{ref}^{{commit}}\n{ref}:{file}\n".encode()
    )
    held = _parse(found.out, 2)
    if held[0] is None:
        return None
    commit, _ = held[0]
    return Held(commit, held[1][1] if held[1] else b"")


def _read(repository: Repository, named: Iterable[tuple[str, str]], file: str) -> dict[str, Held]:
    pairs = list(named)
    if not pairs:
        return {}
    request = "".join(f"{commit}:{file}\n" for _, commit in pairs).encode("ascii")
    out = process.run(repository.git_dir, "cat-file", "--batch", stdin=request).out
    return {
        name: Held(commit, found[1] if found else b"")
        for (name, commit), found in zip(pairs, _parse(out, len(pairs)), strict=True)
    }


def _parse(out: bytes, count: int) -> list[tuple[str, bytes] | None]:
    found: list[tuple[str, bytes] | None] = []
    at = 0
    while len(found) < count and at < len(out):
        end = out.index(b"\n", at)
        parts = out[at:end].rsplit(b" ", 2)
        at = end + 1
        if len(parts) == 3 and parts[2].isdigit():
            size = int(parts[2])
            found.append((parts[0].decode("ascii"), out[at : at + size]))
            at += size + 1
        else:
            found.append(None)
    return found + [None] * (count - len(found))


def commit_of(
    repository: Repository, file: str, data: bytes, parents: Iterable[str], who: str, at: int, message: str
) -> str:
    """A new commit whose tree holds ``file`` alone, by ``who`` at the moment ``at`` (seconds UTC).

    Raises:
        NotWritable: the object database cannot be written.

    """
    blob = _write(repository, "hash-object", "-w", "--stdin", stdin=data)
    tree = _write(repository, "mktree", stdin=f"100644 blob {blob}\t{file}\n".encode())
    name = "".join(char for char in who if char.isprintable() and char not in "<>\n") or "agent"
    environment = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", name), ("EMAIL", "claims@agentmem"), ("DATE", f"{at} +0000"))
    }
    words = [word for parent in parents for word in ("-p", parent)]
    return _write(repository, "commit-tree", "--no-gpg-sign", *words, "-m", message, tree, env=environment)


def _write(repository: Repository, *words: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> str:
    running = process.start(repository.git_dir, *words, stdin=True, env=env)
    result = process.finish(running, stdin)
    if result.code:
        raise _refused(repository, result.err)
    return result.out.decode("ascii").strip()


def swap(repository: Repository, ref: str, new: str, old: str | None, wait: float = WAIT) -> bool:
    """Move ``ref`` from the commit ``old`` (None: there is no such ref yet) to ``new``; False where it was not at ``old``.

    Raises:
        Contended: others kept its lock for ``wait`` seconds; NotWritable: refs cannot be written here.

    """
    expected = old or "0" * len(new)
    deadline = time.monotonic() + wait
    while True:
        result = process.run(repository.git_dir, "update-ref", "--no-deref", ref, new, expected)
        if result.code == 0:
            return True
        if (
            "but expected" in result.err
            or "already exists" in result.err
            or "unable to resolve" in result.err
        ):
            return False
        if not _is_lock(result.err):
            raise _refused(repository, result.err)
        if time.monotonic() >= deadline:
            raise Contended(f"{ref} is being moved by somebody else", "try again")
        time.sleep(PAUSE)


def _is_lock(said: str) -> bool:
    return ".lock'" in said and "File exists" in said


def _refused(repository: Repository, said: str) -> NotWritable | GitFailed:
    words = said.splitlines()[-1] if said else "git gave no reason"
    lowered = said.lower()
    if any(reason in lowered for reason in _UNWRITABLE):
        return NotWritable(f"{repository.common_dir} cannot be written here: {words}")
    return GitFailed(f"git refused: {words}")
