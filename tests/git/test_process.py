"""What reaches git from the user's environment, and what git's refusals become."""

import pytest

from agentmem.errors import GitRefused
from agentmem.git import process

PATHSPECS = ("GIT_ICASE_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_LITERAL_PATHSPECS")


@pytest.mark.parametrize("name", PATHSPECS)
def test_pathspecs_of_the_user(store, monkeypatch, name):
    """What a user has set for the paths that he types changes nothing of ours, read or written."""
    monkeypatch.setenv(name, "1")
    first = store.json("add", "fact", "The zebra crossing", "--commit")["id"]
    second = store.json("add", "fact", "The yak crossing", "--stage")["id"]
    assert store.titles() == {"The zebra crossing", "The yak crossing"}
    store.commit()
    for identity in (first, second):
        (path,) = store.store.rglob(f"*{identity}.md")
        path.unlink()
    store.commit()
    assert store.titles("--status", "archived") == {"The zebra crossing", "The yak crossing"}
    assert store.call("recall", "zebra", "--diff").code == 0


def test_a_refusal_is_never_an_empty_answer(store, monkeypatch):
    """Git's words, and what it advises, whoever asks."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(GitRefused) as refused:
        process.run(str(store.path), "for-each-ref")
    assert "dubious ownership" in refused.value.message and str(store.path) in refused.value.message
    assert refused.value.hint == f"git config --global --add safe.directory {store.path}"


def test_what_a_remote_refuses_is_not_refused_here(store, new_repository, monkeypatch):
    """That the git of another repository refuses is for who asked for that one to say."""
    other = new_repository("other")
    other.git("remote", "add", "theirs", f"file://{store.path}")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(other.path))
    done = process.run(str(other.path), "fetch", "theirs")
    assert done.code and "Could not read from remote" in done.err
