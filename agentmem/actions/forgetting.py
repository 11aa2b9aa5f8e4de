"""Forgetting: what is not worth keeping leaves trunk's tree, in one commit; git's history keeps it."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from agentmem.actions import archiving, weighing
from agentmem.actions.context import Context, Standpoint
from agentmem.actions.weighing import Store, Weighed
from agentmem.git import settings
from agentmem.model import retention, safety
from agentmem.model.retention import Term

TOLD = 200
"""Memories that the message of a commit names."""
UNREAD = "to be reflected on first"
Wanted = Callable[[Weighed], bool]


class Before(NamedTuple):
    """What will have been done before anything is archived: the ids of memories that are ``gone``, and of those whose pending
    changes are ``promoted``.
    """

    gone: Collection[str] = frozenset()
    promoted: Collection[str] = frozenset()


NOTHING_BEFORE = Before()


class Candidate(NamedTuple):
    """A memory that may go: why in words, and the summands of its score."""

    weighed: Weighed
    why: str
    terms: tuple[Term, ...]


class Forgotten(NamedTuple):
    """What was archived, or would be (``commit`` None): the ``candidates``, those with the lowest score first, of ``total``.

    ``held`` has those that something holds although they would go else, with what it is. ``skipped`` were edited meanwhile.
    """

    view: Standpoint
    candidates: tuple[Candidate, ...]
    held: tuple[tuple[Weighed, str], ...]
    total: int
    commit: str | None = None
    skipped: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    shorts: Mapping[str, str] = MappingProxyType({})

    @property
    def reasons(self) -> Counter[str]:
        """How many are held by what."""
        return Counter(why for _, why in self.held)


def forget(
    context: Context,
    branch: str | None = None,
    dry_run: bool = False,
    wanted: Wanted = lambda one: True,
    before: Before = NOTHING_BEFORE,
) -> Forgotten:
    """Archive what is not worth keeping, of what is ``wanted``, in one commit of its own; where nothing is to be changed, as if
    ``before`` had been done.

    Raises:
        UsageError: this is not trunk; NeedsDecision: trunk is behind its upstream, or something else is under way.

    """
    if dry_run:
        return chosen(context, wanted, before)
    with archiving.on_trunk(context, branch, "forget"):
        found = chosen(context, wanted)
        if not found.candidates:
            return found
        paths = {
            one.weighed.found.path.removeprefix(context.place.name + "/"): one.weighed.found.memory.id
            for one in found.candidates
        }
        commit, left = archiving.commit(context, _message(found), removed=paths)
    skipped = tuple(identity for path, identity in paths.items() if path in left)
    gone = tuple(one for one in found.candidates if one.weighed.found.memory.id not in skipped)
    return found._replace(candidates=gone, commit=commit, skipped=skipped)


def chosen(context: Context, wanted: Wanted, before: Before = NOTHING_BEFORE) -> Forgotten:
    """What would be archived once ``before`` is done."""
    store = weighing.weigh(context, before.promoted)
    shorts = context.index.view().shorts
    asked = [each for each in store.memories if each.reason and wanted(each)]
    unread = {entry.id for group in weighing.to_reflect_on(store, context.now) for entry in group.entries}
    asked = [
        each._replace(held=UNREAD) if each.found.memory.id in unread and not each.held else each
        for each in asked
    ]
    free, blocked = going(store, asked, before.gone)
    candidates = [
        Candidate(each, _why(each, shorts, store.weights), retention.terms(each.features, store.weights))
        for each in asked
        if each.found.memory.id in free
    ]
    held = [
        (each, each.held or blocked[each.found.memory.id])
        for each in asked
        if each.found.memory.id not in free
    ]
    return Forgotten(
        view=context.standpoint,
        candidates=tuple(
            sorted(candidates, key=lambda one: (one.weighed.score, one.weighed.found.memory.id))
        ),
        held=tuple(held),
        total=len(store.memories),
        remarks=_remarks(context, store),
        notes=tuple(context.index.notes),
        shorts=shorts,
    )


def going(
    store: Store, asked: Sequence[Weighed], leaving: Collection[str] = ()
) -> tuple[set[str], dict[str, str]]:
    """Those that nothing holds, and what holds the others, in words; what is ``leaving`` (ids) holds nothing."""
    present = frozenset(each.found.memory.id for each in store.memories) | store.links.rests.keys()
    present = present.difference(leaving)
    free = [each.found.memory.id for each in asked if not each.held]
    gone, kept = retention.may_go(free, retention.holders(free, store.links), present)
    words = {}
    for identity, other in kept.items():
        if other in store.links.replaces.get(identity, ()):
            words[identity] = "would bring back what it replaces"
        elif other in store.links.settles.get(identity, ()):
            words[identity] = "settles what is here"
        else:
            words[identity] = weighing.CITED
    return gone, words


def _why(each: Weighed, shorts: Mapping[str, str], weights: retention.Weights) -> str:
    """Why it may go, in a few words."""
    other = shorts.get(each.other, each.other[:6]) if each.other else None
    status = each.found.status
    if each.reason == retention.DUPLICATE:
        return f"says the same as {other}, which stays"
    if each.reason == retention.EXPIRED:
        return "expired"
    if each.reason == retention.PAST:
        days = f"over {retention.UNUSED} days ago"
        return f"superseded by {other} {days}" if status == "superseded" else f"retracted {days}"
    if each.reason == retention.IDLE:
        verified = "evidence does not hold" if each.found.memory.cites else "never verified"
        return f"unused for {each.unused or 0:.0f} days, {verified}"
    against = [t.name for t in retention.terms(each.features, weights) if t.adds < 0 and t.name in _NAMES]
    return "low score" + (f": {', '.join(_NAMES[name] for name in against[:2])}" if against else "")


_NAMES = {
    "prior": "an old log entry",
    "idle": "long unused",
    "misled": "it misled",
    "evidence": "its evidence does not hold",
    "importance": "unimportant",
}
"""What a term says that takes away from a score; of the kinds, log alone has a prior below 0."""


def _remarks(context: Context, store: Store) -> tuple[str, ...]:
    shallow = ("this clone is shallow: what is worked on counts from its first commit",)
    told = shallow if context.repository.shallow else ()
    if store.known_since:
        return told
    line = f"use is not known for all of the last {retention.UNUSED} days: nothing counts as unused"
    if context.config.claim_remote or settings.remotes(context.repository):
        line += " (agentmem sync fetches what others have)"
    return (line, *told)


def _message(found: Forgotten) -> str:
    count = len(found.candidates)
    lines = [
        f"- {one.weighed.found.memory.id} {one.weighed.found.memory.kind}"
        f" {safety.one_line(one.weighed.found.memory.title)}: {one.why}"
        for one in found.candidates[:TOLD]
    ]
    if count > TOLD:
        lines.append(f"- and {count - TOLD:,} more")
    return f"memory: archive {count} {'memory' if count == 1 else 'memories'}\n\n" + "\n".join(lines) + "\n"
