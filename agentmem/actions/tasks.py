"""Tasks as this clone knows them: those of the view at hand and of trunk as last fetched, and where each was closed."""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from agentmem.actions import referring, selecting
from agentmem.actions.board import Board, Seen
from agentmem.actions.context import Context
from agentmem.actions.selecting import Found
from agentmem.errors import Ambiguous, NotFound, UsageError
from agentmem.index.catalog import LINKS
from agentmem.index.columns import STATUSES
from agentmem.index.view import View
from agentmem.model import ids, kinds, leases, lifecycle, safety, taskgraph, times
from agentmem.model.memory import Memory, name_of
from agentmem.model.taskgraph import Closings, Placed, Task

_CLOSES, _REOPENS = LINKS.index("closes"), LINKS.index("reopens")
_TASK = kinds.NUMBER["task"]
_RETRACTED = STATUSES.index("retracted")
_Entry = tuple[int | None, str, tuple[str, ...], tuple[str, ...]]
"""When a log entry was written (seconds UTC), its id, the tasks it closes and those it reopens."""


class Closing(NamedTuple):
    """Where a task was closed: the log entry, its branch (None: this view has it), by whom and when (seconds UTC)."""

    entry: str
    branch: str | None
    by: str
    at: int | None


class Withdrawn(NamedTuple):
    """A task that is over without being done: ``status`` is retracted, superseded or expired."""

    id: str
    title: str
    status: str


class Tasks:
    """All tasks; reading them reads the other branches too, for what they have closed."""

    def __init__(self, context: Context, board: Board) -> None:
        """``board`` has the claims: that a task is done may be known from its claim alone."""
        self.context, self._board = context, board
        context.index.include_others()
        self.view: View = context.index.view()

    @cached_property
    def _trunk_names(self) -> frozenset[str]:
        return frozenset(origin.branch for origin in self.view.foreign.values() if origin.is_trunk)

    @cached_property
    def _positions(self) -> dict[str, int]:
        """Where every task in force is, by id: the view's own, else trunk's."""
        view = self.view
        positions: dict[str, int] = {}
        for i in view.of_kind(_TASK):
            origin = view.foreign.get(i)
            if origin is None or origin.branch in self._trunk_names:
                positions.setdefault(view.columns.ids[i], i)
        return positions

    @cached_property
    def found(self) -> dict[str, Found]:
        """The memory of every task in force, by id."""
        fetched = selecting.fetch(self.context.index, self.view, self._positions.values())
        return {one.memory.id: one for one in fetched}

    @cached_property
    def closings(self) -> Closings:
        """Which tasks are closed or failed here or on trunk, which on another branch alone, which on trunk and not here."""
        by_branch: dict[str | None, list[_Entry]] = {}
        for i, links in self._entries():
            origin = self.view.foreign.get(i)
            branch = None if origin is None else origin.branch
            entry = (self.view.created(i), self.view.columns.ids[i], links[_CLOSES], links[_REOPENS])
            by_branch.setdefault(branch, []).append(entry)
        own = by_branch.pop(None, [])
        merged = lifecycle.task_states(own)
        on_trunk = {name: by_branch.pop(name) for name in sorted(self._trunk_names) if name in by_branch}
        own = [*own, *(entry for entries in on_trunk.values() for entry in entries)]
        here = lifecycle.task_states(own)
        ahead: dict[str, str] = {}
        for name, entries in on_trunk.items():
            for task in (task for _, _, closed, _ in entries for task in closed):
                if here.get(task) == taskgraph.DONE and merged.get(task) != taskgraph.DONE:
                    ahead.setdefault(task, name)
        failed: dict[str, tuple[int, str]] = {}
        for at, identity, _, reopens in own:
            for task in reopens:
                failed[task] = max(failed.get(task, (0, "")), (at or 0, identity))
        self._failed = {task: at for task, (at, _) in failed.items() if here.get(task) != taskgraph.DONE}
        elsewhere: dict[str, str] = {}
        for branch, entries in by_branch.items():
            assert branch is not None
            # what was reopened here later than a branch closed it is not closed
            late = [entry for entry in entries if not self._is_outdated(entry, failed)]
            for task, state in lifecycle.task_states(late).items():
                if state == taskgraph.DONE and here.get(task) != taskgraph.DONE:
                    elsewhere.setdefault(task, branch)
        return Closings(here, elsewhere, ahead)

    @property
    def reopened(self) -> Mapping[str, int]:
        """When each task was reopened (seconds UTC) that is not done here again."""
        assert self.closings
        return self._failed

    @staticmethod
    def _is_outdated(entry: "_Entry", failed: Mapping[str, tuple[int, str]]) -> bool:
        at, identity, closed, _ = entry
        return bool(closed) and all(failed.get(task, (-1, "")) > (at or 0, identity) for task in closed)

    def _entries(self) -> list[tuple[int, tuple[tuple[str, ...], ...]]]:
        columns = self.view.columns
        return [
            (i, links)
            for i, links in columns.links.items()
            if (links[_CLOSES] or links[_REOPENS]) and columns.status[i] != _RETRACTED
        ]

    @cached_property
    def placed(self) -> list[Placed]:
        """How every task stands, in the order in which they are to be taken."""
        columns = self.view.columns
        records = self.context.index.knowledge.fields([columns.rows[i] for i in self._positions.values()])
        tasks = (
            _task(identity, columns.paths[i], records[columns.rows[i]])
            for identity, i in self._positions.items()
        )
        failed = [identity for identity, state in self.closings.here.items() if state == taskgraph.FAILED]
        owners = owners_of(self.context, self.view, failed)
        tasks = (one._replace(owner=owners[one.id]) if one.id in owners else one for one in tasks)
        placed, unseen = taskgraph.place(tasks, self.closings), self._unseen
        return [one._replace(closed_on=unseen.get(one.task.id, one.closed_on)) for one in placed]

    @cached_property
    def _unseen(self) -> dict[str, str]:
        """The branch of each task that is done by what its claim says alone, unless that was taken back."""
        done, here = self._board.done, self.closings.here
        self._judged = {task: one.commit for task, one in self._board.seen.items()}
        claims = [
            one.claim
            for task, one in done.items()
            if task in self._positions
            and not (here.get(task) == taskgraph.DONE or task in self.closings.elsewhere)
            and self.reopened.get(task, one.claim.renewed) <= one.claim.renewed
            and not (one.claim.entry and self.view.with_id(one.claim.entry))
        ]
        if not claims:
            return {}
        from agentmem.actions import unseen

        return unseen.standing(self.context, self._board, claims)

    def is_news(self, seen: Seen) -> bool:
        """Whether a claim says that its task is done since these tasks were read."""
        assert self.placed is not None
        return seen.state == leases.DONE and self._judged.get(seen.claim.task) != seen.commit

    @cached_property
    def by_id(self) -> Mapping[str, Placed]:
        """The same by id."""
        return {one.task.id: one for one in self.placed}

    @cached_property
    def cycles(self) -> list[list[str]]:
        """Tasks of which each needs the next, and the last the first: a merge may have brought them together."""
        left = [one for one in self.placed if one.blocked and one.state != taskgraph.DONE]
        links = {one.task.id: [need for need in one.blocked if need in self.by_id] for one in left}
        if not any(links.values()):
            return []
        from agentmem.model import cycles

        return [cycle for cycle, _ in cycles.cycles(links)]

    def cycle_before(self, placed: Placed) -> list[str]:
        """The cycle for which a task that is blocked can never start; empty where it only has to wait."""
        todo, known = [placed.task.id], set[str]()
        while todo:
            if (one := todo.pop()) in known or one not in self.by_id:
                continue
            known.add(one)
            todo += self.by_id[one].blocked
        return next((cycle for cycle in self.cycles if known.intersection(cycle)), [])

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
                at = self.view.created(i)
                found = Closing(columns.ids[i], origin.branch if origin else None, columns.authors[i], at)
                if best is None or (at or 0) > best[0]:
                    best = at or 0, found
        return best[1] if best else None

    def after(self, task: str) -> int:
        """The moment for a new entry about ``task``: now, but after every entry about it, whatever clock its writer had.

        Raises:
            UsageError: an entry is dated at the end of time, so that none can come after it.

        """
        moments = {
            self.view.columns.ids[i]: self.view.created(i) or 0
            for i, links in self._entries()
            if task in (*links[_CLOSES], *links[_REOPENS])
        }
        latest = max(moments, key=moments.__getitem__, default=None)
        if latest is None:
            return self.context.now
        if moments[latest] >= times.LAST:
            short = self.shorts[latest]
            raise UsageError(
                f"entry {short} on this task is dated {times.format_iso(moments[latest])}: no other can come after it",
                f'agentmem retract {short} --reason "a wrong clock"',
            )
        return max(self.context.now, moments[latest] + 1)

    def newest_closings(self, most: int) -> list[Found]:
        """The newest entries in force that closed a task, newest first, wherever they are."""
        shut = self.view.columns.status
        entries = [i for i, links in self._entries() if links[_CLOSES] and shut[i] == 0]
        return selecting.fetch(self.context.index, self.view, self.view.newest_first(entries)[:most])

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
            raise self._no_task(reference)
        return self.by_id[found[0]]

    def withdrawn(self, reference: str) -> Withdrawn | None:
        """The one task of the view at hand that ``reference``, an id or a prefix of it, names and that is not in force."""
        view, prefix = self.view, reference.lower()
        found = view.with_id(prefix) if ids.is_prefix(prefix) else []
        if len({view.columns.ids[i] for i in found}) != 1 or view.columns.kinds[found[0]] != _TASK:
            return None
        status = view.status(found[0])
        if status not in ("retracted", "superseded", "expired"):
            return None
        (one,) = selecting.fetch(self.context.index, view, found[:1])
        return Withdrawn(one.memory.id, safety.one_line(one.memory.title), status)

    def _no_task(self, reference: str) -> NotFound:
        """Why ``reference`` names no task: whoever holds one that is withdrawn meanwhile has to be told."""
        if over := self.withdrawn(reference):
            short = self.shorts[over.id]
            return NotFound(
                f'{short} "{over.title}" is {over.status}: nobody is to do it any more',
                f"agentmem show {short}",
            )
        names = (path.rpartition("/")[2].removesuffix(".md") for path, _ in self.view.columns.broken)
        if ids.is_prefix(prefix := reference.lower()) and any(
            name.rpartition("-")[2].startswith(prefix) for name in names
        ):
            return NotFound(f"the file of {reference} cannot be read as a memory", "agentmem check")
        gone = referring.archived(self.context.index, reference)
        return gone or NotFound(f"no task {reference}", "agentmem task list")


def owners_of(context: Context, view: View, failed: Collection[str]) -> dict[str, str]:
    """Who is to mend each of the ``failed`` tasks, where the last entry that reopened it says so; of trunk and what is here."""
    last: dict[str, tuple[int, str, int]] = {}
    for i, links in view.columns.links.items() if failed else ():
        origin = view.foreign.get(i)
        if links[_REOPENS] and view.columns.status[i] != _RETRACTED and (origin is None or origin.is_trunk):
            moment = view.created(i) or 0, view.columns.ids[i], i
            last.update({task: max(moment, last.get(task, moment)) for task in links[_REOPENS]})
    rows = {task: view.columns.rows[last[task][2]] for task in failed if task in last}
    records = context.index.knowledge.fields(list(rows.values())) if rows else {}
    return {task: owner for task, row in rows.items() if (owner := records[row].get("owner"))}


def _task(identity: str, path: str, record: Mapping[str, Any]) -> Task:
    """What of a record of the catalog makes it a task."""
    return Task(
        id=identity,
        title=record.get("title") or name_of(path),
        role=record.get("role"),
        priority=record.get("priority"),
        needs=tuple(record.get("needs", ())),
        scope=tuple(record.get("scope", ())),
        plan=record.get("plan"),
        phase=record.get("phase"),
        owner=record.get("owner"),
        created=record.get("created"),
    )


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
