"""What git's history and the worktree say of the store's files, step by step, and which memory each file was."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from agentmem.actions import standing
from agentmem.actions.context import Context
from agentmem.git import history, objects, revisions, state
from agentmem.git.history import Step
from agentmem.index.columns import Entry
from agentmem.model import document, ids
from agentmem.model.memory import Memory
from agentmem.store import layout

_PLAIN = re.compile(rb"^(id|by):[ \t]*([A-Za-z0-9._@/-]+)[ \t]*\r?$", re.MULTILINE)
"""Keys with a value that YAML reads as it stands: to parse 10,000 files for two words each takes seconds."""

NOW = ""
"""The commit of what is not committed yet."""


class Acts(NamedTuple):
    """What one commit (or what is not committed) did to the files of the store; their paths are from the store's folder."""

    commit: str
    time: int
    author: str
    subject: str
    steps: tuple[Step, ...]


class Past:
    """The history of the store, from where one stands or from every branch and tag of this clone."""

    def __init__(self, context: Context, everywhere: bool = False) -> None:
        self.context, self.everywhere = context, everywhere
        self.index, self.repository = context.index, context.repository
        commit = context.standpoint.commit
        self.starts: list[str] = [commit] if commit else []
        if everywhere:
            self.starts += history.ALL_REFS
        self._below = f"{self.repository.prefix}{context.place.name}/"
        self._texts: dict[str, bytes] = {}
        self.view = self.index.view()

    @cached_property
    def acts(self) -> tuple[Acts, ...]:
        """All that was done, newest first: what is not committed, then commit by commit."""
        found: list[Acts] = []
        todo: list[Step] = []
        moment = self.context.standpoint.at
        for step in (*self._uncommitted(), *history.steps(self.repository, self.starts, [self._below[:-1]])):
            path = step.path.removeprefix(self._below)
            if not layout.is_kept(path) or (moment is not None and step.time > moment and self.everywhere):
                continue
            if todo and todo[0].commit != step.commit:
                found.append(_acts(todo))
                todo = []
            todo.append(step._replace(path=path))
        return (*found, _acts(todo)) if todo else tuple(found)

    def _uncommitted(self) -> Iterator[Step]:
        if not self.index.is_at_hand or self.repository.bare:
            return
        columns = self.view.columns
        changed = sorted(path for path in self.index.uncommitted_paths() if layout.is_kept(path))
        if not changed:
            return
        broken = {path for path, _ in columns.broken}
        head = self.repository.head
        held = dict(objects.list_tree(self.repository, head, self._below[:-1])) if head else {}
        here = self.index.files(columns) | columns.changes | dict.fromkeys(columns.receipts, "")
        for path in changed:
            old, new = held.get(path), here.get(path)
            if path not in broken and old != new:  # what a switch carried along is in neither
                yield Step(NOW, self.context.now, "", "", self._below + path, old, new)

    # -- what the files say

    def read(self, blobs: Iterable[tuple[str, str]]) -> None:
        """Have the text of ``blobs`` (path and blob) at hand, read in one go."""
        wanted = [Entry(path, blob) for path, blob in blobs if blob and blob not in self._texts]
        if wanted:
            self._texts |= self.index.bytes_of(wanted)

    def keep(self, data: bytes) -> str:
        """Have a text at hand that no commit holds; the id its blob would have."""
        blob = self.index.blob_of(data)
        self._texts[blob] = data
        return blob

    def text(self, path: str, blob: str) -> bytes | None:
        """The bytes of one blob; None where this clone has not got them."""
        self.read([(path, blob)])
        return self._texts.get(blob)

    def memory(self, path: str, blob: str) -> Memory | None:
        """The memory that the file at ``path`` was with the content ``blob``."""
        data = self.text(path, blob)
        if data is None:
            return None
        return document.memory_of(path, data)

    def word(self, path: str, blob: str, key: str) -> str | None:
        """The value of the key ``id`` or ``by`` in one file's front matter."""
        data = self.text(path, blob)
        if data is None or not data.removeprefix(document.BOM).startswith(b"---"):
            return None
        end = data.find(b"\n---", 3)
        for match in _PLAIN.finditer(data, 0, end if end >= 0 else len(data)):
            if match[1].decode() == key:
                return match[2].decode()
        if not re.search(
            rb"^[\"']?" + key.encode() + rb"[\"']?[ \t]*:", data[: end if end >= 0 else None], re.MULTILINE
        ):
            return None
        value = document.parse(data).meta.get(key)
        return value if isinstance(value, str) else None

    def name(self, path: str, blob: str) -> str:
        """The id of the memory that the file at ``path`` was with the content ``blob``."""
        if (path, blob) in self._odd:
            return self._odd[path, blob]
        return layout.id_in_name(path) or ids.derived_id(path)

    @cached_property
    def _odd(self) -> Mapping[tuple[str, str], str]:
        """The ids of the files whose names do not tell: those without an id, and those that lie about it in the view."""
        columns = self.view.columns
        liars = {
            path
            for path, identity in zip(columns.paths, columns.ids, strict=True)
            if layout.id_in_name(path) != identity
        }
        pairs = {
            (step.path, blob)
            for acts in self.acts
            for step in acts.steps
            if layout.is_memory(step.path) and (step.path in liars or layout.id_in_name(step.path) is None)
            for blob in (step.old, step.new)
            if blob
        }
        self.read(sorted(pairs))
        found = {}
        for path, blob in pairs:
            said = self.word(path, blob, "id")
            found[path, blob] = said if said and ids.is_id(said) else ids.derived_id(path)
        return found

    @cached_property
    def changes(self) -> Mapping[str, str]:
        """The memory of each change that was ever here, by the change's id."""
        paths = {step.path for acts in self.acts for step in acts.steps if layout.is_change(step.path)}
        return {
            change: about
            for _, about, change in map(layout.names_of_change, {*paths, *self.view.columns.changes})
        }

    @cached_property
    def brought(self) -> Collection[tuple[str, str]]:
        """Commit and path of what merges had from one of their sides, under another name there: a rename met an edit."""
        paths: dict[str, set[str]] = {}
        merged: list[Step] = []
        for acts in self.acts:
            for step in acts.steps:
                if step.new and layout.is_memory(step.path):
                    paths.setdefault(step.new, set()).add(step.path)
                    if step.sides > 1:
                        merged.append(step)
        sides: dict[str, set[str]] = {}
        found = set()
        for step in merged:
            if step.new and len(paths[step.new]) > 1:  # else no tree need be read: nobody else had it
                for number in range(1, step.sides + 1):
                    side = f"{step.commit}^{number}"
                    if side not in sides:
                        tree = objects.list_tree(self.repository, side, self._below[:-1])
                        sides[side] = {blob for _, blob in tree}
                    if step.new in sides[side]:
                        found.add((step.commit, step.path))
        return found

    @cached_property
    def change_files(self) -> Mapping[str, tuple[str, str]]:
        """Path and blob of each change that was ever here, by its id."""
        return {
            layout.names_of_change(step.path)[2]: (step.path, step.new)
            for acts in self.acts
            for step in acts.steps
            if step.new and layout.is_change(step.path)
        }

    @cached_property
    def identities(self) -> set[str]:
        """The id of every memory that was ever here."""
        found = {*self.changes.values(), *self.view.columns.ids}
        for acts in self.acts:
            for step in acts.steps:
                if layout.is_memory(step.path):
                    found.update(self.name(step.path, blob) for blob in (step.old, step.new) if blob)
        return found

    @cached_property
    def latest(self) -> Mapping[str, tuple[str, str]]:
        """Path and blob of each memory's own file, as it was last."""
        found: dict[str, tuple[str, str]] = {}
        for acts in self.acts:
            for step in acts.steps:
                blob = step.new or step.old
                if blob and layout.is_memory(step.path):
                    found.setdefault(self.name(step.path, blob), (step.path, blob))
        return found

    # -- where it was

    @cached_property
    def _off_trunk(self) -> Collection[str]:
        trunk = self.context.trunk
        tips = revisions.trunk_tips(self.repository, trunk) if trunk else []
        return history.without(self.repository, self.starts, tips) if tips else ()

    @cached_property
    def _elsewhere(self) -> Collection[str]:
        commit = self.context.standpoint.commit
        return (
            history.without(self.repository, self.starts, [commit] if commit else [])
            if self.everywhere
            else ()
        )

    @cached_property
    def here(self) -> str | None:
        """The branch that one looks from."""
        return state.branch(self.repository) if self.index.is_at_hand else self.context.standpoint.branch

    def layer(self, commits: Sequence[str], written: str | None, change: bool) -> str:
        """The layer of what ``commits`` hold and was written on the branch ``written``; of a change it is never base."""
        trunk_has = any(commit != NOW and commit not in self._off_trunk for commit in commits) or (
            NOW in commits and self.context.trunk in (None, self.here)
        )
        if not change and trunk_has:
            return "base"
        if all(commit in self._elsewhere for commit in commits):
            return "unmerged"
        if not trunk_has and not self.index.is_at_hand and self.context.standpoint.branch is not None:
            return "unmerged"
        own = written is None or standing.is_own(self.context, self.here, written)
        return "own" if own else "merged"

    @cached_property
    def boundary(self) -> frozenset[str]:
        """The commits at which this clone, a shallow one, ends."""
        return history.boundary(self.repository)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What makes the history that is told less than the whole."""
        said = list(self.index.notes)
        if self.boundary:
            said.append(
                "this clone is shallow: what its oldest commit holds may be older, and what was before it is not told"
                " (git fetch --unshallow gets it)"
            )
        return tuple(said)


def _acts(steps: Sequence[Step]) -> Acts:
    first = steps[0]
    return Acts(first.commit, first.time, first.author, first.subject, tuple(steps))
