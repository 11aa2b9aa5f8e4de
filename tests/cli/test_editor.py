"""Editing in $EDITOR: what comes back is the same memory and can be read, or it is refused and kept."""

import re
import shlex
import sys
from pathlib import Path

import pytest

from agentmem.actions.context import Context
from agentmem.cli import editor
from agentmem.errors import AgentmemError
from tests.support import Project


@pytest.fixture
def edited(store: Project, monkeypatch, tmp_path):
    """What ``edit ID`` gives where the editor puts ``new`` in the place of ``old``; None: of all."""

    def run(identity: str, old: str | None, new: str):
        script = tmp_path / "edit.py"
        script.write_text(
            "import sys, pathlib\n"
            "path = pathlib.Path(sys.argv[1])\n"
            f"path.write_text({new!r} if {old!r} is None else path.read_text().replace({old!r}, {new!r}))\n"
        )
        monkeypatch.setenv("EDITOR", f"{shlex.quote(sys.executable)} {shlex.quote(str(script))}")
        return editor.edit_file(Context(str(store.path)), identity)

    return run


@pytest.mark.parametrize("branch", ["main", "other"])
@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (None, "", "nothing is left of it"),
        (None, "garbage\n", "its id is gone"),
        ("id: {id}\n", "", "its id is gone"),
        ("{id}", "zzzzzzzzzzzz", "its id would be zzzzzzzzzzzz"),
        ("kind: decision", "kind: nokind", "no kind 'nokind'"),
        ("title: Loud\n", "", "a memory needs a title"),
        ("title: ", "title: [", "not YAML"),
        ("Quiet.", "ghp_0123456789abcdefghijABCDEFGHIJ012345", "looks like a secret"),
    ],
)
def test_what_is_not_this_memory_any_more_is_refused(store, edited, branch, old, new, why):
    """The file stays as it was, and what was typed is where the error says."""
    identity = store.remember(1, "Loud", "Quiet.", kind="decision")
    store.commit()
    if branch != "main":
        store.git("switch", "-q", "-c", branch)
    with pytest.raises(AgentmemError) as refused:
        edited(identity, old and old.format(id=identity), new)
    assert why in refused.value.message
    kept = re.search(r"what you wrote is kept in (\S+)$", refused.value.hint)
    assert new in Path(kept.group(1)).read_text()
    assert store.git("status", "--short") == ""


def test_the_new_title_is_told(store, edited):
    """The answer names the memory as it is now; a fault that was there already hinders nothing."""
    identity = store.remember(1, "Loud", kind="decision", expires="soon")
    store.commit()
    done = edited(identity, "title: Loud", "title: Very loud")
    assert done.changed and done.memory.title == "Very loud" and store.titles() == {"Very loud"}
    same = edited(identity, "x", "x")
    assert not same.changed


def test_a_log_entry_is_not_edited(store, edited):
    """It records what happened, whatever one edits with."""
    identity = store.json("add", "log", "Done")["id"]
    with pytest.raises(AgentmemError, match="a log entry is never edited"):
        edited(identity, "Done", "Undone")


def test_a_file_without_an_id_is_edited(store, edited):
    """One that a person dropped in has the id of its path: it may be written in, and no other."""
    store.write("decisions/dropped.md", "# Dropped in\n")
    (found,) = store.json("list")["memories"]
    assert edited(found["id"], "Dropped in", "Written").memory.title == "Written"
    with pytest.raises(AgentmemError, match="its id would be zzzzzzzzzzzz"):
        edited(found["id"], None, "---\nid: zzzzzzzzzzzz\n---\n# Written\n")
