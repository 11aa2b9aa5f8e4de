"""Bringing back from the journal what was written, and is in no commit and no worktree any more: the worktree is gone, or git
put its files back (checkout, clean, a stash that was dropped).
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions import saving
from agentmem.actions.context import Context
from agentmem.git import branches, history, objects, revisions, state, worktrees
from agentmem.store import layout, reading
from agentmem.store.journal import Entry, Line, followed

if TYPE_CHECKING:
    from agentmem.model.memory import Memory


class Lost(NamedTuple):
    """The last thing that was written to one file, or that was before git put an older text back; nothing holds it any more.

    ``here`` is what the file says where git put that back, so that it may be replaced; ``edited``: somebody has written
    something else there since; ``committed``: a commit has it that no branch holds any more, which may be on purpose.
    ``base`` is the text that it has in common with what the tool wrote there later without it; ``clashes`` are the fields
    that both have changed, once they are merged. ``missing``: there is no file of that name here.
    """

    entry: Entry
    memory: "Memory | None"
    here: bytes | None = None
    edited: bool = False
    committed: bool = False
    base: bytes | None = None
    clashes: tuple[str, ...] = ()
    missing: bool = False

    @property
    def about(self) -> str | None:
        """The id of the memory that it is, or changes."""
        if self.memory:
            return self.memory.id
        return layout.names_of_change(self.entry.path)[1] if layout.is_change(self.entry.path) else None

    @property
    def remark(self) -> str:
        """Which text it is that was brought back."""
        if self.base is None:
            where = "in a commit that no branch holds" if self.committed else "in no commit"
            return f"it is the text that was written last, {where}"
        merged = "what was written and lost is merged with what was written later"
        return f"{merged}; both have changed: {', '.join(self.clashes)}" if self.clashes else merged


class Rescued(NamedTuple):
    """What was brought back, and what was not because the file is here and says something else, or something newer came back.

    ``elsewhere`` are the branches that some of it is of, which are there and not at hand. ``committed`` is in a commit that no
    branch holds: restored by its id.
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
    return confirmed(context, looked(context, surely))


def looked(context: Context, surely: bool = False) -> list[Lost]:
    """What may be lost as far as git and the journal tell: no catalog is asked, so that this may be found beside other things."""
    return [one for one in _found(context, surely) if not one.edited and not one.committed]


def confirmed(context: Context, found: Iterable[Lost]) -> list[Lost]:
    """``found`` without what another file of the view says that it is."""
    return [one for one in found if not (one.missing and _is_renamed(context, one))]


def _found(context: Context, surely: bool) -> list[Lost]:
    if not context.repository.bare:
        saving.prune_journal(context)  # not to read a large import that git has by now each time
    homes = _Homes(context)
    own: dict[str, list[Line]] = {}
    gone: dict[tuple[str, str], list[Line]] = {}
    for entry in context.journal.entries(lambda one: homes.is_own(one) or not homes.is_there(one)):
        if not layout.is_kept(entry.path):
            continue
        if homes.is_own(entry):
            own[entry.path] = followed(own.pop(entry.path, []), entry)
        elif not homes.is_there(entry):
            key = entry.home or entry.worktree, entry.path
            gone[key] = followed(gone.pop(key, []), entry)
    for said in context.journal.doubts():
        context.index.notes.once(f"{said}, and may hold what is lost: agentmem doctor")
    left = sorted((line for lines in own.values() for line in lines), key=lambda line: line.entry.written)
    # the newest first: the others stay in the journal where it is brought back
    away = [line.entry for lines in gone.values() for line in reversed(lines)]
    return [*_of_gone(context, away, surely), *_of_own(context, left)]


def _of_gone(context: Context, last: Sequence[Entry], surely: bool) -> list[Lost]:
    if not last:
        return []
    repository = context.repository
    below = f"{repository.prefix}{context.place.name}/"
    there = objects.present(repository, sorted({entry.blob for entry in last}))
    if surely:
        last = [entry for entry in last if entry.blob not in there]
    paths = sorted({below + entry.path for entry in last if entry.blob in there})
    committed = history.past_blobs(repository, "--all", paths)
    roots = [context.place.root, *_other_roots(context)]
    found = []
    for entry in last:
        data = _bytes(entry)
        if entry.blob in committed or any(reading.read(root, entry.path) == data for root in roots):
            continue
        found.append(Lost(entry, _memory(entry.path, data)))
    return found


def _of_own(context: Context, last: Sequence[Line]) -> Iterator[Lost]:
    """What the files of the worktree at hand do not say any more, though nobody has committed it, or something else since."""
    root, repository = context.place.root, context.repository
    changed = [line for line in last if line.base is not None or not _is_untouched(root, line.entry)]
    if not changed:
        return
    doubted, held = _doubted(context, changed)
    if not doubted:
        return
    below = f"{repository.prefix}{context.place.name}"
    there = objects.present(repository, sorted({line.entry.blob for line in doubted}))
    held_by_ref = there
    if there:
        # what was there when the first of them was written holds none of them: few commits are left to look through
        oldest = doubted[0].entry.head
        since = ["--not", oldest] if oldest else []
        there = history.past_blobs(repository, "--all", [below], ["--reflog", "--ignore-missing", *since])
        if not there.isdisjoint(line.entry.blob for line in doubted):
            held_by_ref = history.past_blobs(repository, "--all", [below], since)
    others = _other_roots(context)
    names = {layout.id_in_name(path) for path in reading.walk(root)}
    for line in doubted:
        entry = line.entry
        path, data = entry.path, _bytes(entry)
        committed = entry.blob in there
        if committed and entry.blob in held_by_ref:
            continue
        if any(reading.read(other, path) == data for other in others):
            continue
        here = reading.read(root, path)
        base = None if line.base is None else _text_of(context, line.base)
        if here is None and not os.path.lexists(os.path.join(root, path)):
            if layout.id_in_name(path) not in names - {None}:
                yield Lost(entry, _memory(path, data), committed=committed, base=base, missing=True)
            continue
        if base is not None:
            yield Lost(entry, _memory(path, data), committed=committed, base=base)
            continue
        by_git = here is not None and objects.blob_id(here, repository.object_format) in held[path]
        if by_git or not committed:
            yield Lost(entry, _memory(path, data), here if by_git else None, not by_git, committed)


def _text_of(context: Context, blob: str) -> bytes | None:
    """The bytes of ``blob``, from git or the journal."""
    for _, data in objects.read_blobs(context.repository, [blob]):
        return data
    return next((_bytes(entry) for entry in context.journal.entries() if entry.blob == blob), None)


def _is_renamed(context: Context, one: Lost) -> bool:
    """Whether another file of the view says that it is the memory, whatever it is called: a hand edit may have come with it."""
    if one.memory is None:
        return False
    view = context.index.view()
    named = (at for at in view.with_id(one.memory.id) if at not in view.foreign)
    return any(view.columns.paths[at] != one.entry.path for at in named)


def _doubted(
    context: Context, changed: Sequence[Line]
) -> tuple[list[Line], dict[str, tuple[str | None, str | None]]]:
    """Those of ``changed`` that no commit took up, as far as branches tell; by path the blobs that HEAD and git's index have."""
    repository, at_hand = context.repository, state.branch(context.repository)
    below = f"{repository.prefix}{context.place.name}"
    trunk = f"refs/heads/{context.trunk}" if context.trunk else None

    def name(place: str | None, entry: Entry) -> str:
        return f"{place}:{below}/{entry.path}"

    def its_branch(entry: Entry) -> str:
        return f"refs/heads/{entry.branch}"

    # a lookup takes .3 ms among thousands, and most of what is not here is on the branch that it was written on
    written = [line.entry for line in changed]
    held = revisions.objects_named(repository, [name(its_branch(one), one) for one in written if one.branch])
    left = [
        line
        for line in changed
        if line.entry.branch == at_hand or name(its_branch(line.entry), line.entry) not in held
    ]
    if len(left) < len(changed):  # nothing of this is to be looked up the next time
        context.journal.prune(context.place.root, frozenset(held.values()))
    written = [line.entry for line in left]
    places = [(place, one) for one in written for place in ("HEAD", "", one.head, trunk) if place is not None]
    held |= revisions.objects_named(repository, [name(place, one) for place, one in places])

    def blob(place: str | None, entry: Entry) -> str | None:
        return held.get(name(place, entry))

    doubted = []
    for line in left:
        entry = line.entry
        before = blob(entry.head, entry) if entry.head else None
        if before is not None and entry.branch != at_hand:
            continue  # an edit in place of what another branch has
        now = {blob(its_branch(entry), entry), blob(trunk, entry) if before is None else None}
        now = {*(now - {None}), blob("HEAD", entry)}
        # where a commit has something else by now, the write was edited on by hand, or taken away on purpose: unless that is
        # what the tool wrote there later, without it
        if now <= {before, *line.after} and entry.blob not in (before, blob("", entry)):
            doubted.append(line)
    return doubted, {one.path: (blob("HEAD", one), blob("", one)) for one in (line.entry for line in doubted)}


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
    brought: set[str] = set()
    # the last write first, the newest of the others is merged into it; an older one may contradict that
    found = confirmed(context, _found(context, surely=False))
    for one in sorted(found, key=lambda one: (one.base is not None, -one.entry.written)):
        if memory is not None and one.about != memory:
            continue
        if memory is None and one.committed:
            committed.append(one)
            continue
        done = None if one.base is not None and one.entry.path in brought else _brought(context, one)
        (kept if done is None else restored).append(done or one)
        brought.add(one.entry.path)
    at_hand = context.repository.branch
    named = [one.entry.branch for one in restored if one.entry.branch and one.entry.branch != at_hand]
    there = branches.existing(context.repository, named)
    return Rescued(
        tuple(restored),
        tuple(kept),
        tuple(name for name in dict.fromkeys(named) if name in there),
        tuple(committed),
    )


def _brought(context: Context, one: Lost) -> Lost | None:
    """``one`` as it was written to where it was; None where that was not done, since something else is there."""
    root, path, data = context.place.root, one.entry.path, _bytes(one.entry)
    there = reading.read(root, path)
    if there is None:
        if os.path.lexists(os.path.join(root, path)):
            return None
        saving.write_file(context, path, data)
        return one
    if one.base is None or not layout.is_memory(path):
        return one if one.here is not None and saving.rewrite(context, path, one.here, data) else None
    from agentmem.model import merging

    merged = merging.merge(one.base, there, data)
    if not saving.rewrite(context, path, there, merged.data, holding=data):
        return None
    return one._replace(clashes=tuple(clash.field for clash in merged.conflicts))


def _bytes(entry: Entry) -> bytes:
    return entry.text.encode("utf-8", "surrogateescape")


def _memory(path: str, data: bytes) -> "Memory | None":
    if not layout.is_memory(path):
        return None
    from agentmem.model import document  # reads YAML: 15 ms that who has lost nothing need not pay

    return document.memory_of(path, data)
