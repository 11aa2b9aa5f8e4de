"""What a team writes, as it is written: in the worktrees of this repository, and by whatever commits reach it.

An event tells what somebody wrote, once, when it is first seen. What is seen is told apart by content: the same memory in a
worktree, in a commit of it, on a branch that it is merged to, is one. So a `git switch` brings nothing new, since what it brings
was on a tip; what an old commit or a branch begun at one brings was written before and is not told either. That a file goes is
not told (``history`` does).
"""

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from typing import NamedTuple

from agentmem.actions import identity
from agentmem.actions.context import Context
from agentmem.actions.watched import CLAIM_FILE, SWITCHED, Event, Known, Sight
from agentmem.errors import GitFailed, NoRepository
from agentmem.git import branches, history, objects, places, refs
from agentmem.git.places import Standing
from agentmem.git.repository import Repository
from agentmem.git.worktrees import Home
from agentmem.index.columns import Entry
from agentmem.store import cache, layout
from agentmem.store.scanning import Scan

PATIENCE = 40
"""Looks for which a worktree is left alone that git is writing just now: a lock that stays longer is of a git that died."""


class Look(NamedTuple):
    """What a look has found; ``again``: something was only half there, so look again soon."""

    events: tuple[Event, ...]
    again: bool = False


class Watcher:
    """Everything that was seen so far. The first look is taken when it is made, and tells nothing."""

    def __init__(self, new_context: Callable[[], Context]) -> None:
        self._new_context = new_context
        with closing(new_context()) as context:
            self.place = context.place
            self.repository: Repository = context.repository
            self.view = context.standpoint
            self._trunk = context.trunk
        self._common_dir = self.repository.common_dir
        self._below = self.repository.prefix + self.place.name
        self._known = Known()
        self._tree = self.repository.empty_tree
        self._scans: dict[str, Scan] = {}
        self._doubted: set[tuple[str, str, str]] = set()
        self._waited: dict[str, int] = {}
        self.standing = places.standing(self.repository.directory, self._common_dir)
        commits = self._commits_now()
        self._commits = set(commits)
        entries = self._entries(commits)
        for home in self.standing.homes:
            scan = self._scans[home.top] = Scan(self._root(home))
            entries += [Entry(path, self._blob(data)) for path, data in scan.changed()]
        with closing(self._opened()) as context:
            self._known.take(context, entries)
            self._claimed(context)

    def folders(self) -> dict[str, tuple[str, bool]]:
        """The folders in which something may happen, with the worktree's top and whether also below; see ``Alarms.cover``."""
        common = self._common_dir
        found = {os.path.join(common, name): ("", True) for name in ("refs", "reftable", "worktrees")}
        found[common] = ("", False)
        for home in self.standing.homes:
            root = self._root(home)
            found[os.path.dirname(root)] = (home.top, False)
            found[root] = (home.top, True)
        return found

    def refresh(self) -> None:
        """Have the index hold what the worktree at hand says now."""
        with closing(self._new_context()) as context:
            context.index.held()

    def _root(self, home: Home) -> str:
        return os.path.join(home.top, *self._below.split("/"))

    def _opened(self) -> Context:
        """A context at the place that was looked at first, whether its store is there now or not."""
        context = self._new_context()
        vars(context)["place"] = self.place
        return context

    def _blob(self, data: bytes) -> str:
        return objects.blob_id(data, self.repository.object_format)

    def look(self, tops: Collection[str] | None = None) -> Look:
        """What was written since the last look, oldest first; ``tops``: only the files of these worktrees may have changed.

        Raises:
            NoRepository: the repository, or the worktree at hand, is gone.

        """
        if not os.path.isdir(self.place.directory) or not os.path.isdir(self._common_dir):
            raise NoRepository(f"{self.place.directory} is no worktree any more")
        before, self.standing = self.standing, places.standing(self.repository.directory, self._common_dir)
        with closing(self._opened()) as context:
            switched = self._switched(before, context.now)
            moved = {event.worktree for event in switched}
            told = self._known.tell(context, list(self._committed()))
            self._know_old(context)
            again = False
            for home in self.standing.homes:
                if tops is None or home.top in tops or home.top in moved or home.top not in self._scans:
                    sights, is_half = self._written(home)
                    told += self._known.tell(context, sights)
                    again |= is_half
            self._forget_removed()
            if before.claims != self.standing.claims:
                told += self._claimed(context)
        return Look((*switched, *told), again)

    def _switched(self, before: Standing, now: int) -> list[Event]:
        """The worktrees that are on another branch than before; of those on none, at another commit."""
        known = {home.top: home for home in before.homes}
        events = []
        for home in self.standing.homes:
            was = known.get(home.top, home)
            if home.branch != was.branch or (home.branch is None and home.head != was.head):
                left = was.branch or (was.head or "")[:7] or None
                events.append(
                    Event(SWITCHED, now, branch=home.branch, worktree=home.top, was=left, commit=home.head)
                )
        return events

    # -- commits

    def _commits_now(self) -> dict[str, str | None]:
        """The commits that branches and worktrees are at, with a branch that is there: trunk, else a local one before others."""
        found: dict[str, str | None] = {}
        tips = self.standing.tips
        trunk = f"refs/heads/{self._trunk}"
        if trunk in tips:
            found[tips[trunk]] = self._trunk
        for ref, commit in tips.items():
            found.setdefault(commit, ref.removeprefix("refs/heads/").removeprefix("refs/remotes/"))
        for home in self.standing.homes:
            if home.head:
                found.setdefault(home.head, home.branch)
        return found

    def _entries(self, commits: Collection[str]) -> list[Entry]:
        """The files of the store in ``commits`` that the tree looked at last has not."""
        trees = list(branches.store_trees(self.repository, commits, self._below).values())
        if not trees:
            return []
        first = [(self._tree, trees[0])]
        found = branches.differing(self.repository, [*first, *((trees[0], tree) for tree in trees[1:])])
        self._tree = trees[0]
        return [
            Entry(one.path, one.new)
            for differences in found.values()
            for one in differences
            if one.new and layout.is_kept(one.path)
        ]

    def _committed(self) -> Iterator[Sight]:
        """What the commits did that no tip had until now."""
        known = self._commits
        for commit, name in self._commits_now().items():
            if commit in known:
                continue
            for step in self._steps(commit, known):
                path = step.path.removeprefix(self._below + "/")
                if step.new and layout.is_kept(path):
                    yield Sight(path, step.new, step.old, name, None, step.author, None)
            known = known | {commit}

    def _steps(self, commit: str, known: Collection[str]) -> list[history.Step]:
        """What the commits did that ``commit`` has and none of ``known`` has, oldest first."""
        below = [self._below]
        try:
            found = list(history.steps(self.repository, [commit, *(f"^{one}" for one in known)], below))
        except GitFailed:  # one of them was collected meanwhile
            left = objects.present(self.repository, known)
            found = list(history.steps(self.repository, [commit, *(f"^{one}" for one in left)], below))
        return found[::-1]

    def _know_old(self, context: Context) -> None:
        """Know what else new tips have: an old commit that was checked out, a branch begun at one; nothing of it is told."""
        commits = self._commits_now()
        new = [commit for commit in commits if commit not in self._commits]
        self._commits = set(commits)
        if new:
            known = self._known.blobs
            self._known.take(context, [one for one in self._entries(new) if one.blob not in known])

    # -- files

    def _written(self, home: Home) -> tuple[list[Sight], bool]:
        """What the files of a worktree say that was not seen before, and whether some of it is to be looked at again."""
        if home.is_busy and self._waited.get(home.top, 0) < PATIENCE:
            self._waited[home.top] = self._waited.get(home.top, 0) + 1
            return [], True
        self._waited.pop(home.top, None)
        scan = self._scans.setdefault(home.top, Scan(self._root(home)))
        known = self._known.blobs
        fresh = []
        for path, data in scan.changed():
            blob = self._blob(data)
            if layout.is_receipt(path) or not (
                blob in known or (b"\r\n" in data and self._blob(data.replace(b"\r\n", b"\n")) in known)
            ):
                fresh.append(Sight(path, blob, None, home.branch, home.top, None, data))
        if not fresh:
            return [], False
        by = identity.remembered(cache.worktree_folders(home.git_dir, self._common_dir, os.environ))
        in_git = objects.present(self.repository, [one.blob for one in fresh])
        certain = []
        for one in fresh:
            mark = (home.top, one.path, one.blob)
            # git writes files before it moves HEAD: what it has already may be of a commit that is being checked out; and a
            # memory with changes may be about to get the receipts that make it a promotion
            doubtful = one.blob in in_git or self._known.has_changes(one.path)
            if doubtful and mark not in self._doubted and not layout.is_receipt(one.path):
                self._doubted.add(mark)
                scan.forget(one.path)
            else:
                self._doubted.discard(mark)
                certain.append(one._replace(by=by))
        return certain, len(certain) < len(fresh)

    def _forget_removed(self) -> None:
        there = {home.top for home in self.standing.homes}
        for top in set(self._scans) - there:
            del self._scans[top]
            self._waited.pop(top, None)
        self._doubted = {mark for mark in self._doubted if mark[0] in there}

    def _claimed(self, context: Context) -> list[Event]:
        held = refs.read_all(self.repository, places.CLAIMS, CLAIM_FILE)
        return self._known.claims(context, {task: one.data for task, one in held.items()})
