"""What this clone's git configuration keeps for us: the overlay folder of each branch, which ``git branch -m`` carries along."""

import os
import re

from agentmem.git import process
from agentmem.git.repository import Repository

KEY = "agentmem-overlay"


def overlay_of(repository: Repository, branch: str) -> str | None:
    """The overlay folder recorded for ``branch``; read from the file, since a process would cost every write 3 ms."""
    try:
        with open(
            os.path.join(repository.common_dir, "config"), encoding="utf-8", errors="surrogateescape"
        ) as file:
            text = file.read()
    except OSError:
        return None
    if KEY not in text:
        return None
    name = re.escape(branch.replace("\\", "\\\\").replace('"', '\\"'))
    section = re.search(rf'^\[branch "{name}"\][^\n]*\n((?:(?!\[).*\n?)*)', text, re.MULTILINE)
    found = re.search(rf"^\s*{KEY}\s*=\s*(\S+)\s*$", section[1], re.MULTILINE) if section else None
    return found[1] if found else None


def record_overlay(repository: Repository, branch: str, folder: str) -> bool:
    """Keep ``folder`` as the overlay of ``branch``; False where the configuration cannot be written now."""
    result = process.run(repository.directory, "config", "--local", f"branch.{branch}.{KEY}", folder)
    return result.code == 0
