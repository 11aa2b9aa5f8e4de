"""Bringing back from the journal what was written, and is in no commit and no worktree any more: the worktree is gone, or git
put its files back (checkout, clean, a stash that was dropped).
"""

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions import saving
from agentmem.actions.context import Context
from agentmem.git import branches, history, objects, revisions, state, worktrees
from agentmem.store import layout, reading
from agentmem.store.journal import Entry

if TYPE_CHECKING:
    from agentmem.model.memory import Memory


class Lost(NamedTuple):
    """The last thing that was written to one file, which nothing holds any more.

    ``here`` is what the file says where git put that back, so that it may be replaced; ``edited``: somebody has written
    something else there since; ``committed``: a commit has it that no branch holds any more, which may be on purpose.
    """

    entry: Entry
    memory: "Memory | None"
    here: bytes | None = None
    edited: bool = False
    committed: bool = False

    @property
    def about(self) -> str | None:
        """The id of the memory that it is, or changes."""
        if self.memory:
            return self.memory.id
        return layout.names_of_change(self.entry.path)[1] if layout.is_change(self.entry.path) else None


class Rescued(NamedTuple):
    """What was brought back, and what was not because the file is here and says something else; ``elsewhere`` are the branches
    that some of it is of, which are there and not at hand. ``committed`` is in a commit that no branch holds: restored by its id.
    """

    restored: tuple[Lost, ...]
    kept: tuple[Lost, ...]
    elsewhere: tuple[str, ...] = ()
    committed: tuple[Lost, ...] = ()


def lost(context: Context, surely: bool = False) -> list[Lost]:
    """What the journal has of worktrees that are gone, and of the one at hand, and neither git nor another worktree has;
    ``surely``: of those that are gone not what was staged there, which only the whole history tells from what was committed.

    What somebody has edited since by hand is not lost: the edit may have begun with it.
    """
    return [one for one in _found(context, surely) if not one.edited and not one.committed]


def _found(context: Context, surely: bool = False) -> list[Lost]:
    if not context.repository.bare:
        saving.prune_journal(context)  # not to read a large import that git has by now each time
    homes = _Homes(context)
    own: dict[str, Entry] = {}
    gone: dict[tuple[str, str], Entry] = {}
    for entry in context.journal.entries(lambda one: homes.is_own(one) or not homes.is_there(one)):
        if not layout.is_kept(entry.path):
            continue
        if homes.is_own(entry):
            own.pop(entry.path, None)
            if not entry.removed:
                own[entry.path] = entry
        elif not homes.is_there(entry):
            key = entry.home or entry.worktree, entry.path
            gone.pop(key, None)
            if not entry.removed:
                gone[key] = entry
    return [*_of_gone(context, gone, surely), *_of_own(context, list(own.values()))]


def _of_gone(context: Context, last: dict[tuple[str, str], Entry], surely: bool) -> list[Lost]:
    if not last:
        return []
    repository = context.repository
    below = f"{repository.prefix}{context.place.name}/"
    there = objects.present(repository, sorted({entry.blob for entry in last.values()}))
    if surely:
        last = {key: entry for key, entry in last.items() if entry.blob not in there}
    paths = sorted({below + path for (_, path), entry in last.items() if entry.blob in there})
    committed = history.past_blobs(repository, "--all", paths)
    roots = [context.place.root, *_other_roots(context)]
    found = []
    for (_, path), entry in last.items():
        data = _bytes(entry)
        if entry.blob in committed or any(reading.read(root, path) == data for root in roots):
            continue
        found.append(Lost(entry, _memory(path, data)))
    return found


def _of_own(context: Context, last: Sequence[Entry]) -> Iterator[Lost]:
    """What the files of the worktree at hand do not say any more, though nobody has committed it, or something else since."""
    root, repository = context.place.root, context.repository
    changed = [entry for entry in last if not _is_untouched(root, entry)]
    if not changed:
        return
    doubted, held = _doubted(context, changed)
    if not doubted:
        return
    below = f"{repository.prefix}{context.place.name}"
    there = objects.present(repository, sorted({entry.blob for entry in doubted}))
    held_by_ref = there
    if there:
        # what was there when the first of them was written holds none of them: few commits are left to look through
        oldest = doubted[0].head
        since = ["--not", oldest] if oldest else []
        there = history.past_blobs(repository, "--all", [below], ["--reflog", "--ignore-missing", *since])
        if not there.isdisjoint(entry.blob for entry in doubted):
            held_by_ref = history.past_blobs(repository, "--all", [below], since)
    others = _other_roots(context)
    names = {layout.id_in_name(path) for path in reading.walk(root)}
    for entry in doubted:
        path, data = entry.path, _bytes(entry)
        committed = entry.blob in there
        if committed and entry.blob in held_by_ref:
            continue
        if any(reading.read(other, path) == data for other in others):
            continue
        here = reading.read(root, path)
        if here is None and not os.path.lexists(os.path.join(root, path)):
            one = Lost(entry, _memory(path, data), committed=committed)
            if layout.id_in_name(path) not in names - {None} and not _is_renamed(context, one):
                yield one
            continue
        by_git = here is not None and objects.blob_id(here, repository.object_format) in held[path]
        if by_git or not committed:
            yield Lost(entry, _memory(path, data), here if by_git else None, not by_git, committed)


def _is_renamed(context: Context, one: Lost) -> bool:
    """Whether another file of the view says that it is the memory, whatever it is called: a hand edit may have come with it."""
    if one.memory is None:
        return False
    view = context.index.view()
    named = (at for at in view.with_id(one.memory.id) if at not in view.foreign)
    return any(view.columns.paths[at] != one.entry.path for at in named)


def _doubted(
    context: Context, changed: Sequence[Entry]
) -> tuple[list[Entry], dict[str, tuple[str | None, str | None]]]:
    """Those of ``changed`` that no commit took up, as far as branches tell; by path the blobs that HEAD and git's index have."""
    repository, at_hand = context.repository, state.branch(context.repository)
    below = f"{repository.prefix}{context.place.name}"
    trunk = f"refs/heads/{context.trunk}" if context.trunk else None

    def name(place: str | None, entry: Entry) -> str:
        return f"{place}:{below}/{entry.path}"

    def its_branch(entry: Entry) -> str:
        return f"refs/heads/{entry.branch}"

    # a lookup takes .3 ms among thousands, and most of what is not here is on the branch that it was written on
    held = revisions.objects_named(repository, [name(its_branch(one), one) for one in changed if one.branch])
    left = [one for one in changed if one.branch == at_hand or name(its_branch(one), one) not in held]
    if len(left) < len(changed):  # nothing of this is to be looked up the next time
        context.journal.prune(context.place.root, frozenset(held.values()))
    places = [(place, one) for one in left for place in ("HEAD", "", one.head, trunk) if place is not None]
    held |= revisions.objects_named(repository, [name(place, one) for place, one in places])

    def blob(place: str | None, entry: Entry) -> str | None:
        return held.get(name(place, entry))

    doubted = []
    for entry in left:
        before = blob(entry.head, entry) if entry.head else None
        if before is not None and entry.branch != at_hand:
            continue  # an edit in place of what another branch has
        now = {blob(its_branch(entry), entry), blob(trunk, entry) if before is None else None}
        now = {*(now - {None}), blob("HEAD", entry)}
        # where a commit has something else by now, the write was edited on by hand, or taken away on purpose
        if now == {before} and entry.blob not in (before, blob("", entry)):
            doubted.append(entry)
    return doubted, {one.path: (blob("HEAD", one), blob("", one)) for one in doubted}


def _is_untouched(root: str, entry: Entry) -> bool:
    """Whether the file of ``entry`` still says what was written: it is not read unless it is younger."""
    signature = reading.signature(root, entry.path)
    if signature is None:
        return False
    changed, size, _, _ = signature
    data = _bytes(entry)
    return size == len(data) and (changed <= entry.written or reading.read(root, entry.path) == data)


def _other_roots(context: Context) -> list[str]:
    repository = context.repository
    return [
        os.path.join(worktree.top, repository.prefix, context.place.name)
        for worktree in branches.other_worktrees(repository)
    ]


class _Homes:
    """Which worktrees are there: the very ones that were written in, not others that have taken their place."""

    def __init__(self, context: Context) -> None:
        self.common = context.repository.common_dir
        self.bare = context.repository.bare
        self.made: dict[str, int | None] = {}
        self.root = context.place.root
        self.own = None if self.bare else saving.home(context)
        self.ending = os.sep + context.store_path.replace("/", os.sep)

    def is_own(self, entry: Entry) -> bool:
        """Whether ``entry`` is of the store at hand, in the worktree at hand."""
        if entry.home is None or entry.home.startswith(".."):
            return entry.worktree == self.root
        # the repository may have been moved since
        return entry.home == self.own and entry.worktree.endswith(self.ending) and self.is_there(entry)

    def is_there(self, entry: Entry) -> bool:
        """Whether the worktree of ``entry`` is there still, moved or not."""
        if entry.home == "." and not self.bare:
            return True  # the main worktree, which may have moved with all of the repository
        if entry.home is None or entry.home.startswith(".."):
            return os.path.isdir(entry.worktree)
        if entry.home not in self.made:
            self.made[entry.home] = worktrees.made(os.path.join(self.common, entry.home))
        made = self.made[entry.home]
        return made is not None and made <= entry.written


def rescue(context: Context, memory: str | None = None) -> Rescued:
    """Write what is lost to where it was, below the store at hand, or what is lost of one ``memory``; what somebody has written
    there already stays as it is.

    Raises:
        NotWritable: the disk refuses.

    """
    restored: list[Lost] = []
    kept: list[Lost] = []
    committed: list[Lost] = []
    for one in _found(context):
        path = one.entry.path
        if memory is not None and one.about != memory:
            continue
        if memory is None and one.committed:
            committed.append(one)
            continue
        if one.here is not None:
            done = saving.rewrite(context, path, one.here, _bytes(one.entry))
        else:
            done = not os.path.lexists(os.path.join(context.place.root, path))
            if done:
                saving.write_file(context, path, _bytes(one.entry))
        (restored if done else kept).append(one)
    at_hand = context.repository.branch
    named = [one.entry.branch for one in restored if one.entry.branch and one.entry.branch != at_hand]
    there = branches.existing(context.repository, named)
    return Rescued(
        tuple(restored),
        tuple(kept),
        tuple(name for name in dict.fromkeys(named) if name in there),
        tuple(committed),
    )


def _bytes(entry: Entry) -> bytes:
    return entry.text.encode("utf-8", "surrogateescape")


def _memory(path: str, data: bytes) -> "Memory | None":
    if not layout.is_memory(path):
        return None
    from agentmem.model import document  # reads YAML: 15 ms that who has lost nothing need not pay

    return document.memory_of(path, data)
