"""The memories of a view that answer a question, in order: three arms gather them, what else speaks for them weighs them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions import judging, selecting
from agentmem.actions.context import Context
from agentmem.index.index import Index
from agentmem.index.view import NO_TIME, View
from agentmem.model import analysis, kinds, ranking, scopes, verdict
from agentmem.model.query import Query
from agentmem.model.ranking import Weights

if TYPE_CHECKING:
    from agentmem.actions.meaning import Meaning, Near
    from agentmem.model.usage import Table

ARM = "arm"
"""Marks a term of a score that is added; the others are multiplied."""

MOST_LINKED = 200
"""Named memories up to which their links are followed: more of them name nothing in particular."""

PHRASE_DEPTH = 200
"""How many of the best are looked through for quoted phrases."""


PLACED = 150
"""Memories whose paths are held against the question one by one, those whose paths share most with it."""

JUDGED = 24
"""The best so many have their evidence held against the code before they are shown: four times what is shown by default."""


class Term(NamedTuple):
    """One factor or summand of a score, for ``--explain``."""

    name: str
    value: float
    detail: str = ""


class Candidate:
    """One memory on its way to a rank: its position in the view, its score, what made the score."""

    __slots__ = ("position", "score", "terms")

    def __init__(self, position: int, score: float = 0.0, terms: Sequence[Term] = ()) -> None:
        self.position, self.score, self.terms = position, score, list(terms)


def rank(
    context: Context,
    index: Index,
    view: View,
    asked: Query,
    eligible: Sequence[int],
    files: Sequence[str],
    weights: Weights,
    clock: int,
    meaning: "Meaning | None" = None,
    uses: "Table | None" = None,
) -> tuple[list[Candidate], bool]:
    """The candidates for ``asked`` among ``eligible``, best first, and whether it abstained for want of evidence.

    ``meaning`` is the optional arm; ``uses`` what is known of the use of memories. Ages are as of ``clock`` (seconds UTC):
    who asks for what was known until some moment stands at that moment.
    """
    authored = {row for _, row in index.knowledge.named("role", [context.role])} if context.role else set()
    allowed = bytearray(len(view))
    for position in eligible:
        allowed[position] = 1
    # an arm without weight is not asked at all: what it would find must not come in by another arm's door
    lexical = (
        _lexical(index, view, asked, weights)
        if weights.lexical_arm
        else ranking.Lexical({}, {}, 0.0, 0.0, {}, {})
    )
    scores = {position: score for position, score in lexical.scores.items() if allowed[position]}
    scores = ranking.spread_to_neighbours(scores, _chains(view, scores), weights.neighbours)
    scores = {position: score for position, score in scores.items() if allowed[position]}
    if (
        asked.exact and not asked.terms and weights.lexical_arm
    ):  # a phrase of stop words: nothing but the texts themselves can tell
        scores = dict.fromkeys(eligible, 1.0)
    if asked.phrases:
        scores = _with_phrases(index, view, asked, scores, weights)
    named = _entity_arm(index, view, asked, files) if weights.entity_arm else {}
    entity = {position: s for position, s in named.items() if allowed[position]}
    if asked.exact:
        entity = {position: s for position, s in entity.items() if position in scores}
    if not asked.terms and not entity and not asked.ids and not scores:
        if asked.text.strip() and not asked.filters:
            return [], True
        newest = view.newest_first(eligible)
        return [Candidate(p, 1 / r, [Term("newest", 1 / r, ARM)]) for r, p in enumerate(newest, 1)], False
    enough = weights.abstain * lexical.total
    sure = {position for position in scores if lexical.matched.get(position, 0.0) >= enough} | set(entity)
    near = None
    if meaning is not None and len(asked.terms) <= weights.meaning_terms:
        near = meaning.near(index, view, asked, eligible)
    if not sure:
        candidates = _by_meaning_alone(near, lexical, weights)
    elif (
        near is not None and not entity and not asked.phrases and _is_elsewhere(near, lexical, sure, weights)
    ):
        return [], True
    else:
        candidates = _joined(*_arms(index, view, asked, lexical, scores, entity, near, sure, weights))
    for candidate in candidates:
        _weigh(view, candidate, weights, clock, authored, uses)
    identities = view.columns.ids
    return sorted(candidates, key=lambda c: (-c.score, identities[c.position])), not candidates


Arms = list[tuple[str, float, dict[int, float]]]
"""The name of each arm, what it weighs, and how strongly (0 to 1) it speaks for a position."""


def _arms(
    index: Index,
    view: View,
    asked: Query,
    lexical: ranking.Lexical,
    scores: dict[int, float],
    entity: dict[int, float],
    near: "Near | None",
    sure: set[int],
    weights: Weights,
) -> tuple[Arms, set[int]]:
    """What the arms say, and the positions that are worth a rank by it."""
    best = max((scores.get(position, 0.0) for position in sure), default=0.0)
    arms = [
        ("words", weights.lexical_arm, {p: s / best for p, s in scores.items()} if best else {}),
        ("names and paths", weights.entity_arm, {p: s / (s + 1) for p, s in entity.items()}),
        ("time", weights.temporal_arm, _temporal_arm(view, asked, scores, entity)),
    ]
    keep = {p for p in sure if p in entity or scores.get(p, 0.0) >= weights.relevant * best}
    if weights.area_arm:
        arms.append(("areas", weights.area_arm, _areas(index, view, lexical, keep)))
    if near is not None:
        floor = weights.meaning_floor
        strengths = {p: ranking.nearness(c, floor) for p, c in near.cosines.items() if c > floor}
        arms.append(("meaning", weights.meaning_arm, strengths))
        keep |= near.nearest & strengths.keys()
    return arms, keep


def _by_meaning_alone(near: "Near | None", lexical: ranking.Lexical, weights: Weights) -> list[Candidate]:
    """What answers where the words are too few: very near, and with most of those of the question's words that any memory has.

    Nearness alone would answer a question about one service with what is known of another.
    """
    held = weights.meaning_held * lexical.occurring
    return [
        Candidate(position, cosine, [Term("meaning", cosine, ARM)])
        for position, cosine in (near.cosines.items() if near is not None and held else ())
        if cosine >= weights.meaning_alone and lexical.matched.get(position, 0.0) >= held
    ]


def _is_elsewhere(near: "Near", lexical: ranking.Lexical, sure: set[int], weights: Weights) -> bool:
    """Whether the words that matched were met by chance: no memory is near the question, and none has all that it asks."""
    covered = max(lexical.matched.get(position, 0.0) for position in sure)
    return near.complete and near.best < weights.meaning_apart and covered < lexical.total


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


def _areas(index: Index, view: View, lexical: ranking.Lexical, among: set[int]) -> dict[int, float]:
    """What lies where the question points: by the words that it shares with one path or symbol of a memory."""
    could = {
        position: sum(lexical.rarity[term] for term in terms)
        for position, terms in lexical.placed.items()
        if position in among
    }
    chosen = ranking.order(could, view.columns.ids, PLACED)
    rows = view.columns.rows
    records = index.knowledge.fields(list({rows[position] for position in chosen}))
    paths = {}
    for position in chosen:
        record = records[rows[position]]
        cited = (f"{path} {symbol or ''}" for path, symbol, *_ in record.get("cites", ()))
        paths[position] = [*record.get("scope", ()), *cited]
    return ranking.areas(lexical, paths, analysis.terms)


def _temporal_arm(
    view: View, asked: Query, scores: dict[int, float], entity: dict[int, float]
) -> dict[int, float]:
    """What falls into the span the question names, the newest at 1 and the oldest near 0; without a span, nothing."""
    if asked.after is None:
        return {}
    matched = view.newest_first(p for p in {*scores, *entity} if view.columns.created[p] >= asked.after)
    return {position: 1 - place / len(matched) for place, position in enumerate(matched)}


def _joined(arms: Sequence[tuple[str, float, dict[int, float]]], keep: set[int]) -> list[Candidate]:
    """The sum of the arms' weighted strengths (each 0 to 1) for each position to keep.

    Joining by strength and not by reciprocal rank: ranks forget how far apart two scores are, so that a factor of 1.2 moves a
    memory by twelve places whatever it lacks (``benchmarks/team_history.py``; Bruch et al., *An Analysis of Fusion Functions
    for Hybrid Retrieval*, TOIS 2023, find the same).
    """
    found: dict[int, Candidate] = {}
    for name, weight, strengths in arms:
        for position, strength in strengths.items():
            if position in keep:
                candidate = found.setdefault(position, Candidate(position))
                candidate.score += weight * strength
                candidate.terms.append(Term(name, weight * strength, ARM))
    return list(found.values())


def _weigh(
    view: View,
    candidate: Candidate,
    weights: Weights,
    clock: int,
    same_role: set[int],
    uses: "Table | None",
) -> None:
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
    if uses is not None and (use := uses.get(columns.ids[position])) is not None:
        said = f"helped {use.used}, misled {use.misled}"
        factors.append(Term("use", ranking.usefulness(use, weights), said))
    for factor in factors:
        candidate.score *= factor.value
    candidate.terms += factors


def by_evidence(
    context: Context, index: Index, view: View, ranked: list[Candidate], weights: Weights
) -> list[Candidate]:
    """``ranked`` with what the code says of the evidence of the best of them weighed in."""
    best = ranked[:JUDGED]
    found = judging.judged(context, selecting.fetch(index, view, [candidate.position for candidate in best]))
    scale = (weights.cite_holds, weights.cite_holds, weights.cite_changed, weights.cite_gone, 1.0)
    for candidate, one in zip(best, found, strict=True):
        if one.verdicts:
            factor = verdict.weight(one.verdicts, scale)
            candidate.score *= factor
            candidate.terms.append(Term("evidence", factor, verdict.worst(one.verdicts) or ""))
    identities = view.columns.ids
    return sorted(ranked, key=lambda c: (-c.score, identities[c.position]))
