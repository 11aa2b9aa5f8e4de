"""What every rule gets and gives: the files of one store, read once, and the findings about them.

It knows no git and no disk: who calls it reads the bytes, from a worktree, the git index or a commit.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from agentmem.model import document, ids, memory, safety
from agentmem.model.document import Document
from agentmem.model.findings import Finding
from agentmem.model.memory import MAX_BYTES, Memory, Problem
from agentmem.store import layout

if TYPE_CHECKING:
    from agentmem.checks.evidence import Evidence
    from agentmem.checks.view import Shown

MAX_MESSAGE = 300
"""Characters of a message: a wrong value may be a whole page."""


def _no_history(ids: Collection[str]) -> Collection[str]:
    return ()


LINK = "a symbolic link"
UNREADABLE = "unreadable"


class StoreFile(NamedTuple):
    """One file: ``path`` is below the store; ``memory`` is None where it is broken, too large, or no memory.

    ``problems`` are those of the document, else those of its front matter's values.
    """

    path: str
    data: bytes
    document: Document
    memory: Memory | None
    problems: tuple[Problem, ...]


class Stray(NamedTuple):
    """Something at ``path`` below the store that is no readable plain file where a memory should be.

    ``what`` is LINK, UNREADABLE, or a few words of its own.
    """

    path: str
    what: str


class _Parts(NamedTuple):
    """What is checked. ``name`` is the store's folder as it is printed, such as ``.agentmem``.

    ``foreign`` has, of a commit about to be made, the unmerged branch of each file that it adds from there, by path. ``now``
    is the moment for what expires, seconds UTC. ``archived`` tells which of some ids were memories once and are in git's
    history still; it may take long, so it is asked only about ids that nothing else explains. ``receipts`` are the ids of the
    changes that have one: base has absorbed them. ``evidence`` is what the code says now of the citations of memories in force.
    ``manager`` is why the file of the trained manager cannot be read. ``lead`` leads to the folder that holds the store from
    where what is printed is read: empty, or with a final slash.
    """

    files: tuple[StoreFile, ...]
    strays: tuple[Stray, ...]
    name: str
    foreign: Mapping[str, str] = MappingProxyType({})
    now: int = 0
    archived: Callable[[Collection[str]], Collection[str]] = _no_history
    receipts: Collection[str] = ()
    evidence: "tuple[Evidence, ...]" = ()
    manager: str | None = None
    lead: str = ""


class Subject(_Parts):
    """What is checked, with what is found out about it once."""

    @cached_property
    def shorts(self) -> Mapping[str, str]:
        """The id to print for each memory's id, unambiguous among the files at hand."""
        return ids.ShortIds([file.memory.id for file in self.files if file.memory])

    @cached_property
    def view(self) -> "Mapping[str, Shown]":
        """Every memory by its id, as the view shows it: with the pending changes of the tree applied."""
        from agentmem.checks.view import view_of

        return view_of(self)

    def shown(self, path: str) -> str:
        """``path`` as it is printed, with what leads to it before it."""
        return f"{self.lead}{self.name}/{path}"


class Rule(NamedTuple):
    """One rule: ``severity`` is its gravest, ``reason`` says in one line what it saves people from."""

    id: str
    severity: str
    reason: str
    run: Callable[[Subject], Iterable[Finding]]


def read(path: str, data: bytes) -> StoreFile:
    """The file with the bytes ``data`` at ``path`` below the store; never fails, never parses a huge one."""
    if len(data) > MAX_BYTES:
        problem = Problem("size", 1, f"{len(data):,} bytes; a memory has at most {MAX_BYTES:,}")
        unread = Document(data, "", {}, {}, "", 1, (problem,))
        return StoreFile(path, data, unread, None, unread.problems)
    parsed = document.parse(data)
    # an overlay's changes and receipts lie in the store too, and are no memories
    if parsed.problems or not layout.is_memory(path):
        return StoreFile(path, data, parsed, None, parsed.problems)
    found, problems = memory.read(parsed.meta, parsed.body, parsed.lines)
    return StoreFile(path, data, parsed, memory.place(found, path), problems)


def problems(subject: Subject, file: StoreFile) -> tuple[Problem, ...]:
    """What is wrong with the values of a memory's file, but for what a pending change mends, which leaves the file as it is."""
    if file.memory is None or not file.problems:
        return ()
    shown = subject.view.get(file.memory.id)
    return shown.problems if shown is not None and shown.file is file else file.problems


def at(
    subject: Subject,
    file: StoreFile,
    rule: str,
    severity: str,
    line: int,
    message: str,
    fix: str | None = None,
) -> Finding:
    """The finding of ``rule`` at ``line`` of ``file``; what ``message`` quotes of it is made safe to show."""
    identity = file.memory.id if file.memory else None
    return Finding(rule, severity, subject.shown(file.path), line, identity, safe(message), fix)


def safe(message: str) -> str:
    """``message`` as it may be shown: on one line, not too long, and nothing that looks like a secret."""
    # a wrong value may be a key put in the wrong place, and a CI log keeps what it is told
    if safety.secrets(message.replace(safety.ALLOW, "")):
        return "a wrong value, not shown: it looks like a secret"
    shown = safety.one_line(message)
    return shown if len(shown) <= MAX_MESSAGE else shown[: MAX_MESSAGE - 2].rstrip() + " …"


def short(subject: Subject, file: StoreFile) -> str:
    """How a command names the memory in ``file``: its short id, or its path where it has none."""
    return subject.shorts[file.memory.id] if file.memory else subject.shown(file.path)


def quoted(word: str) -> str:
    """``word`` as one word of a shell command, made safe to show."""
    shown = safety.one_line(word)
    return shown if re.fullmatch(r"[\w@%+=:,./-]+", shown) else "'" + shown.replace("'", "'\\''") + "'"


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of ``words`` that ``word`` was probably meant to be."""
    import difflib

    near = difflib.get_close_matches(word.lower().replace("_", "-"), list(words), n=1, cutoff=0.6)
    return near[0] if near else None
