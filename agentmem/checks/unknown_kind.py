"""Kinds that there are not."""

from collections.abc import Iterator

from agentmem.checks.frame import Rule, Subject, at, nearest, problems, short
from agentmem.model import kinds
from agentmem.model.findings import ERROR, Finding

ID = "unknown-kind"
CODE = "kind"
"""The code of a memory's problem that is this rule's, and not the schema's."""


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each memory whose kind is none; it counts as what its folder holds until then."""
    for file in subject.files:
        for problem in problems(subject, file):
            if problem.code != CODE:
                continue
            word = str(file.document.meta.get("kind"))
            near, folder = nearest(word, kinds.NAMES), kinds.of_path(file.path)
            message = f"no kind {word!r}; did you mean {near}?" if near else problem.message
            meant = near or (folder and folder.name)
            fix = f"agentmem edit {short(subject, file)} --set kind={meant}" if meant else None
            yield at(subject, file, ID, ERROR, problem.line, message, fix)


RULE = Rule(ID, ERROR, "a kind decides how a memory ranks and what is asked of it; no other is known", run)
