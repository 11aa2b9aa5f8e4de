"""The merge driver in git's configuration: which command it is, setting it, and trying it as git would run it."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import NamedTuple

from agentmem.errors import NotWritable
from agentmem.git import process

KEY = "merge.agentmem.driver"
NAME = "merge.agentmem.name"
TITLE = "agentmem: memories by field"
SET, KEPT, FAILED = "set", "kept", "failed"

LOCK_WAIT = 2.0
"""Seconds that others who write the same configuration are waited for; git itself does not wait."""

TRIAL_WAIT = 30.0
"""Seconds that a driver may take for one small file."""

_OURS = re.compile(
    r"\S.* merge-driver %O %A %B %P \|\| \{ test \$\? -eq 1 .*git merge-file -q %A %O %B; \}", re.DOTALL
)
_PLACEHOLDER = re.compile("%(.)", re.DOTALL)


class Setting(NamedTuple):
    """What became of the setting: ``place`` is the configuration file; ``problem`` says why it failed."""

    state: str
    place: str
    problem: str | None = None


class Trial(NamedTuple):
    """What a driver made of a file; ``code`` None: it did not come to an end."""

    code: int | None
    data: bytes
    err: str


def value() -> str:
    """The driver as git runs it, through a shell: this program, else git's own merge by lines.

    A shell gives 127 where there is no such command, and Python gives 1 where the module is gone, which would say that
    conflicts are left: so the 1 counts where the command still starts.
    """
    command = "agentmem"
    if shutil.which(command) is None and sys.executable:
        # -P: what is merged may hold a folder named agentmem, and must not be run
        command = f"{shlex.quote(sys.executable.replace(os.sep, '/'))} -P -m agentmem".replace("%", "%%")
    return (
        f"{command} merge-driver %O %A %B %P || {{ test $? -eq 1 && {command} --version >/dev/null 2>&1 && exit 1;"
        " git merge-file -q %A %O %B; }"
    )


def is_ours(driver: str) -> bool:
    """Whether ``driver`` was set by us, now or by another installation; else somebody has set it by hand."""
    return bool(_OURS.fullmatch(driver))


def current(directory: str) -> str | None:
    """The driver that counts in this clone, wherever it is set."""
    result = process.run(directory, "config", "-z", "--get", KEY)
    return None if result.code else os.fsdecode(result.out.removesuffix(b"\0"))


def is_half_set(directory: str) -> bool:
    """Whether the driver has a name and no command, of which git makes a fatal error at every merge of a memory."""
    return process.run(directory, "config", "--get", NAME).code == 0 and current(directory) is None


def configure(directory: str, common_dir: str) -> Setting:
    """Set the driver for this clone and all its worktrees; one that somebody has set by hand stays."""
    place = os.path.join(common_dir, "config")
    known, wanted = current(directory), value()
    if known == wanted or (known is not None and not is_ours(known)):
        return Setting(KEPT, place)
    # the command first: of a driver that has a name and no command git makes a fatal error at every merge
    for key, text in ((KEY, wanted), (NAME, TITLE)):
        deadline = time.monotonic() + LOCK_WAIT
        while (result := process.run(directory, "config", "--local", key, text)).code:
            if "File exists" not in result.err or time.monotonic() > deadline:
                reason = result.err.splitlines()[-1] if result.err else f"git config gave {result.code}"
                return Setting(FAILED, place, reason.removeprefix("error: ").removeprefix("fatal: "))
            time.sleep(0.02)
    return Setting(SET, place)


def attempt(top: str, driver: str, path: str, contents: Sequence[bytes]) -> Trial:
    """Run ``driver`` as git does, on files of its own: ``contents`` are ancestor, ours and theirs, ``path`` is theirs in git.

    It runs in ``top``, where git starts it, through the shell that git uses.
    """
    with tempfile.TemporaryDirectory(prefix="agentmem-", ignore_cleanup_errors=True) as folder:
        files = [os.path.join(folder, name) for name in ("ancestor", "ours", "theirs")]
        for file, data in zip(files, contents, strict=True):
            with open(file, "wb") as out:
                out.write(data)
        words = dict(zip("OABP", map(shlex.quote, (*files, path)), strict=True)) | {"L": "7", "%": "%"}
        command = _PLACEHOLDER.sub(lambda match: words.get(match[1], match[0]), driver)
        running = process.start(top, "-c", f"alias.agentmem-trial=!{command}", "agentmem-trial", alone=True)
        try:
            out_bytes, err = running.communicate(timeout=TRIAL_WAIT)
        except subprocess.TimeoutExpired:
            process.end(running)
            return Trial(None, b"", "")
        try:
            with open(files[1], "rb") as merged:
                data = merged.read()
        except OSError:
            data = b""  # the driver has taken it away
    return Trial(running.returncode, data, (err or out_bytes).decode("utf-8", "replace").strip())


def forget(directory: str) -> bool:
    """Take our driver out of this clone's configuration; False where it is not there, or was set by hand.

    Raises:
        NotWritable: the git dir is read-only.

    """
    result = process.run(directory, "config", "-z", "--local", "--get", KEY)
    if result.code or not is_ours(os.fsdecode(result.out.removesuffix(b"\0"))):
        return False
    # the name first: a name without a command is a fatal error to git at every merge
    for key in (NAME, KEY):
        deadline = time.monotonic() + LOCK_WAIT
        while (result := process.run(directory, "config", "--local", "--unset-all", key)).code not in (0, 5):
            if "File exists" not in result.err or time.monotonic() > deadline:
                raise NotWritable(
                    f"cannot take the merge driver out of git's configuration: {result.err.strip()}",
                    "allow writes to the git dir",
                )
            time.sleep(0.02)
    return True
