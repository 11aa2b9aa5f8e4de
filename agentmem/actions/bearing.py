"""What bears on one agent: its tasks and what hangs on them, the paths it is at, what is known about both."""

from collections.abc import Iterable, Sequence
from functools import cached_property

from agentmem.actions import claiming, judging, selecting, standing
from agentmem.actions.board import Board
from agentmem.actions.context import Context
from agentmem.actions.ranked import by_evidence, rank
from agentmem.actions.selecting import Filters, Found
from agentmem.actions.tasks import Tasks
from agentmem.git import trunk
from agentmem.model import query, ranking, safety, scopes, taskgraph
from agentmem.model.taskgraph import Placed

GUIDES = ("decision", "convention", "procedure", "fact", "entity", "reflection")
"""The kinds that tell how things are or are to be done."""
RELATED = 40
"""Memories looked at."""
RULES = 8
"""Of those that hold for everybody."""


class Bearing:
    """The asker's standpoint among the tasks, claims and memories."""

    def __init__(self, context: Context) -> None:
        self.context, self.repository = context, context.repository
        self.board, self.tasks = Board(context), Tasks(context)
        self.view = self.tasks.view
        self.now = context.now
        self.mine = [self.tasks.by_id[task] for task in self.board.mine if task in self.tasks.by_id]
        self.unsaid = 0
        """What bears on the asker less, and is not even weighed against the budget."""

    @cached_property
    def scope(self) -> tuple[str, ...]:
        """The globs of what the asker is at."""
        claimed = [pattern for seen in self.board.mine.values() for pattern in seen.claim.scope]
        named = [pattern for one in self.mine for pattern in one.task.scope]
        return tuple(dict.fromkeys([*claimed, *named]))

    @cached_property
    def paths(self) -> list[str]:
        """The files of code that the asker has changed here and not committed."""
        store = self.context.store_path + "/"
        return [path for path in trunk.changed_files(self.repository) if not path.startswith(store)]

    @cached_property
    def needs(self) -> set[str]:
        """The tasks that the asker's need, or those of its role while it has none; and those that need the asker's."""
        at = self.mine or self._to_come(0)
        ids = {one.task.id for one in self.mine}
        around = {need for one in at for need in one.task.needs}
        return around | {one.task.id for one in self.tasks.placed if ids.intersection(one.task.needs)}

    def bears(self, task: Placed | None, patterns: Sequence[str], role: str | None) -> bool:
        """Whether something about these has to do with the asker."""
        me = self.board.me
        if task is not None and (task.task.id in self.needs or task in self.mine):
            return True
        if (
            patterns
            and self.scope
            and any(scopes.meet(one, other) for one in patterns for other in self.scope)
        ):
            return True
        if (
            patterns
            and self.paths
            and any(scopes.matches(one, path) for one in patterns for path in self.paths)
        ):
            return True
        if not self.mine and not self.paths:
            return me.role is None or role == me.role
        return False

    def short(self, identity: str) -> str:
        """An id as it is printed."""
        try:
            return self.tasks.shorts[identity]
        except KeyError:
            return identity[:6]

    def named(self, placed: Placed) -> str:
        """A task by its id and title."""
        return f'{self.short(placed.task.id)} "{safety.one_line(placed.task.title)}"'

    @cached_property
    def related(self) -> list[Found]:
        """What is known that bears on the asker's task, scope and files; of one without a task, on the role."""
        index = self.context.index
        chosen = self.mine or claiming.available(self.board, self.tasks)[:1] or self._to_come(1)
        words = " ".join(one.task.title for one in chosen)
        asked = query.parse(words, self.now, lambda field, value: False)
        filters = Filters(kinds=("deadend", *GUIDES))
        eligible = [
            i
            for i in selecting.positions(index, self.view, filters)
            if i not in self.view.foreign or self.mine
        ]
        files = [*self.paths, *(scopes.normal(p) for one in chosen for p in one.task.scope), *self.scope]
        files = [path.split("*", 1)[0].rstrip("/") if scopes.is_glob(path) else path for path in files]
        ranked, _ = rank(
            self.context,
            index,
            self.view,
            asked,
            eligible,
            [path for path in files if path],
            ranking.DEFAULT,
            self.now,
        )
        ranked = by_evidence(self.context, index, self.view, ranked, ranking.DEFAULT)
        self.unsaid += max(0, len(ranked) - RELATED)
        found = selecting.fetch(index, self.view, [candidate.position for candidate in ranked[:RELATED]])
        found = judging.judged(self.context, standing.labelled(self.context, found))
        return [*found, *self._rules(found)]

    def _rules(self, known: Iterable[Found]) -> list[Found]:
        """What holds for everybody: pinned or important conventions and procedures, however little they share with the task."""
        seen = {one.memory.id for one in known}
        columns = self.view.columns
        positions = [
            i
            for i in range(len(self.view))
            if self.view.kind(i) in ("convention", "procedure", "decision")
            and self.view.shown[i]
            and i not in self.view.foreign
            and (columns.pins[i] or columns.importance[i] >= 4)
            and columns.ids[i] not in seen
        ]
        return judging.judged(self.context, selecting.fetch(self.context.index, self.view, positions[:RULES]))

    def _to_come(self, limit: int) -> list[Placed]:
        """What the asker's role will have to do, once it can; 0: all of it."""
        role = self.board.me.role
        left = (one for one in self.tasks.placed if one.state != taskgraph.DONE and one.closed_on is None)
        found = [one for one in left if role is not None and one.task.role == role]
        return found[:limit] if limit else found
