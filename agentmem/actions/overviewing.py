"""The overview for people: what the tree says of plan, progress, decisions, dead ends and doubts, and nothing of the moment.

The same tree gives the same bytes, so that it can be committed by one job and checked by another.
"""

import os
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from agentmem.actions import conflicting, judging, planning, saving, selecting
from agentmem.actions.clashes import Clash
from agentmem.actions.context import Context
from agentmem.actions.planning import Plan
from agentmem.actions.selecting import Found
from agentmem.errors import UsageError
from agentmem.index.catalog import LINKS
from agentmem.index.view import View
from agentmem.model import ids, kinds, taskgraph, verdict
from agentmem.model.taskgraph import Closings, Placed, Task
from agentmem.store import reading

NAME = "overview.md"
LAST = 10
"""Entries of what was done last."""
_CLOSES, _REOPENS = LINKS.index("closes"), LINKS.index("reopens")


class Overview(NamedTuple):
    """What the tree says. ``failed`` has each reopened task with the entry that says why, ``last`` the newest entries that closed
    one, ``doubts`` the memories that the code contradicts.
    """

    plans: tuple[Plan, ...]
    decisions: tuple[Found, ...]
    deadends: tuple[Found, ...]
    doubts: tuple[Found, ...]
    clashes: tuple[Clash, ...]
    failed: tuple[tuple[Placed, Found], ...]
    last: tuple[tuple[Found, tuple[Placed, ...]], ...]
    shorts: ids.ShortIds
    prefix: str
    store: str


def overview(context: Context) -> Overview:
    """The overview of the view at hand."""
    return _Overview(context).made()


def write(context: Context, text: str) -> bool:
    """Put ``text`` in the store's ``overview.md``; False where it is so already.

    Raises:
        UsageError: this is not trunk; NotWritable.

    """
    branch = context.repository.branch
    if context.trunk is not None and branch != context.trunk:
        raise UsageError(
            f"the overview is written on {context.trunk} alone, else branches would conflict in it",
            f"git switch {context.trunk} && agentmem overview --write",
        )
    if current(context) == text:
        return False
    saving.write_file(
        context, NAME, text.encode("utf-8"), replace=os.path.exists(os.path.join(context.place.root, NAME))
    )
    return True


def current(context: Context) -> str | None:
    """What ``overview.md`` holds now; None where there is none."""
    data = reading.read(context.place.root, NAME)
    return None if data is None else data.decode("utf-8", "replace").replace("\r\n", "\n")


class _Overview:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.view: View = context.index.view()

    def made(self) -> Overview:
        context = self.context
        guides = self._judged(("decision", "convention"))
        doubtful = [*guides, *self._judged(("fact", "procedure"))]
        return Overview(
            plans=self._plans(),
            decisions=tuple(guides),
            deadends=tuple(self._found(("deadend",))),
            doubts=tuple(
                one for one in doubtful if verdict.worst(one.verdicts) in (verdict.CHANGED, verdict.GONE)
            ),
            clashes=tuple(conflicting.contradictions(context, self.view, "")),
            failed=tuple(self._failed()),
            last=tuple(self._last()),
            shorts=self.view.shorts,
            prefix=context.repository.prefix,
            store=context.place.name,
        )

    def _found(self, wanted: Sequence[str]) -> list[Found]:
        view = self.view
        numbers = {kinds.NUMBER[name] for name in wanted}
        chosen = [
            i for i in range(len(view)) if view.columns.kinds[i] in numbers and view.status(i) == "active"
        ]
        return selecting.fetch(self.context.index, view, view.newest_first(chosen))

    def _judged(self, wanted: Sequence[str]) -> list[Found]:
        return judging.judged(self.context, self._found(wanted))

    @cached_property
    def placed(self) -> list[Placed]:
        """The tasks of this tree alone: what other branches have done is not yet true here."""
        tasks: list[Task] = [planning.as_task(one.memory) for one in self._tasks]
        return taskgraph.place(tasks, Closings(self.view.tasks, {}))

    @cached_property
    def _tasks(self) -> list[Found]:
        view = self.view
        chosen = [i for i in range(len(view)) if view.kind(i) == "task" and view.shown[i]]
        return selecting.fetch(self.context.index, view, chosen)

    def _plans(self) -> tuple[Plan, ...]:
        view = self.view
        chosen = [i for i in range(len(view)) if view.kind(i) == "plan" and view.status(i) == "active"]
        memories = [one.memory for one in selecting.fetch(self.context.index, view, chosen)]
        return planning.of_memories(memories, self.placed)

    def _failed(self) -> list[tuple[Placed, Found]]:
        wanted = {one.task.id: one for one in self.placed if one.state == taskgraph.FAILED}
        if not wanted:
            return []
        entries = [i for i, links in self.view.columns.links.items() if wanted.keys() & set(links[_REOPENS])]
        found = selecting.fetch(self.context.index, self.view, self.view.newest_first(entries))
        latest: dict[str, Found] = {}
        for one in found:
            for task in one.memory.reopens:
                latest.setdefault(task, one)
        return [(placed, latest[task]) for task, placed in wanted.items() if task in latest]

    def _last(self) -> list[tuple[Found, tuple[Placed, ...]]]:
        by_id = {one.task.id: one for one in self.placed}
        by_id = {task: one for task, one in by_id.items() if one.state == taskgraph.DONE}
        links = self.view.columns.links
        chosen: dict[str, int] = {}  # the last entry that closed it counts
        for i in self.view.newest_first(i for i in links if links[i][_CLOSES] and self.view.shown[i]):
            for task in links[i][_CLOSES]:
                if task in by_id:
                    chosen.setdefault(task, i)
        entries = list(dict.fromkeys(chosen.values()))[:LAST]
        found = selecting.fetch(self.context.index, self.view, entries)
        return [
            (one, tuple(by_id[task] for task in one.memory.closes if chosen.get(task) == i))
            for i, one in zip(entries, found, strict=True)
        ]
