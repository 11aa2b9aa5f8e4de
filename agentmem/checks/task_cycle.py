"""Tasks that wait for each other in a circle."""

from collections.abc import Iterator

from agentmem.checks import cycles
from agentmem.checks.frame import Rule, Subject
from agentmem.model.findings import ERROR, Finding

ID = "task-cycle"
WAITING = ("open", "failed", "proposed")


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each knot of tasks that are still to do: a need that is met holds nobody up."""
    shown = {i: one for i, one in subject.view.items() if one.memory.kind == "task" and one.status in WAITING}
    what = "each waits for another, so none can start"
    yield from cycles.findings(subject, ID, "needs", shown, what, "so it can never start")


RULE = Rule(ID, ERROR, "tasks that wait for each other are never free, and nobody is told why", run)
