"""BM25F over the view, other names, areas, what entries of a log take over, the order of results, and what age does."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import analysis, ranking
from agentmem.model.ranking import (
    AREA_SAYS,
    BEFORE,
    DEFAULT,
    FADING,
    Lexical,
    OtherName,
    Statistics,
    areas,
    bm25f,
    borrowed,
    by_term,
    freshness,
    idf,
    order,
    other_names,
    recency,
)
from agentmem.model.usage import Use
from agentmem.model.words import NAMES_AT, PLACES_AT, TITLE_AT

B, K1 = {"title": 0.5, "names": 0.5, "places": 0.5, "body": 0.7}, 1.2
BOOST = {"title": 3.0, "names": 2.0, "places": 4.0, "body": 1.0}
FIELDS = ("title", "names", "places", "body")
UNIT = {"title": TITLE_AT, "names": NAMES_AT, "places": PLACES_AT, "body": 1}


def statistics(lengths: list[tuple[int, int, int, int]]) -> Statistics:
    """Of memories whose fields have these ``lengths``: (title, names, places, body)."""
    columns = tuple(list(column) for column in zip(*lengths, strict=True))
    averages = tuple(max(sum(column) / len(column), 1.0) for column in columns)
    return Statistics(len(lengths), averages, columns, B["body"])  # type: ignore[arg-type]


def packed(**counts: int) -> int:
    return sum(UNIT[name] * count for name, count in counts.items())


def by_hand(
    terms: dict[str, int],
    counts: list[dict[str, dict[str, int]]],
    lengths: list[tuple[int, int, int, int]],
) -> dict[int, float]:
    """BM25F as the book has it: ``counts`` gives, for each memory, each term's frequency in each field."""
    size = len(lengths)
    means = [max(sum(row[f] for row in lengths) / size, 1.0) for f in range(4)]
    scores: dict[int, float] = {}
    for term, asked in terms.items():
        frequency = sum(term in memory for memory in counts)
        weight = math.log(1 + (size - frequency + 0.5) / (frequency + 0.5))
        for i, memory in enumerate(counts):
            if term not in memory:
                continue
            tf = 0.0
            for f, name in enumerate(FIELDS):
                norm = (1 - B[name]) + B[name] * lengths[i][f] / means[f]
                tf += BOOST[name] * memory[term].get(name, 0) / norm
            repeated = 1 + DEFAULT.repeats * (min(asked, 4) - 1)
            scores[i] = scores.get(i, 0.0) + repeated * weight * tf * (K1 + 1) / (K1 + tf)
    return scores


CASES = [
    ({"lock": 1}, [{"lock": {"body": 1}}, {}], [(2, 0, 0, 10), (2, 0, 0, 10)]),
    (
        {"lock": 1},
        [{"lock": {"title": 1, "body": 3}}, {"lock": {"body": 1}}, {}],
        [(4, 1, 0, 30), (2, 0, 2, 9), (5, 2, 1, 60)],
    ),
    (
        {"lock": 2, "queue": 1, "none": 1},
        [
            {"lock": {"names": 1}, "queue": {"places": 2}},
            {"queue": {"title": 1, "names": 1, "places": 1, "body": 9}},
        ],
        [(3, 2, 4, 5), (6, 1, 3, 50)],
    ),
    ({"lock": 7}, [{"lock": {"body": 255, "title": 15, "names": 15, "places": 255}}], [(15, 15, 255, 255)]),
    ({"lock": 1}, [{"lock": {"title": 1}}], [(1, 0, 0, 0)]),
]


@pytest.mark.parametrize(("terms", "counts", "lengths"), CASES)
def test_bm25f_is_the_formula(
    terms: dict[str, int], counts: list[dict[str, dict[str, int]]], lengths: list[tuple[int, int, int, int]]
) -> None:
    """Scores are those of the formula worked out from field lengths and frequencies, whatever rows the memories have."""
    assert {name: getattr(DEFAULT, name) for name in FIELDS} == BOOST
    assert (DEFAULT.b, DEFAULT.k1) == (B["title"], K1)
    rows = {position: 1000 - 7 * position for position in range(len(counts))}
    postings = {
        term: [(rows[i], packed(**memory[term])) for i, memory in enumerate(counts) if term in memory]
        for term in terms
    }
    found = bm25f(terms, postings, {row: i for i, row in rows.items()}, statistics(lengths))
    expected = by_hand(terms, counts, lengths)
    assert found.scores.keys() == expected.keys()
    assert all(math.isclose(found.scores[i], expected[i], rel_tol=1e-9) for i in expected)


@pytest.mark.parametrize(("spread", "b"), [(0.0, 0.4), (0.4, 0.4), (0.65, 0.65), (0.9, 0.9), (5.0, 0.9)])
def test_lengths_count_as_far_as_they_differ(spread: float, b: float) -> None:
    """The b of bodies is the spread of their lengths, within bounds."""
    assert ranking.b_of_bodies(spread) == b


def test_one_score_by_hand() -> None:
    """One memory of two, one hit in a body of mean length: ln 2 × 2.2 × 1 / 2.2."""
    found = bm25f({"lock": 1}, {"lock": [(5, 1)]}, {5: 0, 6: 1}, statistics([(1, 1, 1, 8), (1, 1, 1, 8)]))
    assert found.scores == {0: pytest.approx(math.log(2))}


COUNT = st.integers(0, 20)
HITS = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.dictionaries(
        st.integers(0, 7),
        st.builds(
            lambda t, n, p, b: packed(title=t, names=n, places=p, body=b),
            st.integers(0, 15),
            st.integers(0, 15),
            COUNT,
            st.integers(1, 255),
        ),
        max_size=8,
    ),
)
LENGTHS = st.lists(st.tuples(st.integers(0, 30), COUNT, COUNT, st.integers(0, 400)), min_size=8, max_size=8)
TERMS = st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.integers(1, 6), min_size=1)


@given(
    TERMS,
    HITS,
    LENGTHS,
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(8, 99), st.integers(1, 2**24 - 1)), max_size=30),
)
def test_foreign_rows_change_nothing(terms: dict, hits: dict, lengths: list, foreign: list) -> None:
    """Postings of rows that are not in the view change no score, no place and no rarity, to the last bit."""
    inside = {term: sorted(rows.items()) for term, rows in hits.items()}
    more = {term: list(rows) for term, rows in inside.items()}
    for term, row, weight in foreign:
        more.setdefault(term, []).append((row, weight))
    position_of = {row: row for row in range(8)}
    plain = bm25f(terms, inside, position_of, statistics(lengths))
    assert (
        bm25f(terms, {t: sorted(rows) for t, rows in more.items()}, position_of, statistics(lengths)) == plain
    )


@given(TERMS, HITS, LENGTHS, st.randoms(use_true_random=False))
def test_the_order_of_terms_and_postings_changes_nothing(
    terms: dict, hits: dict, lengths: list, random: object
) -> None:
    """The same question in another order of words has the same scores to the last bit."""
    keys = list(terms)
    random.shuffle(keys)  # type: ignore[attr-defined]
    one = bm25f(
        terms,
        {t: sorted(rows.items()) for t, rows in hits.items()},
        {r: r for r in range(8)},
        statistics(lengths),
    )
    other = bm25f(
        {key: terms[key] for key in keys},
        {t: sorted(rows.items(), reverse=True) for t, rows in hits.items()},
        {r: r for r in range(8)},
        statistics(lengths),
    )
    assert one == other


@given(TERMS, HITS, LENGTHS)
def test_a_score_is_the_sum_of_what_each_term_gives(terms: dict, hits: dict, lengths: list) -> None:
    """Who has a term of the question has a score above 0; it is the sum of what ``by_term`` says that each gives."""
    postings = {t: sorted(rows.items()) for t, rows in hits.items()}
    position_of = {row: row for row in range(8)}
    found = bm25f(terms, postings, position_of, statistics(lengths))
    parts = by_term(terms, postings, position_of, range(8), statistics(lengths))
    assert parts.keys() == terms.keys()
    for row in range(8):
        having = [term for term in terms if row in hits.get(term, {})]
        assert (row in found.scores) == bool(having)
        assert [term for term in terms if row in parts[term]] == having
        if having:
            assert found.scores[row] == pytest.approx(sum(parts[term][row] for term in having))
            assert all(parts[term][row] > 0 for term in having)


@given(TERMS, HITS, LENGTHS)
def test_places_are_told_with_their_rarity(terms: dict, hits: dict, lengths: list) -> None:
    """``placed`` has what each memory's paths share with the question, ``rarity`` how few memories' paths have it."""
    postings = {t: sorted(rows.items()) for t, rows in hits.items()}
    found = bm25f(terms, postings, {row: row for row in range(8)}, statistics(lengths))
    placed = {
        term: {row for row, count in hits.get(term, {}).items() if count >= PLACES_AT} for term in terms
    }
    assert found.placed == {
        row: sorted(term for term in terms if row in placed[term])
        for row in range(8)
        if any(row in rows for rows in placed.values())
    }
    assert found.rarity == {term: pytest.approx(idf(8, len(rows))) for term, rows in placed.items() if rows}


@given(TERMS, HITS, LENGTHS, st.sets(st.sampled_from("abc"), min_size=1))
def test_another_name_counts_whole_and_less(terms: dict, hits: dict, lengths: list, name: set) -> None:
    """Another name speaks for who has all of its terms and no one else, and less than the name that was used would: what its
    own terms score, as if they were as many and as rare as those that were used.
    """
    postings = {t: sorted(rows.items()) for t, rows in hits.items()}
    position_of = {row: row for row in range(8)}
    other = OtherName(tuple(sorted(name)), frozenset(terms))
    [(same, found)] = other_names([other], postings, position_of, statistics(lengths))
    assert same == other
    assert found.keys() == {row for row in range(8) if all(row in hits.get(term, {}) for term in name)}
    outright = bm25f(dict.fromkeys(name, 1), postings, position_of, statistics(lengths)).scores
    worth = [sum(idf(8, len(hits.get(term, {}))) for term in one) for one in (terms, name)]
    share = DEFAULT.synonym * worth[0] / worth[1]
    assert all(score == pytest.approx(share * outright[row]) for row, score in found.items())
    assert DEFAULT.synonym < 1


@given(st.sampled_from(FIELDS), st.integers(0, 14), st.integers(0, 250), LENGTHS, st.booleans())
def test_more_hits_never_score_lower(field: str, few: int, others: int, lengths: list, longer: bool) -> None:
    """One more occurrence, the field as long or one term longer for it, scores at least as high."""
    f = FIELDS.index(field)
    row = list(lengths[0])
    row[f] = max(row[f], few + 1, others if field == "body" else 0)

    def score(count: int, length: int) -> float:
        columns = [list(column) for column in zip(*lengths, strict=True)]
        for k, value in enumerate(row):
            columns[k][0] = value
        columns[f][0] = length
        fixed = Statistics(8, (3.0, 2.0, 2.0, 50.0), tuple(columns), 0.7)  # type: ignore[arg-type]
        return bm25f({"a": 1}, {"a": [(0, packed(**{field: count}))]}, {0: 0}, fixed).scores[0]

    assert score(few + 1, row[f] + longer) >= score(few, row[f]) - 1e-12


@given(st.integers(1, 255), st.integers(0, 500), st.integers(0, 500))
def test_a_shorter_body_scores_as_high(hits: int, one: int, other: int) -> None:
    """With the same hits, the shorter of two bodies scores at least as high."""
    short, long = sorted((hits + one, hits + other))
    fixed = statistics([(3, 0, 0, short), (3, 0, 0, long)])
    scores = bm25f({"a": 1}, {"a": [(0, hits), (1, hits)]}, {0: 0, 1: 1}, fixed).scores
    assert scores[0] >= scores[1]


def test_fields_rank_as_they_are_weighed() -> None:
    """With fields of mean length, a hit in a path outweighs one in the title, that one in a tag, that one in the body."""
    hits = [packed(places=1), packed(title=1), packed(names=1), packed(body=1)]
    scores = bm25f(
        {"a": 1}, {"a": list(enumerate(hits))}, {i: i for i in range(4)}, statistics([(5, 5, 5, 5)] * 4)
    ).scores
    assert scores[0] > scores[1] > scores[2] > scores[3] > 0


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_idf_is_positive_and_falls(one: int, other: int) -> None:
    """A term's weight is above zero even where every memory has it, and a rarer term never weighs less."""
    rare, common = sorted((one, other))
    assert idf(common, rare) >= idf(common, common) > 0


def test_what_was_said_before_is_taken_up() -> None:
    """An entry without a value of its own has the share of the best of those before it, each step back counting less."""
    values = {1: 10.0, 3: 9.5, 9: 1.0}
    assert borrowed(values, [1, 2, 3, 4, 5], range(10), 0.3) == {
        2: pytest.approx(3.0),
        4: pytest.approx(0.3 * 9.5),
        5: pytest.approx(0.3 * FADING * 9.5),
    }
    assert borrowed(values, [2, 4, 1], range(10), 0.3) == {}
    assert borrowed(values, [1, 2, 4], {4}, 0.3) == {4: pytest.approx(0.3 * FADING * 10)}
    assert values == {1: 10.0, 3: 9.5, 9: 1.0}


@given(
    st.dictionaries(st.integers(0, 19), st.floats(0.01, 100), max_size=8),
    st.permutations(list(range(20))),
    st.sets(st.integers(0, 19)),
    st.floats(0.01, 1),
)
def test_what_is_borrowed_is_bounded(values: dict, chain: list, may: set, share: float) -> None:
    """Only who may and has nothing borrows, from the last eight alone, never from what was borrowed or comes after, and never
    more than the share of the best of them.
    """
    found = borrowed(values, chain, may, share)
    assert found.keys() <= may - values.keys()
    for place, position in enumerate(chain):
        before = {chain[at]: place - at for at in range(max(0, place - BEFORE), place)}
        best = max((FADING ** (step - 1) * values.get(p, 0.0) for p, step in before.items()), default=0.0)
        if position in may and position not in values:
            assert found.get(position, 0.0) == pytest.approx(share * best)
    assert borrowed(values, chain[:10], may, share) == {p: v for p, v in found.items() if p in chain[:10]}


def fits(paths: dict, rarity: dict, words: list) -> dict[int, float]:
    found = areas(Lexical({}, {}, rarity), paths, words, analysis.terms)
    assert all(path in paths[position] for position, (_, path) in found.items())
    return {position: value for position, (value, _) in found.items()}


def test_an_area_is_one_path() -> None:
    """The best path of a memory counts, and not all of its paths together; the best of all has 1 where it says something."""
    words = [(("queue",), ()), (("claim",), ())]
    rarity = {"queue": 4.0, "claim": 3.0}
    paths = {0: ["src/queue/claim.ts"], 1: ["src/queue/x.ts", "src/claim/y.ts"], 2: ["docs/z.md"]}
    assert fits(paths, rarity, words) == {0: 1.0, 1: pytest.approx(4 / 7)}
    named = areas(Lexical({}, {}, rarity), paths, words, analysis.terms)
    assert {position: path for position, (_, path) in named.items()} == {
        0: "src/queue/claim.ts",
        1: "src/queue/x.ts",
    }


def test_a_path_that_says_little_is_no_area() -> None:
    """Where the best path shares no more than a common word, it speaks for its memory by what that says alone."""
    assert fits({0: ["src/a.ts"]}, {"src": 0.5}, [(("src",), ())]) == {0: pytest.approx(0.5 / AREA_SAYS)}


def test_a_term_of_a_path_counts_once() -> None:
    """However many words of the question have it; of a name its parts count, and its whole once, however that is spelt."""
    words = [(("job", "queue"), ("jobqueue", "jobqueu")), (("queue",), ())]
    rarity = {"job": 6.0, "queue": 5.0, "jobqueue": 9.0, "jobqueu": 9.0}
    assert fits({0: ["src/jobQueue.ts"], 1: ["src/queue.ts"]}, rarity, words) == {
        0: 1.0,
        1: pytest.approx(5 / 20),
    }


def test_of_wholes_as_rare_the_same_counts_for_every_word() -> None:
    """Two names that share a spelling count once where they are met by it, whatever order a set has in this process."""
    words = [(("job",), ("jobqueue", "queuejob")), (("job",), ("jobs-queue", "queuejob"))]
    rarity = dict.fromkeys(("jobqueue", "queuejob", "jobs-queue"), 5.0)
    terms = {"p": [*rarity], "q": ["job", "queuejob"]}
    found = areas(Lexical({}, {}, rarity), {0: ["p"], 1: ["q"]}, words, terms.__getitem__)
    assert found[0][0] == found[1][0]


@given(
    st.dictionaries(st.integers(0, 60), st.sampled_from([0.5, 1.0, 1.0, 2.0]) | st.floats(0, 3), max_size=60),
    st.permutations([f"id{n:03d}" for n in range(61)]),
    st.integers(1, 30),
)
def test_order_is_plain_sorting(scores: dict[int, float], identities: list[str], most: int) -> None:
    """The best few are those of sorting all, equal scores by id, however few of them are asked for."""
    everything = sorted(scores, key=lambda position: (-scores[position], identities[position]))
    assert order(scores, identities, most) == everything[:most]
    assert order(dict(reversed(scores.items())), identities, most) == everything[:most]


def test_none_of_some_is_none() -> None:
    """The best none are none."""
    assert order({}, [], 0) == []
    assert order({0: 1.0}, ["a"], 0) == []


AGES = st.floats(-1000, 100_000)


@given(AGES, AGES, st.floats(0.1, 1000), st.floats(0, 1))
def test_recency_is_bounded_and_falls(one: float, other: float, half: float, strength: float) -> None:
    """From 1 down to 1 less its strength, never rising with age; half of it is gone after a half-life."""
    young, old = sorted((one, other))
    assert 1 >= recency(young, half, strength) >= recency(old, half, strength) >= 1 - strength - 1e-12
    assert recency(half, half, strength) == pytest.approx(1 - strength / 2)
    assert recency(0, half, strength) == recency(-5, half, strength) == pytest.approx(1)
    assert recency(None, half, strength) == recency(young, None, strength) == pytest.approx(1 - strength / 2)


@given(AGES, AGES, st.floats(0, 1))
def test_freshness_is_bounded_and_falls(one: float, other: float, strength: float) -> None:
    """From 1 and its strength down to 1, never rising with age; without a time 1."""
    young, old = sorted((one, other))
    assert 1 + strength >= freshness(young, strength) >= freshness(old, strength) >= 1
    assert freshness(0, strength) == freshness(-3, strength) == 1 + strength
    assert freshness(1, strength) == pytest.approx(1 + strength / 2)
    assert freshness(None, strength) == 1


def test_weights_of_factors_are_no_more_than_hints() -> None:
    """No single factor beyond the match moves a score by more than a half."""
    weights = DEFAULT
    factors = (1 + weights.fresh, weights.role, 1 + 2 * weights.importance, weights.pin, weights.deadend)
    assert all(1 <= factor <= 1.5 for factor in factors)
    assert all(
        0.5 <= factor <= 1 for factor in (1 - weights.recency, weights.log, 1 - 2 * weights.importance)
    )


@given(st.integers(0, 1000), st.integers(0, 1000), st.none() | st.floats(-100, 100))
def test_use_weighs_little(used, misled, activation):
    """At most three in a hundred up, ten down; down only where it misled more than it helped; unused it is as it was."""
    factor = ranking.usefulness(Use(used, misled, 0, activation), DEFAULT)
    assert 0.9 <= factor <= 1.03
    assert (factor < 1) == (misled > used)
    assert ranking.usefulness(Use(), DEFAULT) == 1.0


@given(st.floats(-20, 20), st.floats(-20, 20))
def test_more_needed_is_never_less(one, other):
    """The factor rises with the activation, and with one use just now (activation 0) it is half of what it can be."""
    low, high = sorted((one, other))
    factor = [ranking.usefulness(Use(1, 0, 0, level), DEFAULT) for level in (low, high, 0.0)]
    assert factor[0] <= factor[1] and factor[2] == 1 + DEFAULT.use / 2


def test_in_turn():
    """Of several scores that cannot be compared the best come in turn, the first's first; what both have comes before equals."""
    one, other = {0: 9.0, 1: 8.0, 2: 7.0}, {3: 0.2, 4: 0.1, 2: 0.05}
    scores = ranking.in_turn([one, other], "abcde")
    assert sorted(scores, key=lambda i: -scores[i]) == [0, 3, 2, 1, 4]
