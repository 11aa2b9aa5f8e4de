"""What differs between two views of the memory, by memory and field."""

from collections.abc import Iterable
from typing import NamedTuple

from agentmem.actions import placing, selecting, standing
from agentmem.actions.context import Context
from agentmem.errors import NotFound
from agentmem.index.view import Entry, View
from agentmem.model import differences, ids
from agentmem.model.differences import FieldDifference

SUPERSEDED, RETRACTED = "superseded", "retracted"


class Difference(NamedTuple):
    """One memory: added, removed, changed, superseded (``by`` whom) or retracted, and in which fields."""

    id: str
    short: str
    kind: str
    title: str
    what: str
    fields: tuple[FieldDifference, ...] = ()
    by: str | None = None


class Compared(NamedTuple):
    """What differs from the view that ``old`` names to the one that ``new`` does."""

    old: str
    new: str
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()


def between(context: Context, old: str, new: str) -> Compared:
    """What differs from ``old`` to ``new``: branches or revisions; an empty name is the worktree at hand.

    Raises:
        NotFound: no such branch or revision.

    """
    one, other = _view(context, old), _view(context, new)
    return Compared(
        old or "worktree",
        new or "worktree",
        tuple(_differences(context, one, other)),
        tuple(context.index.notes),
    )


def overlay(context: Context, branch: str | None) -> Compared:
    """What ``branch`` (None: the one at hand, as the worktree has it) makes of trunk's memory, from where it left trunk.

    Raises:
        NotFound: no such branch, or trunk is not in this clone.

    """
    from agentmem.git import process

    repository = context.repository
    trunk = context.trunk
    tip = None
    if trunk is not None:
        from agentmem.git import revisions

        tip = revisions.branch_tip(repository, trunk)
    if trunk is None or tip is None:
        raise NotFound("trunk is not known in this clone", "git fetch origin, or set trunk in config.toml")
    name = branch or context.standpoint.branch or placing.branch_for_writing(context, None, "overlay diff")
    own = name == context.standpoint.branch
    start = standing.commit_of(context, name or "") if not own else repository.head
    base = (
        process.run(repository.directory, "merge-base", tip[1], start or "HEAD").out.decode().strip()
        or tip[1]
    )
    one = _view(context, base)
    other = _view(context, "" if own else (name or ""))
    return Compared(
        f"{trunk} (at {base[:7]})",
        name or "",
        tuple(_differences(context, one, other)),
        tuple(context.index.notes),
    )


def _view(context: Context, name: str) -> View:
    if not name:
        return context.index.view()
    return context.index.view_at(standing.commit_of(context, name), context.now)


def _differences(context: Context, one: View, other: View) -> Iterable[Difference]:
    """Newest first; what came to be superseded or retracted says so besides."""
    before, after = _by_id(one), _by_id(other)
    shorts = ids.ShortIds({*before, *after})
    index = context.index
    changed = [
        i for i in after if i in before and one.columns.blobs[before[i]] != other.columns.blobs[after[i]]
    ]
    entries = [
        *(Entry(one.columns.paths[before[i]], one.columns.blobs[before[i]]) for i in changed),
        *(Entry(other.columns.paths[after[i]], other.columns.blobs[after[i]]) for i in changed),
    ]
    contents = index.text_of(entries)

    def told(
        identity: str, what: str, fields: tuple[FieldDifference, ...] = (), by: str | None = None
    ) -> Difference:
        view, positions = (other, after) if identity in after else (one, before)
        found = selecting.fetch(index, view, [positions[identity]])[0].memory
        return Difference(identity, shorts[identity], found.kind, found.title, what, fields, by)

    for position in other.newest_first(after.values()):
        identity = other.columns.ids[position]
        if identity not in before:
            yield told(identity, "added")
            continue
        was, now = one.status(before[identity]), other.status(position)
        blobs = one.columns.blobs[before[identity]], other.columns.blobs[position]
        fields: tuple[FieldDifference, ...] = ()
        if blobs[0] != blobs[1] and all(blob in contents for blob in blobs):
            fields = differences.between(contents[blobs[0]], contents[blobs[1]])
        if now == RETRACTED and was != RETRACTED:
            yield told(identity, RETRACTED, fields=fields)
        elif now == SUPERSEDED and was != SUPERSEDED:
            by = next((other.columns.ids[i] for i in other.successors(identity)), None)
            yield told(identity, SUPERSEDED, by=by)
            if fields:
                yield told(identity, "changed", fields=fields)
        elif fields:
            yield told(identity, "changed", fields=fields)
    for identity in before:
        if identity not in after:
            yield told(identity, "removed")


def _by_id(view: View) -> dict[str, int]:
    return {identity: i for i, identity in reversed(list(enumerate(view.columns.ids)))}
