"""Forgetting: what goes, what never does, and how it comes back."""

import json
import random
import re
import threading

import pytest

from agentmem.actions import archiving, promoting, usage
from agentmem.git import commits
from agentmem.model import lifecycle, retention
from agentmem.model.usage import Use, day
from agentmem.output import upkeep
from tests import support
from tests.actions.keeping import DAY, NOW, OLD, entries, gone, held, known, put


def test_what_is_unused_and_unverified_goes(store, monkeypatch):
    """After 28 days without use, what was never verified goes; what was used or holds in the code stays."""
    idle, used = put(store, 1), put(store, 2)
    support.put(store.path / "a.py", "def run():\n    return 'a line that is long enough to be found'\n")
    cited = put(store, 3, cites="[{path: a.py}]")
    young = put(store, 4, created="2026-02-01T00:00:00Z")
    store.commit()
    known(monkeypatch, {used: {"used": 0, "last": NOW - 3 * DAY, "activation": 0.0}})
    assert gone(store) == {idle: retention.IDLE}
    assert {used, cited, young}.isdisjoint(gone(store))


def test_without_evidence_nothing_is_unused(store, monkeypatch):
    """Where no use is known, or not for long enough, nobody is called unused, and the answer says so in one line."""
    put(store, 1)
    store.commit()
    line = "use is not known for all of the last 28 days: nothing counts as unused"
    assert gone(store) == {}
    assert line in store.ok("forget", "--dry-run").splitlines()
    known(monkeypatch, days=27)
    assert gone(store) == {} and line in store.ok("forget", "--dry-run")
    store.git("remote", "add", "origin", "../nowhere")
    assert f"{line} (agentmem sync fetches what others have)" in store.ok("forget", "--dry-run")
    known(monkeypatch, days=28)
    assert gone(store) and line not in store.ok("forget", "--dry-run")


def test_evidence_that_has_stopped_says_nothing(store, monkeypatch):
    """One task that named what helped it, half a year ago, is no proof that all the rest is unused."""
    put(store, 1)
    helped = put(store, 2)
    store.commit()
    then = NOW - 180 * DAY
    once = usage.Usage({helped: Use(used=1, last=then)}, then, frozenset({day(then)}))
    monkeypatch.setattr(usage, "load", lambda context: once)
    assert gone(store) == {}
    known(monkeypatch)
    assert gone(store)


def test_while_the_team_was_away_nothing_was_unused(store, monkeypatch):
    """The first question after a long break does not make all unused that nobody could use in it; weeks of work after it do."""
    put(store, 1)
    store.commit()
    known(monkeypatch, days=110, away=100)
    assert gone(store) == {}
    known(monkeypatch, days=150, away=100)
    assert gone(store)


def test_of_duplicates_the_better_stays(store):
    """Of two that say the same the one with the lower score goes; another number is another statement."""
    one = put(store, 1, title="Retries wait for a while", body="Four to the power of the try, in seconds.")
    two = put(
        store,
        2,
        title="Retries wait for a while",
        body="Four to the power of the try, in seconds",
        importance="5",
    )
    put(
        store,
        3,
        title="Retries wait for a while",
        body="Five to the power of the try, 25 seconds at most, as measured.",
    )
    store.commit()
    assert gone(store) == {one: retention.DUPLICATE}
    (candidate,) = store.json("forget", "--dry-run")["candidates"]
    assert candidate["other"] == two and candidate["why"].endswith("which stays")


def test_a_duplicate_that_is_held_is_the_better_one(store):
    """A pinned one stays whatever the other scores, and then the other goes."""
    pinned = put(
        store, 1, title="Retries wait for a while", body="Four to the power.", pin="true", importance="1"
    )
    other = put(store, 2, title="Retries wait for a while", body="Four to the power", importance="5")
    store.commit()
    assert gone(store) == {other: retention.DUPLICATE} and pinned not in gone(store)


LONG = (
    "The broker keeps its journal on local disk and replays it at start, which takes about a minute per gigabyte. While it"
    " replays, clients queue in memory and nothing is lost. Operators should{} restart the broker during a deploy, since the"
    " journal is flushed by the supervisor before each rollout."
)


@pytest.mark.parametrize(
    "other",
    [
        {"body": LONG.format(" not")},
        {"body": LONG.format(" always")},
        {"body": LONG.format("") + " On staging alone."},
        {"scope": "[src/broker/**]"},
        {"expires": "2026-02-25"},
        {"cites": "[{path: a.py}]"},
        {"entities": "[broker]"},
    ],
)
def test_what_says_anything_else_is_no_duplicate(store, other):
    """Nobody looks when one of two goes: a denial in a long text, another place, an end or evidence of its own keeps it."""
    support.put(store.path / "a.py", "x = 1\n")
    put(store, 1, title="Broker during a deploy", body=LONG.format(""), scope="[src/**]")
    fields = {"title": "Broker during a deploy", "body": LONG.format(""), "scope": "[src/**]", **other}
    put(store, 2, importance="5", **fields)
    store.commit()
    first = gone(store)
    if "cites" in other or "entities" in other:  # the one with more stays, and the other is spare
        assert list(first.values()) == [retention.DUPLICATE]
    else:
        assert first == {}


def test_of_duplicates_one_stays(store, monkeypatch):
    """Where the better one goes for a reason of its own, the other is no spare: it is all that says it."""
    known(monkeypatch)
    old = put(store, 1, title="Retries wait for a while", body="Four to the power.", importance="5")
    put(
        store,
        2,
        title="Retries wait for a while",
        body="Four to the power",
        created="2026-02-01T00:00:00Z",
        importance="1",
    )
    store.commit()
    assert gone(store) == {old: retention.IDLE}


def test_a_duplicate_in_no_commit_displaces_none(store):
    """A copy that only this work tree has is no reason to take the committed one from everybody."""
    put(store, 1, title="Retries wait for a while", body="Four to the power.")
    store.commit()
    put(store, 2, title="Retries wait for a while", body="Four to the power", importance="5")
    assert gone(store) == {}


def test_expired_and_past(store):
    """What has expired goes; what was superseded 28 days ago as well, and not before."""
    expired = put(store, 1, expires="2026-02-22T10:41:00Z")
    put(store, 2, expires="2026-02-22T10:43:00Z")
    past, recent = put(store, 3, "decision"), put(store, 4, "decision")
    put(store, 5, "decision", created="2026-01-24T00:00:00Z", supersedes=f"[{past}]")
    put(store, 6, "decision", created="2026-02-01T00:00:00Z", supersedes=f"[{recent}]")
    store.commit()
    assert gone(store) == {expired: retention.EXPIRED, past: retention.PAST}


def test_retracted_counts_from_its_retraction(store):
    """A retraction is told by the commit that wrote it: 28 days later the memory goes."""
    name = put(store, 1, status="retracted", retracted="wrong")
    store.commit()
    assert gone(store) == {}
    assert gone(store, "--explain") == {}
    later = store.call("forget", "--dry-run", "--json", env={"AGENTMEM_NOW": "2026-03-22T10:00:00Z"}).json
    assert [one["id"] for one in later["candidates"]] == [name]


def test_a_chain_goes_from_its_end(store):
    """What supersedes another never goes before it: the old one would be in force again."""
    first = put(store, 1, "decision", pin="true")
    second = put(store, 2, "decision", created="2025-07-01T00:00:00Z", supersedes=f"[{first}]")
    put(store, 3, "decision", created="2025-08-01T00:00:00Z", supersedes=f"[{second}]")
    store.commit()
    assert gone(store) == {}
    assert held(store) == {first: "pinned", second: "would bring back what it replaces"}
    store.ok("edit", first, "--set", "pin=false")
    store.commit()
    assert set(gone(store)) == {first, second}


def test_a_task_stays_closed(store):
    """The entry that closed a task stays as long as the task: without it the task would be open."""
    task = put(store, 1, "task")
    entry = put(store, 2, "log", closes=f"[{task}]")
    other = put(store, 3, "log")
    store.commit()
    assert gone(store) == {other: retention.SCORE}
    assert held(store) == {entry: "settles what is here"}
    store.ok("forget")
    assert store.json("show", task)["memories"][0]["status"] == "done"


def test_what_never_goes(store, monkeypatch):
    """Pinned, cited, open, of a plan in force, used by later work: all of them are told, none goes."""
    names = {
        "pinned": put(store, 1, expires=OLD, pin="true"),
        "task that is not over": put(store, 2, "task", importance="1"),
        "plan that is not over": put(store, 3, "plan", importance="1"),
        "used by 2 tasks": put(store, 4, importance="1"),
        "proposed: not accepted yet": put(store, 5, status="proposed", importance="1"),
    }
    cited = [put(store, number, "log") for number in (11, 12, 13, 14)]
    put(store, 20, "task", needs=f"[{cited[0]}]")
    put(store, 21, "decision", body=f"It rests on {cited[1]}.", pin="true")
    put(store, 22, "fact", sources=f"[{cited[2]}]", pin="true")
    put(store, 27, "decision", related=f"[{cited[3]}]", pin="true")
    page = put(store, 23, "entity", title="JobQueue", importance="1")
    put(store, 24, "fact", entities="[jobqueue]", pin="true")
    done = put(store, 25, "task", plan=names["plan that is not over"], importance="1")
    put(store, 26, "log", closes=f"[{done}]", pin="true")
    store.commit()
    known(monkeypatch, {names["used by 2 tasks"]: {"used": 2, "misled": 9}})
    assert gone(store) == {}
    found = held(store)
    for why, name in names.items():
        if not why.startswith("plan"):  # no plan in force is worth so little
            assert found[name] == why
    assert [found[name] for name in cited] == ["cited"] * 4
    assert found[done] == "of a plan that is not over"
    assert page not in gone(store)


def test_what_holds_several_is_said_of_several(store, monkeypatch):
    """One, and more than one: each in the words that people have for it."""
    for number in range(1, 4):
        put(store, number, "task", importance="1")
    put(store, 10, expires=OLD, pin="true")
    put(store, 11, expires=OLD, pin="true")
    store.commit()
    known(monkeypatch)
    assert "5 would go but stay: 3 tasks that are not over, 2 pinned\n" in store.ok("forget", "--dry-run")
    assert upkeep.held_as("settles what is here", 1) == "1 settles what is here"
    assert upkeep.held_as("settles what is here", 4) == "4 settle what is here"
    assert upkeep.held_as("two files have its id", 2) == "2 whose id two files have"


def test_what_is_not_settled_stays(store):
    """Not committed, edited here, with pending changes, changed on another branch, twice here: it stays."""
    names = [put(store, number, expires="2026-02-01T00:00:00Z") for number in range(1, 6)]
    fresh, edited, pending, elsewhere, twice = names
    (store.store / f"facts/m-{fresh}.md").unlink()
    store.commit()
    store.git("switch", "-qc", "feature")
    store.ok("edit", pending, "--set", "tags+=x")
    store.commit()
    store.git("switch", "-q", "main")
    store.git("merge", "-q", "feature")
    store.git("switch", "-qc", "other")
    store.ok("edit", elsewhere, "--set", "tags+=y")
    store.commit()
    store.git("switch", "-q", "main")
    text = (store.store / f"facts/m-{twice}.md").read_text()
    store.write(f"facts/again-{twice}.md", text)
    store.git("add", f".agentmem/facts/again-{twice}.md")
    store.git("commit", "-qm", "again")
    with (store.store / f"facts/m-{edited}.md").open("a") as file:
        file.write("More.\n")
    assert put(store, 1, expires="2026-02-01T00:00:00Z") == fresh
    assert gone(store) == {}
    assert held(store) == {
        fresh: "not committed",
        edited: "not committed",
        pending: "has pending changes",
        elsewhere: "changed on other",
        twice: "two files have its id",
    }


def test_archived_is_read_in_history(store):
    """One commit takes it away and says why; list, recall and show find it in git's history, and nothing else counts it."""
    name = put(store, 1, title="The batch size is fifty", expires="2026-02-01T00:00:00Z")
    stays = put(store, 2, title="Batches are written in order")
    before = store.commit()
    told = store.ok("forget")
    assert store.git("rev-parse", "HEAD~1").strip() == before
    message = store.git("log", "-1", "--format=%B")
    assert f"- {name} fact The batch size is fifty: expired" in message
    assert f'{name[:6]} fact "The batch size is fifty" | expired' in told
    assert store.git("status", "--porcelain") == ""
    (listed,) = store.json("list", "--status", "archived")["memories"]
    assert (listed["id"], listed["status"], listed["layer"]) == (name, "archived", "base")
    assert store.found("batch size", "--status", "archived") == [name]
    assert store.found("status:archived batch size") == [name]
    assert store.found("batch size") == [stays]
    assert name in store.found("batch size", "--status", "archived", "--status", "active")
    shown = store.ok("show", name[:6])
    assert "fact archived" in shown and f"agentmem restore {name[:6]}" in shown
    assert store.json("show", name)["memories"][0]["status"] == "archived"
    assert store.call("show", "zzzzzz").code == 2
    assert store.titles("--at", before, "--status", "expired") == {"The batch size is fifty"}
    assert store.titles("--at", before, "--status", "archived") == set()
    assert store.call("check").code == 0


def test_who_names_what_is_archived_is_told(store):
    """Every verb that goes on with a memory says so in the same words; what there never was is told as that."""
    gone = put(store, 1, expires=OLD)[:6]
    task = put(store, 2, "task")
    done = put(store, 3, "task", expires=OLD)
    support.put(store.path / "a.py", "A = 1\n")
    store.commit()
    assert store.json("forget")["candidates"]
    verbs = (
        ("edit", gone, "--set", "tags=x"),
        ("retract", gone, "--reason", "no"),
        ("supersede", gone, "--title", "Other"),
        ("add", "fact", "Other", "--supersedes", gone),
        ("add", "fact", "Other", "--set", f"related={gone}"),
        ("cite", gone, "a.py"),
        ("verify", gone),
        ("task", "add", "Other", "--needs", gone),
        ("done", task, "-m", "all of it", "--used", gone),
        ("reflect", "--undo", gone),
    )
    for words in verbs:
        ran = store.call(*words)
        assert (ran.code, ran.err) == (
            2,
            f"error: {gone} is archived\nhint: agentmem restore {gone}, then try again\n",
        )
        assert (
            "no memory zzzzzz"
            in store.call(*("zzzzzz" if gone == w else w.replace(gone, "zzzzzz") for w in words)).err
        )
    assert f"{done} is archived" in store.call("claim", done).err
    assert store.json("show", task)["memories"][0]["status"] == "open"


def test_an_archived_successor_counts_for_nothing(store):
    """What an archived memory says about others is past: it supersedes nothing when it is looked at."""
    old = put(store, 1, "decision", title="Use a lock table")
    new = put(store, 2, "decision", title="Use skip locked", supersedes=f"[{old}]")
    store.commit()
    store.git("rm", "-q", f".agentmem/decisions/m-{new}.md")
    store.git("commit", "-qm", "by hand")
    both = store.json("list", "--status", "archived", "--status", "active")["memories"]
    assert {one["id"]: one["status"] for one in both} == {old: "active", new: "archived"}


def test_restore_and_stay(store):
    """What was brought back is the same file, and is not taken away again."""
    name = put(store, 1, "log", title="A step of long ago")
    text = (store.store / f"log/2025-06/m-{name}.md").read_bytes()
    store.commit()
    store.ok("forget")
    assert "restored" in store.ok("restore", name[:6])
    assert (store.store / f"log/2025-06/m-{name}.md").read_bytes() == text
    assert store.ok("list", "--status", "archived").startswith("agentmem: no memories")
    store.commit()
    assert gone(store) == {} and held(store) == {name: "brought back"}


def test_what_was_superseded_comes_back_superseded(store):
    """Of a chain whose first two are archived the first comes back with the second: it is not true again."""
    first = put(store, 1, "decision", title="We page with PagerDuty")
    second = put(store, 2, "decision", title="We page with Opsgenie", supersedes=f"[{first}]")
    third = put(store, 3, "decision", title="We page with Grafana", supersedes=f"[{second}]")
    store.commit()
    assert set(gone(store)) == {first, second}
    store.ok("forget")
    said = store.ok("restore", first)
    assert said.splitlines()[1].startswith(f"restored {second[:6]} decision") and len(said.splitlines()) == 2
    assert store.found("page with")[0] == third and first not in store.found("page with")
    assert "superseded by" in store.ok("show", first)


def test_what_would_come_back_were_it_not_archived_is_told(store):
    """Who takes back what replaced a memory hears that this one is archived; not where another replaces it, or it was wrong."""
    old, wrong = put(store, 1, title="Waves are cut at 240 lines"), put(store, 2, status="retracted")
    both = put(store, 3, title="Waves are cut at 200 lines")
    put(store, 4, "decision", supersedes=f"[{both}]")
    new = put(store, 5, "decision", supersedes=f"[{old}, {wrong}, {both}]")
    store.commit()
    later = {"AGENTMEM_NOW": "2026-03-22T10:00:00Z"}
    forgot = store.call("forget", "--json", env=later).json["candidates"]
    assert {one["id"] for one in forgot} == {old, wrong, both}
    told = f'{old[:6]} fact "Waves are cut at 240 lines", which it replaced, is archived: agentmem restore {old[:6]}\n'
    said = store.ok("retract", new, "--reason", "the conveyor is back").splitlines(keepends=True)
    assert said[1:] == [told]
    assert store.ok("edit", new, "--set", "tags=x").count("\n") == 1  # it replaced nothing by then
    store.ok("restore", new)
    assert store.ok("edit", new, "--set", f"supersedes-={old}").splitlines(keepends=True)[1:] == [told]
    store.ok("restore", old)
    assert store.json("show", old)["memories"][0]["status"] == "active"


def test_restore_of_what_was_retracted_and_archived(store):
    """Its file comes back, and it is said that the retraction stands; once more takes that back, and says nothing of it."""
    name = put(store, 1, title="One in fifty is lost", status="retracted", retracted="the Wi-Fi lost them")
    store.commit()
    assert store.call("forget", env={"AGENTMEM_NOW": "2026-03-22T10:00:00Z"}).code == 0
    assert store.ok("restore", name).splitlines() == [
        f'restored {name[:6]} fact "One in fifty is lost"',
        "it is retracted still: the Wi-Fi lost them. No answer has it; if it holds after all, once more:"
        f" agentmem restore {name}",
    ]
    assert store.json("show", name)["memories"][0]["status"] == "retracted"
    assert len(store.ok("restore", name).splitlines()) == 1
    assert store.json("show", name)["memories"][0]["status"] == "active"


def test_restore_of_what_has_expired(store):
    """It is back, and who asked for it is told that nothing shows it, and how to have that changed."""
    name = put(store, 1, expires="2026-02-21")
    store.commit()
    store.ok("forget")
    told = store.ok("restore", name)
    assert f"agentmem edit {name} --set expires=DATE" in told
    store.ok("edit", name, "--set", "expires=2026-12-01")
    store.commit()
    assert gone(store) == {}


def test_restore_names_one(store):
    """The start of two archived ids is ambiguous, and says which they are."""
    for last in "12":
        store.write(
            f"log/2025-06/s-aaaaaaaaaaa{last}.md",
            support.memory(f"aaaaaaaaaaa{last}", "log", f"Step {last}", "x", OLD),
        )
    store.commit()
    store.ok("forget")
    ran = store.call("restore", "aaaaaa")
    assert ran.code == 2 and "names 2 memories that are gone" in ran.err and '"Step 1"' in ran.err


def test_a_shallow_clone(store, tmp_path):
    """Where history ends before the archive, the answer says what to do, and after that it works."""
    name = put(store, 1, "log")
    store.commit()
    store.ok("forget")
    store.commit("later")
    support.git(tmp_path, "clone", "-q", "--depth", "1", store.path.as_uri(), "shallow")
    clone = support.Project(tmp_path / "shallow")
    for verb in ("show", "restore"):
        ran = clone.call(verb, name)
        assert ran.code == 2 and "git fetch --unshallow" in ran.err
    assert "shallow" in clone.call("list", "--status", "archived").err
    assert "this clone is shallow" in clone.ok("forget", "--dry-run")
    clone.git("fetch", "-q", "--unshallow")
    assert clone.json("list", "--status", "archived")["memories"][0]["id"] == name
    clone.ok("restore", name)


def test_branches_go_on_after_an_archive(store):
    """A branch that knew the memory merges in both directions without a conflict, with a change of it as well; restoring it
    brings the change to bear.
    """
    name = put(store, 1, title="Old news", expires="2026-02-01T00:00:00Z")
    store.commit()
    for branch in ("quiet", "loud"):
        store.git("branch", branch)
    store.ok("forget")
    store.git("switch", "-q", "loud")
    store.ok("edit", name, "--set", "title=Old news, told again", "--set", "expires=")
    store.commit()
    store.git("merge", "-q", "--no-edit", "main")
    store.git("switch", "-q", "quiet")
    put(store, 2, title="New on the quiet branch")
    store.commit()
    store.git("switch", "-q", "main")
    for branch in ("quiet", "loud"):
        store.git("merge", "-q", "--no-edit", branch)
    assert store.titles() == {"New on the quiet branch"}
    store.ok("restore", name)
    assert "Old news, told again" in store.titles()


def test_a_branch_edits_its_own_after_trunk_has_archived_it(store):
    """The branch that wrote a memory goes on after trunk took it up and archived it: its edit is a change, and merges clean."""
    store.git("switch", "-qc", "feature")
    name = store.json("add", "fact", "Old news", "--expires", "2026-02-20", "--created", "2026-01-01")["id"]
    store.commit()
    store.git("switch", "-q", "main")
    store.git("merge", "-q", "--no-ff", "--no-edit", "feature")
    assert gone(store) == {name: retention.EXPIRED}
    store.ok("forget")
    store.git("switch", "-q", "feature")
    assert store.json("edit", name, "--set", "tags=x")["layer"] == "own"
    store.commit()
    store.git("merge", "-q", "--no-edit", "main")
    store.git("switch", "-q", "main")
    store.git("merge", "-q", "--no-edit", "feature")
    store.ok("restore", name)
    assert store.json("show", name)["memories"][0]["tags"] == ["x"]


def test_two_clones_that_archive_the_same(store, tmp_path):
    """Two trunks that archived by themselves merge clean."""
    put(store, 1, "log")
    put(store, 2, expires="2026-02-01T00:00:00Z")
    store.commit()
    support.git(tmp_path, "clone", "-q", str(store.path), "clone")
    clone = support.Project(tmp_path / "clone")
    clone.ok("forget")
    put(store, 3)
    store.commit()
    store.ok("forget")
    store.git("pull", "-q", "--no-rebase", "--no-edit", str(clone.path), "main")
    assert store.json("list")["memories"][0]["id"] == support.identity(3)
    assert len(store.json("list", "--status", "archived")["memories"]) == 2


def test_on_trunk_only(store):
    """On another branch nothing is archived; what would be is told all the same."""
    put(store, 1, "log")
    store.commit()
    store.git("switch", "-qc", "feature")
    ran = store.call("forget")
    assert ran.code == 2 and "git switch main && agentmem forget" in ran.err
    assert len(gone(store)) == 1
    assert store.git("status", "--porcelain") == ""


def test_before_the_first_commit(repo):
    """Nothing is committed yet: that is said, and nothing is done."""
    repo.ok("init")
    put(repo, 1, "log")
    assert "nothing is committed here yet" in repo.call("forget").err
    assert gone(repo) == {} and len(held(repo)) == 1


def test_nothing_to_do(store):
    """No candidate is no commit."""
    before = store.git("rev-parse", "HEAD")
    assert store.ok("forget").startswith("agentmem: nothing to archive of 0 memories")
    assert store.git("rev-parse", "HEAD") == before


def test_the_text(store):
    """One line a candidate, lowest score first; --explain adds the sum; the budget cuts whole lines and says so."""
    for number in range(1, 30):
        put(store, number, "log", importance=str(1 + number % 2))
    store.commit()
    head, *lines = store.ok("forget", "--dry-run", "--budget", "0").splitlines()
    assert head == "agentmem: would archive 29 of 29 memories (main @" + store.git(
        "rev-parse", "--short", "HEAD"
    ).strip() + ")" + (", lowest score first.")
    scores = [float(line.rpartition(" ")[2]) for line in lines[:29]]
    assert scores == sorted(scores) and len(set(scores)) == 2
    assert lines[-1] == "archive them, on trunk: agentmem forget"
    explained = store.ok("forget", "--dry-run", "--budget", "0", "--explain").splitlines()
    assert len([line for line in explained if line.startswith("  score 0.")]) == 29
    short = store.ok("forget", "--dry-run", "--budget", "200").splitlines()
    assert 0 < len(short) < 20 and any(line.endswith("more: --budget 0") for line in short)
    assert store.call("forget", "--budget", "-1").code == 2


def test_edited_meanwhile(store, monkeypatch):
    """Who edits a memory while it is being archived keeps it, and the others go."""
    one, two = put(store, 1, "log"), put(store, 2, "log")
    store.commit()
    path = store.store / f"log/2025-06/m-{one}.md"
    whole = archiving.commit

    def late(context, *args, **values):
        path.write_text(path.read_text() + "An afterthought.\n")
        return whole(context, *args, **values)

    monkeypatch.setattr(archiving, "commit", late)
    answer = store.json("forget")
    assert answer["skipped"] == [one] and [each["id"] for each in answer["candidates"]] == [two]
    assert path.read_text().endswith("An afterthought.\n")
    assert store.git("status", "--porcelain").strip() == f"M .agentmem/log/2025-06/m-{one}.md"


def test_what_is_staged_besides_is_not_committed(store):
    """The commit holds what was archived and nothing else."""
    put(store, 1, "log")
    store.commit()
    support.put(store.path / "own.txt", "mine")
    store.git("add", "own.txt")
    store.ok("forget")
    assert store.git("status", "--porcelain").strip() == "A  own.txt"


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_in_the_middle(store, monkeypatch, when):
    """A kill before the commit leaves what the next run takes back and does again; one after it leaves nothing to do."""
    name = put(store, 1, "log")
    store.commit()
    path = store.store / f"log/2025-06/m-{name}.md"
    whole = promoting.commit_files

    def killed(*args):
        if when == "after":
            whole(*args)
        else:
            store.git("add", "-A")
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(promoting, "commit_files", killed)
        patched.setattr(archiving, "take_back", lambda context: False)
        assert store.call("forget").code == 130
    assert not path.exists()
    store.ok("forget")
    assert store.git("status", "--porcelain") == ""
    assert store.git("log", "--format=%s", "-2").splitlines() == ["memory: archive 1 memory", "work"]


def test_a_hook_that_refuses(store):
    """Where the commit is refused, everything is as before."""
    name = put(store, 1, "log")
    store.commit()
    hook = support.put(store.path / ".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    ran = store.call("forget")
    assert ran.code == 3 and "a hook?" in ran.err and "nothing was changed" in ran.err
    assert (store.store / f"log/2025-06/m-{name}.md").exists()
    assert store.git("status", "--porcelain") == ""
    hook.unlink()
    store.ok("forget")


def test_a_read_only_git_dir(store):
    """Where nothing can be committed, nothing is touched."""
    name = put(store, 1, "log")
    store.commit()
    with support.read_only(store.path / ".git"):
        ran = store.call("forget", env={"AGENTMEM_CACHE": str(store.path.parent / "cache")})
        assert ran.code == 3
        assert name in gone(store)
    assert (store.store / f"log/2025-06/m-{name}.md").exists()


def test_what_is_to_be_reflected_on_waits(store):
    """Log entries that are worth a reflection are not forgotten before it is made."""
    names = entries(store)
    store.commit()
    assert gone(store) == {} and held(store) == dict.fromkeys(names, "to be reflected on first")
    store.ok("reflect", "--undo", store.json("reflect")["proposed"][0]["id"])
    assert gone(store) == {} and held(store) == dict.fromkeys(names, "brought back")


def test_the_last_version_before_the_archive_is_the_one(store):
    """A branch that had an older version and was merged after the archive does not bring that back, nor hide who archived."""
    name = put(store, 1, title="First words", expires="2026-02-01T00:00:00Z")
    store.commit()
    store.git("branch", "feature")
    store.ok("edit", name, "--set", "title=Last words")
    store.commit()
    store.ok("forget")
    archive = store.git("rev-parse", "--short=7", "HEAD").strip()
    store.git("switch", "-q", "feature")
    store.commit("aside")
    store.git("switch", "-q", "main")
    store.git("merge", "-q", "--no-edit", "--no-ff", "feature")
    shown = store.ok("show", name)
    assert "Last words" in shown and f"archived by {archive}" in shown
    store.ok("restore", name)
    assert "Last words" in store.titles("--status", "expired")


@pytest.mark.parametrize("scope", ["[src/a.py]", "[src]", "[src/*.py]"])
def test_what_is_worked_on_stays(store, scope):
    """An old entry about paths that are worked on now is kept; by a path, a folder, a glob."""
    name = put(store, 1, "log", scope=scope)
    other = put(store, 2, "log", scope="[lib/b.py]")
    store.commit()
    for number in range(3):
        support.put(store.path / "src/a.py", f"x = {number}\n")
        store.commit()
    assert gone(store) == {other: retention.SCORE} and name not in held(store)


@pytest.mark.parametrize("seed", range(8))
def test_nothing_that_stays_changes(store, monkeypatch, seed):
    """Whatever goes, each memory that stays has the status it had, none of them rests on one that went, and all that went comes
    back by its id as it was.
    """
    chance = random.Random(seed)
    names = [support.identity(number) for number in range(24)]
    kinds = ["fact", "decision", "log", "log", "task", "reflection", "plan", "entity"]
    for number in range(24):
        kind, meta = chance.choice(kinds), {}
        some = f"[{chance.choice(names)}]"
        if chance.random() < 0.3:
            meta["supersedes"] = some
        if kind == "log" and chance.random() < 0.5:
            meta[chance.choice(["closes", "reopens"])] = some
        if kind == "task" and chance.random() < 0.5:
            meta["needs"] = some
        if chance.random() < 0.1:
            meta |= {"status": "retracted", "retracted": "wrong"}
        if chance.random() < 0.2:
            meta["expires"] = "2026-01-01T00:00:00Z"
        if chance.random() < 0.1:
            meta["pin"] = "true"
        body = f"See {chance.choice(names)}." if chance.random() < 0.3 else "Alone."
        put(
            store,
            number,
            kind,
            f"{kind} of {chance.randrange(9)}",
            body,
            importance=str(chance.randint(1, 5)),
            **meta,
        )
    store.commit()
    known(monkeypatch)

    def statuses():
        every = [word for one in lifecycle.ALL for word in ("--status", one)]
        listed = store.json("list", *every, "--limit", "0")["memories"]
        return {one["id"]: (one["status"], one["blob"]) for one in listed if one["status"] != "archived"}

    monkeypatch.setenv("AGENTMEM_NOW", "2026-06-01T00:00:00Z")
    before = statuses()
    went = set(gone(store))
    store.ok("forget")
    after = statuses()
    assert after == {one: what for one, what in before.items() if one not in went} and went
    assert gone(store) == {}
    for one in store.json("list", "--limit", "0")["memories"]:
        text = (store.path / one["path"]).read_text()
        assert one["status"] == "superseded" or not {
            name for name in went if f"See {name}" in text or f"needs: [{name}]" in text
        }
    for name in went:
        store.ok("restore", name)
    assert statuses() == before


def test_the_reason_is_of_the_weights_in_use(store):
    """What a manager does not weigh is no reason; of what its file does not name the formula's weights are shown, and serve."""
    old = put(store, 1, "log", created="2025-08-01T00:00:00Z")
    keep = {"fresh": -9.0, "prior": 0.0, "bias": -2.0}
    model = {"schema": "agentmem/model/1", "recall": {}, "keep": keep, "trained": {}}
    (store.store / "model.json").write_text(json.dumps(model))
    store.commit()
    told = store.ok("forget", "--dry-run", "--explain")
    assert old[:6] in told and "low score" in told and "an old log entry" not in told
    shown = store.ok("model", "show")
    formula = retention.DEFAULT
    assert re.search(rf"^pin +{formula.pin:.2f} +{formula.pin:.2f}\b", shown, re.MULTILINE)
    assert re.search(rf"^prior +0.00 +{formula.prior:.2f}\b", shown, re.MULTILINE)


def test_another_git_is_at_work(store, monkeypatch):
    """Its lock is named and nobody is told to take it away; nothing is changed, then or by the next run, which stages no edit of
    the user's.
    """
    monkeypatch.setattr(commits, "WAIT", 0.0)
    name = put(store, 1, expires="2026-02-21")
    store.commit()
    lock = store.path / ".git" / "index.lock"
    lock.touch()
    for _ in range(2):
        ran = store.call("forget")
        assert ran.code == 4 and str(lock) in ran.err and "nothing was changed" in ran.err
        assert "remove" not in ran.err and "rm " not in ran.err
    lock.unlink()
    assert store.git("status", "--porcelain") == ""
    store.ok("edit", name, "--set", "importance=4")
    edited = store.git("status", "--porcelain")
    assert edited.startswith(" M")
    store.ok("forget")
    assert store.git("status", "--porcelain") == edited


def test_a_lock_is_waited_for(store):
    """Another git holds it for a moment as a rule: then nobody notices."""
    put(store, 1, expires="2026-02-21")
    store.commit()
    lock = store.path / ".git" / "index.lock"
    lock.touch()
    later = threading.Timer(0.3, lock.unlink)
    later.start()
    assert len(store.json("forget")["candidates"]) == 1
    later.join()
    assert store.git("status", "--porcelain") == ""


def test_what_was_restored_is_not_archived_again(store):
    """Whoever brings back what is superseded wants it, however long it is so."""
    old = put(store, 1, "decision")
    put(store, 2, "decision", created="2026-01-24T00:00:00Z", supersedes=f"[{old}]")
    store.commit()
    assert gone(store) == {old: retention.PAST}
    store.ok("forget")
    store.ok("restore", old)
    store.commit()
    assert gone(store) == {} and held(store)[old] == "brought back"


@pytest.mark.parametrize("words", [("forget",), ("reflect",)])
def test_a_dry_run_off_trunk_says_so(store, words):
    """It tells of the view at hand, and that the run itself would be refused, and why."""
    store.commit("begin")
    quiet = store.call(*words, "--dry-run").err
    assert "would be refused" not in quiet
    store.git("switch", "-q", "-c", "side")
    told = store.call(*words, "--dry-run").err
    assert (
        f"note: this runs on trunk (main), and HEAD is on side: agentmem {words[0]} would be refused;"
        " this is what it finds in the view at hand\n" in told
    )
