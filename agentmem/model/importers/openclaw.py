"""OpenClaw's memory: ``MEMORY.md``, a log a day, ``bank/`` pages, and the retain bullets in all of them."""

import functools
import re
from collections.abc import Sequence

from agentmem.model import planhints, plantext
from agentmem.model.importers import prose
from agentmem.model.importers.found import File, Found, named, note, record
from agentmem.model.importers.prose import Part
from agentmem.model.plantext import Anchors

KINDS = {"W": "fact", "B": "log", "O": "convention", "S": "reflection"}
"""World, biography, opinion (what somebody prefers), summary."""
SURE = 0.9
DOUBTED = 0.5
"""Confidence from which on an opinion matters more than others, and below which less."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_RETAIN = re.compile(
    r"(\s*)(?:[-*+]\s+)?`?(?:\((\d\d:\d\d)\)\s+)?(?:\[(high|medium|low)\]\s+)?"
    r"([WBOS])(?:\(c\s*=\s*([01](?:\.\d+)?|\.\d+)\))?((?:\s+@[\w.-]*\w)*)`?\s*[:：]\s*(\S.*)$",
    re.IGNORECASE,
)
_ENDS = re.compile(r"\s*(?:#|---)")
_IMPORTANCE = {"high": 4, "medium": 3, "low": 2}


def read(files: Sequence[File]) -> Found:
    """The records of a workspace: retain bullets each as one, the rest of a day as its log, the rest of a page by sections."""
    found = Found()
    for file in files:
        whole = note(file, found)
        day = match[0] if (match := _DAY.match(file.stem)) else None
        rest = _retained(file, whole.body, whole.line, day, found)
        if not re.search(r"\w", "\n".join(line.lstrip("# ") for line in rest.split("\n"))):
            continue
        if "/entities/" in f"/{file.path}":
            heading = prose.first_heading(rest)
            title = heading or named(file.stem)
            found.add(
                file.path,
                whole.line,
                record("entity", title, rest, file.path, aliases=_others(title, file.stem)),
            )
            continue
        title = _title(file.stem, day)
        reader = prose.Reader(file, whole._replace(body=rest), found, title=title, day=day)
        start = len(found.records)
        reader.read(functools.partial(_kind, day, file.stem))
        for taken in found.records[start:]:
            if day:
                taken.record.setdefault("created", day)
    return found


def _title(stem: str, day: str | None) -> str:
    """What a file is about: a page by its name, a day by its date and the words that its name has besides."""
    if day is None:
        return {"MEMORY": "Memory", "memory": "Memory"}.get(stem) or named(stem)
    words = named(stem[len(day) :].strip("-_ "))
    return f"{day} {words}".rstrip()


def _others(title: str, stem: str) -> list[str]:
    return [name for name in dict.fromkeys((stem, named(stem))) if name != title]


def _kind(day: str | None, stem: str, part: Part) -> str:
    if day:
        if part.bullet and (kind := prose.kind_of_heading(part.heading)):
            return kind  # of a list of decisions, of lessons
        return planhints.leading_kind(part.heading) or planhints.kind_of_text(part.text) or "log"
    if stem.lower() == "experience":
        return "log"
    if stem.lower() == "opinions":
        return "convention"
    return prose.kind_of(part)


def _retained(file: File, text: str, first: int, day: str | None, found: Found) -> str:
    """The text without its retain bullets, which become records."""
    anchors = Anchors(file.path)
    rest: list[str] = []
    last: dict[str, object] | None = None
    indent = 0
    plainly = fenced = False
    for number, line in enumerate(text.split("\n"), first):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        match = None if fenced else _RETAIN.match(line)
        if match is None:
            deeper = plainly or len(line) - len(line.lstrip()) > indent
            if last is not None and line.strip() and deeper and not _ENDS.match(line):
                last["body"] = f"{last['body']}\n{line.strip()}".strip()
                continue
            last = last if not line.strip() else None
            rest.append(line)
            continue
        last = _bullet(match, day, anchors)
        # one that is no list item has its evidence in the list below it
        plainly = not match[0].lstrip().startswith(("-", "*", "+"))
        indent = len(match[1])
        found.add(file.path, number, last)
    # a heading that had nothing but such bullets has gone with them
    return re.sub(r"(?mi)^#+ retain[^\n]*\n(?=\s*(?:#|\Z))", "", "\n".join(rest) + "\n").rstrip("\n")


def _bullet(match: re.Match[str], day: str | None, anchors: Anchors) -> dict[str, object]:
    letter, sure = match[4].upper(), match[5]
    said = match[7].strip().rstrip("`")
    entities = [name.lstrip("@") for name in match[6].split()]
    title, more = plantext.headline(said)
    kind = KINDS[letter]
    subject = " ".join(entities)
    if subject and subject.casefold() not in title.casefold():
        title = f"{subject}: {title}"
    importance = _IMPORTANCE.get((match[3] or "").lower())
    if sure is not None and importance is None:
        importance = 4 if float(sure) >= SURE else 2 if float(sure) < DOUBTED else None
    time = f"{day}T{match[2]}" if day and match[2] else day
    if time and planhints.moment(time) is None:
        time = day
    made = record(
        kind,
        title,
        more,
        anchors.take(f"{letter} {subject} {said}"),
        time,
        entities=entities,
        importance=importance,
    )
    if sure is not None:
        made["confidence"] = sure
    return made
