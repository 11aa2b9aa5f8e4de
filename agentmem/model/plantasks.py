"""One check box of a plan taken apart: label, title, role, priority, what it needs, when it was done."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from agentmem.model import planhints, plantext
from agentmem.model.plantext import Item

_CORE = r"(?:(?!P[0-4]\b)[A-Za-z]{1,8}[- ]?\d{1,6}[A-Za-z]?(?:[.-]\d{1,6}[a-z]?){0,5}|\d{1,4}[A-Za-z]?(?:\.\d{1,4}[a-z]?){1,5})"
_TOKEN = rf"(?:task )?[#`*]*{_CORE}[`*]*"
_LIST = rf"{_TOKEN}(?:\s*(?:,\s*and\b|,|and\b|&|\+|/)\s*{_TOKEN}){{0,20}}"
_WORD = r"(?:needs|requires|depends on|depends|dependencies|deps|after|blocked by|blocked on|waits for)"
_CLAUSE = re.compile(rf"\b{_WORD}\b\s?:?\s*\**\s*({_LIST})(?![\w.]*\w)", re.IGNORECASE)
_WHOLE_CLAUSE = re.compile(rf"{_WORD}\b\s?:?\s*({_LIST})", re.IGNORECASE)
_LAST_CLAUSE = re.compile(rf"[\s,;:–—-]{{1,5}}{_WORD}\b\s?:?\s*({_LIST})\.?$", re.IGNORECASE)

_WRAPPED = re.compile(rf"(?:\*\*|__|`|\[)({_CORE})[:.]?(?:\*\*|__|`|\])\s*[:.)–—-]?\s+")
_BOLD_LABEL = re.compile(rf"^\*\*({_CORE})\s?[:.)–—-]?\s+([^*]{{1,300}})\*\*")
_PUNCTUATED = re.compile(rf"({_CORE})\s?(?:[:)]|\.(?=\s)|\s[–—-](?=\s))\s*")
_BARE = re.compile(rf"({_CORE})\s+(?=\S)")
_SURE = re.compile(r"T\d+|TASK[- ]?\d+|[A-Z]{1,8}\d+[A-Z]?(?:\.\d+)+|\d+[A-Z](?:\.\d+)+", re.IGNORECASE)

_LAST_GROUP = re.compile(r"\s*[(\[]([^()\[\]]{1,120})[)\]]$")
_LAST_ROLE = re.compile(r"(?:^|\s)@([A-Za-z][\w-]{0,30})$")
_LAST_PRIORITY = re.compile(r"(?:^|\s)[*`]{0,2}P([0-4])[*`]{0,2}$")
_LAST_DONE = re.compile(
    r"\s*(?:[-–—,]\s*)?(?:✅|✓|done|completed|finished)\s*:?\s*(?:on\s)?(\d{4}-\d\d-\d\d[\dTZ: +.-]{0,20})$"
)
_ANY_GROUP = re.compile(rf"\s?[(\[]{_WORD}\b\s?:?\s*({_LIST})[)\]]", re.IGNORECASE)
_FIRST_PRIORITY = re.compile(r"[(\[*`]{0,3}P([0-4])[)\]*`]{0,3}\s*[:–—-]?\s+")
_ANY_PRIORITY = re.compile(r"\s*[(\[]P([0-4])[)\]]")
_ANY_ROLE = re.compile(r"(?<![\w`/.])@([A-Za-z][\w-]{0,30})(?![\w/.(`-])")
_FIRST_ROLE = re.compile(r"@([A-Za-z][\w-]{0,30})\s*[:–—-]?\s+")
TAIL = 300
"""Characters at a line's end in which marks are looked for, so that a hostile line costs little."""


@dataclass(slots=True)
class Task:
    """What one box says; ``missing`` are labels in its needs that this file does not have."""

    title: str
    body: str
    done: bool
    label: str | None = None
    role: str | None = None
    priority: int | None = None
    needs: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    finished: str | None = None


def parse(items: Sequence[Item], roles: Collection[str]) -> list[Task | None]:
    """The task of each box, None for an empty one; ``roles`` are those that the file names elsewhere."""
    referenced = {label for item in items for clause in _clauses(item) for label in _labels(clause)}
    numbered = Counter(_shape(item.text) for item in items)
    split = [_split_label(item.text, referenced, numbered[_shape(item.text)] > 1) for item in items]
    known = Counter(label for label, _ in split if label)
    unique = {label for label, count in known.items() if count == 1}
    named = {*planhints.ROLES, *roles}
    return [_task(item, label, text, unique, named) for item, (label, text) in zip(items, split, strict=True)]


def declared_roles(texts: Sequence[str]) -> set[str]:
    """The roles that boxes end with, as in ``@api``: such a word counts anywhere in the file."""
    found = (
        _LAST_ROLE.search(_ANY_PRIORITY.sub("", re.sub(r"\s+P[0-4]$", "", text[-TAIL:]))) for text in texts
    )
    return {role for match in found if match and (role := planhints.role_word(match[1]))}


def _normal(label: str) -> str:
    return re.sub(r"^TASK (?=[A-Z#`*])|[\s#`*]", "", label.strip().upper())


def _as_written(clause: str) -> dict[str, str]:
    """Each label in a list of them, with the text that it stands in."""
    tokens = re.split(r"\s*(?:,\s*and\b|,|\band\b|&|\+|/)\s*", clause)
    return {_normal(token): token.strip("#`* ") for token in tokens if token.strip()}


def _labels(clause: str) -> list[str]:
    return list(_as_written(clause))


def _clauses(item: Item) -> list[str]:
    text = f"{item.text[:2000]}\n{plantext.prose(item.lines)[:20000]}"
    return [_without_words(match[1], text[match.end() :]) for match in _CLAUSE.finditer(text)]


def _without_words(clause: str, rest: str) -> str:
    """``clause`` without a last label that may be words of a sentence which goes on: *needs Order 5 kiosks*."""
    *before, last = re.split(r"(\s*(?:,\s*and\b|,|\band\b|&|\+|/)\s*)", clause)
    goes_on = re.match(r" +\w", rest) and not _SURE.fullmatch(last.strip("#`* "))
    return "".join(before[:-1]) if goes_on else clause


def _shape(text: str) -> str:
    # 3.11 at one start is a version, 1.1 and 1.2 at several are a numbering
    return "numbered" if re.match(r"\d{1,4}(?:\.\d{1,4})+\s", text) else text


def _split_label(text: str, referenced: Collection[str], numbered: bool) -> tuple[str | None, str]:
    text = _BOLD_LABEL.sub(r"\1: **\2**", text)
    for pattern in (_WRAPPED, _PUNCTUATED, _BARE):
        match = pattern.match(text)
        if match is None or not text[match.end() :].strip():
            continue
        label = _normal(match[1])
        if (
            pattern is not _BARE
            or _SURE.fullmatch(match[1])
            or label in referenced
            or (numbered and label[0].isdigit())
        ):
            return label, text[match.end() :].strip()
    return None, text


def _task(
    item: Item, label: str | None, text: str, unique: Collection[str], roles: Collection[str]
) -> Task | None:
    task = Task("", "", bool(item.done), label)
    needs: dict[str, str] = {}
    text = _strip_last(text.strip(), task, needs, unique, roles)
    if task.priority is None and (match := _FIRST_PRIORITY.match(text) or _ANY_PRIORITY.search(text[:2000])):
        task.priority = int(match[1])
        text = f"{text[: match.start()]} {text[match.end() :]}".strip()
    if (match := _ANY_GROUP.search(text[:2000])) and all(label in unique for label in _labels(match[1])):
        needs.update(_as_written(match[1]))
        text = f"{text[: match.start()]}{text[match.end() :]}".strip()
    if task.role is None and (match := _FIRST_ROLE.match(text)):
        task.role, text = planhints.role_word(match[1]), text[match.end() :].strip()
    if task.role is None:
        words = (planhints.role_word(word) for word in _ANY_ROLE.findall(text[:2000]))
        task.role = next((word for word in words if word in roles), None)
    fields = plantext.stated(item.lines)
    task.role = task.role or planhints.role_word(fields.get("role", ""))
    if task.priority is None and (
        match := re.match(r"P?([0-4])\b", fields.get("priority", ""), re.IGNORECASE)
    ):
        task.priority = int(match[1])
    # what is said in the midst of the text stays there and counts
    needs.update((found, found) for clause in _clauses(item) for found in _labels(clause) if found in unique)
    task.needs = tuple(found for found in needs if found in unique and found != label)
    task.missing = tuple(shown for found, shown in needs.items() if found not in unique)
    if not text:
        # an empty box with text below it: the first line is what it is about, and stays where it is
        said = (line.strip() for line in plantext.body(item.lines).split("\n"))
        text = next((line for line in said if re.search(r"\w", line)), "")
        task.title, rest = plantext.headline(text)[0], ""
    else:
        task.title, rest = plantext.headline(_unwrapped(text))
    unmet = f"Needs {', '.join(task.missing)}" if task.missing else ""
    task.body = "\n".join(part for part in (rest, plantext.body(item.lines), unmet) if part)
    return task if task.title else None


def _unwrapped(text: str) -> str:
    match = re.fullmatch(r"(\*\*|__)(?!\s)(.{1,500}?)\1", text)
    return match[2] if match and match[1] not in match[2] else text


def _strip_last(
    text: str, task: Task, needs: dict[str, str], unique: Collection[str], roles: Collection[str]
) -> str:
    """``text`` without the marks at its end, which ``task`` and ``needs`` take up one by one."""
    while text:
        tail = text[-TAIL:]
        if match := _LAST_GROUP.search(tail):
            if not _take_group(match[1], task, needs, roles):
                break
        elif match := _LAST_PRIORITY.search(tail):
            task.priority = int(match[1]) if task.priority is None else task.priority
        elif match := _LAST_ROLE.search(tail):
            role = planhints.role_word(match[1])
            if role is None or task.role is not None:
                break
            task.role = role
        elif task.done and (match := _LAST_DONE.search(tail)):
            task.finished = planhints.moment(match[1])
        elif (match := _LAST_CLAUSE.search(tail)) and all(label in unique for label in _labels(match[1])):
            needs.update(_as_written(match[1]))
        else:
            break
        shorter = text[: len(text) - len(tail) + match.start()].rstrip(" ,;")
        if not shorter:
            break
        text = shorter
    return text


def _take_group(group: str, task: Task, needs: dict[str, str], roles: Collection[str]) -> bool:
    """Whether all of what brackets at the end hold is marks; only then is any of it taken."""
    if match := _WHOLE_CLAUSE.fullmatch(group.strip()):
        needs.update(_as_written(match[1]))
        return True
    role, priority, finished = task.role, task.priority, task.finished
    wanted: dict[str, str] = {}
    for part in re.split(r"\s*[,;|]\s*", group.strip()):
        word = planhints.role_word(part.removeprefix("Role:").removeprefix("role:"))
        if match := re.fullmatch(r"P([0-4])", part, re.IGNORECASE):
            priority = int(match[1])
        elif match := _WHOLE_CLAUSE.fullmatch(part):
            wanted |= _as_written(match[1])
        elif wanted and re.fullmatch(_TOKEN, part):
            wanted |= _as_written(part)
        elif task.done and re.fullmatch(
            r"(?:done|completed|finished|✅)?\s*:?\s*\d{4}-.*", part, re.IGNORECASE
        ):
            finished = planhints.moment(part)
        elif word and (word in roles or part.startswith("@") or part.lower().endswith("agent")):
            role = word
        else:
            return False
    task.role, task.priority, task.finished = role, priority, finished
    needs.update(wanted)
    return True
