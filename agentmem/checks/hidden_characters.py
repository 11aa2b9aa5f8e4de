"""Characters that nobody sees: control, bidirectional and invisible code points."""

from collections.abc import Iterator
from itertools import groupby

from agentmem.checks.frame import Rule, StoreFile, Subject, at
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
        if "\\" in file.document.text:
            yield from _written_as_escapes(subject, file)
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


def _written_as_escapes(subject: Subject, file: StoreFile) -> Iterator[Finding]:
    r"""Characters that YAML's own escapes make of plain text: ``"\\e[31m"`` shows nothing odd, and colours a terminal."""
    for key, value in file.document.meta.items():
        places = [place for text in _texts(value) for place in safety.hidden(text)]
        if not places:
            continue
        line = file.document.lines.get(key, 1)
        written = {found for number, _, found in safety.hidden(file.document.text) if number == line}
        if names := sorted({name for *_, name in places} - written):
            message = f"hidden: {', '.join(names[:MAX_NAMED])} in the value of {key}"
            yield at(subject, file, ID, ERROR, line, message, f"take the escape out of line {line}")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _texts(item)


RULE = Rule(ID, ERROR, "an agent reads what a reviewer cannot see", run)
