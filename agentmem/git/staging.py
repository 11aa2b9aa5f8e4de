"""What a hook asks and changes of the git index, by plumbing: no pathspec is read as a pattern, no ignore rule is asked.

Git tells a hook which index the commit is made of (``GIT_INDEX_FILE``), and what runs in it works on that one.
"""

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agentmem.errors import GitFailed
from agentmem.git import process
from agentmem.git.repository import Repository

PUSH_WAIT = 2.0
"""Seconds that git may take to tell what a push brings."""


class Staged(NamedTuple):
    """A plain file that the index holds otherwise than HEAD: its path from the folder of the store, its blob there; an empty one
    where the index has none.
    """

    path: str
    blob: str
    added: bool


def ask(directory: str, base: str = "HEAD") -> "subprocess.Popen[bytes]":
    """Ask git what ``staged`` tells; it works meanwhile."""
    return process.start(
        directory, "diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", base, "--"
    )  # fmt: skip


def staged(
    repository: Repository, store: str, asked: "subprocess.Popen[bytes] | None" = None
) -> tuple[list[Staged], bool]:
    """The plain files below ``store`` that the next commit adds, changes or takes away, those in conflict are none; and whether
    there is anything at all of which that holds.

    Raises:
        GitFailed: git refuses.

    """
    if repository.head is None or asked is None:
        if asked is not None:
            process.finish(asked)  # there was no HEAD to compare with
        base = "HEAD" if repository.head else repository.empty_tree
        asked = ask(repository.directory, base)
    result = process.finish(asked)
    if result.code:
        raise GitFailed(f"git diff-index failed: {result.err}")
    below = f"{repository.prefix}{store}/"
    found = [
        one._replace(path=one.path[len(repository.prefix) :])
        for one in _raw(result.out)
        if one.path.startswith(below)
    ]
    return found, bool(result.out)


def pushed(repository: Repository, commit: str, remote: str, store: str) -> list[Staged]:
    """The plain files below ``store`` as the commits added or changed them that ``remote`` gets with ``commit``.

    None where git takes too long to tell: the first push of a long history is not held up.
    """
    running = process.start(
        repository.directory, "log", "--format=", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-show-signature",
        "--diff-filter=AM", commit, "--not", f"--remotes={remote}", "--", store, alone=True,
    )  # fmt: skip
    try:
        out, _ = running.communicate(timeout=PUSH_WAIT)
    except subprocess.TimeoutExpired:
        process.end(running)
        return []
    return _raw(out)


def _raw(out: bytes) -> list[Staged]:
    fields = iter(out.split(b"\0"))
    found = []
    for header in fields:
        if not header.strip():
            continue
        old, mode, _, blob, letter = header.strip().decode("ascii").lstrip(":").split(" ")
        path = os.fsdecode(next(fields))
        if mode.startswith("100") and blob.strip("0"):
            found.append(Staged(path, blob, letter == "A"))
        elif letter == "D" and old.startswith("100"):
            found.append(Staged(path, "", False))
    return found


def add(repository: Repository, paths: Sequence[str]) -> None:
    """Put files as they are now into the index; ``paths`` are from ``repository.directory``.

    Raises:
        GitFailed: git refuses.

    """
    named = b"".join(os.fsencode(path) + b"\0" for path in paths)
    process.demand(repository.directory, "update-index", "--add", "-z", "--stdin", stdin=named)


def leave_out(repository: Repository, paths: Sequence[str]) -> None:
    """Take files out of the index, and leave them where they are; ``paths`` are from ``repository.directory``.

    Raises:
        GitFailed: git refuses.

    """
    named = b"".join(os.fsencode(path) + b"\0" for path in paths)
    process.demand(repository.directory, "update-index", "--force-remove", "-z", "--stdin", stdin=named)


def blobs(repository: Repository, paths: Iterable[str], tree: str | None = None) -> dict[str, str]:
    """The blobs at ``paths`` (from the top) in the index, or in ``tree``."""
    words = ("ls-tree", "-z", "--full-tree", tree) if tree else ("ls-files", "-s", "-z", "--full-name")
    out = process.run(repository.top, *words, "--", *paths).out
    found = {}
    for row in out.split(b"\0"):
        header, _, path = row.partition(b"\t")
        if path:
            found[os.fsdecode(path)] = header.split(b" ")[2 if tree else 1].decode("ascii")
    return found


def put(repository: Repository, wanted: Mapping[str, str]) -> None:
    """Give the index the blobs that ``wanted`` names by path from the top, whatever the worktree has there.

    Raises:
        GitFailed: git refuses.

    """
    rows = b"".join(b"100644 %b\t%b\0" % (blob.encode(), os.fsencode(path)) for path, blob in wanted.items())
    process.demand(repository.top, "update-index", "-z", "--index-info", stdin=rows)


def is_partial(repository: Repository, environment: Mapping[str, str]) -> bool:
    """Whether a commit is being made of an index of its own, beside which the usual one stays: git's for a commit of some
    paths, or one that a tool has named.
    """
    folder, name = os.path.split(os.path.join(repository.top, environment.get("GIT_INDEX_FILE", "index")))
    if "GIT_INDEX_FILE" not in environment:
        return False
    usual = name in ("index", "index.lock")  # the latter for a `commit -a`
    return not usual or os.path.realpath(folder) != os.path.realpath(repository.git_dir)


def with_trailers(directory: str, message: str, trailers: Sequence[str]) -> bool:
    """Add ``trailers`` to the message in the file ``message``, where it has them not yet; whether git did it."""
    words = [word for trailer in trailers for word in ("--trailer", trailer)]
    done = process.run(
        directory, "interpret-trailers", "--in-place", "--if-exists", "addIfDifferent", *words, message
    )
    return done.code == 0


def is_empty(directory: str, message: bytes) -> bool:
    """Whether a message says nothing but comments."""
    return not process.run(directory, "stripspace", "--strip-comments", stdin=message).out.strip()
