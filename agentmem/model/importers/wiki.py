"""Notes that link to each other: Obsidian's and basic-memory's. A note is a memory, an observation one of its own."""

import re
import urllib.parse
from collections.abc import Mapping, Sequence

from agentmem.model import kinds, planhints, plantext
from agentmem.model.importers import prose
from agentmem.model.importers.found import File, Found, Note, kept, moment, named, note, plain, record, words
from agentmem.model.plantext import Anchors

KNOWN = (
    "title",
    "tags",
    "tag",
    "aliases",
    "alias",
    "created",
    "date",
    "created_at",
    "author",
    "by",
    "related",
)
"""Keys of front matter that become a memory's own; the rest is kept as it stands."""

CATEGORIES = {
    "decision": "decision", "decided": "decision", "choice": "decision",
    "convention": "convention", "rule": "convention", "preference": "convention", "guideline": "convention",
    "requirement": "convention", "constraint": "convention", "principle": "convention", "policy": "convention",
    "method": "procedure", "procedure": "procedure", "technique": "procedure", "step": "procedure", "howto": "procedure",
    "how-to": "procedure", "process": "procedure", "command": "procedure",
    "deadend": "deadend", "dead-end": "deadend", "failed": "deadend", "rejected": "deadend", "anti-pattern": "deadend",
    "lesson": "reflection", "learning": "reflection", "insight": "reflection", "reflection": "reflection",
    "event": "log", "log": "log",
}  # fmt: skip
_TYPES = {
    "adr": "decision", "guide": "procedure", "howto": "procedure", "runbook": "procedure", "meeting": "log", "daily": "log",
    "journal": "log", "person": "entity", "component": "entity", "service": "entity", "module": "entity", "system": "entity",
    "concept": "entity", "project": "entity", "organization": "entity", "moc": "entity",
}  # fmt: skip

_LINK = re.compile(r"\[\[([^\[\]\n|#^]{0,300})(?:[#^][^\[\]\n|]{0,300})?(?:\|[^\[\]\n]{0,300})?\]\]")
_PATH_LINK = re.compile(r"\]\(<?(?:\./)?([^()<>\s:#]{1,300}\.md)(?:#[^()\s]{0,300})?>?\)")
_OBSERVATION = re.compile(r"\s*[-*+]\s+\[([^\[\]()\n]{2,40})\]\s+(\S.*)$")
_RELATION = re.compile(
    r"\s*[-*+]\s+(?:\"([^\"\n]{1,60})\"|([\w][\w -]{0,58}?))\s*\[\[([^\]\n]+)\]\]\s*(\([^()\n]*\))?\s*$"
)
_REPLACES = re.compile(r"supersedes|replaces|obsoletes", re.IGNORECASE)
_CONTEXT = re.compile(r"\s*\(([^()\n]+)\)\s*$")
_TAG = re.compile(r"(?<![\w/&#`])#([^\W\d_][\w/-]*)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TEMPLATE = re.compile(r"\{\{\s*(?:date|time|title)\s*(?::[^{}\n]*)?\}\}|<%[-_*+]?\s*tp\.", re.IGNORECASE)
_FENCED = re.compile(r"(?ms)^[ \t]*(`{3,}|~{3,}).*?(?:^[ \t]*\1|\Z)|`[^`\n]*`")


def obsidian(files: Sequence[File]) -> Found:
    """The notes of a vault."""
    return _read(files, observed=False)


def basic_memory(files: Sequence[File]) -> Found:
    """The notes of basic-memory: observations are memories about the note, relations its links."""
    return _read(files, observed=True)


def _read(files: Sequence[File], *, observed: bool) -> Found:
    found = Found()
    notes = {file.path: (file, note(file, found)) for file in files}
    names = _names(notes)
    for file, whole in notes.values():
        if not whole.body.strip() and not whole.meta:
            found.problem(file.path, 1, "empty")
            continue
        if _TEMPLATE.search(_FENCED.sub("", file.text)):
            found.problem(file.path, 1, "a template for notes")
            continue
        _note(file, whole, names, found, observed=observed)
    return found


def _names(notes: Mapping[str, tuple[File, Note]]) -> dict[str, str]:
    """The note that each name means: its path, file name, title, permalink or alias; a name that two have means none."""
    given: dict[str, set[str]] = {}
    sure: dict[str, str] = {}
    for path, (file, whole) in notes.items():
        without = path.rpartition(".")[0]
        sure[without.casefold()] = path
        parts = without.split("/")
        tails = ["/".join(parts[at:]) for at in range(1, len(parts))]
        others = [
            *words(whole.meta.get("aliases")),
            plain(whole.meta.get("permalink")),
            plain(whole.meta.get("title")),
        ]
        for name in (file.stem, *tails, *filter(None, others)):
            given.setdefault(name.casefold(), set()).add(path)
    return {name: paths.pop() for name, paths in given.items() if len(paths) == 1} | sure


def _target(link: str, file: File, names: Mapping[str, str]) -> str | None:
    name = link.strip().removesuffix(".md").strip("/").casefold()
    beside = f"{file.folder}/{name}".casefold() if file.folder else name
    return names.get(beside) or names.get(name)


def _links(text: str, file: File, names: Mapping[str, str]) -> list[str]:
    said = _FENCED.sub("", text)
    links = [*_LINK.findall(said), *(urllib.parse.unquote(link) for link in _PATH_LINK.findall(said))]
    targets = (_target(link, file, names) for link in links if link.strip())
    return [path for path in dict.fromkeys(targets) if path and path != file.path]


def _note(file: File, whole: Note, names: Mapping[str, str], found: Found, *, observed: bool) -> None:
    heading = prose.first_heading(whole.body)
    title = plain(whole.meta.get("title")) or (heading if observed else None) or file.stem
    if title == file.stem and not re.search(r"\s|[A-Z]", title) and not _DAY.match(title):
        title = heading or named(title)
    body, items = _observations(whole.body, whole.line) if observed else (whole.body, [])
    if heading and heading.casefold() == title.casefold():
        said = re.escape(heading)
        own = rf"(?m)\A\s*(?:#[ \t]+{said}[ \t]*#*|{said}[ \t]*\n {{0,3}}=+)[ \t]*$\n?"
        body = re.sub(own, "", body, count=1)
    inline = _TAG.findall(_FENCED.sub("", body))
    stated = (*words(whole.meta.get("tags")), *words(whole.meta.get("tag")))
    tags = [tag.lstrip("#") for tag in (*(one for text in stated for one in text.split()), *inline)]
    kind = _kind(file, whole, title, tags, bool(items))
    others = [*words(whole.meta.get("aliases")), *words(whole.meta.get("alias"))]
    more: dict[str, object] = {
        "tags": list(dict.fromkeys(tags)),
        "by": plain(whole.meta.get("author")) or plain(whole.meta.get("by")),
        "related": _links("\n".join([body, *_texts(whole.meta)]), file, names),
        "aliases" if kind == "entity" else "entities": others,
    }
    replaced = [_target(to, file, names) for how, to in relations(body) if _REPLACES.fullmatch(how)]
    more["supersedes"] = [path for path in dict.fromkeys(replaced) if path and path != file.path]
    more |= kept(whole.meta, KNOWN, "note")
    time = next(
        (
            found_time
            for key in ("created", "created_at", "date")
            if (found_time := moment(whole.meta.get(key)))
        ),
        None,
    )
    if time is None and kind == "log" and (match := _DAY.match(file.stem)):
        time = match[0]
    body = re.sub(r"\n{3,}", "\n\n", body).strip("\n").rstrip()
    found.add(file.path, whole.line, record(kind, title, body, file.path, time, **more))
    anchors = Anchors(file.path)
    for number, category, text in items:
        found.add(file.path, number, _observation(file, title, category, text, time, names, anchors))


def _texts(meta: Mapping[str, object]) -> list[str]:
    return [
        item
        for value in meta.values()
        for item in (value if isinstance(value, list) else [value])
        if isinstance(item, str)
    ]


def _kind(file: File, whole: Note, title: str, tags: Sequence[str], has_items: bool) -> str:
    stated = [str(whole.meta.get(key) or "").lower() for key in ("kind", "type")]
    folders = file.folder.lower().split("/")
    for word in (*stated, *tags, *reversed(folders)):
        for name in (word, word.removesuffix("s")):
            if name in kinds.BY_NAME or name in CATEGORIES or name in _TYPES:
                return CATEGORIES.get(name) or _TYPES.get(name) or name
    if _DAY.match(file.stem):
        return "log"
    return "entity" if has_items else planhints.kind(title) or prose.kind_of_heading(title) or "fact"


def _observations(text: str, first: int) -> tuple[str, list[tuple[int, str, str]]]:
    """The observations of a note with their line and category, and the text without them and without headings left empty."""
    rest: list[str] = []
    items: list[tuple[int, str, str]] = []
    fenced = False
    for number, line in enumerate(text.split("\n"), first):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        match = None if fenced else _OBSERVATION.match(line)
        if match and not re.fullmatch(r"[ xX/-]", match[1]) and not match[2].startswith("("):
            items.append((number, match[1].strip(), match[2].strip()))
        else:
            rest.append(line)
    body = re.sub(r"(?mi)^#+ observations[ \t]*\n(?=\s*(?:#|\Z))", "", "\n".join(rest) + "\n")
    return body.rstrip("\n"), items


def _observation(
    file: File,
    title: str,
    category: str,
    text: str,
    time: str | None,
    names: Mapping[str, str],
    anchors: Anchors,
) -> dict[str, object]:
    context = _CONTEXT.search(text)
    said = text[: context.start()] if context else text
    tags = [category.lower(), *_TAG.findall(said)]
    plainly = re.sub(r"(?:\s*(?<![\w/&#`])#[^\W\d_][\w/-]*)+\s*$", "", said).strip() or said
    shown, more = plantext.headline(plainly)
    body = "\n".join(part for part in (more, f"({context[1]})" if context else "") if part)
    kind = CATEGORIES.get(category.lower().replace(" ", "-"), "fact")
    related = [file.path, *(path for path in _links(text, file, names))]
    name = anchors.take(f"{category} {plainly}")
    return record(
        kind, shown, body, name, time, tags=list(dict.fromkeys(tags)), entities=[title], related=related
    )


def relations(text: str) -> list[tuple[str, str]]:
    """The relations that a note states: type and target."""
    matches = (_RELATION.match(line) for line in text.split("\n"))
    return [((match[1] or match[2]).strip(), match[3].strip()) for match in matches if match]
