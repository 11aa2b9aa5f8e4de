"""Cline's memory bank: six files with their own meaning, and whatever others a team has put beside them."""

import functools
import re
from collections.abc import Sequence
from typing import Any

from agentmem.model import planhints, plantasks, plantext
from agentmem.model.importers import clinetasks, prose
from agentmem.model.importers.found import File, Found, named, note, record
from agentmem.model.importers.prose import Part
from agentmem.model.plantext import Item, Line

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
    r"\bwhat works\b|\bcompleted\b|\bdone\b|\b(?:recent|latest|previous|last)\b"
    r"|\bcurrent (?:\w+ )?(?:focus|status|state|task|work)\b"
    r"|^status\b|^focus\b",
    re.I,
)
_STRUCK = re.compile(r"^~~(.+?)~~|\s*(?:[✓✔✅]|\((?:completed|done)\))", re.I)
_BLANK = re.compile(
    r"\[(?![ xX]\])[^\]\[\n]*\](?!\().?|(?:none|n/a|tbd|to be (?:defined|determined))\.?", re.I
)
"""What a template left to be filled in."""
_DECIDED = re.compile(r"\bdecisions?\b|\bconsiderations?\b", re.I)


def read(files: Sequence[File]) -> Found:
    """The records of a memory bank; what is left to do becomes tasks, what was done and is being done the log."""
    found = Found()
    own = [file for file in files if clinetasks.is_task(file)]
    numbers = {clinetasks.read(file, found) for file in own}
    for file in files:
        if file in own:
            continue
        if clinetasks.is_index(file):
            clinetasks.read_index(file, numbers, found)
            continue
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
        for words in (heading, *part.above):
            for kind, pattern in (("decision", _DECIDED), ("task", _TODO), ("log", _DONE)):
                if pattern.search(words):
                    return kind
        return prose.kind_of_heading(heading) or "fact"
    if stem == "systempatterns":
        if _DECIDED.search(heading):
            return "decision"
        return "convention" if re.search(r"\bpatterns?\b", heading, re.I) and part.above else "fact"
    if stem in ("projectbrief", "productcontext"):
        return "fact"
    return prose.kind_of(part)


def _divide_tasks(file: File, found: Found, start: int) -> None:
    """Where a section is work to do, or has open check boxes: each such item a task; of work to do, what is ticked or struck out
    is closed by a log entry. Elsewhere what is ticked is what happened, and stays in the text.
    """
    taken = found.records[start:]
    del found.records[start:]
    for one in taken:
        todo = one.record["kind"] == "task"
        rest, items = _work(str(one.record["body"]), todo)
        if not items or re.search(r"\w", rest):
            # work to do in running text: nobody could take it
            kind = "log" if todo else one.record["kind"]
            found.records.append(one._replace(record={**one.record, "kind": kind, "body": rest}))
        anchors = plantext.Anchors(f"{one.record['source_id']}/")
        for item, task in zip(items, plantasks.parse(items, planhints.ROLES), strict=True):
            if task is None:
                continue
            if _BLANK.fullmatch(item.text.strip()):
                found.problem(one.path, one.line, f"no task: {item.text.strip()}")
                continue
            name = anchors.take(task.title).replace("/#", "/")
            more: dict[str, Any] = {"role": task.role, "priority": task.priority}
            found.add(one.path, one.line, record("task", task.title, task.body, name, **more))
            if item.done or task.done:
                entry = record("log", f"Done: {task.title}", "", f"{name}/done", task.finished, closes=[name])
                found.add(one.path, one.line, entry)


def _work(body: str, todo: bool) -> tuple[str, list[Item]]:
    """The items of a section that are tasks, and what is left of its text."""
    lines = [Line(line) for line in body.split("\n")]
    rest, items = plantext.boxes(lines)
    if not todo and items and any(item.done for item in items):
        # a list of what was done with some left over: the text stays whole, what is left over is a task as well
        return body, [item for item in items if not item.done]
    if todo and not items:
        rest, items = plantext.bullets(lines)
        for item in items:
            item.done = _STRUCK.search(item.text) is not None
            item.text = _STRUCK.sub(r"\1", item.text).strip()
    return plantext.body(rest), [item for item in items if item.text]
