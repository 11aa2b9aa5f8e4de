"""Vectors by blob id, kept beside the index: immutable files that any process adds and any process reads; always disposable.

A file: eight bytes of format, three numbers (little-endian, 32 bits: vectors, width, bytes of a key), the CRC of the keys, the
keys (blob ids, sorted), the vectors (float16, in the order of their keys).
"""

import hashlib
import os
import struct
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from agentmem.errors import AgentmemError
from agentmem.store import writing

if TYPE_CHECKING:
    import numpy.typing as npt

    from agentmem.semantic.port import Vectors

FOLDER = "semantic"
ENDING = ".vectors"
MOST_FILES = 12
"""Files from which on they are joined into one: each costs a recall 0.1 ms."""

PART = 8192
"""Vectors widened to float32 at a time: 12 MB."""

_FORMAT = b"amvec\0\0\2"
"""The first held whatever a model gave, rows of zeros and of several widths as well: what it has counts as missing."""
ROUNDED = 0.01
"""By how much the square of a length may be off 1: numbers of 32 bits are off by a millionth."""

_HEAD = struct.Struct("<8sIIII")


class _File(NamedTuple):
    keys: "npt.NDArray[Any]"
    vectors: "npt.NDArray[np.float16]"


class VectorStore:
    """The vectors of one model (``identity``) in ``folder``; None: no folder can be written, and they last as long as this."""

    def __init__(self, folder: str | None, identity: str) -> None:
        self._folder = os.path.join(folder, FOLDER, identity) if folder else None
        self._own: list[_File] = []
        self._read: list[_File] | None = None

    @property
    def width(self) -> int | None:
        """Numbers of the vectors that count, of most memories where two models went by one name; None: there are none."""
        held: dict[int, int] = {}
        for file in self._all():
            width = file.vectors.shape[1]
            held[width] = held.get(width, 0) + len(file.keys)
        return max(held, key=lambda width: (held[width], width)) if held else None

    def missing(self, blobs: Sequence[str]) -> list[str]:
        """Those of ``blobs`` that have no vector, each once, in order."""
        wanted = list(dict.fromkeys(blobs))
        if not wanted:
            return []
        keys = _keys(wanted)
        known = np.zeros(len(wanted), bool)
        for file in self._files():
            known |= _found(file, keys)[1]
        return [blob for blob, there in zip(wanted, known.tolist(), strict=True) if not there]

    def cosines(self, query: "Vectors", blobs: Sequence[str]) -> "Vectors":
        """The cosine of ``query`` (width) with each of ``blobs``; NaN where it has no vector, or a damaged one."""
        out = np.full(len(blobs), np.nan, np.float32)
        if not blobs:
            return out
        keys = _keys(blobs)
        for file in self._files():
            if file.vectors.shape[1] != len(query):
                continue
            rows, there = _found(file, keys)
            places = np.flatnonzero(there)
            places = places[np.argsort(rows[places])]  # in the order of the disk
            for begin in range(0, len(places), PART):
                part = places[begin : begin + PART]
                with np.errstate(invalid="ignore"):
                    out[part] = file.vectors[rows[part]].astype(np.float32) @ query
        with np.errstate(invalid="ignore"):
            out[~(np.abs(out) <= 1.01)] = np.nan
        return out

    def add(self, blobs: Sequence[str], vectors: "Vectors") -> None:
        """Keep the ``vectors`` of ``blobs``; where nothing can be written, for this process.

        Raises:
            ValueError: one is not of length 1, or not as wide as those that are kept.

        """
        if not blobs:
            return
        with np.errstate(invalid="ignore", over="ignore"):
            if not (np.abs(np.square(vectors).sum(axis=1) - 1) < ROUNDED).all():  # nor is what is no number
                raise ValueError("a vector is not of length 1")
        if self.width not in (None, vectors.shape[1]):
            raise ValueError(f"{vectors.shape[1]} numbers, and those that are kept have {self.width}")
        keys, first = np.unique(_keys(blobs), return_index=True)
        file = _File(keys, vectors[first].astype(np.float16))
        self._own.append(file)
        if self._folder is None:
            return
        try:
            _write(self._folder, file)
            if len(_names(self._folder)) > MOST_FILES:
                self.join()
        except (AgentmemError, OSError):
            pass  # a full disk, a git dir that is read-only: they are computed again

    def forget(self) -> None:
        """Drop all: they are of another model than the one that has this name now."""
        self._own, self._read = [], []
        for name in _names(self._folder) if self._folder else []:
            try:
                os.unlink(os.path.join(self._folder or "", name))
            except OSError:
                pass  # read-only: whoever asks hears again that they are too wide or too narrow

    def join(self) -> None:
        """Make one file of many, if nobody else is at it; a reader that comes between looks again."""
        if self._folder is None:
            return
        descriptor = os.open(os.path.join(self._folder, "lock"), os.O_RDWR | os.O_CREAT, 0o666)
        try:
            if not writing.try_lock(descriptor):
                return
            names = _names(self._folder)
            files = {name: file for name in names if (file := _open(self._folder, name)) is not None}
            by_width: dict[tuple[int, int], list[_File]] = {}
            for file in files.values():
                by_width.setdefault((file.keys.dtype.itemsize, file.vectors.shape[1]), []).append(file)
            kept = set()
            for group in by_width.values():
                keys, first = np.unique(np.concatenate([file.keys for file in group]), return_index=True)
                kept.add(
                    _write(self._folder, _File(keys, np.concatenate([file.vectors for file in group])[first]))
                )
            del files
            for name in names:
                if name not in kept:
                    try:
                        os.unlink(os.path.join(self._folder, name))
                    except OSError:
                        pass  # a folder of that name, or a reader on Windows: the next join tries again
        finally:
            os.close(descriptor)

    def _files(self) -> list[_File]:
        """The files whose vectors count."""
        width = self.width
        return [file for file in self._all() if file.vectors.shape[1] == width]

    def _all(self) -> list[_File]:
        if self._read is None:
            self._read = self._open_all()
        return [*self._own, *self._read]

    def _open_all(self) -> list[_File]:
        if self._folder is None:
            return []
        found: list[_File] = []
        for _ in range(3):  # a file that is gone was joined with others meanwhile
            found, gone = [], False
            for name in _names(self._folder):
                file = _open(self._folder, name)
                if file is not None:
                    found.append(file)
                gone |= file is None and not os.path.exists(os.path.join(self._folder, name))
            if not gone:
                break
        return found


def _names(folder: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if name.endswith(ENDING))
    except OSError:
        return []


def _keys(blobs: Sequence[str]) -> "npt.NDArray[Any]":
    """``blobs`` as bytes. numpy drops zeros at the end of such, of both sides of a comparison: of one length they stay apart."""
    return np.frombuffer(bytes.fromhex("".join(blobs)), dtype=f"S{len(blobs[0]) // 2}")


def _found(file: _File, keys: "npt.NDArray[Any]") -> "tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]":
    """The row of each of ``keys`` in ``file``, and whether it is really there."""
    if keys.dtype != file.keys.dtype:
        return np.zeros(len(keys), np.int64), np.zeros(len(keys), bool)
    rows = np.minimum(np.searchsorted(file.keys, keys), len(file.keys) - 1)
    return rows, file.keys[rows] == keys


def _write(folder: str, file: _File) -> str:
    """Write ``file`` under the name that its content gives, in the place of a damaged one that has it; the name."""
    keys, vectors = file.keys.tobytes(), np.ascontiguousarray(file.vectors, "<f2")
    head = _HEAD.pack(_FORMAT, *vectors.shape, file.keys.dtype.itemsize, zlib.crc32(keys))
    data = b"".join((head, keys, vectors.tobytes()))
    name = hashlib.sha256(data).hexdigest()[:24] + ENDING
    path = os.path.join(folder, name)
    if not writing.create(path, data) and _open(folder, name) is None:
        if os.path.isdir(path):
            name = f"{os.urandom(12).hex()}{ENDING}"
            writing.create(os.path.join(folder, name), data)
        else:
            writing.replace(path, data)
    return name


def _open(folder: str, name: str) -> _File | None:
    """The file ``name``, its vectors left on disk; None where it is torn, of another format, or gone."""
    path = os.path.join(folder, name)
    try:
        size = os.path.getsize(path)
        with open(path, "rb") as file:
            form, count, width, key_size, crc = _HEAD.unpack(file.read(_HEAD.size))
            if form != _FORMAT or key_size not in (20, 32) or not count or not width:
                return None
            if size != _HEAD.size + count * (key_size + 2 * width):
                return None
            keys = file.read(count * key_size)
        if zlib.crc32(keys) != crc:
            return None
        offset = _HEAD.size + len(keys)
        vectors = np.memmap(path, "<f2", "r", offset, (count, width))
        return _File(np.frombuffer(keys, dtype=f"S{key_size}"), vectors)
    except (OSError, ValueError, struct.error):
        return None
