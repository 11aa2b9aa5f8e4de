"""A claim: one agent's lease on a task, and when it ends. Leases as in Gray and Cheriton (SOSP 1989), on one clock each."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from agentmem.model import ids, safety, times

HELD, DONE, RELEASED, EXPIRED = "held", "done", "released", "expired"
STATES = (HELD, DONE, RELEASED)
"""What a claim says of itself; that it expired is for whoever looks at it to see."""

TTL, MIN_TTL, MAX_TTL = 3600, 60, 604_800
"""Seconds of a lease unless asked otherwise, at least and at most: one that others sent is not to last for ever either."""
RENEW_AFTER = 4
"""Any command of the holder renews when a quarter of the lease has gone by: one of so many parts."""
GRACE = 60
"""Seconds beyond its length that a lease from elsewhere is given, for a push on its way."""
MAX_BYTES = 524_288
"""Of a claim as it is kept: more than what is written at most, where every character is an escape of twelve bytes."""
MAX_TEXT = 4_000
"""Characters of a handoff."""
MAX_SCOPE, MAX_WORD = 100, 300
"""Globs of a scope, and characters of each and of a name."""


class Handoff(NamedTuple):
    """What one who stops early leaves to the next: the state and the next step, by whom and when (seconds UTC)."""

    text: str
    by: str
    at: int


class Claim(NamedTuple):
    """One claim. Times are seconds UTC by the holder's clock, ``ttl`` seconds; ``clone`` and ``worktree`` say where it is held.

    ``entry`` is the log entry that closed the task, with ``branch`` the one it is on; ``taken_from`` the agent whose claim was
    taken over; ``nonce`` makes two claims different that say the same.
    """

    task: str
    agent: str
    clone: str
    worktree: str
    nonce: str
    opened: int
    renewed: int
    ttl: int = TTL
    state: str = HELD
    role: str | None = None
    branch: str | None = None
    scope: tuple[str, ...] = ()
    exclusive: bool = False
    entry: str | None = None
    taken_from: str | None = None
    handoff: Handoff | None = None

    @property
    def end(self) -> int:
        """When it ends by its own words."""
        return self.renewed + self.ttl

    def is_of(self, agent: str, clone: str, worktree: str) -> bool:
        """Whether this agent in this worktree holds it: the same name elsewhere is somebody else."""
        return (self.agent, self.clone, self.worktree) == (agent, clone, worktree)

    @property
    def due(self) -> int:
        """From when on any command of its holder renews it."""
        return self.renewed + self.ttl // RENEW_AFTER


def ends(claim: Claim, clone: str, first_seen: int) -> int:
    """When the lease ends for an observer in ``clone`` that has seen this very object since ``first_seen``, on its own clock.

    One clock made and judges a lease of the same clone. Of one from elsewhere no timestamp is believed: it ends when its
    holder has not renewed it for its length and ``GRACE``.
    """
    return claim.end if claim.clone == clone else first_seen + claim.ttl + GRACE


def joined(ours: Claim | None, theirs: Claim) -> Claim:
    """What counts of two claims on one task that did not see each other; the later of their handoffs stays with it."""
    if ours is None:
        return theirs
    kept = _stronger(ours, theirs)
    notes = [one.handoff for one in (kept, ours, theirs) if one.handoff]
    return kept._replace(handoff=max(notes, key=lambda note: note.at, default=None))


def _stronger(ours: Claim, theirs: Claim) -> Claim:
    """What one holder said last by its own clock, what is done before all else, what is held before what was let go, else
    ``theirs``: the remote had it first.
    """
    if ours.is_of(theirs.agent, theirs.clone, theirs.worktree):
        return max(theirs, ours, key=lambda one: (one.renewed, one.state != HELD))
    if (ours.state == DONE) != (theirs.state == DONE):
        return ours if ours.state == DONE else theirs
    return ours if ours.state == HELD and theirs.state == RELEASED else theirs


def state_at(claim: Claim, end: int, now: int) -> str:
    """The state at ``now`` where the lease ends at ``end``."""
    return EXPIRED if claim.state == HELD and now >= end else claim.state


def write(claim: Claim) -> bytes:
    """The claim as it is kept."""
    record = {"schema": "claim 1", **claim._asdict()}
    # a claim that is too long to be read again would hold nothing
    record["scope"] = [pattern[:MAX_WORD] for pattern in claim.scope[:MAX_SCOPE]]
    record["handoff"] = claim.handoff._asdict() if claim.handoff else None
    return (json.dumps(record, ensure_ascii=True, indent=1, sort_keys=True) + "\n").encode("ascii")


def read(data: bytes, task: str) -> Claim | None:
    """The claim that ``data`` says; None where it says none of ``task``: refs come from others, and are not trusted."""
    if len(data) > MAX_BYTES or not ids.is_id(task):
        return None
    try:
        record = json.loads(data)
        if not isinstance(record, dict) or record.get("task") != task or record.get("state") not in STATES:
            return None
        handoff, scope = record.get("handoff"), record.get("scope")
        return Claim(
            task=task,
            agent=_text(record, "agent"),
            clone=_text(record, "clone"),
            worktree=_text(record, "worktree"),
            nonce=_text(record, "nonce"),
            opened=_number(record, "opened"),
            renewed=_number(record, "renewed"),
            ttl=min(max(MIN_TTL, _number(record, "ttl")), MAX_TTL),
            state=record["state"],
            role=_optional(record, "role"),
            branch=_optional(record, "branch"),
            scope=_texts(scope)[:MAX_SCOPE],
            exclusive=record.get("exclusive") is True,
            entry=entry if isinstance(entry := record.get("entry"), str) and ids.is_id(entry) else None,
            taken_from=_optional(record, "taken_from"),
            handoff=Handoff(
                safety.clean(handoff["text"])[:MAX_TEXT], _text(handoff, "by"), _number(handoff, "at")
            )
            if isinstance(handoff, dict)
            else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _texts(value: object) -> tuple[str, ...]:
    words = value if isinstance(value, list) else []
    return tuple(safety.one_line(word)[:MAX_WORD] for word in words if isinstance(word, str) and word)


def _text(record: Mapping[str, object], key: str) -> str:
    value = record[key]
    if not isinstance(value, str) or not value:
        raise ValueError(key)
    return safety.one_line(value)[:MAX_WORD]


def _optional(record: Mapping[str, object], key: str) -> str | None:
    value = record.get(key)
    return safety.one_line(value)[:MAX_WORD] if isinstance(value, str) and value else None


def _number(record: Mapping[str, object], key: str) -> int:
    value = record[key]
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < times.LAST:
        raise ValueError(key)
    return value
