"""The benchmarks of recall, small: their sets are what they say, and what they count is counted right."""

import hashlib
import importlib
import json
import sys
import tarfile
from pathlib import Path

import pytest

from agentmem.model import ranking, times
from tests import support

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def benchmark(monkeypatch):
    """A benchmark's module by its name; what it starts finds the package that is tested."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    monkeypatch.setenv("PYTHONPATH", str(support.ROOT))
    before = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - before:  # `sets` is a name that others may have too
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(str(BENCHMARKS)):
            del sys.modules[name]


def test_evidence_of_generated_questions_is_in_the_store(benchmark):
    """Each question that has an answer names records of its set, each that has none names nothing; both halves have both."""
    sets = benchmark("sets")
    for one in (sets.of_dialogues(), sets.of_talks(), sets.of_project(200)):
        ids = {record["id"] for record in one.records}
        assert len(ids) == len(one.records)
        assert all(asked.relevant <= ids for asked in one.asked)
        assert {(asked.half, bool(asked.relevant)) for asked in one.asked} == {
            (half, answered) for half in (0, 1) for answered in (False, True)
        }


def test_the_example_store_is_asked_for_memories_that_it_has(benchmark):
    """Ids that the questions by hand name are those of files in the example store."""
    sets = benchmark("sets")
    one = sets.of_example()
    files = " ".join(path.name for path in Path(one.folder).rglob("*.md"))
    assert all(identity in files for asked in one.asked for identity in asked.relevant)


def test_what_is_elided_does_not_name_its_subject(benchmark):
    """An answer in a conversation never names the service; its opening does. Questions always do."""
    talks = benchmark("talks")
    records, asked = talks.talks()
    titles = {record["id"]: record["title"] for record in records}
    for one in asked:
        service = next(s for s in (*talks.SERVICES, *talks.NEVER_TOLD) if s in one.text)
        if one.evidence:
            assert (service in titles[one.evidence]) == (one.kind == "named")
        else:
            # what was never told is in no entry
            assert one.kind != "unknown" or not any(service in title.split() for title in titles.values())


def test_no_question_without_an_answer_was_told(benchmark):
    """A pair of note and component that is asked for as untold is in no record of the project."""
    project = benchmark("project")
    records, asked = project.project(200)
    for one in asked:
        if one.kind.startswith("untold"):
            (component,) = (c for c in project.COMPONENTS if c in one.text)
            fixed = max(project.NOTES[one.note].body.replace("{", "}").split("}"), key=len)
            assert not any(component in r["title"] and fixed in r["body"] for r in records)


def test_noise_is_never_the_evidence(benchmark):
    """Noise has ids of its own, near-duplicates are older than what they copy, only older versions are superseded."""
    sets, noise = benchmark("sets"), benchmark("noise")
    clean = sets.of_project(200).records
    mixed = noise.noisy(clean, 600, 3)
    assert len(mixed) == 800
    own = {record["id"]: record for record in clean}
    made = {record["id"]: record for record in mixed if record["id"] not in own}
    assert len(made) == 600
    replaced = [old for record in mixed for old in record.get("supersedes", ())]
    assert len(replaced) == len(set(replaced)) == 90
    assert set(replaced) <= set(made)
    for record in mixed:
        for old in record.get("supersedes", ()):
            assert times.parse_iso(made[old]["created"]) < times.parse_iso(record["created"])
    assert noise.noisy(clean, 600, 3) == mixed
    texts = {(record["title"], record["body"]) for record in clean}
    assert sum((record["title"], record["body"]) in texts for record in made.values()) < 6


def test_noise_costs_nothing_where_there_is_none_and_is_told_where_there_is(
    benchmark, tmp_path, capsys, monkeypatch
):
    """Sixty memories among none and 120 others, through import, index and recall; a fall beyond the limit fails."""
    sets, noise = benchmark("sets"), benchmark("noise")
    one = sets.of_project(60)
    one = one._replace(asked=tuple(asked for asked in one.asked if asked.kind == "same")[:30])
    (tmp_path / "none").mkdir()
    assert noise.told(str(tmp_path / "none"), one, 0, 3, tuple(noise.MIX))
    assert "+0.000 [+0.000, +0.000]" in capsys.readouterr().out
    monkeypatch.setattr(noise, "FALL", -1.0)
    (tmp_path / "some").mkdir()
    one = one._replace(asked=one.asked[:5])
    assert not noise.told(str(tmp_path / "some"), one, 2, 3, tuple(noise.MIX))


class Answers:
    """Recall that finds what ``always`` has by the question's text, keeps all of it back that is not in ``shown``, and tells
    of ``near``.
    """

    def __init__(self, never, always, shown, near):
        self._never, self._always, self._shown, self._near = never, always, shown, near

    def __call__(self, one, weights):
        return self._always[one.text] if weights is self._never or one.text in self._shown else []

    def nearest(self, one):
        return self._near.get(one.text, [])


def test_false_and_lost_are_counted_as_they_are_defined(benchmark, capsys):
    """False: an answer where there is none. Lost: nothing, where the same question without abstaining has a relevant one; told
    where that is among the nearest. What nobody would have found counts for nothing.
    """
    abstaining, sets = benchmark("abstaining"), benchmark("sets")
    always = {
        "kept": ["a"],
        "told": ["b", "a"],
        "untold": ["a"],
        "never had": ["b"],
        "wrong": ["b"],
        "none": ["b"],
    }
    recall = Answers(abstaining.NEVER, always, ("kept", "wrong"), {"told": ["c", "a"], "untold": ["b"]})
    asked = [sets.Asked("x", 1, text, frozenset(["a"])) for text in ("kept", "told", "untold", "never had")]
    asked += [sets.Asked("y", 1, text, frozenset()) for text in ("wrong", "none")]
    found = [abstaining.outcome(recall, one) for one in asked]
    assert [one.wrong[-1] for one in found] == [False, True, True, False, True, False]
    assert abstaining.told(found) == (1 / 2, 1 / 2, 1 / 4)
    assert "lost  x                          second    4" in capsys.readouterr().out


def test_what_is_over_is_named(benchmark):
    """Each share is over by itself, and none at its limit."""
    shares = benchmark("abstaining").Shares
    assert shares(0.06, 0.02, 0.02).over == "6.0% false"
    assert shares(0.05, 0.03, 0.01).over == "3.0% lost, 1.0% untold"
    assert shares(0.9, 0.5, 0.2).over == "90.0% false, 50.0% lost, 20.0% untold"
    assert not shares(0.05, 0.02, 0.02).over


def test_own_words_may_not_lose_against_plain_bm25(benchmark, tmp_path, capsys):
    """Where the formula finds at least as much nothing is missed; where it shows nothing, own words are, and paraphrases not."""
    sets, plain = benchmark("sets"), benchmark("plain")
    one = sets.of_project(60)
    one = one._replace(asked=tuple(q._replace(half=1) for q in one.asked if q.relevant)[:60])
    recall = sets.Recall(sets.filled(str(tmp_path / "project"), one))
    assert plain.told(one, recall)
    assert "same         second" in capsys.readouterr().out

    class Silent:
        view, context, knows, clock = recall.view, recall.context, recall.knows, recall.clock

        def __call__(self, asked, weights):
            return []

    assert not plain.told(one, Silent())
    paraphrased = tuple(q for q in one.asked if q.kind == "other")
    assert paraphrased and plain.told(one._replace(asked=paraphrased), Silent())


def history(number, answered):
    """A question about one user's history of two days, as LongMemEval writes it."""
    turns = [
        {
            "role": "user",
            "content": f"I bought the {number}th lens.\nIt is a wide one.",
            "has_answer": answered,
        },
        {"role": "assistant", "content": " "},
    ]
    return {
        "question_id": f"q{number}" + ("" if answered else "_abs"),
        "question_type": "multi-session",
        "question": f"Which lens did I buy in place of the {number}th?",
        "question_date": "2023/05/30 (Tue) 23:40",
        "answer_session_ids": [f"s{number}"],
        "haystack_session_ids": [f"s{number}", "filler"],
        "haystack_dates": ["2023/05/20 (Sat) 02:21", "2023/05/21 (Sun) 10:00"],
        "haystack_sessions": [
            turns,
            [{"role": "user", "content": "What is for dinner?", "has_answer": True}],
        ],
    }


def test_histories_are_cut_into_turns(benchmark):
    """Each turn is an entry at its time; evidence is a turn that answers in a session that does; what is another's is unknown."""
    longmemeval = benchmark("longmemeval")
    whole = [history(number, number % 5 > 0) for number in range(30)]
    sets = list(longmemeval.histories(whole, 2))
    assert len({one.name for one in sets}) == len(sets) == 4 + 6
    one = next(one for one in sets if one.asked[0].relevant)
    first, second, third = one.records
    assert first["body"] == first["title"] + "\nIt is a wide one."
    assert (second["title"], second["body"], second["by"]) == ("(nothing)", "", "assistant")
    assert [record["created"] for record in (first, second, third)] == [
        "2023-05-20T02:21:00Z", "2023-05-20T02:21:30Z", "2023-05-21T10:00:00Z",
    ]  # fmt: skip
    assert one.asked[0].relevant == {one.records[0]["id"]}
    assert one.asked[0].opened == times.parse_iso("2023-05-31T00:40:00Z")
    assert [q.kind for q in one.asked] == ["multi-session", *["another's"] * longmemeval.OTHERS]
    assert not any(q.relevant for q in one.asked[1:]) and one.asked[0].text not in {
        q.text for q in one.asked[1:]
    }


FRIENDS = {
    "conversation": {
        "speaker_a": "Ann",
        "session_2_date_time": "9:05 am on 12 June, 2023",
        "session_2": [{"speaker": "Bo", "dia_id": "D2:1", "text": "The  zebra\nis striped."}],
        "session_1_date_time": "1:56 pm on 8 May, 2023",
        "session_1": [
            {"speaker": "Ann", "dia_id": "D1:1", "text": "Look!", "blip_caption": "a photo of a quagga"},
            {"speaker": "Bo", "dia_id": "D1:2", "text": "Nice."},
        ],
    },
    "qa": [
        {"question": "What did Ann see?", "evidence": ["D1:1; D1:2"], "category": 1},
        {"question": "What is striped?", "evidence": ["D2:1", "D9:9"], "category": 4},
        {"question": "What did Bo see?", "evidence": ["D1:1"], "category": 5},
        {"question": "What is not in it?", "evidence": ["D9:9"], "category": 4},
    ],
}


def test_conversations_are_cut_into_turns(benchmark, capsys):
    """Sessions are in the order of their numbers, a question has the turns that answer it, one about the wrong friend none."""
    locomo, conversations = benchmark("locomo"), benchmark("conversations")
    first, second = locomo.talks([FRIENDS] * 2)
    assert [record["title"] for record in first.records] == [
        "Look! [shares a photo of a quagga]", "Nice.", "The zebra is striped.",
    ]  # fmt: skip
    assert [record["created"] for record in first.records] == [
        "2023-05-08T13:56:00Z", "2023-05-08T13:57:00Z", "2023-06-12T09:05:00Z",
    ]  # fmt: skip
    ids = [record["id"] for record in first.records]
    assert [(q.kind, q.relevant) for q in first.asked] == [
        ("several turns", {ids[0], ids[1]}), ("one turn", {ids[2]}), ("of the wrong one", frozenset()),
    ]  # fmt: skip
    assert ({q.half for q in first.asked}, {q.half for q in second.asked}) == ({0}, {1})
    found = conversations.measured([second])
    assert [one.ranks[2] for one in found] == [1, 1]
    assert conversations.told("one turn", found[1:])
    found[1].ranks[0], found[1].ranks[2] = 1.0, 0.0
    assert not conversations.told("one turn", found[1:] * 9)
    assert "MRR@10 1.000 -> 0.000 -1.000" in capsys.readouterr().out


def test_a_set_comes_from_a_file_or_from_a_package(benchmark, tmp_path, monkeypatch):
    """The file that is named is read, else the member of the source archive, below the one folder that it has."""
    history = benchmark("release_history")
    (tmp_path / "own.json").write_text("[1]", encoding="utf-8")
    assert history.json_in("x", "1", "data/set.json", str(tmp_path / "own.json")) == [1]
    (tmp_path / "set.json").write_text("[2]", encoding="utf-8")
    with tarfile.open(tmp_path / "x-1.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "own.json", "x-1/set.json")
        archive.add(tmp_path / "set.json", "x-1/data/set.json")
    monkeypatch.setattr(history, "cache_folder", lambda: str(tmp_path))
    assert history.json_in("x", "1", "data/set.json") == [2]


CHANGELOG = """# Changes

## 1.1.0 (2nd May)

A preface is no entry.

### Fixed

- Retry a lost job
  once more. (#12)
- Typo

* Another bullet says more

## 1.0.0

- The very first version works
"""


def test_a_changelog_is_cut_into_its_entries(benchmark):
    """A bullet and the lines below it that are indented, with its release and section; what says too little is none."""
    changelogs = benchmark("changelogs")
    assert list(changelogs.entries(CHANGELOG)) == [
        ("Retry a lost job once more. (#12)", "1.1.0 (2nd May)", "Fixed"),
        ("Another bullet says more", "1.1.0 (2nd May)", "Fixed"),
        ("The very first version works", "1.0.0", ""),
    ]


def test_changelogs_are_asked_what_they_tell_and_what_they_do_not(benchmark):
    """Each question is of one of the packages; those called none have no answer, all others have one; each kind has thirty or
    more with, twenty or more without.
    """
    changelogs = benchmark("changelogs")
    for one in changelogs.CHANGELOGS:
        kinds: dict[str, list[str]] = {}
        for kind, text, answers in changelogs.questions(one):
            assert bool(answers) != kind.startswith("none")
            kinds.setdefault(kind, []).append(text)
        assert {kind: len(set(texts)) for kind, texts in kinds.items()} == {
            "keywords": 30,
            "question": 30,
            "other words": 30,
            "none, same project": 40,
            "none, other field": 20,
        }


def test_what_was_read_of_the_team_is_asked_anew(benchmark, tmp_path, monkeypatch):
    """A task with answers is asked for these, one of which nothing is even on the topic has none, the others are left out."""
    sets = benchmark("sets")
    texts = [("a note", "a line", "a name"), ("b note", "b line", "b name"), ("c note", "c line", "c name")]
    asked = tuple(
        sets.Asked(kind, 1, text, frozenset(["x"]))
        for three in texts
        for kind, text in zip(sets.TASKS, three, strict=True)
    )
    read = [
        {"note": hashlib.sha1(b"a note").hexdigest()[:12], "answers": ["y"], "on_topic": 0},
        {"note": hashlib.sha1(b"b note").hexdigest()[:12], "answers": [], "on_topic": 2},
        {"note": hashlib.sha1(b"c note").hexdigest()[:12], "answers": [], "on_topic": 0},
    ]
    (tmp_path / "read.jsonl").write_text("".join(json.dumps(one) + "\n" for one in read))
    monkeypatch.setattr(sets, "READ", str(tmp_path / "read.jsonl"))
    found = sets.read(sets.Set("team", (), asked))
    assert [(q.kind, q.text, sorted(q.relevant)) for q in found.asked] == [
        ("notes", "a note", ["y"]),
        ("first lines", "a line", ["y"]),
        ("names", "a name", ["y"]),
        ("none, notes", "c note", []),
        ("none, first lines", "c line", []),
        ("none, names", "c name", []),
    ]


def test_neighbours_are_measured_against_none(benchmark, tmp_path):
    """With the weight at 0 on both sides each gain is 0; figures are shares of 0 to 1."""
    sets, neighbours = benchmark("sets"), benchmark("neighbours")
    whole = sets.of_talks()
    elided = tuple(asked for asked in whole.asked if asked.kind == "elided" and asked.half)[:10]
    one = whole._replace(records=whole.records[:120], asked=elided)
    recalls = [(sets.Recall(sets.filled(str(tmp_path / "talks"), one)), one)]
    same = neighbours.gains(recalls, "elided", 1, neighbours.OFF, neighbours.OFF)
    assert set(same[2]) == set(same[5]) == {0.0}
    found = neighbours.gains(recalls, "elided", 1)
    assert len(found[0]) == 10
    assert all(0 <= value <= 1 for column in (*found[:2], *found[3:5]) for value in column)
    assert json.dumps(found[2]) == json.dumps([a - b for a, b in zip(found[1], found[0], strict=True)])
    assert ranking.DEFAULT.neighbours == neighbours.ON.neighbours > 0
