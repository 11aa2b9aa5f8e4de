"""What an import finds no longer in its source: a reworded rule is a new memory, while the old one still holds here."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from agentmem.actions import selecting
from agentmem.actions.context import Context
from agentmem.model.folding import folded

if TYPE_CHECKING:
    from agentmem.index.view import View


def vanished(
    context: Context, view: "View", read: Sequence[tuple[str, str]], there: Collection[str]
) -> list[tuple[str, str]]:
    """Id and title of what is in force, came from a file that was ``read`` (importer, path) and is not ``there`` (ids)."""
    importers: Mapping[str, set[str]] = {path: set() for _, path in read}
    for importer, path in read:
        importers[path].add(importer)
    if not importers:
        return []
    paths = {folded(path) for path in importers}
    named = context.index.knowledge.all_named("source_id")
    rows = {row for value, row in named if value.partition("#")[0] in paths}
    positions = [
        i
        for row in rows
        for i in view.positions_of(row)
        if view.shown[i] and view.columns.ids[i] not in there
    ]
    found = (one.memory for one in selecting.fetch(context.index, view, view.newest_first(positions)))
    return [
        (one.id, one.title)
        for one in found
        if one.source in importers.get((one.source_id or "").partition("#")[0], ())
    ]
