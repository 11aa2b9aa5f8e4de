"""One conflict, of memory or of code, told before the branches meet."""

from typing import NamedTuple


class Clash(NamedTuple):
    """One conflict: its ``type``, the memories, the branches they are on, their files, and why, in a line."""

    type: str
    ids: tuple[str, ...]
    branches: tuple[str, ...]
    paths: tuple[str, ...]
    reason: str
