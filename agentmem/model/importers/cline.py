"""Cline's memory bank: six files with their own meaning, and whatever others a team has put beside them."""

import functools
import re
from collections.abc import Sequence

from agentmem.model import planhints, plantasks, plantext
from agentmem.model.importers import prose
from agentmem.model.importers.found import File, Found, named, note, record
from agentmem.model.importers.prose import Part

TITLES = {
    "projectbrief": "Project brief",
    "productcontext": "Product context",
    "activecontext": "Active context",
    "systempatterns": "System patterns",
    "techcontext": "Tech context",
    "progress": "Progress",
}
_TODO = re.compile(
    r"\bnext steps?\b|\bleft to (?:build|do)\b|\bto ?dos?\b|\bremaining\b|\bupcoming\b|\bbacklog\b", re.I
)
_DONE = re.compile(
    r"\bwhat works\b|\bcompleted\b|\bdone\b|\brecent (?:changes|work|updates)\b"
    r"|\bcurrent (?:focus|status|state|work)\b",
    re.I,
)
_DECIDED = re.compile(r"\bdecisions?\b|\bconsiderations?\b", re.I)


def read(files: Sequence[File]) -> Found:
    """The records of a memory bank; what is left to do becomes tasks, what was done and is being done the log."""
    found = Found()
    for file in files:
        whole = note(file, found)
        title = TITLES.get(file.stem.lower()) or named(file.stem)
        start = len(found.records)
        reader = prose.Reader(file, whole, found, title=title)
        stem = file.stem.lower()
        reader.read(functools.partial(_kind, stem))
        if stem in ("activecontext", "progress"):
            _divide_tasks(file, found, start)
    return found


def _kind(stem: str, part: Part) -> str:
    heading = part.heading or ""
    if stem in ("activecontext", "progress"):
        if _DECIDED.search(heading):
            return "decision"
        if _TODO.search(heading):
            return "task"
        if _DONE.search(heading):
            return "log"
        return prose.kind_of_heading(heading) or "fact"
    if stem == "systempatterns":
        if _DECIDED.search(heading):
            return "decision"
        return "convention" if re.search(r"\bpatterns?\b", heading, re.I) and part.above else "fact"
    if stem in ("projectbrief", "productcontext"):
        return "fact"
    return prose.kind_of(part)


def _divide_tasks(file: File, found: Found, start: int) -> None:
    """Where a section is work to do, or has check boxes: each item a task, ticked ones closed by a log entry."""
    taken = found.records[start:]
    del found.records[start:]
    for one in taken:
        body = str(one.record["body"])
        rest, items = prose.boxes(body)
        todo = one.record["kind"] == "task"
        if todo and not items:
            lines, items = plantext.bullets([plantext.Line(line) for line in body.split("\n")])
            rest = plantext.body(lines)
        if not items:
            # work to do in running text: nobody could take it
            found.records.append(one._replace(record={**one.record, "kind": "log"}) if todo else one)
            continue
        if re.search(r"\w", rest):
            kind = "log" if todo else one.record["kind"]
            found.records.append(one._replace(record={**one.record, "kind": kind, "body": rest}))
        anchor = str(one.record["source_id"])
        names = plantext.Anchors(anchor.partition("#")[0] + "#" + anchor.partition("#")[2] + "/")
        for item, task in zip(items, plantasks.parse(items, planhints.ROLES), strict=True):
            if task is None:
                continue
            name = names.take(task.title).replace("/#", "/")
            made = record(
                "task",
                task.title,
                task.body,
                name,
                task.finished and None,
                role=task.role,
                priority=task.priority,
            )
            found.add(one.path, one.line, made)
            if item.done or task.done:
                entry = record("log", f"Done: {task.title}", "", f"{name}/done", task.finished, closes=[name])
                found.add(one.path, one.line, entry)
