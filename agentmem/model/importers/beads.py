"""Beads' JSONL: issues become tasks with what they need, closed ones their log entry, epics plans, memories facts."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence

from agentmem.model import plantext, times
from agentmem.model.importers import lines
from agentmem.model.importers.found import File, Found, kept, plain, record

BLOCKING = ("blocks", "waits-for", "conditional-blocks")
TALK = ("message", "event")
"""Issue types that are no work: what was said, or happened."""
NO_WORK = ("gate", "molecule", "merge-request", "slot", "agent", "role", "rig")
"""Issue types by which the tool itself keeps house."""
READ = (
    "_type", "id", "title", "description", "design", "acceptance_criteria", "notes", "comments", "labels", "dependencies",
    "priority", "issue_type", "created_at", "created_by", "sender", "assignee", "closed_at", "closed_by", "close_reason",
    "updated_at", "is_template", "content_hash", "source_repo", "source_system", "compaction_level", "compacted_at",
    "original_size", "ephemeral", "wisp", "metadata", "started_at", "dependency_count", "dependent_count", "comment_count",
    "deleted_at", "deleted_by", "delete_reason", "original_type",
)  # fmt: skip
"""Keys that are understood, or by which the tool keeps house; what an issue says besides is kept under its own keys."""
WAITS = ("deferred", "blocked", "pinned")
"""States of an issue that nobody should take, and that a task here does not have."""
LONGEST = 120
"""Levels of epics within epics that are followed."""


class _Issue:
    """One issue, its place, and what hangs together with it."""

    def __init__(self, path: str, line: int, value: Mapping[str, object]) -> None:
        self.path, self.line, self.value = path, line, value
        self.id = str(value.get("id"))
        self.type = str(value.get("issue_type") or value.get("type") or "task")
        self.status = str(value.get("status") or "open")
        self.links: list[tuple[str, str]] = []
        for one in value["dependencies"] if isinstance(value.get("dependencies"), list) else ():  # type: ignore[attr-defined]
            if isinstance(one, dict) and one.get("depends_on_id"):
                self.links.append(
                    (str(one.get("type") or one.get("dep_type") or "blocks"), str(one["depends_on_id"]))
                )
        self.parent = next((target for kind, target in self.links if kind == "parent-child"), None)
        self.children: list[str] = []

    @property
    def updated(self) -> int:
        """When it was last changed (seconds UTC); the beginning of time where it does not say."""
        for key in ("updated_at", "deleted_at", "created_at"):
            with contextlib.suppress(ValueError):
                return times.parse_iso(self.text(key) or "")
        return times.FIRST

    def text(self, key: str) -> str | None:
        """A value that is text."""
        value = self.value.get(key)
        return value if isinstance(value, str) and value.strip() else None


def read(files: Sequence[File]) -> Found:
    """The records of issues and memories; of an issue that stands twice, as after a merge, what was updated last."""
    found = Found()
    every: dict[str, _Issue] = {}
    for file in files:
        for number, value in lines.objects(file, found):
            kind = value.get("_type")
            if kind == "memory":
                _memory(file.path, number, value, found)
            elif kind not in (None, "issue"):
                found.problem(file.path, number, f"no issue and no memory: _type {kind!r}")
            elif not isinstance(value.get("id"), str) or not isinstance(value.get("title"), str):
                found.problem(file.path, number, "no issue: it has no id or no title")
            else:
                issue = _Issue(file.path, number, value)
                before = every.pop(issue.id, None)
                every[issue.id] = _newer(before, issue, found) if before else issue
    issues = {name: issue for name, issue in every.items() if _is_taken(issue, found)}
    order = {file.path: place for place, file in enumerate(files)}
    found.problems.sort(key=lambda one: (order[one.path], one.line))
    for issue in issues.values():
        if issue.parent is None:
            above = issue.id.rpartition(".")[0]
            issue.parent = above if above in issues else None
        if issue.parent in issues:
            issues[issue.parent].children.append(issue.id)
    for issue in issues.values():
        _take(issue, issues, found)
    return found


def _newer(before: _Issue, after: _Issue, found: Found) -> _Issue:
    """Which of two lines of one issue counts: the one that was updated later, else the later one, as it does there."""
    times = [one.updated for one in (before, after)]
    kept, left = (before, after) if times[0] > times[1] else (after, before)
    if kept.value != left.value:
        why = "it was updated later" if times[0] != times[1] else "it comes last"
        where = f"line {kept.line}" if kept.path == left.path else f"{kept.path}:{kept.line}"
        reason = f"{left.id} stands twice with different content: {where} counts, since {why}"
        found.problem(left.path, left.line, reason)
    return kept


def _is_taken(issue: _Issue, found: Found) -> bool:
    if issue.status == "tombstone":
        reason = "was deleted there"
    elif issue.value.get("is_template") is True:
        reason = "is a template"
    elif issue.type in NO_WORK:
        reason = f"is a {issue.type}: no work, no knowledge"
    else:
        return True
    found.problem(issue.path, issue.line, f"{issue.id} {reason}")
    return False


def _memory(path: str, line: int, value: Mapping[str, object], found: Found) -> None:
    key, text = plain(value.get("key")), value.get("value")
    if key is None or not isinstance(text, str) or not text.strip():
        found.problem(path, line, "a memory without key or value")
        return
    title, more = plantext.headline(text.split("\n", 1)[0])
    below = text.split("\n", 1)[1] if "\n" in text else ""
    body = "\n".join(part for part in (more, below.strip("\n")) if part)
    found.add(path, line, record("fact", title, body, f"memory:{key}", tags=[key] if " " not in key else []))


def _take(issue: _Issue, issues: Mapping[str, _Issue], found: Found) -> None:
    value = issue.value
    is_plan = issue.type == "epic" and bool(issue.children)
    labels = value["labels"] if isinstance(value.get("labels"), list) else []
    tags = [str(label) for label in labels]  # type: ignore[attr-defined]
    if issue.type not in ("task", "epic") or (issue.type == "epic" and not is_plan):
        tags.append(issue.type)
    who = plain(value.get("created_by")) or plain(value.get("sender"))
    more: dict[str, object] = {"tags": tags, "by": who}
    owner = plain(value.get("assignee")) or plain(value.get("owner"))
    if issue.type in TALK:
        kind = "log"
    elif _is_decided(issue):
        kind = "decision"
        tags.remove(issue.type)
    elif is_plan:
        kind = "plan"
        more["owner"] = owner
    else:
        kind = "task"
        more |= {"owner": owner, "priority": _priority(issue, found), "plan": _plan(issue, issues)}
        more["needs"] = _needs(issue, issues, found)
    rest = {key: one for key, one in value.items() if one not in (0, False, {}) and one != owner}
    if issue.status in ("open", "closed"):
        rest.pop("status", None)
    more |= kept(rest, READ, "beads")
    related = [
        target for link, target in issue.links if link not in (*BLOCKING, "parent-child", "supersedes")
    ]
    more["related"] = [target for target in dict.fromkeys(related) if target in issues]
    more["supersedes"] = [target for link, target in issue.links if link == "supersedes" and target in issues]
    for target in related:
        if target not in issues:
            found.problem(
                issue.path, issue.line, f"{issue.id} names {target}, which is not among these issues"
            )
    if kind == "task" and issue.status in WAITS:
        reason = f"{issue.id} is {issue.status} there; here it is open, and next offers it"
        found.problem(issue.path, issue.line, reason)
    created = issue.text("created_at")
    body = _body(issue)
    if kind == "decision" and (why := _reason(issue)) and why not in body:
        body = f"{body}\n\n{why}".strip()
    found.add(issue.path, issue.line, record(kind, str(value["title"]), body, issue.id, created, **more))
    if issue.status == "closed" and kind not in ("log", "decision"):
        _close(issue, kind, found)


def _is_decided(issue: _Issue) -> bool:
    """Whether an issue is a decision that was taken; one that is open is work: somebody has to take it."""
    return issue.type == "decision" and issue.status == "closed"


def _reason(issue: _Issue) -> str:
    reason = issue.text("close_reason") or ""
    return "" if reason.strip().lower() in ("closed", "done", "completed") else reason


def _close(issue: _Issue, kind: str, found: Found) -> None:
    reason = _reason(issue)
    by = plain(issue.value.get("closed_by")) or plain(issue.value.get("assignee"))
    time = issue.text("closed_at") or issue.text("updated_at")
    link: dict[str, object] = {"closes": [issue.id]} if kind == "task" else {"related": [issue.id]}
    title = f"Done: {' '.join(str(issue.value['title']).split())}"
    found.add(issue.path, issue.line, record("log", title, reason, f"{issue.id}/closed", time, by=by, **link))


def _body(issue: _Issue) -> str:
    parts = [issue.text("description") or ""]
    for key, heading in (("design", "Design"), ("acceptance_criteria", "Acceptance"), ("notes", "Notes")):
        if text := issue.text(key):
            parts.append(f"## {heading}\n{text.strip()}")
    comments = issue.value.get("comments")
    said = []
    for one in comments if isinstance(comments, list) else ():
        text = (one.get("text") or one.get("body")) if isinstance(one, dict) else None
        if isinstance(text, str):
            about = " ".join(str(one[key]) for key in ("created_at", "author") if one.get(key))
            said.append(f"- {about}: {text.strip()}" if about else f"- {text.strip()}")
    if said:
        parts.append("## Comments\n" + "\n".join(said))
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def _priority(issue: _Issue, found: Found) -> int | None:
    value = issue.value.get("priority")
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 9:
        return value
    if value is not None:
        found.problem(issue.path, issue.line, f"{issue.id}: priority {value!r} is none from 0 to 9")
    return None


def _above(issue: _Issue, issues: Mapping[str, _Issue]) -> list[_Issue]:
    """The issues that one is a part of, nearest first."""
    chain: list[_Issue] = []
    at = issues.get(issue.parent or "")
    while at is not None and at is not issue and at not in chain and len(chain) < LONGEST:
        chain.append(at)
        at = issues.get(at.parent or "")
    return chain


def _plan(issue: _Issue, issues: Mapping[str, _Issue]) -> str | None:
    epic = next((one for one in _above(issue, issues) if one.type == "epic"), None)
    return epic.id if epic else None


def _leaves(name: str, issues: Mapping[str, _Issue], seen: set[str]) -> Iterable[str]:
    """The tasks that an issue stands for: itself, or, of an epic, all that are its parts."""
    if name in seen:
        return
    seen.add(name)
    issue = issues[name]
    if issue.type == "epic" and issue.children:
        for child in issue.children:
            yield from _leaves(child, issues, seen)
    elif issue.type not in TALK and not _is_decided(issue):
        yield name


def _needs(issue: _Issue, issues: Mapping[str, _Issue], found: Found) -> list[str]:
    """What blocks an issue, or what it is a part of; an epic that blocks stands for all of its parts."""
    needs: dict[str, None] = {}
    parts = {issue.id}
    for one in (issue, *_above(issue, issues)):
        parts.add(one.id)
        for link, target in one.links:
            if link not in BLOCKING:
                continue
            if target not in issues:
                if one is issue:
                    reason = f"{issue.id} is blocked by {target}, which is not among these issues"
                    found.problem(issue.path, issue.line, reason)
                continue
            needs.update(dict.fromkeys(_leaves(target, issues, set())))
    if issue.type != "epic" and issue.children:
        for child in issue.children:
            needs.update(dict.fromkeys(_leaves(child, issues, set())))
    return [name for name in needs if name not in parts]
