"""The brief as an agent reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentmem.actions.briefing import Brief

Record = dict[str, object]


def brief(result: Brief) -> str:
    """The sections, and what was left out."""
    from agentmem.output.text import QUOTED  # git is asked before anything is imported that prints

    lines = [result.heading, QUOTED]
    for name, found in result.digest.sections.items():
        lines += [f"## {name}", *found]
    number = result.digest.omitted
    left = f"Left out: {number} that {'bears' if number == 1 else 'bear'} on you less. " if number else ""
    lines.append(f'{left}More: agentmem recall "…" --file PATH | agentmem show ID')
    return "\n".join(lines) + "\n"


def brief_record(result: Brief) -> Record:
    """The same for programs."""
    from agentmem.model import times

    return {
        "schema": "agentmem/brief/1",
        "agent": result.agent,
        "role": result.role,
        "view": {"branch": result.branch, "commit": result.commit, "at": None},
        "since": times.format_iso(result.since),
        "sections": {_key(name): list(lines) for name, lines in result.digest.sections.items()},
        "tokens": result.digest.tokens,
        "omitted": result.digest.omitted,
    }


def _key(name: str) -> str:
    words = name.split(" ")
    return "_".join(word.lower() for word in words if not word[:1].isdigit())
