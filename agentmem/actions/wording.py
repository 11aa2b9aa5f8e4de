"""What the words of a question give: the scores of the memories that may be shown, and whether these answer it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from agentmem.index.columns import NO_TIME
from agentmem.index.index import Index
from agentmem.index.view import View
from agentmem.model import analysis, coverage, digest, kinds, passages, ranking, relatives, safety
from agentmem.model.coverage import Coverage, Unit
from agentmem.model.postings import NAMES_AT
from agentmem.model.query import Query
from agentmem.model.ranking import Posting, Weights
from agentmem.model.relatives import Relative

LEAST = 0.05
"""The share of the best score below which what a memory has of the question is never looked at."""

FIRST = 15
"""The best by words of which one must be an answer: among thousands that match a little, chance makes one that matches more."""

MOST_HELD = 200
"""The best so many are held against the question: of thousands that share a word nobody looks at the last."""

EQUAL = 0.9
"""The share of the best score from which on one that has as much of the question may be meant as well."""

BEFORE_IT = "with what was said before it"
"""How an entry of a log speaks for the words that it takes up."""

CONVERSED = 200
"""The best so many, whose days are read as conversations."""

LONG, READ = 1.5, 20
"""By how many times the mean a body is long, and how many of the best such are read passage by passage."""

PART = 3
"""Letters that each part of a word has at least that is read as two."""

SAID = 40
"""Characters of a passage by which it is named."""

MOST_NAMED = 50
"""Pages of entities that a question names up to which their other names are looked for."""


class Words:
    """The words of one question in one view.

    With what other names of the same say, what a successor takes over from what it replaced, and an entry of a log from those
    before it.
    """

    def __init__(
        self,
        index: Index,
        view: View,
        asked: Query,
        allowed: Sequence[int],
        weights: Weights,
        deep: bool = False,
    ) -> None:
        """``allowed`` says of each position whether it may be shown; ``deep``: evidence is wanted of many, as by a manager."""
        self.deep = deep
        self.index, self.view, self.asked, self.allowed, self.weights = index, view, asked, allowed, weights
        others = [*_other_names(index, view, asked), *_written_together(asked, weights)]
        known = _relatives(asked, weights)
        wanted = dict.fromkeys(
            [
                *asked.terms,
                *(term for other in others for term in other.terms),
                *(one.term for some in known.values() for one in some),
            ]
        )
        self.statistics = ranking.Statistics(
            len(view), view.average_lengths, view.columns.lengths, ranking.b_of_bodies(view.spread)
        )
        self.postings = index.postings(list(wanted))
        others += _written_apart(index, view, asked, self.postings)
        self.names_authors = _add_bylines(index, view, asked, self.postings)
        """Whether authors are asked for: of whom a memory is, its text does not say."""
        self.lexical = ranking.bm25f(asked.terms, self.postings, view.positions, self.statistics, weights)
        self.near = relatives.near(known, self.postings, view.positions, self.statistics, weights)
        self.others = ranking.other_names(others, self.postings, view.positions, self.statistics, weights)
        best = ranking.order(self.lexical.scores, view.columns.ids, CONVERSED) if weights.neighbours else []
        self.chains = _chains(view, best)
        self.heirs: dict[int, list[int]] = {}
        """The positions that speak for one that has not their words: what it replaced, the same blob at another path."""
        self.said: dict[int, str] = {}
        """How its words come to speak for a position that has not all of them itself, for who asks why."""
        self.completed: set[int] = set()
        """The entries of logs that take up words from those before them."""
        self.scores = self._scores()
        self.first = ranking.order(self.scores, view.columns.ids, FIRST)

    def _scores(self) -> dict[int, float]:
        scores, view, weights = self.lexical.scores, self.view, self.weights
        more = self._by_passages()
        for name, found in self.others:
            # in place of the name that was used: who has both has not twice what is asked
            used = {term: self.asked.terms[term] for term in name.stands_for}
            parts = ranking.by_term(used, self.postings, view.positions, found, self.statistics, weights)
            for position, score in found.items():
                said = sum(parts[term].get(position, 0.0) for term in sorted(parts))
                if score - said > more.get(position, 0.0):
                    more[position] = score - said
                    self.said[position] = f'as "{name.name}"'
        self._add_near(more)
        for position, score in more.items():
            scores[position] = scores.get(position, 0.0) + score
        if self.chains:
            own = frozenset(scores)
            members = {position for chain in self.chains for position in chain}
            known = self.lexical.holders
            parts = ranking.by_term(
                self.asked.terms, self.postings, view.positions, members, self.statistics, weights, known
            )
            for term in sorted(parts):
                for chain in self.chains:
                    taken = ranking.borrowed(parts[term], chain, own, weights.neighbours)
                    for position, value in taken.items():
                        scores[position] += value
                        self.completed.add(position)
                        self.said.setdefault(position, BEFORE_IT)
        for row, twins in view.twins.items():
            first = view.positions[row]
            for other in twins if first in scores else ():
                scores[other] = scores[first]
                self.heirs.setdefault(other, []).append(first)
        self._lead_on(scores)
        return {position: score for position, score in scores.items() if self.allowed[position]}

    def _by_passages(self) -> dict[int, float]:
        """What long memories gain where they are judged by their best passage."""
        view, weights, known, scores = self.view, self.weights, self.statistics, self.lexical.scores
        asked = self.asked.terms
        if not weights.passage or self.asked.exact or len(asked) > weights.passage_terms:
            return {}
        sizes, mean = known.lengths[3], known.averages[3]
        long = {p: s for p, s in scores.items() if sizes[p] > LONG * mean and self.allowed[p]}
        best = ranking.order(long, view.columns.ids, READ)
        memories = self.index.knowledge.memories([view.columns.rows[p] for p in best])
        gains = {
            term: ranking.worth(term, self.lexical.holders[term], n, known, weights)
            for term, n in asked.items()
        }
        elsewhere = ranking.outside_bodies(
            asked, self.postings, view.positions, frozenset(best), known, weights
        )
        slope, least = known.b_body / mean, 1 - known.b_body
        gained = {}
        for position in best:
            parts = passages.passages(memories[view.columns.rows[position]].body)
            if len(parts) < 2:
                continue
            found = passages.best(parts, gains, elsewhere.get(position, {}), slope, least, weights.k1)
            if weights.passage * found.score > scores[position]:
                gained[position] = weights.passage * found.score - scores[position]
                self.said[position] = (
                    f'by its passage "{digest.shortened(safety.one_line(found.text), SAID)}"'
                )
        return gained

    def _add_near(self, more: dict[int, float]) -> None:
        """Add to ``more`` what relatives of words are worth; the one that is worth most says how."""
        if not self.near:
            return
        spelt = {term: chunk for chunk, terms in analysis.chunks(self.asked.plain) for term in terms}
        most: dict[int, float] = {}
        for term, having in sorted(self.near.items()):
            holders, count = self.lexical.holders[term], self.asked.terms[term]
            worth = ranking.worth(term, holders, count, self.statistics, self.weights)
            for position, one in having.items():
                value = one.share * one.often * worth
                more[position] = more.get(position, 0.0) + value
                if value > most.get(position, 0.0) and (position in most or position not in self.said):
                    most[position] = value
                    self.said[position] = f'"{one.word}" for "{spelt[term]}"'

    def _lead_on(self, scores: dict[int, float]) -> None:
        """Let what was superseded lead to what is said now: who asks in the old words is answered by the successor."""
        view, weights = self.view, self.weights
        if not view.superseded or not scores:
            return
        identities, floor = view.columns.ids, weights.relevant * max(scores.values())
        old = [p for p, s in scores.items() if s >= floor and identities[p] in view.superseded]
        for position in old:
            for successor in view.in_place_of(identities[position]) if not self.allowed[position] else ():
                if weights.successor * scores[position] > scores.get(successor, 0.0):
                    scores[successor] = weights.successor * scores[position]
                    self.said[successor] = f"of {view.shorts[identities[position]]}, which it replaces"
                self.heirs.setdefault(successor, []).append(position)

    @cached_property
    def units(self) -> list[Unit]:
        """The words of the question as they count."""
        return coverage.units(self.asked.words, self.postings, self.view.positions, self.statistics.size)

    def is_much(self, name: str, of_all: bool = False) -> bool:
        """Whether the weightiest word of ``name`` is as much of the question as an answer has of it at least; ``of_all``: whether
        nothing else is asked.
        """
        return self.share(name) > 1 - 1e-9 if of_all else self.are_much(self._terms_of(name))

    def share(self, name: str) -> float:
        """How much of the question ``name`` is, by weight, 0 to 1."""
        terms = self._terms_of(name)
        weight = sum(unit.weight for unit in self.units if not terms.isdisjoint(unit.terms))
        return min(1.0, weight / whole) if (whole := sum(coverage.asked_for(self.units))) else 1.0

    def _terms_of(self, name: str) -> frozenset[str]:
        return self.asked.terms_of(name) or frozenset(analysis.terms(name))

    def are_much(self, terms: frozenset[str]) -> bool:
        """The same of the words that have ``terms``."""
        weights = [unit.weight for unit in self.units if not terms.isdisjoint(unit.terms)]
        return max(weights, default=0.0) >= coverage.OF_ALL * sum(coverage.asked_for(self.units))

    @cached_property
    def coverage(self) -> Coverage:
        """How much of the question each memory has that scores well enough to be shown."""
        floor = (LEAST if self.deep else self.weights.relevant) * max(self.scores.values(), default=0.0)
        most = len(self.scores) if self.deep else MOST_HELD
        best = ranking.order(self.scores, self.view.columns.ids, most)
        return self.coverage_of({p for p in best if self.scores[p] >= floor}.union(self.first))

    @cached_property
    def open(self) -> float:
        """How much the words leave open, 0 to 1: see ``coverage.left_open``."""
        known = self.coverage
        best = max((known.weight(position) for position in known.held), default=0.0)
        least = EQUAL * max(self.scores.values(), default=0.0)
        equals = [p for p in known.held if known.weight(p) >= best and self.scores.get(p, 0.0) >= least]
        return coverage.left_open(best / known.whole if known.whole else 0.0, len(equals))

    def has_more(self, position: int) -> bool:
        """Whether a memory has more of the question than the best by score: a long one counts little for each word."""
        return bool(self.first) and self.coverage.weight(position) > self.coverage.weight(self.first[0])

    @property
    def only_lacks_strange(self) -> bool:
        """Whether some memory has all of the question's words that any has: then the others may be misspelt."""
        known = self.coverage
        return not known.occurring_words or any(
            one.words >= known.occurring_words for one in known.held.values()
        )

    def covers(self, share: float) -> bool:
        """Whether any one memory has so large a share of the question's words, by weight."""
        known = self.coverage
        return any(known.weight(position) >= share * known.total for position in known.held)

    def coverage_of(self, positions: set[int]) -> Coverage:
        """The same of the memories at ``positions``, however they score, and of those that speak for them."""
        among = positions | {old for p in positions for old in self.heirs.get(p, ())}
        return coverage.coverage(
            self.units,
            self.postings,
            self.view.positions,
            among,
            self.statistics,
            self.weights,
            self.chains,
            [(other.stands_for, frozenset(having)) for other, having in self.others],
            self.near,
        )

    @cached_property
    def evidence(self) -> Mapping[int, float]:
        """How much speaks for each memory being an answer; 1 is enough. Those without any are left out."""
        known = self.coverage
        out = {}
        for position in {*known.held, *self.heirs}:
            by = [position, *self.heirs.get(position, ())]
            out[position] = max(known.evidence(one) for one in by)
        return out


def _add_bylines(index: Index, view: View, asked: Query, postings: dict[str, list[Posting]]) -> bool:
    """Have in ``postings`` that what is of a kind, or by an author, that is asked for has the word that says so; whether an
    author is. What has nothing else of the question does not answer it by its kind.
    """
    more: dict[str, set[int]] = {}
    authored = index.knowledge.named("author", asked.people) if asked.people else []
    for author, row in authored:
        # of a name of several words not each of them, which say something of their own
        whole = max(analysis.terms(author), key=len, default="")
        if whole in asked.terms:
            more.setdefault(whole, set()).add(row)
    if asked.kinds:
        said = frozenset[str]().union(*asked.kinds.values())
        matching = {row for term, found in postings.items() if term not in said for row, _ in found}
        places = [view.positions[row] for row in matching.union(*more.values()) if row in view.positions]
        for kind, terms in asked.kinds.items():
            number = kinds.NUMBER[kind]
            rows = {view.columns.rows[at] for at in places if view.columns.kinds[at] == number}
            for term in terms:
                more.setdefault(term, set()).update(rows)
    for term, rows in more.items():
        known = postings.get(term, [])
        postings[term] = [*known, *((row, NAMES_AT) for row in sorted(rows - {row for row, _ in known}))]
    return bool(authored)


def _other_names(index: Index, view: View, asked: Query) -> list[ranking.OtherName]:
    """The further names of what ``asked`` names by its title or an alias of its page."""
    found = (
        index.knowledge.named("alias", [name for name in asked.either if len(name) > 2])
        if asked.names
        else []
    )
    named: dict[int, set[str]] = {}
    for value, row in found:
        if row in view.positions and view.shown[view.positions[row]]:
            named.setdefault(row, set()).add(value)
    if not named or len(named) > MOST_NAMED:
        return []
    others = []
    for row, record in sorted(index.knowledge.fields(list(named)).items()):
        stands_for = frozenset[str]().union(*map(asked.terms_of, named[row]))
        for name in (record.get("title", ""), *record.get("aliases", ()), *record.get("entities", ())):
            terms = tuple(dict.fromkeys(analysis.terms(name)))
            if stands_for and terms and not asked.terms.keys() >= set(terms):
                others.append(ranking.OtherName(terms, stands_for, name))
    return others


def _written_together(asked: Query, weights: Weights) -> list[ranking.OtherName]:
    """Two words of ``asked`` that stand side by side as one: who asks for time zones means a timezone."""
    if asked.exact or len(asked.terms) > weights.relative_terms:
        return []
    return [
        ranking.OtherName(tuple(analysis.terms(one + other)), frozenset((*first, *second)), one + other)
        for (one, first), (other, second) in pairwise(analysis.chunks(asked.plain))
        if one.isalpha() and other.isalpha() and len(first) == len(second) == 1
    ]


def _written_apart(
    index: Index, view: View, asked: Query, postings: dict[str, list[Posting]]
) -> list[ranking.OtherName]:
    """The words of ``asked`` that no memory has, as two that stand side by side in one: who asks for a rollback finds how to roll
    back. What is looked up for it is put into ``postings``.
    """
    if asked.exact or not asked.terms:
        return []
    found: list[ranking.OtherName] = []
    for chunk, terms in analysis.chunks(asked.plain):
        is_word = len(terms) == 1 and chunk.isascii() and chunk.isalpha() and len(chunk) >= 2 * PART
        if not is_word or any(row in view.positions for row, _ in postings.get(terms[0], ())):
            continue
        pairs = {
            (*first, *second): f"{chunk[:at]} {chunk[at:]}"
            for at in range(PART, len(chunk) - PART + 1)
            if len(first := analysis.terms(chunk[:at])) == len(second := analysis.terms(chunk[at:])) == 1
        }
        known = index.postings(list({term for pair in pairs for term in pair}))
        rows = {term: {row for row, _ in some if row in view.positions} for term, some in known.items()}
        for (first_term, second_term), name in pairs.items():
            both = sorted(rows.get(first_term, set()) & rows.get(second_term, set()))[:READ]
            texts = (f"{one.title}\n{one.body}".lower() for one in index.knowledge.memories(both).values())
            if any(name.lower() in text for text in texts):
                postings.update({term: known[term] for term in (first_term, second_term)})
                found.append(ranking.OtherName((first_term, second_term), frozenset(terms), name))
    return found


def _relatives(asked: Query, weights: Weights) -> dict[str, list[Relative]]:
    """The relatives of the terms of ``asked``, without those that it has itself; none of what is quoted, or long: a long question
    tells enough by its words.
    """
    if asked.exact or not weights.relative or len(asked.terms) > weights.relative_terms:
        return {}
    known = {term: relatives.relatives(term) for term in asked.terms}
    return {
        term: wanted
        for term, some in known.items()
        if (wanted := [one for one in some if one.term not in asked.terms])
    }


def _chains(view: View, matching: Iterable[int]) -> list[list[int]]:
    """Log entries of one day in the order of their times, whoever wrote them, where any of them matches: agents answer each
    other. What has no author is no part of a conversation.
    """
    columns = view.columns
    log = kinds.NUMBER["log"]
    days = {
        columns.created[i] // 86400
        for i in matching
        if columns.kinds[i] == log and columns.authors[i] and columns.created[i] != NO_TIME
    }
    if not days:
        return []
    chains: dict[int, list[int]] = {}
    for i, created in enumerate(columns.created):
        if columns.kinds[i] == log and columns.authors[i] and created // 86400 in days:
            chains.setdefault(created // 86400, []).append(i)
    return [sorted(chain, key=lambda i: (columns.created[i], columns.ids[i])) for chain in chains.values()]
