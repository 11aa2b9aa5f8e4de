"""Where a read begins: git is asked first, and answers while the rest of the program is still being imported.

So this file imports next to nothing: what runs before it runs beside nothing.
"""

import os
import zlib
from collections.abc import Mapping
from typing import NamedTuple

from agentmem.git.repository import Probe
from agentmem.store import cache
from agentmem.store.place import Place


class Started(NamedTuple):
    """Git's running answers, and the file of the kept view whose commit they compare with (None: nothing is kept)."""

    probe: Probe
    view_file: str | None


def begin(place: Place, environment: Mapping[str, str], cached: bool = True) -> Started:
    """Ask git about the store at ``place``, compared with the commit of the kept view where there is one."""
    common = guess_common_dir(place.directory) if cached else None
    file = None
    if common:
        own = cache.state_folder(common)
        file = view_file(
            own if os.access(own, os.W_OK) else cache.fallback_folder(common, environment), place
        )
    return Started(Probe(place.directory, place.name, read_commit(file) if file else None), file)


def view_file(folder: str, place: Place) -> str:
    """The file of the kept view of ``place``; it names the place itself too, so that a collision does no harm."""
    key = zlib.crc32(place.root.encode("utf-8", "surrogateescape"))
    return os.path.join(folder, "views", f"{key:08x}")


def read_commit(path: str) -> str | None:
    """The commit in the first line of the kept view at ``path``; None where there is none."""
    try:
        with open(path, "rb") as file:
            line = file.readline(80).strip().decode("ascii", "replace")
    except OSError:
        return None
    return line if len(line) in (40, 64) and set(line) <= set("0123456789abcdef") else None


def guess_common_dir(directory: str) -> str | None:
    """The common git dir as the files say, without a process: good enough to find a cache that is checked later."""
    folder = directory
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    git = os.path.join(folder, ".git")
    try:
        if not os.path.isdir(git):
            with open(git, encoding="utf-8", errors="surrogateescape") as file:
                git = os.path.join(folder, file.read().strip().removeprefix("gitdir: "))
        pointer = os.path.join(git, "commondir")
        if os.path.exists(pointer):
            with open(pointer, encoding="utf-8", errors="surrogateescape") as file:
                git = os.path.join(git, file.read().strip())
    except OSError:
        return None
    return os.path.normpath(git)
