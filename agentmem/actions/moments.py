"""What was visible at each of many moments of the past, as ``recall --at`` has it for one."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from agentmem.actions.context import Context
from agentmem.git import branches, revisions
from agentmem.index.columns import Entry
from agentmem.index.view import View


class Then(NamedTuple):
    """A view, and the positions in it of what was in force at a moment."""

    view: View
    known: Sequence[int]


class Moments:
    """What was visible when: today's view for the present, for the past that of the commit at which this branch stood then.

    What that commit has not and says that it was written before counts as well, as of its own times: it was not committed
    yet, not merged, or imported with its dates. Where nothing was committed yet, own times are all that there is, and no time
    says when a memory was retracted: it counts as if it had always been.
    """

    def __init__(self, context: Context, moments: Iterable[int]) -> None:
        """``moments`` are all that will be asked for, seconds UTC: git is asked once."""
        self._context = context
        self._own = context.index.view()
        self._bare: dict[tuple[str, tuple[int, ...]], View] = {}
        self._ids: dict[str, frozenset[str]] = {}
        self._views: dict[tuple[str, tuple[int, ...], bytes], View] = {}
        wanted = {moment for moment in moments if moment < context.now}
        start = context.standpoint.commit
        self._commits = (
            revisions.at_each(context.repository, start, wanted) if start is not None and wanted else {}
        )
        commits = self._commits.values()
        self._trees = branches.store_trees(context.repository, commits, context.store_path) if commits else {}

    def is_untold(self, moment: int) -> bool:
        """Whether this clone, a shallow one, lacks the history of ``moment``."""
        return moment not in self._commits and self._context.repository.shallow

    def at(self, moment: int | None) -> Then:
        """What was visible at ``moment``, one of those that were announced; None, and a moment to come, are the present."""
        own = self._own
        if moment is None or moment >= self._context.now:
            return Then(own, own.in_force())
        commit = self._commits.get(moment)
        known = own.in_force(moment)
        if commit is None or commit not in self._trees:
            return Then(own, known)
        view = self._view(commit, moment, known)
        return Then(view, view.in_force())

    def _view(self, commit: str, moment: int, known: Sequence[int]) -> View:
        """The view of ``commit`` with what else is ``known``; the same one for moments between which nothing changed."""
        tree, columns = self._trees[commit], self._own.columns
        held = self._made(tree, (), commit, moment).columns.ids
        ids = self._ids.setdefault(tree, frozenset(held))
        late = tuple(i for i in known if columns.ids[i] not in ids)
        made = self._made(tree, late, commit, moment)
        then = View(made.columns, moment, made.pending)
        return self._views.setdefault((tree, late, bytes(then.shown)), then)

    def _made(self, tree: str, late: tuple[int, ...], commit: str, moment: int) -> View:
        """The view of ``commit``, whose store is ``tree``, with the memories that are here at ``late``."""
        if (tree, late) not in self._bare:
            columns = self._own.columns
            beside = [Entry(columns.paths[i], columns.blobs[i]) for i in late]
            self._bare[tree, late] = self._context.index.view_at(commit, moment, beside)
        return self._bare[tree, late]
