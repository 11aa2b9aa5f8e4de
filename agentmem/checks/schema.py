"""Values that their keys cannot have."""

import re
from collections.abc import Iterator

from agentmem.checks import unknown_kind
from agentmem.checks.frame import Rule, StoreFile, Subject, at, nearest, problems, short
from agentmem.model import fields
from agentmem.model.findings import ERROR, Finding
from agentmem.model.memory import STATUSES, Problem

ID = "schema"

_TIMES = frozenset(field.name for field in fields.ALL if field.type is fields.Type.TIME)
_NO_TIME = re.compile("is no (?:ISO 8601 )?time")


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each key of a memory whose value is left out because it is wrong."""
    for file in subject.files:
        for problem in problems(subject, file):
            if problem.code != unknown_kind.CODE:
                yield _finding(subject, file, problem)


def _finding(subject: Subject, file: StoreFile, problem: Problem) -> Finding:
    meta, lines = file.document.meta, file.document.lines
    message, fix = problem.message, None
    if "is no id:" in message:
        fix = "take the wrong id out, then: agentmem check --fix"
    elif message.startswith("status must be"):
        near = nearest(str(meta.get("status")), STATUSES)
        # a slip of the pen must not be advice to retract
        slip = near and near != "retracted"
        fix = f"agentmem edit {short(subject, file)} --set status={near}" if slip else None
    elif _NO_TIME.search(message):
        # the one message that does not name its key; keys on one line leave it open which
        here = [key for key, line in lines.items() if line == problem.line and key in _TIMES]
        message = f"{here[0]}: {message}" if len(here) == 1 else message
    return at(subject, file, ID, ERROR, problem.line, message, fix)


RULE = Rule(ID, ERROR, "a wrong value is left out, so the memory is not found by it", run)
