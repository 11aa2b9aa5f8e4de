"""Results as markdown, for a comment or a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agentmem.model import notation, packing, safety
from agentmem.output.text import count, where

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agentmem.actions.recall import Recalled
    from agentmem.model.memory import Memory

_GAP = "&#8203;"


def recalled(result: Recalled) -> str:
    """Recall's answer: a heading, then each memory as a quoted block; where there is none, the titles of what comes nearest."""
    if not result.hits:
        nothing = f"Nothing known about this ({count(result.searched, 'memory', 'memories')} searched)."
        nearest = [_line(one.found.memory, result.shorts) for one in result.nearest]
        return "\n".join([f"{nothing} Nearest:", "", *nearest] if nearest else [nothing]) + "\n"
    total = len(result.hits) + result.omitted
    lines = [f"### {len(result.hits)} of {total} memories, {where(result.view)}", ""]
    for hit in result.hits:
        memory = hit.found.memory
        lines.append(_line(memory, result.shorts))
        if hit.detail != packing.TITLE:
            body = (
                safety.clean(memory.body)
                if hit.detail == packing.FULL
                else hit.text.split("\n", 2)[2].rpartition("\n")[0]
            )
            lines += [f"  > {line}" if line else "  >" for line in body.split("\n")] if body.strip() else []
            lines += [f"  - `{notation.place(cite)}`" for cite in memory.cites]
    return "\n".join(lines) + "\n"


def _line(memory: Memory, shorts: Mapping[str, str]) -> str:
    return f"- **{escaped(memory.title)}** · {memory.kind} `{shorts[memory.id]}`"


def escaped(text: str) -> str:
    """``text`` on one line, in a table too, with what markdown, HTML or GitHub would make something of made plain.

    That is markup, entities, formulas, links that need no markup, and mentions of people and issues, which would tell them.
    """
    out = re.sub(r"[\\`*_\[\]<>|~$]", r"\\\g<0>", safety.one_line(text).replace("&", "&amp;"))
    # these are found in the text that results, so no backslash helps: a space of no width stands in them, as an entity
    return re.sub(
        r"(?<=@)(?=\S)|(?<=#)(?=\w)|(?=://)|(?<=www)(?=\.)|(?<=GH-)(?=\d)", _GAP, out, flags=re.IGNORECASE
    )


def code(text: str) -> str:
    """``text`` as code on one line, in a table too; nothing in it is read as anything else."""
    shown = safety.one_line(text)
    if shown and "`" not in shown and "|" not in shown:
        return f"`{shown}`"
    # a table takes a bar for its own even within code, and has no way to write a backslash before one
    plain = re.sub(r"[!-/:-@\[-`{-~]", lambda match: f"&#{ord(match[0])};", shown)
    # what stands between tags is still looked through for mail addresses; a comment parts them and cannot be copied
    return f"<code>{plain.replace('&#64;', '<!-- -->&#64;')}</code>"
