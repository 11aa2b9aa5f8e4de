"""What every action works with, built once and handed down: where the store is, its index, its configuration, the clock."""

import os
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from agentmem.errors import UsageError
from agentmem.model import times
from agentmem.store import cache, layout, place
from agentmem.store.config import Config
from agentmem.store.place import Place

if TYPE_CHECKING:
    from agentmem.actions.meaning import Meaning
    from agentmem.evidence.verifier import Verifier
    from agentmem.git.repository import Repository
    from agentmem.index.index import Index
    from agentmem.index.knowledge import Progress
    from agentmem.index.start import Started
    from agentmem.model.manager import Manager
    from agentmem.store.journal import Journal


IDENTITY = "agentmem-identity.json"
"""In the git dir of a worktree: who works there."""


class Standpoint(NamedTuple):
    """Where an answer is looked from: a branch, its commit, and the moment (seconds UTC) where that is not the present.

    ``name`` is the revision as it was asked for, where that was no branch; ``present`` the moment that is now.
    """

    branch: str | None
    commit: str | None
    at: int | None = None
    name: str | None = None
    present: int = 0

    @property
    def where(self) -> tuple[str | None, str | None, int | None, str | None]:
        """What words are made of (``notation.where``)."""
        return self[:4]

    def age(self, moment: int) -> int:
        """How old what is of ``moment`` is as seen from here, seconds."""
        return max((self.present if self.at is None else self.at) - moment, 0)


def _name(text: str) -> str:
    """A name of an agent or a role as it can be written and shown: on one line, without what cannot be seen."""
    if text.isascii() and text.isprintable():
        return text.strip()
    from agentmem.model import safety

    return safety.one_line(text.encode("utf-8", "replace").decode("utf-8")).strip()


class Context:
    """Opens nothing until it is asked for it: ``--help`` opens nothing, a test swaps the clock."""

    def __init__(
        self,
        directory: str = ".",
        store: str | None = None,
        environment: Mapping[str, str] | None = None,
        agent: str | None = None,
        role: str | None = None,
        progress: "Progress | None" = None,
        cached: bool = True,
    ) -> None:
        """``agent`` and ``role`` are who is asking; ``progress`` is told of long work; not ``cached``: learn everything anew."""
        self.directory = os.path.abspath(directory)
        self.environment = os.environ if environment is None else environment
        self._store, self._agent, self._role, self.progress = store, agent, role, progress
        self._cached = cached
        self._started: Started | None = None
        self.wrote = False
        """Whether a write to the store has begun: what has begun is not begun again."""
        self.unjournalled: str | None = None
        """Why the journal has no copy of what was written."""

    @cached_property
    def now(self) -> int:
        """The present moment, seconds UTC; ``AGENTMEM_NOW`` sets it for a test.

        Raises:
            UsageError: ``AGENTMEM_NOW`` is no ISO 8601 time.

        """
        fixed = self.environment.get("AGENTMEM_NOW")
        if not fixed:
            return int(time.time())
        try:
            return times.parse_iso(fixed)
        except ValueError as error:
            raise UsageError(f"AGENTMEM_NOW: {error}") from None

    def set_clock(self, moment: int) -> None:
        """Answer as of ``moment``, seconds UTC."""
        vars(self)["now"] = moment

    @cached_property
    def place(self) -> Place:
        """Where the store is."""
        return place.find(self.directory, self._store)

    def begin(self, beside: bool = False) -> None:
        """Ask git now, before what reads its answers is imported: it works meanwhile; ``beside``: of other worktrees too."""
        from agentmem.index import start

        self._started = start.begin(self.place, self.environment, self._cached, beside)

    def begin_again(self) -> None:
        """Forget what was read of the repository: somebody else has committed since."""
        self.close()
        self._started = None
        for name in ("index", "standpoint", "verifier", "meaning", "manager"):
            vars(self).pop(name, None)

    @cached_property
    def index(self) -> "Index":
        """The index."""
        from agentmem.index.index import Index

        if self._started is None:
            self.begin()
            assert self._started is not None
        scan = "AGENTMEM_SCAN" in self.environment
        index = Index(
            self.place, self.environment, self.now, self._started, self.progress, scan, self._cached
        )
        index.trunk = lambda: self.trunk
        return index

    def close(self) -> None:
        """Let go of processes and files."""
        if verifier := vars(self).get("verifier"):
            verifier.close()
        if index := vars(self).get("index"):
            index.close()
        elif self._started is not None:
            self._started.close()

    def may_be_torn(self) -> bool:
        """Whether something unexpected may come from the caches: they were read, and nothing was written yet."""
        index = vars(self).get("index")
        return index is not None and not self.wrote and index.reads_cache

    def give_up_caches(self, problem: Exception) -> bool:
        """Take away the caches that ``problem`` came from; False where they are whole and cannot be read just now."""
        return self.index.give_up_catalog(problem)

    @cached_property
    def verifier(self) -> "Verifier":
        """What holds citations against the code that one stands at: the worktree's, else a commit's."""
        from agentmem.evidence.verifier import Verifier
        from agentmem.git import code

        index, repository = self.index, self.repository
        commit = index.standing_at if repository.bare or not index.is_at_hand else None
        here = code.Worktree(repository) if commit is None else code.Commit(repository, commit)
        return Verifier(here, self.store_path, index.knowledge.folder)

    @property
    def store_path(self) -> str:
        """The store's folder from the repository's top."""
        return self.repository.prefix + self.place.name

    @cached_property
    def lead(self) -> str:
        """What leads from the folder at hand to the one that holds the store: empty, or with a final slash."""
        path = os.path.relpath(self.place.directory, self.directory).replace(os.sep, "/")
        return "" if path == "." else f"{path}/"

    @property
    def repository(self) -> "Repository":
        """The repository around the store."""
        return self.index.repository

    @cached_property
    def config(self) -> Config:
        """The store's configuration."""
        found = self._configured()
        if found.exact_tokens:
            from agentmem.actions import counting

            if problem := counting.count_exactly():
                self.index.notes.append(problem)
        return found

    def _configured(self) -> Config:
        from agentmem.store import config

        file = os.path.join(self.place.root, layout.CONFIG)
        if self.place.present and (os.path.lexists(file) or not self._leaves_out(file)):
            return config.load(self.place.root)
        from agentmem.git import objects  # a bare clone, or a sparse checkout that leaves it out

        return config.parse(
            objects.read_file(self.repository, "HEAD", f"{self.store_path}/{layout.CONFIG}"), file
        )

    def _leaves_out(self, file: str) -> bool:
        """Whether a sparse checkout keeps ``file`` in git alone."""
        from agentmem.git import rules

        return bool(rules.left_out(self.place.directory, [file]))

    @cached_property
    def meaning(self) -> "Meaning | None":
        """The arm by meaning; None where it is off or has no model."""
        if not self.config.semantic.enabled:
            return None
        from agentmem.actions import meaning

        return meaning.for_recall(self)

    @cached_property
    def manager(self) -> "Manager | None":
        """The trained manager; None where the store has none."""
        from agentmem.actions import managing

        return managing.current(self)

    @cached_property
    def standpoint(self) -> Standpoint:
        """Where answers are looked from: the worktree at hand unless something else was asked for."""
        return Standpoint(self.repository.branch, self.repository.head, present=self.now)

    @cached_property
    def trunk(self) -> str | None:
        """The branch that others build on: as configured, else guessed; None where nothing tells."""
        if self.config.trunk is not None:
            return self.config.trunk
        from agentmem.git import trunk

        return trunk.guess(self.repository)

    @cached_property
    def journal(self) -> "Journal":
        """The journal of this repository's worktrees."""
        from agentmem.store.journal import Journal

        return Journal(os.path.join(cache.state_folder(self.repository.common_dir), "journal"))

    @cached_property
    def lock_folders(self) -> list[str]:
        """Where lock files go: the common git dir, else a folder of the system's own."""
        common = self.repository.common_dir
        folders = (cache.state_folder(common), cache.fallback_folder(common, self.environment))
        return [os.path.join(folder, "locks") for folder in folders]

    @property
    def agent(self) -> str:
        """Who is asking: ``--agent``, else ``AGENTMEM_AGENT``, else who was said to work in this worktree, else the name of its
        folder; never the git user, which is the same for all.
        """
        named = self._agent or self.environment.get("AGENTMEM_AGENT") or self._remembered.get("agent")
        return _name(named or os.path.basename(self.repository.top)) or "agent"

    @property
    def is_named(self) -> bool:
        """Whether anybody said who is asking."""
        return bool(self._agent or self.environment.get("AGENTMEM_AGENT") or self._remembered.get("agent"))

    def learn_name(self) -> None:
        """Read anew who works in this worktree."""
        vars(self).pop("_remembered", None)

    @cached_property
    def _remembered(self) -> Mapping[str, str]:
        """Who works in this worktree, as ``brief --as`` was told."""
        repository = self.repository
        for folder in cache.worktree_folders(repository.git_dir, repository.common_dir, self.environment):
            try:
                with open(os.path.join(folder, IDENTITY), encoding="ascii") as file:
                    text = file.read()
                break
            except (OSError, UnicodeDecodeError):
                continue
        else:
            return {}
        import json

        try:
            record = json.loads(text)
        except ValueError:
            return {}
        known = record.items() if isinstance(record, dict) else ()
        return {key: value for key, value in known if isinstance(value, str) and value}

    @cached_property
    def role(self) -> str | None:
        """The asker's role: ``--role``, else ``AGENTMEM_ROLE``, else what was said of this worktree."""
        named = self._role or self.environment.get("AGENTMEM_ROLE") or self._remembered.get("role")
        return _name(named) or None if named else None

    def set_role(self, role: str | None) -> None:
        """Ask as somebody of ``role``; None: of none."""
        vars(self)["role"] = role

    def from_top(self, path: str) -> str:
        """A path given by a user, in this folder, as the repository names it: from its top, with forward slashes.

        Raises:
            UsageError: it leads out of the repository.

        """
        top = self.repository.top
        whole = os.path.normpath(os.path.join(self.directory, path))
        relative = os.path.relpath(whole, top)
        if relative.split(os.sep)[0] == "..":
            # the same folder by another name: a link above, as /tmp is on some systems
            folder, name = os.path.split(whole)
            relative = os.path.relpath(os.path.join(os.path.realpath(folder), name), os.path.realpath(top))
        if relative == ".." or relative.startswith(".." + os.sep) or os.path.isabs(relative):
            raise UsageError(f"{path} is outside the repository {top}")
        return relative.replace(os.sep, "/")

    def globs_from_top(self, patterns: Sequence[str]) -> tuple[str, ...]:
        """Globs given by a user, each once, as the repository names paths: those that begin with ``./`` or ``../`` are from here.

        Raises:
            UsageError: one leads out of the repository.

        """
        from_here = ("./", "../")
        for one in patterns:
            if not one.startswith(from_here) and os.path.normpath(one).split(os.sep)[0] == "..":
                raise UsageError(f"{one} is outside the repository {self.repository.top}")
        return tuple(
            dict.fromkeys(self.from_top(one) if one.startswith(from_here) else one for one in patterns)
        )
