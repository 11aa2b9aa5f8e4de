"""The hooks after a switch, a merge, a rebase: a new worktree is made ready, and what waits is told in one line.

Nothing in the worktree is touched.
"""

import os
import time
from collections.abc import Sequence

from agentmem.actions import awaiting
from agentmem.git import state
from agentmem.git.repository import Probe, Repository
from agentmem.hooks.running import say
from agentmem.store import config


def run(top: str, store: str, hook: str, words: Sequence[str]) -> None:
    """Run one of them for one store.

    Raises:
        AgentmemError: what goes wrong; git goes on.

    """
    folder, name = os.path.split(os.path.join(top, store))
    probe = Probe(folder, name, None)
    try:
        repository = probe.repository()
        if hook == "post-checkout" and words and not words[0].strip("0"):
            _set_up(repository)
        settings = config.load(os.path.join(folder, name))
        told = _told(probe, repository, name, settings, switched=hook == "post-checkout")
    finally:
        probe.close()
    if told:
        from agentmem.output import hooking

        say(hooking.said("; ".join(told)))


def _set_up(repository: Repository) -> None:
    """What a new worktree needs of its clone."""
    from agentmem.git import driver

    if driver.current(repository.top) is None:
        driver.configure(repository.top, repository.common_dir)


def _told(
    probe: Probe, repository: Repository, store: str, settings: config.Config, switched: bool
) -> list[str]:
    told = []
    if switched:
        _, differences = probe.differences(repository)
        if differences:
            for branch, number in awaiting.carried(repository, store, differences).items():
                some = f"{number} file{'s' * (number > 1)} of {branch}"
                told.append(
                    f"{some} came along uncommitted: commit there, or agentmem overlay adopt {branch}"
                )
        left = awaiting.handed_on(repository, _now())
        if left:
            told.append(f"{', '.join(left)}: agentmem brief")
        return told
    if settings.trunk is not None and repository.branch == settings.trunk:
        waiting = awaiting.pending(repository, store, probe.differences(repository)[1])
        if waiting.ready:
            some = f"{waiting.ready} change{'s' * (waiting.ready > 1)} of branches"
            doing = state.under_way(repository)  # a squash merge is, until somebody commits it
            first = f", when the {doing} is committed" if doing else ""
            told.append(f"{some} can be taken up{first}: agentmem overlay promote")
        if waiting.stuck:
            some = f"{waiting.stuck} change{'s' * (waiting.stuck > 1)} of branches"
            from agentmem.model import ids

            one = waiting.memories[0][: ids.SHORT]
            more = f" (and {len(waiting.memories) - 1} more: agentmem check)" * (len(waiting.memories) > 1)
            told.append(f"{some} in CONFLICT: agentmem show {one}, then agentmem edit {one}{more}")
    if settings.claim_remote and (number := awaiting.unshared(repository, settings.claim_remote)):
        told.append(f"{number} claim{'s' * (number > 1)} not shared yet: agentmem sync")
    return told


def _now() -> int:
    from agentmem.model import times

    fixed = os.environ.get("AGENTMEM_NOW")
    try:
        return times.parse_iso(fixed) if fixed else int(time.time())
    except ValueError:
        return int(time.time())
