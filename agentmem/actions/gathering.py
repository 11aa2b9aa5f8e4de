"""What in a view may answer a question, and how strongly each arm speaks for it: words, names, places, links, time, meaning."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions import selecting
from agentmem.index.index import Index
from agentmem.index.view import NO_TIME, View
from agentmem.model import analysis, kinds, ranking, scopes, scoring
from agentmem.model.query import Query
from agentmem.model.ranking import Lexical, Weights

if TYPE_CHECKING:
    from agentmem.actions.meaning import Meaning, Near

MOST_LINKED = 200
"""Named memories up to which their links are followed: more of them name nothing in particular."""

PHRASE_DEPTH = 200
"""How many of the best are looked through for quoted phrases."""

PLACED = 150
"""Memories whose paths are held against the question one by one, those whose paths share most with it."""

EVENTS = frozenset(("log", "decision", "reflection"))
"""The kinds that say when something was so."""

NOTHING = Lexical({}, {}, 0.0, 0.0, {}, {})


class Arm(NamedTuple):
    """One arm: its name, what it weighs in the fixed formula, how strongly (0 to 1) it speaks for each position."""

    name: str
    weight: float
    strengths: Mapping[int, float]


class Gathered(NamedTuple):
    """What was found. ``keep`` are the positions that are worth a rank, none where nothing answers, and ``most`` how many of them
    are worth showing; ``plain``: there was nothing to find by, and ``keep`` is in order, newest first.
    """

    arms: Sequence[Arm]
    keep: Sequence[int] = ()
    most: int = 0
    plain: bool = False


NOTHING_FOUND = Gathered(())


def gather(
    index: Index,
    view: View,
    asked: Query,
    eligible: Sequence[int],
    files: Sequence[str],
    weights: Weights,
    meaning: "Meaning | None" = None,
    for_manager: bool = False,
    may_be_misspelt: bool = True,
) -> Gathered:
    """What answers ``asked`` among ``eligible``; ``files`` are what the asker works on, ``meaning`` is the optional arm.

    ``for_manager``: with the signals that only a trained manager weighs. ``may_be_misspelt``: where nothing answers, words that
    nobody has used are read as near ones.
    """
    allowed = bytearray(len(view))
    for position in eligible:
        allowed[position] = 1
    # an arm without weight is not asked at all: what it would find must not come in by another arm's door
    lexical = by_words(index, view, asked, weights) if weights.lexical_arm else NOTHING
    _lead_on(view, lexical, allowed, weights)
    scores = {position: score for position, score in lexical.scores.items() if allowed[position]}
    scores = ranking.spread_to_neighbours(scores, _chains(view, scores), weights.neighbours)
    scores = {position: score for position, score in scores.items() if allowed[position]}
    if asked.exact and not asked.terms and weights.lexical_arm:
        scores = dict.fromkeys(eligible, 1.0)  # a phrase of stop words: nothing but the texts can tell
    if asked.phrases:
        scores = _with_phrases(index, view, asked, scores, weights)
    named = _names(index, view, asked, files) if weights.entity_arm else {}
    entity = {position: s for position, s in named.items() if allowed[position]}
    if asked.exact:
        entity = {position: s for position, s in entity.items() if position in scores}
    if not asked.terms and not entity and not asked.ids and not scores:
        if asked.text.strip() and not asked.filters and not asked.dated:
            return NOTHING_FOUND
        newest = view.newest_first(p for p in eligible if asked.spans(view.columns.created[p]))
        return Gathered((), newest, len(newest), plain=True)
    enough = weights.abstain * lexical.total
    sure = {position for position in scores if lexical.matched.get(position, 0.0) >= enough} | set(entity)
    near = None
    if meaning is not None and len(asked.terms) <= weights.meaning_terms:
        near = meaning.near(index, view, asked, eligible)
    if not sure and asked.terms and not asked.exact and may_be_misspelt:
        from agentmem.actions import spelling

        words = spelling.corrected(index, view, asked, allowed)
        if words:
            again = gather(
                index, view, asked.reading(words), eligible, files, weights, meaning, for_manager, False
            )
            if again.keep:
                read = ", ".join(f'"{word}" as "{known}"' for word, known in words.items())
                index.notes.append(f"read {read}")
                return again
    if not sure:
        alone = _by_meaning_alone(near, lexical, weights)
        return Gathered([Arm("meaning", 1.0, alone)], list(alone), len(alone))
    if near is not None and not entity and not asked.phrases and _is_elsewhere(near, lexical, sure, weights):
        return NOTHING_FOUND
    best = max((scores.get(position, 0.0) for position in sure), default=0.0)
    keep = dict.fromkeys(p for p in sure if p in entity or scores.get(p, 0.0) >= weights.relevant * best)
    most = len(keep)
    if for_manager:  # it tells better what is right among many, and puts no more of them forward
        wide = weights.wide * lexical.total
        keep |= dict.fromkeys(p for p in scores if p in sure or lexical.matched.get(p, 0.0) >= wide)
    worded = {p: s / best for p, s in scores.items()} if best else {}
    named_so = {p: s / (s + 1) for p, s in entity.items()}
    arms = [
        Arm("words", weights.lexical_arm, worded),
        Arm("names and paths", weights.entity_arm, named_so),
        Arm("time", weights.temporal_arm, _temporal(view, asked, scores, entity)),
    ]
    if weights.area_arm:
        arms.append(Arm("areas", weights.area_arm, _areas(index, view, lexical, keep)))
    if weights.related_arm and not asked.exact:
        from agentmem.actions import relating

        strengths = relating.related(index, view, worded, named_so, allowed)
        arms.append(Arm("related", weights.related_arm, strengths))
    if near is not None:
        floor = weights.meaning_floor
        cosines = {p: ranking.nearness(c, floor) for p, c in near.cosines.items() if c > floor}
        arms.append(Arm("meaning", weights.meaning_arm, cosines))
        more = [p for p in near.nearest if p in cosines and p not in keep]
        keep, most = keep | dict.fromkeys(more), most + len(more)
    if for_manager:
        first = ranking.order(scores, view.columns.ids, len(scores))
        arms.append(Arm(scoring.FIRST, 0.0, {p: 1 / rank for rank, p in enumerate(first, 1)}))
        whole = lexical.total or 1.0
        arms.append(Arm(scoring.COVERED, 0.0, {p: min(m / whole, 1.0) for p, m in lexical.matched.items()}))
    return Gathered(arms, list(keep), most)


def by_words(index: Index, view: View, asked: Query, weights: Weights) -> Lexical:
    """What the words of ``asked`` give, and the other names of what it names by an entity's page."""
    others = _other_names(index, view, asked)
    wanted = dict.fromkeys([*asked.terms, *(term for other in others for term in other.terms)])
    columns = view.columns
    statistics = ranking.Statistics(len(view), view.average_lengths, columns.lengths)
    postings = index.postings(list(wanted))
    found = ranking.bm25f(asked.terms, postings, view.positions, statistics, weights, others)
    for row, twins in view.twins.items():
        first = view.positions[row]
        for other in twins:
            if first in found.scores:
                found.scores[other] = found.scores[first]
                found.matched[other] = found.matched[first]
    return found


def _other_names(index: Index, view: View, asked: Query) -> list[ranking.OtherName]:
    """The further names of what ``asked`` names by its title or an alias of its page."""
    if not asked.names:
        return []
    found = index.knowledge.named("alias", [name for name in asked.names if len(name) > 2])
    named: dict[int, set[str]] = {}
    for value, row in found:
        if row in view.positions and view.shown[view.positions[row]]:
            named.setdefault(row, set()).add(value)
    if not named or len(named) > MOST_LINKED:
        return []
    others = []
    for row, record in sorted(index.knowledge.fields(list(named)).items()):
        stands_for = (
            frozenset(term for name in named[row] for term in analysis.terms(name)) & asked.terms.keys()
        )
        for name in (record.get("title", ""), *record.get("aliases", ()), *record.get("entities", ())):
            terms = tuple(dict.fromkeys(analysis.terms(name)))
            if stands_for and terms and not asked.terms.keys() >= set(terms):
                others.append(ranking.OtherName(terms, stands_for))
    return others


def _lead_on(view: View, lexical: Lexical, allowed: Sequence[int], weights: Weights) -> None:
    """Let what was superseded lead to what is said now: who asks in the old words is answered by the successor."""
    if not view.superseded or not lexical.scores:
        return
    columns, floor = view.columns, weights.relevant * max(lexical.scores.values())
    old = [p for p, s in lexical.scores.items() if s >= floor and columns.ids[p] in view.superseded]
    for position in sorted(old, key=lambda p: columns.ids[p]):
        for successor in view.in_place_of(columns.ids[position]) if not allowed[position] else ():
            for found in (lexical.scores, lexical.matched):
                found[successor] = max(found.get(successor, 0.0), weights.successor * found[position])


def _by_meaning_alone(near: "Near | None", lexical: Lexical, weights: Weights) -> dict[int, float]:
    """What answers where the words are too few: very near, and with most of those of the question's words that any memory has.

    Nearness alone would answer a question about one service with what is known of another.
    """
    held = weights.meaning_held * lexical.occurring
    return {
        position: cosine
        for position, cosine in (near.cosines.items() if near is not None and held else ())
        if cosine >= weights.meaning_alone and lexical.matched.get(position, 0.0) >= held
    }


def _is_elsewhere(near: "Near", lexical: Lexical, sure: set[int], weights: Weights) -> bool:
    """Whether the words that matched were met by chance: no memory is near the question, and none has all that it asks."""
    covered = max(lexical.matched.get(position, 0.0) for position in sure)
    return near.complete and near.best < weights.meaning_apart and covered < lexical.total


def _chains(view: View, scores: Mapping[int, float]) -> list[list[int]]:
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


def _names(index: Index, view: View, asked: Query, files: Sequence[str]) -> dict[int, float]:
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


def _areas(index: Index, view: View, lexical: Lexical, among: Iterable[int]) -> dict[int, float]:
    """What lies where the question points: by the words that it shares with one path or symbol of a memory."""
    could = {
        position: sum(lexical.rarity[term] for term in lexical.placed[position])
        for position in among
        if position in lexical.placed
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


def _temporal(
    view: View, asked: Query, scores: Mapping[int, float], entity: Mapping[int, float]
) -> dict[int, float]:
    """What falls into the span that the question names, the newest at 1, the oldest at half; of one that asks when, what says
    when something happened. Nothing where the question has no time words.
    """
    if not asked.dated:
        return {}
    created = view.columns.created
    matched = {*scores, *entity}
    if asked.asks_when:
        matched = {p for p in matched if view.kind(p) in EVENTS}
    within = view.newest_first(p for p in matched if created[p] != NO_TIME and asked.spans(created[p]))
    return {position: 1 - place / (2 * len(within)) for place, position in enumerate(within)}
