"""Every version of one memory: who made it, when, why, and which fields; across renames, overlays, promotion and removal."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from agentmem.actions import doubtful, selecting
from agentmem.actions.context import Context, Standpoint
from agentmem.actions.deciding import decided
from agentmem.actions.past import NOW, Acts, Past
from agentmem.errors import Ambiguous, NotFound
from agentmem.git import history
from agentmem.git.history import Step
from agentmem.model import changes as values
from agentmem.model import differences, document, ids
from agentmem.model.differences import FieldDifference
from agentmem.model.memory import Memory
from agentmem.store import layout

ADDED, EDITED, RENAMED, CHANGED, PROMOTED = "added", "edited", "renamed", "changed", "promoted"
REMOVED, RESTORED, RETRACTED, SUPERSEDED = "removed", "restored", "retracted", "superseded"
ALL = (ADDED, EDITED, RENAMED, CHANGED, PROMOTED, REMOVED, RESTORED, RETRACTED, SUPERSEDED)


class Version(NamedTuple):
    """One version of a memory, or one thing that happened to it.

    ``commit`` is the earliest that holds it, None for what is not committed; ``at`` in seconds UTC: of a change when it was
    written, else the commit's. ``blob`` and ``path`` are the memory's own file or the change's; of a removal the blob is None,
    when it was superseded the path is the ``successor``'s. ``old`` is what it was made of.
    """

    what: str
    commit: str | None
    at: int | None
    by: str | None
    subject: str | None
    path: str
    blob: str | None
    layer: str = "base"
    branch: str | None = None
    change: str | None = None
    fields: tuple[FieldDifference, ...] = ()
    successor: str | None = None
    old: str | None = None


class History(NamedTuple):
    """The versions of one memory, newest first; ``gone``: the view at hand has it no more."""

    view: Standpoint
    id: str
    memory: Memory | None
    gone: bool
    versions: tuple[Version, ...]
    total: int
    shorts: Mapping[str, str] = MappingProxyType({})
    notes: tuple[str, ...] = ()


def of_memory(
    context: Context,
    reference: str,
    everywhere: bool = False,
    since: int | None = None,
    until: int | None = None,
    limit: int | None = None,
) -> History:
    """The history of the memory that ``reference`` names, of one that is gone too; ``limit`` None or 0: all of it.

    ``everywhere``: as any branch or tag of this clone has it. ``since`` and ``until`` in seconds UTC, the latter excluded.

    Raises:
        NotFound: no memory of that name was ever here; Ambiguous: several were.

    """
    past = Past(context, everywhere)
    identity = _identity(past, reference)
    doubtful.tell_broken(context.index, past.view)
    found = versions(past, identity)
    successors = {past.view.columns.ids[i] for i in past.view.successors(identity)} - {identity}
    order = {acts.commit: number for number, acts in enumerate(past.acts)}
    for one in sorted(successors):
        found += [
            _superseded(one, version) for version in versions(past, one) if _names(past, version, identity)
        ]
    found.sort(key=lambda version: order[version.commit or NOW])
    present = [i for i, known in enumerate(past.view.columns.ids) if known == identity]
    last = _last(past, identity, found)
    if present:
        last = selecting.fetch(context.index, past.view, present[:1])[0].memory
    low, high = since if since is not None else -(2**62), until if until is not None else 2**62
    kept = [one for one in found if low <= (context.now if one.at is None else one.at) < high]
    return History(
        view=context.standpoint,
        id=identity,
        memory=last,
        gone=not present,
        versions=tuple(kept[:limit] if limit else kept),
        total=len(kept),
        shorts=ids.ShortIds({identity, *past.view.columns.ids, *successors}),
        notes=past.notes,
    )


def _identity(past: Past, reference: str) -> str:
    """The id that ``reference`` means: of a memory of the view, else of one that history had."""
    try:
        return past.view.columns.ids[selecting.by_reference(past.index, past.view, reference)]
    except NotFound as missing:
        problem = missing
    prefix = reference.lower()
    found = {one for one in past.identities if one.startswith(prefix)} if ids.is_prefix(prefix) else set()
    if not found:
        path = reference.replace("\\", "/").removeprefix("./").removeprefix(past.context.place.name + "/")
        steps = (
            step for acts in past.acts for step in acts.steps if step.path == path and layout.is_memory(path)
        )
        found = {past.name(path, step.new or step.old or "") for step in list(steps)[:1]}
    if len(found) > 1:
        some = " · ".join(sorted(found)[:4])
        raise Ambiguous(f"{reference} names {len(found)} memories that are gone", some)
    if found:
        return found.pop()
    if not (ids.is_prefix(prefix) or "/" in reference):
        raise problem
    hint = "git fetch --unshallow" if past.repository.shallow else None
    if hint is None and not past.everywhere:
        hint = f"agentmem history {reference} --all-branches"
    raise NotFound(f"no memory {reference}, and none in its history here", hint)


def versions(past: Past, identity: str) -> list[Version]:
    """The versions of one memory without what others say of it, newest first; the same content once."""
    groups = [(acts, mine) for acts in past.acts if (mine := _mine(past, acts, identity))]
    past.read(
        (step.path, blob) for _, mine in groups for step in mine for blob in (step.old, step.new) if blob
    )
    told: list[Version] = []
    seen = _Seen(past)
    settled: set[str] = set()
    gone: list[Version] = []  # oldest first from here on: what a version is depends on what came before it
    for acts, mine in reversed(groups):
        settled |= {step.path.rpartition("/")[2] for step in mine if layout.is_receipt(step.path)}
        for version in _made_by(past, acts, mine, settled):
            if version.what == ADDED:
                version = _came(past, version, gone)
            elif version.change and version.what not in (REMOVED, PROMOTED):
                version = _again(past, version, acts, gone)
            if version.what == REMOVED:
                gone.append(version)
            if seen.is_new(version):
                told.append(version)
    return [_placed(past, version, seen.commits(version)) for version in reversed(told)]


def _mine(past: Past, acts: Acts, identity: str) -> list[Step]:
    """The steps that are about one memory; of a file that became another memory, or had been one, that half."""
    found = []
    for step in acts.steps:
        if layout.is_change(step.path):
            if layout.names_of_change(step.path)[1] == identity:
                found.append(step)
        elif layout.is_receipt(step.path):
            if past.changes.get(step.path.rpartition("/")[2]) == identity and step.old is None:
                found.append(step)
        else:
            old = step.old if step.old and past.name(step.path, step.old) == identity else None
            new = step.new if step.new and past.name(step.path, step.new) == identity else None
            if (old or new) and (step.commit, step.path) not in past.brought:
                found.append(step._replace(old=old, new=new))
    return found


def _made_by(past: Past, acts: Acts, mine: Sequence[Step], settled: set[str]) -> Iterable[Version]:
    """What one commit made of one memory, oldest first; ``settled`` are the ids of the changes that base has taken up."""
    made = [step for step in mine if layout.is_change(step.path)]
    receipts = [step.path.rpartition("/")[2] for step in mine if layout.is_receipt(step.path)]
    files = [step for step in mine if layout.is_memory(step.path)]
    base = Version(
        what=EDITED,
        commit=acts.commit or None,
        at=acts.time if acts.commit else None,
        by=acts.author or None,
        subject=acts.subject if acts.commit else None,
        path="",
        blob=None,
    )
    arrived = {layout.names_of_change(step.path)[2] for step in made if step.new}
    for step in made:
        change = layout.names_of_change(step.path)[2]
        version = base._replace(path=step.path, blob=step.new, change=change, old=step.old)
        if step.new:
            yield _changed(past, version)
        elif change not in arrived and change not in settled:
            yield version._replace(what=REMOVED)
    if receipts:
        taken = _file(past, base, files) if files else base._replace(path=mine[0].path)
        yield from _taken_up(past, taken, receipts)
    elif files:
        yield _file(past, base, files)


def _taken_up(past: Past, version: Version, receipts: Sequence[str]) -> Iterable[Version]:
    """A promotion; of an edit on trunk, which takes up what is pending, that and what it made of it."""
    promoted = version._replace(what=PROMOTED, change=receipts[0] if len(receipts) == 1 else None)
    edit = None
    if version.old and version.blob and version.what != RENAMED:
        edit = decided(past, version.path, version.old, version.blob, receipts)
    if edit is None:
        yield promoted
        return
    ground = past.keep(edit.ground)
    if ground != version.old:
        fields = _between(past, version.path, version.old or "", version.path, ground)
        yield promoted._replace(blob=ground, fields=fields)
    made = version._replace(old=ground, fields=edit.fields)
    yield made._replace(what=RESTORED if edit.stays else _verdict(past, made))


def _changed(past: Past, version: Version) -> Version:
    change = values.parse(past.text(version.path, version.blob or "") or b"")[0]
    if change is None:
        return version._replace(what=CHANGED)
    status = change.fields.get("status")
    # it was retracted, or it was in doubt whether it was, and it is not
    back = (
        status is not None and status.to != values.RETRACTED and status.was in (values.RETRACTED, status.to)
    )
    return version._replace(
        what=RETRACTED if change.retract is not None else RESTORED if back else CHANGED,
        at=change.created if change.created is not None else version.at,
        by=change.by or version.by,
        branch=change.branch,
        fields=differences.said_by(change),
    )


def _file(past: Past, version: Version, files: Sequence[Step]) -> Version:
    """What became of the memory's own file: of several that had its id the one that is left counts."""
    came = next((step for step in files if step.new), None)
    if came is None or came.new is None:
        return version._replace(what=REMOVED, path=files[0].path, old=files[0].old)
    was = came if came.old else next((step for step in files if step.old), None)
    version = version._replace(path=came.path, blob=came.new, old=was.old if was else None)
    if was is None or was.old is None:
        return version._replace(what=ADDED)
    fields = _between(past, was.path, was.old, came.path, came.new)
    if was.path != came.path and not was.new:
        moved = FieldDifference("path", was.path, came.path)
        return version._replace(what=RENAMED, fields=(moved, *fields))
    return version._replace(what=_verdict(past, version), fields=fields)


def _between(past: Past, old_path: str, old: str, path: str, new: str) -> tuple[FieldDifference, ...]:
    before, after = past.text(old_path, old), past.text(path, new)
    return differences.between(before, after) if before is not None and after is not None else ()


def _verdict(past: Past, version: Version) -> str:
    was, now = (
        document.parse(past.text(version.path, blob or "") or b"").meta.get("status") == values.RETRACTED
        for blob in (version.old, version.blob)
    )
    return EDITED if was == now else RETRACTED if now else RESTORED


def _came(past: Past, version: Version, gone: Sequence[Version]) -> Version:
    """Who added it; or, where it was there before and had been taken away, that it was brought back."""
    for removal in reversed(gone):
        if removal.change is None and removal.old and _follows(past, removal, version):
            fields = _between(past, removal.path, removal.old, version.path, version.blob or "")
            return version._replace(what=RESTORED, fields=fields)
    return version._replace(by=past.word(version.path, version.blob or "", "by") or version.by)


def _again(past: Past, version: Version, acts: Acts, gone: list[Version]) -> Version:
    """A change that was taken back, and is in force again since the commit at hand, whoever wrote it once; else as it was."""
    for removal in gone:
        if removal.change == version.change and _follows(past, removal, version):
            gone.remove(removal)
            when = acts.time if acts.commit else None
            return version._replace(at=when, by=acts.author or None, old=removal.old)
    return version


def _follows(past: Past, one: Version, other: Version) -> bool:
    """Whether ``other`` was made by who had ``one``."""
    if other.commit is None or one.commit is None:
        return other.commit is None
    return history.comes_before(past.repository, one.commit, other.commit)


class _Seen:
    """Which versions are the same content committed again: by squash, rebase, cherry-pick. What comes back after something
    else was there is a version of its own.
    """

    def __init__(self, past: Past) -> None:
        self._past = past
        self._by_content: dict[tuple[str | None, ...], list[Version]] = {}
        self._made: dict[tuple[str | None, ...], list[list[str]]] = {}

    def is_new(self, version: Version) -> bool:
        """Take up the next version, from the oldest on."""
        content = self._content(version)
        before = self._by_content.setdefault(content, [])
        # a change is immutable: it comes back where it was taken back, and can be promoted again
        may_return = (
            version.change is None
            or version.blob is None
            or version.what == PROMOTED
            or version.old is not None
        )
        fresh = not before or (may_return and self._is_return(version, before))
        before.append(version)
        groups = self._made.setdefault(content, [])
        commit = version.commit or NOW
        if fresh:
            groups.append([commit])
        else:
            groups[-1].append(commit)
        return fresh

    def _is_return(self, version: Version, before: Sequence[Version]) -> bool:
        earlier = [one for one in before if _follows(self._past, one, version)]
        if not earlier:
            return False
        apart = [one for one in before if one not in earlier]
        return not any(one.old == version.old and one.what == version.what for one in apart)

    def commits(self, version: Version) -> list[str]:
        """The commits that made what ``version`` is."""
        groups = self._made[self._content(version)]
        return next((group for group in groups if (version.commit or NOW) in group), groups[0])

    @staticmethod
    def _content(version: Version) -> tuple[str | None, ...]:
        if version.change is not None and version.what != PROMOTED:
            return version.change, version.blob
        return version.path, version.blob


def _placed(past: Past, version: Version, commits: Sequence[str]) -> Version:
    """``version`` with its layer, the branch that it is of where that is not trunk, its path from the repository's folder."""
    is_change = layout.is_change(version.path)
    branch = version.branch
    blob = version.blob or version.old
    if not is_change and layout.is_memory(version.path) and blob:
        found = past.memory(version.path, blob)
        branch = found.branch if found else None
    layer = past.layer(commits, branch, is_change)
    return version._replace(
        layer=layer,
        branch=branch if layer != "base" else None,
        path=f"{past.context.place.name}/{version.path}",
    )


def _names(past: Past, version: Version, identity: str) -> bool:
    """Whether a version of another memory began to say that it supersedes this one."""
    if version.what == ADDED:
        path = version.path.removeprefix(past.context.place.name + "/")
        found = past.memory(path, version.blob or "")
        return found is not None and identity in found.supersedes
    if version.what == PROMOTED:
        return False
    return any(
        identity in (field.add or values.as_list(field.to))
        for field in version.fields
        if field.name == "supersedes"
    )


def _superseded(successor: str, version: Version) -> Version:
    return version._replace(what=SUPERSEDED, blob=None, change=version.change, fields=(), successor=successor)


def _last(past: Past, identity: str, found: Sequence[Version]) -> Memory | None:
    """The memory as its own file last said, where any did."""
    for version in found:
        blob = version.blob or version.old
        path = version.path.removeprefix(past.context.place.name + "/")
        if layout.is_memory(path) and blob and version.successor is None:
            return past.memory(path, blob)
    return None
