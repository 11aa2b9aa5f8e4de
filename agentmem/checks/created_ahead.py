"""Memories of a time to come: nobody wrote them then, and they stand before all others for as long."""

from collections.abc import Iterator

from agentmem.checks.frame import Rule, Subject
from agentmem.checks.view import told
from agentmem.model import times
from agentmem.model.findings import WARNING, Finding

ID = "created-ahead"
CLOCKS = 86_400
"""Seconds by which the clock of who wrote it may be ahead, or a day without its hour."""


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each memory in force that says it was written later than now; none where the time is unknown."""
    for shown in subject.view.values():
        created = shown.memory.created
        if not subject.now or created is None or created <= subject.now + CLOCKS:
            continue
        if shown.memory.status == "retracted":
            continue
        when = times.format_iso(created)[:10]
        message = f"created {when}, which is to come: it is listed before what is newer"
        fix = "put the moment at which it was written in its place, by hand"
        yield told(subject, shown, ID, WARNING, ("created", ""), message, fix)


RULE = Rule(ID, WARNING, "what is dated ahead passes for the newest there is until that day", run)
