"""What branches and worktrees have changed, and which file of one is which of another, though one has it by another name."""

from collections.abc import Iterable
from typing import NamedTuple

from agentmem.actions.context import Context
from agentmem.git import overlaps, renames
from agentmem.git.overlaps import Line
from agentmem.git.renames import Renames

TIPS = 1000
"""Branches whose renames are asked for at once: more are too many for a command line."""


class Work(NamedTuple):
    """What one branch or worktree has changed: ``tip`` None where it is not committed, ``fork`` the commit it began at; ``trunk``
    are the commits that a branch is to be merged into.
    """

    name: str
    tip: str | None
    fork: str
    paths: frozenset[str]
    folder: str | None = None
    trunk: tuple[str, ...] = ()


def renamed(context: Context, works: Iterable[Work]) -> Renames:
    """Every rename at hand, committed or not, and those that ``works`` have beside it."""
    tips = list(dict.fromkeys(work.tip for work in works if work.tip))[:TIPS]
    here = context.standpoint.commit
    beside = (renames.read(context.repository, tips, here) if tips else None) or Renames()
    return Renames((*context.index.moving.pairs, *beside.pairs, *context.index.renames.pairs))


class Meeting:
    """Which files two works both change."""

    def __init__(self, context: Context, known: Renames) -> None:
        """``known`` says what may be called otherwise by now, and so whom to ask: a name may be another file's since."""
        self._context, self._known = context, known
        self._unseen: dict[tuple[str, str], Renames] = {}
        self._merged: dict[str, bool] = {}

    def name(self, path: str) -> str:
        """The name under which whoever may change the file that was called ``path`` are found together."""
        return self._known.now(path)

    def files(self, one: Work, other: Work) -> list[tuple[str, str]]:
        """The files that both change, as each calls them; none where nothing is left to merge of one of them."""
        moved = {
            *self._moved(one, other),
            *((now, path) for path, now in self._moved(other, one)),
        }
        left = {name for pair in moved for name in pair}  # with a file of which one has given up the name
        met = sorted({*moved, *((path, path) for path in (one.paths & other.paths) - left)})
        return [] if met and (self._is_merged(one) or self._is_merged(other)) else met

    def _is_merged(self, work: Work) -> bool:
        """Whether trunk has all that a branch did, though not its commits: git is asked for those alone whose files meet."""
        if work.tip is None or not work.trunk:
            return False
        if work.tip not in self._merged:
            line = Line(work.tip, work.fork)
            self._merged[work.tip] = overlaps.is_absorbed(self._context.repository, line, work.trunk)
        return self._merged[work.tip]

    def _moved(self, one: Work, other: Work) -> list[tuple[str, str]]:
        """The files of ``one`` that ``other`` has by a later name, and that name."""
        likely = [path for path in one.paths if self.name(path) != path and self.name(path) in other.paths]
        now = self._beyond(other, one).now if likely else str
        return [(path, now(path)) for path in likely if now(path) != path and now(path) in other.paths]

    def _beyond(self, work: Work, other: Work) -> Renames:
        """The renames that ``work`` has and ``other`` has not."""
        ends = self._end(work), self._end(other)
        if ends not in self._unseen:
            self._unseen[ends] = renames.read(self._context.repository, ends[:1], ends[1]) or Renames()
        committed = self._unseen[ends]
        is_at_hand = work.tip is None and work.folder is None
        return Renames((*self._context.index.moving.pairs, *committed.pairs)) if is_at_hand else committed

    def _end(self, work: Work) -> str:
        """The newest commit of ``work``."""
        return work.tip or (self._context.standpoint.commit if work.folder is None else None) or work.fork
