"""What there is to import, less what is in already: of each source the files that an import of it would add something from."""

import os
import re
from collections.abc import Sequence

from agentmem.actions import discovering, importing
from agentmem.actions.context import Context
from agentmem.actions.discovering import GIT_LOG, Here
from agentmem.errors import AgentmemError


def left(context: Context, base: str, here: Sequence[Here]) -> list[Here]:
    """``here``, whose paths are below ``base``, without what an import of it would add nothing of."""
    found = (_left(context, base, one) for one in here)
    return [one for one in found if one is not None]


def _left(context: Context, base: str, one: Here) -> Here | None:
    wholes = [os.path.join(base, path) for path in one.paths]
    try:
        would = importing.take(context, [(one.source, wholes)], dry_run=True)
    except AgentmemError:
        return one  # whoever tries it is told why
    if not would.added:
        return None
    if not (would.known or would.changed):
        return one
    if one.source == GIT_LOG:
        return one._replace(files=len(would.added), tokens=would.tokens)
    files = {re.sub(r":\d+\Z", "", place) for _, _, _, place in would.shown}
    top = context.repository.top
    paths = [
        path
        for path, whole in zip(one.paths, wholes, strict=True)
        if any(f"{os.path.join(top, file)}/".startswith(f"{whole}/") for file in files)
    ]
    return Here(one.source, tuple(paths), len(files), sum(discovering.size(top, file) for file in files))
