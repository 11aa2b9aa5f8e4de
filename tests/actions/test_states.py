"""What agents keep for themselves on refs of their own: it goes to every clone, in any order, and nothing of it is lost."""

import itertools

import pytest

from agentmem.actions import states
from agentmem.git.repository import Probe
from tests.actions import teams
from tests.actions.teams import claim, refuse, shared_team, task

NOTES = "refs/agentmem/state"


def keep(project, agent: str, files: dict[str, bytes], after: bool = True) -> str:
    """Give an agent's ref these files besides those it has, as whoever keeps something there does."""
    ref = states.ref_of(agent)
    had = project.git("rev-parse", "-q", "--verify", ref, check=False).strip()
    entries = project.git("ls-tree", "-r", "-z", ref).split("\0") if had and after else []
    rows = {line.partition("\t")[2]: line for line in entries if line}
    for path, data in files.items():
        blob = project.git("hash-object", "-w", "--stdin", input=data).strip()
        rows[path] = f"100644 blob {blob}\t{path}"
    tree = project.git("mktree", "-z", input="".join(f"{row}\0" for row in rows.values()).encode()).strip()
    commit = project.git("commit-tree", "-m", "notes", *(("-p", had) if had and after else ()), tree).strip()
    project.git("update-ref", ref, commit)
    return commit


def kept(project, agent: str) -> dict[str, str]:
    """The files on an agent's ref, as this clone has it."""
    ref = states.ref_of(agent)
    paths = project.git("ls-tree", "-r", "-z", "--name-only", ref).split("\0")
    return {path: project.git("cat-file", "blob", f"{ref}:{path}") for path in paths if path}


@pytest.fixture
def team(store, tmp_path):
    """A bare remote with two clones."""
    store.first = task(store, "POST /jobs")
    return shared_team(store, tmp_path, "two")


def test_it_goes_to_every_clone(team):
    """And a second time there is nothing to do."""
    _, (one, two) = team
    commit = keep(one, "api agent/Ä", {"served": b"a\n"})
    assert one.ok("sync") == "origin: 0 claims given, 0 taken; use noted by 1 agent given, by 0 taken\n"
    assert two.ok("sync") == "origin: 0 claims given, 0 taken; use noted by 0 agents given, by 1 taken\n"
    assert kept(two, "api agent/Ä") == {"served": "a\n"}
    assert two.git("rev-parse", states.ref_of("api agent/Ä")).strip() == commit
    assert [one.ok("sync"), two.ok("sync")] == ["origin: 0 claims given, 0 taken\n"] * 2


@pytest.mark.parametrize("order", list(itertools.product("ot", repeat=4)))
def test_two_clones_converge_in_any_order(team, order):
    """One agent noted in both: every line of both is in both, once, after each has synced once more."""
    _, (one, two) = team
    keep(one, "api", {"served": b"start\n"})
    one.ok("sync")
    two.ok("sync")
    keep(one, "api", {"served": b"start\nfrom one\n", "mine": b"1\n"})
    keep(two, "api", {"served": b"start\nfrom two\n", "yours": b"2\n"})
    for which in order:
        (one if which == "o" else two).ok("sync")
    for clone in (one, two, one):
        clone.ok("sync")
    assert kept(one, "api") == kept(two, "api")
    assert {name: set(text.splitlines()) for name, text in kept(one, "api").items()} == {
        "served": {"start", "from one", "from two"},
        "mine": {"1"},
        "yours": {"2"},
    }
    ref = states.ref_of("api")
    assert one.git("rev-parse", ref) == two.git("rev-parse", ref)


def test_two_that_join_at_once_make_the_same(team):
    """Histories with no common start, joined in both clones before either is pushed: one commit."""
    _, (one, two) = team
    keep(one, "api", {"served": b"from one\n"})
    keep(two, "api", {"served": b"from two\n"})
    ref = states.ref_of("api")
    one.git("fetch", "-q", str(two.path), f"{ref}:refs/agentmem/remotes/x/state/api")
    two.git("fetch", "-q", str(one.path), f"{ref}:refs/agentmem/remotes/x/state/api")
    for clone in (one, two):
        assert (
            states.settle(Probe(str(clone.path), ".", None).repository(), ["refs/agentmem/remotes/x/state"])
            == 1
        )
    assert one.git("rev-parse", ref) == two.git("rev-parse", ref)


def test_a_claim_takes_it_along(team):
    """No command of its own is needed."""
    _, (one, two) = team
    keep(one, "api", {"served": b"a\n"})
    assert claim(one, one.first, agent="a").code == 0
    two.ok("brief", env=teams.as_agent("b"))
    assert kept(two, "api") == {"served": "a\n"}


def test_a_host_that_refuses_the_namespace(team):
    """It goes as a branch, beside the claims."""
    bare, (one, two) = team
    refuse(bare, "refs/agentmem/*")
    keep(one, "api", {"served": b"a\n"})
    claim(one, one.first, agent="a")
    two.ok("sync")
    assert kept(two, "api") == {"served": "a\n"}
    assert "refs/heads/agentmem/state/api" in one.git("ls-remote", "origin")


def test_what_others_put_there_is_not_trusted(team):
    """A tag, a blob, a tree with links: passed over, said nowhere, and the claims still go."""
    _, (one, two) = team
    keep(two, "api", {"served": b"b\n"})
    blob = one.git("hash-object", "-w", "--stdin", input=b"x").strip()
    one.git("push", "-q", "origin", f"{blob}:{NOTES}/blob")
    link = one.git("mktree", input=f"120000 blob {blob}\tserved\n".encode()).strip()
    commit = one.git("commit-tree", "-m", "x", link).strip()
    one.git("push", "-q", "origin", f"{commit}:{NOTES}/api")
    claim(two, one.first, agent="a")
    assert kept(two, "api") == {"served": "b\n"}
    assert two.call("sync").code == 0
    assert one.ok("sync").startswith("origin: 0 claims given, 1 taken")


@pytest.mark.parametrize(
    "name", ["api", "a b", "a..b", "x.lock", "-", ".", "Ä/ö", "a~b^c:d?e*f[g\\", "@{", "\udcff", "A"]
)
def test_every_agent_has_a_ref(store, name):
    """Whatever it is called, and no two have the same."""
    ref = states.ref_of(name)
    store.git("check-ref-format", ref)
    assert ref == states.ref_of(name) and ref != states.ref_of(name + "x")
    assert states.ref_of("a") != states.ref_of("A")
