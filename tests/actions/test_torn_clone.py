"""A clone that lacks objects, torn or partial without its remote: what cannot be read is told, and is not nothing."""

import pytest

from tests.support import lose

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
