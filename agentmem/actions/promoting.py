"""Trunk takes up what branches have changed: promotion; and what is left of that is cleared away: sweeping."""

import os
import shlex
from collections.abc import Sequence
from typing import NamedTuple

from agentmem.actions import placing, saving, selecting, standing
from agentmem.actions.context import Context
from agentmem.actions.selecting import Found
from agentmem.errors import NeedsDecision, NotWritable, UsageError
from agentmem.git import branches, process, revisions, state
from agentmem.store import writing


class Promoted(NamedTuple):
    """What base has taken up: the memories, how many changes; ``left`` are those of which a conflict stays, ``skipped`` those
    that must be committed first, ``waits`` those with a change that was made after one that is not here.
    """

    branch: str
    memories: tuple[Found, ...]
    changes: int
    left: tuple[Found, ...]
    skipped: tuple[Found, ...]
    waits: tuple[Found, ...]
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
    name = _demand_trunk(context, branch, "overlay promote")
    from agentmem.index import overlays
    from agentmem.model import applying, changes

    index = context.index
    view = index.view()
    waiting = overlays.open_changes(view.columns, index.knowledge, index.bytes_of)
    positions = [i for i, identity in enumerate(view.columns.ids) if identity in waiting]
    found = selecting.fetch(index, view, positions)
    dirty = index.uncommitted_paths()
    taken: list[Found] = []
    left: list[Found] = []
    skipped: list[Found] = []
    waits: list[Found] = []
    written: list[str] = []
    count = 0
    for one in found:
        path = one.path.removeprefix(context.place.name + "/")
        entries = [entry for entry, _ in waiting[one.memory.id] if entry.path not in dirty]
        if path in dirty or len(entries) < len(waiting[one.memory.id]):
            skipped.append(one)
            continue
        with writing.locked(context.lock_folders, one.memory.id[:2]):
            base = placing.base_text(context, one, path)
            data = index.bytes_of(entries)
            parsed = {
                entry.path: change
                for entry in entries
                if entry.blob in data and (change := changes.parse(data[entry.blob])[0])
            }
            if not placing.is_complete(context, parsed.values()):
                waits.append(one)
                continue
            new, receipts = applying.promoted(base, parsed.values())
            settled = [change for change in parsed.values() if change.id in receipts]
            if len(settled) < len(parsed):
                left.append(one)
            if not settled:
                continue
            taken.append(one)
            count += len(settled)
            if dry_run:
                continue
            if new != base:
                saving.write_file(context, path, new, replace=True)
                written.append(path)
            paths = {change.id: where for where, change in parsed.items()}
            written += placing.write_receipts(context, paths, settled)
    commit = None
    if written:
        commit = _commit(context, written, _message(taken, count))
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
    _demand_trunk(context, branch, "overlay sweep")
    from agentmem.index import overlays
    from agentmem.index.view import Entry

    index = context.index
    view = index.view()
    rows = overlays.learn(
        [Entry(path, blob) for path, blob in view.columns.changes.items()], index.knowledge, index.bytes_of
    )
    waiting = {
        entry.path
        for found in overlays.open_changes(view.columns, index.knowledge, index.bytes_of).values()
        for entry, _ in found
    }
    dirty = index.uncommitted_paths()
    absorbed = {
        path: rows[blob].branch
        for path, blob in view.columns.changes.items()
        if path not in waiting and path not in dirty and blob in rows and not rows[blob].broken
    }
    there = branches.existing(context.repository, absorbed.values())
    gone = sorted(path for path, name in absorbed.items() if name not in there)
    names = tuple(sorted({absorbed[path] for path in gone}))
    commit = None
    if gone and not dry_run:
        for path in gone:
            saving.demand_writable(context, path)
            writing.remove(os.path.join(context.place.root, path))
        commit = _commit(context, gone, f"memory: sweep {_changes(len(gone))} that trunk has taken up")
    return Swept(tuple(f"{context.place.name}/{path}" for path in gone), names, commit)


def _demand_trunk(context: Context, branch: str | None, verb: str) -> str:
    repository = context.repository
    if repository.bare:
        raise NotWritable("a bare repository has no worktree to promote in", "run it in a clone with files")
    trunk = context.trunk
    if trunk is None:
        raise UsageError("trunk is not known here", 'set trunk = "main" in .agentmem/config.toml')
    if doing := state.under_way(repository):
        raise NeedsDecision(f"a {doing} is under way", f"finish it first (git status), then agentmem {verb}")
    at_hand = state.branch(repository)
    name = at_hand or placing.branch_for_writing(context, branch, verb)
    if name != trunk or branch not in (None, trunk) or repository.head is None:
        raise UsageError(
            f"this runs on trunk ({trunk}), and HEAD is on {name or 'no branch'}"
            if name != trunk or repository.head is None
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


def _commit(context: Context, paths: Sequence[str], message: str) -> str:
    from agentmem.git import commits

    whole = [os.path.join(context.place.root, path) for path in paths]
    return commits.commit_alone(context.repository, whole, message)


def _message(taken: Sequence[Found], count: int) -> str:
    titles = "\n".join(f"- {one.memory.id} {one.memory.title}" for one in taken)
    return f"memory: promote {_changes(count)}\n\n{titles}\n"


def _changes(count: int) -> str:
    return f"{count} change{'' if count == 1 else 's'}"
