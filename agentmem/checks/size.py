"""What is too long: files, titles, comments that a rendered page hides, encoded blocks."""

from collections.abc import Iterator

from agentmem.checks.frame import Rule, StoreFile, Subject, at, short
from agentmem.model import safety
from agentmem.model.findings import ERROR, WARNING, Finding
from agentmem.model.memory import MAX_TITLE, first_heading

ID = "size"


def run(subject: Subject) -> Iterator[Finding]:
    """An error for a file that is not read for its size, a warning for the rest."""
    for file in subject.files:
        for problem in file.document.problems:
            if problem.code == "size":
                fix = "keep what matters here; more memories: agentmem add KIND TITLE --body -"
                yield at(subject, file, ID, ERROR, problem.line, problem.message, fix)
        if file.memory and len(file.memory.title) > MAX_TITLE:
            message = f"a title of {len(file.memory.title):,} characters; beyond {MAX_TITLE} it is shown cut"
            # the tool never edits a log entry
            is_log = file.memory.kind == "log"
            edit = None if is_log else f"agentmem edit {short(subject, file)} --set title=TEXT"
            yield at(subject, file, ID, WARNING, _title_line(file), message, edit)
        for line, what in safety.oversize(file.document.text):
            fix = "say what matters of it in plain words, and cite the file that has the rest"
            yield at(subject, file, ID, WARNING, line, what, fix)


def _title_line(file: StoreFile) -> int:
    if file.document.meta.get("title"):
        return file.document.lines["title"]
    for offset, line in enumerate(file.document.body.split("\n")):
        if first_heading(line):
            return file.document.body_line + offset
    return 1


RULE = Rule(ID, ERROR, "a memory must fit into an answer, and be read whole by whoever reviews it", run)
