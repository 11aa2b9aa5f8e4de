"""Evidence in a file that a program writes anew."""

from collections.abc import Iterator

from agentmem.checks.evidence import finding, place
from agentmem.checks.frame import Rule, Subject, quoted
from agentmem.model.findings import WARNING, Finding

ID = "cite-generated"


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each citation of a generated file."""
    for one in subject.evidence:
        if one.generated is not None:
            message = f"{place(one.citation)} is generated ({one.generated}): what it is made from would be evidence"
            fix = f"agentmem cite {one.short} SOURCE#SYMBOL --drop {quoted(place(one.citation))}"
            yield finding(ID, one, message, fix)


RULE = Rule(ID, WARNING, "a generated file says what its generator did last, not why", run)
