"""Writing files so that a reader, a crash or a second writer never meets half of one."""

import errno
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from agentmem.errors import Contended, NotWritable
from agentmem.store import layout

LOCK_WAIT = 30.0
"""Seconds that a write waits for others who edit the same memory: 8 processes of 100 edits each wait some 100 ms."""

SYNC_EACH = 64
"""Files up to which each is synced by itself; beyond, one sync of the whole system takes less time."""


def create(path: str, data: bytes, sync: bool = True) -> bool:
    """Write a new file; False, with nothing changed, when ``path`` exists already.

    The bytes are on disk under a temporary name before the final name appears, and the folder is synced after; without
    ``sync`` the caller does that for many files at once (``sync_all``).

    Raises:
        NotWritable: the disk refuses.

    """
    folder = os.path.dirname(path)
    with _refusals(path):
        os.makedirs(folder, exist_ok=True)
        temporary = _write_temporary(folder, data, sync)
        try:
            try:
                os.link(temporary, path)
            except FileExistsError:
                return False
            except OSError:  # a file system without hard links: exclusive creation is the next best
                return _create_exclusively(path, data)
        finally:
            os.unlink(temporary)
        if sync:
            sync_folder(folder)
    return True


def sync_all(paths: Sequence[str]) -> None:
    """Make files that were created without syncing survive a power cut, and their folders.

    Raises:
        NotWritable: the disk refuses.

    """
    if len(paths) > SYNC_EACH and hasattr(os, "sync"):
        os.sync()
        return
    for path in paths:
        with _refusals(path), open(path, "rb") as file:
            os.fsync(file.fileno())
    for folder in sorted({os.path.dirname(path) for path in paths}):
        sync_folder(folder)


def replace(path: str, data: bytes) -> None:
    """Put ``data`` in the place of the file at ``path``, keeping its mode.

    Raises:
        NotWritable: the disk refuses; the old content stays.

    """
    folder = os.path.dirname(path)
    with _refusals(path):
        os.makedirs(folder, exist_ok=True)  # a sparse checkout leaves folders out
        temporary = _write_temporary(folder, data)
        try:
            try:
                os.chmod(temporary, os.stat(path).st_mode & 0o7777)
            except FileNotFoundError:
                pass
            os.replace(temporary, path)
        except OSError:
            os.unlink(temporary)
            raise
        sync_folder(folder)


def remove(path: str) -> None:
    """Take away the file at ``path``.

    Raises:
        NotWritable: the disk refuses.

    """
    with _refusals(path):
        os.unlink(path)
        sync_folder(os.path.dirname(path))


def _create_exclusively(path: str, data: bytes) -> bool:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        return False
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        os.unlink(path)
        raise
    return True


def _write_temporary(folder: str, data: bytes, sync: bool = True) -> str:
    temporary = os.path.join(folder, f"{layout.TEMPORARY}{os.getpid()}-{os.urandom(6).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            if sync:
                file.flush()
                os.fsync(file.fileno())
    except OSError:
        os.unlink(temporary)
        raise
    return temporary


def sync_folder(folder: str) -> None:
    """Make a new name in ``folder`` survive a power cut; where folders cannot be opened (Windows) it does already."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # some network file systems refuse to sync a folder
    finally:
        os.close(descriptor)


@contextmanager
def _refusals(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        folder = os.path.dirname(path)
        if error.errno == errno.ENOSPC:
            raise NotWritable(
                f"cannot write {path}: the disk is full; nothing was changed", "free some space and try again"
            ) from None
        reason = "read-only" if error.errno == errno.EROFS else (error.strerror or str(error)).lower()
        raise NotWritable(f"cannot write {path}: {reason}", f"allow writes to {folder}") from None


@contextmanager
def locked(folders: list[str], key: str, wait: float = LOCK_WAIT) -> Iterator[None]:
    """Hold the lock ``key`` in the first of ``folders`` that can be written; it ends with the process at the latest.

    Raises:
        Contended: others held it for ``wait`` seconds; NotWritable: no folder takes a lock file.

    """
    descriptor = _open_lock(folders, key)
    try:
        deadline = time.monotonic() + wait
        while not try_lock(descriptor):
            if time.monotonic() > deadline:
                raise Contended(f"{key} is being edited by others for {wait:.0f} s", "try again")
            time.sleep(0.002)
        yield
    finally:
        os.close(descriptor)


def _open_lock(folders: list[str], key: str) -> int:
    for folder in folders:
        try:
            os.makedirs(folder, exist_ok=True)
            return os.open(os.path.join(folder, key), os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:
            continue
    raise NotWritable(
        f"no place for a lock file: {', '.join(folders)}",
        "set AGENTMEM_CACHE to a folder that can be written",
    )


def _posix_try_lock(descriptor: int) -> bool:
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _windows_try_lock(descriptor: int) -> bool:
    import msvcrt

    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True


try_lock: Callable[[int], bool] = _windows_try_lock if os.name == "nt" else _posix_try_lock
"""Take the exclusive lock of an open file without waiting; whether it was had."""
