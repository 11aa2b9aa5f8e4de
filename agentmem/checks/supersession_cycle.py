"""Memories that replace each other in a circle: by the rules all of them are replaced, and none is left."""

from collections.abc import Iterator

from agentmem.checks import cycles
from agentmem.checks.frame import Rule, Subject
from agentmem.model.findings import ERROR, Finding

ID = "supersession-cycle"


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each knot; what a retracted or a proposed memory names counts for nothing."""
    shown = {i: one for i, one in subject.view.items() if one.memory.status == "active"}
    what = "each is replaced by another, so no recall has any"
    yield from cycles.findings(subject, ID, "supersedes", shown, what, "which says nothing")


RULE = Rule(ID, ERROR, "what replaces each other is out of every answer", run)
