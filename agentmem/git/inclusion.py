"""A few lines at the end of git's configuration by which git reads a file of ours, for one place of the git dir alone.

The file is edited as text, under git's own lock: what is taken out again leaves it as it was, to the byte.
"""

import os
import time
from collections.abc import Callable

LOCK_WAIT = 2.0
"""Seconds that others who write the same configuration are waited for; git itself does not wait."""
BEGIN, END = b"# agentmem hooks: begin", b"# agentmem hooks: end\n"
_JOINED = b" (the line before it had no end)"


def value(text: str) -> str:
    """``text`` as a value of git's configuration."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def put(config: str, git_dir: str, included: str) -> None:
    """Have git read the file ``included`` after all that ``config`` says, where ``git_dir`` is the common git dir at hand.

    Raises:
        OSError: the file cannot be written, or others hold its lock.

    """
    # a pattern of git, in which these stand for more than themselves
    pattern = "".join(f"\\{char}" if char in "*?[\\" else char for char in git_dir.replace(os.sep, "/"))
    # the first worktree's git dir and those of the others
    places = (pattern, f"{pattern}/worktrees/*")
    lines = "".join(
        f"[includeIf {value(f'gitdir:{place}')}]\n\tpath = {value(included)}\n" for place in places
    )
    block = BEGIN + b"\n" + os.fsencode(lines) + END
    _change(config, lambda data: data if data.endswith(block) else appended(removed(data), block))


def take(config: str) -> None:
    """Take our lines out of ``config``.

    Raises:
        OSError: see ``put``.

    """
    if is_in(config):
        _change(config, removed)


def is_in(config: str) -> bool:
    """Whether ``config`` has our lines."""
    try:
        with open(config, "rb") as file:
            return BEGIN in file.read()
    except OSError:
        return False


def appended(data: bytes, block: bytes) -> bytes:
    """``data`` with ``block`` after its last line."""
    if data and not data.endswith(b"\n"):
        return data + b"\n" + block.replace(BEGIN, BEGIN + _JOINED, 1)
    return data + block


def removed(data: bytes) -> bytes:
    """``data`` without our lines, as it was before."""
    begin, end = data.find(BEGIN), data.find(END)
    if begin < 0 or end < begin:
        return data
    joined, rest = data.startswith(_JOINED, begin + len(BEGIN)), data[end + len(END) :]
    return data[: begin - (joined and not rest)] + rest


def _change(path: str, make: Callable[[bytes], bytes]) -> None:
    path = os.path.realpath(path)
    lock = f"{path}.lock"
    deadline = time.monotonic() + LOCK_WAIT
    while True:
        try:
            descriptor = os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            break
        except FileExistsError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with open(path, "rb") as now:
                old = now.read()
            os.chmod(lock, os.stat(path).st_mode & 0o7777)
            new = make(old)
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        if new != old:
            os.replace(lock, path)
            return
    except BaseException:
        os.unlink(lock)
        raise
    os.unlink(lock)
