"""What the merge driver left to be decided: the file is well, but says two things."""

from collections.abc import Iterator

from agentmem.checks.frame import Rule, Subject, at, short
from agentmem.model import undecided
from agentmem.model.fields import CONFLICTS
from agentmem.model.findings import ERROR, Finding

ID = "unsettled-merge"


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each memory in which a merge left both sides."""
    for file in subject.files:
        if file.memory is None:
            continue
        if CONFLICTS in file.document.meta:
            from agentmem.model import changes

            name = short(subject, file)
            left = file.document.meta[CONFLICTS]
            fields = (
                [one.get("field") for one in left if isinstance(one, dict)] if isinstance(left, list) else []
            )
            fix = f"agentmem show {name}, then: {changes.ending([str(one) for one in fields], name)}"
            line = file.document.lines.get(CONFLICTS, 1)
            yield at(subject, file, ID, ERROR, line, "a merge left two values, named here", fix)
        marked = undecided.marked_line(file.document.body)
        if marked is not None:
            name = short(subject, file)
            fix = f"agentmem edit {name} --body -     with the text that holds"
            line = file.document.body_line + marked
            yield at(subject, file, ID, ERROR, line, "a merge left both texts between markers", fix)


RULE = Rule(ID, ERROR, "two sides of a merge that nobody decided between are no memory to act on", run)
