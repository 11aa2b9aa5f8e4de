"""What is known of blobs: the catalog on disk, and beside it what this process learned but did not write."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agentmem.index import catalog as catalogs
from agentmem.index import discarding
from agentmem.index.catalog import AppliedRow, Catalog, ChangeRow, Row
from agentmem.model.memory import Memory, Problem
from agentmem.store import writing

if TYPE_CHECKING:
    from agentmem.index.record import Record

FEW = 24
"""Blobs whose words are not in the index are scanned up to this many: 0.5 ms each, less than a write's locks and syncs."""

BATCH = 1000
"""Blobs learned in one transaction: what a kill loses, and how often progress is shown."""

KEPT = 20_000
"""Up to this many, the words of what was just learned stay in memory (10 kB each) for the index that is written next."""

Progress = Callable[[int, int], None]
"""Told (done, total) while blobs are learned."""


class Knowledge:
    """The catalog in ``folder`` (None: no folder can be written, everything is learned anew) and an extra one in memory."""

    def __init__(self, folder: str | None, progress: Progress | None = None) -> None:
        self.folder = folder
        self.catalog_path = os.path.join(folder, "catalog.sqlite") if folder else None
        self.repaired: str | None = None
        """Why the catalog on disk was not used as it was, for the reader to say."""
        self._progress = progress
        self._may_write = True
        self._disk = self._open()
        self._extra = Catalog.in_memory()
        self._fresh: dict[int, Record] = {}

    def _open(self) -> Catalog | None:
        if self.catalog_path is None:
            return None
        try:
            return Catalog.open_file(self.catalog_path)
        except Exception as error:  # whatever a torn file makes of SQLite's answers
            self.repaired = f"catalog not usable: {error}"
            if not discarding.is_torn(error, self.catalog_path) or (lock := self.lock()) is None:
                return None
        try:
            return self._open_anew(self.catalog_path)
        except Exception as error:
            self.repaired = f"catalog not usable: {error}"
            return None
        finally:
            os.close(lock)

    def _open_anew(self, path: str) -> Catalog:
        """The catalog at ``path``, made anew unless somebody else just did that."""
        try:
            found = Catalog.open_file(path)
            self.repaired = None
        except Exception as error:
            if not discarding.is_torn(error, path):
                raise
            discarding.catalog(path)
            found = Catalog.open_file(path)
            self.repaired = f"catalog rebuilt: {error}"
        return found

    @property
    def identity(self) -> str | None:
        """The catalog's identity; None where there is none on disk, so that nothing that refers to rows may be kept."""
        return self._disk.identity if self._disk else None

    def close(self) -> None:
        """Close the catalog."""
        if self._disk:
            self._disk.close()

    def rows_of(self, blobs: Sequence[str]) -> dict[str, int]:
        """The row of each of ``blobs`` that is known."""
        found = dict(self._disk.known(blobs)) if self._disk else {}
        missing = [blob for blob in blobs if blob not in found]
        if missing:
            found.update(self._extra.known(missing))
        return found

    def take(self, contents: Callable[[], Iterable[tuple[str, bytes]]], count: int) -> None:
        """Learn ``count`` blobs whose ``contents`` gives (id, bytes).

        They go to the catalog on disk when nobody else is writing it: nobody waits for a lock. Else they are kept for this
        process. Even a few are written: to read one costs 30 ms of imports, to write one 1 ms.
        """

        def write(disk: Catalog) -> None:
            # to learn so many takes longer than to wait for who has the file
            disk.wait(catalogs.PATIENCE if count > BATCH else catalogs.WAIT)
            self._learn_into(disk, contents(), count, keep=count <= KEPT)

        if not self._write(write):
            self._learn_into(self._extra, contents(), count, keep=True)

    def note(self, record: "Record") -> None:
        """Keep what a writer knows of the blob it has just written, if nobody else is writing the catalog."""
        self._write(lambda disk: disk.add([record]))  # else the next reader learns it from the file

    def _write(self, write: Callable[[Catalog], None]) -> bool:
        """Have ``write`` change the catalog on disk; False where it was not: others are writing it, it is torn, the disk refuses.

        After that nothing more is written: each time would be waited for.
        """
        if not self._disk or not self._may_write or (lock := self.lock()) is None:
            return False
        try:
            write(self._disk)
            return True
        except (sqlite3.Error, UnicodeDecodeError) as error:
            self._may_write = False
            if self.catalog_path and discarding.is_torn(error, self.catalog_path):
                try:  # who has it open goes on reading it; the next one makes it anew
                    discarding.catalog(self.catalog_path)
                except OSError:
                    pass
            return False
        finally:
            os.close(lock)

    def changes(self, blobs: Sequence[str]) -> dict[str, ChangeRow]:
        """What is known of the changes ``blobs``."""
        return {blob: row for source in self._sources() for blob, row in source.changes(blobs).items()}

    def applied(self, keys: Sequence[str]) -> dict[str, AppliedRow]:
        """What is known of memories with changes applied, by key."""
        return {key: row for source in self._sources() for key, row in source.applied(keys).items()}

    def note_overlay(self, changes: Sequence[ChangeRow], applied: Sequence[AppliedRow]) -> None:
        """Keep what was learned of an overlay: on disk where nobody else is writing, else for this process."""
        if not self._write(lambda disk: disk.add_overlay(changes, applied)):
            self._extra.add_overlay(changes, applied)

    def between(self, trees: Sequence[str]) -> dict[str, str]:
        """What is known to differ between two trees; see ``Catalog.between``."""
        return {key: files for source in self._sources() for key, files in source.between(trees).items()}

    def note_between(self, found: Mapping[str, str]) -> None:
        """Keep what differs between trees, where nobody else is writing."""
        self._write(lambda disk: disk.add_between(found))  # else git says it again to the next reader

    def branches(self, numbers: Sequence[int]) -> dict[int, str]:
        """The branch that each of ``numbers`` names; those that name none are left out."""
        return {
            row: branch
            for source, part in self._split(numbers)
            for row, branch in source.branches(part).items()
        }

    def lock(self) -> int | None:
        """The open descriptor that holds the lock of the index; None when somebody else has it or there is no place for it."""
        if self.folder is None:
            return None
        path = os.path.join(self.folder, "index.lock")
        try:
            if os.path.isdir(path):  # else nothing would ever be written
                discarding.put_aside(path)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:
            return None
        if writing.try_lock(descriptor):
            return descriptor
        os.close(descriptor)
        return None

    def _learn_into(
        self, into: Catalog, contents: Iterable[tuple[str, bytes]], count: int, keep: bool = False
    ) -> None:
        from agentmem.index.record import (
            learn,  # the YAML reader and the analyser: 15 ms that a fresh index does not pay
        )

        batch: list[Record] = []
        for done, (blob, data) in enumerate(contents, 1):
            batch.append(learn(blob, data))
            if len(batch) >= BATCH:
                self._store(into, batch, keep)
                batch = []
            if self._progress and count > FEW and (done % 100 == 0 or done == count):
                self._progress(done, count)
        self._store(into, batch, keep)

    def _store(self, into: Catalog, batch: "list[Record]", keep: bool) -> None:
        into.add(batch)
        if keep:
            rows = into.known([record.blob for record in batch])
            self._fresh.update((rows[record.blob], record) for record in batch)

    def is_kept(self, row: int) -> bool:
        """Whether ``row`` will still mean the same to the next process."""
        return row < catalogs.MEMORY_ROWS

    def rows(self, numbers: Sequence[int]) -> Iterator[Row]:
        """The rows of ``numbers``, in no order."""
        for source, part in self._split(numbers):
            yield from source.rows(part)

    def rows_by_blob(self, known: Mapping[str, int]) -> dict[str, Row]:
        """The rows of blobs, given as ``rows_of`` names them.

        Raises:
            sqlite3.DatabaseError: the catalog has lost some of them: a page of the table is torn, the one that names them whole.

        """
        found = {row.blob: row for row in self.rows(list(set(known.values())))}
        if lost := len(known.keys() - found.keys()):
            raise sqlite3.DatabaseError(f"the catalog has lost {lost} memories that it names")
        return found

    def memories(self, numbers: Sequence[int]) -> dict[int, Memory]:
        """The whole memories of ``numbers``, as their bytes give them."""
        return {
            row: memory
            for source, part in self._split(numbers)
            for row, memory in source.memories(part).items()
        }

    def fields(self, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
        """The front matter of ``numbers``; see ``Catalog.fields``."""
        return {
            row: record
            for source, part in self._split(numbers)
            for row, record in source.fields(part).items()
        }

    def problems(self, numbers: Sequence[int]) -> dict[int, tuple[Problem, ...]]:
        """What is wrong with each of ``numbers`` that has problems."""
        return {
            row: found
            for source, part in self._split(numbers)
            for row, found in source.problems(part).items()
        }

    def named(self, key: str, values: Iterable[str]) -> list[tuple[str, int]]:
        """``(value, row)`` of what has one of ``values`` under ``key``."""
        wanted = list(values)
        return [hit for source in self._sources() for hit in source.named(key, wanted)]

    def named_below(self, key: str, folder: str) -> list[tuple[str, int]]:
        """``(value, row)`` of what has a path below ``folder`` under ``key``; see ``Catalog.named_below``."""
        return [hit for source in self._sources() for hit in source.named_below(key, folder)]

    def all_named(self, key: str) -> list[tuple[str, int]]:
        """Every ``(value, row)`` under ``key``."""
        return [hit for source in self._sources() for hit in source.all_named(key)]

    def words(self, numbers: Sequence[int]) -> Iterator[tuple[int, dict[str, int]]]:
        """``(row, packed frequency of each term)`` of ``numbers``: from this process, else analysed again."""
        from agentmem.model import words

        again = [row for row in numbers if row not in self._fresh]
        for row in numbers:
            if row in self._fresh:
                yield row, self._fresh[row].terms
        for begin in range(0, len(again), BATCH):
            for row, memory in self.memories(again[begin : begin + BATCH]).items():
                yield row, words.words_of(memory)[0]

    def _sources(self) -> list[Catalog]:
        return [source for source in (self._disk, self._extra) if source is not None]

    def _split(self, numbers: Sequence[int]) -> Iterator[tuple[Catalog, list[int]]]:
        kept = [row for row in numbers if row < catalogs.MEMORY_ROWS]
        if kept and self._disk:
            yield self._disk, kept
        if len(kept) < len(numbers):
            yield self._extra, [row for row in numbers if row >= catalogs.MEMORY_ROWS]
