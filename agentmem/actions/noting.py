"""At the end of a task: what the agent was served for it, and what then happened, noted on the agent's ref. Nothing hangs on it.

What counts as served for a task is what this agent was shown in this worktree since its claim began, and up to an hour before,
if it had ended no other task by then: a brief and a question come before the claim. What was served to whoever had the task
before stays uncounted: nobody knows what of it was read.
"""

import os
from collections.abc import Sequence

from agentmem.actions import judging, selecting, states, usage
from agentmem.actions.context import Context
from agentmem.actions.selecting import Found
from agentmem.errors import Contended, GitFailed, NotWritable
from agentmem.git import history
from agentmem.index.view import View
from agentmem.model import feedback, ids, scopes, verdict
from agentmem.model.feedback import Asked, Ended, Event, Failed
from agentmem.model.leases import Claim
from agentmem.store import cache, served

BEFORE = 3600
"""Seconds before a claim in which what was asked may have been for it."""
WITHOUT = 86_400
"""Seconds that are looked back where nothing was claimed."""
MOST_ANSWERS = 50
"""Answers of a task that are noted, the latest."""
INTENTIONS = ("task", "plan")
ENDS = ("done", "handoff", "fail")
CLOCK = "commits"
"""In the state folder: a commit and how many it has before it, itself included; so that the next is counted from there."""


def done(
    context: Context,
    view: View,
    task: str,
    entry: str,
    claim: Claim | None,
    files: Sequence[str],
    used: Sequence[str],
    misled: Sequence[str],
) -> None:
    """Note the end of ``task``: closed by the log entry ``entry``, having changed ``files``. ``claim``: the asker's, if any."""
    if not _can_note(context):
        return
    asked = _asked(context, entry, claim, frozenset((task, entry)))
    shown = dict.fromkeys(identity for one in asked for identity in one.shown)
    found = _others(context, _found(context, view, shown), claim)
    kept = tuple(path if feedback.is_path(path) else "" for path in files)
    kept = kept if len(kept) <= feedback.MOST_FILES else ()
    met = (
        (one.memory.id, tuple(n for n, path in enumerate(kept) if path and _is_about(one, path)))
        for one in found
    )
    gone = (verdict.CHANGED, verdict.GONE)
    ended = Ended(
        at=context.now,
        entry=entry,
        task=task,
        clock=_clock(context),
        files=kept,
        met=tuple(pair for pair in met if pair[1]),
        used=tuple(used)[: feedback.MOST_NAMED],
        misled=tuple(misled)[: feedback.MOST_NAMED],
        stale=tuple(one.memory.id for one in found if verdict.worst(one.verdicts) in gone),
    )
    _note(context, [*asked, ended])


def failed(context: Context, task: str) -> None:
    """Note that ``task`` was given back."""
    if _can_note(context):
        _note(context, [Failed(context.now, task)])


def _can_note(context: Context) -> bool:
    return os.access(context.repository.common_dir, os.W_OK)


def _note(context: Context, events: Sequence[Event]) -> None:
    lines = b"".join(line for line in map(feedback.write, events) if len(line) < feedback.LONGEST)
    month = feedback.month(context.now)
    try:
        if states.append(context.repository, context.agent, feedback.KIND, month, lines, context.now):
            usage.refresh(context)
    except (NotWritable, Contended, GitFailed, OSError):
        pass  # the work is done whatever becomes of this


def _asked(context: Context, entry: str, claim: Claim | None, but: frozenset[str]) -> list[Asked]:
    """The answers that count for a task, the earliest first; ``but``: memories that are the task itself."""
    repository = context.repository
    here, now = repository.worktree_name, context.now
    opened = now if claim is None else min(claim.opened, now)
    since = opened - (WITHOUT if claim is None else BEFORE)
    found = [
        (one, answer)
        for one, answer in served.answers(cache.state_folder(repository.common_dir), since, context.agent)
        if answer is not None and answer.worktree == here and one.at <= now
    ]
    ended = max((one.at for one, _ in found if one.verb in ENDS and one.at <= opened), default=since)
    asked = []
    for one, answer in found:
        shown = tuple(each for each in answer.shown if ids.is_id(each) and each not in but)
        if one.at >= ended and shown:
            role = context.role
            asked.append(Asked(one.at, entry, one.verb, answer.question, answer.files, role, shown))
    return sorted(asked, key=lambda one: one.at)[-MOST_ANSWERS:]


def _found(context: Context, view: View, wanted: dict[str, None]) -> list[Found]:
    """The memories of the view with these ids, with what the code says of their evidence."""
    places = [place for place, identity in enumerate(view.columns.ids) if identity in wanted]
    return judging.judged(context, selecting.fetch(context.index, view, places)) if places else []


def _others(context: Context, found: list[Found], claim: Claim | None) -> list[Found]:
    """Without tasks and plans, whose scope is meant to be changed, and what the agent itself has noted since it began."""
    begun = claim.opened if claim else context.now
    return [
        one
        for one in found
        if one.memory.kind not in INTENTIONS
        and (one.memory.by != context.agent or one.memory.created is None or one.memory.created < begun)
    ]


def _is_about(one: Found, path: str) -> bool:
    """Whether a memory is about a file: a scope that covers everything is about nothing."""
    if any(cite.path == path for cite in one.memory.cites):
        return True
    narrow = (pattern for pattern in one.memory.scope if not scopes.is_everything(pattern))
    return any(scopes.matches(pattern, path) for pattern in narrow)


def _clock(context: Context) -> int | None:
    """How many commits HEAD has; None in a shallow clone, which cannot count."""
    repository = context.repository
    path = os.path.join(cache.state_folder(repository.common_dir), CLOCK)
    known = None
    try:
        with open(path, encoding="ascii") as file:
            commit, number = file.read(100).split()
        known = (commit, int(number)) if commit.isalnum() and len(number) < 10 else None
    except (OSError, ValueError):
        pass
    count = history.counted(repository, known)
    if count is not None and count < 0:  # somebody has edited the file
        count = history.counted(repository, None)
    if count and repository.head and known != (repository.head, count):
        _keep(path, f"{repository.head} {count}\n")
    return count


def _keep(path: str, text: str) -> None:
    temporary = f"{path}.{os.urandom(6).hex()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(temporary, "w", encoding="ascii") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError:
        pass
