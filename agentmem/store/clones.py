"""What this clone keeps for itself beside git: which clone it is, since when it has seen what others hold, who has not heard."""

import json
import os

from agentmem.errors import NotWritable
from agentmem.store import cache, writing

ID_FILE = os.path.join("agentmem", "clone-id")
KEPT_ID_FILE = "agentmem-clone-id"
"""Both in the common git dir: the second is no part of the folder of the index, since who deletes that must not become another
clone, whose claims the own ones are not.
"""
SEEN_FOLDER = "seen"


def identity(common_dir: str) -> str:
    """The id of the clone whose common git dir is ``common_dir``, drawn when it is first asked for.

    Where nothing can be written it is made of the folder's name and device, which stay while the clone stays where it is.
    """
    path = os.path.join(common_dir, ID_FILE)
    if known := _drawn(os.path.join(common_dir, KEPT_ID_FILE)) or _drawn(path):
        return known
    try:
        writing.create(path, os.urandom(8).hex().encode("ascii") + b"\n")
    except NotWritable:
        pass
    if known := _drawn(path):  # it may be another's, who was faster
        return known
    import hashlib

    folder = cache.state_folder(common_dir)
    device = os.stat(common_dir).st_dev if os.path.isdir(common_dir) else 0
    return hashlib.sha256(f"{folder}\0{device}".encode("utf-8", "surrogateescape")).hexdigest()[:16]


def keep_identity(common_dir: str, clone: str) -> None:
    """Have ``clone``, which a claim names from now on, stay the id of the clone."""
    path = os.path.join(common_dir, KEPT_ID_FILE)
    try:
        if not os.path.lexists(path):
            writing.create(path, clone.encode("ascii") + b"\n")
    except NotWritable:
        pass  # a sandbox: as long as the folder of the index stays


def _drawn(path: str) -> str | None:
    """The id that the file at ``path`` has; None where there is none, or it is torn."""
    try:
        with open(path, encoding="ascii") as file:
            found = file.read().strip()
    except (OSError, UnicodeDecodeError):
        return None
    return found if len(found) == 16 and found.isalnum() else None


class Sightings:
    """Since when this clone has seen each object that somebody else may move: one small file a name, in ``folder``."""

    def __init__(self, folder: str) -> None:
        self._folder = os.path.join(folder, SEEN_FOLDER)

    def first_seen(self, name: str, commit: str, now: int) -> int:
        """The moment (seconds UTC) at which ``name`` was first seen to be at ``commit``; ``now`` where that is now.

        Where nothing can be kept it is always now: then a lease from elsewhere never ends here, which errs on the safe side.
        """
        path = os.path.join(self._folder, name)
        try:
            with open(path, encoding="ascii") as file:
                known, since = json.load(file)
            if known == commit and isinstance(since, int) and not isinstance(since, bool):
                return min(since, now)
        except (OSError, ValueError, TypeError, RecursionError):
            pass
        try:
            writing.replace(path, json.dumps([commit, now]).encode("ascii"))
        except NotWritable:
            pass
        return now

    def has_seen(self, name: str, commit: str) -> bool:
        """Whether ``name`` was seen to be at ``commit`` the last time."""
        try:
            with open(os.path.join(self._folder, name), encoding="ascii") as file:
                record = json.load(file)
        except (OSError, ValueError, RecursionError):
            return False
        return isinstance(record, list) and record[:1] == [commit]


class Unheard:
    """What agents of this clone are still to be told of their tasks: one small file each, in ``folder``; mostly there is none."""

    def __init__(self, folder: str) -> None:
        self._folder = os.path.join(folder, cache.UNHEARD_FOLDER)

    def leave(self, task: str, agent: str, worktree: str, what: str) -> None:
        """Keep ``what`` there is to tell; where it cannot be written, it is not told."""
        try:
            writing.replace(self._path(task, agent, worktree), what.encode("ascii"))
        except NotWritable:
            pass

    def of(self, agent: str, worktree: str) -> dict[str, str]:
        """What there is to tell one agent, by task."""
        found = {}
        ending = self._ending(agent, worktree)
        try:
            names = os.listdir(self._folder)
        except OSError:
            return {}
        for name in names:
            if name.endswith(ending):
                try:
                    with open(os.path.join(self._folder, name), encoding="ascii", errors="replace") as file:
                        found[name.removesuffix(ending)] = file.read(32)
                except OSError:
                    continue
        return found

    def heard(self, task: str, agent: str, worktree: str) -> None:
        """That was told."""
        try:
            os.unlink(self._path(task, agent, worktree))
        except OSError:
            pass

    def _path(self, task: str, agent: str, worktree: str) -> str:
        return os.path.join(self._folder, task + self._ending(agent, worktree))

    @staticmethod
    def _ending(agent: str, worktree: str) -> str:
        import hashlib

        return (
            "." + hashlib.sha256(f"{agent}\0{worktree}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
        )


def remind(git_dir: str, moment: int | None) -> None:
    """Note in the git dir of a worktree from when on (seconds UTC) its claims want something; None: there are none.

    A reminder, no record: where it cannot be written, a lease lasts as long as it says, and is not renewed.
    """
    path = os.path.join(git_dir, cache.DUE_FILE)
    try:
        if moment is None:
            os.unlink(path)
        else:
            writing.replace(path, b"%d\n" % moment)
    except (OSError, NotWritable):
        pass
