"""Use as evidence: what was served is noted, joined with what came of it at the end of a task, shared, and weighed."""

import json
import signal
import subprocess
import sys

import pytest

from agentmem.actions import noting, states, usage
from agentmem.actions.context import Context
from agentmem.git import tips
from agentmem.model import feedback, times
from agentmem.model.feedback import Asked, Ended, Failed
from agentmem.store import served
from tests import support
from tests.actions.teams import as_agent, claim, shared_team, task, worktree
from tests.support import Project

NOW = times.parse_when(support.NOW, 0)


def remember(project: Project, title: str, *words: str) -> str:
    """Write a decision; its id."""
    return str(project.json("add", "decision", title, *words, env=as_agent("founder", -9000))["id"])


@pytest.fixture
def team(store):
    """A task, and three memories: of its scope, of another place, of none."""
    support.put(store.path / "api" / "jobs.py", "jobs = []\n")
    support.put(store.path / "web" / "page.ts", "page\n")
    store.jobs = remember(store, "Workers claim a job with a row lock", "--scope", "api/**")
    store.page = remember(store, "Workers show jobs on one page", "--scope", "web/**")
    store.none = remember(store, "Workers sleep between two jobs")
    store.first = task(store, "POST /jobs", "--scope", "api/**")
    store.second = task(store, "GET /jobs", "--scope", "api/**")
    store.commit("start")
    return store


def context(project: Project, **more) -> Context:
    """What actions work with."""
    return Context(str(project.path), environment={"AGENTMEM_NOW": support.NOW}, **more)


def events(project: Project) -> list[feedback.Event]:
    """What is noted in a clone."""
    return usage.events(context(project))


def uses(project: Project):
    """The sums over it."""
    return feedback.uses(events(project))


def work(
    project: Project,
    task_id: str,
    *done: str,
    agent: str = "a",
    question="workers jobs",
    path="api/jobs.py",
    at=0,
):
    """Claim, ask, change a file, be done."""
    assert claim(project, task_id, agent=agent, at=at).code == 0
    project.ok("recall", question, "--file", path, env=as_agent(agent, at + 10))
    support.put(project.path / path, f"{task_id}\n")
    ran = project.call("done", task_id, "-m", "it works", *done, env=as_agent(agent, at + 20))
    assert ran.code == 0, ran


def explained(project: Project, identity: str, *words: str) -> list[dict]:
    """The terms of a memory's score."""
    hits = project.json("recall", "workers jobs", "--explain", *words)["hits"]
    return next(hit["explain"] for hit in hits if hit["id"] == identity)


def test_evaluating_leaves_use_out_and_says_so(team):
    """What was used is first in recall for that; the figures of labelled questions are as without, and one line says why."""
    found = team.json("recall", "workers jobs")["hits"]
    work(team, team.first, "--used", found[-1]["id"], "--misled", found[0]["id"])
    label = {"query": "workers jobs", "relevant": [found[0]["id"]]}
    words = ("model", "evaluate", "--labels", "-")
    with_use = team.ok(*words, input=json.dumps(label))
    assert explained(team, found[0]["id"])[-1]["name"] == "use"
    assert "Evidence of use is left out, though recall weighs it" in with_use
    for line in team.git("for-each-ref", "--format=%(refname)", "refs/agentmem").splitlines():
        team.git("update-ref", "-d", line)
    assert all(term["name"] != "use" for term in explained(team, found[0]["id"]))
    assert team.ok(*words, input=json.dumps(label)) == with_use


def test_what_was_served_and_what_came_of_it(team):
    """The question with its files and what it showed, in rank order; the end with the files, and which memories they met."""
    work(team, team.first, "--used", team.none)
    asked = next(one for one in events(team) if isinstance(one, Asked))
    (ended,) = [one for one in events(team) if isinstance(one, Ended)]
    assert (asked.verb, asked.question, asked.files, asked.at) == (
        "recall",
        "workers jobs",
        ("api/jobs.py",),
        NOW + 10,
    )
    assert asked.shown[0] == team.jobs and {*asked.shown} == {team.jobs, team.page, team.none, team.second}
    assert ended.entry == asked.entry and ended.task == team.first and ended.clock == 2
    assert (
        ended.files == ("api/jobs.py",) and ended.met == ((team.jobs, (0,)),) and ended.used == (team.none,)
    )
    (one,) = usage.labelled(context(team))
    assert set(one.relevant) == {team.jobs, team.none} and not one.misled and one.shown == asked.shown
    found = usage.load(context(team))
    assert found.since == NOW + 10
    assert found.uses[team.jobs].used == 1 and found.uses[team.page].used == 0


def test_it_is_weighed_and_explained(team):
    """Up for what was used, down for what misled; the factor stands among the others, and a look at the past has none."""
    work(team, team.first, "--misled", team.page)
    (term,) = [term for term in explained(team, team.jobs) if term["name"] == "use"]
    assert term["detail"] == "helped 1, misled 0" and 1 < term["value"] < 1.03
    (term,) = [term for term in explained(team, team.page) if term["name"] == "use"]
    assert term["value"] == pytest.approx(0.95)
    assert not [term for term in explained(team, team.none) if term["name"] == "use"]
    for then in ("--at=main", f"--until={support.NOW}"):
        assert not [term for term in explained(team, team.jobs, then) if term["name"] == "use"]


def test_reading_changes_nothing(team):
    """What is asked, shown and listed a dozen times is answered as it was at first."""
    work(team, team.first)
    question = ("recall", "workers jobs", "--explain", "--json")
    first = team.ok(*question)
    refs = team.git("for-each-ref")
    for _ in range(4):
        team.ok("recall", "workers page")
        team.ok("show", team.page)
        team.ok("brief")
    assert team.ok(*question) == first
    assert team.git("for-each-ref") == refs


def test_a_brief_and_a_show_are_noted(team):
    """What they showed, in rank order, without a question; the task itself is none of it."""
    team.ok("brief", env=as_agent("a"))
    assert claim(team, team.first, agent="a", at=5).code == 0
    team.ok("show", team.page, team.first, env=as_agent("a", 10))
    team.ok("done", team.first, "-m", "x", env=as_agent("a", 20))
    asked = {one.verb: one for one in events(team) if isinstance(one, Asked)}
    assert asked["brief"].shown and asked["brief"].question == ""
    assert set(asked["brief"].shown) <= {team.jobs, team.page, team.none}
    assert asked["show"].shown == (team.page,)


def test_what_counts_as_served_for_a_task(team):
    """To this agent, in this worktree, since its claim and an hour before it, and not what belonged to the task before."""
    side = worktree(team, "side")
    team.ok("recall", "workers long ago", env=as_agent("a", -4000))
    team.ok("recall", "workers before", env=as_agent("a", -100))
    team.ok("recall", "workers b", env=as_agent("b", 1))
    side.ok("recall", "workers elsewhere", env=as_agent("a", 1))
    work(team, team.first, question="workers first")
    team.ok("recall", "workers between", env=as_agent("a", 50))
    work(team, team.second, question="workers second", at=100)
    by_entry = {}
    for one in events(team):
        if isinstance(one, Asked):
            by_entry.setdefault(one.entry, []).append(one.question)
    assert sorted(map(sorted, by_entry.values())) == [
        ["workers before", "workers first"],
        ["workers between", "workers second"],
    ]


def test_no_secret_is_noted(team):
    """A question with what looks like a secret is left out, and what cannot be seen; a long one is cut."""
    key = "ghp_" + "a1B2" * 9
    team.ok("recall", f"workers {key}", env=as_agent("a"))
    team.ok("recall", "workers\u202e \x1bjobs\n\trow", env=as_agent("a"))
    team.ok("recall", "workers " * 200, env=as_agent("a"))
    (path,) = (team.path / ".git" / "agentmem" / "served").iterdir()
    text = path.read_text()
    assert key not in text and "\u202e" not in text and "\x1b" not in text
    answers = [answer for _, answer in served.answers(str(path.parent.parent), 0)]
    assert [len(answer.question) for answer in answers] == [0, len("workers jobs row"), 300]
    assert answers[1].shown and answers[2].shown


def test_a_task_that_failed_later(team):
    """Giving it back is noted too, and turns what it went by into what misled it."""
    work(team, team.first)
    assert uses(team)[team.jobs][:2] == (1, 0)
    team.ok("fail", team.first, "--reason", "404", env=as_agent("b", 60))
    assert [one for one in events(team) if isinstance(one, Failed)] == [Failed(NOW + 60, team.first)]
    assert uses(team)[team.jobs][:2] == (0, 1)
    (one,) = usage.labelled(context(team))
    assert one.misled == (team.jobs,) and one.relevant == ()
    assert explained(team, team.jobs)[-1]["value"] < 1


def test_a_retraction_is_derived(team):
    """Nobody notes it: it is read from the view."""
    work(team, team.first)
    team.ok("retract", team.jobs, "--reason", "never true")
    (one,) = usage.labelled(context(team))
    assert one.misled == (team.jobs,)


def test_evidence_that_no_longer_held(team):
    """A memory whose citation the code contradicts when the task ends is noted as such."""
    cited = team.json(
        "add", "fact", "Workers keep jobs in a list", "--cite", "api/jobs.py:1", env=as_agent("x", -9000)
    )["id"]
    work(team, team.first)
    (ended,) = [one for one in events(team) if isinstance(one, Ended)]
    assert ended.stale == (cited,)


def test_own_notes_are_no_help(team):
    """What the agent wrote during the task, and was then shown, has not helped it."""
    claim(team, team.first, agent="a")
    own = team.json("add", "fact", "Workers jobs are lists", "--scope", "api/**", env=as_agent("a", 5))["id"]
    work(team, team.first, at=6)
    asked, ended = events(team)
    assert own in asked.shown and own not in dict(ended.met)


def sync_all(*clones: Project) -> None:
    """Until each has what the others had."""
    for clone in (*clones, *clones):
        clone.ok("sync")


def test_two_clones_lose_nothing(team, tmp_path):
    """Both note, one of the agents in both of them; after syncing each has the lines of both, and the same activations."""
    _, (one, two) = shared_team(team, tmp_path, "two")
    for clone in (one, two):
        clone.ok("sync")
    one.git("remote", "set-url", "origin", "/nowhere")
    two.git("remote", "set-url", "origin", "/nowhere")
    work(one, team.first, agent="a")
    work(two, team.second, agent="a", at=7)
    two.commit("work")
    work(two, task(two, "DELETE /jobs"), agent="Ugly näme/ ..", at=50)
    written = {*events(one), *events(two)}
    assert len([each for each in written if isinstance(each, Ended)]) == 3
    for clone in (one, two):
        clone.git("remote", "set-url", "origin", str(tmp_path / "bare.git"))
    sync_all(one, two)
    assert set(events(one)) == set(events(two)) == written
    assert uses(one) == uses(two) and uses(one)[team.jobs].used == 3
    tables = [usage.at_hand(context(clone)).all() for clone in (one, two)]
    assert tables[0] == tables[1] and tables[0][team.jobs].activation > 0
    (kept,) = {(clone.path / ".git" / "agentmem" / usage.FILE).read_bytes() for clone in (one, two)}
    assert kept.startswith(b"agentmem use 2\n")


@pytest.mark.parametrize("name", ["Ugly näme/ ..", "-", "ä" * 150, "%41", "@{-1}", "\udcff\t\n"])
def test_an_agent_with_an_ugly_name(team, name):
    """Whatever it is called, what it was served is found and noted."""
    work(team, team.first, agent=name)
    assert {type(one) for one in events(team)} == {Asked, Ended}


@pytest.mark.parametrize("pack", [False, True])
def test_the_sums_are_kept_and_made_anew(team, pack):
    """Loose or packed, missing, torn, or of other refs: recall weighs what the refs hold."""
    work(team, team.first)
    path = team.path / ".git" / "agentmem" / usage.FILE
    good = path.read_bytes()
    if pack:
        team.git("pack-refs", "--all")
        assert not (team.path / ".git" / "refs" / "agentmem" / "state").exists()
    value = explained(team, team.jobs)[-1]
    assert value["name"] == "use" and path.read_bytes() == good
    for damage in (b"", b"garbage\n", good[: len(good) // 2], good.replace(b"use 2\n", b"use 1\n", 1)):
        path.write_bytes(damage)
        explained(team, team.none)
        if not good.startswith(damage) or not damage:
            assert path.read_bytes() == good
    path.unlink()
    assert explained(team, team.jobs)[-1] == value and path.read_bytes() == good
    team.git("update-ref", "-d", states.ref_of("a"))
    assert all(term["name"] != "use" for term in explained(team, team.jobs))


def test_a_ref_that_moved_is_seen(team):
    """By another agent's end, or by hand: nobody has to say so."""
    work(team, team.first)
    had = team.git("rev-parse", states.ref_of("a")).strip()
    work(team, team.second, agent="b", at=100)
    assert usage.at_hand(context(team)).get(team.jobs).used == 2
    team.git("update-ref", "-d", states.ref_of("b"))
    assert usage.at_hand(context(team)).get(team.jobs).used == 1
    assert tips.standing(str(team.path / ".git"), tips.STATES).startswith(had.encode())


def test_a_read_only_git_dir(team):
    """No evidence and no error; what is known already is weighed, what would have to be kept is left out."""
    work(team, team.first)
    claim(team, team.second, agent="a", at=100)
    before = events(team)
    with support.read_only(team.path / ".git"):
        assert explained(team, team.jobs)[-1]["name"] == "use"
        team.ok("recall", "workers", env=as_agent("a", 100))
        assert team.call("done", team.second, "-m", "x", env=as_agent("a", 110)).code == 0
    assert events(team) == before
    (team.path / ".git" / "agentmem" / usage.FILE).unlink()
    with support.read_only(team.path / ".git"):
        assert usage.at_hand(context(team)) is None
        assert usage.load(context(team)).uses[team.jobs].used == 1


def test_a_shallow_clone(team, tmp_path):
    """It cannot count, and says so; its uses are noted all the same."""
    for number in range(3):
        team.git("commit", "-q", "--allow-empty", "-m", str(number))
    team.git("clone", "-q", "--depth", "1", f"file://{team.path}", str(tmp_path / "shallow"))
    shallow = Project(tmp_path / "shallow")
    work(shallow, team.first)
    (ended,) = [one for one in events(shallow) if isinstance(one, Ended)]
    assert ended.clock is None
    assert uses(shallow)[team.jobs].activation == 0.0


def test_the_clock_is_the_number_of_commits(team):
    """Counted on from the last count, right also after what was counted is on no branch any more; 0 before the first commit."""
    work(team, team.first)
    for number in range(5):
        team.git("commit", "-q", "--allow-empty", "-m", str(number))
    work(team, team.second, at=100)
    team.git("reset", "-q", "--hard", "HEAD~3")
    team.git("reflog", "expire", "--expire=now", "--all")
    third = task(team, "Third")
    work(team, third, at=200)
    team.git("gc", "-q", "--prune=now")
    fourth = task(team, "Fourth")
    work(team, fourth, at=300)
    clocks = [one.clock for one in events(team) if isinstance(one, Ended)]
    assert clocks == [2, 7, 4, 4]


@pytest.mark.parametrize(
    "text", ["", "x", "--all 5\n", "0" * 40 + " 7\n", "HEAD -9\n", "HEAD 99999999999999\n", "a b c"]
)
def test_a_count_that_is_no_count(team, text):
    """What is kept of the last count may be gone or broken: it is counted anew."""
    path = team.path / ".git" / "agentmem" / noting.CLOCK
    support.put(path, text)
    work(team, team.first)
    assert [one.clock for one in events(team) if isinstance(one, Ended)] == [2]
    assert path.read_text() == f"{team.git('rev-parse', 'HEAD').strip()} 2\n"


def test_before_the_first_commit(tmp_path):
    """In a repository without a commit a task ends as in any other."""
    path = tmp_path / "new"
    path.mkdir()
    new = Project(path)
    new.git("init", "-q", "-b", "main")
    new.ok("init")
    work(new, task(new, "First"))
    assert [one.clock for one in events(new) if isinstance(one, Ended)] == [0]


def test_files_of_a_size(team):
    """A new file is begun when one is full, and the oldest are taken away beyond what is kept, of this agent alone."""
    repository = context(team).repository
    line = b"x" * 999 + b"\n"
    states.append(repository, "b", "served", "2026-01", line, NOW)
    for month in ("2025-12", "2026-01", "2026-02"):
        for _ in range(9):
            assert states.append(repository, "a", "served", month, line * 60, NOW)
    names = team.git("ls-tree", "--name-only", states.ref_of("a")).split()
    sizes = [int(row.split()[3]) for row in team.git("ls-tree", "-l", states.ref_of("a")).splitlines()]
    assert sum(sizes) <= states.KEPT < sum(sizes) + 60_000
    assert names == [f"served-2026-02.{number}.jsonl" for number in range(1, 9)]
    assert team.git("ls-tree", "--name-only", states.ref_of("b")).split() == ["served-2026-01.jsonl"]


KILLED = """
import os, signal, sys
from agentmem.actions import finishing, noting
from agentmem.git import process
real, note, left = process.start, noting.done, 0
def start(*words, **more):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*words, **more)
def done(*words):
    global left
    left = int(sys.argv[1])
    note(*words)
process.start, noting.done = start, done
from agentmem.cli import main
sys.exit(main.run(["done", sys.argv[2], "-m", "it works"]))
"""


def test_killed_at_any_point(team):
    """Before any git process that `done` starts once its entry is written: at worst a line is missing, never half of one, and
    done again goes well.
    """
    left, whole = 1, 0
    while True:
        one = task(team, f"Number {left}", "--scope", "api/**")
        claim(team, one, agent="a", at=100 * left)
        team.ok("recall", "workers", env=as_agent("a", 100 * left + 1))
        support.put(team.path / "api" / "jobs.py", one)
        ran = subprocess.run(
            [sys.executable, "-c", KILLED, str(left), one],
            cwd=team.path,
            env=support.environment(as_agent("a", 100 * left + 2)),
            capture_output=True,
            check=False,
        )
        ends = [each for each in events(team) if isinstance(each, Ended) and each.task == one]
        assert len(ends) <= 1
        if ends:
            assert [
                each.verb for each in events(team) if isinstance(each, Asked) and each.entry == ends[0].entry
            ]
        if ran.returncode != -signal.SIGKILL:
            assert ran.returncode == 0 and ends, ran
            break
        whole += bool(ends)
        again = team.call("done", one, "-m", "again", env=as_agent("a", 100 * left + 3))
        assert again.code == 0 or "is done already" in again.err, again
        assert len([each for each in events(team) if isinstance(each, Ended) and each.task == one]) <= 1
        assert team.call("recall", "workers").code == 0
        left += 1
    assert left > 8 and whole


def test_others_do_not_tell_us_what_to_weigh(team):
    """Lines of any content on others' refs: nothing breaks, and what is a line counts."""
    repository = context(team).repository
    junk = (
        b'{"v":1,"is":"done","at":1e400}\n\xff\xfe\n'
        + b"[" * 100_000
        + b"\n"
        + json.dumps({"v": 1}).encode()
        + b"\n"
    )
    states.append(repository, "evil", "served", "2026-02", junk, NOW)
    work(team, team.first)
    assert explained(team, team.jobs)[-1]["name"] == "use"
    blob = team.git("hash-object", "-w", "--stdin", input=b"x").strip()
    team.git("update-ref", f"{tips.STATES}/blob", blob)
    assert usage.at_hand(context(team)).get(team.jobs).used == 1


def test_any_number_of_agents_is_read_at_once(team, monkeypatch):
    """In as many processes as one is."""
    repository = context(team).repository
    started = []
    real = subprocess.Popen.__init__

    def count(self, *words, **more):
        started.append(words)
        real(self, *words, **more)

    found = []
    for agents in (range(1), range(1, 12)):
        for number in agents:
            line = feedback.write(Ended(NOW, support.identity(number), support.identity(number)))
            states.append(repository, f"agent {number}", "served", "2026-02", line, NOW)
        here = context(team)
        assert here.repository
        with monkeypatch.context() as patched:
            patched.setattr(subprocess.Popen, "__init__", count)
            started.clear()
            assert len(usage.events(here)) == agents[-1] + 1
            found.append(len(started))
    assert found == [4, 4]


def test_handed_on(team):
    """What was served to whoever stopped early counts for nobody; the one who goes on has its own."""
    claim(team, team.first, agent="a")
    team.ok("recall", "workers a", env=as_agent("a", 5))
    team.ok("handoff", "-m", "half", env=as_agent("a", 6))
    work(team, team.first, agent="b", question="workers b", at=10)
    assert [one.question for one in events(team) if isinstance(one, Asked)] == ["workers b"]


def test_what_was_local_counts_for_when(team):
    """A memory that was shown here, whatever came of it, is not unused; that changes no activation."""
    team.ok("show", team.page, env=as_agent("a", 30))
    found = usage.load(context(team))
    assert found.since == NOW + 30
    assert found.uses[team.page] == feedback.Use(0, 0, NOW + 30, None)
    assert usage.at_hand(context(team)) is None


def test_many_files_say_nothing(team):
    """Of a task that touched a whole tree nothing is about any memory but what was named."""
    claim(team, team.first, agent="a")
    team.ok("recall", "workers", env=as_agent("a", 1))
    for number in range(feedback.MOST_FILES + 1):
        support.put(team.path / "api" / f"f{number}.py", "x")
    team.ok("done", team.first, "-m", "x", "--used", team.none, env=as_agent("a", 2))
    assert {each: use.used for each, use in uses(team).items() if use.used} == {team.none: 1}


def test_a_scope_that_covers_everything_is_about_nothing(team):
    """It meets every file; so it is no evidence that it helped."""
    everywhere = remember(team, "Workers jobs rule", "--scope", "**")
    work(team, team.first)
    assert uses(team)[everywhere][:2] == (0, 0)
