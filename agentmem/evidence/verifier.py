"""Verdicts on many citations against one tree, what was found before taken from the cache."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from agentmem.evidence.files import CitedFiles, Sources
from agentmem.evidence.trees import Tree, inside
from agentmem.evidence.verdicts import Cache, Kept, key
from agentmem.git.contents import Contents
from agentmem.model.memory import Citation

if TYPE_CHECKING:
    from agentmem.git.code import Code
    from agentmem.model.tracing import Pages
    from agentmem.model.verdict import Found

Progress = Callable[[int, int], None]


class Verifier:
    """What holds citations against the code of one tree."""

    def __init__(self, code: "Code", store: str, folder: str | None) -> None:
        """``store`` is the memories' folder from the repository's top, ``folder`` where verdicts are kept, None: nowhere."""
        self._contents = Contents(code.repository)
        self.tree = Tree(code, self._contents, store)
        self.sources = Sources(self.tree, self._contents, store)
        self._cache = Cache(folder)
        self._state: str | None = None
        self._pages: Pages | None = None

    def close(self) -> None:
        """Let go of processes."""
        self._contents.close()

    def verify(self, cites: Sequence[Citation], progress: Progress | None = None) -> "list[Found]":
        """Where each of ``cites`` is now, in their order."""
        keys = [key(cite, self.tree.blob(cite.path) if inside(cite.path) else "") for cite in cites]
        known = self._cache.get(list(dict.fromkeys(keys)))
        found: dict[bytes, Found] = {}
        fresh: dict[bytes, Kept] = {}
        for number, (name, cite) in enumerate(zip(keys, cites, strict=True)):
            if name in found:
                continue
            kept = next((one for one in known.get(name, ()) if self._holds(one, cite)), None)
            if kept is None:
                kept = fresh[name] = self._locate(cite)
                if progress is not None:
                    progress(number + 1, len(cites))
            found[name] = kept.found
        self._cache.put(fresh)
        return [found[name] for name in keys]

    def _holds(self, kept: Kept, cite: Citation) -> bool:
        if kept.state and kept.state != self.state:
            return False
        # found without the cited commit, which may be here by now
        return kept.past or self.sources.past(cite.commit) is None

    @property
    def state(self) -> str:
        """The digest of all the tree's files."""
        if self._state is None:
            self._state = self.tree.state()
        return self._state

    def _locate(self, cite: Citation) -> Kept:
        from agentmem.model import anchoring

        if not inside(cite.path):
            return Kept(anchoring.Found(anchoring.GONE), "", True)
        if self.tree.text(cite.path) is None and self.tree.blob(cite.path):
            # a picture, a dump: the file itself can be cited, its lines cannot be told
            whole = not (cite.lines or cite.symbol or cite.hash or cite.quote)
            there = anchoring.Found(anchoring.OK, cite.path, similarity=1.0)
            return Kept(there if whole else anchoring.Found(anchoring.UNVERIFIABLE), "", True)
        if self._pages is None:
            self._pages = anchoring.Pages()
        files = CitedFiles(self.sources, cite.path, cite.commit)
        found = anchoring.locate(cite, files, self._pages)
        past = (
            cite.commit is None or found.verdict == anchoring.OK or self.sources.past(cite.commit) is not None
        )
        return Kept(found, self.state if files.wide else "", past)
