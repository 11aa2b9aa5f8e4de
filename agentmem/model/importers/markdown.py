"""Plain markdown: folders of notes section by section, and Serena's memories, each file one of them."""

from collections.abc import Sequence

from agentmem.model import plantext
from agentmem.model.importers import prose
from agentmem.model.importers.found import (
    File,
    Found,
    kept,
    moment,
    named,
    note,
    plain,
    record,
    without_own_block,
    words,
)
from agentmem.model.importers.prose import Part

READ = ("title", "tags", "author", "by", "created", "date")
DEPTH = 2
"""A section of a document is a heading of this level with all that is below it."""


def read(files: Sequence[File]) -> Found:
    """The sections of plain documents; their front matter's title, tags, date and author count for all of a file."""
    found = Found()
    for file in files:
        whole = note(file._replace(text=without_own_block(file.text)), found)
        name = plain(whole.meta.get("title")) or named(file.stem)
        title = plain(whole.meta.get("title")) or prose.first_heading(whole.body) or name
        shared = kept(whole.meta, READ, "note") | {
            "tags": words(whole.meta.get("tags")),
            "by": plain(whole.meta.get("author")) or plain(whole.meta.get("by")),
        }
        time = moment(whole.meta.get("created")) or moment(whole.meta.get("date"))
        reader = prose.Reader(file, whole, found, title=title, name=name, depth=DEPTH)
        start = len(found.records)
        reader.read(_kind, shared=shared)
        for taken in found.records[start:]:
            if time:
                taken.record.setdefault("created", time)
    return found


def _kind(part: Part) -> str:
    return prose.kind_of(part, prose.kind_of_heading(part.about) or "fact")


def serena(files: Sequence[File]) -> Found:
    """The memories of a Serena project: one a file, known by its name."""
    found = Found()
    for file in files:
        whole = note(file, found)
        if not whole.body.strip():
            found.problem(file.path, 1, "empty")
            continue
        name = named(file.stem)
        heading = prose.first_heading(whole.body)
        # a heading that says more than the name is the better title; "Overview" says less
        title = heading if heading and len(heading.split()) >= len(name.split()) else name
        kind = prose.kind_of_heading(name) or prose.kind_of_heading(title) or "fact"
        sections = plantext.sections(whole.body)
        alone = heading and sections[0].lines == () and sections[1].heading == heading
        body = prose.below_first_heading(whole.body) if alone and "\n" in whole.body else whole.body
        found.add(file.path, whole.line, record(kind, title, body.strip("\n"), file.path))
    return found
