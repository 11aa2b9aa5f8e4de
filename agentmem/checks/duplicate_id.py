"""Two files with one id. A ``source_id`` may stand in several: it names a record elsewhere, no file."""

from collections.abc import Iterator

from agentmem.checks.frame import Rule, StoreFile, Subject, at
from agentmem.model.findings import ERROR, Finding

ID = "duplicate-id"
TWIN = "both files say the same: one of them is enough"
FIX = "if this is a copy: take its id line out, then: agentmem check --fix"


def run(subject: Subject) -> Iterator[Finding]:
    """A finding on each of the files, since a diff may show either of them."""
    holders: dict[str, list[StoreFile]] = {}
    for file in subject.files:
        if file.memory:
            holders.setdefault(file.memory.id, []).append(file)
    for identity, files in holders.items():
        if len(files) > 1:
            for file in files:
                other = files[1] if file is files[0] else files[0]
                fix = TWIN if file.data == other.data else FIX
                more = f" and {len(files) - 2} more" if len(files) > 2 else ""
                message = f"{identity} is also the id of {subject.shown(other.path)}:{_line(other)}{more}"
                yield at(
                    subject,
                    file,
                    ID,
                    ERROR,
                    _line(file),
                    message,
                    fix if "id" in file.document.lines else None,
                )


def _line(file: StoreFile) -> int:
    return file.document.lines.get("id", 1)


RULE = Rule(ID, ERROR, "an id must name one memory: links and edits would hit either", run)
