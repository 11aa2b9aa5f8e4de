"""Which branch is trunk, and what has changed in the code."""

import os

from agentmem.errors import UsageError
from agentmem.git import process
from agentmem.git.repository import Repository


def guess(repository: Repository) -> str | None:
    """Trunk by ``origin/HEAD``, else ``main`` or ``master`` where one of them exists, else the branch at hand before the first
    commit; None where nothing tells.
    """
    remote = process.run(repository.git_dir, "symbolic-ref", "-q", "--short", "refs/remotes/origin/HEAD")
    if remote.code == 0:
        return os.fsdecode(remote.out).strip().removeprefix("origin/")
    heads = process.run(
        repository.git_dir,
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


def changed_files(repository: Repository, revision: str | None = None) -> list[str]:
    """The paths, from the worktree's top, that differ from ``revision`` (None: HEAD) in the worktree, untracked ones included.

    Raises:
        UsageError: no such revision.

    """
    top = repository.top
    base = revision or ("HEAD" if repository.head else None)
    found: list[str] = []
    if revision and process.run(top, "rev-parse", "-q", "--verify", f"{revision}^{{commit}}").code:
        raise UsageError(f'no revision "{revision}" here')
    if base:
        found += process.paths(
            process.demand(top, "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", base, "--")
        )
    else:
        found += process.paths(process.demand(top, "ls-files", "-z"))
    found += process.paths(process.demand(top, "ls-files", "-o", "-z", "--exclude-standard"))
    return sorted(set(found))
