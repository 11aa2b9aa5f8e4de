"""The JSON Schemas of what is printed about setting a clone up: ``init`` and ``hooks``."""

from __future__ import annotations

from agentmem.actions import hooking
from agentmem.git import stubs
from agentmem.output.schemas import FLAG, TEXT, TEXT_OR_NULL, TEXTS, Schema, closed, some, told

_FILE: Schema = {
    "path": TEXT,
    "state": told(
        {"enum": ["created", "updated", "kept", "left", "removed"]}, "left: something is in the way"
    ),
    "why": told(TEXT_OR_NULL, "what is in the way, or is set otherwise there"),
}


def outputs() -> dict[str, tuple[str, Schema]]:
    """The title and the properties of each, by name."""
    return {
        "init": ("What init made", _init()),
        "init-remove": (
            "What init has taken out again",
            {"files": some(closed(_FILE)), "hooks": FLAG, "driver": FLAG},
        ),
        "init-plugin": ("The plugin that init wrote", {"folder": TEXT, "files": some(closed(_FILE))}),
        "hooks": ("How git's hooks stand in a clone", _hooks()),
    }


def _init() -> Schema:
    driver: Schema = {"enum": ["set", "kept", "failed"]}
    driver = told(driver, "git's merge driver; kept: as it was, ours or set by hand")
    remote = told(TEXT_OR_NULL, "the one that claims could be shared over, by a dry push, and are not")
    return {
        "root": TEXT,
        "created": TEXTS,
        "kept": TEXTS,
        "trunk": TEXT_OR_NULL,
        "driver": driver,
        "hooks": told({"enum": [*hooking.DONE, None]}, "kept: they were there; null: --no-hooks"),
        "agents": some(closed(_FILE)),
        "remote": remote,
    }


def _hooks() -> Schema:
    hook = {
        "name": {"enum": list(stubs.OURS)},
        "state": {"enum": ["installed", "older", "idle", "displaced", "missing"]},
        "before": told(TEXT_OR_NULL, "what runs with it"),
        "tool": told(TEXT_OR_NULL, "whose that is"),
    }
    return {
        "done": {"enum": [*hooking.DONE, None]},
        "folder": TEXT,
        "earlier": told(TEXT_OR_NULL, "core.hooksPath as the user has set it; null: git's own folder"),
        "config": told(TEXT_OR_NULL, "the file that puts our folder before the earlier one"),
        "active": told(TEXT_OR_NULL, "the folder that git reads in place of ours"),
        "hooks": some(closed(hook)),
        "notes": TEXTS,
    }
