"""What history did to the files of a store: one walk, whatever is asked."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from agentmem.git import process
from agentmem.git.repository import Repository

REMEMBERED = 2000
"""Entries of a reflog that are read: what was done here since a task was claimed."""
_MAKES = re.compile(
    r"(?:commit|cherry-pick|revert|am)\b|.*\((?:pick|continue|squash|fixup|reword|edit)\)"
).match
"""What a reflog says of a commit that is made, not fetched, merged or gone to."""

ALL_REFS = ("--branches", "--remotes", "--tags")
"""What stands for a commit where every branch and tag of this clone is meant."""

STEADY = (
    "--no-follow", "--no-renames", "--no-abbrev", "--no-color", "--no-show-signature", "--no-notes", "--root", "--full-history",
    "--encoding=UTF-8",
)  # fmt: skip
"""What a user's configuration (log.follow, log.showRoot, i18n.logOutputEncoding) may have otherwise."""


class Step(NamedTuple):
    """What one commit made of one file: ``old`` and ``new`` are blobs, None where there is none; ``path`` is from the top.

    ``time`` is the committer's, seconds UTC: the moment from which a view of that commit is had. ``sides`` counts what it was
    made of: a merge has several.
    """

    commit: str
    time: int
    author: str
    subject: str
    path: str
    old: str | None
    new: str | None
    sides: int = 1


def steps(repository: Repository, starts: Sequence[str], paths: Iterable[str]) -> Iterator[Step]:
    """Every change that the history of ``starts`` (commits, or ``ALL_REFS``) made to the files at or below ``paths`` (from the
    top), newest first, and no commit before one that follows it.

    Renames are a deletion and an addition: who reads this knows memories by their ids. A merge is told where it differs from
    all its parents; what it differs from is the first of them that has the file.
    """
    if not starts:
        return
    out = process.demand(
        repository.top,
        "log",
        "--date-order",
        "--format=%x00%H%x00%ct%x00%an%x00%s",
        "--raw",
        "-c",
        *STEADY,
        "-z",
        *starts,
        "--",
        *paths,
    )
    yield from _parse(out)


def _parse(out: bytes) -> Iterator[Step]:
    """The records of ``log -z``: nothing in a commit holds a NUL, so each is a fixed number of fields, whatever is in them."""
    head: tuple[str, int, str, str] | None = None
    fields = iter(out.split(b"\0"))
    for field in fields:
        line = field.removeprefix(b"\n")
        if not line:
            continue
        if not line.startswith(b":"):
            time, author, subject = next(fields), next(fields), next(fields)
            head = (
                line.decode("ascii"),
                int(time),
                author.decode("utf-8", "replace"),
                subject.decode("utf-8", "replace"),
            )
            continue
        parents = len(line) - len(line.lstrip(b":"))
        parts = line[parents:].decode("ascii").split(" ")
        modes, blobs = parts[: parents + 1], parts[parents + 1 : 2 * parents + 2]
        path = os.fsdecode(next(fields))
        assert head is not None
        held = [blob if mode.startswith("100") else None for mode, blob in zip(modes, blobs, strict=True)]
        old = next((blob for blob in held[:-1] if blob), None)
        if old or held[-1]:  # else a link or a submodule
            yield Step(*head, path, old, held[-1], parents)


def boundary(repository: Repository) -> frozenset[str]:
    """The commits at which a shallow clone ends: what they hold seems to begin with them."""
    if not repository.shallow:
        return frozenset()
    with open(os.path.join(repository.common_dir, "shallow"), encoding="ascii") as file:
        return frozenset(file.read().split())


def without(repository: Repository, starts: Sequence[str], held: Sequence[str]) -> set[str]:
    """The commits that ``starts`` lead to and ``held`` do not."""
    if not starts:
        return set()
    out = process.demand(repository.directory, "rev-list", *starts, "--not", *held, "--")
    return set(out.decode("ascii").split())


def own_changes(repository: Repository, without: Sequence[str], since: int | None) -> set[str]:
    """The paths, from the top, that the commits of HEAD's own line changed which ``without`` do not lead to; merges bring what
    others did.

    Of those after ``since`` (seconds UTC), where that is given, those alone that were made in this worktree, as far as git's
    reflog tells: a pull brings what others did, too.
    """
    names = ("--format=", "--name-only", "--no-renames", "-z")
    line = ("--first-parent", "--no-merges", "HEAD", "--not", *without)
    if since is None:
        return set(process.paths(process.run(repository.top, "log", *names, *line, "--").out))
    listed = process.run(repository.top, "rev-list", f"--since=@{since}", *line, "--").out
    found = listed.decode("ascii").split()
    made = _made_here(repository)
    if made is not None:
        found = [commit for commit in found if commit in made]
    if not found:
        return set()
    commits = "\n".join(found).encode("ascii")
    return set(
        process.paths(process.run(repository.top, "log", "--no-walk", *names, "--stdin", stdin=commits).out)
    )


def _made_here(repository: Repository) -> set[str] | None:
    """The commits that the reflog of this worktree's HEAD says were made here; None where there is no reflog to say so."""
    out = process.run(repository.top, "log", "-g", f"-{REMEMBERED}", "--format=%H %gs", "HEAD", "--").out
    if not out:
        return None
    entries = (line.partition(" ") for line in out.decode("utf-8", "replace").splitlines())
    return {commit for commit, _, said in entries if _MAKES(said)}


def comes_before(repository: Repository, one: str, other: str) -> bool:
    """Whether the commit ``one`` is in the history of ``other``."""
    return process.run(repository.directory, "merge-base", "--is-ancestor", one, other).code == 0


def merge_base(repository: Repository, one: str, other: str) -> str | None:
    """Where the lines of two commits left each other; None where they have nothing in common in this clone."""
    found = process.run(repository.directory, "merge-base", one, other)
    return found.out.decode("ascii").split()[0] if found.code == 0 else None


def past_blobs(
    repository: Repository, commit: str, paths: Sequence[str], more: Sequence[str] = ()
) -> set[str]:
    """Every blob that the history of ``commit`` (or ``--all``) had at or below one of ``paths`` (from the top); none for no path.

    ``more`` are further words for git that say which commits.
    """
    if not paths:
        return set()
    out = process.run(
        repository.top,
        "log",
        "--format=",
        "--raw",
        "-m",
        *STEADY,
        "-z",
        commit,
        *more,
        "--",
        *paths,
    ).out
    found = set()
    fields = iter(out.split(b"\0"))
    for field in fields:
        line = field.removeprefix(b"\n")
        if line.startswith(b":"):
            found.update(line.decode("ascii").split(" ")[2:4])
            next(fields, None)  # the path, which may begin as a record does
    return {blob for blob in found if blob.strip("0")}


def deleted(repository: Repository, start: str, below: str) -> Iterator[tuple[str, str, str]]:
    """``(path from the top, last blob, commit)`` of each file that the history of the commit ``start`` took away at or below a
    folder, the latest first; a merge is told where all its sides had the file.
    """
    out = process.run(
        repository.top, "log", "--date-order", "--format=%x00%H%x00%ct%x00%an%x00%s", "--raw", "--diff-filter=D", "-c", *STEADY,
        "-z", start, "--", below,
    ).out  # fmt: skip
    for step in _parse(out):
        if step.old and not step.new:
            yield step.path, step.old, step.commit


def took(repository: Repository, starts: Sequence[str], path: str) -> bool:
    """Whether the history of the commits ``starts`` had the file ``path`` (from the top) and took it away."""
    if not starts:
        return False
    words = ("log", "-1", "--format=%H", "--diff-filter=D", *STEADY, *starts, "--", path)
    return bool(process.run(repository.top, *words).out.strip())


def touches(repository: Repository, without: str, most: int) -> tuple[dict[str, list[int]], int]:
    """How many commits ago, 0 for the last, each path from the top was changed by the last ``most`` commits of HEAD.

    Merges and the folder ``without`` are left out. And how many commits that were.
    """
    if repository.head is None:
        return {}, 0
    out = process.run(
        repository.top, "--no-literal-pathspecs", "log", f"-{most}", "--no-merges", "--format=%x00%x01", "--name-only",
        "--no-renames", "-z", "HEAD", "--", ":(top)", f":(top,exclude,literal){without}",
    ).out  # fmt: skip
    found: dict[str, list[int]] = {}
    ago = -1
    for field in out.split(b"\0"):
        line = field.removeprefix(b"\n")
        if line == b"\x01":
            ago += 1
        elif line:
            found.setdefault(os.fsdecode(line), []).append(ago)
    return found, ago + 1


def apart(repository: Repository, one: str, others: Sequence[str]) -> tuple[int, int]:
    """How many commits ``one`` has that none of ``others`` has, and how many these have, together, that it has not."""
    asked = ([one, "--not", *others], [*others, "--not", one])
    running = [process.start(repository.directory, "rev-list", "--count", *words, "--") for words in asked]
    own, theirs = (int(process.finish(one).out or b"0") for one in running)
    return own, theirs


def brought(repository: Repository, path: str, oldest: int) -> str | None:
    """The commit of HEAD's history that added ``path`` (from the top), no older than ``oldest`` (seconds UTC); None: none."""
    if repository.head is None:
        return None
    words = "log", "-1", "--format=%H", "--diff-filter=A", f"--since={oldest}", "HEAD", "--", path
    found = process.run(repository.top, *words).out.decode("ascii").strip()
    return found or None


def added(repository: Repository, below: str, oldest: int) -> set[str]:
    """The files below a folder (from the top) that commits of any branch have added, those no older than ``oldest`` (seconds
    UTC).
    """
    words = (
        "log",
        "--branches",
        "--remotes",
        "--format=",
        "--name-only",
        "-z",
        "--no-renames",
        "--diff-filter=A",
    )
    out = process.run(repository.top, *words, f"--since={oldest}", "--", below).out
    return {os.fsdecode(path) for path in out.split(b"\0") if path}


def counted(repository: Repository, known: tuple[str, int] | None) -> int | None:
    """How many commits HEAD has, itself included; None where a clone is shallow, or has not got them all.

    ``known`` is a commit of which that is known: then no more is walked than what lies between the two.
    """
    if repository.head is None:
        return 0
    if repository.shallow:
        return None
    if known is not None:
        words = "rev-list", "--left-right", "--count", f"{known[0]}...{repository.head}", "--"
        found = process.run(repository.directory, *words)
        if found.code == 0:
            lost, new = map(int, found.out.split())
            return known[1] - lost + new
    found = process.run(repository.directory, "rev-list", "--count", repository.head, "--")
    return int(found.out) if found.code == 0 else None
