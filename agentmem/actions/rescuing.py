"""Bringing back from the journal what was written in a worktree that is gone before anybody committed it."""

import os
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions import saving
from agentmem.actions.context import Context
from agentmem.git import branches, history, objects, worktrees
from agentmem.store import layout, reading
from agentmem.store.journal import Entry

if TYPE_CHECKING:
    from agentmem.model.memory import Memory


class Lost(NamedTuple):
    """The last thing that was written to one file of a worktree that is gone, and never committed."""

    entry: Entry
    memory: "Memory | None"


class Rescued(NamedTuple):
    """What was brought back, and what was not because the file is here and says something else; ``branch`` is the one at hand."""

    restored: tuple[Lost, ...]
    kept: tuple[Lost, ...]
    branch: str | None = None


def lost(context: Context, surely: bool = False) -> list[Lost]:
    """What the journal has of worktrees that are gone, and neither git nor another worktree has, oldest first; ``surely``: but
    for what was staged there, which only the whole history tells from what was committed.
    """
    last: dict[tuple[str, str], Entry] = {}
    homes = _Homes(context)
    for entry in context.journal.entries(lambda one: not homes.is_there(one)):
        if layout.is_kept(entry.path) and not homes.is_there(entry):
            key = entry.home or entry.worktree, entry.path
            last.pop(key, None)
            if not entry.removed:
                last[key] = entry
    if not last:
        return []
    repository = context.repository
    below = f"{repository.prefix}{context.place.name}/"
    there = objects.present(repository, sorted({entry.blob for entry in last.values()}))
    if surely:
        last = {key: entry for key, entry in last.items() if entry.blob not in there}
    paths = sorted({below + path for (_, path), entry in last.items() if entry.blob in there})
    committed = history.past_blobs(repository, "--all", paths)
    roots = [context.place.root]
    roots += [
        os.path.join(worktree.top, repository.prefix, context.place.name)
        for worktree in branches.other_worktrees(repository)
    ]
    found = []
    for (_, path), entry in last.items():
        data = _bytes(entry)
        if entry.blob in committed or any(reading.read(root, path) == data for root in roots):
            continue
        found.append(Lost(entry, _memory(path, data)))
    return found


class _Homes:
    """Which worktrees are there: the very ones that were written in, not others that have taken their place."""

    def __init__(self, context: Context) -> None:
        self.common = context.repository.common_dir
        self.bare = context.repository.bare
        self.made: dict[str, int | None] = {}

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


def rescue(context: Context) -> Rescued:
    """Write what is lost to where it was, below the store at hand; what is there already stays as it is.

    Raises:
        NotWritable: the disk refuses.

    """
    restored, kept = [], []
    for one in lost(context):
        if os.path.lexists(os.path.join(context.place.root, one.entry.path)):
            kept.append(one)
        else:
            saving.write_file(context, one.entry.path, _bytes(one.entry))
            restored.append(one)
    return Rescued(tuple(restored), tuple(kept), context.repository.branch)


def _bytes(entry: Entry) -> bytes:
    return entry.text.encode("utf-8", "surrogateescape")


def _memory(path: str, data: bytes) -> "Memory | None":
    if not layout.is_memory(path):
        return None
    from agentmem.model import document, memory  # reads YAML: 15 ms that who has lost nothing need not pay

    parsed = document.parse(data)
    return memory.place(memory.read(parsed.meta, parsed.body, parsed.lines)[0], path)
