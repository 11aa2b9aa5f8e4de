"""Text that tries to give orders to the agent that recalls it, or to pose as somebody else."""

from collections.abc import Iterator

from agentmem.checks.frame import Rule, StoreFile, Subject, at, short
from agentmem.model import injection
from agentmem.model.findings import WARNING, Finding
from agentmem.store import layout

ID = "injection"
MAX_FOUND = 5
"""Findings a file: who reviews it has seen enough."""
NOT_SAID = frozenset(("id", "cites", "created", "expires", "change", "memory", "after"))
"""Keys that hold no text of whoever wrote it: what a citation quotes is code, which may well be a prompt."""


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each line and shape, in memories and in what changes would make of them."""
    for file in subject.files:
        if file.document.problems or not (file.memory or layout.is_change(file.path)):
            continue
        text = file.document.text
        # an escape of YAML's may stand for any character
        if "\\" not in text and not injection.may_have(text):
            continue
        found = sorted(set(_found(file)))
        for number, (line, what) in enumerate(found):
            if number == MAX_FOUND:
                message = f"{len(found) - number:,} more such shapes, from here on"
                yield at(subject, file, ID, WARNING, line, message, _fix(subject, file, what))
                break
            yield at(subject, file, ID, WARNING, line, f"reads like {what}", _fix(subject, file, what))


def _found(file: StoreFile) -> Iterator[tuple[int, str]]:
    title = file.memory.title if file.memory else ""
    body = file.document.body
    if not file.memory:
        # a change: what it adds, at the start of its lines
        body = "\n".join(line[1:] if line.startswith("+") else "" for line in body.split("\n"))
    for key, value in file.document.meta.items():
        if key not in NOT_SAID:
            for text in _texts(value):
                yield from ((file.document.lines.get(key, 1), what) for _, what in injection.shapes(text))
    found = injection.shapes(body)
    if found and injection.talks_about(title):
        # what is told of such attacks at the top is told of all that follows
        found = injection.shapes(body, about=True)
    for line, what in found:
        yield file.document.body_line + line - 1, what


def _texts(value: object) -> Iterator[str]:
    """The texts in a value; short ones, such as tags and the names of agents, hold no order."""
    if isinstance(value, str):
        if len(value) > 8:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)


def _fix(subject: Subject, file: StoreFile, what: str) -> str:
    quoted = "where it is only quoted: put it between backticks"
    if what == injection.DISCLOSE:  # told in code as well
        quoted = "where it is an example: name the attack (prompt injection, exfiltration) in the title"
    if file.memory is None or file.memory.kind == "log":
        return quoted
    return f"{quoted}     else: agentmem retract {short(subject, file)} --reason TEXT"


RULE = Rule(ID, WARNING, "notes are read by agents, and an order in one of them may be followed", run)
