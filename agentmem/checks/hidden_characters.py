"""Characters that nobody sees: control, bidirectional and invisible code points."""

from collections.abc import Iterator
from itertools import groupby

from agentmem.checks.frame import Rule, Subject, at
from agentmem.model import safety
from agentmem.model.findings import ERROR, Finding

ID = "hidden-characters"
MAX_NAMED = 4
MAX_LINES = 20
"""Findings a file: a dump of control characters must not bury what is wrong with the others."""


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each line that has some, which names them with their columns from 1."""
    for file in subject.files:
        if any(problem.code == "binary" for problem in file.document.problems):
            continue
        lines = [
            (line, list(places))
            for line, places in groupby(safety.hidden(file.document.text), lambda place: place[0])
        ]
        for number, (line, places) in enumerate(lines):
            if number == MAX_LINES:
                rest = f"hidden characters on {len(lines) - number} more lines, from here on"
                yield at(subject, file, ID, ERROR, line, rest, "take them out: most editors do not show them")
                break
            named = ", ".join(f"{name} at column {column}" for _, column, name in places[:MAX_NAMED])
            more = f" and {len(places) - MAX_NAMED} more" if len(places) > MAX_NAMED else ""
            them = "it" if len(places) == 1 else "them"
            does = "do not show them" if len(places) > 1 else "do not show it"
            fix = f"take {them} out of line {line}: most editors {does}"
            yield at(subject, file, ID, ERROR, line, f"hidden: {named}{more}", fix)


RULE = Rule(ID, ERROR, "an agent reads what a reviewer cannot see", run)
