"""Verdicts on many citations against one tree, what was found before taken from the cache."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from agentmem.evidence.files import CitedFiles, Sources
from agentmem.evidence.trees import Tree, inside
from agentmem.evidence.verdicts import Cache, Kept, key
from agentmem.git.code import Commit
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
        self._store = store
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
            unread = self._unread(cite)
            if unread is not None:  # nothing to keep: the next moment may fetch it
                found[name] = unread
                continue
            kept = next((one for one in known.get(name, ()) if self._holds(one, cite)), None)
            if kept is None:
                kept = fresh[name] = self._locate(cite)
                if progress is not None:
                    progress(number + 1, len(cites))
            found[name] = kept.found
        if any(kept.state for kept in fresh.values()) and not self._is_as_it_was():
            fresh = {name: kept for name, kept in fresh.items() if not kept.state}
        self._cache.put(fresh)
        return [found[name] for name in keys]

    def _holds(self, kept: Kept, cite: Citation) -> bool:
        if kept.state and kept.state != self.sources.state:
            return False
        # found without the cited commit, which may be here by now
        return kept.past or not self._knows(cite)

    def _knows(self, cite: Citation) -> bool:
        """Whether it is known here what the cited commit has at the cited path."""
        past = self.sources.past(cite.commit)
        return past is not None and not past.lack(cite.path)

    def _is_as_it_was(self) -> bool:
        """Whether nobody has changed the tree since its state was taken: else it is unknown what was found in which state."""
        tree = self.tree
        if isinstance(tree.git, Commit):
            return True
        now = Tree(type(tree.git)(tree.repository), self._contents, self._store)
        return now.state() == self.sources.state

    def _unread(self, cite: Citation) -> "Found | None":
        """The verdict where the file, or what it holds, is not in this clone; None where it is, or there is none."""
        from agentmem.model import verdict

        lack = self.tree.lack(cite.path)
        if not lack:
            return None
        if _is_whole(cite) and self.tree.has(cite.path):
            return verdict.Found(verdict.OK, cite.path, similarity=1.0)
        return verdict.Found(verdict.UNVERIFIABLE, lack=lack)

    def _locate(self, cite: Citation) -> Kept:
        from agentmem.model import anchoring

        if not inside(cite.path):
            return Kept(anchoring.Found(anchoring.GONE), "", True)
        if self.tree.text(cite.path) is None and self.tree.blob(cite.path):
            # a picture, a dump: the file itself can be cited, its lines cannot be told
            there = anchoring.Found(anchoring.OK, cite.path, similarity=1.0)
            return Kept(there if _is_whole(cite) else anchoring.Found(anchoring.UNVERIFIABLE), "", True)
        if self._pages is None:
            self._pages = anchoring.Pages()
        files = CitedFiles(self.sources, cite.path, cite.commit)
        found = anchoring.locate(cite, files, self._pages)
        if found.verdict == anchoring.MOVED and self._was_never_there(cite, files):
            place = anchoring.Place(found.path or cite.path, found.first, found.last)
            found = anchoring.Found(anchoring.UNVERIFIABLE, candidates=(place,))
        # also what holds may hang on the commit: it tells which of several equal places is meant
        past = cite.commit is None or (self._knows(cite) and not found.lack)
        return Kept(found, self.sources.state if files.wide else "", past)

    def _was_never_there(self, cite: Citation, files: CitedFiles) -> bool:
        """Whether the cited commit itself contradicts the citation: those lines were not that text then; or they are none."""
        from agentmem.model.evidence import Case

        assert self._pages is not None
        if not cite.lines:
            return False
        case = Case(cite, files, self._pages)
        if case.first is None or case.last is None:
            return True
        if not (cite.hash or cite.quote) or not self._knows(cite):
            return False
        if case.past is None:
            return True
        low, high = case.past.within(case.first, case.last)
        return not (low < high and case.is_text(case.past.lines[low:high]))


def _is_whole(cite: Citation) -> bool:
    """Whether a file is cited, and no text of it."""
    return not (cite.lines or cite.symbol or cite.hash or cite.quote)
