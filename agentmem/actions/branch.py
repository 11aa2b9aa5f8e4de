"""The branch that a write is for, and its overlay; a file of its own, since every `add` asks and pays for what it imports."""

import os

from agentmem.actions.context import Context
from agentmem.errors import UsageError
from agentmem.git import state
from agentmem.store import layout


def at_hand(context: Context) -> str | None:
    """The branch that is worked on: HEAD's, the one that is being rebased, or what CI says of its detached HEAD."""
    return state.branch(context.repository) or state.ci_branch(context.environment)


def branch_for_writing(context: Context, explicit: str | None = None, verb: str = "add …") -> str | None:
    """The branch that a write is for; None before the first commit of a HEAD that names none.

    Raises:
        UsageError: HEAD is detached and nothing says which (the hint has the way out), or ``explicit`` can be no branch.

    """
    repository = context.repository
    named = explicit.removeprefix("refs/heads/") if explicit else None
    if explicit and not (named and state.is_name(repository, named)):
        raise UsageError(f"--branch: {explicit!r} cannot be the name of a branch")
    branch = named or at_hand(context)
    if branch:
        _record(context, branch)
        return branch
    if repository.head is None or repository.bare:
        return None
    doing = "bisect in progress" if state.bisecting(repository) else state.under_way(repository)
    if doing and "in progress" not in doing:
        doing += " in progress"
    about = f" ({doing})" if doing else ""
    import shlex

    raise UsageError(
        f"HEAD is detached at {repository.head[:7]}{about}; which branch is this memory for?",
        f"agentmem {verb} --branch {shlex.quote(_likely_branch(context))}",
    )


def _likely_branch(context: Context) -> str:
    from agentmem.git import process

    start = os.path.join(context.repository.git_dir, "BISECT_START")
    if os.path.exists(start):
        with open(start, encoding="utf-8", errors="replace") as file:
            return file.read().strip().removeprefix("refs/heads/")
    out = process.run(
        context.repository.directory,
        "for-each-ref", "--sort=-committerdate", "--format=%(refname:lstrip=2)", "--contains", "HEAD", "refs/heads",
    ).out  # fmt: skip
    names = os.fsdecode(out).splitlines()
    if not names or context.trunk in names:
        return context.trunk or "BRANCH"
    return names[0]


def _record(context: Context, branch: str) -> None:
    if branch == context.trunk:
        return
    from agentmem.git import settings

    if settings.overlay_of(context.repository, branch) is None:
        settings.record_overlay(context.repository, branch, layout.overlay_folder(branch))


def folder_of(context: Context, branch: str) -> str:
    """The overlay folder of ``branch``: the one that was recorded before it was renamed, else the one of its name."""
    from agentmem.git import settings

    return settings.overlay_of(context.repository, branch) or layout.overlay_folder(branch)
