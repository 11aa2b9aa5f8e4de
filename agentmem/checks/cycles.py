"""Cycles in links between memories, each told once."""

from collections.abc import Iterator, Mapping, Sequence

from agentmem.checks.frame import Subject
from agentmem.checks.view import Shown, named, told
from agentmem.model.cycles import cycles
from agentmem.model.findings import ERROR, Finding

MAX_NAMED = 5
"""Memories of a cycle that a message names."""
ROOM = 150
"""Characters of their titles in all."""


def findings(
    subject: Subject, rule: str, key: str, shown: Mapping[str, Shown], what: str, alone: str
) -> Iterator[Finding]:
    """One for each knot of ``shown`` that the links of ``key`` make, at the link that is best taken out.

    ``what`` says what comes of a cycle, ``alone`` what comes of a link to itself.
    """
    links = {
        one: [other for other in getattr(memory.memory, key) if other in shown]
        for one, memory in shown.items()
    }
    for cycle, size in cycles({one: ends for one, ends in links.items() if ends}):
        first, last = _weakest(cycle, shown)
        at = cycle.index(first)
        cycle = [*cycle[at:], *cycle[:at]]
        many = len(cycle) > MAX_NAMED
        some = cycle[:MAX_NAMED] if many else cycle
        names = [named(subject, one, max(ROOM // len(some), 12)) for one in some]
        names += [f"{len(cycle) - MAX_NAMED} more"] if many else []
        end = subject.shorts[first] if len(cycle) > 1 else "itself"
        message = f"{f' {key} '.join([*names, end])}: {what if len(cycle) > 1 else alone}"
        if size > len(cycle):
            message += f"; {size} memories are tied to each other by such links"
        fix = f"agentmem edit {subject.shorts[first]} --set {key}-={subject.shorts[last]}"
        yield told(subject, shown[first], rule, ERROR, (key, last), message, fix)


def _weakest(cycle: Sequence[str], shown: Mapping[str, Shown]) -> tuple[str, str]:
    """The link to take out: the one that reaches furthest forward in time, since who writes a link knows what is there."""

    def forward(link: tuple[str, str]) -> tuple[int, str]:
        one, other = (shown[end].memory.created for end in link)
        return (0 if one is None or other is None else one - other), link[0]

    return min(zip(cycle, [*cycle[1:], cycle[0]], strict=True), key=forward)
