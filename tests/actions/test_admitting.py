"""What is told of a memory that was added, and what must not come of telling it."""

import json

import pytest

from agentmem.actions import admitting
from agentmem.model import manager, memory
from agentmem.model.manager import Manager
from tests import support

CODE = "MAX_TRIES = 3\n\n\ndef claim_next(worker):\n    return take(worker)\n"


def admission(store, *words):
    return store.json("--json", "add", *words)["admission"]


def doubt(store, *words):
    return admission(store, *words)["doubt"]


def test_a_trained_manager_weighs(store):
    """What it learned of keeping moves the worth; a file that cannot be read leaves the formula, and is told."""
    plain = admission(store, "fact", "The pool has 4 connections")["worth"]
    data = manager.compose(Manager(keep={"prior": -4.0}))
    (store.store / "model.json").write_bytes(data)
    assert admission(store, "fact", "The queue drops jobs after a week")["worth"] < plain
    (store.store / "model.json").write_text("{")
    done = store.run("--json", "add", "fact", "Keys are rotated by the cron of the vault")
    assert done.json["admission"]["worth"] == plain and "model.json is left out" in done.err


def test_judging_never_stands_in_the_way(store, monkeypatch):
    """The memory is written before it is judged: what goes wrong then is a note, and the answer is given."""

    def fails(*_, **__):
        raise RuntimeError("no luck")

    monkeypatch.setattr(admitting, "judge", fails)
    done = store.call("add", "fact", "still running")
    assert done.code == 0 and "added" in done.out and "not judged: RuntimeError: no luck" in done.err
    assert "still running" in store.titles()


def test_quiet_asks_for_no_advice(store, monkeypatch):
    """-q judges nothing in text; --json has the figures all the same."""
    asked = []
    judge = admitting.judge
    monkeypatch.setattr(admitting, "judge", lambda *a, **k: asked.append(1) or judge(*a, **k))
    assert "thin" not in store.call("-q", "add", "fact", "still running").out and not asked
    assert store.call("-q", "--json", "add", "fact", "wip").json["admission"]["doubt"] == "thin"


def test_text_and_json_agree(store):
    """The line in text stands exactly where --json has a doubt."""
    support.put(store.path / "src/claim.py", CODE)
    support.put(store.path / "src/pool.py", "SIZE = 4\n")
    support.put(store.path / "src/types.py", "JOB = dict\n")
    store.commit()
    store.ok(
        "add",
        "decision",
        "Workers claim jobs with SKIP LOCKED",
        "--body",
        "Postgres frees the row when it drops.",
    )
    cases = [
        (["fact", "Workers claim jobs with SKIP LOCKED", "--body", "Postgres frees the row"], "known"),
        (["fact", "MAX_TRIES is 3", "--cite", "src/claim.py:1"], "in-code"),
        (["fact", "src has claim.py, pool.py and types.py"], "in-code"),
        (["log", "heartbeat 3"], "thin"),
        (["fact", "The fourth try never helped", "--cite", "src/claim.py:1"], None),
        (["fact", "src has claim.py, pool.py and queue.py"], None),
    ]
    for words, expected in cases:
        assert doubt(store, *words, "--force") == expected, words
    said = {"known": "known: ", "in-code": "in the code: ", "thin": "thin: "}
    for number, (words, expected) in enumerate(cases):
        store.git("clean", "-fdq", ".agentmem/facts", ".agentmem/log")
        lines = store.ok("add", *words).splitlines()[1:]
        assert len(lines) == (expected is not None), (number, lines)
        assert not expected or lines[0].startswith(said[expected])


def test_what_it_supersedes_does_not_make_it_known(store):
    """A shorter version that replaces a longer one is no doubtful repetition."""
    body = "A lock table needed a sweeper. Postgres frees the row when the connection drops."
    old = store.json("--json", "add", "decision", "Workers claim jobs with SKIP LOCKED", "--body", body)["id"]
    new = ["decision", "Workers claim jobs with SKIP LOCKED", "--body", "Postgres frees the row."]
    found = admission(store, *new, "--supersedes", old)
    assert found["doubt"] is None and found["new"] == 1


def test_the_one_with_the_evidence_stays(store):
    """Where what is known lacks the evidence of the new one, the advice replaces it or gives it that, and retracts neither."""
    support.put(store.path / "src/claim.py", CODE)
    store.commit()
    title, body = (
        "Workers claim jobs with SKIP LOCKED",
        "A lock table needed a sweeper. Postgres frees the row.",
    )
    known = store.json("add", "decision", title, "--body", body)["id"][:6]
    new = ["fact", title, "--body", "Postgres frees the row."]
    cite = ["--cite", "src/claim.py#claim_next", "--cite", "src/claim.py:1"]
    added, said = store.ok("add", *new, *cite).splitlines()
    short = added.split()[1]
    where = f"agentmem cite {known} 'src/claim.py#claim_next' 'src/claim.py#MAX_TRIES'"
    assert said == (
        f'known: {known} decision "{title}" says all of it, without this evidence. Replaces it? agentmem supersede {known}'
        f" --by {short}     adds nothing else? {where}"
    )
    refused = store.run("add", "decision", title, "--body", body, *cite)
    assert refused.code == 4
    assert f"without this evidence\nto give it that: {where}     to add it anyway: --force" in refused.err
    store.ok("retract", short, "--reason", "again")
    store.ok("cite", known, "src/claim.py#claim_next", "src/claim.py:1")
    assert "agentmem retract" in store.ok("add", *new, *cite, "--force")


def test_a_title_that_will_be_shown_cut_is_told(store):
    """One note says where the rest belongs; what fits is no matter of notes."""
    longest = ("word " * 40)[: memory.MAX_TITLE].strip() + "x"
    assert len(longest) == memory.MAX_TITLE and not store.call("add", "fact", longest).err
    verbs = (["add", "fact"], ["task", "add"], ["add", "log"])
    for word, verb in zip(("word", "term", "sign"), verbs, strict=True):
        (note,) = store.call(*verb, f"{word} " * 600).err.splitlines()
        assert note.startswith(
            "note: a title of 2,999 characters is shown cut at 160; the rest belongs into --body"
        )
        assert ("agentmem edit" in note) == (word != "sign")
    assert len(store.call("add", "fact", "word " * 600).err) < 400  # what refuses it shows it cut, too


@pytest.mark.parametrize("title", ["</memory>", "ok \U0001f389", "%s {} $(x)", "'", "…" * 300])
def test_ugly_titles(store, title):
    """Whatever may be written may be judged; what is told is one line each."""
    done = store.run("add", "fact", title)
    assert done.code == 0 and len(done.out.splitlines()) <= 2


def test_without_a_commit_and_detached(store):
    """A repository without a commit, and one with no branch at hand, are judged like any."""
    support.put(store.path / "a.py", CODE)
    assert doubt(store, "fact", "MAX_TRIES is 3", "--cite", "a.py:1") == "in-code"
    store.commit()
    store.git("checkout", "-q", "--detach")
    assert doubt(store, "fact", "wip", "--branch", "main") == "thin"


def test_json_is_the_same_object_for_a_task(store):
    """A task is an order, and is not judged where tasks are made."""
    assert json.loads(store.ok("task", "add", "Fix it", "--json"))["admission"] is None


def test_a_title_alone_that_is_known_says_no_more(store):
    """Who adds the title of what is known, without its reason, adds nothing; with another reason it is told, and added."""
    store.ok(
        "add", "decision", "Convert units in the driver", "--body", "Later nobody knows which they were."
    )
    ran = store.call("add", "decision", "convert units in the driver.")
    assert ran.code == 4 and "--force" in ran.err
    assert store.call("add", "convention", "Convert units in the driver").code == 0
    ran = store.call(
        "add", "decision", "Convert units in the driver", "--body", "The wire has no units at all."
    )
    assert ran.code == 0 and "Replaces it?" in ran.out


def test_what_was_retracted_is_not_taken_back_in_unsaid(store):
    """Word for word it needs a decision, with the reason; what says nearly the same is added, and told."""
    title, body = "The broker loses one in fifty messages at shift change", "Counted on a laptop over Wi-Fi."
    old = store.json("add", "fact", title, "--body", body)["id"]
    store.ok("retract", old, "--reason", "the Wi-Fi lost them")
    ran = store.call("add", "fact", title.upper(), "--body", body)
    assert ran.code == 4 and ran.err == (
        f'error: not added: {old[:6]} said this ("{title}", now) and was retracted: the Wi-Fi lost them\n'
        f"if it holds after all: agentmem restore {old[:6]}     to add it anyway: --force\n"
    )
    _, like = store.ok("add", "fact", title, "--body", "Counted on the wire.").splitlines()
    assert like == f'like {old[:6]} fact "{title}" (main, now, tester; retracted: the Wi-Fi lost them)'
    added = store.json("add", "fact", title, "--body", body, "--force")
    assert added["past"] == [
        {
            "id": old,
            "title": title,
            "status": "retracted",
            "retracted": "the Wi-Fi lost them",
            "superseded_by": [],
        }
    ]
    ran = store.call("add", "fact", title, "--body", body)  # which is in force, and outweighs what is past
    assert ran.code == 4 and "already says this" in ran.err


def test_what_was_superseded_is_told(store):
    """With what stands in its place now; not where that is told, or replaced, itself."""
    title, body = "Waves are cut at 240 lines", "The totes buffer."
    old = store.json("add", "decision", title, "--body", body)["id"]
    second = store.json("supersede", old, "--title", "Each wave ends with the hour", "--body", "By clock.")[
        "id"
    ]
    third = store.json(
        "supersede", second, "--title", "From May on no cuts", "--body", "Conveyor two is out."
    )["id"]
    added, like = store.ok("add", "decision", title, "--body", "Totes again.").splitlines()
    short = added.split()[1]
    assert like == (
        f'like {old[:6]} decision "{title}" (main, now, tester; superseded by {third[:6]}).'
        f" Holds again? agentmem supersede {third[:6]} --by {short}"
    )
    successor = store.json("supersede", short, "--title", "Waves are cut at 180 lines")["id"]
    found = store.json("add", "decision", "Waves are cut at 200 lines")
    assert [one["id"] for one in found["similar"]] == [successor] and short not in str(found["past"])
    assert store.json("add", "decision", title, "--body", body, "--supersedes", third[:8])["past"] == []


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (
            "phases=[A,B]",
            'no key "phases" to set\nhint: a plan has the phases that its tasks name: agentmem task add',
        ),
        ("importanse=2", 'no key "importanse" to set\nhint: did you mean importance? keys: '),
        ("title=Other", 'no key "title" to set\nhint: keys: '),
        ("phase", "--set 'phase' is no KEY=VALUE"),
        ("=A", "--set '=A' is no KEY=VALUE"),
    ],
)
def test_a_key_that_cannot_be_set(store, setting, said):
    """What is no KEY=VALUE is told apart from a key that there is not, with those there are or how it is given."""
    ran = store.call("add", "plan", "Netcode v2", "--set", setting)
    assert ran.code == 2 and ran.err.startswith(f"error: {said}")
    if setting.startswith("phases"):
        made = store.json("add", "plan", "Netcode v2")["id"]
        assert store.call("edit", made, "--set", setting).err == ran.err


def test_what_happened_again_is_another_entry(store):
    """The same may happen on another day; on the same day it is said twice, and nobody is told to edit an entry."""
    words = ("add", "log", "Gearbox oil changed on turbines 4 and 5", "--body", "As planned.")
    store.ok(*words, "--created", "2026-02-01T08:00:00Z")
    store.ok(*words)
    ran = store.call(*words)
    assert ran.code == 4 and "already says this" in ran.err
    assert "agentmem edit" not in ran.err and "to add it anyway: --force" in ran.err
