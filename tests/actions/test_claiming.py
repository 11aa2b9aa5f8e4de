"""Claims of one clone: who holds what, until when, and how it changes hands."""

import shutil

import pytest

from tests import support
from tests.actions import teams
from tests.actions.teams import as_agent, claim, holders, later, offered, task, worktree

HOUR = 3600


@pytest.fixture
def team(store):
    """A store with two tasks, committed."""
    first, second = (
        task(store, "POST /jobs", "--scope", "api/**"),
        task(store, "GET /jobs", "--scope", "db/**", "--priority", "6"),
    )
    store.commit("tasks")
    store.first, store.second = first, second
    return store


def test_one_wins_and_the_other_is_told_who(team):
    """The second who asks gets exit code 4, the holder's name, until when, from which branch, and what else is free."""
    won = claim(team, team.first, agent="api-1")
    assert won.code == 0
    assert won.out == (
        f'claimed {team.first[:6]} "POST /jobs" until 11:42Z (this clone only; no remote)\nscope api/**\n'
    )
    lost = claim(team, team.first, agent="api-2", at=180)
    assert (lost.code, lost.out) == (4, "")
    assert lost.err == (
        f"error: {team.first[:6]} is claimed by api-1 until 11:42Z (main, active 3m ago)\n"
        f'free: {team.second[:6]} "GET /jobs"; take the first: agentmem claim\n'
    )
    assert claim(team, team.first, "--json", agent="api-2").json["holder"]["agent"] == "api-1"


def test_claim_alone_takes_the_best_that_is_free(team):
    """Without an id each gets another task; when none is left that is said, with exit code 4."""
    assert team.first in claim(team, "--json", agent="a").json["task"]
    assert team.second in claim(team, "--json", agent="b").json["task"]
    none = claim(team, agent="c")
    assert (none.code, none.err.splitlines()[0]) == (4, "error: nothing is free")


def test_what_is_free_for_other_roles_alone(team):
    """Next and claim say it likewise: not that there is none, and not what another role could take as if it were ours."""
    third = task(team, "Drop the table", "--role", "db")
    for one in (team.first, team.second):
        claim(team, one, agent="a")
    words = ("--role", "bank")
    assert (
        team.call("next", *words).out
        == "nothing is free for role bank.\n2 claimed · 1 free for other roles\n"
    )
    none = claim(team, *words, agent="b")
    assert (none.code, none.err) == (
        4,
        "error: nothing is free for role bank\n1 free for other roles: agentmem task list\n",
    )
    assert claim(team, agent="b").out.startswith(f"claimed {third[:6]} "), "who has no role takes any"


def test_the_same_name_in_another_worktree_is_somebody_else(team):
    """Held by agent and worktree: one name at two places cannot both work on a task."""
    other = worktree(team, "side")
    assert claim(team, team.first).code == 0
    assert claim(team, team.first).out.startswith("renewed ")
    assert claim(other, team.first).code == 4
    taken = claim(other, team.first, "--resume")
    assert taken.code == 0 and "taken over from tester on main\n" in taken.out
    assert claim(team, team.first).code == 4


def test_the_folder_of_the_index_can_be_deleted(team):
    """Which clone it is does not stand there: the claim is still one's own, also one that was made when it stood there alone."""
    folder, kept = team.path / ".git" / "agentmem", team.path / ".git" / "agentmem-clone-id"
    assert claim(team, team.first).code == 0
    kept.unlink()  # as it was claimed before
    assert claim(team, team.first).out.startswith("renewed ")
    shutil.rmtree(folder)
    assert claim(team, team.first).out.startswith("renewed ")
    shutil.rmtree(folder)
    assert team.call("done", team.first, "-m", "tested").code == 0


def test_resume_is_on_the_record(team):
    """Who takes over is told from whom, and git's history of the ref has both."""
    claim(team, team.first, agent="api-1")
    assert "taken over from api-1" in claim(team, team.first, "--resume", agent="api-2").out
    authors = team.git("log", "--format=%an", f"{teams.NAMESPACE}/{team.first}").split()
    assert authors == ["api-2", "api-1"]


def test_a_lease_of_this_clone_ends_when_it_says(team):
    """One second before its end it holds, at its end it is free, in every worktree of the clone."""
    claim(team, team.first, agent="killed")
    other = worktree(team, "side")
    assert claim(other, team.first, agent="b", at=HOUR - 1).code == 4
    assert team.first not in offered(other, HOUR - 1)
    assert holders(team, HOUR)[team.first] == ("killed", "expired")
    assert team.first in offered(other, HOUR)
    won = claim(other, team.first, agent="b", at=HOUR)
    assert won.code == 0 and "taken over" not in won.out


@pytest.mark.parametrize("seconds", [0, 59, -5, 604_801])
def test_too_short_or_too_long_a_lease(team, seconds):
    """A lease has 60 seconds at least and a week at most."""
    refused = claim(team, team.first, "--ttl", str(seconds))
    assert refused.code == 2 and "a lease has at " in refused.err


def test_a_lease_of_another_length(team):
    """--ttl and the configuration say how long."""
    assert "until 10:43Z" in claim(team, team.first, "--ttl", "60").out
    teams.config(team, "ttl = 600")
    assert "until 10:52Z" in claim(team, team.second).out


def test_the_limit_of_open_claims(team):
    """Who holds as many as the team allows gets no more, and is told what to do; others are not concerned."""
    teams.config(team, "limit = 1")
    assert claim(team, team.first).code == 0
    full = claim(team, team.second)
    assert full.code == 4 and f"tester holds 1 claim already: {team.first[:6]}" in full.err
    assert claim(team, team.second, agent="b").code == 0


@pytest.mark.parametrize(
    "words", [("list",), ("recall", "jobs"), ("add", "fact", "Jobs are slow"), ("next",)]
)
def test_any_command_of_the_holder_renews(team, words):
    """After a quarter of the lease any command of the holder makes it last an hour from then; before, and by others, none."""
    claim(team, team.first, agent="a")
    ref = f"{teams.NAMESPACE}/{team.first}"
    before = team.git("rev-parse", ref)
    assert team.call(*words, env=as_agent("a", 899)).code == 0
    assert team.call(*words, "--force" if words[0] == "add" else "-q", env=as_agent("b", 2000)).code == 0
    assert team.git("rev-parse", ref) == before
    assert team.call(*words, "--force" if words[0] == "add" else "-q", env=as_agent("a", 2000)).code == 0
    assert claim(team, team.first, agent="b", at=2000 + HOUR - 1).code == 4
    assert claim(team, team.first, agent="b", at=2000 + HOUR).code == 0


def test_who_holds_nothing_pays_nothing_for_renewals(team):
    """The reminder is there while one holds a claim, and not after its end."""
    reminder = team.path / ".git" / "agentmem-claims-due"
    assert not reminder.exists()
    claim(team, team.first)
    claim(team, team.second)
    assert reminder.exists()
    team.ok("handoff", team.first, "-m", "half done")
    assert reminder.exists()
    team.ok("done", team.second, "-m", "all done")
    assert not reminder.exists()


def test_a_renewal_that_fails_is_silent(team):
    """A reminder of nonsense, or one that cannot be acted upon, changes no answer."""
    claim(team, team.first)
    for text in ("nonsense\n", "0\n"):
        (team.path / ".git" / "agentmem-claims-due").write_text(text)
        ran = team.call("list", "--kind", "task", env=later(2000))
        assert (ran.code, ran.err) == (0, "")


def test_exclusive_scopes(team):
    """What an exclusive claim covers nobody else may touch; nor may one become exclusive over what others hold."""
    claim(team, team.first, "--exclusive", agent="a")
    third = task(team, "Mend api/x", "--scope", "api/x.py")
    assert third not in offered(team)
    lost = claim(team, third, agent="b")
    assert lost.code == 4
    assert lost.err.splitlines()[0] == (
        f"error: api/** is held exclusively by a ({team.first[:6]}) until 11:42Z"
    )
    assert claim(team, third, "--scope", "web/**", agent="b").code == 0
    assert claim(team, third, "--scope", "api/y.py", agent="b").code == 4, "nor by widening what one holds"
    shut = claim(team, team.second, "--exclusive", "--scope", "web/a.ts", agent="c")
    assert shut.code == 4 and "web/**" in shut.err
    assert claim(team, task(team, "No scope"), "--exclusive", agent="c").code == 2


def test_what_an_exclusive_claim_keeps_back(team):
    """Every verb names it and the claim that it waits for; the one who holds that claim is not kept from it."""
    claim(team, team.first, "--exclusive", agent="a")
    third = task(team, "Mend api/x", "--scope", "api/x.py")
    why = f"a's exclusive claim of {team.first[:6]}"
    shown = team.call("next", env=as_agent("b"))
    assert f"waits: {third[:6]} for {why} · 1 claimed\n" in shown.out
    assert team.call("next", "--json", env=as_agent("b")).json["excluded"][0]["excluded_by"] == team.first
    assert (
        f'{third[:6]} P5 "Mend api/x" · waits for {why} · '
        in team.call("task", "list", env=as_agent("b")).out
    )
    assert f'{third[:6]} "Mend api/x" · waits for {why}\n' in team.call("plan", "show", env=as_agent("b")).out
    claim(team, team.second, agent="b")
    none = claim(team, agent="c")
    assert (none.code, none.err) == (4, f"error: nothing is free\n{third[:6]} waits for {why}\n")
    assert claim(team, third, agent="a").code == 0


def test_blocked_and_waiting(team):
    """A task whose need nobody has met is refused; one whose need is met on a branch is taken when asked for, and says so."""
    third = task(team, "Uses both", "--needs", team.first)
    team.commit("third")
    blocked = claim(team, third)
    assert blocked.code == 4 and blocked.err.startswith(
        f"error: {third[:6]} is blocked: it needs {team.first[:6]}\n"
    )
    side = worktree(team, "side")
    side.ok("done", team.first, "-m", "did it")
    side.commit("did it")
    assert team.call("next", "--json").json["waiting"][0]["id"] == third
    assert third not in offered(team)
    won = claim(team, third)
    assert won.code == 0
    assert f"waits for {team.first[:6]}, done on side, NOT merged here: git merge side" in won.out


def test_an_edit_that_closes_a_cycle(team):
    """Is refused, with the cycle named; a need that is done closes none."""
    first, second = team.first, team.second
    third = task(team, "Third", "--needs", second)
    team.ok("edit", second, "--set", f"needs+={first}")
    for setting in (f"needs+={third}", f"needs={third}"):
        refused = team.call("edit", first, "--set", setting)
        assert refused.code == 2
        assert refused.err == (
            f"error: {first[:6]} needs {third[:6]} needs {second[:6]} needs {first[:6]}:"
            " each would wait for another, so none could start\n"
            f"hint: if it is the other way round, first: agentmem edit {second[:6]} --set needs-={first[:6]}\n"
        )
    itself = team.call("edit", first, "--set", f"needs+={first}")
    assert itself.code == 2 and f"{first[:6]} cannot need itself" in itself.err
    assert not team.json("show", first)["memories"][0]["needs"]
    team.ok("edit", second, "--set", f"needs-={first}")
    team.ok("edit", first, "--set", f"needs+={third}")


def test_a_cycle_that_a_merge_has_closed(team):
    """Next and claim name it, for a task in it and for one that waits behind it."""
    first, second = team.first, team.second
    behind = task(team, "Behind", "--needs", first)
    team.ok("edit", first, "--set", f"needs+={second}")
    path = next((team.store / "tasks").glob(f"*{second}.md"))
    path.write_text(path.read_text().replace("\n---\n", f"\nneeds: [{first}]\n---\n", 1))
    shown = team.call("next")
    start, end = sorted((first, second))
    circle = f"{start[:6]} needs {end[:6]} needs {start[:6]}"
    assert shown.out == (f"nothing is free.\ncycle: {circle}: agentmem check --only task-cycle · 3 blocked\n")
    assert team.json("next")["cycles"] == [[start, end]]
    for one in (first, behind):
        lost = claim(team, one)
        assert lost.code == 4
        assert f"{one[:6]} is blocked: {circle}\nagentmem check --only task-cycle     " in lost.err


def test_each_of_several_cycles_is_named(store):
    """By next, up to three of them, with how many more there are."""
    for number in range(1, 6):
        store.remember(number, f"T{number}", kind="task", needs=f"[{support.identity(number)}]")
    told = store.ok("next")
    assert told.startswith("nothing is free.\ncycles: ") and told.count(" needs itself; ") == 3
    assert " needs itself; 2 more: agentmem check --only task-cycle · 5 blocked\n" in told
    for number in (3, 4, 5):
        next((store.store / "tasks").glob(f"m{number}-*")).unlink()
    circles = [f"{one[:6]} needs itself" for one in sorted(map(support.identity, (1, 2)))]
    assert f"cycles: {'; '.join(circles)}: agentmem check --only task-cycle · 2 blocked\n" in store.ok("next")


def test_claims_says_what_looks_dead(team):
    """The board has who, on what, how long, from where; what was not renewed for half its lease looks dead."""
    claim(team, team.first, "--role", "api", agent="a")
    shown = team.call("claims", env=as_agent("b", 600)).out.splitlines()
    assert shown == [
        "agentmem: 1 claim held (main).",
        f'- a (api) · {team.first[:6]} "POST /jobs" · api/** · 10m, 50m left · main',
    ]
    dead = f"looks dead, nothing for 33m: agentmem claim {team.first[:6]} --resume"
    assert f" · {dead}\n" in team.call("claims", env=as_agent("b", 2000)).out
    assert f"\n{dead}     free: " in claim(team, team.first, agent="b", at=2000).err


def test_a_claim_whose_worktree_is_gone(team):
    """Everything that shows the claim says so, in the same words: its holder by name, too, has to take it over."""
    side = worktree(team, "side")
    claim(side, team.first, agent="a")
    team.git("worktree", "remove", "--force", str(side.path))
    gone = f"its worktree is gone: agentmem claim {team.first[:6]} --resume"
    for words in ("claims", "brief"):
        assert gone in team.call(words, env=as_agent("a")).out
    assert f"\n{gone}     free: " in claim(team, team.first, agent="a").err
    assert claim(team, team.first, "--resume", agent="a").code == 0


def test_from_outside(team, tmp_path):
    """--worktree claims for another worktree: its agent holds it then."""
    side = worktree(team, "side")
    outside = tmp_path / "outside"
    outside.mkdir()
    words = ("claim", team.first, "--agent", "a", "--worktree", str(side.path))
    won = support.call(*words, cwd=outside)
    assert won.code == 0, won
    assert claim(side, team.first, agent="a").out.startswith("renewed ")
    assert claim(team, team.first, agent="a").code == 4


def test_a_task_that_is_none(team):
    """An id that names no task, or several, is a usage error that says where to look."""
    missing = claim(team, "zzzzzz")
    assert missing.code == 2 and "no task zzzzzz" in missing.err and "agentmem task list" in missing.err


def test_who_has_done_it_is_said(team):
    """Though nobody claims it any more: by whom, when and where its entry says that it was done."""
    side = worktree(team, "side")
    side.ok("done", team.first, "-m", "there", env=as_agent("b"))
    side.commit("there")
    team.git("update-ref", "-d", f"{teams.NAMESPACE}/{team.first}")
    said = f"error: {team.first[:6]} was done 2m ago by b on side (not merged yet)\n"
    assert claim(team, team.first, agent="a", at=120).err.startswith(said)
    team.git("merge", "-q", "side")
    said = f"error: {team.first[:6]} was done 2m ago by b\n"
    assert claim(team, team.first, agent="a", at=120).err.startswith(said)


def test_a_worktree_that_is_being_removed(team):
    """Its files may be gone in any order: whoever works elsewhere is not held up by it."""
    side = worktree(team, "side")
    side.ok("add", "fact", "Not committed there", "--scope", "api/**")
    (side.path / ".git").unlink()
    (team.path / "api.py").write_text("x = 1\n")
    for words in (
        ("next",),
        ("brief",),
        ("conflicts",),
        ("claims",),
        ("recall", "committed", "--all-branches"),
    ):
        assert team.call(*words).err == ""
    assert claim(team, team.first, agent="a").code == 0
    team.ok("done", "-m", "did it", env=as_agent("a"))
