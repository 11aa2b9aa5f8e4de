"""Cycles in links between memories, each told once: the strongly connected components (Tarjan, SIAM J. Comput. 1, 1972)."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from agentmem.checks.frame import Subject
from agentmem.checks.view import Shown, named, told
from agentmem.model.findings import ERROR, Finding

MAX_NAMED = 5
"""Memories of a cycle that a message names."""
ROOM = 150
"""Characters of their titles in all."""

Links = Mapping[str, Sequence[str]]


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


def cycles(links: Links) -> list[tuple[list[str], int]]:
    """A short cycle of each knot, with how many the knot has; what links to itself is a cycle of its own."""
    found = [([one], 1) for one, ends in links.items() if one in ends]
    return found + [(_short(links, knot), len(knot)) for knot in _components(links) if len(knot) > 1]


def _short(links: Links, knot: Sequence[str]) -> list[str]:
    """The shortest cycle through the first of ``knot``."""
    start, inside = min(knot), set(knot)
    came: dict[str, str] = {}
    queue = deque([start])
    while queue:
        one = queue.popleft()
        for other in links.get(one, ()):
            if other == start and one != start:
                cycle = [one]
                while cycle[-1] != start:
                    cycle.append(came[cycle[-1]])
                return cycle[::-1]
            if other in inside and other not in came and other != start:
                came[other] = one
                queue.append(other)
    raise AssertionError("a strongly connected component has a cycle through each of its members")


def _components(links: Links) -> list[list[str]]:
    """The strongly connected components, without recursion: a chain of 10,000 links is no reason to fail."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for root in links:
        if root in number:
            continue
        work = [(root, iter(links.get(root, ())))]
        number[root] = low[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        while work:
            one, ends = work[-1]
            for other in ends:
                if other not in number:
                    number[other] = low[other] = len(number)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(links.get(other, ()))))
                    break
                if other in on_stack:
                    low[one] = min(low[one], number[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[one])
                if low[one] == number[one]:
                    knot = [stack.pop()]
                    while knot[-1] != one:
                        knot.append(stack.pop())
                    on_stack.difference_update(knot)
                    found.append(knot)
    return found
