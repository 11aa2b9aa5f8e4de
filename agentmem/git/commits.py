"""Commits and history through GitPython: off the hot path, since its import alone costs 80 ms."""

import os
from collections.abc import Collection, Iterator, Sequence

from agentmem.errors import GitFailed
from agentmem.git import objects, process, stubs
from agentmem.git.repository import Repository

MANY = 500
"""Paths up to which they are words of a command line, which takes some 2 MB."""
_PLAIN = dict.fromkeys(process.PATHSPECS, "0")
"""For GitPython, which takes nothing out of the environment."""


def stage(repository: Repository, paths: Sequence[str]) -> None:
    """Add ``paths`` (absolute) to the git index; nothing else is touched.

    Raises:
        GitFailed: git refuses.

    """
    from git import Repo
    from git.exc import GitError

    # of what is gone from both, worktree and git index, git add says that it matches nothing
    absent = {path for path in paths if not os.path.lexists(path)}
    gone = absent - _staged(repository, absent)
    paths = [path for path in paths if path not in gone]
    if not paths:
        return
    if len(paths) > MANY:
        _with_paths(repository, ("add", "--force", "--sparse"), paths)
        return
    try:
        with Repo(repository.top, expand_vars=False) as repo:
            try:
                repo.git.add("--force", "--sparse", "--", *paths, env=_PLAIN)
            except GitError as error:
                if "unknown option" not in str(error):
                    raise
                repo.git.add("--force", "--", *paths, env=_PLAIN)  # git before 2.34
    except GitError as error:
        raise GitFailed(
            f"git add failed: {_words(error)}", "the memory is written; stage it by hand"
        ) from None


def _staged(repository: Repository, paths: Collection[str]) -> set[str]:
    """Those of ``paths`` (absolute) that the git index holds."""
    if not paths:
        return set()
    asked = paths if len(paths) <= MANY else ()
    held = set(process.paths(process.run(repository.top, "ls-files", "-z", "--full-name", "--", *asked).out))
    top = os.path.realpath(repository.top)

    def from_top(path: str) -> str:
        folder, name = os.path.split(path)
        return os.path.relpath(os.path.join(os.path.realpath(folder), name), top).replace(os.sep, "/")

    return {path for path in paths if from_top(path) in held}


def _with_paths(repository: Repository, words: Sequence[str], paths: Sequence[str]) -> None:
    """Run git with more paths than a command line takes.

    Raises:
        GitFailed: git refuses, or knows no such option (before 2.26).

    """
    named = b"\0".join(os.fsencode(path) for path in paths)
    process.demand(
        repository.top, *words, "--pathspec-from-file=-", "--pathspec-file-nul", stdin=named + b"\0"
    )


def commit_alone(repository: Repository, paths: Sequence[str], message: str) -> str:
    """Commit ``paths`` (absolute) and nothing else, whatever is staged besides; the commit's id.

    Raises:
        GitFailed: git or one of the user's hooks refuses; the files stay written and staged.

    """
    from git import Repo
    from git.exc import GitError

    stage(repository, paths)
    try:
        if len(paths) > MANY:
            _with_paths(repository, ("commit", "--quiet", "--only", "-m", message), paths)
        else:
            with Repo(repository.top, expand_vars=False) as repo:
                repo.git.commit(
                    "--quiet", "--only", "-m", message, "--", *paths, env={**_PLAIN, stubs.OFF: "off"}
                )
    except GitError as error:
        raise GitFailed(f"git commit failed: {_words(error)}", "the memory is written and staged") from None
    return process.demand(repository.top, "rev-parse", "HEAD").decode("ascii").strip()


def commit_staged(repository: Repository, paths: Sequence[str], message: str) -> str:
    """Commit what is staged, and ``paths`` (absolute) with it; nothing that is not staged; the commit's id.

    Raises:
        GitFailed: git or one of the user's hooks refuses; the files stay written and staged.

    """
    from git import Repo
    from git.exc import GitError

    stage(repository, paths)
    try:
        with Repo(repository.top, expand_vars=False) as repo:
            repo.git.commit("--quiet", f"--message={message}", env={**_PLAIN, stubs.OFF: "off"})
    except GitError as error:
        raise GitFailed(
            f"git commit failed: {_words(error)}",
            "the entry is written and staged; mend it, then: git commit",
        ) from None
    return process.demand(repository.top, "rev-parse", "HEAD").decode("ascii").strip()


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
        raise GitFailed(f"git log failed: {_words(error)}") from None
    fields = iter(out.split("\0"))
    for header in fields:
        if header.startswith(":100"):
            path = next(fields)
            yield path.removeprefix(below + "/"), header.split(" ")[2]


def _words(error: Exception) -> str:
    said = str(getattr(error, "stderr", "") or "").strip().removeprefix("stderr:").strip(" '\n")
    if not said and (status := getattr(error, "status", None)):
        return f"it exited with {status} and said nothing (a hook?)"
    text = said or str(error).strip()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix("stderr: ").strip("' ") if lines else type(error).__name__
