"""Where a read begins: git is asked first, and answers while the rest of the program is still being imported.

So this file imports next to nothing: what runs before it runs beside nothing.
"""

import os
import zlib
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from agentmem.errors import NoRepository
from agentmem.git.repository import Comparison, Probe
from agentmem.store import cache
from agentmem.store.place import Place

MOST_BESIDE = 4
"""Other worktrees that git is asked about before it has said which there are: more would wait for a free processor."""


class Started(NamedTuple):
    """Git's running answers, and the file of the kept view whose commit they compare with (None: nothing is kept).

    ``beside`` has those about other worktrees, by the real path of the folder with the store: as files tell, so that whoever
    takes one asks git first whether it is one.
    """

    probe: Probe
    view_file: str | None
    beside: dict[str, Comparison]

    def close(self) -> None:
        """End what still runs."""
        for running in (self.probe, *self.beside.values()):
            running.close()


def begin(place: Place, environment: Mapping[str, str], cached: bool = True, beside: bool = False) -> Started:
    """Ask git about the store at ``place``, compared with the commit of the kept view where there is one; ``beside``: and about
    those of other worktrees, which take as long each.
    """
    common = guess_common_dir(place.directory) if cached else None
    file = None
    if common:
        own = cache.state_folder(common)
        file = view_file(
            own if os.access(own, os.W_OK) else cache.fallback_folder(common, environment), place
        )
    probe = Probe(place.directory, place.name, read_commit(file) if file else None)
    return Started(
        probe, file, dict(islice(_beside(place, common), MOST_BESIDE)) if beside and common else {}
    )


def _beside(place: Place, common: str) -> Iterator[tuple[str, Comparison]]:
    own = _top(place.directory)
    if own is None:
        return
    below, own = os.path.relpath(place.directory, own), os.path.realpath(own)
    for top in _tops(common):
        directory = os.path.realpath(os.path.join(top, below))
        if os.path.realpath(top) != own and os.path.isdir(os.path.join(directory, place.name)):
            try:
                yield directory, Comparison(directory, place.name, None, elsewhere=True)
            except NoRepository:
                continue  # it was removed just now


def _tops(common: str) -> Iterator[str]:
    """The folders of worktrees of the repository whose common git dir is ``common``, as its files say: some may be none."""
    folder = os.path.join(common, "worktrees")
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return  # it has no other
    if os.path.basename(common) == ".git":
        yield os.path.dirname(common)
    for name in names:
        try:
            with open(
                os.path.join(folder, name, "gitdir"), encoding="utf-8", errors="surrogateescape"
            ) as file:
                pointer = file.read().rstrip("\n")
        except OSError:
            continue
        yield os.path.dirname(os.path.join(folder, name, pointer))


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
    folder = _top(directory)
    if folder is None:
        return None
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


def _top(directory: str) -> str | None:
    folder = directory
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder
