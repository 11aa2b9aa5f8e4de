"""The end of a task: done, failed, handed on; what is committed with it, and what the others see of it."""

import re
import shutil
import subprocess

import pytest

from tests import support
from tests.actions import teams
from tests.actions.teams import as_agent, claim, holders, offered, task, worktree


@pytest.fixture
def team(store):
    """A store with two tasks, the second of which needs the first, committed with some code."""
    support.put(store.path / "api" / "jobs.py", "jobs = []\n")
    first = task(store, "POST /jobs", "--role", "api", "--scope", "api/**")
    second = task(store, "GET /jobs", "--needs", first)
    store.commit("tasks")
    store.first, store.second = first, second
    return store


def entry_of(team, task_id):
    """The log entry that closes a task."""
    (found,) = [
        one
        for one in team.json("show", *[m["id"] for m in team.json("list", "--kind", "log")["memories"]])[
            "memories"
        ]
        if task_id in one["closes"]
    ]
    return found


def test_done_closes_and_unblocks(team):
    """The entry closes the task with the files that were touched; the claim says done, on which branch, by which entry."""
    claim(team, team.first, agent="a")
    support.put(team.path / "api" / "jobs.py", "jobs = [1]\n")
    ran = team.call("done", "-m", "It works. Tested by hand", env=as_agent("a"))
    assert ran.code == 0, ran
    entry = entry_of(team, team.first)
    assert ran.out == (
        f"done {team.first[:6]}: entry {entry['id'][:6]}, 1 file; no hook takes it along: git add .agentmem;"
        " 1 file is not staged\n"
        f'unblocks {team.second[:6]}. Next: {team.second[:6]} "GET /jobs": agentmem claim\n'
    )
    assert entry["scope"] == ["api/jobs.py"]
    assert holders(team)[team.first] == ("a", "done")
    record = team.git("show", f"{teams.NAMESPACE}/{team.first}:claim.json")
    assert f'"entry": "{entry["id"]}"' in record and '"branch": "main"' in record


@pytest.mark.parametrize("hooks", [False, True])
def test_what_goes_with_which_commit(team, hooks):
    """It is said of the entry, which hooks take along where there are any, and of the files, which are in a commit if staged."""
    if hooks:
        team.ok("hooks", "install")
    takes = "it goes with your next git commit" if hooks else "no hook takes it along: git add .agentmem"
    both = "both go with your next git commit" if hooks else takes

    def said(*words):
        told = team.ok("done", task(team, f"Task {said.number}"), "-m", "x", *words).splitlines()[0]
        said.number += 1
        return told.partition(";")[0].partition(", ")[2], told.partition("; ")[2]

    said.number = 1
    assert said() == ("", takes)
    support.put(team.path / "new.py", "x = 1\n")
    assert said() == ("1 file", f"{takes}; 1 file is not staged")
    assert said("--commit") == ("1 file", "committed; 1 file is not staged")
    assert "new.py" not in team.git("ls-tree", "-r", "--name-only", "HEAD")
    team.git("add", "new.py")
    assert said() == ("1 file", both)
    support.put(team.path / "new.py", "x = 2\n")
    support.put(team.path / "api" / "jobs.py", "jobs = [1]\n")
    assert said() == ("2 files", f"{takes}; 2 files are not staged")
    team.git("add", "-u")
    assert said("--commit") == ("2 files", "committed")
    assert "new.py" in team.git("ls-tree", "-r", "--name-only", "HEAD")
    assert team.git("status", "--porcelain", "--", "api", "new.py") == ""


def test_a_commit_that_closes_a_task_holds_it(team):
    """A task that no commit has goes with the entry, and its plan: another clone would find an end of nothing. No other does."""
    plan = team.json("add", "plan", "Fares")
    new, other = task(team, "Cap", "--plan", plan["id"]), task(team, "Refund")
    team.ok("done", new, "-m", "x", "--commit")
    files = team.git("show", "--name-only", "--format=", "HEAD").splitlines()
    assert [path.split("/")[1] for path in files] == ["log", "plans", "tasks"]
    assert new in files[2] and other not in team.git("ls-files")
    # one that git holds stays as it is there
    team.ok("edit", team.first, "--set", "importance=5")
    team.ok("done", team.first, "-m", "y", "--commit")
    assert len(team.git("show", "--name-only", "--format=", "HEAD").splitlines()) == 1


def test_done_needs_no_claim_but_no_other_may_hold_it(team):
    """A task that nobody holds can be closed; one that another holds is his until it is taken over."""
    claim(team, team.first, agent="a")
    refused = team.call("done", team.first, "-m", "mine", env=as_agent("b"))
    assert refused.code == 4
    assert refused.err.startswith(f"error: {team.first[:6]} is held by a, not by you\n")
    assert not team.json("list", "--kind", "log")["memories"]
    assert team.call("done", team.second, "-m", "nobody's", env=as_agent("b")).code == 0


def test_done_twice(team):
    """What is done is not done again, neither here nor on another branch."""
    team.ok("done", team.first, "-m", "once")
    again = team.call("done", team.first, "-m", "twice")
    assert again.code == 4 and "is done already" in again.err
    team.git("reset", "-q", "--hard")
    team.git("clean", "-qfd")
    side = worktree(team, "side")
    side.ok("done", team.second, "-m", "there")
    side.commit("there")
    elsewhere = team.call("done", team.second, "-m", "here")
    assert elsewhere.code == 4 and "was done on side already (not merged yet)" in elsewhere.err


def test_done_after_the_lease_has_ended(team):
    """Who worked on past the end, when nobody took the task, still closes it without naming it."""
    claim(team, team.first, agent="a")
    assert team.call("done", "-m", "late", env=as_agent("a", 9000)).code == 0


def test_which_task_is_meant(team):
    """With no claim, or with several, it is asked which."""
    assert "you hold no task" in team.call("done", "-m", "x").err
    third = task(team, "Third")
    claim(team, team.first)
    claim(team, third)
    many = team.call("done", "-m", "x")
    assert many.code == 2 and "you hold 2 tasks: which one?" in many.err and third[:6] in many.err


def test_commit_takes_what_is_staged_and_the_entry(team):
    """One commit with what was staged and the entry, nothing that was not; the first line of -m is its subject."""
    claim(team, team.first)
    support.put(team.path / "api" / "jobs.py", "jobs = [1]\n")
    team.git("add", "api/jobs.py")
    support.put(team.path / "api" / "jobs.py", "jobs = [2]\n")
    support.put(team.path / "stray.txt", "mine\n")
    team.ok("done", "-m", "POST /jobs takes a key\n\nTested by hand.", "--commit")
    files = team.git("show", "--name-only", "--format=", "HEAD").split()
    assert len(files) == 2 and files[1] == "api/jobs.py" and files[0].startswith(".agentmem/log/")
    assert team.git("show", "HEAD:api/jobs.py") == "jobs = [1]\n"
    assert team.git("status", "--porcelain").split("\n")[:2] == [" M api/jobs.py", "?? stray.txt"]
    entry = entry_of(team, team.first)["id"]
    assert team.git("log", "-1", "--format=%B").strip() == (
        f"POST /jobs takes a key\n\nTested by hand.\n\nAgentmem-Task: {team.first}\nAgentmem-Entry: {entry}"
    )


def test_trailers_survive_a_squash(team):
    """However git squashes, lines of their own say which tasks are closed."""
    team.git("switch", "-q", "-c", "feature")
    team.ok("done", team.first, "-m", "one", "--commit")
    team.ok("done", team.second, "-m", "two", "--commit")
    team.git("switch", "-q", "main")
    team.git("merge", "-q", "--squash", "feature")
    team.git("commit", "-q", "--no-edit")
    message = team.git("log", "-1", "--format=%B")
    named = re.findall(r"^[ \t]*Agentmem-Task: ([0-9a-z]{12})$", message, re.MULTILINE)
    assert set(named) == {team.first, team.second}


def test_the_users_hooks_run(team):
    """A hook of the user may refuse the commit: then the entry is written and staged, the task is done, and all of that said."""
    hook = support.put(
        team.path / ".git" / "hooks" / "pre-commit", "#!/bin/sh\necho 'tests fail' >&2\nexit 1\n"
    )
    hook.chmod(0o755)
    refused = team.call("done", team.first, "-m", "one", "--commit")
    assert refused.code == 3 and "tests fail" in refused.err and "written and staged" in refused.err
    assert team.git("diff", "--cached", "--name-only").startswith(".agentmem/log/")
    hook.unlink()
    team.git("commit", "-q", "-m", "by hand")
    assert team.first not in offered(team)


def test_used_and_misled(team):
    """The entry keeps which memories helped and which were wrong; what names none is refused before anything is written."""
    good, bad = (
        team.json("add", "fact", "Keys are 16 bytes")["id"],
        team.json("add", "fact", "Slow disks")["id"],
    )
    assert team.call("done", team.first, "-m", "x", "--used", "zzzzzz").code == 2
    entries = set((team.store / "log").rglob("*.md"))
    both = team.call("done", team.first, "-m", "x", "--used", good, "--used", bad, "--misled", bad[:6])
    assert both.code == 2 and f"{bad[:6]} is named by --used and by --misled" in both.err
    assert set((team.store / "log").rglob("*.md")) == entries
    team.ok(
        "done", team.first, "-m", "x", "--used", good[:6], "--used", good, "--misled", bad, "--misled", bad
    )
    assert entry_of(team, team.first)["extra"] == {"used": [good], "misled": [bad]}


def test_fail_reopens_for_the_owner(team):
    """A task that is done is offered again, urgent, to who changed its paths last, or to whom it is given."""
    team.ok("done", team.first, "-m", "x", "--commit")
    assert team.first not in offered(team)
    failed = team.call("fail", team.first, "--reason", "It loses jobs", env=teams.later(60))
    assert failed.code == 0, failed
    entry = team.json("list", "--kind", "log")["memories"][0]
    assert failed.out == (
        f'reopened {team.first[:6]} "POST /jobs" for api (owner tester: did it last);'
        f" priority 1; entry {entry['id'][:6]}\n"
    )
    assert team.first in offered(team, 120)
    assert team.call("next", env=teams.later(120)).out.startswith(f"{team.first[:6]} P1 ")
    assert claim(team, team.first, agent="c", at=120).code == 0
    given = team.call("fail", team.second, "--reason", "no", "--to", "api-7", "--json", env=teams.later(180))
    assert given.json["owner"] == "api-7"
    assert team.call("fail", team.second, "--reason", " ").code == 2


def test_fail_of_what_is_done_elsewhere(team):
    """What was done on a branch, and is reopened here later, can be begun again."""
    side = worktree(team, "side")
    side.ok("done", team.first, "-m", "there")
    side.commit("there")
    assert "was done just now by tester on side (not merged yet)" in claim(team, team.first).err
    assert team.call("fail", team.first, "--reason", "wrong", env=teams.later(60)).code == 0
    assert team.first in offered(team, 120)
    assert claim(team, team.first, at=120).code == 0


def test_handoff_keeps_its_note(team):
    """Who lets a task go leaves the state and the next step; whoever claims it next is shown them, once it is anybody's."""
    claim(team, team.first, agent="a")
    refused = team.call("handoff", team.first, "-m", "x", env=as_agent("b"))
    assert refused.code == 4 and f"{team.first[:6]} is held by a, not by you" in refused.err
    nobodys = team.call("handoff", team.second, "-m", "x", env=as_agent("b"))
    assert nobodys.code == 2 and f"you do not hold {team.second[:6]}" in nobodys.err
    assert team.call("handoff", team.first, "-m", " ", env=as_agent("a")).code == 2
    assert team.call("handoff", "-m", "Route is there.\nNext: tests", env=as_agent("a", 60)).code == 0
    assert team.git("status", "--porcelain") == ""
    assert team.first in offered(team, 60)
    won = claim(team, team.first, agent="b", at=3660)
    assert "handoff (a, 1h): Route is there. Next: tests\n" in won.out
    assert claim(team, team.first, "--json", agent="b", at=3660).json["handoff"]["by"] == "a"


def test_handoff_survives_the_worktree(team):
    """The note is there when the worktree of who left it is not."""
    side = worktree(team, "side")
    claim(side, team.first, agent="a")
    side.ok("handoff", team.first, "-m", "state", env=as_agent("a"))
    team.git("worktree", "remove", "--force", str(side.path))
    assert "handoff (a, " in claim(team, team.first, agent="b", at=60).out


@pytest.mark.parametrize("how", ["merge", "squash", "delete"])
def test_done_on_one_branch_is_offered_on_no_other(team, how):
    """Before its merge, after it, and after a squash; once its branch is gone without one it is offered again."""
    side, third = worktree(team, "side"), worktree(team, "third")
    claim(side, team.first, agent="a")
    assert team.first not in offered(third)
    side.ok("done", team.first, "-m", "did it", env=as_agent("a"))
    for project in (team, third):
        assert team.first not in offered(project), "not committed yet"
    side.commit("did it")
    for project in (team, third):
        assert team.first not in offered(project), "not merged yet"
        lost = claim(project, team.first, agent="b")
        assert lost.code == 4 and "on side (not merged yet)" in lost.err
    if how == "merge":
        team.git("merge", "-q", "--no-edit", "side")
    elif how == "squash":
        team.git("merge", "-q", "--squash", "side")
        team.git("commit", "-q", "-m", "squashed")
    team.git("worktree", "remove", "--force", str(side.path))
    team.git("branch", "-q", "-D", "side")
    for project in (team, third):
        assert (team.first in offered(project)) == (how == "delete")
        assert (claim(project, team.first, agent="b").code == 0) == (how == "delete")
        if how == "delete":
            break


def test_done_in_a_read_only_git_dir(team):
    """Where the claim's ref cannot be written the entry stands all the same."""
    with support.read_only(team.path / ".git"):
        assert team.call("done", team.first, "-m", "x").code == 0
    assert team.first not in offered(team)


def test_no_message_at_all(team):
    """Closed without -m it has the task's own title for its words."""
    team.ok("done", team.first, "--commit")
    assert team.git("log", "-1", "--format=%s").strip() == "Done: POST /jobs"
    assert subprocess.run(["git", "diff", "--quiet"], cwd=team.path, check=False).returncode == 0


@pytest.mark.parametrize(
    "verb", [("done", "-m", "did it"), ("fail", "--reason", "no"), ("task", "add", "Another")]
)
def test_on_a_detached_head_the_branch_is_asked_for(team, verb):
    """As with every write, by the verb's own name; in CI it is known."""
    team.git("checkout", "-q", "--detach")
    words = (verb[0], team.first, *verb[1:]) if verb[0] != "task" else verb
    asked = team.call(*words)
    assert asked.code == 2
    assert (
        f"hint: agentmem {' '.join(verb[:2]) if verb[0] == 'task' else verb[0]} … --branch main\n"
        in asked.err
    )
    assert team.call(*words, "--branch", "main").code == 0
    team.ok("claim", "--json", env={"GITHUB_ACTIONS": "true", "GITHUB_HEAD_REF": "topic"})
    assert [one["branch"] for one in team.json("claims")["claims"]] == ["topic"]


def edit(project, path: str, text: str, message: str) -> None:
    """A commit of code by hand."""
    support.put(project.path / path, text)
    project.git("add", path)
    project.git("commit", "-q", "-m", message)


def test_the_files_of_a_task_are_its_own(team, monkeypatch):
    """Not what was merged meanwhile, nor what the branch did for other tasks before the claim."""
    side = worktree(team, "side")
    with monkeypatch.context() as before:
        before.setenv("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
        edit(side, "old.py", "1\n", "for another task")
    assert claim(side, team.first, agent="a").code == 0
    edit(team, "theirs.py", "1\n", "on main")
    side.git("merge", "-q", "--no-edit", "main")
    monkeypatch.setenv("GIT_COMMITTER_DATE", teams.later(300)["AGENTMEM_NOW"])
    edit(side, "api/committed.py", "1\n", "mine")
    support.put(side.path / "api" / "new.py", "1\n")
    side.ok("done", "-m", "did it", env=as_agent("a", 600))
    assert entry_of(side, team.first)["scope"] == ["api/committed.py", "api/new.py"]


@pytest.mark.parametrize("how", ["--rebase", "--ff-only"])
def test_what_was_pulled_on_trunk_is_not_the_tasks(team, tmp_path, monkeypatch, how):
    """Whoever works on trunk itself gets the commits of others by a pull, and has not changed their files."""
    team.git("clone", "-q", str(team.path), str(tmp_path / "clone"))
    clone = support.Project(tmp_path / "clone")
    assert claim(clone, team.first, agent="b").code == 0
    monkeypatch.setenv("GIT_COMMITTER_DATE", teams.later(300)["AGENTMEM_NOW"])
    if how == "--rebase":
        edit(clone, "api/before.py", "1\n", "mine, before it")
    edit(team, "theirs.py", "1\n", "of somebody else")
    clone.git("pull", "-q", how)
    edit(clone, "api/after.py", "1\n", "mine, after it")
    clone.ok("done", "-m", "did it", env=as_agent("b", 600))
    mine = ["api/after.py", "api/before.py"] if how == "--rebase" else ["api/after.py"]
    assert entry_of(clone, team.first)["scope"] == mine


@pytest.mark.parametrize("how", ["pull", "merge", "rebase"])
def test_what_was_pulled_before_the_first_commit(team, tmp_path, monkeypatch, how):
    """Before anything was committed here since the claim, the files in no commit yet are all that the task has changed."""
    team.git("clone", "-q", str(team.path), str(tmp_path / "clone"))
    clone = support.Project(tmp_path / "clone")
    assert claim(clone, team.first, agent="b").code == 0
    monkeypatch.setenv("GIT_COMMITTER_DATE", teams.later(300)["AGENTMEM_NOW"])
    for number in range(3):
        edit(team, f"theirs{number}.py", "1\n", "of somebody else")
    support.put(clone.path / "api" / "mine.py", "1\n")
    if how == "pull":
        clone.git("pull", "-q", "--ff-only")
    else:
        clone.git("fetch", "-q")
        clone.git(how, "-q", "origin/main")
    support.put(clone.path / "api" / "staged.py", "1\n")
    clone.git("add", "api/staged.py")
    clone.ok("done", "-m", "did it", env=as_agent("b", 600))
    assert entry_of(clone, team.first)["scope"] == ["api/mine.py", "api/staged.py"]


def test_without_a_reflog_the_commits_since_the_claim_are_the_tasks(team, monkeypatch):
    """Where git keeps none, nothing tells what was made here."""
    team.git("config", "core.logAllRefUpdates", "false")
    shutil.rmtree(team.path / ".git" / "logs")
    claim(team, team.first, agent="b")
    monkeypatch.setenv("GIT_COMMITTER_DATE", teams.later(300)["AGENTMEM_NOW"])
    edit(team, "api/mine.py", "1\n", "mine")
    team.ok("done", "-m", "did it", env=as_agent("b", 600))
    assert entry_of(team, team.first)["scope"] == ["api/mine.py"]


def test_what_another_has_begun_counts_for_who_goes_on(team):
    """After a handoff all of the branch's own commits do."""
    side = worktree(team, "side")
    claim(side, team.first, agent="a")
    edit(side, "api/begun.py", "1\n", "half of it")
    side.ok("handoff", "-m", "half of it", env=as_agent("a", 60))
    claim(side, team.first, agent="b", at=7200)
    support.put(side.path / "api" / "rest.py", "1\n")
    side.ok("done", "-m", "all of it", env=as_agent("b", 7300))
    assert entry_of(side, team.first)["scope"] == ["api/begun.py", "api/rest.py"]


def test_the_owner_of_a_failure_is_who_changed_its_paths_last(team):
    """An agent, by the entries of what is done, never the author of the commits, who is the same for all."""
    third = task(team, "Jobs are listed")
    for at, (name, identity, path) in enumerate(
        (("a", team.first, "api/jobs.py"), ("b", third, "api/list.py"))
    ):
        claim(team, identity, agent=name, at=at)
        support.put(team.path / path, f"# {name}\n")
        team.ok("done", identity, "-m", "did it", "--commit", env=as_agent(name, at + 10))
        team.git("add", "-A")
        team.git("commit", "-q", "-m", path)
    failed = team.call("fail", team.first, "--reason", "It loses jobs", env=as_agent("qa", 60))
    assert "(owner b: last to change api/list.py)" in failed.out
    other = team.call("fail", third, "--reason", "No", env=as_agent("qa", 60))
    assert "(owner b: did it last)" in other.out


@pytest.mark.parametrize("how", ["revert", "reset", "worktree"])
def test_done_whose_entry_is_gone(team, how):
    """Taken back on trunk, or in a worktree that is gone while its branch stays: open again, and every verb says so."""
    doer = worktree(team, "side") if how == "worktree" else team
    doer.ok("done", team.first, "-m", "did it", *["--commit"] * (how == "revert"), env=as_agent("a"))
    for project in (team, doer):
        assert team.first not in offered(project)
        assert f'{team.first[:6]} P5 "POST /jobs" api · done' in project.ok("task", "list", "--all")
    if how == "revert":
        team.git("revert", "--no-edit", "HEAD")
    elif how == "reset":
        team.git("clean", "-qfd")
    else:
        team.git("worktree", "remove", "--force", str(doer.path))
    assert f'{team.first[:6]} P5 "POST /jobs" api · free' in team.ok("task", "list")
    assert team.ok("next").startswith(f"{team.first[:6]} P5 ")
    assert claim(team, team.first, agent="b").code == 0


def test_done_on_a_detached_head(team):
    """Its entry is on no branch, and in a worktree: the task is done."""
    side = worktree(team, "side")
    side.git("checkout", "-q", "--detach")
    side.ok("done", team.first, "-m", "did it", "--commit", "--branch", "side")
    assert team.first not in offered(team)
    assert f'{team.first[:6]} P5 "POST /jobs" api · done on side, NOT merged here' in team.ok("task", "list")
    assert "(not merged yet)" in claim(team, team.first).err


def test_fail_to_an_owner(team):
    """Who is to mend it is named in every view, has it first whatever its role, and others take it last, for an hour."""
    team.ok("done", team.first, "-m", "x", "--commit")
    team.ok("fail", team.first, "--reason", "broken", "--to", "ann", env=as_agent("qa", 60))
    third = task(team, "Third", "--priority", "9")
    first = team.first[:6]
    shown = team.call("next", env=as_agent("bob", 70)).out
    assert shown.splitlines()[0].startswith(third[:6])
    assert f'{first} P1 "POST /jobs" api · failed before, for ann · ' in shown
    assert team.call("next", "--json", env=as_agent("bob", 70)).json["tasks"][-1]["owner"] == "ann"
    assert f'{first} P1 "POST /jobs" api · failed, open again, for ann' in team.ok("task", "list")
    assert "owner ann" in team.ok("show", first) and team.json("show", first)["memories"][0]["owner"] == "ann"
    hers = {**as_agent("ann", 70), "AGENTMEM_ROLE": "web"}
    assert team.call("next", env=hers).out.startswith(first)
    assert f'Take: {first} "POST /jobs" P1, failed before, yours, ' in team.call("brief", env=hers).out
    assert third in claim(team, "--json", agent="bob", at=70).json["task"]
    assert team.call("next", env=as_agent("bob", 3661)).out.startswith(first), "ann may be gone for good"
    assert (
        f"claimed {first} " in (won := claim(team, agent="cy", at=80).out) and "\nreopened for ann\n" in won
    )


def test_all_tasks_are_done(team):
    """That is something else than that there are none."""
    team.ok("done", team.first, "-m", "x")
    team.ok("done", team.second, "-m", "x", env=teams.later(5))
    assert team.ok("task", "list") == "agentmem: 2 of 2 tasks done. All of them: agentmem task list --all\n"
    assert "none of 2 tasks is such" in team.ok("task", "list", "--role", "nobody")


def test_a_task_is_no_evidence_for_itself(team):
    """Neither as what helped nor as what misled."""
    for option in ("--used", "--misled"):
        ran = team.call("done", team.first, "-m", "did it", option, team.first)
        assert ran.code == 2 and "is the task itself" in ran.err
    assert not team.json("list", "--kind", "log")["memories"]
