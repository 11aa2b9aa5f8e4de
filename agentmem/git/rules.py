"""The rules that git has for files: what it ignores, and which attributes it gives."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from agentmem.git import process


class Ignored(NamedTuple):
    """One path that git ignores, and the rule: ``pattern`` in line ``line`` of ``source``, which is as git names it."""

    path: str
    source: str
    line: int
    pattern: str


def ignored(top: str, paths: Sequence[str]) -> list[Ignored]:
    """Those of ``paths`` (from ``top``) that git would not add by itself, whether it tracks them by now or not."""
    request = b"".join(os.fsencode(path) + b"\0" for path in paths)
    # check-ignore dies of --literal-pathspecs, which every other call gets
    asked = ("--no-literal-pathspecs", "check-ignore", "--no-index", "-v", "-z", "--stdin")
    out = process.run(top, *asked, stdin=request).out
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
