"""The manager that this store has, if any: what recall and forgetting weigh by in place of the fixed formula."""

import os
from typing import TYPE_CHECKING

from agentmem.actions.context import Context
from agentmem.store import reading
from agentmem.store.layout import MANAGER

if TYPE_CHECKING:
    from agentmem.model.manager import Manager
    from agentmem.model.retention import Weights


def current(context: Context) -> "Manager | None":
    """The manager of the store at hand; None where it has none. One that cannot be read is noted, and the formula serves."""
    data = _read(context)
    if data is None:
        return None
    from agentmem.model import manager

    try:
        return manager.parse(data)
    except ValueError as problem:
        context.index.notes.once(
            f"{context.place.name}/{MANAGER} is left out, the fixed formula serves: {problem}"
        )
        return None


def problem_of(data: bytes | None) -> str | None:
    """Why the bytes of a manager's file are none; None where they are, or where there is no file."""
    if data is None:
        return None
    from agentmem.model import manager

    try:
        manager.parse(data)
    except ValueError as problem:
        return str(problem)
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
            reading.read(context.place.root, MANAGER)
            if os.path.lexists(f"{context.place.root}/{MANAGER}")
            else None
        )
    from agentmem.git import objects

    return objects.read_file(context.repository, "HEAD", f"{context.store_path}/{MANAGER}")
