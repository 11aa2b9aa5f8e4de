"""The messages between agents' programs and their hooks: what they say of an edit, and what they read of an answer."""

import json
import re
from collections.abc import Mapping

START, EDIT, COMPACT, STOP = "start", "edit", "compact", "stop"
EVENTS = (START, EDIT, COMPACT, STOP)

NAMES = {
    "claude": {START: "SessionStart", EDIT: "PostToolUse"},
    "codex": {START: "SessionStart", EDIT: "PostToolUse"},
    "gemini": {START: "SessionStart", EDIT: "AfterTool"},
    "cursor": {},
    "copilot": {},
}
"""The programs whose hooks call us; the names of the events at which they take up text for the model, where an answer names
it.
"""

_PATCHED = re.compile(r"^\*\*\* (?:Add|Update) File: (.+?)\s*$|^\*\*\* Move to: (.+?)\s*$", re.MULTILINE)
_PATHS = ("file_path", "filePath", "path", "notebook_path", "absolute_path")
MOST = 20
"""Files that one edit names."""


def folder(message: Mapping[str, object], directory: str) -> str:
    """Where the session works: as ``message`` says, else ``directory``."""
    cwd = message.get("cwd")
    roots = message.get("workspace_roots")
    if isinstance(cwd, str) and cwd:
        return cwd
    if isinstance(roots, list) and roots and isinstance(roots[0], str):
        return roots[0]
    return directory


def identity(message: Mapping[str, object]) -> str:
    """Which session it is; empty where nothing tells."""
    for key in ("session_id", "sessionId", "conversation_id"):
        value = message.get(key)
        if isinstance(value, str) and value:
            return value[:200]
    return ""


def paths(message: Mapping[str, object]) -> list[str]:
    """The files that an edit was made to, as the program names them."""
    found: dict[str, None] = {}
    for key in ("tool_input", "toolArgs", "tool_args", "toolInput"):
        value = message.get(key)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                value = {"patch": value}
        if isinstance(value, Mapping):
            _collect(value, found)
    _collect({key: message[key] for key in _PATHS if key in message}, found)
    return list(found)[:MOST]


def _collect(value: Mapping[str, object], found: dict[str, None]) -> None:
    for key in _PATHS:
        path = value.get(key)
        if isinstance(path, str) and path and "\0" not in path:
            found[path] = None
    for key in ("command", "patch", "input"):
        text = value.get(key)
        text = "\n".join(map(str, text)) if isinstance(text, list) else text
        if isinstance(text, str):
            found.update(dict.fromkeys(new or moved for new, moved in _PATCHED.findall(text)))


def answer(agent: str, event: str, text: str) -> dict[str, object]:
    """What the program of ``agent`` takes as an answer that says ``text``: to the model at the start and after an edit, else
    to who sits before it. Empty where it takes none.
    """
    if not text:
        return {}
    to_model = event in (START, EDIT)
    if agent == "cursor":
        return (
            {"additional_context": text} if to_model else {"user_message": text} if event == COMPACT else {}
        )
    if agent == "copilot":
        return {"additionalContext": text} if to_model else {}
    if not to_model:
        return {"systemMessage": text}
    return {"hookSpecificOutput": {"hookEventName": NAMES[agent][event], "additionalContext": text}}
