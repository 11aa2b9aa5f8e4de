"""Taking memories out of trunk's tree and putting made ones in, in one commit; what a kill leaves halfway is taken back."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from types import MappingProxyType

from agentmem.actions import promoting, saving
from agentmem.actions.context import Context
from agentmem.errors import AgentmemError, Contended, GitFailed
from agentmem.git import objects
from agentmem.model import document
from agentmem.store import cache, halfway, reading, writing
from agentmem.store.halfway import Halfway


@contextmanager
def on_trunk(context: Context, branch: str | None, verb: str) -> Iterator[str]:
    """Nobody else commits for memory meanwhile, on trunk, with what a killed one has left taken back; the name of trunk.

    Raises:
        see ``promoting.demand_trunk``.

    """
    with promoting.alone(context):
        name = promoting.demand_trunk(context, branch, verb)
        if take_back(context):
            context.begin_again()
        yield name


@contextmanager
def undone_unless_committed(context: Context, what: Halfway) -> Iterator[None]:
    """Record ``what`` is to be done; where it is not committed, it is taken back, now or by whoever comes after a kill."""
    folder = _folder(context)
    halfway.begin(folder, context.place.root, what)
    try:
        yield
    except BaseException as problem:
        with suppress(AgentmemError):  # the record stays: whoever comes next does it
            take_back(context)
        if isinstance(problem, GitFailed):
            raise GitFailed(problem.message, "nothing was changed; mend that, and run it again") from None
        if isinstance(problem, Contended):
            from agentmem.git import commits

            hint = f"nothing was changed; run it again {commits.UNLOCKED}"
            raise Contended(problem.message, hint) from None
        raise
    halfway.end(folder, context.place.root)


def commit(
    context: Context,
    message: str,
    removed: Mapping[str, str] = MappingProxyType({}),
    created: Mapping[str, bytes] = MappingProxyType({}),
    edited: Mapping[str, tuple[str, bytes]] = MappingProxyType({}),
) -> tuple[str | None, set[str]]:
    """Take the files ``removed`` (path below the store to the memory's id) away, write ``created`` and ``edited`` ones (to id and
    text), and commit that alone; the commit, and the paths that were left as they are, since somebody has edited them meanwhile.
    """
    head = held_by_head(context, [*removed, *edited])
    with ExitStack() as until_committed:
        identities = (*removed.values(), *(identity for identity, _ in edited.values()))
        for lock in sorted({saving.lock_of(identity) for identity in identities}):
            until_committed.enter_context(writing.locked(context.lock_folders, lock))
        fits = {path for path in (*removed, *edited) if _blob(context, path) == head.get(path, "")}
        going = [path for path in removed if path in fits]
        edits = {path: data for path, (_, data) in edited.items() if path in fits}
        new = {path: data for path, data in created.items() if reading.read(context.place.root, path) != data}
        left = {path for path in (*removed, *edited) if path not in fits}
        paths = [*going, *created, *edits]
        if not paths:
            return None, left
        changed, made = (
            {path: context.index.blob_of(data) for path, data in files.items()} for files in (edits, new)
        )
        with undone_unless_committed(context, Halfway(tuple(going), changed, made)):
            for path, data in new.items():
                saving.write_file(context, path, data)
            for path, data in edits.items():
                saving.write_file(context, path, data, replace=True)
            for path in going:
                saving.remove(context, path)
            done = promoting.commit_files(context, paths, message)
    return done, left


def take_back(context: Context) -> bool:
    """Put files back as HEAD has them where something was begun and not committed; whether there was such.

    What was edited since by somebody else than the step that was killed stays as it is, in the worktree and in the git index.

    Raises:
        GitFailed: the git index cannot be written; Contended: another git keeps it locked.

    """
    folder, root = _folder(context), context.place.root
    begun = halfway.found(folder, root)
    if begun is None:
        return False
    from agentmem.git import commits

    head = held_by_head(context, [*begun.removed, *begun.edited, *begun.created])
    contents = dict(objects.read_blobs(context.repository, list(head.values())))
    staged: dict[str, str | None] = dict.fromkeys(begun.removed)
    for path in (*begun.removed, *begun.edited):
        old, now = contents.get(head.get(path, "")), reading.read(root, path)
        if old is None:
            continue
        ours = path in begun.edited and (
            now == old or (now is not None and _is_ours(context, path, now, old, begun.edited[path]))
        )
        if ours:
            staged[path] = begun.edited[path]
        if now == old:
            continue
        if now is None and path in begun.removed:
            saving.write_file(context, path, old, exist_ok=True)
        elif ours:
            saving.write_file(context, path, old, replace=True)
    for path, blob in begun.created.items():
        if path not in head:
            staged[path] = blob
            if _blob(context, path) == blob:
                saving.remove(context, path)
    # the git index may say already what was to be; where its lock was left behind, the record stays until that is mended
    commits.unstage(context.repository, {os.path.join(root, path): blob for path, blob in staged.items()})
    halfway.end(folder, root)
    return True


def held_by_head(context: Context, paths: Sequence[str]) -> dict[str, str]:
    """The blob that HEAD holds at each of ``paths``, below the store."""
    repository = context.repository
    if repository.head is None or not paths:
        return {}
    wanted = set(paths)
    below = context.store_path
    return {
        path: blob for path, blob in objects.list_tree(repository, repository.head, below) if path in wanted
    }


def _blob(context: Context, path: str) -> str:
    data = reading.read(context.place.root, path)
    return "" if data is None else context.index.blob_of(data)


def _is_ours(context: Context, path: str, now: bytes, old: bytes, blob: str) -> bool:
    """Whether ``now`` is what the step that was stopped has made of ``old``: has its ``blob``, or other citations alone."""
    if blob:
        return context.index.blob_of(now) == blob
    return _but_for_cites(path, now) == _but_for_cites(path, old)


def _but_for_cites(path: str, data: bytes) -> object:
    return document.memory_of(path, data)._replace(cites=())


def _folder(context: Context) -> str:
    return cache.state_folder(context.repository.common_dir)
