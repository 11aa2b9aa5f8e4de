"""Evaluation on a store of which every rank is known: the figures are those that a person comes to by hand."""

import json

import pytest

from agentmem.actions import evaluating, rankers
from agentmem.actions.context import Context
from agentmem.actions.rankers import Ranked
from agentmem.model import bm25, metrics, ranking
from tests import support

WORDS = (
    "amber",
    "basil",
    "cedar",
    "dahlia",
    "elder",
    "fennel",
    "ginger",
    "hazel",
    "iris",
    "juniper",
    "kelp",
    "lotus",
)
"""A memory each, numbered from 0: no two share a word but ``shared``, which the first four have."""


@pytest.fixture
def garden(store):
    """Twelve memories; number n was written on 1 + n January 2026."""
    for number, word in enumerate(WORDS):
        shared = "shared " * (4 - number) if number < 4 else ""
        store.remember(
            number,
            title=f"The {word} bed",
            body=f"{word} {shared}{word}leaf {word}root.",
            created=f"2026-01-{number + 1:02}T00:00:00Z",
            scope=f"[beds/{word}.txt]",
            **({"role": "gardener"} if number == 3 else {}),
        )
    store.commit()
    return store


def name(number):
    return support.identity(number)


def line(query, *relevant, **more):
    return json.dumps({"query": query, "relevant": [name(number) for number in relevant], **more})


def evaluate(project, *lines, make=rankers.all_rankers):
    context = Context(str(project.path))
    try:
        return evaluating.evaluate(context, "labels.jsonl", "\n".join(lines).encode(), make)
    finally:
        context.close()


def figures(group, ranker):
    [found] = [result for result in group.results if result.ranker == ranker]
    return {measure: figure.value for measure, figure in found.figures.items()}


class Fixed:
    """A ranker that gives each question the order that its text spells out: numbers of memories; ``!`` abstains."""

    def __init__(self, context, name, turned=False):
        self.name, self._turned = name, turned
        self._places = {identity: i for i, identity in enumerate(context.index.view().columns.ids)}

    def __call__(self, question):
        order = [self._places[name(int(word))] for word in question.text.split() if word.isdigit()]
        return Ranked(order[::-1] if self._turned else order, "!" in question.text)


def fixed(context):
    return Fixed(context, rankers.BASELINE), Fixed(context, "turned", turned=True)


def test_values_by_hand(garden):
    """Two orders of two questions, one of them silent on purpose, and two that nothing answers."""
    result = evaluate(
        garden,
        line("0 1 2 3 4 5", 1, 4, category="a"),
        line("6 !", 6, category="b"),
        line("7 8", category="a"),
        line("nothing", category="b"),
        make=fixed,
    )
    assert (result.total.questions, result.total.unanswerable, result.memories) == (4, 2, 12)
    base, turned = (figures(result.total, name) for name in (rankers.BASELINE, "turned"))
    assert base["recall@1"] == turned["recall@1"] == 0
    assert (base["recall@5"], turned["recall@5"]) == (0.5, 0.5)
    assert base["mrr@10"] == 0.5 / 2 and turned["mrr@10"] == 0.5 / 2
    assert base["abstentions"] == 0.5 and base["false_answers"] == 0.5
    first = figures(result.categories[0], rankers.BASELINE)
    assert first["mrr@10"] == 0.5 and first["recall@10"] == 1 and first["false_answers"] == 1
    assert first["ndcg@10"] == metrics.ndcg(list("012345"), {"1", "4"})
    other = figures(result.categories[1], rankers.BASELINE)
    assert (other["abstentions"], other["recall@10"], other["false_answers"]) == (1, 0, 0)


def test_gains_are_paired(garden):
    """A ranker that turns eleven orders round gains what it gains on each, and the baseline has no gain over itself."""
    lines = [line("0 1", 1)] * 8 + [line("0 1", 0)] * 2
    total = evaluate(garden, *lines, make=fixed).total
    base, turned = total.results
    assert not base.gains
    gain = turned.gains["mrr@10"]
    assert gain.value == pytest.approx((8 * 0.5 - 2 * 0.5) / 10)
    assert gain.interval.low <= gain.value <= gain.interval.high
    # ten signs: all ten of one (2), nine (20), eight (90) of 1,024 are as far
    assert gain.p == pytest.approx((2 + 20 + 90) / 1024)
    assert turned.gains["recall@10"].value == 0 and turned.gains["recall@10"].p == 1


def test_evidence_is_text_within_the_budget(garden):
    """What recall would print with its text counts, what stands in the line of titles or further down does not."""
    for number in (0, 1, 2):
        text = f"{WORDS[number]} grows slowly here. " * 50  # some 280 tokens
        body = f"# {WORDS[number]}\n\n{text}"
        garden.remember(number, title=f"The {WORDS[number]} bed", body=body, created="2026-01-01T00:00:00Z")
    found = figures(evaluate(garden, line("0 1 2 3 4 5 6 7", 0, 2, 7), make=fixed).total, rankers.BASELINE)
    assert found["recall@10"] == 1
    # the first fits into 500; three into 1,000, the eighth is beyond the six that recall shows
    assert found["evidence@500"] == 1 / 3
    assert found["evidence@1000"] == 2 / 3
    shown = garden.json("recall", "amber basil cedar", "--budget", "500")["hits"]
    assert sum(hit["detail"] != "title" for hit in shown) == 1


def test_the_formula_is_recall(garden):
    """The fixed formula gives the order that the command gives, with filters, roles and files."""
    seen = {}

    def spy(context):
        for ranker in rankers.all_rankers(context):
            seen[ranker.name] = ranker
        return [Spied(seen[rankers.BASELINE]), Spied(seen["fixed formula"])]

    class Spied:
        def __init__(self, ranker):
            self.ranker, self.name = ranker, ranker.name

        def __call__(self, question):
            answer = self.ranker(question)
            orders.setdefault((self.name, question.text), list(answer.positions))
            return answer

    orders: dict[tuple[str, str], list[int]] = {}
    evaluate(
        garden,
        line("shared", 0),
        line("shared role:gardener", 3),
        line("shared leaf", 2, files=["beds/cedar.txt"]),
        make=spy,
    )
    context = Context(str(garden.path))
    identities = context.index.view().columns.ids
    context.close()
    for text, options in (
        ("shared", ()),
        ("shared role:gardener", ()),
        ("shared leaf", ("--file", "beds/cedar.txt")),
    ):
        assert [identities[i] for i in orders["fixed formula", text]] == garden.found(text, *options)
    assert [identities[i] for i in orders[rankers.BASELINE, "shared"]] == [name(n) for n in range(4)]


def test_arms_by_themselves(garden):
    """Words do not hear of files, names hear of nothing else, and time orders what the others have found."""
    result = evaluate(
        garden,
        line("shared", 0, category="words"),
        line("fertilizer", 5, category="files", files=["beds/fennel.txt"]),
        # a word of five that are asked for, and one that all have: enough beside the file, by itself not
        line("bed tractor engine oil pump", 5, category="both", files=["beds/fennel.txt"]),
        line("shared recently", 3, category="time", until="2026-01-08T00:00:00Z"),
    )
    both, files, time, words = result.categories
    assert [group.category for group in result.categories] == ["both", "files", "time", "words"]
    for group, ranker, value in (
        (words, "words", 1),
        (words, "names and paths", 0),
        (words, "time", 0),
        (both, "words", 0),
        (both, "fixed formula", 1),
        (files, "words", 0),
        (files, "names and paths", 1),
        (files, rankers.BASELINE, 0),
        (files, "fixed formula", 1),
        (time, "time", 1),
        (time, rankers.BASELINE, 1 / 4),
    ):
        assert figures(group, ranker)["mrr@10"] == value, (group.category, ranker)


def test_only_what_was_known_at_the_time_counts(garden):
    """With ``until`` nothing later is found, ages are as of then, and what has been superseded since still counts."""
    garden.remember(
        20, title="The amber bed is gone", created="2026-02-01T00:00:00Z", supersedes=f"[{name(0)}]"
    )
    garden.remember(
        21, title="The amber hedge", created="2026-01-03T00:00:00Z", expires="2026-01-10T00:00:00Z"
    )
    result = evaluate(
        garden,
        line("amber", 0, until="2026-01-20", category="then"),
        line("amber bed", 20, category="now"),
        line("amber hedge", 21, until="2026-01-05", category="hedge"),
        line("amber hedge", 21, until="2026-01-15", category="too late"),
        line("lotus", 11, until="2026-01-05", category="too early"),
    )
    assert [group.category for group in result.categories] == ["hedge", "now", "then"]
    for group in result.categories:
        assert figures(group, "fixed formula")["recall@1"] == 1, group.category
    assert (result.unknown, result.absent, result.left_out) == (0, 2, 2)


def test_plain_bm25_has_the_statistics_of_the_time(garden):
    """A score is that of the formula over what was known, and over nothing else."""
    corpus = bm25.Corpus(["red red fox", "fox", "red wine from the hill", "wine"])
    found = corpus.scores("red red", [0, 1])
    share = 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 3 / 2))
    assert found == {0: pytest.approx(ranking.idf(2, 1) * share)}
    assert corpus.scores("", [0, 1]) == corpus.scores("red", []) == {}


def test_a_role_is_the_labels_own(garden, monkeypatch):
    """The role of a label counts in place of that of who evaluates."""
    monkeypatch.setenv("AGENTMEM_ROLE", "gardener")
    roles = []

    def make(context):
        class Asks:
            name = rankers.BASELINE

            def __call__(self, question):
                roles.append(question.role)
                return rankers.all_rankers(context)[-1](question)

        return [Asks()]

    evaluate(garden, line("shared", 3), line("shared", 3, role="gardener"), make=make)
    assert roles == [None, "gardener"]


def test_references(garden):
    """An id, a prefix of it in any letter case, and the id at its source all name a memory; what names none is counted."""
    support.put(garden.path / "more.jsonl", '{"id": "TICKET-9", "title": "Mulch", "body": "Every spring."}\n')
    garden.ok("import", "jsonl", "more.jsonl")
    result = evaluate(
        garden,
        json.dumps({"query": "mulch", "relevant": ["TICKET-9"]}),
        json.dumps({"query": "amber", "relevant": [name(0)[:5].upper(), "nothing here", "zzzzzzzzzzzz"]}),
    )
    assert figures(result.total, "fixed formula")["recall@1"] == 1
    assert (result.unknown, result.left_out) == (2, 0)


def test_an_ambiguous_prefix(garden):
    """A prefix of two memories is refused with its line."""
    for number in (30, 31):
        garden.write(f"facts/x-aaaa{number:08}.md", support.memory(f"aaaa{number:08}"))
    labels = '\n{"query": "x", "relevant": ["aaaa"]}\n'
    done = garden.call("model", "evaluate", "--labels", "-", input=labels)
    assert (done.code, done.out) == (2, "")
    assert "standard input:2: aaaa names several memories" in done.err


def test_any_bytes_are_labels_or_an_error(garden):
    """A mark at the start, line ends of any system, blank lines and letters of any script are read as they are meant."""
    text = f"\n{line('größe 队列 amber', 0, category='größe ‮')}\n\n{line('basil', 1)}"
    for data in (
        b"\xef\xbb\xbf" + text.encode(),
        text.replace("\n", "\r\n").encode(),
        json.dumps(json.loads(line("amber", 0))).encode() + b"\r\n\r\n",
    ):
        done = garden.call("model", "evaluate", "--labels", "-", input=data)
        assert (done.code, done.err) == (0, ""), done
        assert "‮" not in done.out


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "holds no label"),
        (b"\r\n \n", "holds no label"),
        (b"\xff\xfe{\0", "1: no UTF-8"),
        (b'{"query": "x", "relevant": []}\n{"query": "\xe9"}', "2: no UTF-8"),
        (b'{"query": "' + b"x" * 5_000_000 + b'", "relevant": []}', "5,000,000 characters"),
        (b"\0", "1: no JSON"),
        (b'{"query": "x", "relevant": ["' + b"a" * 5_000_000 + b'"]}', "names a memory here"),
    ],
)
def test_hostile_files(garden, data, said):
    """What is no label is refused in one short line, with exit code 2."""
    support.put(garden.path / "labels.jsonl", data)
    done = garden.call("model", "evaluate", "--labels", "labels.jsonl")
    assert (done.code, done.out) == (2, "") and said in done.err and len(done.err) < 300


def test_paths_and_stores_that_are_not_there(garden, new_repository):
    """A folder, a path with a null byte, and a repository without a store are user errors."""
    for path in (".", "no\0thing", "nowhere"):
        assert garden.call("model", "evaluate", "--labels", path).code == 2
    bare = new_repository()
    done = bare.call("model", "evaluate", "--labels", "-", input=line("x"))
    assert (done.code, done.out) == (3, "") and "agentmem init" in done.err


def test_the_table_fits_and_is_the_same_each_time(garden):
    """No line is wider than 100 columns, and the same labels give the same figures."""
    support.put(
        garden.path / "labels.jsonl",
        "\n".join(
            [line("shared amber", 0, 1, category="x" * 300), line("kelp", 10), line("zebra", category="y")]
        ),
    )
    first = garden.ok("model", "evaluate", "--labels", "labels.jsonl")
    assert max(map(len, first.splitlines())) <= 100
    assert first == garden.ok("model", "evaluate", "--labels", "labels.jsonl")
    record = garden.json("model", "evaluate", "--labels", "labels.jsonl")
    assert [one["category"] for one in record["categories"]] == ["x" * 300, "y"]
    assert record["categories"][1]["rankers"][0]["measures"]["mrr@10"] is None


def test_categories_tell_the_whole_alone(garden):
    """In text the arms stand in the table of all questions; of a category there are the yardstick and what recall does; JSON has
    every row of each.
    """
    text = "\n".join([line("amber", 0, category="a"), line("basil", 1, category="b"), line("cedar", 2)])
    support.put(garden.path / "labels.jsonl", text)
    words = ("model", "evaluate", "--labels", "labels.jsonl")
    whole = ["plain BM25", "fixed formula"]

    def rows(said, head):
        lines = said[said.index(f"\n{head}: ") :].split("\n\n")[0].splitlines()[3:]
        return [row[:16].strip() for row in lines]

    said = garden.ok(*words)
    arms = ["words", "names and paths", "areas", "related", "time"]
    assert rows(said, "all") == [
        "plain BM25",
        *arms,
        "fixed formula",
        "gain over plain",
        *arms,
        "fixed formula",
    ]
    for category in "ab":
        assert rows(said, category) == [*whole, "gain over plain", "fixed formula"]
    support.put(garden.store / "model.json", '{"schema": "agentmem/model/1", "recall": {"words": 5}}')
    assert rows(garden.ok(*words), "a") == [*whole, "manager", "gain over plain", "fixed formula", "manager"]
    record = garden.json(*words)
    names = [one["name"] for one in record["total"]["rankers"]]
    assert names == ["plain BM25", *arms, "fixed formula", "manager"]
    for group in record["categories"]:
        assert [one["name"] for one in group["rankers"]] == names


def test_a_note_is_told_once(garden):
    """Every ranker reads a misspelt word as the same other one, in every question that has it: that is one note."""
    text = "\n".join([line("dahlialeaf dahliarooot", 3), line("dahliarooot", 3)])
    done = garden.call("model", "evaluate", "--labels", "-", input=text)
    assert done.code == 0
    assert done.err.splitlines() == ['note: read "dahliarooot" as "dahliaroot"']


def test_what_is_missed_is_told(garden):
    """A wrong answer, a late one, a needless and a missing one are named with what answers them and what is shown; right ones
    are not.
    """
    labels = [
        line("amber", 0),
        line("zebra"),
        line("basil", 2, category="beds"),
        line("shared", 3),
        line("kelp"),
        line("zebra crossing", 4),
    ]
    support.put(garden.path / "labels.jsonl", "\n".join(labels))
    record = garden.json("model", "evaluate", "--labels", "labels.jsonl")
    told = {one["query"]: one for one in record["missed"]}
    assert told.keys() == {"basil", "shared", "kelp", "zebra crossing"}
    assert told["basil"] == {
        "query": "basil",
        "category": "beds",
        "relevant": [name(2)],
        "first": [name(1)],
        "rank": None,
    }
    assert told["shared"]["rank"] == 4 and told["shared"]["first"] == [name(0), name(1), name(2)]
    assert told["kelp"]["relevant"] == [] and told["kelp"]["first"] == [name(10)]
    assert told["zebra crossing"]["first"] == [] and told["zebra crossing"]["rank"] is None
    text = garden.ok("model", "evaluate", "--labels", "labels.jsonl", "--misses", "2")
    after = text[text.index("missed by the fixed formula: 4 of 6") :].splitlines()
    assert len(after) == 4 and after[1].startswith("  rank -  basil") and after[3] == "  2 more: --misses 4"
    assert "missed by" not in garden.ok("model", "evaluate", "--labels", "labels.jsonl")
    for words in (("evaluate", "--labels", "labels.jsonl", "--misses", "-1"), ("show", "--misses", "2")):
        assert garden.call("model", *words).code == 2
