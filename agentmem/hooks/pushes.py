"""The hook before a push: what was claimed here goes along, and what is wrong in what goes is told. It never stops a push."""

import os
import sys
from collections.abc import Sequence

from agentmem.actions import awaiting
from agentmem.git import process, staging
from agentmem.git.repository import Probe, Repository
from agentmem.hooks.running import say
from agentmem.output import hooking
from agentmem.store import config, layout

MOST = 500
"""Files of the pushed commits that are looked at, the newest."""


def run(top: str, store: str, words: Sequence[str]) -> None:
    """Run it for one store: git tells which refs go where on standard input.

    Raises:
        AgentmemError: what goes wrong; the push goes on.

    """
    remote = words[0] if words else ""
    pushed = [line.split(" ") for line in sys.stdin.read().splitlines()]
    pushed = [parts for parts in pushed if len(parts) == 4 and parts[1].strip("0")]
    folder, name = os.path.split(os.path.join(top, store))
    probe = Probe(folder, name, None)
    try:
        repository = probe.repository()
        _, differences = probe.differences(repository)
    finally:
        probe.close()
    if pushed:
        _warn(repository, name, remote, [parts[1] for parts in pushed])
    here = f"refs/heads/{repository.branch}"
    waiting = [
        one for one in differences if not one.deleted and layout.is_kept(one.path.removeprefix(name + "/"))
    ]
    if waiting and any(parts[0] == here for parts in pushed):
        number = len(waiting)
        some = f"{number} memor{'ies' if number > 1 else 'y'}"
        say(hooking.said(f"{some} here not committed, so not pushed"))
    settings = config.load(os.path.join(folder, name))
    if settings.claim_remote == remote and awaiting.unshared(repository, remote):
        _share(top, store)


def _warn(repository: Repository, store: str, remote: str, commits: Sequence[str]) -> None:
    found: dict[tuple[str, str], staging.Staged] = {}
    for commit in commits:
        for one in staging.pushed(repository, commit, remote, store):
            path = one.path.removeprefix(repository.prefix)
            found.setdefault((path, one.blob), one._replace(path=path))
    if not found:
        return
    from agentmem.actions import committing

    errors = committing.examine(repository, store, list(found.values())[:MOST], os.environ)
    if errors:
        say(hooking.pushed(errors))


def _share(top: str, store: str) -> None:
    from agentmem.actions import sharing
    from agentmem.actions.context import Context

    context = Context(top, store)
    try:
        for name in process.LOCATIONS:
            os.environ.pop(name, None)
        sharing.sync(context)
    finally:
        context.close()
