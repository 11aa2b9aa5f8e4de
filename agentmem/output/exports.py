"""What an export wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import safety
from agentmem.output.text import count

if TYPE_CHECKING:
    from agentmem.actions.exporting import Exported

KEPT = 5
"""Files named that were kept."""


def as_text(result: Exported) -> str:
    """The export itself, where it was not written to a file; else what was written."""
    if result.text is not None:
        return result.text
    path = safety.one_line(result.path or "")
    memories = count(
        result.memories,
        "decision" if result.format == "madr" else "memory",
        None if result.format == "madr" else "memories",
    )
    if result.format == "madr":
        head = f"{path}: {memories}, {count(len(result.written), 'file')} written"
    elif result.format == "agents-md" and not result.written:
        head = f"{path}: {memories}, as it was"
    else:
        head = f"{path}: {memories} written"
    lines = [head]
    if result.kept:
        some = " ".join(safety.one_line(name) for name in result.kept[:KEPT])
        more = f" +{len(result.kept) - KEPT}" if len(result.kept) > KEPT else ""
        lines.append(f"kept, edited by hand or not ours: {some}{more}")
    return "\n".join(lines) + "\n"


def as_json(result: Exported) -> dict[str, object]:
    """The same as JSON."""
    return {
        "schema": "agentmem/export/1",
        "format": result.format,
        "path": None if result.path is None else safety.one_line(result.path),
        "text": result.text,
        "memories": result.memories,
        "written": [safety.one_line(name) for name in result.written],
        "kept": [safety.one_line(name) for name in result.kept],
    }
