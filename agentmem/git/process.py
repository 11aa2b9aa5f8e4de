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


def paths(out: bytes) -> list[str]:
    """The paths of a ``-z`` listing; bytes that are no UTF-8 come through as surrogates, as Python's own paths do."""
    return [os.fsdecode(part) for part in out.split(b"\0") if part]
