"""The page of a thing, as an agent reads it."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from agentmem.model import notation, safety
from agentmem.model.digest import shortened

if TYPE_CHECKING:
    from agentmem.actions.context import Standpoint
    from agentmem.actions.paging import Page

Record = dict[str, object]

FORMER = 3
"""Former names of a file that are printed."""
NAME = 120


def page(one: Page, view: Standpoint) -> str:
    """The first line, the sections, and what was left out."""
    from agentmem.output.text import QUOTED, count

    named = one.named
    name = shortened(named.name, NAME)
    where = notation.where(*view.where)
    also = "".join(
        f"It names another thing too: agentmem show {form}:{safety.one_line(named.asked)}\n"
        for form in named.also
    )
    if not one.digest.sections and not one.digest.omitted:
        searched = count(one.searched, "memory", "memories")
        return f"agentmem: nothing known about {name} ({searched} searched on {where}).\n{also}"
    facts = [name]
    if named.form != "file":
        facts.append(named.form)
    if named.aliases:
        facts.append(f"also {shortened(', '.join(named.aliases), NAME)}")
    former = [safety.one_line(path) for path in named.paths[1:]]
    if former:
        more = f" +{len(former) - FORMER}" if len(former) > FORMER else ""
        facts.append(f"was {', '.join(former[:FORMER])}{more}")
    lines = [f"# {' · '.join((*facts, where))}", QUOTED]
    for title, found in one.digest.sections.items():
        lines += [f"## {title}", *found]
    left = f"Left out: {one.digest.omitted}: --budget N. " if one.digest.omitted else ""
    more = f"--file {_word(name)}" if named.form == "file" else _word(name, '"')
    lines.append(f"{left}More: agentmem show ID | agentmem recall {more}")
    return "\n".join(lines) + "\n" + also


def _word(name: str, mark: str = "") -> str:
    """A name as one word of a shell, between ``mark`` where it is plain: a file or an entity may be called ``$(…)``."""
    plain = re.fullmatch(r"[\w./@+,:-]+" if not mark else r"[\w./@+,:#()\[\]*&;<>|' -]+", name)
    return f"{mark}{name}{mark}" if plain else shlex.quote(name)


def record(one: Page) -> Record:
    """The same for programs."""
    named = one.named
    return {
        "name": safety.one_line(named.name),
        "form": named.form,
        "aliases": [safety.one_line(name) for name in named.aliases],
        "paths": [safety.one_line(path) for path in named.paths],
        "also": list(named.also),
        "sections": {
            title.lower().replace(" ", "_"): list(lines) for title, lines in one.digest.sections.items()
        },
        "memories": list(one.digest.memories),
        "tokens": one.digest.tokens,
        "omitted": one.digest.omitted,
    }
