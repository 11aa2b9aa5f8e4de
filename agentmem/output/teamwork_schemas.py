"""The JSON Schemas of what is printed about a team at work: tasks, plans, claims, the brief."""

from __future__ import annotations

from agentmem.git import remotes
from agentmem.model import leases, schema, taskgraph
from agentmem.output.schemas import (
    COUNT,
    FLAG,
    ID,
    IDS,
    TEXT,
    TEXT_OR_NULL,
    TEXTS,
    TIME,
    Schema,
    closed,
    some,
    told,
    view,
)

MOMENT: Schema = {**TIME, "type": "string"}
ID_OR_NULL: Schema = {"type": ["string", "null"], "pattern": schema.IDENTIFIER}
REASONS = ("held", "done", "done elsewhere", "blocked", "exclusive")
"""Why a claim was not won."""


def outputs() -> dict[str, tuple[str, Schema]]:
    """The title and the properties of each, by name."""
    return {
        "claim": ("A task that was claimed, or who has it", _claimed()),
        "claims": ("Who is on what", {"claims": told(some(closed(_claim())), "what is held first")}),
        "next": ("What can be taken now", _offered()),
        "done": ("A task that was closed", _ended()),
        "fail": ("A task that was reopened", _ended()),
        "handoff": (
            "A task that was let go with a note",
            {"task": ID, "handoff": _note(), "shared": _known()},
        ),
        "sync": ("What went to and came from the other clones", _shared()),
        "task-list": ("Tasks as they stand", {"total": COUNT, "tasks": some(closed(_held_task()))}),
        "plan-show": ("Plans with their tasks", {"plans": some(_plan())}),
        "cost": ("What reading all notes would cost, and what was served", _cost()),
        "brief": ("What an agent is to know before it works", _brief()),
    }


def _or_null(form: Schema) -> Schema:
    return {**form, "type": ["object", "null"]}


def _note() -> Schema:
    return closed({"text": TEXT, "by": TEXT, "at": MOMENT})


def _known() -> Schema:
    return told(TEXT, "who knows of it")


def _waits() -> Schema:
    need = closed({"task": TEXT, "branch": TEXT})
    return told(some(need), "needs that are met on a branch that is not merged here")


def _claim() -> Schema:
    return {
        "task": ID,
        "agent": TEXT,
        "role": TEXT_OR_NULL,
        "branch": TEXT_OR_NULL,
        "scope": TEXTS,
        "exclusive": told(FLAG, "nobody else may take what meets the scope"),
        "opened": told(MOMENT, "by the holder's clock"),
        "renewed": told(MOMENT, "by the holder's clock"),
        "expires": told(MOMENT, "by this clone's clock"),
        "state": {"enum": [*leases.STATES, leases.EXPIRED]},
        "clone": told(TEXT, "the clone that it is held in"),
        "worktree": told(TEXT, "git's folder for the worktree, from the common git dir"),
        "handoff": told(_or_null(_note()), "what the one before has left to say"),
    }


def _claimed() -> Schema:
    return {
        "won": FLAG,
        "task": ID,
        "title": TEXT,
        "agent": told(TEXT, "who asked"),
        "expires": TIME,
        "renewed": told(FLAG, "the asker held it already"),
        "shared": {**_known(), "type": ["string", "null"]},
        "scope": TEXTS,
        "exclusive": FLAG,
        "waits": _waits(),
        "reason": told({"enum": [*REASONS, None]}, "why it was not won"),
        "holder": told(_or_null(closed(_claim())), "who has it, or what is in the way"),
        "free": told(IDS, "what else could be taken, the best first"),
        "overlaps": told(TEXTS, "what the winner should know of others' work"),
        "handoff": told(_or_null(_note()), "what the one before has left to say"),
        "before": told(_or_null(closed(_claim())), "the claim that was there before: who was at it, where"),
    }


def _task() -> Schema:
    return {
        "id": ID,
        "title": TEXT,
        "state": {"enum": [taskgraph.OPEN, taskgraph.FAILED, taskgraph.DONE]},
        "priority": told(COUNT, "as it counts now: 0 is the most urgent"),
        "role": TEXT_OR_NULL,
        "plan": TEXT_OR_NULL,
        "phase": TEXT_OR_NULL,
        "owner": TEXT_OR_NULL,
        "needs": TEXTS,
        "scope": TEXTS,
        "unblocks": told(COUNT, "unfinished tasks that wait for it, directly or through others"),
        "waits": _waits(),
        "blocked": told(TEXTS, "needs that nobody has met"),
        "done_on": told(TEXT_OR_NULL, "the branch that did it, where that is not merged here"),
    }


def _held_task() -> Schema:
    return {**_excluded(), "holder": TEXT_OR_NULL}


def _excluded() -> Schema:
    return {**_task(), "excluded_by": told(ID_OR_NULL, "the task whose exclusive claim keeps others from it")}


def _offered() -> Schema:
    return {
        "tasks": told(some(closed(_task())), "the best first"),
        "waiting": told(some(closed(_task())), "those that wait for merges alone"),
        "excluded": told(some(closed(_excluded())), "those that wait for another's exclusive claim alone"),
        "blocked": COUNT,
        "cycles": told(some(IDS), "tasks of which each needs the next, and the last the first"),
        "claimed": COUNT,
    }


def _ended() -> Schema:
    return {
        "task": ID,
        "entry": told(ID, "the log entry that says so"),
        "path": TEXT,
        "branch": TEXT_OR_NULL,
        "files": told(TEXTS, "the files of code that were touched"),
        "owner": told(TEXT_OR_NULL, "who is to mend it"),
        "unblocks": told(IDS, "tasks that can be begun now"),
        "next": told(ID_OR_NULL, "what the asker could take now"),
        "shared": _known(),
    }


def _given() -> Schema:
    return {
        **_claim(),
        "excluded_by": told(ID_OR_NULL, "the task whose claim excludes it; null: that has ended"),
    }


def _shared() -> Schema:
    return {
        "remote": told(TEXT_OR_NULL, "null: no remote is configured"),
        "problem": {"enum": [remotes.AWAY, remotes.REFUSED, remotes.MISSING, None]},
        "pushed": COUNT,
        "taken": COUNT,
        "states_pushed": told(COUNT, "agents whose refs/agentmem/state/<agent> went to the remote"),
        "states_taken": told(COUNT, "agents of whose there was something new"),
        "lost": told(some(closed(_claim())), "what the asker had claimed, and another holds"),
        "noted": told(some(closed(_claim())), "what it handed on and another holds: each carries its note"),
        "given_back": told(
            some(closed(_given())), "what it had claimed while the remote was away, and others exclude"
        ),
    }


def _plan() -> Schema:
    phase: Schema = {"name": TEXT_OR_NULL, "done": COUNT, "total": COUNT, "tasks": some(closed(_held_task()))}
    return closed(
        {
            "id": told(ID_OR_NULL, "null: the tasks of no plan"),
            "title": TEXT_OR_NULL,
            "owner": TEXT_OR_NULL,
            "done": COUNT,
            "total": COUNT,
            "phases": some(closed(phase)),
        }
    )


def _brief() -> Schema:
    sections: Schema = {"type": "object", "additionalProperties": TEXTS}
    return {
        "agent": TEXT,
        "role": TEXT_OR_NULL,
        "view": view(),
        "since": told(MOMENT, "from when on what was done is told"),
        "sections": told(sections, "the lines of where, done_since, in_progress, next, beware and know"),
        "tokens": COUNT,
        "omitted": COUNT,
    }


def _cost() -> Schema:
    amount: Schema = {"type": "number", "minimum": 0}
    served = closed({"count": COUNT, "tokens": COUNT})
    return {
        "memories": COUNT,
        "notes": told(COUNT, "tokens of all memories in force"),
        "whole": told(COUNT, "tokens, had each agent read the notes of its time once a task"),
        "since": MOMENT,
        "served": told(COUNT, "tokens that were served since"),
        "verbs": told({"type": "object", "additionalProperties": served}, "by verb"),
        "agents": COUNT,
        "tasks": COUNT,
        "price": told(amount, "dollars for a million tokens of input"),
        "money": told(closed({"whole": amount, "served": amount}), "dollars"),
    }
