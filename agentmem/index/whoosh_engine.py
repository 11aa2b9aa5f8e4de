"""The search port on Whoosh, the only file that imports it.

One field holds all words of a memory; the weight of a posting is the packed number of ``model.words``. The row is a
column, read as a whole. Nothing of Whoosh's own scoring is used: its statistics count old versions and other branches.
"""

import os
import shutil
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from whoosh import columns, fields, formats, index

from agentmem.index.port import EngineError, Posting

WORDS, ROW = "words", "row"
WRITER_MEMORY_MB = 128
OPEN_TRIES = 3
"""A commit of another process may remove segments between our reading of the table of contents and their opening."""


class PackedWords(fields.FieldType):  # type: ignore[misc]
    """Takes a mapping of term to packed frequencies in the place of text: the analyser has run already."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), None, scorable=False)

    def index(self, value: Mapping[str, int], **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """The postings of one document."""
        for term, packed in value.items():
            yield term.encode("utf-8", "replace"), 1, float(packed), b""


class RowColumn(columns.NumericColumn):  # type: ignore[misc]
    """A column of row numbers that is read in one piece: 0.3 ms for 10,000 in place of 8."""

    def __init__(self) -> None:
        super().__init__("Q", default=0)

    class Reader(columns.NumericColumn.Reader):  # type: ignore[misc]
        """Reads the column."""

        def load(self) -> Sequence[int]:
            """The rows by document number; rows start at 1, so that none is the default, which is not stored."""
            data = self._dbfile.get(self._basepos, self._count * self._fixedlen)
            return struct.unpack(f"!{self._count}Q", data)


class RowField(fields.FieldType):  # type: ignore[misc]
    """The document's row, as a column alone."""

    indexed = False

    def __init__(self) -> None:
        super().__init__(formats.Existence(), None)
        self.column_type = RowColumn()

    def to_column_value(self, value: int) -> int:
        """The number itself."""
        return value


SCHEMA = fields.Schema(**{WORDS: PackedWords(), ROW: RowField()})


class WhooshEngine:
    """The index in ``folder``; made when first written."""

    name = "whoosh"

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._reader: Any = None
        self._segments: list[tuple[Any, Sequence[int]]] = []

    def exists(self) -> bool:
        """Whether something was written here."""
        try:
            return any(name.endswith(".toc") for name in os.listdir(self.folder))
        except OSError:
            return False

    def held(self) -> set[int]:
        """The rows it can be asked about.

        Raises:
            EngineError: the files cannot be used.

        """
        self._open()
        return {row for _, rows in self._segments for row in rows}

    def postings(self, terms: Sequence[str]) -> dict[str, list[Posting]]:
        """The postings of each of ``terms`` that occurs.

        Raises:
            EngineError: the files cannot be used.

        """
        self._open()
        found: dict[str, list[Posting]] = {}
        try:
            for reader, rows in self._segments:
                for term in terms:
                    if (WORDS, term.encode("utf-8", "replace")) not in reader:
                        continue
                    into = found.setdefault(term, [])
                    matcher = reader.postings(WORDS, term)
                    identity, weight, advance, active = (
                        matcher.id,
                        matcher.weight,
                        matcher.next,
                        matcher.is_active,
                    )
                    while active():
                        into.append((rows[identity()], int(weight())))
                        advance()
        except Exception as error:  # whatever a torn file makes Whoosh raise
            raise EngineError(f"{type(error).__name__}: {error}") from error
        return found

    def write(self, documents: Iterable[tuple[int, Mapping[str, int]]]) -> None:
        """Add documents in one commit; readers see all or none of it.

        Raises:
            EngineError: the files cannot be used or written.

        """
        try:
            os.makedirs(self.folder, exist_ok=True)
            opened = (
                index.open_dir(self.folder, schema=SCHEMA)
                if self.exists()
                else index.create_in(self.folder, SCHEMA)
            )
            writer = opened.writer(limitmb=WRITER_MEMORY_MB)
            try:
                for row, words in documents:
                    writer.add_document(**{ROW: row, WORDS: words})
            except BaseException:
                writer.cancel()
                raise
            writer.commit()
        except Exception as error:
            raise EngineError(f"{type(error).__name__}: {error}") from error
        finally:
            self.close()

    def clear(self) -> None:
        """Remove the files, to be made anew."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self) -> None:
        """Let go of the files."""
        if self._reader is not None:
            self._reader.close()
        self._reader, self._segments = None, []

    def _open(self) -> None:
        if self._reader is not None or not self.exists():
            return
        for last in (False,) * (OPEN_TRIES - 1) + (True,):
            try:
                self._reader = index.open_dir(self.folder, readonly=True, schema=SCHEMA).reader()
                leaves = [leaf for leaf, _ in self._reader.leaf_readers()]
                self._segments = [
                    (leaf, leaf.column_reader(ROW, translate=False).load())
                    for leaf in leaves
                    if leaf.doc_count_all()
                ]
                return
            except Exception as error:  # whatever a torn file makes Whoosh raise
                self.close()
                if last:
                    raise EngineError(f"{type(error).__name__}: {error}") from error
