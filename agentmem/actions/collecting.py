"""The files of a source: found below the paths that were given, read as text, and when and by whom git says they were added."""

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agentmem.actions.context import Context
from agentmem.errors import UsageError
from agentmem.git import rules
from agentmem.model.importers import sources
from agentmem.model.importers.found import File
from agentmem.model.importers.sources import Source

MAX_BYTES = 16_777_216
"""A file of notes larger than this is a dump of something else."""
NOT_ENTERED = frozenset(
    ("node_modules", "__pycache__", "bower_components", ".git", ".hg", ".svn", ".venv", "venv")
)


@dataclass(slots=True)
class Collected:
    """The files, each once; ``skipped`` are place and reason of what was passed over; ``inside`` are those of this worktree,
    ``seen`` all that were looked at.
    """

    files: list[File] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    inside: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)


STDIN = "-"
"""The path that stands for standard input, as its records name it too."""
PIPED = "jsonl"
"""The source whose records say all of themselves: of others a file's name and folder are part of what they are."""


def collect(context: Context, source: Source, paths: Sequence[str], stdin: str = "") -> Collected:
    """The files of ``source`` at and below ``paths``: one that is named is taken, of a folder what is the source's; ``stdin`` is
    the text of standard input.

    Raises:
        UsageError: a path that is not there, or in the store, or a folder with nothing of the source in it.

    """
    collected = Collected()
    for path in paths:
        if path == STDIN:
            if source.name != PIPED:
                raise UsageError(
                    f"import {source.name} reads no standard input: it needs files with their names",
                    f"agentmem import {source.name} PATH     of lines of JSON: agentmem import {PIPED} -",
                )
            if STDIN not in collected.seen:
                collected.seen.add(STDIN)
                text = stdin.removeprefix("\ufeff").replace("\r\n", "\n")
                collected.files.append(File(STDIN, text))
            continue
        whole = os.path.normpath(os.path.join(context.directory, path))
        if not os.path.lexists(whole):
            raise UsageError(f"cannot read {path}: no such file or directory")
        real = os.path.realpath(whole)
        if os.path.islink(whole) and _is_within(whole, context) and not _is_within(real, context):
            raise UsageError(
                f"{path} is a link that leads out of the repository", f"agentmem import {source.name} TARGET"
            )
        refuse_own(context, path, real)
        if not os.path.isdir(real):
            _take(context, path, real, collected)
            continue
        found = sorted(_below(context, real, source, collected))
        if not found:
            hint = f"{source.name} takes {source.doc}; see what is here: agentmem import"
            raise UsageError(f"nothing of {source.name} in {path}", hint)
        for name in found:
            _take(context, path, os.path.join(real, name), collected, real)
    return collected


def _is_within(path: str, context: Context) -> bool:
    top = os.path.realpath(context.repository.top)
    folder = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
    return folder == top or folder.startswith(top + os.sep)


def refuse_own(context: Context, path: str, real: str) -> None:
    """Stop what would take memories, or git's files, for somebody's notes.

    Raises:
        UsageError: ``path``, which leads to ``real``, is in the store or the git dir.

    """
    root = os.path.realpath(context.place.root)
    if real == root or real.startswith(root + os.sep):
        raise UsageError(f"{path} is in the store already")
    # one file of notes is put there on purpose, out of the way; a folder is git's objects and logs
    if os.path.isdir(real) and "/.git/" in f"{real}/".replace(os.sep, "/"):
        raise UsageError(f"{path} is git's own")


def _below(context: Context, root: str, source: Source, collected: Collected) -> Iterable[str]:
    """The paths below ``root`` that are the source's: no links, no other repository, nothing that git ignores unless all is."""
    store = os.path.realpath(context.place.root)
    found: list[str] = []
    for folder, names, files in os.walk(root):
        names[:] = sorted(
            name
            for name in names
            if name not in NOT_ENTERED
            and not (name.startswith(".") and not _is_asked(name, source))
            and os.path.join(folder, name) != store
            and not os.path.lexists(os.path.join(folder, name, ".git"))
        )
        relative = os.path.relpath(folder, root).replace(os.sep, "/")
        for name in files:
            below = name if relative == "." else f"{relative}/{name}"
            if not sources.takes(source, below, os.path.basename(root)):
                continue
            if os.path.islink(os.path.join(folder, name)):
                collected.skipped.append(
                    (_label(context, os.path.join(folder, name), root), "a link: not followed")
                )
            else:
                found.append(below)
    if not found or not _is_within(root, context):
        return found
    top = os.path.realpath(context.repository.top)
    start = os.path.relpath(root, top).replace(os.sep, "/")
    by_path = {os.path.normpath(f"{start}/{name}").replace(os.sep, "/"): name for name in found}
    hidden = {one.path for one in rules.ignored(context.repository.top, list(by_path))}
    return [name for path, name in by_path.items() if path not in hidden] or found


def _is_asked(name: str, source: Source) -> bool:
    return any(name in place.split("/") for place in source.places)


def _take(context: Context, given: str, whole: str, collected: Collected, root: str | None = None) -> None:
    label = _label(context, whole, root)
    if label in collected.seen:
        return
    collected.seen.add(label)
    text = _text(given if root is None else label, label, whole, collected)
    if text is None:
        return
    if _is_within(whole, context):
        collected.inside.add(label)
    collected.files.append(File(label, text))


def _label(context: Context, whole: str, root: str | None) -> str:
    """A file as its records name it: from the repository's top; of one outside, from the folder that was given, and marked where
    the repository has a file of that name.
    """
    if _is_within(whole, context):
        top = os.path.realpath(context.repository.top)
        path = os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))
        return os.path.relpath(path, top).replace(os.sep, "/")
    label = os.path.basename(whole)
    if root is not None:
        label = f"{os.path.basename(root)}/{os.path.relpath(whole, root)}".replace(os.sep, "/")
    # else the two would be one record, and an update of the one would take the text of the other
    is_here = os.path.lexists(os.path.join(context.repository.top, *label.split("/")))
    return f"../{label}" if is_here else label


def _text(shown: str, label: str, whole: str, collected: Collected) -> str | None:
    """The text of a file with LF and no BOM; None, with the reason told, where it is none."""
    try:
        info = os.stat(whole)
        if not stat.S_ISREG(info.st_mode):
            collected.skipped.append((label, "no plain file"))
            return None
        if info.st_size > MAX_BYTES and not whole.endswith(".jsonl"):  # a whole store is exported so
            collected.skipped.append((label, f"{info.st_size:,} bytes: no notes are that large"))
            return None
        with open(whole, "rb") as file:
            data = file.read()
    except OSError as error:
        raise UsageError(f"cannot read {shown}: {(error.strerror or str(error)).lower()}") from None
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace").replace("\r\n", "\n").replace("\r", "\n")
    if whole.endswith(".jsonl"):
        # a line that is no text is one record that is none, and hides no other
        return data.decode("utf-8", "replace").replace("\r\n", "\n")
    if b"\0" in data:
        collected.skipped.append((label, "NUL bytes, so no text"))
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = 1 + data.count(b"\n", 0, error.start)
        collected.skipped.append(
            (f"{label}:{line}", "bytes that are no UTF-8: taken as the character U+FFFD")
        )
        text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")
