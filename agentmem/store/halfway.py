"""What is being done to several files of a store before it is committed: a kill between leaves a record by which it is undone.

Unlike ``unfinished``, which makes one step of two, nothing here counts before its commit: what is halfway is taken back.
"""

import json
import os
import zlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from agentmem.store import writing

FOLDER = "halfway"


class Halfway(NamedTuple):
    """``removed`` and ``edited`` files are as HEAD has them once it is undone, ``created`` ones are gone.

    Paths are below the store; of what is edited and created with the blob that it gets, empty where only citations change.
    """

    removed: tuple[str, ...] = ()
    edited: Mapping[str, str] = MappingProxyType({})
    created: Mapping[str, str] = MappingProxyType({})


def begin(folder: str, root: str, what: Halfway) -> None:
    """Record what is about to be done in the store at ``root``.

    Raises:
        NotWritable: no record can be written: then nothing is to be begun.

    """
    plain = {
        "root": root,
        "removed": list(what.removed),
        "edited": dict(what.edited),
        "created": dict(what.created),
    }
    writing.replace(_path(folder, root), json.dumps(plain).encode("utf-8"))


def found(folder: str, root: str) -> Halfway | None:
    """What was begun in the store at ``root`` and has not ended."""
    try:
        with open(_path(folder, root), encoding="utf-8") as file:
            plain = json.load(file)
        if plain["root"] != root:
            return None
        return Halfway(
            _paths(plain["removed"]),
            *({str(path): str(blob) for path, blob in plain[key].items()} for key in ("edited", "created")),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def end(folder: str, root: str) -> None:
    """What was begun is committed, or taken back."""
    try:
        os.unlink(_path(folder, root))
    except OSError:
        pass  # what it says is so already: to take it back changes nothing


def _path(folder: str, root: str) -> str:
    return os.path.join(folder, FOLDER, f"{zlib.crc32(root.encode('utf-8', 'surrogateescape')):08x}.json")


def _paths(words: Sequence[object]) -> tuple[str, ...]:
    return tuple(word for word in words if isinstance(word, str))
