"""The JSON Schemas of what the verbs of branches and of history print."""

from __future__ import annotations

from agentmem.actions import comparing, overlay
from agentmem.actions import history as versions
from agentmem.output import schemas
from agentmem.output.schemas import (
    COMMIT,
    COUNT,
    ID,
    IDS,
    LAYER,
    TEXT,
    TEXT_OR_NULL,
    TEXTS,
    TIME,
    Schema,
    closed,
    some,
    told,
)

ID_OR_NULL: Schema = {"type": ["string", "null"], "pattern": ID["pattern"]}


def outputs() -> dict[str, tuple[str, Schema]]:
    """The title and the properties of each, by name."""
    return {
        "history": ("What happened to one memory, or in all of them", _history()),
        "diff": ("What differs between two views", _diff()),
        "overlay-list": ("The branches that have memory of their own", _overlay_list()),
        "overlay-show": ("What one branch has added and changed", _overlay_show()),
        "overlay-promote": ("What trunk has taken up", _overlay_promote()),
        "overlay-adopt": ("What was taken over from another branch", _overlay_adopt()),
        "overlay-sweep": ("What was cleared away", {"paths": TEXTS, "branches": TEXTS, "commit": COMMIT}),
        "restore-journal": ("What was brought back from the journal", _restore_journal()),
        "conflicts": ("What does not go together", _conflicts()),
    }


def _field() -> Schema:
    """What became of one field."""
    value = told({}, "as front matter has it; of a list see add and remove")
    items: Schema = {"type": "array"}
    return closed(
        {
            "name": told(TEXT, "a key, body, path of a renamed file, or retracted with its reason"),
            "from": value,
            "to": value,
            "add": items,
            "remove": items,
            "diff": told(TEXT_OR_NULL, "of the body: its hunks"),
        }
    )


def _history() -> Schema:
    version: Schema = {
        "what": {"enum": list(versions.ALL)},
        "blob": told(COMMIT, "of the memory's own file, or of the change; null where none is left"),
        "commit": told(COMMIT, "the earliest here that holds it; null: not committed"),
        "path": told(TEXT, "the memory's own file, the change, or of what superseded it the successor's"),
        "layer": LAYER,
        "branch": told(TEXT_OR_NULL, "the one that it was written on, where that is not trunk"),
        "at": told(TIME, "of a change when it was written, else when it was committed"),
        "by": told(TEXT_OR_NULL, "the agent that the file names, else the commit's author"),
        "subject": told(TEXT_OR_NULL, "of the commit"),
        "change": told(ID_OR_NULL, "the id of the change that it is, or that was promoted alone"),
        "successor": told(ID_OR_NULL, "the memory that superseded it"),
        "fields": some(_field()),
    }
    event: Schema = {
        "commit": told(COMMIT, "null: not committed"),
        "at": TIME,
        "by": told(TEXT_OR_NULL, "the one agent that what it added names, else the commit's author"),
        "subject": TEXT_OR_NULL,
        "added": IDS,
        "changed": IDS,
        "removed": IDS,
        "promoted": IDS,
    }
    return {
        "view": schemas.view(),
        "memory": told(ID_OR_NULL, "null: of all of them"),
        "omitted": told(COUNT, "beyond the limit"),
        "versions": told(some(closed(version)), "of one memory, newest first"),
        "events": told(some(closed(event)), "of all memories, newest first"),
    }


def _diff() -> Schema:
    worktree = "as it was asked for; worktree: the files at hand"
    changed = told(some(closed({"id": ID, "fields": some(_field())})), "newest memory first")
    listed: Schema = dict.fromkeys(comparing.ALL, IDS)
    listed |= {
        what: told(IDS, f"what came to be {what}, an added memory that is so by then too")
        for what in (comparing.SUPERSEDED, comparing.RETRACTED)
    }
    return {"from": told(TEXT, worktree), "to": told(TEXT, worktree), **listed, "changed": changed}


def _overlay_list() -> Schema:
    one: Schema = {
        "branch": TEXT,
        "layer": LAYER,
        "new": told(COUNT, "memories that trunk has not"),
        "pending": told(COUNT, "changes that trunk has not taken up"),
        "held": told(COUNT, "pending changes that a promotion would leave"),
        "conflicts": told(COUNT, "pending changes that are in a conflict"),
        "absorbed": told(COUNT, "changes that trunk has taken up"),
        "carried": told(COUNT, "files that are not committed, here from another branch"),
    }
    orphans = told(COUNT, "changes of memories that are not here")
    return {"view": schemas.view(), "trunk": TEXT_OR_NULL, "overlays": some(closed(one)), "orphans": orphans}


def _overlay_show() -> Schema:
    states = [overlay.PENDING, overlay.ABSORBED, overlay.CONFLICT, overlay.ORPHAN]
    change: Schema = {
        "change": ID,
        "memory": ID,
        "state": {"enum": states},
        "by": TEXT_OR_NULL,
        "created": TIME,
        "path": TEXT,
        "fields": some(_field()),
    }
    memories = told(some(schemas.memory()), "those that trunk has not")
    changes = told(some(closed(change)), "oldest first")
    return {"view": schemas.view(), "branch": TEXT, "memories": memories, "changes": changes}


def _overlay_promote() -> Schema:
    return {
        "branch": TEXT,
        "promoted": IDS,
        "changes": told(COUNT, "taken up"),
        "conflicts": told(some(schemas.memory()), "memories of which a conflict stays"),
        "skipped": told(IDS, "memories with edits that are not committed"),
        "waits": told(IDS, "memories with a change made after one that only another branch has"),
        "orphans": told(COUNT, "changes of memories that are not here"),
        "commit": told(COMMIT, "null: nothing was written"),
    }


def _overlay_adopt() -> Schema:
    left = told(IDS, "what is adopted by its id alone")
    changed = told(IDS, "what it has changed, adopted by its id alone")
    return {
        "branch": TEXT,
        "into": TEXT_OR_NULL,
        "adopted": IDS,
        "changed": IDS,
        "left": left,
        "left_changed": changed,
    }


def _restore_journal() -> Schema:
    lost = closed(
        {"path": TEXT, "memory": ID_OR_NULL, "branch": TEXT_OR_NULL, "worktree": TEXT, "text": TEXT}
    )
    committed = told(some(lost), "in a commit that no branch holds: restored by its id")
    return {"restored": some(lost), "kept": told(some(lost), "what is there already"), "committed": committed}


def _conflicts() -> Schema:
    clash: Schema = {"type": TEXT, "ids": IDS, "branches": TEXTS, "paths": TEXTS, "reason": TEXT}
    return {"view": schemas.view(), "conflicts": some(closed(clash))}
