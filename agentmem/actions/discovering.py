"""What there is to import: the sources that lie in a repository, and which source a path is of."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from agentmem.git import rules
from agentmem.git.repository import Repository
from agentmem.model import tokens
from agentmem.model.importers import sources
from agentmem.model.importers.sources import Source
from agentmem.store import layout, reading

HEAD = 4_096
"""Bytes of a file that tell what it is."""
LOOKED_AT = 40
"""Files of a folder whose heads are read."""
COMMITS = 500
"""Of a history, the last so many are looked at to tell whether it is worth an import."""
GIT_LOG = "git-log"
LISTED = 5_000
"""Paths of a folder that are listed."""


class Here(NamedTuple):
    """One source and where it lies, from the repository's top: its files, of a history its commits, and their tokens."""

    source: str
    paths: tuple[str, ...]
    files: int
    tokens: int


def found(top: str) -> list[Here]:
    """What lies in the repository at ``top``, in the order of what tells most of the work."""
    here = []
    for name in sources.FIRST:
        source = sources.BY_NAME[name]
        paths = places(top, source)
        files = [file for path in paths for file in _files(top, path, source)]
        if name in ("agents-md", "claude-md"):
            files = [file for file in files if _says(top, file)]
        if files:
            counted = sum(size(top, file) for file in files)
            here.append(Here(name, tuple(paths), len(files), counted))
    return here


def size(top: str, path: str) -> int:
    """The tokens of a file; of one that cannot be read none."""
    return tokens.estimate((reading.read(top, path) or b"").decode("utf-8", "replace"))


def in_history(repository: Repository, store: str) -> Here | None:
    """What the messages of the last commits tell of reasons, reverts and fixes, those that touch only ``store`` (a path from the
    top) aside; None where they tell nothing.
    """
    from agentmem.git import added
    from agentmem.model.importers import commits

    below = f"{store}/"
    read = [
        commits.Commit(one.commit, one.author, "", one.text, one.paths)
        for one in added.messages(repository, (), COMMITS)
        if not (one.paths and all(path.startswith(below) for path in one.paths))
    ]
    records = commits.read(read)
    if not records:
        return None
    said = sum(tokens.estimate(f"{record.get('title', '')}\n{record.get('body', '')}") for record in records)
    return Here(GIT_LOG, (), len(records), said)


def _says(top: str, path: str) -> bool:
    """Whether a file of agents' rules has more than our own block."""
    from agentmem.model.importers.found import without_own_block

    text = without_own_block((reading.read(top, path) or b"").decode("utf-8", "replace"))
    return any(line.strip() and not line.startswith("#") for line in text.split("\n"))


def places(top: str, source: Source) -> list[str]:
    """Where the source lies, from ``top``: its usual places, and, of files with a name of their own, wherever git tracks one."""
    here = [
        place
        for place in source.places
        if os.path.exists(whole := os.path.join(top, place))
        and not os.path.islink(whole)
        and _is_it(whole, source)
    ]
    if source.name in ("claude-md", "agents-md"):
        tracked = (path for path in rules.files(top) if "/" in path and sources.takes(source, path))
        plain = (path for path in tracked if not os.path.islink(os.path.join(top, path)))
        here += sorted(path for path in plain if os.path.isfile(os.path.join(top, path)))
    return list(dict.fromkeys(here))


def _is_it(whole: str, source: Source) -> bool:
    """Whether a usual place holds the source: a folder called ``memory`` may be code, ``TODO.md`` prose."""
    if not os.path.isdir(whole):
        # a list of work is a plan where it has boxes to tick
        return source.name != "plan" or sources.BOX.search(_head(whole)) is not None
    if source.name == "plan":
        return any(name.endswith(".md") for name in reading.walk(whole))
    return source_at(whole) == source.name


def _files(top: str, path: str, source: Source) -> list[str]:
    whole = os.path.join(top, path)
    if not os.path.isdir(whole):
        return [path]
    return [
        f"{path}/{name}"
        for name in reading.walk(whole)
        if sources.takes(source, name, os.path.basename(path))
    ]


def source_at(whole: str) -> str | None:
    """The source that the file or folder at ``whole`` is of; None where nothing tells."""
    if not os.path.isdir(whole):
        return sources.of_file(whole.replace(os.sep, "/"), _head(whole))
    names = _listed(whole)
    texts = [name for name in names if name.endswith((".md", ".markdown"))]
    step = max(1, len(texts) // LOOKED_AT)
    heads = [_head(os.path.join(whole, name)) for name in texts[::step][:LOOKED_AT]]
    return sources.of_folder(os.path.realpath(whole).replace(os.sep, "/"), names, heads)


def _listed(folder: str) -> Sequence[str]:
    found: list[str] = []
    for root, folders, files in os.walk(folder):
        relative = os.path.relpath(root, folder).replace(os.sep, "/")
        start = "" if relative == "." else f"{relative}/"
        if ".obsidian" in folders:
            found.append(f"{start}.obsidian/")
        folders[:] = [
            name for name in folders if name not in ("node_modules", layout.NAME) and not name.startswith(".")
        ]
        found += [start + name for name in files]
        if len(found) > LISTED:
            break
    return sorted(found)


def _head(path: str) -> str:
    try:
        descriptor = os.open(path, reading.FLAGS & ~getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(descriptor, "rb") as file:
            return file.read(HEAD).decode("utf-8", "replace")
    except OSError:
        return ""
