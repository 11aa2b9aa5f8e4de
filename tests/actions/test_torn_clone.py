"""A clone that lacks objects, torn or partial without its remote: what cannot be read is told, and is not nothing."""

import pytest

from agentmem.git import branches, overlaps
from agentmem.git.repository import Probe
from tests import support
from tests.support import Project, lose

FSCK = (
    "git fsck --connectivity-only     (names what is lost; git fetch --refetch brings back what a remote has)"
)


@pytest.fixture
def known(store):
    """A store with one memory, committed."""
    store.remember(1, "Edge drains before a reload")
    store.commit("memory of the edge")
    return store


# -- HEAD's own


@pytest.mark.parametrize("left", [None, b""])
@pytest.mark.parametrize("lost", ["HEAD:.agentmem", "HEAD:.agentmem/facts"])
@pytest.mark.parametrize(
    "words", [["list"], ["recall", "edge drains"], ["next"], ["add", "fact", "A new one"]]
)
def test_tree_of_head(known, words, lost, left):
    """Where git has not got what HEAD holds, a view is no empty one: memories were called unknown with their files on disk."""
    lose(known, lost, left)
    ran = known.call(*words, "--json")
    assert (ran.code, ran.json["code"], ran.json["hint"]) == (3, "git", FSCK)
    head = known.git("rev-parse", "HEAD").strip()
    assert ran.json["message"].startswith(f"git cannot read .agentmem in {head[:12]}: ")
    assert len(list((known.store / "facts").iterdir())) == 1


def test_no_store_in_a_commit(known):
    """A commit before the store has none: that is read as no memories, and no failure."""
    first = known.git("commit-tree", "-m", "empty", known.git("mktree", input=b"").strip()).strip()
    assert known.json("list", "--at", first)["memories"] == []


# -- another branch's

EDGE = f'{support.identity(1)[:6]} fact 11d "Edge drains before a reload"'
LEFT_OUT = (
    "{} is left out: this clone has not got all of it"
    " (objects lost, or a partial clone without its remote: git fsck --connectivity-only)"
)


@pytest.fixture
def both(known):
    """The same with three branches, ``f``, ``g`` and ``h``, that have a memory and a file of code each."""
    support.put(known.path / "code.py", "one\n")
    known.commit("code")
    for number, name in enumerate("fgh", 2):
        known.git("switch", "-q", "-c", name, "main")
        known.remember(number, f"Branch {name} knows the sinkhole")
        support.put(known.path / "code.py", f"{name}\n")
        known.commit(name)
    known.git("switch", "-q", "main")
    support.put(known.path / "code.py", "two\n")
    known.commit("more")
    return known


@pytest.mark.parametrize("lost", ["f", "f^{tree}", "f:.agentmem", "f:.agentmem/facts"])
def test_branch_that_is_not_all_here(both, lost):
    """It is left out with a note, once, and the other branches are told as ever; what names it alone is an error."""
    lose(both, lost)
    ran = both.call("list", "--all-branches", "--json")
    assert {one["branch"] for one in ran.json["memories"]} == {None, "g", "h"}
    assert ran.err.splitlines() == [f"note: {LEFT_OUT.format('f')}"]
    ran = both.call("conflicts", "--json")
    assert [one["branches"] for one in ran.json["conflicts"]] == [["g", "h"]]
    assert ran.err.splitlines() == [f"note: {LEFT_OUT.format('f')}"]
    for words in (["list", "--branch", "f"], ["diff", "main..f"], ["overlay", "adopt", "f"]):
        ran = both.call(*words, "--json")
        assert (ran.code, ran.json["code"], ran.json["hint"]) == (3, "git", FSCK), words


def test_branch_without_a_store(both):
    """Where all is here and there is no store, nothing is missing."""
    both.git(
        "branch",
        "pages",
        both.git("commit-tree", "-m", "none", both.git("mktree", input=b"").strip()).strip(),
    )
    ran = both.call("list", "--all-branches")
    assert (ran.code, ran.err) == (0, "")


def test_many_branches_are_not_named_all(both):
    """One line is enough for them."""
    oid = both.git("rev-parse", "f").strip()
    for number in range(4):
        both.git(
            "branch", f"x{number}", both.git("commit-tree", "-m", f"x{number}", "-p", oid, "f^{tree}").strip()
        )
    lose(both, "f:.agentmem")
    ran = both.call("list", "--all-branches")
    assert ran.err.startswith("note: f, x0, x1 and 2 more are left out: ")


@pytest.mark.parametrize("filter", ["blob:none", "tree:0"])
def test_partial_clone_without_its_remote(both, tmp_path, filter):
    """What it never fetched is no difference, no bug, and nothing to adopt that is not there."""
    both.git("config", "uploadpack.allowFilter", "true")
    there = tmp_path / "partial"
    support.git(tmp_path, "clone", "-q", f"--filter={filter}", f"file://{both.path}", str(there))
    both.path.rename(tmp_path / "gone")
    clone = Project(there)
    assert clone.call("overlay", "adopt", "origin/f").code == 3
    told = clone.call("list", "--all-branches")
    assert (told.code, told.out.splitlines()[1:]) == (0, [EDGE])
    if filter == "tree:0":
        assert LEFT_OUT.format("origin/f, origin/g, origin/h").replace(" is ", " are ") in told.err
        assert clone.call("conflicts").code == 0
        assert clone.call("diff", "main..origin/f").code == 3
    else:
        assert "3 files of other branches could not be read from git" in told.err


def test_only_what_is_lost_is_not_compared(both):
    """Git ends at the first pair of trees that it cannot read: the others are compared all the same."""
    main, f, g = (both.git("rev-parse", name).strip() for name in ("main~1", "f", "g"))
    trees = [both.git("rev-parse", f"{commit}^{{tree}}").strip() for commit in (main, f, g)]
    lose(both, "f^{tree}")
    probe = Probe(str(both.path), ".agentmem", None)
    repository = probe.repository()
    probe.close()
    pairs = [(trees[0], trees[1]), (trees[0], trees[2])]
    found = branches.differing(repository, pairs)
    assert {pair: [one.path for one in all] for pair, all in found.items()} == {
        pairs[1]: [".agentmem/facts/m3-" + support.identity(3) + ".md", "code.py"]
    }
    changed = overlaps.changed(repository, [overlaps.Line(f, main), overlaps.Line(g, main)])
    assert list(changed) == [g]
    assert "code.py" in changed[g]
