"""Claims over a remote: clones in any order, clocks that are off, remotes that refuse, hang or lie."""

import itertools
import time

import pytest

from agentmem.git import remotes
from tests import support
from tests.actions import teams
from tests.actions.teams import as_agent, claim, holders, offered, refuse, shared_team, task

HOUR = 3600


@pytest.fixture
def team(store, tmp_path):
    """A function that makes clones of a store with two tasks, over a bare remote that shares claims."""

    def made(*names, **settings):
        store.first, store.second = task(store, "POST /jobs"), task(store, "GET /jobs", "--priority", "6")
        return shared_team(store, tmp_path, *names, **settings)

    return made


def test_a_claim_is_seen_in_every_clone(team):
    """Won here is lost there, with who has it; the words of both say that it is shared."""
    _, (one, two) = team("two")
    won = claim(one, one.first, agent="a")
    assert won.out == f'claimed {one.first[:6]} "POST /jobs" until 11:42Z (shared: origin)\n'
    lost = claim(two, one.first, agent="a")
    assert lost.code == 4 and "is claimed by a until 11:43Z" in lost.err
    assert claim(two, agent="a", at=60).out.startswith(f"claimed {one.second[:6]} ")
    one.ok("sync")
    assert offered(one) == offered(two) == set()


def test_a_task_that_is_done_in_a_clone_is_offered_in_no_other(team):
    """Not while its branch has not been pushed, nor when it has; but when that branch has gone unmerged."""
    _, (one, two) = team("two")
    one.git("switch", "-q", "-c", "side")
    claim(one, one.first, agent="a")
    one.ok("done", "-m", "did it", env=as_agent("a"))
    one.commit("did it")
    two.ok("sync")
    assert one.first not in offered(two)
    one.git("push", "-q", "origin", "side")
    two.git("fetch", "-q")
    assert one.first not in offered(two)
    one.git("push", "-q", "origin", ":side")
    two.git("fetch", "-q", "--prune")
    assert one.first in offered(two)


@pytest.mark.parametrize("skew", [-2 * HOUR, 2 * HOUR])
def test_a_killed_holder_elsewhere(team, skew):
    """Its lease ends TTL + 60 s after this clone saw it, by this clone's clock, whatever the holder's clock said."""
    _, (one, two) = team("two")
    claim(one, one.first, agent="killed", at=skew)
    two.ok("sync")
    assert claim(two, one.first, agent="b", at=HOUR + 59).code == 4
    assert holders(two, HOUR + 59)[one.first] == ("killed", "held")
    assert holders(two, HOUR + 60)[one.first] == ("killed", "expired")
    assert claim(two, one.first, agent="b", at=HOUR + 60).code == 0


@pytest.mark.parametrize("skew", [-2 * HOUR, 2 * HOUR])
def test_a_renewal_elsewhere_begins_the_wait_anew(team, skew):
    """Each object that the holder's renewals make is waited for from when it was seen first."""
    _, (one, two) = team("two")
    claim(one, one.first, agent="a", at=skew)
    two.ok("sync")
    assert one.call("list", env=as_agent("a", skew + 1800)).code == 0
    two.call("sync", env=teams.later(1800))
    assert claim(two, one.first, agent="b", at=1800 + HOUR + 59).code == 4
    assert claim(two, one.first, agent="b", at=1800 + HOUR + 60).code == 0


@pytest.mark.parametrize("order", list(itertools.permutations((0, 1, 2))))
def test_no_claim_is_lost_in_any_order(team, order):
    """Three clones claim the same task and one of their own while the remote is away: the first to sync has it, all agree."""
    bare, clones = team("two", "three")
    own = [task(one, f"Own {number}") for number, one in enumerate(clones)]
    bare.rename(bare.with_suffix(".away"))
    for number, one in enumerate(clones):
        assert "not shared yet: origin is away" in claim(one, clones[0].first, agent=f"a{number}").out
        assert claim(one, own[number], agent=f"a{number}").code == 0
    bare.with_suffix(".away").rename(bare)
    told = {}
    for number in (*order, *order):
        told.setdefault(number, clones[number].ok("sync", env=as_agent(f"a{number}")))
    winner = f"a{order[0]}"
    for number, one in enumerate(clones):
        seen = holders(one)
        assert seen[clones[0].first] == (winner, "held")
        assert {seen[task_id] for task_id in own} == {("a0", "held"), ("a1", "held"), ("a2", "held")}
        assert (f"{winner} holds" in told[number]) == (number != order[0])


@pytest.mark.parametrize("first", [0, 1])
def test_done_outweighs_held(team, first):
    """Two clones that could not see each other, one has done it: whoever syncs first, it is done."""
    bare, clones = team("two")
    bare.rename(bare.with_suffix(".away"))
    claim(clones[0], clones[0].first, agent="a")
    clones[0].ok("done", "-m", "did it", env=as_agent("a"))
    claim(clones[1], clones[0].first, agent="b")
    bare.with_suffix(".away").rename(bare)
    for number in (first, 1 - first, first):
        clones[number].ok("sync", env=as_agent("ab"[number]))
    for one in clones:
        assert holders(one)[clones[0].first] == ("a", "done")


@pytest.mark.parametrize("part", [".git", ".git/refs", ".git/objects"])
def test_where_nothing_can_be_written_the_remote_is_not_to_blame(team, part):
    """Sync says what cannot be written and fails as for any such disk; who only looks goes on, with a note."""
    _, (one, two) = team("two")
    claim(two, one.first, agent="b")
    with support.read_only(one.path / part):
        ran = one.call("sync", env=as_agent("a"))
        assert (ran.code, ran.out) == (3, "")
        assert ran.err.startswith(
            f"error: cannot sync with origin: {one.path / '.git'} cannot be written here: "
        )
        assert (
            f"\nhint: allow writes to {one.path / '.git'}/objects, " in ran.err and "is away" not in ran.err
        )
        looked = one.call("next", env=as_agent("a"))
        assert looked.code == 0 and "POST /jobs" in looked.out
        assert looked.err == (
            f"note: {one.path / '.git'} cannot be written here: what other clones hold is as it was last seen\n"
        )
    one.ok("sync", env=as_agent("a"))
    assert holders(one)[one.first] == ("b", "held")


def test_a_remote_that_lets_nobody_in_is_away(team):
    """Its words are those of a disk that refuses; it shows nothing either."""
    _, (one,) = team()
    one.git("remote", "set-url", "origin", "ssh://closed.invalid/x")
    closed = {
        **as_agent("a"),
        "GIT_SSH_COMMAND": "echo 'git@host: Permission denied (publickey).' >&2; false",
    }
    ran = one.call("sync", env=closed)
    assert (ran.code, ran.err) == (0, "") and ran.out.startswith("origin is away")


def test_what_was_not_shared_goes_with_a_later_command(team):
    """A claim that the remote did not hear of is pushed by the holder's next command, half a minute later."""
    bare, (one, two) = team("two")
    bare.rename(bare.with_suffix(".away"))
    assert "not shared yet: origin is away" in claim(one, one.first, agent="a").out
    assert "is away" in one.ok("sync", env=as_agent("a"))
    bare.with_suffix(".away").rename(bare)
    assert one.call("list", env=as_agent("a", 40)).code == 0
    two.ok("sync")
    assert holders(two)[one.first] == ("a", "held")


@pytest.mark.parametrize("words", [("claims",), ("next",), ("brief",), ()], ids=lambda words: str(*words))
def test_what_is_not_shared_yet_is_told_and_shared_at_once(team, words):
    """Who looks says of its own claim that the remote has not got it; the first look that finds the remote there shares it."""
    bare, (one, two) = team("two")
    bare.rename(bare.with_suffix(".away"))
    claim(one, one.first, agent="a")
    said = next(line for line in one.ok(*words, env=as_agent("a", 1)).splitlines() if one.first[:6] in line)
    assert "not shared yet" in said
    assert "not shared" not in one.ok("claims", env=as_agent("b", 1)), "of nobody else's"
    bare.with_suffix(".away").rename(bare)
    assert "not shared" not in one.ok(*words, env=as_agent("a", 2))
    assert one.first in one.git("ls-remote", "origin", f"{teams.NAMESPACE}/*")
    assert claim(two, one.first, agent="b", at=3).code == 4
    # a renewal that is on its way is no claim that nobody knows of
    bare.rename(bare.with_suffix(".away"))
    one.ok("list", env=as_agent("a", 1000))
    assert "not shared" not in one.ok(*words, env=as_agent("a", 1001))


def test_a_note_that_could_not_be_shared_goes_with_the_next_look(team):
    """What was handed on while the remote was away is there as soon as anybody of this worktree looks."""
    bare, (one, two) = team("two")
    claim(one, one.first, agent="a")
    bare.rename(bare.with_suffix(".away"))
    one.ok("handoff", "-m", "half of it", env=as_agent("a", 1))
    bare.with_suffix(".away").rename(bare)
    one.ok("next", env=as_agent("a", 2))
    assert "half of it" in claim(two, one.first, agent="b", at=3).out


def test_what_a_host_refuses_is_not_promised(team):
    """Where the remote takes no claims what is told of them says so, and not that they will be shared, or read."""
    bare, (one,) = team()
    refuse(bare, "refs/agentmem/*|refs/heads/agentmem/*")
    claim(one, one.first, agent="a")
    for words in (("claims",), ("next",), ("brief",), ()):
        said = one.ok(*words, env=as_agent("a", 1))
        assert "this clone only" in said and "not shared yet" not in said, words
    left = one.ok("handoff", "-m", "half of it", env=as_agent("a", 2))
    assert left.endswith(" claims it next (this clone only: origin refuses claims)\n")


def test_a_host_that_refuses_the_namespace(team):
    """Claims go to branches then, every claim says so, and the other clones see them."""
    bare, (one, two) = team("two")
    refuse(bare, "refs/agentmem/*")
    won = claim(one, one.first, agent="a")
    assert won.code == 0 and "(shared: origin, as branches agentmem/claims/*)" in won.out
    assert one.git("ls-remote", "origin", f"{teams.FALLBACK}/*").split()[1] == f"{teams.FALLBACK}/{one.first}"
    assert claim(two, one.first, agent="b").code == 4
    assert "as branches" in claim(two, one.second, agent="b").out
    assert claim(one, one.second, agent="a").code == 4


def test_a_host_that_refuses_all(team):
    """Claims are this clone's then, and every claim says so."""
    bare, (one,) = team()
    refuse(bare, "refs/agentmem/*|refs/heads/agentmem/*")
    for _ in range(2):
        assert "(this clone only: origin refuses claims)" in claim(one, one.first, agent="a").out
    said = one.ok("sync", env=as_agent("a"))
    assert "origin refuses refs of claims" in said and "claims stay in this clone" in said


def test_a_remote_that_hangs(team, monkeypatch):
    """It is waited for once, no longer than said, and the claim is won here."""
    _, (one,) = team()
    one.git("remote", "set-url", "origin", "ssh://hangs.invalid/x")
    monkeypatch.setattr(remotes, "WAIT", 0.4)
    begun = time.monotonic()
    won = one.call("claim", one.first, env={**as_agent("a"), "GIT_SSH_COMMAND": "sleep 30; true"})
    assert won.code == 0 and "(not shared yet: origin is away)" in won.out
    assert 0.4 <= time.monotonic() - begun < 10, "once, and not thrice or for 30 s"


@pytest.mark.parametrize("name", ["nothing", "up/stream", ""])
def test_a_remote_that_is_none(team, name):
    """A name that is no remote's is said to be none; an empty one asks for none."""
    _, (one,) = team()
    teams.config(one, f'remote = "{name}"')
    won = claim(one, one.first)
    assert won.code == 0
    assert (f"(this clone only: it has no remote {name})" in won.out) == bool(name)


@pytest.mark.parametrize(
    "name", ["--upload-pack=touch x", "../else", "https://evil.invalid/x", "ext::sh", "a..b", "a b", "/x"]
)
def test_a_remote_that_is_no_name(team, name):
    """The configuration comes from others: what is an option of git's, an address or a path is refused."""
    _, (one,) = team()
    teams.config(one, f'remote = "{name}"')
    refused = claim(one, one.first)
    assert refused.code == 2 and "claims.remote must be the name of a remote" in refused.err


def test_a_remote_that_takes_and_keeps_nothing(team):
    """Won means that the remote shows it: one that says yes and forgets is told as refusing."""
    bare, (one,) = team()
    hook = support.put(
        bare / "hooks" / "post-receive",
        "#!/bin/sh\nwhile read old new ref; do git update-ref -d $ref; done\n",
    )
    hook.chmod(0o755)
    assert "(this clone only: origin refuses claims)" in claim(one, one.first).out


def test_one_who_lost_over_the_remote_is_set_back(team, monkeypatch):
    """Who finds out at the push that another was faster has lost: exit code 4, and nothing of his claim stays."""
    from agentmem.actions import sharing
    from agentmem.actions.sharing import Shared

    _, (one, two) = team("two")
    claim(one, one.first, agent="a")
    monkeypatch.setattr(sharing, "look", lambda context: Shared("origin"))
    lost = claim(two, one.first, agent="b")
    assert lost.code == 4 and "is claimed by a " in lost.err
    assert holders(two) == {one.first: ("a", "held")}
    ref = f"{teams.NAMESPACE}/{one.first}"
    assert one.git("rev-parse", ref) == two.git("rev-parse", ref)


def test_no_remote(store):
    """Without one a claim says so, and sync tells how to set one."""
    first = task(store, "POST /jobs")
    assert "(this clone only; no remote)" in claim(store, first).out
    assert "[claims] remote" in store.ok("sync")


def test_a_remote_that_is_a_relative_path(team):
    """As git has it: from the top of the worktree, wherever the command is run."""
    bare, (one, two) = team("two")
    one.git("remote", "set-url", "origin", f"../{bare.name}")
    (one.path / "deep").mkdir()
    assert (
        "(shared: origin)"
        in one.call("claim", one.first, "-C", str(one.path / "deep"), env=as_agent("a")).out
    )
    assert claim(two, one.first, agent="b").code == 4


def test_a_need_that_is_met_on_the_fetched_trunk_alone(team):
    """It waits for the merge of trunk; the task itself is done, and not offered."""
    _, (one, two) = team("two")
    third = task(one, "Page of jobs", "--needs", one.first)
    one.commit("third")
    one.git("push", "-q", "origin", "main")
    two.git("fetch", "-q")
    one.ok("done", one.first, "-m", "did it", "--commit")
    one.git("push", "-q", "origin", "main")
    two.git("fetch", "-q")
    assert offered(two) == {one.second}
    assert f"{third[:6]}" in two.ok("next") and "for merge of origin/main" in two.ok("next")
    won = claim(two, third, agent="b")
    assert won.code == 0
    assert (
        f"waits for {one.first[:6]}, done on origin/main, NOT merged here: git merge origin/main" in won.out
    )
    two.git("merge", "-q", "origin/main")
    two.ok("handoff", third, "-m", "later", env=as_agent("b"))
    assert offered(two) == {one.second, third}


def test_a_handoff_of_what_was_taken_over_elsewhere(team):
    """The remote is asked first: refused as within one clone, whether the task is named or not; nothing is written."""
    _, (one, two) = team("two")
    claim(two, one.first, agent="b")
    claim(one, one.first, "--resume", agent="a")
    refused = two.call("handoff", one.first, "-m", "half of it", env=as_agent("b"))
    assert refused.code == 4
    assert refused.err == (
        f"error: {one.first[:6]} is held by a, not by you\n"
        f"take it over, on the record: agentmem claim {one.first[:6]} --resume\n"
    )
    assert holders(two)[one.first] == ("a", "held")


@pytest.mark.parametrize("first", [0, 1])
def test_a_handoff_of_what_was_taken_over_meanwhile(team, first):
    """Two clones that could not see each other: who took it over holds it, and has the note; who left it is told."""
    bare, clones = team("two")
    one, two = clones
    claim(two, one.first, agent="b")
    one.ok("sync", env=as_agent("a"))
    bare.rename(bare.with_suffix(".away"))
    claim(one, one.first, "--resume", agent="a")
    left = two.call("handoff", one.first, "-m", "half of it", env=as_agent("b", 60))
    assert left.code == 0 and left.out.endswith(" claims it next (not shared yet: origin is away)\n")
    bare.with_suffix(".away").rename(bare)
    told = [clones[n].ok("sync", env=as_agent("ab"[n], 61)) for n in (first, 1 - first, first)]
    said = f"a holds {one.first[:6]}, which you handed on here: your note stays with that claim\n"
    assert (said in "".join(told)) == (first == 0), "else it was handed on before a was heard of"
    one.ok("list", env=as_agent("a", 1800))  # renews
    for project in clones:
        project.ok("sync", env=teams.later(1801))
        (seen,) = project.call("claims", "--json", env=teams.later(1801)).json["claims"]
        assert (seen["agent"], seen["state"], seen["handoff"]["text"]) == ("a", "held", "half of it")


def test_a_handoff_whose_push_comes_too_late(team, monkeypatch):
    """Taken over between the look and the push: that is an error, and the note is kept all the same."""
    from agentmem.actions import sharing
    from agentmem.actions.sharing import Shared

    _, (one, two) = team("two")
    claim(two, one.first, agent="b")
    claim(one, one.first, "--resume", agent="a")
    monkeypatch.setattr(sharing, "look", lambda context: Shared("origin"))
    late = two.call("handoff", one.first, "-m", "half of it", env=as_agent("b", 60))
    assert late.code == 4 and "was taken over by a meanwhile; your note stays with the claim" in late.err
    one.ok("sync")
    (seen,) = one.json("claims")["claims"]
    assert (seen["agent"], seen["handoff"]["by"]) == ("a", "b")


def test_done_of_what_another_holds_elsewhere(team):
    """The remote is asked first: refused as within one clone, and no second entry closes the task."""
    bare, (one, two) = team("two")
    claim(two, one.first, agent="b")
    refused = one.call("done", one.first, "-m", "not mine", env=as_agent("a"))
    assert refused.code == 4 and refused.err.startswith(f"error: {one.first[:6]} is held by b, not by you\n")
    assert not one.json("list", "--kind", "log")["memories"]
    bare.rename(bare.with_suffix(".away"))
    unshared = two.call("done", one.first, "-m", "mine", env=as_agent("b"))
    assert (
        unshared.code == 0
        and "; no hook takes it along: git add .agentmem (not shared yet: origin is away)\n" in (unshared.out)
    )


@pytest.mark.parametrize(
    "words", [("next",), ("claims",), ("task", "list"), ("plan", "show"), ("brief",), ()]
)
def test_every_view_of_the_claims_asks_the_remote(team, words):
    """No sync is needed for a right answer; where the remote is away, that is said."""
    bare, (one, two) = team("two")
    assert claim(one, one.second, agent="a").code == 0
    assert claim(two, one.second, "--resume", agent="b").code == 0
    assert claim(two, one.first, agent="b").code == 0
    ran = one.call(*words, env=as_agent("a", 30))
    assert ran.code == 0 and ran.err.count("\n") == 1 and f"b holds {one.second[:6]}, which you" in ran.err
    if words == ("next",):
        assert ran.out == "nothing is free.\n2 claimed\n"
    elif words:
        assert ran.out.count("b until 11:43Z") == 2 or ran.out.count("- b · ") == 2, ran
    else:
        assert one.second[:6] not in ran.out
    bare.rename(bare.with_suffix(".away"))
    away = one.call(*words, env=as_agent("a", 30)).err
    assert away == "note: origin is away: what other clones hold is as it was last seen\n"


def test_what_was_lost_is_said_once(team):
    """By the first command that looks, whichever it is."""
    _, (one, two) = team("two")
    claim(one, one.first, agent="a")
    claim(two, one.first, "--resume", agent="b")
    lost = f"note: b holds {one.first[:6]}, which you had claimed here: agentmem claim takes another\n"
    assert one.call("next", env=as_agent("a", 30)).err == lost
    assert one.call("next", env=as_agent("a", 30)).err == ""


def test_done_elsewhere_until_its_entry_is_taken_back(team):
    """Not pushed yet it is done in every verb; pushed and reverted it is open again, also for who never saw it done."""
    _, (one, two, three) = team("two", "three")
    two.ok("done", one.first, "-m", "did it", "--commit", env=as_agent("b"))
    assert one.first not in offered(one)
    assert f'{one.first[:6]} P5 "POST /jobs" · done on main, NOT merged here' in one.ok("task", "list")
    assert "was done just now by b on main (not merged yet)" in claim(one, one.first, agent="a").err
    assert "was done on main already" in one.call("done", one.first, "-m", "x", env=as_agent("a")).err
    two.git("revert", "--no-edit", "HEAD")
    two.git("push", "-q", "origin", "main")
    for project in (one, three):
        project.git("fetch", "-q")
        assert one.first in offered(project)
        assert f'{one.first[:6]} P5 "POST /jobs" · free' in project.ok("task", "list")
    assert claim(three, one.first, agent="c").code == 0
