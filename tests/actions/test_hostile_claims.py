"""Refs and files that nobody of ours wrote: no crash, nothing raw on a terminal, and a claim can still be had."""

import json
import shutil

import pytest

from agentmem.model import leases
from tests import support
from tests.actions import teams
from tests.actions.teams import as_agent, claim, holders, offered, task

GOOD = {
    "schema": "claim 1", "agent": "x", "clone": "c" * 16, "worktree": ".", "nonce": "n", "opened": 1, "renewed": 1,
    "ttl": 3600, "state": "held",
}  # fmt: skip


@pytest.fixture
def team(store):
    """A store with one task."""
    store.first = task(store, "POST /jobs")
    store.commit("task")
    return store


def record(team, **changes):
    made = {**GOOD, "task": team.first, **changes}
    return json.dumps({key: value for key, value in made.items() if value is not ...}).encode()


UNREADABLE = {
    "one MB": b'{"task": "' + b"x" * 1_000_000 + b'"}',
    "nesting": b"[" * 50_000,
    "no JSON": b"\xff\xfe",
    "a list": b"[]",
    "nothing": b"",
    "a number": b"7",
}
WRONG = [
    {"agent": 7}, {"agent": ""}, {"agent": ...}, {"clone": None}, {"renewed": "now"}, {"renewed": True}, {"renewed": -1},
    {"renewed": 10**30}, {"ttl": []}, {"state": "mine"}, {"state": []}, {"task": "0" * 12}, {"handoff": {"text": 7}},
    {"opened": 1.5}, {"nonce": {}},
]  # fmt: skip


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_claim_is_passed_over(team, data):
    """A commit without a claim in it holds nothing: the task is offered, and a claim takes the ref's place."""
    teams.put_ref(team, team.first, data)
    assert holders(team) == {} and team.first in offered(team)
    assert claim(team, team.first).code == 0
    assert holders(team)[team.first] == ("tester", "held")


@pytest.mark.parametrize("changes", WRONG, ids=str)
def test_values_of_wrong_types(team, changes):
    """A record with a value that no claim has is no claim."""
    teams.put_ref(team, team.first, record(team, **changes))
    assert holders(team) == {}
    assert leases.read(record(team, **changes), team.first) is None
    assert leases.read(record(team), team.first) is not None


@pytest.mark.parametrize("what", ["blob", "tree", "tag", "other file", "a folder"])
def test_refs_to_other_objects(team, what):
    """A ref to a blob, a tree, a tag, a commit of something else holds nothing, and can be claimed."""
    if what == "blob":
        target = team.git("hash-object", "-w", "--stdin", input=record(team)).strip()
    elif what == "tree":
        target = team.git("rev-parse", "HEAD^{tree}").strip()
    elif what == "tag":
        teams.put_ref(team, team.first, record(team))
        team.git("tag", "-a", "-m", "x", "sly", f"{teams.NAMESPACE}/{team.first}")
        target = team.git("rev-parse", "sly").strip()
    elif what == "other file":
        target = teams.put_ref(team, team.first, record(team), "other.json")
    else:
        tree = team.git("rev-parse", "HEAD^{tree}").strip()
        folder = team.git("mktree", input=f"040000 tree {tree}\tclaim.json\n".encode()).strip()
        target = team.git("commit-tree", "-m", "x", folder).strip()
    team.git("update-ref", f"{teams.NAMESPACE}/{team.first}", target)
    assert holders(team) == {} and team.first in offered(team)
    assert claim(team, team.first).code == 0


def test_text_that_would_move_a_terminal(team):
    """Names, branches, scopes and notes of others are shown without their control characters, everywhere."""
    sly = "\x1b[2Jroot\x07\u202e\r\n"
    data = record(
        team, agent=sly, role=sly, branch=sly, scope=[sly], taken_from=sly, ttl=10**9, exclusive=True,
        handoff={"text": sly, "by": sly, "at": 5},
    )  # fmt: skip
    teams.put_ref(team, team.first, data)
    other = task(team, "Other", "--scope", "root")
    said = [
        team.call("claims"),
        claim(team, team.first),
        claim(team, other, "--scope", "**"),
        team.call("task", "list"),
    ]
    said += [team.call("plan", "show"), claim(team, team.first, "--resume", "--scope", "a")]
    assert "root" in said[0].out and "root" in said[1].err
    for ran in said:
        assert ran.code in (0, 4), ran
        for char in "\x1b\x07\u202e\r":
            assert char not in ran.out + ran.err


def test_an_agent_with_such_a_name(team):
    """Nor does one's own name reach a terminal raw, or break git's commit."""
    for name in ("\x1b[2Jme", "...", "<>", "a\nb", "größe 队列", "x" * 500):
        assert claim(team, team.first, "--resume", agent=name).code == 0, name
        lost = claim(team, team.first, agent="other")
        assert lost.code == 4 and "\x1b" not in lost.err and len(lost.err.splitlines()) == 2
        assert claim(team, team.first, agent=name).code == 0, name


def test_names_that_are_no_id(team):
    """Refs below ours whose names are no ids are passed over, deep ones and ones that get in the way too."""
    for name in ("x", "zz/deep/er", "UPPERCASE0000", "0" * 12 + "/x"):
        teams.put_ref(team, name, json.dumps({**GOOD, "task": name}).encode())
    assert holders(team) == {}
    assert claim(team, team.first).code == 0
    teams.put_ref(team, "y" * 12, json.dumps({**GOOD, "task": "y" * 12}).encode())
    assert team.call("claims", "--all").code == 0, "a claim on a task that is not here is told, by its id"


def test_a_lease_from_elsewhere_never_lasts_for_ever(team):
    """A length of a thousand years is taken for a week."""
    teams.put_ref(team, team.first, record(team, ttl=10**9, renewed=4_000_000_000))
    week = 7 * 24 * 3600 + 60
    assert holders(team)[team.first] == ("x", "held")
    assert holders(team, week - 1)[team.first] == ("x", "held")
    assert holders(team, week)[team.first] == ("x", "expired")


@pytest.mark.parametrize("name", ["agentmem-clone-id", "agentmem/clone-id"])
@pytest.mark.parametrize("data", [b"", b"\xff\xff", b"short\n", b"x" * 10_000_000, None])
def test_a_corrupt_clone_id(team, data, name):
    """A clone's id that cannot be read is replaced by one that stays the same, so that its own claims are its own."""
    path = team.path / ".git" / name
    assert claim(team, team.first).code == 0
    if data is None:
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes(data)
    second = task(team, "Other")
    assert claim(team, second).code == 0
    assert claim(team, second).out.startswith("renewed ")


def test_corrupt_sightings(team):
    """What this clone noted of when it saw what may be nonsense: then it was now."""
    teams.put_ref(team, team.first, record(team))
    folder = team.path / ".git" / "agentmem" / "seen"
    for data in (b"[]", b"{}", b'["x"]', b'["x", true]', b"\xff", b"[" * 90_000, b"7"):
        support.put(folder / team.first, data)
        assert holders(team)[team.first] == ("x", "held")
    shutil.rmtree(folder)
    folder.write_bytes(b"in the way")
    assert holders(team)[team.first] == ("x", "held")


def test_a_read_only_git_dir(team):
    """Only the claim fails, with both ways out; from outside it works."""
    held = task(team, "Held")
    assert claim(team, held).code == 0
    with support.read_only(team.path / ".git"):
        git_dir = team.path / ".git"
        refused = claim(team, team.first, agent="api-agent")
        assert (refused.code, refused.out) == (3, "")
        assert refused.err == (
            f"error: cannot claim: {git_dir} is read-only here (sandbox?)\n"
            f"hint: allow writes to {git_dir}/objects, {git_dir}/refs/agentmem and {git_dir}/agentmem, or claim from outside:"
            f" agentmem claim {team.first[:6]} --agent api-agent --worktree {team.path}\n"
        )
        for words in (
            ["next"],
            ["claims"],
            ["task", "list"],
            ["plan", "show"],
            ["recall", "jobs"],
            ["add", "fact", "A b c"],
        ):
            assert team.call(*words, env=teams.later(2000)).code == 0, words
        assert holders(team)[held] == ("tester", "held")
    assert claim(team, team.first, agent="api-agent").code == 0


def test_a_full_disk(team):
    """Where git can write no object the claim is refused with what git says, and nothing is half done."""
    objects = team.path / ".git" / "objects"
    small = team.path.parent / "small"
    small.mkdir()
    with support.mounted("-t", "tmpfs", "-o", "size=64k", "tmpfs", at=small):
        filler = small / "filler"
        try:
            filler.write_bytes(b"x" * 10_000_000)
        except OSError:
            pass
        alternates = {"GIT_OBJECT_DIRECTORY": str(small), "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(objects)}
        refused = team.call("claim", team.first, env=alternates)
        assert refused.code == 3 and "(the disk is full)" in refused.err, refused
        assert "read-only" not in refused.err and "free some space" in refused.err
    assert holders(team) == {}


LOST = "is lost (a crash?): who is on it is not known"


@pytest.mark.parametrize("left", [b"", b"\0" * 41, b"3f2a9c1"])
def test_a_ref_that_a_crash_has_left_half_written(team, left):
    """Somebody may hold it: the task is not offered, and taken by who says so alone; what was in the ref is set aside."""
    path = team.path / ".git" / teams.NAMESPACE / team.first
    support.put(path, left)
    _is_told(team)
    assert claim(team, team.first, "--resume", agent="a").code == 0
    (kept,) = (team.path / ".git" / "agentmem" / "broken-refs").iterdir()
    assert kept.read_bytes() == left
    assert holders(team)[team.first] == ("a", "held")


@pytest.mark.parametrize("left", [None, b""])
@pytest.mark.parametrize("lost", ["", "^{tree}", ":claim.json"])
def test_a_claim_of_which_an_object_is_lost(team, lost, left):
    """The same; and the claims that are read with it are told as ever."""
    other = task(team, "Another")
    for one, name in ((team.first, "a"), (other, "b")):
        assert claim(team, one, agent=name).code == 0
    support.lose(team, f"{teams.NAMESPACE}/{team.first}{lost}", left)
    _is_told(team)
    assert holders(team) == {other: ("b", "held")}
    assert claim(team, team.first, "--resume", agent="c").code == 0
    assert holders(team) == {other: ("b", "held"), team.first: ("c", "held")}
    assert LOST not in team.call("claims").err


def _is_told(team):
    note = f"note: the claim on {team.first[:6]} {LOST}: agentmem doctor"
    assert team.call("claims").err.splitlines().count(note) == 1
    assert team.first not in offered(team)
    refused = claim(team, team.first, agent="late")
    assert (refused.code, refused.err.splitlines()[0]) == (4, f"error: the claim on {team.first[:6]} {LOST}")
    assert f"agentmem claim {team.first[:6]} --resume" in refused.err
    found = [one for one in team.call("doctor", "--json").json["findings"] if one["check"] == "refs"]
    assert [(one["severity"], one["fix"]) for one in found] == [
        ("error", f"agentmem claim {team.first} --resume")
    ]


def test_handoff_after_done(team):
    """What is done stays done."""
    claim(team, team.first, agent="a")
    team.ok("done", team.first, "-m", "did it", env=as_agent("a"))
    again = team.call("handoff", team.first, "-m", "oops", env=as_agent("a"))
    assert again.code == 4 and "is done already" in again.err
    assert holders(team)[team.first] == ("a", "done")


def test_done_that_was_killed_before_it_closed_the_claim(team):
    """The entry counts: nothing says that the task is still to be finished, and to say done again closes the claim."""
    claim(team, team.first, agent="a")
    before = team.git("rev-parse", f"{teams.NAMESPACE}/{team.first}").strip()
    team.ok("done", team.first, "-m", "did it", env=as_agent("a"))
    team.git("update-ref", f"{teams.NAMESPACE}/{team.first}", before)
    assert "finish" not in team.ok("brief", env=as_agent("a"))
    assert not any(line.startswith("claim ") for line in team.ok(env=as_agent("a")).splitlines())
    assert team.call("done", team.first, "-m", "did it", env=as_agent("a")).code == 4
    assert holders(team)[team.first] == ("a", "done")


def test_who_was_named_to_the_brief(team):
    """The name counts for the brief itself, whatever the environment says."""
    assert "# Brief: other" in team.ok("brief", "--as", "other", env=as_agent("a"))


def test_a_remote_that_is_none(team):
    """A name that no remote has is said to be one, and not to be away."""
    teams.config(team, 'remote = "nope"')
    assert "it has no remote nope" in claim(team, team.first, agent="a").out
    assert team.ok("sync") == "this clone has no remote nope: git remote add nope URL\n"


@pytest.mark.parametrize("scope", ["", " ", "/etc/**", "../x/**", "a/../../b"])
def test_a_scope_outside(team, scope):
    """Globs are of paths below the top."""
    assert team.call("claim", team.first, "--scope", scope).code == 2


def test_what_must_not_be_shared(team):
    """A claim is a commit, and is pushed: of its scope and the note on it what looks like a secret is refused, as elsewhere."""
    text, said = "AKIA" + "Q3EGRZX7PLM2KTWD", "secret"
    refused = team.call("claim", team.first, "--scope", f"{text}/**", env=as_agent("a"))
    assert refused.code == 1 and said in refused.err and "of the scope" in refused.err
    assert team.call("claims", "--json").json["claims"] == []
    claim(team, team.first, agent="a")
    refused = team.call("handoff", team.first, "-m", f"half done\nkey {text}", env=as_agent("a"))
    assert (
        refused.code == 1 and said in refused.err and "of the note" in refused.err and text not in refused.err
    )
    assert holders(team)[team.first] == ("a", "held")
    assert team.git("for-each-ref", "--format=%(contents:subject)", teams.NAMESPACE).split() == [
        "claim",
        team.first,
    ]
