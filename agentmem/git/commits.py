"""Commits and history through GitPython: off the hot path, since its import alone costs 80 ms."""

import os
from collections.abc import Sequence

from agentmem.errors import GitFailed
from agentmem.git.repository import Repository


def stage(repository: Repository, paths: Sequence[str]) -> None:
    """Add ``paths`` (absolute) to the git index; nothing else is touched.

    Raises:
        GitFailed: git refuses.

    """
    from git import Repo
    from git.exc import GitError

    try:
        with Repo(repository.top) as repo:
            repo.git.add("--force", "--", *paths)
    except GitError as error:
        raise GitFailed(
            f"git add failed: {_words(error)}", "the memory is written; stage it by hand"
        ) from None


def commit_alone(repository: Repository, paths: Sequence[str], message: str) -> str:
    """Commit ``paths`` (absolute) and nothing else, whatever is staged besides; the commit's id.

    Raises:
        GitFailed: git or one of the user's hooks refuses; the files stay written and staged.

    """
    from git import Repo
    from git.exc import GitError

    stage(repository, paths)
    try:
        with Repo(repository.top) as repo:
            repo.git.commit("--quiet", "--only", "-m", message, "--", *paths)
            return str(repo.head.commit.hexsha)
    except GitError as error:
        raise GitFailed(f"git commit failed: {_words(error)}", "the memory is written and staged") from None


def last_version(repository: Repository, below: str, identity: str) -> tuple[str, bytes] | None:
    """``(path below the store, content)`` of the memory whose file name ends in ``identity`` when it was last in any history
    that this clone has; None where none had it. ``below`` leads from the worktree's top to the store.
    """
    from git import Repo
    from git.exc import GitError

    pattern = f":(glob){below}/**/*{identity}*.md"
    try:
        with Repo(repository.top) as repo:
            out = repo.git.log(
                "--all", "-1", "--format=%H", "--diff-filter=D", "--name-only", "-z", "--", pattern
            )
            if not out:
                return None
            commit, _, rest = out.partition("\0")
            path = rest.strip("\0\n").split("\0")[0]
            data = repo.git.show(
                f"{commit.strip()}^:{path}", stdout_as_string=False, strip_newline_in_stdout=False
            )
    except GitError as error:
        raise GitFailed(f"git log failed: {_words(error)}") from None
    return os.path.relpath(path, below).replace(os.sep, "/"), data


def _words(error: Exception) -> str:
    text = str(getattr(error, "stderr", "") or error).strip()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix("stderr: ").strip("' ") if lines else type(error).__name__
