"""Refs of ours over a remote: fetched beside our own, pushed with a lease. A remote that is away costs three seconds, no more."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agentmem.git import process, refs, settings
from agentmem.git.repository import Repository

WAIT = 3.0
"""Seconds after which a remote counts as away."""
LOCKED, PAUSE = 2.0, 0.02
"""Seconds for which a fetch is tried again that meets another of this clone, and between two tries."""

AWAY, REFUSED, STALE, MISSING = "away", "refused", "stale", "missing"
"""What went wrong: no answer, a host that takes no such refs, a ref that is not where it was, a name that is no remote here."""

_QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "GCM_INTERACTIVE": "never",
}
_SSH = "ssh -o BatchMode=yes -o ConnectTimeout=3"


class Pushed(NamedTuple):
    """What became of a push: ``problem`` is None where the remote has taken it, ``said`` git's last words."""

    problem: str | None
    said: str = ""


def _run(repository: Repository, *words: str) -> process.Result | None:
    """Run git against a remote; None where it does not end in time."""
    env = (
        {**_QUIET}
        if os.environ.get("GIT_SSH_COMMAND") or os.environ.get("GIT_SSH")
        else {**_QUIET, "GIT_SSH_COMMAND": _SSH}
    )
    # at the top, where git resolves a remote that is a relative path
    running = process.start(repository.top, *words, env=env, alone=True)
    try:
        out, err = running.communicate(timeout=WAIT)
    except subprocess.TimeoutExpired:
        process.end(running)
        return None
    return process.Result(running.returncode, out, err.decode("utf-8", "replace").strip())


def listed(repository: Repository, remote: str, patterns: Sequence[str]) -> dict[str, str] | None:
    """The commit of each ref of ``remote`` that fits one of ``patterns``; None where it is away."""
    result = _run(repository, "ls-remote", "--quiet", "--refs", remote, *patterns)
    if result is None or result.code:
        return None
    pairs = [line.split("\t", 1) for line in os.fsdecode(result.out).splitlines() if "\t" in line]
    return {name: commit for commit, name in pairs}


def fetch(repository: Repository, remote: str, folders: Mapping[str, str]) -> bool:
    """Bring the refs below each folder of ``remote`` to below ours, which follow wherever those go; False where it is away.

    Raises:
        NotWritable: it answers, and what it gives cannot be written here.

    """
    deadline = time.monotonic() + LOCKED
    while True:
        result = _run(
            repository, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--prune", "--no-recurse-submodules",
            "--no-auto-maintenance", remote, *(f"+{theirs}/*:{ours}/*" for theirs, ours in folders.items()),
        )  # fmt: skip
        if result is None or not result.code:
            return result is not None
        # another worktree of this clone fetches at the same time: that is no remote that is away
        if not _is_contended(result.err) or time.monotonic() >= deadline:
            break
        time.sleep(PAUSE)
    problem = refs.unwritable(repository, result.err)
    # the words may be those of a remote that lets nobody in: then it shows nothing either
    if problem and listed(repository, remote, [f"{next(iter(folders))}/*"]) is not None:
        raise problem
    return False


def push(
    repository: Repository, remote: str, moves: Sequence[tuple[str, str, str | None]]
) -> dict[str, Pushed]:
    """Move refs of ``remote``, each only from where it is expected: ``(ref, new commit, expected commit or None)``.

    What became of each, by ref. Without ``--atomic``: one that lost does not hold back the others.
    """
    if not moves:
        return {}
    leases = [f"--force-with-lease={ref}:{old or ''}" for ref, _, old in moves]
    specs = [f"{new}:{ref}" for ref, new, _ in moves]
    result = _run(
        repository,
        "push",
        "--porcelain",
        "--no-verify",
        "--no-follow-tags",
        "--recurse-submodules=no",
        *leases,
        remote,
        *specs,
    )
    if result is None:
        return {ref: Pushed(AWAY) for ref, _, _ in moves}
    told = _told(os.fsdecode(result.out))
    if not told and result.code:
        said = result.err.splitlines()[-1] if result.err else ""
        problem = REFUSED if _is_refusal(result.err) else AWAY
        return {ref: Pushed(problem, said) for ref, _, _ in moves}
    return {ref: told.get(ref, Pushed(AWAY)) for ref, _, _ in moves}


def is_known(repository: Repository, remote: str) -> bool:
    """Whether a remote of this name is set, in whichever of git's configurations."""
    if remote in settings.remotes(repository):
        return True
    return process.run(repository.directory, "config", "--get", f"remote.{remote}.url").code == 0


def takes(repository: Repository, remote: str, ref: str) -> bool:
    """Whether a push of HEAD to ``ref`` would be let in, as far as a dry run tells; nothing is sent."""
    result = _run(
        repository, "push", "--quiet", "--dry-run", "--no-verify", "--recurse-submodules=no", remote, f"HEAD:{ref}"
    )  # fmt: skip
    return result is not None and result.code == 0


def _told(out: str) -> Mapping[str, Pushed]:
    found = {}
    for line in out.splitlines():
        parts = line.split("\t")
        if len(parts) != 3 or ":" not in parts[1]:
            continue
        ref = parts[1].rpartition(":")[2]
        if parts[0].strip() != "!":
            found[ref] = Pushed(None)
        elif (
            "stale info" in parts[2]
            or "fetch first" in parts[2]
            or "failed to update ref" in parts[2]
            or "cannot lock" in parts[2]
        ):
            found[ref] = Pushed(STALE, parts[2])
        else:
            found[ref] = Pushed(REFUSED, parts[2])
    return found


def _is_contended(said: str) -> bool:
    # of a git dir that cannot be written git says too that it cannot lock the ref
    return "cannot lock ref" in said and any(
        why in said for why in ("File exists", "but expected", "already exists")
    )


def _is_refusal(said: str) -> bool:
    lowered = said.lower()
    return any(
        word in lowered
        for word in (
            "permission",
            "denied",
            "not allowed",
            "read-only",
            "read only",
            "forbidden",
            "hook declined",
        )
    )
