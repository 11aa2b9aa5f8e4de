"""Cycles in a graph of links: the strongly connected components (Tarjan, SIAM J. Comput. 1, 1972)."""

from collections import deque
from collections.abc import Collection, Mapping, Sequence

Links = Mapping[str, Sequence[str]]

TOLD = 4
"""Members of a cycle that are named; the others are counted."""


def cycles(links: Links) -> list[tuple[list[str], int]]:
    """A short cycle of each knot, with how many the knot has; what links to itself is a cycle of its own."""
    found = [([one], 1) for one, ends in links.items() if one in ends]
    return found + [
        (_back(links, min(knot), set(knot)), len(knot)) for knot in _components(links) if len(knot) > 1
    ]


def through(links: Links, start: str) -> list[str]:
    """The shortest cycle through ``start``; empty where there is none."""
    return [start] if start in links.get(start, ()) else _back(links, start, None)


def told(names: Sequence[str]) -> str:
    """A cycle in words, its members by their ``names``: each needs the next, the last the first."""
    if len(names) == 1:
        return f"{names[0]} needs itself"
    more = [f"… {len(names) - TOLD} more …"] if len(names) > TOLD else []
    return " needs ".join([*names[:TOLD], *more, names[0]])


def _back(links: Links, start: str, inside: Collection[str] | None) -> list[str]:
    """The shortest way from ``start`` through others, of ``inside`` alone, back to it."""
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
            if (inside is None or other in inside) and other not in came and other != start:
                came[other] = one
                queue.append(other)
    return []


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
