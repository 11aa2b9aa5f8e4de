"""Where the store is: the nearest ``.agentmem/`` upwards inside this repository, or the folder that ``--store`` names."""

import os
import shlex
from typing import NamedTuple

from agentmem.errors import NoRepository, NoStore
from agentmem.git import process, stubs
from agentmem.store import layout


class Place(NamedTuple):
    """The folder ``directory/name``. ``present`` is False where a sparse checkout or a bare clone has it in git alone."""

    directory: str
    name: str
    present: bool = True

    @property
    def root(self) -> str:
        """The store's own path."""
        return os.path.join(self.directory, self.name)


def find(start: str, explicit: str | None = None) -> Place:
    """The store seen from the folder ``start``.

    Raises:
        NoStore: there is none; NoRepository: there is not even a repository.

    """
    start = os.path.abspath(start)
    if not os.path.isdir(start):
        raise NoRepository(f"no directory {start}")
    if explicit is not None:
        root = os.path.normpath(os.path.join(start, explicit))
        if not os.path.isdir(root):
            raise NoStore(f"no store at {root}")
        if os.path.lexists(os.path.join(root, ".git")):
            raise NoStore(
                f"{root} is the top of a repository, and no store: that is a folder in it",
                f"--store names another folder than {layout.NAME}; where there is none, leave it out",
            )
        _refuse_link(root)
        return Place(os.path.dirname(root), os.path.basename(root))
    folder = start
    while True:
        root = os.path.join(folder, layout.NAME)
        if os.path.isdir(root):
            _refuse_link(root)
            return Place(folder, layout.NAME)
        parent = os.path.dirname(folder)
        if parent == folder or os.path.lexists(os.path.join(folder, ".git")):
            return _by_git(start)
        folder = parent


def others(start: str) -> list[str]:
    """The stores that ``init --store`` has made in the worktree around ``start``: whole paths."""
    told = process.run(start, "rev-parse", "--path-format=absolute", "--show-toplevel", "--git-common-dir")
    top, _, common = os.fsdecode(told.out).strip("\n").partition("\n")
    try:
        path = os.path.join(common, "agentmem", stubs.STORES)
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            roots = [os.path.join(top, *line.split("/")) for line in file.read().splitlines()]
    except OSError:
        return []
    return [root for root in roots if os.path.isdir(root)]


def _refuse_link(root: str) -> None:
    if os.path.islink(root):
        raise NoStore(
            f"{root} is a link: a store is a folder of its own, else writes would leave the repository"
        )


def _by_git(start: str) -> Place:
    """The store at the top that git names: in a worktree that ``start`` is outside of (GIT_WORK_TREE), else in git alone."""
    top = process.run(start, "rev-parse", "--show-toplevel")
    if top.code == 0:
        directory = os.fsdecode(top.out.rstrip(b"\n"))
        root = os.path.join(directory, layout.NAME)
        if os.path.isdir(root):
            _refuse_link(root)
            return Place(directory, layout.NAME)
    else:
        bare = process.run(start, "rev-parse", "--absolute-git-dir")
        if bare.code:
            raise process.no_repository(start, bare.err)
        directory = os.fsdecode(bare.out.rstrip(b"\n"))
    if process.run(directory, "rev-parse", "-q", "--verify", f"HEAD:{layout.NAME}").code:
        known = [os.path.relpath(root, start).replace(os.sep, "/") for root in others(start)]
        hint = f"agentmem --store {shlex.quote(known[0])} COMMAND" if known else "agentmem init"
        raise NoStore(f"no {layout.NAME}/ in {directory} or above", hint)
    return Place(directory, layout.NAME, present=False)
