"""Commits and history through GitPython: off the hot path, since its import alone costs 80 ms."""

import os
import re
import time
from collections.abc import Collection, Iterator, Mapping, Sequence

from agentmem.errors import Contended, GitFailed
from agentmem.git import objects, process, stubs
from agentmem.git.repository import Repository

MANY = 500
"""Paths up to which they are words of a command line, which takes some 2 MB."""
WAIT, PAUSE = 3.0, 0.05
"""Seconds for which a lock that another git holds is waited for, and between two looks: most are held for some milliseconds."""
UNLOCKED = "when another git, or an editor that it waits for, is done"
"""When a lock is gone, in words: by itself, and not by anybody who takes it away."""
_PLAIN = dict.fromkeys(process.PATHSPECS, "0")
"""For GitPython, which takes nothing out of the environment."""
_LOCK = re.compile(r"Unable to create '(.+\.lock)': File exists").search


def stage(repository: Repository, paths: Sequence[str]) -> None:
    """Add ``paths`` (absolute) to the git index; nothing else is touched.

    Raises:
        GitFailed: git refuses; Contended: another git keeps the index locked.

    """
    # of what is gone from both, worktree and git index, git add says that it matches nothing
    absent = {path for path in paths if not os.path.lexists(path)}
    gone = absent - _staged(repository, absent).keys()
    paths = [path for path in paths if path not in gone]
    if not paths:
        return
    said = _done(repository, ("add", "--force", "--sparse"), paths)
    if said is not None and "unknown option" in said:
        said = _done(repository, ("add", "--force"), paths)  # git before 2.34
    _demand("add", said, "the memory is written; stage it by hand", "the memory is written; stage it by hand")


def unstage(repository: Repository, made: Mapping[str, str | None]) -> None:
    """Have the git index hold what HEAD does at the paths (absolute) of ``made`` where it holds the blob that is given, nothing
    for None, whatever it is for an empty one; the worktree is not touched.

    Raises:
        GitFailed: git refuses; Contended: another git keeps the index locked.

    """
    held = _staged(repository, made)
    ours = [path for path, blob in made.items() if blob == "" or held.get(path) == blob]
    if ours:
        _demand("reset", _done(repository, ("reset", "--quiet", "HEAD"), ours), None, "run it again")


def _staged(repository: Repository, paths: Collection[str]) -> dict[str, str]:
    """Those of ``paths`` (absolute) that the git index holds, with their blobs."""
    if not paths:
        return {}
    asked = paths if len(paths) <= MANY else ()
    out = process.run(repository.top, "ls-files", "--stage", "-z", "--full-name", "--", *asked).out
    held = {}
    for line in process.paths(out):
        entry, _, path = line.partition("\t")
        held[path] = entry.split(" ")[1]
    top = os.path.realpath(repository.top)

    def from_top(path: str) -> str:
        folder, name = os.path.split(path)
        return os.path.relpath(os.path.join(os.path.realpath(folder), name), top).replace(os.sep, "/")

    return {path: held[inner] for path in paths if (inner := from_top(path)) in held}


def commit_alone(repository: Repository, paths: Sequence[str], message: str) -> str:
    """Commit ``paths`` (absolute) and nothing else, whatever is staged besides; the commit's id.

    Raises:
        GitFailed: git or one of the user's hooks refuses; Contended: another git keeps the index or the branch locked. The files
            stay written and staged.

    """
    stage(repository, paths)
    said = _done(repository, ("commit", "--quiet", "--only", "-m", message), paths)
    _demand(
        "commit", said, "the memory is written and staged", "the memory is written and staged; git commit"
    )
    return process.demand(repository.top, "rev-parse", "HEAD").decode("ascii").strip()


def commit_staged(repository: Repository, paths: Sequence[str], message: str) -> str:
    """Commit what is staged, and ``paths`` (absolute) with it; nothing that is not staged; the commit's id.

    Raises:
        GitFailed: git or one of the user's hooks refuses; Contended: another git keeps the index or the branch locked. The files
            stay written and staged.

    """
    stage(repository, paths)
    said = _done(repository, ("commit", "--quiet", f"--message={message}"), ())
    staged = "the entry is written and staged"
    _demand("commit", said, f"{staged}; mend it, then: git commit", f"{staged}; git commit")
    return process.demand(repository.top, "rev-parse", "HEAD").decode("ascii").strip()


def _done(repository: Repository, words: Sequence[str], paths: Sequence[str]) -> str | None:
    """Run git on ``paths`` (absolute), again for a while where another git is at work; None, or what it said when it refused."""
    from git import Repo
    from git.exc import GitError

    deadline = time.monotonic() + WAIT
    while True:
        said: str | None = None
        if len(paths) > MANY:
            # more than a command line takes; git before 2.26 knows no such option
            named = b"\0".join(map(os.fsencode, paths)) + b"\0"
            found = process.run(
                repository.top, *words, "--pathspec-from-file=-", "--pathspec-file-nul", stdin=named
            )
            said = found.err or f"it exited with {found.code}" if found.code else None
        else:
            try:
                with Repo(repository.top, expand_vars=False) as repo:
                    more = ("--", *paths) if paths else ()
                    getattr(repo.git, words[0])(*words[1:], *more, env={**_PLAIN, stubs.OFF: "off"})
            except GitError as error:
                said = _words(error)
        if said is None or not _LOCK(said) or time.monotonic() >= deadline:
            return said
        time.sleep(PAUSE)


def _demand(verb: str, said: str | None, refused: str | None, locked: str) -> None:
    """Raise what came of it where git ``said`` anything: ``refused`` is what to do then, ``locked`` what once a lock is gone."""
    if said is None:
        return
    if lock := _LOCK(said):
        raise Contended(
            f"git is locked: {lock[1]} exists",
            f"{locked} {UNLOCKED}",
        )
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    raise GitFailed(f"git {verb} failed: {lines[-1] if lines else said}", refused)


def deleted_versions(repository: Repository, below: str) -> Iterator[tuple[str, str]]:
    """``(path below the store, blob id)`` of the files that HEAD holds there, and then of those that any history of
    this clone had and took away, the latest first.

    ``below`` leads from the worktree's top to the store.

    Raises:
        GitFailed: git refuses.

    """
    from git import Repo
    from git.exc import GitError

    if repository.head:
        yield from objects.list_tree(repository, repository.head, below)
    pathspec = f":(top,literal){below}"
    try:
        with Repo(repository.top, expand_vars=False) as repo:
            out = repo.git.log(
                "--all",
                "--format=",
                "--raw",
                "--no-abbrev",
                "--no-renames",
                "--diff-filter=D",
                "-z",
                "--",
                pathspec,
                env=_PLAIN,
            )
    except GitError as error:
        raise GitFailed(f"git log failed: {_words(error).splitlines()[-1]}") from None
    fields = iter(out.split("\0"))
    for header in fields:
        if header.startswith(":100"):
            path = next(fields)
            yield path.removeprefix(below + "/"), header.split(" ")[2]


def _words(error: Exception) -> str:
    """All that git said."""
    said = str(getattr(error, "stderr", "") or "").strip().removeprefix("stderr:").strip(" '\n")
    if not said and (status := getattr(error, "status", None)):
        return f"it exited with {status} and said nothing (a hook?)"
    return said or str(error).strip() or type(error).__name__
