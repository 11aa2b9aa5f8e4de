"""Which repository this is, and which files of the store differ from a commit: asked at once, awaited when needed."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from agentmem.errors import GitFailed
from agentmem.git import process

EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


class Repository(NamedTuple):
    """One repository seen from ``directory``, the folder that holds the store.

    ``prefix`` leads from the worktree's top to it (empty at the top, else with a final slash); ``head`` is None before
    the first commit; ``branch`` is None when HEAD is detached.
    """

    directory: str
    git_dir: str
    common_dir: str
    object_format: str
    bare: bool
    prefix: str
    head: str | None
    branch: str | None

    @property
    def shallow(self) -> bool:
        """Whether this clone lacks the older part of history."""
        return os.path.exists(os.path.join(self.common_dir, "shallow"))

    @property
    def worktree_name(self) -> str:
        """What git calls this worktree among those of the repository; empty for the first of them."""
        return "" if self.git_dir == self.common_dir else os.path.basename(self.git_dir)

    @property
    def empty_tree(self) -> str:
        """The id of the tree that holds nothing."""
        return EMPTY_TREE[self.object_format]

    @property
    def top(self) -> str:
        """The worktree's top folder; the git dir itself where there is no worktree."""
        if self.bare:
            return self.git_dir
        depth = self.prefix.count("/")
        return os.path.normpath(os.path.join(self.directory, *[".."] * depth)) if depth else self.directory


class Difference(NamedTuple):
    """One path of the store that is not as the compared commit has it.

    ``old`` is the commit's blob; ``new`` the blob it has now where git knows it without reading; both None where there is
    none. ``deleted``: the worktree has no such file.
    """

    path: str
    old: str | None
    new: str | None
    deleted: bool


class Comparison:
    """What differs in one folder from a commit: git starts with the object, so that it runs while Python imports."""

    def __init__(self, directory: str, store: str, compare: str | None, elsewhere: bool = False) -> None:
        """Start git for the folder ``store`` below ``directory``; ``compare`` is the commit to compare with, None for HEAD.

        ``elsewhere``: in another worktree than the one at hand.
        """
        self._directory, self._store, self._elsewhere = directory, store, elsewhere
        self.compared = compare or "HEAD"
        self._differences = self._start_diff(self.compared)
        self._others = process.start(directory, "ls-files", "-o", "-z", "--", store, elsewhere=elsewhere)

    def _start_diff(self, compare: str) -> "subprocess.Popen[bytes]":
        # in threads git is done sooner, and takes more time in all: of several worktrees at once that is the slower way
        alone = ("-c", "core.preloadIndex=false") if self._elsewhere else ()
        return process.start(
            self._directory, *alone, "diff-index", "--raw", "-z", "--no-renames", "--no-abbrev", "--ignore-submodules=all",
            "--relative", compare, "--", self._store, elsewhere=self._elsewhere,
        )  # fmt: skip

    def close(self) -> None:
        """End what still runs."""
        for running in self._running():
            if running.returncode is None:
                running.kill()
                running.communicate()

    def _running(self) -> "Iterable[subprocess.Popen[bytes]]":
        return self._differences, self._others

    def differences(self, repository: Repository) -> tuple[str, list[Difference]]:
        """The commit that was compared (or the empty tree) and what differs from it now, untracked files included.

        A commit to compare with that is gone (collected, another clone's) gives way to HEAD.
        """
        result = process.finish(self._differences)
        if result.code:
            self.compared = repository.head or repository.empty_tree
            self._differences = self._start_diff(self.compared)
            result = process.finish(self._differences)
            if result.code:
                raise _unread(repository, result.err)
        elif self.compared == "HEAD":
            self.compared = repository.head or self.compared
        found = list(_parse_raw(result.out))
        others = process.finish(self._others)
        known = {difference.path: number for number, difference in enumerate(found)}
        for path in process.paths(others.out):
            if path not in known:
                found.append(Difference(path, None, None, False))
            elif found[known[path]].deleted:  # not in the git index, but there (`git rm --cached`)
                found[known[path]] = Difference(path, found[known[path]].old, None, False)
        return self.compared, found


def _unread(repository: Repository, said: str) -> GitFailed:
    """The error for what git ``said`` where it could not compare the worktree with its own."""
    words = said.splitlines()[-1].removeprefix("fatal: ") if said else "it gave no reason"
    hint = process.MISSING
    if "index file" in said:
        import shlex

        file = shlex.quote(os.path.join(repository.git_dir, "index"))
        hint = f"mv {file} {file}.damaged && git read-tree HEAD     (what was staged is staged anew; files stay as they are)"
    return GitFailed(f"git cannot compare the worktree with HEAD: {words}", hint)


class Probe(Comparison):
    """A comparison, and the repository that the folder is in."""

    def __init__(self, directory: str, store: str, compare: str | None) -> None:
        """Start git as ``Comparison`` does."""
        self._identity = process.start(
            directory, "rev-parse", "--path-format=absolute", "--is-bare-repository", "--git-dir", "--git-common-dir",
            "--show-object-format", "--show-prefix", "--is-inside-work-tree", "HEAD",
        )  # fmt: skip
        super().__init__(directory, store, compare)

    def repository(self) -> Repository:
        """The repository.

        Raises:
            NoRepository: the folder is in none; GitRefused: its owner is another user.

        """
        result = process.finish(self._identity)
        lines = os.fsdecode(result.out).split("\n")
        if result.out and len(lines) != 8:
            lines = self._one_by_one()  # a path holds a newline
        if len(lines) < 7:
            raise process.no_repository(self._directory, result.err)
        bare, git_dir, common_dir, object_format, prefix, inside, head = lines[:7]
        return Repository(
            directory=self._directory,
            git_dir=git_dir,
            common_dir=common_dir,
            object_format=object_format,
            bare=bare == "true" or inside != "true",
            prefix=prefix,
            head=head if result.code == 0 else None,
            branch=_branch(self._directory, git_dir),
        )

    def _running(self) -> "Iterable[subprocess.Popen[bytes]]":
        return self._identity, *super()._running()

    def _one_by_one(self) -> list[str]:
        """The same answers, each from a process of its own."""
        asked = (
            "--is-bare-repository",
            "--git-dir",
            "--git-common-dir",
            "--show-object-format",
            "--show-prefix",
            "--is-inside-work-tree",
            "HEAD",
        )
        words = "rev-parse", "--path-format=absolute"
        found = [process.finish(process.start(self._directory, *words, word)) for word in asked]
        return [os.fsdecode(one.out.removesuffix(b"\n")) for one in found]


def _branch(directory: str, git_dir: str) -> str | None:
    """The branch that HEAD names, read from its file: a process would cost 2 ms."""
    try:
        with open(os.path.join(git_dir, "HEAD"), encoding="utf-8", errors="surrogateescape") as file:
            text = file.read().strip()
    except OSError:
        return None
    if text == "ref: refs/heads/.invalid":  # reftable repositories keep HEAD elsewhere
        result = process.run(directory, "symbolic-ref", "-q", "HEAD")
        text = "ref: " + result.out.decode("utf-8", "surrogateescape").strip()
    return text.removeprefix("ref: refs/heads/") if text.startswith("ref: refs/heads/") else None


def _parse_raw(out: bytes) -> Iterator[Difference]:
    fields = iter(out.split(b"\0"))
    for header in fields:
        if not header:
            return
        old_mode, new_mode, old, new, letter = header[1:].decode("ascii").split(" ")
        path = os.fsdecode(next(fields))
        regular = new_mode.startswith("100")
        yield Difference(
            path=path,
            old=old if old_mode.startswith("100") else None,
            new=new if regular and new.strip("0") else None,
            deleted=letter == "D" or not (regular or letter == "U"),
        )
