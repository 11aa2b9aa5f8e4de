"""Exports: the store as other programs read it."""

from collections.abc import Iterator

from agentmem.actions import selecting
from agentmem.actions.context import Context
from agentmem.actions.selecting import Filters
from agentmem.model.memory import as_meta

PAGE = 500


def records(context: Context, filters: Filters) -> Iterator[dict[str, object]]:
    """Each memory, oldest first, as ``import jsonl`` takes it: the front matter's keys, whole ids, and ``body``."""
    index = context.index
    view = index.view()
    chosen = list(reversed(view.newest_first(selecting.positions(index, view, filters))))
    for begin in range(0, len(chosen), PAGE):
        for found in selecting.fetch(index, view, chosen[begin : begin + PAGE]):
            yield {**as_meta(found.memory), "body": found.memory.body}
