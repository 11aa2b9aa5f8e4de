"""The manager that this store has, if any: what recall and forgetting weigh by in place of the fixed formula."""

import os
from typing import TYPE_CHECKING

from agentmem.actions.context import Context
from agentmem.store import reading

if TYPE_CHECKING:
    from agentmem.model.manager import Manager
    from agentmem.model.retention import Weights

FILE = "model.json"
"""Its file in the store."""


def current(context: Context) -> "Manager | None":
    """The manager of the store at hand; None where it has none. One that cannot be read is noted, and the formula serves."""
    data = _read(context)
    if data is None:
        return None
    from agentmem.model import manager

    try:
        return manager.parse(data)
    except ValueError as problem:
        context.index.notes.append(
            f"{context.place.name}/{FILE} is left out, the fixed formula serves: {problem}"
        )
        return None


def keeps_by(context: Context) -> "Weights":
    """The weights of what is worth keeping: as the manager learned them, else the fixed ones."""
    from agentmem.model import retention

    manager = context.manager
    known = manager.keep if manager else {}
    return retention.DEFAULT._replace(**{k: v for k, v in known.items() if k in retention.Weights._fields})


def _read(context: Context) -> bytes | None:
    if context.place.present:
        return (
            reading.read(context.place.root, FILE)
            if os.path.lexists(f"{context.place.root}/{FILE}")
            else None
        )
    from agentmem.git import objects

    return objects.read_file(context.repository, "HEAD", f"{context.store_path}/{FILE}")
