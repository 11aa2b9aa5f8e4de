"""The use of memories as it is known in this clone."""

from collections.abc import Mapping
from typing import NamedTuple

from agentmem.actions.context import Context
from agentmem.model.usage import Use


class Usage(NamedTuple):
    """``uses`` by memory id; ``since`` is the first moment of which evidence is here (seconds UTC), None where there is none:
    then nothing can be called unused.
    """

    uses: Mapping[str, Use]
    since: int | None


def load(context: Context) -> Usage:
    """What is known of the use of each memory; those that were never served are left out."""
    return Usage({}, None)
