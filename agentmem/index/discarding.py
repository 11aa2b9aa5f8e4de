"""Taking away what of the index cannot be used: what we made is removed, anything else in its place is put aside and kept."""

import os
import sqlite3
import stat
import time

ASIDE = "aside"
"""The folder beside the index that holds what was found in the place of its files."""

PASSING = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_FULL,
)
"""What SQLite says of a catalog that others hold or the disk refuses, which making it anew would not change."""

PLACES = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)
"""What it says where there is no permission, or no room for the file that readers share (to take the catalog away would only free
what the next write takes); or where a folder stands in the place of a file.
"""

_CATALOG = ("", "-wal", "-shm", "-journal")
_DATABASE = b"SQLite format 3\0"
_WORDS = ("MAIN_", "_MAIN_")
"""How the names begin of all files that Whoosh makes."""


def is_torn(problem: Exception, path: str) -> bool:
    """Whether ``problem`` with the catalog at ``path`` ends only when it is made anew.

    What has no code of SQLite's is so too: its message may hold bytes of the damaged page, which are no UTF-8.
    """
    code = getattr(problem, "sqlite_errorcode", None)
    if code is None:
        return True
    if code == sqlite3.SQLITE_IOERR_SHORT_READ:
        return True
    if code & 0xFF in PLACES:
        return any(_mode(path + suffix) not in (None, stat.S_IFREG) for suffix in _CATALOG)
    return code & 0xFF not in PASSING


def catalog(path: str) -> None:
    """Take away the files of the catalog at ``path``; the caller has the lock of the index.

    Raises:
        OSError: the disk refuses.

    """
    # the database first: SQLite drops a log that has none, and would replay it into a new one
    for suffix in _CATALOG:
        if _mode(path + suffix) == stat.S_IFREG and (suffix or _is_database(path)):
            _unlink(path + suffix)
        else:
            put_aside(path + suffix)


def tree(folder: str) -> None:
    """Take away a folder of the index: the words, the kept views."""
    try:
        if _mode(folder) == stat.S_IFDIR and _is_ours(folder):
            import shutil  # 13 ms, and only to mend

            shutil.rmtree(folder, ignore_errors=True)
        else:
            put_aside(folder)
    except OSError:
        pass  # it has just gone, or the disk refuses


def put_aside(path: str) -> None:
    """Move whatever is at ``path`` to the folder for that, where nothing looks at it any more; nothing there is no harm."""
    if not os.path.lexists(path):
        return
    folder, name = os.path.split(path)
    os.makedirs(os.path.join(folder, ASIDE), exist_ok=True)
    try:
        os.rename(path, os.path.join(folder, ASIDE, f"{name}.{time.time_ns()}"))
    except FileNotFoundError:
        pass


def _mode(path: str) -> int | None:
    """What stands at ``path`` itself, a link not followed; None where nothing does."""
    try:
        return stat.S_IFMT(os.lstat(path).st_mode)
    except OSError:
        return None


def _is_database(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            head = file.read(len(_DATABASE))
    except OSError:
        return False
    return head in (b"", _DATABASE)


def _is_ours(folder: str) -> bool:
    """Whether all there is in a folder may be of the words or a kept view, which is named by hexadecimal digits."""
    with os.scandir(folder) as entries:
        return all(
            one.is_file(follow_symlinks=False)
            and (one.name.startswith(_WORDS) or set(one.name) <= set("0123456789abcdef."))
            for one in entries
        )


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
