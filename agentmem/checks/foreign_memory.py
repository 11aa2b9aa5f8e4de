"""A commit that takes another branch's memories along: a `git switch` carried them here before they were committed."""

from collections.abc import Iterator

from agentmem.checks.frame import Rule, Subject, at, quoted
from agentmem.model import safety
from agentmem.model.findings import WARNING, Finding

ID = "foreign-memory"
MAX_NAME = 80


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each file that the commit at hand adds and that names another branch, one that is not merged here."""
    for file in subject.files:
        branch = subject.foreign.get(file.path)
        if branch is not None:
            name = safety.one_line(branch)
            if len(name) > MAX_NAME:  # a message that is cut would end in half a command
                name, branch = name[: MAX_NAME - 1] + "…", "BRANCH"
            message = (
                f"{name} wrote this and it is not merged here; the commit would add it to this branch;"
                f" to keep it: agentmem overlay adopt {quoted(branch)}"
            )
            fix = f"git restore --staged {quoted(subject.shown(file.path))}"
            yield at(subject, file, ID, WARNING, file.document.lines.get("branch", 1), message, fix)


RULE = Rule(ID, WARNING, "another branch's unmerged memory would be shown as true here", run)
