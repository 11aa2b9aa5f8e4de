"""The catalog: what each blob says, by blob id, in SQLite. Every verb but ranked recall works from it alone."""

import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from agentmem.model import scopes
from agentmem.model.fields import CONFLICTS
from agentmem.model.folding import folded
from agentmem.model.memory import Citation, Memory, Problem, first_paragraph

if TYPE_CHECKING:
    from agentmem.index.record import Record

T = TypeVar("T")
VERSION = 16
SCHEMA = """
CREATE TABLE info(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE doc(
  row INTEGER PRIMARY KEY, blob TEXT NOT NULL UNIQUE, id TEXT, kind TEXT, title TEXT, paragraph TEXT, status TEXT,
  created INTEGER, expires INTEGER, author TEXT, importance INTEGER, pin INTEGER,
  n_title INTEGER, n_names INTEGER, n_places INTEGER, n_body INTEGER, links TEXT, broken INTEGER,
  sketch BLOB, topic BLOB, branch TEXT
);
CREATE TABLE content(row INTEGER PRIMARY KEY, memory TEXT, body TEXT, problems TEXT);
CREATE TABLE name(key TEXT, value TEXT, row INTEGER, PRIMARY KEY(key, value, row)) WITHOUT ROWID;
CREATE TABLE change(
  blob TEXT PRIMARY KEY, id TEXT, memory TEXT, branch TEXT, author TEXT, created INTEGER, after TEXT, broken INTEGER
) WITHOUT ROWID;
CREATE TABLE applied(key TEXT PRIMARY KEY, blob TEXT, conflicts TEXT) WITHOUT ROWID;
CREATE TABLE tree_pair(trees TEXT PRIMARY KEY, files TEXT) WITHOUT ROWID;
"""
_IDENTITY = re.compile(r"[0-9a-f]{16}")
UNSETTLED = "unsettled"
"""The key under which stand the fields of which a merge left two values in the file."""
BATCH = 500
WAIT, PATIENCE = 0.3, 5.0
"""Seconds for which a lock that another process has on the file is waited for: by who reads or learns a few blobs, and by who
makes the file or learns many of them. One who waits in vain goes on without: what is unknown is read from the memories' files.
"""

MEMORY_ROWS = 2**40
"""Where the rows of a catalog in memory start, so that they are told from those of the one on disk."""

LINKS = ("supersedes", "closes", "reopens", "needs", "sources", "related")
"""The keys by which one memory names others, in the order of a row's ``links``."""


class Row(NamedTuple):
    """What a view needs of a blob. ``links`` has, for each key of ``LINKS``, the ids named."""

    row: int
    blob: str
    id: str
    kind: str
    title: str
    status: str
    created: int | None
    expires: int | None
    author: str
    importance: int | None
    pin: bool
    lengths: tuple[int, int, int, int]
    links: tuple[tuple[str, ...], ...]
    broken: bool
    sketch: bytes
    topic: bytes


class ChangeRow(NamedTuple):
    """What a view needs of a change's blob: of which memory it is, who made it where, and the changes that its writer saw."""

    blob: str
    id: str
    memory: str
    branch: str
    author: str
    created: int | None
    after: tuple[str, ...]
    broken: bool


class AppliedRow(NamedTuple):
    """A memory with changes applied: its ``blob``, and the conflicts as JSON (empty where there are none).

    ``key`` names the blob of the base and those of the changes.
    """

    key: str
    blob: str
    conflicts: str


class Catalog:
    """One catalog: a file, or memory alone where no file can be had."""

    def __init__(self, connection: sqlite3.Connection, identity: str, first_row: int = 1) -> None:
        """Use ``open_file`` or ``in_memory``."""
        self._db = connection
        self._first_row = first_row
        self.identity = identity
        """A new catalog numbers its rows anew: what refers to rows keeps this beside them."""

    @classmethod
    def open_file(cls, path: str) -> "Catalog":
        """The catalog at ``path``, made when missing.

        Raises:
            sqlite3.Error: it cannot be read or made: torn, of another version, no permission, locked.
            UnicodeDecodeError: it is torn where SQLite's message quotes it.

        """
        connection = sqlite3.connect(path, timeout=WAIT, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous=NORMAL")
            found = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'info'").fetchone()
            if not found[0]:
                _wait(connection, PATIENCE)
                _create(connection)
                _wait(connection, WAIT)
            info = dict(connection.execute("SELECT key, value FROM info"))
            if info.get("version") != str(VERSION):
                raise sqlite3.DatabaseError(f"catalog version {info.get('version')}, not {VERSION}")
            if not _IDENTITY.fullmatch(str(info.get("identity"))):  # it names a folder
                raise sqlite3.DatabaseError("catalog without identity")
        except BaseException:
            connection.close()
            raise
        return cls(connection, info["identity"])

    @classmethod
    def in_memory(cls) -> "Catalog":
        """A catalog that lives as long as the process."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.executescript(SCHEMA)
        return cls(connection, "memory", MEMORY_ROWS)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def wait(self, seconds: float) -> None:
        """Wait for another's lock up to ``seconds`` from now on."""
        _wait(self._db, seconds)

    def known(self, blobs: Sequence[str]) -> dict[str, int]:
        """The row of each of ``blobs`` that it knows."""
        found: dict[str, int] = {}
        for part in _parts(blobs):
            found.update(self._db.execute(f"SELECT blob, row FROM doc WHERE blob IN ({_marks(part)})", part))
        return found

    def add(self, records: "Iterable[Record]") -> None:
        """Add ``records``; those it has are left as they are. One transaction."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for record in records:
                self._insert(record)
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def _insert(self, record: "Record") -> None:
        memory = record.memory or Memory("", "", "")
        links = [list(getattr(memory, key)) for key in LINKS]
        cursor = self._db.execute(
            "INSERT OR IGNORE INTO doc SELECT coalesce(max(row) + 1, ?),?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,? FROM doc",
            (
                self._first_row,
                record.blob,
                memory.id,
                memory.kind,
                _text(memory.title),
                _text(first_paragraph(memory.body)),
                memory.status,
                memory.created,
                memory.expires,
                _text(memory.by or ""),
                memory.importance,
                memory.pin,
                *record.lengths,
                json.dumps(links) if any(links) else None,
                record.memory is None,
                record.sketch,
                record.topic,
                _text(memory.branch) if memory.branch else None,
            ),
        )
        if not cursor.rowcount:
            return
        row = cursor.lastrowid
        problems = (
            json.dumps([[p.code, p.line, p.message] for p in record.problems]) if record.problems else None
        )
        self._db.execute(
            "INSERT OR REPLACE INTO content VALUES (?,?,?,?)",
            (row, _dump(memory), _text(memory.body), problems),
        )
        if record.memory is not None:
            self._db.executemany(
                "INSERT OR IGNORE INTO name VALUES (?,?,?)", ((k, _text(v), row) for k, v in names_of(memory))
            )

    def rows(self, numbers: Sequence[int]) -> Iterator[Row]:
        """The rows of ``numbers``, in no order."""
        columns = (
            "row, blob, id, kind, title, status, created, expires, author, importance, pin,"
            " n_title, n_names, n_places, n_body, links, broken, sketch, topic"
        )
        for part in _parts(numbers):
            for r in self._db.execute(f"SELECT {columns} FROM doc WHERE row IN ({_marks(part)})", part):
                links = tuple(tuple(ids) for ids in json.loads(r[15])) if r[15] else ()
                yield Row._make((*r[:11], r[11:15], links, bool(r[16]), r[17], r[18]))

    def branches(self, numbers: Sequence[int]) -> dict[int, str]:
        """The branch that each of ``numbers`` names; those that name none are left out."""
        found: dict[int, str] = {}
        for part in _parts(numbers):
            query = f"SELECT row, branch FROM doc WHERE branch IS NOT NULL AND row IN ({_marks(part)})"
            found.update(self._db.execute(query, part))
        return found

    def changes(self, blobs: Sequence[str]) -> dict[str, ChangeRow]:
        """What is known of the changes ``blobs``."""
        found = {}
        columns = "blob, id, memory, branch, author, created, after, broken"
        for part in _parts(blobs):
            for r in self._db.execute(f"SELECT {columns} FROM change WHERE blob IN ({_marks(part)})", part):
                row = ChangeRow._make(r)
                found[row.blob] = row._replace(after=tuple(r[6].split()), broken=bool(r[7]))
        return found

    def applied(self, keys: Sequence[str]) -> dict[str, AppliedRow]:
        """What is known of memories with changes applied, by key."""
        found = {}
        for part in _parts(keys):
            query = f"SELECT key, blob, conflicts FROM applied WHERE key IN ({_marks(part)})"
            for row in self._db.execute(query, part):
                found[row[0]] = AppliedRow._make(row)
        return found

    def between(self, trees: Sequence[str]) -> dict[str, str]:
        """What is known to differ between two trees, by ``old new``: JSON of path and new blob."""
        found: dict[str, str] = {}
        for part in _parts(trees):
            query = f"SELECT trees, files FROM tree_pair WHERE trees IN ({_marks(part)})"
            found.update(self._db.execute(query, part))
        return found

    def add_between(self, found: Mapping[str, str]) -> None:
        """Keep what differs between trees. One transaction."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany("INSERT OR IGNORE INTO tree_pair VALUES (?,?)", found.items())
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def add_overlay(self, changes: Sequence[ChangeRow], applied: Sequence[AppliedRow]) -> None:
        """Add what was learned of an overlay; what it has is left as it is. One transaction."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany(
                "INSERT OR IGNORE INTO change VALUES (?,?,?,?,?,?,?,?)",
                (
                    c._replace(branch=_text(c.branch), author=_text(c.author), after=" ".join(c.after))  # type: ignore[arg-type]
                    for c in changes
                ),
            )
            self._db.executemany("INSERT OR IGNORE INTO applied VALUES (?,?,?)", applied)
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def memories(self, numbers: Sequence[int]) -> dict[int, Memory]:
        """The whole memories of ``numbers``, as their bytes give them."""
        found = {}
        for part in _parts(numbers):
            for row, text, body in self._db.execute(
                f"SELECT row, memory, body FROM content WHERE row IN ({_marks(part)})", part
            ):
                found[row] = _load(text, body)
        return found

    def fields(self, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
        """The front matter of ``numbers`` as it is kept: lists for tuples, what has no value left out. A third of the time that
        whole memories take.
        """
        found: dict[int, dict[str, Any]] = {}
        for part in _parts(numbers):
            query = f"SELECT row, memory FROM content WHERE row IN ({_marks(part)})"
            found.update((row, json.loads(text)) for row, text in self._db.execute(query, part))
        return found

    def problems(self, numbers: Sequence[int]) -> dict[int, tuple[Problem, ...]]:
        """What is wrong with each of ``numbers`` that has problems."""
        found = {}
        for part in _parts(numbers):
            query = (
                f"SELECT row, problems FROM content WHERE problems IS NOT NULL AND row IN ({_marks(part)})"
            )
            for row, text in self._db.execute(query, part):
                found[row] = tuple(Problem(*entry) for entry in json.loads(text))
        return found

    def named(self, key: str, values: Iterable[str]) -> list[tuple[str, int]]:
        """``(value, row)`` of each blob that has one of ``values`` (case folded) under ``key``; see ``names_of``."""
        found: list[tuple[str, int]] = []
        for part in _parts(sorted({folded(_text(value)) for value in values})):
            query = f"SELECT value, row FROM name WHERE key = ? AND value IN ({_marks(part)})"
            found.extend(self._db.execute(query, (key, *part)))
        return found

    def named_below(self, key: str, folder: str) -> list[tuple[str, int]]:
        """``(value, row)`` of what has a path below ``folder`` (with its final slash, case folded; empty: any) under ``key``."""
        query = "SELECT value, row FROM name WHERE key = ? AND value >= ? AND value < ?"
        return list(self._db.execute(query, (key, _text(folder), _text(folder) + "\U0010ffff")))

    def all_named(self, key: str) -> list[tuple[str, int]]:
        """Every ``(value, row)`` under ``key``."""
        return list(self._db.execute("SELECT value, row FROM name WHERE key = ?", (key,)))


def names_of(memory: Memory) -> Iterator[tuple[str, str]]:
    """The exact names by which a memory can be looked up, case folded: (key, value) pairs."""
    for key, values in (("tag", memory.tags), ("entity", memory.entities), ("alias", memory.aliases)):
        for value in values:
            yield key, folded(value)
    for pattern in memory.scope:
        yield ("glob" if scopes.is_glob(pattern) else "scope"), folded(scopes.normal(pattern))
    for cite in memory.cites:
        yield "cite", folded(cite.path)
        if cite.symbol:
            yield "symbol", folded(cite.symbol)
            yield "symbol", folded(cite.symbol.rpartition(".")[2])
    for key, single in (("author", memory.by), ("role", memory.role), ("source_id", memory.source_id)):
        if single:
            yield key, folded(single)
    if memory.kind == "entity" and memory.title:
        yield "alias", folded(memory.title)
    left = memory.extra.get(CONFLICTS)
    for entry in left if isinstance(left, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("field"), str):
            yield UNSETTLED, entry["field"]


def _wait(connection: sqlite3.Connection, seconds: float) -> None:
    connection.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables; several processes may try at once, and one of them does."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("BEGIN IMMEDIATE")
    if not connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'info'").fetchone()[0]:
        for statement in SCHEMA.split(";"):
            connection.execute(statement)
        values = (("version", str(VERSION)), ("identity", os.urandom(8).hex()))
        connection.executemany("INSERT INTO info VALUES (?, ?)", values)
    connection.execute("COMMIT")


def _parts(values: Sequence[T]) -> Iterator[list[T]]:
    for begin in range(0, len(values), BATCH):
        yield list(values[begin : begin + BATCH])


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _text(value: str) -> str:
    """``value`` as SQLite can hold it: lone surrogates, from bytes that are no UTF-8, become question marks."""
    return value.encode("utf-8", "replace").decode("utf-8")


_SCALARS = tuple(name for name in Memory._fields if name not in ("body", "cites"))


def _dump(memory: Memory) -> str:
    record = {
        name: value
        for name in _SCALARS
        if (value := getattr(memory, name)) or (value == 0 and value is not False)
    }
    if memory.cites:
        record["cites"] = [[c.path, c.symbol, c.lines, c.commit, c.hash, c.quote] for c in memory.cites]
    return json.dumps(record, ensure_ascii=True)


def _load(text: str, body: str) -> Memory:
    record: dict[str, Any] = json.loads(text)
    cites = tuple(Citation(*cite) for cite in record.pop("cites", ()))
    values: dict[str, Any] = {"id": "", "kind": "", "title": ""}
    values.update((key, tuple(value) if isinstance(value, list) else value) for key, value in record.items())
    return Memory(body=body, cites=cites, **values)
