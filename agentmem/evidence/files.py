"""What a verdict needs to know of one cited commit and one present tree; and whether more than the cited file was looked at."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from agentmem.evidence import trees
from agentmem.evidence.lines import Lines
from agentmem.evidence.trees import Tree
from agentmem.model import verdict

if TYPE_CHECKING:
    from agentmem.git.contents import Contents
    from agentmem.symbols import Finder, Symbol


class Sources:
    """What all citations of one run share: the present tree, those of the cited commits, the lines and symbols of their files."""

    def __init__(self, present: Tree, contents: "Contents", store: str) -> None:
        self.present, self._contents, self._store = present, contents, store
        self.lines = Lines()
        self._past: dict[str, Tree | None] = {}
        self._renames: dict[str, dict[str, list[str]]] = {}
        self._finder: Finder | None = None
        self._symbols: dict[tuple[str, str], list[Symbol]] = {}

    @cached_property
    def state(self) -> str:
        """The digest of all files of the present tree."""
        return self.present.state()

    def past(self, commit: str | None) -> Tree | None:
        """The tree of a cited commit; None where this clone has not got it."""
        if commit is None:
            return None
        if commit not in self._past:
            known = self._contents.has_commit(commit)
            self._past[commit] = (
                trees.of_commit(self.present.repository, commit, self._contents, self._store)
                if known
                else None
            )
        return self._past[commit]

    def lack(self, path: str, commit: str | None) -> str:
        """What this clone has not got to tell what ``commit`` has at ``path``; empty where that is known, or none is named."""
        if commit is None:
            return ""
        past = self.past(commit)
        if past is not None:
            return past.lack(path)
        return verdict.HISTORY if self.present.repository.shallow else verdict.COMMIT

    def renames(self, commit: str) -> dict[str, list[str]]:
        """Where the files of ``commit``, or parts of them, went."""
        if commit not in self._renames:
            found: dict[str, list[str]] = {}
            for old, new in self.present.git.renamed(commit):
                if not self.present.is_store(new):
                    found.setdefault(old, []).append(new)
            self._renames[commit] = found
        return self._renames[commit]

    def symbols(self, path: str, text: str) -> "list[Symbol]":
        """The symbols of a text."""
        key = path, text
        if key not in self._symbols:
            if self._finder is None:
                from agentmem import symbols

                self._finder = symbols.finder()
            self._symbols[key] = self._finder.symbols(path, text)
        return self._symbols[key]


class CitedFiles:
    """The port of ``model.anchoring`` for one cited commit. ``wide``: something else than the cited file was asked about, so
    that the answer hangs on the whole tree.
    """

    def __init__(self, sources: Sources, path: str, commit: str | None) -> None:
        self._sources, self._path, self._commit = sources, path, commit
        self.wide = False

    def _look_beyond(self) -> None:
        if not self.wide:
            self.wide = True
            _ = self._sources.state  # before anything is read that it is to vouch for

    def now(self, path: str) -> str | None:
        """The present text of a file; None: there is none, or it is binary."""
        if path != self._path:
            self._look_beyond()
        return self._sources.present.text(path)

    def then(self, path: str) -> str | None:
        """The text it had in the cited commit; None: it had none, or the commit is not known."""
        past = self._sources.past(self._commit)
        return past.text(path) if past else None

    def lack(self, path: str) -> str:
        """What this clone has not got to tell what the file was in the cited commit; empty where that is known."""
        return self._sources.lack(path, self._commit)

    def renamed(self, path: str) -> Sequence[str]:
        """Where the diff between the cited commit and now says that the file, or parts of it, went; the best first."""
        self._look_beyond()
        if self._commit is None or self._sources.past(self._commit) is None:
            return ()
        return self._sources.renames(self._commit).get(path, ())

    def holding(self, line: str) -> Sequence[str]:
        """Paths of the present tree whose text holds this normalised line."""
        self._look_beyond()
        return self._sources.lines.holding(self._sources.present, line)

    def held(self, line: str) -> Sequence[str]:
        """Paths of the cited commit's tree whose text held this normalised line; none where the commit is not known."""
        past = self._sources.past(self._commit)
        return self._sources.lines.holding(past, line) if past else ()

    def symbols(self, path: str, text: str) -> "Sequence[Symbol]":
        """The symbols of a text."""
        return self._sources.symbols(path, text)
