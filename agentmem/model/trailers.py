"""What a commit says of the tasks that it closes: lines of its message, found wherever they stand.

Git reads trailers in the last paragraph alone; a squash moves them into the middle, and indents them.
"""

import re
from collections.abc import Iterable

TASK, ENTRY = "Agentmem-Task", "Agentmem-Entry"
_TASK = re.compile(rf"^[ \t]*{TASK}:[ \t]*([0-9a-z]{{12}})[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)


def written(tasks: Iterable[str], entry: str) -> str:
    """The trailers of a commit that holds ``entry``, which closes ``tasks``."""
    return "\n".join([*(f"{TASK}: {task}" for task in tasks), f"{ENTRY}: {entry}"])


def tasks_of(message: str) -> tuple[str, ...]:
    """The ids of the tasks that a message says it closes, in its order, each once."""
    return tuple(dict.fromkeys(found.lower() for found in _TASK.findall(message)))
