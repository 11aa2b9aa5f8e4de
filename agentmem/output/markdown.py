"""Results as markdown, for a comment or a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import notation, packing, safety
from agentmem.output.text import count, where

if TYPE_CHECKING:
    from agentmem.actions.recall import Recalled


def recalled(result: Recalled) -> str:
    """Recall's answer: a heading, then each memory as a quoted block."""
    if not result.hits:
        return f"Nothing known about this ({count(result.searched, 'memory', 'memories')} searched).\n"
    total = len(result.hits) + result.omitted
    lines = [f"### {len(result.hits)} of {total} memories, {where(result.view)}", ""]
    for hit in result.hits:
        memory = hit.found.memory
        lines.append(f"- **{escaped(memory.title)}** · {memory.kind} `{result.shorts[memory.id]}`")
        if hit.detail != packing.TITLE:
            body = (
                safety.clean(memory.body)
                if hit.detail == packing.FULL
                else hit.text.split("\n", 2)[2].rpartition("\n")[0]
            )
            lines += [f"  > {line}" if line else "  >" for line in body.split("\n")] if body.strip() else []
            lines += [f"  - `{notation.place(cite)}`" for cite in memory.cites]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """``text`` on one line, with what markdown and HTML would read as markup made plain."""
    out = safety.one_line(text)
    for character in "\\`*_[]<>|":
        out = out.replace(character, "\\" + character)
    return out
