"""The demonstration is a check: run once, as a user would, and its store looked at afterwards."""

from pathlib import Path

import pytest

from agentmem.actions import demonstration
from agentmem.errors import UsageError
from agentmem.model import kinds
from tests.support import Project


def test_every_answer_is_the_one_awaited_and_the_store_is_well(tmp_path: Path):
    """It exits 0, prints less than anyone minds reading, and leaves a store of all kinds that passes our check."""
    printed: list[str] = []
    code = demonstration.run(printed.append, str(tmp_path / "kept"))
    out = "".join(printed)
    assert "NOT AS IT SHOULD BE" not in out
    assert code == 0
    assert out.count("\n") < 360
    kept = Project(tmp_path / "kept")
    checked = kept.run("check", "--json")
    assert checked.code == 0
    assert not [finding for finding in checked.json["findings"] if finding["severity"] == "error"]
    statuses = [
        word for status in ("active", "open", "done", "failed", "superseded") for word in ("--status", status)
    ]
    memories = kept.json("list", "--limit", "0", *statuses)["memories"]
    assert len(memories) >= 75
    assert {memory["kind"] for memory in memories} == set(kinds.NAMES)
    assert {"done", "failed", "superseded"} <= {memory["status"] for memory in memories}
    assert len({memory["by"] for memory in memories}) == 15
    assert kept.git("status", "--porcelain").count("\n") == 1, (
        "only what the demonstration retracted is not committed"
    )


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path):
    """``--keep`` takes a new or an empty folder, and says so of any other before it does anything."""
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        demonstration.run(lambda text: None, str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_every_step_says_what_it_awaits():
    """A step without an expectation would be a show and no check."""
    for step in demonstration.steps():
        assert step.says and (step.has or step.lacks), step.command
