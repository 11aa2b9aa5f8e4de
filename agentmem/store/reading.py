"""Reading a store's files from a worktree: plain files only, links never followed out of it."""

import os
import stat

from agentmem.store import layout

MAX_READ = 8_388_608
"""Bytes read of one file at most; a memory is far smaller, and a stray dump must not fill the memory of a reader."""

FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
"""Never through a link, and never waiting for whoever writes into a FIFO."""

Signature = tuple[int, int, int, int]
"""(mtime in ns, size, inode, ctime in ns)."""


def signature(root: str, path: str) -> Signature | None:
    """What the file at ``path`` below ``root`` looks like without reading it; None where there is no plain file."""
    try:
        info = os.lstat(f"{root}/{path}")
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(info.st_mode):
        return None
    return info.st_mtime_ns, info.st_size, info.st_ino, info.st_ctime_ns


def read(root: str, path: str) -> bytes | None:
    """The bytes of the file at ``path`` below ``root``; None where no plain file can be read there."""
    if not is_inside(root, path):
        return None
    try:
        descriptor = os.open(os.path.join(root, path), FLAGS)
    except (OSError, ValueError):
        return None
    try:
        with os.fdopen(descriptor, "rb") as file:
            return file.read(MAX_READ) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    except OSError:
        return None


def is_inside(root: str, path: str) -> bool:
    """Whether no folder between ``root`` and ``path`` is a link."""
    parts = path.split("/")
    if ".." in parts or os.path.isabs(path):
        return False
    folder = root
    for part in parts[:-1]:
        folder = os.path.join(folder, part)
        if os.path.islink(folder):
            return False
    return True


def walk(root: str) -> list[str]:
    """Every path below ``root`` that is not a folder, or a folder named as a file, with forward slashes, sorted.

    Links are named, not followed.
    """
    found = []
    for folder, names, files in os.walk(root):
        relative = os.path.relpath(folder, root).replace(os.sep, "/")
        start = "" if relative == "." else relative + "/"
        found += [start + name for name in files]
        found += [
            start + name
            for name in names
            if name.endswith(".md") or os.path.islink(os.path.join(folder, name))
        ]
    return sorted(found)


def strays(root: str) -> list[str]:
    """The paths below ``root`` of what no reader can read: links, and what is no plain file, or may not be read, in the place of
    a memory or a change; sorted.

    Asks the folders alone, as far as they know: 10,000 files are looked through in some 20 ms.
    """
    found, todo = [], [""]
    while todo:
        folder = todo.pop()
        try:
            entries = list(os.scandir(f"{root}/{folder}"))
        except OSError:
            continue
        for entry in entries:
            path = folder + entry.name
            if entry.is_symlink():
                if not layout.is_receipt(path):
                    found.append(path)
                continue
            if is_folder := entry.is_dir(follow_symlinks=False):
                todo.append(f"{path}/")
            is_plain = not is_folder and entry.is_file(follow_symlinks=False)
            if layout.is_checked(path) and not (is_plain and os.access(entry.path, os.R_OK)):
                found.append(path)
    return sorted(found)
