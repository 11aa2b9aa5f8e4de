"""Training the manager where it is known what there is to learn: what is learned, what is refused, what is written."""

import json
import random

import pytest

from agentmem.actions import training
from agentmem.learning import fitting
from agentmem.model import retention, scoring
from agentmem.model.manager import FEWEST
from agentmem.output import explaining
from tests import support
from tests.support import identity

SYLLABLES = ("ba", "ko", "mi", "lu", "te", "ra", "zo", "nu", "pi", "ve")
TOPICS = 90


def word(number):
    """A word of which no two are alike."""
    return "".join(SYLLABLES[number // 10**place % 10] for place in (2, 1, 0)) + "x"


def day(number):
    return f"2025-{1 + number // 28:02}-{1 + number % 28:02}"


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    """The files of a store of two memories a topic: one by the role that asks, one that has the words a little better."""
    folder = tmp_path_factory.mktemp("taught")
    project = support.Project(folder)
    for topic in range(TOPICS):
        one, other = word(topic), word(topic + 500)
        created = f"{day(topic)}T00:00:00Z"
        project.remember(
            2 * topic,
            f"What was settled at last, after the talks of many days, on {one} and {other}",
            f"{one} was chosen.",
            created=created,
            role="api",
        )
        project.remember(2 * topic + 1, f"{one} {other}", f"{one} was chosen.", created=created, role="web")
    return folder


@pytest.fixture
def school(store, taught):
    """The store of the topics, committed on trunk."""
    import shutil

    shutil.copytree(taught / ".agentmem", store.store, dirs_exist_ok=True)
    store.commit()
    return store


def labels(right, topics=range(TOPICS)):
    """A label a topic, asked by the role api a day after: ``right`` gives 0 for what the role wrote, 1 for the other."""
    return "".join(
        json.dumps(
            {
                "query": f"{word(topic)} {word(topic + 500)}",
                "relevant": [identity(2 * topic + right(topic))],
                "until": f"{day(topic)}T20:00:00Z",
                "role": "api",
            }
        )
        + "\n"
        for topic in topics
    )


USEFUL = labels(lambda topic: 0)


def train(project, text, *options, **more):
    support.put(project.path / "labels.jsonl", text)
    return project.call("model", "train", "--labels", "labels.jsonl", *options, **more)


def question(topic):
    return f"{word(topic)} {word(topic + 500)}"


def first(project, *options):
    """The first hit of some questions as the role api asks them."""
    env = {"AGENTMEM_ROLE": "api"}
    return [
        project.ok("recall", question(t), "--format", "ids", "--limit", "1", *options, env=env).strip()
        for t in (3, 40, 77)
    ]


def test_what_the_labels_cannot_tell_stays_near_the_formula():
    """Where right is what is newest, days old as all is, how fresh a memory is keeps a weight of the formula's size: no note of
    today comes before what has the words. Where labels show how much being fresh helps, it is learned.
    """
    pytest.importorskip("numpy")
    draw = random.Random(3)

    def weight(newest):
        rows = []
        for _ in range(150):
            for right in (True, False, False):
                signals = {"words": draw.uniform(0.4, 1), "recency": draw.uniform(-0.1, 0)}
                rows.append(fitting.Row({**signals, **({"fresh": newest} if right else {})}, right))
        return training.weights_of(rows)["fresh"]

    most = scoring.SPANS["fresh"]
    few = [weight(share * most) for share in (0.001, 0.007)]
    assert scoring.PRIOR["fresh"] < few[0] < few[1] < 2 * scoring.PRIOR["fresh"]
    assert weight(0.5 * most) > 2 * scoring.PRIOR["fresh"]


def test_the_formula_has_something_to_learn(school):
    """Without a manager the memory of the other role is first: the tests below are about something."""
    pytest.importorskip("numpy")
    assert first(school) == [identity(2 * t + 1) for t in (3, 40, 77)]


def test_useful_labels_give_a_model_that_recall_uses(school):
    """What is learned is written, told with its held-out worth, used by recall, and not with ``--model off``."""
    pytest.importorskip("numpy")
    before = first(school)
    done = train(school, USEFUL)
    assert (done.code, done.err) == (0, "")
    assert (
        done.lines[0]
        == f"fitted on all {TOPICS} labelled events ({TOPICS} from labels): .agentmem/model.json"
    )
    assert done.lines[1] == (
        "tested on the last 54 of them by time, part by part, each by weights fitted on the events before it alone"
    )
    assert done.lines[2].startswith("the fixed formula -> learned: MRR 0.")
    assert done.lines[-1] == "what each of them means: agentmem model show"
    written = json.loads((school.store / "model.json").read_text())
    assert set(written["recall"]) == set(scoring.SIGNALS)
    assert written["recall"]["your role"] > scoring.PRIOR["your role"]
    assert written["recall"]["words"] < scoring.PRIOR["words"]
    assert written["trained"]["events"] == {"labels": TOPICS}
    held = written["trained"]["held_out"]
    assert held["mrr@10"]["after"] > held["mrr@10"]["before"]
    assert first(school) == [identity(2 * t) for t in (3, 40, 77)]
    assert first(school, "--model", "off") == before
    shown = school.ok("model", "show")
    assert "your role" in shown and school.json("model", "show")["trained"] == written["trained"]


def test_gains_are_told_as_what_they_are(school):
    """The gain that decides is that of both measures added up, and is called so: neither of them has gained as much."""
    pytest.importorskip("numpy")
    held = train(school, USEFUL, "--json", "--dry-run").json["held_out"]
    gains = [held[name]["after"] - held[name]["before"] for name in ("mrr", "ndcg")]
    assert held["gain"] == pytest.approx(sum(gains), abs=1e-5)
    line = train(school, USEFUL, "--dry-run").lines[2]
    assert f"the two gains together {sum(gains):+.3f} [" in line and "both" not in line


def undated(text, keep=lambda number: False):
    lines = [json.loads(one) for one in text.splitlines()]
    for number, one in enumerate(lines):
        if not keep(number):
            del one["until"]
    return "".join(json.dumps(one) + "\n" for one in lines)


def test_without_dates_no_time_is_claimed(school):
    """Labels without a moment are taken in alphabetical order, whatever their lines, and it says so; mixed ones come last."""
    pytest.importorskip("numpy")
    text = undated(USEFUL)
    done = train(school, text, "--dry-run")
    assert done.lines[1] == (
        'tested on the last 54 of them in the alphabetical order of their questions, as none has a date ("until"), part by part,'
        " each by weights fitted on the events before it alone"
    )
    turned = "".join(reversed(text.splitlines(keepends=True)))
    assert train(school, turned, "--dry-run").out == done.out
    mixed = train(school, undated(USEFUL, keep=lambda number: number % 9), "--dry-run")
    assert (
        'of them by time, the 10 without a date ("until") last, in alphabetical order, part' in mixed.lines[1]
    )
    assert train(school, text, "--dry-run", "--json").json["undated"] == TOPICS


def test_show_says_what_a_model_is(school):
    """When it was trained and on what, what that was worth on what it had not seen, and what each signal means."""
    pytest.importorskip("numpy")
    assert train(school, USEFUL).code == 0
    lines = school.ok("model", "show").splitlines()
    assert lines[0] == (
        f"trained 2026-02-22 on {TOPICS} labelled events ({TOPICS} from labels), asked from 2025-01-01 to {day(TOPICS - 1)}"
    )
    held = json.loads((school.store / "model.json").read_text())["trained"]["held_out"]
    mrr = held["mrr@10"]
    assert lines[1].startswith(
        "tested on 54 questions that it had not seen: the fixed formula -> learned:"
        f" MRR {mrr['before']:.3f} -> {mrr['after']:.3f}, nDCG@10 "
    )
    [row] = [line for line in lines if line.startswith("your role ")]
    assert row.endswith(explaining.SAYS["your role"])
    record = school.json("model", "show")
    assert list(record["means"]) == list(scoring.SIGNALS) and record["trained"]["at"] == support.NOW


def test_every_weight_has_a_meaning():
    """Nothing is weighed that ``model show`` does not explain."""
    assert set(scoring.SIGNALS) <= explaining.SAYS.keys()
    assert explaining.KEEPS.keys() == retention.DEFAULT._asdict().keys()


@pytest.mark.parametrize(
    "trained",
    [
        {},
        {"at": 5, "events": [], "held_out": "good"},
        {"events": {"labels": "many"}, "since": None, "held_out": {"mrr@10": 3, "ndcg@10": {"before": "x"}}},
        {
            "events": {"labels": 60},
            "until": "\x1b[31m",
            "held_out": {"questions": "all", "against": "\x1b[31mred"},
        },
    ],
)
def test_what_a_hand_wrote_of_its_training_is_shown_as_far_as_it_goes(school, trained):
    """Whatever stands there, the weights are shown, and no control character reaches the terminal."""
    record = {"schema": "agentmem/model/1", "recall": {"pinned": 9}, "trained": trained}
    support.put(school.store / "model.json", json.dumps(record))
    shown = school.ok("model", "show")
    assert "\x1b" not in shown and "pinned              9.00     4.00  pinned\n" in shown
    if not trained:
        assert shown.startswith("the model that serves; its file does not say on what it was trained\n")


def test_training_is_the_same_twice(school):
    """The same labels give the same bytes, whatever the order of their lines."""
    pytest.importorskip("numpy")
    assert train(school, USEFUL).code == 0
    written = (school.store / "model.json").read_bytes()
    (school.store / "model.json").unlink()
    lines = USEFUL.splitlines(keepends=True)
    random.Random(5).shuffle(lines)
    assert train(school, "".join(lines)).code == 0
    assert (school.store / "model.json").read_bytes() == written


def test_the_same_labels_again_are_nothing_new(school):
    """A model is not compared on what it was trained on; nothing is written, and how many newer events are wanting is said."""
    pytest.importorskip("numpy")
    assert train(school, USEFUL).code == 0
    written = (school.store / "model.json").read_bytes()
    done = train(school, USEFUL)
    assert done.code == 0
    assert done.lines == [
        f"not trained: {TOPICS} labelled events ({TOPICS} from labels); 20 more are needed that are newer than what the model"
        " in place was trained on"
    ]
    assert (school.store / "model.json").read_bytes() == written


def test_too_few_labels(school):
    """Under fifty events it says how many are missing, and writes nothing."""
    pytest.importorskip("numpy")
    done = train(school, labels(lambda topic: 0, range(FEWEST - 1)))
    assert done.code == 0
    assert done.lines[0] == (
        "not trained: 49 labelled events (49 from labels), 1 more is needed (50 at least); the fixed formula goes on serving"
    )
    found = train(school, labels(lambda topic: 0, range(7)), "--json").json
    assert (found["reason"], found["missing"], found["path"], found["recall"]) == ("few", 43, None, None)
    assert not (school.store / "model.json").exists()
    support.put(school.store / "model.json", model(words=5))
    done = train(school, labels(lambda topic: 0, range(7)))
    assert done.lines[0].endswith("43 more are needed (50 at least); the model in place goes on serving")


@pytest.mark.parametrize("seed", range(4))
def test_random_labels_are_refused(school, seed):
    """Where there is nothing to learn nothing is written, and the figures say why."""
    pytest.importorskip("numpy")
    draw = random.Random(seed)
    done = train(school, labels(lambda topic: draw.randrange(2)))
    assert done.code == 0
    assert done.lines[0].startswith(
        f"nothing written: what {TOPICS} labelled events ({TOPICS} from labels) teach"
    )
    assert "is not surely better than the fixed formula" in done.lines[0]
    assert not (school.store / "model.json").exists()


def test_a_model_in_place_is_not_replaced_by_a_worse(school):
    """Only where there is one can one be replaced, and the line says by what measure it stays."""
    pytest.importorskip("numpy")
    support.put(school.store / "model.json", model(**{"your role": 60}))
    draw = random.Random(1)
    done = train(school, labels(lambda topic: draw.randrange(2)))
    assert done.lines[0].startswith(f"not replaced: what {TOPICS} labelled events")
    assert "is not surely better than the model in place" in done.lines[0]


def test_questions_without_an_answer_teach_no_order(school):
    """Labels that nothing answers are no events."""
    pytest.importorskip("numpy")
    lines = [json.dumps({"query": f"nothing {number}", "relevant": []}) for number in range(80)]
    found = train(school, "\n".join(lines) + "\n" + labels(lambda topic: 0, range(5)), "--json").json
    assert (found["events"], found["reason"]) == (5, "few")


def test_a_model_is_trained_on_trunk(school):
    """On another branch it is refused with the way to look, and ``--dry-run`` writes nothing there or anywhere."""
    pytest.importorskip("numpy")
    school.git("switch", "-q", "-c", "feature/x")
    done = train(school, USEFUL)
    assert done.code == 2
    assert "a model is trained on trunk (main), and HEAD is on feature/x" in done.err
    assert "agentmem model train --labels labels.jsonl --dry-run" in done.err
    given = school.call("model", "train", "--labels", "-", input=USEFUL)
    assert "agentmem model train --labels - --dry-run" in given.err
    done = train(school, USEFUL, "--dry-run")
    assert done.code == 0 and "your role" in done.out
    assert not (school.store / "model.json").exists()


def test_a_detached_head_is_not_trunk(school):
    """Nobody knows where a model would go that is trained there: the hint is a command that there is."""
    pytest.importorskip("numpy")
    school.git("checkout", "-q", "--detach")
    done = train(school, USEFUL)
    assert done.code == 2
    assert done.err.splitlines() == [
        "error: a model is trained on trunk (main), and HEAD is detached",
        "hint: to see what it would learn: agentmem model train --labels labels.jsonl --dry-run",
    ]


def test_a_dry_run_says_what_training_would(school):
    """On trunk ``--dry-run`` gives the figures and weights of the model that is then written."""
    pytest.importorskip("numpy")
    said = train(school, USEFUL, "--dry-run").lines[0]
    assert said == f"fitted on all {TOPICS} labelled events ({TOPICS} from labels), not written"
    dry = train(school, USEFUL, "--dry-run", "--json").json
    assert dry["path"] is None
    assert not (school.store / "model.json").exists()
    wet = train(school, USEFUL, "--json").json
    assert dry["recall"] == wet["recall"] and dry["held_out"] == wet["held_out"]
    assert wet["path"] == ".agentmem/model.json"


def test_without_numpy(school, tmp_path):
    """Where numpy cannot be imported training is an error with the way to get it, and recall goes on with its model."""
    for text in ("raise ImportError('no numpy here')", None):
        broken = tmp_path / f"broken{bool(text)}"
        if text:
            support.put(broken / "numpy" / "__init__.py", text)
        else:
            hide = (
                "import sys\n"
                "class Hide:\n"
                "    def find_spec(self, name, path=None, target=None):\n"
                "        if name == 'numpy': raise ModuleNotFoundError(name)\n"
                "import importlib.util\n"
                "real = importlib.util.find_spec\n"
                "importlib.util.find_spec = lambda name, *a: None if name == 'numpy' else real(name, *a)\n"
            )
            support.put(broken / "sitecustomize.py", hide)
        env = {"PYTHONPATH": f"{broken}:{support.ROOT}"}
        support.put(school.path / "labels.jsonl", USEFUL)
        done = school.run("model", "train", "--labels", "labels.jsonl", env=env)
        assert done.code == 2, done
        assert done.err.splitlines()[0] == "error: training needs numpy, which is not installed"
        assert "pip install 'git-agentmem[manager]'" in done.err
        assert school.run("recall", question(3), env=env).code == 0


BROKEN = [
    "",
    "{",
    "[]",
    '{"schema": "agentmem/model/1", "recall": {"words": "many"}}',
    "\x00",
    "<<<<<<< HEAD\n",
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_model_is_noted_and_harmless(school, text):
    """Whatever a hand has made of the file, the formula serves, one note says so, and the other commands do not mind."""
    before = first(school)
    plain = school.ok("recall", question(3), "--json")
    support.put(school.store / "model.json", text)
    done = school.call("recall", question(3), "--json")
    assert done.code == 0 and done.out == plain
    [note] = done.err.splitlines()
    assert note.startswith("note: .agentmem/model.json is left out, the fixed formula serves: ")
    assert first(school) == before
    off = school.call("recall", question(3), "--json", "--model", "off")
    assert off.out == plain
    shown = school.call("model", "show")
    assert shown.code == 0 and "no model: the fixed formula serves" in shown.out
    assert "is left out" in shown.err
    for words in (("list",), ("brief",), ("check",), ("status",)):
        assert school.call(*words).code == 0, words


def test_a_folder_or_a_link_in_its_place(school, tmp_path):
    """A folder of that name, or a link out of the store, is no model and no failure."""
    plain = school.ok("recall", question(3), "--json")
    (school.store / "model.json").mkdir()
    assert school.call("recall", question(3), "--json").out == plain
    (school.store / "model.json").rmdir()
    support.put(tmp_path / "elsewhere.json", "{}")
    (school.store / "model.json").symlink_to(tmp_path / "elsewhere.json")
    assert school.call("recall", question(3), "--json").out == plain


def model(**weights):
    return json.dumps({"schema": "agentmem/model/1", "recall": weights})


def test_weights_by_hand_are_obeyed(school):
    """A file with one weight changes the order as that weight says, on any branch that has it, and in an old view too."""
    support.put(school.store / "model.json", model(**{"your role": 60}))
    assert first(school) == [identity(2 * t) for t in (3, 40, 77)]
    commit = school.commit()
    school.git("rm", "-q", ".agentmem/model.json")
    school.commit()
    assert first(school) == [identity(2 * t + 1) for t in (3, 40, 77)]
    school.git("checkout", "-q", commit)
    assert first(school) == [identity(2 * t) for t in (3, 40, 77)]


def test_a_manager_explains_its_order(school):
    """The printed terms of each hit add up to its score, in text and in JSON, and the scores are in the order shown."""
    support.put(school.store / "model.json", model(**{"your role": 60, "recency": -3}))
    env = {"AGENTMEM_ROLE": "api"}
    words = ("recall", "chosen", "--explain", "--limit", "12", "--budget", "0")
    hits = json.loads(school.ok(*words, "--json", env=env))["hits"]
    assert len(hits) == 12
    for hit in hits:
        assert all(term["adds"] for term in hit["explain"])
        assert sum(term["value"] for term in hit["explain"]) == pytest.approx(hit["score"], abs=1e-9)
    scores = [hit["score"] for hit in hits]
    assert scores == sorted(scores, reverse=True)
    text = school.ok(*words, env=env)
    for line in (line for line in text.splitlines() if line.startswith("  score ")):
        total, terms = line.removeprefix("  score ").split(" = ")
        values = [float(term.rsplit(" ", 1)[1]) for term in terms.split(" + ")]
        assert sum(values) == pytest.approx(float(total), abs=0.0005), line
