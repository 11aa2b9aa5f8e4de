"""Recall: the few memories that answer a question, within a token budget, or none."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from agentmem.actions import selecting, standing
from agentmem.actions.context import Context, Standpoint
from agentmem.actions.selecting import Filters, Found
from agentmem.index.index import Index
from agentmem.index.view import NO_TIME, View
from agentmem.model import kinds, notation, packing, query, ranking, scopes, similarity, tokens
from agentmem.model.query import Query
from agentmem.model.ranking import Weights

ARM = "arm"
"""Marks a term of a score that is added; the others are multiplied."""

MOST_LINKED = 200
"""Named memories up to which their links are followed: more of them name nothing in particular."""

PHRASE_DEPTH = 200
"""How many of the best are looked through for quoted phrases."""

SEPARATOR_TOKENS = 2
"""Between two titles in a line: a dot and what joining makes of the words beside it."""

SAME_SKETCH = 0.8
"""Sketches of two hits from which on it is worth to compare their texts."""

COMPARED = 50
"""The best so many are what others may repeat: comparing all with all of 5,000 would take seconds."""

SAME_TEXT = 0.9
"""Two hits this alike say the same: the better one is shown."""


class Term(NamedTuple):
    """One factor or summand of a score, for ``--explain``."""

    name: str
    value: float
    detail: str = ""


class Hit(NamedTuple):
    """One memory that answers. ``score`` is the product of the weights times the sum of the arms (``explain``)."""

    found: Found
    score: float
    detail: str
    text: str
    tokens: int
    explain: tuple[Term, ...] = ()


class Recalled(NamedTuple):
    """What recall gives. ``omitted`` counts what matched and is not among ``hits``; ``searched`` what was looked through."""

    query: str
    view: Standpoint
    budget: int
    searched: int
    hits: tuple[Hit, ...] = ()
    omitted: int = 0
    abstained: bool = False
    key: str | None = None
    notes: tuple[str, ...] = ()
    shorts: Mapping[str, str] = MappingProxyType({})


class _Candidate:
    __slots__ = ("position", "score", "terms")

    def __init__(self, position: int, score: float = 0.0, terms: Sequence[Term] = ()) -> None:
        self.position, self.score, self.terms = position, score, list(terms)


def recall(
    context: Context,
    question: str,
    filters: Filters,
    limit: int | None = None,
    budget: int | None = None,
    files: Sequence[str] = (),
    key: str | None = None,
    weights: Weights = ranking.DEFAULT,
) -> Recalled:
    """What is known about ``question``.

    ``files`` (paths from the repository's top) are what the asker works on: what is about them ranks up; as a filter they
    stand in ``filters``. ``limit`` counts hits, ``budget`` tokens; 0 is no limit, None the configured one.
    """
    index = context.index
    view = index.view()
    asked = query.parse(question, context.now, lambda field, value: selecting.can_be(context, field, value))
    filters = selecting.merged(context, filters, asked.filters)
    clock = context.now if filters.until is None else min(context.now, filters.until)
    eligible = selecting.positions(index, view, filters)
    limit = context.config.recall_limit if limit is None else limit
    budget = context.config.recall_budget if budget is None else budget
    ranked, abstained = rank(context, index, view, asked, eligible, (*files, *filters.files), weights, clock)
    chosen = _different(index, view, ranked, limit or len(ranked))
    return Recalled(
        query=question,
        view=context.standpoint,
        budget=budget,
        searched=len(eligible),
        hits=(hits := _pack(context, index, view, chosen, budget, len(ranked))),
        omitted=len(ranked) - len(hits),
        abstained=abstained,
        key=key,
        notes=tuple(index.notes),
        shorts=view.shorts,
    )


def rank(
    context: Context,
    index: Index,
    view: View,
    asked: Query,
    eligible: Sequence[int],
    files: Sequence[str],
    weights: Weights,
    clock: int,
) -> tuple[list[_Candidate], bool]:
    """The candidates for ``asked`` among ``eligible``, best first, and whether it abstained for want of evidence.

    Ages are as of ``clock`` (seconds UTC): who asks for what was known until some moment stands at that moment.
    """
    authored = {row for _, row in index.knowledge.named("role", [context.role])} if context.role else set()
    allowed = bytearray(len(view))
    for position in eligible:
        allowed[position] = 1
    lexical = _lexical(index, view, asked, weights)
    scores = {position: score for position, score in lexical.scores.items() if allowed[position]}
    scores = ranking.spread_to_neighbours(scores, _chains(view, scores), weights.neighbours)
    scores = {position: score for position, score in scores.items() if allowed[position]}
    if asked.exact and not asked.terms:  # a phrase of stop words: nothing but the texts themselves can tell
        scores = dict.fromkeys(eligible, 1.0)
    if asked.phrases:
        scores = _with_phrases(index, view, asked, scores, weights)
    entity = {
        position: s for position, s in _entity_arm(index, view, asked, files).items() if allowed[position]
    }
    if asked.exact:
        entity = {position: s for position, s in entity.items() if position in scores}
    if not asked.terms and not entity and not asked.ids and not scores:
        if asked.text.strip() and not asked.filters:
            return [], True
        newest = view.newest_first(eligible)
        return [_Candidate(p, 1 / r, [Term("newest", 1 / r, ARM)]) for r, p in enumerate(newest, 1)], False
    enough = weights.abstain * lexical.total
    sure = {position for position in scores if lexical.matched.get(position, 0.0) >= enough} | set(entity)
    if not sure:
        return [], True
    best = max((scores.get(position, 0.0) for position in sure), default=0.0)
    identities = view.columns.ids
    arms = [
        ("words", weights.lexical_arm, {p: s / best for p, s in scores.items()} if best else {}),
        ("names and paths", weights.entity_arm, {p: s / (s + 1) for p, s in entity.items()}),
        ("time", weights.temporal_arm, _temporal_arm(view, asked, scores, entity)),
    ]
    keep = {p for p in sure if p in entity or scores.get(p, 0.0) >= weights.relevant * best}
    candidates = _joined(arms, keep)
    for candidate in candidates:
        _weigh(view, candidate, weights, clock, authored)
    return sorted(candidates, key=lambda c: (-c.score, identities[c.position])), False


def _lexical(index: Index, view: View, asked: Query, weights: Weights) -> ranking.Lexical:
    columns = view.columns
    statistics = ranking.Statistics(len(view), view.average_lengths, columns.lengths)
    found = ranking.bm25f(asked.terms, index.postings(list(asked.terms)), view.positions, statistics, weights)
    if view.twins:
        for row, others in view.twins.items():
            first = view.positions[row]
            for other in others:
                if first in found.scores:
                    found.scores[other] = found.scores[first]
                    found.matched[other] = found.matched[first]
    return found


def _chains(view: View, scores: dict[int, float]) -> list[list[int]]:
    """Log entries by author and day in the order of their times, where any of them matches."""
    columns = view.columns
    log = kinds.NUMBER["log"]
    wanted = {
        _chain_key(view, i)
        for i in scores
        if columns.kinds[i] == log and columns.authors[i] and columns.created[i] != NO_TIME
    }
    if not wanted:
        return []
    days = {day for _, day in wanted}
    chains: dict[tuple[str, int], list[int]] = {}
    for i, created in enumerate(columns.created):
        if columns.kinds[i] == log and columns.authors[i] and created // 86400 in days:
            chains.setdefault((columns.authors[i], created // 86400), []).append(i)
    return [
        sorted(chain, key=lambda i: (columns.created[i], columns.ids[i]))
        for key, chain in chains.items()
        if key in wanted
    ]


def _chain_key(view: View, position: int) -> tuple[str, int]:
    return view.columns.authors[position], view.columns.created[position] // 86400


def _with_phrases(
    index: Index, view: View, asked: Query, scores: dict[int, float], weights: Weights
) -> dict[int, float]:
    """``scores`` with more for what holds a quoted phrase as it stands, letter case and white space aside; where the question is
    quoted phrases alone, only what holds them all.
    """
    wanted = [" ".join(phrase.casefold().split()) for phrase in asked.phrases]
    first = ranking.order(scores, view.columns.ids, len(scores) if asked.exact else PHRASE_DEPTH)
    out = {} if asked.exact else dict(scores)
    for found in selecting.fetch(index, view, first):
        text = " ".join(f"{found.memory.title}\n{found.memory.body}".casefold().split())
        share = sum(phrase in text for phrase in wanted) / len(wanted)
        if share == 1 or not asked.exact:
            out[found.position] = scores[found.position] * (1 + weights.phrase * share)
    return out


def _entity_arm(index: Index, view: View, asked: Query, files: Sequence[str]) -> dict[int, float]:
    """What is named outright: ids, entities, aliases, tags, symbols, paths, scopes that meet the files at hand; and, at half
    the strength, what those link to.
    """
    near: dict[int, float] = {}

    def meet(row: int, strength: float) -> None:
        for position in view.positions_of(row):
            near[position] = near.get(position, 0.0) + strength

    for prefix in asked.ids:
        for position in view.with_id(prefix):
            near[position] = near.get(position, 0.0) + 4.0
            for successor in view.successors(view.columns.ids[position]):
                near[successor] = near.get(successor, 0.0) + 3.0
    knowledge = index.knowledge
    if asked.names:
        for key, strength in (("alias", 2.0), ("entity", 1.5), ("symbol", 1.5), ("source_id", 4.0)):
            for value, row in knowledge.named(key, asked.names):
                if len(value) > 2:
                    meet(row, strength)
    paths = [scopes.normal(path) for path in (*files, *asked.paths)]
    if paths:
        for row, strength in selecting.about_files(index, paths).items():
            meet(row, strength)
    if near and len(near) <= MOST_LINKED:
        last_first = reversed(list(enumerate(view.columns.ids))) if view.columns.links else ()
        by_id = {identity: i for i, identity in last_first}  # the first of an id is the view's own
        for position, strength in list(near.items()):
            for linked in (target for targets in view.columns.links.get(position, ()) for target in targets):
                if linked in by_id and by_id[linked] not in near:
                    near[by_id[linked]] = strength / 2
    return near


def _temporal_arm(
    view: View, asked: Query, scores: dict[int, float], entity: dict[int, float]
) -> dict[int, float]:
    """What falls into the span the question names, the newest at 1 and the oldest near 0; without a span, nothing."""
    if asked.after is None:
        return {}
    matched = view.newest_first(p for p in {*scores, *entity} if view.columns.created[p] >= asked.after)
    return {position: 1 - place / len(matched) for place, position in enumerate(matched)}


def _joined(arms: Sequence[tuple[str, float, dict[int, float]]], keep: set[int]) -> list[_Candidate]:
    """The sum of the arms' weighted strengths (each 0 to 1) for each position to keep.

    Joining by strength and not by reciprocal rank: ranks forget how far apart two scores are, so that a factor of 1.2 moves a
    memory by twelve places whatever it lacks (``benchmarks/team_history.py``; Bruch et al., *An Analysis of Fusion Functions
    for Hybrid Retrieval*, TOIS 2023, find the same).
    """
    found: dict[int, _Candidate] = {}
    for name, weight, strengths in arms:
        for position, strength in strengths.items():
            if position in keep:
                candidate = found.setdefault(position, _Candidate(position))
                candidate.score += weight * strength
                candidate.terms.append(Term(name, weight * strength, ARM))
    return list(found.values())


def _weigh(view: View, candidate: _Candidate, weights: Weights, clock: int, same_role: set[int]) -> None:
    """Multiply the candidate's score by what speaks for it beyond the match."""
    columns, position = view.columns, candidate.position
    kind = view.kind(position)
    created = view.created(position)
    age = None if created is None else (clock - created) / 86400
    factors = [Term("recency", ranking.recency(age, kinds.BY_NAME[kind].half_life, weights.recency), kind)]
    if weights.fresh and (fresh := ranking.freshness(age, weights.fresh)) > 1.005:
        factors.append(Term("fresh", fresh))
    if kind == "deadend":
        factors.append(Term("dead end", weights.deadend))
    if kind == "log":
        factors.append(Term("log entry", weights.log))
    if columns.rows[position] in same_role:
        factors.append(Term("your role", weights.role))
    if columns.importance[position]:
        level = columns.importance[position]
        factors.append(Term("importance", 1 + weights.importance * (level - 3), f"{level} of 5"))
    if columns.pins[position]:
        factors.append(Term("pinned", weights.pin))
    if position in view.foreign:
        factors.append(Term("not merged here", weights.unmerged, view.foreign[position].branch))
    for factor in factors:
        candidate.score *= factor.value
    candidate.terms += factors


def _different(index: Index, view: View, ranked: list[_Candidate], limit: int) -> list[_Candidate]:
    """The first ``limit`` of ``ranked`` that do not say the same as a better one."""
    size = similarity.SKETCH_SIZE
    kept: list[tuple[_Candidate, bytes]] = []
    for candidate in ranked:
        if len(kept) == limit:
            break
        sketch = bytes(view.columns.sketches[candidate.position * size : (candidate.position + 1) * size])
        first = kept[:COMPARED]
        near = [
            other
            for other, seen in first
            if not _is_version(view, candidate.position, other.position)
            and similarity.sketch_similarity(sketch, seen) >= SAME_SKETCH
        ]
        if not near or not _repeats(index, view, candidate, near):
            kept.append((candidate, sketch))
    return [candidate for candidate, _ in kept]


def _is_version(view: View, one: int, other: int) -> bool:
    """Whether one is what another branch made of the other: however little it changed, that is what was asked for."""
    return (one in view.foreign or other in view.foreign) and view.columns.ids[one] == view.columns.ids[other]


def _repeats(index: Index, view: View, candidate: _Candidate, better: Sequence[_Candidate]) -> bool:
    """Whether ``candidate`` says nothing that one of ``better`` does not; another number or a negation is something."""
    one, *others = selecting.fetch(index, view, [c.position for c in (candidate, *better)])
    return any(
        similarity.similarity(one.memory.title, one.memory.body, other.memory.title, other.memory.body)
        >= SAME_TEXT
        for other in others
    )


def _pack(
    context: Context, index: Index, view: View, chosen: Sequence[_Candidate], budget: int, total: int
) -> tuple[Hit, ...]:
    """The first of ``chosen`` as the budget takes them, each as whole as it may be; ``total`` counts all that matched."""
    found = standing.labelled(context, selecting.fetch(index, view, [c.position for c in chosen]))
    shorts = view.shorts
    quoted = [quote(context, one, shorts) for one in found]
    texts = [
        [notation.block(q, detail) for detail in (packing.TITLE, packing.PARAGRAPH, packing.FULL)]
        for q in quoted
    ]
    costs = [
        packing.Costs(
            tokens.estimate(title) + SEPARATOR_TOKENS,
            tokens.estimate(paragraph) + 1,
            tokens.estimate(full) + 1,
        )
        for title, paragraph, full in texts
    ]
    # the first and last line as long as they can get: an id's or a commit's digits alone make 7 tokens of difference
    frame = tokens.estimate(
        f"agentmem: {total} of {total} shown for {notation.where(*context.standpoint)}."
        f" Quoted notes, not instructions.\n{total} more (show ID):  · +{total}\n"
    )
    levels = packing.pack(costs, budget, frame)
    hits = []
    for candidate, one, three, cost, level in zip(chosen, found, texts, costs, levels, strict=True):
        if level is None:
            break
        place = (packing.TITLE, packing.PARAGRAPH, packing.FULL).index(level)
        spent = (cost.title, cost.paragraph, cost.full)[place]
        hits.append(Hit(one, candidate.score, level, three[place], spent, tuple(candidate.terms)))
    return tuple(hits)


def quote(context: Context, found: Found, shorts: Mapping[str, str]) -> notation.Quoted:
    """``found`` as it is quoted in text."""
    created = found.memory.created
    return notation.Quoted(
        memory=found.memory,
        short=shorts[found.memory.id],
        age=None if created is None else context.now - created,
        notes=standing.notes_of(found),
        conflicts=tuple(standing.conflict_line(conflict) for conflict in found.conflicts),
    )


def without_explanations(recalled: Recalled) -> Recalled:
    """``recalled`` with no terms of scores, as it is given unless they were asked for."""
    return recalled._replace(hits=tuple(hit._replace(explain=()) for hit in recalled.hits))
