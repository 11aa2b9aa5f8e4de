"""Where HEAD stands when it names no branch, and what git is in the middle of."""

import os
from collections.abc import Mapping

from agentmem.git import process, stubs
from agentmem.git.repository import Repository

_UNDER_WAY = (
    ("rebase-merge", "rebase"),
    ("rebase-apply", "rebase"),
    ("MERGE_HEAD", "merge"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("SQUASH_MSG", "squash merge"),
    ("sequencer", "cherry-pick"),  # of several, between two of them
)

CI_BRANCHES = (
    "GITHUB_HEAD_REF",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
    "CI_COMMIT_BRANCH",
    "BITBUCKET_BRANCH",
    "BUILDKITE_BRANCH",
    "CIRCLE_BRANCH",
    "DRONE_SOURCE_BRANCH",
    "DRONE_BRANCH",
    "TRAVIS_PULL_REQUEST_BRANCH",
    "TRAVIS_BRANCH",
    "SYSTEM_PULLREQUEST_SOURCEBRANCH",
    "CHANGE_BRANCH",
    "GIT_LOCAL_BRANCH",
)
"""Variables in which CI systems, which check out commits, say what branch a run is for; a pull request's source comes first."""


def under_way(repository: Repository) -> str | None:
    """What waits to be finished: rebase, merge, cherry-pick, revert, squash merge; None where nothing does."""
    for name, what in _UNDER_WAY:
        if os.path.exists(os.path.join(repository.git_dir, name)):
            return what
    return None


def takes_along(repository: Repository) -> bool:
    """Whether the next commit here takes memories along: git's hooks do, on a branch, while nothing waits to be finished."""
    return (
        repository.branch is not None
        and under_way(repository) is None
        and stubs.are_in(repository.common_dir)
    )


def bisecting(repository: Repository) -> bool:
    """Whether a bisect is in progress."""
    return os.path.exists(os.path.join(repository.git_dir, "BISECT_LOG"))


def branch(repository: Repository) -> str | None:
    """The branch at hand: what HEAD names, else the one that is being rebased; None on any other detached HEAD."""
    return repository.branch or rebased_branch(repository)


def is_name(repository: Repository, name: str) -> bool:
    """Whether git would take ``name`` for a branch."""
    if name.startswith("-"):
        return False
    return process.run(repository.directory, "check-ref-format", f"refs/heads/{name}").code == 0


def rebased_branch(repository: Repository) -> str | None:
    """The branch that a rebase in progress will move; None without one, or where it began on a detached HEAD."""
    return branch_being_rebased(repository.git_dir)


def branch_being_rebased(git_dir: str) -> str | None:
    """The same of the worktree whose git dir is ``git_dir``."""
    for folder in ("rebase-merge", "rebase-apply"):
        path = os.path.join(git_dir, folder, "head-name")
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                name = file.read().strip()
        except OSError:
            continue
        if name.startswith("refs/heads/"):
            return name.removeprefix("refs/heads/")
    return None


def ci_branch(environment: Mapping[str, str]) -> str | None:
    """The branch that a CI system says its run is for."""
    for name in CI_BRANCHES:
        if value := environment.get(name):
            return value.removeprefix("refs/heads/")
    if environment.get("GITHUB_REF_TYPE") == "branch":
        return environment.get("GITHUB_REF_NAME") or None
    build = environment.get("BUILD_SOURCEBRANCH", "")  # Azure; its short form loses folders
    return build.removeprefix("refs/heads/") if build.startswith("refs/heads/") else None
