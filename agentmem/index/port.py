"""The search port: which blobs hold a term, and how often. Scoring is not its business but the view's."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

Posting = tuple[int, int]
"""(row, packed frequencies): see ``model.words``."""


class EngineError(Exception):
    """The engine's files cannot be used: torn, vanished, of another version. The scan answers in its place."""


class Engine(Protocol):
    """Words by row. Rows are the catalog's; what it returns says only what the bytes of their blobs say."""

    name: str

    def held(self) -> set[int]:
        """The rows it can be asked about."""
        ...

    def postings(self, terms: Sequence[str]) -> dict[str, list[Posting]]:
        """The postings of each of ``terms`` that occurs."""
        ...

    def close(self) -> None:
        """Let go of files; the next question reads what is there then."""
        ...

    def write(self, documents: Iterable[tuple[int, Mapping[str, int]]]) -> None:
        """Add (row, packed frequency of each term); durable when it returns."""
        ...
