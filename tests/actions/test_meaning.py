"""The optional arm by meaning: off it changes nothing, broken it costs nothing, on it never takes what the words have earned."""

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.actions import ranked
from agentmem.actions.context import Context
from agentmem.actions.meaning import Near
from agentmem.model import query, ranking
from tests.support import Project

pytest.importorskip("numpy")

from tests.semantic import support as tiny

TITLES = (
    "Workers claim a job by the lock table",
    "The queue keeps a lock at night",
    "Zebra stripes",
    "A job in the queue",
    "Claiming is unlockable",
    "The table of stripes",
)
ON = '\n[semantic]\nenabled = true\nmodel = "model"\n'


def configure(store: Project, text: str) -> None:
    path = store.store / "config.toml"
    path.write_text(path.read_text().partition("\n[semantic]")[0] + text)


@pytest.fixture
def team(store):
    """A store of six memories, and a tiny model beside it that is not used yet."""
    for title in TITLES:
        store.ok("add", "fact", title, "--force")
    store.commit()
    tiny.put_model(store.path / "model")
    return store


QUESTIONS = (
    "queue lock",
    "zebra",
    "how do workers claim a job",
    '"lock table"',
    "nothing of the kind",
    "kind:fact",
)


def answers(store: Project) -> list[str]:
    return [store.ok("recall", *question.split(" "), "--explain", "--json") for question in QUESTIONS]


@pytest.mark.parametrize(
    "text",
    [
        "\n[semantic]\n",
        "\n[semantic]\nenabled = false\nmodel = 'model'\n",
        "\n[semantic]\nenabled = true\nmodel = 'no/such/folder'\n",
        "\n[semantic]\nenabled = true\ncommand = 'anything at all'\n",
    ],
)
def test_off_absent_or_not_allowed_it_changes_no_byte(team, text):
    """Without the arm every answer is the same, byte for byte, and where it was wanted one note says why it is left out."""
    before = answers(team)
    configure(team, text)
    assert answers(team) == before
    ran = team.call("recall", "zebra")
    assert ran.code == 0 and ran.err.count("note: meaning is left out") == ("enabled = true" in text)


def test_a_broken_model_is_a_note(team):
    """Weights that are torn, found out at the first question, leave the answers of the words."""
    before = answers(team)
    configure(team, ON)
    whole = (team.path / "model" / "model.safetensors").read_bytes()
    (team.path / "model" / "model.safetensors").write_bytes(whole[:-50])
    assert answers(team) == before
    assert "is broken" in team.call("recall", "zebra").err
    assert team.call("index", "embed").code == 2


def test_vectors_are_made_by_index_embed_and_serve_every_recall(team):
    """More than a few without a vector: recall says so and does not make them; afterwards it explains its term."""
    configure(team, ON)
    ran = team.call("recall", "zebra", "--json")
    assert "6 of 6 memories are found by their words alone: agentmem index embed" in ran.err
    assert team.json("index", "status")["embedded"] == 0
    assert "6 found by meaning as well" in team.ok("index", "embed")
    assert team.json("index", "embed")["embedded"] == 6
    ran = team.call("recall", "zebra stripes", "--explain", "--json")
    assert not ran.err
    terms = [term["name"] for hit in ran.json["hits"] for term in hit["explain"]]
    assert "words" in terms and "meaning" in terms


def test_a_few_new_ones_are_embedded_by_the_recall_itself(team):
    """What was just added takes part at once, and the same question asked again gives the same answer."""
    configure(team, ON)
    team.ok("index", "embed")
    team.ok("add", "fact", "Workers do the night stripes")
    first = team.ok("recall", "zebra night", "--json", "--explain")
    assert team.json("index", "status")["embedded"] == 7
    assert team.ok("recall", "zebra night", "--json", "--explain") == first


def test_an_edit_is_another_text(team):
    """Vectors are kept by content: an edited memory gets a new one, and the old text's comes back with it."""
    configure(team, ON)
    team.ok("index", "embed")
    (identity,) = team.found("zebra")[:1]
    before = team.ok("recall", "stripes", "--json", "--explain")
    team.ok("edit", identity, "--set", "title=Zebra lock")
    team.ok("recall", "zebra")
    assert team.json("index", "status")["embedded"] == 6
    team.git("checkout", "-q", "--", ".agentmem/facts")
    assert team.ok("recall", "stripes", "--json", "--explain") == before


def test_a_command_is_run_only_where_the_clone_allows_it(team):
    """What others commit to the configuration is not run by recalling; once allowed, word for word, it gives the vectors."""
    script = team.path / "give.py"
    script.write_text(
        "import json,sys\nfor l in sys.stdin:\n t=json.loads(l); print(json.dumps([len(t), t.count('e'), 1]))\n"
        f"open({str(team.path / 'ran')!r}, 'w').close()\n"
    )
    line = f"{sys.executable} {script}"
    configure(team, f'\n[semantic]\nenabled = true\ncommand = "{line}"\n')
    told = team.call("recall", "zebra").err
    assert told.startswith(
        "note: meaning is left out: [semantic] in config.toml names a command, which is not run here "
    )
    assert str(script) not in told and "git config" not in told, "others wrote it: nobody pastes it"
    team.git("config", "agentmem.semanticCommand", line + " more")
    assert team.call("index", "embed").code == 2 and not (team.path / "ran").exists()
    team.git("config", "agentmem.semanticCommand", line)
    team.ok("index", "embed")
    assert (team.path / "ran").exists() and not team.call("recall", "zebra").err


GIVING = """
import json, sys
mode = open({mode!r}).read()
for line in sys.stdin:
    text = json.loads(line)
    vector = [1 + text.count(c) for c in "aeiourst"]
    if mode == "other":
        print([0.0] * 8 if text.startswith("Zebra") else vector)
    else:
        print({{"good": vector, "narrow": vector[:3], "zero": [0.0] * 8, "huge": [1e308] * 8, "nan": "[NaN, 1]",
               "empty": []}}[mode])
"""


@pytest.fixture
def commanded(team):
    """The same with a command as its model, and how it is told what to give."""
    mode, script = team.path / "mode", team.path / "give.py"
    script.write_text(GIVING.format(mode=str(mode)))
    line = f"{sys.executable} {script}"
    team.git("config", "agentmem.semanticCommand", line)

    def give(what: str) -> None:
        mode.write_text(what)
        configure(team, f'\n[semantic]\nenabled = true\ncommand = "{line}"\n')

    return give


@pytest.mark.parametrize("mode", ["zero", "huge", "nan", "empty", "narrow"])
def test_what_is_no_vector_costs_a_note_and_no_answer(team, commanded, mode):
    """The answers are those of the words; the note says what it was and what to do; nothing of it is kept."""
    before = answers(team)
    commanded("good")
    team.ok("index", "embed")
    commanded(mode)
    assert answers(team) == before
    ran = team.call("recall", "zebra")
    (note,) = ran.err.splitlines()
    assert note.startswith("note: meaning is left out: ")
    assert ("agentmem index embed" if mode == "narrow" else "see what it gives: echo") in note
    assert "left out" in team.call("doctor").out
    team.ok("add", "fact", "Queues are painted at night")
    assert team.call("recall", "zebra").err.count("note: ") == 1
    commanded("good")
    assert team.json("index", "status")["embedded"] == 6
    assert not team.call("recall", "zebra").err and team.json("index", "status")["embedded"] == 7


def test_one_memory_that_the_model_cannot_take_is_named(team, commanded):
    """Of what was asked for together nothing is kept; with the command mended all is asked for again."""
    commanded("other")
    ran = team.call("index", "embed")
    assert ran.code == 2 and 'zeros alone for "Zebra stripes"' in ran.err
    assert team.json("index", "status")["embedded"] == 0
    commanded("good")
    assert team.json("index", "embed")["embedded"] == 6


def test_another_model_behind_the_same_words_is_begun_anew(team, commanded):
    """Where a command gives vectors of another width for good, index embed makes all of them anew, and says so."""
    commanded("good")
    team.ok("index", "embed")
    commanded("narrow")
    ran = team.call("index", "embed")
    assert ran.code == 0 and "of 3 numbers by now, and of 8 before" in ran.err
    assert team.json("index", "status")["embedded"] == 6 and not team.call("recall", "zebra").err


def test_weights_that_are_no_numbers_are_told(team):
    """A model's file that is whole and holds nonsense is a broken model as well."""
    before = answers(team)
    weights = {name: values * float("nan") for name, values in tiny.weights().items()}
    (team.path / "model" / "model.safetensors").write_bytes(tiny.safetensors(weights))
    configure(team, ON)
    assert team.call("index", "embed").code == 2
    assert answers(team) == before


def test_filling_without_the_arm_is_a_mistake(team):
    """Who asks for vectors where the arm is off is told how to have it on."""
    ran = team.call("index", "embed")
    assert ran.code == 2 and "enabled = true" in ran.err


class Made:
    """An arm whose cosines are given."""

    def __init__(self, cosines: dict[int, float], complete: bool = True) -> None:
        self.near_ = Near(cosines, frozenset(cosines), max(cosines.values(), default=-1.0), complete)
        self.asked = 0

    def near(self, *_: object) -> Near:
        self.asked += 1
        return self.near_


def ranks(store: Project, question: str, arm: object = None) -> tuple[list[ranked.Candidate], bool]:
    context = Context(str(store.path))
    try:
        view = context.index.view()
        asked = query.parse(question, context.now)
        everything = range(len(view))
        found = ranked.rank(
            context, context.index, view, asked, everything, (), ranking.DEFAULT, context.now, arm
        )
        return found.shown, found.abstained
    finally:
        context.close()


cosines = st.dictionaries(st.integers(0, len(TITLES) - 1), st.floats(-1, 1), max_size=len(TITLES))
questions = st.sampled_from(
    [
        "queue lock",
        "lock table zebra",
        "job claim worker",
        "stripes",
        "queue elephant",
        "elephant giraffe trunk table",
    ]
)


def parts(candidate: ranked.Candidate) -> tuple[float, float, float]:
    """What words and the like gave, what meaning gave, what both are multiplied by."""
    arms = {term.name: term.value for term in candidate.terms if term.adds}
    near = arms.pop("meaning", 0.0)
    return sum(arms.values()), near, math.prod(t.value for t in candidate.terms if not t.adds)


@given(cosines, questions, st.booleans())
def test_the_gate_keeps_its_promises(team, given_cosines, question, complete):
    """Whatever a model says: it adds at most its weight, so what the words put further ahead than that stays ahead; nothing
    that the words have found is lost, unless nothing at all is near; what it brings has no more by its words than the best
    answer; each score is the sum of its terms times its factors.
    """
    weights = ranking.DEFAULT
    before, nothing = ranks(team, question)
    after, abstained = ranks(team, question, Made(given_cosines, complete))
    assert abstained == (not after)
    for candidate in after:
        words, near, factor = parts(candidate)
        assert math.isclose((words + near) * factor, candidate.score, rel_tol=1e-9)
    if nothing:
        assert all(given_cosines[one.position] >= weights.meaning_alone for one in after)
        return
    if abstained:
        assert complete and max(given_cosines.values(), default=-1) < weights.meaning_apart
        return
    places = {one.position: place for place, one in enumerate(after)}
    assert {one.position for one in before} <= places.keys()
    assert all(parts(one)[1] <= weights.meaning_arm + 1e-12 for one in after)
    found = {one.position for one in before}
    brought = [term for one in after if one.position not in found for term in one.terms]
    assert all(term.value <= weights.lexical_arm + 1e-12 for term in brought if term.name == "words")
    for one in before:
        for other in after:
            words, _, factor = parts(other)
            if one.score > (words + weights.meaning_arm) * factor + 1e-12:
                assert places[one.position] < places[other.position]


@given(cosines)
def test_a_long_question_is_answered_by_its_words(team, given_cosines):
    """Beyond so many terms the model is not even asked."""
    question = "queue lock " + " ".join(f"word{n}" for n in range(ranking.DEFAULT.meaning_terms))
    arm = Made(given_cosines)
    before, after = ranks(team, question)[0], ranks(team, question, arm)[0]
    assert [(o.position, o.score) for o in before] == [(o.position, o.score) for o in after] and not arm.asked


def test_who_is_asked_for_is_not_what_a_model_knows(team):
    """What a memory says is not who wrote it: where an author is asked for, the model moves nothing."""
    team.remember(1, "Stripes are painted at night", by="queue-7")
    question = "what did queue-7 say about stripes"
    arm = Made(dict.fromkeys(range(len(TITLES) + 1), 0.5))
    before, after = ranks(team, question)[0], ranks(team, question, arm)[0]
    assert before and [(o.position, o.score) for o in before] == [(o.position, o.score) for o in after]
    assert any(term.name == "meaning" for one in ranks(team, "stripes", arm)[0] for term in one.terms)


def test_what_is_nearest_is_told_where_nothing_answers(team):
    """By meaning and by words in turn; of what is far by both nothing is told, nor where a question is answered."""
    near = ranking.DEFAULT.meaning_near
    context = Context(str(team.path))
    try:
        view = context.index.view()
        words = query.parse("the elephant has a trunk beside its giraffe", context.now)

        def nearest(asked, cosines):
            arm = Made(dict(enumerate(cosines)))
            return ranked.rank(
                context, context.index, view, asked, range(len(view)), (), ranking.DEFAULT, context.now, arm
            ).nearest

        far, close = near - 0.01, near + 0.05
        assert list(nearest(words, [far] * 6)) == []
        assert list(nearest(words, [far, close, far, close + 0.1, far, far])) == [3, 1]
        answered = query.parse("zebra stripes", context.now)
        assert list(nearest(answered, [close] * 6)) == []
    finally:
        context.close()
