"""Memories that the history of HEAD took away: where each last was, whether or not the name of its file tells its id."""

from collections.abc import Collection, Iterable

from agentmem.actions.context import Context
from agentmem.git import history, objects
from agentmem.model import document
from agentmem.store import layout


def departed(context: Context, wanted: Collection[str]) -> dict[str, tuple[str, str]]:
    """Path below the store and blob of each memory of ``wanted`` (ids) that left the tree, as it was last."""
    repository = context.repository
    if repository.head is None or not wanted:
        return {}
    below = context.store_path
    deleted = history.deleted(repository, repository.head, below)
    return identified(context, ((path.removeprefix(below + "/"), blob) for path, blob, _ in deleted), wanted)


def identified(
    context: Context, files: Iterable[tuple[str, str]], wanted: Collection[str]
) -> dict[str, tuple[str, str]]:
    """The first of ``files`` (path below the store, blob) for each of ``wanted``: its text says whose it is, or its name where
    this clone has not got that.
    """
    could = [
        (path, blob)
        for path, blob in dict.fromkeys(files)
        if layout.is_memory(path) and (layout.id_in_name(path) or "") in {"", *wanted}
    ]
    contents = dict(objects.read_blobs(context.repository, list({blob for _, blob in could})))
    found: dict[str, tuple[str, str]] = {}
    for path, blob in could:
        identity = (
            document.memory_of(path, contents[blob]).id if blob in contents else layout.id_in_name(path)
        )
        if identity and identity in wanted:
            found.setdefault(identity, (path, blob))
    return found
