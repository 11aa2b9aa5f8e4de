"""Running git: one way to start it, one way to wait for it."""

import os
import subprocess
from collections.abc import Mapping
from typing import NamedTuple

from agentmem.errors import GitFailed, GitRefused, NoRepository

ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "AGENTMEM_HOOKS": "off",  # what we commit ourselves is what was asked for and no more; the user's own hooks run
}
LOCATIONS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
"""Set by git for hooks, often relative to the folder it started them in; we start git in others."""
PATHSPECS = ("GIT_ICASE_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_LITERAL_PATHSPECS")
"""What a user has set for the paths that he types: ours are literal, which git takes together with none of these."""

MISSING = (
    "git fsck --connectivity-only     (names what is lost; git fetch --refetch brings back what a remote has)"
)
"""What to do where an object is not there that should be: looking harms nothing, and fetching anew only adds."""
_PARTS = ("HEAD", "objects", "refs")
"""What makes a folder a git dir."""
_ADVICE = "git config --global --add safe.directory"


class Result(NamedTuple):
    """What one git process gave."""

    code: int
    out: bytes
    err: str


def start(
    directory: str,
    *args: str,
    stdin: bool = False,
    env: Mapping[str, str] | None = None,
    elsewhere: bool = False,
    alone: bool = False,
    silent: bool = False,
) -> subprocess.Popen[bytes]:
    """Start git in ``directory`` and return at once; ``elsewhere``: another worktree, of which what a hook was told of its own
    does not hold; ``alone``: so that ``end`` takes with it what it starts; ``silent``: its complaints are not kept, which would
    fill the pipe of one that stays.

    Raises:
        NoRepository: git is not installed, or the directory does not exist.

    """
    try:
        return subprocess.Popen(
            ["git", "--literal-pathspecs", *args],
            cwd=directory,
            env={**_environment(elsewhere), **ENVIRONMENT, **(env or {})},
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if silent else subprocess.PIPE,
            start_new_session=alone,
        )
    except FileNotFoundError:
        if not os.path.isdir(directory):
            raise NoRepository(f"no directory {directory}") from None
        raise NoRepository("git is not installed or not on PATH") from None
    except NotADirectoryError:
        raise NoRepository(f"{directory} is no directory") from None


def start_offline(directory: str, *args: str, stdin: bool = False) -> subprocess.Popen[bytes]:
    """``start``, and what a partial clone has not got is not fetched: it is missing."""
    # the variable is known from git 2.44 on; before, a transport that is not allowed fails at once
    never = ("-c", "protocol.allow=never")
    return start(directory, *never, *args, stdin=stdin, env={"GIT_NO_LAZY_FETCH": "1"}, silent=True)


def _environment(elsewhere: bool) -> dict[str, str]:
    left_out = (*PATHSPECS, *LOCATIONS, "GIT_PREFIX") if elsewhere else PATHSPECS
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    if not elsewhere:
        kept |= {name: os.path.abspath(kept[name]) for name in LOCATIONS if kept.get(name)}
    return kept


def finish(process: subprocess.Popen[bytes], stdin: bytes | None = None) -> Result:
    """Wait for ``process`` and take what it printed.

    Raises:
        GitRefused: git does not trust the repository; what it did not print would be taken for nothing there.

    """
    out, err = process.communicate(stdin)
    result = Result(process.returncode, out, (err or b"").decode("utf-8", "replace").strip())
    if (
        result.code == 128 and _ADVICE in result.err and result.err.count("fatal: ") == 1
    ):  # else a remote's git
        said, *advice = result.err.splitlines()
        allow = next((line.strip() for line in advice if line.strip().startswith(_ADVICE)), None)
        raise GitRefused(f"git refuses: {said.removeprefix('fatal: ')}", allow)
    return result


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started ``alone``, and what it started, which would hold its pipes open."""
    import signal

    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (AttributeError, OSError):  # Windows has no groups; or all of them have ended
        process.kill()
    process.communicate()


def run(directory: str, *args: str, stdin: bytes | None = None) -> Result:
    """Run git in ``directory`` to its end."""
    return finish(start(directory, *args, stdin=stdin is not None), stdin)


def demand(directory: str, *args: str, stdin: bytes | None = None) -> bytes:
    """What git prints.

    Raises:
        GitFailed: with git's own words, when it exits non-zero.

    """
    result = run(directory, *args, stdin=stdin)
    if result.code:
        raise GitFailed(f"git {args[0]} failed: {result.err.splitlines()[-1] if result.err else result.code}")
    return result.out


def no_repository(directory: str, said: str) -> NoRepository:
    """The error for what git ``said`` of a folder in which it finds no repository.

    ``git init`` is for where there is none: in a damaged one it would set HEAD to another branch, or begin an empty history.
    """
    detail = said.splitlines()[0].removeprefix("fatal: ") if said else "git gave no answer"
    there = _git_dir(os.path.abspath(directory))
    if there is not None:
        import shlex

        return NoRepository(
            f"{there} is there, and git cannot use it: {_lack(there) or detail}",
            f"ls -lA {shlex.quote(there)}     (a whole one has objects, refs, and a HEAD that says ref: refs/heads/BRANCH)",
        )
    if "not a git repository" in detail:
        return NoRepository(f"no git repository in {directory} or above", "git init")
    return NoRepository(f"git refuses {directory}: {detail}")


def _git_dir(folder: str) -> str | None:
    """The nearest .git at or above ``folder`` that was once part of a repository."""
    while True:
        path = os.path.join(folder, ".git")
        if os.path.isfile(path) or any(os.path.lexists(os.path.join(path, name)) for name in _PARTS):
            return path
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _lack(git_dir: str) -> str | None:
    """What a git dir lacks that git does not name: without it, it says that there is no repository."""
    if not os.path.isdir(git_dir):
        return None
    for name in _PARTS:
        path = os.path.join(git_dir, name)
        if not os.path.lexists(path):
            return f"it has no {name}"
        if name == "HEAD" and not os.path.islink(path) and not os.path.getsize(path):
            return "its HEAD is empty"
    return None


def paths(out: bytes) -> list[str]:
    """The paths of a ``-z`` listing; bytes that are no UTF-8 come through as surrogates, as Python's own paths do."""
    return [os.fsdecode(part) for part in out.split(b"\0") if part]
