"""The tasks of a memory bank: many teams keep a file each in ``tasks/``, and ``_index.md`` that lists them by state."""

import re
from typing import NamedTuple

from agentmem.model import planhints, plantext
from agentmem.model.digest import shortened
from agentmem.model.importers.found import File, Found, note, record

_FILE = re.compile(r"TASK[-_ ]?\d{1,6}(?=\D|$).*", re.IGNORECASE)
_LABEL = re.compile(r"\[?(TASK[-_ ]?\d{1,6})\]?\s*[:–—-]?\s*", re.IGNORECASE)
_HEAD = re.compile(
    r"\s*(?:[-*]\s+)?(?:\*\*|__)(status|added|created|updated|completed)(?:\*\*|__)?\s*:(?:\*\*|__)?\s*(.*?)\s*",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"(?:\[(?P<bracketed>[A-Z][A-Z0-9]*(?:[-_ .]?[A-Z0-9]+)*)\](?:\([^)\n]*\))?|`(?P<quoted>[A-Z][A-Z0-9]*(?:[-_.]?[A-Z0-9]+)*)`"
    r"|(?:\*\*)?(?P<bare>TASK[-_ ]?\d{1,6}[A-Z]?)(?:\*\*)?)\s*[:–—-]?\s*(?P<said>\S.*)"
)
_TITLE = re.compile(
    r"(?:\*\*(?P<bold>[^*\n]+)\*\*|(?P<plain>.+?))(?:\s*[:–—]\s+|\s+-\s+|\s*\Z)(?P<more>.*)", re.DOTALL
)
_TICKED = re.compile(r"✅|✔|\bcompleted? on \d", re.IGNORECASE)
_DONE = re.compile(r"(?:✅\s*)?(?:completed?|done|finished|closed)\b", re.IGNORECASE)
_LEFT = re.compile(r"(?:❌\s*)?(?:abandoned|cancell?ed|dropped|rejected)\b", re.IGNORECASE)
_WAITING = re.compile(r"(?:pending|to ?do|open|not started|new)\b", re.IGNORECASE)
_BLANK = re.compile(
    r"[>\s]*[_*]*\(?[_*]*(?:none|no \w+ tasks?|aucune[^()]*|-)[_*]*\)?[_*.]*\s*(?:---)?", re.IGNORECASE
)

SHOWN = 60
"""Characters of what was not taken that are told."""


class _Task(NamedTuple):
    """What one file or line says of a task; ``state`` as it is written there."""

    path: str
    line: int
    label: str
    title: str
    body: str
    source_id: str
    state: str
    added: str | None
    ended: str | None


def is_index(file: File) -> bool:
    """Whether a file lists the tasks that lie beside it."""
    return file.folder.rpartition("/")[2].lower() == "tasks" and file.stem.lower().strip("_") == "index"


def is_task(file: File) -> bool:
    """Whether a file is one task."""
    return file.folder.rpartition("/")[2].lower() == "tasks" and _FILE.fullmatch(file.stem) is not None


def read(file: File, found: Found) -> str:
    """The task of one file, whole; gives its label."""
    whole = note(file, found)
    top = next((one for one in plantext.sections(whole.body) if one.level == 1 and one.heading), None)
    heading = top.heading if top else file.stem
    label = _LABEL.match(heading) or _LABEL.match(file.stem)
    title = _LABEL.sub("", heading, count=1).strip() or file.stem
    stated: dict[str, str] = {}
    lines: list[str] = []
    for line in whole.body.split("\n"):
        match = _HEAD.fullmatch(line)
        if match and match[1].lower() not in stated:
            stated[match[1].lower()] = match[2]
        elif not (top and line.lstrip("# ").strip() == heading and line.startswith("# ")):
            lines.append(line)
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n").rstrip()
    name = label[1] if label else file.stem
    dates = {key: planhints.moment(value) for key, value in stated.items()}
    added = dates.get("added") or dates.get("created")
    ended = dates.get("completed") or dates.get("updated")
    _take(
        _Task(file.path, whole.line, name, title, body, file.path, stated.get("status", ""), added, ended),
        found,
    )
    return name.upper()


def read_index(file: File, numbers: set[str], found: Found) -> None:
    """The tasks of an index that have no file of their own, in the state of the nearest heading above them that names one."""
    body = note(file, found)
    anchors = plantext.Anchors(file.path)
    known = plantext.sections(body.body)
    for place, section in enumerate(known):
        above = [one.heading for one in plantext.chain(known, place) if one.heading]
        state = next(
            (one for one in above if _DONE.match(one) or _LEFT.match(one) or _WAITING.match(one)), ""
        )
        state = state or (above[0] if above else "")
        line = section.line + body.line - 1
        rest, items = plantext.bullets(section.lines)
        for item in items:
            match = _LISTED.fullmatch(item.text)
            if match is None:
                found.problem(file.path, line, f"no task of an index: {shortened(item.text, SHOWN)}")
                continue
            label = match["bracketed"] or match["quoted"] or match["bare"]
            if label.upper() in numbers:
                continue
            title = _TITLE.fullmatch(match["said"])
            said = (title["bold"] or title["plain"]) if title else match["said"]
            text = "\n".join(
                part for part in (title["more"] if title else "", plantext.body(item.lines)) if part
            )
            ticked = item.done or _TICKED.search(match["said"])
            _take(
                _Task(
                    file.path, line, label, said.strip(" ✅✔"), text.strip(), anchors.take(f"{label} {said}"),
                    "Completed" if ticked else state, None, planhints.moment(match["said"]),
                ),
                found,
            )  # fmt: skip
        if re.search(r"\w", "\n".join(one.text for one in rest)) and not _BLANK.fullmatch(
            plantext.body(rest).strip()
        ):
            found.problem(
                file.path, line, f"text of an index, not taken: {shortened(plantext.body(rest), SHOWN)}"
            )


def _take(one: _Task, found: Found) -> None:
    more: dict[str, object] = {"entities": [one.label]}
    if _LEFT.match(one.state):
        more |= {"status": "retracted", "retracted": f"{one.state} there"}
    elif one.state and not _WAITING.match(one.state) and not _DONE.match(one.state):
        more["cline_status"] = one.state
    found.add(one.path, one.line, record("task", one.title, one.body, one.source_id, one.added, **more))
    if _DONE.match(one.state):
        entry = record(
            "log", f"Done: {one.title}", "", f"{one.source_id}/done", one.ended, closes=[one.source_id]
        )
        found.add(one.path, one.line, entry)
