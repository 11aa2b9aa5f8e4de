"""``init``: make a store, or complete one, changing nothing that is there."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from agentmem.actions import discovering, hooking, outfitting
from agentmem.actions.board import NAMESPACE
from agentmem.actions.context import Context
from agentmem.actions.discovering import Here
from agentmem.actions.hooking import Hooked
from agentmem.actions.outfitting import Fitted
from agentmem.errors import ConfigError, NoRepository, NoStore, NotWritable
from agentmem.git import driver, process, remotes, rules, settings, trunk
from agentmem.git.repository import Probe, Repository
from agentmem.git.rules import Ignored
from agentmem.store import config, layout, reading, resources, writing


class Initialised(NamedTuple):
    """What ``init`` did. Paths are from the folder that holds the store; ``found`` is what there is to import.

    ``driver`` is what became of git's merge driver in the configuration at ``driver_place``: set, kept or failed; ``remote``
    the one that claims could be shared over and are not; ``memories`` counts the files of memories that are there; ``hooks``
    is None where they were not asked for. ``ignored`` is the rule that hides the store from git, where one does, and
    ``unshared`` are files for agents that were written and that git ignores.
    """

    root: str
    created: tuple[str, ...]
    kept: tuple[str, ...]
    trunk: str | None
    found: tuple[Here, ...] = ()
    ignored: Ignored | None = None
    unshared: tuple[str, ...] = ()
    driver: str = driver.KEPT
    driver_place: str = ""
    notes: tuple[str, ...] = ()
    remote: str | None = None
    memories: int = 0
    hooks: Hooked | None = None
    fitted: tuple[Fitted, ...] = ()


class Removed(NamedTuple):
    """What was taken out again: of the files for agents, git's hooks (None where they were left alone), git's merge driver."""

    fitted: tuple[Fitted, ...]
    hooks: Hooked | None = None
    driver: bool = False
    notes: tuple[str, ...] = ()


def init(
    directory: str, store: str | None = None, hooks: bool = False, agents: Sequence[str] = ()
) -> Initialised:
    """Make ``.agentmem/`` at the top of the repository around ``directory`` (or the folder ``store``), install ``hooks``, and
    write what ``agents`` expect.

    Raises:
        UsageError: an agent that nobody knows; NoRepository: there is none, or it is bare; NotWritable; NoStore: something
        else is in the place.

    """
    outfitting.known(agents)
    directory = os.path.abspath(directory)
    top = _top(directory)
    root = os.path.normpath(os.path.join(directory, store)) if store else os.path.join(top, layout.NAME)
    parent, name = os.path.split(root)
    if os.path.islink(root) or (os.path.lexists(root) and not os.path.isdir(root)):
        raise NoStore(f"{root} is a link or a file: a store is a folder of its own")
    repository = Probe(directory, ".", None).repository()
    branch = trunk.guess(repository) or trunk.only(repository)
    settings_text = resources.read("config.toml")
    if branch is None:  # a name that nobody gave would be taken for one
        settings_text = settings_text.replace('trunk = "@trunk@"', '# trunk = "main"')
    files = {
        layout.CONFIG: settings_text.replace("@trunk@", branch or ""),
        "README.md": resources.read("README.md"),
        ".gitignore": layout.GITIGNORE,
        ".gitattributes": layout.GITATTRIBUTES,
    }
    created: list[str] = []
    kept: list[str] = []
    elsewhere = rules.left_out(top, [f"{_shown(root, top)}/{file}" for file in files])
    for file, text in files.items():
        if f"{_shown(root, top)}/{file}" in elsewhere:  # a sparse checkout: the team's own is in git
            kept.append(f"{name}/{file}")
            continue
        path = os.path.join(root, file)
        made = not os.path.lexists(path) and writing.create(path, text.encode("utf-8"))
        (created if made else kept).append(f"{name}/{file}")
    memories = sum(layout.is_memory(path) for path in reading.walk(root))
    found = discovering.found(parent)
    if memories and found:
        from agentmem.actions import unimported

        context = Context(directory, store)
        found = unimported.left(context, parent, found)
        context.close()
    if not memories and (history := discovering.in_history(repository, _shown(root, top))):
        found.append(history)
    ignored = rules.ignored(parent, [f"{name}/facts/x.md"])
    setting = driver.configure(directory, repository.common_dir)
    hooked = hooking.attempt(directory, root) if hooks else None
    fitted = outfitting.fit(top, agents)
    written = [one.path for one in fitted if one.state in (outfitting.CREATED, outfitting.UPDATED)]
    note = f"no merge driver, so memories merge by lines here: {setting.problem}"
    return Initialised(
        root,
        tuple(created),
        tuple(kept),
        branch,
        tuple(found),
        next(iter(ignored), None),
        tuple(one.path for one in rules.ignored(top, written)) if written else (),
        setting.state,
        _shown(setting.place, parent),
        (*_unreadable(root), *((note,) if setting.problem else ()), *(hooked.notes if hooked else ())),
        _remote(repository, root),
        memories,
        hooked,
        tuple(fitted),
    )


def remove(directory: str, agents: Sequence[str] = ()) -> Removed:
    """Take out of the worktree around ``directory`` what ``init`` has put in for ``agents``; where none is named for all of them,
    and git's hooks and merge driver. The store and its memories stay.

    Raises:
        UsageError: an agent that nobody knows; NoRepository: there is no worktree.

    """
    directory = os.path.abspath(directory)
    fitted = tuple(outfitting.unfit(_top(directory), agents))
    if agents:
        return Removed(fitted)
    forgotten = False
    try:
        forgotten = driver.forget(directory)
        hooked = hooking.uninstall(directory)
    except NotWritable as problem:  # what was taken out is told all the same
        stays = "git's hooks stay" if forgotten else "git's hooks and merge driver stay"
        return Removed(fitted, None, forgotten, (f"{stays}: {problem.message}",))
    hooking.decline(directory, False)  # who takes all out and sets up anew is to have all
    return Removed(fitted, hooked if hooked.done == hooking.TAKEN else None, forgotten, hooked.notes)


def _top(directory: str) -> str:
    """The top of the worktree around ``directory``.

    Raises:
        NoRepository: there is none.

    """
    if not os.path.isdir(directory):
        raise NoRepository(f"no directory {directory}")
    top = process.run(directory, "rev-parse", "--show-toplevel")
    if not top.code:
        return os.fsdecode(top.out.rstrip(b"\n"))
    if (found := process.run(directory, "rev-parse", "--git-dir")).code:
        raise process.no_repository(directory, found.err)
    raise NoRepository(
        f"{directory} has no worktree (a bare repository?)", "run agentmem init in a clone with files"
    )


def _unreadable(root: str) -> list[str]:
    """That the configuration which was there already, perhaps another tool's, is none that any command can read."""
    try:
        config.load(root)
    except ConfigError as problem:
        return [f"{problem.message}: no command reads this store until that is mended"]
    return []


def _remote(repository: Repository, root: str) -> str | None:
    """The remote that claims could be shared over, where the store at ``root`` names none: asked by a dry push."""
    try:
        if config.load(root).claim_remote is not None:
            return None
    except ConfigError:
        return None  # each command says so; init completes what it can
    there = settings.remotes(repository)
    usual = "origin" if "origin" in there else there[0] if len(there) == 1 else None
    able = usual is not None and repository.head is not None and config.is_remote(usual)
    return usual if able and remotes.takes(repository, str(usual), f"{NAMESPACE}/dry-push") else None


def _shown(path: str, folder: str) -> str:
    """``path`` as people write it: from ``folder`` where it is below it."""
    below = path.startswith(folder + os.sep)
    return (path[len(folder) + 1 :] if below else path).replace(os.sep, "/")
