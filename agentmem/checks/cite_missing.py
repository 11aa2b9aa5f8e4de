"""A memory without evidence, of a kind that is worth nothing without."""

from collections.abc import Iterator

from agentmem.checks.frame import Rule, Subject, at, short
from agentmem.model import kinds
from agentmem.model.findings import WARNING, Finding

ID = "cite-missing"
IN_FORCE = ("active", "proposed")


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each memory in force that claims something of the code and cites nothing."""
    for shown in subject.view.values():
        found, file = shown.memory, shown.file
        if found.cites or shown.status not in IN_FORCE or not kinds.BY_NAME[found.kind].wants_evidence:
            continue
        if any(problem.code == "kind" for problem in shown.problems):
            continue  # what it is must be said first
        line = file.document.lines.get("kind", file.document.lines.get("id", 1))
        message = f"a {found.kind} needs evidence"
        yield at(
            subject, file, ID, WARNING, line, message, f"agentmem cite {short(subject, file)} PATH#SYMBOL"
        )


RULE = Rule(
    ID, WARNING, "what cannot be checked against the code will be believed after it stopped being so", run
)
