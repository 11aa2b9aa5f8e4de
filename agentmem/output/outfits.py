"""What ``init`` says of the files that it writes for agents, and of what it takes out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import safety

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agentmem.actions.initialise import Removed
    from agentmem.actions.outfitting import Fitted


def lines(fitted: Sequence[Fitted]) -> list[str]:
    """What was created and updated, a line each."""
    said = []
    for state in ("created", "updated"):
        named = [f"{one.path} ({one.what})" if one.what else one.path for one in fitted if one.state == state]
        said += [f"{state} {'  '.join(named)}"] if named else []
    return said


def notes(fitted: Sequence[Fitted]) -> list[str]:
    """What could not be written, and why."""
    return [
        f"{one.path} is as it was ({one.what}): {safety.one_line(one.why)}"
        for one in fitted
        if one.state == "left"
    ] + [f"{one.path}: {safety.one_line(one.why)}" for one in fitted if one.state != "left" and one.why]


def records(fitted: Sequence[Fitted]) -> list[dict[str, object]]:
    """The files as JSON."""
    return [{"path": one.path, "state": one.state, "why": safety.one_line(one.why) or None} for one in fitted]


def removed(result: Removed) -> str:
    """What was taken out."""
    said = [f"removed from {one.path} ({one.what})" for one in result.fitted if one.state == "removed"]
    if result.hooks is not None:
        said.append("hooks   taken away; what was there before is there again")
    if result.driver:
        said.append("merge driver taken out of git's configuration")
    said = said or ["nothing of ours is there"]
    return "\n".join((*said, ".agentmem/ and its memories stay")) + "\n"


def removed_record(result: Removed) -> dict[str, object]:
    """The same as JSON."""
    return {
        "schema": "agentmem/init-remove/1",
        "files": records(result.fitted),
        "hooks": result.hooks is not None,
        "driver": result.driver,
    }


def plugin(result: tuple[str, Sequence[Fitted]]) -> str:
    """Where the plugin is, and how it is used."""
    folder, fitted = result
    changed = [one.path for one in fitted if one.state in ("created", "updated")]
    stands = "up to date" if all(one.state == "kept" for one in fitted) else "as it was"
    did = f"wrote {' '.join(changed)} in {folder}" if changed else f"{folder} is {stands}"
    return f"{safety.one_line(did)}\nuse it: claude --plugin-dir {safety.one_line(folder)}\n"


def plugin_record(result: tuple[str, Sequence[Fitted]]) -> dict[str, object]:
    """The same as JSON."""
    folder, fitted = result
    return {"schema": "agentmem/init-plugin/1", "folder": folder, "files": records(fitted)}
