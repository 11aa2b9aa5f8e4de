"""The index of one repository: fresh views of its store, and an engine that holds every word of them."""

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from agentmem.errors import Contended
from agentmem.git import objects
from agentmem.git.repository import Difference, Repository
from agentmem.index import discarding, entries, viewcache
from agentmem.index.catalog import Row
from agentmem.index.columns import Columns, Entry
from agentmem.index.entries import Delta, Worktree
from agentmem.index.knowledge import Knowledge, Progress
from agentmem.index.notes import Notes
from agentmem.index.port import Posting
from agentmem.index.start import Started, view_file
from agentmem.index.view import Origin, Pending, View
from agentmem.index.word_index import WordIndex
from agentmem.store import cache, layout, reading
from agentmem.store.place import Place

NEAR = 2000
"""Files in which another commit may differ from the kept view, to be made from it; listing all of a tree takes as long."""

if TYPE_CHECKING:
    from agentmem.git.ahead import Ahead
    from agentmem.git.renames import Renames
    from agentmem.index import elsewhere, overlays
    from agentmem.index.carried import Carried

SAVE_FROM = 200
"""Memories from which on a view is worth keeping: below, making it anew costs less than 5 ms."""


class Index:
    """Everything that reads go through. Asking git starts with the object."""

    def __init__(
        self,
        place: Place,
        environment: Mapping[str, str],
        now: int,
        started: Started,
        progress: Progress | None = None,
        scan: bool = False,
        cached: bool = True,
    ) -> None:
        """``now`` is the moment of the view, seconds UTC; ``scan`` answers without the words' index, as a test does;
        not ``cached``, without anything kept on disk.
        """
        self.place, self._environment, self._now, self._progress = place, environment, now, progress
        self._scan, self._cached = scan, cached
        self.started, self._cache_file = started, started.view_file
        self._repository: Repository | None = None
        self._knowledge: Knowledge | None = None
        self._view: View | None = None
        self._differences: tuple[str, list[Difference]] = ("", [])
        self._commit: str | None = None
        self.trunk: Callable[[], str | None] = lambda: None
        """Says which branch is trunk: what trunk and others have is trunk's."""
        self._others: frozenset[str] | None = frozenset()
        self._asked: Ahead[tuple[elsewhere.Deltas, elsewhere.Lines]] | None = None
        self._worktree_of: str | None = None
        self.then: int | None = None
        """The moment of the past, seconds UTC, that is looked from: other branches are as they stood then."""
        self.foreign_tasks: dict[int, overlays.Task] = {}
        """What made memories that were read from elsewhere what they are, where changes did, by position."""
        self.foreign_receipts: dict[Origin, set[str]] = {}
        """The ids of the changes that others have receipts for and the view has not, by where they were read."""
        self._read: dict[str, bytes] = {}
        self.carried: list[Carried] = []
        """Files that belong to another branch, and that a `git switch` carried along before they were committed."""
        self.void: frozenset[str] = frozenset()
        """The paths of the receipts that do not count; see ``receipts.void``."""
        self._bases: dict[int, str] = {}
        self._with_archived = False
        self.orphans: tuple[Entry, ...] = ()
        """Changes of memories that the view does not have."""
        self.notes = Notes()

    def close(self) -> None:
        """Let go of processes and files."""
        self.started.close()
        if self._knowledge is not None:
            self._knowledge.close()

    @property
    def repository(self) -> Repository:
        """The repository around the store."""
        if self._repository is None:
            self._repository = self.started.probe.repository()
        return self._repository

    @property
    def knowledge(self) -> Knowledge:
        """What is known of blobs; not for what runs beside other things.

        Raises:
            RuntimeError: it is asked for in an ``Ahead``: each time, where SQLite would object to whichever thread came second.

        """
        ahead = sys.modules.get(
            "agentmem.git.ahead"
        )  # not loaded for this: where it is not, nothing runs beside
        if ahead is not None and ahead.is_beside():
            raise RuntimeError("the catalog keeps to the main thread: an Ahead waits for git alone")
        if self._knowledge is None:
            common = self.repository.common_dir
            folder = cache.writable_folder(common, self._environment) if self._cached else None
            self._knowledge = Knowledge(folder, self._progress)
            self._cache_file = view_file(folder, self.place) if folder else None
            if self._knowledge.repaired:
                self.notes.append(self._knowledge.repaired)
        return self._knowledge

    @property
    def reads_cache(self) -> bool:
        """Whether answers come from a catalog on disk."""
        return self._knowledge is not None and self._knowledge.identity is not None

    def give_up_catalog(self, problem: Exception) -> bool:
        """Take away a catalog that ``problem`` shows to be torn; False for one that is merely locked, which stays."""
        knowledge = self.knowledge
        path = knowledge.catalog_path
        if path is None or not discarding.is_torn(problem, path):
            return False
        if (lock := knowledge.lock()) is not None:
            knowledge.close()
            try:
                discarding.catalog(path)
            finally:
                os.close(lock)
        return True

    # -- views

    def stand_at(self, commit: str, now: int, worktree_of: str | None = None, past: bool = False) -> None:
        """Look from ``commit`` at the moment ``now`` (seconds UTC), in place of from the worktree; before the first view.

        With what a worktree of the branch ``worktree_of`` has not committed, where there is one; ``past``: that moment is gone,
        and so is what others have committed since, or not at all.
        """
        self._commit, self._now, self._worktree_of = commit, now, worktree_of
        self.then = now if past else None
        self._ask_elsewhere()

    def include_others(self, names: Iterable[str] | None = None) -> None:
        """Have in the view what other branches and worktrees (None: all, else those of ``names``) have and it has not; before the
        first view. Git is asked for it at once.
        """
        others = None if names is None else frozenset(names)
        if self._view is None and (others != self._others or self._asked is None):
            self._others = others
            self._ask_elsewhere()

    def _ask_elsewhere(self) -> None:
        """Have git look for what belongs to the view from other branches and worktrees, if anything does."""
        if self._others is None or self._others:
            from agentmem.index import elsewhere

            self._asked = elsewhere.ask(self, self._others)

    @property
    def has_all_others(self) -> bool:
        """Whether what all other branches have belongs to the view, and not what some that were named have."""
        return self._others is None

    @property
    def is_at_hand(self) -> bool:
        """Whether the view is of the worktree, and not of another branch or moment."""
        return self._commit is None

    def view(self) -> View:
        """What this worktree's files say now (of a bare clone: what HEAD says), every blob of it known."""
        if self._view is None:
            columns = self._columns() if self._commit is None else self.columns_at(self._commit)
            if self._worktree_of is not None:
                from agentmem.index import elsewhere

                for delta in elsewhere.uncommitted(self, self._worktree_of):
                    columns = self.apply(columns, delta)
                    if any(layout.is_receipt(entry.path) for entry in delta.added):
                        from agentmem.index import steady

                        columns.receipts -= steady.void(self, columns, delta.removed)
            pending, self._bases, self.orphans = self._settled(columns)
            foreign = dict[int, Origin]()
            if self._asked is not None:
                from agentmem.index import elsewhere

                more, foreign, self.foreign_tasks = elsewhere.add(self, columns, self._others, self._asked)
                pending |= more
            self._view = View(columns, self._now, pending, foreign)
            if self._with_archived:
                self._view = self._extended(self._view)
        return self._view

    @contextmanager
    def seeing(self, view: View) -> Iterator[None]:
        """Answer from ``view``, which another moment has, in place of from the one that is stood at, until the ``with`` ends."""
        own, self._view = self.view(), view
        try:
            yield
        finally:
            self._view = own

    def include_archived(self) -> None:
        """Have in the view, from now on, what is out of the tree and in git's history; see ``archive.add``."""
        if not self._with_archived:
            self._with_archived = True
            if self._view is not None:
                self._view = self._extended(self._view)

    def _extended(self, view: View) -> View:
        from agentmem.index import archive

        archived = archive.add(self, view.columns)
        return View(view.columns, view.now, view.pending, view.foreign, archived)

    @property
    def standing_at(self) -> str | None:
        """The commit that is looked from; None before the first."""
        return self._commit or self.repository.head

    @cached_property
    def renames(self) -> "Renames":
        """The renames in the history of what is looked from."""
        from agentmem.index import renamed

        repository = self.repository
        kept = cache.writable_folder(repository.common_dir, self._environment) if self._cached else None
        return renamed.committed(repository, self.standing_at, kept)

    @cached_property
    def moving(self) -> "Renames":
        """The renames in the worktree that are not committed yet; none where the view is of something else."""
        from agentmem.git import renames

        return renames.uncommitted(self.repository) if self.is_at_hand else renames.Renames()

    @property
    def columns(self) -> Columns:
        """The columns of the view."""
        return self.view().columns

    def base_blob(self, position: int, columns: Columns) -> str:
        """The blob of the file at ``position``, without the changes that are applied to it."""
        if position in self.foreign_tasks:
            return self.foreign_tasks[position].base.blob
        return self._bases.get(position) or columns.blobs[position]

    def files(self, columns: Columns, among: Collection[str] | None = None) -> dict[str, str]:
        """The blob of each memory's file, by path; of those of the paths ``among``, if these are given."""
        if among is not None:
            return {path: self.base_blob(i, columns) for i, path in enumerate(columns.paths) if path in among}
        blobs = list(columns.blobs)
        for position in {*self._bases, *self.foreign_tasks}:
            if position < len(blobs):
                blobs[position] = self.base_blob(position, columns)
        return dict(zip(columns.paths, blobs, strict=True))

    def having(self, columns: Columns, blobs: Collection[str]) -> set[str]:
        """Those of ``blobs`` that ``columns`` have, with changes applied or without."""
        wanted = set(blobs)
        return wanted.intersection(columns.blobs).union(wanted.intersection(self._bases.values()))

    def remember(self, contents: Mapping[str, bytes]) -> None:
        """Keep what was read, by blob, for whoever needs the bytes."""
        self._read |= contents

    def learn(self, found: Sequence[Entry]) -> dict[str, Row]:
        """What the catalog says of the blobs of ``found``; those it does not know are learned. Unreadable ones are left out."""
        blobs = list(dict.fromkeys(entry.blob for entry in found))
        known = self.knowledge.rows_of(blobs)
        unknown = [blob for blob in blobs if blob not in known]
        if unknown:
            self.knowledge.take(lambda: self._contents(unknown, self._read), len(unknown))
            known = self.knowledge.rows_of(blobs)
        return self.knowledge.rows_by_blob(known)

    def blob_of(self, data: bytes) -> str:
        """The id that git gives ``data``."""
        return objects.blob_id(data, self.repository.object_format)

    def view_at(self, commit: str, now: int, beside: Sequence[Entry] = ()) -> View:
        """The view of ``commit`` at the moment ``now`` (seconds UTC), beside the one that is stood at.

        With the memories of ``beside``, which the commit has not.
        """
        columns = self.columns_at(commit)
        pending, _, _ = self._settled(columns)
        rows = self.learn(beside) if beside else {}
        for entry in beside:
            if row := rows.get(entry.blob):
                columns.add(entry.path, row)
        return View(columns, now, pending)

    def _settled(self, columns: Columns) -> tuple[dict[int, Pending], dict[int, str], tuple[Entry, ...]]:
        """Apply the changes of ``columns`` in place; see ``overlays.Settled``."""
        if not columns.changes:
            return {}, {}, ()
        from agentmem.index import overlays

        return overlays.settle(columns, self.knowledge, self.bytes_of, self.blob_of)

    def bytes_of(self, wanted: Iterable[Entry]) -> dict[str, bytes]:
        """The content of the blobs of ``wanted``: as read, from git, else from the files that nobody has committed."""
        paths = {entry.blob: entry.path for entry in wanted}
        found = {blob: self._read[blob] for blob in paths if blob in self._read}
        found.update(objects.read_blobs(self.repository, [blob for blob in paths if blob not in found]))
        for blob, path in paths.items():
            if blob not in found:
                data = reading.read(self.place.root, path)
                if data is not None and self.blob_of(data) == blob:
                    found[blob] = data
        # of memories it is also asked what is no object anywhere: a file with the changes of an overlay applied
        self.notes.unread(sum(layout.is_change(path) for blob, path in paths.items() if blob not in found))
        return found

    def uncommitted(self) -> int:
        """How many memories and changes of the worktree are not as HEAD has them."""
        return sum(layout.is_memory(path) or layout.is_change(path) for path in self.uncommitted_paths())

    def uncommitted_paths(self) -> set[str]:
        """The paths below the store that are not as HEAD has them."""
        self.view()
        return self.not_committed()

    def not_committed(self) -> set[str]:
        """The same while the view is made."""
        commit, differences = self._differences
        head = self.repository.head
        if self.repository.bare or not self.is_at_hand:
            return set()
        if head and commit != head:
            _, differences = entries.probe(self.place, head).differences(self.repository)
        start = self.place.name + "/"
        return {
            one.path.removeprefix(start)
            for one in differences
            if one.path.startswith(start) and not entries.is_touched(self.place, self.repository, one)
        }

    def _columns(self) -> Columns:
        columns = self._whole_columns()
        if columns.changes and not self.repository.bare:
            from agentmem.index import steady

            columns = steady.steady(self, columns, self._differences[1])
        if (
            any(one.old is None and not one.deleted for one in self._differences[1])
            and self.repository.branch
        ):
            from agentmem.index import carried

            self.carried = carried.find(self, columns, *self._differences)
            if self.carried:
                columns = columns.without(frozenset(one.path for one in self.carried))
        return columns

    def columns_at(self, commit: str) -> Columns:
        """The columns of ``commit``: from the kept ones where it is near them."""
        worktree = Worktree(self.place, self.repository)
        saved = self._saved()
        if saved:
            from agentmem.git import branches

            trees = branches.store_trees(self.repository, [saved.commit, commit], worktree.below)
            if len(trees) == len({saved.commit, commit}):
                pair = trees[saved.commit], trees[commit]
                same = {(tree, tree): list[Difference]() for tree in pair}
                differences = (same | branches.differing(self.repository, [pair])).get(pair)
                if differences is not None and len(differences) + len(saved.dirty) <= NEAR:
                    return self.apply(saved.columns, worktree.from_tree(saved, differences))
        return self._make(worktree.tree(commit), Delta())

    def _saved(self) -> "viewcache.Saved | None":
        """The kept view, where it is of this catalog: another knows neither its rows nor its blobs, and of files that nobody has
        committed nor does git.
        """
        saved = viewcache.load(self._cache_file, self.place.root) if self._cache_file else None
        return saved if saved and saved.identity == self.knowledge.identity else None

    def _whole_columns(self) -> Columns:
        worktree = Worktree(self.place, self.repository)
        if self.repository.bare:
            found = worktree.tree(self.repository.head) if self.repository.head else []
            return self._make(found, Delta())
        commit, differences = self.started.probe.differences(self.repository)
        self._differences = commit, differences
        saved = self._saved()
        if saved and saved.commit == commit:
            delta = worktree.delta(saved, differences)
            if len(delta) <= entries.DELTA:
                return self.apply(saved.columns, delta)
        treeish = self.repository.head
        if treeish and commit != treeish:
            commit, differences = entries.probe(self.place, treeish).differences(self.repository)
            self._differences = commit, differences
        found, delta, dirty = worktree.everything(commit, differences, saved)
        columns = self._make(found, delta)
        self._save(commit, columns, dirty)
        return columns

    def apply(self, columns: Columns, delta: Delta) -> Columns:
        """``columns`` with what ``delta`` says; they may be the ones given, changed."""
        if delta.removed:
            columns = columns.without(frozenset(delta.removed))
        if delta.added:
            self._append(columns, delta.added, delta)
        return columns

    def _make(self, found: Sequence[Entry], delta: Delta) -> Columns:
        columns = Columns()
        self._append(columns, found, delta)
        return columns

    def _append(self, columns: Columns, everything: Sequence[Entry], delta: Delta) -> None:
        self._read |= delta.contents
        found = []
        for entry in everything:
            if layout.is_change(entry.path):
                columns.changes[entry.path] = entry.blob
            elif layout.is_receipt(entry.path):
                columns.receipts.add(entry.path)
            else:
                found.append(entry)
        rows = self.learn(found)
        missing = 0
        for entry in found:
            row = rows.get(entry.blob)
            if row is None:
                missing += 1
            else:
                columns.add(entry.path, row)
        self.notes.unread(missing)

    def _contents(self, blobs: Iterable[str], read: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
        wanted = list(blobs)
        yield from ((blob, read[blob]) for blob in wanted if blob in read)
        yield from objects.read_blobs(self.repository, [blob for blob in wanted if blob not in read])

    def _save(self, commit: str, columns: Columns, dirty: entries.Dirty) -> None:
        identity = self.knowledge.identity
        if self._cache_file is None or identity is None or len(columns.paths) < SAVE_FROM:
            return
        if all(self.knowledge.is_kept(row) for row in columns.rows):
            viewcache.save(
                self._cache_file, viewcache.Saved(self.place.root, commit, identity, columns, dirty)
            )

    # -- words

    @property
    def _words(self) -> WordIndex:
        return WordIndex(self.knowledge, self._scan, self._progress, self.notes.append)

    def postings(self, terms: Sequence[str]) -> dict[str, list[Posting]]:
        """The postings of ``terms`` over the view, and what the index has beyond it."""
        return self._words.postings(self.view(), terms)

    def held(self) -> tuple[set[int], str]:
        """The rows whose words the index holds, after it took up what it lacked; and the engine's name."""
        return self._words.held(self.view())

    def drop(self) -> None:
        """Remove catalog, words and kept views, to be made anew by the next read.

        Raises:
            Contended: somebody else is writing them.

        """
        knowledge = self.knowledge
        if knowledge.folder is None or knowledge.catalog_path is None:
            return
        lock = knowledge.lock()
        if lock is None:
            raise Contended("the index is being written by somebody else", "try again")
        try:
            knowledge.close()
            discarding.catalog(knowledge.catalog_path)
            for name in os.listdir(knowledge.folder):
                if name == "views" or name.startswith("words-"):
                    discarding.tree(os.path.join(knowledge.folder, name))
        finally:
            os.close(lock)
