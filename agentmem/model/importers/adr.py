"""Architecture decision records, as adr-tools and MADR write them: a decision a file, its status and what replaces it.

Numbers are not unique where branches met, so a record is known by its file; a number names one where only one file has it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agentmem.model import plantext
from agentmem.model.exporters.madr import MARK
from agentmem.model.importers.found import (
    File,
    Found,
    Note,
    Record,
    kept,
    moment,
    named,
    note,
    plain,
    record,
    words,
)

NOT_RECORDS = re.compile(
    r"(?:readme|index|template|toc|.*[-_]template|0*-?template.*|adr-template.*)", re.IGNORECASE
)

MAX_NAME = 60
"""Characters of who decided up to which they are one author."""
_READ = ("status", "date", "created", "decider", "decisionmaker", "author", "title", "tag")
_NUMBER = re.compile(r"(?:adr[-_ ]?)?(\d{1,8})(?=[-_. ]|$)", re.IGNORECASE)
_HEADED = re.compile(
    r"[\[(]?adr[-_ #]*\d{1,8}[\])]?(?:\s*[.:)–—-](?!\d)\s*|\s+)(?=\S)"
    r"|(?:\d{1,8}(?:\s*[.:)]|\s+[–—-])|\[\d{1,8}\][.:]?)\s+(?=\S)",
    re.IGNORECASE,
)
"""What is written as a record's number where a title begins; any other number there, *3 regions*, is what the title says."""
_PLAIN_NUMBER = re.compile(r"(\d{1,8})(?:\s+|_|-(?=[^\W\d]))(?=\S)")
_META = re.compile(
    r"^\s*(?:>\s*|\|\s*)?(?:[*+-]\s+)?(?:\*\*|__)?"
    r"(status|date|deciders?|decision[- ]makers?|authors?|technical story|tags?|consulted|informed)"
    r"(?:\*\*|__)?\s*(?::(?:\*\*|__)?\s*(?:\|(?=.*\|\s*$))?|(?<=\S)\s*\|(?=.*\|\s*$))\s*(.*?)\s*\|?\s*$",
    re.IGNORECASE,
)
_BESIDES = re.compile(r"\s+[|·•]\s+(?=(?:\*\*|__)\w)")
"""Between two such on one line."""
_HUSK = re.compile(r"(?m)^[ \t]*\|[^\n]*\|[ \t]*\n[ \t]*\|[-:| \t]+\|[ \t]*$(?!\n[ \t]*\|)")
"""A table whose rows were all understood."""
_STATED = re.compile(r"(status|date)\s*:\s*(\S.*)", re.IGNORECASE)
_DATED = re.compile(r"\W*(\d{4}-\d\d-\d\d)\W+(?=\w)")
_BY = re.compile(r"\b(?:superseded|replaced|obsoleted)\s+by\b", re.IGNORECASE)
_REPLACES = re.compile(r"\b(?:supersedes|supercedes|replaces|obsoletes)\b:?", re.IGNORECASE)
_BESIDE = re.compile(
    r"\b(?:amends|amended by|clarifies|clarified by|relates to|related to|extends|extended by|links? to)\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"\[[^\]\n]*\]\(<?([^)\s>]+)>?\)")
_NAMED = re.compile(r"\b(?:ADR|decision|record)?[-_ #]*(\d{1,8})\b", re.IGNORECASE)
_WIKI = re.compile(r"\[\[([^\]|#\n]+)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BLANK = re.compile(r"^\s*\{[^}\n]*\}\s*$")
_ACTIVE = (
    "accepted",
    "approved",
    "active",
    "decided",
    "implemented",
    "done",
    "in force",
    "adopted",
    "final",
    "agreed",
)
_OPEN = (
    "proposed",
    "draft",
    "pending",
    "rfc",
    "in review",
    "open",
    "under discussion",
    "in discussion",
    "wip",
    "review",
)


class _Adr(NamedTuple):
    """One record, and what it says of others: ``status`` in small letters, ``said`` all that stands under it."""

    file: File
    line: int
    title: str
    body: str
    status: str
    said: str
    created: str | None
    by: str | None
    tags: list[str]
    number: int | None
    rest: Record


def read(files: Sequence[File]) -> Found:
    """The decisions in ``files``."""
    found = Found()
    records: list[_Adr] = []
    for file in files:
        if NOT_RECORDS.fullmatch(file.stem):
            found.problem(file.path, 1, "no record: an index or a template")
        elif mark := MARK.search(file.text):
            found.problem(file.path, 1, f"an export of memory {mark[1]}")
        elif (one := _record(file, note(file, found), found)) is not None:
            records.append(one)
    by_path = {one.file.path: one for one in records}
    numbered: dict[int, list[str]] = {}
    for one in records:
        if one.number is not None:
            numbered.setdefault(one.number, []).append(one.file.path)
    replaced: dict[str, list[str]] = {}
    beside: dict[str, list[str]] = {}
    gone: dict[str, str] = {}
    for one in records:
        for sentence in _sentences(one.said):
            targets = _targets(one, sentence, by_path, numbered, found)
            if _BY.search(sentence):
                for target in targets:
                    replaced.setdefault(target, []).append(one.file.path)
                if not targets:
                    gone[one.file.path] = plain(_COMMENT.sub("", sentence)) or "superseded"
            elif _REPLACES.search(sentence):
                replaced.setdefault(one.file.path, []).extend(targets)
            elif _BESIDE.search(sentence):
                beside.setdefault(one.file.path, []).extend(targets)
    known = {old for olds in replaced.values() for old in olds}
    for one in records:
        if (
            one.status.startswith(("superseded", "superceded", "replaced", "obsolete"))
            and one.file.path not in known
        ):
            gone.setdefault(one.file.path, "superseded")
    settled = {
        old for new, olds in replaced.items() for old in olds if not by_path[new].status.startswith(_OPEN)
    }
    for one in records:
        _take(one, replaced.get(one.file.path, ()), beside.get(one.file.path, ()), gone, settled, found)
    return found


def _record(file: File, whole: Note, found: Found) -> _Adr | None:
    sections = plantext.sections(whole.body)
    top = next((one for one in sections if one.level == 1 and one.heading), None)
    heading = top.heading if top else None
    number = _NUMBER.match(file.stem)
    title = plain(whole.meta.get("title")) or heading or named(file.stem[number.end() if number else 0 :])
    if title.startswith(("{", "[short title", "[title")):
        found.problem(file.path, whole.line, "no record: a template")
        return None
    meta: dict[str, str] = {}
    rest: dict[str, object] = {}
    body: list[str] = []
    status_lines: list[str] = []
    for section in sections:
        if section.level == 2 and section.heading.strip(" :").lower() == "status":
            status_lines += [line.text for line in section.lines]
            continue
        if section.level == 2 and section.heading.strip(" :").lower() == "date":
            meta.setdefault("date", plantext.body(section.lines))
            continue
        if section.level == 2 and (headed := _STATED.fullmatch(section.heading.strip())):
            meta.setdefault(_key(headed[1]), headed[2])
            status_lines += [line.text for line in section.lines]
            continue
        head = section.level < 2
        if section is not top and section.heading:
            body.append(f"{'#' * section.level} {section.heading}")
        for line in section.lines:
            pieces = [] if line.fenced or not head else _BESIDES.split(line.text)
            matches = [match for match in map(_META.match, pieces) if match]
            for match in matches:
                meta.setdefault(_key(match[1]), match[2].strip())
                rest.setdefault(re.sub(r"[- ]", "_", match[1].lower()), match[2].strip())
            if len(matches) < max(len(pieces), 1):
                body.append(line.text)
    for key, value in whole.meta.items():
        stated = ", ".join(words(value)) if isinstance(value, list) else str(value or "")
        meta.setdefault(_key(key), stated)
        rest.setdefault(key, stated)
    said = "\n".join(filter(None, (meta.get("status", ""), *status_lines)))
    said = _COMMENT.sub("", said)
    first = _status(said)
    more = [line for line in status_lines if line.strip() and not _is_status(line, first)]
    if more:
        body += ["", "## Status", *more]
    text = _HUSK.sub("", "\n".join(body)) if rest else "\n".join(body)
    text = re.sub(r"\n{3,}", "\n\n", text).strip("\n").rstrip()
    if not re.search(r"\w", text) and not said:
        found.problem(file.path, whole.line, "no record: it has no text")
        return None
    deciders = meta.get("decider") or meta.get("decisionmaker") or meta.get("author") or ""
    by = plain(deciders) if not _BLANK.match(deciders) and not deciders.startswith("[") else None
    if by and len(by) > MAX_NAME:
        rest["deciders"], by = by, None
    read = [
        name for name in rest if (_key(name) in _READ and name != "deciders") or str(rest[name])[:1] in "{["
    ]
    if by:
        read.append("deciders")
    return _Adr(
        file,
        whole.line,
        _unnumbered(title, number[1] if number else None),
        text,
        first.lower(),
        said,
        moment(meta.get("date")) or moment(meta.get("created")),
        by,
        words(whole.meta.get("tags")) or words(meta.get("tag")),
        int(number[1]) if number else None,
        kept(rest, read, "adr"),
    )


def _unnumbered(title: str, number: str | None) -> str:
    """A title without the record's number before it: one written as such, or as the file's name has it."""
    if match := _HEADED.match(title):
        return title[match.end() :]
    match = _PLAIN_NUMBER.match(title)
    return title[match.end() :] if match and match[1] == number else title


def _status(said: str) -> str:
    """The state that a text on it names: its first line, of lines with dates the last; without marks before it."""
    lines = [line.strip(" *_-+.`\"'") for line in said.split("\n")]
    lines = [line for line in lines if re.search(r"\w", line)]
    dated = [_DATED.sub("", line, count=1) for line in lines if _DATED.match(line)]
    return re.sub(r"^\W+", "", (dated[-1:] or lines[:1] or [""])[0])


def _is_status(line: str, first: str) -> bool:
    """Whether a line of the section on the status says no more than was understood."""
    words_of = _status(line).lower()
    return words_of == first.lower() or any(
        pattern.search(line) for pattern in (_BY, _REPLACES, _BESIDE, _COMMENT)
    )


def _key(name: str) -> str:
    """A key as it is looked up: *Decision Makers* is ``decisionmaker``."""
    short = re.sub(r"[-_ ]", "", name.lower())
    return short if short == "status" else short.removesuffix("s")


def _sentences(text: str) -> list[str]:
    """What a status says, a line or a clause at a time."""
    return [
        part
        for line in text.split("\n")
        for part in re.split(r";|,(?=\s+(?:super|replac|amend|obsolet))", line)
        if part.strip()
    ]


def _targets(
    one: _Adr, sentence: str, by_path: Mapping[str, _Adr], numbered: Mapping[int, list[str]], found: Found
) -> list[str]:
    """The files that a sentence of a status names: by a link, else by their number where only one has it."""
    if not (_BY.search(sentence) or _REPLACES.search(sentence) or _BESIDE.search(sentence)):
        return []
    targets: list[str] = []
    linked = [*_LINK.findall(sentence), *(f"{name.strip()}.md" for name in _WIKI.findall(sentence))]
    for link in linked:
        name = link.partition("#")[0].rpartition("/")[2]
        whole = f"{one.file.folder}/{name}" if one.file.folder else name
        near = [path for path in by_path if path.rpartition("/")[2] == name]
        if whole in by_path or len(near) == 1:
            targets.append(whole if whole in by_path else near[0])
        else:
            found.problem(one.file.path, one.line, f"names {link}, which is not among these records")
    if linked:
        return targets
    for number in _NAMED.findall(re.sub(r"\b\d{4}-\d\d-\d\d\b", "", sentence)):
        paths = [path for path in numbered.get(int(number), ()) if path != one.file.path]
        if len(paths) == 1:
            targets.append(paths[0])
        elif paths:
            found.problem(
                one.file.path,
                one.line,
                f"names {number}, a number that {len(paths)} records have: {', '.join(sorted(paths))}",
            )
        else:
            found.problem(one.file.path, one.line, f"names {number}, which is not among these records")
    return targets


def _take(
    one: _Adr,
    replaces: Sequence[str],
    beside: Sequence[str],
    gone: Mapping[str, str],
    settled: set[str],
    found: Found,
) -> None:
    path = one.file.path
    tags = [*one.tags, *([f"adr-{one.number:04d}"] if one.number is not None else [])]
    names = [] if one.number is None else [f"ADR-{one.number}"]
    more: dict[str, object] = {**one.rest, "by": one.by, "tags": tags, "entities": names}
    more["supersedes"] = [old for old in dict.fromkeys(replaces) if old != path]
    more["related"] = [other for other in dict.fromkeys(beside) if other != path]
    kind, title, status = "decision", one.title, one.status
    if status.startswith("rejected"):
        kind, title = "deadend", f"Rejected: {title}"
    elif path in gone:
        more |= {"status": "retracted", "retracted": gone[path]}
    elif status.startswith("deprecated") and path not in settled:
        more |= {"status": "retracted", "retracted": "deprecated"}
    elif status.startswith(_OPEN):
        more["status"] = "proposed"
    elif status and not status.startswith(
        (*_ACTIVE, "superseded", "replaced", "deprecated", "amend", "supersedes")
    ):
        found.problem(path, one.line, f"status {status[:60]!r} is not known: taken as accepted")
    found.add(path, one.line, record(kind, title, one.body, path, one.created, **more))
