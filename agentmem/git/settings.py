"""What this clone's git configuration keeps for us: the overlay folder of each branch, which ``git branch -m`` carries along."""

import os
import re

from agentmem.git import process
from agentmem.git.repository import Repository

KEY = "agentmem-overlay"
COMMAND_KEY = "agentmem.semanticCommand"
MODEL_KEY = "agentmem.modelCommand"


def overlay_of(repository: Repository, branch: str) -> str | None:
    """The overlay folder recorded for ``branch``; read from the file, since a process would cost every write 3 ms."""
    text = _text(repository)
    if KEY not in text:
        return None
    name = re.escape(branch.replace("\\", "\\\\").replace('"', '\\"'))
    sections = re.findall(rf'^\[branch "{name}"\][^\n]*\n((?:(?!\[).*\n?)*)', text, re.MULTILINE)
    found = [
        one
        for section in sections
        for one in re.findall(rf"^\s*{KEY}\s*=\s*(\S+)\s*$", section, re.MULTILINE)
    ]
    return found[-1] if found else None


def overlays(repository: Repository) -> dict[str, str]:
    """The overlay folder of each branch for which one is recorded."""
    out = process.run(
        repository.directory, "config", "--local", "-z", "--get-regexp", rf"^branch\..*\.{KEY}$"
    ).out
    found = {}
    for entry in os.fsdecode(out).split("\0"):
        key, newline, folder = entry.partition("\n")
        if newline:
            found[key.removeprefix("branch.").removesuffix(f".{KEY}")] = folder
    return found


def remotes(repository: Repository) -> list[str]:
    """The names of the remotes that are configured; read from the file."""
    names = re.findall(r'^\[remote "((?:[^"\\]|\\.)+)"\]', _text(repository), re.MULTILINE)
    return [re.sub(r"\\(.)", r"\1", name) for name in names]


def fetches_all(repository: Repository, remote: str) -> bool:
    """Whether ``git fetch`` brings every branch of ``remote``: a clone of one branch has that alone."""
    out = process.run(repository.directory, "config", "--get-all", f"remote.{remote}.fetch").out
    return b"refs/heads/*:" in out


def allowed_command(repository: Repository, key: str = COMMAND_KEY) -> str | None:
    """The command that may be run here, for vectors or, by ``key``, for phrasing.

    What others commit to ``config.toml`` is not run by reading it.
    """
    out = process.run(repository.directory, "config", "-z", "--get", key).out
    return os.fsdecode(out).removesuffix("\0") or None


def not_allowed(section: str) -> str:
    """What to say of a command of ``config.toml`` that this clone has not allowed.

    It is not repeated, nor what allows it: others wrote it, and what we print as advice is pasted.
    """
    return (
        f"[{section}] in config.toml names a command, which is not run here before this clone allows it: read it there first"
        ' (how: docs/teams.md, "Commands in config.toml")'
    )


def _text(repository: Repository) -> str:
    try:
        with open(
            os.path.join(repository.common_dir, "config"), encoding="utf-8", errors="surrogateescape"
        ) as file:
            return file.read()
    except OSError:
        return ""


def record_overlay(repository: Repository, branch: str, folder: str) -> bool:
    """Keep ``folder`` as the overlay of ``branch``; False where the configuration cannot be written now."""
    result = process.run(repository.directory, "config", "--local", f"branch.{branch}.{KEY}", folder)
    return result.code == 0
