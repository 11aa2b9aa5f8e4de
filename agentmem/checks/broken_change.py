"""Changes in overlays that cannot be applied: no change, named otherwise than they say, of a memory that is not here."""

from collections.abc import Iterator

from agentmem.checks.frame import Rule, StoreFile, Subject, at
from agentmem.model import changes
from agentmem.model.findings import ERROR, WARNING, Finding
from agentmem.store import layout

ID = "broken-change"


def run(subject: Subject) -> Iterator[Finding]:
    """An error for each change that no view applies, a warning for one whose memory the tree has not."""
    here = {file.memory.id for file in subject.files if file.memory}
    absorbed = frozenset(subject.receipts)
    for file in subject.files:
        if layout.is_misplaced(file.path):
            message = "no view applies this: a change is overlays/BRANCH/MEMORY.CHANGE.md, both ids in small letters"
            yield at(subject, file, ID, ERROR, 1, message, "give it back its name")
            continue
        if not layout.is_change(file.path) or file.document.problems:
            continue
        change, problems = changes.parse(file.data)
        for problem in problems:
            yield at(subject, file, ID, ERROR, problem.line, problem.message)
        if change is None:
            continue
        _, memory, name = layout.names_of_change(file.path)
        if (change.memory, change.id) != (memory, name):
            message = f"named {memory}.{name}, but it is change {change.id} of {change.memory}"
            yield at(subject, file, ID, ERROR, _line(file, "change"), message, "give it back its name")
        # of an absorbed one the memory may have been archived
        elif memory not in here and name not in absorbed:
            message = f"changes {memory}, a memory that this tree has not"
            fix = f"agentmem restore {memory}     or wait for the merge that brings it"
            yield at(subject, file, ID, WARNING, _line(file, "memory"), message, fix)


def _line(file: StoreFile, key: str) -> int:
    return file.document.lines.get(key, 1)


RULE = Rule(ID, ERROR, "a change that cannot be applied is an edit that nobody sees", run)
