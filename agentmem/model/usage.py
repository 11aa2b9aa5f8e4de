"""What became of memories that were served: the evidence that ranking, training and forgetting read. Values, no I/O."""

from typing import NamedTuple


class Use(NamedTuple):
    """How one memory has been used, over all agents whose evidence is here.

    ``used`` counts the tasks that it helped (named by ``done --used``, or served before the task's commits changed what it is
    about), ``misled`` those that say it was wrong. ``last`` is the last moment it was served or used, seconds UTC.
    ``activation`` is its base level (Anderson and Schooler 1991): ln of the sum of t ** -0.5 over its uses, t in commits.
    """

    used: int = 0
    misled: int = 0
    last: int | None = None
    activation: float | None = None


NEVER = Use()
