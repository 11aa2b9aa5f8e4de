"""What is known of files: by the name they have, those that they had, the folders above them and, of a folder, what is below."""

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from agentmem.index.index import Index
from agentmem.model import scopes
from agentmem.model.folding import folded

if TYPE_CHECKING:
    from agentmem.git.renames import Renames

ITSELF = 1.0
"""How close a citation of a file, or its path as scope, is to it."""
BELOW = 0.6
"""How close what is about something below a folder is to it."""


def about_files(index: Index, files: Iterable[str], moving: bool = True) -> dict[int, float]:
    """The rows that are about one of ``files``, with how closely: ``ITSELF`` for a citation or the path itself as scope, less for
    a folder above it, a glob or, of a folder, what is below it, and more where several of the files are met.

    A file is known by each name that it had, and one that is gone by what it is called now; ``moving``: git is asked too what is
    renamed and not committed yet, where nothing is about one of the files itself.
    """
    paths = list(dict.fromkeys(map(scopes.normal, files)))
    near = _by_any_name(index, paths, index.renames)
    asks = moving and index.is_at_hand and bool(index.knowledge.all_named("cite"))
    if asks and max(near.values(), default=0.0) < ITSELF:
        more = _by_any_name(index, paths, index.moving) if index.moving.pairs else {}
        near |= {row: max(value, near.get(row, 0.0)) for row, value in more.items()}
    return near


def _by_any_name(index: Index, paths: Sequence[str], renames: "Renames") -> dict[int, float]:
    """The same by ``renames``; a file counts once, by the name by which a memory is nearest to it."""
    near = _about(index, paths)
    for path in paths:
        others = [name for name in called(index, path, renames) if name != path]
        most = _about(index, [path]) if others else {}
        for name in others:
            for row, value in _about(index, [name]).items():
                near[row] = near.get(row, 0.0) + max(0.0, value - most.get(row, 0.0))
                most[row] = max(value, most.get(row, 0.0))
    return near


def _about(index: Index, paths: Sequence[str]) -> dict[int, float]:
    near: dict[int, float] = {}
    knowledge = index.knowledge

    def meet(row: int, strength: float) -> None:
        near[row] = near.get(row, 0.0) + strength

    for key in ("cite", "scope"):
        for _, row in knowledge.named(key, paths):
            meet(row, ITSELF)
    parents = {
        parent: len(path.split("/")) - len(parent.split("/"))
        for path in paths
        for parent in scopes.with_parents(path)[1:]
    }
    for value, row in knowledge.named("scope", parents):
        depth = next((d for parent, d in parents.items() if folded(parent) == value), 1)
        meet(row, 0.8 / depth)
    matching: dict[str, float] = {}
    for pattern, row in knowledge.all_named("glob"):
        if pattern not in matching:
            matching[pattern] = sum(0.7 for path in paths if scopes.matches(pattern, path))
        if matching[pattern]:
            meet(row, matching[pattern])
    top = index.repository.top
    for folder in (
        path for path in paths if not index.is_at_hand or not os.path.isfile(os.path.join(top, path))
    ):
        for key in ("cite", "scope", "glob"):
            for _, row in knowledge.named_below(key, folded(folder) + "/"):
                near[row] = max(near.get(row, 0.0), BELOW)
    return near


def called(index: Index, path: str, renames: "Renames") -> list[str]:
    """``path``, what it is called now where it is gone, and what it was called before; a name that another file has by now is
    that one's.
    """
    repository = index.repository

    def is_there(name: str) -> bool:
        return (
            index.is_at_hand and not repository.bare and os.path.lexists(os.path.join(repository.top, name))
        )

    now = path if is_there(path) else renames.now(path)
    former = [name for name in renames.before(now) if not is_there(name)]
    return list(dict.fromkeys((path, now, *former)))
