"""How one memory is quoted: fenced as data, so that recalled text cannot pose as an instruction."""

from typing import NamedTuple

from agentmem.model import safety, times
from agentmem.model.memory import Citation, Memory, first_paragraph
from agentmem.model.packing import FULL, PARAGRAPH, TITLE

WIDTH = 100
BRANCH_WIDTH = 40
TITLE_WIDTH = 90
"""Characters of a title in a line of titles."""


class Quoted(NamedTuple):
    """A memory as it is to be quoted. ``short`` is its printed id; ``age`` in seconds, None where its time is unknown; ``notes``
    say what deviates from the default, in print order; ``conflicts`` has a line for each field of which several say different
    things.
    """

    memory: Memory
    short: str
    age: int | None
    notes: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


def branch_name(branch: str | None) -> str:
    """A branch as a first line names it; a long one cut, so that the frame of an answer has its bounds."""
    if branch is None:
        return "detached HEAD"
    name = safety.one_line(branch)
    return name if len(name) <= BRANCH_WIDTH else name[: BRANCH_WIDTH - 1] + "…"


def standing(branch: str | None, name: str | None) -> str:
    """Where an answer is looked from, as a first line names it: a branch, or the revision ``name``."""
    return branch_name(branch if name is None else name)


def where(branch: str | None, commit: str | None, at: int | None = None, name: str | None = None) -> str:
    """The view in words: branch or revision, commit, and the moment (seconds UTC) where it is not the present."""
    stands = standing(branch, name)
    if commit is None:
        return f"{stands} (no commit yet)"
    then = "" if at is None else f" as of {times.format_iso(at)[:16]}Z"
    return f"{stands} @{commit[:7]}{then}"


def block(quoted: Quoted, detail: str) -> str:
    """The fenced block at level ``detail`` (full or paragraph), or the one line of a title."""
    import textwrap

    memory = quoted.memory
    if detail == TITLE:
        title = safety.one_line(memory.title)
        if len(title) > TITLE_WIDTH:
            cut = title[: TITLE_WIDTH - 2]
            title = (cut.rpartition(" ")[0] or cut) + " …"
        return f'{quoted.short} {memory.kind} "{title}"'
    age = None if quoted.age is None else times.age(max(quoted.age, 0))
    facts = " ".join(
        part for part in (quoted.short, memory.kind, age, safety.one_line(memory.by or "")) if part
    )
    head = " | ".join((facts, *quoted.notes))
    lines = [f"<memory {head}>", safety.one_line(memory.title), *quoted.conflicts]
    body = without_title(memory)
    if detail == PARAGRAPH:
        paragraph = safety.one_line(first_paragraph(body))
        lines += textwrap.wrap(paragraph, WIDTH, break_long_words=False, break_on_hyphens=False)
        if len(paragraph) < len(safety.one_line(body)):
            lines.append(f"… (show {quoted.short})")
    elif detail == FULL and body:
        lines.append(safety.clean(body))
    lines += [f"@ {place(cite)}" for cite in memory.cites]
    return "\n".join((*lines, "</memory>"))


def without_title(memory: Memory) -> str:
    """The memory's body, without the heading that gave it its title."""
    body = memory.body.strip()
    first, _, rest = body.partition("\n")
    if first.startswith("#") and first.lstrip("#").strip().rstrip("#").strip() == memory.title:
        return rest.strip()
    return body


def place(cite: Citation) -> str:
    """A citation in one line: path, lines, symbol."""
    lines = f":{cite.lines}" if cite.lines else ""
    symbol = f" {cite.symbol}" if cite.symbol else ""
    return safety.one_line(f"{cite.path}{lines}{symbol}")
