"""Receipts that do not count: no commit holds them, and base does not say what they tell of.

Base was set back (`git checkout -- .`, `git stash`), the receipts, new files, stayed: counted, each would hide for everybody a
change that base has not. Base's file tells: either it is not as HEAD has it, or the change applied to it makes nothing of it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from agentmem.store import layout


def void(
    receipts: Iterable[str],
    uncommitted: Collection[str],
    changes: Iterable[str],
    bases: Callable[[str], Collection[str]],
    read: Callable[[Sequence[str]], Mapping[str, bytes]],
) -> frozenset[str]:
    """Those of ``receipts`` that do not count; all are paths below the store.

    ``uncommitted`` are not as HEAD has them, ``changes`` all that are there; ``bases`` gives the files of a memory, ``read`` the
    contents of some paths, without those that cannot be read: what cannot be told counts.
    """
    held = set()
    new: dict[str, list[str]] = {}
    for path in receipts:
        if path in uncommitted:
            new.setdefault(path.rpartition("/")[2], []).append(path)
        else:
            held.add(path.rpartition("/")[2])
    for identity in held & new.keys():
        del new[identity]
    if not new:
        return frozenset()
    about: dict[str, list[str]] = {}
    for path in changes:
        about.setdefault(layout.names_of_change(path)[1], []).append(path)
    found: set[str] = set()
    for memory, paths in about.items():
        doubted = {layout.names_of_change(path)[2] for path in paths} & new.keys()
        files = bases(memory) if doubted else ()
        if (
            files
            and not any(path in uncommitted for path in files)
            and not _says(files, paths, held, doubted, read)
        ):
            found.update(path for identity in doubted for path in new[identity])
    return frozenset(found)


def _says(
    files: Collection[str],
    paths: Sequence[str],
    held: Collection[str],
    doubted: Collection[str],
    read: Callable[[Sequence[str]], Mapping[str, bytes]],
) -> bool:
    """Whether each of ``files`` says what the changes at ``paths`` say that have receipts which are ``doubted``."""
    from agentmem.model import applying, changes  # reads YAML

    contents = read([*files, *paths])
    parsed = [
        change
        for path in sorted(paths)
        if path in contents
        and (change := changes.parse(contents[path])[0])
        and layout.names_of_change(path)[1:] == (change.memory, change.id)
    ]
    left = {change.id for change in applying.pending(parsed, {*held, *doubted})}
    hidden = [change for change in applying.pending(parsed, held) if change.id not in left]
    return all(applying.adds_nothing(contents[path], hidden) for path in files if path in contents)
