"""Every memory of the view weighed: its score and what made it, what holds it, and why it may go."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from agentmem.actions import judging, managing, selecting, standing, usage
from agentmem.actions.context import Context
from agentmem.actions.selecting import Found
from agentmem.checks import near_duplicate
from agentmem.git import history
from agentmem.index.view import View
from agentmem.model import lifecycle, reflection, retention, scopes, verdict
from agentmem.model.folding import folded
from agentmem.model.memory import Memory
from agentmem.model.reflection import Group
from agentmem.model.retention import Facts, Features, Links, Weights
from agentmem.model.usage import NEVER, Use

COMMITS = 1000
"""How many of the last commits tell what is worked on."""
NOT_COMMITTED, PINNED, PROPOSED, CITED = "not committed", "pinned", "proposed: not accepted yet", "cited"
"""What holds a memory, in words."""
TWICE, CONFLICT, PENDING, ELSEWHERE = (
    "two files have its id",
    "in conflict",
    "has pending changes",
    "changed on ",
)
UNSETTLED = (NOT_COMMITTED, TWICE, CONFLICT, PENDING)
"""What holds a memory because what it says is not settled; besides, what begins as ``ELSEWHERE``."""
PRECIOUS = (PINNED, CITED)
"""What holds an entry of which a rewrite may drop nothing."""


class Weighed(NamedTuple):
    """One memory: what it is worth keeping (``score``, of ``features``), why it may go (one of ``retention.REASONS``), with the
    other memory that this is about, and what holds it whatever it is worth.
    """

    found: Found
    features: Features
    score: float
    reason: str | None = None
    other: str | None = None
    unused: float | None = None
    verified: bool = False
    held: str | None = None


class Store(NamedTuple):
    """All of a view, weighed. ``known_since``: there is evidence of use by which a memory can be called unused."""

    memories: tuple[Weighed, ...]
    links: Links
    known_since: bool
    weights: Weights


def weigh(context: Context, promoted: Collection[str] = ()) -> Store:
    """Weigh every memory of the view at hand as the store's manager learned, else by the formula; what other branches have and
    this one has not is seen, and holds. The pending changes of ``promoted`` (ids) will be in base: they hold nothing.
    """
    weights = managing.keeps_by(context)
    index = context.index
    index.include_others()
    view = index.view()
    own = [i for i in range(len(view)) if i not in view.foreign]
    found = standing.labelled(context, selecting.fetch(index, view, own))
    by_position = {one.position: one for one in found}
    judged = [
        one for one in found if one.memory.cites and (view.shown[one.position] and one.memory.kind != "log")
    ]
    by_position |= {one.position: one for one in judging.judged(context, judged)}
    found = [by_position[i] for i in own]
    others = selecting.fetch(index, view, view.foreign)
    links = links_of(view, [*found, *others])
    needed_by = cited(links)
    used = usage.load(context)
    known = retention.known(used.since, used.days, (use.last for use in used.uses.values()), context.now)
    heat = _Heat(context)
    weighed = []
    for one in found:
        memory = one.memory
        use = used.uses.get(memory.id, NEVER)
        verdicts = [where.verdict for where in one.verdicts]
        features = retention.features(
            memory,
            context.now,
            use,
            verdicts,
            len(needed_by.get(memory.id, ())),
            heat.of(memory),
            known,
        )
        weighed.append(
            Weighed(
                one,
                features,
                retention.score(features, weights),
                unused=retention.unused_days(memory, use, known),
                verified=any(word in (verdict.OK, verdict.MOVED) for word in verdicts),
            )
        )
    held = _held(context, view, weighed, used.uses, [one.memory.id for one in others], promoted)
    better = _better(weighed, held)
    over = _over(context, view, weighed)

    def why(each: Weighed, spare_for: str | None) -> str | None:
        created = each.found.memory.created
        facts = Facts(
            each.found.memory.kind,
            each.found.status,
            each.score,
            None if created is None else (context.now - created) / retention.DAY,
            each.verified,
            each.unused,
            spare_for,
            over.get(each.found.memory.id),
        )
        return retention.reason(facts, context.now)

    # one is spare for what stays: were that to go as well, nothing would say it any more
    alone = {each.found.memory.id: why(each, None) for each in weighed}
    done = []
    for each in weighed:
        identity = each.found.memory.id
        other = better.get(identity)
        if other and alone[other] and other not in held:
            other = None
        done.append(
            each._replace(
                reason=why(each, other) if other else alone[identity],
                other=other or _successor(view, identity),
                held=held.get(identity),
            )
        )
    return Store(tuple(done), links, known is not None, weights)


def to_reflect_on(store: Store, now: int) -> list[Group]:
    """The groups of log entries that are worth a reflection and have none."""
    entries = [
        each.found.memory
        for each in store.memories
        if each.found.memory.kind == "log" and each.found.status == "active" and each.held != NOT_COMMITTED
    ]
    # also one that was retracted: who took it back does not want it again
    taken = {
        source
        for each in store.memories
        if each.found.memory.kind == "reflection"
        for source in each.found.memory.sources
    }
    return reflection.groups(entries, taken, now)


def links_of(view: View, found: Sequence[Found]) -> Links:
    """How the memories ``found`` hang together; see ``retention.Links``."""
    mentions = retention.Mentions(one.memory.id for one in found)
    pages = {
        folded(name): one.memory.id
        for one in found
        if one.memory.kind == "entity"
        for name in (one.memory.title, *one.memory.aliases)
    }
    rests: dict[str, frozenset[str]] = {}
    replaces: dict[str, frozenset[str]] = {}
    settles: dict[str, frozenset[str]] = {}
    for one in found:
        memory = one.memory
        if memory.supersedes and memory.status == "active":
            replaces[memory.id] = frozenset(memory.supersedes)
        if (memory.closes or memory.reopens) and memory.status != "retracted":
            settles[memory.id] = frozenset((*memory.closes, *memory.reopens))
        if memory.kind == "reflection" and memory.source == reflection.SOURCE:
            settles[memory.id] = frozenset(memory.sources)  # without it they would be reflected on again
        if not view.shown[one.position]:
            continue
        # a reflection stands for its sources: it does not need them
        sources = () if memory.kind == "reflection" else memory.sources
        named = {*memory.needs, *memory.related, *sources, *filter(None, (memory.plan,))}
        named |= {pages[folded(name)] for name in memory.entities if folded(name) in pages}
        if memory.kind != "reflection":
            named |= mentions(memory.body)
        # that it replaces one is a link to the past, unless the text speaks of it
        named -= {memory.id}
        if named:
            rests[memory.id] = rests.get(memory.id, frozenset()) | named
    return Links(rests, replaces, settles)


def cited(links: Links) -> dict[str, set[str]]:
    """By which memories each one is needed."""
    found: dict[str, set[str]] = {}
    for one, named in links.rests.items():
        for other in named:
            found.setdefault(other, set()).add(one)
    return found


def _held(
    context: Context,
    view: View,
    weighed: Sequence[Weighed],
    uses: Mapping[str, Use],
    elsewhere: Iterable[str],
    promoted: Collection[str],
) -> dict[str, str]:
    """What holds a memory whatever it is worth, in words."""
    uncommitted = context.index.uncommitted_paths()
    twice, seen = set[str](), set[str]()
    for each in weighed:
        (twice if each.found.memory.id in seen else seen).add(each.found.memory.id)
    branches = {view.columns.ids[i]: origin.branch for i, origin in view.foreign.items()}
    ends = {
        each.found.memory.id
        for each in weighed
        if each.found.memory.kind == "plan" and lifecycle.claims("plan", each.found.status)
    }
    back = _brought_back(context)
    names = {each.found.memory.title for each in weighed if each.found.memory.id in ends} | ends
    found = {}
    for each in weighed:
        one, memory = each.found, each.found.memory
        in_force = bool(view.shown[one.position])
        use = uses.get(memory.id, NEVER)
        why = None
        if one.path.removeprefix(context.place.name + "/") in uncommitted:
            why = NOT_COMMITTED
        elif memory.id in twice:
            why = TWICE
        elif one.conflicts:
            why = CONFLICT
        elif one.position in view.pending and memory.id not in promoted:
            why = PENDING
        elif memory.id in branches:
            why = f"{ELSEWHERE}{branches[memory.id]}"
        elif memory.pin:
            why = PINNED
        elif retention.is_open(memory.kind, one.status):
            why = f"{memory.kind} that is not over"
        elif memory.kind == "task" and memory.plan in names:
            why = "of a plan that is not over"
        elif one.path in back and (memory.expires is None or memory.expires > context.now):
            why = "brought back"
        elif in_force and one.status == "proposed":
            why = PROPOSED
        elif in_force and use.used:
            why = f"used by {use.used} task{'' if use.used == 1 else 's'}"
        if why:
            found[memory.id] = why
    return found


def _brought_back(context: Context) -> set[str]:
    """The files that were archived once, as they are printed: who restored one wants it."""
    repository = context.repository
    if repository.head is None:
        return set()
    prefix = repository.prefix
    found = history.deleted(repository, repository.head, context.store_path)
    return {path.removeprefix(prefix) for path, _, _ in found}


def _better(weighed: Sequence[Weighed], held: Mapping[str, str]) -> dict[str, str]:
    """For each memory in force that another makes spare, the id of that one: one that stays, or scores more, and is settled."""
    by_id = {
        each.found.memory.id: each
        for each in weighed
        if each.found.status in near_duplicate.IN_FORCE and each.found.memory.kind != "log"
    }

    def settled(one: str) -> bool:
        why = held.get(one, "")
        return why not in UNSETTLED and not why.startswith(ELSEWHERE)

    found = {}
    for group in near_duplicate.groups([each.found.memory for each in by_id.values()]):
        best_first = sorted(
            filter(settled, group),
            key=lambda one: (one in held, by_id[one].score, by_id[one].found.memory.created or 0, one),
            reverse=True,
        )
        for place, one in enumerate(best_first):
            memory = by_id[one].found.memory
            for better in best_first[:place]:
                if near_duplicate.is_spare(memory, by_id[better].found.memory):
                    found[one] = better
                    break
    return found


def _over(context: Context, view: View, weighed: Sequence[Weighed]) -> dict[str, int]:
    """When each memory that was superseded or retracted became so, seconds UTC: as its successor was written, or its file last
    changed.
    """
    created = {each.found.memory.id: each.found.memory.created for each in weighed}
    found: dict[str, int] = {}
    retracted = {}
    for each in weighed:
        identity = each.found.memory.id
        if each.found.status == lifecycle.SUPERSEDED:
            moments = [
                created.get(view.columns.ids[i])
                for i in view.successors(identity)
                if view.columns.ids[i] != identity
            ]
            told = [moment for moment in moments if moment is not None]
            if told and len(told) == len(moments):
                found[identity] = max(told)
        elif each.found.status == "retracted":
            retracted[f"{context.repository.prefix}{each.found.path}"] = identity
    if retracted and context.repository.head:
        for step in history.steps(context.repository, [context.repository.head], sorted(retracted)):
            found.setdefault(retracted[step.path], step.time)
    return found


def _successor(view: View, identity: str) -> str | None:
    if identity not in view.superseded:
        return None
    return next(
        (view.columns.ids[i] for i in view.successors(identity) if view.columns.ids[i] != identity), None
    )


class _Heat:
    """How much the paths of memories are worked on."""

    def __init__(self, context: Context) -> None:
        touched, commits = history.touches(context.repository, context.store_path, COMMITS)
        self._paths = {folded(path): heat for path, heat in retention.heat(touched, commits).items()}
        self._folders: dict[str, float] = {}
        for path, heat in self._paths.items():
            for folder in scopes.with_parents(path)[1:]:
                self._folders[folder] = max(self._folders.get(folder, 0.0), heat)
        self._known: dict[str, float] = {}

    def of(self, memory: Memory) -> float:
        """The heat of the most worked on of a memory's paths."""
        patterns = (*(cite.path for cite in memory.cites), *memory.scope)
        return max(map(self._of, patterns), default=0.0)

    def _of(self, pattern: str) -> float:
        if pattern not in self._known:
            plain = folded(scopes.normal(pattern))
            if scopes.is_glob(pattern):
                heat = max((h for p, h in self._paths.items() if scopes.matches(pattern, p)), default=0.0)
            else:
                heat = self._paths.get(plain, self._folders.get(plain, 0.0))
            self._known[pattern] = heat
        return self._known[pattern]
