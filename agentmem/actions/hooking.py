"""``hooks``: put our stubs where git starts hooks, before or beside those of the user; take them away; say how they stand."""

import os
import shlex
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

from agentmem.errors import NoRepository, NotWritable
from agentmem.git import hooks, inclusion, process, stubs
from agentmem.git.hooks import ABSENT, DISPLACED, IDLE, INSTALLED, OLDER, Hook
from agentmem.store import cache, layout, writing

TAKEN, PUT, KEPT, OFF, DECLINED, FAILED = "uninstalled", "installed", "kept", "off", "declined", "failed"
DONE = (PUT, KEPT, OFF, DECLINED, FAILED, TAKEN)
"""What can become of the hooks of a clone."""
NO_MARK = "hooks-declined"
"""In our folder of the common git dir: that somebody wants no hooks here."""


class Hooked(NamedTuple):
    """How hooks stand in a clone after what was ``done``. ``folder`` holds the stubs; ``config`` is the file that puts it before
    the folder ``earlier``, both None where git's own folder is used; paths as people write them.

    ``active`` is the folder that git reads, where that is not ``folder``; ``notes`` say what needs to be known.
    """

    done: str
    hooks: tuple[Hook, ...]
    folder: str
    earlier: str | None = None
    config: str | None = None
    active: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The hooks that git runs."""
        return tuple(hook.name for hook in self.hooks if hook.state in (INSTALLED, OLDER))

    @property
    def tools(self) -> tuple[str, ...]:
        """Whose hooks run with ours, as people call them; empty for those of nobody we know."""
        named = [hook.tool or "" for hook in self.hooks if hook.before]
        of_folder = stubs.tool(self.earlier, None) if self.earlier else None
        return tuple(dict.fromkeys([*named, *((of_folder,) if of_folder else ())]))

    @property
    def is_run_by_framework(self) -> bool:
        """Whether the framework of pre-commit runs ours, before its own."""
        return any(hook.framework for hook in self.hooks)

    @property
    def are_in(self) -> bool:
        """Whether git runs all of them, as they should be."""
        return all(hook.state == INSTALLED for hook in self.hooks)


def install(directory: str, root: str | None = None, unasked: bool = False) -> Hooked:
    """Install the hooks in the clone around ``directory``, which look after its ``.agentmem`` and the store at ``root``.

    ``unasked``: what installs other things too leaves them out where the user has declined them, or set all hooks off.

    Raises:
        NoRepository: there is no worktree; NotWritable: the git dir is read-only.

    """
    place = _place(directory, anew=True)
    if unasked and place.off:
        note = "no hooks: core.hooksPath turns all hooks off here; ours all the same: agentmem hooks install"
        return _told(place, OFF, [note])
    declined = os.path.join(cache.state_folder(place.common), NO_MARK)
    if unasked and os.path.lexists(declined):
        return _told(place, DECLINED, [])
    with _alone(place):  # two at once would each take the other's stub for a hook of the user
        before = hooks.found(place)
        said = hooks.install(place, stubs.program())
        _remember(place, root)
    if os.path.lexists(declined):
        os.unlink(declined)
    after = _place(directory)
    told = _told(after, KEPT if all(hook.state == INSTALLED for hook in before) and not said else PUT, said)
    if told.active:
        said.append(f"git reads {told.active} here all the same: core.hooksPath is set after ours")
    return told._replace(notes=tuple(said))


def uninstall(directory: str) -> Hooked:
    """Take our hooks away; what was there before stands there again.

    Raises:
        NoRepository, NotWritable: see ``install``.

    """
    place = _place(directory)
    with _alone(place):
        had = _has_stub(place)
        said = hooks.uninstall(place)
    path = _stores_file(place)
    if os.path.lexists(path):
        os.unlink(path)
    decline(directory)
    return _told(_place(directory), TAKEN if had else KEPT, said)


def _alone(place: hooks.Where) -> AbstractContextManager[None]:
    """Nobody else installs or takes away the hooks of this clone meanwhile."""
    common = place.common
    folders = (cache.state_folder(common), cache.fallback_folder(common, os.environ))
    return writing.locked([os.path.join(folder, "locks") for folder in folders], "hooks")


def decline(directory: str, declined: bool = True) -> None:
    """Note that no hooks are wanted here, until somebody asks for them, or forget it; nothing where it cannot be noted."""
    place = hooks.where(directory)
    if place is None:
        return
    path = os.path.join(cache.state_folder(place.common), NO_MARK)
    try:
        if not declined:
            os.unlink(path)
            return
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb"):
            pass
    except OSError:
        pass


def status(directory: str) -> Hooked:
    """How the hooks stand.

    Raises:
        NoRepository: there is no worktree.

    """
    return _told(_place(directory), "", [])


def attempt(directory: str, root: str) -> Hooked:
    """``install`` for what goes on without hooks: what kept them out is a note."""
    try:
        return install(directory, root, unasked=True)
    except NotWritable as problem:
        told = status(directory)
        return told._replace(done=FAILED, notes=(f"no hooks: {problem.message}",))


def _place(directory: str, anew: bool = False) -> hooks.Where:
    place = hooks.where(directory, anew)
    if place is None:
        here = os.path.abspath(directory)
        if not os.path.isdir(here):
            raise NoRepository(f"no directory {here}")
        if (found := process.run(here, "rev-parse", "--git-dir")).code:
            raise process.no_repository(here, found.err)
        raise NoRepository(
            f"{here} has no worktree (a bare repository?)", "run it in a worktree of it, or a clone"
        )
    return place


def _told(place: hooks.Where, done: str, said: Sequence[str]) -> Hooked:
    is_read = os.path.realpath(place.active) == os.path.realpath(place.folder)
    found = hooks.found(place)
    if not _has_stub(place):  # what never was there is displaced by nobody
        found = [one._replace(state=ABSENT) if one.state == DISPLACED else one for one in found]
    return Hooked(
        done=done,
        hooks=tuple(found),
        folder=_shown(place, place.folder),
        earlier=place.earlier,
        config=_shown(place, place.config) if place.config else None,
        active=None if is_read else _shown(place, place.active),
        notes=tuple(said),
    )


def _shown(place: hooks.Where, path: str) -> str:
    below = path.startswith(place.top + os.sep)
    return (path[len(place.top) + 1 :] if below else path).replace(os.sep, "/")


def _stores_file(place: hooks.Where) -> str:
    return os.path.join(cache.state_folder(place.common), stubs.STORES)


def _remember(place: hooks.Where, root: str | None) -> None:
    """Note a store that hooks would find by no look at the top: a search would cost every commit a walk of the worktree."""
    if root is None:
        return
    path = _stores_file(place)
    store = os.path.relpath(os.path.realpath(root), os.path.realpath(place.top)).replace(os.sep, "/")
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            known = file.read().split("\n")
    except OSError:
        known = []
    if store not in (*known, layout.NAME) and not store.startswith("..") and "\n" not in store:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(f"{store}\n")


def ailment(directory: str) -> tuple[str, str] | None:
    """What is amiss with the hooks, and the command that mends it; None where nothing is, or they were declined."""
    place = hooks.where(directory)
    if place is None:
        return None
    told = _told(place, "", [])
    fix = "agentmem hooks install"
    if told.are_in:
        gone = not any(map(_can_start, _programs(place)))
        return ("they start an agentmem that is not there any more", fix) if gone else None
    states = {hook.state for hook in told.hooks}
    if not _has_stub(place):
        if os.path.lexists(os.path.join(cache.state_folder(place.common), NO_MARK)):
            return None
        return "not installed in this clone: what is written is committed by hand alone", fix
    if told.active:
        return (
            f"git reads {told.active} and not ours: core.hooksPath was set since, or this clone was moved",
            fix,
        )
    if DISPLACED in states:
        tool = next((hook.tool for hook in told.hooks if hook.state == DISPLACED and hook.tool), None)
        return f"{tool or 'another hook'} has taken their place", fix
    if IDLE in states:
        return "git does not start them: the files have no right to be executed", fix
    if OLDER in states:
        return "of an older version", fix
    lacking = [hook.name for hook in told.hooks if hook.state == ABSENT]
    return f"not there: {' '.join(lacking)}", fix


def _has_stub(place: hooks.Where) -> bool:
    folders = (place.usual, place.own)
    return inclusion.is_in(os.path.join(place.common, "config")) or any(
        stubs.version(stubs.head(os.path.join(folder, name + end))) is not None
        for folder in folders
        for name in stubs.OURS
        for end in ("", ".legacy", ".old")
    )


def _can_start(program: str) -> bool:
    """Whether ``program`` is there, and what it says that it is to be run by: an environment outlives its Python."""
    data = stubs.head(program)
    if data is None or not data.startswith(b"#!"):
        return data is not None
    interpreter = os.fsdecode(data[2:].split(b"\n", 1)[0].strip())
    return os.path.exists(interpreter) or os.path.exists(interpreter.split(" ")[0])


def _programs(place: hooks.Where) -> list[str]:
    """The programs that our stubs start."""
    text = os.fsdecode(stubs.head(hooks.slot(place, stubs.OURS[0])) or b"")
    lines = [line for line in text.splitlines() if " hook " in line and line.startswith("    ")]
    return [shlex.split(line)[0] for line in lines[:1]]
