"""What ``doctor`` looks at, and what it finds."""

import os
import shlex
from typing import NamedTuple

from agentmem.store import layout


class Ailment(NamedTuple):
    """One thing that is amiss; ``fix`` is a command that can be run as it stands; ``safe``: ``doctor --fix`` does the same."""

    check: str
    severity: str
    message: str
    fix: str
    safe: bool = False


class Patient(NamedTuple):
    """The store at ``root`` in the worktree ``top``; ``here`` is where commands are run."""

    here: str
    top: str
    root: str

    def named(self, path: str) -> str:
        """``path`` as it is written in a command that is run here."""
        return os.path.relpath(path, self.here).replace(os.sep, "/")

    @property
    def init(self) -> str:
        """The command that completes this store."""
        usual = os.path.join(self.top, layout.NAME)
        return "agentmem init" + (
            "" if self.root == usual else f" --store {shlex.quote(self.named(self.root))}"
        )

    @property
    def below(self) -> str:
        """The store as git names it."""
        return os.path.relpath(self.root, self.top).replace(os.sep, "/")

    @property
    def config(self) -> str:
        """The command that opens the store's configuration."""
        return f"${{EDITOR:-vi}} {shlex.quote(self.named(os.path.join(self.root, layout.CONFIG)))}"
