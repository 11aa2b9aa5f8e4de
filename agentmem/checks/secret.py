"""Keys, tokens and passwords in what git will keep for good."""

from collections.abc import Iterator

from agentmem.checks.frame import Rule, Subject
from agentmem.model import safety
from agentmem.model.findings import ERROR, Finding

ID = "secret"


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each line and shape of a secret; the secret itself is never repeated."""
    for file in subject.files:
        for line, name in safety.secrets(file.document.text):
            fix = f"take it out of line {line}; to keep it on purpose add {safety.ALLOW} to the line"
            identity = file.memory.id if file.memory else None
            yield Finding(
                ID, ERROR, subject.shown(file.path), line, identity, f"looks like a secret: {name}", fix
            )


RULE = Rule(ID, ERROR, "what was committed once can be read by everyone with a clone", run)
