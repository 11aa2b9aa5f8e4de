"""What reaches git from the user's environment."""

import pytest

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
