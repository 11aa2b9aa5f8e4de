"""Values that their keys cannot have."""

import re
from collections.abc import Iterator

from agentmem.checks.frame import Rule, StoreFile, Subject, at, nearest, short
from agentmem.model import fields, kinds
from agentmem.model.findings import ERROR, Finding
from agentmem.model.memory import STATUSES, Problem

ID = "schema"

_TIMES = frozenset(field.name for field in fields.ALL if field.type is fields.Type.TIME)
_NO_TIME = re.compile("is no (?:ISO 8601 )?time")


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each key of a memory whose value is left out because it is wrong."""
    for file in subject.files:
        if file.memory:
            for problem in file.problems:
                yield _finding(subject, file, problem)


def _finding(subject: Subject, file: StoreFile, problem: Problem) -> Finding:
    meta, lines = file.document.meta, file.document.lines
    message, fix = problem.message, None
    edit = f"agentmem edit {short(subject, file)} --set"
    if problem.code == "kind":
        word = str(meta.get("kind"))
        near = nearest(word, kinds.NAMES)
        folder = kinds.of_path(file.path)
        if near:
            message = f"no kind {word!r}; did you mean {near}?"
        if meant := near or (folder and folder.name):
            fix = f"{edit} kind={meant}"
    elif "is no id:" in message:
        fix = "take the wrong id out, then: agentmem check --fix"
    elif message.startswith("status must be"):
        near = nearest(str(meta.get("status")), STATUSES)
        # a slip of the pen must not be advice to retract
        fix = f"{edit} status={near}" if near and near != "retracted" else None
    elif _NO_TIME.search(message):
        # the one message that does not name its key; keys on one line leave it open which
        here = [key for key, line in lines.items() if line == problem.line and key in _TIMES]
        message = f"{here[0]}: {message}" if len(here) == 1 else message
    return at(subject, file, ID, ERROR, problem.line, message, fix)


RULE = Rule(ID, ERROR, "a wrong value is left out, so the memory is not found by it", run)
