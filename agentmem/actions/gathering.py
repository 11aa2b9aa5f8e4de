"""What in a view may answer a question, and how strongly each arm speaks for it: words, names, places, links, time, meaning."""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions import filed, selecting
from agentmem.actions.wording import FIRST, Words
from agentmem.index.columns import NO_TIME
from agentmem.index.index import Index
from agentmem.index.view import View
from agentmem.model import analysis, bylines, ranking, relatives, scopes, scoring
from agentmem.model.query import Query
from agentmem.model.ranking import Weights

if TYPE_CHECKING:
    from agentmem.actions.meaning import Meaning, Near

MOST_LINKED = 200
"""Named memories up to which their links are followed: more of them name nothing in particular."""

PHRASE_DEPTH = 200
"""How many of the best are looked through for quoted phrases."""

PLACED = 150
"""Memories whose paths are held against the question one by one, those whose paths share most with it."""

NEARLY = 0.15
"""The evidence from which on a memory is told of where none is an answer: on the first halves of all sets 70 in 100 of what is
lost are told so, of strangers' questions 13 in 100 are told anything; at .1 73 and 21, at .2 66 and 8.
"""

MOST_FIRM = 5
"""Memories that a name leads to without further evidence: of what a dozen are about, those are meant that have more of what is
asked, unless nothing more is.
"""

WORD = 0.3
"""How much a name counts that stands in the question as a common word: many notes of booking are about a slot."""

EVENTS = frozenset(("log", "decision", "reflection"))
"""The kinds that say when something was so."""

_PROSE = re.compile(r"(?<![\w`.])[a-z]+(?![\w`(]|\.\w)").findall
"""Words in small letters that are no part of code: ``send()``, `send` and Gateway.send are."""


class Arm(NamedTuple):
    """One arm: its name, what it weighs in the fixed formula, how strongly (0 to 1) it speaks for each position; by what, where
    that says more than the name.
    """

    name: str
    weight: float
    strengths: Mapping[int, float]
    said: Mapping[int, str] = MappingProxyType({})


def _telling(name: str, weight: float, found: Mapping[int, tuple[float, str]]) -> Arm:
    """An arm whose strengths say by what they are."""
    return Arm(
        name,
        weight,
        {position: strength for position, (strength, _) in found.items()},
        {position: by for position, (_, by) in found.items()},
    )


class Gathered(NamedTuple):
    """What was found. ``keep`` are the positions that are worth a rank, none where nothing answers, and ``most`` how many of them
    are worth showing; ``plain``: there was nothing to find by, and ``keep`` is in order of age. ``read`` has the words of
    the question that were read as others; ``nearest`` is what comes nearest where nothing answers; ``open`` is how much of the
    question the words leave open, 0 to 1.
    """

    arms: Sequence[Arm]
    keep: Sequence[int] = ()
    most: int = 0
    plain: bool = False
    read: Mapping[str, str] = MappingProxyType({})
    nearest: Sequence[int] = ()
    open: float = 1.0


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
    if by_authors := _of_authors(index, view, asked, eligible):
        return Gathered((), by_authors, len(by_authors), plain=True)
    # an arm without weight is not asked at all: what it would find must not come in by another arm's door
    words = Words(index, view, asked, allowed, weights, for_manager) if weights.lexical_arm else None
    scores = words.scores if words else {}
    if asked.exact and not asked.terms and words:
        scores = dict.fromkeys(eligible, 1.0)  # a phrase of stop words: nothing but the texts can tell
    if asked.phrases:
        scores = _with_phrases(index, view, asked, scores, weights)
    named = _names(index, view, asked, files, words) if weights.entity_arm else NOTHING_NAMED
    entity = {position: s for position, s in named.strengths.items() if allowed[position]}
    if asked.exact:
        entity = {position: s for position, s in entity.items() if position in scores}
    if not (asked.terms or entity or scores or _names_an_id(view, asked)):
        nothing_else = not asked.filters and not asked.dated
        if (files and not asked.text.strip()) or (asked.text.strip() and nothing_else):
            return NOTHING_FOUND
        aged = _by_age(view, asked, eligible)
        return Gathered((), aged, len(aged), plain=True)
    evidence = words.evidence if words else {}
    first = ranking.order(scores, view.columns.ids, FIRST)
    sure = set(scores) if asked.exact else {p for p in first if evidence.get(p, 0.0) >= 1}
    firm = named.firm & entity.keys()
    sure |= firm
    near = None
    if meaning is not None and len(asked.terms) <= weights.meaning_terms:
        near = meaning.near(index, view, asked, eligible)
    if not sure and asked.terms and not asked.exact and may_be_misspelt:
        from agentmem.actions import spelling

        read = spelling.corrected(index, view, asked, allowed) if words and words.only_lacks_strange else {}
        if read:
            right = asked.reading(read)
            again = gather(index, view, right, eligible, files, weights, meaning, for_manager, False)
            if again.keep and Words(index, view, right, allowed, weights).covers(spelling.SURE):
                said = ", ".join(f'"{word}" as "{known}"' for word, known in read.items())
                index.notes.once(f"read {said}")
                return again._replace(read=read)
    if not sure:
        alone = _by_meaning_alone(near, words, weights)
        nearest = () if alone or asked.exact else _nearest(view, near, words, weights)
        return Gathered([Arm("meaning", 1.0, alone)], list(alone), len(alone), nearest=nearest)
    if near is not None and not firm and not asked.phrases and _is_elsewhere(near, words, sure, weights):
        return NOTHING_FOUND
    best = max((scores.get(position, 0.0) for position in sure), default=0.0)
    floor = weights.relevant * best
    answers = {p for p in sure & scores.keys() if scores[p] >= floor or words.has_more(p)} if words else set()
    # where one is an answer by its words, others that are nearly one may be too, and never count for more
    close = scores.items() if best else ()
    nearly = {p for p, s in close if s >= floor and evidence.get(p, 0.0) >= weights.along} - sure
    along = answers | nearly
    keep = dict.fromkeys(sorted(along | firm))
    most = len(keep)
    if for_manager:  # it tells better what is right among many, and puts no more of them forward
        keep |= dict.fromkeys(p for p in scores if evidence.get(p, 0.0) >= weights.wide)
    worded = {p: s / best for p, s in scores.items()} if best else {}
    worded.update({p: min(worded[p], 1.0) for p in nearly if best})
    named_so = {p: s / (s + 1) for p, s in entity.items()}
    arms = [
        Arm("words", weights.lexical_arm, worded, words.said if words else {}),
        Arm("names and paths", weights.entity_arm, named_so, named.said),
        Arm("time", weights.temporal_arm, _temporal(view, asked, scores, entity)),
    ]
    if weights.area_arm and words:
        arms.append(_telling("areas", weights.area_arm, _areas(index, view, words, keep)))
    # where a file alone is asked for, what shares its folder would speak for what does, against what cites the file itself
    if weights.related_arm and asked.terms and not asked.exact:
        from agentmem.actions import relating

        found = relating.related(index, view, worded, named_so, allowed)
        arms.append(_telling("related", weights.related_arm, found))
    # the model sees each entry of a conversation alone, and not who wrote it: where what was said before completes the best, or
    # somebody is asked for, it knows less than we
    partly = words and (words.names_authors or (first and first[0] in words.completed))
    if near is not None and not partly:
        low = weights.meaning_floor
        cosines = {p: ranking.nearness(c, low) for p, c in near.cosines.items() if c > low}
        arms.append(Arm("meaning", weights.meaning_arm, cosines))
        more = [p for p in near.nearest if p in cosines and p not in keep]
        # their words are no answer: they count as far as they are evidence, and never put one before an answer
        worded.update({p: worded[p] * min(1.0, evidence.get(p, 0.0)) for p in more if p in worded})
        keep, most = keep | dict.fromkeys(more), most + len(more)
    if for_manager and words:
        places = ranking.order(scores, view.columns.ids, len(scores))
        arms.append(Arm(scoring.FIRST, 0.0, {p: 1 / rank for rank, p in enumerate(places, 1)}))
        arms.append(Arm(scoring.COVERED, 0.0, {p: words.coverage.share(p) for p in keep}))
    return Gathered(arms, list(keep), most, open=words.open if words else 1.0)


def _names_an_id(view: View, asked: Query) -> bool:
    """Whether it has an id that is one here: words such as "changed" are of the letters of ids."""
    return any(view.with_id(prefix) for prefix in asked.ids)


def _by_meaning_alone(near: "Near | None", words: Words | None, weights: Weights) -> dict[int, float]:
    """What answers where the words are too few: very near, and with most of those of the question's words that any memory has.

    Nearness alone would answer a question about one service with what is known of another.
    """
    if near is None or words is None:
        return {}
    close = {position: c for position, c in near.cosines.items() if c >= weights.meaning_alone}
    known = words.coverage_of(set(close))
    held = weights.meaning_held * known.occurring
    return {position: c for position, c in close.items() if held and known.weight(position) >= held}


def _nearest(view: View, near: "Near | None", words: Words | None, weights: Weights) -> list[int]:
    """What comes nearest to answering, best first, by meaning and by words in turn: who asks in quite other words finds it so."""
    by_words = [p for p in words.first if words.evidence.get(p, 0.0) >= NEARLY] if words else []
    close = {p: c for p in near.nearest if (c := near.cosines[p]) >= weights.meaning_near} if near else {}
    by_meaning = ranking.order(close, view.columns.ids, len(close))
    turns = itertools.zip_longest(by_meaning, by_words)
    return list(dict.fromkeys(p for turn in turns for p in turn if p is not None))


def _is_elsewhere(near: "Near", words: Words | None, sure: set[int], weights: Weights) -> bool:
    """Whether the words that matched were met by chance: no memory is near the question, and none has all that it asks."""
    if words is None or not near.complete or near.best >= weights.meaning_apart:
        return False
    return max(words.coverage.weight(position) for position in sure) < words.coverage.total


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


class Named(NamedTuple):
    """What is named, how strongly, and which of that so that it needs no further evidence; by what, where that is one thing."""

    strengths: Mapping[int, float]
    firm: frozenset[int] = frozenset()
    said: Mapping[int, str] = MappingProxyType({})


NOTHING_NAMED = Named({})


def _names(index: Index, view: View, asked: Query, files: Sequence[str], words: Words | None) -> Named:
    """What is named outright: ids, entities, aliases, tags, symbols, paths, scopes that meet the files at hand; and, at half
    the strength, what those link to.

    Among a hundred words some will be the name of something by chance, and a path lie where a broad scope is: such a name is
    firm only where it is much of what is asked (``Words.is_much``).
    """
    near: dict[int, float] = {}
    firm: set[int] = set()
    said: dict[int, str] = {}

    def meet(by: str, positions: Iterable[int], strength: float, is_firm: bool = True) -> None:
        for position in positions:
            near[position] = near.get(position, 0.0) + strength
            said.setdefault(position, by)
            if is_firm:
                firm.add(position)

    def is_much(name: str, positions: Sequence[int] = ()) -> bool:
        return words is None or words.is_much(name, of_all=len(positions) > MOST_FIRM)

    common = _common(asked)

    for prefix in asked.ids:
        for position in view.with_id(prefix):
            meet(prefix, [position], 4.0)
            meet(f"in place of {prefix}", view.successors(view.columns.ids[position]), 3.0)
    knowledge = index.knowledge
    if asked.names:
        for key, names, strength in (
            ("alias", asked.either, 2.0),
            ("entity", asked.either, 1.5),
            ("symbol", asked.names, 1.5),
            ("source_id", asked.names, 4.0),
        ):
            having: dict[str, list[int]] = {}
            for value, row in knowledge.named(key, names):
                having.setdefault(value, []).extend(view.positions_of(row))
            for value, positions in having.items():
                is_word = value.isalpha() and common.issuperset(analysis.terms(value))
                if len(value) > 2 and positions and not (is_word and key == "symbol"):
                    is_firm = key == "source_id" or (is_much(value, positions) and not is_word)
                    counts = WORD if is_word else words.share(value) if words else 1.0
                    meet(value, positions, strength * counts, is_firm)
        # what a page gives another name of is named by that as well, and so is what is written as one word
        for other, _ in words.others if words else ():
            is_firm = words is None or words.are_much(other.stands_for)
            for key, strength in (("alias", 2.0), ("entity", 1.5)):
                new = [
                    position
                    for _, row in knowledge.named(key, [other.name])
                    for position in view.positions_of(row)
                    if position not in near
                ]
                meet(f"{other.name}, by another name", new, strength, is_firm)
    at_hand = [scopes.normal(path) for path in files]
    for row, strength in filed.about_files(index, at_hand).items() if at_hand else ():
        meet(at_hand[0] if len(at_hand) == 1 else "--file", view.positions_of(row), strength)
    for path in dict.fromkeys(map(scopes.normal, asked.paths)):
        for row, strength in filed.about_files(index, [path]).items():
            meet(path, view.positions_of(row), strength, strength >= filed.ITSELF or is_much(path))
    if near and len(near) <= MOST_LINKED:
        last_first = reversed(list(enumerate(view.columns.ids))) if view.columns.links else ()
        by_id = {identity: i for i, identity in last_first}  # the first of an id is the view's own
        for position, strength in list(near.items()):
            for linked in (target for targets in view.columns.links.get(position, ()) for target in targets):
                if linked in by_id and by_id[linked] not in near:
                    near[by_id[linked]] = strength / 2
                    said[by_id[linked]] = f"linked from {view.shorts[view.columns.ids[position]]}"
                    if position in firm:
                        firm.add(by_id[linked])
    return Named(near, frozenset(firm), said)


def _common(asked: Query) -> frozenset[str]:
    """The terms of what stands in the question as a common word and not as one writes code: "who should send flowers" means no
    function ``send``, "what does send() do" does.
    """
    known = (analysis.terms(word) for word in _PROSE(asked.plain[:1].lower() + asked.plain[1:]))
    return frozenset(term for terms in known for term in terms if relatives.is_known(term))


def _areas(index: Index, view: View, words: Words, among: Iterable[int]) -> dict[int, tuple[float, str]]:
    """What lies where the question points: by the words that it shares with one path or symbol of a memory, and which."""
    lexical = words.lexical
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
        cited = (f"{path} {symbol}" if symbol else path for path, symbol, *_ in record.get("cites", ()))
        paths[position] = [*record.get("scope", ()), *cited]
    spelt = [(word.parts, word.wholes) for word in words.asked.words]
    return ranking.areas(lexical, paths, spelt, analysis.written)


def _of_authors(index: Index, view: View, asked: Query, eligible: Sequence[int]) -> list[int]:
    """What was written in the span that the question names by those that it names, where it asks for nothing else."""
    if not (asked.spanned and asked.terms):
        return []
    common = _common(asked)
    names = (name for name in asked.names if not common.issuperset(analysis.terms(name)))
    authored = index.knowledge.named("author", [*asked.people, *names])
    said = frozenset(term for author, _ in authored for term in analysis.terms(author))
    if not authored or asked.terms.keys() - said.union(*asked.kinds.values()) - bylines.NOTHING_MORE:
        return []
    rows = {row for _, row in authored}
    theirs = (p for p in eligible if view.columns.rows[p] in rows)
    return _by_age(view, asked, [p for p in theirs if not asked.kinds or view.kind(p) in asked.kinds])


def _by_age(view: View, asked: Query, positions: Iterable[int]) -> list[int]:
    """Those of ``positions`` in the span that the question names, from the end that it is after: the newest, else the oldest."""
    created = view.columns.created
    within = (position for position in positions if asked.spans(created[position]))
    return view.oldest_first(within) if asked.oldest else view.newest_first(within)


def _temporal(
    view: View, asked: Query, scores: Mapping[int, float], entity: Mapping[int, float]
) -> dict[int, float]:
    """What falls into the span that the question names, the newest (where it is after the oldest, these) at 1, the last at half;
    of one that asks when, what says when something happened. Nothing where the question has no time words.
    """
    if not asked.dated:
        return {}
    created = view.columns.created
    matched = {*scores, *entity}
    if asked.asks_when:
        matched = {p for p in matched if view.kind(p) in EVENTS}
    within = _by_age(view, asked, (p for p in matched if created[p] != NO_TIME))
    return {position: 1 - place / (2 * len(within)) for place, position in enumerate(within)}
