"""A store as one SQLite file for other programs: tables of memories and what they name, and full-text tables over them."""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from agentmem.errors import UsageError
from agentmem.model import citing, times
from agentmem.model.exporters.shown import Shown
from agentmem.model.memory import as_meta

APPLICATION = 0x61676D6D
"""``agmm``: what tells a file of ours, in SQLite's own header."""
VERSION = 1
RANK = "bm25(0.0, 8.0, 1.0, 4.0, 4.0)"
"""What ``ORDER BY rank`` means: a word in the title says more than one in the body."""
LINKS = ("supersedes", "needs", "closes", "reopens", "sources", "related")

_SCHEMA = """
CREATE TABLE memories(
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, status TEXT NOT NULL, retracted TEXT,
  created TEXT, expires TEXT, "by" TEXT, role TEXT, branch TEXT, layer TEXT NOT NULL, path TEXT NOT NULL,
  source TEXT, source_id TEXT, importance INTEGER, pin INTEGER NOT NULL, plan TEXT, phase TEXT, priority INTEGER, owner TEXT,
  front_matter TEXT NOT NULL) STRICT;
CREATE TABLE tags(memory TEXT NOT NULL REFERENCES memories(id), tag TEXT NOT NULL, PRIMARY KEY(memory, tag)) STRICT;
CREATE TABLE entities(memory TEXT NOT NULL REFERENCES memories(id), entity TEXT NOT NULL, PRIMARY KEY(memory, entity)) STRICT;
CREATE TABLE aliases(memory TEXT NOT NULL REFERENCES memories(id), alias TEXT NOT NULL, PRIMARY KEY(memory, alias)) STRICT;
CREATE TABLE scopes(memory TEXT NOT NULL REFERENCES memories(id), glob TEXT NOT NULL, PRIMARY KEY(memory, glob)) STRICT;
CREATE TABLE cites(memory TEXT NOT NULL REFERENCES memories(id), position INTEGER NOT NULL, path TEXT NOT NULL, symbol TEXT,
  first_line INTEGER, last_line INTEGER, commit_id TEXT, hash TEXT, quote TEXT, PRIMARY KEY(memory, position)) STRICT;
CREATE TABLE links(memory TEXT NOT NULL REFERENCES memories(id), relation TEXT NOT NULL, target TEXT NOT NULL,
  PRIMARY KEY(memory, relation, target)) STRICT;
CREATE INDEX tags_tag ON tags(tag);
CREATE INDEX entities_entity ON entities(entity);
CREATE INDEX cites_path ON cites(path);
CREATE INDEX links_target ON links(target);
CREATE INDEX memories_created ON memories(created);
"""
_FULL_TEXT = """
CREATE VIRTUAL TABLE memories_fts USING fts5(
  id UNINDEXED, title, body, tags, entities, tokenize = 'porter unicode61 remove_diacritics 2');
"""


def is_ours(head: bytes) -> bool:
    """Whether a file that begins with ``head`` (100 bytes) was written by ``build``."""
    return head.startswith(b"SQLite format 3\0") and head[68:72] == APPLICATION.to_bytes(4, "big")


def build(memories: Iterable[Shown]) -> bytes:
    """The bytes of the database.

    Raises:
        UsageError: this Python's SQLite has no FTS5.

    """
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(_SCHEMA)
        try:
            connection.executescript(_FULL_TEXT)
        except sqlite3.OperationalError as error:
            raise UsageError(f"this Python's SQLite makes no full-text tables: {error}") from None
        with connection:
            for one in memories:
                _insert(connection, one)
        connection.execute("INSERT INTO memories_fts(memories_fts) VALUES('optimize')")
        connection.execute(f"INSERT INTO memories_fts(memories_fts, rank) VALUES('rank', '{RANK}')")
        connection.commit()
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("VACUUM")
        return bytes(connection.serialize())
    finally:
        connection.close()


def _insert(connection: sqlite3.Connection, one: Shown) -> None:
    memory = one.memory
    row = (
        memory.id, memory.kind, memory.title, memory.body, one.status, memory.retracted, _time(memory.created),
        _time(memory.expires), memory.by, memory.role, memory.branch, one.layer, one.path, memory.source, memory.source_id,
        memory.importance, int(memory.pin), memory.plan, memory.phase, memory.priority, memory.owner,
        json.dumps(as_meta(memory), ensure_ascii=False),
    )  # fmt: skip
    _many(connection, "memories", [row])
    _many(connection, "tags", [(memory.id, tag) for tag in memory.tags])
    _many(connection, "entities", [(memory.id, entity) for entity in memory.entities])
    _many(connection, "aliases", [(memory.id, alias) for alias in memory.aliases])
    _many(connection, "scopes", [(memory.id, glob) for glob in memory.scope])
    cites = []
    for position, cite in enumerate(memory.cites, 1):
        first, last = _range(cite.lines)
        cites.append(
            (memory.id, position, cite.path, cite.symbol, first, last, cite.commit, cite.hash, cite.quote)
        )
    _many(connection, "cites", cites)
    _many(connection, "links", [(memory.id, name, to) for name in LINKS for to in getattr(memory, name)])
    words = (memory.id, memory.title, memory.body, " ".join(memory.tags), " ".join(memory.entities))
    _many(connection, "memories_fts", [words])


def _many(connection: sqlite3.Connection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        marks = ",".join("?" * len(rows[0]))
        connection.executemany(
            f"INSERT OR IGNORE INTO {table} VALUES({marks})", [tuple(map(_clean, row)) for row in rows]
        )


def _clean(value: object) -> object:
    """Text that SQLite can hold: half a surrogate pair, which a path may have, is replaced."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


def _time(moment: int | None) -> str | None:
    return None if moment is None else times.format_iso(moment)


def _range(lines: str | None) -> tuple[int | None, int | None]:
    try:
        return (None, None) if lines is None else citing.read_range(lines)
    except ValueError:
        return None, None
