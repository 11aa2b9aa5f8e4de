"""What the rules about relations look at: each memory as the view shows it, with its status and the place of each link.

A link counts wherever it was written: in the memory's own file, or in a change of an overlay that nothing has absorbed.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from agentmem.checks.frame import StoreFile, Subject, at, read
from agentmem.model import applying, changes, document, ids, lifecycle, safety
from agentmem.model.changes import Change
from agentmem.model.document import Document
from agentmem.model.findings import Finding
from agentmem.model.memory import Memory, Problem
from agentmem.store import layout

TITLE = 60
"""Characters of another memory's title in a message."""


class Shown(NamedTuple):
    """One memory: ``file`` is its own, ``memory`` what the pending ``changes`` make of it, ``status`` derived; ``conflicts`` are
    the fields in which the changes say different things. ``problems`` are those of the file's values that no change mends.
    """

    file: StoreFile
    memory: Memory
    status: str
    changes: tuple[StoreFile, ...] = ()
    conflicts: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def place(self, key: str, item: str = "") -> tuple[StoreFile, int]:
        """The file and the line where ``key`` (of a list: its ``item``) stands."""
        value = getattr(self.file.memory, key, None)
        if not self.changes or (item in value if isinstance(value, tuple) else value == item):
            return self.file, line_of(self.file.document, key, item)
        for change in reversed(self.changes):
            lines = _lines(change.document)[: change.document.body_line - 1]
            for number, line in enumerate(lines, 1):
                if number > 1 and _names(line, item or key):
                    return change, number
        return self.file, line_of(self.file.document, key)


def view_of(subject: Subject) -> dict[str, Shown]:
    """Every memory of ``subject`` by its id; of several files with one id, which another rule tells, the first."""
    pending = _pending(subject)
    found: dict[str, tuple[StoreFile, Memory, tuple[StoreFile, ...]]] = {}
    problems: dict[str, tuple[Problem, ...]] = {}
    conflicts: dict[str, tuple[str, ...]] = {}
    for file in subject.files:
        if file.memory and file.memory.id not in found:
            memory, applied = file.memory, pending.get(file.memory.id)
            problems[memory.id] = file.problems
            if applied:
                made = applying.apply(file.data, [change for change, _ in applied])
                now = read(file.path, made.data)
                if now.memory:
                    memory = now.memory
                    left = {(one.code, one.message) for one in now.problems}
                    problems[file.memory.id] = tuple(
                        one for one in file.problems if (one.code, one.message) in left
                    )
                conflicts[file.memory.id] = tuple(sorted({one.field for one in made.conflicts}))
                # a file without an id must not get another one from what a change says
                memory = memory._replace(id=file.memory.id)
            found[memory.id] = file, memory, tuple(f for _, f in applied or ())
    every = [memory for _, memory, _ in found.values()]
    superseded = lifecycle.superseded((m.id, m.status, m.supersedes) for m in every if m.supersedes)
    tasks = lifecycle.task_states(
        (m.created, m.id, m.closes, m.reopens)
        for m in every
        if (m.closes or m.reopens) and m.status != "retracted"
    )
    shown = {}
    for identity, (file, m, files) in found.items():
        # without a clock nothing is known to have expired
        expires = m.expires if subject.now else None
        status = lifecycle.derive(
            identity, m.kind, m.status, expires, subject.now, identity in superseded, tasks
        )
        shown[identity] = Shown(
            file, m, status, files, conflicts.get(identity, ()), problems.get(identity, ())
        )
    return shown


def _pending(subject: Subject) -> dict[str, list[tuple[Change, StoreFile]]]:
    """The changes that nothing has absorbed, by memory; what no view applies, which another rule tells, is left out."""
    by_memory: dict[str, dict[str, tuple[Change, StoreFile]]] = {}
    for file in subject.files:
        if layout.is_change(file.path) and not file.document.problems:
            change, _ = changes.parse(file.data)
            if change and layout.names_of_change(file.path)[1:] == (change.memory, change.id):
                by_memory.setdefault(change.memory, {}).setdefault(change.id, (change, file))
    receipts = frozenset(subject.receipts)
    found = {}
    for memory, named in by_memory.items():
        left = applying.pending([change for change, _ in named.values()], receipts)
        if left:
            found[memory] = [(change, named[change.id][1]) for change in left]
    return found


def line_of(found: Document, key: str, item: str = "") -> int:
    """The line of ``key``, or of an ``item`` of its list that stands on a line of its own."""
    start = found.lines.get(key, 1)
    if not item or key not in found.lines:
        return start
    end = min((line for line in found.lines.values() if line > start), default=found.body_line)
    for number, line in enumerate(_lines(found)[start - 1 : end - 1], start):
        if _names(line, item):
            return number
    return start


def _lines(found: Document) -> list[str]:
    return document.normalised(found.text).split("\n")


def _names(line: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", line) is not None


def told(
    subject: Subject,
    shown: Shown,
    rule: str,
    severity: str,
    place: tuple[str, str],
    message: str,
    fix: str | None = None,
) -> Finding:
    """The finding of ``rule`` about ``shown``, at the ``place`` (key, item) that it is about."""
    file, line = shown.place(*place)
    return at(subject, file, rule, severity, line, message, fix)._replace(memory=shown.memory.id)


def named(subject: Subject, identity: str, room: int = TITLE) -> str:
    """How a message names a memory of the view: its short id and its title, cut to ``room`` characters."""
    title = safety.one_line(subject.view[identity].memory.title)
    cut = title if len(title) <= room else title[: max(room - 1, 1)].rstrip() + "…"
    return f'{subject.shorts[identity]} "{cut}"'


def age(shown: Shown) -> tuple[int, str]:
    """What sorts memories oldest first; one without a time comes before all."""
    return (-1 if shown.memory.created is None else shown.memory.created), shown.memory.id


def short(word: str) -> str:
    """An id that no file has, as it is printed."""
    return word[: ids.SHORT] if ids.is_id(word) else safety.one_line(word)


class Groups:
    """Memories that belong together because a rule found one pair of them after the other (disjoint sets)."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def top(self, one: str) -> str:
        """What all of one group have in common."""
        above = self._above
        while (up := above.setdefault(one, one)) != one:
            above[one] = above[up]
            one = above[one]
        return one

    def join(self, one: str, other: str) -> None:
        """Make the groups of the two one."""
        self._above[self.top(one)] = self.top(other)

    def together(self, one: str, other: str) -> bool:
        """Whether the two are in one group already, so that nothing is to be learned from comparing them."""
        return self.top(one) == self.top(other)

    def all(self, view: Mapping[str, Shown]) -> list[list[str]]:
        """The groups of two and more, each from its oldest memory to its newest."""
        return sorted(sorted(group, key=lambda one: age(view[one])) for group in self.members())

    def members(self) -> list[list[str]]:
        """The groups of two and more, in no order."""
        found: dict[str, list[str]] = {}
        for one in self._above:
            found.setdefault(self.top(one), []).append(one)
        return [group for group in found.values() if len(group) > 1]


def others(subject: Subject, group: Iterable[str]) -> str:
    """The short ids of ``group``, a few of many."""
    every = list(group)
    shorts = [subject.shorts[one] for one in every[:6]]
    return ", ".join(shorts) if len(every) <= 6 else f"{', '.join(shorts[:5])} and {len(every) - 5:,} more"
