"""Files that cannot be read as what they are: memories (bytes, front matter, links), the trained manager."""

from collections.abc import Iterator

from agentmem.checks.frame import LINK, UNREADABLE, Rule, Subject, at, quoted
from agentmem.model import safety
from agentmem.model.findings import ERROR, WARNING, Finding
from agentmem.store.layout import MANAGER

ID = "broken-file"


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each file that no reader can take for a memory; a warning for a manager, whose part the formula takes."""
    for file in subject.files:
        for problem in file.document.problems:
            # a file that is merely too large is not read at all, and is the size rule's
            if problem.code != "size":
                yield at(subject, file, ID, ERROR, problem.line, problem.message)
    for stray in subject.strays:
        path = subject.shown(stray.path)
        if stray.what == LINK:
            message, fix = "a symbolic link, which is not followed", "put the file itself in the link's place"
        elif stray.what == UNREADABLE:
            message, fix = "cannot be read, so no answer has it", f"chmod u+r {quoted(path)}"
        else:
            message, fix = safety.one_line(stray.what), "put a plain file in its place"
        yield Finding(ID, ERROR, path, 1, None, message, fix)
    if subject.manager:
        message = f"left out, and the fixed formula serves: {safety.one_line(subject.manager)}"
        fix = "mend it by hand     or learn it anew, on trunk: agentmem model train"
        yield Finding(ID, WARNING, subject.shown(MANAGER), 1, None, message, fix)


RULE = Rule(ID, ERROR, "a file that cannot be read is a memory that nobody recalls", run)
