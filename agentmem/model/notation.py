"""How one memory is quoted: fenced as data, so that recalled text cannot pose as an instruction."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from agentmem.model import citing, safety, times, verdict
from agentmem.model.memory import Citation, Memory, first_lines
from agentmem.model.packing import FULL, PARAGRAPH, TITLE
from agentmem.model.verdict import Found

WIDTH = 100
BRANCH_WIDTH = 40
ITEMS = 4
"""Items of a list that a paragraph shows."""
PLACES = 6
"""Citations of one memory that are printed where not all were asked for."""
TITLE_WIDTH = 90
"""Characters of a title in a line of titles."""


class Quoted(NamedTuple):
    """A memory as it is to be quoted. ``short`` is its printed id; ``age`` in seconds, None where its time is unknown; ``notes``
    say what deviates from the default, in print order; ``conflicts`` has a line for each field of which several say different
    things; ``verdicts`` are on its citations, where they were held against the code.
    """

    memory: Memory
    short: str
    age: int | None
    notes: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    verdicts: tuple[Found, ...] = ()


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


def time_read(after: int | None, before: int | None, met: bool = True) -> str:
    """How time words were read, as a first line says it: ``; time read as 2026-10-05 to 2026-11-24``. Seconds UTC; nothing where
    they name no span. Not ``met``: nothing that is shown is of that time.
    """
    if after is not None and before is None:
        said = f"since {_moment(after)}"
    elif after is None and before is not None:
        said = f"before {_moment(before)}"
    elif after is None or before is None:
        return ""
    else:
        # the day at whose end it ends is in the span
        first, last = _moment(after), _moment(before - (times.DAY if before % times.DAY == 0 else 0))
        said = first if first == last else f"{first} to {last}"
    return f"; time read as {said}" if met else f"; none is of the time asked for, {said}"


def _moment(at: int) -> str:
    written = times.format_iso(at)
    return written[:10] if at % times.DAY == 0 else f"{written[:16]}Z"


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
        shown = [safety.one_line(part) for part in _parts(first_lines(body))][: 1 + ITEMS]
        for part in shown:
            lines += textwrap.wrap(part, WIDTH, break_long_words=False, break_on_hyphens=False)
        if len(" ".join(shown)) < len(safety.one_line(body)):
            lines.append(f"… (show {quoted.short})")
    elif detail == FULL and body:
        lines.append(safety.clean(body))
    lines += places(memory, quoted.verdicts)
    return "\n".join((*lines, "</memory>"))


def _parts(lines: Sequence[str]) -> list[str]:
    """A paragraph as one line; of a list what stands before it, and each item: steps that run together can be read no more."""
    starts = [at for at, line in enumerate(lines) if _is_item(line)]
    if len(starts) < 2:
        return [" ".join(lines)]
    ends = [*starts[1:], len(lines)]
    items = [" ".join(lines[start:end]) for start, end in zip(starts, ends, strict=True)]
    return [" ".join(lines[: starts[0]]), *items]


def _is_item(line: str) -> bool:
    mark, _, text = line.partition(" ")
    return bool(text) and (mark in ("-", "*", "+") or (mark[-1] in ".)" and mark[:-1].isdecimal()))


def places(memory: Memory, verdicts: Sequence[Found] = (), whole: bool = False) -> list[str]:
    """A line for each citation of a memory, of many the first ``PLACES``; ``whole``: of all, and that one holds is said too."""
    lines = []
    for cite, where in zip_longest(memory.cites, verdicts[: len(memory.cites)]):
        holds = whole and where is not None and where.verdict == verdict.OK
        lines.append(f"@ {place(cite, where)}{': ok' if holds else ''}")
    if whole or len(lines) <= PLACES:
        return lines
    return [*lines[:PLACES], f"@ {len(lines) - PLACES} more places"]


def without_title(memory: Memory) -> str:
    """The memory's body, without the heading that gave it its title."""
    body = memory.body.strip()
    first, _, rest = body.partition("\n")
    if first.startswith("#") and first.lstrip("#").strip().rstrip("#").strip() == memory.title:
        return rest.strip()
    return body


def place(cite: Citation, where: Found | None = None) -> str:
    """A citation in one line: path, lines, symbol, and what became of it where it does not hold in place."""
    if where is None or where.verdict == verdict.OK:
        return _at(cite.path, cite.lines, cite.symbol)
    if where.verdict == verdict.GONE:
        return f"{_at(cite.path, cite.lines, cite.symbol)} gone"
    if where.verdict == verdict.UNVERIFIABLE:
        number = len(where.candidates)
        why = f"one of {number} places" if number > 1 else "cannot be checked"
        return f"{_at(cite.path, cite.lines, cite.symbol)} ({why})"
    lines = None if where.first is None or where.last is None else citing.write_range(where.first, where.last)
    here = _at(where.path or cite.path, lines, cite.symbol)
    if where.verdict == verdict.MOVED:
        was = f":{cite.lines}" if where.path == cite.path and cite.lines else _at(cite.path, cite.lines, None)
        return f"{here} (was {safety.one_line(was)})"
    if safety.secrets(where.text):
        return f"{here} now: `…`"
    from agentmem.model import replaced  # seldom needed

    gone, came = replaced.lines(cite, where)
    if came:
        return f"{here} now: `{_code(came[0])}`"
    return f"{here} no longer: `{_code(gone[0])}`" if gone else f"{here} changed"


def _at(path: str, lines: str | None, symbol: str | None) -> str:
    return safety.one_line(f"{path}{f':{lines}' if lines else ''}{f' {symbol}' if symbol else ''}")


def _code(line: str) -> str:
    shown = safety.one_line(line.strip()).replace("`", "'")
    if safety.secrets(shown):
        return "…"
    return shown if len(shown) <= WIDTH else shown[: WIDTH - 1] + "…"


def evidence_note(verdicts: Sequence[Found]) -> str | None:
    """What the head of a memory says of its evidence; None where all of it holds in place, or none is known."""
    return _NOTES.get(verdict.worst(verdicts) or "")


_NOTES = {
    verdict.MOVED: "cite moved",
    verdict.CHANGED: "cite CHANGED: check the code first",
    verdict.GONE: "cite gone: check the code first",
    verdict.UNVERIFIABLE: "cite cannot be checked",
}
