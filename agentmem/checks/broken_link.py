"""Links to memories that there are not."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from agentmem.checks.frame import Rule, Subject, quoted
from agentmem.checks.view import Shown, named, others, short, told
from agentmem.model import ids, safety
from agentmem.model.findings import ERROR, WARNING, Finding
from agentmem.store import layout

ID = "broken-link"
KEYS = ("supersedes", "sources", "related", "needs", "closes", "reopens")
_LOOK_ALIKES = str.maketrans("oilu", "011v")
"""Crockford's base32 has no letter that looks like a digit; who copies an id by hand may write one. u is read as v."""


class _Link(NamedTuple):
    shown: Shown
    key: str
    word: str


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each link that no file, no history and no unique ``source_id`` explains.

    An error where it can never be right, whatever is merged: it is a slip away from an id that is here (by chance that happens
    to one of 10**11), or the start of one, or fits several. Else a warning: the memory may be on a branch that is not merged
    yet, and a task may need what is done there.
    """
    view = subject.view
    sources: dict[str, list[str]] = {}
    for identity, shown in view.items():
        if shown.memory.source_id:
            sources.setdefault(shown.memory.source_id, []).append(identity)
    # a file that cannot be read is told by another rule; what links to it is well
    known = {
        layout.id_in_name(file.path)
        for file in subject.files
        if file.memory is None and layout.is_memory(file.path)
    }
    left = [
        link
        for link in _links(view.values())
        if link.word not in view and link.word not in known and len(sources.get(link.word, ())) != 1
    ]
    if not left:
        return
    ordered = sorted(view)
    nears = [_near(link, view, ordered) for link in left]
    gone = {link.word for link, near in zip(left, nears, strict=True) if not near and ids.is_id(link.word)}
    archived = frozenset(subject.archived(gone)) if gone else frozenset()
    for link, near in zip(left, nears, strict=True):
        if link.word not in archived:
            yield _finding(subject, link, near, sources.get(link.word, ()))


def _links(every: Iterable[Shown]) -> Iterator[_Link]:
    for shown in every:
        memory = shown.memory
        if memory.status == "retracted":
            continue
        for key in KEYS:
            for word in getattr(memory, key):
                yield _Link(shown, key, word)
        # a plan may be named in words, and a word of twelve letters is no id
        if memory.plan and ids.is_id(memory.plan) and any(map(str.isdigit, memory.plan)):
            yield _Link(shown, "plan", memory.plan)


def _near(link: _Link, view: Collection[str], ordered: Sequence[str]) -> tuple[str, ...]:
    """The ids that ``link`` was probably meant for: its word is the start of them, or one slip away from one; not that of the
    memory that it stands in.
    """
    own, plain = link.shown.memory.id, link.word.lower()
    if ids.is_prefix(plain) and len(plain) < ids.LENGTH:
        at = bisect_left(ordered, plain)
        found = []
        while at < len(ordered) and ordered[at].startswith(plain):
            found += [ordered[at]] * (ordered[at] != own)
            at += 1
        if found:
            return tuple(found)
    if not ids.LENGTH - 1 <= len(plain) <= ids.LENGTH + 1:
        return ()
    return tuple(sorted({one for one in _slips(plain.translate(_LOOK_ALIKES)) if one in view} - {own}))[:1]


def _slips(word: str) -> Iterator[str]:
    """``word`` and all that differs from it by one character more, less or other, or by two that changed places."""
    yield word
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
            yield from (head + char + tail[1:] for char in ids.ALPHABET)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + char + tail for char in ids.ALPHABET)


def _finding(subject: Subject, link: _Link, near: Sequence[str], same: Sequence[str]) -> Finding:
    key, word = link.key, link.word
    name = subject.shorts[link.shown.memory.id]
    shown = safety.one_line(word)
    out = f"{key}=" if key == "plan" else f"{key}-={word}"
    edit = f"agentmem edit {name} --set {quoted(out)}"
    is_log = link.shown.memory.kind == "log"
    if len(near) == 1:
        short_of = ids.is_prefix(word.lower()) and near[0].startswith(word.lower())
        why = "a link has the whole id" if short_of else "one slip"
        message = f"{key} names {shown}: {near[0]} is meant ({why}), {named(subject, near[0])}"
        put = f"{key}={near[0]}" if key == "plan" else f"{key}+={near[0]}"
        fix = f"agentmem edit {name} --set {put}" if key == "plan" else f"{edit} --set {put}"
        return _told(subject, link, ERROR, message, f"put {near[0]} in its place" if is_log else fix)
    if near or same:
        why = "is the start of several ids" if near else "is the source_id of several"
        message = f"{key} names {shown}, which {why}: {others(subject, near or same)}"
        fix = f"{edit} --set {key}+=ID     with the one that is meant"
        return _told(
            subject, link, ERROR, message, "put the one that is meant in its place" if is_log else fix
        )
    what = (
        "which is not here and not in its history"
        if ids.is_id(word)
        else "which is no memory's id or source_id"
    )
    fix = f"{edit}     or wait for the merge that brings {short(word)}"
    wait = "wait for the merge that brings it, or take it out by hand: the tool never edits a log entry"
    return _told(subject, link, WARNING, f"{key} names {shown}, {what}", wait if is_log else fix)


def _told(subject: Subject, link: _Link, severity: str, message: str, fix: str) -> Finding:
    return told(subject, link.shown, ID, severity, (link.key, link.word), message, fix)


RULE = Rule(ID, ERROR, "a link that leads nowhere replaces nothing, closes nothing and holds nobody up", run)
