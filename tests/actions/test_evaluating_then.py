"""Labels with a moment in the past: in force is what was in force then, as ``recall --at`` finds it, whatever came later."""

import json

import pytest

from agentmem.actions import evaluating
from agentmem.actions.context import Context
from agentmem.git import revisions
from agentmem.git.repository import Probe
from tests import support
from tests.support import Project, identity

THEN, NOW = "2026-01-15T00:00:00Z", support.NOW
QUESTIONS = {
    0: "relay regions",
    1: "session limit",
    2: "temporary port",
    3: "obsolete gizmo",
    4: "heartbeat interval",
    5: "plain and lasting",
}


def commit(project, monkeypatch, when):
    monkeypatch.setenv("GIT_COMMITTER_DATE", when)
    return project.commit()


def write(project, number, text, **meta):
    project.remember(number, text, f"{text}.", created="2026-01-05T00:00:00Z", **meta)


@pytest.fixture
def changed(store, monkeypatch):
    """Six memories committed on 10 January; on 1 February all but the last are put out of force, each in another way."""
    write(store, 0, "Relay servers stand in five regions")
    write(store, 1, "The session limit is nine")
    write(store, 2, "A temporary port is open", expires="2026-01-20T00:00:00Z")
    write(store, 3, "The obsolete gizmo turns left", kind="decision")
    write(store, 4, "The heartbeat interval is one second")
    write(store, 5, "This is plain and lasting")
    commit(store, monkeypatch, "2026-01-10T00:00:00Z")
    store.ok("retract", identity(0), "--reason", "six by now")
    store.ok("supersede", identity(1), "--title", "The session limit is ten")
    store.git("rm", "-q", f".agentmem/decisions/m3-{identity(3)}.md")
    store.ok("edit", identity(4), "--set", "title=Peers say every ten ticks that they live", "--body", "Ten.")
    commit(store, monkeypatch, "2026-02-01T00:00:00Z")
    return store


def evaluate(project, *labels):
    context = Context(str(project.path))
    try:
        return evaluating.evaluate(
            context, "labels.jsonl", "\n".join(map(json.dumps, labels)).encode()
        ), context.index.notes
    finally:
        context.close()


def label(number, until=THEN, **more):
    return {"query": QUESTIONS[number], "relevant": [identity(number)], "until": until, **more}


def test_what_was_in_force_then_is_found(changed):
    """Retracted, superseded, expired, archived or written anew since: each is found, as recall finds it as of then."""
    found, notes = evaluate(changed, *(label(number) for number in QUESTIONS))
    assert (found.total.questions, found.unknown, found.absent, found.left_out) == (6, 0, 0, 0)
    assert found.missed == () and notes == []
    for number, question in QUESTIONS.items():
        assert changed.found(question, "--at", THEN) == [identity(number)], question


def test_each_moment_has_its_own(changed):
    """The same labels asked later are about what was there later; what was to come is no answer."""
    later = "2026-02-10T00:00:00Z"
    found, _ = evaluate(changed, *(label(number, later) for number in QUESTIONS), label(5), label(1))
    # the archived one is unknown to today's tree alone: the other moments know it
    assert (found.total.questions, found.unknown, found.absent, found.left_out) == (4, 0, 4, 4)
    assert [one.query for one in found.missed] == [QUESTIONS[4]]
    new = next(one["id"] for one in changed.json("list")["memories"] if one["title"].endswith("is ten"))
    answer = {"query": "session limit", "relevant": [new]}
    assert evaluate(changed, {**answer, "until": later}, answer)[0].missed == ()
    done = changed.call("model", "evaluate", "--labels", "-", input=json.dumps({**answer, "until": THEN}))
    assert (done.code, done.out) == (2, "") and "was in force at its question's moment" in done.err


def test_filters_in_a_question_see_what_was_in_force_then(changed):
    """A kind that a question names is looked for among what was there then."""
    found, _ = evaluate(changed, label(3) | {"query": "kind:decision gizmo"})
    assert found.missed == ()


def test_what_is_missed_then_is_named(changed):
    """The ids of what only the past has are printed short like all others."""
    asked = label(5) | {"query": "gizmo relay"}
    text = json.dumps({**asked, "query": "obsolete gizmo"})
    said = changed.ok("model", "evaluate", "--labels", "-", "--misses", "3", input=text)
    assert f"obsolete gizmo | wants {identity(5)[:6]} | shows {identity(3)[:6]}" in said


def test_what_was_not_committed_then_counts_by_its_own_times(changed):
    """What an import brought later, with a date from before, was known then; one that is dated later was not."""
    write(changed, 20, "Imported wisdom of elders")
    changed.remember(21, "Later wisdom of elders", created="2026-01-20T00:00:00Z")
    answer = {"query": "wisdom of elders", "relevant": [identity(20)], "until": THEN}
    found, _ = evaluate(changed, answer)
    assert found.missed == () and found.absent == 0
    found, _ = evaluate(changed, answer | {"relevant": [identity(20), identity(21)]})
    assert found.absent == 1


def test_an_overlay_counts_from_its_moment_on(changed, monkeypatch):
    """A retraction that a branch has as a change puts the memory out on that branch, from its commit on."""
    changed.git("switch", "-q", "-c", "feature/x")
    changed.ok("retract", identity(5), "--reason", "not lasting")
    commit(changed, monkeypatch, "2026-02-12T00:00:00Z")
    found, _ = evaluate(changed, label(5), label(5, "2026-02-11T00:00:00Z"), label(5, "2026-02-13T00:00:00Z"))
    assert (found.total.questions, found.absent) == (2, 1) and found.missed == ()


def test_the_present_is_measured_as_without_moments(changed):
    """Labels of the past beside them change nothing for those of the present."""
    now = {"query": "lasting plain session", "relevant": [identity(5)], "category": "now"}
    alone, _ = evaluate(changed, now)
    both, _ = evaluate(changed, label(0), now, label(3), label(1, "2026-01-12T00:00:00Z"))
    [group] = both.categories
    assert group.results == alone.categories[0].results and alone.memories == both.memories


def test_training_has_the_same_questions(changed):
    """Labels that are learned from are posed as those that are measured."""
    pytest.importorskip("numpy")
    labels = "\n".join(json.dumps(label(number)) for number in QUESTIONS)
    said = changed.json("model", "train", "--labels", "-", input=labels)
    assert (said["events"], said["reason"]) == (6, "few")


def test_a_shallow_clone_says_what_it_cannot_tell(changed, tmp_path):
    """Where history ends after a moment one note says so; where nothing is left to ask the hint gets the rest."""
    support.git(tmp_path, "clone", "-q", "--depth", "1", changed.path.as_uri(), "shallow")
    clone = Project(tmp_path / "shallow")
    text = "\n".join(json.dumps(label(number)) for number in (0, 5))
    done = clone.call("model", "evaluate", "--labels", "-", input=text)
    assert done.code == 0
    assert "this clone is shallow and begins after the moment of 2 labels" in done.err
    assert "git fetch --unshallow" in done.err
    done = clone.call("model", "evaluate", "--labels", "-", input=json.dumps(label(0)))
    assert done.code == 2 and "hint: git fetch --unshallow" in done.err
    now = clone.call("model", "evaluate", "--labels", "-", input=json.dumps(label(5, None)))
    assert (now.code, now.err) == (0, "")


def test_a_moment_to_come_is_noted(changed):
    """It is asked at the present moment, and one note says of how many labels that is so; at this very moment is no note."""
    labels = [label(5, "2031-01-01"), label(5, NOW), label(5, THEN)]
    done = changed.call("model", "evaluate", "--labels", "-", input="\n".join(map(json.dumps, labels)))
    assert done.code == 0
    assert done.err == "note: 1 label whose until is still to come: it is asked at the present moment\n"
    two = "\n".join(map(json.dumps, labels[:1] * 2))
    said = changed.call("model", "evaluate", "--labels", "-", input=two).err
    assert said == "note: 2 labels whose until is still to come: they are asked at the present moment\n"


def test_commits_of_many_moments_are_those_of_each(repo, monkeypatch):
    """Asked for at once they are what git says of one moment, also where a committer's clock was wrong."""
    days = (3, 9, 4, 4, 12, 7, 8)
    for day in days:
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"2026-01-{day:02}T00:00:00Z")
        head = repo.commit()
    probe = Probe(str(repo.path), "s", None)
    try:
        repository = probe.repository()
    finally:
        probe.close()
    begin = 1767225600  # 1 January 2026
    moments = [begin + hours * 3600 for hours in range(-30, 400, 6)] + [-1, 0]
    each = {moment: found.id for moment in moments if (found := revisions.at(repository, head, moment))}
    assert revisions.at_each(repository, head, moments) == each
    assert len(set(each.values())) > 3
