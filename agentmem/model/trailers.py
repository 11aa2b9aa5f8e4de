"""What a commit says of the tasks that it closes: lines of its message, which tools and people can look for."""

from collections.abc import Iterable

TASK, ENTRY = "Agentmem-Task", "Agentmem-Entry"


def written(tasks: Iterable[str], entry: str) -> str:
    """The trailers of a commit that holds ``entry``, which closes ``tasks``."""
    return "\n".join([*(f"{TASK}: {task}" for task in tasks), f"{ENTRY}: {entry}"])
