"""The search port by looking at each document: what answers while there is no index, and what the index is tested against."""

from collections.abc import Iterable, Mapping, Sequence

from agentmem.index.port import Posting


class ScanEngine:
    """Documents held as they are, in memory."""

    name = "scan"

    def __init__(self) -> None:
        self._documents: dict[int, Mapping[str, int]] = {}

    def held(self) -> set[int]:
        """The rows it can be asked about."""
        return set(self._documents)

    def postings(self, terms: Sequence[str]) -> dict[str, list[Posting]]:
        """The postings of each of ``terms`` that occurs."""
        found: dict[str, list[Posting]] = {}
        for row, words in self._documents.items():
            for term in terms:
                packed = words.get(term)
                if packed:
                    found.setdefault(term, []).append((row, packed))
        return found

    def close(self) -> None:
        """Nothing to let go of."""

    def write(self, documents: Iterable[tuple[int, Mapping[str, int]]]) -> None:
        """Hold ``documents``."""
        self._documents.update(documents)
