"""Files that are named with another memory's id: whoever follows a link by the file's name finds the wrong one."""

import re
from collections.abc import Iterator

from agentmem.checks.frame import Rule, Subject, at, quoted
from agentmem.checks.missing_id import lacks_id
from agentmem.model import ids, safety
from agentmem.model.findings import ERROR, WARNING, Finding

ID = "file-name-id"
_NAME = re.compile(rf"(?:(?P<slug>.*)-)?(?P<id>[{ids.ALPHABET}]{{{ids.LENGTH}}})\.md")


def run(subject: Subject) -> Iterator[Finding]:
    """An error where the memory that the name means is there too, else a warning."""
    for file in subject.files:
        folder, _, name = file.path.rpartition("/")
        match = _NAME.fullmatch(name) if file.memory else None
        # a file without an id has no other one either: missing-id tells
        if match is None or file.memory is None or match["id"] == file.memory.id or lacks_id(file):
            continue
        meant = subject.view.get(match["id"])
        if meant is None and not re.search("[0-9]", match["id"]):
            continue  # a word of twelve letters, such as enhancements
        right = f"{match['slug']}-{file.memory.id}" if match["slug"] else file.memory.id
        line = file.document.lines.get("id", 1)
        fix = f"git mv {quoted(subject.shown(file.path))} {quoted(subject.shown(f'{folder}/{right}.md'))}"
        if safety.one_line(file.path) != file.path:
            fix = f"rename it so that its name ends in -{file.memory.id}.md"  # not the path that it has, once cleaned
        if meant:
            message = f"named for {match['id']}, which is {subject.shown(meant.file.path)}; this is {file.memory.id}"
        else:
            message = f"named for {match['id']}, but it is {file.memory.id}"
        yield at(subject, file, ID, ERROR if meant else WARNING, line, message, fix)


RULE = Rule(ID, ERROR, "people and links find a file by its name, and take it for another memory", run)
