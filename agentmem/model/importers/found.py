"""What an importer reads and what it gives."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from agentmem.model import document, fields, planhints, plantext

Record = dict[str, object]

MAX_HEADING = 200
"""Characters of a title that is taken as it stands."""

_OWN_BLOCK = re.compile(r"(?s)<!-- agentmem((?:-memories)?):begin\b.*?(?:<!-- agentmem\1:end -->|\Z)")


class File(NamedTuple):
    """One file of a source: its path from the repository's top, and its text with LF and without BOM."""

    path: str
    text: str

    @property
    def stem(self) -> str:
        """Its name without folder and ending."""
        name = self.path.rpartition("/")[2]
        return name.rpartition(".")[0] or name

    @property
    def folder(self) -> str:
        """The folder it is in; empty at the top."""
        return self.path.rpartition("/")[0]


class Taken(NamedTuple):
    """A record, and the file and line (from 1) that it was read from."""

    path: str
    line: int
    record: Record


class Problem(NamedTuple):
    """What was not understood or not taken: where, and why."""

    path: str
    line: int
    reason: str


@dataclass(slots=True)
class Found:
    """The records of a source in its order, and the problems."""

    records: list[Taken] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: str, line: int, record: Record) -> None:
        """Take a record."""
        self.records.append(Taken(path, line, record))

    def problem(self, path: str, line: int, reason: str) -> None:
        """Say what was not understood."""
        self.problems.append(Problem(path, line, reason))


class Note(NamedTuple):
    """A markdown file taken apart; ``line`` is the body's first line in the file, ``lines`` those of the keys of ``meta``."""

    meta: dict[str, object]
    body: str
    line: int
    lines: dict[str, int]


def note(file: File, found: Found) -> Note:
    """Front matter and body; front matter that cannot be read is told and stays in the body's place as nothing."""
    parsed = document.parse(file.text.encode("utf-8", "replace"))
    for one in parsed.problems:
        what = one.message if one.code == "unclosed" else f"front matter not understood: {one.message}"
        found.problem(file.path, one.line, what)
    return Note(dict(parsed.meta), parsed.body, parsed.body_line, dict(parsed.lines))


def record(
    kind: str, title: str, body: str, source_id: str, created: str | None = None, **more: object
) -> Record:
    """A record with what its text says it is about; empty values are left out, and a title that is too long is cut."""
    whole = " ".join(title.split())
    shown = whole if len(whole) <= MAX_HEADING else plantext.headline(whole)[0]
    if shown != whole and whole not in body:
        body = f"{whole}\n\n{body}".rstrip()
    made: Record = {"kind": kind, "title": shown, "body": body, "created": created, "source_id": source_id}
    about = planhints.about(f"{whole}\n{plantext.uncoded(body)}")
    for key, value in (about | more).items():
        both = about.get(key)
        if isinstance(both, list) and isinstance(value, list | tuple) and value is not both:
            value = list(dict.fromkeys([*value, *both]))
        made[key] = value
    return {key: value for key, value in made.items() if key == "body" or value not in (None, [], (), "")}


def kept(values: Mapping[str, object], known: Collection[str], prefix: str) -> Record:
    """What a source says beside what is understood, under its own keys; a key that means something else here gets ``prefix``."""
    return {
        f"{prefix}_{key}" if key in fields.BY_NAME or key in ("body", "type") else key: value
        for key, value in values.items()
        if key not in known and value not in (None, "", [])
    }


def named(text: str) -> str:
    """A file's or folder's name as words: ``project_overview`` is *Project overview*."""
    words = re.sub(r"[-_\s]+", " ", text).strip()
    if not words or any(char.isupper() for char in words[1:]):
        return words or text
    return words[:1].upper() + words[1:]


def without_own_block(text: str) -> str:
    """``text`` without the block that ``init`` keeps in agents' files, its lines left empty, so that line numbers hold."""
    return _OWN_BLOCK.sub(lambda match: "\n" * match[0].count("\n"), text)


def words(value: object) -> list[str]:
    """A front matter value that is a list, or words divided by commas, as a list."""
    if isinstance(value, list):
        return [item.strip() for item in value if isinstance(item, str) and item.strip()]
    if not isinstance(value, str):
        return []
    return [item.strip() for item in value.split(",") if item.strip()]


def moment(value: object) -> str | None:
    """The first time in a value, as ISO; None where there is none."""
    return planhints.moment(value) if isinstance(value, str) else None


def plain(value: object) -> str | None:
    """A value that is one line of text."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return text or None
