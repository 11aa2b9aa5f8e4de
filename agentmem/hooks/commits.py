"""The hooks around a commit: what it takes, what its message says, what the git index has after it."""

import os
import subprocess
from collections.abc import Sequence

from agentmem.git.repository import Probe, Repository
from agentmem.hooks.running import say

MOST = 40
"""Entries that a message names: a commit that brings more is an import, or a history, and closes nothing itself."""


def run(top: str, store: str, hook: str, words: Sequence[str]) -> bool:
    """Run one of them for one store; whether the commit is to be stopped.

    Raises:
        AgentmemError: what goes wrong; the commit is made.

    """
    folder, name = os.path.split(os.path.join(top, store))
    probe = Probe(folder, name, None)
    try:
        if hook == "pre-commit":
            from agentmem.git import staging

            return _before(probe, name, staging.ask(folder))
        repository = probe.repository()
        from agentmem.actions import committing

        if hook == "post-commit":
            os.environ.pop("GIT_INDEX_FILE", None)  # the usual one is meant, whichever the commit was made of
            committing.readd(repository)
        elif words:
            _message(probe, name, words)
        return False
    finally:
        probe.close()


def _before(probe: Probe, store: str, asked: "subprocess.Popen[bytes]") -> bool:
    repository = probe.repository()
    if _wrote_lately(repository):  # what will be needed is imported while git works
        from agentmem.actions import committing
    _, differences = probe.differences(repository)
    from agentmem.git import rules, staging, stubs

    if os.path.lexists(os.path.join(repository.git_dir, stubs.AFTER_COMMIT)):
        from agentmem.actions import committing

        committing.forget(repository)  # of a commit that was not made
    if not differences:
        asked.communicate()
        return False
    new = rules.new_paths(repository, differences)
    hidden = rules.ask_ignored(repository.top, new) if new else None
    from agentmem.actions import committing
    from agentmem.output import hooking

    staged, is_any = staging.staged(repository, store, asked)
    result = committing.prepare(repository, store, differences, os.environ, staged, hidden)
    say(hooking.prepared(result, alone=not is_any))
    return result.blocked


def _wrote_lately(repository: Repository) -> bool:
    """Whether the journal tells of a write after HEAD was moved last; a guess, which costs a look at two folders."""
    try:
        newest = max(os.listdir(os.path.join(repository.common_dir, "agentmem", "journal")), default="")
        moved = os.stat(os.path.join(repository.git_dir, "logs", "HEAD")).st_mtime_ns
        return int(newest.partition("-")[0]) > moved
    except (OSError, ValueError):
        return False


def _message(probe: Probe, store: str, words: Sequence[str]) -> None:
    """Say in a message which tasks the commit closes.

    Not where an editor opens on an empty one: a message that has trailers alone would be taken, where an empty one ends it.
    """
    from agentmem.actions import committing
    from agentmem.git import staging
    from agentmem.model import trailers

    repository = probe.repository()
    path = os.path.join(repository.top, words[0])
    with open(path, "rb") as file:
        message = file.read()
    if staging.is_empty(repository.top, message):
        return
    closings = committing.closings(repository, store)
    if len(closings) > MOST:
        return
    named: list[str] = []
    for entry, tasks in closings:
        named += trailers.written(tasks, entry).splitlines()
    if named:
        staging.with_trailers(repository.top, path, list(dict.fromkeys(named)))
