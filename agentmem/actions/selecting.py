"""Filters that every reading verb shares: which memories of a view are asked for."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions import filed
from agentmem.actions.context import Context
from agentmem.errors import Ambiguous, NotFound, UsageError
from agentmem.index.columns import NO_TIME
from agentmem.index.index import Index
from agentmem.index.view import View
from agentmem.model import ids, kinds, lifecycle, memory, safety, times
from agentmem.model.folding import folded
from agentmem.model.memory import Memory
from agentmem.store import layout

if TYPE_CHECKING:
    from agentmem.model import verdict

_MAY_BE_REPLACED = (lifecycle.SUPERSEDED, lifecycle.ARCHIVED)


class Filters(NamedTuple):
    """What is asked for. Times are seconds UTC, ``since`` inclusive and ``until`` exclusive; ``files`` are paths from the
    repository's top; empty means no restriction.
    """

    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None

    @property
    def any(self) -> bool:
        """Whether anything is restricted."""
        return self != Filters()


def make(
    context: Context,
    kind: Iterable[str] = (),
    tag: Iterable[str] = (),
    entity: Iterable[str] = (),
    role: Iterable[str] = (),
    by: Iterable[str] = (),
    status: Iterable[str] = (),
    file: Iterable[str] = (),
    since: str | None = None,
    until: str | None = None,
) -> Filters:
    """Filters from a user's words.

    Raises:
        UsageError: a kind, status or moment that does not exist, or a path outside the repository.

    """
    statuses = tuple(_status(word) for word in status)
    if lifecycle.ARCHIVED in statuses:
        context.index.include_archived()
    return Filters(
        kinds=tuple(known_kind(word) for word in kind),
        tags=tuple(tag),
        entities=tuple(entity),
        roles=tuple(role),
        by=tuple(by),
        statuses=statuses,
        files=tuple(context.from_top(path) for path in file),
        since=when(context, since, "--since") if since else None,
        until=when(context, until, "--until") if until else None,
    )


def can_be(context: Context, field: str, value: str) -> bool:
    """Whether ``field:value`` in a question is a filter here, and not just words with a colon between them."""
    try:
        filters = make(context, **({field: value} if field in ("since", "until") else {field: [value]}))
    except UsageError:
        return False
    if field == "file":  # `a.py:3:7` after the word file is no question about a path
        return bool(filed.about_files(context.index, filters.files)) or os.path.lexists(
            os.path.join(context.repository.top, *filters.files)
        )
    named = {"tag": ("tag",), "entity": ("entity", "alias"), "role": ("role",), "by": ("author",)}.get(field)
    return filters.any and (
        named is None or any(context.index.knowledge.named(key, [value]) for key in named)
    )


def merged(context: Context, filters: Filters, written: Iterable[tuple[str, str]]) -> Filters:
    """``filters`` and those written in a question as ``field:value``."""
    words: dict[str, list[str]] = {}
    for key, value in written:
        words.setdefault(key, []).append(value)
    if not words:
        return filters
    since, until = words.pop("since", [None])[-1], words.pop("until", [None])[-1]
    return both(filters, make(context, since=since, until=until, **words))


def both(filters: Filters, extra: Filters) -> Filters:
    """What both let through: of the same field any value counts, a moment of ``extra`` takes the place of the other."""
    return Filters(
        kinds=filters.kinds + extra.kinds,
        tags=filters.tags + extra.tags,
        entities=filters.entities + extra.entities,
        roles=filters.roles + extra.roles,
        by=filters.by + extra.by,
        statuses=filters.statuses + extra.statuses,
        files=filters.files + extra.files,
        since=filters.since if extra.since is None else extra.since,
        until=filters.until if extra.until is None else extra.until,
    )


def known_kind(word: str) -> str:
    """The kind that ``word`` names.

    Raises:
        UsageError: none does; the hint has the nearest.

    """
    name = word.lower()
    if name in kinds.BY_NAME:
        return name
    for kind in kinds.ALL:
        if name in (kind.folder, kind.name + "s"):
            return kind.name
    raise UsageError(f'no kind "{word}"', nearest(name, kinds.NAMES) + f"kinds: {' '.join(kinds.NAMES)}")


def _status(word: str) -> str:
    name = word.lower()
    if name not in lifecycle.ALL:
        raise UsageError(
            f'no status "{word}"', nearest(name, lifecycle.ALL) + f"statuses: {' '.join(lifecycle.ALL)}"
        )
    return name


def nearest(word: str, choices: Iterable[str]) -> str:
    """``did you mean …? `` when one of ``choices`` is near, else nothing."""
    import difflib

    near = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f"did you mean {near[0]}? " if near else ""


def when(context: Context, text: str, option: str) -> int:
    """The moment that ``text`` names; of a tag or commit its time.

    Raises:
        UsageError: outside the grammar.

    """
    try:
        return times.parse_when(text, context.now)
    except ValueError as error:
        from agentmem.git import revisions

        commit = revisions.resolve(context.repository, text)
        if commit is not None:
            return commit.time
        raise UsageError(f"{option}: {error}, a tag or a commit") from None


def expiry(context: Context, text: str) -> int:
    """The moment that ``text`` names as an end: one to come, such as ``3 days`` or ``tomorrow``, or any that ``when`` reads.

    Raises:
        UsageError: outside the grammar.

    """
    ahead = times.parse_expiry(text, context.now)
    if ahead is not None:
        return ahead
    try:
        return when(context, text, "--expires")
    except UsageError:
        forms = "an ISO date or time, 'N minutes|hours|days|weeks', tomorrow"
        raise UsageError(f"--expires: {text!r} is no moment: {forms}") from None


def positions(index: Index, view: View, filters: Filters) -> list[int]:
    """The positions of the memories that ``filters`` let through, in the view's order."""
    if filters.statuses:
        found = [i for i in range(len(view)) if view.status(i) in filters.statuses]
    else:
        shown = view.shown
        found = [i for i in range(len(view)) if shown[i]]
    if filters.kinds:
        numbers = {kinds.NUMBER[name] for name in filters.kinds}
        found = [i for i in found if view.columns.kinds[i] in numbers]
    if filters.since is not None or filters.until is not None:
        low = NO_TIME + 1 if filters.since is None else filters.since
        high = 2**62 if filters.until is None else filters.until
        found = [i for i in found if low <= view.columns.created[i] < high]
    rows = view.columns.rows
    for key, values in (("tag", filters.tags), ("role", filters.roles), ("author", filters.by)):
        if values:
            having = {row for _, row in index.knowledge.named(key, values)}
            found = [i for i in found if rows[i] in having]
            _tell_unknown(index, key, values)
    if filters.entities:
        names = _all_names(index, view, filters.entities)
        having = {row for key in ("entity", "alias") for _, row in index.knowledge.named(key, names)}
        found = [i for i in found if rows[i] in having]
        _tell_unknown(index, "entity", filters.entities, "alias")
    if filters.files:
        near = filed.about_files(index, filters.files)
        found = [i for i in found if rows[i] in near]
    return found


def _tell_unknown(index: Index, key: str, values: Sequence[str], also: str = "") -> None:
    """Note which of ``values`` no memory ever had as its ``key`` (nor as ``also``): a name misspelt looks like nothing known."""
    knowledge = index.knowledge
    keys = (key, also) if also else (key,)
    for value in values:
        if not any(knowledge.named(one, [value]) for one in keys):
            known = dict.fromkeys(name for one in keys for name, _ in knowledge.all_named(one))
            near = nearest(folded(value), list(known)[:COMPARED])
            index.notes.once(f'no memory has the {key} "{safety.one_line(value)}"; {near}'.rstrip("; "))


def _all_names(index: Index, view: View, names: Iterable[str]) -> list[str]:
    """``names`` of entities, and what their pages give as other names of them."""
    found = dict.fromkeys(names)
    pages = [row for _, row in index.knowledge.named("alias", found) if row in view.positions]
    for _, record in sorted(index.knowledge.fields(pages).items()):
        found |= dict.fromkeys((record.get("title", ""), *record.get("aliases", ())))
    return [name for name in found if name]


COMPARED = 5_000
"""Names that an unknown one is compared with at most."""


class Conflict(NamedTuple):
    """One field of a memory of which several say different things: the value that is shown, and ``(branch, value)`` of each.

    ``record`` is all that is known of it, as JSON has it.
    """

    field: str
    base: object
    parties: tuple[tuple[str, object], ...]
    record: Mapping[str, object]


class Found(NamedTuple):
    """One memory of a view with what the view says of it.

    ``superseded_by`` has the ids of what replaces it, newest first. From ``layer`` on as ``standing.labelled`` fills it in:
    ``branch`` is where it was written or read, where that is not trunk; ``changed_by`` names the branches whose pending changes
    are applied; ``archived`` is the commit that took it out of the tree, empty where none has. ``verdicts`` are on its citations,
    in their order, where they were held against the code (``judging.judged``).
    """

    position: int
    memory: Memory
    path: str
    blob: str
    status: str
    superseded_by: tuple[str, ...] = ()
    layer: str = "base"
    branch: str | None = None
    uncommitted: bool = False
    changed_by: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    archived: str | None = None
    verdicts: "tuple[verdict.Found, ...]" = ()


def fetch(index: Index, view: View, chosen: Iterable[int]) -> list[Found]:
    """The memories at ``chosen``, in that order."""
    wanted = list(chosen)
    columns = view.columns
    whole = index.knowledge.memories(list({columns.rows[i] for i in wanted}))
    return [
        Found(
            position=i,
            memory=memory.place(whole[columns.rows[i]], columns.paths[i]),
            path=f"{index.place.name}/{columns.paths[i]}",
            blob=columns.blobs[i],
            status=(status := view.status(i)),
            superseded_by=tuple(view.replaced_by(i)) if status in _MAY_BE_REPLACED else (),
        )
        for i in wanted
    ]


def by_reference(index: Index, view: View, reference: str) -> int:
    """The position of the one memory that ``reference`` names: an id or an unambiguous prefix of it, its id where it was
    imported from, or its path.

    Raises:
        NotFound: none; Ambiguous: several, which the hint lists.

    """
    prefix = reference.lower()
    found = view.with_id(prefix) if ids.is_prefix(prefix) else []
    if not found:
        rows = {row for _, row in index.knowledge.named("source_id", [reference])}
        found = [i for i in range(len(view)) if view.columns.rows[i] in rows]
    path = reference.replace("\\", "/").removeprefix("./").removeprefix(index.place.name + "/")
    if not found:
        found = [i for i in range(len(view)) if view.columns.paths[i] == path]
    for broken, _ in view.columns.broken if not found else ():
        named = layout.id_in_name(broken) or ""
        if broken == path or (ids.is_prefix(prefix) and named.startswith(prefix)):
            raise NotFound(f"{index.place.name}/{broken} cannot be read as a memory", "agentmem check")
    if not found:
        short = ids.is_prefix(prefix) or len(prefix) >= ids.MIN_PREFIX
        hint = (
            f'agentmem recall "{reference}"' if short else f"an id needs {ids.MIN_PREFIX} characters or more"
        )
        raise NotFound(f"no memory {reference}", hint)
    if len({view.columns.ids[i] for i in found}) > 1:
        shorts = view.shorts
        some = [
            f'{shorts[f.memory.id]} {f.memory.kind} "{f.memory.title}"' for f in fetch(index, view, found[:4])
        ]
        raise Ambiguous(f"{reference} names {len(found)} memories", " · ".join(some))
    return found[0]
