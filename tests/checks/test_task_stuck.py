"""task-stuck: a need that can never be met is told, with what to put in its place; all others are not."""

import pytest

from tests.checks.support import ID, OTHER, THIRD, change, change_path, found, memory

FOURTH = "9fh2kaw3zz71"
LOG = "0v7e2nj9s4ra"


def stuck(need: list[str], *more: str, kind: str = "task", **files: str):
    """What the rule says of a task that needs another memory, which has the lines ``need``."""
    made = {
        "tasks/a.md": memory("kind: task", "title: Uses it", f"needs: [{OTHER}]", *more, identity=ID),
        "tasks/b.md": memory(f"kind: {kind}", "title: Makes it", *need, identity=OTHER),
    }
    return found("task-stuck", {**made, **files})


def log(*lines: str) -> dict[str, str]:
    return {"log/2026-02/l.md": memory("kind: log", "created: 2026-02-20T10:00:00Z", *lines, identity=LOG)}


def test_a_need_that_was_retracted() -> None:
    """One warning at the line that names it, with the command that takes it out."""
    (finding,) = stuck(["status: retracted", "retracted: no use"])
    assert (finding.severity, finding.path, finding.line) == ("warning", ".agentmem/tasks/a.md", 5)
    assert finding.message == (
        '7k3m9q "Uses it" can never start: it needs p2v8rr "Makes it", which is retracted and was not done'
    )
    assert finding.fix == "agentmem edit 7k3m9q --set needs-=p2v8rr"


def test_a_need_that_was_superseded() -> None:
    """What took its place is proposed, where that is a task still to do."""
    newer = {"tasks/c.md": memory("kind: task", "title: New", f"supersedes: [{OTHER}]", identity=THIRD)}
    (finding,) = stuck([], **newer)
    assert "which is superseded" in finding.message
    assert finding.fix == "agentmem edit 7k3m9q --set needs-=p2v8rr --set needs+=c41x0z"


def test_a_need_that_is_no_task() -> None:
    """A decision is never done, nor is what has expired."""
    (finding,) = stuck([], kind="decision")
    assert "which is a decision and no task" in finding.message
    (finding,) = stuck(["expires: 2026-02-01T10:00:00Z"])
    assert "which is expired" in finding.message


def test_behind_a_cycle() -> None:
    """Who waits for tasks in a circle is told; those in it are another rule's."""
    files = {"tasks/c.md": memory("kind: task", "title: Back", f"needs: [{OTHER}]", identity=THIRD)}
    (finding,) = stuck([f"needs: [{THIRD}]"], **files)
    assert finding.memory == ID and "caught in a cycle" in finding.message
    (alone,) = stuck([f"needs: [{OTHER}]"])
    assert alone.memory == ID


@pytest.mark.parametrize(
    "files",
    [log(f"closes: [{OTHER}]"), {change_path(ID): change("retract: wrong", of=ID)}],
    ids=["done", "withdrawn itself"],
)
def test_what_holds_nobody_up(files: dict[str, str]) -> None:
    """A need that was done before it was retracted is met; a task that is withdrawn needs nothing."""
    assert stuck(["status: retracted", "retracted: no use"], **files) == []


def test_needs_that_can_be_met() -> None:
    """Open tasks, failed ones, those that wait themselves, and ids that are not here (broken-link tells those)."""
    assert stuck([]) == []
    assert stuck([f"needs: [{FOURTH}]"]) == []
    assert stuck([], **log(f"reopens: [{OTHER}]")) == []
    unknown = memory("kind: task", "title: A", f"needs: [{FOURTH}]")
    assert found("task-stuck", {"tasks/a.md": unknown}) == []
    (finding,) = found("broken-link", {"tasks/a.md": unknown})
    assert finding.severity == "warning" and "needs names 9fh2ka" in finding.message
