"""Verdicts that were found before, by what they hang on: the citation and the content it was held against, never a branch.

A verdict that was found in the cited file alone is kept by that file's blob, any other by the state of the whole tree besides.
The cache is one SQLite file that may go at any time; who cannot read or write it does without.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from agentmem.model import hashing
from agentmem.model.memory import Citation

if TYPE_CHECKING:
    from agentmem.model.verdict import Found

RULES = "6"
"""Changed with everything that alters a verdict: what older rules found is not taken."""
FILE = "verdicts-1.sqlite"
MOST = 200_000
"""Verdicts kept; beyond it the older half goes."""
BATCH = 500


class Kept(NamedTuple):
    """A verdict and what it was found with: ``state`` is the tree's, empty where only the cited file counts; ``past``: the
    cited commit was at hand, or none was named.
    """

    found: "Found"
    state: str
    past: bool


def key(cite: Citation, blob: str) -> bytes:
    """What names a verdict on ``cite`` where its file has the content ``blob``."""
    text = json.dumps([RULES, *cite, blob])
    return hashing.sha256(text.encode("ascii"))[:16]


class Cache:
    """The kept verdicts in ``folder``; None: nothing is kept."""

    def __init__(self, folder: str | None) -> None:
        self._path = None if folder is None else os.path.join(folder, FILE)

    def get(self, keys: Sequence[bytes]) -> dict[bytes, list[Kept]]:
        """What is kept for ``keys``."""
        found: dict[bytes, list[Kept]] = {}
        if self._path is None or not os.path.exists(self._path):
            return found
        try:
            with closing(sqlite3.connect(self._path, timeout=0.2)) as connection:
                for at in range(0, len(keys), BATCH):
                    part = keys[at : at + BATCH]
                    marks = ",".join("?" * len(part))
                    query = f"SELECT key, state, past, verdict FROM verdict WHERE key IN ({marks})"
                    for name, state, past, verdict in connection.execute(query, part):
                        found.setdefault(name, []).append(Kept(_read(verdict), state, bool(past)))
        except (sqlite3.Error, ValueError, TypeError):
            return {}
        return found

    def put(self, verdicts: Mapping[bytes, Kept]) -> None:
        """Keep ``verdicts``, where that can be done at once."""
        if self._path is None or not verdicts:
            return
        rows = [(name, kept.state, int(kept.past), _written(kept.found)) for name, kept in verdicts.items()]
        for again in (True, False):
            try:
                self._write(rows)
                return
            except UnicodeDecodeError:  # SQLite's own words about a torn page
                if not again:
                    return
                self._drop()
            except sqlite3.DatabaseError as problem:
                wrong = problem.sqlite_errorcode == sqlite3.SQLITE_ERROR  # another table of this name
                if (isinstance(problem, sqlite3.OperationalError) and not wrong) or not again:
                    return  # locked, read-only, full: the next one finds them anew
                self._drop()

    def _write(self, rows: Iterable[tuple[bytes, str, int, str]]) -> None:
        assert self._path is not None
        with closing(sqlite3.connect(self._path, timeout=0.5)) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS verdict(key BLOB, state TEXT, past INTEGER, verdict TEXT, PRIMARY KEY(key, state))"
            )
            with connection:
                connection.executemany("INSERT OR REPLACE INTO verdict VALUES(?, ?, ?, ?)", rows)
                (count,) = connection.execute("SELECT max(rowid) - min(rowid) FROM verdict").fetchone()
                if (count or 0) > MOST:
                    connection.execute(
                        "DELETE FROM verdict WHERE rowid < (SELECT max(rowid) FROM verdict) - ?", (MOST // 2,)
                    )

    def _drop(self) -> None:
        assert self._path is not None
        for path in (self._path, self._path + "-journal"):
            try:
                os.remove(path)
            except OSError:
                pass  # somebody else was faster, or the disk is read-only


def _written(found: "Found") -> str:
    return json.dumps(found)


def _read(text: str) -> "Found":
    from agentmem.model.verdict import Found, Place

    verdict, path, first, last, similarity, ambiguous, candidates, *texts = json.loads(text)
    places = tuple(Place(*place) for place in candidates)
    return Found(verdict, path, first, last, similarity, ambiguous, places, *texts)
