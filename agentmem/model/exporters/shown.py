"""A memory as a view shows it, which is what an export has of it."""

from typing import NamedTuple

from agentmem.model.memory import Memory


class Shown(NamedTuple):
    """``status`` is derived; ``path`` leads from the store's folder to the file."""

    memory: Memory
    status: str
    layer: str
    path: str
