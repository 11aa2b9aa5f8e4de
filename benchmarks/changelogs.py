"""The changelogs of two real packages as stores, and what people might ask of them: text that was not written for us.

``changelogs.jsonl`` has the questions, asked by readers who knew neither the tool nor how it searches: in words of an entry, in
quite other words, and what no entry tells, of the same project and of other fields. ``answers`` are ids of entries. The
questions of one package have been looked at while recall was mended; nobody looked at those of the other.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

import release_history


class Changelog(NamedTuple):
    """A package, the release whose source holds its changelog, where, and whether its questions are held out."""

    name: str
    version: str
    path: str
    held_out: bool


CHANGELOGS = (
    Changelog("black", "24.4.2", "CHANGES.md", False),
    Changelog("httpx", "0.27.0", "CHANGELOG.md", True),
)
QUESTIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "changelogs.jsonl")

FEWEST_WORDS = 4
"""Words of an entry that says anything."""

LONGEST_TITLE = 100

_SENTENCE = re.compile(r"(?<=[a-z`)])\. |\.$")


def entries(text: str) -> Iterator[tuple[str, str, str]]:
    """``(entry, release, section)`` of a changelog in markdown: a bullet, and the lines that go on with it."""
    release = section = ""
    lines: list[str] = []

    def done() -> Iterator[tuple[str, str, str]]:
        entry = " ".join(lines)
        if len(entry.split()) >= FEWEST_WORDS:
            yield entry, release, section
        lines.clear()

    for line in text.splitlines():
        if re.match(r"[-*] |##", line):
            yield from done()
        if line.startswith("## "):
            release, section = line[3:].strip(), ""
        elif line.startswith("### "):
            section = line[4:].strip()
        elif re.match(r"[-*] ", line):
            lines.append(line[2:].strip())
        elif lines and line.startswith("  ") and line.strip():
            lines.append(line.strip())
        elif line.strip():
            yield from done()
    yield from done()


def records(one: Changelog) -> list[dict[str, object]]:
    """The entries as memories.

    Raises:
        Unavailable: the release is neither in the cache nor to be had.

    """
    archive = release_history.sdist(one.name, one.version, release_history.cache_folder())
    text = release_history.contents(archive)[one.path].decode("utf-8")
    found = []
    for entry, release, section in entries(text):
        title = _SENTENCE.split(entry, maxsplit=1)[0][:LONGEST_TITLE]
        body = f"{entry}\n\n{section}, in {release}."
        found.append({"id": identity(entry, release), "kind": "log", "title": title, "body": body})
    return found


def identity(entry: str, release: str) -> str:
    """What an entry is known by in ``changelogs.jsonl``."""
    return hashlib.sha1(f"{release} {entry}".encode()).hexdigest()[:12]


def questions(one: Changelog) -> list[tuple[str, str, frozenset[str]]]:
    """``(kind, question, ids of what answers it)``."""
    with open(QUESTIONS, encoding="utf-8") as file:
        found = [json.loads(line) for line in file]
    return [(q["kind"], q["text"], frozenset(q["answers"])) for q in found if q["package"] == one.name]
