"""Where git's hooks are in a clone, and putting ours there so that those of the user go on as if nothing had happened.

Two places, one stub. Where git reads its own folder, ``hooks/`` of the common git dir, the stubs go there, and what stood in
their place moves beside it, to a folder of the same depth where it keeps its name and finds its neighbours (husky 4, overcommit
and others act by their name, most by their folder). The script of the pre-commit framework stays where it is: ours becomes the
``<hook>.legacy`` that it runs first, so that `pre-commit install` and `uninstall` go on working; with ``core.hooksPath`` set it
would refuse to install at all.

Where ``core.hooksPath`` names another folder (husky 9, a folder that the project tracks, one for all of a user's repositories),
nothing is written there: what is tracked is the project's, and husky writes its folder anew with each `npm install`. A folder of
our own is put before it, by an include at the end of the configuration. What others set in the configuration stays as it is and
may be set again: git takes ours, which comes last, and our stubs ask each time what the others want. The include holds for the
path of this git dir alone: in a container that has it elsewhere, git does what it did before.
"""

import errno
import os
from typing import NamedTuple

from agentmem.errors import NotWritable
from agentmem.git import inclusion, process, stubs

BESIDE = "hooks.before-agentmem"
"""Folder beside git's own for what stood in the place of our stubs."""
_NEW = ".agentmem-new-"
MADE = "hooks-folder-made"
"""In our folder of the common git dir: that git's folder for hooks was made by us."""


class Where(NamedTuple):
    """Where a clone's hooks are. ``earlier`` is the folder that the user has set, as git gives it (None: git's own);
    ``active`` the one that git reads now; ``off``: the user has set hooks off.

    ``config`` is the file of configuration that puts our folder before ``earlier``; None where the stubs go into git's own.
    """

    top: str
    common: str
    earlier: str | None
    active: str
    config: str | None
    off: bool = False

    @property
    def own(self) -> str:
        """Our folder, which is put before another."""
        return os.path.join(self.common, "agentmem", "hooks")

    @property
    def usual(self) -> str:
        """Git's own folder for hooks."""
        return os.path.join(self.common, "hooks")

    @property
    def beside(self) -> str:
        """What stood in git's own folder in the place of our stubs."""
        return os.path.join(self.common, BESIDE)

    @property
    def folder(self) -> str:
        """The folder that holds our stubs, or should."""
        return self.usual if self.config is None else self.own

    @property
    def users(self) -> str:
        """The folder that holds the user's own hooks."""
        if self.config is None:
            return self.usual
        return os.path.join(self.top, self.earlier) if self.earlier else self.usual


class Hook(NamedTuple):
    """One of our hooks in a clone: ``state`` is installed, older, idle (git starts no file that cannot be executed), displaced or
    missing; ``before`` what of the user's runs with it, ``tool`` whose that is; ``framework``: it is the script of pre-commit,
    which runs ours first.
    """

    name: str
    state: str
    before: str | None = None
    tool: str | None = None
    framework: bool = False


INSTALLED, OLDER, IDLE, DISPLACED, ABSENT = "installed", "older", "idle", "displaced", "missing"


def where(directory: str, anew: bool = False) -> Where | None:
    """Where the hooks of the clone around ``directory`` are; None where it has no worktree.

    ``anew``: where they would be put now. Once put before another folder they stay there, as long as git reads them, when that
    is not set any more.
    """
    words = "--git-common-dir", "--git-dir", "--show-toplevel"
    asked = process.run(directory, "rev-parse", "--path-format=absolute", *words)
    paths = os.fsdecode(asked.out).split("\n")
    if asked.code:
        return None
    if len(paths) != 4:  # a path holds a newline
        each = [process.run(directory, "rev-parse", "--path-format=absolute", word).out for word in words]
        paths = [os.fsdecode(out.removesuffix(b"\n")) for out in each]
    common, git_dir, top = paths[:3]
    own = os.path.join(common, "agentmem", "hooks")
    out = process.run(directory, "config", "--show-scope", "-z", "--path", "--get-all", "core.hooksPath").out
    fields = os.fsdecode(out).split("\0")
    pairs = [(scope, value) for scope, value in zip(fields[::2], fields[1::2], strict=False)]
    theirs = [(scope, value) for scope, value in pairs if value != own and scope != "command"]
    scope, earlier = theirs[-1] if theirs else ("", None)
    active = os.path.join(top, pairs[-1][1]) if pairs else os.path.join(common, "hooks")
    usual = os.path.join(common, "hooks")
    within = earlier is None or os.path.realpath(os.path.join(top, earlier)) == os.path.realpath(usual)
    config = None
    # of husky 9, whose files are there, the next `npm install` sets core.hooksPath
    awaited = anew and os.path.isdir(os.path.join(top, ".husky"))
    before = bool(pairs) and pairs[-1][1] == own and not anew
    if not within or os.path.islink(usual) or awaited or before:
        config = (
            os.path.join(git_dir, "config.worktree")
            if scope == "worktree"
            else os.path.join(common, "config")
        )
    off = earlier is not None and earlier in ("", os.devnull)
    return Where(top, common, None if within else earlier, os.path.normpath(active), config, off)


def install(place: Where, start: str) -> list[str]:
    """Put our stubs in their place, and an older version's up to date; ``start`` are the words that start agentmem.

    What had to be said about it is returned.

    Raises:
        NotWritable: the git dir cannot be written.

    """
    said: list[str] = []
    shared = os.path.join(place.common, "config")
    try:
        # another worktree may have a setting of its own
        if place.config == shared:
            _out_of_gits_own(place, said)
        elif place.config is None:
            _not_before_theirs(place, [shared], said)
        if place.config is None:
            _into_gits_own(place, start, said)
        else:
            _before_theirs(place, start, said)
    except OSError as error:
        raise _unwritable(place, error) from None
    return said


def uninstall(place: Where) -> list[str]:
    """Take our stubs away and put back what was there before, byte for byte; what had to be said about it.

    Raises:
        NotWritable: the git dir cannot be written.

    """
    said: list[str] = []
    try:
        _out_of_gits_own(place, said)
        _not_before_theirs(place, _configs(place), said)
    except OSError as error:
        raise _unwritable(place, error) from None
    return said


def _unwritable(place: Where, error: OSError) -> NotWritable:
    reason = "read-only" if error.errno == errno.EROFS else (error.strerror or str(error)).lower()
    return NotWritable(
        f"cannot write {error.filename or place.common}: {reason}", f"allow writes to {place.common}"
    )


def found(place: Where) -> list[Hook]:
    """Our hooks as they stand here."""
    return [_found(place, name) for name in stubs.OURS]


def _found(place: Where, name: str) -> Hook:
    at = slot(place, name)
    theirs = os.path.join(place.folder, name)
    framework = at != theirs
    before = (
        theirs if framework else os.path.join(place.beside if place.config is None else place.users, name)
    )
    data = stubs.head(at)
    number = stubs.version(data)
    there = before if os.access(before, os.X_OK) else None
    about = (there, stubs.tool(before, stubs.head(before)) if there else None, framework)
    if number is None:
        state = ABSENT if data is None or framework else DISPLACED
        if state == DISPLACED:
            about = (at, stubs.tool(at, data), False)
        return Hook(name, state, *about)
    if os.path.realpath(place.active) != os.path.realpath(place.folder):
        return Hook(name, DISPLACED, *about)
    if not os.access(at, os.X_OK):
        return Hook(name, IDLE, *about)
    return Hook(name, INSTALLED if number >= stubs.VERSION else OLDER, *about)


def slot(place: Where, name: str) -> str:
    """The path of our stub of the hook ``name``: the framework of pre-commit runs what it finds beside its own script."""
    at = os.path.join(place.folder, name)
    legacy = place.config is None and stubs.is_framework(stubs.head(at))
    return at + ".legacy" if legacy else at


def _into_gits_own(place: Where, start: str, said: list[str]) -> None:
    if not os.path.isdir(place.usual):
        os.makedirs(place.usual)
        _write(os.path.join(place.common, "agentmem", MADE), b"")
    _sweep(place.usual)
    moved = False
    for name in stubs.OURS:
        at = slot(place, name)
        text = os.fsencode(stubs.text(name, start, beside=BESIDE))
        if os.path.lexists(at) and stubs.version(stubs.head(at)) is None:
            _set_aside(place, at, name, said)
            moved = True
        _keep_own_lines(at, name, text, said)
        if stubs.head(at) != text or not os.access(at, os.X_OK):
            _write(at, text, executable=True)
    if moved or os.path.isdir(place.beside):
        _link_neighbours(place)


def _set_aside(place: Where, at: str, name: str, said: list[str]) -> None:
    os.makedirs(place.beside, exist_ok=True)
    kept = os.path.join(place.beside, name)
    if _is_same(at, kept):
        return  # whoever began this was killed
    if os.path.isfile(kept) and not os.path.islink(at) and stubs.head(kept) == stubs.head(at):
        os.unlink(kept)  # a tool has written its own once more
    elif os.path.lexists(kept):
        # the tool that took our place took that of this one too, so it would not run without us
        number = next(n for n in range(1, 1000) if not os.path.lexists(f"{kept}.{n}"))
        os.rename(kept, f"{kept}.{number}")
        said.append(
            f"{BESIDE}/{name}, which another tool has replaced, is kept as {name}.{number} and does not run"
        )
    try:
        os.link(at, kept, follow_symlinks=False)  # git finds the one or the other at every moment
    except OSError:
        os.rename(at, kept)


def _is_same(one: str, other: str) -> bool:
    try:
        return os.path.samestat(os.lstat(one), os.lstat(other))
    except OSError:
        return False


def _link_neighbours(place: Where) -> None:
    for name in os.listdir(place.usual):
        if name.partition(".")[0] in stubs.OURS or name.endswith(".sample"):
            continue
        link = os.path.join(place.beside, name)
        if not os.path.lexists(link):
            try:
                os.symlink(os.path.join("..", "hooks", name), link)
            except OSError:
                return  # no links here (Windows): a hook that needs its neighbours is rare


def _keep_own_lines(at: str, name: str, text: bytes, said: list[str]) -> None:
    """Keep a copy of a stub into which somebody wrote lines of their own: it is written anew as a whole."""
    data = stubs.head(at)
    if stubs.version(data) != stubs.VERSION or data is None or not stubs.own_lines(data, text):
        return
    number = next(n for n in range(1, 1000) if not os.path.lexists(f"{at}.{n}"))
    _write(f"{at}.{number}", data)
    said.append(
        f"{name} had lines that are not ours: it is kept beside it as {name}.{number} and does not run"
    )


def _before_theirs(place: Where, start: str, said: list[str]) -> None:
    assert place.config is not None
    os.makedirs(place.own, exist_ok=True)
    rare = [name for name in stubs.RARE if os.access(os.path.join(place.users, name), os.X_OK)]
    for name in (*stubs.OURS, *stubs.PASSED_ON, *rare):
        at = os.path.join(place.own, name)
        text = os.fsencode(stubs.text(name, start, place.own))
        _keep_own_lines(at, name, text, said)
        if stubs.head(at) != text or not os.access(at, os.X_OK):
            _write(at, text, executable=True)
    included = place.own + ".config"
    _write(included, os.fsencode(f"[core]\n\thooksPath = {inclusion.value(place.own)}\n"))
    inclusion.put(place.config, place.common, included)


def _configs(place: Where) -> list[str]:
    """The files of configuration that may put our folder before another."""
    common = place.common
    try:
        trees = [
            os.path.join(common, "worktrees", name) for name in os.listdir(os.path.join(common, "worktrees"))
        ]
    except OSError:
        trees = []
    return [
        os.path.join(common, "config"),
        *(os.path.join(tree, "config.worktree") for tree in (common, *trees)),
    ]


def _not_before_theirs(place: Where, configs: list[str], said: list[str]) -> None:
    for path in configs:
        inclusion.take(path)
    if any(inclusion.is_in(path) for path in _configs(place)):
        return
    for name in os.listdir(place.own) if os.path.isdir(place.own) else ():
        at = os.path.join(place.own, name)
        if stubs.version(stubs.head(at)) is not None or _NEW in name:
            os.unlink(at)
    if os.path.lexists(place.own + ".config"):
        os.unlink(place.own + ".config")
    if os.path.isdir(place.own) and os.listdir(place.own):
        said.append(f"{place.own} stays: it holds what is not ours")
    _rmdir(place.own)


def _out_of_gits_own(place: Where, said: list[str]) -> None:
    _sweep(place.usual)
    for name in stubs.OURS:
        at, kept = os.path.join(place.usual, name), os.path.join(place.beside, name)
        # what another tool has moved aside: the framework of pre-commit, lefthook
        for path in (at, f"{at}.legacy", f"{at}.old"):
            if stubs.version(stubs.head(path)) is None:
                continue
            _keep_own_lines(path, name, os.fsencode(stubs.text(name, "agentmem", beside=BESIDE)), said)
            if os.path.lexists(kept):
                os.replace(kept, path)
            else:
                os.unlink(path)
        if _is_same(at, kept):
            os.unlink(kept)
    _unlink_neighbours(place)
    if os.path.isdir(place.beside) and (left := sorted(os.listdir(place.beside))):
        said.append(f"{place.beside} stays: it holds {' '.join(left)}, in whose place is another hook now")
    _rmdir(place.beside)
    made = os.path.join(place.common, "agentmem", MADE)
    if os.path.lexists(made):
        os.unlink(made)
        _rmdir(place.usual)


def _unlink_neighbours(place: Where) -> None:
    try:
        names = os.listdir(place.beside)
    except OSError:
        return
    for name in names:
        link = os.path.join(place.beside, name)
        if os.path.islink(link) and os.readlink(link) == os.path.join("..", "hooks", name):
            os.unlink(link)


def _rmdir(path: str) -> None:
    try:
        os.rmdir(path)
    except OSError:
        pass  # it is not there, or holds something of others


def _write(path: str, data: bytes, executable: bool = False) -> None:
    """Put a file in its place in one step, so that git never starts half of one."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = f"{path}{_NEW}{os.urandom(6).hex()}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o777 if executable else 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _sweep(folder: str) -> None:
    """Take away what somebody who was killed has left half written."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if (
            name.partition(_NEW)[0] in (*stubs.OURS, *(f"{one}.legacy" for one in stubs.OURS))
            and _NEW in name
        ):
            os.unlink(os.path.join(folder, name))
