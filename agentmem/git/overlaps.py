"""What branches and worktrees have changed since they left trunk, and whether git could merge them."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from agentmem.errors import GitFailed
from agentmem.git import branches, history, process
from agentmem.git.repository import Difference, Repository

MANY = 500
"""Paths up to which git is asked for these alone: more are too many for a command line."""
_HUNK = rb"(?m)^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@"


class Line(NamedTuple):
    """The work of one branch: its tip, and the commit at which it left trunk."""

    tip: str
    fork: str


def lines(repository: Repository, tips: Iterable[str], trunk: Sequence[str]) -> dict[str, Line]:
    """The work of each of ``tips`` that ``trunk`` does not hold; of one that merged trunk in between, from where it did last."""
    found = branches.fork_points(repository, tips, trunk)
    out = {}
    for tip, forks in found.items():
        if forks:
            newest = (
                process.run(repository.directory, "rev-list", "--no-walk=sorted", "-1", *sorted(forks))
                if len(forks) > 1
                else None
            )
            fork = newest.out.decode("ascii").split()[0] if newest and newest.out else min(forks)
            out[tip] = Line(tip, fork)
    return out


def changed(repository: Repository, work: Iterable[Line]) -> dict[str, frozenset[str]]:
    """The paths that each has changed, by its tip: two processes for any number of them.

    What this clone has not got all of is not among them.
    """
    found = _differences(repository, work)
    return {tip: frozenset(one.path for one in changes) for tip, changes in found.items()}


def is_absorbed(repository: Repository, line: Line, trunk: Sequence[str]) -> bool:
    """Whether ``trunk`` has, or has had since the branch left it, each file as the branch made it: so is what was squashed into
    one commit there, whose own commits trunk never holds. Not where this clone lacks what would tell.
    """
    changes = _differences(repository, [line]).get(line.tip)
    if changes is None:
        return False
    left = {(one.path, one.new) for one in changes}
    paths = sorted({one.path for one in changes}) if len(changes) <= MANY else []
    try:
        for step in history.steps(repository, [*trunk, f"^{line.fork}"], paths):
            left.discard((step.path, step.new))
    except GitFailed:
        return False
    return not left


def _differences(repository: Repository, work: Iterable[Line]) -> dict[str, list[Difference]]:
    wanted = list(work)
    trees = _trees(repository, {commit for line in wanted for commit in (line.fork, line.tip)})
    pairs = {line.tip: (trees[line.fork], trees[line.tip]) for line in wanted}
    found = branches.differing(repository, pairs.values())
    return {tip: found.get(pair, []) for tip, pair in pairs.items() if pair in found or pair[0] == pair[1]}


def _trees(repository: Repository, commits: Collection[str]) -> dict[str, str]:
    """The tree of each commit, as the commit says it: whether it is here is not asked, a partial clone would fetch it."""
    words = ("rev-list", "--no-walk=unsorted", "--stdin", "--format=%T")
    out = process.demand(
        repository.directory, *words, stdin="".join(f"{one}\n" for one in commits).encode("ascii")
    )
    lines = out.decode("ascii").splitlines()
    return {named.removeprefix("commit "): tree for named, tree in zip(lines[::2], lines[1::2], strict=True)}


def touched(
    repository: Repository, fork: str, tip: str | None, names: Collection[str]
) -> list[tuple[int, int]]:
    """The lines (first, last) of a file that ``tip`` (None: the worktree) has changed since ``fork``, as it has them now;
    ``names`` are what it is called at either.
    """
    ends = [fork] if tip is None else [fork, tip]
    out = process.run(
        repository.top, "diff", "-U0", "--no-color", "--no-ext-diff", "--no-textconv", "-M", *ends, "--", *names
    ).out  # fmt: skip
    return [(int(first), int(first) + max(int(count or 1), 1) - 1) for first, count in re.findall(_HUNK, out)]


def unmergeable(repository: Repository, one: str, other: str) -> list[str]:
    """The files in which git could not merge two commits; none where it cannot be asked (before git 2.38)."""
    result = process.run(
        repository.directory, "merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", one, other
    )
    if result.code != 1:
        return []
    return process.paths(result.out)[1:]


def by_path(changes: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    """Who has changed each path."""
    found: dict[str, list[str]] = {}
    for tip, paths in changes.items():
        for path in paths:
            found.setdefault(path, []).append(tip)
    return found
