"""Changes of branches that contradict each other, or base, here: trunk takes up none of them until somebody decides."""

from collections.abc import Iterator

from agentmem.checks import view
from agentmem.checks.frame import Rule, Subject
from agentmem.model.findings import WARNING, Finding

ID = "unsettled-change"


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each memory with changes in conflict."""
    for identity, shown in subject.view.items():
        if shown.conflicts:
            from agentmem.model import changes

            name = subject.shorts[identity]
            message = f"CONFLICT in {', '.join(shown.conflicts)}: branches say different things, and base's value stands"
            fix = f"agentmem show {name}, then: {changes.ending(shown.conflicts, name)}"
            yield view.told(subject, shown, ID, WARNING, (shown.conflicts[0], ""), message, fix)


RULE = Rule(ID, WARNING, "what branches disagree on is taken up by nobody until it is decided", run)
