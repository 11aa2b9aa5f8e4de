"""Trunk takes up what branches have changed: promotion; and what is left of that is cleared away: sweeping."""

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from agentmem.actions import placing, saving, selecting, standing, taking
from agentmem.actions.branch import branch_for_writing
from agentmem.actions.context import Context
from agentmem.actions.selecting import Found
from agentmem.errors import AgentmemError, NeedsDecision, NotWritable, UsageError
from agentmem.git import branches, process, revisions, settings, state
from agentmem.index.columns import Entry
from agentmem.store import cache, layout, unfinished, writing


class Waiting(NamedTuple):
    """A memory with a change that was made after one that only ``branch`` has."""

    found: Found
    branch: str


class Promoted(NamedTuple):
    """What base has taken up: the memories, how many changes; ``left`` are those of which a conflict stays, ``skipped`` those
    that must be committed first, ``waits`` those with a change that was made after one that only another branch has.
    """

    branch: str
    memories: tuple[Found, ...]
    changes: int
    left: tuple[Found, ...]
    skipped: tuple[Found, ...]
    waits: tuple[Waiting, ...]
    orphans: int
    commit: str | None
    paths: tuple[str, ...]


class Swept(NamedTuple):
    """The absorbed changes that were removed, and the branches, gone everywhere, that had made them."""

    paths: tuple[str, ...]
    branches: tuple[str, ...]
    commit: str | None


def promote(context: Context, branch: str | None = None, dry_run: bool = False) -> Promoted:
    """Apply to base what is settled of the pending changes, with receipts, in one commit of its own.

    Parties of a conflict stay pending.

    Raises:
        UsageError: this is not trunk; NeedsDecision: trunk is behind its upstream, or something else is under way.

    """
    if dry_run:
        return _promote(context, branch, dry_run)
    with alone(context):
        return _promote(context, branch, dry_run)


@contextmanager
def alone(context: Context) -> Iterator[None]:
    """Nobody else commits for memory meanwhile; what another one has committed while we waited is seen."""
    with writing.locked(context.lock_folders, "promote"):
        out = process.run(context.repository.directory, "rev-parse", "-q", "--verify", "HEAD").out
        if out.decode("ascii", "replace").strip() != (context.repository.head or ""):
            context.begin_again()
        yield


def _promote(context: Context, branch: str | None, dry_run: bool) -> Promoted:
    """Promote what HEAD holds: so that what a kill left half done is done again from the same, and ends in the same bytes.

    What is promoted stays locked until the commit is made: git commits what the file reads then, and an edit is not ours to
    commit.
    """
    with ExitStack() as until_committed:
        return _promote_under(until_committed, context, branch, dry_run)


def _promote_under(
    until_committed: ExitStack, context: Context, branch: str | None, dry_run: bool
) -> Promoted:
    name = demand_trunk(context, branch, "overlay promote")
    from agentmem.index import overlays
    from agentmem.model import changes, settling

    index = context.index
    view = index.view()
    head = index.columns_at(str(context.repository.head))
    pending_here = overlays.open_changes(view.columns, index.knowledge, index.bytes_of)
    committed = overlays.open_changes(head, index.knowledge, index.bytes_of)
    blob_at = {path: head.blobs[i] for i, path in enumerate(head.paths)}
    held = {path.rpartition("/")[2] for path in head.receipts}
    positions: dict[str, list[int]] = {}
    for i, identity in enumerate(view.columns.ids):
        if identity in pending_here or identity in committed:
            positions.setdefault(identity, []).append(i)
    taken: list[Found] = []
    left: list[Found] = []
    skipped: list[Found] = []
    waits: list[Waiting] = []
    written: list[str] = []
    count = 0
    folder, record = cache.state_folder(context.repository.common_dir), None
    # nobody else holds two of these locks, and no two promotions run at once: no order of them ends in a deadlock
    for lock in sorted({saving.lock_of(identity) for identity in positions}):
        until_committed.enter_context(writing.locked(context.lock_folders, lock))
    for identity, at in positions.items():
        files = {
            one.path.removeprefix(context.place.name + "/"): one for one in selecting.fetch(index, view, at)
        }
        one = next(iter(files.values()))
        entries = [entry for entry, _ in committed.get(identity, ())]
        both = (*pending_here.get(identity, ()), *committed.get(identity, ()))
        differs = any(view.columns.changes.get(e.path) != head.changes.get(e.path) for e, _ in both)
        data = index.bytes_of([*entries, *(Entry(path, blob_at[path]) for path in files if path in blob_at)])
        parsed = {
            entry.path: change
            for entry in entries
            if entry.blob in data and (change := changes.parse(data[entry.blob])[0])
        }
        taking.finish(context, identity)
        bases: dict[str, tuple[bytes, bytes]] = {}
        promoted = [
            (path, settling.promoted(data[blob_at[path]], parsed.values()))
            for path in files
            if data.get(blob_at.get(path, "")) is not None
        ]
        receipts = frozenset[str]().union(*(receipts for _, (_, receipts) in promoted))
        as_taken_up = True
        for path, (new, _) in promoted:
            now = placing.base_text(context, files[path], path)
            bases[path] = now, new
            as_taken_up = as_taken_up and now == new
        done = {change.id for change in parsed.values()} & (taking.receipts(context, identity) - held)
        # an edit that is not committed is not ours to commit; what a promotion left that was killed is
        edited = any(now not in (new, data[blob_at[path]]) for path, (now, new) in bases.items())
        others = done and not (as_taken_up and done <= receipts)
        if differs or len(bases) < len(files) or edited or others:
            if identity in pending_here:
                skipped.append(one)
            continue
        if awaited := taking.awaited(context, parsed.values()):
            waits.append(Waiting(one, min(awaited.values())))
            continue
        settled = [change for change in parsed.values() if change.id in receipts]
        if len(settled) < len(parsed):
            left.append(one)
        if not settled:
            continue
        taken.append(one)
        count += len(settled)
        if not dry_run:
            record = record or unfinished.begin_commit(folder, context.place.root)
            paths = {change.id: where for where, change in parsed.items()}
            written += taking.take_up(context, identity, bases, paths, settled)
    commit = None
    if written:
        commit = commit_files(context, written, _message(taken, count))
        unfinished.end(record)
    return Promoted(
        branch=name,
        memories=tuple(taken),
        changes=count,
        left=tuple(standing.labelled(context, left)),
        skipped=tuple(skipped),
        waits=tuple(waits),
        orphans=len(index.orphans),
        commit=commit,
        paths=tuple(f"{context.place.name}/{path}" for path in written),
    )


def sweep(context: Context, branch: str | None = None, dry_run: bool = False) -> Swept:
    """Remove the absorbed changes of branches that are gone everywhere, in one commit; their receipts stay.

    Raises:
        UsageError: this is not trunk; NeedsDecision: see ``promote``.

    """
    if dry_run:
        return _sweep(context, branch, dry_run)
    with alone(context):
        return _sweep(context, branch, dry_run)


def _sweep(context: Context, branch: str | None, dry_run: bool) -> Swept:
    demand_trunk(context, branch, "overlay sweep")
    from agentmem.index import overlays

    index = context.index
    dirty = index.uncommitted_paths()
    # of HEAD: a kill may have left some removed and not committed
    head = index.columns_at(str(context.repository.head))
    rows = overlays.learn(
        [Entry(path, blob) for path, blob in head.changes.items()], index.knowledge, index.bytes_of
    )
    waiting = {
        row.id
        for found in overlays.open_changes(head, index.knowledge, index.bytes_of).values()
        for _, row in found
    }
    root = context.place.root
    known = taking.known_changes(head)
    absorbed = {
        path: rows[blob].branch
        for path, blob in head.changes.items()
        if blob in rows
        and overlays.is_named_so(path, rows[blob])  # what no view applies is not absorbed
        and rows[blob].id not in waiting
        and known.issuperset(
            rows[blob].after
        )  # should what came before it come yet, it says what of that holds
        and (path not in dirty or not os.path.lexists(os.path.join(root, path)))
    }
    recorded = settings.overlays(context.repository) if absorbed else {}
    there = branches.existing(context.repository, [*absorbed.values(), *recorded])
    renamed = {folder for name, folder in recorded.items() if name in there}
    gone = sorted(
        path
        for path, name in absorbed.items()
        if name not in there and layout.names_of_change(path)[0] not in renamed
    )
    names = tuple(sorted({absorbed[path] for path in gone}))
    commit = None
    if gone and not dry_run:
        for path in gone:
            if os.path.lexists(os.path.join(root, path)):
                saving.remove(context, path)
        commit = commit_files(context, gone, f"memory: sweep {_changes(len(gone))} that trunk has taken up")
    return Swept(tuple(f"{context.place.name}/{path}" for path in gone), names, commit)


def obstacle(context: Context, branch: str | None, verb: str) -> tuple[str, ...]:
    """What a dry run of ``verb`` says first where the run itself would be refused: then it tells of this view, not of trunk."""
    try:
        demand_trunk(context, branch, verb)
    except AgentmemError as problem:
        return (
            f"{problem.message}: agentmem {verb} would be refused; this is what it finds in the view at hand",
        )
    return ()


def demand_trunk(context: Context, branch: str | None, verb: str) -> str:
    """The name of trunk, where ``verb`` can commit to it now.

    Raises:
        UsageError: this is not trunk; NeedsDecision: trunk is behind its upstream, or something else is under way;
        NotWritable: nothing can be committed here.

    """
    repository = context.repository
    if repository.bare:
        raise NotWritable(
            f"a bare repository has no worktree for agentmem {verb}", "run it in a clone with files"
        )
    if not os.access(repository.git_dir, os.W_OK):  # else the files would be written and the commit fail
        folder = repository.git_dir
        raise NotWritable(f"cannot commit: {folder} is read-only", f"allow writes to {folder}")
    trunk = context.trunk
    known = f'the branch that others build on: trunk = "…" in {context.place.name}/config.toml'
    if trunk is None:
        raise UsageError("trunk is not known here", known)
    if doing := state.under_way(repository):
        raise NeedsDecision(f"a {doing} is under way", f"finish it first (git status), then agentmem {verb}")
    if repository.head is None:
        raise UsageError("nothing is committed here yet", f"git commit, then agentmem {verb}")
    at_hand = state.branch(repository)
    name = at_hand or branch_for_writing(context, branch, verb)
    where = f"on {at_hand}" if at_hand else f"detached, for {name}"
    if name != trunk:
        standing.demand_trunk_exists(context, trunk)
    if name != trunk or branch not in (None, trunk):
        raise UsageError(
            f"this runs on trunk ({trunk}), and HEAD is {where}"
            if name != trunk
            else f"this runs on trunk ({trunk}), not for {branch}",
            f"git switch {shlex.quote(trunk)} && agentmem {verb}     CI on a detached HEAD: --branch {shlex.quote(trunk)}",
        )
    for commit, ref in revisions.upstream_of(repository, trunk):
        behind = process.run(repository.directory, "rev-list", "--count", f"HEAD..{commit}")
        number = int(behind.out or b"0") if behind.code == 0 else 0
        if number:
            short = ref.removeprefix("refs/remotes/")
            raise NeedsDecision(
                f"{trunk} is {number} commit{'s' if number > 1 else ''} behind {short}",
                f"git pull, then agentmem {verb}",
            )
    return name


def commit_files(context: Context, paths: Sequence[str], message: str) -> str:
    """The commit of ``paths`` (below the store) and nothing else."""
    from agentmem.git import commits

    whole = [os.path.join(context.place.root, path) for path in paths]
    return commits.commit_alone(context.repository, whole, message)


def _message(taken: Sequence[Found], count: int) -> str:
    titles = "\n".join(f"- {one.memory.id} {one.memory.title}" for one in taken)
    return f"memory: promote {_changes(count)}\n\n{titles}\n"


def _changes(count: int) -> str:
    return f"{count} change{'' if count == 1 else 's'}"
