"""The folders outside the worktree: ``agentmem/`` in the common git dir, else ``$AGENTMEM_CACHE``, else the system's temp."""

import os
from collections.abc import Mapping

DUE_FILE = "agentmem-claims-due"
"""In the git dir of a worktree: from when on its claims want something."""
UNHEARD_FOLDER = "unheard"
"""In the state folder: what agents are still to be told of their claims."""


def state_folder(common_dir: str) -> str:
    """Where journal, locks and index belong: shared by all worktrees, never committed."""
    return os.path.join(common_dir, "agentmem")


def fallback_folder(common_dir: str, environment: Mapping[str, str]) -> str:
    """Where they go when the git dir is read-only, as agents' sandboxes often make it; keyed by the git dir."""
    import hashlib

    key = hashlib.sha256(common_dir.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    chosen = environment.get("AGENTMEM_CACHE")
    if chosen:
        return os.path.join(chosen, key)
    import tempfile

    try:
        temp = tempfile.gettempdir()
    except FileNotFoundError:  # a full disk: none of them takes a file, and whoever writes there is told so
        temp = os.environ.get("TMPDIR") or os.path.join(os.sep, "tmp")
    owner = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    return os.path.join(temp, f"agentmem-{owner}", key)


def writable_folder(common_dir: str, environment: Mapping[str, str]) -> str | None:
    """The first of the two that can be written; None where neither can."""
    own = state_folder(common_dir)
    if _usable(own):
        return own
    fallback = fallback_folder(common_dir, environment)
    if _usable(fallback) and ("AGENTMEM_CACHE" in environment or _is_ours(fallback)):
        return fallback
    return None


def worktree_folders(git_dir: str, common_dir: str, environment: Mapping[str, str]) -> list[str]:
    """Where what is remembered of one worktree lies: its git dir; where that is read-only, first a folder beside the index."""
    if os.access(git_dir, os.W_OK):
        return [git_dir]
    import zlib

    folder = writable_folder(common_dir, environment)
    key = zlib.crc32(git_dir.encode("utf-8", "surrogateescape"))
    return [*((os.path.join(folder, f"worktree-{key:08x}"),) if folder else ()), git_dir]


def _usable(folder: str) -> bool:
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _is_ours(folder: str) -> bool:
    """Whether nobody else prepared ``folder`` in the temp folder that all may write: what it held could not be trusted."""
    return (
        not hasattr(os, "getuid")
        or os.stat(folder).st_uid == os.stat(os.path.dirname(folder)).st_uid == os.getuid()
    )


def claims_due(git_dir: str) -> int | None:
    """From when on (seconds UTC) the claims of a worktree are to be looked after; None where there are none.

    Asked after every command, so it is one look at a file that mostly is not there.
    """
    try:
        with open(os.path.join(git_dir, DUE_FILE), "rb") as file:
            return int(file.read(32))
    except (OSError, ValueError):
        return None


def has_unheard(common_dir: str) -> bool:
    """Whether there is anything to tell of claims, whomever: asked after every command, too."""
    try:
        return bool(os.listdir(os.path.join(state_folder(common_dir), UNHEARD_FOLDER)))
    except OSError:
        return False
