"""Views kept on disk: the columns of one worktree's store as of one commit, so that only what differs is looked at.

One file a worktree. Its first line is the commit, read alone so that git can start comparing before the rest is loaded; the next
the checksum of all that follows and the length of the record, behind which lie the columns that few commands look at.
"""

import marshal
import os
import zlib
from collections.abc import Sized
from typing import NamedTuple

from agentmem.index import discarding
from agentmem.index.columns import LATE, SKETCH, Blobs, Columns
from agentmem.store.reading import Signature

FORMAT = 7
_ARRAYS = ("rows", "created", "expires")
_BYTES = ("kinds", "status", "importance", "pins")


class Saved(NamedTuple):
    """Columns of the tree at ``commit`` with the files of ``dirty`` in the place of what it held.

    ``dirty`` maps a path to the signature of the file that was read (None where it must be read again) and the commit's own
    blob of that path (None: the commit has none). ``identity`` is the catalog's whose rows these are.
    """

    root: str
    commit: str
    identity: str
    columns: Columns
    dirty: dict[str, tuple[Signature | None, str | None]]


def load(path: str, root: str) -> Saved | None:
    """The cache at ``path`` of the store at ``root``; None where there is none that can be used."""
    try:
        with open(path, "rb", buffering=0) as file:  # a buffer would have 3 MB copied twice, 4 ms
            whole = file.read()
        commit, second, _ = whole[:160].split(b"\n", 2)
        checksum, size = map(int, second.split())
        data = memoryview(whole)[len(commit) + len(second) + 2 :]
        # marshal takes most damage for another value, and no column knows its own: without this, memories were missing for good.
        # CRC-32 takes 0.4 ms for 3 MB, Adler-32 0.7
        if zlib.crc32(data) != checksum:
            return None
        record = marshal.loads(data[:size])
        rest = data[size:]
        if record["format"] != FORMAT or record["root"] != root:
            return None
        columns = Columns()
        columns.paths = record["paths"].split("\0") if record["paths"] else []
        columns.ids = record["ids"].split("\0") if record["ids"] else []
        columns.authors = record["authors"].split("\0") if columns.ids else []
        width = record["width"]
        columns.blobs = Blobs(record["blobs"], width)
        for name in _ARRAYS:
            getattr(columns, name).frombytes(record[name])
        for name in _BYTES:
            setattr(columns, name, bytearray(record[name]))
        columns.links, columns.broken = record["links"], record["broken"]
        columns.changes, columns.receipts = record["changes"], set(record["receipts"])
        sized: tuple[Sized, ...] = (columns.paths, columns.ids, columns.authors, columns.blobs)
        sized += tuple(getattr(columns, name) for name in (*_ARRAYS, *_BYTES))
        if len({len(column) for column in sized}) != 1 or not (
            isinstance(record["dirty"], dict)
            and isinstance(columns.links, dict)
            and isinstance(columns.broken, list)
            and isinstance(columns.changes, dict)
        ):
            return None
        late = {}
        at, count = 0, len(columns.paths)
        for name, each in zip(LATE, (4 * columns.lengths[0].itemsize, SKETCH, SKETCH), strict=True):
            late[name] = rest[at : at + count * each]
            at += count * each
        if len(rest) != at:
            return None
        columns.begin_with(late)
        return Saved(root, commit.decode("ascii"), record["identity"], columns, record["dirty"])
    except (OSError, ValueError, EOFError, TypeError, KeyError, AttributeError):
        return None


def save(path: str, saved: Saved) -> None:
    """Write the cache, whole or not at all; a folder that cannot be written is no harm."""
    columns = saved.columns
    record = {
        "format": FORMAT,
        "root": saved.root,
        "identity": saved.identity,
        "paths": "\0".join(columns.paths),
        "ids": "\0".join(columns.ids),
        "authors": "\0".join(columns.authors),
        "width": len(columns.blobs[0]) if columns.blobs else 40,
        "blobs": "".join(columns.blobs[i] for i in range(len(columns.blobs))),
        "links": columns.links,
        "broken": columns.broken,
        "changes": columns.changes,
        "receipts": list(columns.receipts),
        "dirty": saved.dirty,
        **{name: getattr(columns, name).tobytes() for name in _ARRAYS},
        **{name: bytes(getattr(columns, name)) for name in _BYTES},
    }
    lengths = b"".join(column.tobytes() for column in columns.lengths)
    late: dict[str, bytes | bytearray] = {
        "lengths": lengths,
        "sketches": columns.sketches,
        "topics": columns.topics,
    }
    temporary = f"{path}.{os.urandom(6).hex()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(temporary, "wb") as file:
            data = marshal.dumps(record)
            parts = [data, *(late[name] for name in LATE)]
            checksum = 0
            for part in parts:
                checksum = zlib.crc32(part, checksum)
            file.write(b"%s\n%d %d\n" % (saved.commit.encode("ascii"), checksum, len(data)))
            file.writelines(parts)
        os.replace(temporary, path)
    except (OSError, ValueError):
        try:
            os.unlink(temporary)
        except OSError:
            pass
        if not os.path.isdir(os.path.dirname(path)):  # something else stands where the folder should be
            discarding.tree(os.path.dirname(path))
