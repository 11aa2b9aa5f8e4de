"""Which branch is trunk, and what has changed in the code."""

import os
import re

from agentmem.errors import GitFailed, UsageError
from agentmem.git import process
from agentmem.git.repository import Repository

_PLAIN = re.compile(r"[\w./-]+", re.ASCII)
"""A path in which a pattern of git's means itself."""


def guess(repository: Repository) -> str | None:
    """Trunk by ``origin/HEAD``, else ``main`` or ``master`` where one of them exists, else the branch at hand before the first
    commit; None where nothing tells.
    """
    remote = process.run(repository.directory, "symbolic-ref", "-q", "--short", "refs/remotes/origin/HEAD")
    if remote.code == 0:
        return os.fsdecode(remote.out).strip().removeprefix("origin/")
    heads = process.run(
        repository.directory,
        "for-each-ref",
        "--format=%(refname:short)",
        "refs/heads/main",
        "refs/heads/master",
    )
    names = os.fsdecode(heads.out).split()
    for name in ("main", "master"):
        if name in names:
            return name
    return repository.branch if repository.head is None else None


def only(repository: Repository) -> str | None:
    """The branch at hand where no other is known, of a remote's neither: others have none else to build on."""
    refs = process.run(
        repository.directory, "for-each-ref", "--count=2", "--format=%(refname)", "refs/heads", "refs/remotes"
    )
    own = os.fsencode(f"refs/heads/{repository.branch}")
    return repository.branch if refs.out.split(b"\n")[:-1] == [own] else None


def changed_files(
    repository: Repository, revision: str | None = None, without: str | None = None
) -> list[str]:
    """The paths, from the worktree's top, that differ from ``revision`` (None: HEAD) in the worktree, untracked ones included.

    The folder ``without`` (from the top) is left out: of a store of 10,000 memories not each file is looked at.

    Raises:
        UsageError: no such revision; GitFailed: git cannot compare.

    """
    top = repository.top
    base = revision or ("HEAD" if repository.head else None)
    found: list[str] = []
    if revision and process.run(top, "rev-parse", "-q", "--verify", f"{revision}^{{commit}}").code:
        raise UsageError(f'no revision "{revision}" here')
    # the words of a pathspec are read as such only where they are not all taken literally
    rest = (":(top)", f":(top,exclude,literal){without}") if without else ()
    magic = ("--no-literal-pathspecs",) if without else ()
    skipped = ("-x", f"/{without}/") if without and _PLAIN.fullmatch(without) else ()
    differing = (*magic, "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", base, "--", *rest)
    asked = differing if base else ("ls-files", "-z")
    others = process.start(top, "ls-files", "-o", "-z", "--exclude-standard", *skipped)  # beside it
    try:
        found += process.paths(process.demand(top, *asked))
    finally:
        untracked = process.finish(others)
    if untracked.code:
        raise GitFailed(f"git ls-files failed: {untracked.err}")
    found += process.paths(untracked.out)
    return sorted({path for path in found if not without or not path.startswith(without + "/")})


def unstaged_files(repository: Repository) -> set[str]:
    """The paths, from the worktree's top, that a commit as it stands leaves out, or whose later edits it does: those that the git
    index has otherwise, and untracked ones.

    Raises:
        GitFailed: git cannot compare.

    """
    words = ("-z", "--modified", "--deleted", "--others", "--exclude-standard")
    return set(process.paths(process.demand(repository.top, "ls-files", *words)))
