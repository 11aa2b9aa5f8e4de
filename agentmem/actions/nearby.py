"""What is known of the files that somebody is about to change, or just has: the few memories that are closest to them."""

from collections.abc import Collection, Sequence

from agentmem.actions import filed, recall, selecting
from agentmem.actions.context import Context
from agentmem.actions.selecting import Filters
from agentmem.model import kinds, packing

QUIET = ("log", "task", "plan")
"""Kinds that tell of work and not of the code."""
FIRST = ("deadend", "convention", "decision")
"""Kinds that come first among those that are as close: what not to do again, what everyone keeps to, what was settled."""


def about(
    context: Context, files: Sequence[str], without: Collection[str], limit: int, budget: int
) -> tuple[list[str], list[str]]:
    """The ids of at most ``limit`` memories about ``files`` (from the repository's top) that are not among ``without``, the
    closest first, and their texts as ``budget`` tokens take them.
    """
    index = context.index
    view = index.view()
    near = filed.about_files(index, files)
    wanted = tuple(name for name in kinds.NAMES if name not in QUIET)
    eligible = selecting.positions(index, view, Filters(files=tuple(files), kinds=wanted))
    rows, identities, created = view.columns.rows, view.columns.ids, view.columns.created
    chosen = sorted(
        (position for position in eligible if identities[position] not in without),
        key=lambda i: (-near[rows[i]], view.kind(i) not in FIRST, -created[i], identities[i]),
    )[:limit]
    found, texts, costs = recall.laid_out(context, index, view, chosen)
    levels = packing.pack(costs, budget)
    order = (packing.TITLE, packing.PARAGRAPH, packing.FULL)
    shown = [(one, three, level) for one, three, level in zip(found, texts, levels, strict=True) if level]
    return [one.memory.id for one, _, _ in shown], [three[order.index(level)] for _, three, level in shown]
