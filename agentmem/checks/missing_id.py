"""Files without an id: memories too, by an id that hangs on their path until one is written."""

from collections.abc import Iterator

from agentmem.checks.frame import Rule, StoreFile, Subject, at
from agentmem.model.findings import WARNING, Finding

ID = "missing-id"


def lacks_id(file: StoreFile) -> bool:
    """Whether ``file`` is a memory whose text names no id; a wrong one is the schema's."""
    return file.memory is not None and file.document.meta.get("id") in (None, "")


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each memory that a rename would make another."""
    for file in subject.files:
        if file.memory and lacks_id(file):
            line = file.document.lines.get("id", 1)
            message = f"no id: {file.memory.id}, made from the path, serves until the file is renamed"
            yield at(subject, file, ID, WARNING, line, message, "agentmem check --fix")


RULE = Rule(ID, WARNING, "without an id in the file, a rename makes it another memory", run)
