"""The rules that git has for files: what it ignores, and which attributes it gives."""

import os
import subprocess
from collections.abc import Sequence
from typing import NamedTuple

from agentmem.git import process
from agentmem.git.repository import Difference, Repository

AT_ONCE = 4096
"""Bytes that a pipe takes without a reader, and whose answer it takes as well."""


class Ignored(NamedTuple):
    """One path that git ignores, and the rule: ``pattern`` in line ``line`` of ``source``, which is as git names it."""

    path: str
    source: str
    line: int
    pattern: str


def new_paths(repository: Repository, differences: Sequence[Difference]) -> list[str]:
    """The paths of ``differences`` that HEAD does not hold, from the top."""
    return [repository.prefix + one.path for one in differences if one.old is None and not one.deleted]


class Asked(NamedTuple):
    """A question for what git ignores, and git at work on it; ``request`` is what it has not been given yet."""

    running: "subprocess.Popen[bytes]"
    request: bytes | None


def ask_ignored(top: str, paths: Sequence[str], tracked: bool = True) -> Asked:
    """Ask git what ``ignored`` tells, of what it tracks too where ``tracked``; it works meanwhile."""
    request = b"".join(os.fsencode(path) + b"\0" for path in paths)
    # check-ignore dies of --literal-pathspecs, which every other call gets
    words = ("--no-literal-pathspecs", "check-ignore", *(("--no-index",) if tracked else ()), "-v", "-z")
    running = process.start(top, *words, "--stdin", stdin=True)
    if len(request) > AT_ONCE or running.stdin is None:
        return Asked(running, request)
    try:
        running.stdin.write(request)
        running.stdin.close()
    except BrokenPipeError:
        pass  # it has ended, and will say why
    running.stdin = None
    return Asked(running, None)


def ignored(top: str, paths: Sequence[str], asked: Asked | None = None) -> list[Ignored]:
    """Those of ``paths`` (from ``top``) that git would not add by itself, whether it tracks them by now or not; or as asked."""
    asked = asked or ask_ignored(top, paths)
    out = process.finish(asked.running, asked.request).out
    fields = [os.fsdecode(part) for part in out.split(b"\0")]
    return [
        Ignored(path, source, int(line), pattern)
        for source, line, pattern, path in zip(*[iter(fields)] * 4, strict=False)
        if not pattern.startswith("!")
    ]


def attributes(top: str, path: str, names: Sequence[str]) -> dict[str, str]:
    """The value of each attribute of ``path`` (from ``top``): as set, or ``set``, ``unset``, ``unspecified``."""
    out = process.run(top, "check-attr", "-z", *names, "--", path).out
    fields = [os.fsdecode(part) for part in out.split(b"\0")]
    return {name: value for _, name, value in zip(*[iter(fields)] * 3, strict=False)}


def attribute(top: str, name: str, paths: Sequence[str]) -> dict[str, str]:
    """The value of one attribute for each of ``paths`` (from ``top``), as ``attributes`` gives it."""
    request = b"".join(os.fsencode(path) + b"\0" for path in paths)
    out = process.run(top, "check-attr", "-z", "--stdin", name, stdin=request).out
    fields = [os.fsdecode(part) for part in out.split(b"\0")]
    return {path: value for path, _, value in zip(*[iter(fields)] * 3, strict=False)}


def files(top: str) -> list[str]:
    """Every path of the worktree that git tracks or would add."""
    return process.paths(process.run(top, "ls-files", "-c", "-o", "-z", "--exclude-standard").out)


def left_out(top: str, paths: Sequence[str]) -> set[str]:
    """Those of ``paths`` (from ``top``) that git tracks and that a sparse checkout leaves out of the worktree."""
    out = process.run(top, "ls-files", "-t", "-z", "--", *paths).out
    rows = (os.fsdecode(row) for row in out.split(b"\0"))
    return {row[2:] for row in rows if row.startswith("S ")}
