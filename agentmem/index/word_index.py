"""The words of a view: held by an engine on disk, what it lacks scanned; an engine that fails is made anew."""

import os
from collections.abc import Callable, Iterator, Sequence

from agentmem.index import discarding
from agentmem.index.knowledge import FEW, Knowledge, Progress
from agentmem.index.port import Engine, EngineError, Posting
from agentmem.index.scan_engine import ScanEngine
from agentmem.index.view import View


class WordIndex:
    """The words of what ``knowledge`` knows; ``scan``: without an engine, as a test does. ``note`` is told what is amiss."""

    def __init__(
        self,
        knowledge: Knowledge,
        scan: bool,
        progress: Progress | None,
        note: Callable[[str], object],
    ) -> None:
        self.knowledge, self._scan, self._progress, self._note = knowledge, scan, progress, note

    def postings(self, view: View, terms: Sequence[str]) -> dict[str, list[Posting]]:
        """The postings of ``terms`` over ``view``, and what the engine has beyond it."""
        wanted = view.positions.keys()
        try:
            engine = self._engine(view)
            held = engine.held() if engine else set()
            missing = [row for row in wanted if row not in held]
            if engine and len(missing) > FEW and self._write(engine, missing):
                held = engine.held()
                missing = [row for row in wanted if row not in held]
            found = engine.postings(terms) if engine and held else {}
        except EngineError as error:
            self._note(f"the words' index is being rebuilt ({error}); answered by scanning")
            self._clear()
            found, missing = {}, list(wanted)
        if missing:
            scan = ScanEngine()
            scan.write(self.knowledge.words(missing))
            for term, more in scan.postings(terms).items():
                found[term] = found.get(term, []) + more
        return found

    def held(self, view: View) -> tuple[set[int], str]:
        """The rows whose words the engine holds, after it took up what it lacked; and the engine's name."""
        self.postings(view, [])
        try:
            engine = self._engine(view)
            return (engine.held(), engine.name) if engine else (set(), ScanEngine.name)
        except EngineError:
            return set(), ScanEngine.name

    def _engine(self, view: View) -> Engine | None:
        identity = self.knowledge.identity
        folder = self.knowledge.folder
        if self._scan or identity is None or folder is None:
            return None
        if len(view) <= FEW and not os.path.isdir(_folder(folder, identity)):
            return None
        from agentmem.index.whoosh_engine import WhooshEngine

        return WhooshEngine(_folder(folder, identity))

    def _write(self, engine: Engine, rows: Sequence[int]) -> bool:
        """Add ``rows`` to the engine, if nobody else is at it; whether that was done."""
        kept = [row for row in rows if self.knowledge.is_kept(row)]
        if not kept or (lock := self.knowledge.lock()) is None:
            return False
        try:
            engine.close()  # what another process wrote between our reading and our lock must not be written twice
            held = engine.held()
            engine.write(self._counted([row for row in kept if row not in held]))
        finally:
            os.close(lock)
        return True

    def _counted(self, rows: list[int]) -> Iterator[tuple[int, dict[str, int]]]:
        for done, pair in enumerate(self.knowledge.words(rows), 1):
            yield pair
            if self._progress and len(rows) > 10 * FEW and (done % 200 == 0 or done == len(rows)):
                self._progress(done, len(rows))

    def _clear(self) -> None:
        lock = self.knowledge.lock()
        if lock is not None:
            try:
                if self.knowledge.folder and self.knowledge.identity:
                    discarding.tree(_folder(self.knowledge.folder, self.knowledge.identity))
            finally:
                os.close(lock)


def _folder(folder: str, identity: str) -> str:
    return os.path.join(folder, f"words-{identity}")
