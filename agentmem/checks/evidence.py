"""The evidence of memories as the rules see it: each citation with what the code says of it now."""

from collections.abc import Iterator
from typing import NamedTuple

from agentmem.model import citing, replaced, safety
from agentmem.model.findings import WARNING, Finding
from agentmem.model.memory import Citation
from agentmem.model.verdict import Found

LINES = 4
"""Lines of a text that are shown of it then and now."""
WIDTH = 160
HIDDEN = "= the lines that are quoted are all there: it differs between them"


class Evidence(NamedTuple):
    """One citation: ``path`` and ``line`` are where it stands, as findings print it; ``found`` is where its text is now.

    ``generated`` says why the cited file is a program's work, None where it is not.
    """

    path: str
    line: int
    memory: str
    short: str
    kind: str
    title: str
    citation: Citation
    found: Found
    generated: str | None = None


def of_verdict(subject_evidence: "tuple[Evidence, ...]", verdict: str) -> Iterator[Evidence]:
    """The evidence that has ``verdict``."""
    return (one for one in subject_evidence if one.found.verdict == verdict)


def place(cite: Citation) -> str:
    """The cited place as people name it: lines where there are some, else the symbol."""
    path = safety.one_line(cite.path)
    if cite.lines:
        return f"{path}:{safety.one_line(cite.lines)}"
    return f"{path}#{safety.one_line(cite.symbol)}" if cite.symbol else path


def spot(path: str | None, first: int | None, last: int | None) -> str:
    """A place in the code, to be cited."""
    shown = safety.one_line(path or "")
    return shown if first is None or last is None else f"{shown}:{citing.write_range(first, last)}"


def finding(
    rule: str,
    one: Evidence,
    message: str,
    fix: str | None,
    details: tuple[str, ...] = (),
    severity: str = WARNING,
) -> Finding:
    """The finding of ``rule`` about a citation."""
    where = one.found
    code = (where.path, where.first or 1) if where.path else None
    return Finding(
        rule, severity, one.path, one.line, one.memory, safety.one_line(message), fix, details, code
    )


def difference(cite: Citation, found: Found) -> tuple[str, ...]:
    """The lines in which a cited text differs now from what it was, at most ``LINES`` of each."""
    gone, came = replaced.lines(cite, found)
    return (*_marked("-", gone), *_marked("+", came)) or (HIDDEN,)


def _marked(mark: str, lines: list[str]) -> Iterator[str]:
    if safety.secrets("\n".join(lines)):  # and of a private key each line is one
        yield f"{mark} ({'lines that look' if len(lines) > 1 else 'a line that looks'} like a secret)"
        return
    for line in lines[:LINES]:
        shown = safety.one_line(line.strip())
        yield f"{mark} {shown if len(shown) <= WIDTH else shown[: WIDTH - 1] + '…'}"
    if len(lines) > LINES:
        yield f"{mark} … {len(lines) - LINES} more"
