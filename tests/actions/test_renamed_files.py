"""What is known of files that were renamed: by the name they have, by the one they had, and of a folder by what is below it."""

import os

import pytest

from tests import support
from tests.actions.teams import claim, task


@pytest.fixture
def renamed(store):
    """A decision on a file, a dead end on its folder, a fact on all below it; then the folder is renamed."""
    support.put(store.path / "fares/caps.py", "".join(f"CAP_{n} = {n}\n" for n in range(40)))
    support.put(store.path / "fares/zones.py", "".join(f"ZONE_{n} = {n}\n" for n in range(40)))
    store.ids = {
        "decision": store.json("add", "decision", "Caps reset at four", "--cite", "fares/caps.py:L3-L5")[
            "id"
        ],
        "deadend": store.json("add", "deadend", "Zone lookup by polygon", "--scope", "fares/zones.py")["id"],
        "fact": store.json("add", "fact", "Fares are in cents", "--scope", "fares/**")["id"],
    }
    store.commit("fares")

    def rename(committed=True):
        store.git("mv", "fares", "tariffs")
        if committed:
            store.commit("rename")
        return store

    return rename


def found(project, *words):
    """The kinds of what was found."""
    key = "hits" if words[0] == "recall" else "memories"
    by_id = {identity: kind for kind, identity in project.ids.items()}
    return {by_id[one["id"]] for one in project.json(*words)[key]}


@pytest.mark.parametrize("verb", ["recall", "list"])
@pytest.mark.parametrize("committed", [True, False])
def test_a_file_by_its_new_name_and_its_old_one(renamed, verb, committed):
    """Whoever asks for either is told what is known of the file, whatever it is called in the memory."""
    project = renamed(committed)
    for folder in ("tariffs", "fares"):
        assert found(project, verb, "--file", f"{folder}/caps.py") == {"decision", "fact"}
        assert found(project, verb, "--file", f"{folder}/zones.py") == {"deadend", "fact"}


def test_a_folder(renamed):
    """What is about anything below it, under the name it has and the one it had."""
    project = renamed()
    for folder in ("tariffs", "tariffs/", "fares"):
        assert found(project, "list", "--file", folder) == {"decision", "deadend", "fact"}
    assert project.ok("show", "tariffs").splitlines()[-1].endswith("agentmem recall --file tariffs")
    assert found(project, "recall", "--file", "tariffs") == {"decision", "deadend", "fact"}


def test_what_is_changed_in_a_renamed_file(renamed):
    """`recall --diff` and the hook that runs before an edit know it."""
    project = renamed()
    path = project.path / "tariffs/caps.py"
    path.write_text(path.read_text() + "MORE = 1\n")
    assert found(project, "recall", "--diff") == {"decision", "fact"}


def test_the_brief_of_who_works_on_it(renamed):
    """A dead end is in Beware when its scope meets the task's, whatever the folder was called when it was written."""
    project = renamed()
    claim(project, task(project, "Cheaper transfers", "--scope", "tariffs/**"), agent="a")
    told = project.call("brief", "--as", "a").out
    assert "Zone lookup by polygon" in told and "Caps reset at four" in told


def test_a_name_that_another_file_has_now(renamed):
    """What is known of it belongs to that file, and no longer to the one that was moved away."""
    project = renamed()
    os.makedirs(project.path / "fares")
    support.put(project.path / "fares/caps.py", "something = 'else'\n")
    project.commit("anew")
    assert found(project, "list", "--file", "tariffs/caps.py") == set()
    assert found(project, "list", "--file", "fares/caps.py") == {"decision", "fact"}


def kept_in(project):
    """The files that keep what git said of renames."""
    return list((project.path / ".git/agentmem").glob("renames-*"))


def test_renames_that_cannot_be_kept(renamed):
    """Where the git dir is read-only git is asked each time."""
    project = renamed()
    with support.read_only(project.path / ".git"):
        assert found(project, "list", "--file", "tariffs/caps.py") == {"decision", "fact"}
    assert not kept_in(project)


def test_what_was_kept_and_is_torn(renamed):
    """It is made anew."""
    project = renamed()
    project.ok("list", "--file", "tariffs/caps.py")
    [kept] = kept_in(project)
    for text in (b"", b"x\0y", kept.read_bytes()[:-5]):
        kept.write_bytes(text)
        expected = {"decision", "fact"}
        assert found(project, "list", "--file", "tariffs/caps.py") == expected, text
