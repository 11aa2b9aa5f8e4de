"""Refs by compare-and-swap: one winner, readable contents, locks that are waited for."""

import threading

import pytest

from agentmem.actions.context import Context
from agentmem.errors import Contended
from agentmem.git import refs

NAME = "refs/agentmem/claims"


@pytest.fixture
def repository(store):
    """A repository of our own kind."""
    return Context(str(store.path)).repository


def made(repository, data, *parents):
    return refs.commit_of(repository, "f", data, parents, "me", 0, "m")


def test_what_is_written_is_read(repository):
    """One ref or all of a folder, by name."""
    one, two = made(repository, b"one"), made(repository, b"two\n\0")
    assert refs.read_one(repository, f"{NAME}/a", "f") is None and refs.read_all(repository, NAME, "f") == {}
    assert refs.swap(repository, f"{NAME}/a", one, None) and refs.swap(repository, f"{NAME}/b/c", two, None)
    assert refs.read_all(repository, NAME, "f") == {
        "a": refs.Held(one, b"one"),
        "b/c": refs.Held(two, b"two\n\0"),
    }
    assert refs.read_one(repository, f"{NAME}/a", "f") == refs.Held(one, b"one")
    assert refs.read_one(repository, f"{NAME}/b", "f") is None, "a folder is no ref"
    assert refs.read_one(repository, f"{NAME}/a", "other") == refs.Held(one, b"")


def test_only_from_where_it_is(repository):
    """A move from elsewhere, or a creation of what is there, changes nothing."""
    one, two, three = (made(repository, data) for data in (b"1", b"2", b"3"))
    ref = f"{NAME}/a"
    assert refs.swap(repository, ref, one, None)
    assert not refs.swap(repository, ref, two, None)
    assert not refs.swap(repository, ref, two, three)
    assert refs.swap(repository, ref, two, one)
    assert not refs.swap(repository, f"{NAME}/nothing", two, one)


def test_many_at_once(repository):
    """Of eight threads that create one ref, one succeeds."""
    commits = [made(repository, str(number).encode()) for number in range(8)]
    for round_ in range(5):
        won: list[str] = []
        gate = threading.Barrier(len(commits))

        def run(commit, gate=gate, won=won, ref=f"{NAME}/{round_}"):
            gate.wait()
            if refs.swap(repository, ref, commit, None):
                won.append(commit)

        threads = [threading.Thread(target=run, args=(commit,)) for commit in commits]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1
        held = refs.read_one(repository, f"{NAME}/{round_}", "f")
        assert held is not None and held.commit == won[0]


def test_a_lock_that_stays(store, repository):
    """A lock that nobody gives back is an error after the wait; one that goes is waited for."""
    lock = store.path / ".git" / "refs" / "agentmem" / "claims" / "a.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    commit = made(repository, b"1")
    with pytest.raises(Contended):
        refs.swap(repository, f"{NAME}/a", commit, None, wait=0.1)
    threading.Timer(0.2, lock.unlink).start()
    assert refs.swap(repository, f"{NAME}/a", commit, None)


def test_sha256(new_repository):
    """Ids of any length."""
    project = new_repository("long", "--object-format=sha256")
    project.ok("init")
    repository = Context(str(project.path)).repository
    commit = made(repository, b"1")
    assert len(commit) == 64 and refs.swap(repository, f"{NAME}/a", commit, None)
    assert refs.read_all(repository, NAME, "f")["a"].data == b"1"


def test_a_ref_to_a_missing_object(store, repository):
    """One whose object is lost is left out, and hides none of those behind it."""
    commit = made(repository, b"1")
    for name in ("a", "c"):
        assert refs.swap(repository, f"{NAME}/{name}", commit, None)
    (store.path / ".git" / "refs" / "agentmem" / "claims" / "b").write_text("1" * 40 + "\n")
    assert refs.commits(repository, NAME) == {"a": commit, "c": commit}
    assert refs.read_all(repository, NAME, "f")["c"] == refs.Held(commit, b"1")
