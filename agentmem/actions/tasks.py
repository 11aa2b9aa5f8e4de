"""Tasks as this clone knows them: those of the view at hand and of trunk as last fetched, and where each was closed."""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from agentmem.actions import selecting
from agentmem.actions.context import Context
from agentmem.actions.selecting import Found
from agentmem.errors import Ambiguous, NotFound
from agentmem.index.catalog import LINKS
from agentmem.index.view import NO_TIME, View
from agentmem.model import ids, kinds, lifecycle, taskgraph
from agentmem.model.memory import Memory
from agentmem.model.taskgraph import Closings, Placed, Task

_CLOSES, _REOPENS = LINKS.index("closes"), LINKS.index("reopens")
_TASK = kinds.NUMBER["task"]


class Closing(NamedTuple):
    """Where a task was closed: the log entry, its branch (None: this view has it), by whom and when (seconds UTC)."""

    entry: str
    branch: str | None
    by: str
    at: int | None


class Tasks:
    """All tasks; reading them reads the other branches too, for what they have closed."""

    def __init__(self, context: Context) -> None:
        self.context = context
        context.index.include_others()
        self.view: View = context.index.view()

    @cached_property
    def _trunk_names(self) -> frozenset[str]:
        trunk = self.context.trunk
        if trunk is None:
            return frozenset()
        foreign = {origin.branch for origin in self.view.foreign.values() if not origin.uncommitted}
        return frozenset(name for name in foreign if name == trunk or name.endswith("/" + trunk))

    @cached_property
    def found(self) -> dict[str, Found]:
        """The memory of every task in force, by id: the view's own, else trunk's."""
        view = self.view
        positions: dict[str, int] = {}
        for i in range(len(view)):
            origin = view.foreign.get(i)
            if view.columns.kinds[i] != _TASK or not view.shown[i]:
                continue
            if origin is None or origin.branch in self._trunk_names:
                positions.setdefault(view.columns.ids[i], i)
        fetched = selecting.fetch(self.context.index, view, positions.values())
        return {one.memory.id: one for one in fetched}

    @cached_property
    def closings(self) -> Closings:
        """Which tasks are closed or failed here (or on trunk), and which on another branch alone."""
        own: list[tuple[int | None, str, tuple[str, ...], tuple[str, ...]]] = []
        elsewhere: dict[str, str] = {}
        for i, links in self._entries():
            origin = self.view.foreign.get(i)
            if origin is None or origin.branch in self._trunk_names:
                own.append((self.view.created(i), self.view.columns.ids[i], links[_CLOSES], links[_REOPENS]))
            else:
                for task in links[_CLOSES]:
                    elsewhere.setdefault(task, origin.branch)
        here = lifecycle.task_states(own)
        # closed on a branch after it was reopened here, or never closed here
        return Closings(
            here, {task: branch for task, branch in elsewhere.items() if here.get(task) != taskgraph.DONE}
        )

    def _entries(self) -> list[tuple[int, tuple[tuple[str, ...], ...]]]:
        columns = self.view.columns
        return [
            (i, links)
            for i, links in columns.links.items()
            if (links[_CLOSES] or links[_REOPENS]) and columns.status[i] != 2
        ]

    @cached_property
    def placed(self) -> list[Placed]:
        """How every task stands, in the order in which they are to be taken."""
        return taskgraph.place((as_task(one.memory) for one in self.found.values()), self.closings)

    @cached_property
    def by_id(self) -> Mapping[str, Placed]:
        """The same by id."""
        return {one.task.id: one for one in self.placed}

    @cached_property
    def shorts(self) -> ids.ShortIds:
        """The printed form of each id."""
        return self.view.shorts

    def closing_of(self, task: str) -> Closing | None:
        """The latest entry that closed ``task``, wherever it is."""
        columns = self.view.columns
        best: tuple[int, Closing] | None = None
        for i, links in self._entries():
            if task in links[_CLOSES]:
                origin = self.view.foreign.get(i)
                at = columns.created[i]
                found = Closing(
                    columns.ids[i],
                    origin.branch if origin else None,
                    columns.authors[i],
                    None if at == NO_TIME else at,
                )
                if best is None or at > best[0]:
                    best = at, found
        return best[1] if best else None

    def reopening_of(self, task: str) -> Found | None:
        """The latest entry that reopened ``task``."""
        positions = [i for i, links in self._entries() if task in links[_REOPENS]]
        newest = self.view.newest_first(positions)[:1]
        return next(iter(selecting.fetch(self.context.index, self.view, newest)), None)

    def named(self, reference: str) -> Placed:
        """The task that ``reference`` names, by id, a prefix of it, or its id where it was imported from.

        Raises:
            NotFound: none; Ambiguous: several.

        """
        prefix = reference.lower()
        found = [identity for identity in self.by_id if ids.is_prefix(prefix) and identity.startswith(prefix)]
        if not found:
            found = [one.memory.id for one in self.found.values() if one.memory.source_id == reference]
        if len(found) > 1:
            some = " · ".join(f'{self.shorts[one]} "{self.by_id[one].task.title}"' for one in found[:4])
            raise Ambiguous(f"{reference} names {len(found)} tasks", some)
        if not found:
            raise NotFound(f"no task {reference}", "agentmem task list")
        return self.by_id[found[0]]


def as_task(memory: Memory) -> Task:
    """What of a memory makes it a task."""
    return Task(
        id=memory.id,
        title=memory.title,
        role=memory.role,
        priority=memory.priority,
        needs=memory.needs,
        scope=memory.scope,
        plan=memory.plan,
        phase=memory.phase,
        owner=memory.owner,
        created=memory.created,
    )
