"""The other branches and worktrees: their tips, and what each of them alone has, for hundreds at once."""

import os
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

from agentmem.errors import NoRepository
from agentmem.git import objects, process, worktrees
from agentmem.git.repository import Comparison, Difference, Repository
from agentmem.git.revisions import is_possible, tips_of
from agentmem.git.worktrees import Home

_KINDS = ("cat-file", "--batch-check=%(objectname) %(objecttype)")
ANSWERS = 30_000
"""Bytes of answers that may wait to be read: what a pipe holds, or git and we would wait for each other."""


class Tip(NamedTuple):
    """A branch: ``name`` as people say it (``feature/queue``, ``origin/feature/queue``), its commit, the tree of its store."""

    name: str
    ref: str
    commit: str
    tree: str


class Compared(NamedTuple):
    """Another worktree, the repository as its folder with the store sees it, and git's running answers about that."""

    home: Home
    repository: Repository
    comparison: Comparison


def listed(repository: Repository) -> list[tuple[str, str]]:
    """``(commit, full ref)`` of every local and remote-tracking branch, local ones first."""
    return tips_of(repository, ["refs/heads", "refs/remotes"])


def name_of(ref: str) -> str:
    """A branch as people say it."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def tips(trees: "StoreTrees", found: Sequence[tuple[str, str]]) -> list[Tip]:
    """Those branches of ``found`` (as ``listed`` gives them) that have a store."""
    have = trees.of(commit for commit, _ in found)
    return [Tip(name_of(ref), ref, commit, have[commit]) for commit, ref in found if commit in have]


class StoreTrees:
    """The trees of the folder ``below`` (from the top) in commits: asked of one process, however often.

    ``unread`` has the commits asked for of which an object on the way to it is not in this clone: what they hold cannot be told.
    """

    def __init__(self, repository: Repository, below: str) -> None:
        """Start git, which runs to the end of the ``with`` that this is for."""
        self._repository, self._below = repository, below
        self.unread: set[str] = set()
        self._without: set[str] = set()
        self._git = process.start(repository.directory, *_KINDS, stdin=True, silent=True)

    def __enter__(self) -> "StoreTrees":
        return self

    def __exit__(self, *_: object) -> None:
        """End git."""
        self._git.communicate()

    def of(self, commits: Iterable[str]) -> dict[str, str]:
        """The tree id in each of ``commits`` that has the folder."""
        wanted = list(dict.fromkeys(commits))
        if "\n" in self._below:  # cat-file's requests are lines
            found = {commit: tree for commit in wanted if (tree := self._named(commit))}
        else:
            found = self._asked(wanted)
        if doubted := [one for one in wanted if one not in found and one not in self._without]:
            self.unread |= _unread(self._repository, doubted, self._below)
            self._without.update(doubted)
        return found

    def _asked(self, wanted: Sequence[str]) -> dict[str, str]:
        found = {}
        # the longest answer repeats the request: "… missing"
        at_once = max(1, ANSWERS // (len(os.fsencode(self._below)) + 80))
        for begin in range(0, len(wanted), at_once):
            some = wanted[begin : begin + at_once]
            for commit, line in zip(some, self._answers(some), strict=False):
                name, _, kind = line.rstrip(b"\n").partition(b" ")
                if kind == b"tree":
                    found[commit] = name.decode("ascii")
        return found

    def _answers(self, commits: Sequence[str]) -> list[bytes]:
        said = self._said(commits)
        if len(said) < len(commits):
            # a partial clone's git ends where its remote does not give what is missing: without asking it, all is answered
            self._git.communicate()
            self._git = process.start_offline(self._repository.directory, *_KINDS, stdin=True)
            said += self._said(commits[len(said) :])
        return said

    def _said(self, commits: Sequence[str]) -> list[bytes]:
        """Git's answers up to where it ended."""
        asks, answers = self._git.stdin, self._git.stdout
        assert asks and answers
        try:
            asks.write(b"".join(os.fsencode(f"{commit}:{self._below}\n") for commit in commits))
            asks.flush()
        except OSError:
            return []
        return list(takewhile(bool, (answers.readline() for _ in commits)))

    def _named(self, commit: str) -> str | None:
        result = process.run(
            self._repository.directory, "rev-parse", "-q", "--verify", f"{commit}:{self._below}"
        )
        return result.out.decode("ascii").strip() if result.code == 0 else None


def _unread(repository: Repository, commits: Iterable[str], below: str) -> set[str]:
    """Those of ``commits`` of which an object on the way to the folder ``below`` is not in this clone."""
    from agentmem.git.contents import Contents

    contents = Contents(repository)

    def ends(commit: str) -> bool:
        """Whether the way is there to its end, be that a folder which has no such one."""
        tree = contents.tree(f"{commit}^{{tree}}")
        for part in below.split("/"):
            if tree is None:
                return False
            folder = objects.folder_in(tree, part, repository)
            if folder is None:
                return True
            tree = contents.tree(folder)
        return tree is not None

    try:
        return {commit for commit in commits if not ends(commit)}
    finally:
        contents.close()


def store_trees(repository: Repository, commits: Iterable[str], below: str) -> dict[str, str]:
    """The tree id of the folder ``below`` (from the top) in each of ``commits`` that has it."""
    with StoreTrees(repository, below) as trees:
        return trees.of(commits)


def fork_points(
    repository: Repository, commits: Iterable[str], trunk: Iterable[str]
) -> dict[str, frozenset[str]]:
    """For each of ``commits`` that ``trunk`` (commits) does not hold: where its line left trunk's, as trunk's own commits.

    Several where trunk was merged back in between; none where the histories have nothing in common, or a shallow clone
    ends before. One walk for all of them, over what trunk does not have.
    """
    request = "".join(f"{commit}\n" for commit in dict.fromkeys(commits))
    request += "".join(f"^{commit}\n" for commit in dict.fromkeys(trunk))
    out = process.demand(
        repository.directory,
        "rev-list",
        "--topo-order",
        "--parents",
        "--boundary",
        "--stdin",
        stdin=request.encode("ascii"),
    )
    parents: dict[str, list[str]] = {}
    boundary = set()
    for line in out.decode("ascii").splitlines():
        commit, *rest = line.split(" ")
        if commit.startswith("-"):
            boundary.add(commit[1:])
        else:
            parents[commit] = rest
    left: dict[str, frozenset[str]] = {}
    for commit in reversed(parents):
        at: set[str] = set()
        for parent in parents[commit]:
            at |= {parent} if parent in boundary else left.get(parent, frozenset())
        left[commit] = frozenset(at)
    return {commit: left[commit] for commit in commits if commit in left}


def differing(
    repository: Repository, pairs: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], list[Difference]]:
    """What differs from the first to the second tree of each pair: one process for any number of pairs.

    A pair of which this clone has not got all is not among them.
    """
    wanted = [pair for pair in dict.fromkeys(pairs) if pair[0] != pair[1]]
    if not wanted:
        return {}
    words = ("diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", "--no-abbrev")
    request = "".join(f"{one} {other}\n" for one, other in wanted).encode("ascii")
    result = process.run(repository.directory, *words, stdin=request)
    if result.code == 0:
        return _parsed(result.out)
    # git ends at the first that it cannot read all of, and has tried to fetch that one by then
    found: dict[tuple[str, str], list[Difference]] = {}
    for one, other in wanted:
        alone = process.start_offline(repository.directory, *words, stdin=True)
        said = process.finish(alone, f"{one} {other}\n".encode("ascii"))
        if said.code == 0:
            found |= _parsed(said.out)
    return found


def _parsed(out: bytes) -> dict[tuple[str, str], list[Difference]]:
    """What ``diff-tree --stdin`` says: of each pair its name first, but of a tree that is not there nothing at all."""
    found: dict[tuple[str, str], list[Difference]] = {}
    at = 0
    current: list[Difference] = []
    while at < len(out):
        if out[at : at + 1] != b":":
            end = out.index(b"\n", at)
            one, _, other = out[at:end].decode("ascii").partition(" ")
            current = found.setdefault((one, other), [])
            at = end + 1
            continue
        end = out.index(b"\0", at)
        old_mode, new_mode, old, new, _ = out[at + 1 : end].decode("ascii").split(" ")
        stop = out.index(b"\0", end + 1)
        regular = new_mode.startswith("100")
        current.append(
            Difference(
                path=os.fsdecode(out[end + 1 : stop]),
                old=old if old_mode.startswith("100") else None,
                new=new if regular else None,
                deleted=not regular,
            )
        )
        at = stop + 1
    return found


def other_worktrees(repository: Repository, own_too: bool = False) -> list[Home]:
    """The other worktrees of this repository whose folders are there; ``own_too``: and the one at hand."""
    own = os.path.realpath(repository.top)
    homes = worktrees.Listing(repository.directory, repository.common_dir).homes
    return [home for home in homes if own_too or os.path.realpath(home.top) != own]


def existing(repository: Repository, names: Iterable[str]) -> set[str]:
    """Which of the branches ``names`` still exist, here or on a remote as last fetched."""
    wanted = sorted({name for name in names if is_possible(name)})
    if not wanted:
        return set()
    patterns = [pattern for name in wanted for pattern in (f"refs/heads/{name}", f"refs/remotes/*/{name}")]
    found = set()
    for _, ref in tips_of(repository, patterns):
        _, place, name = ref.split("/", 2)
        found.add(name if place == "heads" else name.partition("/")[2])
    return found.intersection(wanted)


def comparisons(
    repository: Repository, homes: Iterable[Home], relative: str, begun: dict[str, Comparison]
) -> list[Compared]:
    """Ask git what the stores of the worktrees ``homes`` (``relative`` leads there from the top) have not committed, all at once.

    Which repository theirs is need not be asked: it is this one. What was ``begun`` already, by the real path of the folder with
    the store, is taken from there.
    """
    started = []
    folder, name = os.path.split(relative)
    for home in homes:
        directory = os.path.join(home.top, folder) if folder else home.top
        if os.path.isdir(os.path.join(directory, name)) and not _has_own_git(home.top, folder):
            there = repository._replace(
                directory=directory,
                git_dir=home.git_dir,
                bare=False,
                prefix=f"{folder}/" if folder else "",
                head=home.head,
                branch=home.branch,
            )
            try:
                comparison = begun.pop(os.path.realpath(directory), None)
                comparison = comparison or Comparison(directory, name, None, elsewhere=True)
                started.append(Compared(home, there, comparison))
            except NoRepository:
                continue  # it was removed just now
    return started


def _has_own_git(top: str, folder: str) -> bool:
    """Whether a folder on the way from ``top`` down to ``folder`` is a repository of its own."""
    parts = folder.split("/") if folder else []
    return any(os.path.lexists(os.path.join(top, *parts[:n], ".git")) for n in range(1, len(parts) + 1))
