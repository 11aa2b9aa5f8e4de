"""What happened in the memory, commit by commit, newest first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from agentmem.actions import deciding
from agentmem.actions.context import Context, Standpoint
from agentmem.actions.past import Acts, Past
from agentmem.model import ids
from agentmem.model.memory import Memory
from agentmem.store import layout


class Event(NamedTuple):
    """What one commit did, by the ids of memories; ``commit`` and ``at`` (seconds UTC) are None for what is not committed.

    ``by`` is the one agent who wrote what it added and was never there before, else the commit's author.
    """

    commit: str | None
    at: int | None
    by: str | None
    subject: str | None
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    promoted: tuple[str, ...]
    acts: Acts

    @property
    def identities(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.added, *self.changed, *self.removed, *self.promoted)


class Events(NamedTuple):
    """What happened, newest first; ``total`` counts all that was asked for."""

    view: Standpoint
    events: tuple[Event, ...]
    total: int
    past: Past
    shorts: Mapping[str, str] = MappingProxyType({})
    notes: tuple[str, ...] = ()

    def memories(self, event: Event, wanted: Iterable[str]) -> dict[str, Memory]:
        """The memories of ``wanted`` as ``event`` left them, or found them where it took them away."""
        found: dict[str, Memory] = {}
        for identity in wanted:
            place = _file_of(self.past, event.acts, identity)
            memory = self.past.memory(*place) if place else None
            if memory is not None:
                found[identity] = memory
        return found


def listed(
    context: Context,
    everywhere: bool = False,
    since: int | None = None,
    until: int | None = None,
    limit: int | None = None,
) -> Events:
    """The events of the history at hand; ``limit`` None or 0: all. For the rest see ``history.of_memory``."""
    past = Past(context, everywhere)
    low, high = since if since is not None else -(2**62), until if until is not None else 2**62
    found = [
        event for acts in past.acts if low <= acts.time < high and (event := _event(past, acts)) is not None
    ]
    kept = [_with_decided(past, event) for event in (found[:limit] if limit else found)]
    _credit(past, kept)
    gone: set[str] = set()  # by then: what comes back was not written by who brings it
    back: dict[str | None, set[str]] = {}
    for acts in reversed(past.acts):
        back[acts.commit or None] = {step.path for step in acts.steps if step.path in gone}
        gone.update(step.path for step in acts.steps if step.new is None)
    return Events(
        view=context.standpoint,
        events=tuple(event._replace(by=_by(past, event, back[event.commit])) for event in kept),
        total=len(found),
        past=past,
        shorts=ids.ShortIds({*past.view.columns.ids, *(one for event in kept for one in event.identities)}),
        notes=past.notes,
    )


def _event(past: Past, acts: Acts) -> Event | None:
    came: dict[str, None] = {}
    went: dict[str, None] = {}
    changed: dict[str, None] = {}
    promoted: dict[str, None] = {}
    for step in acts.steps:
        name = step.path.rpartition("/")[2]
        if layout.is_change(step.path):
            if step.new:
                changed[layout.names_of_change(step.path)[1]] = None
        elif layout.is_receipt(step.path):
            if step.new is not None and step.old is None and name in past.changes:
                promoted[past.changes[name]] = None
        elif (step.commit, step.path) not in past.brought:
            old = past.name(step.path, step.old) if step.old else None
            new = past.name(step.path, step.new) if step.new else None
            if new and new == old:
                changed[new] = None
            else:
                came.update({new: None} if new else {})
                went.update({old: None} if old else {})
    changed |= {one: None for one in came if one in went}
    event = Event(
        commit=acts.commit or None,
        at=acts.time if acts.commit else None,
        by=None,
        subject=acts.subject if acts.commit else None,
        added=tuple(one for one in came if one not in went),
        changed=tuple(one for one in changed if one not in promoted),
        removed=tuple(one for one in went if one not in came),
        promoted=tuple(sorted(promoted, key=lambda one: (past.latest.get(one, ("", ""))[0], one))),
        acts=acts,
    )
    return event if event.identities else None


def _with_decided(past: Past, event: Event) -> Event:
    """``event``, where what took up changes of a memory and made more of it changed that: an edit on trunk is no promotion."""
    decided = set()
    for step in event.acts.steps if event.promoted else ():
        if layout.is_memory(step.path) and step.old and step.new:
            identity = past.name(step.path, step.new)
            names = [one.path.rpartition("/")[2] for one in event.acts.steps if layout.is_receipt(one.path)]
            receipts = [name for name in names if past.changes.get(name) == identity]
            if receipts and deciding.decided(past, step.path, step.old, step.new, receipts):
                decided.add(identity)
    return event._replace(
        changed=(*event.changed, *(one for one in event.promoted if one in decided)),
        promoted=tuple(one for one in event.promoted if one not in decided),
    )


def _credit(past: Past, events: Sequence[Event]) -> None:
    """Have at hand what ``_by`` reads."""
    past.read((path, blob) for event in events for path, blob in _written(past, event))


def _written(past: Past, event: Event) -> Iterable[tuple[str, str]]:
    """The files that say who wrote them: changes, and memories that are new, which one under a new name is not."""
    return (
        (step.path, step.new)
        for step in event.acts.steps
        if step.new
        and step.old is None
        and not layout.is_receipt(step.path)
        and (layout.is_change(step.path) or past.name(step.path, step.new) in event.added)
    )


def _by(past: Past, event: Event, back: Collection[str]) -> str | None:
    written = [(path, blob) for path, blob in _written(past, event) if path not in back]
    authors = {past.word(path, blob, "by") for path, blob in written}
    return authors.pop() if len(authors) == 1 and None not in authors else event.acts.author or None


def _file_of(past: Past, acts: Acts, identity: str) -> tuple[str, str] | None:
    """Path and blob of the memory's own file: of this commit (what it made, else what it took away), else of the view, else of
    whoever last touched it.
    """
    steps = [step for step in acts.steps if layout.is_memory(step.path)]
    made = ((step.path, step.new) for step in steps)
    was = ((step.path, step.old) for step in steps)
    for path, blob in (*made, *was):
        if blob and past.name(path, blob) == identity:
            return path, blob
    return past.latest.get(identity)
